/* The file as C: what is C already is copied as it stands; declarations and ordinary functions that
 * use the language are copied with those parts written anew; an async function leaves a prototype
 * in its place, and its frame and body follow the last declaration (function.c). */
#include "output/emit.h"

#include <string.h>

#include "output/node.h"
#include "source.h"
#include "support/text.h"

static bool is_async_definition(const struct emitter *e, const struct node *node)
{
    return node->kind == NODE_FUNCTION && node->flags & IS_ASYNC && node->symbol &&
           lowered_function(e->lowered, node->symbol);
}

/* Prototypes of functions that are only awaited in place would declare what nobody defines. */
static bool declares_nothing(const struct emitter *e, const struct node *node)
{
    if (node->kind != NODE_DECLARATION || node->count < 2)
        return false;
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *name = declarator_name(node->kid[i]->kid[0]);
        struct function *function =
            name && name->symbol ? lowered_function(e->lowered, name->symbol) : NULL;
        if (!function || has_handle_form(function))
            return false;
    }
    return true;
}

/* An ordinary function, or a declaration, in which something is the language's. */
static void emit_external(struct emitter *e, struct node *node)
{
    if (node->kind != NODE_FUNCTION || !specifiers_are_special(node->kid[0])) {
        emit_node(e, node);
        return;
    }
    emit_specifiers(e, node->kid[0]); /* it returns a handle */
    write_string(&e->writer, " ");
    emit_declarator(e, node->kid[0], node->kid[1]);
    emit_gap(e, node->kid[1]->end, node->kid[2]->start);
    emit_node(e, node->kid[2]);
}

/* Text between two things that were written anew: it starts in step again with the next line. */
static void emit_between(struct emitter *e, uint32_t start, uint32_t end)
{
    const char *text = source_text(e->check->source);
    const char *newline = start < end ? memchr(text + start, '\n', end - start) : NULL;
    uint32_t line = newline ? (uint32_t)(newline - text) + 1 : end;
    emit_gap(e, start, line);
    if (line < end && start && text[line] != '#')
        write_place(&e->writer, line, false);
    emit_gap(e, line, end);
}

void emit_unit(struct text *out, const struct check *check, const struct lowered *lowered,
               struct node *unit, const struct emit_options *options)
{
    struct emitter emitter = {
        .check = check,
        .lowered = lowered,
        .code = source_code(check->source),
        .writer = {.out = out, .source = check->source, .lines = options->lines}};
    struct emitter *e = &emitter;
    uint32_t at = 0, length = (uint32_t)source_length(check->source);
    for (uint32_t i = 0; i < unit->count; i++) {
        struct node *node = unit->kid[i];
        if (!(node->flags & HAS_LANGUAGE))
            continue;
        emit_between(e, at, node->start);
        if (is_async_definition(e, node))
            emit_prototype(e, lowered_function(lowered, node->symbol));
        else if (!declares_nothing(e, node))
            emit_external(e, node);
        at = node->end;
    }
    emit_between(e, at, length);
    emit_functions(e);
}
