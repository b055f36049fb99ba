/* Members of types that async functions and generators declare. These move to file scope, and C
 * compilers would say of what is wrong with them that frames have no size, too. */
#include "semantic/checker.h"

static bool moves(const struct check *check)
{
    const struct function_state *function = check->state->function;
    return function && (function->is_async || function->is_generator);
}

static bool is_incomplete(const struct type *type)
{
    type = type_resolve(type);
    while (type->kind == TYPE_ARRAY)
        type = type_resolve(type->target);
    bool is_record = type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
    return type->kind == TYPE_VOID || (is_record && !type->is_complete);
}

static bool is_too_wide(const struct type *type, int bits)
{
    uint64_t size = type_size(type);
    bool is_bool = type_resolve(type)->kind == TYPE_BOOL;
    return type_is_integer(type) && size && bits > (is_bool ? 1 : (int)(8 * size));
}

static bool has_member(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].name ? fields[i].name == name : type_field(fields[i].type, name) != NULL)
            return true;
    return false;
}

void check_new_member(struct check *check, const struct declarator *member,
                      const struct field *fields, size_t count)
{
    const struct node *name = member->name;
    if (!moves(check) || !name)
        return;
    if (has_member(fields, count, name->name))
        complain(check, name, "duplicate member '%s'", name->name);
    else if (type_resolve(member->type)->kind == TYPE_FUNCTION)
        complain(check, name, "member '%s' is a function", name->name);
    else if (is_incomplete(member->type))
        complain(check, name, "member '%s' has the incomplete type '%s'", name->name,
                 show(check, member->type));
    else if (is_too_wide(member->type, member->bits))
        complain(check, name, "bit-field '%s' is wider than its type '%s'", name->name,
                 show(check, member->type));
}

void check_flexible_members(struct check *check, const struct type *type)
{
    for (size_t i = 0; moves(check) && type->kind == TYPE_STRUCT && i + 1 < type->field_count;
         i++) {
        const struct field *field = &type->fields[i];
        const struct type *array = type_resolve(field->type);
        if (array->kind == TYPE_ARRAY && array->array_size == ARRAY_INCOMPLETE)
            complain(check, field->node, "an array without a length is not the last member");
    }
}
