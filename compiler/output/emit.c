/* The file as C: what is C already is copied as it stands; declarations and ordinary functions that
 * use the language are copied with those parts written anew; an async function leaves a prototype
 * in its place, and its frame and body follow the last declaration (function.c). */
#include "output/emit.h"

#include <string.h>

#include "output/comments.h"
#include "output/cut.h"
#include "output/node.h"
#include "output/pragma.h"
#include "output/rescan.h"
#include "output/restoration.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

static bool is_async_definition(const struct node *node)
{
    return node->kind == NODE_FUNCTION && node->function && function_has_frame(node->function);
}

/* Of an ordinary function. */
static bool holds_frames(const struct node *node)
{
    return node->kind == NODE_FUNCTION && node->function && node->function->holds_frames;
}

/* Prototypes of functions that are only awaited in place would declare what nobody defines, those
 * of main another function. */
static bool declares_nothing(const struct emitter *e, const struct node *node)
{
    if (node->kind != NODE_DECLARATION || node->count < 2)
        return false;
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *name = declarator_name(node->kid[i]->kid[0]);
        struct function *function =
            name && name->symbol ? lowered_function(e->lowered, name->symbol) : NULL;
        if (!function || (has_handle_form(function) && !function->is_main))
            return false;
    }
    return true;
}

/* The function's head, when its body comes later. */
static void emit_declared_head(struct emitter *e, struct node *node)
{
    emit_specifiers(e, node->kid[0]);
    write_string(&e->writer, " ");
    emit_declarator(e, node->kid[0], node->kid[1]);
    write_string(&e->writer, ";");
}

/* An ordinary function, or a declaration, in which something is the language's. */
static void emit_external(struct emitter *e, struct node *node)
{
    if (node->kind != NODE_FUNCTION)
        emit_node(e, node);
    else if (holds_frames(node))
        emit_declared_head(e, node);
    else
        emit_definition(e, node);
}

void emit_definition(struct emitter *e, struct node *node)
{
    const struct node *body = node->kid[2];
    e->function = node->function;
    e->writer.comments = comments_find(e->lowered->arena, e->code, body->start, body->end);
    if (!specifiers_are_special(node->kid[0])) {
        emit_copy(e, node);
    } else {
        emit_specifiers(e, node->kid[0]); /* it returns a handle */
        write_string(&e->writer, " ");
        emit_declarator(e, node->kid[0], node->kid[1]);
        emit_gap(e, node->kid[1]->end, node->kid[2]->start);
        emit_node(e, node->kid[2]);
    }
    e->writer.comments = NULL;
    e->function = NULL;
}

/* Text between two things that were written anew, behind which no line need be in step. */
static void emit_between(struct emitter *e, uint32_t start, uint32_t end)
{
    uint32_t at = start;
    while (at < end && (e->code[at] == ' ' || e->code[at] == '\t'))
        at++;
    if (at < end && at && e->code[at] != '\n')
        write_in_step(&e->writer, at);
    emit_gap(e, start, end);
}

/* Of an async function only the prototype is written here. */
static void emit_containers_before(struct emitter *e, struct node *node)
{
    struct node head = *node;
    struct function *function = node->kind == NODE_FUNCTION ? node->function : NULL;
    if (is_async_definition(node))
        head.count = 2;
    if (function && (function->has_parameter_types || !function_has_frame(function)))
        put_local_types(e, function);
    emit_containers(e, &head);
}

/* Whether the body is written at the end of the file. */
static bool moves_body(const struct node *node)
{
    return is_async_definition(node) || holds_frames(node);
}

/* The struct or union that these specifiers are the first to name; NULL. */
static struct node *announced_tag(const struct node *specifiers)
{
    for (uint32_t i = 0; i < specifiers->count; i++) {
        struct node *kid = specifiers->kid[i];
        bool is_record = kid->kind == NODE_STRUCT || kid->kind == NODE_UNION;
        if (is_record && kid->flags & IS_FIRST && !(kid->flags & HAS_BODY))
            return kid;
    }
    return NULL;
}

static void emit_tag(struct emitter *e, struct node *tag)
{
    write_place(&e->writer, tag->start, false);
    emit_struct(e, tag);
    write_string(&e->writer, ";");
    write_line_break(&e->writer);
}

/* `async struct s { int a; } f(void)`: f gives a handle in C, so the type is defined in front; in
 * front of `async struct s *f(void)` it is announced, or the next to name it may be a parameter.
 * The same of members that point to such functions. */
