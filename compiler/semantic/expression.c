/* Expressions: one function per kind gives the type; operators and calls have files of their own.
 *
 * check_expression types a node once and for all: asked again it gives what it found, so that an
 * initialiser may look at an element before it decides what the element initialises. A type that
 * cannot be had is unknown, and nothing is reported because of an unknown type. */
#include <string.h>

#include "semantic/checker.h"

static struct type *simple(struct check *check, enum type_kind kind)
{
    return type_simple(check->types, kind);
}

/* --- identifiers */

static struct type *predefined(struct check *check, const char *name)
{
    struct check_state *state = check->state;
    for (size_t i = 0; i < sizeof state->func / sizeof *state->func; i++)
        if (state->func[i] == name) {
            struct type *letters =
                type_array(check->types,
                           type_qualified(check->types, simple(check, TYPE_CHAR), QUAL_CONST), 0);
            letters->length_is_known = false;
            return letters;
        }
    if (!strcmp(name, "true") || !strcmp(name, "false"))
        return simple(check, TYPE_BOOL);
    return !strcmp(name, "nullptr") ? simple(check, TYPE_NULLPTR) : NULL;
}

static struct type *undeclared(struct check *check, struct node *node)
{
    struct type *type = predefined(check, node->name);
    if (type)
        return type;
    if (!is_builtin_name(node->name) && !check->state->quiet && is_news(check, node->name))
        complain(check, node, "use of undeclared identifier '%s'", node->name);
    return simple(check, TYPE_UNKNOWN);
}

/* A nested function uses a local of the function around it. */
static bool is_captured(const struct check *check, const struct symbol *symbol)
{
    const struct function_state *function = check->state->function;
    return symbol->function && function && symbol->function != function->node;
}

static struct type *check_identifier(struct check *check, struct node *node)
{
    struct symbol *symbol = scope_find(check->state->scopes, SPACE_ORDINARY, node->name);
    if (!symbol)
        return undeclared(check, node);
    node->symbol = symbol;
    if (symbol->kind == SYMBOL_TYPEDEF) {
        if (!mark_as_type(check, node))
            complain(check, node, "the type name '%s' stands where a value is wanted", node->name);
        return simple(check, TYPE_UNKNOWN);
    }
    if (is_captured(check, symbol))
        symbol->is_address_taken = true;
    return symbol->is_overloadable ? simple(check, TYPE_UNKNOWN) : symbol->type;
}

/* --- members, subscripts, pointers */

/* Of a bit-field wider than int, gcc computes as many bits as it has, clang those of its type. */
static bool has_own_width(const struct field *field)
{
    return field->bits > 32 && field->bits < 64;
}

static struct type *check_member(struct check *check, struct node *node)
{
    struct type *object = node->op == OP_ARROW ? check_value(check, node->kid[0])
                                               : check_expression(check, node->kid[0]);
    if (node->op == OP_ARROW)
        object = type_element(check->types, object);
    if (!object || !node->name)
        return NULL;
    if (type_is_container(object) && node->op == OP_DOT)
        check_lost_container(check, node->kid[0]);
    if (type_is_container(object))
        return container_member(check, node, object);
    const struct field *field = type_field(object, node->name);
    if (!field)
        return NULL;
    unsigned qualifiers = type_qualifiers(object) & ~(unsigned)QUAL_ATOMIC;
    struct type *type = has_own_width(field) ? type_of_unknown(check, node) : field->type;
    return type_qualified(check->types, type, qualifiers);
}

/* The operand of [] or *: an array used so does not have its address taken. */
static struct type *check_base(struct check *check, struct node *node)
{
    struct type *type = check_expression(check, node);
    enum type_kind kind = type_resolve(type)->kind;
    return kind == TYPE_ARRAY || kind == TYPE_VECTOR ? type : type_decay(check->types, type);
}

static struct type *check_index(struct check *check, struct node *node)
{
    struct type *left = check_base(check, node->kid[0]), *right = check_base(check, node->kid[1]);
    struct type *element = type_element(check->types, left);
    return element ? element : type_element(check->types, right);
}

static struct type *check_dereference(struct check *check, struct node *node)
{
    struct type *base = check_base(check, node->kid[0]);
    return type_element(check->types, base);
}

static struct type *check_address(struct check *check, struct node *node)
{
    struct type *type = check_expression(check, node->kid[0]);
    take_address(check, node->kid[0]);
    return is_unknown(type) ? NULL : type_pointer(check->types, type);
}

/* --- types in expressions */

