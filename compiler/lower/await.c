/* The await pass over statements.
 *
 * A statement that awaits becomes a splice: what its expressions need done before, then the
 * statement itself with what is left of them. Loops whose condition or step awaits become endless
 * loops that test in their body:
 *
 *     while (E) S        for (;;) { <awaits of E> if (!(E')) break; S }
 *     do S while (E);    for (;;) { S continue_1:; <awaits of E> if (!(E')) break; }
 *     for (I; E; N) S    { I; for (;;) { <E> if (!(E')) break; S continue_1:; <N> } }
 *
 * where `continue` in S has become `goto continue_1`. Everything else keeps its shape: jumping into
 * a loop or a block is legal C, so the state machine needs no more than labels. */
#include "lower/desugar.h"

#include <string.h>

#include "diagnostic.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"

/* --- making nodes */

void list_push(struct hoist *h, struct list *list, struct node *node)
{
    list->items = arena_grow(h->lowered->arena, list->items, list->count, &list->capacity,
                             sizeof *list->items);
    list->items[list->count++] = node;
}

void emit_statement(struct hoist *h, struct node *node)
{
    list_push(h, h->out, node);
}

struct node *copy_node(struct hoist *h, const struct node *node)
{
    struct node *copy = arena_alloc(h->lowered->arena, sizeof *copy);
    *copy = *node;
    return copy;
}

struct node *make_from(struct hoist *h, enum node_kind kind, const struct node *at,
                       const char *text, size_t count, va_list kids)
{
    struct node *node = node_new(h->lowered->arena, kind, at->start, at->end, count);
    node->text = text;
    node->type = at->type;
    for (size_t i = 0; i < count; i++)
        node->kid[i] = va_arg(kids, struct node *);
    return node;
}

struct node *make(struct hoist *h, enum node_kind kind, const struct node *at, const char *text,
                  size_t count, ...)
{
    va_list kids;
    va_start(kids, count);
    struct node *node = make_from(h, kind, at, text, count, kids);
    va_end(kids);
    return node;
}

const char *made_label(struct hoist *h, const char *name)
{
    return fresh_name(h->lowered,
                      arena_format(h->lowered->arena, "%s_%u", name, ++h->function->labels));
}

struct node *make_label(struct hoist *h, const struct node *at, const char *name)
{
    struct node *label = make(h, NODE_LABEL, at, "$n:;", 1, (struct node *)NULL);
    label->name = name;
    return label;
}

void become_goto(struct node *jump, const char *label)
{
    jump->kind = NODE_GOTO;
    jump->name = label;
    jump->text = "goto $n;";
}

void fill_splice(struct hoist *h, struct node *splice, struct list *list)
{
    splice->count = (uint32_t)list->count;
    splice->kid = arena_alloc(h->lowered->arena, (list->count + 1) * sizeof *splice->kid);
    if (list->count)
        memcpy(splice->kid, list->items, list->count * sizeof *splice->kid);
}

struct node *make_splice(struct hoist *h, const struct node *at, struct list *list, bool braced)
{
    struct node *node = node_new(h->lowered->arena, NODE_SPLICE, at->start, at->end, list->count);
    if (list->count)
        memcpy(node->kid, list->items, list->count * sizeof *node->kid);
    if (braced)
        node->flags |= IS_BRACED;
    return node;
}

struct node *make_block(struct hoist *h, struct node *scope, struct list *list)
{
    *scope = *make_splice(h, scope, list, true);
    return scope;
}

struct node *make_use(struct hoist *h, const struct node *at, struct variable *variable)
{
    struct node *node = node_new(h->lowered->arena, NODE_IDENTIFIER, at->start, at->end, 0);
    node->symbol = variable->symbol;
    node->name = variable->symbol->name;
    node->type = variable->type;
    node->flags |= IS_IMPLICIT | HAS_NO_EFFECT;
    return node;
}

struct variable *make_temporary_named(struct hoist *h, struct type *type, const char *name,
                                      unsigned number)
{
    struct arena *arena = h->lowered->arena;
    struct symbol *symbol = arena_alloc(arena, sizeof *symbol);
    const char *wish = arena_format(arena, "%s_%u", name, number);
    *symbol = (struct symbol){.kind = SYMBOL_VARIABLE,
                              .name = fresh_name(h->lowered, wish),
                              .type = type,
                              .function = h->function->node};
    return variable_new(h->lowered, h->function, VARIABLE_TEMPORARY, symbol, type);
}

