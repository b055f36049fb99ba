/* A suspension as C: begins the child, stores the state, returns if it is pending; then the label
 * that the switch at the top jumps to. A yield hands out its value and returns; behind it stand the
 * two places where the generator goes on (async/generator.h). */
#include "output/node.h"

#include <string.h>

#include "support/arena.h"
#include "support/text.h"

enum { MOST_COLUMNS = 96 };

struct text emit_rendered(struct emitter *e, struct node *node)
{
    struct writer saved = e->writer;
    struct text text = {0};
    e->writer.out = &text;
    e->writer.line_start = 0;
    text_put(&text, '(');
    emit_node(e, node);
    e->writer = saved;
    text.length--; /* the bracket: it may stand in mid-line, so that no #line opens it */
    memmove(text.data, text.data + 1, text.length + 1);
    return text;
}

/* The runtime is told the line where it is that of the source. */
static bool tells_line(const struct text *text)
{
    return text->data && strstr(text->data, "__LINE__");
}

/* Arguments behind others, broken where the line gets long; `open` is behind the parenthesis. */
static void emit_arguments(struct emitter *e, struct node *node, size_t open)
{
    struct writer *w = &e->writer;
    int indent = w->indent, column = (int)(open - w->line_start);
    for (uint32_t i = 0; i < node->count; i++) {
        struct text text = emit_rendered(e, node->kid[i]);
        bool breaks = w->out->length - w->line_start + text.length > MOST_COLUMNS;
        write_string(w, breaks ? "," : ", ");
        w->indent = column;
        if (breaks)
            write_line_break(w);
        if (breaks && tells_line(&text))
            write_place(w, node->kid[i]->start, false);
        write_again(w, &text);
        text_free(&text);
    }
    w->indent = indent;
}

/* `if (<step> == ASYNC_PENDING) return ASYNC_PENDING;` around a call that the caller writes. */
static void emit_state(struct emitter *e, const struct suspension *suspension)
{
    if (!suspension->stores_state) {
        write_format(&e->writer, "%s->state = %u;", e->function->base, suspension->state);
        write_line_break(&e->writer);
        if (suspension->form == SUSPEND_WAIT && suspension->collects)
            write_place(&e->writer, suspension->node->start, false);
    }
    write_string(&e->writer, "if (");
    e->uses_base = true;
}

static void emit_return_if_pending(struct emitter *e)
{
    write_string(&e->writer, " == ASYNC_PENDING)");
    e->writer.indent += 4;
    write_line_break(&e->writer);
    write_string(&e->writer, "return ASYNC_PENDING;");
    e->writer.indent -= 4;
}

static void emit_child(struct emitter *e, const struct suspension *suspension)
{
    write_format(&e->writer, "%s__begin(", stem_of(e->lowered, suspension->callee));
    size_t open = e->writer.out->length;
    write_string(&e->writer, "&");
    emit_slot(e, suspension->slot);
    write_format(&e->writer, ", %s", e->function->base);
    emit_arguments(e, suspension->node, open);
    write_string(&e->writer, ");");
    write_line_break(&e->writer);
    emit_state(e, suspension);
    write_format(&e->writer, "%s__resume(&", stem_of(e->lowered, suspension->callee));
    emit_slot(e, suspension->slot);
    write_string(&e->writer, ".base)");
    emit_return_if_pending(e);
}

/* What begins a wait says is returned as it is: where that comes from a call, it is the last one.
 */
static void emit_wait(struct emitter *e, const struct suspension *suspension)
{
    const char *step = e->function->step;
    emit_state(e, suspension);
    write_format(&e->writer, "(%s = %s__begin%s(", step, suspension->callee->name,
                 suspension->stores_state ? "_at" : "");
    size_t open = e->writer.out->length;
    write_string(&e->writer, suspension->slot ? "&" : "0");
    if (suspension->slot)
        emit_slot(e, suspension->slot);
    write_format(&e->writer, ", %s", e->function->base);
    if (suspension->stores_state)
        write_format(&e->writer, ", %u, %d", suspension->state, suspension->result != NULL);
    emit_arguments(e, suspension->node, open);
    write_string(&e->writer, ")) != ASYNC_DONE)");
    e->writer.indent += 4;
    write_line_break(&e->writer);
    write_format(&e->writer, "return %s;", step);
    e->writer.indent -= 4;
    e->uses_step = true;
}

static void emit_handle(struct emitter *e, const struct suspension *suspension)
{
    emit_slot(e, suspension->slot);
    write_string(&e->writer, " = ");
    emit_node(e, suspension->node->kid[0]);
    write_string(&e->writer, ";");
    write_line_break(&e->writer);
    emit_state(e, suspension);
    write_format(&e->writer, "async_await(%s, ", e->function->base);
    emit_slot(e, suspension->slot);
    write_string(&e->writer, ")");
    emit_return_if_pending(e);
}

/* After an await of a handle, or of a wait for one: its result is copied out, the handle given up.
 */