static struct type *check_cast(struct check *check, struct node *node)
{
    repair_cast(check, node);
    if (node->kind == NODE_CALL)
        return check_call(check, node);
    struct type *type = check_type_name(check, node->kid[0], READING_EITHER);
    check_value(check, node->kid[1]);
    return type_unqualified(check->types, type);
}

static struct type *check_compound_literal(struct check *check, struct node *node)
{
    struct type *type = check_type_name(check, node->kid[0], READING_EITHER);
    return check_initializer(check, type, node->kid[1]);
}

static struct type *check_sizeof(struct check *check, struct node *node)
{
    repair_sizeof(check, node);
    bool is_evaluated = node->op != OP_ALIGNOF;
    check->state->unevaluated += !is_evaluated;
    if (node->kid[0]->kind == NODE_TYPE_NAME)
        check_type_name(check, node->kid[0], READING_EITHER);
    else
        check_type_operand(check, node);
    check->state->unevaluated -= !is_evaluated;
    return simple(check, TYPE_ULONG);
}

static struct type *check_offsetof(struct check *check, struct node *node)
{
    check_type_name(check, node->kid[0], READING_TYPE);
    for (uint32_t i = 1; i < node->count; i++) /* each in a designator */
        check_value(check, node->kid[i]->kid[0]);
    return simple(check, TYPE_ULONG);
}

/* The selector's value has no qualifiers, so an association that has some never fits. */
static bool association_fits(const struct type *selector, const struct node *association)
{
    const struct type *type = association->kid[0]->type;
    return type_qualifiers(type) == 0 && type_compatible(type, selector);
}

struct node *selected_association(struct check *check, const struct node *node)
{
    const struct type *selector = type_decay(check->types, node->kid[0]->type);
    struct node *fallback = NULL;
    if (is_unknown(selector))
        return NULL;
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *association = node->kid[i];
        if (!association->kid[0])
            fallback = association;
        else if (association_fits(selector, association))
            return association;
    }
    return fallback;
}

struct node *taken_operand(struct check *check, const struct node *node)
{
    if (node->kind != NODE_GENERIC)
        return chosen_operand(check, node);
    const struct node *association = selected_association(check, node);
    return association ? association->kid[1] : NULL;
}

struct node *skip_choices(struct check *check, struct node *node)
{
    struct node *taken = skip_parens(node);
    while (taken) {
        node = taken;
        taken = skip_parens(taken_operand(check, node));
    }
    return node;
}

/* Whether C finds one where asyncc has none: there a handle is a pointer. */
static bool fits_in_c(const struct node *node, const struct type *selector)
{
    for (uint32_t i = 1; i < node->count; i++)
        if (same_in_c(node->kid[i]->kid[0]->type, selector))
            return true;
    return false;
}

/* No association fits. C compilers would say it of a handle as what it is in C, and would not see
 * it where the selector awaits. */
static void refuse_selector(struct check *check, const struct node *node)
{
    const struct type *selector = type_decay(check->types, node->kid[0]->type);
    bool is_ours = type_has_language(selector) && !fits_in_c(node, selector);
    if (!is_unknown(selector) && (node->flags & HAS_AWAIT || is_ours))
        complain(check, node, "'_Generic' has no association for the type '%s'",
                 show(check, selector));
}

/* Whether both stand for the same types. What C compilers make of an enum is left to them. */
static bool associations_collide(const struct node *a, const struct node *b)
{
    if (!a->kid[0] || !b->kid[0])
        return a->kid[0] == b->kid[0];
    const struct type *left = a->kid[0]->type, *right = b->kid[0]->type;
    return !is_unknown(left) && !is_unknown(right) && type_resolve(left)->kind != TYPE_ENUM &&
           type_resolve(right)->kind != TYPE_ENUM &&
           type_qualifiers(left) == type_qualifiers(right) && type_compatible(left, right);
}

/* C11 6.5.1.1p2. False, and says so, if no value can have the type. */
static bool check_association_type(struct check *check, const struct node *type)
{
    const struct type *resolved = type_resolve(type->type);
    const char *wrong = resolved->kind == TYPE_UNKNOWN          ? NULL
                        : resolved->kind == TYPE_FUNCTION       ? "function type"
                        : type_is_variably_modified(type->type) ? "type of variable size"
                        : !type_is_complete(type->type)         ? "incomplete type"
                                                                : NULL;
    if (wrong)
        complain(check, type, "an association for the %s '%s'", wrong, show(check, type->type));
    return !wrong;
}

