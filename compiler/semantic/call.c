/* Calls: of functions, of the compiler's builtins, of the runtime's names that take a T; and the
 * builtins that take types. */
#include <string.h>

#include "semantic/checker.h"

/* The function type behind a callee's value; NULL if it is none. */
static struct type *called_type(struct check *check, struct node *callee)
{
    struct type *whole = check_value(check, callee), *type = type_resolve(whole);
    if (type->kind == TYPE_POINTER)
        type = type_resolve(type->target);
    if (type->kind == TYPE_FUNCTION)
        return type;
    if (type->kind >= TYPE_FUTURE) /* of the others operand.c or the C compiler speaks */
        complain(check, callee, "a call of a value of type '%s'", show(check, whole));
    return NULL;
}

/* --- arguments */

static void check_argument(struct check *check, struct node *argument, bool takes_types)
{
    if (argument->kind != NODE_TYPE_NAME) {
        check_owned(check, argument);
        return;
    }
    struct type *type = check_type_name(check, argument, READING_EITHER);
    if (!takes_types && !is_unknown(type))
        complain(check, argument, "a type stands where an argument is wanted");
}

static void check_arguments(struct check *check, struct node *call, bool takes_types)
{
    for (uint32_t i = 1; i < call->count; i++)
        check_argument(check, call->kid[i], takes_types);
}

const char *callee_name(const struct node *call)
{
    const struct node *callee = skip_parens(call->kid[0]);
    return callee->kind == NODE_IDENTIFIER ? callee->name : NULL;
}

static void note_callee(struct check *check, const struct node *call)
{
    const struct node *callee = skip_parens(call->kid[0]);
    if (callee->symbol && callee->symbol->node)
        add_note(check, callee->symbol->node, "'%s' is declared here", callee->symbol->name);
}

/* What is called is written anew in C: its arguments' mistakes would be those of other calls. */
static bool makes_coroutine(const struct type *type)
{
    return type->is_async || type->target->kind == TYPE_GENERATOR;
}

/* A function without a prototype takes what it is given, until its definition is known. */
static bool knows_count(const struct type *type, const struct symbol *callee)
{
    return !type->is_old_style || (makes_coroutine(type) && callee && callee->is_defined);
}

static void check_count(struct check *check, const struct type *type, struct node *call)
{
    size_t given = call->count - 1, wanted = type->parameter_count;
    const char *name = callee_name(call);
    if (given == wanted || (given > wanted && type->is_variadic))
        return;
    if (complain(check, call, "too %s arguments to %s%s%s: %s%zu wanted, %zu given",
                 given < wanted ? "few" : "many", name ? "'" : "", name ? name : "this call",
                 name ? "'" : "", type->is_variadic ? "at least " : "", wanted, given))
        note_callee(check, call);
}

static void check_fit(struct check *check, const struct type *type, struct node *call)
{
    size_t count = call->count - 1;
    const char *name = callee_name(call);
    unsigned handle = handle_argument(name, type);
    for (size_t i = 0; i < count && i < type->parameter_count; i++)
        if (handle == i + 1)
            check_handle_argument(check, call, name, handle);
        else
            check_conversion(check, type->parameters[i].type, call->kid[i + 1],
                             makes_coroutine(type) || handle ? C_WARNINGS : OUR_MISTAKES,
                             name ? "argument %zu of '%s'" : "argument %zu", i + 1, name);
}

/* A function defined in the old style takes what it is given; a coroutine's arguments are passed by
 * a call with a prototype, at which C compilers would warn. */
static void check_old_fit(struct check *check, const struct type *type, struct node *call)
{
    const char *name = callee_name(call);
    for (size_t i = 0; i + 1 < call->count && i < type->parameter_count; i++)
        if (makes_coroutine(type) && !check->state->quiet && call->kid[i + 1]->type)
            check_pointers(check, type->parameters[i].type, call->kid[i + 1],
                           name ? arena_format(check->arena, "argument %zu of '%s'", i + 1, name)
                                : arena_format(check->arena, "argument %zu", i + 1));
}

/* --- who owns temporaries that are arguments */

/* A handle or container that belongs to nobody yet. What is found in one way or another may be
 * somebody's. */
static bool is_fresh(struct check *check, struct node *node)
{
    node = skip_choices(check, node);
    const char *name = node->kind == NODE_CALL ? callee_name(node) : NULL;
    switch (node->kind) {
    case NODE_CALL:
        return !name || (strcmp(name, "async_current_task") != 0 && strcmp(name, "async_get") != 0);
    case NODE_SPAWN:
    case NODE_AWAIT:
    case NODE_COMPREHENSION:
        return true;
    case NODE_CAST:
    case NODE_COMMA:
        return is_fresh(check, node->kid[1]);
    case NODE_CONDITIONAL:
        return node->kid[1] && is_fresh(check, node->kid[1]) && is_fresh(check, node->kid[2]);
    default:
        return false;
    }
}

bool is_fresh_container(struct check *check, struct node *node)
{
    return node->type && type_is_container(node->type) && is_fresh(check, node);
}

static bool can_own(const struct type *type)
{
    enum type_kind kind = type ? type_resolve(type)->kind : TYPE_UNKNOWN;
    return kind == TYPE_FUTURE || kind == TYPE_GENERATOR || kind == TYPE_LIST || kind == TYPE_SET ||
           kind == TYPE_DICT;
}

void check_owning(struct check *check, struct node *call, uint32_t arguments)
{
    if (!arguments)
        return;
    check->owning = arena_grow(check->arena, check->owning, check->owning_count,
                               &check->owning_capacity, sizeof *check->owning);
    check->owning[check->owning_count++] = (struct owning){call, arguments};
    call->flags |= OWNS_ARGUMENTS;
}

