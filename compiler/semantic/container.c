/* list(T), set(T), dict(K, V): what they may hold, what stands in them, and how they begin.
 *
 * In C a container is a struct tagged by what it holds, so everything in that must have a name that
 * a tag can be made of (type_tag.c). */
#include <string.h>

#include "semantic/checker.h"

/* --- keys */

/* `char *`, const or not: compared by its characters. */
bool is_text_key(const struct type *type)
{
    const struct type *pointer = type_resolve(type);
    return pointer->kind == TYPE_POINTER && type_resolve(pointer->target)->kind == TYPE_CHAR &&
           !(type_qualifiers(pointer->target) & ~(unsigned)QUAL_CONST);
}

static bool is_key(const struct type *type)
{
    const struct type *key = type_resolve(type);
    if (key->kind == TYPE_BITINT) /* its padding has no value */
        return false;
    return type_is_integer(key) || key->kind == TYPE_POINTER || key->kind == TYPE_UNKNOWN ||
           key->kind == TYPE_FUTURE || key->kind == TYPE_GENERATOR || key->kind == TYPE_QUEUE;
}

/* --- held types */

/* `word` is the former's. */
static void check_held(struct check *check, const char *word, const struct node *name,
                       const struct type *type, bool is_of_key)
{
    const struct type *resolved = type_resolve(type);
    if (resolved->kind == TYPE_UNKNOWN || resolved->kind == TYPE_VOID ||
        resolved->kind == TYPE_ARRAY || resolved->kind == TYPE_FUNCTION)
        return; /* reported for all formers (language.c) */
    if (resolved->kind == TYPE_BUILTIN && strstr(resolved->name, "va_list"))
        complain(check, name, "'%s' cannot hold a 'va_list'", word);
    else if (type_is_variably_modified(type))
        complain(check, name, "'%s' cannot hold a variably modified type", word);
    else if (!type_has_tag(type)) {
        if (complain(check, name, "'%s' cannot hold a type without a name", word))
            add_note(check, name, "give it a tag or a typedef of its own first");
    } else if (is_of_key && !is_key(type)) {
        if (complain(check, name, "'%s' cannot be the key of a '%s'", show(check, type), word))
            add_note(check, name, "keys are integers, enums and pointers");
    }
}

void check_container(struct check *check, const struct node *former, struct type *type)
{
    if (former->count > 0)
        check_held(check, former->name, former->kid[0], type->target, type->kind != TYPE_LIST);
    if (type->kind == TYPE_DICT && former->count > 1)
        check_held(check, former->name, former->kid[1], type->sent, false);
    type->target = type_unqualified(check->types, type->target);
    if (type->sent)
        type->sent = type_unqualified(check->types, type->sent);
}

void check_contents(struct check *check, const struct node *comprehension, const char *word,
                    const struct type *type)
{
    const struct node *element = comprehension->kid[0], *value = comprehension->kid[1];
    if (type_is_void(type->target))
        complain(check, element, "'%s' cannot hold 'void'", word);
    else
        check_held(check, word, element, type->target, type->kind != TYPE_LIST);
    if (value && type_is_void(type->sent))
        complain(check, value, "'%s' cannot hold 'void'", word);
    else if (value)
        check_held(check, word, value, type->sent, false);
}

/* --- members */

struct type *container_member(struct check *check, const struct node *node,
                              const struct type *container)
{
    bool is_list = type_resolve(container)->kind == TYPE_LIST;
    struct function_state *function = check->state->function;
    unsigned qualifiers = type_qualifiers(container) & ~(unsigned)QUAL_ATOMIC;
    struct type *type;
    if (!strcmp(node->name, "len")) {
        type = type_simple(check->types, TYPE_ULONG);
    } else if (!strcmp(node->name, "error")) {
        type = type_simple(check->types, TYPE_INT);
    } else if (is_list && !strcmp(node->name, "data")) {
        type = type_pointer(check->types, type_resolve(container)->target);
        if (function) /* subscripts of it are checked (output/container.c) */
            function->node->flags |= HAS_LANGUAGE;
    } else {
        complain(check, node, "'%s' has no member '%s', but %s'len' and 'error'",
                 show(check, container), node->name, is_list ? "'data', " : "");
        return type_simple(check->types, TYPE_UNKNOWN);
    }
    return type_qualified(check->types, type, qualifiers);
}

/* --- operations */

static void check_is_complete(struct check *check, const struct node *call, const char *name,
                              const struct type *type)
{
    if (!type_is_complete(type))
        complain(check, call, "'%s' needs to know the incomplete type '%s'", name,
                 show(check, type));
}

void check_container_call(struct check *check, struct node *call, const char *name,
                          const struct type *container)
{
    struct type *pointer = type_decay(check->types, call->kid[1]->type);
    bool only_looks = !strcmp(name, "set_has") || !strcmp(name, "dict_get");
    bool frees = strstr(name, "_free");
    if (!only_looks && type_qualifiers(type_resolve(pointer)->target) & QUAL_CONST)
        complain(check, call->kid[1], "'%s' changes what is const here: '%s'", name,
                 show(check, pointer));
    if (frees)
        return;
    check_is_complete(check, call, name, container->target);
    if (container->sent)
        check_is_complete(check, call, name, container->sent);
    if (!strcmp(name, "dict_put"))
        check_conversion(check, container->sent, call->kid[3], C_WARNINGS, "argument 3 of '%s'",
                         name);
}

/* --- initialisers */

static bool is_zero(struct check *check, const struct node *node)
{
    long long value;
    return node->kind == NODE_NUMBER && type_is_integer(node->type) &&
           constant_evaluate(check, node, &value) == CONSTANT_KNOWN && value == 0;
}

/* `{0}` and `{}` begin an empty container; nothing else in braces does. */
void check_container_list(struct check *check, struct type *type, struct node *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct node *element = list->kid[i];
        if (element->kind == NODE_DESIGNATED)
            element = element->kid[0];
        check_value(check, element);
        if (list->count != 1 || list->kid[0] != element || !is_zero(check, element)) {
            if (complain(check, list, "'%s' begins empty, or as a copy", show(check, type)))
                add_note(check, list, "'{0}' is an empty one");
            break;
        }
    }
    list->type = type;
}

/* The 0 of `{0}` around whatever holds the container first of all. */
bool is_whole_zero(struct check *check, const struct node *list, struct node *element)
{
    if (list->count != 1 || list->kid[0] != element || element->kind != NODE_NUMBER)
        return false;
    check_value(check, element);
    return is_zero(check, element);
}
