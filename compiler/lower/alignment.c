/* Alignment that a local's declaration asks for: _Alignas, and `aligned` among the attributes
 * before the declarator or behind it. Whatever becomes of the local must have it as well.
 * Attributes are text to the tree, so the word is looked for there. */
#include <string.h>

#include "lower/lower.h"
#include "source.h"
#include "support/arena.h"

struct asked {
    const struct lowered *lowered;
    const char *code, *text;
    struct node *alignas[10];
    uint32_t count;
};

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
static void add_aligned(struct asked *asked, uint32_t start, uint32_t end)
{
    const char *text = asked->code + start, *last = asked->code + end;
    while (text < last && (text = memmem(text, (size_t)(last - text), "aligned", 7)) != NULL) {
        text += 7;
        while (text < last && strchr("_ \t\n", *text))
            text++;
        const char *after = text < last && *text == '(' ? behind_parentheses(text, last) : text;
        asked->text = arena_format(asked->lowered->arena, "%s__attribute__((aligned%.*s)) ",
                                   asked->text, (int)(after - text), text);
        text = after;
    }
}

static void add_alignas(struct asked *asked, struct node *alignas)
{
    if (asked->count == sizeof asked->alignas / sizeof *asked->alignas)
        return;
    asked->text = arena_format(asked->lowered->arena, "%s$%u ", asked->text, asked->count);
    asked->alignas[asked->count++] = alignas;
}

/* What declares the local: `name = value` in its declaration; NULL if there is none. */
static const struct node *declared_of(const struct symbol *symbol)
{
    const struct node *declaration = symbol->declaration;
    if (symbol->kind != SYMBOL_VARIABLE || !declaration || declaration->kind != NODE_DECLARATION)
        return NULL;
    for (uint32_t i = 1; i < declaration->count; i++)
        if (declarator_name(declaration->kid[i]->kid[0]) == symbol->node)
            return declaration->kid[i];
    return NULL;
}

struct node *alignment_asked(const struct lowered *lowered, const struct symbol *symbol)
{
    while (symbol->copy_of)
        symbol = symbol->copy_of;
    const struct node *declared = declared_of(symbol);
    if (!declared)
        return NULL;
    struct asked asked = {
        .lowered = lowered, .code = source_code(lowered->check->source), .text = ""};
    const struct node *specifiers = symbol->declaration->kid[0];
    for (uint32_t i = 0; i < specifiers->count; i++) {
        struct node *kid = specifiers->kid[i];
        if (kid->kind == NODE_ALIGNAS)
            add_alignas(&asked, kid);
        else if (kid->kind == NODE_ATTRIBUTE)
            add_aligned(&asked, kid->start, kid->end);
    }
    const struct node *name = symbol->node, *value = declared->kid[1];
    add_aligned(&asked, name->start + (uint32_t)strlen(name->name),
                value ? value->start : declared->end);
    if (!*asked.text)
        return NULL;
    struct node *node =
        node_new(lowered->arena, NODE_MADE, declared->start, declared->end, asked.count);
    for (uint32_t i = 0; i < asked.count; i++)
        node->kid[i] = asked.alignas[i];
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
