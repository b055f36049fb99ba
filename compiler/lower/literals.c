/* Compound literals whose address may be known longer than their expression lasts.
 *
 * C gives `&(struct s){1}` and `(int[]){1, 2}` the lifetime of the block around them. In a block
 * that waits, such an object must be part of the frame, like a local whose address is taken: it
 * becomes one that has no name of its own, and is assigned where the literal stands. So does one of
 * which lowering moves the expression into braces: an arm of `?:`, or the head of a loop. */
#include "lower/await.h"
#include "support/arena.h"

struct search {
    struct lowered *lowered;
    struct function *function;
    struct node *block; /* the innermost around what is looked at */
};

static void keep(struct search *s, struct node *literal)
{
    struct arena *arena = s->lowered->arena;
    struct symbol *symbol = arena_alloc(arena, sizeof *symbol);
    const char *wish = arena_format(arena, "literal_%u", ++s->function->literals);
    *symbol = (struct symbol){.kind = SYMBOL_VARIABLE,
                              .name = fresh_name(s->lowered, wish),
                              .type = literal->type,
                              .function = s->function->node,
                              .block = s->block,
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
    struct node *outer = s->block;
    if (node->kind == NODE_COMPOUND) /* what the header of a loop awaits comes to stand before it */
        s->block = node;
    for (uint32_t i = 0; i < node->count; i++)
        visit(s, node->kid[i]);
    s->block = outer;
}

static void visit(struct search *s, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION || node_is_unevaluated(node))
        return;
    bool is_array =
        node->kind == NODE_MEMBER && node->type && type_resolve(node->type)->kind == TYPE_ARRAY;
    if (node->kind == NODE_ADDRESS || is_array) {
        struct node *object = addressed(s->lowered->check, is_array ? node : node->kid[0]);
        if (object->kind == NODE_COMPOUND_LITERAL && !object->symbol)
            keep(s, object);
    }
    if (node->kind == NODE_COMPOUND_LITERAL && !node->symbol &&
        type_resolve(node->type)->kind == TYPE_ARRAY)
        keep(s, node);
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
    struct search search = {lowered, function, function->node->kid[2]};
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
