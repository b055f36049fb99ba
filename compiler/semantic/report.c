/* Messages and marks.
 *
 * A mark says that the parser took a name for what it is not; the file is then parsed and checked
 * again, and this run's messages are thrown away. A wrong reading hides what the right one would
 * have declared, so a mark must never follow from an earlier one: names of misparsed declarations
 * are declared with an unknown type, and an undeclared name is marked only while no mark was made.
 */
#include <string.h>

#include "semantic/checker.h"
#include "syntax/token.h"

/* The text around, from the end of the statement before, or of a bracket of blocks, to the next. */
static struct range statement_around(const struct check *check, uint32_t start, uint32_t end)
{
    const char *code = source_code(check->source);
    while (start > 0 && !strchr(";{}", code[start - 1]))
        start--;
    while (code[end] && !strchr(";{}", code[end]))
        end++;
    return (struct range){start, end};
}

/* Whether the parser had to guess what the statement means. */
static bool is_guessed(const struct check *check, const struct node *at)
{
    return diagnostics_had_error(check->diagnostics, check->state->parsed,
                                 statement_around(check, at->start, at->end));
}

bool complain(struct check *check, const struct node *at, const char *format, ...)
{
    if (check->state->quiet || is_guessed(check, at))
        return false;
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vformat(check->arena, format, arguments);
    va_end(arguments);
    report_error(check->diagnostics, (struct range){at->start, at->end}, "%s", message);
    return true;
}

void add_note(struct check *check, const struct node *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vformat(check->arena, format, arguments);
    va_end(arguments);
    report_note(check->diagnostics, (struct range){at->start, at->end}, "%s", message);
}

const char *show(struct check *check, const struct type *type)
{
    return type_string(check->arena, type);
}

bool text_mentions(const struct check *check, uint32_t start, uint32_t end, const char *word)
{
    const char *code = source_code(check->source);
    size_t word_length = strlen(word);
    struct range token;
    if (start >= end || !memmem(code + start, end - start, word, word_length))
        return false;
    for (uint32_t at = start; next_token(code, end, &at, &token);) {
        size_t length = token.end - token.start;
        const char *bare = attribute_bare_name(code + token.start, &length);
        if (length == word_length && !memcmp(bare, word, length))
            return true;
    }
    return false;
}

const char *text_of(struct check *check, const struct node *node)
{
    return arena_copy(check->arena, source_code(check->source) + node->start,
                      node->end - node->start);
}

/* --- marks */

bool marks_were_added(const struct check *check)
{
    return check->marks->count > check->state->marks_before;
}

bool mark_as_type(struct check *check, const struct node *name)
{
    if (name->flags & IS_MARKED)
        return false;
    mark_add(check->arena, check->marks, name->start, MARK_TYPE);
    return true;
}

bool mark_as_ordinary(struct check *check, const struct node *name)
{
    if (name->flags & IS_MARKED)
        return false;
    mark_add(check->arena, check->marks, name->start, MARK_ORDINARY);
    return true;
}

bool word_is_declared(struct check *check, const struct node *node, const char *word)
{
    struct symbol *symbol =
        scope_find(check->state->scopes, SPACE_ORDINARY, name_of(check->names, word));
    if (!symbol || node->flags & IS_MARKED)
        return false;
    mark_add(check->arena, check->marks, node->start,
             symbol->kind == SYMBOL_TYPEDEF ? MARK_TYPE : MARK_ORDINARY);
    return true;
}

static void declare_unknown(struct check *check, const struct node *name)
{
    if (!name)
        return;
    struct symbol *symbol = symbol_make(check, SYMBOL_VARIABLE, name->name);
    symbol->type = type_simple(check->types, TYPE_UNKNOWN);
    scope_bind(check->state->scopes, SPACE_ORDINARY, name->name, symbol);
}

/* The identifier that the expression would declare, read as a declarator. */
static struct node *declared_identifier(struct node *node)
{
    while (node) {
        switch (node->kind) {
        case NODE_IDENTIFIER:
            return node;
        case NODE_PAREN:
        case NODE_DEREFERENCE:
        case NODE_INDEX:
        case NODE_CALL:
        case NODE_ASSIGN:
            node = node_kid(node, 0);
            break;
        case NODE_BINARY:
            node = node->kid[1];
            break;
        default:
            return NULL;
        }
    }
    return NULL;
}

/* `T * x`, `T (x)`, `T (*x)(int)`, each perhaps with `= value`: T, and what follows it in *rest. */
static struct node *leading_name(struct node *node, struct node **rest)
{
    for (;;) {
        switch (node->kind) {
        case NODE_ASSIGN:
        case NODE_INDEX:
            break;
        case NODE_CALL:
            *rest = node_kid(node, 1);
            break;
        case NODE_BINARY:
            *rest = node->kid[1];
            break;
        case NODE_IDENTIFIER:
            return node;
        default:
            return NULL;
        }
        node = node->kid[0];
    }
}

static void declare_each(struct check *check, struct node *list)
{
    if (list->kind != NODE_COMMA) {
        declare_unknown(check, declared_identifier(list));
        return;
    }
    declare_each(check, list->kid[0]);
    declare_each(check, list->kid[1]);
}

bool is_misread_declaration(struct check *check, struct node *expression)
{
    struct node *first = expression, *rest = NULL;
    while (first->kind == NODE_COMMA)
        first = first->kid[0];
    struct node *name = leading_name(first, &rest);
    struct symbol *symbol =
        name ? scope_find(check->state->scopes, SPACE_ORDINARY, name->name) : NULL;
    if (!rest || !symbol || symbol->kind != SYMBOL_TYPEDEF || !mark_as_type(check, name))
        return false;
    for (struct node *node = expression; node->kind == NODE_COMMA; node = node->kid[0])
        declare_each(check, node->kid[1]);
    declare_unknown(check, declared_identifier(rest));
    return true;
}

bool is_hidden(const struct check *check, const char *name)
{
    return scope_find(check->state->file_unknown_names, SPACE_ORDINARY, name) != NULL;
}

bool is_news(struct check *check, const char *name)
{
    struct function_state *function = check->state->function;
    struct scopes *known = function ? function->unknown_names : check->state->file_unknown_names;
    if (scope_find(known, SPACE_ORDINARY, name) ||
        scope_find(check->state->file_unknown_names, SPACE_ORDINARY, name))
        return false;
    scope_bind(known, SPACE_ORDINARY, name, symbol_make(check, SYMBOL_VARIABLE, name));
    return true;
}
