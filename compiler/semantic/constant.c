/* Integer constant expressions: enumerators, array lengths, case values, bit-field widths.
 *
 * Values are 64-bit patterns, wrapped to the type of the node after each step; the node's type says
 * whether they are signed. What cannot be computed here although it is constant in form (an offset
 * in a packed struct, a builtin) is UNKNOWN: nothing is reported because of it, the C compiler has
 * the value. NOT means that an array of that length is a variable length array. */
#include <string.h>

#include "semantic/checker.h"

long long constant_wrap(long long value, const struct type *type)
{
    uint64_t size = type_size(type), bits = (uint64_t)value;
    if (type_resolve(type)->kind == TYPE_BOOL)
        return value != 0;
    if (!type_is_integer(type) || size == 0 || size >= 8)
        return value;
    unsigned shift = (unsigned)(64 - 8 * size);
    if (type_is_unsigned(type))
        return (long long)(bits << shift >> shift);
    return (long long)(bits << shift) >> shift;
}

static enum constancy worse(enum constancy a, enum constancy b)
{
    return a > b ? a : b;
}

static bool is_wide(const struct type *type)
{
    return type_size(type) > 8;
}

/* --- operators */

static bool compute_unsigned(enum operator op, uint64_t a, uint64_t b, uint64_t *result)
{
    switch (op) {
    case OP_DIVIDE:
        *result = b ? a / b : 0;
        return b != 0;
    case OP_REMAINDER:
        *result = b ? a % b : 0;
        return b != 0;
    case OP_SHIFT_RIGHT:
        *result = b < 64 ? a >> b : 0;
        return true;
    case OP_LESS:
        *result = a < b;
        return true;
    case OP_GREATER:
        *result = a > b;
        return true;
    case OP_LESS_EQUAL:
        *result = a <= b;
        return true;
    case OP_GREATER_EQUAL:
        *result = a >= b;
        return true;
    default:
        return false;
    }
}

static bool compute_signed(enum operator op, int64_t a, int64_t b, uint64_t *result)
{
    bool can_divide = b != 0 && !(a == INT64_MIN && b == -1);
    switch (op) {
    case OP_DIVIDE:
        *result = can_divide ? (uint64_t)(a / b) : 0;
        return can_divide;
    case OP_REMAINDER:
        *result = can_divide ? (uint64_t)(a % b) : 0;
        return can_divide;
    case OP_SHIFT_RIGHT:
        *result = (uint64_t)(b >= 0 && b < 64 ? a >> b : 0);
        return true;
    case OP_LESS:
        *result = a < b;
        return true;
    case OP_GREATER:
        *result = a > b;
        return true;
    case OP_LESS_EQUAL:
        *result = a <= b;
        return true;
    case OP_GREATER_EQUAL:
        *result = a >= b;
        return true;
    default:
        return false;
    }
}

static bool compute(enum operator op, uint64_t a, uint64_t b, bool is_unsigned, uint64_t *result)
{
    switch (op) {
    case OP_PLUS:
        *result = a + b;
        return true;
    case OP_MINUS:
        *result = a - b;
        return true;
    case OP_MULTIPLY:
        *result = a * b;
        return true;
    case OP_SHIFT_LEFT:
        *result = b < 64 ? a << b : 0;
        return true;
    case OP_BIT_AND:
        *result = a & b;
        return true;
    case OP_BIT_OR:
        *result = a | b;
        return true;
    case OP_BIT_XOR:
        *result = a ^ b;
        return true;
    case OP_EQUAL:
        *result = a == b;
        return true;
    case OP_NOT_EQUAL:
        *result = a != b;
        return true;
    default:
        return is_unsigned ? compute_unsigned(op, a, b, result)
                           : compute_signed(op, (int64_t)a, (int64_t)b, result);
    }
}

static enum constancy evaluate_binary(struct check *check, const struct node *node,
                                      long long *value)
{
    long long a, b;
    enum constancy constancy = worse(constant_evaluate(check, node->kid[0], &a),
                                     constant_evaluate(check, node->kid[1], &b));
    if (constancy != CONSTANT_KNOWN)
        return constancy;
    struct type *left = node->kid[0]->type, *right = node->kid[1]->type;
    if (!type_is_integer(left) || !type_is_integer(right))
        return CONSTANT_UNKNOWN;
    bool is_shift = node->op == OP_SHIFT_LEFT || node->op == OP_SHIFT_RIGHT;
    struct type *common =
        is_shift ? type_promote(check->types, left) : type_usual(check->types, left, right);
    uint64_t result = 0;
    if (is_wide(common))
        return CONSTANT_UNKNOWN;
    a = constant_wrap(a, common);
    if (!is_shift)
        b = constant_wrap(b, common);
    if (!compute(node->op, (uint64_t)a, (uint64_t)b, type_is_unsigned(common), &result))
        return CONSTANT_UNKNOWN;
    *value = constant_wrap((long long)result, node->type);
    return CONSTANT_KNOWN;
}

