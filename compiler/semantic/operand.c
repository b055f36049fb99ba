/* Operands of the wrong type in functions that are written anew. There the C compiler would speak
 * of names that the user never wrote, or say nothing (the frame keeps no `const`); everywhere else
 * it does this better, so ordinary functions are left to it.
 *
 * A walk over the typed tree, when the function is known as a whole. Only what is an error in C and
 * GNU C alike is one here; wherever a type is not known, nothing is said. What is mistaken itself
 * has an unknown type (operands_fit is asked of each expression when it is typed), so that nothing
 * more is said of what it stands in. */
#include "semantic/checker.h"

static bool is_handle(const struct node *node)
{
    enum type_kind kind = node->type ? type_resolve(node->type)->kind : TYPE_UNKNOWN;
    return kind == TYPE_FUTURE || kind == TYPE_GENERATOR;
}

static bool is_container(const struct node *node)
{
    return node && node->type && type_is_container(node->type);
}

/* The type of the expression's value, resolved; NULL if nothing is known about it. */
static const struct type *value_of(struct check *check, const struct node *node)
{
    if (!node || !node->type)
        return NULL;
    const struct type *type = type_resolve(type_decay(check->types, node->type));
    bool is_judged = (type->kind >= TYPE_VOID && type->kind <= TYPE_NULLPTR) ||
                     type->kind == TYPE_POINTER || type->kind == TYPE_STRUCT ||
                     type->kind == TYPE_UNION || type->kind == TYPE_ENUM || type_is_container(type);
    return is_judged ? type : NULL;
}

static bool is_pointer(const struct type *type)
{
    return type->kind == TYPE_POINTER || type->kind == TYPE_NULLPTR;
}

static bool is_record(const struct type *type)
{
    return type->kind == TYPE_STRUCT || type->kind == TYPE_UNION || type_is_container(type);
}

static bool is_real(const struct type *type)
{
    return type_is_arithmetic(type) && type->kind != TYPE_COMPLEX;
}

/* --- operators with two operands */

static bool fits_addition(const struct type *left, const struct type *right, enum operator op)
{
    if (type_is_arithmetic(left) && type_is_arithmetic(right))
        return true;
    if (is_pointer(left))
        return type_is_integer(right) || (op == OP_MINUS && is_pointer(right));
    return op == OP_PLUS && type_is_integer(left) && is_pointer(right);
}

static bool fits_comparison(const struct type *left, const struct type *right)
{
    if (type_is_arithmetic(left) && type_is_arithmetic(right))
        return true;
    return (is_pointer(left) && (is_pointer(right) || type_is_integer(right))) ||
           (is_pointer(right) && type_is_integer(left));
}

static bool fits_operator(const struct type *left, const struct type *right, enum operator op)
{
    switch (op) {
    case OP_PLUS:
    case OP_MINUS:
        return fits_addition(left, right, op);
    case OP_MULTIPLY:
    case OP_DIVIDE:
        return type_is_arithmetic(left) && type_is_arithmetic(right);
    case OP_LESS:
    case OP_GREATER:
    case OP_LESS_EQUAL:
    case OP_GREATER_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL:
        return fits_comparison(left, right);
    default: /* % << >> & ^ | */
        return type_is_integer(left) && type_is_integer(right);
    }
}

static bool check_pair(struct check *check, const struct node *node)
{
    const struct type *left = value_of(check, node->kid[0]), *right = value_of(check, node->kid[1]);
    if (!left || !right || fits_operator(left, right, node->op))
        return true;
    complain(check, node, "'%s%s' between values of types '%s' and '%s'", operator_names[node->op],
             node->kind == NODE_ASSIGN ? "=" : "", show(check, left), show(check, right));
    return false;
}

/* --- operators with one */

static bool check_truth(struct check *check, const struct node *node)
{
    const struct type *type = value_of(check, node);
    if (!type || type_is_scalar(type))
        return true;
    complain(check, node, "a value of type '%s' stands where a condition is wanted",
             show(check, type));
    return false;
}

static bool check_truths(struct check *check, const struct node *node)
{
    bool fits = check_truth(check, node->kid[0]);
    return check_truth(check, node->kid[1]) && fits;
}

static bool check_unary_operand(struct check *check, const struct node *node)
{
    const struct type *type = value_of(check, node->kid[0]);
    if (node->op == OP_NOT)
        return check_truth(check, node->kid[0]);
    bool is_sign = node->op == OP_PLUS || node->op == OP_MINUS;
    bool fits = !type || (is_sign ? type_is_arithmetic(type)
                                  : node->op != OP_COMPLEMENT || type_is_integer(type) ||
                                        type->kind == TYPE_COMPLEX);
    if (!fits)
        complain(check, node, "'%s' of a value of type '%s'", operator_names[node->op],
                 show(check, type));
    return fits;
}

