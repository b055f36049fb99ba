/* Awaits out of expressions.
 *
 * LANGUAGE section 1 fixes the order: awaits, calls, assignments, ++, --, volatile and atomic
 * accesses happen left to right; every other read comes after the awaits. So an operand that only
 * reads stays where it is, and an effect that stands to the left of an await is computed before it
 * and kept in a temporary:
 *
 *     total = f(a(), x, await g());
 *
 *         int value_1 = a();             an effect before the await: spilled
 *         suspend g()                    NODE_SUSPEND
 *         total = f(value_1, x, RESULT)  x is read now
 *
 * `hoist` walks the operands left to right, telling each what follows it (enum later). A temporary
 * that is live across a suspension ends up in the frame by the ordinary rules of liveness; nothing
 * here decides that. Trees are changed in place: each is used once. */
#include "lower/hoist.h"

#include <string.h>

#include "diagnostic.h"
#include "support/arena.h"
#include "support/text.h"

bool node_has_effect(struct node *node)
{
    if (!node || node->flags & HAS_NO_EFFECT)
        return false;
    if (node->flags & HAS_EFFECT)
        return true;
    bool unevaluated = node_is_unevaluated(node);
    bool effect = !unevaluated && node_is_effect(node);
    for (uint32_t i = 0; !unevaluated && !effect && i < node->count; i++)
        effect = node_has_effect(node->kid[i]);
    node->flags |= effect ? HAS_EFFECT : HAS_NO_EFFECT;
    return effect;
}

static enum later later_of(struct node *node)
{
    if (!node)
        return LATER_NOTHING;
    if (node->flags & HAS_AWAIT)
        return LATER_AWAIT;
    return node_has_effect(node) ? LATER_EFFECT : LATER_NOTHING;
}

static enum later most(enum later a, enum later b)
{
    return a > b ? a : b;
}

/* A _Generic or __builtin_choose_expr of which only C compilers know what it takes: it stays whole.
 */
static bool is_left_to_c(const struct node *node)
{
    return (node->kind == NODE_GENERIC || is_choose_expr(node)) && !(node->flags & HAS_AWAIT);
}

/* `add(a(), b())`: two operands have effects, and C leaves open which comes first. */
static bool has_open_order(struct node *node)
{
    if (!node || !node_has_effect(node) || node->kind == NODE_STATEMENT_EXPRESSION ||
        is_left_to_c(node))
        return false;
    bool is_ordered =
        node->kind == NODE_COMMA || node->kind == NODE_LOGICAL || node->kind == NODE_CONDITIONAL;
    uint32_t effects = 0;
    for (uint32_t i = 0; !is_ordered && i < node->count; i++)
        effects += node_has_effect(node->kid[i]);
    bool open = effects > 1;
    for (uint32_t i = 0; !open && i < node->count; i++)
        open = has_open_order(node->kid[i]);
    return open;
}

/* The node is part of an expression that awaits. */
static bool needs_work(struct node *node, enum later later)
{
    return node && (node->flags & HAS_AWAIT || (later != LATER_NOTHING && node_has_effect(node)) ||
                    has_open_order(node));
}

bool needs_statements(struct node *node)
{
    return needs_work(node, LATER_NOTHING);
}

static struct types *types_of(struct hoist *h)
{
    return h->lowered->check->types;
}

/* The type in which a value of this expression is kept. */
struct type *value_type(struct hoist *h, struct node *node)
{
    if (is_small_bit_field(node)) /* `unsigned b : 5` takes part in arithmetic as int */
        return type_simple(types_of(h), TYPE_INT);
    struct type *type = type_decay(types_of(h), node->type);
    return type_unqualified(types_of(h), type);
}

/* --- temporaries */

struct node *make_spill(struct hoist *h, const struct node *at, struct variable *variable,
                        struct node *value)
{
    struct node *node = node_new(h->lowered->arena, NODE_SPILL, at->start, at->end, 1);
    node->symbol = variable->symbol;
    node->kid[0] = value;
    return node;
}

struct variable *declare_temporary(struct hoist *h, struct node *at, struct type *type)
{
    struct variable *variable = make_temporary(h, type);
    keep_lengths_within(h, type, at, h->out);
    emit_statement(h, make_spill(h, at, variable, NULL));
    return variable;
}

const char *assigning(struct hoist *h, const struct type *type, const char *place,
                      const char *value)
{
    struct arena *arena = h->lowered->arena;
    if (!type_has_const_member(type))
        return arena_format(arena, "%s = %s", place, value);
    const char *name = fresh_name(h->lowered, "initial");
    struct text text = {0};
    type_print(&text, type, h->lowered->is_header ? name : NULL, true, QUAL_VOLATILE | QUAL_ATOMIC);
    const char *format =
        h->lowered->is_header
            ? "__extension__({ %3$s = %2$s; __builtin_memcpy((void *)&%1$s, &%4$s, sizeof %1$s); })"
            : "__builtin_memcpy((void *)&%1$s, (%3$s[1]){%2$s}, sizeof %1$s)";
    const char *copy = arena_format(arena, format, place, value, text.data, name);
    text_free(&text);
    return copy;
}

