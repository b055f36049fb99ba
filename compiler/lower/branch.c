/* Awaits in what is evaluated only sometimes, or has statements of its own: && and ||, ?:,
 * `({ ... })`. A branch that waits becomes a block, and its value goes to a temporary:
 *
 *     total = ready || await poll();
 *
 *         int value_1 = ready != 0;
 *         if (!value_1) {
 *             suspend poll()
 *             value_1 = RESULT != 0;
 *         }
 *         total = value_1; */
#include "lower/hoist.h"

static void discard(struct hoist *h, struct node *node);

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
        assign_temporary(h, value, text, hoist(h, arm, LATER_NOTHING));
    else
        discard(h, arm);
    h->out = outer;
    h->outside = outside;
    return make_splice(h, arm, &inner, true);
}

struct node *hoist_and_or(struct hoist *h, struct node *node, enum later later)
{
    bool whole = later != LATER_NOTHING && node_has_effect(node->kid[1]);
    if (!needs_statements(node->kid[1])) {
        node->kid[0] = hoist(h, node->kid[0], whole ? LATER_NOTHING : later);
        return whole ? spill(h, node) : node;
    }
    struct type *type = type_simple(h->lowered->check->types, TYPE_INT);
    struct variable *value = declare_temporary(h, node, type);
    assign_temporary(h, value, "$0 = ($1) != 0", hoist(h, node->kid[0], LATER_NOTHING));
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
            assign_temporary(h, value, "$0 = $1", condition);
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

static bool has_working_arm(const struct node *conditional)
{
    return needs_statements(conditional->kid[1]) || needs_statements(conditional->kid[2]);
}

struct node *hoist_conditional(struct hoist *h, struct node *node, enum later later)
{
    struct node *then = node->kid[1], *other = node->kid[2];
    if (!has_working_arm(node)) {
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

/* --- __builtin_choose_expr, of which only C compilers know what it takes */

/* An operand that waits only if it is taken, and its value then. */
static struct node *hoist_choice_of(struct hoist *h, const struct node *node, struct node *operand,
                                    const char *text)
{
    if (!(operand->flags & HAS_AWAIT))
        return operand;
    struct variable *value = NULL;
    if (!type_is_void(operand->type))
        value = declare_temporary(h, operand, value_type(h, operand));
    struct node *condition = copy_node(h, node->kid[1]);
    struct node *arm = hoist_arm(h, operand, value, "$0 = $1");
    emit_statement(h, make(h, NODE_IF, operand, text, 2, condition, arm));
    return value ? make_use(h, operand, value) : make(h, NODE_MADE, operand, "(void)0", 0);
}

struct node *hoist_choice(struct hoist *h, struct node *node, enum later later)
{
    bool whole = later != LATER_NOTHING && node_has_effect(node);
    node->kid[2] = hoist_choice_of(h, node, node->kid[2], "if ($0)\n$1");
    node->kid[3] = hoist_choice_of(h, node, node->kid[3], "if (!($0))\n$1");
    return whole ? spill(h, node) : node;
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

struct node *hoist_statement_expression(struct hoist *h, struct node *node, bool wanted)
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
        assign_temporary(h, value, "$0 = $1", hoist_whole(h, last->kid[0]));
    else if (last)
        hoist_discarded(h, last->kid[0]);
    h->out = outer;
    h->outside = outside;
    emit_statement(h, make_block(h, compound, &inner));
    return value ? make_use(h, node, value) : make(h, NODE_MADE, node, "(void)0", 0);
}

/* --- whose value nobody wants */

static void emit_discarded(struct hoist *h, struct node *node)
{
    struct node *left = skip_parens(node);
    if (left->kind == NODE_MADE || left->flags & IS_IMPLICIT)
        return;
    struct node *last = left->kind == NODE_COMMA ? left->kid[1] : left;
    bool has_effect = type_is_void(node->type) || node_has_effect(last);
    emit_statement(
        h, make(h, NODE_EXPRESSION_STATEMENT, node, has_effect ? "$0;" : "(void)($0);", 1, node));
}

/* A part of an expression that awaits. */
static void discard(struct hoist *h, struct node *node)
{
    struct node *inner = skip_parens(node);
    if (inner->kind == NODE_CAST && type_is_void(inner->type) && inner->flags & HAS_AWAIT)
        inner = skip_parens(inner->kid[1]);
    if (inner->kind == NODE_AWAIT) {
        suspend_discarded(h, inner);
        return;
    }
    if (inner->kind == NODE_YIELD) {
        hoist_yield(h, inner, LATER_NOTHING);
        return;
    }
    if (inner->kind == NODE_COMMA && inner->flags & HAS_AWAIT) {
        discard(h, inner->kid[0]);
        discard(h, inner->kid[1]);
        return;
    }
    if (inner->kind == NODE_CONDITIONAL && has_working_arm(inner)) {
        hoist_arms(h, inner, NULL);
        return;
    }
    if (inner->kind == NODE_LOGICAL && needs_statements(inner->kid[1])) {
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
        discard(h, selected_association(h->lowered->check, inner)->kid[1]);
        return;
    }
    emit_discarded(h, hoist(h, node, LATER_NOTHING));
}

void hoist_discarded(struct hoist *h, struct node *node)
{
    if (node->flags & HAS_AWAIT)
        discard(h, node);
    else
        emit_discarded(h, node);
}
