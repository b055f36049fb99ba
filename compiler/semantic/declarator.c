/* Declarators: `*(*f)(int)` around a type gives another type.
 *
 * The tree has the outermost derivation first, so a walk from the top to the name applies them in
 * order to the type of the specifiers. The first function derivation on the way takes the word
 * `async`: `async int (*op)(int)` is a pointer to an async function. */
#include <string.h>

#include "semantic/checker.h"

static unsigned qualifiers_among(const struct node *node, uint32_t first)
{
    unsigned qualifiers = 0;
    for (uint32_t i = first; i < node->count; i++) {
        const struct node *kid = node->kid[i];
        if (!kid || kid->kind != NODE_QUALIFIER)
            continue;
        qualifiers |= kid->op == OP_CONST      ? QUAL_CONST
                      : kid->op == OP_VOLATILE ? QUAL_VOLATILE
                      : kid->op == OP_RESTRICT ? QUAL_RESTRICT
                      : kid->op == OP_ATOMIC   ? QUAL_ATOMIC
                                               : 0;
    }
    return qualifiers;
}

/* --- arrays */

static void check_size(struct check *check, struct type *type, struct node *size)
{
    const char *outer = check->state->no_await;
    long long value = 0;
    if (!check->state->function)
        check->state->no_await = "an array size at file scope";
    struct type *given = check_value(check, size);
    check->state->no_await = outer;
    if (type_resolve(given)->kind != TYPE_UNKNOWN && !type_is_integer(given) &&
        complain(check, size, "the size of an array is of type '%s'", show(check, given)))
        note_await(check, size);
    type->name = text_of(check, size);
    enum constancy constancy = constant_evaluate(check, size, &value);
    type->array_size = ARRAY_FIXED;
    if (constancy == CONSTANT_KNOWN) {
        type->length = (uint64_t)value;
        type->length_is_known = true;
        if (value < 0 && !type_is_unsigned(size->type))
            complain(check, size, "the size of an array is negative");
    } else if (constancy == CONSTANT_NOT && (check->state->function || check->state->prototypes)) {
        type->array_size = ARRAY_VARIABLE;
    }
}

static struct type *apply_array(struct check *check, struct type *element, struct node *node)
{
    struct type *type = type_make(check->types, TYPE_ARRAY);
    struct node *size = node_kid(node, 1);
    type->target = element;
    type->node = size;
    if (node->flags & IS_STAR)
        type->array_size = ARRAY_STAR;
    else if (size)
        check_size(check, type, size);
    else
        type->array_size = ARRAY_INCOMPLETE;
    return type;
}

/* --- functions */

/* C11 6.7.6.3: an array parameter is a pointer, with the qualifiers in its brackets; a function
 * likewise. */
static struct type *adjusted(struct check *check, struct type *type, const struct node *declarator)
{
    struct type *resolved = type_resolve(type);
    if (resolved->kind == TYPE_FUNCTION)
        return type_pointer(check->types, type);
    if (resolved->kind != TYPE_ARRAY)
        return type;
    unsigned qualifiers = 0;
    while (declarator && declarator->kind == NODE_PAREN_DECLARATOR)
        declarator = declarator->kid[0];
    /* The derivation next to the name decides; it is the last array on the way there. */
    for (const struct node *node = declarator; node; node = node_kid(node, 0))
        if (node->kind == NODE_ARRAY)
            qualifiers = qualifiers_among(node, 2);
    struct type *pointer = type_pointer(check->types, type_element(check->types, type));
    return type_qualified(check->types, pointer, qualifiers);
}

/* Of GNU C's `int n; int a[n], int n`: declared, and still to come as a parameter. */
static bool is_forward(const struct symbol *symbol)
{
    return symbol->declaration && symbol->declaration->flags & IS_FORWARD;
}

static struct symbol *declare_parameter(struct check *check, struct node *name, struct type *type,
                                        struct node *node)
{
    struct scopes *scopes = check->state->scopes;
    struct symbol *symbol = scope_find_here(scopes, SPACE_ORDINARY, name->name);
    if (!symbol || !is_forward(symbol)) {
        if (symbol)
            complain(check, name, "redefinition of parameter '%s'", name->name);
        symbol = symbol_make(check, SYMBOL_PARAMETER, name->name);
        scope_bind(scopes, SPACE_ORDINARY, name->name, symbol);
    }
    symbol->type = name->type = type;
    symbol->node = name;
    symbol->declaration = node;
    name->symbol = symbol;
    return symbol;
}

