/* The runtime's names that take or give a T: no declaration in C can type them, so the checker
 * does, unless the program declares the name itself. */
#include <string.h>

#include "semantic/checker.h"

enum result {
    R_VOID,
    R_INT,
    R_BOOL,
    R_TOKEN,  /* struct async_token */
    R_RESULT, /* T of the handle */
    R_HANDLE, /* the handle's own type */
    R_FUTURE_INT,
    R_MAYBE_FUTURE,  /* int, in an async generator's case a future of it */
    R_MADE_FUTURE,   /* future(T) of the type named */
    R_MADE_QUEUE,    /* queue(T) of the type named */
    R_ELEMENT,       /* T of the container pointed to */
    R_VALUE_POINTER, /* V * of the dict pointed to */
};

static const struct row {
    const char *name;
    enum result result;
    unsigned char handle;      /* which argument is the handle or container, from 1; 0: none */
    enum type_kind kind;       /* what that must be */
    unsigned char least, most; /* arguments; most 255: any number */
    unsigned char value; /* which argument is a T (a dict's K, a generator's sent value), 0: none */
    unsigned char place; /* which argument is a T *, 0: none */
    bool makes_coroutine;
} rows[] = {
    {"async_run", R_RESULT, 1, TYPE_FUTURE, 1, 1, 0, 0, false},
    {"async_run_threadsafe", R_RESULT, 2, TYPE_FUTURE, 2, 2, 0, 0, false},
    {"async_future", R_MADE_FUTURE, 0, TYPE_UNKNOWN, 1, 1, 0, 0, false},
    {"async_set_result", R_INT, 1, TYPE_FUTURE, 1, 2, 2, 0, false},
    {"async_retain", R_HANDLE, 1, TYPE_UNKNOWN, 1, 1, 0, 0, false},
    {"async_wait_for", R_HANDLE, 1, TYPE_FUTURE, 2, 2, 0, 0, true},
    {"async_gather", R_FUTURE_INT, 0, TYPE_UNKNOWN, 0, 255, 0, 0, true},
    {"async_next", R_MAYBE_FUTURE, 1, TYPE_GENERATOR, 2, 2, 0, 2, true},
    {"async_send", R_MAYBE_FUTURE, 1, TYPE_GENERATOR, 3, 3, 2, 3, true},
    {"async_throw", R_MAYBE_FUTURE, 1, TYPE_GENERATOR, 3, 3, 0, 3, true},
    {"async_close", R_MAYBE_FUTURE, 1, TYPE_GENERATOR, 1, 1, 0, 0, true},
    {"async_get", R_RESULT, 1, TYPE_CONTEXTVAR, 1, 1, 0, 0, false},
    {"async_set", R_TOKEN, 1, TYPE_CONTEXTVAR, 2, 2, 2, 0, false},
    {"async_reset", R_VOID, 1, TYPE_CONTEXTVAR, 2, 2, 0, 0, false},
    {"async_queue", R_MADE_QUEUE, 0, TYPE_UNKNOWN, 2, 2, 0, 0, false},
    {"async_lifo_queue", R_MADE_QUEUE, 0, TYPE_UNKNOWN, 2, 2, 0, 0, false},
    {"async_priority_queue", R_MADE_QUEUE, 0, TYPE_UNKNOWN, 3, 3, 0, 0, false},
    {"async_put", R_FUTURE_INT, 1, TYPE_QUEUE, 2, 2, 2, 0, true},
    {"async_take", R_FUTURE_INT, 1, TYPE_QUEUE, 2, 2, 0, 2, true},
    {"async_try_put", R_INT, 1, TYPE_QUEUE, 2, 2, 2, 0, false},
    {"async_try_take", R_INT, 1, TYPE_QUEUE, 2, 2, 0, 2, false},
    {"list_append", R_INT, 1, TYPE_LIST, 2, 2, 2, 0, false},
    {"list_pop", R_ELEMENT, 1, TYPE_LIST, 1, 1, 0, 0, false},
    {"list_free", R_VOID, 1, TYPE_LIST, 1, 1, 0, 0, false},
    {"set_add", R_INT, 1, TYPE_SET, 2, 2, 2, 0, false},
    {"set_has", R_BOOL, 1, TYPE_SET, 2, 2, 2, 0, false},
    {"set_remove", R_BOOL, 1, TYPE_SET, 2, 2, 2, 0, false},
    {"set_free", R_VOID, 1, TYPE_SET, 1, 1, 0, 0, false},
    {"dict_put", R_INT, 1, TYPE_DICT, 3, 3, 2, 0, false},
    {"dict_get", R_VALUE_POINTER, 1, TYPE_DICT, 2, 2, 2, 0, false},
    {"dict_remove", R_BOOL, 1, TYPE_DICT, 2, 2, 2, 0, false},
    {"dict_free", R_VOID, 1, TYPE_DICT, 1, 1, 0, 0, false},
};

