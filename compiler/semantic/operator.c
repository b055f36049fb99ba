/* Operators: binary, unary, conditional, assignment. */
#include "semantic/checker.h"

static struct type *simple(struct check *check, enum type_kind kind)
{
    return type_simple(check->types, kind);
}

/* The expression whose value this one has: the target of an assignment, the right of a comma. */
static struct node *value_source(struct node *node)
{
    for (;;) {
        node = skip_parens(node);
        if (node->kind == NODE_ASSIGN || node->kind == NODE_PREFIX || node->kind == NODE_POSTFIX)
            node = node->kid[0];
        else if (node->kind == NODE_COMMA)
            node = node->kid[1];
        else
            return node;
    }
}

/* The declared width of the bit-field whose value the expression has; -1 if it is none. */
static int bit_width(struct node *node)
{
    struct node *inner = value_source(node);
    if (inner->kind != NODE_MEMBER || !inner->kid[0]->type || !inner->name)
        return -1;
    struct type *object = type_resolve(inner->kid[0]->type);
    if (inner->op == OP_ARROW)
        object = object->target;
    const struct field *field = object ? type_field(object, inner->name) : NULL;
    return field ? field->bits : -1;
}

bool is_small_bit_field(struct node *node)
{
    int bits = bit_width(node);
    return bits >= 0 && bits < 32 && type_is_integer(type_resolve(node->type));
}

struct type *promoted_type(struct check *check, struct node *node)
{
    struct type *type = type_decay(check->types, node->type);
    if (is_small_bit_field(node))
        return simple(check, TYPE_INT);
    return type_is_arithmetic(type) ? type_promote(check->types, type) : type;
}

/* --- binary operators */

static bool is_comparison(enum operator op)
{
    return op >= OP_LESS && op <= OP_NOT_EQUAL;
}

static bool is_pointer(const struct type *type)
{
    return type_resolve(type)->kind == TYPE_POINTER;
}

static struct type *binary_type(struct check *check, struct node *node)
{
    struct type *left = promoted_type(check, node->kid[0]);
    struct type *right = promoted_type(check, node->kid[1]);
    bool is_vector =
        type_resolve(left)->kind == TYPE_VECTOR || type_resolve(right)->kind == TYPE_VECTOR;
    if (node->kind == NODE_LOGICAL || is_comparison(node->op))
        return is_vector ? NULL : simple(check, TYPE_INT);
    if (is_unknown(left) || is_unknown(right))
        return NULL;
    if (node->op == OP_SHIFT_LEFT || node->op == OP_SHIFT_RIGHT)
        return type_resolve(right)->kind == TYPE_VECTOR ? right : left;
    if (is_pointer(left) && is_pointer(right))
        return node->op == OP_MINUS ? simple(check, TYPE_LONG) : NULL;
    if (is_pointer(left) || is_pointer(right))
        return is_pointer(left) ? left : right;
    return type_usual(check->types, left, right);
}

static bool is_binary(const struct node *node)
{
    return node->kind == NODE_BINARY || node->kind == NODE_LOGICAL;
}

/* `a + b + c + ...` nests to the left as deep as it is long, so the left side is walked in a loop.
 */
struct type *check_binary(struct check *check, struct node *node)
{
    size_t depth = 0;
    struct node *leftmost = node;
    for (; is_binary(leftmost) && !leftmost->type; leftmost = leftmost->kid[0])
        depth++;
    struct node **chain = arena_alloc(check->arena, depth * sizeof *chain);
    for (size_t i = depth; i-- > 0; node = node->kid[0])
        chain[i] = node;
    check_value(check, leftmost);
    for (size_t i = 0; i < depth; i++) {
        check_value(check, chain[i]->kid[1]);
        set_type(check, chain[i], binary_type(check, chain[i]));
    }
    return chain[depth - 1]->type;
}

/* --- unary operators */

static struct type *real_part(const struct type *type)
{
    const struct type *resolved = type_resolve(type);
    return resolved->kind == TYPE_COMPLEX ? resolved->target : (struct type *)resolved;
}

/* Or something that the C compiler takes for one: a vector, what is not known. */
static bool is_number(const struct type *type)
{
    enum type_kind kind = type_resolve(type)->kind;
    return kind != TYPE_FUTURE && kind != TYPE_GENERATOR;
}

struct type *check_unary(struct check *check, struct node *node)
{
    if (node->op == OP_NONE) /* __extension__ */
        return check_expression(check, node->kid[0]);
    struct type *type = check_value(check, node->kid[0]);
    switch (node->op) {
    case OP_NOT:
        return type_resolve(type)->kind == TYPE_VECTOR ? NULL : simple(check, TYPE_INT);
    case OP_REAL:
    case OP_IMAG:
        return real_part(type);
    case OP_ALIGNOF:
        return simple(check, TYPE_ULONG);
    default:
        return is_number(type) ? promoted_type(check, node->kid[0]) : NULL;
    }
}

