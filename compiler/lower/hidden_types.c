/* Types that a local name hides, where lowering writes them for the user:
 *
 *     struct s { char c[9]; };                    struct s_inner_1 { char c[9]; };
 *     int a = async_run(f()).a;                   int a = (*(struct s *)async_run_value(f(),
 * ...)).a;
 *
 * Temporaries have types, too, and so do calls whose templates speak of what a handle holds, and
 * arrays of variable size that lie outside of the frame. What hides such a type gets another name,
 * as in hiding.c. */
#include "lower/lower.h"
#include "semantic/scope.h"

/* What has a frame keeps its types outside, by names of their own. */
static bool is_moved(const struct symbol *symbol)
{
    const struct function *function = symbol->function ? symbol->function->function : NULL;
    while (function && function->outer)
        function = function->outer;
    return function && function_has_frame(function);
}

static bool is_hidden(const struct symbol *symbol, const struct symbol *hiding)
{
    return symbol && symbol != hiding && symbol->name == hiding->name &&
           symbol_space(symbol) == symbol_space(hiding) &&
           (!symbol->function || symbol->node->start < hiding->node->start) && !is_moved(symbol);
}

/* Whether a name that is hidden is written where the type is. */
static bool names(const struct type *type, const struct symbol *hiding)
{
    for (; type; type = type->kind == TYPE_TYPEDEF ? NULL : type->target) {
        if (is_hidden(type->symbol, hiding) || is_hidden(type->alias, hiding) ||
            is_hidden(type->bearer, hiding) || (type->sent && names(type->sent, hiding)))
            return true;
        for (size_t i = 0; type->kind == TYPE_FUNCTION && i < type->parameter_count; i++)
            if (names(type->parameters[i].type, hiding))
                return true;
    }
    return false;
}

/* Whether a temporary of the expression's type may be made, or a template speaks of the type. */
static bool writes_type(const struct node *node)
{
    return node_is_effect(node) || node->kind == NODE_CONDITIONAL ||
           node->kind == NODE_COMPOUND_LITERAL;
}

/* `lowers`: the node is a part of an expression with something of the language's. */
static bool is_written(const struct node *node, const struct symbol *hiding, uint32_t from,
                       bool lowers)
{
    if (!node || node->end <= from)
        return false;
    lowers = node_is_expression(node) && (lowers || node->flags & HAS_LANGUAGE);
    if (!lowers && !(node->flags & HAS_LANGUAGE))
        return false;
    if (lowers && node->type && writes_type(node) && names(node->type, hiding))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (is_written(node->kid[i], hiding, from, lowers))
            return true;
    return false;
}

/* Whether it is written in a function with a frame where the user wrote none: for an array of
 * variable size that is used, or a declaration that is split between its declarators. */
static bool is_restated(const struct node *node, const struct symbol *hiding)
{
    if (!node || node->end <= hiding->node->start)
        return false;
    const struct symbol *symbol = node->symbol;
    bool is_used = node->kind == NODE_IDENTIFIER && symbol && symbol->type &&
                   type_is_variably_modified(symbol->type);
    bool is_declared = node->kind == NODE_DECLARATOR_NAME && symbol && symbol->type &&
                       symbol->kind == SYMBOL_VARIABLE;
    if ((is_used || is_declared) && symbol != hiding && names(symbol->type, hiding))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (is_restated(node->kid[i], hiding))
            return true;
    return false;
}

static bool has_frame(const struct symbol *symbol)
{
    const struct function *function = symbol->function->function;
    return function && function_has_frame(function);
}

/* Parameters of what has a frame are members of that. */
static bool is_in_frame(const struct symbol *symbol)
{
    return symbol->kind == SYMBOL_PARAMETER && has_frame(symbol);
}

/* Whether there is a type of that name that it may hide. */
static bool is_known(const struct lowered *lowered, const struct symbol *hiding)
{
    enum name_space space = symbol_space(hiding);
    const struct symbol *of_file = space == SPACE_TAG
                                       ? check_file_tag(lowered->check, hiding->name)
                                       : check_file_symbol(lowered->check, hiding->name);
    return (of_file && of_file != hiding) || scope_find(lowered->local_types, space, hiding->name);
}

bool hides_written_type(const struct lowered *lowered, const struct symbol *hiding)
{
    const struct node *scope = hiding->block ? hiding->block : hiding->function->kid[2];
    if (!hiding->name || !is_known(lowered, hiding) || is_in_frame(hiding))
        return false;
    return is_written(scope, hiding, hiding->node->start, false) ||
           (has_frame(hiding) && is_restated(scope, hiding));
}
