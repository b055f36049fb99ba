/* What an async function cannot keep on the C stack, which it leaves at each await: GNU C's nested
 * functions. Calling one is fine, for it is made anew whenever the function goes on; so is handing
 * it to a call that is over before the next await (qsort). Any other use of its address is refused.
 */
#include "semantic/checker.h"

static bool is_nested(const struct node *node, const struct node *function)
{
    const struct symbol *symbol = node->kind == NODE_IDENTIFIER ? node->symbol : NULL;
    return symbol && symbol->kind == SYMBOL_FUNCTION && symbol->function == function &&
           symbol->is_defined;
}

static bool is_passed_on(const struct node *node)
{
    return node->kind == NODE_PAREN || node->kind == NODE_CAST || node->kind == NODE_ADDRESS ||
           node->kind == NODE_CONDITIONAL;
}

static bool makes_coroutine(const struct node *call)
{
    return call->type && type_resolve(call->type)->kind == TYPE_FUTURE;
}

/* `passed`: the value goes to a call that is over before the next await. */
static void visit(struct check *check, struct node *function, struct node *node, bool passed)
{
    if (!node || node_is_unevaluated(node))
        return;
    if (is_nested(node, function) && !passed) {
        if (complain(check, node, "the address of '%s' does not last across an await", node->name))
            add_note(check, node->symbol->node, "'%s' is nested in an async function", node->name);
        return;
    }
    bool inner =
        (passed && is_passed_on(node)) || (node->kind == NODE_CALL && !makes_coroutine(node));
    for (uint32_t i = 0; i < node->count; i++)
        visit(check, function, node->kid[i],
              inner || (node->kind == NODE_CALL && i == 0) ||
                  node->kind == NODE_EXPRESSION_STATEMENT);
}

void check_stack(struct check *check, struct node *function)
{
    struct node *body = function->kid[2];
    if (body->flags & HAS_AWAIT)
        visit(check, function, body, false);
}
