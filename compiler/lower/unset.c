/* Locals that C compilers would take for unset (-Wmaybe-uninitialized).
 *
 *     int x;
 *     if (c) x = f();
 *     g();
 *     if (c) use(x);
 *
 * If `c` is in the frame, they believe that g() may change it between the two tests, though the
 * source's C says that it cannot. So a local that is set and read behind such tests only begins as
 * zero. One that is read without a test is left alone: what they say of that is so. */
#include "lower/lower.h"

/* `is_tested`: it stands behind a test of something in the frame. The result: whether it ends with
 * a jump, so that what follows stands behind the same test. */
static bool walk(struct node *node, bool is_tested);

static struct variable *local_of(const struct node *node)
{
    const struct symbol *symbol = node->kind == NODE_IDENTIFIER ? node->symbol : NULL;
    return symbol && symbol->kind == SYMBOL_VARIABLE ? symbol->lowered : NULL;
}

static bool names_frame(const struct node *node)
{
    if (!node)
        return false;
    const struct variable *variable = variable_named(node);
    if (variable && (variable->in_frame || variable->kind == VARIABLE_RESULT))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (names_frame(node->kid[i]))
            return true;
    return false;
}

static void assign(struct node *node, bool is_tested)
{
    struct variable *variable = local_of(skip_parens(node->kid[0]));
    if (variable && node->op == OP_NONE)
        variable->is_set_tested |= is_tested;
    else
        walk(node->kid[0], is_tested);
    walk(node->kid[1], is_tested);
}

/* What stands behind the kid that is the test, stands behind it. */
static bool walk_tested(struct node *node, uint32_t test, bool is_tested)
{
    bool leaves = false, inner = is_tested || names_frame(node->kid[test]);
    for (uint32_t i = 0; i < node->count; i++)
        leaves |= walk(node->kid[i], i > test ? inner : is_tested) && i > test;
    return leaves && inner;
}

static bool walk_list(struct node *node, bool is_tested)
{
    bool leaves = false;
    for (uint32_t i = 0; i < node->count; i++) {
        leaves = walk(node->kid[i], is_tested);
        is_tested |= leaves;
    }
    return leaves;
}

static bool walk(struct node *node, bool is_tested)
{
    if (!node || node->kind == NODE_FUNCTION)
        return false;
    switch (node->kind) {
    case NODE_IDENTIFIER:
        if (local_of(node))
            local_of(node)->is_read_untested |= !is_tested;
        return false;
    case NODE_ASSIGN:
        assign(node, is_tested);
        return false;
    case NODE_IF:
        return walk_tested(node, 0, is_tested);
    case NODE_LOGICAL:
    case NODE_CONDITIONAL:
    case NODE_WHILE:
    case NODE_SWITCH:
        walk_tested(node, 0, is_tested);
        return false;
    case NODE_FOR:
        walk_tested(node, 1, is_tested);
        return false;
    case NODE_RETURN:
    case NODE_GOTO:
    case NODE_BREAK:
    case NODE_CONTINUE:
        walk_list(node, is_tested);
        return true;
    default:
        return walk_list(node, is_tested);
    }
}

static bool is_suspect(const struct variable *variable)
{
    return variable->kind == VARIABLE_LOCAL && variable->may_be_unset && !variable->in_frame &&
           !variable->symbol->is_address_taken && type_is_scalar(variable->type) &&
           !(type_resolve(variable->type)->qualifiers & QUAL_VOLATILE);
}

void unset_find(struct function *function)
{
    bool any = false;
    for (size_t i = 0; i < function->variable_count; i++)
        any |= is_suspect(function->variables[i]);
    if (!any)
        return;
    walk(function->body, false);
    for (size_t i = 0; i < function->variable_count; i++) {
        struct variable *variable = function->variables[i];
        variable->begins_zero =
            is_suspect(variable) && variable->is_set_tested && !variable->is_read_untested;
    }
}