static void check_collisions(struct check *check, const struct node *node, uint32_t i)
{
    const struct node *association = node->kid[i], *type = association->kid[0];
    for (uint32_t k = 1; k < i; k++) {
        const struct node *before = node->kid[k];
        if (!associations_collide(association, before))
            continue;
        if (type ? complain(check, type, "a second association for the type '%s'",
                            show(check, type->type))
                 : complain(check, association, "a second default association"))
            add_note(check, before->kid[0] ? before->kid[0] : before, "the first is here");
        break;
    }
}

/* Of a _Generic that awaits, only the association that is taken is written. */
static void check_associations(struct check *check, const struct node *node)
{
    for (uint32_t i = 1; node->flags & HAS_AWAIT && i < node->count; i++)
        if (!node->kid[i]->kid[0] || check_association_type(check, node->kid[i]->kid[0]))
            check_collisions(check, node, i);
}

static struct type *check_generic(struct check *check, struct node *node)
{
    check_unevaluated(check, node->kid[0]);
    for (uint32_t i = 1; i < node->count; i++)
        if (node->kid[i]->kid[0])
            check_type_name(check, node->kid[i]->kid[0], READING_TYPE);
    check_associations(check, node);
    struct node *chosen = selected_association(check, node);
    if (!chosen)
        refuse_selector(check, node);
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *association = node->kid[i];
        if (association == chosen)
            association->type = check_expression(check, association->kid[1]);
        else
            check_unevaluated(check, association->kid[1]);
    }
    return chosen ? chosen->type : NULL;
}

/* --- grouping */

static struct type *check_statement_expression(struct check *check, struct node *node)
{
    struct check_state *state = check->state;
    struct node *compound = node->kid[0], *outer = state->value_statement;
    struct node *last = value_statement(compound);
    if (!state->function) {
        complain(check, node, "a statement expression outside a function");
        return simple(check, TYPE_UNKNOWN);
    }
    state->value_statement = last;
    check_statement(check, compound);
    state->value_statement = outer;
    if (!last || !last->kid[0]->type)
        return simple(check, TYPE_VOID);
    return type_decay(check->types, last->kid[0]->type);
}

static struct type *check_comma(struct check *check, struct node *node)
{
    check_discarded(check, node->kid[0]);
    return check_value(check, node->kid[1]);
}

static struct type *check_asm(struct check *check, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        if (kid->kind == NODE_ASM_LABEL) {
            check_jump(check, kid);
            continue;
        }
        check_expression(check, kid);
        take_address(check, kid);
    }
    return simple(check, TYPE_VOID);
}

/* --- all kinds */

static struct type *expression_type(struct check *check, struct node *node)
{
    switch (node->kind) {
    case NODE_IDENTIFIER:
        return check_identifier(check, node);
    case NODE_NUMBER:
        return literal_number(check, node);
    case NODE_CHARACTER:
        return literal_character(check, node);
    case NODE_STRING:
        return literal_string(check, node);
    case NODE_PAREN:
        return check_expression(check, node->kid[0]);
    case NODE_CALL:
        return check_call(check, node);
    case NODE_INDEX:
        return check_index(check, node);
    case NODE_MEMBER:
        return check_member(check, node);
    case NODE_PREFIX:
    case NODE_POSTFIX:
        return type_unqualified(check->types, check_expression(check, node->kid[0]));
    case NODE_UNARY:
        return check_unary(check, node);
    case NODE_ADDRESS:
        return check_address(check, node);
    case NODE_DEREFERENCE:
        return check_dereference(check, node);
    case NODE_LABEL_ADDRESS:
        check_jump(check, node);
        return type_pointer(check->types, simple(check, TYPE_VOID));
    case NODE_CAST:
        return check_cast(check, node);
    case NODE_COMPOUND_LITERAL:
        return check_compound_literal(check, node);
    case NODE_SIZEOF:
        return check_sizeof(check, node);
    case NODE_HAS_ATTRIBUTE:
        check_unevaluated(check, node->kid[0]);
        return simple(check, TYPE_BOOL);
    case NODE_OFFSETOF:
        return check_offsetof(check, node);
    case NODE_BINARY:
    case NODE_LOGICAL:
        return check_binary(check, node);
    case NODE_CONDITIONAL:
        return check_conditional(check, node);
    case NODE_ASSIGN:
        return check_assign(check, node);
    case NODE_COMMA:
        return check_comma(check, node);
    case NODE_GENERIC:
        return check_generic(check, node);
    case NODE_STATEMENT_EXPRESSION:
        return check_statement_expression(check, node);
    case NODE_TYPE_ARGUMENTS:
        return check_type_arguments(check, node);
    case NODE_INITIALIZER_LIST:
        return check_initializer(check, simple(check, TYPE_UNKNOWN), node);
    case NODE_TYPE_NAME:
        return check_type_name(check, node, READING_EITHER);
    case NODE_ASM:
        return check_asm(check, node);
    case NODE_AWAIT:
    case NODE_SPAWN:
    case NODE_TRY:
    case NODE_YIELD:
        return check_language_expression(check, node);
    case NODE_COMPREHENSION:
        node->type = check_comprehension(check, node);
        check_lost_container(check, node);
        return node->type;
    default:
        return NULL;
    }
}

