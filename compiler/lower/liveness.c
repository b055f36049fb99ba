/* Which variables must survive which suspensions.
 *
 * For each variable by itself (Appel and Palsberg, "liveness analysis one variable at a time"):
 * from every point that reads it, walk backwards over the edges to the points that write it; on the
 * way, it is live. The cost is the length of the live ranges, so thousands of short-lived
 * temporaries in one function cost no more than they are long. A variable whose address is known
 * elsewhere is live also from the places that speak of it, forwards, as long as its scope lasts.
 *
 * A variable that is live behind a suspension that does not itself write it is needed in the frame,
 * unless nothing can have been kept in it before: `char line[80]; int n = await f(); use(line);`.
 * So is one that its own initialiser names in what comes before an await, `p = await f(sizeof *p)`,
 * for it is not declared there yet; and in a header one whose declaration a resumption jumps over,
 * which C++ refuses.
 * For those, and for children, the points where their storage is in use are kept as sets: slots may
 * share storage if their sets do not meet. */
#include "lower/flow.h"

#include <string.h>

#include "support/arena.h"

struct walk {
    struct function *function;
    struct flow *flow;
    struct arena *arena;
    uint32_t *seen;  /* by point: index + 1 of the variable whose walk was here last */
    uint32_t *kills; /* likewise: the variable that is replaced here */
    uint32_t *stack;
    size_t top;
    uint32_t declaration; /* of the variable whose walk it is */
    struct edge *edges;   /* forward, as those of the flow lead backward; NULL: not made yet */
    uint32_t *successors; /* by point: first edge */
    uint32_t *reached;    /* by point: the last forward walk that was here */
    uint32_t round;       /* the number of that walk */
    bool is_header;
};

static size_t words(const struct flow *flow)
{
    return (flow->count + 63) / 64;
}

void point_set_add(struct point_set *set, uint32_t point)
{
    uint32_t word = point / 64;
    set->words[word] |= UINT64_C(1) << point % 64;
    if (set->first >= set->last) {
        set->first = word;
        set->last = word + 1;
    }
    if (word < set->first)
        set->first = word;
    if (word >= set->last)
        set->last = word + 1;
}

/* Where control comes from the declaration without a value. */
static bool is_bare_declaration(const struct walk *w, uint32_t point)
{
    const struct node *node = point == w->declaration ? w->flow->nodes[point] : NULL;
    return node && node->kind == NODE_DECLARED && !node->kid[1];
}

/* `set` is NULL in the first walk, which only asks whether some suspension is crossed. */
static void live_behind(struct walk *w, struct variable *variable, uint32_t point,
                        struct point_set *set)
{
    uint32_t stamp = variable->index + 1;
    struct suspension *suspension = w->flow->suspended[point];
    if (suspension && w->kills[point] != stamp && !variable->crossed)
        variable->crossed = suspension->state;
    variable->may_be_unset |= is_bare_declaration(w, point);
    if (set)
        point_set_add(set, point);
    if (w->kills[point] == stamp || w->seen[point] == stamp)
        return;
    w->seen[point] = stamp;
    w->stack[w->top++] = point;
}

/* The first walk is over as soon as it has found a suspension. */
static bool is_settled(const struct variable *variable, const struct point_set *set)
{
    return !set && variable->crossed;
}

static void walk_back(struct walk *w, struct variable *variable, struct point_set *set)
{
    struct flow *flow = w->flow;
    while (w->top && !is_settled(variable, set)) {
        uint32_t point = w->stack[--w->top];
        for (uint32_t e = flow->predecessors[point]; e != NO_POINT; e = flow->edges[e].next)
            live_behind(w, variable, flow->edges[e].point, set);
    }
    w->top = 0;
}

/* Where it is declared; the first point if that is not known. */
static uint32_t declaration_of(const struct walk *w, const struct variable *variable)
{
    const struct mentions *mentions = &w->flow->mentions[variable->index];
    for (size_t i = 0; i < mentions->count; i++)
        if (mentions->items[i].declares)
            return mentions->items[i].point;
    return 0;
}