struct variable *make_temporary(struct hoist *h, struct type *type)
{
    return make_temporary_named(h, type, "value", ++h->function->temporaries);
}

static bool awaits(const struct node *node)
{
    return node && node->flags & HAS_AWAIT && node->kind != NODE_FUNCTION; /* a nested one */
}

/* What is in the list, as one node that covers these bytes of the source. */
static struct node *join(struct hoist *h, struct range range, struct list *list)
{
    struct node place = {.start = range.start, .end = range.end};
    if (list->count != 1)
        return make_splice(h, &place, list, false);
    struct node *only = list->items[0];
    if (only->text || only->kind == NODE_SUSPEND || only->kind == NODE_SPLICE) {
        only->start = range.start;
        only->end = range.end;
    }
    return only;
}

static struct node *in_braces(struct hoist *h, struct node *statement)
{
    struct list list = {0};
    list_push(h, &list, statement);
    return make_splice(h, statement, &list, true);
}

struct node *lower_body(struct hoist *h, struct node *body)
{
    struct list *outer = h->out;
    struct node *lowered = lower_statement(h, body);
    h->out = outer;
    const struct node *statement = node_behind_labels(lowered);
    if (statement && statement->kind == NODE_SUSPEND) /* which are several in C */
        lowered = in_braces(h, lowered);
    if (lowered && lowered->kind == NODE_SPLICE)
        lowered->flags |= IS_BRACED;
    return lowered;
}

/* --- loops */

/* `continue` of this loop, but not of loops inside it, becomes a jump to the label; whether any. */
static bool redirect_continue(struct node *node, const char *label)
{
    if (!node)
        return false;
    switch (node->kind) {
    case NODE_CONTINUE:
        become_goto(node, label);
        return true;
    case NODE_WHILE:
    case NODE_DO:
    case NODE_FOR:
    case NODE_RANGE_FOR:
    case NODE_FUNCTION:
        return false;
    default: {
        bool any = false;
        for (uint32_t i = 0; i < node->count; i++)
            any |= redirect_continue(node->kid[i], label);
        return any;
    }
    }
}

static void emit_test(struct hoist *h, struct node *condition)
{
    if (!condition)
        return;
    struct node *rest = hoist_whole(h, condition);
    struct node *leave = make(h, NODE_BREAK, condition, "break;", 0);
    emit_statement(h, make(h, NODE_IF, condition, "if (!($0))\n$1", 2, rest, leave));
}

/* The body, and behind it the label that its `continue`s jump to. */
static void emit_body(struct hoist *h, struct node *body, bool labelled)
{
    struct node *lowered = lower_body(h, body);
    const char *label = labelled ? made_label(h, "continue") : NULL;
    bool any = labelled && redirect_continue(lowered, label);
    if (lowered && defers_directly(lowered)) /* at the body's end, before what follows here */
        lowered = in_braces(h, lowered);
    if (lowered)
        emit_statement(h, lowered);
    if (any)
        emit_statement(h, make_label(h, body, label));
}

static bool begins_with_labels(const struct node *block)
{
    return block->count && block->kid[0]->kind == NODE_LOCAL_LABELS;
}

/* In the braces around it; of a block that pragmas or `__label__` open nothing may stand in front.
 */
void flatten(const struct hoist *h, struct node *block)
{
    if (block->kind == NODE_COMPOUND && !begins_with_labels(block) &&
        !source_opening_pragma(h->lowered->check->source, block->start, block_first(block)))
        block->flags |= IS_FLAT;
}

/* Nothing follows the body, so its names hide none that are used after it. */
void flatten_last(const struct hoist *h, const struct list *list)
{
    if (list->count)
        flatten(h, list->items[list->count - 1]);
}

static struct node *endless(struct hoist *h, const struct node *at, struct list *body)
{
    struct node *block = make_splice(h, at, body, true);
    return make(h, NODE_WHILE, at, "for (;;)\n$1", 2, (struct node *)NULL, block);
}

static struct node *lower_while(struct hoist *h, struct node *node)
{
    if (!awaits(node->kid[0])) {
        node->kid[1] = lower_body(h, node->kid[1]);
        return node;
    }
    struct list body = {0};
    literals_declare(h, node->kid[0]);
    h->out = &body;
    emit_test(h, node->kid[0]);
    emit_body(h, node->kid[1], false);
    flatten_last(h, &body);
    return endless(h, node, &body);
}

