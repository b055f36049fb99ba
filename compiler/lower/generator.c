/* Generators: `yield`, and the loops and blocks that run one.
 *
 * A generator is a state machine like an async function; what it yields goes into its frame, and a
 * yield has two numbers: at N it goes on, at N + 1 it leaves, because it is closed or an error is
 * thrown in (runtime/include/async/generator.h). `yield v` is NODE_SUSPEND of the form
 * SUSPEND_YIELD: the value, and what to do when it leaves.
 *
 *     async for (T x : g(a)) S else E        async with (T x = g(a)) S else E
 *
 *     {                                      {
 *         g__begin(&g_1, a);                     g__begin(&g_1, a);
 *         defer close g_1, if it goes on         defer if (g_1.result) E
 *         for (;;) {                             advance g_1
 *             advance g_1                        if (it has yielded) {
 *             if (it has ended) break;               defer leave g_1, as left_1 says
 *             T x = g_1.value;                       T x = g_1.value;
 *             S                                      S
 *         }                                          left_1 = 0;
 *         if (g_1.result) E                      }
 *     }                                      }
 *
 * so the defer pass finds every way out, and sets left_1 there. Where the frame of g is not known
 * here, or it recurses, a handle is held instead, and advanced by the runtime's async_next and its
 * kin. Plain generators are the same without waiting. */
#include <string.h>

#include "lower/await.h"
#include "lower/cleanup.h"
#include "lower/desugar.h"
#include "lower/generator_call.h"
#include "support/arena.h"
#include "support/names.h"

struct run { /* of one generator, by a loop or a block */
    struct hoist *h;
    struct node *node;     /* the statement */
    struct node *block;    /* what it becomes */
    struct symbol *callee; /* whose frame `generator` is; NULL: a handle */
    struct type *type;     /* TYPE_GENERATOR */
    struct variable *generator;
    struct variable *item, *status; /* of a handle: what it gave, whether it did */
    struct variable *left;          /* async with: how its body was left */
};

/* --- small things */

static struct node *use(struct run *r, struct variable *variable)
{
    struct node at = {.start = r->node->start, .end = r->node->start};
    return make_use(r->h, &at, variable);
}

static struct node *place(struct run *r)
{
    struct node *at = make(r->h, NODE_MADE, r->node, "", 0);
    at->end = at->start;
    at->type = NULL;
    return at;
}

/* A statement by a template about the generator ($0) and perhaps another value ($1). */
static struct node *statement(struct run *r, const char *text, struct node *other)
{
    struct node *node = make(r->h, NODE_MADE, place(r), text, 2, use(r, r->generator), other);
    node->count = other ? 2 : 1;
    return node;
}

static struct node *test(struct run *r, const char *text, struct node *condition, struct node *then)
{
    return make(r->h, NODE_IF, place(r), text, 2, condition, then);
}

static struct node *block_of(struct run *r, struct list *list)
{
    return make_splice(r->h, place(r), list, true);
}

static struct node *defer(struct run *r, struct node *body)
{
    return make(r->h, NODE_DEFER, place(r), NULL, 1, body);
}

static struct variable *temporary(struct run *r, struct type *type, const char *name)
{
    struct variable *variable =
        make_temporary_named(r->h, type, name, ++r->h->function->generators);
    variable->symbol->block = r->block;
    return variable;
}

static struct type *int_type(struct hoist *h)
{
    return type_simple(h->lowered->check->types, TYPE_INT);
}

bool function_is_generator(const struct function *function)
{
    return function->kind == FUNCTION_GENERATOR || function->kind == FUNCTION_ASYNC_GENERATOR;
}

/* --- which generator, and where it lives */

struct symbol *generator_callee(struct node *range)
{
    struct node *call = skip_parens(range);
    struct node *callee = call->kind == NODE_CALL ? skip_parens(call->kid[0]) : NULL;
    struct symbol *symbol = callee && callee->kind == NODE_IDENTIFIER ? callee->symbol : NULL;
    if (!symbol || symbol->kind != SYMBOL_FUNCTION)
        return NULL;
    const struct type *type = type_resolve(symbol->type);
    return type->kind == TYPE_FUNCTION && type->target->kind == TYPE_GENERATOR ? symbol : NULL;
}

