/* What the source names only where nothing is written: in operands that nobody evaluates and that
 * an await made vanish, in the declarations of what lies in the frame, in arms of _Generic. C
 * compilers must not call it unused, which it is not in the source.
 *
 * In operands that nobody evaluates, `sizeof(try f())`, only the type is written of what C has not.
 */
#include "lower/lower.h"
#include "support/arena.h"

/* What C compilers would call unused, unless it has a frame: then they are told at its functions.
 */
static bool is_of_file(const struct symbol *symbol)
{
    bool is_object = symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_FUNCTION;
    return is_object && symbol->storage == OP_STATIC && !symbol->function && symbol->declaration;
}

static void leave_out_name(struct lowered *lowered, struct symbol *symbol)
{
    struct function *function = lowered_function(lowered, symbol);
    if (function)
        function->is_mentioned = true;
    else if (!symbol->is_left_out && is_of_file(symbol)) {
        lowered->left_out = arena_grow(lowered->arena, lowered->left_out, lowered->left_out_count,
                                       &lowered->left_out_capacity, sizeof *lowered->left_out);
        lowered->left_out[lowered->left_out_count++] = symbol;
        if (!lowered->left_out_name)
            lowered->left_out_name = fresh_name(lowered, "left_out");
    }
    symbol->is_left_out = true;
}

void leave_out(struct lowered *lowered, struct node *node)
{
    if (!node)
        return;
    if (node->kind == NODE_IDENTIFIER && node->symbol)
        leave_out_name(lowered, node->symbol);
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

/* Whether nothing is left of the effect of the expression, or of an arm of it. */
static bool vanishes(const struct node *value)
{
    switch (value->kind) {
    case NODE_AWAIT:
    case NODE_YIELD:
    case NODE_TRY:
    case NODE_COMPREHENSION:
        return true;
    case NODE_CAST:
        return type_is_void(value->type) && vanishes(skip_parens(value->kid[1]));
    case NODE_LOGICAL:
        return vanishes(skip_parens(value->kid[1]));
    case NODE_CONDITIONAL:
        return (value->kid[1] && vanishes(skip_parens(value->kid[1]))) ||
               vanishes(skip_parens(value->kid[2]));
    default:
        return false;
    }
}

/* gcc overlooks a cast of what is void already. */
static const char *discarding(const struct node *value)
{
    if (value->kind == NODE_CONDITIONAL && type_is_void(value->type))
        return "(void)($0 ? ($1, 0) : ($2, 0))";
    switch (value->kind) {
    case NODE_LOGICAL:
        return value->op == OP_AND ? "(void)($0 && $1)" : "(void)($0 || $1)";
    case NODE_CONDITIONAL:
        return value->kid[1] ? "(void)($0 ? $1 : $2)" : "(void)($0 ?: $2)";
    default:
        return value->text;
    }
}

/* What becomes an object of its type, or of nothing where nobody wants a value: C compilers would
 * say that it has no effect. */
static void discard(struct lowered *lowered, struct node *node)
{
    struct node *value = skip_parens(node);
    if (!vanishes(value))
        return;
    for (; node != value; node = node->kid[0])
        make_void(lowered, node, node->text);
    make_void(lowered, value, discarding(value));
}

static void discard_parts(struct lowered *lowered, struct node *node)
{
    const struct node *value =
        node->kind == NODE_STATEMENT_EXPRESSION ? value_statement(node->kid[0]) : NULL;
    struct node *block = value ? node->kid[0] : NULL;
    if (node->kind == NODE_COMMA)
        discard(lowered, node->kid[0]);
    for (uint32_t i = 0; block && i < block->count; i++)
        if (block->kid[i]->kind == NODE_EXPRESSION_STATEMENT && block->kid[i] != value)
            discard(lowered, block->kid[i]->kid[0]);
}

void unevaluated_leave_out(struct lowered *lowered, struct node *node, bool is_unevaluated)
{
    if (!node || !(node->flags & HAS_LANGUAGE))
        return;
    is_unevaluated |= node_is_unevaluated(node);
    if (is_unevaluated)
        discard_parts(lowered, node);
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
