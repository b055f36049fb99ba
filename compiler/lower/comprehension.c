/* Comprehensions (PEP 530) as the loops that they are short for:
 *
 *     [E for (T x : a) if (c)]        struct async_list_int list_1 = {0};
 *                                     for (T x : a)
 *                                         if (c)
 *                                             if (list_append(&list_1, E) < 0)
 *                                                 break;
 *                                     if (list_1.error)
 *                                         async_list_abandon(&list_1, list_1.error);
 *
 * and list_1 is its value. A declaration `list(int) l = [...]` builds in l itself. Behind several
 * loops, `break` is a jump to the end. What is left by `try` or `return` while it is being built
 * frees it by a deferred statement. Loops over ranges and generators are lowered by the passes
 * behind this one. */
#include "lower/desugar.h"

#include <string.h>

#include "support/arena.h"

struct building {
    struct hoist *h;
    struct node *node;
    struct symbol *target;
    const struct type *type; /* a generator's: its elements are yielded */
    unsigned loops;          /* clauses that are loops */
    const char *label;       /* of the end; NULL until somebody jumps there */
    unsigned number;
};

static struct node *target_use(struct building *b)
{
    return build_symbol_use(b->h, b->node, b->target);
}

static struct node *statement(struct building *b, const char *text, struct node *expression)
{
    return build(b->h, NODE_EXPRESSION_STATEMENT, b->node, text, 1, expression);
}

/* `if (condition) then`. C's own statement has three parts. */
static struct node *conditional(struct building *b, const struct node *at, struct node *condition,
                                struct node *then)
{
    return build(b->h, NODE_IF, at, "if ($0)\n$1", 3, condition, then, (struct node *)NULL);
}

/* Leaves all loops from within the loop number `depth`. */
static struct node *leave(struct building *b, unsigned depth)
{
    struct hoist *h = b->h;
    if (depth == 1)
        return build(h, NODE_BREAK, b->node, "break;", 0);
    if (!b->label) {
        const char *wish = arena_format(h->lowered->arena, "built_%u", b->number);
        b->label = fresh_name(h->lowered, wish);
    }
    struct node *go = build(h, NODE_GOTO, b->node, "goto $n;", 0);
    go->name = b->label;
    return go;
}

/* --- the loops, from the inside out */

static struct node *int_value(struct building *b, struct node *node)
{
    node->type = type_simple(b->h->lowered->check->types, TYPE_INT);
    return node;
}

/* A generator ends with the error. */
static struct node *give_up(struct building *b, struct node *error)
{
    return build(b->h, NODE_RETURN, b->node, "return $0;", 1, error);
}

static struct node *yield_element(struct building *b)
{
    struct node *yield =
        build(b->h, NODE_YIELD, b->node, NULL, 2, b->node->kid[0], (struct node *)NULL);
    yield->type = type_simple(b->h->lowered->check->types, TYPE_VOID);
    yield->flags |= HAS_AWAIT | HAS_LANGUAGE;
    return statement(b, "$0;", yield);
}

/* As arguments of one call, key and value would be evaluated in any order. */
static struct node *key_first(struct building *b, struct node *key, struct list *list)
{
    struct hoist *h = b->h;
    struct type *type = type_unqualified(h->lowered->check->types, b->type->target);
    struct variable *first = make_temporary_named(h, type, "key", ++h->function->ranges);
    list_push(h, list, build_spill(h, key, first, key));
    return make_use(h, key, first);
}

static struct node *add_element(struct building *b)
{
    struct hoist *h = b->h;
    if (b->type->kind == TYPE_GENERATOR)
        return yield_element(b);
    struct node *node = b->node, *element = node->kid[0], *value = node->kid[1];
    struct list list = {0};
    if (b->type->kind == TYPE_DICT && node_has_effect(value) && node_has_effect(element))
        element = key_first(b, element, &list);
    const char *name = b->type->kind == TYPE_LIST  ? "list_append"
                       : b->type->kind == TYPE_SET ? "set_add"
                                                   : "dict_put";
    struct node *call = build_operation(h, node, name, target_use(b), element, value);
    struct node *test = build(h, NODE_MADE, node, "$0 < 0", 1, call);
    test->type = type_simple(h->lowered->check->types, TYPE_INT);
    struct node *add = conditional(b, node, test, leave(b, b->loops));
    if (!list.count)
        return add;
    list_push(h, &list, add);
    return build_block(h, node, &list);
}

