/* Operands that C does not evaluate, and those that it does after all.
 *
 * `sizeof x` and `typeof(x)` want nothing but the type of x, so what stands in x does not happen:
 * it may await in an ordinary function, and the function is not cut there. If that type has sizes
 * that vary, C evaluates x to know them (C11 6.5.3.4p2), but not for `_Alignof`:
 *
 *     sizeof *(int (*)[await f()])p     typeof(rows[await f()]) copy;
 *
 * This is known only after x has been typed as something that nobody evaluates. Then the awaits
 * in it are judged as any other, and once the function is read, what is around them is told of them
 * (HAS_AWAIT), as it was of all others when the tree was built (syntax/build.c). */
#include <string.h>

#include "semantic/checker.h"

/* --- which are evaluated */

bool operand_is_evaluated(const struct node *node)
{
    const struct node *operand = node_kid(node, 0);
    if (!operand || node->op == OP_ALIGNOF)
        return false;
    if (operand->kind == NODE_TYPE_NAME)
        return true; /* for the sizes in it */
    if (!operand->type || !type_is_variably_modified(operand->type))
        return false;
    return node->kind == NODE_TYPEOF || type_has_variable_size(operand->type);
}

bool node_is_unevaluated(const struct node *node)
{
    const char *name = node->kind == NODE_CALL && node_kid(node, 0) ? callee_name(node) : NULL;
    if (node->kind == NODE_SIZEOF || node->kind == NODE_TYPEOF)
        return !operand_is_evaluated(node);
    return node->kind == NODE_HAS_ATTRIBUTE ||
           node->kind == NODE_PARAMETER || /* of a prototype: its sizes are as good as `*` */
           (name &&
            (!strcmp(name, "__builtin_constant_p") || !strcmp(name, "__builtin_object_size") ||
             !strcmp(name, "__builtin_dynamic_object_size")));
}

/* --- typing them */

struct type *check_unevaluated(struct check *check, struct node *node)
{
    check->state->unevaluated++;
    struct type *type = check_expression(check, node);
    check->state->unevaluated--;
    return type;
}

static void judge_awaits(struct check *check, const struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION || node_is_unevaluated(node))
        return;
    if (node->kind == NODE_AWAIT && !may_wait(check, node, "'await'"))
        return;
    for (uint32_t i = 0; i < node->count; i++)
        judge_awaits(check, node->kid[i]);
}

struct type *check_type_operand(struct check *check, struct node *node)
{
    struct function_state *function = check->state->function;
    struct type *type = check_unevaluated(check, node->kid[0]);
    if (!(node->kid[0]->flags & HAS_AWAIT) || !operand_is_evaluated(node))
        return type;
    judge_awaits(check, node->kid[0]);
    if (function)
        function->evaluates_operands = true;
    return type;
}

/* --- telling what is around them */

static unsigned spread(struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return 0;
    for (uint32_t i = 0; i < node->count; i++)
        node->flags |= spread(node->kid[i]);
    bool asks = node->kind == NODE_SIZEOF || node->kind == NODE_TYPEOF;
    return asks && !operand_is_evaluated(node) ? 0 : node->flags & HAS_AWAIT;
}

void spread_awaits(struct check *check, struct node *body)
{
    if (check->state->function->evaluates_operands)
        spread(body);
}