static void check_parameter(struct check *check, struct parameter *parameter, struct node *node)
{
    struct node *declarator = node_kid(node, 1);
    struct specifiers specifiers = check_specifiers(check, node->kid[0], READING_CERTAIN, false);
    repair_parameter(check, declarator);
    struct declarator result = check_declarator(check, &specifiers, declarator);
    if (result.async)
        complain(check, result.async, "'async' on a parameter that is no function");
    check_former_use(check, &specifiers);
    result.type = apply_attributes(check, result.type, (struct attributes){.around = node});
    parameter->type = adjusted(check, result.type, declarator);
    parameter->node = node;
    node->type = parameter->type;
    if (!result.name)
        return;
    parameter->name = result.name->name;
    struct symbol *symbol = declare_parameter(check, result.name, parameter->type, node);
    symbol->storage = specifiers.storage;
    node->symbol = symbol;
}

/* A name in an old-style list, declared after the `)`; a typedef's name was misread. */
static void check_old_name(struct check *check, struct parameter *parameter, struct node *node)
{
    struct symbol *outer = scope_find(check->state->scopes, SPACE_ORDINARY, node->name);
    if (outer && outer->kind == SYMBOL_TYPEDEF && mark_as_type(check, node))
        return;
    parameter->type = type_simple(check->types, TYPE_INT);
    parameter->name = node->name;
    parameter->node = node;
    declare_parameter(check, node, parameter->type, node);
}

static bool is_void_list(const struct type *type)
{
    return type->parameter_count == 1 && !type->parameters[0].name && !type->is_variadic &&
           type_is_void(type->parameters[0].type);
}

/* The first kid that is a parameter, behind forward declarations. */
static uint32_t check_forward(struct check *check, struct node *function)
{
    uint32_t i = 1;
    for (; i < function->count && function->kid[i]->flags & IS_FORWARD; i++) {
        struct parameter parameter = {0};
        check_parameter(check, &parameter, function->kid[i]);
    }
    return i;
}

static void check_forward_kept(struct check *check, const struct node *function)
{
    for (uint32_t i = 1; i < function->count && function->kid[i]->flags & IS_FORWARD; i++) {
        const struct symbol *symbol = function->kid[i]->symbol;
        if (symbol && symbol->declaration == function->kid[i])
            complain(check, symbol->node, "parameter '%s' has only a forward declaration",
                     symbol->name);
    }
}

static void check_parameters(struct check *check, struct type *type, struct node *node)
{
    uint32_t first = check_forward(check, node);
    size_t count = node->count - first;
    type->parameters = arena_alloc(check->arena, (count ? count : 1) * sizeof *type->parameters);
    type->parameter_count = count;
    type->is_variadic = node->flags & IS_VARIADIC;
    type->is_old_style = !count && !type->is_variadic;
    for (size_t i = 0; i < count; i++) {
        struct node *kid = node->kid[first + i];
        type->parameters[i].type = type_simple(check->types, TYPE_UNKNOWN);
        if (kid->kind == NODE_PARAMETER) {
            check_parameter(check, &type->parameters[i], kid);
        } else {
            type->is_old_style = true;
            check_old_name(check, &type->parameters[i], kid);
        }
    }
    check_forward_kept(check, node);
    if (is_void_list(type))
        type->parameter_count = 0;
}

/* What is held in the handle's block. C refuses arrays and functions, but would not see them. */
static struct type *async_result(struct check *check, struct type *target, const struct node *node)
{
    enum type_kind kind = type_resolve(target)->kind;
    if (kind != TYPE_ARRAY && kind != TYPE_FUNCTION)
        return type_held(check->types, target);
    complain(check, node, "an async function cannot give %s of type '%s'",
             kind == TYPE_ARRAY ? "an array" : "a function", show(check, target));
    return type_simple(check->types, TYPE_UNKNOWN);
}

