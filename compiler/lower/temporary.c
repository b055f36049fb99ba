/* Structs that a call or an await gives, an array of which is used by its address.
 *
 * C lets such a struct live to the end of the full expression (C11 6.2.4p8), and with `f().row`
 * there may be a pointer into it for as long. An await in the full expression makes several
 * statements of it, so the struct must be a variable, and one whose address is known: then it has a
 * place in the frame. Here such structs are marked, and the way to them as if it awaited; hoist
 * (expression.c) keeps them. */
#include "lower/await.h"

static void visit(struct hoist *h, struct node *node);

static bool is_array(const struct node *node)
{
    return node->type && type_resolve(node->type)->kind == TYPE_ARRAY;
}

static bool is_record(const struct node *node)
{
    enum type_kind kind = node->type ? type_resolve(node->type)->kind : TYPE_UNKNOWN;
    return kind == TYPE_STRUCT || kind == TYPE_UNION;
}

/* A value that is not an object already. */
static bool is_value(struct hoist *h, const struct node *node)
{
    switch (node->kind) {
    case NODE_CALL:
        return !chosen_operand(h->lowered->check, node);
    case NODE_AWAIT:
    case NODE_YIELD:
    case NODE_CONDITIONAL:
    case NODE_COMMA:
    case NODE_ASSIGN:
    case NODE_CAST:
    case NODE_STATEMENT_EXPRESSION:
    case NODE_TYPE_ARGUMENTS: /* va_arg */
        return !node->text;
    default:
        return false;
    }
}

/* Whether an address within the kid's object may be known, if one within the node's is. */
static bool escapes_with(struct hoist *h, const struct node *node, const struct node *kid,
                         bool escapes)
{
    if (taken_operand(h->lowered->check, node) == kid)
        return escapes;
    switch (node->kind) {
    case NODE_ADDRESS:
        return true;
    case NODE_PAREN:
    case NODE_GENERIC:
    case NODE_ASSOCIATION:
        return escapes;
    case NODE_UNARY:
        return node->op == OP_NONE ? escapes : is_array(kid);
    case NODE_MEMBER:
        return escapes && node->op == OP_DOT;
    case NODE_INDEX:
    case NODE_DEREFERENCE: /* of an array, reads one of its elements */
        return is_array(kid) && escapes;
    default:
        return is_array(kid);
    }
}

/* Marks what must be kept below the expression; whether there is any. */
static bool mark(struct hoist *h, struct node *node, bool escapes)
{
    if (!node || node->kind == NODE_FUNCTION || node_is_unevaluated(node))
        return false;
    if (node->kind == NODE_COMPOUND ||
        node->kind == NODE_SPLICE) { /* full expressions of its own */
        visit(h, node);
        return false;
    }
    bool any = escapes && is_record(node) && is_value(h, node);
    if (any)
        node->flags |= IS_KEPT;
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i])
            any |= mark(h, node->kid[i], escapes_with(h, node, node->kid[i], escapes));
    if (any)
        node->flags |= HAS_AWAIT;
    return any;
}

static void visit(struct hoist *h, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION || !(node->flags & HAS_AWAIT))
        return;
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        if (kid && kid->flags & HAS_AWAIT && node_is_expression(kid))
            mark(h, kid, is_array(kid));
        else
            visit(h, kid);
    }
}

void temporaries_find(struct hoist *h, struct node *body)
{
    visit(h, body);
}