static bool check_indirection(struct check *check, const struct node *node)
{
    const struct type *type = value_of(check, node->kid[0]);
    if (!type || is_pointer(type))
        return true;
    complain(check, node, "'*' of a value of type '%s'", show(check, type));
    return false;
}

static bool check_subscript(struct check *check, const struct node *node)
{
    const struct type *left = value_of(check, node->kid[0]), *right = value_of(check, node->kid[1]);
    if (!left || !right)
        return true;
    bool fits = (is_pointer(left) && type_is_integer(right)) ||
                (type_is_integer(left) && is_pointer(right));
    if (!fits && is_pointer(left))
        complain(check, node->kid[1], "a subscript of type '%s'", show(check, right));
    else if (!fits)
        complain(check, node, "a subscript of a value of type '%s'", show(check, left));
    return fits;
}

static bool check_callee(struct check *check, const struct node *node)
{
    const struct type *type = value_of(check, node->kid[0]);
    if (!type)
        return true;
    const struct type *target = type->kind == TYPE_POINTER ? type_resolve(type->target) : type;
    if (target->kind == TYPE_FUNCTION || target->kind == TYPE_UNKNOWN)
        return true;
    complain(check, node->kid[0], "a call of a value of type '%s'", show(check, type));
    return false;
}

/* A mistaken member has no type anyway. */
static void check_member_of(struct check *check, const struct node *node)
{
    const struct type *type = value_of(check, node->kid[0]);
    if (!node->name || (node->op == OP_DOT && is_container(node->kid[0])) ||
        (!type && !is_handle(node->kid[0])))
        return;
    if (!type)
        type = type_resolve(node->kid[0]->type);
    if (node->op == OP_ARROW) {
        if (type->kind != TYPE_POINTER) {
            complain(check, node, "'->' behind a value of type '%s'", show(check, type));
            return;
        }
        type = type_resolve(type->target);
        if (type->kind == TYPE_UNKNOWN || type->kind >= TYPE_FUTURE)
            return;
    }
    if (!is_record(type))
        complain(check, node, "member '%s' of a value of type '%s'", node->name, show(check, type));
    else if (!type->is_complete)
        complain(check, node, "member '%s' of the incomplete type '%s'", node->name,
                 show(check, type));
    else if (!type_field(type, node->name))
        complain(check, node, "'%s' has no member '%s'", show(check, type), node->name);
}

static bool check_cast_operand(struct check *check, const struct node *node)
{
    const struct type *from = value_of(check, node->kid[1]);
    if (!from || !node->kid[0]->type)
        return true;
    const struct type *to = type_resolve(node->kid[0]->type);
    bool is_wrong = (to->kind == TYPE_STRUCT && !type_compatible(to, from)) ||
                    (type_is_scalar(to) && (is_record(from) || from->kind == TYPE_VOID)) ||
                    (to->kind == TYPE_POINTER && is_real(from) && !type_is_integer(from)) ||
                    (from->kind == TYPE_POINTER && is_real(to) && !type_is_integer(to));
    if (is_wrong)
        complain(check, node, "a value of type '%s' cannot be cast to '%s'", show(check, from),
                 show(check, to));
    return !is_wrong;
}

/* --- what is written */

static bool check_written(struct check *check, struct node *node)
{
    struct node *target = skip_parens(node);
    if (!target->type || is_unknown(target->type))
        return true;
    bool is_object = is_lvalue(check, target);
    if (is_object && type_resolve(target->type)->kind != TYPE_ARRAY) {
        bool is_const = type_qualifiers(target->type) & QUAL_CONST;
        if (is_const && complain(check, node, "what is 'const' cannot be assigned to") &&
            target->kind == NODE_IDENTIFIER && target->symbol->node)
            add_note(check, target->symbol->node, "'%s' is declared here", target->name);
        return !is_const;
    }
    complain(check, node,
             is_object ? "an array cannot be assigned to" : "only an object can be assigned to");
    return false;
}

/* Whether it is a part of a variable that was declared `register`. */
static bool is_register(struct node *node)
{
    node = skip_parens(node);
    while (node->kind == NODE_MEMBER && node->op == OP_DOT)
        node = skip_parens(node->kid[0]);
    return node->kind == NODE_IDENTIFIER && node->symbol && node->symbol->storage == OP_REGISTER &&
           node->symbol->function;
}