/* A source ended with an error: `errno`, or what a temporary container says. */
static struct node *on_error(struct building *b, unsigned depth)
{
    struct list list = {0};
    if (b->type->kind == TYPE_GENERATOR)
        return give_up(b, int_value(b, build(b->h, NODE_MADE, b->node, "async_error()", 0)));
    struct node *error =
        build(b->h, NODE_MADE, b->node, "$0.error = async_error()", 1, target_use(b));
    list_push(b->h, &list, statement(b, "$0;", error));
    if (depth > 1) /* the loop around the one that ended */
        list_push(b->h, &list, leave(b, depth - 1));
    return build_block(b->h, b->node, &list);
}

bool is_temporary_container(struct hoist *h, struct node *range)
{
    enum type_kind kind = type_resolve(range->type)->kind;
    return (kind == TYPE_LIST || kind == TYPE_SET || kind == TYPE_DICT) &&
           is_temporary(h->lowered->check, range);
}

/* Declares what holds the temporary, and gives it. */
static struct node *keep(struct building *b, struct node *range, struct list *list)
{
    struct hoist *h = b->h;
    struct node *inner = skip_parens(range);
    if (inner->kind == NODE_COMPREHENSION) {
        comprehension(h, inner, NULL);
        list_push(h, list, inner->kid[0]);
        return inner->kid[1];
    }
    struct type *type = type_unqualified(h->lowered->check->types, range->type);
    struct variable *source = make_temporary_named(h, type, "source", ++h->function->ranges);
    list_push(h, list, build_spill(h, range, source, range));
    return make_use(h, range, source);
}

/* What is done about the error of a temporary before the loop over it. */
static void pass_error_on(struct building *b, struct node *source, unsigned depth,
                          struct list *list)
{
    struct hoist *h = b->h;
    bool yields = b->type->kind == TYPE_GENERATOR;
    struct node *failed =
        int_value(b, build(h, NODE_MADE, source, "$0.error", 1, yields ? source : target_use(b)));
    if (yields) {
        list_push(h, list, conditional(b, source, failed, give_up(b, failed)));
        return;
    }
    struct node *error =
        build(h, NODE_MADE, b->node, "$0.error = $1.error", 2, target_use(b), source);
    list_push(h, list, statement(b, "$0;", error));
    if (depth > 1)
        list_push(h, list, conditional(b, source, failed, leave(b, depth - 1)));
}

/* The loop takes a temporary that is looked at before: it is kept here, and freed here. */
static struct node *over_temporary(struct building *b, struct node *clause, struct node *body,
                                   unsigned depth)
{
    struct hoist *h = b->h;
    struct node *range = clause->kid[2];
    const char *name = type_resolve(range->type)->kind == TYPE_LIST ? "list_free" : "dict_free";
    struct list list = {0};
    struct node *use = keep(b, range, &list);
    struct node *call = build_operation(h, range, name, use, NULL, NULL);
    list_push(h, &list, build(h, NODE_DEFER, range, NULL, 1, statement(b, "$0;", call)));
    pass_error_on(b, use, depth, &list);
    struct node *loop = build(h, NODE_RANGE_FOR, clause, NULL, 5, clause->kid[0], clause->kid[1],
                              use, body, (struct node *)NULL);
    list_push(h, &list, loop);
    return build_block(h, clause, &list);
}

/* The loop of the clause around `body`; there are `depth` loops with it. */
static struct node *loop(struct building *b, struct node *clause, struct node *body, unsigned depth)
{
    struct node *range = clause->kid[2];
    if (is_temporary_container(b->h, range))
        return over_temporary(b, clause, body, depth);
    bool can_fail = type_resolve(range->type)->kind == TYPE_GENERATOR;
    struct node *node = build(b->h, NODE_RANGE_FOR, clause, NULL, 5, clause->kid[0], clause->kid[1],
                              range, body, can_fail ? on_error(b, depth) : NULL);
    node->flags |= HAS_AWAIT | HAS_LANGUAGE | (clause->flags & IS_ASYNC);
    return node;
}

static struct node *loops(struct building *b)
{
    struct node *node = b->node, *body = add_element(b);
    unsigned depth = b->loops;
    for (uint32_t i = node->count; i-- > 2;) {
        struct node *clause = node->kid[i];
        if (clause->kind == NODE_COMP_IF)
            body = conditional(b, clause, clause->kid[0], body);
        else
            body = loop(b, clause, body, depth--);
    }
    return body;
}

/* --- around the loops */

/* Whether control may leave it otherwise than at its end. */
static bool may_leave(const struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return false;
    if (node->kind == NODE_TRY || node->kind == NODE_RETURN || node->kind == NODE_GOTO ||
        node->kind == NODE_GOTO_COMPUTED || node->kind == NODE_YIELD)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (may_leave(node->kid[i]))
            return true;
    return false;
}

