/* Whether control comes to the end of a statement, as far as its form says. */
#include "lower/reach.h"

#include "lower/lower.h"
#include "source.h"

static bool is_noreturn_call(const struct node *node)
{
    struct node *call = node->kind == NODE_EXPRESSION_STATEMENT && node->count && node->kid[0]
                            ? skip_parens(node->kid[0])
                            : NULL;
    return call && call->kind == NODE_CALL && calls_noreturn(call);
}

static bool breaks(const struct node *node)
{
    if (!node)
        return false;
    switch (node->kind) {
    case NODE_BREAK:
        return true;
    case NODE_WHILE:
    case NODE_DO:
    case NODE_FOR:
    case NODE_SWITCH:
    case NODE_FUNCTION:
        return false;
    default:
        for (uint32_t i = 0; i < node->count; i++)
            if (breaks(node->kid[i]))
                return true;
        return false;
    }
}

/* `for (;;)`, `while (1)` */
static bool is_true(const struct lowered *lowered, struct node *condition)
{
    if (!condition)
        return true;
    struct node *number = skip_parens(condition);
    return number->kind == NODE_NUMBER && source_code(lowered->check->source)[number->start] != '0';
}

/* Whether control may come to what follows; true where that is not clear. */
bool falls_through(const struct lowered *lowered, struct node *node)
{
    if (!node)
        return true;
    switch (node->kind) {
    case NODE_RETURN:
    case NODE_GOTO:
    case NODE_GOTO_COMPUTED:
    case NODE_BREAK:
    case NODE_CONTINUE:
        return false;
    case NODE_COMPOUND:
    case NODE_SPLICE:
        for (uint32_t i = node->count; i > 0; i--)
            if (node->kid[i - 1] &&
                (node->kid[i - 1]->kind != NODE_SPLICE || node->kid[i - 1]->count))
                return falls_through(lowered, node->kid[i - 1]);
        return true;
    case NODE_LABEL:
        return falls_through(lowered, node_kid(node, 0));
    case NODE_IF:
        return falls_through(lowered, node->kid[1]) || falls_through(lowered, node_kid(node, 2));
    case NODE_WHILE:
        return !is_true(lowered, node->kid[0]) || breaks(node->kid[1]);
    case NODE_FOR:
        return !is_true(lowered, node->kid[1]) || breaks(node->kid[3]);
    default:
        return !is_noreturn_call(node);
    }
}
