/* What the source names only where nothing is written: in operands that nobody evaluates and that
 * an await made vanish, in the declarations of what lies in the frame, in arms of _Generic. C
 * compilers must not call it unused, which it is not in the source. */
#include "lower/lower.h"

void leave_out(struct lowered *lowered, struct node *node)
{
    if (!node)
        return;
    if (node->kind == NODE_IDENTIFIER && node->symbol) {
        struct function *function = lowered_function(lowered, node->symbol);
        node->symbol->is_left_out = true;
        if (function)
            function->is_mentioned = true;
    }
    for (uint32_t i = 0; i < node->count; i++)
        leave_out(lowered, node->kid[i]);
}

static bool is_in_frame(const struct node *declared)
{
    const struct node *name = declarator_name(declared->kid[0]);
    const struct symbol *symbol = name ? name->symbol : NULL;
    const struct variable *variable =
        symbol && symbol->kind == SYMBOL_VARIABLE ? symbol->lowered : NULL;
    return variable && variable->in_frame;
}

static void find_declarations(struct lowered *lowered, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return;
    for (uint32_t i = 1; node->kind == NODE_DECLARATION && i < node->count; i++) {
        struct node *declared = node->kid[i];
        if (declared->kind != NODE_DECLARED || !is_in_frame(declared))
            continue;
        leave_out(lowered, node->kid[0]);
        leave_out(lowered, declared->kid[0]);
    }
    for (uint32_t i = 0; i < node->count; i++)
        find_declarations(lowered, node->kid[i]);
}

bool body_names(const struct node *body, const struct symbol *symbol)
{
    return node_mentions(body, symbol) || symbol->is_left_out;
}

void left_out_find(struct lowered *lowered, struct function *function)
{
    find_declarations(lowered, function->body);
    for (size_t i = 0; i < function->hoisted_count; i++)
        for (uint32_t k = 0; k < moved_kids(function->hoisted[i]); k++)
            leave_out(lowered, function->hoisted[i]->kid[k]);
}
