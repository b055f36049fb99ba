/* The type of an expression that the checker cannot type (a builtin that it does not know, vectors
 * that are compared): what C's typeof says of it.
 *
 * Such a type may stand where the expression's variables are not in scope, in a frame. So every
 * part whose type is known is replaced by an object of that type that nobody evaluates:
 *
 *     __builtin_sin(x) + y     __typeof__((void)0, __builtin_sin((*(double *)1)) + (*(int *)2))
 *
 * Literals stay, for some builtins want constants; so does what chooses. How the known types are
 * written is decided when the type is printed, since local types may be renamed until then. */
#include <string.h>

#include "semantic/checker.h"

struct pieces {
    struct check *check;
    struct parameter *list;
    size_t count, capacity;
    uint32_t at; /* the source is taken up to here */
};

/* The source up to there, then a type (`name`) or an object of what the type points to; or NULL. */
static void add_piece(struct pieces *p, uint32_t until, struct type *type, struct node *name)
{
    struct arena *arena = p->check->arena;
    const char *text = arena_copy(arena, source_code(p->check->source) + p->at, until - p->at);
    p->list = arena_grow(arena, p->list, p->count, &p->capacity, sizeof *p->list);
    p->list[p->count++] = (struct parameter){.type = type, .name = text, .node = name};
}

static bool is_literal(const struct node *node)
{
    return node->kind == NODE_NUMBER || node->kind == NODE_CHARACTER || node->kind == NODE_STRING;
}

/* Whether its type can be written: it is known, or it is that of a variable, to which a text like
 * these was given. */
static bool has_type(const struct node *node)
{
    bool is_text = node->kind == NODE_IDENTIFIER && node->type && node->type->kind == TYPE_TYPEOF &&
                   node->type->parameter_count;
    return is_text || (node->type && !is_unknown(node->type));
}

static bool is_enumerator(const struct node *node)
{
    return node->kind == NODE_IDENTIFIER && node->symbol && node->symbol->kind == SYMBOL_ENUMERATOR;
}

/* Whether an object or a type takes the node's place. In what must stay constant, only that of
 * names of objects and types; a struct that is defined there may have none. */
static bool is_replaced(const struct node *node, bool is_constant)
{
    if (!has_type(node))
        return false;
    if (node->kind == NODE_TYPE_NAME)
        return !is_constant || !defined_tag(node->kid[0]);
    return is_constant ? node->kind == NODE_IDENTIFIER && !is_enumerator(node)
                       : node_is_expression(node);
}

static void add_kids(struct pieces *p, const struct node *node, bool is_constant);

static void add_node(struct pieces *p, struct node *node, bool is_constant)
{
    struct types *types = p->check->types;
    bool is_name = node->kind == NODE_TYPE_NAME;
    if (is_literal(node))
        return;
    if (!is_replaced(node, is_constant)) {
        add_kids(p, node, is_constant);
        return;
    }
    add_piece(p, node->start, is_name ? node->type : type_pointer(types, node->type),
              is_name ? node : NULL);
    p->at = node->end;
}

/* The condition of __builtin_choose_expr is a constant, and decides about the type. */
static void add_kids(struct pieces *p, const struct node *node, bool is_constant)
{
    bool has_condition = is_choose_expr(node);
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i])
            add_node(p, node->kid[i], is_constant || (has_condition && i == 1));
}

struct type *type_of_unknown(struct check *check, struct node *node)
{
    struct type *type = type_make(check->types, TYPE_TYPEOF);
    type->target = type_simple(check->types, TYPE_UNKNOWN);
    if (!check->state->function || check->state->quiet || !node_is_expression(node) ||
        node->kind == NODE_IDENTIFIER)
        return type->target;
    struct pieces pieces = {.check = check, .at = node->start};
    add_kids(&pieces, node, false);
    add_piece(&pieces, node->end, NULL, NULL);
    type->node = node;
    type->parameters = pieces.list;
    type->parameter_count = pieces.count;
    return type;
}
