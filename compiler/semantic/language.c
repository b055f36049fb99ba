/* asyncc's own constructs: what they mean for types and scopes, and where they may stand. */
#include <string.h>

#include "semantic/checker.h"

/* --- type formers */

static enum type_kind former_kind(const char *name)
{
    static const struct {
        const char *name;
        enum type_kind kind;
    } rows[] = {
        {"future", TYPE_FUTURE},
        {"generator", TYPE_GENERATOR},
        {"queue", TYPE_QUEUE},
        {"list", TYPE_LIST},
        {"set", TYPE_SET},
        {"dict", TYPE_DICT},
        {"contextvar", TYPE_CONTEXTVAR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(name, rows[i].name))
            return rows[i].kind;
    return TYPE_UNKNOWN;
}

static void refuse_contextvar(struct check *check, const struct node *former)
{
    complain(check, former, "a context variable is declared at file scope, by itself");
}

void check_contextvar(struct check *check, const struct specifiers *specifiers)
{
    if (specifiers->storage == OP_TYPEDEF ||
        (check->state->function && specifiers->storage != OP_EXTERN))
        refuse_contextvar(check, specifiers->former);
}

void check_former_use(struct check *check, const struct specifiers *specifiers)
{
    const struct node *former = specifiers->former;
    if (former && former_kind(former->name) == TYPE_CONTEXTVAR)
        refuse_contextvar(check, former);
}

/* Reports what no former may hold; false if the type shall not be spoken of again. */
static bool check_held_type(struct check *check, const struct node *former, enum type_kind kind,
                            uint32_t index, const struct type *type)
{
    const struct type *resolved = type_resolve(type);
    const struct node *name = former->kid[index];
    bool may_be_void = (kind == TYPE_FUTURE || kind == TYPE_GENERATOR) && index == 0;
    const char *wrong = resolved->kind == TYPE_FUNCTION               ? "a function"
                        : resolved->kind == TYPE_ARRAY                ? "an array"
                        : resolved->kind == TYPE_VOID && !may_be_void ? "'void'"
                                                                      : NULL;
    if (wrong && kind == TYPE_GENERATOR && index == 1)
        complain(check, name, "a generator cannot be sent %s", wrong);
    else if (wrong)
        complain(check, name, "'%s' cannot hold %s", former->name, wrong);
    if (wrong || name->kind != NODE_TYPE_NAME || !defined_tag(name->kid[0]))
        return true;
    complain(check, name, "a type is defined in '%s': define it first", former->name);
    return false;
}

struct type *check_former(struct check *check, struct node *former, struct node *async)
{
    enum type_kind kind = former_kind(former->name);
    struct type *type = type_make(check->types, kind),
                *unknown = type_simple(check->types, TYPE_UNKNOWN);
    bool is_declared = word_is_declared(check, former, former->name);
    enum reading reading = is_declared ? READING_EITHER : READING_CERTAIN;
    size_t wanted = kind == TYPE_DICT ? 2 : 1, most = kind == TYPE_GENERATOR ? 2 : wanted;
    if (kind == TYPE_UNKNOWN)
        return unknown;
    for (uint32_t i = 0; i < former->count; i++) {
        struct type *held = former->kid[i]->kind == NODE_TYPE_NAME
                                ? check_type_name(check, former->kid[i], reading)
                                : check_expression(check, former->kid[i]);
        if (!check_held_type(check, former, kind, i, held))
            held = unknown;
        if (kind == TYPE_FUTURE || kind == TYPE_GENERATOR)
            held = type_held(check->types, held);
        if (i == 0)
            type->target = held;
        else if (i == 1)
            type->sent = held;
    }
    if (former->count < wanted || former->count > most)
        complain(check, former, "'%s' takes %zu type%s", former->name, wanted,
                 wanted == 1 ? "" : "s");
    if (!type->target)
        type->target = unknown;
    if (kind == TYPE_DICT && !type->sent)
        type->sent = unknown;
    type->is_async = async && kind == TYPE_GENERATOR;
    if (kind == TYPE_LIST || kind == TYPE_SET || kind == TYPE_DICT)
        check_container(check, former, type);
    former->type = is_declared ? unknown : type;
    return former->type;
}

/* --- where awaits may stand */

/* One message a function: the mistake is most likely in its head, and whoever calls it may take it
 * for what it was meant to be. False if it was told before. */
static bool is_first_outside(struct check *check, bool *lacks)
{
    struct function_state *function = check->state->function;
    bool is_first = !*lacks;
    *lacks |= !check->state->quiet;
    if (is_first && function->node->symbol)
        function->node->symbol->type = type_simple(check->types, TYPE_UNKNOWN);
    return is_first;
}

static void complain_outside(struct check *check, const struct node *node, const char *what)
{
    struct function_state *function = check->state->function;
    if (!function) {
        complain(check, node, "%s outside a function", what);
        return;
    }
    struct node *name = declarator_name(function->node->kid[1]);
    if (!is_first_outside(check, &function->lacks_async))
        return;
    if (complain(check, node, "%s outside an async function", what) && name)
        add_note(check, name, "'%s' is not async: write 'async' before its type", name->name);
}

bool may_wait(struct check *check, const struct node *node, const char *what)
{
    const struct check_state *state = check->state;
    if (state->unevaluated)
        return true;
    if (state->no_await) {
        complain(check, node, "%s in %s", what, state->no_await);
        return false;
    }
    if (state->function && state->function->is_async)
        return true;
    complain_outside(check, node, what);
    return false;
}

/* Likewise of `try` and `yield`, which leave the function; `what` is the word. */
static bool may_leave(struct check *check, const struct node *node, const char *what)
{
    const struct check_state *state = check->state;
    if (state->unevaluated || !state->no_await)
        return true;
    complain(check, node, "%s in %s", what, state->no_await);
    return false;
}

/* --- expressions */

/* A function that a header made by --header declares: what it awaits is lost there. */
static void note_declared_for_c(struct check *check, struct node *operand, const struct type *type)
{
    const struct node *call = skip_parens(operand);
    const struct node *callee = call->kind == NODE_CALL ? skip_parens(call->kid[0]) : NULL;
    const struct type *target = type->kind == TYPE_POINTER ? type_resolve(type->target) : NULL;
    bool is_handle = target && target->kind == TYPE_STRUCT && target->name &&
                     !strcmp(target->name, "async_future");
    if (is_handle && callee && callee->symbol && callee->symbol->node)
        add_note(check, callee->symbol->node,
                 "'%s' is declared for C here; include the .ah file that the header is made of",
                 callee->symbol->name);
}

static struct type *check_await(struct check *check, struct node *node)
{
    bool is_word = word_is_declared(check, node, "await");
    if (!is_word)
        check->state->awaited = skip_parens(node->kid[0]);
    struct type *type = check_value(check, node->kid[0]), *resolved = type_resolve(type);
    if (is_word)
        return NULL;
    if (!may_wait(check, node, "'await'"))
        return resolved->kind == TYPE_FUTURE ? type_unqualified(check->types, resolved->target)
                                             : NULL;
    if (resolved->kind == TYPE_UNKNOWN)
        return NULL;
    if (resolved->kind != TYPE_FUTURE) {
        if (complain(check, node, "cannot await a value of type '%s'", show(check, type)))
            note_declared_for_c(check, node->kid[0], resolved);
        return NULL;
    }
    if (!type_is_void(resolved->target) && !type_is_complete(resolved->target))
        complain(check, node, "cannot await a future of the incomplete type '%s'",
                 show(check, resolved->target));
    check_emptied(check, node->kid[0], "'await'");
    return type_unqualified(check->types, resolved->target);
}

static struct type *check_spawn(struct check *check, struct node *node)
{
    bool is_word = word_is_declared(check, node, "spawn");
    if (!is_word)
        check->state->awaited = skip_parens(node->kid[0]);
    struct type *type = check_value(check, node->kid[0]), *resolved = type_resolve(type);
    if (is_word || resolved->kind == TYPE_UNKNOWN)
        return NULL;
    if (resolved->kind != TYPE_FUTURE) {
        complain(check, node, "cannot spawn a value of type '%s'", show(check, type));
        return NULL;
    }
    if (!check->state->unevaluated && !check->state->function)
        complain(check, node, "'spawn' outside a function");
    check_emptied(check, node->kid[0], "'spawn'");
    return type;
}

static void check_try_place(struct check *check, struct node *node)
{
    const struct function_state *function = check->state->function;
    if (!function) {
        complain(check, node, "'try' outside a function");
        return;
    }
    if (!may_leave(check, node, "'try'"))
        return;
    if (!function->is_generator && !is_unknown(function->result) &&
        !type_carries_error(function->result))
        complain(check, node, "'try' in a function of type '%s', which cannot return an error",
                 show(check, function->result));
    if (check->state->defers)
        complain(check, node, "'try' would leave a 'defer'");
}

static struct type *check_try(struct check *check, struct node *node)
{
    bool is_word = word_is_declared(check, node, "try");
    struct type *type = check_value(check, node->kid[0]);
    if (is_word || is_unknown(type))
        return NULL;
    check_try_place(check, node);
    if (type_carries_error(type))
        return type;
    const struct type *resolved = type_resolve(type);
    if (complain(check, node, "'try' of a value of type '%s', which cannot carry an error",
                 show(check, type)) &&
        resolved->kind == TYPE_FUTURE && type_carries_error(resolved->target))
        note_await(check, node->kid[0]);
    return NULL; /* whatever it stands in may be right */
}

/* What the yield gives if an error is thrown in; where nothing is sent, it gives nothing. */
static void check_otherwise(struct check *check, const struct type *generator, struct node *value)
{
    if (generator->sent)
        check_conversion(check, generator->sent, value, C_ERRORS, "value");
    else
        check_awaited(check, value);
}

static void check_yield_rules(struct check *check, struct node *node)
{
    struct function_state *function = check->state->function;
    struct node *value = node_kid(node, 0);
    if (!function || !function->is_generator) {
        if (!function || is_first_outside(check, &function->lacks_generator))
            complain(check, node, "'yield' outside a generator");
        return;
    }
    if (!may_leave(check, node, "'yield'"))
        return;
    const struct type *generator = type_resolve(function->result);
    if (generator->kind != TYPE_GENERATOR)
        return; /* in a generator expression, which has been refused */
    if (value && type_is_void(generator->target))
        complain(check, value, "a generator of 'void' yields no value");
    else if (!value && !type_is_void(generator->target))
        complain(check, node, "'yield' without a value in a generator of '%s'",
                 show(check, generator->target));
    else if (value)
        check_conversion(check, generator->target, value, C_ERRORS, "yielded value");
    if (node_kid(node, 1))
        check_otherwise(check, generator, node->kid[1]);
    if (check->state->defers)
        complain(check, node, "'yield' in a 'defer'");
}

static struct type *check_yield(struct check *check, struct node *node)
{
    const struct function_state *function = check->state->function;
    bool is_word = word_is_declared(check, node, "yield");
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i])
            check_owned(check, node->kid[i]);
    if (!is_word)
        check_yield_rules(check, node);
    if (is_word || !function || !function->is_generator)
        return NULL;
    struct type *sent = type_resolve(function->result)->sent;
    return sent ? sent : type_simple(check->types, TYPE_VOID);
}

