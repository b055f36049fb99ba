/* The walk of the passes that turn ranges and comprehensions into core, and the nodes they make. */
#include "lower/desugar.h"

#include <stdarg.h>
#include <string.h>

#include "diagnostic.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "syntax/token.h"

/* --- making nodes */

static void take_flags(struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i])
            node->flags |= node->kid[i]->flags & (HAS_AWAIT | HAS_LANGUAGE);
}

struct node *build(struct hoist *h, enum node_kind kind, const struct node *at, const char *text,
                   size_t count, ...)
{
    va_list kids;
    va_start(kids, count);
    struct node *node = make_from(h, kind, at, text, count, kids);
    va_end(kids);
    take_flags(node);
    if (kind == NODE_DEFER)
        node->flags |= HAS_AWAIT | HAS_LANGUAGE;
    return node;
}

struct node *build_block(struct hoist *h, const struct node *at, struct list *list)
{
    struct node *block = make_splice(h, at, list, true);
    take_flags(block);
    return block;
}

struct node *build_spill(struct hoist *h, const struct node *at, struct variable *variable,
                         struct node *value)
{
    struct node *spill = make_spill(h, at, variable, value);
    take_flags(spill);
    return spill;
}

struct node *build_symbol_use(struct hoist *h, const struct node *at, struct symbol *symbol)
{
    struct node *node = build(h, NODE_IDENTIFIER, at, NULL, 0);
    node->symbol = symbol;
    node->name = symbol->name;
    node->type = symbol->type;
    return node;
}

struct node *build_operation(struct hoist *h, const struct node *at, const char *name,
                             struct node *object, struct node *second, struct node *third)
{
    struct types *types = h->lowered->check->types;
    struct node *callee = build(h, NODE_IDENTIFIER, at, NULL, 0);
    struct node *address = build(h, NODE_ADDRESS, at, "&$0", 1, object);
    size_t count = third ? 4 : second ? 3 : 2;
    struct node *call = build(h, NODE_CALL, at, NULL, count, callee, address, second, third);
    callee->name = name_of(h->lowered->check->names, name);
    address->type = type_pointer(types, object->type);
    call->type = type_simple(types, TYPE_INT);
    call->flags |= HAS_LANGUAGE;
    return call;
}

/* --- the walk */

/* `__auto_type x = ...`, whose type the initialiser says. */
static bool is_deduced(const struct node *declaration)
{
    const struct node *specifiers = declaration->kid[0];
    bool has_type = false;
    for (uint32_t i = 0; i < specifiers->count; i++)
        has_type |= specifiers->kid[i]->kind == NODE_FORMER ||
                    specifiers->kid[i]->kind == NODE_TYPE_NAME_REF ||
                    specifiers->kid[i]->kind == NODE_TYPEOF;
    return !has_type;
}

/* The comprehension that a local is declared with, if it can be built in that local. */
static struct node *in_place(const struct node *declared)
{
    struct node *value = declared->kind == NODE_DECLARED ? node_kid(declared, 1) : NULL;
    const struct symbol *symbol = declared->symbol;
    if (!value || value->kind != NODE_COMPREHENSION || value->op == OP_GENERATOR || !symbol ||
        symbol->kind != SYMBOL_VARIABLE || symbol->storage == OP_STATIC || may_hide(value, symbol))
        return NULL;
    return type_qualifiers(symbol->type) || is_deduced(symbol->declaration) ? NULL : value;
}

void desugar(struct hoist *h, struct node **slot)
{
    struct node *node = *slot;
    if (!node || !(node->flags & HAS_LANGUAGE) || node->kind == NODE_FUNCTION ||
        node_is_unevaluated(node) || (node_is_expression(node) && !node->type))
        return;
    struct node *built = in_place(node);
    if (built)
        comprehension(h, built, node->symbol);
    if (node->kind == NODE_COMPREHENSION && node->op != OP_GENERATOR)
        comprehension(h, node, NULL);
    if (node->kind == NODE_COMPREHENSION && node->op == OP_GENERATOR)
        desugar(h, &node->kid[2]->kid[2]); /* its first source; the rest is another function's */
    else
        for (uint32_t i = 0; i < node->count; i++)
            desugar(h, &node->kid[i]);
    struct node *core = NULL;
    if (node->kind == NODE_RANGE_FOR)
        core = range_for(h, node);
    else if (node->kind == NODE_COMPREHENSION && node->op == OP_GENERATOR)
        core = generator_expression(h, node);
    if (core)
        *slot = core;
}

void desugar_function(struct lowered *lowered, struct function *function)
{
    struct list none = {0};
    struct hoist h = {.lowered = lowered, .function = function, .out = &none};
    struct node *body = function->node->kid[2];
    heads_redirect(&h, body);
    for (uint32_t i = 0; i < body->count; i++)
        desugar(&h, &body->kid[i]);
}

/* The end of what declares the name, attributes included: in front of the `:` or `=`, which only
 * parentheses and comments part from the value. */
static uint32_t bound_end(const char *code, uint32_t from, uint32_t value)
{
    static const char *const words[] = {":", "=", NULL};
    uint32_t last = from, end = from;
    struct range token;
    for (uint32_t at = from; next_token(code, value, &at, &token); last = token.end)
        if (token_is_among(code, token, words))
            end = last;
        else if (!token_is(code, token, "("))
            end = from;
    return end;
}

struct node *bound_declaration(struct hoist *h, struct node *statement, const struct node *at,
                               struct node *value)
{
    const char *code = source_code(h->lowered->check->source);
    struct node *declarator = statement->kid[1];
    struct node *declared = build(h, NODE_DECLARED, declarator, NULL, 2, declarator, value);
    uint32_t end = bound_end(code, declarator->end, statement->kid[2]->start);
    value->start = value->end = declared->end = end;
    declared->symbol = declarator_name(declarator)->symbol;
    declared->flags |= IS_BOUND;
    struct node *node = build(h, NODE_DECLARATION, at, "$0 $1 = $2;", 3, statement->kid[0],
                              declared, (struct node *)NULL);
    node->count = 2;
    return node;
}