/* The runtime's own functions see to it themselves. */
static void find_owned(struct check *check, const struct type *type, struct node *call)
{
    struct function_state *function = check->state->function;
    const char *name = callee_name(call);
    uint32_t arguments = 0;
    if (!makes_coroutine(type) || !function || check->state->unevaluated ||
        (name && is_runtime_name(name)))
        return;
    for (uint32_t i = 1; i < call->count && i <= 32; i++)
        if (can_own(call->kid[i]->type) && is_fresh(check, call->kid[i]))
            arguments |= (uint32_t)1 << (i - 1);
    check_owning(check, call, arguments);
    if (arguments)
        function->node->flags |= HAS_LANGUAGE;
}

/* --- callees */

static void check_setjmp(struct check *check, const struct node *call)
{
    static const char *const names[] = {"setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp",
                                        "__builtin_setjmp"};
    const struct function_state *function = check->state->function;
    const char *name = callee_name(call);
    if (!function || !function->is_async || !name || check->state->unevaluated)
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            complain(check, call, "'%s' in an async function: its stack frame does not last", name);
}

/* C before C99 declares a function by its first call. Compilers still do, and say so. One that is
 * awaited, or called by a name of the runtime's, is meant to be async: a mistake. */
static struct type *implicit_call(struct check *check, struct node *call, struct node *callee)
{
    const char *name = callee->name;
    if (call == check->state->awaited || !strncmp(name, "async_", 6)) {
        if (!check->state->quiet && is_news(check, name))
            complain(check, callee, "call of undeclared function '%s'", name);
        return NULL;
    }
    struct check_state *state = check->state;
    if (!state->quiet && is_news(check, name)) {
        state->implicit = arena_grow(check->arena, state->implicit, state->implicit_count,
                                     &state->implicit_capacity, sizeof *state->implicit);
        state->implicit[state->implicit_count++] = callee;
    }
    return builtin_call(check, arena_format(check->arena, "__builtin_%s", name), call->kid + 1,
                        call->count - 1);
}

void report_implicit_calls(struct check *check)
{
    for (size_t i = 0; i < check->state->implicit_count; i++) {
        struct node *callee = check->state->implicit[i];
        const struct symbol *symbol = check_file_symbol(check, callee->name);
        const struct type *type = symbol && symbol->type ? type_resolve(symbol->type) : NULL;
        if (type && type->is_async &&
            complain(check, callee, "call of undeclared function '%s'", callee->name))
            add_note(check, symbol->node, "'%s' is declared here", callee->name);
    }
}

/* A name that no declaration in scope explains: a builtin, the runtime's, or a function that C
 * declares implicitly. */
static struct type *undeclared_call(struct check *check, struct node *call)
{
    struct node *callee = skip_parens(call->kid[0]);
    const char *name = callee->name;
    bool is_pure = node_is_unevaluated(call);
    bool is_runtime = is_runtime_name(name), is_builtin = is_builtin_name(name);
    struct type *unknown = type_simple(check->types, TYPE_UNKNOWN);
    for (struct node *node = call->kid[0];; node = node->kid[0]) {
        node->type = unknown;
        if (node == callee)
            break;
    }
    check->state->unevaluated += is_pure;
    check_arguments(check, call, is_runtime || is_builtin);
    check->state->unevaluated -= is_pure;
    if (is_builtin)
        return builtin_call(check, name, call->kid + 1, call->count - 1);
    if (is_runtime)
        return runtime_call(check, name, call);
    struct type *type = implicit_call(check, call, callee);
    return type ? type : unknown;
}

bool is_choose_expr(const struct node *node)
{
    const char *name = node->kind == NODE_CALL ? callee_name(node) : NULL;
    return name && node->count == 4 && !strcmp(name, "__builtin_choose_expr");
}

struct node *chosen_operand(struct check *check, const struct node *node)
{
    long long condition;
    if (!is_choose_expr(node) ||
        constant_evaluate(check, node->kid[1], &condition) != CONSTANT_KNOWN)
        return NULL;
    return node->kid[condition ? 2 : 3];
}

/* The runtime's declaration of async_retain, for C: there all handles have one type. */
static bool is_retain(const struct symbol *symbol)
{
    const struct type *type = symbol->type ? type_resolve(symbol->type) : NULL;
    return type && type->kind == TYPE_FUNCTION && !strcmp(symbol->name, "async_retain") &&
           is_plain_handle(type->target, TYPE_FUTURE);
}

static bool is_undeclared(struct check *check, const struct node *callee)
{
    if (callee->kind != NODE_IDENTIFIER)
        return false;
    const struct symbol *symbol = scope_find(check->state->scopes, SPACE_ORDINARY, callee->name);
    return !symbol || is_retain(symbol);
}

struct type *check_call(struct check *check, struct node *call)
{
    check_setjmp(check, call);
    if (is_undeclared(check, skip_parens(call->kid[0])))
        return undeclared_call(check, call);
    struct type *type = called_type(check, call->kid[0]);
    check_arguments(check, call, false);
    if (!type)
        return NULL;
    const struct symbol *symbol = skip_parens(call->kid[0])->symbol;
    if (knows_count(type, symbol))
        check_count(check, type, call);
    if (type->is_old_style)
        check_old_fit(check, type, call);
    else
        check_fit(check, type, call);
    find_owned(check, type, call);
    if (type->is_async)
        return type_future(check->types, type->target);
    struct type *handle = handle_result(check, call, type);
    return handle ? handle : type_unqualified(check->types, type->target);
}

/* --- builtins that take types, which the tree shows as nodes of their own */

struct type *check_type_arguments(struct check *check, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        check_argument(check, node->kid[i], true);
    return node->name ? builtin_call(check, node->name, node->kid, node->count) : NULL;
}
