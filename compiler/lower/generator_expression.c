/* Generator expressions (PEP 289, 530) as generators of their own:
 *
 *     (i + n async for (int i : ticker(m())))        main__generator_1(m(), n)
 *
 *     static async generator(int) main__generator_1(int argument_1, int n)
 *     {
 *         async for (int i : ticker(argument_1))
 *             yield i + n;
 *         else return async_error();
 *     }
 *
 * What the first source is evaluated to, and the locals that are named, are its arguments. Of a
 * source that is a call of a generator, the arguments are evaluated: the call itself does nothing
 * more. Other generator handles are taken; a container is copied as C copies a struct. Of an array
 * in this function's own memory the elements are copied, which C does not do with arguments; any
 * other array is passed as C passes one. A temporary container is freed when the generator ends.
 * Locals become parameters of the same name; those that are static are reached by their address. */
#include <string.h>

#include "diagnostic.h"
#include "lower/desugar.h"
#include "support/arena.h"
#include "support/names.h"

struct capture { /* a local and its parameter */
    struct symbol *local, *parameter;
    struct capture *next;
};

struct expression {
    struct hoist *h;        /* where it is made */
    struct node *node;      /* NODE_COMPREHENSION */
    struct node *function;  /* NODE_FUNCTION, made */
    struct list parameters; /* NODE_PARAMETER */
    struct list arguments;  /* as many */
    struct capture *captures;
    uint32_t owned; /* arguments that are temporaries: bit i for the one i */
};

static struct types *types_of(struct expression *x)
{
    return x->h->lowered->check->types;
}

static void refuse(struct expression *x, const struct node *node, const char *what)
{
    report_error(x->h->lowered->check->diagnostics, (struct range){node->start, node->end},
                 "%s in a generator expression: its own function does not know it", what);
}

/* --- parameters */

static struct symbol *add_parameter(struct expression *x, const char *name, struct type *type,
                                    struct node *argument)
{
    struct hoist *h = x->h;
    struct arena *arena = h->lowered->arena;
    struct symbol *symbol = arena_alloc(arena, sizeof *symbol);
    struct node *declarator = build(h, NODE_DECLARATOR_NAME, x->node, "$n", 0);
    struct node *node = build(h, NODE_PARAMETER, x->node, NULL, 2, (struct node *)NULL, declarator);
    *symbol = (struct symbol){.kind = SYMBOL_PARAMETER,
                              .name = name,
                              .type = type,
                              .node = declarator,
                              .function = x->function};
    declarator->name = name;
    declarator->symbol = symbol;
    declarator->type = node->type = type;
    list_push(h, &x->parameters, node);
    list_push(h, &x->arguments, argument);
    return symbol;
}

static const char *numbered(struct expression *x, const char *word)
{
    struct lowered *lowered = x->h->lowered;
    const char *wish = arena_format(lowered->arena, "%s_%zu", word, x->parameters.count + 1);
    return fresh_name(lowered, wish);
}

/* --- the first source */

static struct node *parameter_use(struct expression *x, const struct node *at, struct type *type,
                                  const char *word, struct node *argument)
{
    struct symbol *symbol = add_parameter(x, numbered(x, word), type, argument);
    return build_symbol_use(x->h, at, symbol);
}

static bool has_length(const struct type *array)
{
    const struct type *type = type_resolve(array);
    return type->kind == TYPE_ARRAY && type->array_size == ARRAY_FIXED && type->length_is_known;
}

/* An array in this function's own memory, which the generator may outlive. */
static bool is_own_array(struct expression *x, struct node *node)
{
    node = skip_choices(x->h->lowered->check, node);
    if (!node->type || (type_resolve(node->type)->kind == TYPE_ARRAY && !has_length(node->type)))
        return false;
    switch (node->kind) {
    case NODE_COMPOUND_LITERAL:
        return true;
    case NODE_IDENTIFIER:
        return node->symbol && node->symbol->kind == SYMBOL_VARIABLE && node->symbol->function &&
               node->symbol->storage != OP_STATIC && node->symbol->storage != OP_EXTERN;
    case NODE_MEMBER:
        return node->op == OP_DOT && is_own_array(x, node->kid[0]);
    case NODE_INDEX:
        return node->kid[0]->type && type_resolve(node->kid[0]->type)->kind == TYPE_ARRAY &&
               is_own_array(x, node->kid[0]);
    default:
        return false;
    }
}

static uint32_t owned_arguments(const struct check *check, const struct node *call)
{
    for (size_t i = 0; call->flags & OWNS_ARGUMENTS && i < check->owning_count; i++)
        if (check->owning[i].call == call)
            return check->owning[i].arguments;
    return 0;
}

/* `ticker(E)` stays a call, of the parameter that E is. */
static void take_arguments(struct expression *x, struct node *call, const struct symbol *callee)
{
    const struct type *type = type_resolve(callee->type);
    x->owned = owned_arguments(x->h->lowered->check, call);
    for (uint32_t i = 1; i < call->count && i <= type->parameter_count; i++) {
        struct type *given = type_unqualified(types_of(x), type->parameters[i - 1].type);
        call->kid[i] = parameter_use(x, call->kid[i], given, "argument", call->kid[i]);
    }
}

