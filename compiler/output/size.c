/* Sizes of arrays that only their text describes, where they speak of locals: `char copy[sizeof s]`
 * of a packed s. A frame stands at file scope, where no s is, so they are written as moved types
 * write them: `char copy[sizeof (*(struct s *)0)]`. */
#include "output/node.h"

#include "support/arena.h"
#include "support/text.h"

static bool is_text(const struct type *type)
{
    return type && type->kind == TYPE_ARRAY && type->array_size == ARRAY_FIXED &&
           !type->length_is_known && type->node;
}

static void rewrite(struct emitter *e, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return;
    for (uint32_t i = 0; i < node->count; i++)
        rewrite(e, node->kid[i]);
    bool has_size = node->kind == NODE_ARRAY || node->kind == NODE_INITIALIZER_LIST;
    if (!has_size || !is_text(node->type))
        return;
    struct text text = emit_rendered(e, node->type->node);
    node->type->name = arena_copy(e->lowered->arena, text.data, text.length);
    text_free(&text);
}

void rewrite_sizes(struct emitter e)
{
    e.hoisting = e.has_local_types = true;
    for (size_t i = 0; i < e.lowered->count; i++) {
        e.function = e.lowered->functions[i];
        if (!function_has_frame(e.function))
            continue;
        rewrite(&e, e.function->node->kid[1]);
        rewrite(&e, e.function->body);
    }
}
