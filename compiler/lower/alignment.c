/* Alignment that a local's declaration asks for: _Alignas, and `aligned` among its attributes.
 * Whatever becomes of the local must have it as well. */
#include <string.h>

#include "lower/lower.h"
#include "support/arena.h"
#include "syntax/attribute.h"

struct asked {
    const struct lowered *lowered;
    const char *text;
    struct node *kid[10];
    uint32_t count;
};

static void add_kid(struct asked *asked, const char *format, struct node *kid)
{
    if (asked->count == sizeof asked->kid / sizeof *asked->kid)
        return;
    const char *text = arena_format(asked->lowered->arena, format, asked->count);
    asked->text = arena_format(asked->lowered->arena, "%s%s ", asked->text, text);
    asked->kid[asked->count++] = kid;
}

static void add_aligned(struct asked *asked, const struct node *attribute)
{
    for (uint32_t i = 0; i < attribute->count; i++) {
        const struct node *item = attribute->kid[i];
        if (strcmp(item->name, "aligned") != 0)
            continue;
        if (item->kid[0])
            add_kid(asked, "__attribute__((aligned$%u))", item->kid[0]);
        else
            asked->text =
                arena_format(asked->lowered->arena, "%s__attribute__((aligned)) ", asked->text);
    }
}

/* What its declaration says of the name. */
static struct attributes attributes_of(const struct node *declaration, const struct node *name)
{
    uint32_t low = 1, high = declaration->count;
    while (declaration->kind == NODE_DECLARATION && low + 1 < high) {
        uint32_t middle = (low + high) / 2;
        if (declaration->kid[middle]->start <= name->start)
            low = middle;
        else
            high = middle;
    }
    return declared_attributes(declaration, low);
}

struct node *alignment_asked(const struct lowered *lowered, const struct symbol *symbol)
{
    while (symbol->copy_of)
        symbol = symbol->copy_of;
    const struct node *declaration = symbol->declaration, *attribute;
    if (symbol->kind != SYMBOL_VARIABLE || !declaration || !symbol->is_aligned)
        return NULL;
    struct attributes attributes = attributes_of(declaration, symbol->node);
    struct asked asked = {.lowered = lowered, .text = ""};
    for (uint32_t i = 0; i < attributes.specifiers->count; i++)
        if (attributes.specifiers->kid[i]->kind == NODE_ALIGNAS)
            add_kid(&asked, "$%u", attributes.specifiers->kid[i]);
    while ((attribute = next_attribute(&attributes)) != NULL)
        add_aligned(&asked, attribute);
    if (!*asked.text) /* another declaration of it does */
        return NULL;
    struct node *node =
        node_new(lowered->arena, NODE_MADE, symbol->node->start, symbol->node->end, asked.count);
    for (uint32_t i = 0; i < asked.count; i++)
        node->kid[i] = asked.kid[i];
    node->text = asked.text;
    return node;
}

/* An array in storage of its own is aligned there, and not the pointer to it. */
struct node *field_alignment(const struct lowered *lowered, const struct variable *variable)
{
    bool is_elsewhere = variable->viewed_as && type_resolve(variable->type)->kind == TYPE_POINTER &&
                        type_resolve(variable->viewed_as)->kind == TYPE_ARRAY;
    return is_elsewhere ? NULL : alignment_asked(lowered, variable->symbol);
}