struct node *make_assignment(struct hoist *h, struct variable *variable, const char *text,
                             struct node *value)
{
    if (type_has_const_member(variable->type))
        text = assigning(h, variable->type, "$0", "$1");
    struct node *target = make_use(h, value, variable);
    target->flags |= IS_BARE; /* sizes that it is seen by may be set in the value only */
    struct node *node = make(h, NODE_ASSIGN, value, text, 2, target, value);
    return make(h, NODE_EXPRESSION_STATEMENT, value, "$0;", 1, node);
}

void assign_temporary(struct hoist *h, struct variable *variable, const char *text,
                      struct node *value)
{
    emit_statement(h, make_assignment(h, variable, text, value));
}

struct node *spill(struct hoist *h, struct node *node)
{
    if (type_is_void(node->type)) {
        emit_statement(h, make(h, NODE_EXPRESSION_STATEMENT, node, "$0;", 1, node));
        return make(h, NODE_MADE, node, "(void)0", 0);
    }
    struct type *type = value_type(h, node);
    keep_lengths_within(h, type, node, h->out);
    struct variable *variable = make_temporary(h, type);
    emit_statement(h, make_spill(h, node, variable, node));
    return make_use(h, node, variable);
}

/* --- operands */

/* As `hoist`, but what parts of the operand make stays pending. */
static struct node *hoist_operand(struct hoist *h, struct node *node, enum later later);

static bool is_constant(const struct node *node)
{
    return node->kind == NODE_NUMBER || node->kind == NODE_CHARACTER || node->kind == NODE_STRING;
}

/* `f(await g(), i++, i)`: an update beside operands that read comes before them, as if an effect
 * followed it; C would leave the order open. */
static enum later beside_others(struct node *node, uint32_t first, uint32_t at)
{
    const struct node *kid = node->kid[at];
    if (!kid || (kid->kind != NODE_ASSIGN && kid->kind != NODE_PREFIX && kid->kind != NODE_POSTFIX))
        return LATER_NOTHING;
    for (uint32_t i = first; i < node->count; i++)
        if (i != at && node->kid[i] && !is_constant(node->kid[i]))
            return LATER_EFFECT;
    return LATER_NOTHING;
}

/* Whether the operand makes what somebody must let go of: a handle or a container. */
static bool makes_owned(struct hoist *h, struct node *operand)
{
    operand = skip_choices(h->lowered->check, operand);
    return makes_handle(operand) || is_fresh_container(h->lowered->check, operand);
}

/* Notes the temporary of an operand that has made such; the whole expression will consume it. */
static void add_pending(struct hoist *h, struct node *operand)
{
    const struct symbol *symbol = skip_parens(operand)->symbol;
    struct variable *variable = symbol ? symbol->lowered : NULL;
    bool is_noted = h->pending && h->pending->made == variable; /* inside parentheses */
    if (!variable || variable->kind != VARIABLE_TEMPORARY || is_noted)
        return;
    struct pending *pending = arena_alloc(h->lowered->arena, sizeof *pending);
    *pending = (struct pending){variable, h->pending};
    h->pending = pending;
}

/* What is made in it is a part of it, or all of it, and belongs to whoever takes that. */
static bool passes_on(const struct node *node)
{
    switch (node->kind) {
    case NODE_INITIALIZER_LIST:
    case NODE_DESIGNATED:
    case NODE_COMPOUND_LITERAL:
    case NODE_PAREN:
    case NODE_CAST:
        return true;
    default:
        return node->kind == NODE_UNARY && node->op == OP_NONE;
    }
}

void hoist_kids(struct hoist *h, struct node *node, uint32_t first, enum later later)
{
    uint32_t count = node->count;
    struct pending *outer = h->pending;
    enum later *after = arena_alloc(h->lowered->arena, (count + 1) * sizeof *after);
    after[count] = later;
    for (uint32_t i = count; i > first; i--)
        after[i - 1] = most(after[i], later_of(node->kid[i - 1]));
    for (uint32_t i = first; i < count; i++) {
        bool makes = node->kid[i] && makes_owned(h, node->kid[i]);
        bool writes = node->kid[i] && node->kid[i]->flags & IS_OUTPUT;
        enum later follows = most(after[i + 1], beside_others(node, first, i));
        node->kid[i] = (writes ? hoist_lvalue : hoist_operand)(h, node->kid[i], follows);
        if (makes)
            add_pending(h, node->kid[i]);
    }
    if (!passes_on(node))
        h->pending = outer;
}

