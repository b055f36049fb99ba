/* Alignment that a local's declaration asks for: _Alignas, and `aligned` among its attributes.
 * Whatever becomes of the local must have it as well. */
#include <stdlib.h>
#include <string.h>

#include "lower/lower.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/attribute.h"

struct asked {
    const struct lowered *lowered;
    const char *text;
    struct node *kid[10];
    uint32_t count;
    uint64_t strictest;
    bool is_unknown; /* what only the C compiler can compute is among them */
};

/* `known` is 0 where it is not known. */
static void note_value(struct asked *asked, uint64_t known)
{
    asked->is_unknown |= !known;
    if (known > asked->strictest)
        asked->strictest = known;
}

static void add_kid(struct asked *asked, const char *format, struct node *kid)
{
    if (asked->count == sizeof asked->kid / sizeof *asked->kid)
        return;
    const char *text = arena_format(asked->lowered->arena, format, asked->count);
    asked->text = arena_format(asked->lowered->arena, "%s%s ", asked->text, text);
    asked->kid[asked->count++] = kid;
}

static void add_alignas(struct asked *asked, struct node *alignas)
{
    struct node *operand = node_kid(alignas, 0);
    long long value = 0;
    add_kid(asked, "$%u", alignas);
    if (operand && operand->kind == NODE_TYPE_NAME)
        note_value(asked, type_alignment(operand->type));
    else if (operand && constant_value(asked->lowered->check, operand, &value))
        note_value(asked, value > 0 ? (uint64_t)value : 1); /* 0 asks for nothing */
    else
        note_value(asked, 0);
}

/* The number in `(64)`; 0 if it is more than that. */
static uint64_t plain_number(const struct lowered *lowered, const struct node *arguments)
{
    const char *text = source_code(lowered->check->source) + arguments->start + 1;
    char *end;
    uint64_t number = strtoul(text, &end, 0);
    return *end == ')' ? number : 0;
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
        note_value(asked, item->kid[0] ? plain_number(asked->lowered, item->kid[0]) : 0);
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

/* All that the declaration of the local asks for; no text where it asks for nothing. */
static struct asked asked_of(const struct lowered *lowered, const struct symbol *symbol)
{
    struct asked asked = {.lowered = lowered, .text = ""};
    const struct node *attribute;
    if (symbol->kind != SYMBOL_VARIABLE || !symbol->declaration || !symbol->is_aligned)
        return asked;
    struct attributes attributes = attributes_of(symbol->declaration, symbol->node);
    for (uint32_t i = 0; i < attributes.specifiers->count; i++)
        if (attributes.specifiers->kid[i]->kind == NODE_ALIGNAS)
            add_alignas(&asked, attributes.specifiers->kid[i]);
    while ((attribute = next_attribute(&attributes)) != NULL)
        add_aligned(&asked, attribute);
    return asked;
}

static const struct symbol *original(const struct symbol *symbol)
{
    while (symbol->copy_of)
        symbol = symbol->copy_of;
    return symbol;
}

struct node *alignment_asked(const struct lowered *lowered, const struct symbol *symbol)
{
    symbol = original(symbol);
    struct asked asked = asked_of(lowered, symbol);
    if (!*asked.text) /* nothing does, or another declaration of it */
        return NULL;
    struct node *node =
        node_new(lowered->arena, NODE_MADE, symbol->node->start, symbol->node->end, asked.count);
    for (uint32_t i = 0; i < asked.count; i++)
        node->kid[i] = asked.kid[i];
    node->text = asked.text;
    return node;
}

/* An array in storage of its own is aligned there, and not the pointer to it. */
static bool is_aligned_elsewhere(const struct variable *variable)
{
    return variable->viewed_as && type_resolve(variable->type)->kind == TYPE_POINTER &&
           type_resolve(variable->viewed_as)->kind == TYPE_ARRAY;
}

struct node *field_alignment(const struct lowered *lowered, const struct variable *variable)
{
    return is_aligned_elsewhere(variable) ? NULL : alignment_asked(lowered, variable->symbol);
}

uint64_t field_alignment_value(const struct lowered *lowered, const struct variable *variable)
{
    struct asked asked = {.text = ""};
    uint64_t own = type_alignment(field_type_of(variable));
    if (!is_aligned_elsewhere(variable))
        asked = asked_of(lowered, original(variable->symbol));
    return asked.is_unknown || !own ? 0 : own > asked.strictest ? own : asked.strictest;
}
