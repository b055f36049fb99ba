/* Deferred statements (C2y, TS 25755), in async and in ordinary functions.
 *
 * They come to stand at the end of their block, the last first. A jump that leaves the block while
 * they are in force goes to the first of them instead, and says before in `leave_1` how it goes on
 * behind them:
 *
 *     {                                  {
 *         defer D1;                          int leave_1;
 *         if (a) break;                      if (a) { leave_1 = 1; goto cleanup_1; }
 *         defer D2;                          if (b) { result = 3; leave_1 = 2; goto cleanup_2; }
 *         if (b) return 3;                   leave_1 = 0;
 *     }                                  cleanup_2: D2
 *                                        cleanup_1: D1
 *                                            if (leave_1 == 1) break;
 *                                            if (leave_1 == 2) return result;
 *                                        }
 *
 * The jump behind them is treated like one that stood there: it may lead to the cleanups of the
 * block around. Where there is only one way out, `leave_1` is left away. The pass runs behind the
 * await pass: a `try` is a return by then, and a loop that awaits has its final shape.
 *
 * What is in force at a place is a list from the innermost deferred statement outwards. A jump runs
 * those that are in force where it stands and are not where it leads to. */
#include <string.h>

#include "lower/cleanup.h"
#include "lower/defer.h"
#include "support/arena.h"

/* --- first walk: what is in force at each label */

static void find(struct defers *d, struct node *node);

static void find_deferred(struct defers *d, struct node *node)
{
    struct deferred *deferred = arena_alloc(d->hoist.lowered->arena, sizeof *deferred);
    deferred->node = node;
    deferred->outer = d->in_force;
    node->deferred = deferred;
    *d->function->last_deferred = deferred;
    d->function->last_deferred = &deferred->next;
    d->any = true;
    find(d, node->kid[0]);
    d->in_force = deferred;
}

static void find_label(struct defers *d, struct node *node)
{
    node->deferred = d->in_force;
    d->labels = arena_grow(d->hoist.lowered->arena, d->labels, d->label_count, &d->label_capacity,
                           sizeof *d->labels);
    d->labels[d->label_count++] = node;
}

static void find(struct defers *d, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return;
    if (node->kind == NODE_DEFER) {
        find_deferred(d, node);
        return;
    }
    if (node->kind == NODE_LABEL)
        find_label(d, node);
    bool same_block = node_is_label(node) || node_is_unbraced(node);
    struct deferred *outer = d->in_force;
    bool whole = same_block || node_is_block(node);
    for (uint32_t i = 0; i < node->count; i++) {
        find(d, node->kid[i]);
        if (!whole) /* an if's arms, a loop's body: blocks of their own */
            d->in_force = outer;
    }
    if (!same_block)
        d->in_force = outer;
}

static struct deferred *in_force_at_label(const struct defers *d, const struct node *jump)
{
    for (size_t i = 0; i < d->label_count; i++)
        if (jump->symbol ? jump->symbol == d->labels[i]->symbol : jump->name == d->labels[i]->name)
            return d->labels[i]->deferred;
    return d->in_force; /* a label of a function around this one */
}

/* --- jumps */

static struct node *walk(struct defers *d, struct node *node);

static struct deferred *in_force_at_target(const struct defers *d, const struct node *jump)
{
    const struct target *target = d->target;
    switch (jump->kind) {
    case NODE_RETURN:
        return NULL;
    case NODE_GOTO:
        return in_force_at_label(d, jump);
    default:
        while (target && jump->kind == NODE_CONTINUE && !target->is_loop)
            target = target->outer;
        return target ? target->in_force : d->in_force;
    }
}

static bool same_jump(const struct node *a, const struct node *b)
{
    return a->kind == b->kind && a->name == b->name && a->symbol == b->symbol;
}