/* `generator(int) g(void)[2]`: what is written anew would be another function. Taken for one that
 * gives what the array or function is made of. */
static struct type *plain_result(struct check *check, struct type *function,
                                 const struct node *node)
{
    struct type *given = function->target, *type = type_resolve(given);
    if ((type->kind != TYPE_ARRAY && type->kind != TYPE_FUNCTION) || !type_has_language(given))
        return given;
    complain(check, node, "a function cannot give %s of type '%s'",
             type->kind == TYPE_ARRAY ? "an array" : "a function", show(check, given));
    for (; type->kind == TYPE_ARRAY || type->kind == TYPE_FUNCTION; type = type_resolve(given)) {
        function->is_async |= type->kind == TYPE_FUNCTION && type->is_async;
        given = type->target;
    }
    return given;
}

static struct type *apply_function(struct check *check, struct declarator *result,
                                   struct type *target, struct node *node)
{
    struct type *type = type_make(check->types, TYPE_FUNCTION);
    type->target = target;
    type->node = node;
    if (result->async) {
        type->is_async = true;
        type->target = async_result(check, target, node);
        if (node->flags & IS_VARIADIC &&
            complain(check, node, "an async function cannot be variadic"))
            add_note(check, result->async, "it is made async here");
        result->async = NULL;
    } else {
        type->target = plain_result(check, type, node);
    }
    scope_open(check->state->scopes, NULL);
    const char *no_await = check->state->no_await;
    check->state->no_await = "a parameter list";
    check->state->prototypes++;
    check_parameters(check, type, node);
    check->state->prototypes--;
    check->state->no_await = no_await;
    result->parameters = scope_close(check->state->scopes);
    result->function = node;
    return type;
}

/* --- all of it */

static void check_width(struct check *check, struct declarator *result, struct node *width)
{
    long long value = 0;
    const char *outer = check->state->no_await;
    check->state->no_await = "the width of a bit-field";
    check_value(check, width);
    check->state->no_await = outer;
    constant_evaluate(check, width, &value);
    result->width = width;
    result->bits = (int)value;
}

/* Applies one derivation and remembers in the result what is next to the name. */
static struct type *apply(struct check *check, struct declarator *result, struct type *type,
                          struct node *node)
{
    if (node->kind != NODE_PAREN_DECLARATOR && node->kind != NODE_DECLARATOR_NAME)
        result->function = NULL;
    switch (node->kind) {
    case NODE_POINTER:
        return type_qualified(check->types, type_pointer(check->types, type),
                              qualifiers_among(node, 1));
    case NODE_ARRAY:
        return apply_array(check, type, node);
    case NODE_FUNCTION_TYPE:
        return apply_function(check, result, type, node);
    case NODE_BIT_FIELD:
        check_width(check, result, node->kid[1]);
        return type;
    case NODE_DECLARATOR_NAME:
        result->name = node;
        return type;
    default:
        return type;
    }
}

struct declarator check_declarator(struct check *check, const struct specifiers *specifiers,
                                   struct node *declarator)
{
    struct declarator result = {
        .type = specifiers->type,
        .bits = -1,
        .async = specifiers->async,
        .attributes = {.specifiers = specifiers->node, .declarator = declarator}};
    for (struct node *node = declarator; node; node = node_kid(node, 0)) {
        result.type = apply(check, &result, result.type, node);
        node->type = result.type;
        if (node->kind == NODE_DECLARATOR_NAME)
            break;
    }
    if (type_resolve(result.type)->kind != TYPE_FUNCTION)
        result.type =
            apply_attributes(check, result.type, (struct attributes){.declarator = declarator});
    struct node *tag = specifiers->async && !result.async ? defined_result(specifiers->node) : NULL;
    if (tag && !specifiers->is_function && !(specifiers->is_of_file && tag->name))
        complain(check, tag, "a type is defined in what an async function gives: define it first");
    return result;
}

struct node *parameter_name(const struct parameter *parameter)
{
    struct node *node = parameter->node;
    if (node && node->kind == NODE_IDENTIFIER)
        return node;
    return node ? declarator_name(node_kid(node, 1)) : NULL;
}
