/* Pointers that convert to others, where the conversion stands in text that asyncc writes: what C
 * compilers would warn of there, in terms of that text, is said here in the user's. The value is
 * then cast in the output, so that it is said once.
 *
 * Of types that are not known for sure nothing is said. */
#include <string.h>

#include "semantic/checker.h"

enum doubt { NO_DOUBT, LOST_QUALIFIERS, OTHER_SIGN, INCOMPATIBLE };

/* Whether asyncc knows all of the type as well as C compilers do. */
static bool is_certain(const struct type *type)
{
    type = type_resolve(type);
    switch (type->kind) {
    case TYPE_UNKNOWN:
    case TYPE_BUILTIN:
    case TYPE_FLOATN: /* _Float128 and __float128 are one type */
    case TYPE_VECTOR:
    case TYPE_BITINT:
        return false;
    case TYPE_ENUM:
        return type->target != NULL;
    case TYPE_POINTER:
    case TYPE_ARRAY:
    case TYPE_COMPLEX:
        return is_certain(type->target);
    case TYPE_FUNCTION:
        for (size_t i = 0; i < type->parameter_count; i++)
            if (!is_certain(type->parameters[i].type))
                return false;
        return is_certain(type->target);
    default:
        return type->kind < TYPE_FUTURE;
    }
}

bool same_object(const struct type *a, const struct type *b)
{
    a = type_resolve(a);
    b = type_resolve(b);
    if (a->kind != TYPE_ARRAY || b->kind != TYPE_ARRAY)
        return type_compatible(a, b);
    bool known = a->array_size == ARRAY_FIXED && b->array_size == ARRAY_FIXED &&
                 a->length_is_known && b->length_is_known;
    return (!known || a->length == b->length) && same_object(a->target, b->target);
}

/* The unsigned type of the same size, of an integer that has signs; TYPE_UNKNOWN for others. */
static enum type_kind without_sign(const struct type *type)
{
    type = type_resolve(type);
    switch (type->kind) {
    case TYPE_CHAR:
    case TYPE_SCHAR:
    case TYPE_UCHAR:
        return TYPE_UCHAR;
    case TYPE_SHORT:
    case TYPE_USHORT:
        return TYPE_USHORT;
    case TYPE_INT:
    case TYPE_UINT:
        return TYPE_UINT;
    case TYPE_LONG:
    case TYPE_ULONG:
        return TYPE_ULONG;
    case TYPE_LLONG:
    case TYPE_ULLONG:
        return TYPE_ULLONG;
    case TYPE_INT128:
    case TYPE_UINT128:
        return TYPE_UINT128;
    case TYPE_ENUM:
        return type->target ? without_sign(type->target) : TYPE_UNKNOWN;
    default:
        return TYPE_UNKNOWN;
    }
}

static unsigned lost_qualifiers(const struct type *to, const struct type *from)
{
    unsigned lost = type_element_qualifiers(from) & ~type_element_qualifiers(to);
    return lost & (QUAL_CONST | QUAL_VOLATILE | QUAL_RESTRICT);
}

/* Of what the pointers point to; as gcc and clang have it, which give one warning. */
static enum doubt judge_targets(const struct type *to, const struct type *from)
{
    bool is_any = type_is_void(to) || type_is_void(from);
    bool is_same = is_any || same_object(to, from);
    bool has_sign = without_sign(to) != TYPE_UNKNOWN && without_sign(to) == without_sign(from);
    unsigned atomic = (type_qualifiers(to) ^ type_qualifiers(from)) & QUAL_ATOMIC;
    if ((!is_same && !has_sign) || (atomic && !is_any))
        return is_certain(to) && is_certain(from) ? INCOMPATIBLE : NO_DOUBT;
    if (lost_qualifiers(to, from))
        return LOST_QUALIFIERS;
    return is_same ? NO_DOUBT : OTHER_SIGN;
}

static enum doubt judge_pointers(struct check *check, const struct type *to,
                                 const struct type *from, const struct node *value)
{
    to = type_resolve(to);
    from = type_resolve(from);
    if (to->kind != TYPE_POINTER || from->kind != TYPE_POINTER || type_has_language(to) ||
        type_has_language(from) || is_null_constant(check, value))
        return NO_DOUBT;
    return judge_targets(to->target, from->target);
}

