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
#include "lower/await.h"

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

static bool needs_work(struct node *node, enum later later)
{
    return node && (node->flags & HAS_AWAIT || (later != LATER_NOTHING && node_has_effect(node)));
}

static struct types *types_of(struct hoist *h)
{
    return h->lowered->check->types;
}

/* The type in which a value of this expression is kept. */
static struct type *value_type(struct hoist *h, struct node *node)
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

static struct variable *declare_temporary(struct hoist *h, struct node *at, struct type *type)
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

static void assign(struct hoist *h, struct variable *variable, const char *text, struct node *value)
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

/* A _Generic or __builtin_choose_expr of which only C compilers know what it takes: it stays whole.
 */
static bool is_left_to_c(const struct node *node)
{
    return (node->kind == NODE_GENERIC || is_choose_expr(node)) && !(node->flags & HAS_AWAIT);
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

/* An lvalue that is read here: its parts, then, if it is volatile, its value. */
static struct node *hoist_read(struct hoist *h, struct node *node, enum later later)
{
    node = hoist_lvalue(h, node, later);
    return later != LATER_NOTHING && node_is_effect(node) ? spill(h, node) : node;
}

/* --- short circuits */

/* One arm of ?:, && or || as a block; its value goes to `value` by a template, unless that is NULL.
 */
static struct node *hoist_arm(struct hoist *h, struct node *arm, struct variable *value,
                              const char *text)
{
    literals_declare(h, arm);
    struct list *outer = h->out, *outside = h->outside, inner = {0};
    h->outside = outside ? outside : outer;
    h->out = &inner;
    if (value)
        assign(h, value, text, hoist(h, arm, LATER_NOTHING));
    else
        hoist_discarded(h, arm);
    h->out = outer;
    h->outside = outside;
    return make_splice(h, arm, &inner, true);
}

static struct node *hoist_and_or(struct hoist *h, struct node *node, enum later later)
{
    bool whole = later != LATER_NOTHING && node_has_effect(node->kid[1]);
    if (!(node->kid[1]->flags & HAS_AWAIT)) {
        node->kid[0] = hoist(h, node->kid[0], whole ? LATER_NOTHING : later);
        return whole ? spill(h, node) : node;
    }
    struct type *type = type_simple(types_of(h), TYPE_INT);
    struct variable *value = declare_temporary(h, node, type);
    assign(h, value, "$0 = ($1) != 0", hoist(h, node->kid[0], LATER_NOTHING));
    struct node *then = hoist_arm(h, node->kid[1], value, "$0 = ($1) != 0");
    struct node *condition = make_use(h, node, value);
    emit_statement(h, make(h, NODE_IF, node, node->op == OP_AND ? "if ($0)\n$1" : "if (!$0)\n$1", 2,
                           condition, then));
    return make_use(h, node, value);
}

static void hoist_arms(struct hoist *h, struct node *node, struct variable *value)
{
    struct node *condition;
    if (node->kid[1]) {
        condition = hoist(h, node->kid[0], LATER_NOTHING);
    } else { /* x ?: y */
        condition = spill(h, hoist(h, node->kid[0], LATER_NOTHING));
        if (value)
            assign(h, value, "$0 = $1", condition);
        condition = make_use(h, node, condition->symbol->lowered);
    }
    if (!node->kid[1]) {
        struct node *other = hoist_arm(h, node->kid[2], value, "$0 = $1");
        emit_statement(h, make(h, NODE_IF, node, "if (!$0)\n$1", 2, condition, other));
        return;
    }
    struct node *then = hoist_arm(h, node->kid[1], value, "$0 = $1");
    struct node *other = hoist_arm(h, node->kid[2], value, "$0 = $1");
    emit_statement(h, make(h, NODE_IF, node, "if ($0)\n$1\nelse\n$2", 3, condition, then, other));
}

static bool has_waiting_arm(const struct node *conditional)
{
    const struct node *then = conditional->kid[1];
    return (then && then->flags & HAS_AWAIT) || conditional->kid[2]->flags & HAS_AWAIT;
}

static struct node *hoist_conditional(struct hoist *h, struct node *node, enum later later)
{
    struct node *then = node->kid[1], *other = node->kid[2];
    if (!has_waiting_arm(node)) {
        bool whole = later != LATER_NOTHING && (node_has_effect(then) || node_has_effect(other));
        node->kid[0] = hoist(h, node->kid[0], whole ? LATER_NOTHING : later);
        return whole ? spill(h, node) : node;
    }
    struct variable *value = NULL;
    if (!type_is_void(node->type))
        value = declare_temporary(h, node, value_type(h, node));
    hoist_arms(h, node, value);
    return value ? make_use(h, node, value) : make(h, NODE_MADE, node, "(void)0", 0);
}

/* --- ({ ... }) */

/* The labels in front of the last statement. */
static void emit_labels(struct hoist *h, struct node *item, const struct node *last)
{
    while (item != last) {
        struct node *inner = item->kid[item->count - 1];
        if (item->kind == NODE_LABEL) {
            item->end = inner->start;
            item->kid[item->count - 1] = NULL;
            emit_statement(h, item);
        }
        item = inner;
    }
}

static struct node *hoist_statement_expression(struct hoist *h, struct node *node, bool wanted)
{
    struct node *compound = node->kid[0];
    struct node *last = value_statement(compound);
    struct variable *value = NULL;
    if (last && (!last->kid[0] || type_is_void(last->kid[0]->type)))
        last = NULL;
    if (last && wanted)
        value = declare_temporary(h, node, value_type(h, last->kid[0]));
    struct list *outer = h->out, *outside = h->outside, inner = {0};
    h->out = &inner;
    h->outside = NULL;
    uint32_t count = compound->count - (last != NULL);
    for (uint32_t i = 0; i < count; i++)
        emit_statement(h, lower_statement(h, compound->kid[i]));
    if (last)
        emit_labels(h, compound->kid[count], last);
    if (value)
        assign(h, value, "$0 = $1", hoist(h, last->kid[0], LATER_NOTHING));
    else if (last)
        hoist_discarded(h, last->kid[0]);
    h->out = outer;
    h->outside = outside;
    emit_statement(h, make_block(h, compound, &inner));
    return value ? make_use(h, node, value) : make(h, NODE_MADE, node, "(void)0", 0);
}

/* --- await itself */

static struct symbol *direct_callee(struct node *call)
{
    if (call->kind != NODE_CALL)
        return NULL;
    struct node *callee = skip_parens(call->kid[0]);
    struct symbol *symbol = callee->kind == NODE_IDENTIFIER ? callee->symbol : NULL;
    return symbol && symbol->kind == SYMBOL_FUNCTION && symbol->type->is_async ? symbol : NULL;
}

struct suspension *suspension_new(struct hoist *h, struct node *at, struct node *node)
{
    struct function *function = h->function;
    struct suspension *suspension = arena_alloc(h->lowered->arena, sizeof *suspension);
    function->suspensions =
        arena_grow(h->lowered->arena, function->suspensions, function->suspension_count,
                   &function->suspension_capacity, sizeof *function->suspensions);
    function->suspensions[function->suspension_count++] = suspension;
    suspension->state = ++function->states;
    suspension->label =
        fresh_name(h->lowered, arena_format(h->lowered->arena, "await_%u", suspension->state));
    suspension->node = node;
    suspension->type = at->type;
    node->suspension = suspension;
    return suspension;
}

/* The await of a call whose child frame stands inside ours, or of a primitive of the runtime. */
static struct suspension *suspend_call(struct hoist *h, struct node *at, struct node *call,
                                       struct symbol *callee, enum suspension_form form)
{
    skip_parens(call->kid[0])->flags |= IS_EMBEDDED;
    bool is_typed = !skip_parens(call->kid[0])->symbol, collects = is_typed && typed_collects(call);
    struct variable *kept = NULL;
    struct list behind = {0};
    if (is_typed)
        kept = typed_arguments(h, call, &behind);
    else
        hoist_kids(h, call, 1, LATER_NOTHING);
    struct node *node =
        node_new(h->lowered->arena, NODE_SUSPEND, at->start, at->end, call->count - 1);
    if (node->count)
        memcpy(node->kid, call->kid + 1, node->count * sizeof *node->kid);
    struct suspension *suspension = suspension_new(h, at, node);
    suspension->form = form;
    suspension->callee = callee;
    suspension->kept = kept;
    suspension->behind = behind.items;
    suspension->behind_count = behind.count;
    suspension->collects = collects;
    suspension->is_only_result = form == SUSPEND_WAIT && wait_is_only_result(h->lowered, callee);
    suspension->stores_state = form == SUSPEND_WAIT && wait_stores_state(h->lowered, callee);
    struct function *child = lowered_function(h->lowered, callee);
    if (child)
        child->is_embedded = true;
    return suspension;
}

struct node *hoist_handle(struct hoist *h, struct node *handle)
{
    bool moves = is_lvalue(h->lowered->check, handle), looks = !moves && !makes_handle(handle);
    handle = moves ? hoist_lvalue(h, handle, LATER_NOTHING) : hoist(h, handle, LATER_NOTHING);
    if (moves)
        return make(h, NODE_MADE, handle, handle_moved(h->lowered, handle, 0), 1, handle);
    if (looks)
        return make(h, NODE_MADE, handle, handle_looked_at(h->lowered, handle, 0), 1, handle);
    return handle;
}

static struct suspension *suspend_handle(struct hoist *h, struct node *at, struct node *handle)
{
    handle = hoist_handle(h, handle);
    struct node *node = node_new(h->lowered->arena, NODE_SUSPEND, at->start, at->end, 1);
    node->kid[0] = handle;
    struct suspension *suspension = suspension_new(h, at, node);
    suspension->form = SUSPEND_HANDLE;
    return suspension;
}

static struct suspension *suspend(struct hoist *h, struct node *await)
{
    struct node *call = skip_parens(await->kid[0]);
    struct symbol *callee = direct_callee(call);
    if (!callee)
        callee = typed_primitive(h->lowered, call);
    enum suspension_form form =
        callee ? embed_form(h->lowered, h->function, callee) : SUSPEND_HANDLE;
    return form == SUSPEND_HANDLE ? suspend_handle(h, await, await->kid[0])
                                  : suspend_call(h, await, call, callee, form);
}

static void emit_suspension(struct hoist *h, const struct suspension *suspension)
{
    emit_statement(h, suspension->node);
    for (size_t i = 0; i < suspension->behind_count; i++)
        emit_statement(h, suspension->behind[i]);
}

static struct node *hoist_await(struct hoist *h, struct node *await, enum later later)
{
    struct suspension *suspension = suspend(h, await);
    if (type_is_void(await->type)) {
        emit_suspension(h, suspension);
        return make(h, NODE_MADE, await, "(void)0", 0);
    }
    struct type *type = value_type(h, await);
    if (suspension->form == SUSPEND_HANDLE || suspension->collects) {
        suspension->result = declare_temporary(h, await, type);
        emit_suspension(h, suspension);
        return make_use(h, await, suspension->result);
    }
    emit_suspension(h, suspension);
    struct symbol *symbol = arena_alloc(h->lowered->arena, sizeof *symbol);
    *symbol = (struct symbol){.kind = SYMBOL_VARIABLE, .name = "result", .type = type};
    suspension->result = variable_new(h->lowered, h->function, VARIABLE_RESULT, symbol, type);
    suspension->result->suspension = suspension;
    struct node *value = make_use(h, await, suspension->result);
    return later == LATER_AWAIT ? spill(h, value) : value;
}

/* --- try */

/* What lets go of a handle or container. */
static const char *release_text(const struct type *type)
{
    switch (type_resolve(type)->kind) {
    case TYPE_LIST:
        return "async_list_free(&$0);";
    case TYPE_SET:
    case TYPE_DICT:
        return "async_dict_free(&$0);";
    case TYPE_GENERATOR:
        return "async_generator_release($0);";
    default:
        return "async_release($0);";
    }
}

/* Lets go of what operands to the left of a `try` that leaves have made, before it does. */
static struct node *with_releases(struct hoist *h, struct node *at, struct node *leave)
{
    if (!h->pending)
        return leave;
    struct list *outer = h->out, inner = {0};
    h->out = &inner;
    for (struct pending *pending = h->pending; pending; pending = pending->outer) {
        struct node *made = make_use(h, at, pending->made);
        emit_statement(h,
                       make(h, NODE_EXPRESSION_STATEMENT, at, release_text(made->type), 1, made));
    }
    emit_statement(h, leave);
    h->out = outer;
    return make_splice(h, at, &inner, true);
}

/* `if (value < 0) return value;`, and then the value. */
static struct node *hoist_try(struct hoist *h, struct node *node)
{
    struct node *value = spill(h, hoist(h, node->kid[0], LATER_NOTHING));
    struct node *error = make_use(h, node, value->symbol->lowered);
    struct node *leave = make(h, NODE_RETURN, node, "return $0;", 1, error);
    leave->flags |= IS_FAILING;
    leave = with_releases(h, node, leave);
    emit_statement(h, make(h, NODE_IF, node, "if ($0 < 0)\n$1", 2, value, leave));
    return make_use(h, node, value->symbol->lowered);
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
    assign(h, variable, "$0 = $1", value);
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

void hoist_discarded(struct hoist *h, struct node *node)
{
    struct node *inner = skip_parens(node);
    if (inner->kind == NODE_CAST && type_is_void(inner->type) && inner->flags & HAS_AWAIT)
        inner = skip_parens(inner->kid[1]);
    if (inner->kind == NODE_AWAIT) {
        emit_suspension(h, suspend(h, inner));
        return;
    }
    if (inner->kind == NODE_YIELD) {
        hoist_yield(h, inner, LATER_NOTHING);
        return;
    }
    if (inner->kind == NODE_COMMA && inner->flags & HAS_AWAIT) {
        hoist_discarded(h, inner->kid[0]);
        hoist_discarded(h, inner->kid[1]);
        return;
    }
    if (inner->kind == NODE_CONDITIONAL && has_waiting_arm(inner)) {
        hoist_arms(h, inner, NULL);
        return;
    }
    if (inner->kind == NODE_LOGICAL && inner->kid[1]->flags & HAS_AWAIT) {
        struct node *test = hoist(h, inner->kid[0], LATER_NOTHING);
        struct node *then = hoist_arm(h, inner->kid[1], NULL, NULL);
        emit_statement(h,
                       make(h, NODE_IF, inner,
                            inner->op == OP_AND ? "if ($0)\n$1" : "if (!($0))\n$1", 2, test, then));
        return;
    }
    if (inner->kind == NODE_STATEMENT_EXPRESSION && inner->flags & HAS_AWAIT) {
        hoist_statement_expression(h, inner, false);
        return;
    }
    if (inner->kind == NODE_GENERIC && inner->flags & HAS_AWAIT) {
        leave_out(h->lowered, inner);
        hoist_discarded(h, selected_association(h->lowered->check, inner)->kid[1]);
        return;
    }
    node = hoist(h, node, LATER_NOTHING);
    struct node *left = skip_parens(node);
    if (left->kind == NODE_MADE || left->flags & IS_IMPLICIT)
        return;
    struct node *last = left->kind == NODE_COMMA ? left->kid[1] : left;
    bool has_effect = type_is_void(node->type) || node_has_effect(last);
    emit_statement(
        h, make(h, NODE_EXPRESSION_STATEMENT, node, has_effect ? "$0;" : "(void)($0);", 1, node));
}