static void emit_collect(struct emitter *e, const struct suspension *suspension)
{
    bool status = type_carries_error(suspension->type), wide = !status;
    write_line_break(&e->writer);
    write_string(&e->writer, status ? "async_collect(" : "async_collect_value(");
    emit_slot(e, suspension->slot);
    if (suspension->collects)
        write_string(&e->writer, ".future");
    if (suspension->result) {
        write_string(&e->writer, ", &");
        emit_variable(e, suspension->result);
        write_string(&e->writer, ", sizeof ");
        emit_variable(e, suspension->result);
    } else {
        write_string(&e->writer, ", 0, 0");
    }
    if (wide && !suspension->result)
        write_string(&e->writer, ", 1");
    if (wide && suspension->result) {
        struct text type = {0};
        type_print(&type, suspension->result->type, NULL, true, 15);
        write_format(&e->writer, ", __alignof__(%s)", type.data);
        text_free(&type);
    }
    write_string(&e->writer, ");");
    if (!suspension->collects)
        return;
    write_line_break(&e->writer);
    write_format(&e->writer, "%s__end(&", suspension->callee->name);
    emit_slot(e, suspension->slot);
    write_string(&e->writer, ");");
}

/* C wants a statement behind a label, and a declaration is none. */
static bool needs_semicolon(const struct node *next)
{
    return !next || next->kind == NODE_DECLARATION || next->kind == NODE_SPILL ||
           next->kind == NODE_CASE || next->kind == NODE_DEFAULT || next->kind == NODE_LABEL ||
           next->kind == NODE_SPLICE || next->kind == NODE_FUNCTION ||
           next->kind == NODE_STATIC_ASSERT || next->kind == NODE_EMPTY ||
           next->kind == NODE_ATTRIBUTED; /* its attribute would be the label's */
}

/* A label, which stands four to the left of what it stands before. */
static void emit_label(struct emitter *e, const struct node *at, const char *label, bool alone)
{
    e->writer.indent -= 4;
    write_line_break(&e->writer);
    write_place(&e->writer, at->start, true);
    write_format(&e->writer, alone ? "%s:;" : "%s:", label);
    e->writer.indent += 4;
}

static void emit_advance(struct emitter *e, const struct suspension *suspension)
{
    emit_state(e, suspension);
    write_format(&e->writer, "%s__resume(&", stem_of(e->lowered, suspension->callee));
    emit_node(e, suspension->node->kid[0]);
    write_string(&e->writer, ".base)");
    emit_return_if_pending(e);
}

/* Where a generator that detaches scopes goes on. */
void emit_scopes_return(struct emitter *e, bool breaks)
{
    const char *self = e->function->self;
    if (!e->function->detaches)
        return;
    write_format(&e->writer, "%s->mark = async_scopes_return(&%s->scopes);", self, self);
    if (breaks)
        write_line_break(&e->writer);
    e->uses_self = true;
}

/* Who does not send gives zero. */
static void emit_nothing_sent(struct emitter *e)
{
    const char *self = e->function->self;
    if (!e->function->sent)
        return;
    write_format(&e->writer,
                 type_is_scalar(type_resolve(e->function->sent))
                     ? "%s->sent = 0;"
                     : "__builtin_memset((void *)&%1$s->sent, 0, sizeof %1$s->sent);",
                 self);
    write_line_break(&e->writer);
    e->uses_self = true;
}

static void emit_yield(struct emitter *e, struct node *node, const struct node *next)
{
    const struct suspension *suspension = node->suspension;
    const struct function *function = e->function;
    e->uses_base = true;
    if (node->kid[0] && !type_is_void(function->yielded)) {
        e->uses_self = true;
        emit_store(e, arena_format(e->lowered->arena, "%s->value", function->self),
                   function->yielded, node->kid[0]);
        write_string(&e->writer, ";");
        write_line_break(&e->writer);
    }
    emit_nothing_sent(e);
    if (suspension->detaches) {
        write_format(&e->writer, "async_scopes_leave(%s, &%s->scopes, %s->mark);", function->base,
                     function->self, function->self);
        write_line_break(&e->writer);
    }
    write_format(&e->writer, "%s->state = %u;", function->base, suspension->state);
    write_line_break(&e->writer);
    write_string(&e->writer, "return ASYNC_DONE;");
    emit_label(e, node, suspension->left_label, false);
    write_line_break(&e->writer);
    emit_scopes_return(e, true);
    bool outer = e->in_block;
    e->in_block = !(node->kid[1]->flags & IS_BRACED);
    emit_node(e, node->kid[1]);
    e->in_block = outer;
    emit_label(e, node, suspension->label, !function->detaches && needs_semicolon(next));
    if (function->detaches) {
        write_line_break(&e->writer);
        emit_scopes_return(e, false);
    }
}

void emit_suspension(struct emitter *e, struct node *node, const struct node *next)
{
    const struct suspension *suspension = node->suspension;
    if (suspension->form == SUSPEND_YIELD) {
        emit_yield(e, node, next);
        return;
    }
    bool handle = suspension->form == SUSPEND_HANDLE;
    if (suspension->form == SUSPEND_CHILD)
        emit_child(e, suspension);
    else if (suspension->form == SUSPEND_WAIT)
        emit_wait(e, suspension);
    else if (suspension->form == SUSPEND_ADVANCE)
        emit_advance(e, suspension);
    else
        emit_handle(e, suspension);
    bool collects = handle || suspension->collects;
    emit_label(e, node, suspension->label, !collects && needs_semicolon(next));
    if (collects)
        emit_collect(e, suspension);
}
