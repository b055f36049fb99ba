/* Warnings about what is legal and hardly ever meant (LANGUAGE section 6): a task that is given the
 * address of a local and outlives it, an address of a local that is returned, a call that blocks
 * the loop, a result that says that data was not moved and is thrown away.
 *
 * One walk over each function whose body has been checked. It hands down what becomes of the value
 * of an expression (enum fate), which is all that these warnings ask for. */
#include <string.h>

#include "semantic/checker.h"

enum fate {
    FATE_USED,
    FATE_DISCARDED,
    FATE_DISMISSED, /* cast to void: the user means it */
    FATE_RETURNED,
    FATE_STORED /* where it outlives the function's locals */
};

struct advice {
    struct check *check;
    bool is_async; /* the innermost function */
};

static void visit(struct advice *a, struct node *node, enum fate fate);

static bool warn(struct advice *a, enum warning warning, const struct node *at, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/* False in a system header. */
static bool warn(struct advice *a, enum warning warning, const struct node *at, const char *format,
                 ...)
{
    struct check *check = a->check;
    if (check->state->quiet)
        return false;
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vformat(check->arena, format, arguments);
    va_end(arguments);
    report_warning(check->diagnostics, warning, (struct range){at->start, at->end}, "%s", message);
    return true;
}

/* The function that is called by its name and is not the program's own; NULL for all others. */
static const char *foreign_callee(const struct node *call)
{
    const struct node *callee = skip_parens(call->kid[0]);
    const struct symbol *symbol = callee->symbol;
    if (callee->kind != NODE_IDENTIFIER)
        return NULL;
    if (symbol && (symbol->kind != SYMBOL_FUNCTION || symbol->is_defined || symbol->function))
        return NULL;
    return callee->name;
}

/* --- tasks that outlive a local */

static bool is_local(const struct symbol *symbol)
{
    bool is_object = symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_PARAMETER;
    return is_object && symbol->function && symbol->storage != OP_STATIC &&
           symbol->storage != OP_EXTERN && !symbol->is_thread_local;
}

static bool is_array(const struct node *node)
{
    return node->type && type_resolve(node->type)->kind == TYPE_ARRAY;
}

/* The local that this lvalue is a part of. */
static const struct symbol *local_object(struct node *node)
{
    node = skip_parens(node);
    switch (node->kind) {
    case NODE_IDENTIFIER:
        return node->symbol && is_local(node->symbol) ? node->symbol : NULL;
    case NODE_MEMBER:
        return node->op == OP_DOT ? local_object(node->kid[0]) : NULL;
    case NODE_INDEX:
        return is_array(node->kid[0]) ? local_object(node->kid[0]) : NULL;
    default:
        return NULL;
    }
}

static const struct symbol *pointed_local(struct node *node);

static const struct symbol *pointed_by_either(struct node *left, struct node *right)
{
    const struct symbol *symbol = left ? pointed_local(left) : NULL;
    return symbol ? symbol : pointed_local(right);
}

/* A comparison, or a distance, which lead to no object. */
static bool is_relation(const struct node *binary)
{
    const struct type *right = binary->kid[1]->type;
    return (binary->op >= OP_LESS && binary->op <= OP_NOT_EQUAL) ||
           (binary->op == OP_MINUS && right && !type_is_integer(right));
}

/* The local that this value points into, as far as can be seen. */
static const struct symbol *pointed_local(struct node *node)
{
    node = skip_parens(node);
    if (is_array(node))
        return local_object(node);
    switch (node->kind) {
    case NODE_ADDRESS:
        return local_object(node->kid[0]);
    case NODE_CAST:
        return pointed_local(node->kid[1]);
    case NODE_COMMA:
        return pointed_local(node->kid[1]);
    case NODE_CONDITIONAL:
        return pointed_by_either(node->kid[1] ? node->kid[1] : node->kid[0], node->kid[2]);
    case NODE_BINARY:
        return is_relation(node) ? NULL : pointed_by_either(node->kid[0], node->kid[1]);
    default:
        return NULL;
    }
}

static void advise_spawn(struct advice *a, struct node *spawn, enum fate fate)
{
    static const char *const phrases[] = {
        [FATE_DISCARDED] = "a task that nobody awaits",
        [FATE_DISMISSED] = "a task that nobody awaits",
        [FATE_RETURNED] = "a task that is returned",
        [FATE_STORED] = "a task that is stored away",
    };
    struct node *call = skip_parens(spawn->kid[0]);
    if (fate == FATE_USED || call->kind != NODE_CALL)
        return;
    for (uint32_t i = 1; i < call->count; i++) {
        const struct symbol *symbol = pointed_local(call->kid[i]);
        if (symbol && warn(a, WARNING_DANGLING_SPAWN, call->kid[i],
                           "%s is given the address of '%s', which may end before it",
                           phrases[fate], symbol->name))
            add_note(a->check, symbol->node, "'%s' ends with its block", symbol->name);
    }
}

/* --- results that point into the frame, which ends with the function */

static void advise_returned(struct advice *a, struct node *value)
{
    bool is_pointer = value && value->type &&
                      (is_array(value) || type_resolve(value->type)->kind == TYPE_POINTER);
    const struct symbol *symbol = a->is_async && is_pointer ? pointed_local(value) : NULL;
    if (symbol)
        warn(a, WARNING_RETURN_LOCAL_ADDR, value,
             "the address of '%s' is returned, which ends with the function", symbol->name);
}

/* --- calls that block the loop */

static void advise_blocking(struct advice *a, struct node *call)
{
    static const struct {
        const char *name, *instead;
    } rows[] = {
        {"sleep", "'await async_sleep(seconds)' lets other tasks run"},
        {"usleep", "'await async_sleep(seconds)' lets other tasks run"},
        {"nanosleep", "'await async_sleep(seconds)' lets other tasks run"},
        {"clock_nanosleep", "'await async_sleep(seconds)' lets other tasks run"},
        {"thrd_sleep", "'await async_sleep(seconds)' lets other tasks run"},
        {"getaddrinfo", "'await async_getaddrinfo(...)' looks the name up in a thread"},
        {"gethostbyname", "'await async_getaddrinfo(...)' looks the name up in a thread"},
        {"system", "'async_process_start' does not wait for the program"},
    };
    const char *name = a->is_async ? foreign_callee(call) : NULL;
    for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(name, rows[i].name) &&
            warn(a, WARNING_BLOCKING_CALL, call,
                 "'%s' in an async function stops all tasks of the thread", name))
            add_note(a->check, call, "%s", rows[i].instead);
}