static struct node *lower_do(struct hoist *h, struct node *node)
{
    if (!awaits(node->kid[1])) {
        node->kid[0] = lower_body(h, node->kid[0]);
        return node;
    }
    struct list body = {0};
    literals_declare(h, node->kid[1]);
    h->out = &body;
    emit_body(h, node->kid[0], true);
    emit_test(h, node->kid[1]);
    return endless(h, node, &body);
}

/* `for` whose condition or step awaits; `outer` has its initialisation already. */
static struct node *lower_for_tests(struct hoist *h, struct node *node)
{
    struct node *step = node->kid[2];
    struct list body = {0};
    literals_declare(h, node->kid[1]);
    if (awaits(step))
        literals_declare(h, step);
    h->out = &body;
    emit_test(h, node->kid[1]);
    emit_body(h, node->kid[3], awaits(step));
    if (awaits(step)) {
        hoist_discarded(h, step);
        step = NULL;
    } else {
        flatten_last(h, &body);
    }
    struct node *block = make_splice(h, node, &body, true);
    return make(h, NODE_FOR, node, step ? "for (;; $2)\n$3" : "for (;;)\n$3", 4,
                (struct node *)NULL, (struct node *)NULL, step, block);
}

static struct node *lower_for(struct hoist *h, struct node *node)
{
    struct node *init = node->kid[0];
    if (!awaits(init) && !awaits(node->kid[1]) && !awaits(node->kid[2])) {
        node->kid[3] = lower_body(h, node->kid[3]);
        return node;
    }
    struct list all = {0};
    h->out = &all;
    if (init && init->kind == NODE_DECLARATION)
        emit_statement(h, lower_statement(h, init));
    else if (init)
        hoist_discarded(h, init);
    h->out = &all;
    struct node *loop;
    if (awaits(node->kid[1]) || awaits(node->kid[2])) {
        loop = lower_for_tests(h, node);
    } else {
        const char *text = node->kid[1] ? (node->kid[2] ? "for (; $1; $2)\n$3" : "for (; $1;)\n$3")
                                        : (node->kid[2] ? "for (;; $2)\n$3" : "for (;;)\n$3");
        loop = make(h, NODE_FOR, node, text, 4, (struct node *)NULL, node->kid[1], node->kid[2],
                    lower_body(h, node->kid[3]));
    }
    list_push(h, &all, loop);
    return make_block(h, node, &all);
}

/* --- declarations */

/* Each declarator becomes a declaration of its own, behind what its initialiser awaits. */
static void lower_declaration(struct hoist *h, struct node *node)
{
    struct node *type = node->count > 2 ? local_type_apart(h->lowered, h->function, node) : NULL;
    if (type)
        emit_statement(h, type);
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *declared = node->kid[i], *value = declared->kid[1];
        struct node *behind = NULL;
        if (value && is_built_in_place(value)) {
            behind = value->kid[0];
            declared->kid[1] = value->kid[1];
        } else if (value)
            declared->kid[1] = hoist_whole(h, declared->kid[1]);
        emit_statement(h, make(h, NODE_DECLARATION, node, "$0 $1;", 2, node->kid[0], declared));
        if (behind)
            emit_statement(h, lower_statement(h, behind));
    }
}

/* --- the walk */

/* What stands directly behind a label of which the statement has come apart. */
static struct node *behind_label(struct hoist *h, const struct node *statements)
{
    bool declares = statements->count && statements->kid[0]->kind != NODE_EXPRESSION_STATEMENT;
    struct node *empty = declares ? make(h, NODE_EMPTY, statements, ";", 0) : NULL;
    if (empty)
        empty->end = statements->start;
    return empty;
}

/* A label, case, default or attribute, and its statement. An attribute of a label stays with it. */
static void lower_labelled(struct hoist *h, struct node *node, uint32_t statement)
{
    struct node *inner = lower_statement(h, node->kid[statement]);
    if (inner->kind != NODE_SPLICE || inner->flags & IS_BRACED) {
        node->kid[statement] = inner;
        emit_statement(h, node);
        return;
    }
    bool is_of_label =
        node->kind == NODE_ATTRIBUTED && inner->count && node_is_label(inner->kid[0]);
    node->kid[statement] = is_of_label ? inner->kid[0] : behind_label(h, inner);
    node->end = is_of_label ? inner->kid[0]->end : inner->start;
    emit_statement(h, node);
    for (uint32_t i = is_of_label; i < inner->count; i++)
        emit_statement(h, inner->kid[i]);
}