bool points_elsewhere(const struct type *a, const struct type *b)
{
    if (a->kind != TYPE_POINTER || b->kind != TYPE_POINTER || type_has_language(a) ||
        type_has_language(b))
        return false;
    return !type_is_void(a->target) && !type_is_void(b->target) &&
           !same_object(a->target, b->target) && is_certain(a->target) && is_certain(b->target);
}

static const char *qualifier_names(unsigned qualifiers)
{
    return qualifiers == QUAL_CONST      ? "'const'"
           : qualifiers == QUAL_VOLATILE ? "'volatile'"
           : qualifiers == QUAL_RESTRICT ? "'restrict'"
                                         : "qualifiers";
}

/* Both spellings of those that gcc and clang call differently. */
static const struct {
    enum warning warning;
    const char *names[2];
} warnings[] = {
    [LOST_QUALIFIERS] = {WARNING_DISCARDED_QUALIFIERS,
                         {"-Wdiscarded-qualifiers",
                          "-Wincompatible-pointer-types-discards-qualifiers"}},
    [OTHER_SIGN] = {WARNING_POINTER_SIGN, {"-Wpointer-sign"}},
    [INCOMPATIBLE] = {WARNING_INCOMPATIBLE_POINTERS, {"-Wincompatible-pointer-types"}},
};

static bool is_ignored(const struct check *check, enum doubt doubt, uint32_t offset)
{
    for (size_t i = 0; i < 2 && warnings[doubt].names[i]; i++)
        if (pragmas_ignore(check->pragmas, warnings[doubt].names[i], offset))
            return true;
    return false;
}

/* False if nobody wants to know. */
static bool warn(struct check *check, enum doubt doubt, const struct node *value, const char *what,
                 const struct type *to, const struct type *from)
{
    struct range place = {value->start, value->end};
    enum warning warning = warnings[doubt].warning;
    unsigned lost = lost_qualifiers(type_resolve(to)->target, type_resolve(from)->target);
    if (is_ignored(check, doubt, value->start))
        return true; /* by all compilers, whatever each calls it */
    if (doubt == LOST_QUALIFIERS)
        return report_warning(check->diagnostics, warning, place,
                              "%s of type '%s' loses %s in the conversion to '%s'", what,
                              show(check, from), qualifier_names(lost), show(check, to));
    return report_warning(check->diagnostics, warning, place,
                          doubt == OTHER_SIGN
                              ? "%s of type '%s' converts to '%s', which differs in its sign"
                              : "%s of type '%s' converts to the incompatible type '%s'",
                          what, show(check, from), show(check, to));
}

void cast_value(struct check *check, struct node *value, const struct type *to)
{
    struct node *inner = node_new(check->arena, value->kind, value->start, value->end, 0);
    *inner = *value;
    bool is_short = inner->kind == NODE_IDENTIFIER || inner->kind == NODE_ADDRESS ||
                    inner->kind == NODE_STRING || inner->kind == NODE_PAREN;
    const char *text = type_is_integer(value->type) ? "(void *)(long)($0)"
                       : is_short                   ? "(void *)$0"
                                                    : "(void *)($0)";
    *value = (struct node){.kind = NODE_PAREN,
                           .flags = inner->flags & (HAS_AWAIT | HAS_LANGUAGE),
                           .start = inner->start,
                           .end = inner->end,
                           .text = text,
                           .type = type_unqualified(check->types, (struct type *)to)};
    value->kid = arena_alloc(check->arena, sizeof *value->kid);
    value->kid[value->count++] = inner;
    if (check->state->function)
        check->state->function->node->flags |= HAS_LANGUAGE; /* it is not copied as it stands */
}

void check_pointers(struct check *check, const struct type *to, struct node *value,
                    const char *what)
{
    const struct type *from = type_decay(check->types, value->type);
    enum doubt doubt = judge_pointers(check, to, from, value);
    if (doubt != NO_DOUBT && warn(check, doubt, value, what, to, from))
        cast_value(check, value, to);
}
