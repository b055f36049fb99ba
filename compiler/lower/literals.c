/* Compound literals whose address may be known longer than their expression lasts.
 *
 * C gives `&(struct s){1}` and `(int[]){1, 2}` the lifetime of the block around them. In a block
 * that waits, such an object must be part of the frame, like a local whose address is taken: it
 * becomes one that has no name of its own, and is assigned where the literal stands. So does one of
 * which lowering moves the expression into braces: an arm of `?:`, or the head of a loop.
 *
 * Nobody knows the address of an array behind its expression of which an element is taken there,
 * `(int[]){1, 2}[i]`, or behind the loop that runs over it. */
#include "lower/await.h"
#include "support/arena.h"

struct search {
    struct lowered *lowered;
    struct function *function;
    struct node *block; /* the innermost around what is looked at */
    struct node *loop;  /* over a range: what lowering made of it, with its variables */
    bool is_target;     /* of an assignment of what is awaited for */
};

static void keep(struct search *s, struct node *literal, struct node *block)
{
    struct arena *arena = s->lowered->arena;
    struct symbol *symbol = arena_alloc(arena, sizeof *symbol);
    const char *wish = arena_format(arena, "literal_%u", ++s->function->literals);
    *symbol = (struct symbol){.kind = SYMBOL_VARIABLE,
                              .name = fresh_name(s->lowered, wish),
                              .type = literal->type,
                              .function = s->function->node,
                              .block = block,
                              .is_address_taken = true};
    variable_new(s->lowered, s->function, VARIABLE_TEMPORARY, symbol, literal->type);
    literal->symbol = symbol;
}

/* The object whose address `&x.member[1]` gives. */
static struct node *addressed(struct check *check, struct node *node)
{
    node = skip_choices(check, node);
    while ((node->kind == NODE_MEMBER && node->op == OP_DOT) ||
           (node->kind == NODE_INDEX && type_resolve(node->kid[0]->type)->kind == TYPE_ARRAY))
        node = skip_choices(check, node->kid[0]);
    return node;
}

static void visit(struct search *s, struct node *node);

static void visit_kids(struct search *s, struct node *node)
{
    struct search outer = *s;
    if (node->kind == NODE_COMPOUND) /* what the header of a loop awaits comes to stand before it */
        s->block = node;
    if (node->kind == NODE_SPLICE && node->flags & IS_BRACED)
        s->loop = node;
    for (uint32_t i = 0; i < node->count; i++) {
        bool is_awaited = node->kind == NODE_ASSIGN && node->flags & HAS_AWAIT;
        s->is_target = outer.is_target || (is_awaited && i == 0);
        visit(s, node->kid[i]);
    }
    *s = outer;
}

static bool is_array(const struct node *node)
{
    return node->type && type_resolve(node->type)->kind == TYPE_ARRAY;
}

/* `(int[]){1, 2}[i]`: the element is read or written while the literal's own expression lasts. */
static struct node *subscripted_at_once(const struct search *s, const struct node *node)
{
    if (node->kind != NODE_INDEX || is_array(node) || s->is_target ||
        node->kid[1]->flags & HAS_AWAIT)
        return NULL;
    struct node *object = skip_parens(node->kid[0]);
    return object->kind == NODE_COMPOUND_LITERAL && is_array(object) ? object : NULL;
}

static void visit(struct search *s, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION || node_is_unevaluated(node))
        return;
    bool is_part = node->kind == NODE_MEMBER && is_array(node);
    if (node->kind == NODE_ADDRESS || is_part) {
        struct node *object = addressed(s->lowered->check, is_part ? node : node->kid[0]);
        if (object->kind == NODE_COMPOUND_LITERAL && !object->symbol)
            keep(s, object, s->block);
    }
    struct node *at_once = subscripted_at_once(s, node);
    if (at_once && !at_once->symbol) {
        visit_kids(s, at_once);
        visit(s, node->kid[1]);
        return;
    }
    struct node *held = node->kind == NODE_SPILL && node->kid[0] ? skip_parens(node->kid[0]) : NULL;
    if (held && held->kind == NODE_COMPOUND_LITERAL && is_array(held) && !held->symbol)
        keep(s, held, s->loop);
    if (node->kind == NODE_COMPOUND_LITERAL && !node->symbol && is_array(node))
        keep(s, node, s->block);
    if (node->kind == NODE_DECLARED && node->kid[1] &&
        node->kid[1]->kind == NODE_COMPOUND_LITERAL) { /* int a[] = (int[]){1, 2}: GNU C */
        struct node *name = declarator_name(node->kid[0]);
        if (name && name->type && type_resolve(name->type)->kind == TYPE_ARRAY) {
            visit_kids(s, node->kid[1]);
            return;
        }
    }
    visit_kids(s, node);
}

void literals_find(struct lowered *lowered, struct function *function)
{
    struct search search = {
        .lowered = lowered, .function = function, .block = function->node->kid[2]};
    visit(&search, function->node->kid[2]);
}

void literals_declare(struct hoist *h, struct node *expression)
{
    struct node *taken = expression ? taken_operand(h->lowered->check, expression) : NULL;
    if (taken)
        expression = taken;
    if (!expression || expression->kind == NODE_COMPOUND || expression->kind == NODE_SPLICE ||
        expression->kind == NODE_FUNCTION)
        return;
    bool is_literal = expression->kind == NODE_COMPOUND_LITERAL && expression->symbol;
    struct variable *variable = is_literal ? expression->symbol->lowered : NULL;
    if (variable && !variable->is_declared) {
        variable->is_declared = true;
        emit_statement(h, make_spill(h, expression, variable, NULL));
    }
    for (uint32_t i = 0; i < expression->count; i++)
        literals_declare(h, expression->kid[i]);
}
