/* Which children stand inside their caller's frame.
 *
 * `await f(x)` embeds f's frame where its size is known and finite: f has a body in this file and
 * does not lie on a cycle of such awaits with the caller, or the runtime's headers give its frame.
 * Cycles are found as strongly connected components of the call graph (Tarjan 1972), which come out
 * children first: the order in which the frames must be declared. */
#include "lower/lower.h"

#include "diagnostic.h"
#include "semantic/pragma.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"

struct visit { /* Tarjan's numbers, by function */
    uint32_t index, low, component;
    bool on_stack;
};

struct tarjan {
    struct lowered *lowered;
    struct visit *marks;
    struct function **stack;
    size_t top, ordered;
    uint32_t next, components;
};

static struct function *awaited_function(const struct lowered *lowered, const struct node *node)
{
    if (node->kind == NODE_RANGE_FOR || node->kind == NODE_ASYNC_WITH) {
        struct symbol *symbol = generator_callee(node->kid[2]);
        return symbol ? lowered_function(lowered, symbol) : NULL;
    }
    if (node->kind != NODE_AWAIT)
        return NULL;
    struct node *call = skip_parens(node->kid[0]);
    if (call->kind != NODE_CALL)
        return NULL;
    struct node *callee = skip_parens(call->kid[0]);
    return callee->kind == NODE_IDENTIFIER && callee->symbol
               ? lowered_function(lowered, callee->symbol)
               : NULL;
}

static void connect(struct tarjan *t, struct function *function);

/* Follows the edges that start below `node`. */
static void follow(struct tarjan *t, struct function *function, struct node *node)
{
    if (!node || !(node->flags & HAS_AWAIT))
        return;
    struct function *callee = awaited_function(t->lowered, node);
    if (callee) {
        struct visit *from = &t->marks[function->index], *to = &t->marks[callee->index];
        if (callee == function)
            function->in_cycle = true;
        if (!to->index)
            connect(t, callee);
        if (to->on_stack && to->low < from->low)
            from->low = to->low;
    }
    for (uint32_t i = 0; i < node->count; i++)
        follow(t, function, node->kid[i]);
}

static void connect(struct tarjan *t, struct function *function)
{
    struct visit *mark = &t->marks[function->index];
    mark->index = mark->low = ++t->next;
    mark->on_stack = true;
    t->stack[t->top++] = function;
    follow(t, function, function->node->kid[2]);
    if (mark->low != mark->index)
        return;
    struct function *member;
    bool alone = t->stack[t->top - 1] == function;
    t->components++;
    do {
        member = t->stack[--t->top];
        t->marks[member->index].on_stack = false;
        member->component = t->components;
        member->in_cycle |= !alone;
        t->lowered->by_frame[t->ordered++] = member;
    } while (member != function);
}

void embed_unit(struct lowered *lowered)
{
    struct arena *arena = lowered->arena;
    struct tarjan tarjan = {.lowered = lowered};
    tarjan.marks = arena_alloc(arena, (lowered->count + 1) * sizeof *tarjan.marks);
    tarjan.stack = arena_alloc(arena, (lowered->count + 1) * sizeof(struct function *));
    lowered->by_frame = arena_alloc(arena, (lowered->count + 1) * sizeof(struct function *));
    for (size_t i = 0; i < lowered->count; i++)
        if (!tarjan.marks[i].index)
            connect(&tarjan, lowered->functions[i]);
}

/* A struct of the runtime's headers: NAME__frame or NAME__wait; NULL if it is not known. */
static struct type *struct_of(const struct lowered *lowered, const char *name, const char *suffix)
{
    const char *tag = arena_format(lowered->arena, "%s%s", name, suffix);
    struct symbol *symbol = check_file_tag(lowered->check, name_of(lowered->check->names, tag));
    return symbol && type_is_complete(symbol->type) ? type_resolve(symbol->type) : NULL;
}

bool wait_is_only_result(const struct lowered *lowered, const struct symbol *callee)
{
    return struct_of(lowered, callee->name, "__wait")->field_count == 1;
}

bool wait_stores_state(const struct lowered *lowered, const struct symbol *callee)
{
    const char *name = arena_format(lowered->arena, "%s__begin_at", callee->name);
    return check_file_symbol(lowered->check, name_of(lowered->check->names, name)) != NULL;
}

/* --- callees that begin without a handle */

static bool is_in_deprecated(const struct check *check, const struct node *call)
{
    for (size_t i = 0; i < check->function_count; i++) {
        const struct node *function = check->functions[i];
        if (function->start <= call->start && call->start < function->end)
            return function->symbol && function->symbol->deprecated;
    }
    return false;
}

/* ` ("use g")` of the attribute, or nothing. */
static const char *reason_of(struct lowered *lowered, const struct node *item)
{
    const struct node *given = item->kid[0];
    if (!given)
        return "";
    const char *code = source_code(lowered->check->source) + given->start;
    return arena_format(lowered->arena, " %.*s", (int)(given->end - given->start), code);
}

void embed_callee(struct lowered *lowered, const struct node *call)
{
    struct node *callee = skip_parens(call->kid[0]);
    const struct check *check = lowered->check;
    const struct symbol *symbol = callee->symbol;
    callee->flags |= IS_EMBEDDED;
    if (!symbol || !symbol->deprecated || is_in_deprecated(check, call) ||
        pragmas_ignore(check->pragmas, "-Wdeprecated-declarations", callee->start))
        return;
    report_warning(check->diagnostics, WARNING_DEPRECATED,
                   (struct range){callee->start, callee->end}, "'%s' is deprecated%s", symbol->name,
                   reason_of(lowered, symbol->deprecated));
    report_note(check->diagnostics, (struct range){symbol->node->start, symbol->node->end},
                "'%s' is declared here", symbol->name);
}

enum suspension_form embed_form(const struct lowered *lowered, const struct function *caller,
                                const struct symbol *callee)
{
    struct function *function = lowered_function(lowered, callee);
    if (function)
        return function == caller ||
                       (function->in_cycle && function->component == caller->component)
                   ? SUSPEND_HANDLE
                   : SUSPEND_CHILD;
    if (callee->function)
        return SUSPEND_HANDLE;
    if (struct_of(lowered, callee->name, "__frame"))
        return SUSPEND_CHILD;
    return struct_of(lowered, callee->name, "__wait") ? SUSPEND_WAIT : SUSPEND_HANDLE;
}
