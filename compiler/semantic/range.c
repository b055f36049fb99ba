/* Ranges, the names they bind, and comprehensions.
 *
 * `for (T x : range)` runs over arrays, containers and generators; a comprehension nests such loops
 * around an expression. Each source is checked outside the scope of the name that it gives values
 * to, everything behind it inside (PEP 530).
 *
 * A container that is no lvalue is a temporary: somebody must become its owner. It may initialise
 * something, be assigned, returned or passed, and a loop over it frees it. */
#include <string.h>

#include "semantic/checker.h"

/* --- temporaries */

/* What async_get gives stays the variable's. */
static bool reads_variable(const struct node *call)
{
    const char *name = callee_name(call);
    return name && !strcmp(name, "async_get");
}

bool is_temporary(struct check *check, struct node *node)
{
    node = skip_choices(check, node);
    switch (node->kind) {
    case NODE_CALL:
        return !reads_variable(node);
    case NODE_AWAIT:
    case NODE_COMPREHENSION:
    case NODE_STATEMENT_EXPRESSION:
        return true;
    case NODE_COMMA:
        return is_temporary(check, node->kid[1]);
    case NODE_CONDITIONAL:
        return (node->kid[1] && is_temporary(check, node->kid[1])) ||
               is_temporary(check, node->kid[2]);
    default:
        return false;
    }
}

static bool is_temporary_container(struct check *check, struct node *node)
{
    return node->type && type_is_container(node->type) && is_temporary(check, node);
}

/* A popped container was emptied before, for who pops it has taken what it held. */
static bool is_pop(const struct node *node)
{
    const struct node *callee = node->kind == NODE_CALL ? skip_parens(node->kid[0]) : NULL;
    return callee && callee->kind == NODE_IDENTIFIER && !strcmp(callee->name, "list_pop");
}

void check_lost_container(struct check *check, struct node *node)
{
    struct node *inner = skip_parens(node);
    if (inner->kind == NODE_CAST && inner->type && type_is_void(inner->type))
        inner = skip_parens(inner->kid[1]);
    if (check->state->unevaluated || !is_temporary_container(check, inner) || is_pop(inner))
        return;
    if (complain(check, inner, "nobody owns this temporary '%s'", show(check, inner->type)))
        add_note(check, inner,
                 "it may initialise something, be assigned, returned or passed, or "
                 "stand in the header of a 'for'");
}

/* --- the names that ranges bind */

/* An array takes arrays of its own kind, which C does not assign; everything else what C does. */
static void check_bound(struct check *check, struct node *at, struct type *type,
                        struct type *element)
{
    struct node value = *at;
    value.kind = NODE_MADE;
    value.type = element;
    if (is_unknown(type) || is_unknown(element))
        return;
    if (type_resolve(type)->kind == TYPE_ARRAY) {
        if (!type_compatible(type, element))
            complain(check, at, "value of type '%s' does not convert to '%s'", show(check, element),
                     show(check, type));
    } else if (!type_is_complete(type)) {
        complain(check, at, "'%s' has the incomplete type '%s'", at->name, show(check, type));
    } else {
        check_conversion(check, type, &value, C_ERRORS, "value");
    }
}

void bind_name(struct check *check, struct node *node, struct node *specifier_node,
               struct node *declarator_node, struct type *value)
{
    struct specifiers specifiers = check_specifiers(check, specifier_node, READING_CERTAIN, false);
    if (specifiers.is_deduced)
        specifiers.type = type_decay(check->types, value);
    struct declarator declarator = check_declarator(check, &specifiers, declarator_node);
    enum operator storage = specifiers.storage;
    if (specifiers.is_thread_local || storage == OP_STATIC || storage == OP_EXTERN ||
        storage == OP_TYPEDEF)
        complain(check, specifier_node, "a storage class where a name is bound to each value");
    if (defined_tag(specifier_node))
        complain(check, specifier_node, "a type is defined where a name is bound to each value");
    if (!declarator.name)
        return;
    declare(check, &specifiers, &declarator, node, true);
    check_bound(check, declarator.name, declarator.type, value);
    check_former_use(check, &specifiers);
}

/* --- ranges */

static bool mentions(const struct node *node, const char *name)
{
    if (!node)
        return false;
    if (node->kind == NODE_IDENTIFIER && node->name == name)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (mentions(node->kid[i], name))
            return true;
    return false;
}

bool range_is_plain(struct node *range, const char *name)
{
    struct node *node = skip_parens(range);
    while (node->kind == NODE_MEMBER && node->op == OP_DOT)
        node = skip_parens(node->kid[0]);
    return node->kind == NODE_IDENTIFIER && node->symbol && !mentions(node, name);
}