struct type *check_language_expression(struct check *check, struct node *node)
{
    switch (node->kind) {
    case NODE_AWAIT:
        return check_await(check, node);
    case NODE_SPAWN:
        return check_spawn(check, node);
    case NODE_TRY:
        return check_try(check, node);
    default:
        return check_yield(check, node);
    }
}

/* --- statements */

static void check_async_with(struct check *check, struct node *node)
{
    check->state->awaited = skip_parens(node->kid[2]);
    struct type *type = check_value(check, node->kid[2]), *resolved = type_resolve(type);
    struct type *value = type_simple(check->types, TYPE_UNKNOWN);
    if (resolved->kind == TYPE_GENERATOR && resolved->is_async)
        value = resolved->target;
    else if (resolved->kind != TYPE_UNKNOWN)
        complain(check, node->kid[2], "'async with' wants an async generator, not '%s'",
                 show(check, type));
    check_emptied(check, node->kid[2], "'async with'");
    may_wait(check, node, "'async with'");
    scope_open(check->state->scopes, node);
    if (node->kid[0])
        bind_name(check, node, node->kid[0], node->kid[1], value);
    check_statement(check, node->kid[3]);
    scope_close(check->state->scopes);
    if (node_kid(node, 4))
        check_statement(check, node->kid[4]);
}

static void check_defer(struct check *check, struct node *node)
{
    struct function_state *function = check->state->function;
    unsigned loops = function->loops, switches = function->switches;
    function->loops = function->switches = 0;
    check->state->defers++;
    scope_open(check->state->scopes, node);
    check_statement(check, node->kid[0]);
    scope_close(check->state->scopes);
    check->state->defers--;
    function->loops = loops;
    function->switches = switches;
}

void check_language_statement(struct check *check, struct node *node)
{
    const char *word = node->kind == NODE_DEFER                                  ? "defer"
                       : node->kind == NODE_ASYNC_WITH || node->flags & IS_ASYNC ? "async"
                                                                                 : NULL;
    if (word)
        word_is_declared(check, node, word);
    if (node->kind == NODE_RANGE_FOR)
        check_range_for(check, node);
    else if (node->kind == NODE_ASYNC_WITH)
        check_async_with(check, node);
    else
        check_defer(check, node);
}