static enum constancy evaluate_logical(struct check *check, const struct node *node,
                                       long long *value)
{
    long long a = 0, b = 0;
    enum constancy left = constant_evaluate(check, node->kid[0], &a);
    if (left == CONSTANT_KNOWN && (a != 0) == (node->op == OP_OR)) {
        *value = a != 0;
        return CONSTANT_KNOWN;
    }
    enum constancy right = constant_evaluate(check, node->kid[1], &b);
    *value = b != 0;
    return worse(left, right);
}

static enum constancy evaluate_conditional(struct check *check, const struct node *node,
                                           long long *value)
{
    long long condition = 0, ignored;
    enum constancy constancy = constant_evaluate(check, node->kid[0], &condition);
    if (constancy == CONSTANT_KNOWN) {
        const struct node *chosen = condition ? node->kid[1] : node->kid[2];
        if (!chosen) { /* x ?: y */
            *value = condition;
            return CONSTANT_KNOWN;
        }
        constancy = constant_evaluate(check, chosen, value);
        *value = constant_wrap(*value, node->type);
        return constancy;
    }
    for (uint32_t i = 1; i < 3; i++)
        if (node->kid[i])
            constancy = worse(constancy, constant_evaluate(check, node->kid[i], &ignored));
    return constancy;
}

static enum constancy evaluate_unary(struct check *check, const struct node *node, long long *value)
{
    enum constancy constancy = constant_evaluate(check, node->kid[0], value);
    uint64_t bits = (uint64_t)*value;
    switch (node->op) {
    case OP_MINUS:
        *value = (long long)(0 - bits);
        break;
    case OP_COMPLEMENT:
        *value = (long long)~bits;
        break;
    case OP_NOT:
        *value = !bits;
        break;
    case OP_REAL:
    case OP_IMAG:
        return worse(constancy, CONSTANT_UNKNOWN);
    default:
        break;
    }
    *value = constant_wrap(*value, node->type);
    return constancy;
}

/* --- other operands */

/* An address is constant in form if no variable's value goes into it: `&((struct s *)0)->f`. */
static enum constancy evaluate_address(struct check *check, const struct node *node)
{
    long long ignored;
    switch (node->kind) {
    case NODE_PAREN:
    case NODE_ADDRESS:
        return evaluate_address(check, node->kid[0]);
    case NODE_MEMBER:
        if (node->op == OP_DOT)
            return evaluate_address(check, node->kid[0]);
        return worse(CONSTANT_UNKNOWN, constant_evaluate(check, node->kid[0], &ignored));
    case NODE_INDEX:
        return worse(evaluate_address(check, node->kid[0]),
                     constant_evaluate(check, node->kid[1], &ignored));
    case NODE_DEREFERENCE:
        return worse(CONSTANT_UNKNOWN, constant_evaluate(check, node->kid[0], &ignored));
    default:
        return CONSTANT_UNKNOWN;
    }
}

static enum constancy evaluate_cast(struct check *check, const struct node *node, long long *value)
{
    const struct node *operand = skip_parens(node->kid[1]);
    if (operand->kind == NODE_ADDRESS)
        return evaluate_address(check, operand);
    if (operand->kind == NODE_NUMBER && type_is_integer(node->type) &&
        !type_is_integer(operand->type))
        return CONSTANT_UNKNOWN; /* (int)3.5 */
    enum constancy constancy = constant_evaluate(check, node->kid[1], value);
    if (is_wide(node->type))
        return worse(constancy, CONSTANT_UNKNOWN);
    *value = constant_wrap(*value, node->type);
    return constancy;
}

/* Its declaration may ask for another alignment than its type's. */
static bool is_aligned_object(const struct node *node)
{
    const struct node *operand = node->op == OP_ALIGNOF ? skip_parens(node->kid[0]) : NULL;
    return operand && operand->kind == NODE_IDENTIFIER && operand->symbol &&
           operand->symbol->is_aligned;
}

static enum constancy evaluate_sizeof(const struct node *node, long long *value)
{
    const struct node *operand = node->kid[0];
    if (!operand->type || is_aligned_object(node))
        return CONSTANT_UNKNOWN;
    if (node->op != OP_ALIGNOF && type_resolve(operand->type)->kind == TYPE_ARRAY &&
        type_is_variably_modified(operand->type))
        return CONSTANT_NOT;
    *value = (long long)(node->op == OP_ALIGNOF ? type_alignment(operand->type)
                                                : type_size(operand->type));
    return *value ? CONSTANT_KNOWN : CONSTANT_UNKNOWN;
}

static enum constancy evaluate_identifier(const struct node *node, long long *value)
{
    const struct symbol *symbol = node->symbol;
    if (!symbol)
        return CONSTANT_UNKNOWN; /* true, false, a builtin, or undeclared */
    if (symbol->kind != SYMBOL_ENUMERATOR)
        return symbol->storage == OP_CONSTEXPR ? CONSTANT_UNKNOWN : CONSTANT_NOT;
    *value = symbol->value;
    return symbol->value_is_known ? CONSTANT_KNOWN : CONSTANT_UNKNOWN;
}

