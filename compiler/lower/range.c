/* `for (T x : range)` over arrays, lists, sets and dicts as a loop over positions:
 *
 *     for (int x : a) S               for (size_t at_1 = 0; at_1 < 3; at_1++) {
 *                                         int x = a[at_1];
 *                                         S
 *                                     }
 *
 *     for (int x : odd) S             size_t len_1 = odd.len;
 *                                     for (size_t at_1 = 0; async_list_goes_on(...); at_1++) {
 *                                         int x = odd.data[at_1];
 *                                         S
 *                                     }
 *
 *     for (int x : make()) S          struct async_list_int range_1 = make();
 *                                     defer list_free(&range_1);
 *                                     if (range_1.error) async_range_failed(...);
 *                                     ... as above
 *
 * A set or dict is looked at from one key to the next that is there. What is named otherwise than
 * by a variable or a member of one is found once, and held by its address. Each value is a new x;
 * one that the body does not speak of is not declared, so that compilers have nothing to say. */
#include "lower/desugar.h"

#include <string.h>

#include "support/arena.h"
#include "syntax/attribute.h"

struct range {
    struct hoist *h;
    struct node *node, *at; /* the loop; where its header stands */
    struct list before;     /* what is done before it */
    struct node *object;    /* an lvalue without effects */
    bool is_held;           /* the object is a pointer to what it runs over */
    const struct type *type;
    unsigned number; /* of generated names */
};

static struct variable *local(struct range *r, const char *name, struct type *type)
{
    return make_temporary_named(r->h, type, name, r->number);
}

static struct types *types_of(const struct range *r)
{
    return r->h->lowered->check->types;
}

static struct variable *declare_before(struct range *r, const char *name, struct type *type,
                                       struct node *value)
{
    struct variable *variable = local(r, name, type);
    list_push(r->h, &r->before, build_spill(r->h, r->at, variable, value));
    return variable;
}

/* --- what it runs over */

/* A temporary container has its owner in the loop now, which frees it, and tells why it is empty:
 * nobody else can. */
static void own(struct range *r, struct node *range)
{
    struct hoist *h = r->h;
    const char *name = r->type->kind == TYPE_LIST  ? "list_free"
                       : r->type->kind == TYPE_SET ? "set_free"
                                                   : "dict_free";
    struct node *inner = skip_parens(range);
    if (inner->kind == NODE_COMPREHENSION) { /* it is built in a variable of its own */
        list_push(h, &r->before, inner->kid[0]);
        r->object = inner->kid[1];
    } else {
        struct variable *variable =
            declare_before(r, "range", type_unqualified(types_of(r), range->type), range);
        r->object = make_use(h, r->at, variable);
    }
    struct node *call = build_operation(h, r->at, name, r->object, NULL, NULL);
    struct node *statement = build(h, NODE_EXPRESSION_STATEMENT, r->at, "$0;", 1, call);
    list_push(h, &r->before, build(h, NODE_DEFER, r->at, NULL, 1, statement));
    struct node *error = build(h, NODE_MADE, r->at, "$0.error", 1, r->object);
    struct node *report = build(h, NODE_MADE, r->at,
                                "async_range_failed($0.error, __FILE__, __LINE__)", 1, r->object);
    error->type = type_simple(types_of(r), TYPE_INT);
    statement = build(h, NODE_EXPRESSION_STATEMENT, r->at, "$0;", 1, report);
    list_push(h, &r->before,
              build(h, NODE_IF, r->at, "if ($0)\n$1", 3, error, statement, (struct node *)NULL));
}

static bool is_array(const struct node *node)
{
    return node->type && type_resolve(node->type)->kind == TYPE_ARRAY;
}

/* Where the operand of a _Generic or __builtin_choose_expr stands whose place that takes; NULL. */
static struct node **taken_kid(struct check *check, const struct node *node)
{
    const struct node *taken = taken_operand(check, node);
    for (uint32_t i = 1; taken && i < node->count; i++) {
        struct node **kid = &node->kid[i];
        if ((*kid)->kind == NODE_ASSOCIATION)
            kid = &(*kid)->kid[1];
        if (*kid == taken)
            return kid;
    }
    return NULL;
}

/* Where the object is that this one is a part of; NULL: it is the whole. */
static struct node **object_around(struct check *check, struct node *node)
{
    node = skip_parens(node);
    switch (node->kind) {
    case NODE_MEMBER:
        return node->op == OP_DOT ? &node->kid[0] : NULL;
    case NODE_INDEX:
        if (is_array(node->kid[1]))
            return &node->kid[1];
        return is_array(node->kid[0]) ? &node->kid[0] : NULL;
    case NODE_DEREFERENCE:
        return is_array(node->kid[0]) ? &node->kid[0] : NULL;
    default:
        return taken_kid(check, node);
    }
}

/* An array in a struct that is no lvalue lives no longer than its expression (C11 6.2.4p8): the
 * struct is kept. */