/* What the object that a member is taken of stems from. */
static struct node *whole_object(struct node *node)
{
    node = skip_parens(node);
    while (node->kind == NODE_MEMBER && node->op == OP_DOT)
        node = skip_parens(node->kid[0]);
    return node;
}

bool is_found(struct check *check, struct node *node)
{
    node = skip_choices(check, node);
    if (node->kind == NODE_COMMA)
        return is_found(check, node->kid[1]);
    if (node->kind == NODE_CONDITIONAL)
        return node->kid[1] && is_found(check, node->kid[1]) && is_found(check, node->kid[2]);
    return is_lvalue(check, node);
}

static void check_container_member(struct check *check, struct node *range, struct node *member)
{
    if (is_lvalue(check, member))
        return;
    if (is_temporary(check, whole_object(member)))
        complain(check, range, "a container inside of a temporary: nobody would free it");
    else
        complain(check, range, "a container inside of a copy: write what is copied");
}

/* A loop frees what either operand gives, or neither, and looks at both where they are. */
static void check_choice(struct check *check, struct node *range, struct node *one,
                         struct node *other)
{
    if (!one || is_temporary(check, one) != is_temporary(check, other))
        complain(check, range, "only one of the two is a temporary, which the loop would free");
    else if (is_found(check, one) != is_found(check, other))
        complain(check, range, "only one of the two is an object, which the loop would look at");
}

static void check_container_range(struct check *check, struct node *range)
{
    struct node *inner = skip_choices(check, range);
    switch (inner->kind) {
    case NODE_MEMBER:
        check_container_member(check, range, inner);
        break;
    case NODE_ASSIGN:
        complain(check, range, "the value of an assignment is a copy: write what is assigned to");
        break;
    case NODE_COMMA:
        check_container_range(check, inner->kid[1]);
        break;
    case NODE_CONDITIONAL:
        check_choice(check, range, inner->kid[1], inner->kid[2]);
        if (inner->kid[1])
            check_container_range(check, inner->kid[1]);
        check_container_range(check, inner->kid[2]);
        break;
    default:
        break;
    }
}

/* An array stays one; a comprehension has nobody to say what its elements are. */
static struct type *check_range(struct check *check, struct node *range)
{
    struct node *inner = skip_parens(range);
    check->state->awaited = inner;
    if (inner->kind != NODE_COMPREHENSION && inner->kind != NODE_CONDITIONAL &&
        inner->kind != NODE_COMMA)
        return check_expression(check, range);
    check_owned(check, range);
    check_own_type(check, range);
    return range->type;
}

/* What `for (T x : range)` binds to x; reports a range that is none. */
static struct type *range_element(struct check *check, struct node *range, bool is_async)
{
    struct type *type = check_range(check, range), *resolved = type_resolve(type);
    if (resolved->kind == TYPE_GENERATOR && resolved->is_async != is_async &&
        complain(check, range, "'%s' over %s generator", is_async ? "async for" : "for",
                 is_async ? "a plain" : "an async"))
        add_note(check, range,
                 is_async ? "nothing is waited for: write 'for'"
                          : "its values are waited for: write 'async for'");
    switch (resolved->kind) {
    case TYPE_GENERATOR:
        check_emptied(check, range, is_async ? "'async for'" : "'for'");
        return resolved->target;
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_DICT:
        if (is_async)
            break;
        check_container_range(check, range);
        if (!type_is_complete(resolved->target))
            complain(check, range, "a range of the incomplete type '%s'",
                     show(check, resolved->target));
        return resolved->target;
    case TYPE_ARRAY:
        if (is_async)
            break;
        if (type_resolve(type)->array_size == ARRAY_INCOMPLETE)
            complain(check, range, "a range of unknown length");
        return type_element(check->types, type);
    case TYPE_UNKNOWN:
        return resolved;
    default:
        break;
    }
    if (complain(check, range, "cannot iterate over a value of type '%s'", show(check, type)) &&
        is_async && (type_is_container(type) || resolved->kind == TYPE_ARRAY))
        add_note(check, range, "nothing is waited for: write 'for'");
    return type_simple(check->types, TYPE_UNKNOWN);
}

/* A loop over something that may change meanwhile holds its address. */
static void hold_range(struct check *check, struct node *range, struct node *declarator)
{
    struct node *name = declarator_name(declarator);
    enum type_kind kind = type_resolve(range->type)->kind;
    if (name && (kind == TYPE_ARRAY || type_is_container(range->type)) &&
        !range_is_plain(range, name->name))
        take_address(check, range);
}