static bool check_addressed(struct check *check, struct node *node)
{
    struct node *target = skip_parens(node);
    bool fits = !is_register(target);
    if (!fits)
        complain(check, node, "what is declared 'register' has no address");
    if (!target->type || is_unknown(target->type) ||
        type_resolve(target->type)->kind == TYPE_FUNCTION ||
        target->kind == NODE_COMPREHENSION || /* that nobody owns it has been said */
        is_lvalue(check, target))
        return fits;
    complain(check, node, "only an object has an address");
    return false;
}

/* An array whose elements are used by its address, of which C compilers see nothing in a frame;
 * they let subscripts be. */
static void check_decayed(struct check *check, struct node *node)
{
    bool is_array = node->type && type_resolve(node->type)->kind == TYPE_ARRAY;
    if (is_array && is_register(node))
        complain(check, node, "what is declared 'register' has no address");
}

static bool check_assignment(struct check *check, struct node *node)
{
    bool fits = check_written(check, node->kid[0]);
    return (node->op == OP_NONE || check_pair(check, node)) && fits;
}

static bool check_step(struct check *check, struct node *node)
{
    const struct type *type = value_of(check, node->kid[0]);
    if (type && !type_is_scalar(type)) {
        complain(check, node, "'%s' of a value of type '%s'", operator_names[node->op],
                 show(check, type));
        return false;
    }
    return is_handle(node->kid[0]) || /* of those check_handles speaks */
           check_written(check, node->kid[0]);
}

static void check_choice(struct check *check, const struct node *node)
{
    const struct type *type = value_of(check, node->kid[0]);
    if (type && !type_is_integer(type))
        complain(check, node->kid[0], "a 'switch' over a value of type '%s'", show(check, type));
}

/* --- the walk */

/* False, and says so, if the operands of this expression are such as it cannot have. */
static bool check_expression_node(struct check *check, struct node *node)
{
    switch (node->kind) {
    case NODE_BINARY:
        return check_pair(check, node);
    case NODE_LOGICAL:
        return check_truths(check, node);
    case NODE_CONDITIONAL:
        return check_truth(check, node->kid[0]);
    case NODE_UNARY:
        return check_unary_operand(check, node);
    case NODE_DEREFERENCE:
        return check_indirection(check, node);
    case NODE_INDEX:
        return check_subscript(check, node);
    case NODE_CALL:
        return check_callee(check, node);
    case NODE_CAST:
        return check_cast_operand(check, node);
    case NODE_ADDRESS:
        return check_addressed(check, node->kid[0]);
    case NODE_ASSIGN:
        return check_assignment(check, node);
    case NODE_PREFIX:
    case NODE_POSTFIX:
        return check_step(check, node);
    default:
        return true;
    }
}

static void check_node(struct check *check, struct node *node)
{
    switch (node->kind) {
    case NODE_IF:
    case NODE_WHILE:
        check_truth(check, node->kid[0]);
        break;
    case NODE_DO:
    case NODE_FOR:
        check_truth(check, node->kid[1]);
        break;
    case NODE_SWITCH:
        check_choice(check, node);
        break;
    case NODE_MEMBER:
        check_member_of(check, node);
        break;
    default:
        check_expression_node(check, node);
        break;
    }
}

/* Containers are structs in C, of names that the user never wrote. */
static bool takes_container(const struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (is_container(node->kid[i]))
            return true;
    return false;
}

/* Whether check_operands will come by, or check_language_operands has a look at this one. */
static bool is_walked(const struct check *check, const struct node *node)
{
    if (takes_container(node))
        return true;
    for (const struct function_state *f = check->state->function; f; f = f->outer)
        if (f->is_async || f->is_generator)
            return true;
    return false;
}

bool operands_fit(struct check *check, struct node *node)
{
    if (!is_walked(check, node))
        return true;
    check->state->quiet++;
    bool fits = check_expression_node(check, node);
    check->state->quiet--;
    return fits;
}

/* --- handles, which C has as pointers */

static void check_no_handle(struct check *check, const struct node *node, const char *what)
{
    if (is_handle(node) && complain(check, node, "%s of a value of type '%s'", what,
                                    show(check, type_decay(check->types, node->type))))
        note_await(check, node);
}

/* Beside a handle, == and != take another one, or NULL. A coroutine is lost behind them. */
static void check_equality(struct check *check, struct node *handle, const struct node *other)
{
    if (!is_handle(handle))
        return;
    if (is_handle(other) || !other->type || is_unknown(other->type) ||
        is_null_constant(check, other) ||
        is_plain_handle(other->type, type_resolve(handle->type)->kind))
        check_awaited(check, handle);
    else
        check_no_handle(check, handle, "comparison with a number");
}

