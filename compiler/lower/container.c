/* Calls of the operations of list, set and dict. Each becomes a call of a function that the emitter
 * writes for the container's type (output/container.c):
 *
 *     list_append(&odd, 121)     async_list_int__append(&odd, 121)
 *     list_pop(&odd)             async_list_int__pop(&odd, __FILE__, __LINE__)
 *     list_free(&odd)            async_list_free(&odd) */
#include <string.h>

#include "lower/lower.h"
#include "support/arena.h"
#include "support/text.h"

/* In the order of enum container_operation. */
static const struct {
    const char *name, *verb;
    const char *arguments;
} operations[] = {
    {"list_append", "append", "$1, $2"},
    {"list_pop", "pop", "$1, __FILE__, __LINE__"},
    {"list_free", NULL, NULL},
    {"set_add", "add", "$1, $2"},
    {"set_has", "has", "$1, $2"},
    {"set_remove", "remove", "$1, $2"},
    {"set_free", NULL, NULL},
    {"dict_put", "put", "$1, $2, $3"},
    {"dict_get", "get", "$1, $2"},
    {"dict_remove", "remove", "$1, $2"},
    {"dict_free", NULL, NULL},
};

enum container_operation container_operation(const struct node *node, const struct type **type)
{
    const struct node *callee = node->kind == NODE_CALL ? skip_parens(node->kid[0]) : NULL;
    if (!callee || callee->kind != NODE_IDENTIFIER || callee->symbol || node->count < 2 ||
        !node->kid[1]->type)
        return CONTAINER_NONE;
    const struct type *given = type_resolve(node->kid[1]->type);
    bool points = given->kind == TYPE_POINTER || given->kind == TYPE_ARRAY; /* which decays */
    *type = points ? type_resolve(given->target) : given;
    if ((*type)->kind != TYPE_LIST && (*type)->kind != TYPE_SET && (*type)->kind != TYPE_DICT)
        return CONTAINER_NONE;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (!strcmp(callee->name, operations[i].name))
            return (enum container_operation)i;
    return CONTAINER_NONE;
}

const char *container_function(struct arena *arena, const struct type *type,
                               enum container_operation operation)
{
    struct text tag = {0};
    type_tag(&tag, type);
    const char *name = arena_format(arena, "async_%s__%s", tag.data, operations[operation].verb);
    text_free(&tag);
    return name;
}

void container_call(struct lowered *lowered, struct node *node)
{
    const struct type *type;
    enum container_operation operation = container_operation(node, &type);
    if (operation == CONTAINER_NONE)
        return;
    if (!operations[operation].verb) /* a set is a dict without values */
        node->text = operation == LIST_FREE ? "async_list_free($1)" : "async_dict_free($1)";
    else
        node->text = arena_format(lowered->arena, "%s(%s)",
                                  container_function(lowered->arena, type, operation),
                                  operations[operation].arguments);
}