static const struct row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    return NULL;
}

bool is_runtime_name(const char *name)
{
    return find_row(name) != NULL;
}

bool runtime_makes_coroutine(const char *name)
{
    const struct row *row = find_row(name);
    return row && row->makes_coroutine;
}

/* --- arguments */

static const char *kind_phrase(enum type_kind kind)
{
    switch (kind) {
    case TYPE_FUTURE:
        return "a future";
    case TYPE_GENERATOR:
        return "a generator";
    case TYPE_QUEUE:
        return "a queue";
    case TYPE_CONTEXTVAR:
        return "a context variable";
    case TYPE_LIST:
        return "a pointer to a list";
    case TYPE_SET:
        return "a pointer to a set";
    default:
        return "a pointer to a dict";
    }
}

/* The handle's or container's type, resolved; NULL if it is none (reported) or unknown. */
static struct type *handle_type(struct check *check, const struct row *row, struct node *call)
{
    struct node *argument = call->kid[row->handle];
    struct type *given = type_decay(check->types, argument->type), *type = type_resolve(given);
    bool is_container = row->kind == TYPE_LIST || row->kind == TYPE_SET || row->kind == TYPE_DICT;
    if (is_container && type->kind == TYPE_POINTER)
        type = type_resolve(type->target);
    else if (is_container && type->kind != TYPE_UNKNOWN)
        type = NULL;
    if (type && (type->kind == TYPE_UNKNOWN || row->kind == TYPE_UNKNOWN))
        return NULL;
    if (type && type->kind == row->kind)
        return type;
    complain(check, argument, "'%s' takes %s, not a value of type '%s'", row->name,
             kind_phrase(row->kind), show(check, given));
    return NULL;
}

static bool check_count(struct check *check, const struct row *row, const struct node *call)
{
    size_t given = call->count - 1;
    if (given >= row->least && (given <= row->most || row->most == 255))
        return true;
    complain(check, call, "too %s arguments to '%s': %u wanted, %zu given",
             given < row->least ? "few" : "many", row->name,
             (unsigned)(given < row->least ? row->least : row->most), given);
    return false;
}

/* An argument that the C function takes as `void *`, so that only asyncc sees a mistake. */
static void check_pointer(struct check *check, const struct row *row, struct node *call,
                          unsigned position, const struct type *wanted)
{
    struct node *argument = call->kid[position];
    const struct type *given = type_decay(check->types, argument->type);
    bool is_pointer = type_resolve(given)->kind == TYPE_POINTER;
    if (is_unknown(given) || type_resolve(given)->kind == TYPE_NULLPTR ||
        is_null_constant(check, argument) || (is_pointer && same_in_c(wanted, given)))
        return;
    complain(check, argument, "argument %u of '%s' of type '%s' does not convert to '%s'", position,
             row->name, show(check, given), show(check, wanted));
}

static void check_unsendable(struct check *check, const struct node *generator)
{
    if (complain(check, generator, "'async_send' to a value of type '%s', which takes no values",
                 show(check, type_decay(check->types, generator->type))))
        add_note(check, generator, "'async_next' advances it");
}

/* The argument that is a T, or a pointer to one. */
static void check_values(struct check *check, const struct row *row, struct node *call,
                         const struct type *handle)
{
    bool is_send = !strcmp(row->name, "async_send");
    struct type *held = handle->target;
    if (row->value && row->value < call->count) {
        struct type *wanted = is_send ? handle->sent : held;
        struct node *value = call->kid[row->value];
        if (!wanted)
            check_unsendable(check, call->kid[row->handle]);
        else if (!type_is_void(wanted))
            check_conversion(check, wanted, value,
                             type_is_container(handle) || value->kind == NODE_STRING
                                 ? C_WARNINGS
                                 : C_POINTER_WARNINGS,
                             "argument %d of '%s'", row->value, row->name);
    }
    if (row->place && !type_is_void(held))
        check_pointer(check, row, call, row->place, type_pointer(check->types, held));
}

static struct type *named_type(struct check *check, const struct row *row, struct node *call)
{
    struct node *argument = call->kid[1];
    if (argument->kind == NODE_TYPE_NAME)
        return argument->type;
    if (!is_unknown(argument->type))
        complain(check, argument, "'%s' takes a type", row->name);
    return type_simple(check->types, TYPE_UNKNOWN);
}

static void check_gathered(struct check *check, const struct row *row, struct node *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct type *type = type_decay(check->types, call->kid[i]->type);
        enum type_kind kind = type_resolve(type)->kind;
        if (kind != TYPE_FUTURE && kind != TYPE_UNKNOWN && !is_plain_handle(type, TYPE_FUTURE))
            complain(check, call->kid[i], "'%s' takes futures, not a value of type '%s'", row->name,
                     show(check, type));
    }
}