/* What is left stands for all of the expression: it must cover the same bytes, or the copy would
 * bring back what was around it. */
static struct node *covering(struct hoist *h, struct range range, struct node *left)
{
    if (left->start == range.start && left->end == range.end)
        return left;
    struct node *cover =
        make(h, NODE_PAREN, left, left->kind == NODE_PAREN ? "$0" : "($0)", 1, left);
    cover->start = range.start;
    cover->end = range.end;
    return cover;
}

static bool is_part(const struct node *node)
{
    return node->op == OP_REAL || node->op == OP_IMAG;
}

struct node *hoist_lvalue(struct hoist *h, struct node *node, enum later later)
{
    if (!needs_work(node, later))
        return node;
    switch (node->kind) {
    case NODE_IDENTIFIER:
        return node;
    case NODE_PAREN:
        node->kid[0] = hoist_lvalue(h, node->kid[0], later);
        return node;
    case NODE_MEMBER:
        node->kid[0] = node->op == OP_DOT && is_lvalue(h->lowered->check, node->kid[0])
                           ? hoist_lvalue(h, node->kid[0], later)
                           : hoist(h, node->kid[0], later);
        return node;
    case NODE_INDEX: {
        enum later after = most(later, later_of(node->kid[1]));
        bool array = type_resolve(node->kid[0]->type)->kind == TYPE_ARRAY;
        node->kid[0] = array && is_lvalue(h->lowered->check, node->kid[0])
                           ? hoist_lvalue(h, node->kid[0], after)
                           : hoist(h, node->kid[0], after);
        node->kid[1] = hoist(h, node->kid[1], later);
        return node;
    }
    case NODE_DEREFERENCE:
        node->kid[0] = hoist(h, node->kid[0], later);
        return node;
    case NODE_UNARY:
        if (node->op == OP_NONE || (is_part(node) && is_lvalue(h->lowered->check, node->kid[0]))) {
            node->kid[0] = hoist_lvalue(h, node->kid[0], later);
            return node;
        }
        return hoist(h, node, later);
    default: {
        struct node *taken = taken_operand(h->lowered->check, node);
        if (!taken)
            return is_left_to_c(node) ? node : hoist_operand(h, node, later);
        struct range range = {node->start, node->end};
        leave_out(h->lowered, node);
        return covering(h, range, hoist_lvalue(h, taken, later));
    }
    }
}

/* `f().member`: what must last is the member, not all that the call gives. */
static bool is_part_of_value(struct hoist *h, const struct node *node)
{
    return node->kind == NODE_MEMBER && node->op == OP_DOT &&
           type_resolve(node->type)->kind != TYPE_ARRAY &&
           !is_lvalue(h->lowered->check, (struct node *)node);
}

/* An lvalue that is read here: its parts, then, if it is volatile, its value. */
static struct node *hoist_read(struct hoist *h, struct node *node, enum later later)
{
    if (later == LATER_AWAIT && is_part_of_value(h, node))
        return spill(h, hoist_lvalue(h, node, LATER_NOTHING));
    node = hoist_lvalue(h, node, later);
    return later != LATER_NOTHING && node_is_effect(node) ? spill(h, node) : node;
}

/* The sizes in a type name with an await, `sizeof(int[n++][await f()])`, are computed before it,
 * and so is what an operand of `typeof` does that is evaluated for its sizes. */
static void hoist_sizes(struct hoist *h, struct node *node)
{
    if (node_is_unevaluated(node))
        return;
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i] && !node_is_expression(node->kid[i]))
            hoist_sizes(h, node->kid[i]);
        else if (node->kid[i] && node->kind == NODE_TYPEOF)
            node->kid[i] = hoist_lvalue(h, node->kid[i], LATER_EFFECT);
    struct node *size = node->kind == NODE_ARRAY ? node_kid(node, 1) : NULL;
    if (!size || (!(size->flags & HAS_AWAIT) && !node_has_effect(size)))
        return;
    *size = *spill(h, hoist(h, copy_node(h, size), LATER_NOTHING));
}

static struct node *hoist_sizeof(struct hoist *h, struct node *node, enum later later)
{
    if (!operand_is_evaluated(node))
        return node;
    if (node->kid[0]->kind == NODE_TYPE_NAME)
        hoist_sizes(h, node->kid[0]);
    else
        node->kid[0] = hoist_lvalue(h, node->kid[0], later);
    return node;
}

/* --- the walk */

static struct node *hoist_strict(struct hoist *h, struct node *node, enum later later)
{
    hoist_kids(h, node, 0, later);
    return later != LATER_NOTHING && node_is_effect(node) ? spill(h, node) : node;
}