static bool is_named_before(const struct walk *w, const struct variable *variable)
{
    const struct mentions *mentions = &w->flow->mentions[variable->index];
    uint32_t declaration = declaration_of(w, variable);
    for (size_t i = 0; i < mentions->count; i++)
        if (mentions->items[i].point < declaration)
            return true;
    return false;
}

static void walk_variable(struct walk *w, struct variable *variable, struct point_set *set)
{
    uint32_t stamp = variable->index + 1, declaration = declaration_of(w, variable);
    w->declaration = declaration;
    struct mentions *mentions = &w->flow->mentions[variable->index];
    for (size_t i = 0; i < mentions->count; i++)
        if (mentions->items[i].replaces)
            w->kills[mentions->items[i].point] = stamp;
    for (size_t i = 0; i < mentions->count && !is_settled(variable, set); i++) {
        struct mention *mention = &mentions->items[i];
        if (set)
            point_set_add(set, mention->point);
        if (mention->reads && mention->point >= declaration && !mention->declares &&
            w->seen[mention->point] != stamp) {
            w->seen[mention->point] = stamp;
            w->stack[w->top++] = mention->point;
            walk_back(w, variable, set);
        }
    }
}

static void forget(struct walk *w)
{
    memset(w->seen, 0, w->flow->count * sizeof *w->seen);
    memset(w->kills, 0, w->flow->count * sizeof *w->kills);
}

static bool address_escapes(const struct variable *variable)
{
    return variable->symbol->is_address_taken;
}

/* The scope of a local as a range of points. */
static void find_scope(struct walk *w, struct variable *variable)
{
    struct node *block = variable->symbol->block;
    bool whole = !block || variable->kind == VARIABLE_PARAMETER || !block->last_point;
    variable->first = whole ? 0 : block->first_point;
    variable->last = whole ? w->flow->count - 1 : block->last_point;
}

/* --- where a variable's address may be known */

static void turn_edges(struct walk *w)
{
    const struct flow *flow = w->flow;
    w->edges = arena_alloc(w->arena, (flow->edge_count + 1) * sizeof *w->edges);
    w->successors = arena_alloc(w->arena, flow->count * sizeof *w->successors);
    w->reached = arena_alloc(w->arena, flow->count * sizeof *w->reached);
    memset(w->successors, 0xff, flow->count * sizeof *w->successors);
    for (uint32_t to = 0; to < flow->count; to++)
        for (uint32_t e = flow->predecessors[to]; e != NO_POINT; e = flow->edges[e].next) {
            uint32_t from = flow->edges[e].point;
            w->edges[e] = (struct edge){to, w->successors[from]};
            w->successors[from] = e;
        }
}

/* Whether a suspension stands between the declaration, which gives no value, and what follows. (A
 * number of which that is so is read without a value: it stays, and is warned of.) */
static bool begins_late(const struct walk *w, const struct variable *variable)
{
    if (type_is_scalar(variable->type) && !address_escapes(variable))
        return false;
    const struct mentions *mentions = &w->flow->mentions[variable->index];
    uint32_t declaration = declaration_of(w, variable), first = NO_POINT;
    const struct node *node = w->flow->nodes[declaration];
    if (variable->kind != VARIABLE_LOCAL || !node || node->kind != NODE_DECLARED || node->kid[1])
        return false;
    for (size_t i = 0; i < mentions->count; i++)
        if (mentions->items[i].point != declaration && mentions->items[i].point < first)
            first = mentions->items[i].point;
    const uint32_t *before = w->flow->suspensions_before;
    return first != NO_POINT && first > declaration && before[first] > before[declaration];
}

/* What the function returns is moved to where it is handed out, and nobody looks at any object any
 * more. */
static bool is_last_move(const struct flow *flow, uint32_t point)
{
    const struct node *node = flow->nodes[point];
    return node && node->kind == NODE_RETURN && node_kid(node, 0);
}

static void go_on(struct walk *w, const struct variable *variable, uint32_t point)
{
    if (w->reached[point] == w->round || point < variable->first || point > variable->last ||
        is_last_move(w->flow, point))
        return;
    w->reached[point] = w->round;
    w->stack[w->top++] = point;
}

