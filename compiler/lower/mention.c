/* What a point of the control flow does to variables: which it may read, which it replaces.
 *
 * A full expression is one point: within it only what C surely does counts as a write. */
#include "lower/flow_build.h"

#include "support/arena.h"

void mention(struct build *b, struct variable *variable, struct mention mention)
{
    struct mentions *mentions = &b->flow->mentions[variable->index];
    struct mention *last = mentions->count ? &mentions->items[mentions->count - 1] : NULL;
    if (last && last->point == mention.point) {
        last->reads |= mention.reads;
        last->replaces |= mention.replaces;
        last->declares |= mention.declares;
        return;
    }
    mentions->items = arena_grow(b->arena, mentions->items, mentions->count, &mentions->capacity,
                                 sizeof *mentions->items);
    mentions->items[mentions->count++] = mention;
}

static bool is_replaced(const struct build *b, const struct variable *variable, uint32_t at)
{
    const struct mentions *mentions = &b->flow->mentions[variable->index];
    const struct mention *last = mentions->count ? &mentions->items[mentions->count - 1] : NULL;
    return last && last->point == at && last->replaces && !last->declares;
}

/* The lengths that the type was given (array.c). */
static void uses_lengths(struct build *b, const struct type *type, uint32_t at)
{
    for (type = type_resolve(type); type->kind == TYPE_ARRAY || type->kind == TYPE_POINTER;
         type = type_resolve(type->target))
        if (type->kind == TYPE_ARRAY && type->array_size == ARRAY_VARIABLE)
            uses(b, type->node, at);
}

void cover(struct node *node, uint32_t at)
{
    if (!node->last_point)
        node->first_point = at;
    node->last_point = at;
}

/* An operand that only has a type. Its names must be declared where it stands. */
static bool is_only_typed(const struct node *node)
{
    return (node->kind == NODE_SIZEOF || node->kind == NODE_TYPEOF ||
            node->kind == NODE_HAS_ATTRIBUTE) &&
           node_is_unevaluated(node);
}

void declares(struct build *b, struct node *declared, uint32_t at)
{
    struct node *name = declarator_name(declared->kid[0]);
    struct variable *variable = name && name->symbol ? name->symbol->lowered : NULL;
    cover(declared, at);
    if (variable && variable->function == b->function)
        mention(b, variable, (struct mention){.point = at, .replaces = true, .declares = true});
}

/* Nobody but those who name it may look at it. */
static bool is_private(const struct variable *variable)
{
    return !variable->symbol->is_address_taken &&
           !(type_element_qualifiers(variable->type) & (QUAL_VOLATILE | QUAL_ATOMIC));
}

/* The object that a member or an element is a part of. */
static struct node *whole_of(struct node *part)
{
    struct node *node = skip_parens(part);
    while ((node->kind == NODE_MEMBER && node->op == OP_DOT) ||
           (node->kind == NODE_INDEX && type_resolve(node->kid[0]->type)->kind == TYPE_ARRAY))
        node = skip_parens(node->kid[0]);
    return node;
}

/* A name that is written here for nothing that is in the variable: `x.member = 1`, `(void)x`. */
static struct node *named_only(const struct build *b, const struct node *node)
{
    struct node *name = NULL;
    if (node->kind == NODE_ASSIGN && node->op == OP_NONE && !node->text)
        name = whole_of(node->kid[0]);
    else if (node->kind == NODE_CAST && node->count == 2 && node->type && type_is_void(node->type))
        name = skip_parens(node->kid[1]);
    const struct variable *variable = name ? variable_named(name) : NULL;
    bool is_own = variable && variable->function == b->function && name->kind == NODE_IDENTIFIER;
    return is_own && is_private(variable) ? name : NULL;
}

/* Every variable below `node` may be read at this point, but for those that are replaced first. The
 * blocks of a statement expression lie in it as a whole, and jumps may lead out of it, as out of
 * asm. */
void uses(struct build *b, struct node *node, uint32_t at)
{
    if (!node)
        return;
    cover(node, at);
    if (is_jump(node))
        flow_jump(b, node);
    if (node->kind == NODE_RETURN && b->function->returned)
        mention(b, b->function->returned, (struct mention){.point = at});
    struct node *outer = b->named, *named = named_only(b, node);
    b->named = named ? named : outer;
    struct variable *variable = variable_named(node);
    bool is_literal = node->kind == NODE_COMPOUND_LITERAL; /* stored where it stands */
    if (variable && variable->function == b->function && !is_replaced(b, variable, at))
        mention(b, variable,
                (struct mention){.point = at,
                                 .reads = !b->only_typed && !is_literal && node != b->named,
                                 .replaces = !b->only_typed && is_literal});
    if (variable && variable->viewed_as)
        uses_lengths(b, variable->viewed_as, at);
    else if (node->kind == NODE_TYPE_NAME_REF && node->symbol && node->symbol->function)
        uses_lengths(b, node->symbol->type, at);
    b->only_typed += is_only_typed(node);
    for (uint32_t i = 0; i < node->count; i++)
        uses(b, node->kid[i], at);
    b->only_typed -= is_only_typed(node);
    if (node->kind == NODE_DECLARED) /* perhaps in a statement expression */
        declares(b, node, at);
    b->named = outer;
}

void replaces(struct build *b, struct variable *variable, uint32_t at)
{
    if (variable && variable->function == b->function)
        mention(b, variable, (struct mention){.point = at, .replaces = true});
}

static bool has_variable(const struct node *node, const struct variable *variable)
{
    if (!node)
        return false;
    if (variable_named(node) == variable)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (has_variable(node->kid[i], variable))
            return true;
    return false;
}

/* In a statement expression, so that nothing else of the expression is surely done. */
static bool has_jump(const struct node *node)
{
    if (!node)
        return false;
    if (is_jump(node))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (has_jump(node->kid[i]))
            return true;
    return false;
}

/* The assignments `x = ...` that are surely done, with no read of x before but in their value: what
 * stands beside them is unsequenced, so C forbids it to read x, and what is sequenced is behind
 * them. */
static void assignments(struct build *b, struct node *node, uint32_t at)
{
    if (!node) /* made nodes may lack a part */
        return;
    node = skip_parens(node);
    if (node->kind == NODE_ASSIGN && node->op == OP_NONE) {
        struct variable *variable = variable_named(skip_parens(node->kid[0]));
        if (variable && variable->function == b->function) {
            bool reads = has_variable(node->kid[1], variable);
            mention(b, variable, (struct mention){.point = at, .reads = reads, .replaces = true});
        }
    }
    switch (node->kind) {
    case NODE_ASSIGN:
        assignments(b, node->kid[1], at);
        break;
    case NODE_BINARY:
        assignments(b, node->kid[0], at);
        assignments(b, node->kid[1], at);
        break;
    case NODE_UNARY:
    case NODE_LOGICAL:
    case NODE_CONDITIONAL:
    case NODE_COMMA:
        assignments(b, node->kid[0], at);
        break;
    default:
        break;
    }
}

void uses_expression(struct build *b, struct node *node, uint32_t at)
{
    if (!has_jump(node))
        assignments(b, node, at);
    uses(b, node, at);
}
