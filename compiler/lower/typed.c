/* Calls of the runtime whose items are a T: C functions take them by address and size.
 *
 *     async_queue(T, n)     async_queue_new(ASYNC_QUEUE_FIFO, sizeof(T), __alignof__(T), n, 0)
 *     async_put(q, v)       async_queue_put(q, (T[1]){v}, sizeof(T))
 *     async_take(q, &x)     async_queue_take(q, &x, sizeof(T))
 *     async_get(c)          *(T *)async_contextvar_value(&c)
 *     async_set(c, v)       async_contextvar_set(&c, (T[1]){v})
 *
 * These are templates, for any place. Awaited at once, put and take are primitives (embed.c): no
 * handle is made, nor for async_gather and async_wait_for. What is put, and the array of those that
 * are waited for, lies in the frame then, until the wait is over:
 *
 *     await async_put(q, v)        suspend async_queue_put(q, (T[1]){v}, &self->value_1, sizeof(T))
 *     await async_put(q, v())      self->value_1 = v();
 *                                  suspend async_queue_put(q, &self->value_1, &self->value_1, ...)
 *     await async_gather(f, g)     self->value_1[0] = async_borrow(f, __FILE__, __LINE__);
 *                                  self->value_1[1] = async_borrow(g, __FILE__, __LINE__);
 *                                  suspend async_gather(2, self->value_1)
 *     await async_wait_for(f, s)   suspend async_wait_for(async_move(&f), s)
 *                                  collect the result of its `future`; async_wait_for__end() */
#include "lower/await.h"
#include "lower/generator_call.h"

#include <string.h>

#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"

/* Its name, if the callee is the runtime's and not the program's. */
static const char *runtime_name(const struct node *call)
{
    const struct node *callee = skip_parens(call->kid[0]);
    return callee->kind == NODE_IDENTIFIER && !callee->symbol ? callee->name : NULL;
}

/* What %1$s stands for is the T; @ is the address of argument 2, which is one. */
static const struct row {
    const char *name, *text;
    const char *primitive; /* awaited, NULL: not a coroutine */
    bool takes_value;      /* argument 2 is a T, not the address of one */
} rows[] = {
    {"async_queue", "async_queue_new(ASYNC_QUEUE_FIFO, sizeof(%1$s), __alignof__(%1$s), $2, 0)",
     NULL, false},
    {"async_lifo_queue",
     "async_queue_new(ASYNC_QUEUE_LIFO, sizeof(%1$s), __alignof__(%1$s), $2, 0)", NULL, false},
    {"async_priority_queue",
     "async_queue_new(ASYNC_QUEUE_PRIORITY, sizeof(%1$s), __alignof__(%1$s), $2,\n"
     "                (int (*)(const void *, const void *))($3))",
     NULL, false},
    {"async_try_put", "async_queue_try_put($1, @, sizeof(%1$s))", NULL, true},
    {"async_try_take", "async_queue_try_take($1, $2, sizeof(%1$s))", NULL, false},
    {"async_get", "((void)0, *(%1$s *)async_contextvar_value(&$1))", NULL, false}, /* no lvalue */
    {"async_set", "async_contextvar_set(&$1, @)", NULL, true},
    {"async_reset", "async_contextvar_reset(&$1, $2)", NULL, false},
    {"async_put", "async_queue_put($1, @, sizeof(%1$s))", "async_queue_put", true},
    {"async_take", "async_queue_take($1, $2, sizeof(%1$s))", "async_queue_take", false},
};

static const struct row *find_row(const struct node *call)
{
    const char *name = runtime_name(call);
    for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(name, rows[i].name))
            return &rows[i];
    return NULL;
}

/* The T: the first argument holds it, or what is made does. */
static struct type *held_type(const struct node *call)
{
    const struct type *type = type_resolve(call->kid[1]->type);
    if (call->kid[1]->kind == NODE_TYPE_NAME)
        type = type_resolve(call->type);
    return type->kind == TYPE_QUEUE || type->kind == TYPE_CONTEXTVAR ? type->target : NULL;
}

/* The call as it is to be written, of which argument 2 is passed by address. */
static const char *passing_value(struct lowered *lowered, const char *text, struct type *type)
{
    const char *at = strchr(text, '@');
    return arena_format(lowered->arena, "%.*s%s%s", (int)(at - text), text,
                        value_address(lowered, type, "$2"), at + 1);
}

void typed_call(struct lowered *lowered, struct node *call)
{
    const struct row *row = find_row(call);
    struct type *held = row ? held_type(call) : NULL;
    if (!held)
        return;
    call->text = arena_format(lowered->arena, row->text, type_text(lowered, held));
    if (row->takes_value)
        call->text = passing_value(lowered, call->text, held);
}

void typed_discarded(struct lowered *lowered, struct node *call)
{
    const struct row *row = find_row(call);
    if (row && call->text && !strcmp(row->name, "async_set"))
        make_void(lowered, call,
                  passing_value(lowered, "(void)async_contextvar_assign(&$1, @)", held_type(call)));
}

static bool is_call_of(const struct node *call, const char *name)
{
    const char *callee = call->kind == NODE_CALL ? runtime_name(call) : NULL;
    return callee && !strcmp(callee, name);
}

