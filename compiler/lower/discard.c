/* Values that nobody wants. The handle of a discarded spawn is released, which gives no value, so
 * what is discarded around it has none either, and C must not ask for one:
 *
 *     k ? spawn f(a) : g;       k ? async_release(f__spawn(..., a)) : (void)(g);
 *     k && spawn f(a);          (void)(k && (async_release(f__spawn(..., a)), 0));
 *     x = (spawn f(a), 3);      x = (async_release(f__spawn(..., a)), 3); */
#include "lower/lower.h"

#include "support/arena.h"

bool part_is_wanted(const struct node *node, uint32_t index, bool wanted)
{
    switch (node->kind) {
    case NODE_EXPRESSION_STATEMENT:
        return node->flags & GIVES_VALUE;
    case NODE_FOR:
        return index == 1;
    case NODE_COMMA:
        return wanted && index == 1;
    case NODE_CONDITIONAL:
    case NODE_LOGICAL:
    case NODE_GENERIC:
        return wanted || index == 0;
    case NODE_PAREN:
    case NODE_ASSOCIATION:
        return wanted;
    case NODE_UNARY: /* `__extension__` */
        return wanted || node->op != OP_NONE;
    case NODE_CAST:
        return wanted && !type_is_void(node->type);
    case NODE_YIELD:
        return index == 0 || !type_is_void(node->type);
    default:
        return true;
    }
}

static bool is_void(const struct node *node)
{
    return node && node->type && type_is_void(node->type);
}

void make_void(struct lowered *lowered, struct node *node, const char *text)
{
    node->type = type_simple(lowered->check->types, TYPE_VOID);
    node->text = text;
}

static void discard_conditional(struct lowered *lowered, struct node *node)
{
    bool then = is_void(node->kid[1]), other = is_void(node->kid[2]);
    if (!node->kid[1] && other)
        make_void(lowered, node, "(void)($0 || ($2, 0))");
    else if (then && other)
        make_void(lowered, node, node->text);
    else if (then || other)
        make_void(lowered, node, then ? "$0 ? $1 : (void)($2)" : "$0 ? (void)($1) : $2");
}

/* The part that gives the expression its value, and nothing but that. */
static const struct node *value_part(struct lowered *lowered, const struct node *node)
{
    const struct node *part = NULL;
    switch (node->kind) {
    case NODE_PAREN:
    case NODE_UNARY:
        return node->kid[0];
    case NODE_COMMA:
        return node->kid[1];
    case NODE_GENERIC:
        part = selected_association(lowered->check, node);
        return part ? part->kid[1] : NULL;
    case NODE_STATEMENT_EXPRESSION:
        part = value_statement(node->kid[0]);
        return part ? part->kid[0] : NULL;
    default:
        return NULL;
    }
}

void discard_around(struct lowered *lowered, struct node *node)
{
    if (node->kind == NODE_CAST && is_void(node->kid[1]))
        make_void(lowered, node, "$1"); /* void casts to no other type */
    else if (is_void(node))
        return;
    else if (node->kind == NODE_CONDITIONAL)
        discard_conditional(lowered, node);
    else if (node->kind == NODE_LOGICAL && is_void(node->kid[1]))
        make_void(lowered, node,
                  node->op == OP_AND ? "(void)($0 && ($1, 0))" : "(void)($0 || ($1, 0))");
    else if (is_void(value_part(lowered, node)))
        make_void(lowered, node, node->text);
}
