/* Sizes and alignments on LP64 Linux (x86-64, aarch64), for constant expressions and frame figures.
 *
 * 0 means unknown, and is what every attribute or type that this file does not model gives: the C
 * compiler that takes the output has the last word. Structs are laid out by the System V rules,
 * bit-fields included. */
#include "semantic/type.h"

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

static uint64_t named_size(const char *name)
{
    static const struct {
        const char *name;
        uint64_t size;
    } rows[] = {
        {"_Float16", 2},   {"__bf16", 2},     {"_Float32", 4},   {"_Float64", 8},
        {"_Float32x", 8},  {"_Float128", 16}, {"_Float64x", 16}, {"__float128", 16},
        {"__float80", 16}, {"_Decimal32", 4}, {"_Decimal64", 8}, {"_Decimal128", 16},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *a = rows[i].name, *b = name;
        while (*a && *a == *b)
            a++, b++;
        if (!*a && !*b)
            return rows[i].size;
    }
    return 0;
}

/* The layout so far, in bits. */
struct layout {
    uint64_t end, alignment;
    bool is_known;
};

static void place_bit_field(struct layout *layout, const struct field *field, uint64_t size,
                            uint64_t alignment)
{
    uint64_t unit = size * 8, bits = (uint64_t)field->bits;
    if (bits == 0) {
        layout->end = round_up(layout->end, unit);
        return;
    }
    if (layout->end / unit != (layout->end + bits - 1) / unit)
        layout->end = round_up(layout->end, unit);
    layout->end += bits;
    if (field->name && alignment > layout->alignment)
        layout->alignment = alignment;
}

static bool is_flexible(const struct field *field)
{
    const struct type *type = type_resolve(field->type);
    return type->kind == TYPE_ARRAY &&
           (type->array_size == ARRAY_INCOMPLETE ||
            (type->array_size == ARRAY_FIXED && type->length_is_known && type->length == 0));
}

static void place_field(struct layout *layout, const struct field *field)
{
    uint64_t alignment = type_alignment(field->type), size = type_size(field->type);
    if (!alignment || (!size && !is_flexible(field) && type_is_complete(field->type))) {
        const struct type *type = type_resolve(field->type);
        bool is_empty = type->kind == TYPE_STRUCT && alignment && !type->field_count;
        if (!is_empty) {
            layout->is_known = false;
            return;
        }
    }
    if (field->bits >= 0) {
        place_bit_field(layout, field, size, alignment);
        return;
    }
    layout->end = round_up(layout->end, alignment * 8) + size * 8;
    if (alignment > layout->alignment)
        layout->alignment = alignment;
}

static struct layout lay_out(const struct type *type)
{
    struct layout layout = {0, 1, type->is_complete && !type->is_packed_or_aligned};
    uint64_t largest = 0;
    for (size_t i = 0; layout.is_known && i < type->field_count; i++) {
        if (type->kind == TYPE_UNION)
            layout.end = 0;
        place_field(&layout, &type->fields[i]);
        if (layout.end > largest)
            largest = layout.end;
    }
    layout.end = round_up(largest, layout.alignment * 8) / 8;
    return layout;
}

/* A struct's layout is asked for again and again: it is kept in `bits`, which structs do not use
 * otherwise: size and alignment plus one, 0 if not asked yet. */
static struct layout layout_of(const struct type *type)
{
    struct type *cache = (struct type *)type;
    if (cache->bits && type->is_complete) {
        struct layout layout = {cache->bits >> 8, (cache->bits & 255) - 1, (cache->bits & 255) > 1};
        return layout;
    }
    struct layout layout = lay_out(type);
    if (!layout.is_known || layout.alignment > 128)
        layout.end = layout.alignment = 0;
    if (type->is_complete)
        cache->bits = layout.end << 8 | (layout.alignment + 1);
    return layout;
}

static uint64_t array_size(const struct type *type)
{
    if (type->array_size != ARRAY_FIXED || !type->length_is_known)
        return 0;
    return type->length * type_size(type->target);
}

/* A typedef on the way may carry `aligned`, which changes alignment but, on LP64, no size. */
static bool is_aligned_typedef(const struct type *type)
{
    while (type->kind == TYPE_TYPEDEF || type->kind == TYPE_TYPEOF || type->unqualified) {
        if (type->is_packed_or_aligned)
            return true;
        type = type->unqualified ? type->unqualified : type->target;
    }
    return false;
}

struct type *type_held(struct types *types, struct type *type)
{
    struct type *resolved = type_resolve(type);
    bool has_name = !type_is_tagged(resolved) || resolved->name;
    if (!is_aligned_typedef(type) || !type_is_scalar(resolved) || !has_name)
        return type;
    return type_qualified(types, resolved, type_qualifiers(type));
}

uint64_t type_size(const struct type *type)
{
    type = type_resolve(type);
    switch (type->kind) {
    case TYPE_BOOL:
    case TYPE_CHAR:
    case TYPE_SCHAR:
    case TYPE_UCHAR:
    case TYPE_VOID: /* GNU C's arithmetic on void pointers */
        return 1;
    case TYPE_SHORT:
    case TYPE_USHORT:
        return 2;
    case TYPE_INT:
    case TYPE_UINT:
    case TYPE_FLOAT:
        return 4;
    case TYPE_LONG:
    case TYPE_ULONG:
    case TYPE_LLONG:
    case TYPE_ULLONG:
    case TYPE_DOUBLE:
    case TYPE_POINTER:
    case TYPE_NULLPTR:
    case TYPE_FUTURE:
    case TYPE_GENERATOR:
    case TYPE_QUEUE:
        return 8;
    case TYPE_LIST: /* container.h of the runtime */
        return 32;
    case TYPE_SET:
    case TYPE_DICT:
        return 56;
    case TYPE_INT128:
    case TYPE_UINT128:
    case TYPE_LDOUBLE:
        return 16;
    case TYPE_BITINT:
        return type->bits <= 8    ? 1
               : type->bits <= 16 ? 2
               : type->bits <= 32 ? 4
                                  : round_up(type->bits, 64) / 8;
    case TYPE_FLOATN:
        return named_size(type->name);
    case TYPE_COMPLEX:
        return 2 * type_size(type->target);
    case TYPE_ARRAY:
        return array_size(type);
    case TYPE_VECTOR:
        return type->length * type_size(type->target);
    case TYPE_ENUM:
        return type->target ? type_size(type->target) : 0;
    case TYPE_STRUCT:
    case TYPE_UNION:
        return layout_of(type).end;
    default:
        return 0;
    }
}

uint64_t type_alignment(const struct type *type)
{
    if (is_aligned_typedef(type))
        return 0;
    type = type_resolve(type);
    switch (type->kind) {
    case TYPE_ARRAY:
        return type_alignment(type->target);
    case TYPE_COMPLEX:
        return type_alignment(type->target);
    case TYPE_ENUM:
        return type->is_packed_or_aligned ? 0 : type_size(type);
    case TYPE_STRUCT:
    case TYPE_UNION:
        return layout_of(type).alignment;
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_DICT:
        return 8;
    case TYPE_BITINT: {
        uint64_t size = type_size(type);
        return size > 8 ? 8 : size;
    }
    default:
        return type_size(type);
    }
}
