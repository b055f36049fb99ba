/* Builds the control flow graph of a function from its statements.
 *
 * Points are numbered in the order of the source, so that a block is a range of points. A full
 * expression is one point: within it only what C surely does counts as a write. The walk keeps the
 * point that control comes from (`from`, NO_POINT after a jump); jumps to labels, and `break` and
 * `continue`, are remembered and become edges once their target has a point. Only predecessors are
 * kept: liveness walks backwards. */
#include "lower/flow_build.h"

#include <stdlib.h>

#include "support/arena.h"

struct jump {
    uint32_t from;
    const char *name;      /* goto: the label's */
    struct symbol *symbol; /* or its symbol, for local labels */
    struct jump *next;
};

struct target { /* what encloses a statement and can be left by break or continued */
    struct jump *breaks, *continues;
    bool is_loop;
    uint32_t switch_point;
    bool has_default;
    struct target *outer;
};

struct label {
    const char *name;
    const struct symbol *symbol; /* NULL: lowering made it */
    uint32_t point;
};

static void statement(struct build *b, struct node *node);

/* --- points and edges */

static void edge(struct build *b, uint32_t from, uint32_t to)
{
    struct flow *flow = b->flow;
    if (from == NO_POINT)
        return;
    flow->edges = arena_grow(b->arena, flow->edges, flow->edge_count, &flow->edge_capacity,
                             sizeof *flow->edges);
    flow->edges[flow->edge_count] = (struct edge){from, flow->predecessors[to]};
    flow->predecessors[to] = (uint32_t)flow->edge_count++;
}

static uint32_t point(struct build *b, struct node *node)
{
    struct flow *flow = b->flow;
    size_t count = flow->count;
    flow->nodes =
        arena_grow(b->arena, flow->nodes, count, &flow->node_capacity, sizeof *flow->nodes);
    flow->suspended = arena_grow(b->arena, flow->suspended, count, &flow->suspended_capacity,
                                 sizeof *flow->suspended);
    flow->predecessors = arena_grow(b->arena, flow->predecessors, count,
                                    &flow->predecessor_capacity, sizeof *flow->predecessors);
    flow->nodes[count] = node;
    flow->suspended[count] = NULL;
    flow->predecessors[count] = NO_POINT;
    flow->count++;
    edge(b, b->from, (uint32_t)count);
    b->from = (uint32_t)count;
    return (uint32_t)count;
}

static uint32_t join(struct build *b)
{
    return point(b, NULL);
}

static void remember(struct build *b, struct jump **list, const struct node *node)
{
    struct jump *jump = arena_alloc(b->arena, sizeof *jump);
    *jump = (struct jump){b->from, node ? node->name : NULL, node ? node->symbol : NULL, *list};
    *list = jump;
}

bool is_jump(const struct node *node)
{
    return node->kind == NODE_GOTO || node->kind == NODE_ASM_LABEL ||
           node->kind == NODE_GOTO_COMPUTED || node->kind == NODE_BREAK ||
           node->kind == NODE_CONTINUE;
}

/* `break` leaves the innermost loop or switch, `continue` the innermost loop. */
void flow_jump(struct build *b, const struct node *node)
{
    struct target *target = b->target;
    if (node->kind == NODE_GOTO || node->kind == NODE_ASM_LABEL) {
        remember(b, &b->gotos, node);
    } else if (node->kind == NODE_GOTO_COMPUTED) {
        remember(b, &b->computed, NULL);
    } else {
        while (node->kind == NODE_CONTINUE && target && !target->is_loop)
            target = target->outer;
        if (target)
            remember(b, node->kind == NODE_BREAK ? &target->breaks : &target->continues, node);
    }
}

static void land(struct build *b, struct jump *jumps, uint32_t to)
{
    for (; jumps; jumps = jumps->next)
        edge(b, jumps->from, to);
}

/* --- expressions */

/* An assignment that is a move (move.c): the value is read at a point of its own. */
static bool moves(struct build *b, struct node *node)
{
    bool is_assignment = node->kind == NODE_ASSIGN && node->op == OP_NONE;
    struct variable *target = is_assignment ? variable_named(skip_parens(node->kid[0])) : NULL;
    if (!moved_from(b->function, target, is_assignment ? node->kid[1] : NULL))
        return false;
    uses(b, node->kid[1], point(b, node->kid[1]));
    uint32_t at = point(b, node);
    replaces(b, target, at);
    cover(node->kid[0], at);
    return true;
}

static void expression(struct build *b, struct node *node)
{
    if (!node)
        return;
    uses_expression(b, node, point(b, node));
}