/* `struct g__frame`, which the checker knows only if a header declares it. */
static struct type *frame_type(struct hoist *h, const struct symbol *callee)
{
    struct check *check = h->lowered->check;
    const char *tag = name_of(
        check->names, arena_format(h->lowered->arena, "%s__frame", stem_of(h->lowered, callee)));
    struct symbol *known = check_file_tag(check, tag);
    if (known)
        return known->type;
    struct type *type = type_make(check->types, TYPE_STRUCT);
    type->name = tag;
    type->is_complete = true;
    return type;
}

static void begin_embedded(struct run *r, struct node *range)
{
    struct hoist *h = r->h;
    struct node *call = skip_parens(range), *arguments = NULL;
    struct function *child = lowered_function(h->lowered, r->callee);
    if (child)
        child->is_embedded = true;
    if (!function_has_frame(h->function) && !h->function->outer)
        h->function->holds_frames = true;
    embed_callee(h->lowered, call);
    r->generator = temporary(r, frame_type(h, r->callee), r->callee->name);
    r->generator->child = r->callee;
    r->generator->symbol->is_address_taken = true;
    emit_statement(h, make_spill(h, place(r), r->generator, NULL));
    hoist_kids(h, call, 1, LATER_NOTHING);
    for (uint32_t i = 1; i < call->count; i++) {
        const char *text = arguments ? "$0, $1" : ", $1";
        arguments = make(h, NODE_MADE, call->kid[i], text, 2, arguments, call->kid[i]);
    }
    const char *text =
        arena_format(h->lowered->arena, "%s__begin(&$0, %s%s);", stem_of(h->lowered, r->callee),
                     r->type->is_async ? "$b" : "0", arguments ? "$1" : "");
    emit_statement(h, statement(r, text, arguments));
}

static void begin_handle(struct run *r, struct node *range)
{
    struct hoist *h = r->h;
    struct node *value = hoist_handle(h, range);
    r->generator = temporary(r, r->type, "generator");
    emit_statement(h, make_spill(h, range, r->generator, value));
    if (!type_is_void(r->type->target)) {
        struct types *types = h->lowered->check->types;
        r->item = temporary(r, type_unqualified(types, r->type->target), "item");
        r->item->symbol->is_address_taken = true;
        emit_statement(h, make_spill(h, place(r), r->item, NULL));
    }
    r->status = temporary(r, int_type(h), "status");
    emit_statement(h, make_spill(h, place(r), r->status, NULL));
}

/* An ordinary function that holds frames is defined behind them, and declared in its place: where
 * that cannot be said again, it does not. */
static bool can_hold_frames(const struct function *function)
{
    if (function_has_frame(function))
        return true;
    if (function->outer)
        return function_has_frame(function->outer);
    return !defined_tag(function->node->kid[0]) && function->node->count <= 3;
}

static void begin(struct run *r, struct node *range)
{
    struct symbol *callee = generator_callee(range);
    r->type = type_resolve(range->type);
    if (callee && can_hold_frames(r->h->function) &&
        embed_form(r->h->lowered, r->h->function, callee) == SUSPEND_CHILD)
        r->callee = callee;
    if (r->callee)
        begin_embedded(r, range);
    else
        begin_handle(r, range);
}

/* --- advancing */

static void push_suspension(struct run *r, struct list *list)
{
    struct hoist *h = r->h;
    struct node *node = make(h, NODE_SUSPEND, place(r), NULL, 1, use(r, r->generator));
    struct suspension *suspension = suspension_new(h, r->node, node);
    suspension->form = SUSPEND_ADVANCE;
    suspension->type = NULL;
    suspension->callee = r->callee;
    list_push(h, list, node);
}

/* Whether some part of its code may wait. (Those in this file that it runs were lowered before.) */
static bool may_wait(struct run *r)
{
    const struct function *child = lowered_function(r->h->lowered, r->callee);
    if (!r->type->is_async)
        return false;
    for (size_t i = 0; child && i < child->suspension_count; i++)
        if (child->suspensions[i]->form != SUSPEND_YIELD)
            return true;
    return !child;
}

static void push_resume(struct run *r, struct list *list)
{
    if (may_wait(r))
        push_suspension(r, list);
    else
        list_push(r->h, list,
                  statement(r,
                            arena_format(r->h->lowered->arena, "%s__resume(&$0.base);",
                                         stem_of(r->h->lowered, r->callee)),
                            NULL));
}

