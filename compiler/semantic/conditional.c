/* The arms of a `?:` that awaits in one of them. It becomes an `if` that stores one value or the
 * other, so C compilers would not see that the two have no common type (C11 6.5.15p3). */
#include "semantic/checker.h"

static bool is_pointer(const struct type *type)
{
    return type->kind == TYPE_POINTER || type->kind == TYPE_NULLPTR;
}

static bool is_record(const struct type *type)
{
    return type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
}

static bool is_judged(const struct type *type)
{
    return type->kind > TYPE_VOID && type->kind < TYPE_FUTURE && type->kind != TYPE_BUILTIN &&
           type->kind != TYPE_VECTOR;
}

/* What C compilers refuse. */
static bool have_no_type(const struct type *left, const struct type *right)
{
    if (is_record(left) || is_record(right))
        return !type_compatible(left, right);
    if (is_pointer(left) && is_pointer(right))
        return false;
    return (is_pointer(left) && !type_is_integer(right)) ||
           (is_pointer(right) && !type_is_integer(left));
}

/* Or what may be one: only C compilers know its value. */
static bool is_null(struct check *check, const struct node *node)
{
    long long value;
    return is_null_constant(check, node) ||
           (type_is_integer(node->type) &&
            constant_evaluate(check, node, &value) == CONSTANT_UNKNOWN);
}

/* What they warn of. */
static void warn(struct check *check, const struct node *node, struct node *then,
                 const struct type *left, const struct type *right)
{
    struct range place = {node->start, node->end};
    struct node *otherwise = node->kid[2];
    if (is_null(check, then) || is_null(check, otherwise) || check->state->quiet)
        return;
    if (is_pointer(left) && is_pointer(right) && points_elsewhere(left, right))
        report_warning(check->diagnostics, WARNING_POINTER_MISMATCH, place,
                       "one of two pointers of types '%s' and '%s'", show(check, left),
                       show(check, right));
    else if (is_pointer(left) != is_pointer(right) &&
             report_warning(check->diagnostics, WARNING_CONDITIONAL_MISMATCH, place,
                            "one of two values of types '%s' and '%s'", show(check, left),
                            show(check, right)))
        cast_value(check, is_pointer(left) ? otherwise : then, is_pointer(left) ? left : right);
}

bool check_arms(struct check *check, const struct node *node, struct node *then)
{
    struct node *otherwise = node->kid[2];
    bool is_lowered = (node->kid[1] && then->flags & HAS_AWAIT) || otherwise->flags & HAS_AWAIT;
    if (!is_lowered)
        return true;
    const struct type *left = type_resolve(type_decay(check->types, then->type));
    const struct type *right = type_resolve(type_decay(check->types, otherwise->type));
    if (!is_judged(left) || !is_judged(right))
        return true;
    if (!have_no_type(left, right)) {
        warn(check, node, then, left, right);
        return true;
    }
    complain(check, node, "one of two values of types '%s' and '%s'", show(check, left),
             show(check, right));
    return false;
}
