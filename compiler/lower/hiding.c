/* Names at the end of a block: a deferred statement comes to stand behind declarations that it must
 * not see. Those that hide what it means are renamed. */
#include "lower/lower.h"

#include "support/arena.h"

/* Whether the statement says `name` and means something else, declared outside of it. */
static bool means_other(const struct node *node, const struct symbol *symbol,
                        const struct node *cleanup)
{
    if (!node)
        return false;
    const struct symbol *found = node->kind == NODE_IDENTIFIER ? node->symbol : NULL;
    if (found && found != symbol && found->name == symbol->name) {
        const struct node *name = found->node;
        return !name || name->start < cleanup->start || name->start >= cleanup->end;
    }
    for (uint32_t i = 0; i < node->count; i++)
        if (means_other(node->kid[i], symbol, cleanup))
            return true;
    return false;
}

static void rename_declared(struct lowered *lowered, struct deferred *last,
                            const struct node *declaration)
{
    for (uint32_t i = 1; i < declaration->count; i++) {
        struct node *name = declarator_name(declaration->kid[i]->kid[0]);
        struct symbol *symbol = name ? name->symbol : NULL;
        for (struct deferred *x = last; symbol && x && x->block == last->block; x = x->outer)
            if (x->node->start < name->start && means_other(x->node->kid[0], symbol, x->node))
                symbol->output_name =
                    fresh_name(lowered, arena_format(lowered->arena, "%s_inner", name->name));
    }
}

void rename_hiding(struct lowered *lowered, struct deferred *last, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *item = node->kid[i];
        while (item && node_is_label(item) && item->count)
            item = item->kid[item->count - 1];
        if (item && item->kind == NODE_DECLARATION)
            rename_declared(lowered, last, item);
        else if (item && item->kind == NODE_SPLICE && !(item->flags & IS_BRACED))
            rename_hiding(lowered, last, item);
    }
}