/* --- ?: */

static bool is_plain_void_pointer(const struct type *type)
{
    const struct type *target = is_pointer(type) ? type_resolve(type)->target : NULL;
    return target && type_is_void(target) && !type_qualifiers(target);
}

/* C11 6.3.2.3p3: 0, or that cast to `void *`, once. */
bool is_null_constant(struct check *check, const struct node *node)
{
    const struct node *inner = skip_parens((struct node *)node);
    long long value;
    if (inner->kind == NODE_CAST && inner->type && is_plain_void_pointer(inner->type))
        inner = skip_parens(inner->kid[1]);
    if (!inner->type)
        return false;
    if (type_resolve(inner->type)->kind == TYPE_NULLPTR)
        return true;
    return type_is_integer(inner->type) &&
           constant_evaluate(check, inner, &value) == CONSTANT_KNOWN && value == 0;
}

static struct type *common_pointer(struct check *check, struct type *left, struct type *right)
{
    struct type *a = type_resolve(left)->target, *b = type_resolve(right)->target;
    unsigned qualifiers = type_qualifiers(a) | type_qualifiers(b);
    struct type *target = type_is_void(a)         ? a
                          : type_is_void(b)       ? b
                          : type_compatible(a, b) ? a
                                                  : NULL;
    if (!target) /* a mismatch, of which C compilers warn, gives void * */
        target = simple(check, TYPE_VOID);
    return type_pointer(check->types, type_qualified(check->types, target, qualifiers));
}

static struct type *common_type(struct check *check, struct node *then, struct node *otherwise)
{
    struct type *left = promoted_type(check, then), *right = promoted_type(check, otherwise);
    if (type_is_void(left) || type_is_void(right))
        return simple(check, TYPE_VOID);
    if (is_unknown(left) || is_unknown(right))
        return NULL;
    if (type_is_arithmetic(left) && type_is_arithmetic(right))
        return type_usual(check->types, left, right);
    if (!is_pointer(left) && !is_pointer(right) && type_compatible(left, right))
        return left;
    if (is_null_constant(check, otherwise))
        return left;
    if (is_null_constant(check, then))
        return right;
    if (is_pointer(left) && is_pointer(right))
        return common_pointer(check, left, right);
    return is_pointer(left) ? left : is_pointer(right) ? right : left;
}

/* A handle, or a pointer to an async function or generator: the C that is written does not show
 * what it gives. */
static bool is_typed_here(const struct type *type)
{
    const struct type *resolved = type_resolve(type);
    if (resolved->kind != TYPE_POINTER)
        return !is_number(resolved);
    const struct type *target = type_resolve(resolved->target);
    return target->kind == TYPE_FUNCTION && (target->is_async || !is_number(target->target));
}

static bool is_any_pointer(struct check *check, const struct node *node, const struct type *type)
{
    return is_null_constant(check, node) ||
           (is_pointer(type) && type_is_void(type_resolve(type)->target));
}

/* A generator expression is of the type that is wanted of it. */
static bool takes_type(struct node *node)
{
    node = skip_parens(node);
    if (node->kind == NODE_CONDITIONAL)
        return node->kid[1] && takes_type(node->kid[1]) && takes_type(node->kid[2]);
    return node->kind == NODE_COMPREHENSION;
}

static bool check_same(struct check *check, struct node *node, struct node *then)
{
    struct node *otherwise = node->kid[2];
    struct type *left = promoted_type(check, then), *right = promoted_type(check, otherwise);
    if (is_unknown(left) || is_unknown(right) || type_is_void(left) || type_is_void(right))
        return true;
    if ((!is_typed_here(left) && !is_typed_here(right)) || type_compatible(left, right) ||
        is_any_pointer(check, then, left) || is_any_pointer(check, otherwise, right) ||
        takes_type(then) || takes_type(otherwise))
        return true;
    complain(check, node, "one of two values of types '%s' and '%s'", show(check, left),
             show(check, right));
    return false;
}

struct type *check_conditional(struct check *check, struct node *node)
{
    struct node *then = node->kid[1] ? node->kid[1] : node->kid[0];
    check_value(check, node->kid[0]);
    if (node->kid[1])
        check_value(check, node->kid[1]);
    check_value(check, node->kid[2]);
    return check_same(check, node, then) && check_arms(check, node, then)
               ? common_type(check, then, node->kid[2])
               : NULL;
}

/* --- assignment */

struct type *check_assign(struct check *check, struct node *node)
{
    struct type *target = check_expression(check, node->kid[0]);
    struct node *value = node->kid[1];
    check_owned(check, value);
    if (node->op == OP_NONE &&
        !check_conversion(check, target, value, OUR_MISTAKES, "assigned value"))
        return NULL; /* whatever it stands in may be right */
    return type_unqualified(check->types, target);
}
