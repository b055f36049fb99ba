/* Concrete tree to AST: the walk. Each concrete node's children are read with a cursor (a child by
 * its index would cost time in step with the index), then the function that concrete.def names for
 * its kind makes the AST node. */
#include "syntax/build.h"

#include <string.h>

#include "support/arena.h"
#include "support/names.h"
#include "syntax/build_functions.h"
#include "syntax/tree.h"

/* Deep enough for any program; the passes recurse as deep as this (support/stack.h). */
#define NESTING_LIMIT 20000

static build_function *const functions[CONCRETE_KIND_COUNT] = {
    NULL,
#define X(id, name, build) build,
#include "syntax/concrete.def"
#undef X
};

static const char *const concrete_names[CONCRETE_KIND_COUNT] = {
    NULL,
#define X(id, name, build) name,
#include "syntax/concrete.def"
#undef X
};

struct node *build_nothing(struct builder *b, const struct concrete *c)
{
    (void)b, (void)c;
    return NULL;
}

/* --- what the grammar's numbers mean */

static void learn_kinds(struct builder *b, const TSLanguage *language)
{
    b->symbol_count = (TSSymbol)ts_language_symbol_count(language);
    b->kinds = arena_alloc(b->arena, b->symbol_count * sizeof *b->kinds);
    for (TSSymbol symbol = 0; symbol < b->symbol_count; symbol++) {
        const char *name = ts_language_symbol_name(language, symbol);
        for (int kind = 1; name && kind < CONCRETE_KIND_COUNT; kind++)
            if (!strcmp(name, concrete_names[kind]))
                b->kinds[symbol] = (enum concrete_kind)kind;
    }
}

static TSFieldId field_id(const TSLanguage *language, const char *name)
{
    return ts_language_field_id_for_name(language, name, (uint32_t)strlen(name));
}

static void learn_fields(struct builder *b, const TSLanguage *language)
{
#define X(name) b->field_##name = field_id(language, #name);
#include "syntax/field.def"
#undef X
}

/* --- reading a concrete node */

static enum concrete_kind kind_of(const struct builder *b, TSNode node)
{
    TSSymbol symbol = ts_node_symbol(node);
    return symbol < b->symbol_count ? b->kinds[symbol] : CONCRETE_OTHER;
}

static void push_child(struct builder *b, TSNode node, TSFieldId field)
{
    enum concrete_kind kind = kind_of(b, node);
    if (kind == CONCRETE_COMMENT || kind == CONCRETE_DIRECTIVE)
        return;
    if (b->stack_count == b->stack_capacity)
        b->stack =
            arena_grow(b->arena, b->stack, b->stack_count, &b->stack_capacity, sizeof *b->stack);
    b->stack[b->stack_count++] = (struct child){.node = node,
                                                .kind = kind,
                                                .field = field,
                                                .start = ts_node_start_byte(node),
                                                .end = ts_node_end_byte(node),
                                                .named = ts_node_is_named(node)};
}

static void read_children(struct builder *b, struct concrete *c)
{
    size_t first = b->stack_count;
    TSTreeCursor cursor = ts_tree_cursor_new(c->node);
    if (ts_tree_cursor_goto_first_child(&cursor)) {
        do
            push_child(b, ts_tree_cursor_current_node(&cursor),
                       ts_tree_cursor_current_field_id(&cursor));
        while (ts_tree_cursor_goto_next_sibling(&cursor));
    }
    ts_tree_cursor_delete(&cursor);
    c->count = (uint32_t)(b->stack_count - first);
    c->child = arena_alloc(b->arena, (c->count + 1) * sizeof *c->child);
    if (c->count)
        memcpy(c->child, b->stack + first, c->count * sizeof *c->child);
    b->stack_count = first;
}

struct concrete build_read(struct builder *b, TSNode node)
{
    struct concrete c = {
        .node = node, .start = ts_node_start_byte(node), .end = ts_node_end_byte(node)};
    read_children(b, &c);
    return c;
}

struct node *build_node(struct builder *b, TSNode node)
{
    enum concrete_kind kind = kind_of(b, node);
    if (!functions[kind])
        return NULL;
    if (b->depth == NESTING_LIMIT) {
        b->deep =
            node_new(b->arena, NODE_EMPTY, ts_node_start_byte(node), ts_node_end_byte(node), 0);
        return NULL;
    }
    b->depth++;
    struct concrete c = build_read(b, node);
    struct node *result = functions[kind](b, &c);
    b->depth--;
    return result;
}

struct node *build_child(struct builder *b, const struct child *child)
{
    return child ? build_node(b, child->node) : NULL;
}

const struct child *child_in(const struct concrete *c, TSFieldId field)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->child[i].field == field)
            return &c->child[i];
    return NULL;
}

struct node *build_in(struct builder *b, const struct concrete *c, TSFieldId field)
{
    return build_child(b, child_in(c, field));
}

/* --- making an AST node */

