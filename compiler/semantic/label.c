/* Labels: one name space for the whole function, and, with __label__, for a block. A jump may stand
 * before its label, so jumps are resolved at the end of the function; one to a block's own label is
 * resolved at once, while the block is open. */
#include "semantic/checker.h"

static struct symbol *local_label(struct check *check, const char *name)
{
    struct symbol *symbol = scope_find(check->state->scopes, SPACE_LABEL, name);
    return symbol && symbol->function == check->state->function->node ? symbol : NULL;
}

void check_local_labels(struct check *check, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *name = node->kid[i];
        struct symbol *symbol = symbol_make(check, SYMBOL_LABEL, name->name);
        name->symbol = symbol;
        symbol->declaration = node;
        scope_bind(check->state->scopes, SPACE_LABEL, name->name, symbol);
    }
}

void check_label(struct check *check, struct node *node)
{
    struct function_state *function = check->state->function;
    struct symbol *symbol = local_label(check, node->name);
    if (!symbol)
        symbol = scope_find(function->labels, SPACE_LABEL, node->name);
    if (!symbol) {
        symbol = symbol_make(check, SYMBOL_LABEL, node->name);
        scope_bind(function->labels, SPACE_LABEL, node->name, symbol);
    } else if (symbol->node) {
        if (complain(check, node, "duplicate label '%s'", node->name))
            add_note(check, symbol->node, "'%s' is here before", node->name);
    }
    if (!symbol->node)
        symbol->node = node;
    symbol->is_defined = true;
    node->symbol = symbol;
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i])
            check_statement(check, node->kid[i]);
}

void check_jump(struct check *check, struct node *jump)
{
    struct function_state *function = check->state->function;
    if (!function) {
        complain(check, jump, "a label's address outside a function");
        return;
    }
    /* A label of a function around this one is a nested function's way out. */
    jump->symbol = scope_find(check->state->scopes, SPACE_LABEL, jump->name);
    if (jump->symbol)
        return;
    function->jumps = arena_grow(check->arena, function->jumps, function->jump_count,
                                 &function->jump_capacity, sizeof *function->jumps);
    function->jumps[function->jump_count++] = jump;
}

void resolve_jumps(struct check *check)
{
    struct function_state *function = check->state->function;
    for (size_t i = 0; i < function->jump_count; i++) {
        struct node *jump = function->jumps[i];
        jump->symbol = scope_find(function->labels, SPACE_LABEL, jump->name);
        if (jump->symbol || scope_find(function->unknown_names, SPACE_LABEL, jump->name))
            continue;
        scope_bind(function->unknown_names, SPACE_LABEL, jump->name,
                   symbol_make(check, SYMBOL_LABEL, jump->name));
        complain(check, jump, "there is no label '%s' in this function", jump->name);
    }
}
