/* `__attribute__((cleanup(f)))`, before the defer pass: `T x cleanup(f) = E;` becomes
 * `T x = E; defer f(&x);`. A local in the frame has no end that the C compiler knows of, and beside
 * deferred statements the order would not be the reverse of the source's. */
#include "lower/cleanup.h"

#include "lower/await.h"
#include "syntax/attribute.h"

/* What is static does not end with its block: C compilers ignore the attribute, with a warning. */
static bool outlives_block(const struct node *declaration, uint32_t index)
{
    if (declaration->kind != NODE_DECLARATION)
        return false;
    const struct node *name = declarator_name(declaration->kid[index]->kid[0]);
    return name && name->symbol && !is_automatic(name->symbol);
}

const struct node *cleanup_of(const struct node *declaration, uint32_t index)
{
    if (outlives_block(declaration, index))
        return NULL;
    const struct node *item = find_attribute(declared_attributes(declaration, index), "cleanup");
    return item && item->kid[0] && item->kid[0]->name ? item : NULL;
}

bool has_cleanup_attribute(const struct node *declaration)
{
    for (uint32_t i = 1; i < declaration->count; i++)
        if (cleanup_of(declaration, i))
            return true;
    return false;
}

/* The attribute is written without it. */
static void take_away(const struct node *declaration, uint32_t index)
{
    struct attributes attributes = declared_attributes(declaration, index);
    struct node *attribute;
    while ((attribute = next_attribute(&attributes)) != NULL)
        if (attribute_item(attribute, "cleanup"))
            attribute->flags |= IS_BARE;
}

static struct node *use(struct hoist *h, const struct node *at, const char *name,
                        struct symbol *symbol)
{
    struct node *use = make(h, NODE_IDENTIFIER, at, NULL, 0);
    use->name = name;
    use->symbol = symbol;
    return use;
}

struct node *deferred_cleanup(struct hoist *h, const struct node *declaration, uint32_t index)
{
    struct node *name = declarator_name(declaration->kid[index]->kid[0]);
    const struct node *cleanup = cleanup_of(declaration, index);
    if (!cleanup || !name || !name->symbol)
        return NULL;
    struct node *at = make(h, NODE_MADE, name, "", 0);
    at->end = at->start;
    const struct node *called = cleanup->kid[0];
    struct node *object = use(h, at, name->name, name->symbol);
    object->type = name->symbol->type;
    name->symbol->is_address_taken = true;
    struct node *call = make(h, NODE_EXPRESSION_STATEMENT, at, "$0(&$1);", 2,
                             use(h, at, called->name, called->symbol), object);
    return make(h, NODE_DEFER, at, NULL, 1, call);
}

/* Whether control may leave the block from within: `= ({ return; 0; })`. */
static bool may_leave(const struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return false;
    bool leaves = node->kind == NODE_RETURN || node->kind == NODE_BREAK ||
                  node->kind == NODE_CONTINUE || node->kind == NODE_GOTO ||
                  node->kind == NODE_GOTO_COMPUTED;
    for (uint32_t i = 0; !leaves && i < node->count; i++)
        leaves = may_leave(node->kid[i]);
    return leaves;
}

static bool leaves_behind_first(const struct node *declaration)
{
    for (uint32_t i = 2; i < declaration->count; i++)
        if (may_leave(declaration->kid[i]))
            return true;
    return false;
}

/* The declaration and what it defers. Where a later declarator leaves the block, the cleanups of
 * those before are due: then each has a declaration of its own, with what that defers behind it. */
static void push_deferring(struct hoist *h, struct node *node, struct list *list)
{
    bool apart = leaves_behind_first(node);
    struct node *first = apart ? local_type_apart(h->lowered, h->function, node) : node;
    if (first)
        list_push(h, list, first);
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *deferred = deferred_cleanup(h, node, i);
        if (apart)
            list_push(h, list,
                      make(h, NODE_DECLARATION, node, "$0 $1;", 2, node->kid[0], node->kid[i]));
        if (deferred)
            list_push(h, list, deferred);
    }
}

/* The declaration with what it defers; itself if that is nothing. */
static struct node *declaration(struct hoist *h, struct node *node)
{
    if (!has_cleanup_attribute(node))
        return node;
    struct list list = {0};
    push_deferring(h, node, &list);
    for (uint32_t i = 1; i < node->count; i++)
        take_away(node, i);
    return make_splice(h, node, &list, false);
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
