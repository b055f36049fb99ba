/* How types relate: compatibility (C11 6.2.7), and the conversions of C11 6.3 (decay, integer
 * promotion, the usual arithmetic conversions).
 *
 * Structs, unions and enums are compatible when they are the same object: one file is one
 * translation unit. Everything else is compared by structure. */
#include "semantic/type.h"

static bool same_target(const struct type *a, const struct type *b)
{
    return type_qualifiers(a) == type_qualifiers(b) && type_compatible(a, b);
}

static bool same_function(const struct type *a, const struct type *b)
{
    if (a->is_async != b->is_async || !type_compatible(a->target, b->target))
        return false;
    if (a->is_old_style || b->is_old_style)
        return true;
    if (a->is_variadic != b->is_variadic || a->parameter_count != b->parameter_count)
        return false;
    for (size_t i = 0; i < a->parameter_count; i++)
        if (!type_compatible(a->parameters[i].type, b->parameters[i].type))
            return false;
    return true;
}

static bool same_array(const struct type *a, const struct type *b)
{
    if (!same_target(a->target, b->target))
        return false;
    bool known = a->array_size == ARRAY_FIXED && b->array_size == ARRAY_FIXED &&
                 a->length_is_known && b->length_is_known;
    return !known || a->length == b->length;
}

/* The element types of two formers; a former without one (an error reported before) has NULL. */
static bool same_former(const struct type *a, const struct type *b)
{
    if (a->is_async != b->is_async || !a->target != !b->target || !a->sent != !b->sent)
        return false;
    if (a->target && !type_compatible(a->target, b->target))
        return false;
    return !a->sent || type_compatible(a->sent, b->sent);
}

/* An enum and the integer type that it is made of. */
static bool same_enum(const struct type *a, const struct type *b)
{
    if (a->kind == TYPE_ENUM && b->kind == TYPE_ENUM)
        return a == b;
    const struct type *enumeration = a->kind == TYPE_ENUM ? a : b;
    const struct type *other = a->kind == TYPE_ENUM ? b : a;
    return enumeration->target && type_resolve(enumeration->target)->kind == other->kind;
}

bool type_compatible(const struct type *a, const struct type *b)
{
    a = type_resolve(a);
    b = type_resolve(b);
    if (a == b || a->kind == TYPE_UNKNOWN || b->kind == TYPE_UNKNOWN)
        return true;
    if (a->kind == TYPE_ENUM || b->kind == TYPE_ENUM)
        return same_enum(a, b);
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case TYPE_STRUCT:
    case TYPE_UNION:
        return false;
    case TYPE_POINTER:
    case TYPE_COMPLEX:
        return same_target(a->target, b->target);
    case TYPE_VECTOR:
        return a->length == b->length && same_target(a->target, b->target);
    case TYPE_ARRAY:
        return same_array(a, b);
    case TYPE_FUNCTION:
        return same_function(a, b);
    case TYPE_BITINT:
        return a->bits == b->bits && a->is_unsigned == b->is_unsigned;
    case TYPE_FLOATN:
    case TYPE_BUILTIN:
        return a->name == b->name;
    case TYPE_FUTURE:
    case TYPE_GENERATOR:
    case TYPE_QUEUE:
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_DICT:
    case TYPE_CONTEXTVAR:
        return same_former(a, b);
    default:
        return true;
    }
}

struct type *type_decay(struct types *types, struct type *type)
{
    struct type *resolved = type_resolve(type);
    if (resolved->kind == TYPE_ARRAY)
        return type_pointer(types, type_element(types, type));
    if (resolved->kind == TYPE_FUNCTION)
        return type_pointer(types, type);
    return type_unqualified(types, type);
}

struct type *type_promote(struct types *types, struct type *type)
{
    struct type *resolved = type_resolve(type);
    switch (resolved->kind) {
    case TYPE_BOOL:
    case TYPE_CHAR:
    case TYPE_SCHAR:
    case TYPE_UCHAR:
    case TYPE_SHORT:
    case TYPE_USHORT:
        return type_simple(types, TYPE_INT);
    case TYPE_ENUM:
        return type_promote(types,
                            resolved->target ? resolved->target : type_simple(types, TYPE_UINT));
    default:
        return type_unqualified(types, type);
    }
}

/* The rank of a real floating type among its like; 0 for an integer. */
static int floating_rank(const struct type *type)
{
    switch (type->kind) {
    case TYPE_FLOAT:
        return 2;
    case TYPE_DOUBLE:
        return 3;
    case TYPE_LDOUBLE:
        return 5;
    case TYPE_FLOATN: {
        const char *digits = type->name;
        while (*digits && (*digits < '0' || *digits > '9'))
            digits++;
        if (digits[0] == '1' && digits[1] == '6')
            return 1;
        if (digits[0] == '3')
            return digits[1] && digits[2] == 'x' ? 4 : 2;
        if (digits[0] == '6')
            return digits[1] && digits[2] == 'x' ? 5 : 4;
        return 6;
    }
    default:
        return 0;
    }
}

static int integer_rank(const struct type *type)
{
    switch (type->kind) {
    case TYPE_BITINT:
        return type->bits <= 32 ? 1 : type->bits <= 64 ? 2 : 5;
    case TYPE_LONG:
    case TYPE_ULONG:
        return 3;
    case TYPE_LLONG:
    case TYPE_ULLONG:
        return 4;
    case TYPE_INT128:
    case TYPE_UINT128:
        return 5;
    default:
        return 2;
    }
}

static struct type *usual_real(struct types *types, struct type *a, struct type *b)
{
    int left = floating_rank(type_resolve(a)), right = floating_rank(type_resolve(b));
    if (left || right)
        return type_unqualified(types, left >= right ? a : b);
    a = type_promote(types, a);
    b = type_promote(types, b);
    left = integer_rank(type_resolve(a));
    right = integer_rank(type_resolve(b));
    bool wide_signed = left != right && !type_is_unsigned(left > right ? a : b);
    if (left == right)
        return type_is_unsigned(b) ? b : a;
    /* LP64's one case where the wider, signed type cannot hold the other's values. */
    if (wide_signed && left + right == 7 && type_is_unsigned(left > right ? b : a))
        return type_simple(types, TYPE_ULLONG);
    return left > right ? a : b;
}

struct type *type_usual(struct types *types, struct type *a, struct type *b)
{
    struct type *left = type_resolve(a), *right = type_resolve(b);
    if (left->kind == TYPE_VECTOR)
        return type_unqualified(types, a);
    if (right->kind == TYPE_VECTOR)
        return type_unqualified(types, b);
    if (!type_is_arithmetic(left) || !type_is_arithmetic(right))
        return type_simple(types, TYPE_UNKNOWN);
    if (left->kind != TYPE_COMPLEX && right->kind != TYPE_COMPLEX)
        return usual_real(types, a, b);
    struct type *real = usual_real(types, left->kind == TYPE_COMPLEX ? left->target : a,
                                   right->kind == TYPE_COMPLEX ? right->target : b);
    struct type *complex = type_make(types, TYPE_COMPLEX);
    complex->target = real;
    return complex;
}

bool type_has_const_member(const struct type *type)
{
    type = type_resolve(type);
    if (type->kind != TYPE_STRUCT && type->kind != TYPE_UNION)
        return false;
    for (size_t i = 0; i < type->field_count; i++) {
        const struct type *field = type->fields[i].type;
        while (type_resolve(field)->kind == TYPE_ARRAY)
            field = type_resolve(field)->target;
        if (type_qualifiers(field) & QUAL_CONST || type_has_const_member(field))
            return true;
    }
    return false;
}
