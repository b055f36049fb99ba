/* Misreadings that are mended in the tree itself: `sizeof(T)` read as the size of an expression,
 * `(f)(x, y)` as a cast, and `int (x)` among parameters as a function that takes an x. Headers are
 * full of the first two, and a mark for them would have the whole file parsed a second time; the
 * third would need a round for each name that nothing declares. All other misreadings are marked
 * (report.c). */
#include "semantic/checker.h"

static struct node *copy_place(struct check *check, const struct node *place, enum node_kind kind,
                               size_t count)
{
    return node_new(check->arena, kind, place->start, place->end, count);
}

/* --- sizeof(T) */

void repair_sizeof(struct check *check, struct node *node)
{
    struct node *operand = node->kid[0];
    if (operand->kind != NODE_PAREN || operand->kid[0]->kind != NODE_IDENTIFIER)
        return;
    struct node *identifier = operand->kid[0];
    struct symbol *symbol = scope_find(check->state->scopes, SPACE_ORDINARY, identifier->name);
    if (!symbol || symbol->kind != SYMBOL_TYPEDEF)
        return;
    struct node *name = copy_place(check, identifier, NODE_TYPE_NAME, 2);
    struct node *specifiers = copy_place(check, identifier, NODE_SPECIFIERS, 1);
    struct node *reference = copy_place(check, identifier, NODE_TYPE_NAME_REF, 0);
    reference->name = identifier->name;
    specifiers->kid[0] = reference;
    name->kid[0] = specifiers;
    node->kid[0] = name;
}

/* --- (f)(x) */

/* The name that the cast's type is, if it is declared as something else; NULL if not. */
static struct node *called_name(struct check *check, const struct node *cast)
{
    const struct node *type_name = cast->kid[0], *specifiers = type_name->kid[0];
    if (cast->kid[1]->kind != NODE_PAREN || node_kid(type_name, 1) || specifiers->count != 1 ||
        specifiers->kid[0]->kind != NODE_TYPE_NAME_REF)
        return NULL;
    struct node *name = specifiers->kid[0];
    struct symbol *symbol = scope_find(check->state->scopes, SPACE_ORDINARY, name->name);
    return symbol && symbol->kind != SYMBOL_TYPEDEF ? name : NULL;
}

static uint32_t count_arguments(const struct node *node)
{
    uint32_t count = 1;
    for (; node->kind == NODE_COMMA; node = node->kid[0])
        count += count_arguments(node->kid[1]);
    return count;
}

/* `x, y, z` nests to the left; its operands become the arguments in front of `end`. */
static struct node **put_arguments(struct node **end, struct node *node)
{
    for (; node->kind == NODE_COMMA; node = node->kid[0])
        end = put_arguments(end, node->kid[1]);
    *--end = node;
    return end;
}

/* The name in its parentheses, as an expression. */
static struct node *callee(struct check *check, const struct node *cast, const struct node *name)
{
    const char *code = source_code(check->source);
    struct node *paren = copy_place(check, cast, NODE_PAREN, 1);
    struct node *identifier = copy_place(check, name, NODE_IDENTIFIER, 0);
    identifier->name = name->name;
    paren->kid[0] = identifier;
    for (paren->end = name->end; code[paren->end] != ')'; paren->end++)
        continue;
    paren->end++;
    return paren;
}

void repair_cast(struct check *check, struct node *node)
{
    struct node *name = called_name(check, node);
    if (!name)
        return;
    struct node *inside = node->kid[1]->kid[0], *function = callee(check, node, name);
    uint32_t count = count_arguments(inside);
    node->kind = NODE_CALL;
    node->count = 1 + count;
    node->kid = arena_alloc(check->arena, node->count * sizeof *node->kid);
    put_arguments(node->kid + node->count, inside);
    node->kid[0] = function;
}

/* --- int f(int (x)) */

/* What may stand behind a name as well as behind nothing: `(int)`, `[2][3]`. */
static bool is_suffix(const struct node *declarator)
{
    while (declarator && (declarator->kind == NODE_FUNCTION_TYPE || declarator->kind == NODE_ARRAY))
        declarator = node_kid(declarator, 0);
    return !declarator;
}

/* The name among specifiers that are nothing else, attributes aside; NULL if they are more. */
static const struct node *lone_name(const struct node *specifiers)
{
    const struct node *name = NULL;
    for (uint32_t i = 0; i < specifiers->count; i++) {
        const struct node *kid = specifiers->kid[i];
        if (kid->kind == NODE_TYPE_NAME_REF)
            name = kid;
        else if (kid->kind != NODE_ATTRIBUTE)
            return NULL;
    }
    return name;
}

/* The name of which the function's parameter list consists, in truth parentheses around a
 * declarator; NULL if it is a list. What can be a type there is one: C11 6.7.6.3. */
static const struct node *name_in_parens(struct check *check, const struct node *function)
{
    const struct node *parameter = node_kid(function, 1);
    if (function->count != 2 || function->flags & IS_VARIADIC || parameter->kind != NODE_PARAMETER)
        return NULL;
    const struct node *name = lone_name(parameter->kid[0]);
    return name && is_suffix(parameter->kid[1]) && !may_be_type(check, name->name) ? name : NULL;
}

/* The declarator of `x(int)`: what stands behind the name, around the name. */
static struct node *named(struct check *check, const struct node *name, struct node *suffix)
{
    struct node *inner = copy_place(check, name, NODE_DECLARATOR_NAME, 0);
    inner->name = name->name;
    for (struct node *node = suffix; node; node = node->kid[0]) {
        node->start = name->start;
        if (!node->kid[0]) {
            node->kid[0] = inner;
            return suffix;
        }
    }
    return inner;
}

void repair_parameter(struct check *check, struct node *declarator)
{
    while (declarator && (declarator->kind != NODE_FUNCTION_TYPE || declarator->kid[0]))
        declarator = node_kid(declarator, 0);
    const struct node *name = declarator ? name_in_parens(check, declarator) : NULL;
    if (!name)
        return;
    struct node *parameter = declarator->kid[1], *attribute;
    struct attributes attributes = declared_attributes(parameter, 0);
    struct node **kids =
        arena_alloc(check->arena, (1 + parameter->kid[0]->count + parameter->count) * sizeof *kids);
    declarator->kind = NODE_PAREN_DECLARATOR;
    declarator->kid = kids;
    declarator->count = 1;
    while ((attribute = next_attribute(&attributes)) != NULL)
        kids[declarator->count++] = attribute;
    kids[0] = named(check, name, parameter->kid[1]);
}
