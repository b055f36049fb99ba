/* Members of structs and unions. C compilers would say of what is wrong with them that frames, in
 * which objects of these types come to lie, have no size, too; and types that async functions and
 * generators declare move to file scope. */
#include "semantic/checker.h"

/* --- names */

/* Whether the members of one that has no name are the whole's. `struct tag {...};` and `typedefed;`
 * declare none in C, but do for compilers that are told so. */
static bool is_anonymous(const struct type *type)
{
    return type_is_tagged(type) && !type->name;
}

static bool has_member(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const struct type *type = type_resolve(fields[i].type);
        if (fields[i].name
                ? fields[i].name == name
                : is_anonymous(fields[i].type) && has_member(type->fields, type->field_count, name))
            return true;
    }
    return false;
}

void check_anonymous_member(struct check *check, const struct type *type,
                            const struct field *fields, size_t count)
{
    const struct type *inner = type_resolve(type);
    for (size_t i = 0; is_anonymous(type) && i < inner->field_count; i++) {
        const struct field *field = &inner->fields[i];
        if (field->name && has_member(fields, count, field->name))
            complain(check, declarator_name(field->node->kid[0]), "duplicate member '%s'",
                     field->name);
        else if (!field->name && field->bits < 0)
            check_anonymous_member(check, field->type, fields, count);
    }
}

/* Surely. Some compilers take a const variable for the value that it has; that the language has no
 * place there has been said. */
static bool is_no_constant(struct check *check, const struct node *value)
{
    long long ignored;
    if (is_unknown(value->type) || value->flags & (HAS_AWAIT | HAS_LANGUAGE))
        return false;
    return !type_is_integer(value->type) ||
           (constant_evaluate(check, value, &ignored) == CONSTANT_NOT &&
            !(type_qualifiers(value->type) & QUAL_CONST));
}

/* --- bit-fields */

static bool is_too_wide(const struct type *type, long long bits)
{
    uint64_t size = type_size(type);
    bool is_bool = type_resolve(type)->kind == TYPE_BOOL;
    return size && bits > (is_bool ? 1 : (long long)(8 * size));
}

static void check_bit_field(struct check *check, const struct declarator *field)
{
    const struct node *name = field->name, *place = name ? name : field->width;
    const char *what =
        name ? arena_format(check->arena, "bit-field '%s'", name->name) : "a bit-field";
    long long bits = 0;
    bool is_known = constant_evaluate(check, field->width, &bits) == CONSTANT_KNOWN;
    if (is_unknown(field->type))
        return;
    if (!type_is_integer(field->type))
        complain(check, place, "%s of type '%s', which is no integer", what,
                 show(check, field->type));
    else if (is_no_constant(check, field->width))
        complain(check, field->width, "the width of %s is no integer constant", what);
    else if (is_known && bits < 0 && !type_is_unsigned(field->width->type))
        complain(check, place, "%s has a negative width", what);
    else if (is_known && !bits && name)
        complain(check, place, "%s has a name, but no width", what);
    else if (is_known && is_too_wide(field->type, bits))
        complain(check, place, "%s is wider than its type '%s'", what, show(check, field->type));
}

/* --- types */

static bool is_incomplete(const struct type *type)
{
    type = type_resolve(type);
    while (type->kind == TYPE_ARRAY) {
        type = type_resolve(type->target);
        if (type->kind == TYPE_ARRAY && type->array_size == ARRAY_INCOMPLETE)
            return true;
    }
    bool is_record = type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
    return type->kind == TYPE_VOID || (is_record && !type->is_complete);
}

/* At file scope; in functions GNU C takes such members. */
static bool has_variable_size(struct check *check, const struct type *type)
{
    if (check->state->function)
        return false;
    for (type = type_resolve(type); type->kind == TYPE_ARRAY; type = type_resolve(type->target))
        if (type->node && type->node->type && type_is_integer(type->node->type) &&
            is_no_constant(check, type->node))
            return true;
    return false;
}

void check_new_member(struct check *check, const struct declarator *member,
                      const struct field *fields, size_t count)
{
    const struct node *name = member->name;
    if (name && has_member(fields, count, name->name))
        complain(check, name, "duplicate member '%s'", name->name);
    else if (member->width)
        check_bit_field(check, member);
    else if (name && type_resolve(member->type)->kind == TYPE_FUNCTION)
        complain(check, name, "member '%s' is a function", name->name);
    else if (name && is_incomplete(member->type))
        complain(check, name, "member '%s' has the incomplete type '%s'", name->name,
                 show(check, member->type));
    else if (name && has_variable_size(check, member->type))
        complain(check, name, "member '%s' has a size that is no integer constant", name->name);
}

void check_flexible_members(struct check *check, const struct type *type)
{
    for (size_t i = 0; type->kind == TYPE_STRUCT && i + 1 < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        const struct type *array = type_resolve(field->type);
        if (array->kind == TYPE_ARRAY && array->array_size == ARRAY_INCOMPLETE)
            complain(check, field->node, "an array without a length is not the last member");
    }
}