/* --- results that tell whether anything was done */

/* C compilers see that the handle is used. */
static void advise_awaited(struct advice *a, struct node *node, const struct node *call)
{
    const struct node *callee = call->kind == NODE_CALL ? skip_parens(call->kid[0]) : NULL;
    const struct symbol *symbol = callee ? callee->symbol : NULL;
    if (node->kind != NODE_AWAIT || !symbol || symbol->kind != SYMBOL_FUNCTION)
        return;
    if (symbol->is_nodiscard)
        warn(a, WARNING_UNUSED_RESULT, node, "the result of '%s' is thrown away", symbol->name);
}

static void advise_result(struct advice *a, struct node *node)
{
    static const char *const names[] = {
        "async_open_connection",
        "async_open_unix_connection",
        "async_stream_from_fd",
        "async_stream_read",
        "async_stream_read_exactly",
        "async_stream_read_until",
        "async_stream_read_line",
        "async_stream_write",
        "async_stream_write_some",
        "async_stream_writev",
        "async_stream_sendfile",
        "async_server_open",
        "async_server_accept",
        "async_udp_open",
        "async_udp_receive",
        "async_udp_send",
        "async_getaddrinfo",
        "async_open_tls",
        "async_start_tls",
        "async_create_connection",
        "async_create_server",
        "async_process_start",
        "async_process_communicate",
        "async_put",
        "async_take",
        "async_try_put",
        "async_try_take",
        "async_next",
        "async_send",
        "async_add_reader",
        "async_add_writer",
    };
    struct node *call = node->kind == NODE_AWAIT ? skip_parens(node->kid[0]) : node;
    const char *name = call->kind == NODE_CALL ? foreign_callee(call) : NULL;
    advise_awaited(a, node, call);
    if (!name || !node->type || !type_is_integer(node->type))
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]) && warn(a, WARNING_UNUSED_RESULT, node,
                                            "the result of '%s', which may be an error, is not "
                                            "used",
                                            name))
            add_note(a->check, node,
                     "'try' hands an error on; a cast to void says that it does "
                     "not matter");
}

/* --- the walk */

