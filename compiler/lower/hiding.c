/* Names at the end of a block: a deferred statement comes to stand behind declarations that it must
 * not see. What hides there what the statement means gets another name, be it an object, a type or
 * a constant; what has linkage must keep its own, so then what it hides is renamed.
 *
 *     defer use(x);        int x_inner_1 = 4;
 *     int x = 4;           use(x);
 *
 * Cleanup attributes call their functions there, too. And what hides a type that lowering will
 * write (hidden_types.c) gets another name anyway. All that is known from the tree as the checker
 * left it, and later passes write names into templates: so this runs before them. */
#include "lower/lower.h"

#include "diagnostic.h"
#include "lower/cleanup.h"
#include "semantic/scope.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/token.h"

struct waiting {             /* in its block, from where it stands on */
    const struct node *node; /* NODE_DEFER, or the item of a cleanup attribute */
    struct waiting *next;
};

struct block {
    const struct node *node; /* as symbols know it */
    struct waiting *waiting;
};

/* --- what a deferred statement means */

static bool is_within(const struct node *inner, const struct node *outer)
{
    return inner && inner->start >= outer->start && inner->end <= outer->end;
}

/* The other symbol of this name that the statement speaks of, NULL if it does not. */
static struct symbol *meant(const struct node *node, const struct symbol *hiding,
                            const struct node *statement)
{
    struct symbol *found = node ? node->symbol : NULL;
    if (found && found != hiding && found->name == hiding->name &&
        symbol_space(found) == symbol_space(hiding) && !is_within(found->node, statement))
        return found;
    found = NULL;
    for (uint32_t i = 0; node && !found && i < node->count; i++)
        found = meant(node->kid[i], hiding, statement);
    return found;
}

static bool text_says(const struct lowered *lowered, uint32_t start, uint32_t end,
                      const struct symbol *symbol)
{
    static const char *const tags[] = {"struct", "union", "enum", NULL};
    const char *code = source_code(lowered->check->source);
    enum name_space space = SPACE_ORDINARY;
    struct range token;
    while (next_token(code, end, &start, &token)) {
        if (space == symbol_space(symbol) && token_is(code, token, symbol->name))
            return true;
        space = token_is_among(code, token, tags) ? SPACE_TAG : SPACE_ORDINARY;
    }
    return false;
}

/* Whether attributes in the statement speak of something of that name: their arguments are text,
 * and of a struct's all is. */
static bool attributes_say(const struct lowered *lowered, const struct node *node,
                           const struct symbol *symbol)
{
    if (!node)
        return false;
    uint32_t inner = node->count && node->kid[0] ? node->kid[0]->start : node->end;
    bool is_text = node->kind == NODE_ATTRIBUTE_ARGUMENTS || node_is_tag(node);
    if (is_text && text_says(lowered, node->start, inner, symbol))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (attributes_say(lowered, node->kid[i], symbol))
            return true;
    const struct node *last = node->count ? node->kid[node->count - 1] : NULL;
    return is_text && last && text_says(lowered, last->end, node->end, symbol);
}

/* --- new names */

/* Nested functions (GNU C) have none. */
static bool has_linkage(const struct symbol *symbol)
{
    if (symbol->kind == SYMBOL_FUNCTION)
        return !symbol->function || (!symbol->is_defined && symbol->storage != OP_AUTO);
    return symbol->kind == SYMBOL_VARIABLE && (!symbol->function || symbol->storage == OP_EXTERN);
}

static void rename_symbol(struct lowered *lowered, struct symbol *symbol, const char *side)
{
    if (symbol->output_name)
        return;
    const char *wish =
        arena_format(lowered->arena, "%s_%s_%u", symbol->name, side, ++lowered->renamed);
    symbol->output_name = fresh_name(lowered, wish);
}

/* Names with linkage mean the same thing in both places; those of the file stay what they are. */
static void part(struct lowered *lowered, struct symbol *hiding, struct symbol *hidden)
{
    if (!has_linkage(hiding))
        rename_symbol(lowered, hiding, "inner");
    else if (!has_linkage(hidden) && hidden->function)
        rename_symbol(lowered, hidden, "outer");
}

