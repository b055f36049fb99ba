/* -Wunused-parameter: a parameter that an async function or a generator never names. What C
 * compilers see is that it is stored in the frame. */
#include "semantic/checker.h"

static bool may_be_unused(const struct node *parameter)
{
    if (parameter->kind != NODE_PARAMETER)
        return false;
    struct attributes attributes = declared_attributes(parameter, 0);
    return find_attribute(attributes, "unused") || find_attribute(attributes, "maybe_unused");
}

void check_parameters_used(struct check *check, struct node *function)
{
    const struct type *type = type_resolve(function->type);
    if (check->state->quiet || type->kind != TYPE_FUNCTION)
        return;
    for (size_t i = 0; i < type->parameter_count; i++) {
        const struct node *parameter = type->parameters[i].node;
        const struct node *name = parameter_name(&type->parameters[i]);
        const struct symbol *symbol = name ? name->symbol : NULL;
        if (symbol && !node_mentions(function, symbol) && !may_be_unused(parameter))
            report_warning(check->diagnostics, WARNING_UNUSED_PARAMETER,
                           (struct range){name->start, name->end}, "unused parameter '%s'",
                           symbol->name);
    }
}
