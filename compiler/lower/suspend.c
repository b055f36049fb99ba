/* The await itself: of a call whose frame or wait stands inside the frame of who awaits it, or of a
 * handle. */
#include "lower/hoist.h"

#include <string.h>

#include "support/arena.h"

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
    embed_callee(h->lowered, call);
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

struct node *hoist_await(struct hoist *h, struct node *await, enum later later)
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

void suspend_discarded(struct hoist *h, struct node *await)
{
    emit_suspension(h, suspend(h, await));
}