static void part_from_waiting(struct lowered *lowered, struct symbol *symbol,
                              const struct block *block)
{
    for (struct waiting *x = symbol->block == block->node ? block->waiting : NULL; x; x = x->next) {
        struct symbol *hidden = meant(x->node, symbol, x->node);
        if (hidden)
            part(lowered, symbol, hidden);
        else if (symbol->name && !has_linkage(symbol) && attributes_say(lowered, x->node, symbol))
            rename_symbol(lowered, symbol, "inner");
    }
}

/* --- the walk */

static void note_local(struct lowered *lowered, struct symbol *symbol)
{
    struct local *local = arena_alloc(lowered->arena, sizeof *local);
    *local = (struct local){symbol, lowered->locals};
    lowered->locals = local;
    if (symbol->name && (symbol->kind == SYMBOL_TYPEDEF || symbol->kind == SYMBOL_TAG))
        scope_bind(lowered->local_types, symbol_space(symbol), symbol->name, symbol);
}

static void push_waiting(struct lowered *lowered, struct block *block, const struct node *node)
{
    struct waiting *waiting = arena_alloc(lowered->arena, sizeof *waiting);
    *waiting = (struct waiting){node, block->waiting};
    block->waiting = waiting;
}

static bool opens_block(const struct node *node)
{
    switch (node->kind) {
    case NODE_COMPOUND:
    case NODE_IF:
    case NODE_WHILE:
    case NODE_DO:
    case NODE_FOR:
    case NODE_SWITCH:
    case NODE_RANGE_FOR:
    case NODE_ASYNC_WITH:
    case NODE_DEFER:
        return true;
    default:
        return false;
    }
}

/* What the node declares, NULL if nothing. */
static struct symbol *declared(const struct node *node)
{
    bool is_news = node->flags & HAS_BODY || (node->symbol && node->symbol->node == node);
    bool declares = node->kind == NODE_DECLARATOR_NAME || node->kind == NODE_ENUMERATOR ||
                    (node_is_tag(node) && is_news);
    return declares ? node->symbol : NULL;
}

static void walk(struct lowered *lowered, struct node *node, struct block *block);

static void walk_kids(struct lowered *lowered, struct node *node, struct block *block)
{
    for (uint32_t i = 0; i < node->count; i++) {
        const struct node *cleanup =
            node->kind == NODE_DECLARATION && i ? cleanup_of(node, i) : NULL;
        if (cleanup)
            push_waiting(lowered, block, cleanup);
        walk(lowered, node->kid[i], block);
    }
}

static void walk(struct lowered *lowered, struct node *node, struct block *block)
{
    if (!node)
        return;
    struct block inner = {.node = node};
    struct symbol *symbol = declared(node);
    if (symbol && symbol->function) {
        part_from_waiting(lowered, symbol, block);
        if (!has_linkage(symbol) && hides_written_type(lowered, symbol))
            rename_symbol(lowered, symbol, "inner");
        note_local(lowered, symbol);
    }
    walk_kids(lowered, node, opens_block(node) ? &inner : block);
    if (node->kind == NODE_DEFER)
        push_waiting(lowered, block, node);
}

void rename_hiding(struct lowered *lowered, const struct node *function)
{
    struct block none = {0};
    walk(lowered, function->kid[1], &none);
    walk(lowered, function->kid[2], &none);
}

/* --- what loops bind and comprehensions build */

/* Whether the name is declared there, in this block alone if one is given. */
static bool is_declared(const struct node *node, const struct node *block, const char *name)
{
    if (!node)
        return false;
    const struct symbol *symbol = declared(node);
    if (symbol && (!block || symbol->block == block) && symbol->name == name &&
        symbol_space(symbol) == SPACE_ORDINARY)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (is_declared(node->kid[i], block, name))
            return true;
    return false;
}

bool hides_binding(const struct node *statement)
{
    const struct node *body = statement->kid[3];
    const struct node *name = statement->kid[1] ? declarator_name(statement->kid[1]) : NULL;
    return name && (cleanup_of(statement, 0) || is_declared(body, body, name->name));
}

bool may_hide(const struct node *node, const struct symbol *symbol)
{
    return is_declared(node, NULL, symbol->name);
}
