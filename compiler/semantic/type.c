/* Types: how they are made and what can be asked of them.
 *
 * A derived type is an object of its own with `target` for what it is derived from. Qualified
 * versions of a type are copies of it that point back by `unqualified`; whoever needs a type's
 * contents goes through type_resolve first, so that a struct completed later is seen complete by
 * every qualified version. Pointers and qualified versions are kept in lists at the type they are
 * made of, which keeps memory small: a header makes `const char *` a thousand times. */
#include "semantic/type.h"

#include <string.h>

#include "support/arena.h"

struct types {
    struct arena *arena;
    struct type *simple[TYPE_CONTEXTVAR + 1];
};

struct types *types_new(struct arena *arena)
{
    struct types *types = arena_alloc(arena, sizeof *types);
    types->arena = arena;
    return types;
}

struct type *type_make(struct types *types, enum type_kind kind)
{
    struct type *type = arena_alloc(types->arena, sizeof *type);
    type->kind = kind;
    return type;
}

struct type *type_simple(struct types *types, enum type_kind kind)
{
    if (!types->simple[kind])
        types->simple[kind] = type_make(types, kind);
    return types->simple[kind];
}

struct type *type_pointer(struct types *types, struct type *target)
{
    if (!target->pointer_to) {
        target->pointer_to = type_make(types, TYPE_POINTER);
        target->pointer_to->target = target;
    }
    return target->pointer_to;
}

struct type *type_array(struct types *types, struct type *element, uint64_t length)
{
    struct type *type = type_make(types, TYPE_ARRAY);
    type->target = element;
    type->array_size = ARRAY_FIXED;
    type->length = length;
    type->length_is_known = true;
    return type;
}

struct type *type_future(struct types *types, struct type *result)
{
    struct type *type = type_make(types, TYPE_FUTURE);
    type->target = type_held(types, result);
    return type;
}

/* An array has no qualifiers of its own: its elements have them. */
static struct type *qualified_array(struct types *types, struct type *type, unsigned qualifiers)
{
    struct type *element = type_qualified(types, type->target, qualifiers);
    if (element == type->target)
        return type;
    struct type *copy = type_make(types, TYPE_ARRAY);
    *copy = *type;
    copy->target = element;
    copy->pointer_to = copy->variants = copy->next_variant = NULL;
    return copy;
}

struct type *type_qualified(struct types *types, struct type *type, unsigned qualifiers)
{
    if (type->kind == TYPE_ARRAY)
        return qualified_array(types, type, qualifiers);
    if (type->kind == TYPE_UNKNOWN || (type->qualifiers | qualifiers) == type->qualifiers)
        return type;
    qualifiers |= type->qualifiers;
    struct type *base = type->unqualified ? type->unqualified : type;
    for (struct type *variant = base->variants; variant; variant = variant->next_variant)
        if (variant->qualifiers == qualifiers)
            return variant;
    struct type *variant = type_make(types, base->kind);
    *variant = *base;
    variant->qualifiers = qualifiers;
    variant->unqualified = base;
    variant->pointer_to = variant->variants = NULL;
    variant->next_variant = base->variants;
    base->variants = variant;
    return variant;
}

static bool is_sugar(const struct type *type)
{
    return type->kind == TYPE_TYPEDEF || type->kind == TYPE_TYPEOF;
}

struct type *type_unqualified(struct types *types, struct type *type)
{
    (void)types;
    while (type_qualifiers(type)) {
        if (type->unqualified)
            type = type->unqualified;
        else
            type = type->target; /* `typedef const int ci;`: what it stands for is qualified */
    }
    return type;
}

struct type *type_resolve(const struct type *type)
{
    for (;;) {
        if (is_sugar(type))
            type = type->target;
        else if (type->unqualified)
            type = type->unqualified;
        else
            return (struct type *)type;
    }
}

unsigned type_qualifiers(const struct type *type)
{
    unsigned qualifiers = type->qualifiers;
    while (is_sugar(type)) {
        type = type->target;
        qualifiers |= type->qualifiers;
    }
    return qualifiers;
}

unsigned type_element_qualifiers(const struct type *type)
{
    unsigned qualifiers = type_qualifiers(type);
    for (; type_resolve(type)->kind == TYPE_ARRAY; qualifiers |= type_qualifiers(type))
        type = type_resolve(type)->target;
    return qualifiers;
}

struct type *type_element(struct types *types, const struct type *type)
{
    struct type *resolved = type_resolve(type);
    switch (resolved->kind) {
    case TYPE_ARRAY:
    case TYPE_VECTOR:
        return type_qualified(types, resolved->target, type_qualifiers(type));
    case TYPE_POINTER:
    case TYPE_LIST:
        return resolved->target;
    default:
        return NULL;
    }
}

bool type_is_tagged(const struct type *type)
{
    return type->kind == TYPE_STRUCT || type->kind == TYPE_UNION || type->kind == TYPE_ENUM;
}