static void check_no_else(struct check *check, const struct node *node)
{
    enum type_kind kind = type_resolve(node->kid[2]->type)->kind;
    if (!node_kid(node, 4) || kind == TYPE_GENERATOR || kind == TYPE_UNKNOWN)
        return;
    if (complain(check, node->kid[4], "'else' behind a loop that cannot end with an error"))
        add_note(check, node, "if it belongs to an 'if' around the loop, put braces around that");
}

void check_range_for(struct check *check, struct node *node)
{
    bool is_async = node->flags & IS_ASYNC;
    struct type *element = range_element(check, node->kid[2], is_async);
    if (is_async)
        may_wait(check, node, "'async for'");
    scope_open(check->state->scopes, node);
    bind_name(check, node, node->kid[0], node->kid[1], element);
    hold_range(check, node->kid[2], node->kid[1]);
    check->state->function->loops++;
    check_statement(check, node->kid[3]);
    check->state->function->loops--;
    scope_close(check->state->scopes);
    check_no_else(check, node);
    if (node_kid(node, 4))
        check_statement(check, node->kid[4]);
}

/* --- comprehensions */

static enum type_kind comprehension_kind(const struct node *node)
{
    return node->op == OP_LIST   ? TYPE_LIST
           : node->op == OP_SET  ? TYPE_SET
           : node->op == OP_DICT ? TYPE_DICT
                                 : TYPE_GENERATOR;
}

/* Whether running it waits; a generator expression in it is not run, but its first source is. */
static bool waits(const struct node *node)
{
    if (!node)
        return false;
    if (node->kind == NODE_AWAIT || (node->kind == NODE_COMP_FOR && node->flags & IS_ASYNC))
        return true;
    if (node->kind == NODE_COMPREHENSION && node->op == OP_GENERATOR)
        return waits(node->kid[2]->kid[2]);
    for (uint32_t i = 0; i < node->count; i++)
        if (waits(node->kid[i]))
            return true;
    return false;
}

/* Its first source is evaluated before it is a generator. */
static bool generator_waits(const struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (i == 2 ? node->kid[i]->flags & IS_ASYNC : waits(node->kid[i]))
            return true;
    return false;
}

/* The type that it has where nothing says another one. */
static struct type *own_type(struct check *check, struct node *node)
{
    struct type *type = type_make(check->types, comprehension_kind(node));
    type->target = type_decay(check->types, node->kid[0]->type);
    if (type->kind == TYPE_DICT && node->kid[1])
        type->sent = type_decay(check->types, node->kid[1]->type);
    type->is_async = type->kind == TYPE_GENERATOR && generator_waits(node);
    return type;
}

/* `element` is what its source gives. */
static void check_clause(struct check *check, struct node *clause, struct type *element)
{
    if (clause->kind == NODE_COMP_IF) {
        check_condition(check, clause->kid[0]);
        return;
    }
    if (clause->flags & IS_ASYNC)
        may_wait(check, clause, "'async for'");
    scope_open(check->state->scopes, clause);
    bind_name(check, clause, clause->kid[0], clause->kid[1], element);
    hold_range(check, clause->kid[2], clause->kid[1]);
}

/* Behind its first source, a generator expression is another function. */
static void enter_generator(struct function_state *function, const struct node *node)
{
    if (node->op != OP_GENERATOR)
        return;
    function->is_generator = true;
    function->is_async = generator_waits(node);
}

/* The clauses in their order, each inside those before it, and the element inside all. */
static void check_inside(struct check *check, struct node *node)
{
    struct function_state *function = check->state->function, outer = *function;
    unsigned defers = check->state->defers;
    function->loops = function->switches = 0; /* nothing in it leaves a loop around it */
    for (uint32_t i = 2; i < node->count; i++) {
        struct type *element = NULL;
        if (node->kid[i]->kind == NODE_COMP_FOR)
            element = range_element(check, node->kid[i]->kid[2], node->kid[i]->flags & IS_ASYNC);
        if (i == 2) {
            enter_generator(function, node);
            check->state->defers = node->op == OP_GENERATOR ? 0 : defers;
        }
        check_clause(check, node->kid[i], element);
    }
    for (uint32_t i = 0; i < 2; i++)
        if (node->kid[i])
            check_owned(check, node->kid[i]);
    for (uint32_t i = 2; i < node->count; i++)
        if (node->kid[i]->kind == NODE_COMP_FOR)
            scope_close(check->state->scopes);
    function->loops = outer.loops;
    function->switches = outer.switches;
    function->is_generator = outer.is_generator;
    function->is_async = outer.is_async;
    check->state->defers = defers;
}