static void keep_whole(struct range *r, struct node **range)
{
    struct check *check = r->h->lowered->check;
    struct node **whole = range, **around;
    while ((around = object_around(check, *whole)))
        whole = around;
    if (is_lvalue(check, *whole))
        return;
    struct type *type = type_decay(types_of(r), (*whole)->type);
    struct variable *variable = declare_before(r, "whole", type, *whole);
    struct node *use = make_use(r->h, *whole, variable);
    variable->symbol->is_address_taken = true;
    *whole = use;
}

/* What is no lvalue, and nobody's to free, cannot change while the loop runs: it is copied. */
static void copy(struct range *r, struct node *range)
{
    struct type *type = type_unqualified(types_of(r), range->type);
    r->object = make_use(r->h, r->at, declare_before(r, "range", type, range));
}

/* `&E`; of what `?:` and `,` give, which are copies in C, where they take it from. */
static struct node *address_of(struct range *r, struct node *node, struct type *pointer)
{
    struct check *check = r->h->lowered->check;
    struct node **kid = node->kid, **taken = taken_kid(check, node);
    if (is_lvalue(check, node)) {
        node = build(r->h, NODE_ADDRESS, node, "&$0", 1, node);
    } else if (taken) {
        *taken = address_of(r, *taken, pointer);
    } else if (node->kind == NODE_CONDITIONAL) {
        kid[1] = address_of(r, kid[1], pointer);
        kid[2] = address_of(r, kid[2], pointer);
    } else if (node->kind == NODE_COMMA) {
        kid[1] = address_of(r, kid[1], pointer);
    } else { /* in parentheses */
        kid[0] = address_of(r, kid[0], pointer);
    }
    node->type = pointer;
    return node;
}

/* `range_1 = &E`, or for an array its first element. */
static void hold(struct range *r, struct node *range)
{
    struct types *types = types_of(r);
    bool array = r->type->kind == TYPE_ARRAY;
    struct type *pointer =
        array ? type_decay(types, range->type)
              : type_pointer(types, type_qualified(types, range->type, QUAL_CONST));
    struct node *address = array ? range : address_of(r, range, pointer);
    struct variable *variable = declare_before(r, "range", pointer, address);
    r->object = make_use(r->h, r->at, variable);
    r->is_held = !array;
}

static void find_object(struct range *r, const char *name)
{
    struct node *range = r->node->kid[2];
    if (r->type->kind == TYPE_ARRAY) {
        keep_whole(r, &r->node->kid[2]);
        range = r->node->kid[2];
    }
    struct check *check = r->h->lowered->check;
    if (r->type->kind != TYPE_ARRAY && is_temporary(check, range))
        own(r, range);
    else if (r->type->kind != TYPE_ARRAY && !is_found(check, range))
        copy(r, range);
    else if (range_is_plain(range, name))
        r->object = range;
    else
        hold(r, range);
}

/* --- the loop */

/* Its number as text, where the file says it, else as C computes it. */
static struct node *array_length(struct range *r, struct node *range)
{
    const struct type *type = type_resolve(range->type);
    if (type->array_size == ARRAY_FIXED && type->length_is_known)
        return build(r->h, NODE_MADE, r->at,
                     arena_format(r->h->lowered->arena, "%llu", (unsigned long long)type->length),
                     0);
    return build(r->h, NODE_MADE, r->at, "sizeof $0 / sizeof *$0", 1, range);
}

/* `$N.member` of the object, which is kid N. */
static const char *member(struct range *r, unsigned kid, const char *name)
{
    return arena_format(r->h->lowered->arena, "$%u%s%s", kid, r->is_held ? "->" : ".", name);
}

/* `range` is the object as it stood, for its type: an array held by its address is one no more. */
static struct node *condition(struct range *r, struct variable *at, struct node *range)
{
    struct hoist *h = r->h;
    struct types *types = types_of(r);
    struct arena *arena = h->lowered->arena;
    struct node *index = make_use(h, r->at, at), *object = r->object, *test;
    if (r->type->kind == TYPE_ARRAY) {
        bool is_empty = r->type->array_size == ARRAY_FIXED && r->type->length_is_known &&
                        !r->type->length; /* nothing unsigned is less, C compilers would say */
        test = is_empty ? build(h, NODE_MADE, r->at, "0", 0)
                        : build(h, NODE_BINARY, r->at, "$0 < $1", 2, index, array_length(r, range));
    } else if (r->type->kind == TYPE_LIST) {
        struct node *len = build(h, NODE_MADE, r->at, member(r, 0, "len"), 1, object);
        struct variable *begun = declare_before(r, "len", type_simple(types, TYPE_ULONG), len);
        const char *text = arena_format(arena, "async_list_goes_on($0, %s, $2, __FILE__, __LINE__)",
                                        member(r, 1, "len"));
        test = build(h, NODE_MADE, r->at, text, 3, index, object, make_use(h, r->at, begun));
    } else {
        struct node *changes = build(h, NODE_MADE, r->at, member(r, 0, "changes"), 1, object);
        struct variable *begun =
            declare_before(r, "changes", type_simple(types, TYPE_UINT), changes);
        const char *text =
            arena_format(arena, "($0 = async_dict_at(%s$1, $0, $2, __FILE__, __LINE__)) < %s",
                         r->is_held ? "" : "&", member(r, 1, "used"));
        test = build(h, NODE_MADE, r->at, text, 3, index, object, make_use(h, r->at, begun));
    }
    test->type = type_simple(types, TYPE_INT);
    return test;
}