static void check_retained(struct check *check, struct node *call)
{
    struct type *type = type_decay(check->types, call->kid[1]->type);
    enum type_kind kind = type_resolve(type)->kind;
    if (kind != TYPE_FUTURE && kind != TYPE_GENERATOR && kind != TYPE_UNKNOWN &&
        !is_plain_handle(type, TYPE_FUTURE) && !is_plain_handle(type, TYPE_GENERATOR))
        complain(check, call->kid[1], "'async_retain' takes a handle, not a value of type '%s'",
                 show(check, type));
}

/* A struct of the runtime's, NULL if it is not declared. */
static struct type *runtime_struct(struct check *check, const char *name)
{
    struct symbol *tag = check_file_tag(check, name_of(check->names, name));
    return tag ? tag->type : NULL;
}

static struct type *token_type(struct check *check)
{
    return runtime_struct(check, "async_token");
}

/* A priority queue's order: int (*)(const T *, const T *). */
static void check_compare(struct check *check, const struct row *row, struct node *call)
{
    struct types *types = check->types;
    struct type *item = named_type(check, row, call);
    struct type *function = type_make(types, TYPE_FUNCTION);
    function->target = type_simple(types, TYPE_INT);
    function->parameter_count = 2;
    function->parameters = arena_alloc(check->arena, 2 * sizeof *function->parameters);
    for (size_t i = 0; i < 2; i++)
        function->parameters[i].type = type_pointer(types, type_qualified(types, item, QUAL_CONST));
    if (!is_unknown(item))
        check_pointer(check, row, call, 3, type_pointer(types, function));
}

/* --- results */

static struct type *result_by_handle(struct check *check, const struct row *row,
                                     struct type *handle)
{
    struct type *integer = type_simple(check->types, TYPE_INT);
    if (!handle)
        return NULL;
    switch (row->result) {
    case R_RESULT:
    case R_ELEMENT:
        return type_unqualified(check->types, handle->target);
    case R_VALUE_POINTER:
        return type_pointer(check->types, handle->sent);
    default:
        return handle->is_async ? type_future(check->types, integer) : integer;
    }
}

static struct type *result_type(struct check *check, const struct row *row, struct node *call,
                                struct type *handle)
{
    switch (row->result) {
    case R_VOID:
        return type_simple(check->types, TYPE_VOID);
    case R_INT:
        return type_simple(check->types, TYPE_INT);
    case R_BOOL:
        return type_simple(check->types, TYPE_BOOL);
    case R_TOKEN:
        return token_type(check);
    case R_HANDLE:
        return type_decay(check->types, call->kid[row->handle]->type);
    case R_FUTURE_INT:
        return type_future(check->types, type_simple(check->types, TYPE_INT));
    case R_MADE_FUTURE:
        return type_future(check->types, named_type(check, row, call));
    case R_MADE_QUEUE: {
        struct type *queue = type_make(check->types, TYPE_QUEUE);
        queue->target = named_type(check, row, call);
        return queue;
    }
    default:
        return result_by_handle(check, row, handle);
    }
}

struct type *runtime_call(struct check *check, const char *name, struct node *call)
{
    const struct row *row = find_row(name);
    if (!check_count(check, row, call))
        return NULL;
    struct type *handle = row->handle ? handle_type(check, row, call) : NULL;
    if (handle)
        check_values(check, row, call, handle);
    if (handle && type_is_container(handle))
        check_container_call(check, call, row->name, handle);
    if (!strcmp(name, "async_priority_queue"))
        check_compare(check, row, call);
    if (!strcmp(name, "async_reset") && token_type(check))
        check_conversion(check, token_type(check), call->kid[2], C_ERRORS, "argument 2 of '%s'",
                         name);
    if (!strcmp(name, "async_throw"))
        check_conversion(check, type_simple(check->types, TYPE_INT), call->kid[2], C_WARNINGS,
                         "argument 2 of '%s'", name);
    if (!strcmp(name, "async_wait_for"))
        check_conversion(check, type_simple(check->types, TYPE_DOUBLE), call->kid[2], C_WARNINGS,
                         "argument 2 of '%s'", name);
    if (handle)
        check_emptied_argument(check, call, name);
    if (!strcmp(name, "async_run_threadsafe") && runtime_struct(check, "async_loop"))
        check_conversion(check, type_pointer(check->types, runtime_struct(check, "async_loop")),
                         call->kid[1], C_WARNINGS, "argument 1 of '%s'", name);
    if (!strcmp(name, "async_gather"))
        check_gathered(check, row, call);
    if (!strcmp(name, "async_retain"))
        check_retained(check, call);
    if (row->result == R_HANDLE && row->kind != TYPE_UNKNOWN && !handle)
        return NULL;
    return result_type(check, row, call, handle);
}