void set_type(struct check *check, struct node *node, struct type *type)
{
    if (!operands_fit(check, node))
        node->type = simple(check, TYPE_UNKNOWN);
    else
        node->type = type && type->kind != TYPE_UNKNOWN ? type : type_of_unknown(check, node);
}

struct type *check_expression(struct check *check, struct node *node)
{
    if (!node->type)
        set_type(check, node, expression_type(check, node));
    return node->type;
}

struct type *check_value(struct check *check, struct node *node)
{
    struct type *type = check_expression(check, node);
    decay_address(check, node);
    return type_decay(check->types, type);
}

void check_condition(struct check *check, struct node *node)
{
    check_value(check, node);
}

/* --- discarded values */

/* The type of the function that is called; NULL if it is not known. */
static const struct type *called_function(const struct node *call)
{
    const struct type *type = call->kid[0]->type ? type_resolve(call->kid[0]->type) : NULL;
    if (type && type->kind == TYPE_POINTER)
        type = type_resolve(type->target);
    return type && type->kind == TYPE_FUNCTION ? type : NULL;
}

static bool makes_coroutine(const struct node *call)
{
    const struct node *callee = call->kid[0];
    if (!callee->type || type_resolve(call->type)->kind != TYPE_FUTURE)
        return false;
    if (is_unknown(callee->type))
        return callee->kind == NODE_IDENTIFIER && runtime_makes_coroutine(callee->name);
    const struct type *type = called_function(call);
    return type && type->is_async;
}

/* A generator that is made and dropped. `callee` is NULL for a generator expression. */
static void refuse_unrun(struct check *check, const struct node *node, const struct node *callee,
                         const struct type *generator)
{
    bool is_named = callee && callee->kind == NODE_IDENTIFIER;
    if (is_named ? complain(check, node, "generator '%s' is never run", callee->name)
                 : complain(check, node, "this generator is never run"))
        add_note(check, node, generator->is_async ? "'async for' runs it" : "'for' runs it");
}

static void check_run(struct check *check, struct node *call)
{
    const struct type *type = called_function(call);
    if (type && type->target->kind == TYPE_GENERATOR)
        refuse_unrun(check, call, skip_parens(call->kid[0]), type->target);
}

void check_awaited(struct check *check, struct node *node)
{
    struct node *inner = skip_parens(node), *last;
    const struct node *callee;
    switch (inner->kind) {
    case NODE_CAST:
    case NODE_COMMA:
        check_awaited(check, inner->kid[1]);
        break;
    case NODE_CONDITIONAL:
        if (inner->kid[1])
            check_awaited(check, inner->kid[1]);
        check_awaited(check, inner->kid[2]);
        break;
    case NODE_STATEMENT_EXPRESSION:
        last = value_statement(inner->kid[0]);
        if (last)
            check_awaited(check, last->kid[0]);
        break;
    case NODE_COMPREHENSION:
        if (type_resolve(inner->type)->kind == TYPE_GENERATOR)
            refuse_unrun(check, inner, NULL, type_resolve(inner->type));
        break;
    case NODE_CALL:
        check_run(check, inner);
        if (!makes_coroutine(inner))
            break;
        callee = skip_parens(inner->kid[0]);
        if (callee->kind == NODE_IDENTIFIER
                ? complain(check, inner, "coroutine '%s' is never awaited", callee->name)
                : complain(check, inner, "this coroutine is never awaited"))
            add_note(check, inner, "'await' it, or start it as a task with 'spawn'");
        break;
    default:
        break;
    }
}

void check_discarded(struct check *check, struct node *node)
{
    check_value(check, node);
    check_awaited(check, node);
    check_lost_container(check, node);
}
