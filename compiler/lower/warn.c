/* Warnings that need the control flow: a mutex that is held across an await, memory of alloca that
 * is used behind one.
 *
 * From each suspension the walk goes back over the edges. A mutex is held if it comes to a call
 * that locks it before one that unlocks it; the value of a variable that is live at the suspension
 * is alloca's if the walk comes to the point where it was assigned that. */
#include "lower/flow.h"

#include <string.h>

#include "diagnostic.h"
#include "source.h"
#include "support/arena.h"

struct found { /* a call that is looked for */
    struct node *call;
    uint32_t point;
    bool is_reported;
    struct found *next;
};

struct warn {
    struct lowered *lowered;
    struct function *function;
    struct found *locks, *unlocks, *allocations;
    uint32_t *seen; /* by point: number of the walk that was here last */
    uint32_t *stack;
    uint32_t walk;
};

/* --- the calls */

static struct found **list_of(struct warn *w, const char *name)
{
    static const struct {
        const char *name;
        int list;
    } rows[] = {
        {"pthread_mutex_lock", 0},
        {"pthread_rwlock_rdlock", 0},
        {"pthread_rwlock_wrlock", 0},
        {"pthread_spin_lock", 0},
        {"mtx_lock", 0},
        {"pthread_mutex_unlock", 1},
        {"pthread_rwlock_unlock", 1},
        {"pthread_spin_unlock", 1},
        {"mtx_unlock", 1},
        {"alloca", 2},
        {"__builtin_alloca", 2},
        {"__builtin_alloca_with_align", 2},
    };
    struct found **lists[] = {&w->locks, &w->unlocks, &w->allocations};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(name, rows[i].name))
            return lists[rows[i].list];
    return NULL;
}

static void find(struct warn *w, struct node *node, uint32_t point)
{
    if (!node || node->kind == NODE_FUNCTION || node->kind == NODE_SIZEOF)
        return;
    struct node *callee = node->kind == NODE_CALL ? skip_parens(node->kid[0]) : NULL;
    struct found **list =
        callee && callee->kind == NODE_IDENTIFIER ? list_of(w, callee->name) : NULL;
    if (list) {
        struct found *found = arena_alloc(w->lowered->arena, sizeof *found);
        *found = (struct found){node, point, false, *list};
        *list = found;
    }
    for (uint32_t i = 0; i < node->count; i++)
        find(w, node->kid[i], point);
}

/* --- walking back */

static void go_back(struct warn *w, uint32_t *top, uint32_t point)
{
    const struct flow *flow = w->function->flow;
    for (uint32_t e = flow->predecessors[point]; e != NO_POINT; e = flow->edges[e].next) {
        uint32_t before = flow->edges[e].point;
        if (w->seen[before] == w->walk)
            continue;
        w->seen[before] = w->walk;
        w->stack[(*top)++] = before;
    }
}

/* A macro of a system header, as alloca may be, is no place to point at: then the statement is. */
static struct range place_of(const struct warn *w, const struct found *found)
{
    const struct node *node = found->call, *statement = w->function->flow->nodes[found->point];
    if (statement && source_line(w->lowered->check->source, node->start).system_header)
        node = statement;
    return (struct range){node->start, node->end};
}

static void report(struct warn *w, struct found *found, const struct suspension *suspension,
                   enum warning warning, const char *format)
{
    struct diagnostics *diagnostics = w->lowered->check->diagnostics;
    const struct node *await = suspension->node;
    if (found->is_reported)
        return;
    found->is_reported = true;
    report_warning(diagnostics, warning, place_of(w, found), format,
                   skip_parens(found->call->kid[0])->name);
    report_note(diagnostics, (struct range){await->start, await->end},
                "the function may wait here");
}

/* --- locks */

static bool same_argument(struct warn *w, const struct node *a, const struct node *b)
{
    const char *code = source_code(w->lowered->check->source);
    if (a->count < 2 || b->count < 2)
        return true;
    uint32_t length = a->kid[1]->end - a->kid[1]->start;
    return length == b->kid[1]->end - b->kid[1]->start &&
           !memcmp(code + a->kid[1]->start, code + b->kid[1]->start, length);
}

static bool is_unlocked_at(struct warn *w, const struct found *lock, uint32_t point)
{
    for (const struct found *unlock = w->unlocks; unlock; unlock = unlock->next)
        if (unlock->point == point && same_argument(w, lock->call, unlock->call))
            return true;
    return false;
}

static void walk_to_lock(struct warn *w, struct found *lock, const struct suspension *suspension)
{
    uint32_t top = 0;
    w->walk++;
    go_back(w, &top, suspension->point);
    while (top) {
        uint32_t point = w->stack[--top];
        if (is_unlocked_at(w, lock, point))
            continue;
        if (point == lock->point) {
            report(w, lock, suspension, WARNING_LOCK_ACROSS_AWAIT,
                   "what '%s' locks is held across an await: another task of the thread that wants "
                   "it stops them all");
            return;
        }
        go_back(w, &top, point);
    }
}

/* --- alloca */

static const struct mention *mention_at(const struct mentions *mentions, uint32_t point)
{
    for (size_t i = 0; i < mentions->count; i++)
        if (mentions->items[i].point == point)
            return &mentions->items[i];
    return NULL;
}

static void walk_to_allocation(struct warn *w, const struct variable *variable,
                               struct found *allocation, const struct suspension *suspension)
{
    const struct mentions *mentions = &w->function->flow->mentions[variable->index];
    uint32_t top = 0, word = suspension->point / 64;
    bool is_live = word >= variable->live.first && word < variable->live.last &&
                   variable->live.words[word] >> suspension->point % 64 & 1;
    if (!is_live)
        return;
    w->walk++;
    go_back(w, &top, suspension->point);
    while (top) {
        uint32_t point = w->stack[--top];
        const struct mention *mention = mention_at(mentions, point);
        if (!mention || !mention->replaces) {
            go_back(w, &top, point);
        } else if (point == allocation->point) {
            report(w, allocation, suspension, WARNING_ALLOCA_ACROSS_AWAIT,
                   "memory of '%s' does not last across an await, but is used behind one");
            return;
        }
    }
}

static void warn_allocation(struct warn *w, struct found *allocation)
{
    const struct function *function = w->function;
    for (size_t v = 0; v < function->variable_count; v++) {
        const struct variable *variable = function->variables[v];
        const struct mention *mention = mention_at(&function->flow->mentions[v], allocation->point);
        if (!variable->crossed || !mention || !mention->replaces)
            continue;
        for (size_t i = 0; i < function->suspension_count; i++)
            walk_to_allocation(w, variable, allocation, function->suspensions[i]);
    }
}

void warn_function(struct lowered *lowered, struct function *function)
{
    struct flow *flow = function->flow;
    struct warn w = {.lowered = lowered, .function = function};
    for (uint32_t point = 0; point < flow->count; point++)
        if (!flow->suspended[point])
            find(&w, flow->nodes[point], point);
    if ((!w.locks && !w.allocations) || !function->suspension_count)
        return;
    w.seen = arena_alloc(lowered->arena, flow->count * sizeof *w.seen);
    w.stack = arena_alloc(lowered->arena, (flow->count + 1) * sizeof *w.stack);
    for (struct found *lock = w.locks; lock; lock = lock->next)
        for (size_t i = 0; i < function->suspension_count; i++)
            walk_to_lock(&w, lock, function->suspensions[i]);
    for (struct found *allocation = w.allocations; allocation; allocation = allocation->next)
        warn_allocation(&w, allocation);
}