struct node *build_new(struct builder *b, const struct concrete *c, enum node_kind kind,
                       size_t count)
{
    return node_new(b->arena, kind, c->start, c->end, count);
}

static unsigned flags_upward(const struct node *kid)
{
    unsigned flags = kid->flags & (HAS_AWAIT | HAS_LANGUAGE);
    switch (kid->kind) {
    case NODE_SIZEOF: /* not evaluated, but for sizes: `sizeof(int[await f()])` */
    case NODE_TYPEOF:
        if (kid->count && kid->kid[0]->kind == NODE_TYPE_NAME && kid->op != OP_ALIGNOF)
            return flags;
        return flags & ~(unsigned)HAS_AWAIT;
    case NODE_HAS_ATTRIBUTE:
    case NODE_FUNCTION: /* nested: what it awaits is its own business */
        return flags & ~(unsigned)HAS_AWAIT;
    default:
        return flags;
    }
}

struct node *build_done(struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i])
            node->flags |= flags_upward(node->kid[i]);
    return node;
}

const char *build_name(struct builder *b, uint32_t start, uint32_t end)
{
    return name_intern(b->names, b->code + start, end - start);
}

bool build_is_marked(const struct builder *b, uint32_t start)
{
    return b->marked[start] != b->code[start];
}

bool child_is(const struct builder *b, const struct child *child, const char *text)
{
    size_t length = strlen(text);
    return child->end - child->start == length && !memcmp(b->code + child->start, text, length);
}

enum operator build_operator(const struct builder *b, const struct child *child)
{
    for (int op = 1; op < OPERATOR_COUNT; op++)
        if (child_is(b, child, operator_names[op]))
            return (enum operator)op;
    return OP_NONE;
}

bool is_expression(enum concrete_kind kind)
{
    return kind >= CONCRETE_IDENTIFIER && kind <= CONCRETE_INITIALIZER_LIST;
}

/* --- the file; what could not be parsed in it is left out, so that the rest can be checked */

struct externals {
    struct node **items;
    size_t count, capacity;
};

static void push_external(struct builder *b, struct externals *list, struct node *node)
{
    if (!node)
        return;
    list->items =
        arena_grow(b->arena, list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = node;
}

/* Names in text that is left out may have been declared there: nothing can be said of them. */
static void skip(struct builder *b, struct externals *list, TSNode node)
{
    enum concrete_kind kind = kind_of(b, node);
    if (kind == CONCRETE_IDENTIFIER || kind == CONCRETE_TYPE_IDENTIFIER) {
        uint32_t start = ts_node_start_byte(node), end = ts_node_end_byte(node);
        struct node *name = node_new(b->arena, NODE_SKIPPED, start, end, 0);
        name->name = build_name(b, start, end);
        push_external(b, list, name);
    }
    struct concrete c = build_read(b, node);
    for (uint32_t i = 0; i < c.count && b->depth < NESTING_LIMIT; i++) {
        b->depth++;
        skip(b, list, c.child[i].node);
        b->depth--;
    }
}

/* A function whose body has a mistake is still declared. */
static struct node *declared_function(struct builder *b, TSNode node)
{
    struct concrete c = build_read(b, node);
    uint32_t end = specifiers_end(b, &c, 0);
    for (uint32_t i = 0; i <= end && i < c.count; i++)
        if (ts_node_has_error(c.child[i].node))
            return NULL;
    const struct child *declarator = child_in(&c, b->field_declarator);
    if (!declarator || end == 0)
        return NULL;
    struct concrete place = {.start = declarator->start, .end = declarator->end};
    struct node *declaration = build_new(b, &c, NODE_DECLARATION, 2);
    declaration->kid[0] = build_specifiers(b, &c, 0, end);
    declaration->kid[1] = build_new(b, &place, NODE_DECLARED, 2);
    declaration->kid[1]->kid[0] = build_declarator(b, declarator);
    return build_done(declaration);
}

struct node *build_unit(struct builder *b, const struct concrete *c)
{
    struct externals list = {0};
    for (uint32_t i = 0; i < c->count; i++) {
        const struct child *child = &c->child[i];
        struct node *function = NULL;
        if (!ts_node_has_error(child->node)) {
            push_external(b, &list, build_child(b, child));
            continue;
        }
        if (child->kind == CONCRETE_FUNCTION)
            function = declared_function(b, child->node);
        if (function)
            push_external(b, &list, function);
        else
            skip(b, &list, child->node);
    }
    struct node *unit = build_new(b, c, NODE_UNIT, list.count);
    if (list.count)
        memcpy(unit->kid, list.items, list.count * sizeof *unit->kid);
    return build_done(unit);
}

struct node *build_tree(struct arena *arena, struct names *names, const TSLanguage *language,
                        TSNode root, const char *code, const char *marked, const struct node **deep)
{
    struct builder builder = {.arena = arena, .names = names, .code = code, .marked = marked};
    learn_kinds(&builder, language);
    learn_fields(&builder, language);
    struct node *unit = build_node(&builder, root);
    *deep = builder.deep;
    return unit;
}