static void emit_result_types(struct emitter *e, const struct node *specifiers)
{
    struct node *defined = defined_result(specifiers);
    struct node *tag = defined ? defined : announced_tag(specifiers);
    for (uint32_t i = 0; i < specifiers->count; i++) {
        const struct node *record = specifiers->kid[i];
        bool has_members = record->kind == NODE_STRUCT || record->kind == NODE_UNION;
        for (uint32_t k = 0; has_members && k < record->count; k++)
            if (record->kid[k]->kind == NODE_DECLARATION)
                emit_result_types(e, record->kid[k]->kid[0]);
    }
    if (tag && specifiers_are_special(specifiers))
        emit_tag(e, tag);
}

void emit_item(struct emitter *e, struct node *node)
{
    e->pragmas_at = node->start;
    if (node->kind == NODE_FUNCTION || node->kind == NODE_DECLARATION)
        emit_result_types(e, node->kid[0]);
    emit_containers_before(e, node);
    if (node->kind == NODE_FUNCTION && node->function && !function_has_frame(node->function))
        emit_made_prototypes(e, node->function);
    if (is_async_definition(node)) {
        write_place(&e->writer, node->start, false);
        emit_prototype(e, lowered_function(e->lowered, node->symbol));
    } else if (!declares_nothing(e, node))
        emit_external(e, node);
    if (moves_body(node))
        put_left_pragmas(e, node->start, node->end);
}

static void emit_file(struct emitter *e, struct node *unit)
{
    const struct includes *includes =
        e->writer.restoration ? e->writer.restoration->includes : NULL;
    uint32_t at = includes ? includes->start : 0;
    uint32_t length = (uint32_t)source_length(e->check->source);
    struct written *written = NULL;
    e->written = &written;
    write_start(&e->writer);
    for (uint32_t i = 0; i < unit->count; i++) {
        struct node *node = unit->kid[i];
        if (!(node->flags & HAS_LANGUAGE) || node->start < at ||
            (includes && includes_restored(includes, node->start)))
            continue;
        emit_between(e, at, node->start);
        emit_item(e, node);
        write_definitions(&e->writer, node->start, node->end);
        at = node->end;
    }
    emit_between(e, at, length);
    emit_unused_names(e, unit);
    emit_functions(e);
}

/* With the user's includes. What would be expanded twice is found by reading the result; then it is
 * written again without those macros. Why it cannot be done, or NULL. */
static const char *emit_restored(const struct emitter *fresh, struct node *unit)
{
    enum { MOST_ROUNDS = 4 };
    struct arena *arena = fresh->lowered->arena;
    struct restoration restoration = {.arena = arena};
    restoration.includes = includes_find(arena, fresh->check->source, unit);
    if (restoration.includes->problem)
        return restoration.includes->problem;
    for (int round = 0; round < MOST_ROUNDS; round++) {
        struct emitter e = *fresh;
        size_t known = restoration.undef_count;
        e.writer.restoration = &restoration;
        restoration.event_count = 0;
        text_clear(fresh->writer.out);
        emit_file(&e, unit);
        const char *name = rescan(&restoration, e.writer.out);
        if (name)
            return arena_format(arena, "the macro '%s' would be expanded twice", name);
        if (restoration.undef_count == known)
            return NULL;
    }
    return "macros would be expanded twice";
}

/* Even where nothing is restored the compiler has macros of its own, such as `linux`. */
static void undefine_predefined(struct emitter *e, const struct node *unit)
{
    struct arena *arena = e->lowered->arena;
    struct text *out = e->writer.out, head = {0};
    struct restoration restoration = {.arena = arena, .event_count = 1};
    struct restored_event predefined = {0};
    restoration.includes = includes_find(arena, e->check->source, unit);
    predefined.last = restoration.includes->first;
    restoration.events = &predefined;
    rescan(&restoration, out);
    for (size_t i = 0; i < restoration.undef_count; i++)
        text_printf(&head, "#undef %s\n", restoration.undefs[i].name);
    if (head.length) {
        text_write(&head, out->data, out->length);
        text_clear(out);
        text_write(out, head.data, head.length);
    }
    text_free(&head);
}

const char *emit_unit(struct text *out, const struct check *check, const struct lowered *lowered,
                      struct node *unit, const struct emit_options *options)
{
    const struct emitter fresh = {
        .check = check,
        .lowered = lowered,
        .code = source_code(check->source),
        .writer = {.out = out,
                   .source = check->source,
                   .pragmas = check->pragmas,
                   .is_cut = find_cut_markers(lowered->arena, check->source, unit),
                   .lines = options->lines}};
    const char *problem = NULL;
    rewrite_sizes(fresh);
    if (!options->self_contained) {
        problem = emit_restored(&fresh, unit);
        if (!problem)
            writer_number_lines(out);
        if (!problem)
            return NULL;
        text_clear(out);
    }
    struct emitter e = fresh;
    emit_file(&e, unit);
    undefine_predefined(&e, unit);
    writer_number_lines(out);
    return problem;
}
