/* Concrete tree to AST: statements. */
#include "syntax/build_functions.h"

struct node *build_compound(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_COMPOUND, c->count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        struct node *kid = build_child(b, &c->child[i]);
        if (kid)
            node->kid[count++] = kid;
    }
    node->count = count;
    return build_done(node);
}

/* The first expression among the children, NULL if there is none. */
static struct node *expression_of(struct builder *b, const struct concrete *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (is_expression(c->child[i].kind))
            return build_child(b, &c->child[i]);
    return NULL;
}

/* The expression inside the parentheses of `if (...)`; the parentheses stay text. */
static struct node *condition_of(struct builder *b, const struct concrete *c)
{
    struct node *node = build_in(b, c, b->field_condition);
    return node && node->kind == NODE_PAREN ? node->kid[0] : node;
}

struct node *build_expression_statement(struct builder *b, const struct concrete *c)
{
    struct node *expression = expression_of(b, c);
    if (expression && expression->kind == NODE_ASM) {
        expression->start = c->start;
        expression->end = c->end;
        return expression;
    }
    struct node *node =
        build_new(b, c, expression ? NODE_EXPRESSION_STATEMENT : NODE_EMPTY, expression != NULL);
    if (expression)
        node->kid[0] = expression;
    return build_done(node);
}

/* The statement behind `else`. */
struct node *build_else(struct builder *b, const struct concrete *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        struct node *node = c->child[i].named ? build_child(b, &c->child[i]) : NULL;
        if (node)
            return node;
    }
    return NULL;
}

struct node *build_if(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_IF, 3);
    node->kid[0] = condition_of(b, c);
    node->kid[1] = build_in(b, c, b->field_consequence);
    node->kid[2] = build_in(b, c, b->field_alternative);
    return build_done(node);
}

struct node *build_switch(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_SWITCH, 2);
    node->kid[0] = condition_of(b, c);
    node->kid[1] = build_in(b, c, b->field_body);
    return build_done(node);
}

struct node *build_while(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_WHILE, 2);
    node->kid[0] = condition_of(b, c);
    node->kid[1] = build_in(b, c, b->field_body);
    return build_done(node);
}

struct node *build_do(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_DO, 2);
    node->kid[0] = build_in(b, c, b->field_body);
    node->kid[1] = condition_of(b, c);
    return build_done(node);
}

struct node *build_for(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_FOR, 4);
    node->kid[0] = build_in(b, c, b->field_initializer);
    node->kid[1] = build_in(b, c, b->field_condition);
    node->kid[2] = build_in(b, c, b->field_update);
    node->kid[3] = build_in(b, c, b->field_body);
    return build_done(node);
}

struct node *build_return(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_RETURN, 1);
    node->kid[0] = expression_of(b, c);
    return build_done(node);
}

struct node *build_break(struct builder *b, const struct concrete *c)
{
    return build_new(b, c, NODE_BREAK, 0);
}

struct node *build_continue(struct builder *b, const struct concrete *c)
{
    return build_new(b, c, NODE_CONTINUE, 0);
}

struct node *build_goto(struct builder *b, const struct concrete *c)
{
    const struct child *label = child_in(c, b->field_label);
    struct node *node = build_new(b, c, label ? NODE_GOTO : NODE_GOTO_COMPUTED, label ? 0 : 1);
    if (label)
        node->name = build_name(b, label->start, label->end);
    else
        node->kid[0] = build_in(b, c, b->field_address);
    return build_done(node);
}

struct node *build_labeled(struct builder *b, const struct concrete *c)
{
    const struct child *label = child_in(c, b->field_label);
    struct node *node = build_new(b, c, NODE_LABEL, 1);
    node->name = build_name(b, label->start, label->end);
    node->kid[0] = build_in(b, c, b->field_body);
    return build_done(node);
}

struct node *build_case(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, child_in(c, b->field_value) ? NODE_CASE : NODE_DEFAULT, 3);
    node->kid[0] = build_in(b, c, b->field_value);
    node->kid[1] = build_in(b, c, b->field_end);
    node->kid[2] = build_in(b, c, b->field_body);
    return build_done(node);
}

struct node *build_attributed_statement(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_ATTRIBUTED, 1);
    node->kid[0] = build_in(b, c, b->field_body);
    return build_done(node);
}

/* --- the language's own */

/* Specifiers, declarator and range of `(T x : source)` go to the kids from `at` on. */
static void bind(struct builder *b, const struct concrete *c, struct node *node, uint32_t at)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->child[i].kind != CONCRETE_RANGE_BINDING)
            continue;
        struct concrete binding = build_read(b, c->child[i].node);
        uint32_t end = specifiers_end(b, &binding, 0);
        node->kid[at] = build_specifiers(b, &binding, 0, end);
        node->kid[at + 1] = build_declarator(b, child_in(&binding, b->field_declarator));
        node->kid[at + 2] = build_in(b, &binding, b->field_range);
    }
}

static bool starts_with_async(const struct builder *b, const struct concrete *c)
{
    return c->count && !c->child[0].named && child_is(b, &c->child[0], "async");
}

struct node *build_range_for(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_RANGE_FOR, 5);
    bind(b, c, node, 0);
    node->kid[3] = build_in(b, c, b->field_body);
    node->kid[4] = build_in(b, c, b->field_alternative);
    node->flags |= HAS_AWAIT | HAS_LANGUAGE;
    if (starts_with_async(b, c))
        node->flags |= IS_ASYNC;
    return build_done(node);
}

struct node *build_comp_for(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_COMP_FOR, 3);
    bind(b, c, node, 0);
    if (starts_with_async(b, c))
        node->flags |= IS_ASYNC | HAS_AWAIT;
    return build_done(node);
}

struct node *build_comp_if(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_COMP_IF, 1);
    node->kid[0] = condition_of(b, c);
    return build_done(node);
}

struct node *build_async_with(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_ASYNC_WITH, 5);
    const struct child *declarator = child_in(c, b->field_declarator);
    uint32_t first = 0;
    while (first < c->count && !child_is(b, &c->child[first], "("))
        first++;
    if (declarator) {
        node->kid[0] = build_specifiers(b, c, first + 1, specifiers_end(b, c, first + 1));
        node->kid[1] = build_declarator(b, declarator);
    }
    node->kid[2] = build_in(b, c, b->field_value);
    node->kid[3] = build_in(b, c, b->field_body);
    node->kid[4] = build_in(b, c, b->field_alternative);
    node->flags |= IS_ASYNC | HAS_AWAIT | HAS_LANGUAGE;
    return build_done(node);
}

struct node *build_defer(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_DEFER, 1);
    node->kid[0] = build_in(b, c, b->field_body);
    node->flags |= HAS_AWAIT | HAS_LANGUAGE;
    return build_done(node);
}