static void visit_kids(struct advice *a, struct node *node, enum fate fate)
{
    for (uint32_t i = 0; i < node->count; i++)
        visit(a, node->kid[i], fate);
}

static void visit_function(struct advice *a, struct node *function)
{
    bool outer = a->is_async;
    const struct type *type = function->type ? type_resolve(function->type) : NULL;
    a->is_async = type && type->kind == TYPE_FUNCTION &&
                  (type->is_async || (type_resolve(type->target)->kind == TYPE_GENERATOR &&
                                      type_resolve(type->target)->is_async));
    visit(a, function->kid[2], FATE_DISCARDED);
    a->is_async = outer;
}

static void visit_call(struct advice *a, struct node *call)
{
    const char *name = foreign_callee(call);
    bool releases = name && !strcmp(name, "async_release");
    advise_blocking(a, call);
    visit(a, call->kid[0], FATE_USED);
    for (uint32_t i = 1; i < call->count; i++)
        visit(a, call->kid[i], releases ? FATE_DISCARDED : FATE_USED);
}

/* All but the last statement give their values to nobody. */
static void visit_statement_expression(struct advice *a, struct node *node, enum fate fate)
{
    struct node *compound = node->kid[0];
    for (uint32_t i = 0; i < compound->count; i++) {
        struct node *kid = compound->kid[i];
        bool is_last = i + 1 == compound->count && kid && kid->kind == NODE_EXPRESSION_STATEMENT;
        visit(a, is_last ? node_kid(kid, 0) : kid, is_last ? fate : FATE_USED);
    }
}

static void visit_for(struct advice *a, struct node *node)
{
    struct node *init = node->kid[0];
    visit(a, init, init && init->kind == NODE_DECLARATION ? FATE_USED : FATE_DISCARDED);
    visit(a, node->kid[1], FATE_USED);
    visit(a, node->kid[2], FATE_DISCARDED);
    visit(a, node->kid[3], FATE_USED);
}

static void visit(struct advice *a, struct node *node, enum fate fate)
{
    if (!node)
        return;
    switch (node->kind) {
    case NODE_FUNCTION:
        visit_function(a, node);
        break;
    case NODE_EXPRESSION_STATEMENT:
    case NODE_DEFER:
        visit_kids(a, node, FATE_DISCARDED);
        break;
    case NODE_RETURN:
        advise_returned(a, node_kid(node, 0));
        visit_kids(a, node, FATE_RETURNED);
        break;
    case NODE_FOR:
        visit_for(a, node);
        break;
    case NODE_PAREN:
        visit_kids(a, node, fate);
        break;
    case NODE_COMMA:
        visit(a, node->kid[0], FATE_DISCARDED);
        visit(a, node->kid[1], fate);
        break;
    case NODE_CONDITIONAL:
        visit(a, node->kid[0], FATE_USED);
        visit(a, node->kid[1], fate);
        visit(a, node->kid[2], fate);
        break;
    case NODE_LOGICAL: /* `ok && await send()` */
        visit(a, node->kid[0], FATE_USED);
        visit(a, node->kid[1], fate);
        break;
    case NODE_CAST:
        visit(a, node->kid[1], node->type && type_is_void(node->type) ? FATE_DISMISSED : FATE_USED);
        break;
    case NODE_ASSIGN:
        visit(a, node->kid[0], FATE_USED);
        visit(a, node->kid[1], local_object(node->kid[0]) ? FATE_USED : FATE_STORED);
        break;
    case NODE_STATEMENT_EXPRESSION:
        visit_statement_expression(a, node, fate);
        break;
    case NODE_SPAWN:
        advise_spawn(a, node, fate);
        visit_kids(a, node, FATE_USED);
        break;
    case NODE_AWAIT:
        if (fate == FATE_DISCARDED)
            advise_result(a, node);
        visit_kids(a, node, FATE_USED);
        break;
    case NODE_CALL:
        if (fate == FATE_DISCARDED)
            advise_result(a, node);
        visit_call(a, node);
        break;
    case NODE_SIZEOF:
    case NODE_TYPEOF:
    case NODE_HAS_ATTRIBUTE:
        break;
    default:
        visit_kids(a, node, FATE_USED);
        break;
    }
}

void advise(struct check *check, struct node *function)
{
    struct advice advice = {.check = check};
    visit(&advice, function, FATE_USED);
}