/* The points of its scope that what speaks of the variable leads to: behind them, its address may
 * be known. One whose address nobody takes must be declared anew where its declaration is passed.
 * The result: a suspension among them, with which the walk is over if no set is asked for; 0 if
 * there is none. */
static unsigned walk_forward(struct walk *w, const struct variable *variable, struct point_set *set)
{
    const struct flow *flow = w->flow;
    const struct mentions *mentions = &flow->mentions[variable->index];
    uint32_t declaration = declaration_of(w, variable);
    unsigned crossed = 0;
    if (!w->edges)
        turn_edges(w);
    w->round++;
    if (!address_escapes(variable))
        w->reached[declaration] = w->round;
    for (size_t i = 0; i < mentions->count; i++)
        if (mentions->items[i].point != declaration || mentions->items[i].reads)
            go_on(w, variable, mentions->items[i].point);
    while (w->top && (set || !crossed)) {
        uint32_t point = w->stack[--w->top];
        if (flow->suspended[point])
            crossed = flow->suspended[point]->state;
        if (set)
            point_set_add(set, point);
        for (uint32_t e = w->successors[point]; e != NO_POINT; e = w->edges[e].next)
            go_on(w, variable, w->edges[e].point);
    }
    w->top = 0;
    return crossed;
}

/* --- the decision */

static void decide(struct walk *w, struct variable *variable)
{
    if (variable->kind == VARIABLE_STATIC)
        return;
    find_scope(w, variable);
    if (type_is_variably_modified(variable->type)) /* no await in its scope: array.c left it */
        return;
    walk_variable(w, variable, NULL);
    const uint32_t *before = w->flow->suspensions_before;
    variable->begins_late = variable->crossed && begins_late(w, variable);
    bool is_known = address_escapes(variable) && !variable->crossed &&
                    before[variable->last + 1] > before[variable->first];
    if (is_known || variable->begins_late)
        variable->crossed = walk_forward(w, variable, NULL);
    variable->is_early = is_named_before(w, variable);
    bool is_in_expression = variable->first == variable->last; /* no jump comes past it there */
    bool is_jumped_over =
        w->is_header && !is_in_expression &&
        (before[variable->last + 1] > before[variable->first] || w->function->deferred);
    variable->in_frame = variable->kind == VARIABLE_PARAMETER ||
                         variable->kind == VARIABLE_RETURNED ||
                         ((is_jumped_over || variable->crossed || variable->is_early) &&
                          variable->kind != VARIABLE_RESULT);
}

static struct point_set new_set(const struct walk *w)
{
    return (struct point_set){.words = arena_alloc(w->arena, words(w->flow) * sizeof(uint64_t))};
}

/* Nothing is kept in a variable that begins late, in front of what speaks of it first. */
static void occupy(struct walk *w, struct variable *variable)
{
    if (!variable->in_frame && variable->kind != VARIABLE_RESULT)
        return;
    struct point_set *live = &variable->live, behind;
    *live = new_set(w);
    if (!variable->begins_late)
        walk_variable(w, variable, live);
    if (address_escapes(variable) || variable->begins_late)
        walk_forward(w, variable, live);
    if (address_escapes(variable) || !variable->begins_late)
        return;
    behind = *live;
    *live = new_set(w);
    walk_variable(w, variable, live);
    for (uint32_t i = live->first; i < live->last; i++)
        live->words[i] &= behind.words[i];
}

void liveness_compute(struct lowered *lowered, struct function *function)
{
    struct flow *flow = function->flow;
    struct walk w = {.function = function,
                     .flow = flow,
                     .arena = lowered->arena,
                     .is_header = lowered->is_header};
    w.seen = arena_alloc(lowered->arena, flow->count * sizeof *w.seen);
    w.kills = arena_alloc(lowered->arena, flow->count * sizeof *w.kills);
    w.stack = arena_alloc(lowered->arena, (flow->count + 1) * sizeof *w.stack);
    for (size_t i = 0; i < function->variable_count; i++)
        decide(&w, function->variables[i]);
    forget(&w);
    for (size_t i = 0; i < function->variable_count; i++)
        occupy(&w, function->variables[i]);
}
