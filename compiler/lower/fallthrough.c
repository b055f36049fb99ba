/* Where a case falls into another that only jumps.
 *
 *     case 1: f();                       case 1: f();
 *     default: return;                       __attribute__((fallthrough));
 *                                        default: return ASYNC_DONE;
 *
 * gcc's -Wimplicit-fallthrough, a part of -Wextra, takes a case that begins with `return;`,
 * `break;`, `continue;` or `goto` for one that may be fallen into. A return that says how the
 * function ended and a jump past deferred statements are more than that in the output, so what the
 * source need not say must be said there. Where gcc would warn of the source, nothing is noted. */
#include "lower/lower.h"

struct walk {
    struct lowered *lowered;
    const struct function *function;
    struct node *before; /* the statement in front of what is looked at, in the same block */
};

/* How many statements are written for it. */
static unsigned statements_in(const struct node *node)
{
    unsigned count = 0;
    if (!node || !node_is_unbraced(node))
        return node != NULL;
    for (uint32_t i = 0; i < node->count; i++)
        count += statements_in(node->kid[i]);
    return count;
}

static bool was_jump(const struct function *function, const struct node *statement)
{
    if (statement->kind == NODE_RETURN)
        return function_has_frame(function) && !node_kid(statement, 0);
    return statement->flags & IS_LONG_JUMP && statements_in(statement) > 1;
}

/* Behind a label for `goto` C compilers take no attribute. */
static void look_at(const struct walk *walk, struct node *node)
{
    bool is_case = node->kind == NODE_CASE || node->kind == NODE_DEFAULT;
    const struct node *statement = is_case ? node_behind_labels(node) : NULL;
    if (walk->before && statement && was_jump(walk->function, statement) &&
        !node_says_fallthrough(walk->before) && may_complete(walk->lowered->check, walk->before))
        node->flags |= IS_FALLEN_INTO;
}

static void visit(struct walk *walk, struct node *node);

static void visit_list(struct walk *walk, const struct node *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct node *item = list->kid[i];
        if (item && node_is_unbraced(item)) {
            visit_list(walk, item);
        } else if (item) {
            look_at(walk, item);
            visit(walk, item);
            walk->before = item;
        }
    }
}

static void visit(struct walk *walk, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return;
    struct node *outer = walk->before;
    walk->before = NULL;
    if (node->kind == NODE_COMPOUND || node->kind == NODE_SPLICE)
        visit_list(walk, node);
    else
        for (uint32_t i = 0; i < node->count; i++)
            visit(walk, node->kid[i]);
    walk->before = outer;
}

void fallthrough_find(struct lowered *lowered, struct function *function)
{
    struct walk walk = {lowered, function, NULL};
    visit(&walk, function->body);
}