static void lower_compound(struct hoist *h, struct node *node)
{
    struct list *outer = h->out;
    for (uint32_t i = 0; i < node->count; i++)
        node->kid[i] = lower_statement(h, node->kid[i]);
    h->out = outer;
    emit_statement(h, node);
}

/* Whether the statement ends with an `if` that was made, which an `else` behind it would belong to.
 */
static bool takes_else(const struct node *statement)
{
    while (statement && statement->kind != NODE_DO) {
        uint32_t body = node_is_label(statement) && statement->count ? statement->count - 1
                                                                     : node_body(statement);
        if (statement->kind == NODE_IF) {
            if (!node_kid(statement, 2))
                return true;
            body = 2;
        }
        statement = node_kid(statement, body);
    }
    return false;
}

static void lower_if(struct hoist *h, struct node *node)
{
    struct list *outer = h->out;
    node->kid[0] = hoist_whole(h, node->kid[0]);
    node->kid[1] = lower_body(h, node->kid[1]);
    if (node->kid[2] && takes_else(node->kid[1]))
        node->kid[1] = in_braces(h, node->kid[1]);
    if (node->kid[2])
        node->kid[2] = lower_body(h, node->kid[2]);
    h->out = outer;
    emit_statement(h, node);
}

static void lower_asm(struct hoist *h, struct node *node)
{
    struct list *outer = h->out;
    hoist_kids(h, node, 0, LATER_NOTHING);
    h->out = outer;
    emit_statement(h, node);
}

/* Statements that evaluate one expression first and are otherwise left alone. */
static void lower_simple(struct hoist *h, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        if (kid && node_is_expression(kid))
            node->kid[i] = hoist_whole(h, kid);
        else if (kid)
            node->kid[i] = lower_body(h, kid);
    }
    emit_statement(h, node);
}

static void lower_into(struct hoist *h, struct node *node)
{
    struct list *out = h->out;
    switch (node->kind) {
    case NODE_COMPOUND:
    case NODE_SPLICE: /* made by a pass before this one */
        lower_compound(h, node);
        break;
    case NODE_IF:
        lower_if(h, node);
        break;
    case NODE_WHILE:
        list_push(h, out, lower_while(h, node));
        break;
    case NODE_DO:
        list_push(h, out, lower_do(h, node));
        break;
    case NODE_FOR:
        list_push(h, out, lower_for(h, node));
        break;
    case NODE_LABEL:
    case NODE_ATTRIBUTED:
        lower_labelled(h, node, 0);
        break;
    case NODE_CASE:
    case NODE_DEFAULT:
        lower_labelled(h, node, 2);
        break;
    case NODE_DECLARATION:
        lower_declaration(h, node);
        break;
    case NODE_EXPRESSION_STATEMENT:
        hoist_discarded(h, node->kid[0]);
        break;
    case NODE_RANGE_FOR:
        list_push(h, out, lower_generator_for(h, node));
        break;
    case NODE_ASYNC_WITH:
        list_push(h, out, lower_async_with(h, node));
        break;
    case NODE_DEFER:
        node->kid[0] = lower_body(h, node->kid[0]);
        list_push(h, out, node);
        break;
    case NODE_ASM:
        lower_asm(h, node);
        break;
    default: /* return, switch, goto * */
        lower_simple(h, node);
        break;
    }
}

struct node *lower_statement(struct hoist *h, struct node *statement)
{
    if (!awaits(statement))
        return statement;
    struct range range = {statement->start, statement->end};
    struct list *outer = h->out, *outside = h->outside, list = {0};
    h->out = &list;
    h->outside = NULL;
    lower_into(h, statement);
    h->out = outer;
    h->outside = outside;
    return join(h, range, &list);
}

void await_function(struct lowered *lowered, struct function *function)
{
    struct list none = {0};
    struct hoist h = {.lowered = lowered, .function = function, .out = &none};
    arrays_lower(&h, function->node->kid[2]);
    temporaries_find(&h, function->node->kid[2]);
    function->body = lower_statement(&h, function->node->kid[2]);
}