/* What a handle is asked: `name(generator, argument)`; its answer comes into r->status if `keeps`.
 */
static void push_request(struct run *r, struct list *list, const char *name, struct node *argument,
                         bool gives_item, bool keeps)
{
    struct hoist *h = r->h;
    struct list *outer = h->out;
    struct node *call = make(h, NODE_CALL, place(r), NULL, 3, NULL, use(r, r->generator), argument);
    call->count = argument ? 3 : 2;
    h->out = list;
    call->type = type_simple(h->lowered->check->types, TYPE_INT);
    struct node *value = generator_request(h, call, name, gives_item ? r->item : NULL, gives_item,
                                           r->type->is_async);
    if (keeps)
        list_push(h, list, make_assignment(h, r->status, "$0 = $1", value));
    else if (!r->type->is_async)
        list_push(h, list, make(h, NODE_EXPRESSION_STATEMENT, place(r), "$0;", 1, value));
    h->out = outer;
}

static void push_next(struct run *r, struct list *list)
{
    if (r->callee)
        push_resume(r, list);
    else
        push_request(r, list, "async_next", NULL, true, true);
}

/* The name that the statement binds, in the scope of `block`. */
static void push_binding(struct run *r, struct list *list, struct node *block)
{
    struct hoist *h = r->h;
    struct node *declarator = r->node->kid[1];
    struct node *name = declarator ? declarator_name(declarator) : NULL;
    if (!name || (r->node->kind == NODE_RANGE_FOR && !body_names(r->node->kid[3], name->symbol) &&
                  !cleanup_of(r->node, 0)))
        return; /* a loop may just count */
    struct node *value =
        r->callee ? make(h, NODE_MADE, name, "$0.value", 1, use(r, r->generator)) : use(r, r->item);
    if (name->symbol) {
        name->symbol->block = block;
        if (function_has_frame(h->function) && !name->symbol->lowered)
            variable_new(h->lowered, h->function, VARIABLE_LOCAL, name->symbol, name->symbol->type);
    }
    list_push(h, list, bound_declaration(h, r->node, place(r), value));
}

/* --- ways out */

static bool leaves(const struct node *node, bool in_loop, bool in_switch)
{
    if (!node || node->kind == NODE_FUNCTION)
        return false;
    switch (node->kind) {
    case NODE_RETURN:
    case NODE_GOTO:
    case NODE_GOTO_COMPUTED:
        return true;
    case NODE_BREAK:
        return !in_loop && !in_switch;
    case NODE_CONTINUE:
        return !in_loop;
    case NODE_WHILE:
    case NODE_DO:
    case NODE_FOR:
        in_loop = true;
        break;
    case NODE_SWITCH:
        in_switch = true;
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < node->count; i++)
        if (leaves(node->kid[i], in_loop, in_switch))
            return true;
    return false;
}

static struct node *report(struct run *r, struct node *error)
{
    return make(r->h, NODE_EXPRESSION_STATEMENT, place(r),
                "async_generator_unhandled($0, __FILE__, __LINE__);", 1, error);
}

/* What happens with the error that the generator ended with. */
static struct node *on_error(struct run *r, struct node *otherwise)
{
    struct hoist *h = r->h;
    struct list list = {0};
    bool left = r->left != NULL;
    struct node *error = r->callee
                             ? make(h, NODE_MADE, place(r), "$0.result", 1, use(r, r->generator))
                             : use(r, r->status);
    struct node *condition = error;
    if (!r->callee)
        condition = make(h, NODE_MADE, place(r), "$0 < 0", 1, error);
    if (otherwise) {
        list_push(h, &list,
                  make(h, NODE_EXPRESSION_STATEMENT, place(r), "async_set_errno($0);", 1, error));
        list_push(h, &list, lower_body(h, otherwise));
        return test(r, "if ($0)\n$1", condition, block_of(r, &list));
    }
    if (left)
        condition = make(h, NODE_MADE, place(r),
                         r->callee ? "async_generator_unseen($1, $2)"
                                   : "$0 && async_generator_unseen($1, $2)",
                         3, condition, error, use(r, r->left));
    return test(r, "if ($0)\n$1", condition, report(r, error));
}