/* The jump as it will stand behind the cleanups; what it returns has been stored before. */
static struct node *jump_behind(struct defers *d, struct node *jump)
{
    struct hoist *h = &d->hoist;
    const char *text = jump->kind == NODE_BREAK      ? "break;"
                       : jump->kind == NODE_CONTINUE ? "continue;"
                       : jump->kind == NODE_GOTO     ? "goto $n;"
                                                     : "return;";
    bool value = jump->kind == NODE_RETURN && d->value && node_kid(jump, 0);
    struct node *node =
        value ? make(h, NODE_RETURN, jump, "return $0;", 1, make_use(h, jump, d->value))
              : make(h, jump->kind, jump, text, 0);
    node->flags |= IS_IMPLICIT;
    node->name = jump->name;
    node->symbol = jump->symbol;
    return node;
}

static struct way *way_of(struct defers *d, struct block *block, struct node *jump,
                          struct deferred *until)
{
    for (struct way *way = block->ways; way; way = way->next)
        if (way->until == until && same_jump(way->jump, jump))
            return way;
    struct way *way = arena_alloc(d->hoist.lowered->arena, sizeof *way);
    *way = (struct way){.jump = jump_behind(d, jump), .code = ++block->way_count, .until = until};
    *block->last_way = way;
    block->last_way = &way->next;
    return way;
}

/* `return E`: E is evaluated before the cleanups run, and kept. */
static void store_value(struct defers *d, struct node *jump, struct list *list)
{
    struct hoist *h = &d->hoist;
    struct node *value = node_kid(jump, 0);
    struct type *type = d->function->result;
    if (!value || (d->value && value->symbol == d->value->symbol))
        return;
    if (type_is_void(type)) {
        list_push(h, list, make(h, NODE_EXPRESSION_STATEMENT, value, "$0;", 1, value));
    } else if (d->function->returned) {
        list_push(h, list, make_assignment(h, d->function->returned, "$0 = $1", value));
    } else if (function_has_frame(d->function)) {
        const char *text = arena_format(h->lowered->arena, "%s;", assigning(h, type, "$r", "$0"));
        list_push(h, list, make(h, NODE_EXPRESSION_STATEMENT, value, text, 1, value));
    } else {
        if (!d->value)
            d->value = make_temporary(h, type_unqualified(h->lowered->check->types, type));
        list_push(h, list, make_assignment(h, d->value, "$0 = $1", value));
    }
}

/* How the jump leaves the `async with` statements around it: async_generator_leaving's `left`. */
static struct node *way_left(struct defers *d, struct node *jump)
{
    struct hoist *h = &d->hoist;
    struct node *value = jump->kind == NODE_RETURN ? node_kid(jump, 0) : NULL;
    if (value && jump->flags & IS_FAILING)
        return value->symbol ? make_use(h, value, value->symbol->lowered)
                             : make(h, NODE_MADE, value, "$t ? $t : 1", 0);
    bool is_fine = !value || !type_carries_error(d->function->result) ||
                   skip_parens(value)->kind == NODE_NUMBER;
    return make(h, NODE_MADE, jump, is_fine ? "1" : "async_generator_returning($r)", 0);
}

static void push_left(struct defers *d, struct node *jump, struct deferred *to, struct list *list)
{
    if (jump->flags & IS_IMPLICIT) /* it is on its way */
        return;
    for (struct deferred *x = d->in_force; x != to; x = x->outer)
        if (x->node->symbol)
            list_push(
                &d->hoist, list,
                make_assignment(&d->hoist, x->node->symbol->lowered, "$0 = $1", way_left(d, jump)));
}

static const char *cleanup_label(struct defers *d, struct deferred *deferred)
{
    struct lowered *lowered = d->hoist.lowered;
    if (!deferred->label)
        deferred->label = fresh_name(
            lowered, arena_format(lowered->arena, "cleanup_%u", ++d->function->cleanups));
    deferred->jumps++;
    return deferred->label;
}