static void declaration(struct build *b, struct node *node)
{
    uses(b, node->kid[0], point(b, node));
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *declared = node->kid[i];
        struct node *name = declarator_name(declared->kid[0]);
        struct variable *variable = name && name->symbol ? name->symbol->lowered : NULL;
        struct node *value = node_kid(declared, 1);
        bool is_move = moved_from(b->function, variable, value);
        if (is_move)
            uses(b, value, point(b, value));
        uint32_t at = point(b, declared);
        if (is_move)
            declares(b, declared, at);
        else
            uses(b, declared, at);
        replaces(b, variable, at);
    }
}

/* Arguments are read at a point of their own: what they need is needed side by side, but may be
 * gone when the child's frame is written. */
static void suspension(struct build *b, struct node *node)
{
    struct suspension *suspension = node->suspension;
    uint32_t count = suspension->form == SUSPEND_YIELD ? 1 : node->count;
    uint32_t arguments = node->count ? point(b, NULL) : NO_POINT;
    for (uint32_t i = 0; i < count; i++)
        uses(b, node->kid[i], arguments);
    uint32_t at = point(b, node);
    suspension->point = at;
    b->flow->suspended[at] = suspension;
    if (suspension->result)
        replaces(b, suspension->result, at);
    if (suspension->kept)
        mention(b, suspension->kept, (struct mention){.point = join(b), .reads = true});
    if (suspension->form == SUSPEND_YIELD) { /* closed, or an error thrown in */
        statement(b, node->kid[1]);
        uint32_t end = join(b);
        edge(b, at, end);
    }
}

/* --- statements */

static void labelled(struct build *b, struct node *node)
{
    b->labels =
        arena_grow(b->arena, b->labels, b->label_count, &b->label_capacity, sizeof *b->labels);
    b->labels[b->label_count++] = (struct label){node->name, node->symbol, join(b)};
    statement(b, node_kid(node, 0));
}

static void cased(struct build *b, struct node *node)
{
    struct target *target = b->target;
    while (target && target->is_loop)
        target = target->outer;
    uint32_t at = join(b);
    if (target) {
        edge(b, target->switch_point, at);
        target->has_default |= node->kind == NODE_DEFAULT;
    }
    statement(b, node_kid(node, 2));
}

static void enter(struct build *b, struct target *target, bool is_loop)
{
    *target = (struct target){.is_loop = is_loop, .outer = b->target};
    b->target = target;
}

static void leave(struct build *b, struct target *target)
{
    b->target = target->outer;
    land(b, target->breaks, join(b));
}

static void condition(struct build *b, struct node *node)
{
    expression(b, node);
}

static bool is_endless(const struct node *node)
{
    return node == NULL;
}

static void while_loop(struct build *b, struct node *test, struct node *step, struct node *body)
{
    struct target target;
    uint32_t head = join(b);
    condition(b, test);
    uint32_t out = is_endless(test) ? NO_POINT : b->from;
    enter(b, &target, true);
    statement(b, body);
    land(b, target.continues, join(b));
    expression(b, step);
    edge(b, b->from, head);
    b->from = out;
    leave(b, &target);
}

static void do_loop(struct build *b, struct node *node)
{
    struct target target;
    uint32_t head = join(b);
    enter(b, &target, true);
    statement(b, node->kid[0]);
    land(b, target.continues, join(b));
    condition(b, node->kid[1]);
    edge(b, b->from, head);
    leave(b, &target);
}

static void for_loop(struct build *b, struct node *node)
{
    if (node->kid[0] && node->kid[0]->kind == NODE_DECLARATION)
        declaration(b, node->kid[0]);
    else if (node->kid[0] && node->kid[0]->kind == NODE_SPILL)
        statement(b, node->kid[0]);
    else
        expression(b, node->kid[0]);
    while_loop(b, node->kid[1], node->kid[2], node->kid[3]);
}

static void switch_(struct build *b, struct node *node)
{
    struct target target;
    expression(b, node->kid[0]);
    enter(b, &target, false);
    target.switch_point = b->from;
    b->from = NO_POINT;
    statement(b, node->kid[1]);
    if (!target.has_default) {
        uint32_t end = join(b);
        edge(b, target.switch_point, end);
    }
    leave(b, &target);
}

static void if_(struct build *b, struct node *node)
{
    condition(b, node->kid[0]);
    uint32_t test = b->from;
    statement(b, node->kid[1]);
    uint32_t then = b->from;
    b->from = test;
    statement(b, node_kid(node, 2));
    uint32_t end = join(b);
    edge(b, then, end);
}

/* What it returns is stored where its value is read, or, if it is moved, behind that: then the
 * point is the statement's. One without a value stands behind deferred statements, and hands out
 * what has been stored before them. */
static void return_(struct build *b, struct node *node)
{
    struct node *value = node_kid(node, 0);
    struct variable *returned = b->function->returned;
    expression(b, value);
    if (!value || moved_from(b->function, returned, value))
        point(b, node);
    if (returned && value)
        replaces(b, returned, b->from);
    else if (returned)
        mention(b, returned, (struct mention){.point = b->from, .reads = true});
    b->from = NO_POINT;
}