static void take_source(struct expression *x, struct node *clause)
{
    struct hoist *h = x->h;
    struct node *range = clause->kid[2], *inner = skip_parens(range);
    struct type *type = type_unqualified(types_of(x), range->type);
    const struct type *resolved = type_resolve(type);
    struct symbol *callee = generator_callee(range);
    if (resolved->kind == TYPE_GENERATOR && callee && inner->kid[0]->kind == NODE_IDENTIFIER &&
        !callee->function) {
        take_arguments(x, inner, callee);
        return;
    }
    struct node *argument = range;
    x->owned = resolved->kind == TYPE_GENERATOR || is_temporary_container(h, range);
    if (resolved->kind == TYPE_GENERATOR && is_lvalue(h->lowered->check, range))
        argument = build(h, NODE_MADE, range, handle_moved(h->lowered, range, 0), 1, range);
    bool array = resolved->kind == TYPE_ARRAY;
    if (array && type_is_variably_modified(type))
        refuse(x, range, "a variable length array");
    struct type *given = is_own_array(x, range) ? type : type_decay(types_of(x), type);
    clause->kid[2] = parameter_use(x, range, given, "source", argument);
    if (array)
        clause->kid[2]->type = range->type; /* what it runs over has not lost its length */
}

/* A temporary that came as an argument belongs to the generator. */
static struct node *own_source(struct expression *x, bool is_owned, struct node *loops)
{
    struct hoist *h = x->h;
    struct node *source = x->parameters.count ? x->parameters.items[0] : NULL;
    if (!is_owned || !source)
        return loops;
    const struct type *type = type_resolve(source->type);
    struct symbol *symbol = source->kid[1]->symbol;
    struct node *use = build_symbol_use(h, x->node, symbol);
    struct node *call = build_operation(
        h, x->node, type->kind == TYPE_LIST ? "list_free" : "dict_free", use, NULL, NULL);
    struct node *statement = build(h, NODE_EXPRESSION_STATEMENT, x->node, "$0;", 1, call);
    struct node *error = build(h, NODE_MADE, x->node, "$0.error", 1, use);
    error->type = type_simple(types_of(x), TYPE_INT);
    struct list list = {0};
    list_push(h, &list, build(h, NODE_DEFER, x->node, NULL, 1, statement));
    list_push(h, &list,
              build(h, NODE_IF, x->node, "if ($0)\n$1", 3, error,
                    build(h, NODE_RETURN, x->node, "return $0;", 1, error), (struct node *)NULL));
    list_push(h, &list, loops);
    return build_block(h, x->node, &list);
}

/* --- the locals it names */

/* What is declared in it is the made function's. */
static void adopt(struct expression *x, struct node *node)
{
    if (!node)
        return;
    if (node->kind == NODE_DECLARATOR_NAME && node->symbol)
        node->symbol->function = x->function;
    for (uint32_t i = 0; i < node->count; i++)
        adopt(x, node->kid[i]);
}

static struct symbol *captured(struct expression *x, struct node *use)
{
    struct hoist *h = x->h;
    struct symbol *local = use->symbol;
    for (struct capture *capture = x->captures; capture; capture = capture->next)
        if (capture->local == local)
            return capture->parameter;
    bool array = has_length(local->type) && local->storage != OP_STATIC;
    unsigned qualifiers = type_qualifiers(local->type) & (QUAL_CONST | QUAL_RESTRICT);
    struct type *type =
        array ? local->type
              : type_qualified(types_of(x), type_decay(types_of(x), local->type), qualifiers);
    struct node *value = build_symbol_use(h, x->node, local);
    if (type_is_variably_modified(local->type))
        refuse(x, use, "a variable length array");
    if (local->storage == OP_STATIC) {
        type = type_pointer(types_of(x), local->type);
        value = build(h, NODE_ADDRESS, x->node, "&$0", 1, value);
        value->type = type;
    } else if (type_resolve(local->type)->kind == TYPE_ARRAY) {
        local->is_address_taken = true;
    }
    struct capture *capture = arena_alloc(h->lowered->arena, sizeof *capture);
    *capture = (struct capture){local, add_parameter(x, local->name, type, value), x->captures};
    x->captures = capture;
    if (local->storage != OP_STATIC)
        capture->parameter->copy_of = local;
    return capture->parameter;
}

static void use_parameter(struct expression *x, struct node *node, bool asks_type)
{
    struct symbol *local = node->symbol, *parameter = captured(x, node);
    if (asks_type && type_resolve(local->type)->kind == TYPE_ARRAY && !has_length(local->type))
        refuse(x, node, "the size of an array");
    if (local->storage != OP_STATIC) {
        node->symbol = parameter;
        return;
    }
    struct node *pointer = build_symbol_use(x->h, node, parameter);
    node->kid = arena_alloc(x->h->lowered->arena, sizeof *node->kid);
    node->kid[0] = pointer;
    node->count = 1;
    node->kind = NODE_DEREFERENCE;
    node->text = "(*$0)";
    node->symbol = NULL;
}