/* The same of a handle, which is consumed. Its error is nobody's if the loop was left early. */
static struct node *closing_handle(struct run *r)
{
    struct hoist *h = r->h;
    struct list list = {0};
    struct variable *status = r->status;
    r->status = temporary(r, int_type(h), "closed");
    list_push(h, &list, make_spill(h, place(r), r->status, NULL));
    push_request(r, &list, "async_close", NULL, false, true);
    struct node *lost =
        make(h, NODE_MADE, place(r), "$0 < 0 && $1 > 0", 2, use(r, r->status), use(r, status));
    list_push(h, &list, test(r, "if ($0)\n$1", lost, report(r, use(r, r->status))));
    r->status = status;
    return block_of(r, &list);
}

/* Closes the generator, if it could go on. */
static struct node *closing(struct run *r)
{
    struct hoist *h = r->h;
    struct list list = {0};
    if (!r->callee)
        return closing_handle(r);
    push_resume(r, &list);
    list_push(
        h, &list,
        statement(r, "async_generator_closed(&$0.base, $0.result, __FILE__, __LINE__);", NULL));
    struct node *condition =
        make(h, NODE_MADE, place(r), "async_generator_closing(&$0.base, &$0.thrown)", 1,
             use(r, r->generator));
    return test(r, "if ($0)\n$1", condition, block_of(r, &list));
}

/* --- for (T x : generator) */

static struct node *loop_body(struct run *r)
{
    struct hoist *h = r->h;
    struct list list = {0};
    struct node *body = node_new(h->lowered->arena, NODE_SPLICE, r->node->start, r->node->end, 0);
    body->flags |= IS_BRACED;
    push_next(r, &list);
    const char *text = r->callee ? "async_generator_ended(&$0.base)" : "$0 <= 0";
    struct node *ended =
        make(h, NODE_MADE, place(r), text, 1, use(r, r->callee ? r->generator : r->status));
    list_push(h, &list, test(r, "if ($0)\n$1", ended, make(h, NODE_BREAK, place(r), "break;", 0)));
    push_binding(r, &list, body);
    list_push(h, &list, lower_body(h, r->node->kid[3]));
    if (!hides_binding(r->node))
        flatten_last(h, &list);
    fill_splice(h, body, &list);
    return body;
}

struct node *lower_generator_for(struct hoist *h, struct node *node)
{
    struct list list = {0};
    struct node *block = node_new(h->lowered->arena, NODE_SPLICE, node->start, node->end, 0);
    struct run run = {.h = h, .node = node, .block = block}, *r = &run;
    struct list *outer = h->out;
    h->out = &list;
    begin(r, node->kid[2]);
    struct node *body = loop_body(r);
    if (!r->callee || leaves(body->kid[body->count - 1], false, false))
        list_push(h, &list, defer(r, closing(r)));
    list_push(h, &list,
              make(h, NODE_WHILE, place(r), "for (;;)\n$1", 2, (struct node *)NULL, body));
    list_push(h, &list, on_error(r, node_kid(node, 4)));
    h->out = outer;
    block->flags |= IS_BRACED;
    fill_splice(h, block, &list);
    return block;
}

/* --- async with (T x = generator) */

static struct node *leaving(struct run *r)
{
    struct list list = {0};
    if (!r->callee) {
        push_request(r, &list, "async_leave", use(r, r->left), false, true);
        return block_of(r, &list);
    }
    list_push(r->h, &list,
              statement(r, "async_generator_leaving(&$0.base, &$0.thrown, $1);", use(r, r->left)));
    push_resume(r, &list);
    list_push(r->h, &list,
              statement(r, "async_generator_left(&$0.base, __FILE__, __LINE__);", NULL));
    return block_of(r, &list);
}

static struct node *with_body(struct run *r)
{
    struct hoist *h = r->h;
    struct list list = {0};
    struct node *body = node_new(h->lowered->arena, NODE_SPLICE, r->node->start, r->node->end, 0);
    struct node *zero = make(h, NODE_MADE, place(r), "0", 0);
    body->flags |= IS_BRACED;
    struct node *leave = defer(r, leaving(r));
    leave->symbol = r->left->symbol; /* which the jumps past it set */
    list_push(h, &list, leave);
    push_binding(r, &list, body);
    h->withs++;
    bool is_cut = declares_variable_type(r->node->kid[3]); /* by the wait at the end */
    list_push(h, &list, lower_body(h, r->node->kid[3]));
    if (!is_cut && !hides_binding(r->node))
        flatten_last(h, &list);
    h->withs--;
    list_push(h, &list, make_assignment(h, r->left, "$0 = $1", zero));
    fill_splice(h, body, &list);
    return body;
}