/* An array that is only counted: nothing else may speak of it, or of what holds it. */
static void use_nowhere(struct range *r)
{
    struct hoist *h = r->h;
    if (r->type->kind != TYPE_ARRAY)
        return;
    struct node *nothing = build(h, NODE_MADE, r->at, "(void)$0", 1, r->object);
    list_push(h, &r->before, build(h, NODE_EXPRESSION_STATEMENT, r->at, "$0;", 1, nothing));
}

/* `__attribute__((cleanup(f))) T x`, `_Alignas(64) T x`, `typeof(unnamed) x`: its own words declare
 * it; `int (*x)[n]` too, which array.c looks at as at every other declaration. */
static bool has_own_words(const struct range *r, const struct symbol *symbol)
{
    struct attributes attributes = declared_attributes(r->node, 0);
    return symbol->is_aligned || type_is_variably_modified(symbol->type) ||
           !type_has_tag(symbol->type) || next_attribute(&attributes);
}

/* `T x = object[at];`, or the bytes of an array. */
static void bind_value(struct range *r, struct symbol *symbol, struct variable *at,
                       struct type *element, struct list *body)
{
    struct hoist *h = r->h;
    const char *text = r->type->kind == TYPE_ARRAY  ? "$0[$1]"
                       : r->type->kind == TYPE_LIST ? member(r, 0, "data[$1]")
                                                    : member(r, 0, "keys[$1]");
    bool is_read = type_qualifiers(element) & (QUAL_VOLATILE | QUAL_ATOMIC);
    bool is_own = has_own_words(r, symbol);
    if (!is_read && !is_own && !body_names(r->node->kid[3], symbol)) {
        use_nowhere(r);
        return;
    }
    struct node *value = build(h, NODE_MADE, r->at, text, 2, r->object, make_use(h, r->at, at));
    value->type = element;
    struct variable *variable =
        variable_new(h->lowered, h->function, VARIABLE_LOCAL, symbol, symbol->type);
    bool array = type_resolve(symbol->type)->kind == TYPE_ARRAY;
    if (is_own && !array) {
        list_push(h, body, bound_declaration(h, r->node, r->at, value));
        return;
    }
    list_push(h, body, build_spill(h, r->at, variable, array ? NULL : value));
    if (!array)
        return;
    struct node *copy = build(h, NODE_MADE, r->at, "__builtin_memcpy($0, $1, sizeof $0)", 2,
                              build_symbol_use(h, r->at, symbol), value);
    list_push(h, body, build(h, NODE_EXPRESSION_STATEMENT, r->at, "$0;", 1, copy));
}

static struct node *loop(struct range *r, struct symbol *symbol, struct node *range)
{
    struct hoist *h = r->h;
    struct type *size = type_simple(types_of(r), TYPE_ULONG);
    struct variable *at = local(r, "at", size);
    struct node *test = condition(r, at, range), *statement = r->node->kid[3];
    struct type *element =
        r->type->kind == TYPE_ARRAY ? type_element(types_of(r), range->type) : r->type->target;
    struct list body = {0};
    if (symbol)
        bind_value(r, symbol, at, element, &body);
    if (!hides_binding(r->node))
        flatten(h, statement);
    list_push(h, &body, statement);
    struct node *block = build_block(h, r->node, &body);
    if (symbol)
        symbol->block = block;
    struct node *zero = build(h, NODE_MADE, r->at, "0", 0);
    zero->type = size;
    struct node *step = build(h, NODE_POSTFIX, r->at, "$0++", 1, make_use(h, r->at, at));
    return build(h, NODE_FOR, r->node, "for ($0 $1; $2)\n$3", 4, build_spill(h, r->at, at, zero),
                 test, step, block);
}

struct node *range_for(struct hoist *h, struct node *node)
{
    struct node *range = node->kid[2], *name = declarator_name(node->kid[1]);
    const struct type *type = type_resolve(range->type);
    if (type->kind == TYPE_GENERATOR || type->kind == TYPE_UNKNOWN)
        return NULL;
    struct node *at = build(h, NODE_MADE, node, NULL, 0); /* the place of the header */
    at->end = node->kid[3]->start;
    struct range r = {.h = h, .node = node, .at = at, .type = type};
    r.number = ++h->function->ranges;
    find_object(&r, name ? name->name : NULL);
    struct node *made = loop(&r, name ? name->symbol : NULL, range);
    if (!r.before.count)
        return made;
    list_push(h, &r.before, made);
    return build_block(h, node, &r.before);
}
