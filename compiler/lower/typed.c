/* Calls of the runtime whose items are a T: C functions take them by address and size.
 *
 *     async_queue(T, n)            async_queue_new(ASYNC_QUEUE_FIFO, sizeof(T), _Alignof(T), n, 0)
 *     async_put(q, v)              async_queue_put(q, (T[1]){v}, sizeof(T))
 *     async_take(q, &x)            async_queue_take(q, &x, sizeof(T))
 *     async_get(c)                 *(T *)async_contextvar_value(&c)
 *     async_set(c, v)              async_contextvar_set(&c, (T[1]){v})
 *
 * These are templates, for any place. Awaited at once, put and take are primitives (embed.c): no
 * handle is made. What is put lies in the frame then, until the wait is over:
 *
 *     await async_put(q, v)        self->value_1 = v;
 *                                  suspend async_queue_put(q, &self->value_1, sizeof(T))      */
#include "lower/await.h"

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

/* What %1$s stands for is the T. */
static const struct row {
    const char *name, *text;
    const char *primitive; /* awaited, NULL: not a coroutine */
    bool takes_value;      /* argument 2 is a T, not the address of one */
} rows[] = {
    {"async_queue", "async_queue_new(ASYNC_QUEUE_FIFO, sizeof(%1$s), _Alignof(%1$s), $2, 0)", NULL,
     false},
    {"async_lifo_queue", "async_queue_new(ASYNC_QUEUE_LIFO, sizeof(%1$s), _Alignof(%1$s), $2, 0)",
     NULL, false},
    {"async_priority_queue",
     "async_queue_new(ASYNC_QUEUE_PRIORITY, sizeof(%1$s), _Alignof(%1$s), $2,\n"
     "                (int (*)(const void *, const void *))($3))",
     NULL, false},
    {"async_try_put", "async_queue_try_put($1, (%1$s[1]){$2}, sizeof(%1$s))", NULL, true},
    {"async_try_take", "async_queue_try_take($1, $2, sizeof(%1$s))", NULL, false},
    {"async_get", "((void)0, *(%1$s *)async_contextvar_value(&$1))", NULL, false}, /* no lvalue */
    {"async_set", "async_contextvar_set(&$1, (%1$s[1]){$2})", NULL, true},
    {"async_reset", "async_contextvar_reset(&$1, $2)", NULL, false},
    {"async_put", "async_queue_put($1, (%1$s[1]){$2}, sizeof(%1$s))", "async_queue_put", true},
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

void typed_call(struct lowered *lowered, struct node *call)
{
    const struct row *row = find_row(call);
    struct type *held = row ? held_type(call) : NULL;
    if (held)
        call->text = arena_format(lowered->arena, row->text, type_text(lowered, held));
}

void typed_discarded(struct lowered *lowered, struct node *call)
{
    const struct row *row = find_row(call);
    if (row && call->text && !strcmp(row->name, "async_set"))
        call->text = arena_format(lowered->arena, "async_contextvar_assign(&$1, (%s[1]){$2})",
                                  type_text(lowered, held_type(call)));
}

struct symbol *typed_primitive(const struct lowered *lowered, const struct node *call)
{
    const struct row *row = call->kind == NODE_CALL ? find_row(call) : NULL;
    if (!row || !row->primitive || !held_type(call))
        return NULL;
    return check_file_symbol(lowered->check, name_of(lowered->check->names, row->primitive));
}

struct variable *typed_arguments(struct hoist *h, struct node *call)
{
    const struct row *row = find_row(call);
    struct type *held = type_unqualified(h->lowered->check->types, held_type(call));
    struct node *value = call->kid[2], **kids;
    struct variable *kept = NULL;
    kids = arena_alloc(h->lowered->arena, 4 * sizeof(struct node *));
    memcpy(kids, call->kid, 3 * sizeof(struct node *));
    if (row->takes_value) {
        kept = make_temporary(h, held);
        struct node *spill = make(h, NODE_SPILL, value, NULL, 1, value);
        spill->symbol = kept->symbol;
        emit_statement(h, spill);
        kids[2] = make(h, NODE_ADDRESS, value, "&$0", 1, make_use(h, value, kept));
    }
    const char *size = arena_format(h->lowered->arena, "sizeof(%s)", type_text(h->lowered, held));
    kids[3] = make(h, NODE_MADE, value, size, 0);
    call->kid = kids;
    call->count = 4;
    return kept;
}
