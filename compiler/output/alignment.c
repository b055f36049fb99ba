/* Alignment of locals that live in the frame: whatever asks for it in their declarations, _Alignas
 * and `aligned` among the attributes before the declarator or behind it, goes in front of the
 * field. Attributes are text to the tree, so the word is looked for there. */
#include "output/node.h"

#include <string.h>

/* Where the parenthesis that opens here is closed. */
static const char *behind_parentheses(const char *at, const char *end)
{
    int depth = 0;
    for (; at < end; at++) {
        depth += (*at == '(') - (*at == ')');
        if (!depth)
            return at + 1;
    }
    return end;
}

/* Every `aligned` among the attributes of [start, end). */
static void put_aligned(struct emitter *e, uint32_t start, uint32_t end)
{
    const char *text = e->code + start, *last = e->code + end;
    while ((text = memmem(text, (size_t)(last - text), "aligned", 7)) != NULL) {
        text += 7;
        while (text < last && strchr("_ \t\n", *text))
            text++;
        const char *after = text < last && *text == '(' ? behind_parentheses(text, last) : text;
        write_string(&e->writer, "__attribute__((aligned");
        write_text(&e->writer, text, (size_t)(after - text));
        write_string(&e->writer, ")) ");
        text = after;
    }
}

/* What declares the variable: `name = value` in its declaration; NULL if there is none. */
static const struct node *declared_of(const struct variable *variable)
{
    const struct node *declaration = variable->symbol->declaration;
    if (variable->kind != VARIABLE_LOCAL || !declaration || declaration->kind != NODE_DECLARATION)
        return NULL;
    for (uint32_t i = 1; i < declaration->count; i++)
        if (declarator_name(declaration->kid[i]->kid[0]) == variable->symbol->node)
            return declaration->kid[i];
    return NULL;
}

void emit_alignment(struct emitter *e, const struct variable *variable)
{
    const struct node *declared = declared_of(variable);
    if (!declared)
        return;
    const struct node *specifiers = variable->symbol->declaration->kid[0];
    for (uint32_t i = 0; i < specifiers->count; i++) {
        struct node *kid = specifiers->kid[i];
        if (kid->kind == NODE_ALIGNAS) {
            emit_copy(e, kid);
            write_string(&e->writer, " ");
        } else if (kid->kind == NODE_ATTRIBUTE) {
            put_aligned(e, kid->start, kid->end);
        }
    }
    const struct node *name = variable->symbol->node, *value = declared->kid[1];
    put_aligned(e, name->start + (uint32_t)strlen(name->name),
                value ? value->start : declared->end);
}