/* A jump past what is in force, down to `to`. */
static struct node *leave(struct defers *d, struct node *jump, struct deferred *to)
{
    struct hoist *h = &d->hoist;
    struct deferred *from = d->in_force, *until = from;
    struct block *block = from->block;
    struct list list = {0};
    while (until->outer && until->outer != to && until->outer->block == block)
        until = until->outer;
    store_value(d, jump, &list);
    push_left(d, jump, to, &list);
    struct code_setter *setter = arena_alloc(h->lowered->arena, sizeof *setter);
    setter->way = way_of(d, block, jump, until);
    setter->splice = node_new(h->lowered->arena, NODE_SPLICE, jump->start, jump->end, 1);
    setter->next = block->setters;
    block->setters = setter;
    list_push(h, &list, setter->splice);
    struct node *go = make(h, NODE_GOTO, jump, "goto $n;", 0);
    go->name = cleanup_label(d, from);
    list_push(h, &list, go);
    struct node *splice = make_splice(h, jump, &list, false);
    if (!node_kid(jump, 0))
        splice->flags |= IS_LONG_JUMP;
    return splice;
}

/* What is in force at both places: a jump past a variable with a cleanup, as gcc allows, leaves
 * down to there, and at its target the cleanup is in force, too. */
static struct deferred *common(struct deferred *from, struct deferred *to)
{
    for (; to; to = to->outer)
        for (struct deferred *x = from; x; x = x->outer)
            if (x == to)
                return to;
    return NULL;
}

struct node *defer_jump(struct defers *d, struct node *jump)
{
    struct deferred *to = common(d->in_force, in_force_at_target(d, jump));
    return to == d->in_force ? jump : leave(d, jump, to);
}

/* --- the walk */

/* Puts declarations before the first item of a block, but for `__label__`. */
static void declare_first(struct defers *d, struct node *node, struct variable *variable,
                          struct node *value)
{
    struct hoist *h = &d->hoist;
    struct list list = {0};
    struct node **first = node->kid;
    while ((*first)->kind == NODE_LOCAL_LABELS)
        first++;
    struct node place = {.start = (*first)->start, .end = (*first)->start};
    list_push(h, &list, make_spill(h, &place, variable, value));
    list_push(h, &list, *first);
    *first = make_splice(h, *first, &list, false);
}

static void append(struct defers *d, struct node *node, struct node *tail)
{
    struct node **kids =
        arena_alloc(d->hoist.lowered->arena, (node->count + 1) * sizeof(struct node *));
    memcpy(kids, node->kid, node->count * sizeof *kids);
    kids[node->count++] = tail;
    node->kid = kids;
}

static struct node *walk_block(struct defers *d, struct node *node, bool is_body)
{
    struct block block = {.outer = d->block}, *outer = d->block;
    struct deferred *in_force = d->in_force;
    block.last_way = &block.ways;
    d->block = &block;
    for (uint32_t i = 0; i < node->count; i++)
        node->kid[i] = walk(d, node->kid[i]);
    if (block.last) {
        append(d, node, defer_tail(d, &block, node, is_body));
        if (block.leave)
            declare_first(d, node, block.leave, NULL);
    }
    d->block = outer;
    d->in_force = in_force;
    return node;
}

bool defers_directly(struct node *node)
{
    const struct node *statement = node_behind_labels(node);
    return statement && statement->kind == NODE_DEFER;
}

struct node *defer_body(struct defers *d, struct node *node)
{
    if (!node)
        return NULL;
    if (defers_directly(node)) {
        struct list list = {0};
        list_push(&d->hoist, &list, node);
        node = make_splice(&d->hoist, node, &list, true);
    }
    struct node *walked = walk(d, node);
    if (walked->kind == NODE_SPLICE)
        walked->flags |= IS_BRACED;
    return walked;
}

/* Labels; statement expressions. */
static void walk_parts(struct defers *d, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        node->kid[i] = walk(d, node->kid[i]);
        if (node->kid[i] && node->kid[i]->kind == NODE_SPLICE && !node->kid[i]->count)
            node->kid[i] = make(&d->hoist, NODE_EMPTY, node->kid[i], ";", 0);
    }
}

