/* Types of the file that a local name hides, where lowering writes them for the user:
 *
 *     struct s { char c[9]; };                    struct s_inner_1 { char c[9]; };
 *     int a = async_run(f()).a;                   int a = (*(struct s *)async_run_value(f(),
 * ...)).a;
 *
 * Temporaries have types, too, and so do calls whose templates speak of what a handle holds. What
 * hides such a type gets another name, as in hiding.c. */
#include "lower/lower.h"
#include "semantic/scope.h"

/* Whether the name is written where the type is. */
static bool names(const struct type *type, const struct symbol *symbol)
{
    for (; type; type = type->kind == TYPE_TYPEDEF ? NULL : type->target) {
        if (type->symbol == symbol || type->alias == symbol || type->bearer == symbol ||
            (type->sent && names(type->sent, symbol)))
            return true;
        for (size_t i = 0; type->kind == TYPE_FUNCTION && i < type->parameter_count; i++)
            if (names(type->parameters[i].type, symbol))
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
static bool is_written(const struct node *node, const struct symbol *hidden, uint32_t from,
                       bool lowers)
{
    if (!node || node->end <= from)
        return false;
    lowers = node_is_expression(node) && (lowers || node->flags & HAS_LANGUAGE);
    if (!lowers && !(node->flags & HAS_LANGUAGE))
        return false;
    if (lowers && node->type && writes_type(node) && names(node->type, hidden))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (is_written(node->kid[i], hidden, from, lowers))
            return true;
    return false;
}

/* Parameters of what has a frame are members of that. */
static bool is_in_frame(const struct symbol *symbol)
{
    const struct function *function = symbol->function->function;
    return symbol->kind == SYMBOL_PARAMETER && function && function_has_frame(function);
}

bool hides_written_type(const struct lowered *lowered, const struct symbol *hiding)
{
    const struct symbol *hidden = symbol_space(hiding) == SPACE_TAG
                                      ? check_file_tag(lowered->check, hiding->name)
                                      : check_file_symbol(lowered->check, hiding->name);
    const struct node *scope = hiding->block ? hiding->block : hiding->function->kid[2];
    return hidden && hidden != hiding && !is_in_frame(hiding) &&
           is_written(scope, hidden, hiding->node->start, false);
}