struct symbol *typed_primitive(struct lowered *lowered, const struct node *call)
{
    if (is_call_of(call, "async_gather"))
        return runtime_function(lowered, "async_gather");
    if (is_call_of(call, "async_wait_for") && type_resolve(call->type)->kind == TYPE_FUTURE)
        return runtime_function(lowered, "async_wait_for");
    const struct row *row = call->kind == NODE_CALL ? find_row(call) : NULL;
    if (!row || !row->primitive || !held_type(call))
        return NULL;
    return check_file_symbol(lowered->check, name_of(lowered->check->names, row->primitive));
}

/* The handles in an array; the call's arguments become their number and that. It borrows them, so
 * those that are made here are released behind it. */
static struct variable *gather_arguments(struct hoist *h, struct node *call, struct list *behind)
{
    bool *is_made = arena_alloc(h->lowered->arena, call->count * sizeof *is_made);
    for (uint32_t i = 1; i < call->count; i++)
        is_made[i] = makes_handle(call->kid[i]);
    hoist_kids(h, call, 1, LATER_NOTHING);
    struct types *types = h->lowered->check->types;
    uint32_t count = call->count - 1;
    struct node at = {.start = call->end, .end = call->end};
    struct node **kids = arena_alloc(h->lowered->arena, 3 * sizeof(struct node *));
    struct variable *kept = NULL;
    kids[0] = call->kid[0];
    kids[1] = make(h, NODE_MADE, &at, arena_format(h->lowered->arena, "%u", count), 0);
    kids[2] = make(h, NODE_MADE, &at, "0", 0);
    if (count) {
        struct type *future = type_future(types, type_simple(types, TYPE_INT));
        kept = make_temporary(h, type_array(types, future, count));
        emit_statement(h, make_spill(h, &at, kept, NULL));
        kids[2] = make_use(h, &at, kept);
    }
    for (uint32_t i = 1; i <= count; i++) {
        const char *text = arena_format(h->lowered->arena,
                                        "$0[%u] = async_borrow($1, __FILE__, __LINE__);", i - 1);
        struct node *handle = call->kid[i];
        struct node place = {.start = handle->start, .end = handle->start};
        emit_statement(h, make(h, NODE_EXPRESSION_STATEMENT, handle, text, 2,
                               make_use(h, &place, kept), handle));
        if (!is_made[i])
            continue;
        text = arena_format(h->lowered->arena, "async_release($0[%u]);", i - 1);
        list_push(h, behind,
                  make(h, NODE_EXPRESSION_STATEMENT, &at, text, 1, make_use(h, &at, kept)));
    }
    call->kid = kids;
    call->count = 3;
    return kept;
}

static void wait_for_arguments(struct hoist *h, struct node *call)
{
    struct node **handle = &call->kid[1];
    if (!is_lvalue(h->lowered->check, *handle)) {
        bool looks = !makes_handle(*handle);
        hoist_kids(h, call, 1, LATER_NOTHING);
        if (looks)
            *handle =
                make(h, NODE_MADE, *handle, handle_looked_at(h->lowered, *handle, 0), 1, *handle);
        return;
    }
    *handle =
        hoist_lvalue(h, *handle, call->kid[2]->flags & HAS_AWAIT ? LATER_AWAIT : LATER_NOTHING);
    *handle = make(h, NODE_MADE, *handle, handle_moved(h->lowered, *handle, 0), 1, *handle);
    hoist_kids(h, call, 2, LATER_NOTHING);
}

bool typed_collects(const struct node *call)
{
    return is_call_of(call, "async_wait_for");
}

static struct node *address_of(struct hoist *h, struct node *at, struct variable *variable)
{
    return make(h, NODE_ADDRESS, at, "&$0", 1, make_use(h, at, variable));
}

/* What is put, by address, and the place in the frame where it is kept if that must wait. Where the
 * order of evaluation cannot matter it goes to that place only then. */
static struct variable *value_arguments(struct hoist *h, struct node *call, struct type *held)
{
    struct node *value = call->kid[2];
    struct variable *kept = make_temporary(h, held);
    bool ordered = node_has_effect(call->kid[1]) || node_has_effect(value);
    emit_statement(h, make_spill(h, value, kept, ordered ? value : NULL));
    const char *literal = value_address(h->lowered, held, "$0");
    call->kid[2] =
        ordered ? address_of(h, value, kept) : make(h, NODE_MADE, value, literal, 1, value);
    call->kid[call->count++] = address_of(h, value, kept);
    return kept;
}

struct variable *typed_arguments(struct hoist *h, struct node *call, struct list *behind)
{
    if (is_call_of(call, "async_wait_for")) {
        wait_for_arguments(h, call);
        return NULL;
    }
    if (is_call_of(call, "async_gather"))
        return gather_arguments(h, call, behind);
    hoist_kids(h, call, 1, LATER_NOTHING);
    const struct row *row = find_row(call);
    struct type *held = type_unqualified(h->lowered->check->types, held_type(call));
    struct node *value = call->kid[2], **kids;
    struct variable *kept = NULL;
    kids = arena_alloc(h->lowered->arena, 5 * sizeof(struct node *));
    memcpy(kids, call->kid, 3 * sizeof(struct node *));
    call->kid = kids;
    call->count = 3;
    if (row->takes_value)
        kept = value_arguments(h, call, held);
    const char *size = arena_format(h->lowered->arena, "sizeof(%s)", type_text(h->lowered, held));
    kids[call->count++] = make(h, NODE_MADE, value, size, 0);
    return kept;
}
