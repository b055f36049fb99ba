/* `break` and `continue` in the head of a loop or switch, in a statement expression there, belong
 * to what is around, as gcc has it. A head that awaits moves into the loop's body, and clang takes
 * them for the inner loop's anyway; so they become gotos, to the end of the outer loop's body or
 * behind it:
 *
 *     for (;;)                              for (;;)
 *         while (({ if (c) break; 1; }))        while (({ if (c) goto break_1; 1; }))
 *             S                                     S
 *                                           break_1:;
 */
#include "lower/desugar.h"

#include "support/arena.h"

struct target { /* a loop or switch whose body is being walked */
    struct target *outer;
    bool is_loop;
    bool in_head; /* it stands in the head of another one */
    const char *break_label, *continue_label;
};

struct heads {
    struct hoist *hoist;
    struct target *target;
    bool in_head; /* of one inside the target */
};

static void visit(struct heads *w, struct node **slot);

static void redirect(struct heads *w, struct node *jump)
{
    bool is_continue = jump->kind == NODE_CONTINUE, in_head = w->in_head;
    struct target *target = w->target;
    for (; target && is_continue && !target->is_loop; target = target->outer)
        in_head |= target->in_head;
    if (!target || !in_head)
        return;
    const char **label = is_continue ? &target->continue_label : &target->break_label;
    if (!*label)
        *label = made_label(w->hoist, is_continue ? "continue" : "break");
    become_goto(jump, *label);
}

static void put_label(struct heads *w, struct node **slot, const char *name)
{
    struct list list = {0};
    if (!name)
        return;
    list_push(w->hoist, &list, *slot);
    list_push(w->hoist, &list, make_label(w->hoist, *slot, name));
    *slot = build_block(w->hoist, *slot, &list);
}

/* A loop or switch; what stands behind a range's body is neither in it nor in the head. */
static void enter(struct heads *w, struct node **slot, uint32_t body)
{
    struct node *node = *slot;
    struct target target = {
        .outer = w->target, .is_loop = node->kind != NODE_SWITCH, .in_head = w->in_head};
    bool is_range = node->kind == NODE_RANGE_FOR;
    uint32_t heads = is_range ? body : node->count;
    w->in_head = true;
    for (uint32_t i = 0; i < heads; i++)
        if (i != body)
            visit(w, &node->kid[i]);
    w->in_head = false;
    w->target = &target;
    visit(w, &node->kid[body]);
    w->target = target.outer;
    w->in_head = target.in_head;
    if (is_range && node_kid(node, body + 1))
        visit(w, &node->kid[body + 1]);
    put_label(w, &node->kid[body], target.continue_label);
    put_label(w, slot, target.break_label);
}

static void visit(struct heads *w, struct node **slot)
{
    struct node *node = *slot;
    if (!node || node->kind == NODE_FUNCTION || node_is_unevaluated(node))
        return;
    uint32_t body = node_body(node);
    if (node->kind == NODE_BREAK || node->kind == NODE_CONTINUE)
        redirect(w, node);
    else if (body < node->count)
        enter(w, slot, body);
    else
        for (uint32_t i = 0; i < node->count; i++)
            visit(w, &node->kid[i]);
}

void heads_redirect(struct hoist *h, struct node *body)
{
    struct heads w = {.hoist = h};
    for (uint32_t i = 0; i < body->count; i++)
        visit(&w, &body->kid[i]);
}