/* The loops between what frees the container if they are left half way. */
static struct node *guarded(struct building *b, struct node *body, const char *free)
{
    struct hoist *h = b->h;
    struct type *type = type_simple(h->lowered->check->types, TYPE_INT);
    struct variable *done = make_temporary_named(h, type, "done", b->number);
    struct node *zero = build(h, NODE_MADE, b->node, "0", 0);
    struct node *test = build(h, NODE_UNARY, b->node, "!$0", 1, make_use(h, b->node, done));
    struct node *call = build_operation(h, b->node, free, target_use(b), NULL, NULL);
    struct node *one = build(h, NODE_MADE, b->node, "1", 0);
    struct list list = {0};
    zero->type = one->type = test->type = type;
    list_push(h, &list, build_spill(h, b->node, done, zero));
    list_push(h, &list,
              build(h, NODE_DEFER, b->node, NULL, 1,
                    conditional(b, b->node, test, statement(b, "$0;", call))));
    list_push(h, &list, body);
    if (b->label) {
        struct node *label = build(h, NODE_LABEL, b->node, "$n:;", 1, (struct node *)NULL);
        label->name = b->label;
        list_push(h, &list, label);
        b->label = NULL;
    }
    list_push(h, &list, make_assignment(h, done, "$0 = $1", one));
    return build_block(h, b->node, &list);
}

static struct node *abandon(struct building *b)
{
    bool list = b->type->kind == TYPE_LIST;
    struct node *failed = build(b->h, NODE_MADE, b->node, "$0.error", 1, target_use(b));
    struct node *call =
        build(b->h, NODE_MADE, b->node,
              list ? "async_list_abandon(&$0, $0.error)" : "async_dict_abandon(&$0, $0.error)", 1,
              target_use(b));
    failed->type = type_simple(b->h->lowered->check->types, TYPE_INT);
    return conditional(b, b->node, failed, statement(b, "$0;", call));
}

static const char *kind_name(const struct type *type)
{
    return type->kind == TYPE_LIST ? "list" : type->kind == TYPE_SET ? "set" : "dict";
}

/* Its value is a variable of its own by now, or what a declaration begins with. */
static bool is_expanded(const struct node *node)
{
    return node->kid[0]->kind == NODE_SPLICE;
}

void comprehension(struct hoist *h, struct node *node, struct symbol *target)
{
    if (is_expanded(node))
        return;
    struct building b = {.h = h, .node = node, .target = target};
    struct list list = {0};
    b.type = type_resolve(node->type);
    b.number = ++h->function->comprehensions;
    for (uint32_t i = 2; i < node->count; i++)
        b.loops += node->kid[i]->kind == NODE_COMP_FOR;
    const char *none = h->lowered->is_header ? "{}" : "{0}"; /* g++ misses members in {0} */
    struct node *empty = build(h, NODE_INITIALIZER_LIST, node, none, 0);
    if (!target) {
        struct variable *variable =
            make_temporary_named(h, type_resolve(node->type), kind_name(b.type), b.number);
        b.target = variable->symbol;
        list_push(h, &list, build_spill(h, node, variable, empty));
    }
    struct node *body = loops(&b);
    if (may_leave(node))
        body = guarded(&b, body, arena_format(h->lowered->arena, "%s_free", kind_name(b.type)));
    list_push(h, &list, body);
    if (b.label) {
        struct node *label = build(h, NODE_LABEL, node, "$n:;", 1, (struct node *)NULL);
        label->name = b.label;
        list_push(h, &list, label);
    }
    list_push(h, &list, abandon(&b));
    node->kid[0] = make_splice(h, node, &list, false);
    node->kid[0]->flags |= HAS_AWAIT | HAS_LANGUAGE;
    node->kid[1] = target ? empty : target_use(&b);
    node->kid[1]->flags |= target ? 0 : IS_IMPLICIT | HAS_NO_EFFECT;
    node->count = 2;
    node->flags |= HAS_AWAIT;
}

struct node *comprehension_yields(struct hoist *h, struct node *node)
{
    struct building b = {.h = h, .node = node, .type = type_resolve(node->type)};
    for (uint32_t i = 2; i < node->count; i++)
        b.loops += node->kid[i]->kind == NODE_COMP_FOR;
    return loops(&b);
}

bool is_built_in_place(const struct node *comprehension)
{
    return comprehension->kind == NODE_COMPREHENSION && is_expanded(comprehension) &&
           comprehension->kid[1]->kind == NODE_INITIALIZER_LIST;
}
