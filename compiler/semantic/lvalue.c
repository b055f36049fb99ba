/* What is an lvalue: an expression that names an object, which lasts longer than the expression.
 *
 * What an lvalue holds is somebody's: a handle that is consumed is taken out of it, a container is
 * looked at where it is. _Generic and __builtin_choose_expr are what they take, so that they may be
 * lvalues; what `?:`, `,` and `=` give is a copy in C. */
#include "semantic/checker.h"

bool is_lvalue(struct check *check, struct node *node)
{
    node = skip_choices(check, node);
    switch (node->kind) {
    case NODE_IDENTIFIER: /* without a symbol: `__func__`, true, nullptr */
        return node->symbol ? node->symbol->kind != SYMBOL_FUNCTION &&
                                  node->symbol->kind != SYMBOL_ENUMERATOR
                            : node->type && type_resolve(node->type)->kind == TYPE_ARRAY;
    case NODE_INDEX:
    case NODE_DEREFERENCE:
    case NODE_COMPOUND_LITERAL:
    case NODE_STRING:
        return true;
    case NODE_MEMBER:
        return node->op == OP_ARROW || is_lvalue(check, node->kid[0]);
    case NODE_UNARY:
        return (node->op == OP_REAL || node->op == OP_IMAG) && is_lvalue(check, node->kid[0]);
    default:
        return false;
    }
}
