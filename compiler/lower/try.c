/* `try E`: the value of E, unless it is an error, which the function returns. */
#include "lower/hoist.h"

/* What lets go of a handle or container. */
static const char *release_text(const struct type *type)
{
    switch (type_resolve(type)->kind) {
    case TYPE_LIST:
        return "async_list_free(&$0);";
    case TYPE_SET:
    case TYPE_DICT:
        return "async_dict_free(&$0);";
    case TYPE_GENERATOR:
        return "async_generator_release($0);";
    default:
        return "async_release($0);";
    }
}

/* Lets go of what operands to the left of a `try` that leaves have made, before it does. */
static struct node *with_releases(struct hoist *h, struct node *at, struct node *leave)
{
    if (!h->pending)
        return leave;
    struct list *outer = h->out, inner = {0};
    h->out = &inner;
    for (struct pending *pending = h->pending; pending; pending = pending->outer) {
        struct node *made = make_use(h, at, pending->made);
        emit_statement(h,
                       make(h, NODE_EXPRESSION_STATEMENT, at, release_text(made->type), 1, made));
    }
    emit_statement(h, leave);
    h->out = outer;
    return make_splice(h, at, &inner, true);
}

/* `if (value < 0) return value;`, and then the value. */
struct node *hoist_try(struct hoist *h, struct node *node)
{
    struct node *value = spill(h, hoist(h, node->kid[0], LATER_NOTHING));
    struct node *error = make_use(h, node, value->symbol->lowered);
    struct node *leave = make(h, NODE_RETURN, node, "return $0;", 1, error);
    leave->flags |= IS_FAILING;
    leave = with_releases(h, node, leave);
    emit_statement(h, make(h, NODE_IF, node, "if ($0 < 0)\n$1", 2, value, leave));
    return make_use(h, node, value->symbol->lowered);
}
