/* Handles as arguments of the runtime's functions. Calls of some are written anew: there a handle
 * is borrowed, or taken out of what holds it, by functions of which C compilers would speak if the
 * argument were none. What it is, and whether it may be emptied, is judged here instead. */
#include <string.h>

#include "semantic/checker.h"

/* A handle that an lvalue holds is taken out of it. */
void check_emptied(struct check *check, struct node *handle, const char *what)
{
    const struct node *node = skip_parens(handle);
    if (is_lvalue(check, handle) && type_qualifiers(node->type) & QUAL_CONST)
        complain(check, node, "%s empties this handle, which is const", what);
}

static const struct row {
    const char *name;
    unsigned char position; /* of the handle, from 1 */
    bool empties;
    bool is_generic; /* has no declaration in C, so runtime.c knows its arguments */
} rows[] = {
    {"async_run", 1, true, true},
    {"async_run_threadsafe", 2, true, true},
    {"async_wait_for", 1, true, true},
    {"async_close", 1, true, true},
    {"async_spawn_threadsafe", 2, true, false},
    {"async_group_spawn", 2, true, false},
    {"async_release", 1, true, false},
    {"async_loop_run", 2, false, false},
    {"async_set_name", 1, false, false},
    {"async_name", 1, false, false},
    {"async_add_done_callback", 1, false, false},
    {"async_set_error", 1, false, false},
};

static const struct row *find_row(const char *name)
{
    for (const struct row *row = rows; name && row < rows + sizeof rows / sizeof *rows; row++)
        if (!strcmp(row->name, name))
            return row;
    return NULL;
}

void check_emptied_argument(struct check *check, struct node *call, const char *name)
{
    const struct row *row = find_row(name);
    if (row && row->empties && row->position < call->count && call->kid[row->position]->type)
        check_emptied(check, call->kid[row->position],
                      arena_format(check->arena, "'%s'", row->name));
}

unsigned handle_argument(const char *name, const struct type *function)
{
    const struct row *row = find_row(name);
    bool is_ours = row && !row->is_generic && row->position <= function->parameter_count &&
                   is_plain_handle(function->parameters[row->position - 1].type, TYPE_FUTURE);
    return is_ours ? row->position : 0;
}

/* C has one type for the handles of all: what async_group_spawn gives is what it takes. */
struct type *handle_result(struct check *check, const struct node *call,
                           const struct type *function)
{
    const char *name = callee_name(call);
    unsigned position = handle_argument(name, function);
    if (!position || strcmp(name, "async_group_spawn") != 0 || position >= call->count)
        return NULL;
    struct type *type = call->kid[position]->type;
    return type && type_resolve(type)->kind == TYPE_FUTURE ? type_unqualified(check->types, type)
                                                           : NULL;
}

/* C declares async_release for futures; it takes generators as well. */
void check_handle_argument(struct check *check, struct node *call, const char *name,
                           unsigned position)
{
    const struct node *argument = call->kid[position];
    bool releases = !strcmp(name, "async_release");
    const struct type *type = type_decay(check->types, argument->type);
    enum type_kind kind = type_resolve(type)->kind;
    bool fits = kind == TYPE_UNKNOWN || kind == TYPE_FUTURE || kind == TYPE_NULLPTR ||
                (releases && kind == TYPE_GENERATOR) || is_plain_handle(type, TYPE_FUTURE) ||
                is_null_constant(check, argument);
    if (!fits)
        complain(check, argument, "'%s' takes a %s, not a value of type '%s'", name,
                 releases ? "handle" : "future", show(check, type));
    check_emptied_argument(check, call, name);
}
