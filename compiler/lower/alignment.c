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

/* What declares the local: its specifiers, and what ends the words behind its name. */
struct words {
    struct node *specifiers;
    uint32_t start, end;
};

/* Where the words of `name = value` end, or of what a loop or `async with` binds; 0: nowhere. */
static uint32_t words_end(const struct node *declaration, const struct node *name)
{
    if (declaration->kind == NODE_RANGE_FOR || declaration->kind == NODE_ASYNC_WITH)
        return declaration->kid[2]->start;
    if (declaration->kind != NODE_DECLARATION)
        return 0;
    for (uint32_t i = 1; i < declaration->count; i++) {
        const struct node *declared = declaration->kid[i], *value = node_kid(declared, 1);
        if (declarator_name(declared->kid[0]) == name)
            return value ? value->start : declared->end;
    }
    return 0;
}

static bool find_words(const struct symbol *symbol, struct words *words)
{
    const struct node *declaration = symbol->declaration, *name = symbol->node;
    if (symbol->kind != SYMBOL_VARIABLE || !declaration)
        return false;
    *words = (struct words){.specifiers = node_kid(declaration, 0),
                            .start = name->start + (uint32_t)strlen(name->name),
                            .end = words_end(declaration, name)};
    return words->end;
}

struct node *alignment_asked(const struct lowered *lowered, const struct symbol *symbol)
{
    while (symbol->copy_of)
        symbol = symbol->copy_of;
    struct words words;
    if (!find_words(symbol, &words))
        return NULL;
    struct asked asked = {
        .lowered = lowered, .code = source_code(lowered->check->source), .text = ""};
    for (uint32_t i = 0; i < words.specifiers->count; i++) {
        struct node *kid = words.specifiers->kid[i];
        if (kid->kind == NODE_ALIGNAS)
            add_alignas(&asked, kid);
        else if (kid->kind == NODE_ATTRIBUTE)
            add_aligned(&asked, kid->start, kid->end);
    }
    add_aligned(&asked, words.start, words.end);
    if (!*asked.text)
        return NULL;
    struct node *node =
        node_new(lowered->arena, NODE_MADE, symbol->node->start, words.end, asked.count);
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
