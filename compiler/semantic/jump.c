/* Jumps past what must not be passed, in functions that are written anew.
 *
 * A guard is what a place in a function lies behind or inside of: a `defer` before it in its block,
 * a variable length array, the body of a loop over a range, a statement expression. The guards of a
 * place are a list from the innermost outwards. A jump may leave guards, if it does not leave a
 * deferred statement itself, but may come behind none that it does not start behind: the list of
 * its target must be the end of its own. A variable with a cleanup may be passed, as gcc allows.
 * Computed gotos and those of asm may leave none, for nothing can be done before they do. One walk
 * notes the lists at the labels, a second one judges the jumps. */
#include "semantic/checker.h"
#include "syntax/attribute.h"

enum guard_kind {
    GUARD_DEFER,    /* behind it */
    GUARD_DEFERRED, /* in it */
    GUARD_ARRAY,
    GUARD_CLEANUP,
    GUARD_BODY,
    GUARD_EXPRESSION
};

struct guard {
    enum guard_kind kind;
    const struct node *node;
    struct guard *outer;
};

struct jumps {
    struct check *check;
    struct guard *guards; /* of the place where the walk is */
    struct guard *at_switch;
    bool judges;         /* the second walk */
    struct node **taken; /* labels whose address is taken */
    size_t taken_count, taken_capacity;
};

static void walk(struct jumps *j, struct node *node);
static void walk_item(struct jumps *j, struct node *node);

static void push(struct jumps *j, enum guard_kind kind, const struct node *node)
{
    struct guard *guard = arena_alloc(j->check->arena, sizeof *guard);
    *guard = (struct guard){kind, node, j->guards};
    j->guards = guard;
}

/* Guards are made anew by each walk: what they guard tells whether two are the same. */
static bool same(const struct guard *a, const struct guard *b)
{
    return a == b || (a && b && a->kind == b->kind && a->node == b->node);
}

static bool is_behind(const struct guard *from, const struct guard *guard)
{
    while (from && !same(from, guard))
        from = from->outer;
    return from != NULL;
}

/* --- messages */

static const char *phrase(struct check *check, const struct guard *guard)
{
    switch (guard->kind) {
    case GUARD_DEFER:
        return "past a 'defer'";
    case GUARD_DEFERRED:
        return "into a deferred statement";
    case GUARD_ARRAY:
        return arena_format(check->arena, "into the scope of '%s', whose size is variable",
                            guard->node->symbol->name);
    case GUARD_EXPRESSION:
        return "into a statement expression";
    default:
        return guard->node->kind == NODE_ASYNC_WITH ? "into the body of an 'async with'"
               : guard->node->flags & IS_ASYNC      ? "into the body of an 'async for'"
                                                    : "into the body of a loop over a range";
    }
}

/* The outermost guard of the target that the jump does not start behind. */
static const struct guard *entered(const struct guard *from, const struct guard *to)
{
    const struct guard *found = NULL;
    for (; to; to = to->outer)
        if (to->kind != GUARD_CLEANUP && !is_behind(from, to))
            found = to;
    return found;
}

/* The innermost guard that the jump would leave, but may not: no code can come before one that is
 * `blind`. */
static const struct guard *left(const struct guard *from, const struct guard *to, bool is_blind)
{
    for (; from && !is_behind(to, from); from = from->outer)
        if (from->kind == GUARD_DEFERRED || (is_blind && from->kind != GUARD_EXPRESSION))
            return from;
    return NULL;
}

static void judge(struct jumps *j, const struct node *jump, const struct guard *from,
                  const struct guard *to)
{
    bool is_asm = jump->kind == NODE_ASM_LABEL, is_computed = jump->kind == NODE_GOTO_COMPUTED;
    static const char *const starts[] = {"it starts",      "it starts", "it is declared",
                                         "it is declared", "it starts", "it starts"};
    const struct guard *guard = entered(from, to);
    if (guard) {
        if (complain(j->check, jump, "a jump %s", phrase(j->check, guard)))
            add_note(j->check, guard->node, "%s here", starts[guard->kind]);
        return;
    }
    guard = left(from, to, is_asm || is_computed);
    if (guard && guard->kind == GUARD_DEFERRED)
        complain(j->check, jump, "the jump would leave a 'defer'");
    else if (guard && complain(j->check, jump, "%s may leave what has to be ended",
                               is_asm ? "an asm goto" : "a computed goto"))
        add_note(j->check, guard->node, "%s here", starts[guard->kind]);
}

/* --- labels and jumps */

static void visit_jump(struct jumps *j, struct node *node)
{
    const struct symbol *symbol = node->symbol;
    if (symbol && symbol->node && symbol->function == j->check->state->function->node)
        judge(j, node, j->guards, symbol->guard);
}

/* C forbids to jump into a statement expression: a label there is another computed goto's. */
static bool is_of_another_expression(const struct guard *from, const struct guard *to)
{
    for (; to; to = to->outer)
        if (to->kind == GUARD_EXPRESSION && !is_behind(from, to))
            return true;
    return false;
}

static void visit_computed(struct jumps *j, struct node *node)
{
    for (size_t i = 0; i < j->taken_count; i++) {
        const struct symbol *label = j->taken[i]->symbol;
        if (label && !is_of_another_expression(j->guards, label->guard))
            judge(j, node, j->guards, label->guard);
    }
}

