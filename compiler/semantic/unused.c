/* -Wunused-parameter: a parameter that an async function or a generator never names. What C
 * compilers see is that it is stored in the frame.
 *
 * `#pragma unused(x, y)`, which clang knows, takes back such warnings about parameters and locals.
 * It speaks of what is in scope where it stands, so it is read in step with the statements. */
#include "semantic/checker.h"
#include "syntax/token.h"

static bool may_be_unused(const struct node *parameter)
{
    if (parameter->kind != NODE_PARAMETER)
        return false;
    struct attributes attributes = declared_attributes(parameter, 0);
    return find_attribute(attributes, "unused") || find_attribute(attributes, "maybe_unused");
}

/* Whether the parser made nothing of a part of the function, or of text that an early brace left
 * behind it. */
static bool is_read_in_part(const struct check *check)
{
    return diagnostics_had_error(check->diagnostics, check->state->parsed, check->state->external);
}

void check_parameters_used(struct check *check, struct node *function)
{
    const struct type *type = type_resolve(function->type);
    if (check->state->quiet || type->kind != TYPE_FUNCTION || is_read_in_part(check))
        return;
    for (size_t i = 0; i < type->parameter_count; i++) {
        const struct node *parameter = type->parameters[i].node;
        const struct node *name = parameter_name(&type->parameters[i]);
        const struct symbol *symbol = name ? name->symbol : NULL;
        if (symbol && !symbol->is_left_out && !node_mentions(function, symbol) &&
            !may_be_unused(parameter))
            report_warning(check->diagnostics, WARNING_UNUSED_PARAMETER,
                           (struct range){name->start, name->end}, "unused parameter '%s'",
                           symbol->name);
    }
}

static void read_pragma(struct check *check, const struct directive *pragma)
{
    const char *text = source_text(check->source);
    struct range token;
    uint32_t at = pragma->start;
    bool is_listed = false;
    while (next_token(text, pragma->end, &at, &token)) {
        if (is_listed && token_is_name(text, token)) {
            const char *name =
                name_intern(check->names, text + token.start, token.end - token.start);
            struct symbol *symbol = scope_find(check->state->scopes, SPACE_ORDINARY, name);
            if (symbol)
                symbol->is_left_out = true;
        }
        is_listed |= token_is(text, token, "(");
    }
}

void check_unused_pragmas(struct check *check, uint32_t end)
{
    struct check_state *state = check->state;
    size_t count;
    const struct directive *directives = source_directives(check->source, &count);
    for (; state->directive < count && directives[state->directive].start < end; state->directive++)
        if (state->function && directives[state->directive].kind == DIRECTIVE_PRAGMA &&
            source_pragma_is(check->source, &directives[state->directive], "unused"))
            read_pragma(check, &directives[state->directive]);
}
