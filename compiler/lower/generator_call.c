/* What async_next and its kin are in C.
 *
 *     async generator    await async_next(g, &x)   a child frame: async_next__begin(...)
 *                        async_next(g, &x)         async_next_handle(...): a cold coroutine
 *     plain generator    async_next(g, &x)         async_generator_next(...): an int
 *
 * where ... is g, &x, sizeof(T), __alignof__(T). If g may be empty, async_generator_borrow sees
 * whether it is.
 *
 * The call keeps its node; its arguments grow, and its callee becomes a symbol of ours, which the
 * await pass takes for any async function with a frame in the runtime's headers. */
#include "lower/generator_call.h"

#include <string.h>

#include "lower/await.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"

struct symbol *runtime_function(struct lowered *lowered, const char *name)
{
    struct check *check = lowered->check;
    for (size_t i = 0; i < lowered->runtime_count; i++)
        if (!strcmp(lowered->runtime[i]->name, name))
            return lowered->runtime[i];
    struct symbol *symbol = arena_alloc(lowered->arena, sizeof *symbol);
    struct type *type = type_make(check->types, TYPE_FUNCTION);
    type->target = type_simple(check->types, TYPE_INT);
    type->is_async = true;
    *symbol =
        (struct symbol){.kind = SYMBOL_FUNCTION, .name = name_of(check->names, name), .type = type};
    lowered->runtime = arena_grow(lowered->arena, lowered->runtime, lowered->runtime_count,
                                  &lowered->runtime_capacity, sizeof *lowered->runtime);
    lowered->runtime[lowered->runtime_count++] = symbol;
    return symbol;
}

/* --- arguments */

static struct node *made(struct lowered *lowered, const struct node *at, const char *text,
                         struct node *kid)
{
    struct node *node = node_new(lowered->arena, NODE_MADE, at->start, at->end, kid ? 1 : 0);
    node->text = text;
    node->type = type_simple(lowered->check->types, TYPE_ULONG);
    node->flags |= at->flags & (HAS_AWAIT | HAS_LANGUAGE);
    if (kid) {
        node->kid[0] = kid;
        node->type = kid->type;
    }
    return node;
}

struct arguments {
    struct lowered *lowered;
    struct node *items[16];
    uint32_t count;
};

static void push(struct arguments *a, struct node *node)
{
    a->items[a->count++] = node;
}

/* `sizeof(T), __alignof__(T)` as one argument. */
static void push_extent(struct arguments *a, const struct node *at, const struct type *type)
{
    struct node place = {.start = at->end, .end = at->end};
    const char *name = type_text(a->lowered, type);
    push(a, made(a->lowered, &place,
                 type_is_void(type)
                     ? "0, 1"
                     : arena_format(a->lowered->arena, "sizeof(%s), __alignof__(%s)", name, name),
                 NULL));
}

static void replace(struct node *call, const struct arguments *a, const char *name)
{
    struct arena *arena = a->lowered->arena;
    struct text text = {0};
    struct node *node = node_new(arena, NODE_CALL, call->start, call->end, a->count + 1);
    node->kid[0] = call->kid[0];
    text_printf(&text, "%s(", name);
    for (uint32_t i = 0; i < a->count; i++) {
        node->kid[i + 1] = a->items[i];
        text_printf(&text, "%s$%u", i ? ", " : "", i + 1);
    }
    text_puts(&text, ")");
    call->kid = node->kid;
    call->count = node->count;
    call->text = arena_copy(arena, text.data, text.length);
    text_free(&text);
}

/* --- calls of the source */

static struct node *callee_of(struct lowered *lowered, const struct node *call, const char *name)
{
    struct node *callee = node_new(lowered->arena, NODE_IDENTIFIER, call->start, call->start, 0);
    callee->symbol = runtime_function(lowered, name);
    callee->name = callee->symbol->name;
    return callee;
}

/* The generator, and with `async_send` the value for it. */
static void push_first(struct arguments *a, struct node *call, const struct type *type,
                       const char *name)
{
    struct node *generator = call->kid[1];
    bool moves = is_lvalue(a->lowered->check, generator) && !strcmp(name, "async_close");
    if (!makes_handle(generator))
        generator = made(a->lowered, generator,
                         moves ? handle_moved(a->lowered, generator, 0)
                               : handle_looked_at(a->lowered, generator, 0),
                         generator);
    push(a, generator);
    if (!strcmp(name, "async_send")) {
        push(a, made(a->lowered, call->kid[2], value_address(a->lowered, type->sent, "$0"),
                     call->kid[2]));
        push_extent(a, call->kid[2], type->sent);
    } else if (!strcmp(name, "async_throw")) {
        push(a, call->kid[2]);
    }
}

void generator_call(struct lowered *lowered, struct node *call)
{
    static const char *const names[] = {"async_next", "async_send", "async_throw", "async_close"};
    const char *name = skip_parens(call->kid[0])->name;
    const struct type *type =
        call->count > 1 && call->kid[1]->type ? type_resolve(call->kid[1]->type) : NULL;
    struct arguments a = {.lowered = lowered};
    size_t which = 0;
    while (which < 4 && strcmp(names[which], name) != 0)
        which++;
    if (which == 4 || !type || type->kind != TYPE_GENERATOR || skip_parens(call->kid[0])->symbol)
        return;
    push_first(&a, call, type, name);
    if (which < 3) {
        push(&a, call->kid[call->count - 1]);
        push_extent(&a, call->kid[call->count - 1], type->target);
    }
    const char *form = type->is_async ? "%s_handle" : "async_generator_%s";
    const char *word = type->is_async ? name : name + strlen("async_");
    if (type->is_async)
        call->kid[0] = callee_of(lowered, call, name);
    replace(call, &a, arena_format(lowered->arena, form, word));
}

/* --- requests of loops and blocks */

struct node *generator_request(struct hoist *h, struct node *call, const char *name,
                               struct variable *item, bool gives_item, bool is_async)
{
    struct lowered *lowered = h->lowered;
    struct arguments a = {.lowered = lowered};
    push(&a, call->kid[1]);
    if (call->count > 2)
        push(&a, call->kid[2]);
    if (gives_item) {
        struct node place = {.start = call->start, .end = call->start};
        push(&a, item ? made(lowered, &place, "&$0", make_use(h, &place, item))
                      : made(lowered, &place, "0", NULL));
        push_extent(&a, &place, item ? item->type : type_simple(lowered->check->types, TYPE_VOID));
    }
    if (!is_async) {
        replace(call, &a,
                arena_format(lowered->arena, "async_generator_%s", name + strlen("async_")));
        return call;
    }
    call->kid[0] = callee_of(lowered, call, name);
    replace(call, &a, name);
    struct node *await = node_new(lowered->arena, NODE_AWAIT, call->start, call->end, 1);
    await->kid[0] = call;
    await->type = call->type;
    await->flags |= HAS_AWAIT | HAS_LANGUAGE;
    return hoist(h, await, LATER_NOTHING);
}
