/* Warnings that need the control flow: a mutex that is held across an await, memory of alloca that
 * is used behind one, a variable that is read and has no value yet.
 *
 * From each suspension the walk goes back over the edges. A mutex is held if it comes to a call
 * that locks it before one that unlocks it; the value of a variable that is live at the suspension
 * is alloca's if the walk comes to the point where it was assigned that. A variable has no value
 * where it is read if the walk from there comes to its declaration and to nothing else that names
 * it. That is looked for where C compilers would know nothing of it, which is in the frame, or find
 * it in the function that takes the arguments of an await. */
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
    uint32_t *seen;  /* by point: number of the walk that was here last */
    uint32_t *named; /* by point: index + 1 of the variable that is mentioned there */
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
    if (!node || node->kind == NODE_FUNCTION || node_is_unevaluated(node))
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

/* A macro of a system header, as alloca may be, is no place to point at: then the statement is, or
 * what the macro was given, where the statement is made of the call. */
static struct range place_of(const struct warn *w, const struct found *found)
{
    const struct node *call = found->call;
    const struct node *const nodes[] = {call, w->function->flow->nodes[found->point],
                                        node_kid(call, 1)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        if (nodes[i] && !source_line(w->lowered->check->source, nodes[i]->start).system_header)
            return (struct range){nodes[i]->start, nodes[i]->end};
    return (struct range){call->start, call->end};
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

/* --- variables without a value */

/* Whether each place of the expression that names the variable reads it; with `any`, whether one
 * does. Operands that nobody evaluates do not, and addresses were sorted out before. */
static bool reads_only(const struct node *node, const struct symbol *symbol, bool *any)
{
    if (!node || node_is_unevaluated(node))
        return true;
    switch (node->kind) {
    case NODE_IDENTIFIER:
        *any |= node->symbol == symbol;
        return true;
    case NODE_ASSIGN: {
        struct node *target = skip_parens(node->kid[0]);
        if (node->op == OP_NONE && target->kind == NODE_IDENTIFIER && target->symbol == symbol)
            return false;
        break;
    }
    case NODE_CAST: /* `(void)x;` only says that x is meant to be there */
        if (type_is_void(node->type) && skip_parens(node->kid[1])->kind == NODE_IDENTIFIER)
            return true;
        break;
    case NODE_ASM:
    case NODE_STATEMENT_EXPRESSION:
    case NODE_TYPEOF:
    case NODE_GENERIC:
    case NODE_MADE:
        return !node_mentions(node, symbol);
    default:
        break;
    }
    for (uint32_t i = 0; i < node->count; i++)
        if (!reads_only(node->kid[i], symbol, any))
            return false;
    return true;
}

static bool is_bare(const struct node *node, const struct symbol *symbol)
{
    if (!node || node->kind != NODE_DECLARED || node->kid[1])
        return false;
    const struct node *name = declarator_name(node->kid[0]);
    return name && name->symbol == symbol;
}

/* Whether control comes to `point` only from the declaration without an initialiser, with nothing
 * in between that names the variable, or from `point` itself, around a loop. */
static bool comes_from_declaration(struct warn *w, const struct variable *variable, uint32_t start)
{
    const struct flow *flow = w->function->flow;
    bool found = false;
    uint32_t top = 0;
    w->walk++;
    w->seen[start] = w->walk;
    go_back(w, &top, start);
    while (top) {
        uint32_t point = w->stack[--top];
        if (is_bare(flow->nodes[point], variable->symbol))
            found = true;
        else if (!point || w->named[point] == variable->index + 1)
            return false;
        else
            go_back(w, &top, point);
    }
    return found;
}

static const struct node *place_in(const struct node *node, const struct symbol *symbol)
{
    if (!node || (node->kind == NODE_IDENTIFIER && node->symbol == symbol))
        return node;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct node *place = place_in(node->kid[i], symbol);
        if (place)
            return place;
    }
    return NULL;
}

/* Marks the points that mention the variable; false if its declaration has an initialiser. */
static bool mark_mentions(struct warn *w, const struct variable *variable)
{
    const struct flow *flow = w->function->flow;
    const struct mentions *mentions = &flow->mentions[variable->index];
    bool any = false;
    for (size_t i = 0; i < mentions->count; i++) {
        w->named[mentions->items[i].point] = variable->index + 1;
        any |= is_bare(flow->nodes[mentions->items[i].point], variable->symbol);
    }
    return any;
}

static bool is_told_here(const struct variable *variable, const struct node *reading)
{
    return variable->in_frame || (reading && reading->kind == NODE_SUSPEND);
}

static void warn_variable(struct warn *w, struct variable *variable)
{
    const struct flow *flow = w->function->flow;
    const struct symbol *symbol = variable->symbol;
    const struct mentions *mentions = &flow->mentions[variable->index];
    if (!mark_mentions(w, variable))
        return;
    for (size_t i = 0; i < mentions->count; i++) {
        uint32_t point = mentions->items[i].point;
        /* The arguments of a suspension are read at the point before it. */
        const struct node *node = flow->nodes[point] || point + 1 == flow->count
                                      ? flow->nodes[point]
                                      : flow->nodes[point + 1];
        bool any = false;
        if (!mentions->items[i].reads || is_bare(node, symbol) || !is_told_here(variable, node) ||
            !reads_only(node, symbol, &any) || !any || !comes_from_declaration(w, variable, point))
            continue;
        const struct node *place = place_in(node, symbol);
        struct diagnostics *diagnostics = w->lowered->check->diagnostics;
        if (report_warning(diagnostics, WARNING_UNINITIALIZED,
                           (struct range){place->start, place->end}, "'%s' is used uninitialized",
                           symbol->name))
            variable->begins_zero = !variable->in_frame; /* C compilers need not tell, too */
        report_note(diagnostics, (struct range){symbol->node->start, symbol->node->end},
                    "'%s' is declared here", symbol->name);
        return;
    }
}

static bool may_lack_value(const struct variable *variable)
{
    return variable->kind == VARIABLE_LOCAL && variable->symbol->node &&
           !variable->symbol->is_address_taken && type_is_scalar(variable->type) &&
           !variable->symbol->copy_of;
}

void warn_function(struct lowered *lowered, struct function *function)
{
    struct flow *flow = function->flow;
    struct warn w = {.lowered = lowered, .function = function};
    for (uint32_t point = 0; point < flow->count; point++)
        if (!flow->suspended[point])
            find(&w, flow->nodes[point], point);
    if (!function->suspension_count)
        return;
    w.seen = arena_alloc(lowered->arena, flow->count * sizeof *w.seen);
    w.named = arena_alloc(lowered->arena, flow->count * sizeof *w.named);
    w.stack = arena_alloc(lowered->arena, (flow->count + 1) * sizeof *w.stack);
    for (struct found *lock = w.locks; lock; lock = lock->next)
        for (size_t i = 0; i < function->suspension_count; i++)
            walk_to_lock(&w, lock, function->suspensions[i]);
    for (struct found *allocation = w.allocations; allocation; allocation = allocation->next)
        warn_allocation(&w, allocation);
    for (size_t i = 0; i < function->variable_count; i++)
        if (may_lack_value(function->variables[i]))
            warn_variable(&w, function->variables[i]);
}
