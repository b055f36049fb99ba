/* What a block ends with whose statements were deferred: the cleanups, the last first, each with
 * its label if a jump leads to it, and behind it the jumps that go on from there. See defer.c. */
#include <string.h>

#include "lower/defer.h"
#include "support/arena.h"

/* `goto cleanup_2;` right before `cleanup_2:` is left away. */
static void drop_last_jump(struct block *block, struct node *node)
{
    struct node *last = node && node->count ? node->kid[node->count - 1] : NULL;
    if (!last)
        return;
    if (node_is_unbraced(last)) {
        drop_last_jump(block, last);
    } else if (last->kind == NODE_GOTO && last->name == block->last->label &&
               node->kind == NODE_SPLICE) {
        node->kid[--node->count] = NULL;
        if (--block->last->jumps == 0)
            block->last->label = NULL;
    }
}

static struct node *set_code(struct hoist *h, const struct block *block, const struct node *at,
                             unsigned code)
{
    struct node *number = make(h, NODE_MADE, at, arena_format(h->lowered->arena, "%u", code), 0);
    return make_assignment(h, block->leave, "$0 = $1", number);
}

static void set_codes(struct defers *d, struct block *block)
{
    struct hoist *h = &d->hoist;
    for (struct code_setter *setter = block->setters; setter; setter = setter->next) {
        struct node *splice = setter->splice;
        if (!block->leave) {
            splice->count = 0;
            continue;
        }
        splice->kid[0] = set_code(h, block, splice, setter->way->code);
    }
}

/* Behind the cleanup: the ways that go on from there. `rest` counts the ways not yet dealt with. */
static void push_ways(struct defers *d, struct block *block, const struct deferred *deferred,
                      struct list *tail, unsigned *rest, struct node *at)
{
    struct hoist *h = &d->hoist;
    for (struct way *way = block->ways; way; way = way->next) {
        if (way->until != deferred)
            continue;
        way->jump->start = way->jump->end = at->start;
        struct node *jump = defer_jump(d, way->jump);
        if (--*rest) {
            if (jump->kind == NODE_SPLICE)
                jump->flags |= IS_BRACED;
            const char *text = arena_format(h->lowered->arena, "$0 == %u", way->code);
            struct node *test = make(h, NODE_BINARY, at, text, 1, make_use(h, at, block->leave));
            jump = make(h, NODE_IF, at, "if ($0)\n$1", 2, test, jump);
        }
        list_push(h, tail, jump);
    }
}

static void push_cleanup(struct defers *d, struct deferred *deferred, struct list *tail)
{
    struct hoist *h = &d->hoist;
    struct node *body = deferred->node->kid[0];
    if (deferred->label) {
        struct node *label = make(h, NODE_LABEL, body, "$n:", 1, (struct node *)NULL);
        label->name = deferred->label;
        label->end = label->start;
        list_push(h, tail, label);
    }
    struct node *walked = defer_body(d, body);
    if (walked->kind == NODE_SUSPEND) {
        struct list list = {0};
        list_push(h, &list, walked);
        walked = make_splice(h, body, &list, true);
    }
    list_push(h, tail, walked);
}

/* The way that the end of a function's body takes, if it has one: nobody reads what a function
 * returns there, but for main. */
static const struct way *way_at_end(const struct defers *d, const struct block *block)
{
    const struct way *way = strcmp(d->function->name, "main") != 0 ? block->ways : NULL;
    while (way && way->jump->kind != NODE_RETURN)
        way = way->next;
    return way;
}

/* `[[fallthrough]];` must be the block's last statement: it is taken away from in front of the
 * tail.
 */
static struct node *take_fallthrough(struct hoist *h, struct node *block)
{
    struct node **last = block->count ? &block->kid[block->count - 1] : NULL;
    struct node *node = last ? *last : NULL;
    if (!node || !node_says_fallthrough(node))
        return NULL;
    *last = node_new(h->lowered->arena, NODE_SPLICE, node->start, node->end, 0);
    return node;
}

struct node *defer_tail(struct defers *d, struct block *block, struct node *node, bool is_body)
{
    struct hoist *h = &d->hoist;
    struct node at = {.start = node->end ? node->end - 1 : 0, .end = node->end ? node->end - 1 : 0};
    struct type *int_type = type_simple(h->lowered->check->types, TYPE_INT);
    const struct way *end = is_body ? way_at_end(d, block) : NULL;
    bool falls = may_complete(d->hoist.lowered->check, node);
    unsigned rest = block->way_count + (falls && !end);
    struct list tail = {0};
    struct node *fallthrough = take_fallthrough(h, node);
    drop_last_jump(block, node);
    if (rest > 1) {
        block->leave = make_temporary_named(h, int_type, "leave", ++d->function->leaves);
        if (falls)
            list_push(h, &tail, set_code(h, block, &at, end ? end->code : 0));
    }
    set_codes(d, block);
    for (struct deferred *x = block->last; x && x->block == block; x = x->outer) {
        d->in_force = x->outer;
        d->block = x->outer ? x->outer->block : NULL;
        push_cleanup(d, x, &tail);
        push_ways(d, block, x, &tail, &rest, &at);
    }
    if (fallthrough)
        list_push(h, &tail, fallthrough);
    struct node *splice = make_splice(h, &at, &tail, false);
    splice->flags |= IS_TAIL;
    return splice;
}