static const struct node *find_yield(const struct node *node)
{
    const struct node *found = NULL;
    if (node && node->kind == NODE_YIELD)
        return node;
    for (uint32_t i = 0; node && !found && i < node->count; i++)
        found = find_yield(node->kid[i]);
    return found;
}

/* The rules of what it is made of. */
static void check_parts(struct check *check, struct node *node)
{
    const struct node *yield = find_yield(node), *first = node->kid[2];
    if (yield)
        complain(check, yield, "'yield' in a comprehension");
    check->state->quiet += yield != NULL;
    check_inside(check, node);
    check->state->quiet -= yield != NULL;
    if (yield)
        node->kid[0]->type = type_simple(check->types, TYPE_UNKNOWN);
    if (node->op == OP_GENERATOR && type_resolve(first->kid[2]->type)->kind == TYPE_ARRAY &&
        !is_lvalue(check, whole_object(first->kid[2])))
        complain(check, first->kid[2], "an array inside of a temporary ends before the generator");
}

struct type *check_comprehension(struct check *check, struct node *node)
{
    if (!check->state->function || check->state->no_await) {
        complain(check, node, "a comprehension %s %s", check->state->function ? "in" : "outside",
                 check->state->function ? check->state->no_await : "a function");
        return type_simple(check->types, TYPE_UNKNOWN);
    }
    check_parts(check, node);
    return own_type(check, node);
}

/* --- values that somebody becomes the owner of */

struct type *check_owned(struct check *check, struct node *node)
{
    struct node *inner = skip_parens(node);
    if (inner->kind == NODE_COMPREHENSION && !inner->type) {
        inner->type = check_comprehension(check, inner);
    } else if (inner->kind == NODE_CONDITIONAL && inner->kid[1]) {
        check_condition(check, inner->kid[0]);
        check_owned(check, inner->kid[1]);
        check_owned(check, inner->kid[2]);
    } else if (inner->kind == NODE_COMMA) {
        check_discarded(check, inner->kid[0]);
        check_owned(check, inner->kid[1]);
    }
    return check_value(check, node);
}

static void convert_elements(struct check *check, struct node *node, const struct type *type)
{
    check_conversion(check, type->target, node->kid[0], C_WARNINGS,
                     type->kind == TYPE_DICT ? "key" : "element");
    if (node->kid[1])
        check_conversion(check, type->sent, node->kid[1], C_WARNINGS, "value");
}

/* A generator that waits is async, and none of these is sent anything. */
static bool cannot_be(const struct node *node, const struct type *target)
{
    return node->op == OP_GENERATOR &&
           (target->sent || (type_resolve(node->type)->is_async && !target->is_async));
}

void take_target_type(struct check *check, struct node *node, const struct type *target)
{
    struct node *inner = skip_parens(node);
    if (!inner->type || type_resolve(inner->type)->kind != type_resolve(target)->kind ||
        type_resolve(target)->kind < TYPE_FUTURE)
        return;
    if (inner->kind == NODE_COMPREHENSION && cannot_be(inner, type_resolve(target)))
        return;
    if (inner->kind == NODE_COMPREHENSION) {
        inner->type = type_unqualified(check->types, (struct type *)target);
        convert_elements(check, inner, type_resolve(target));
    } else if (inner->kind == NODE_CONDITIONAL && inner->kid[1]) {
        take_target_type(check, inner->kid[1], target);
        take_target_type(check, inner->kid[2], target);
        inner->type = inner->kid[1]->type;
    } else if (inner->kind == NODE_COMMA) {
        take_target_type(check, inner->kid[1], target);
        inner->type = inner->kid[1]->type;
    }
    for (; node != inner; node = node->kid[0])
        node->type = inner->type;
}

void check_own_type(struct check *check, struct node *node)
{
    node = skip_parens(node);
    if (node->kind != NODE_COMPREHENSION || is_unknown(node->type))
        return;
    const struct type *type = type_resolve(node->type);
    if (node->op == OP_GENERATOR) {
        if (type_is_void(type->target))
            complain(check, node->kid[0], "a generator expression of 'void'");
        return;
    }
    check_contents(check, node, operator_names[node->op], type);
    for (uint32_t i = 0; i < 2; i++)
        if (node->kid[i])
            check_own_type(check, node->kid[i]);
}
