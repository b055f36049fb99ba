/* The syntax tree as text: --dump=parse, and with types and symbols --dump=check. */
#include "explain/dump.h"

#include "semantic/symbol.h"
#include "semantic/type.h"
#include "support/text.h"

/* Leaves show what they say; longer ones are cut. */
static void dump_text(struct text *out, const struct node *node, const char *code)
{
    size_t length = node->end - node->start;
    if (node->count || node->text || length == 0)
        return;
    text_puts(out, " `");
    for (size_t i = 0; i < length && i < 40; i++) {
        char byte = code[node->start + i];
        text_put(out, byte == '\n' ? ' ' : byte);
    }
    text_puts(out, length > 40 ? "...`" : "`");
}

static void dump_types(struct text *out, const struct node *node)
{
    if (node->type) {
        text_puts(out, " : ");
        type_print(out, node->type, NULL, false, 0);
    }
    if (node->symbol && node->symbol->name)
        text_printf(out, " -> %s", node->symbol->name);
}

static void dump(struct text *out, const struct node *node, const char *code, bool with_types,
                 int depth)
{
    text_printf(out, "%*s", 2 * depth, "");
    if (!node) {
        text_puts(out, "-\n");
        return;
    }
    text_puts(out, node_kind_names[node->kind]);
    if (node->op != OP_NONE)
        text_printf(out, " %s", operator_names[node->op]);
    if (node->name)
        text_printf(out, " %s", node->name);
    dump_text(out, node, code);
    if (node->text)
        text_printf(out, " {%s}", node->text);
    if (with_types)
        dump_types(out, node);
    text_put(out, '\n');
    for (uint32_t i = 0; i < node->count; i++)
        dump(out, node->kid[i], code, with_types, depth + 1);
}

void node_dump(struct text *out, const struct node *node, const char *code, bool with_types)
{
    dump(out, node, code, with_types, 0);
}