static bool is_declaration(const struct node *node)
{
    return node->kind == NODE_DECLARATION || node->kind == NODE_SPILL;
}

static void walk_loop(struct defers *d, struct node *node, uint32_t body, bool is_loop)
{
    struct target target = {d->target, is_loop, d->in_force};
    for (uint32_t i = 0; i < node->count; i++)
        if (i != body && node->kid[i] && is_declaration(node->kid[i]))
            walk_parts(d, node->kid[i]); /* it ends with the loop */
        else if (i != body && node->kid[i])
            node->kid[i] = walk(d, node->kid[i]);
    d->target = &target;
    node->kid[body] = defer_body(d, node->kid[body]);
    d->target = target.outer;
}

static struct node *walk_defer(struct defers *d, struct node *node)
{
    node->deferred->block = d->block;
    d->block->last = d->in_force = node->deferred;
    return node_new(d->hoist.lowered->arena, NODE_SPLICE, node->start, node->end, 0);
}

/* C++ lets no jump to a label pass an initialisation in the label's block: what is declared there
 * is assigned to. */
static struct node *walk_declaration(struct defers *d, struct node *node)
{
    struct hoist *h = &d->hoist;
    bool is_plain_header = h->lowered->is_header && !function_has_frame(d->function);
    struct node *type = NULL;
    struct list list = {0};
    walk_parts(d, node);
    if (!is_plain_header || !d->in_force || d->in_force->block != d->block)
        return node;
    node->flags |= IS_CROSSED;
    if (node->kind == NODE_DECLARATION && node->count > 1)
        type = local_type_apart(h->lowered, d->function, node);
    if (!type)
        return node;
    list_push(h, &list, type);
    list_push(h, &list, node);
    return make_splice(h, node, &list, false);
}

static struct node *walk(struct defers *d, struct node *node)
{
    if (!node)
        return NULL;
    if (is_declaration(node))
        return walk_declaration(d, node);
    switch (node->kind) {
    case NODE_FUNCTION:
        break;
    case NODE_DEFER:
        return walk_defer(d, node);
    case NODE_RETURN:
    case NODE_BREAK:
    case NODE_CONTINUE:
    case NODE_GOTO:
        walk_parts(d, node); /* `return ({ return 1; });` */
        return defer_jump(d, node);
    case NODE_COMPOUND:
        return walk_block(d, node, false);
    case NODE_SPLICE:
        if (node->flags & IS_BRACED)
            return walk_block(d, node, false);
        for (uint32_t i = 0; i < node->count; i++)
            node->kid[i] = walk(d, node->kid[i]);
        break;
    case NODE_IF:
        node->kid[0] = walk(d, node->kid[0]);
        for (uint32_t i = 1; i < node->count; i++)
            node->kid[i] = defer_body(d, node->kid[i]);
        break;
    case NODE_WHILE:
    case NODE_SWITCH:
        walk_loop(d, node, 1, node->kind == NODE_WHILE);
        break;
    case NODE_DO:
        walk_loop(d, node, 0, true);
        break;
    case NODE_FOR:
        walk_loop(d, node, 3, true);
        break;
    default:
        walk_parts(d, node);
        break;
    }
    return node;
}

void defer_function(struct lowered *lowered, struct function *function)
{
    struct list none = {0};
    struct defers d = {.hoist = {.lowered = lowered, .function = function, .out = &none},
                       .function = function};
    function->last_deferred = &function->deferred;
    function->body = cleanup_attributes(&d.hoist, function->body);
    find(&d, function->body);
    if (!d.any)
        return;
    function->body = walk_block(&d, function->body, true);
    if (d.value) {
        bool scalar = type_is_scalar(d.value->type);
        struct node *zero = scalar ? make(&d.hoist, NODE_MADE, function->body, "0", 0) : NULL;
        declare_first(&d, function->body, d.value, zero);
    }
}
