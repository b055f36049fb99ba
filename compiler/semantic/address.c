/* Whose address is taken: such a local must stay where it is for as long as it lives, for somebody
 * may hold a pointer to it. To say so once too often costs a frame some bytes; to miss one is a
 * bug. */
#include "semantic/checker.h"

static bool is_array(const struct node *node)
{
    return node->type && type_resolve(node->type)->kind == TYPE_ARRAY;
}

/* The address of this lvalue, or of a part of what it names, is used. */
void take_address(struct check *check, struct node *node)
{
    if (check->state->unevaluated)
        return;
    for (;;) {
        node = skip_parens(node);
        switch (node->kind) {
        case NODE_IDENTIFIER:
            if (node->symbol)
                node->symbol->is_address_taken = true;
            return;
        case NODE_MEMBER:
            if (node->op == OP_ARROW)
                return;
            node = node->kid[0];
            break;
        case NODE_INDEX:
            if (!is_array(node->kid[0]) && !is_array(node->kid[1]))
                return;
            node = is_array(node->kid[0]) ? node->kid[0] : node->kid[1];
            break;
        case NODE_DEREFERENCE:
            if (!is_array(node->kid[0]))
                return;
            node = node->kid[0];
            break;
        case NODE_UNARY: /* &__real__ z */
            node = node->kid[0];
            break;
        case NODE_COMMA:
            node = node->kid[1];
            break;
        case NODE_CONDITIONAL: /* of arrays in structs */
            if (node->kid[1])
                take_address(check, node->kid[1]);
            node = node->kid[2];
            break;
        case NODE_GENERIC:
            for (uint32_t i = 1; i < node->count; i++)
                take_address(check, node->kid[i]->kid[1]);
            return;
        case NODE_CALL:
            if (!is_choose_expr(node))
                return;
            take_address(check, node->kid[2]);
            node = node->kid[3];
            break;
        default:
            return;
        }
    }
}

/* The expression's value is used: an array becomes a pointer to its first element. */
void decay_address(struct check *check, struct node *value)
{
    if (!is_array(value))
        return;
    skip_parens(value)->flags |= IS_DECAYED;
    take_address(check, value);
}