bool type_is_integer(const struct type *type)
{
    enum type_kind kind = type_resolve(type)->kind;
    return (kind >= TYPE_BOOL && kind <= TYPE_BITINT) || kind == TYPE_ENUM;
}

bool type_is_arithmetic(const struct type *type)
{
    enum type_kind kind = type_resolve(type)->kind;
    return (kind >= TYPE_BOOL && kind <= TYPE_COMPLEX) || kind == TYPE_ENUM;
}

static bool is_handle(enum type_kind kind)
{
    return kind == TYPE_FUTURE || kind == TYPE_GENERATOR || kind == TYPE_QUEUE;
}

bool type_is_scalar(const struct type *type)
{
    enum type_kind kind = type_resolve(type)->kind;
    return type_is_arithmetic(type) || kind == TYPE_POINTER || kind == TYPE_NULLPTR ||
           is_handle(kind);
}

bool type_is_unsigned(const struct type *type)
{
    type = type_resolve(type);
    switch (type->kind) {
    case TYPE_BOOL:
    case TYPE_UCHAR:
    case TYPE_USHORT:
    case TYPE_UINT:
    case TYPE_ULONG:
    case TYPE_ULLONG:
    case TYPE_UINT128:
        return true;
    case TYPE_BITINT:
        return type->is_unsigned;
    case TYPE_ENUM:
        return type->target && type_is_unsigned(type->target);
    default:
        return false;
    }
}

bool type_is_container(const struct type *type)
{
    enum type_kind kind = type_resolve(type)->kind;
    return kind == TYPE_LIST || kind == TYPE_SET || kind == TYPE_DICT;
}

bool type_is_void(const struct type *type)
{
    return type_resolve(type)->kind == TYPE_VOID;
}

bool type_is_va_list(const struct type *type)
{
    type = type_resolve(type);
    return type->kind == TYPE_BUILTIN && strstr(type->name, "va_list");
}

bool type_is_complete(const struct type *type)
{
    type = type_resolve(type);
    switch (type->kind) {
    case TYPE_VOID:
    case TYPE_FUNCTION:
        return false;
    case TYPE_STRUCT:
    case TYPE_UNION:
    case TYPE_ENUM:
        return type->is_complete;
    case TYPE_ARRAY:
        return type->array_size != ARRAY_INCOMPLETE && type_is_complete(type->target);
    default:
        return true;
    }
}

bool type_is_variably_modified(const struct type *type)
{
    for (;;) {
        type = type_resolve(type);
        if (type->kind == TYPE_ARRAY &&
            (type->array_size == ARRAY_VARIABLE || type->array_size == ARRAY_STAR))
            return true;
        if (type->kind != TYPE_ARRAY && type->kind != TYPE_POINTER && type->kind != TYPE_FUNCTION)
            return false;
        type = type->target;
    }
}

bool type_has_variable_size(const struct type *type)
{
    for (type = type_resolve(type); type->kind == TYPE_ARRAY; type = type_resolve(type->target))
        if (type->array_size != ARRAY_FIXED)
            return true;
    return false;
}

bool type_carries_error(const struct type *type)
{
    type = type_resolve(type);
    switch (type->kind) {
    case TYPE_INT:
    case TYPE_LONG:
    case TYPE_LLONG:
    case TYPE_INT128:
        return true;
    case TYPE_BITINT:
        return !type->is_unsigned && type->bits >= 32;
    case TYPE_ENUM:
        return type->target && type_carries_error(type->target);
    default:
        return false;
    }
}

bool type_has_language(const struct type *type)
{
    for (;;) {
        if (is_sugar(type))
            type = type->target;
        if (type->kind >= TYPE_FUTURE)
            return true;
        if (type->kind == TYPE_FUNCTION) {
            if (type->is_async)
                return true;
            for (size_t i = 0; i < type->parameter_count; i++)
                if (type_has_language(type->parameters[i].type))
                    return true;
        }
        if (is_sugar(type))
            continue;
        if (type->kind != TYPE_POINTER && type->kind != TYPE_ARRAY && type->kind != TYPE_FUNCTION)
            return false;
        type = type->target;
    }
}

bool type_holds_language(const struct type *type)
{
    type = type_resolve(type);
    if (type->kind == TYPE_ARRAY)
        return type_holds_language(type->target);
    for (size_t i = 0; i < type->field_count; i++)
        if (type_holds_language(type->fields[i].type))
            return true;
    return type->kind >= TYPE_FUTURE;
}

static const struct field *field_of(const struct type *type, const char *name)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (field->name == name)
            return field;
        if (!field->name && field->bits < 0) {
            const struct field *inner = type_field(field->type, name);
            if (inner)
                return inner;
        }
    }
    return NULL;
}

const struct field *type_field(const struct type *type, const char *name)
{
    type = type_resolve(type);
    if (type->kind != TYPE_STRUCT && type->kind != TYPE_UNION)
        return NULL;
    return field_of(type, name);
}
