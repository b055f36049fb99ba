/* Static functions and objects of the file that the source names only where nothing is written of
 * it (lower/left_out.c): C compilers must not call them unused. A function that nobody calls names
 * them, for clang wants more than an attribute behind the definition. */
#include "output/node.h"

/* Whether what is written of this part of the file names it. Of itself it does not count. */
static bool writes_name(const struct node *item, const struct symbol *symbol)
{
    if (item == symbol->declaration)
        return false;
    const struct function *function = item->kind == NODE_FUNCTION ? item->function : NULL;
    if (!function || !function_has_frame(function))
        return node_mentions(item, symbol);
    return node_mentions(function->body, symbol) || node_mentions(item->kid[1], symbol);
}

static bool is_written(const struct node *unit, const struct symbol *symbol)
{
    for (uint32_t i = 0; i < unit->count; i++)
        if (writes_name(unit->kid[i], symbol))
            return true;
    return false;
}

void emit_unused_names(struct emitter *e, const struct node *unit)
{
    const struct lowered *lowered = e->lowered;
    bool any = false;
    for (size_t i = 0; i < lowered->left_out_count; i++) {
        const struct symbol *symbol = lowered->left_out[i];
        if (is_written(unit, symbol))
            continue;
        if (!any) {
            write_line_break(&e->writer);
            write_own_place(&e->writer);
            write_format(&e->writer, "__attribute__((unused)) static void %s(void)\n{\n",
                         lowered->left_out_name);
        }
        any = true;
        write_format(&e->writer, "    (void)%s;\n", written_name(symbol));
    }
    write_string(&e->writer, any ? "}\n" : "");
}