static enum constancy evaluate_generic(struct check *check, const struct node *node,
                                       long long *value)
{
    for (uint32_t i = 1; i < node->count; i++)
        if (node->kid[i]->type)
            return constant_evaluate(check, node->kid[i]->kid[1], value);
    return CONSTANT_UNKNOWN;
}

/* Those whose value may be constant though an operand is not. */
static bool ignores_operands(const char *name)
{
    return !strcmp(name, "__builtin_choose_expr") || !strcmp(name, "__builtin_constant_p") ||
           !strcmp(name, "__builtin_classify_type") || !strcmp(name, "__builtin_object_size");
}

/* Builtins, whether the tree shows them as calls or not. */
static enum constancy evaluate_builtin(struct check *check, const char *name, struct node **kid,
                                       uint32_t count, long long *value)
{
    long long condition;
    if (!strcmp(name, "__builtin_va_arg"))
        return CONSTANT_NOT;
    if (!strcmp(name, "__builtin_choose_expr") && count == 3 &&
        constant_evaluate(check, kid[0], &condition) == CONSTANT_KNOWN)
        return constant_evaluate(check, kid[condition ? 1 : 2], value);
    if (!strcmp(name, "__builtin_types_compatible_p") && count == 2 && kid[0]->type &&
        kid[1]->type && !is_unknown(kid[0]->type) && !is_unknown(kid[1]->type)) {
        *value = type_compatible(kid[0]->type, kid[1]->type);
        return CONSTANT_KNOWN;
    }
    if (!strncmp(name, "__builtin_expect", strlen("__builtin_expect")) && count > 1)
        return constant_evaluate(check, kid[0], value);
    return CONSTANT_UNKNOWN;
}

static enum constancy evaluate_call(struct check *check, const struct node *node, long long *value)
{
    const struct node *callee = skip_parens(node->kid[0]);
    if (callee->kind != NODE_IDENTIFIER || !is_builtin_name(callee->name))
        return CONSTANT_NOT;
    enum constancy constancy =
        evaluate_builtin(check, callee->name, node->kid + 1, node->count - 1, value);
    long long operand;
    for (uint32_t i = 1; i < node->count && constancy == CONSTANT_UNKNOWN; i++)
        if (!ignores_operands(callee->name) &&
            constant_evaluate(check, node->kid[i], &operand) == CONSTANT_NOT)
            return CONSTANT_NOT;
    return constancy;
}

/* offsetof: which member the C compiler knows, if the subscripts are constant. */
static enum constancy evaluate_offset(struct check *check, const struct node *node)
{
    long long index;
    for (uint32_t i = 1; i < node->count; i++)
        if (constant_evaluate(check, node->kid[i]->kid[0], &index) == CONSTANT_NOT)
            return CONSTANT_NOT;
    return CONSTANT_UNKNOWN;
}

enum constancy constant_evaluate(struct check *check, const struct node *node, long long *value)
{
    *value = 0;
    switch (node->kind) {
    case NODE_NUMBER:
        return literal_integer_value(check, node, value) ? CONSTANT_KNOWN : CONSTANT_UNKNOWN;
    case NODE_CHARACTER:
        *value = literal_character_value(check, node);
        return CONSTANT_KNOWN;
    case NODE_IDENTIFIER:
        return evaluate_identifier(node, value);
    case NODE_PAREN:
        return constant_evaluate(check, node->kid[0], value);
    case NODE_UNARY:
        return evaluate_unary(check, node, value);
    case NODE_BINARY:
        return evaluate_binary(check, node, value);
    case NODE_LOGICAL:
        return evaluate_logical(check, node, value);
    case NODE_CONDITIONAL:
        return evaluate_conditional(check, node, value);
    case NODE_CAST:
        return evaluate_cast(check, node, value);
    case NODE_SIZEOF:
        return evaluate_sizeof(node, value);
    case NODE_GENERIC:
        return evaluate_generic(check, node, value);
    case NODE_TYPE_ARGUMENTS:
        return evaluate_builtin(check, node->name, node->kid, node->count, value);
    case NODE_CALL:
        return evaluate_call(check, node, value);
    case NODE_ADDRESS:
        return evaluate_address(check, node);
    case NODE_OFFSETOF:
        return evaluate_offset(check, node);
    case NODE_STRING:
    case NODE_LABEL_ADDRESS:
    case NODE_HAS_ATTRIBUTE:
        return CONSTANT_UNKNOWN;
    default:
        return CONSTANT_NOT;
    }
}

bool constant_value(struct check *check, const struct node *node, long long *value)
{
    return constant_evaluate(check, node, value) == CONSTANT_KNOWN;
}
