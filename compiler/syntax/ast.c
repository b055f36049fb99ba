/* The syntax tree's own helpers: names of kinds, construction, small questions. */
#include "syntax/ast.h"

#include "support/arena.h"

const char *const node_kind_names[NODE_KIND_COUNT] = {
#define X(id, name) name,
    NODE_TABLE(X)
#undef X
};

const char *const operator_names[OPERATOR_COUNT] = {
#define X(id, name) name,
    OPERATOR_TABLE(X)
#undef X
};

struct node *node_new(struct arena *arena, enum node_kind kind, uint32_t start, uint32_t end,
                      size_t count)
{
    struct node *node = arena_alloc(arena, sizeof *node);
    node->kind = kind;
    node->start = start;
    node->end = end;
    node->count = (uint32_t)count;
    node->kid = count ? arena_alloc(arena, count * sizeof *node->kid) : NULL;
    return node;
}

uint32_t block_first(const struct node *block)
{
    return block->count ? block->kid[0]->start : block->end;
}

struct node *declarator_name(struct node *declarator)
{
    while (declarator && declarator->kind != NODE_DECLARATOR_NAME)
        declarator = node_kid(declarator, 0);
    return declarator;
}

bool node_mentions(const struct node *node, const struct symbol *symbol)
{
    if (!node)
        return false;
    if (node->symbol == symbol && node->kind == NODE_IDENTIFIER)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (node_mentions(node->kid[i], symbol))
            return true;
    return false;
}

const struct node *declarator_without_attributes(const struct node *declarator)
{
    while (declarator->kind == NODE_PAREN_DECLARATOR && declarator->count > 1 &&
           declarator->kid[0] && declarator->kid[1]->start >= declarator->kid[0]->end)
        declarator = declarator->kid[0];
    return declarator;
}

struct node *skip_parens(struct node *expression)
{
    while (expression && (expression->kind == NODE_PAREN ||
                          (expression->kind == NODE_UNARY && expression->op == OP_NONE)))
        expression = expression->kid[0];
    return expression;
}

bool node_is_tag(const struct node *node)
{
    return node->kind == NODE_STRUCT || node->kind == NODE_UNION || node->kind == NODE_ENUM;
}

struct node *defined_tag(const struct node *specifiers)
{
    for (uint32_t i = 0; i < specifiers->count; i++)
        if (specifiers->kid[i]->flags & HAS_BODY)
            return specifiers->kid[i];
    return NULL;
}

struct node *defined_result(const struct node *specifiers)
{
    struct node *tag = defined_tag(specifiers);
    for (uint32_t i = 0; !tag && i < specifiers->count; i++) {
        const struct node *kid = specifiers->kid[i];
        if (kid->kind == NODE_TYPEOF && kid->kid[0]->kind == NODE_TYPE_NAME)
            tag = defined_result(kid->kid[0]->kid[0]);
    }
    return tag;
}

bool node_is_block(const struct node *node)
{
    return node->kind == NODE_COMPOUND || (node->kind == NODE_SPLICE && node->flags & IS_BRACED);
}

bool node_is_unbraced(const struct node *node)
{
    return node->kind == NODE_SPLICE && !(node->flags & IS_BRACED);
}

bool node_says_fallthrough(const struct node *node)
{
    return node->kind == NODE_ATTRIBUTED && node->kid[0] && node->kid[0]->kind == NODE_EMPTY;
}

bool node_is_label(const struct node *node)
{
    return node->kind == NODE_LABEL || node->kind == NODE_CASE || node->kind == NODE_DEFAULT ||
           node->kind == NODE_ATTRIBUTED;
}

struct node *node_behind_labels(struct node *node)
{
    while (node && node_is_label(node))
        node = node->count ? node->kid[node->count - 1] : NULL;
    return node;
}

struct node *value_statement(const struct node *block)
{
    struct node *last = block->count ? block->kid[block->count - 1] : NULL;
    while (last && (last->kind == NODE_LABEL || last->kind == NODE_ATTRIBUTED) && last->count)
        last = last->kid[last->count - 1];
    return last && last->kind == NODE_EXPRESSION_STATEMENT ? last : NULL;
}

uint32_t node_body(const struct node *node)
{
    switch (node->kind) {
    case NODE_DO:
        return 0;
    case NODE_WHILE:
    case NODE_SWITCH:
        return 1;
    case NODE_FOR:
    case NODE_RANGE_FOR:
        return 3;
    default:
        return node->count;
    }
}

bool node_is_expression(const struct node *node)
{
    return node->kind >= NODE_IDENTIFIER && node->kind <= NODE_COMPREHENSION &&
           node->kind != NODE_ASSOCIATION && node->kind != NODE_DESIGNATED &&
           node->kind != NODE_FIELD_DESIGNATOR && node->kind != NODE_INDEX_DESIGNATOR;
}
