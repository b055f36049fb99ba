/* `__attribute__((cleanup(f)))`, before the defer pass: `T x cleanup(f) = E;` becomes
 * `T x = E; defer f(&x);`. A local in the frame has no end that the C compiler knows of, and beside
 * deferred statements the order would not be the reverse of the source's. Attributes are text to
 * the tree, so this file reads text. */
#include "lower/cleanup.h"

#include <string.h>

#include "lower/await.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/token.h"

/* The name in `cleanup ( name )` between these bytes, NULL if there is none. */
static const char *function_in(struct hoist *h, uint32_t start, uint32_t end)
{
    const char *code = source_code(h->lowered->check->source), *at = code + start,
               *stop = code + end;
    while (at < stop && (at = memmem(at, (size_t)(stop - at), "cleanup", 7))) {
        const char *c = at + 7;
        at = c;
        while (c < stop && *c == '_')
            c++;
        while (c < stop && strchr(" \t\r\n(", *c))
            c++;
        const char *name = c;
        while (c < stop && is_word_byte(*c))
            c++;
        if (c > name && c < stop)
            return arena_copy(h->lowered->arena, name, (size_t)(c - name));
    }
    return NULL;
}

static const char *of_specifiers(struct hoist *h, const struct node *specifiers)
{
    for (uint32_t i = 0; i < specifiers->count; i++) {
        const struct node *kid = specifiers->kid[i];
        const char *name =
            kid->kind == NODE_ATTRIBUTE ? function_in(h, kid->start, kid->end) : NULL;
        if (name)
            return name;
    }
    return NULL;
}

static const char *of_declared(struct hoist *h, const struct node *declared)
{
    const struct node *value = node_kid(declared, 1);
    uint32_t start = declarator_without_attributes(declared->kid[0])->end;
    return function_in(h, start, value ? value->start : declared->end);
}

bool has_cleanup_attribute(struct hoist *h, const struct node *declaration)
{
    bool any = of_specifiers(h, declaration->kid[0]) != NULL;
    for (uint32_t i = 1; !any && i < declaration->count; i++)
        any = of_declared(h, declaration->kid[i]) != NULL;
    return any;
}

static struct node *deferred_call(struct hoist *h, struct node *name, const char *function)
{
    struct node *at = make(h, NODE_MADE, name, "", 0);
    at->end = at->start;
    struct node *use = make(h, NODE_IDENTIFIER, at, NULL, 0);
    use->symbol = name->symbol;
    use->name = name->name;
    use->type = name->symbol->type;
    use->symbol->is_address_taken = true;
    const char *text = arena_format(h->lowered->arena, "%s(&$0);", function);
    return make(h, NODE_DEFER, at, NULL, 1, make(h, NODE_EXPRESSION_STATEMENT, at, text, 1, use));
}

/* The declaration followed by what it defers; itself if that is nothing. */
static struct node *declaration(struct hoist *h, struct node *node)
{
    struct list list = {0};
    const char *common = of_specifiers(h, node->kid[0]);
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *name = declarator_name(node->kid[i]->kid[0]);
        const char *own = of_declared(h, node->kid[i]);
        if (!(own || common) || !name || !name->symbol)
            continue;
        if (!list.count)
            list_push(h, &list, node);
        list_push(h, &list, deferred_call(h, name, own ? own : common));
        node->kid[i]->flags |= own ? IS_BARE : 0;
        node->kid[0]->flags |= common ? IS_BARE : 0;
    }
    return list.count ? make_splice(h, node, &list, false) : node;
}

/* `for (T x cleanup(f) = E; ...)`: a block around it, which is as long as the loop's scope. */
static struct node *loop(struct hoist *h, struct node *node)
{
    struct node *init = node->kid[0];
    struct node *first = init && init->kind == NODE_DECLARATION ? declaration(h, init) : init;
    if (first == init)
        return node;
    struct list list = {0};
    const char *text = node->kid[1] ? (node->kid[2] ? "for (; $1; $2)\n$3" : "for (; $1;)\n$3")
                                    : (node->kid[2] ? "for (;; $2)\n$3" : "for (;;)\n$3");
    list_push(h, &list, first);
    list_push(h, &list,
              make(h, NODE_FOR, node, text, 4, (struct node *)NULL, node->kid[1], node->kid[2],
                   node->kid[3]));
    return make_splice(h, node, &list, true);
}

static struct node *walk(struct hoist *h, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION || node_is_expression(node))
        return node;
    if (node->kind == NODE_DECLARATION)
        return declaration(h, node);
    for (uint32_t i = node->kind == NODE_FOR; i < node->count; i++)
        node->kid[i] = walk(h, node->kid[i]);
    return node->kind == NODE_FOR ? loop(h, node) : node;
}

static bool defers(const struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return false;
    if (node->kind == NODE_DEFER)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (defers(node->kid[i]))
            return true;
    return false;
}

struct node *cleanup_attributes(struct hoist *h, struct node *body)
{
    if (!function_has_frame(h->function) && !defers(body))
        return body;
    return walk(h, body);
}