struct node *lower_async_with(struct hoist *h, struct node *node)
{
    struct list list = {0};
    struct node *block = node_new(h->lowered->arena, NODE_SPLICE, node->start, node->end, 0);
    struct run run = {.h = h, .node = node, .block = block}, *r = &run;
    struct list *outer = h->out;
    h->out = &list;
    r->left = temporary(r, int_type(h), "left");
    list_push(h, &list, make_spill(h, place(r), r->left, make(h, NODE_MADE, place(r), "0", 0)));
    begin(r, node->kid[2]);
    if (r->callee)
        list_push(h, &list, statement(r, "async_generator_with(&$0.base);", NULL));
    else
        list_push(h, &list, statement(r, "async_generator_with_handle($0);", NULL));
    list_push(h, &list, defer(r, on_error(r, node_kid(node, 4))));
    if (r->callee)
        push_resume(r, &list);
    else
        push_request(r, &list, "async_enter", NULL, true, true);
    const char *text =
        r->callee ? "async_generator_entered(&$0.base, $0.result, __FILE__, __LINE__)" : "$0 > 0";
    struct node *entered =
        make(h, NODE_MADE, place(r), text, 1, use(r, r->callee ? r->generator : r->status));
    list_push(h, &list, test(r, "if ($0)\n$1", entered, with_body(r)));
    h->out = outer;
    block->flags |= IS_BRACED;
    fill_splice(h, block, &list);
    return block;
}

/* --- yield */

/* `thrown` ends the generator; with `else X` only closing does, and X goes on. */
static struct node *leave_at_yield(struct hoist *h, struct node *yield, struct node *place)
{
    struct list list = {0}, *outer = h->out;
    struct node *otherwise = node_kid(yield, 1);
    struct node *thrown = make(h, NODE_MADE, place, "$t", 0);
    thrown->type = int_type(h);
    struct node *end = make(h, NODE_RETURN, place, "return $0;", 1, thrown);
    end->flags |= IS_FAILING;
    if (!otherwise) {
        list_push(h, &list, end);
        return make_splice(h, place, &list, false);
    }
    list_push(h, &list, end);
    struct node *closed = make(h, NODE_MADE, place, "!$t", 0);
    struct node *close =
        make(h, NODE_IF, place, "if ($0)\n$1", 2, closed, make_splice(h, place, &list, true));
    struct list rest = {0};
    list_push(h, &rest, close);
    list_push(h, &rest, make(h, NODE_EXPRESSION_STATEMENT, place, "async_set_errno($t);", 0));
    h->out = &rest;
    if (type_is_void(yield->type)) {
        hoist_discarded(h, otherwise);
    } else {
        struct node *value = hoist_whole(h, otherwise);
        list_push(h, &rest, make(h, NODE_EXPRESSION_STATEMENT, place, "$s = $0;", 1, value));
    }
    h->out = outer;
    return make_splice(h, place, &rest, true);
}

struct node *hoist_yield(struct hoist *h, struct node *yield, enum later later)
{
    struct node *value = yield->kid[0] ? hoist(h, yield->kid[0], LATER_NOTHING) : NULL;
    struct node *place = make(h, NODE_MADE, yield, "", 0);
    place->end = place->start;
    struct node *node = make(h, NODE_SUSPEND, yield, NULL, 2, value, (struct node *)NULL);
    struct suspension *suspension = suspension_new(h, yield, node);
    h->function->states++; /* the second, at which it leaves */
    suspension->form = SUSPEND_YIELD;
    suspension->label =
        fresh_name(h->lowered, arena_format(h->lowered->arena, "yield_%u", suspension->state));
    suspension->left_label =
        fresh_name(h->lowered, arena_format(h->lowered->arena, "left_%u", suspension->state));
    suspension->detaches = h->withs > 0;
    h->function->detaches |= suspension->detaches;
    node->kid[1] = leave_at_yield(h, yield, place);
    emit_statement(h, node);
    if (type_is_void(yield->type))
        return make(h, NODE_MADE, yield, "(void)0", 0);
    struct node *sent = make(h, NODE_MADE, yield, "$s", 0);
    return later != LATER_NOTHING ? spill(h, sent) : sent;
}