static void capture(struct expression *x, struct node *node, bool asks_type)
{
    if (!node)
        return;
    const struct symbol *symbol = node->kind == NODE_IDENTIFIER ? node->symbol : NULL;
    bool is_local = symbol && symbol->function && symbol->function != x->function &&
                    symbol->storage != OP_EXTERN;
    if (is_local && symbol->kind == SYMBOL_FUNCTION)
        refuse(x, node, "a nested function");
    else if (is_local && (symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_PARAMETER))
        use_parameter(x, node, asks_type);
    asks_type |= node->kind == NODE_SIZEOF || node->kind == NODE_TYPE_NAME ||
                 node->kind == NODE_TYPEOF || node_is_unevaluated(node);
    for (uint32_t i = 0; i < node->count; i++)
        capture(x, node->kid[i], asks_type);
}

/* --- the function */

static struct type *function_type(struct expression *x)
{
    struct type *type = type_make(types_of(x), TYPE_FUNCTION);
    size_t count = x->parameters.count;
    type->target = type_resolve(x->node->type);
    type->parameters = arena_alloc(x->h->lowered->arena, (count + 1) * sizeof *type->parameters);
    type->parameter_count = count;
    for (size_t i = 0; i < count; i++) {
        struct node *node = x->parameters.items[i];
        type->parameters[i] =
            (struct parameter){.type = node->type, .name = node->kid[1]->name, .node = node};
    }
    return type;
}

static struct symbol *function_symbol(struct expression *x)
{
    struct lowered *lowered = x->h->lowered;
    struct function *outer = x->h->function;
    struct symbol *symbol = arena_alloc(lowered->arena, sizeof *symbol);
    const char *wish =
        arena_format(lowered->arena, "%s__generator_%u", outer->name, ++outer->expressions);
    *symbol = (struct symbol){.kind = SYMBOL_FUNCTION,
                              .name = name_of(lowered->check->names, fresh_name(lowered, wish)),
                              .type = function_type(x),
                              .node = x->node,
                              .declaration = x->function,
                              .storage = OP_STATIC,
                              .is_defined = true};
    return symbol;
}

static struct node *function_node(struct expression *x)
{
    struct hoist *h = x->h;
    struct node *specifiers = build(h, NODE_SPECIFIERS, x->node, "", 0);
    return build(h, NODE_FUNCTION, x->node, "", 3, specifiers, (struct node *)NULL,
                 (struct node *)NULL);
}

/* The function, whose body is built with temporaries of its own. */
static void add_function(struct expression *x, struct symbol *symbol, bool owns_source)
{
    struct hoist *h = x->h;
    struct list list = {0};
    struct node *declarator = node_new(h->lowered->arena, NODE_FUNCTION_TYPE, x->node->start,
                                       x->node->end, x->parameters.count + 1);
    for (size_t i = 0; i < x->parameters.count; i++)
        declarator->kid[i + 1] = x->parameters.items[i];
    declarator->type = symbol->type;
    x->function->kid[1] = declarator;
    x->function->kid[2] = x->node; /* generated names look for the names in it */
    x->function->flags |= HAS_LANGUAGE;
    x->function->symbol = symbol;
    x->function->type = symbol->type;
    struct function *function = made_function(h->lowered, h->function, x->function);
    struct hoist own = {.lowered = h->lowered, .function = function, .out = h->out};
    x->h = &own;
    list_push(h, &list, own_source(x, owns_source, comprehension_yields(&own, x->node)));
    x->h = h;
    x->function->kid[2] = build_block(h, x->node, &list);
    x->function->kid[2]->flags |= HAS_AWAIT | HAS_LANGUAGE;
    desugar_function(h->lowered, function);
}

struct node *generator_expression(struct hoist *h, struct node *node)
{
    struct expression x = {.h = h, .node = node};
    struct node *first = node->kid[2];
    struct node *source = skip_parens(first->kid[2]);
    bool is_owned = is_temporary_container(h, source);
    x.function = function_node(&x);
    take_source(&x, first);
    for (uint32_t i = 0; i < node->count; i++)
        adopt(&x, node->kid[i]);
    for (uint32_t i = 0; i < node->count; i++)
        capture(&x, node->kid[i], false);
    struct symbol *symbol = function_symbol(&x);
    add_function(&x, symbol, is_owned);
    struct node *call =
        node_new(h->lowered->arena, NODE_CALL, node->start, node->end, x.arguments.count + 1);
    call->kid[0] = build_symbol_use(h, node, symbol);
    for (size_t i = 0; i < x.arguments.count; i++) {
        call->kid[i + 1] = x.arguments.items[i];
        call->flags |= x.arguments.items[i]->flags & HAS_AWAIT;
    }
    call->type = node->type;
    call->flags |= HAS_LANGUAGE;
    check_owning(h->lowered->check, call, x.owned);
    return call;
}