static struct node *hoist_target(struct hoist *h, struct node *node, enum later later)
{
    enum later after = node->count > 1 ? later_of(node->kid[1]) : LATER_NOTHING;
    node->kid[0] = hoist_lvalue(h, node->kid[0], after);
    if (node->count > 1)
        node->kid[1] = hoist(h, node->kid[1], LATER_NOTHING);
    return later != LATER_NOTHING ? spill(h, node) : node;
}

static bool is_call_of(const struct node *node, const char *name)
{
    const struct node *callee = node->kind == NODE_CALL ? skip_parens(node->kid[0]) : NULL;
    return callee && callee->kind == NODE_IDENTIFIER && !strcmp(callee->name, name);
}

static struct node *hoist_node(struct hoist *h, struct node *node, enum later later)
{
    switch (node->kind) {
    case NODE_AWAIT:
        return hoist_await(h, node, later);
    case NODE_TRY:
        return hoist_try(h, node);
    case NODE_COMPREHENSION:
        emit_statement(h, lower_statement(h, node->kid[0]));
        return node->kid[1];
    case NODE_YIELD:
        return hoist_yield(h, node, later);
    case NODE_LOGICAL:
        return hoist_and_or(h, node, later);
    case NODE_CONDITIONAL:
        return hoist_conditional(h, node, later);
    case NODE_COMMA:
        hoist_discarded(h, node->kid[0]);
        return hoist_operand(h, node->kid[1], later);
    case NODE_STATEMENT_EXPRESSION:
        return node->flags & HAS_AWAIT ? hoist_statement_expression(h, node, true) : spill(h, node);
    case NODE_ASSIGN:
    case NODE_PREFIX:
    case NODE_POSTFIX:
        return hoist_target(h, node, later);
    case NODE_ADDRESS:
        node->kid[0] = hoist_lvalue(h, node->kid[0], later);
        return node;
    case NODE_IDENTIFIER:
    case NODE_INDEX:
    case NODE_DEREFERENCE:
    case NODE_MEMBER:
        return hoist_read(h, node, later);
    case NODE_TYPE_NAME:
        hoist_sizes(h, node);
        return node;
    case NODE_SIZEOF:
        return hoist_sizeof(h, node, later);
    case NODE_CAST:
        node->kid[0] = hoist(h, node->kid[0], most(later, later_of(node->kid[1])));
        hoist_kids(h, node, 1, later);
        return node;
    default: {
        struct node *taken = taken_operand(h->lowered->check, node);
        if (taken) {
            leave_out(h->lowered, node);
            return hoist_operand(h, taken, later);
        }
        if (is_left_to_c(node))
            return spill(h, node);
        if (is_choose_expr(node))
            return hoist_choice(h, node, later);
        if (!node_is_unevaluated(node))
            return hoist_strict(h, node, later);
        if (!is_call_of(node, "__builtin_constant_p"))
            return node;
        leave_out(h->lowered, node);
        return make(h, NODE_MADE, node, "0", 0); /* no await is constant */
    }
    }
}

/* The value in a variable that outlives the braces around what makes it. */
static struct variable *keep_outside(struct hoist *h, struct node *value)
{
    struct variable *variable = make_temporary(h, value_type(h, value));
    list_push(h, h->outside, make_spill(h, value, variable, NULL));
    assign_temporary(h, variable, "$0 = $1", value);
    return variable;
}

/* The value in a variable that stays where it is to the end of the full expression. */
static struct node *keep(struct hoist *h, struct node *value)
{
    if (h->outside)
        value = make_use(h, value, keep_outside(h, value));
    const struct symbol *symbol = skip_parens(value)->symbol;
    const struct variable *variable = symbol ? symbol->lowered : NULL;
    bool is_kept =
        skip_parens(value)->flags & IS_IMPLICIT && variable && variable->kind == VARIABLE_TEMPORARY;
    if (!is_kept)
        value = spill(h, value);
    skip_parens(value)->symbol->is_address_taken = true;
    return value;
}

static struct node *hoist_operand(struct hoist *h, struct node *node, enum later later)
{
    if (!needs_work(node, later))
        return node;
    struct range range = {node->start, node->end};
    bool is_kept = node->flags & IS_KEPT;
    struct node *left = hoist_node(h, node, later);
    if (is_kept)
        left = keep(h, left);
    return covering(h, range, left);
}

struct node *hoist(struct hoist *h, struct node *node, enum later later)
{
    struct pending *outer = h->pending;
    node = hoist_operand(h, node, later);
    h->pending = outer;
    return node;
}

struct node *hoist_whole(struct hoist *h, struct node *expression)
{
    return expression->flags & HAS_AWAIT ? hoist(h, expression, LATER_NOTHING) : expression;
}
