/* Builds the control flow graph of a function from its statements.
 *
 * Points are numbered in the order of the source, so that a block is a range of points. A full
 * expression is one point: within it only what C surely does counts as a write. The walk keeps the
 * point that control comes from (`from`, NO_POINT after a jump); jumps to labels, and `break` and
 * `continue`, are remembered and become edges once their target has a point. Only predecessors are
 * kept: liveness walks backwards. */
#include "lower/flow.h"

#include <stdlib.h>
#include <string.h>

#include "support/arena.h"
#include "support/text.h"

struct jump {
    uint32_t from;
    const char *name;      /* goto: the label's */
    struct symbol *symbol; /* or its symbol, for local labels */
    struct jump *next;
};

struct label {
    const char *name;
    const struct symbol *symbol; /* NULL: lowering made it */
    uint32_t point;
};

struct target { /* what encloses a statement and can be left by break or continued */
    struct jump *breaks, *continues;
    bool is_loop;
    uint32_t switch_point;
    bool has_default;
    struct target *outer;
};

struct build {
    struct lowered *lowered;
    struct function *function;
    struct flow *flow;
    struct arena *arena;
    uint32_t from;
    struct target *target;
    unsigned only_typed; /* operands of sizeof and typeof around what is walked */
    struct node *named;  /* the variable of which it only says the name */
    struct jump *gotos, *computed;
    struct label *labels;
    size_t label_count, label_capacity;
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

static bool is_jump(const struct node *node)
{
    return node->kind == NODE_GOTO || node->kind == NODE_ASM_LABEL ||
           node->kind == NODE_GOTO_COMPUTED || node->kind == NODE_BREAK ||
           node->kind == NODE_CONTINUE;
}

/* `break` leaves the innermost loop or switch, `continue` the innermost loop. */
static void jump(struct build *b, const struct node *node)
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

/* --- what a point does to variables */

static void mention(struct build *b, struct variable *variable, struct mention mention)
{
    struct mentions *mentions = &b->flow->mentions[variable->index];
    struct mention *last = mentions->count ? &mentions->items[mentions->count - 1] : NULL;
    if (last && last->point == mention.point) {
        last->reads |= mention.reads;
        last->replaces |= mention.replaces;
        last->declares |= mention.declares;
        return;
    }
    mentions->items = arena_grow(b->arena, mentions->items, mentions->count, &mentions->capacity,
                                 sizeof *mentions->items);
    mentions->items[mentions->count++] = mention;
}

static bool is_replaced(const struct build *b, const struct variable *variable, uint32_t at)
{
    const struct mentions *mentions = &b->flow->mentions[variable->index];
    const struct mention *last = mentions->count ? &mentions->items[mentions->count - 1] : NULL;
    return last && last->point == at && last->replaces && !last->declares;
}

static void uses(struct build *b, struct node *node, uint32_t at);

/* The lengths that the type was given (array.c). */
static void uses_lengths(struct build *b, const struct type *type, uint32_t at)
{
    for (type = type_resolve(type); type->kind == TYPE_ARRAY || type->kind == TYPE_POINTER;
         type = type_resolve(type->target))
        if (type->kind == TYPE_ARRAY && type->array_size == ARRAY_VARIABLE)
            uses(b, type->node, at);
}

/* What stands within a full expression is a part of its point. */
static void cover(struct node *node, uint32_t at)
{
    if (!node->last_point)
        node->first_point = at;
    node->last_point = at;
}

/* An operand that only has a type. Its names must be declared where it stands. */
static bool is_only_typed(const struct node *node)
{
    return (node->kind == NODE_SIZEOF || node->kind == NODE_TYPEOF ||
            node->kind == NODE_HAS_ATTRIBUTE) &&
           node_is_unevaluated(node);
}

static void declares(struct build *b, struct node *declared, uint32_t at)
{
    struct node *name = declarator_name(declared->kid[0]);
    struct variable *variable = name && name->symbol ? name->symbol->lowered : NULL;
    cover(declared, at);
    if (variable && variable->function == b->function)
        mention(b, variable, (struct mention){.point = at, .replaces = true, .declares = true});
}

/* Nobody but those who name it may look at it. */
static bool is_private(const struct variable *variable)
{
    return !variable->symbol->is_address_taken &&
           !(type_element_qualifiers(variable->type) & (QUAL_VOLATILE | QUAL_ATOMIC));
}

/* The object that a member or an element is a part of. */
static struct node *whole_of(struct node *part)
{
    struct node *node = skip_parens(part);
    while ((node->kind == NODE_MEMBER && node->op == OP_DOT) ||
           (node->kind == NODE_INDEX && type_resolve(node->kid[0]->type)->kind == TYPE_ARRAY))
        node = skip_parens(node->kid[0]);
    return node;
}

/* A name that is written here for nothing that is in the variable: `x.member = 1`, `(void)x`. */
static struct node *named_only(const struct build *b, const struct node *node)
{
    struct node *name = NULL;
    if (node->kind == NODE_ASSIGN && node->op == OP_NONE && !node->text)
        name = whole_of(node->kid[0]);
    else if (node->kind == NODE_CAST && node->count == 2 && node->type && type_is_void(node->type))
        name = skip_parens(node->kid[1]);
    const struct variable *variable = name ? variable_named(name) : NULL;
    bool is_own = variable && variable->function == b->function && name->kind == NODE_IDENTIFIER;
    return is_own && is_private(variable) ? name : NULL;
}

/* Every variable below `node` may be read at this point, but for those that are replaced first. The
 * blocks of a statement expression lie in it as a whole, and jumps may lead out of it, as out of
 * asm. */
static void uses(struct build *b, struct node *node, uint32_t at)
{
    if (!node)
        return;
    cover(node, at);
    if (is_jump(node))
        jump(b, node);
    if (node->kind == NODE_RETURN && b->function->returned)
        mention(b, b->function->returned, (struct mention){.point = at});
    struct node *outer = b->named, *named = named_only(b, node);
    b->named = named ? named : outer;
    struct variable *variable = variable_named(node);
    bool is_literal = node->kind == NODE_COMPOUND_LITERAL; /* stored where it stands */
    if (variable && variable->function == b->function && !is_replaced(b, variable, at))
        mention(b, variable,
                (struct mention){.point = at,
                                 .reads = !b->only_typed && !is_literal && node != b->named,
                                 .replaces = !b->only_typed && is_literal});
    if (variable && variable->viewed_as)
        uses_lengths(b, variable->viewed_as, at);
    else if (node->kind == NODE_TYPE_NAME_REF && node->symbol && node->symbol->function)
        uses_lengths(b, node->symbol->type, at);
    b->only_typed += is_only_typed(node);
    for (uint32_t i = 0; i < node->count; i++)
        uses(b, node->kid[i], at);
    b->only_typed -= is_only_typed(node);
    if (node->kind == NODE_DECLARED) /* perhaps in a statement expression */
        declares(b, node, at);
    b->named = outer;
}

static void replaces(struct build *b, struct variable *variable, uint32_t at)
{
    if (variable && variable->function == b->function)
        mention(b, variable, (struct mention){.point = at, .replaces = true});
}

static bool has_variable(const struct node *node, const struct variable *variable)
{
    if (!node)
        return false;
    if (variable_named(node) == variable)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (has_variable(node->kid[i], variable))
            return true;
    return false;
}

/* In a statement expression, so that nothing else of the expression is surely done. */
static bool has_jump(const struct node *node)
{
    if (!node)
        return false;
    if (is_jump(node))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (has_jump(node->kid[i]))
            return true;
    return false;
}

/* The assignments `x = ...` that are surely done, with no read of x before but in their value: what
 * stands beside them is unsequenced, so C forbids it to read x, and what is sequenced is behind
 * them. */
static void assignments(struct build *b, struct node *node, uint32_t at)
{
    if (!node) /* made nodes may lack a part */
        return;
    node = skip_parens(node);
    if (node->kind == NODE_ASSIGN && node->op == OP_NONE) {
        struct variable *variable = variable_named(skip_parens(node->kid[0]));
        if (variable && variable->function == b->function) {
            bool reads = has_variable(node->kid[1], variable);
            mention(b, variable, (struct mention){.point = at, .reads = reads, .replaces = true});
        }
    }
    switch (node->kind) {
    case NODE_ASSIGN:
        assignments(b, node->kid[1], at);
        break;
    case NODE_BINARY:
        assignments(b, node->kid[0], at);
        assignments(b, node->kid[1], at);
        break;
    case NODE_UNARY:
    case NODE_LOGICAL:
    case NODE_CONDITIONAL:
    case NODE_COMMA:
        assignments(b, node->kid[0], at);
        break;
    default:
        break;
    }
}

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
    uint32_t at = point(b, node);
    if (!has_jump(node))
        assignments(b, node, at);
    uses(b, node, at);
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
        jump(b, node);
        b->from = NO_POINT;
        break;
    case NODE_GOTO:
    case NODE_BREAK:
    case NODE_CONTINUE:
        jump(b, node);
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
