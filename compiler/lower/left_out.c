/* What the source names only where nothing is written: in operands that nobody evaluates and that
 * an await made vanish, in the declarations of what lies in the frame, in arms of _Generic. C
 * compilers must not call it unused, which it is not in the source.
 *
 * In operands that nobody evaluates, `sizeof(try f())`, only the type is written of what C has not.
 */
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

/* --- operands that nobody evaluates */

/* A loop over a range, a deferred statement or the like. */
static bool has_own_statement(const struct node *node)
{
    if (!node || !(node->flags & HAS_LANGUAGE) || node->kind == NODE_FUNCTION)
        return false;
    if (node->kind == NODE_RANGE_FOR || node->kind == NODE_ASYNC_WITH || node->kind == NODE_DEFER)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (has_own_statement(node->kid[i]))
            return true;
    return false;
}

/* What C has not, and nobody will lower. */
static bool is_only_typed(const struct node *node)
{
    return node->type && (node->kind == NODE_TRY || node->kind == NODE_COMPREHENSION ||
                          (node->kind == NODE_STATEMENT_EXPRESSION && has_own_statement(node)));
}

void unevaluated_leave_out(struct lowered *lowered, struct node *node, bool is_unevaluated)
{
    if (!node || !(node->flags & HAS_LANGUAGE))
        return;
    is_unevaluated |= node_is_unevaluated(node);
    if (is_unevaluated && is_only_typed(node)) {
        leave_out(lowered, node);
        node->count = 0;
    }
    for (uint32_t i = 0; i < node->count; i++)
        unevaluated_leave_out(lowered, node->kid[i], is_unevaluated);
}

/* --- declarations */

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