static void visit_address(struct jumps *j, struct node *node)
{
    if (j->judges)
        return;
    j->taken =
        arena_grow(j->check->arena, j->taken, j->taken_count, &j->taken_capacity, sizeof *j->taken);
    j->taken[j->taken_count++] = node;
}

/* --- what guards */

static void guard_arrays(struct jumps *j, const struct node *declaration)
{
    for (uint32_t i = 1; i < declaration->count; i++) {
        const struct node *declared = declaration->kid[i];
        const struct symbol *symbol = declared->kind == NODE_DECLARED ? declared->symbol : NULL;
        if (symbol && (symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_TYPEDEF) &&
            type_is_variably_modified(symbol->kind == SYMBOL_TYPEDEF ? symbol->type->target
                                                                     : symbol->type))
            push(j, GUARD_ARRAY, declared);
    }
}

static void guard_cleanups(struct jumps *j, const struct node *declaration)
{
    for (uint32_t i = 1; i < declaration->count; i++)
        if (find_attribute(declared_attributes(declaration, i), "cleanup"))
            push(j, GUARD_CLEANUP, declaration->kid[i]);
}

/* A `case` in it that belongs to no `switch` in it has been refused (statement.c). */
static void walk_deferred(struct jumps *j, struct node *node)
{
    struct guard *outer = j->guards, *at_switch = j->at_switch;
    push(j, GUARD_DEFERRED, node);
    j->at_switch = j->guards;
    walk_item(j, node->kid[0]);
    j->guards = outer;
    j->at_switch = at_switch;
}

/* Items of a block, and what stands behind labels: guards last until the end of the block. */
static void walk_item(struct jumps *j, struct node *node)
{
    switch (node->kind) {
    case NODE_DECLARATION:
        walk(j, node);
        guard_arrays(j, node);
        guard_cleanups(j, node);
        break;
    case NODE_DEFER:
        walk_deferred(j, node);
        push(j, GUARD_DEFER, node);
        break;
    case NODE_LABEL:
        if (node->symbol && !j->judges)
            node->symbol->guard = j->guards;
        if (node_kid(node, 0))
            walk_item(j, node->kid[0]);
        break;
    case NODE_ATTRIBUTED:
        if (node_kid(node, 0))
            walk_item(j, node->kid[0]);
        break;
    case NODE_CASE:
    case NODE_DEFAULT:
        if (j->judges)
            judge(j, node, j->at_switch, j->guards);
        if (node_kid(node, 2))
            walk_item(j, node->kid[2]);
        break;
    default:
        walk(j, node);
        break;
    }
}

static void walk_block(struct jumps *j, struct node *node)
{
    struct guard *outer = j->guards;
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i])
            walk_item(j, node->kid[i]);
    j->guards = outer;
}

static void walk_switch(struct jumps *j, struct node *node)
{
    struct guard *outer = j->at_switch;
    walk(j, node->kid[0]);
    j->at_switch = j->guards;
    walk_item(j, node->kid[1]);
    j->at_switch = outer;
}

/* The specifiers, the range and `else` lie outside. */
static void walk_body(struct jumps *j, struct node *node)
{
    struct guard *outer = j->guards;
    walk(j, node->kid[2]);
    push(j, GUARD_BODY, node);
    walk_item(j, node->kid[3]);
    j->guards = outer;
    if (node_kid(node, 4))
        walk_item(j, node->kid[4]);
}

static void walk_kids(struct jumps *j, struct node *node)
{
    struct guard *outer = j->guards;
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->kid[i])
            walk_item(j, node->kid[i]);
        bool lasts = node->kind == NODE_FOR && i == 0; /* what it declares, as long as the loop */
        j->guards = lasts ? j->guards : outer;
        outer = lasts ? j->guards : outer;
    }
}

static void walk(struct jumps *j, struct node *node)
{
    struct guard *outer = j->guards;
    if (!node || node->kind == NODE_FUNCTION)
        return;
    switch (node->kind) {
    case NODE_COMPOUND:
        walk_block(j, node);
        break;
    case NODE_STATEMENT_EXPRESSION:
        push(j, GUARD_EXPRESSION, node);
        walk_block(j, node->kid[0]);
        break;
    case NODE_RANGE_FOR:
    case NODE_ASYNC_WITH:
        walk_body(j, node);
        break;
    case NODE_SWITCH:
        walk_switch(j, node);
        break;
    case NODE_GOTO:
    case NODE_ASM_LABEL:
        if (j->judges)
            visit_jump(j, node);
        break;
    case NODE_GOTO_COMPUTED:
        walk(j, node->kid[0]);
        if (j->judges)
            visit_computed(j, node);
        break;
    case NODE_LABEL_ADDRESS:
        visit_address(j, node);
        break;
    default:
        walk_kids(j, node);
        break;
    }
    j->guards = outer;
}

void check_jumps(struct check *check, struct node *function)
{
    struct jumps jumps = {.check = check};
    if (!(function->kid[2]->flags & HAS_AWAIT))
        return;
    walk(&jumps, function->kid[2]);
    jumps.judges = true;
    walk(&jumps, function->kid[2]);
}