static void statements(struct build *b, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        statement(b, node->kid[i]);
}

static void visit(struct build *b, struct node *node)
{
    switch (node->kind) {
    case NODE_COMPOUND:
    case NODE_SPLICE:
    case NODE_ATTRIBUTED:
        statements(b, node);
        break;
    case NODE_DECLARATION:
        declaration(b, node);
        break;
    case NODE_SPILL:
        expression(b, node->kid[0]);
        if (!node->kid[0] || moved_from(b->function, node->symbol->lowered, node->kid[0]))
            point(b, NULL);
        replaces(b, node->symbol->lowered, b->from);
        break;
    case NODE_SUSPEND:
        suspension(b, node);
        break;
    case NODE_IF:
        if_(b, node);
        break;
    case NODE_WHILE:
        while_loop(b, node->kid[0], NULL, node->kid[1]);
        break;
    case NODE_DO:
        do_loop(b, node);
        break;
    case NODE_FOR:
        for_loop(b, node);
        break;
    case NODE_SWITCH:
        switch_(b, node);
        break;
    case NODE_CASE:
    case NODE_DEFAULT:
        cased(b, node);
        break;
    case NODE_LABEL:
        labelled(b, node);
        break;
    case NODE_GOTO_COMPUTED:
        expression(b, node->kid[0]);
        flow_jump(b, node);
        b->from = NO_POINT;
        break;
    case NODE_GOTO:
    case NODE_BREAK:
    case NODE_CONTINUE:
        flow_jump(b, node);
        b->from = NO_POINT;
        break;
    case NODE_RETURN:
        return_(b, node);
        break;
    case NODE_EXPRESSION_STATEMENT: /* made ones may evaluate several: `$0[1] = $1;` */
        if (node->count != 1 || !moves(b, skip_parens(node->kid[0])))
            expression(b, node->count > 1 ? node : node_kid(node, 0));
        break;
    default:
        expression(b, node);
        break;
    }
}

/* Also notes the range of points that each local's scope covers. */
static void statement(struct build *b, struct node *node)
{
    if (!node)
        return;
    uint32_t first = b->flow->count;
    visit(b, node);
    node->first_point = first;
    node->last_point = b->flow->count ? b->flow->count - 1 : 0;
}

/* --- the whole */

/* By name; blocks may have labels of the same name. */
static int compare_labels(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    uintptr_t names[] = {(uintptr_t)a->name, (uintptr_t)b->name};
    uintptr_t symbols[] = {(uintptr_t)a->symbol, (uintptr_t)b->symbol};
    if (names[0] != names[1])
        return names[0] < names[1] ? -1 : 1;
    return (symbols[0] > symbols[1]) - (symbols[0] < symbols[1]);
}

/* The first of the sorted labels that the jump may lead to. */
static size_t first_label(const struct build *b, const struct jump *jump)
{
    struct label wanted = {.name = jump->name, .symbol = jump->symbol};
    size_t low = 0, high = b->label_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_labels(&b->labels[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void connect_gotos(struct build *b)
{
    for (struct jump *jump = b->computed; jump; jump = jump->next)
        for (size_t i = 0; i < b->label_count; i++)
            edge(b, jump->from, b->labels[i].point);
    if (b->label_count)
        qsort(b->labels, b->label_count, sizeof *b->labels, compare_labels);
    for (struct jump *jump = b->gotos; jump; jump = jump->next)
        for (size_t i = first_label(b, jump); i < b->label_count; i++) {
            const struct label *label = &b->labels[i];
            if (label->name != jump->name || (jump->symbol && label->symbol != jump->symbol))
                break;
            edge(b, jump->from, label->point);
        }
}

static void count_suspensions(struct flow *flow, struct arena *arena)
{
    uint32_t before = 0;
    flow->suspensions_before = arena_alloc(arena, (flow->count + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < flow->count; i++) {
        flow->suspensions_before[i] = before;
        before += flow->suspended[i] != NULL;
    }
    flow->suspensions_before[flow->count] = before;
}

void flow_build(struct lowered *lowered, struct function *function)
{
    struct arena *arena = lowered->arena;
    struct flow *flow = arena_alloc(arena, sizeof *flow);
    struct build build = {
        .lowered = lowered, .function = function, .flow = flow, .arena = arena, .from = NO_POINT};
    function->flow = flow;
    flow->mentions = arena_alloc(arena, (function->variable_count + 1) * sizeof *flow->mentions);
    uint32_t entry = point(&build, NULL);
    for (size_t i = 0; i < function->variable_count; i++)
        if (function->variables[i]->kind == VARIABLE_PARAMETER)
            replaces(&build, function->variables[i], entry);
    statement(&build, function->body);
    join(&build);
    connect_gotos(&build);
    count_suspensions(flow, arena);
}