static void check_handle_pair(struct check *check, const struct node *node)
{
    const char *what = arena_format(check->arena, "'%s%s'", operator_names[node->op],
                                    node->kind == NODE_ASSIGN ? "=" : "");
    if (node->op == OP_EQUAL || node->op == OP_NOT_EQUAL) {
        check_equality(check, node->kid[0], node->kid[1]);
        check_equality(check, node->kid[1], node->kid[0]);
        return;
    }
    check_no_handle(check, node->kid[0], what);
    check_no_handle(check, node->kid[1], what);
}

/* A coroutine whose value is only tested never runs. */
static void check_tested(struct check *check, struct node *condition)
{
    if (condition && is_handle(condition))
        check_awaited(check, condition);
}

static void check_handles(struct check *check, const struct node *node)
{
    switch (node->kind) {
    case NODE_LOGICAL:
        check_tested(check, node->kid[0]);
        check_tested(check, node->kid[1]);
        break;
    case NODE_CONDITIONAL:
        if (node->kid[1]) /* else it is the value, too */
            check_tested(check, node->kid[0]);
        break;
    case NODE_IF:
    case NODE_WHILE:
    case NODE_COMP_IF:
        check_tested(check, node->kid[0]);
        break;
    case NODE_DO:
    case NODE_FOR:
        check_tested(check, node->kid[1]);
        break;
    case NODE_ASSIGN:
        if (node->op != OP_NONE)
            check_handle_pair(check, node);
        break;
    case NODE_BINARY:
        check_handle_pair(check, node);
        break;
    case NODE_UNARY:
        if (node->op == OP_NOT)
            check_tested(check, node->kid[0]);
        else if (node->op == OP_PLUS || node->op == OP_MINUS || node->op == OP_COMPLEMENT)
            check_no_handle(check, node->kid[0],
                            arena_format(check->arena, "'%s'", operator_names[node->op]));
        break;
    case NODE_PREFIX:
    case NODE_POSTFIX:
        check_no_handle(check, node->kid[0],
                        arena_format(check->arena, "'%s'", operator_names[node->op]));
        break;
    case NODE_DEREFERENCE:
        check_no_handle(check, node->kid[0], "'*'");
        break;
    case NODE_INDEX:
        check_no_handle(check, node->kid[0], "a subscript");
        check_no_handle(check, node->kid[1], "a subscript");
        break;
    case NODE_SWITCH:
        check_no_handle(check, node->kid[0], "'switch'");
        break;
    default:
        break;
    }
}

/* --- both walks */

void check_operands(struct check *check, struct node *node)
{
    if (!node)
        return;
    check_node(check, node);
    check_handles(check, node);
    if (node->flags & IS_DECAYED)
        check_decayed(check, node);
    else if (node->kind == NODE_DEREFERENCE)
        check_decayed(check, node->kid[0]);
    for (uint32_t i = 0; i < node->count; i++)
        check_operands(check, node->kid[i]);
}

void check_language_operands(struct check *check, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return;
    bool awaits = node->count && node->kid[0] && node->kid[0]->flags & HAS_AWAIT;
    if (takes_container(node))
        check_node(check, node);
    else if (awaits && node->kind == NODE_ADDRESS)
        check_addressed(check, node->kid[0]);
    else if (awaits &&
             (node->kind == NODE_ASSIGN || node->kind == NODE_PREFIX || node->kind == NODE_POSTFIX))
        check_written(check, node->kid[0]);
    check_handles(check, node);
    for (uint32_t i = 0; i < node->count; i++)
        check_language_operands(check, node->kid[i]);
}

/* What decides how the node is lowered: its type must be known. */
static const struct node *deciding_source(const struct node *node)
{
    switch (node->kind) {
    case NODE_RANGE_FOR:
    case NODE_ASYNC_WITH:
    case NODE_COMP_FOR:
        return node->kid[2];
    case NODE_GENERIC:
        return node->flags & HAS_AWAIT ? node->kid[0] : NULL;
    default:
        return NULL;
    }
}

void check_sources(struct check *check, const struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return;
    const struct node *source = deciding_source(node);
    if (source && source->type && type_resolve(source->type)->kind == TYPE_UNKNOWN &&
        !diagnostics_errors(check->diagnostics))
        complain(check, source, "the type of this is not known here");
    for (uint32_t i = 0; i < node->count; i++)
        check_sources(check, node->kid[i]);
}
