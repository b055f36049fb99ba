/* Statements of async functions as C: what differs from a copy of the source.
 *
 *     a suspension        see suspension.c
 *     return E            self->result = E; return ASYNC_DONE;
 *     locals in the frame are assigned where they were declared */
#include "output/node.h"

#include <string.h>

#include "output/comments.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

bool emit_for_initialization(struct emitter *e, struct node *node);

bool is_frame_local(const struct emitter *e, const struct node *declared)
{
    struct node *name = declarator_name(declared->kid[0]);
    struct symbol *symbol = name ? name->symbol : NULL;
    if (!symbol || symbol->kind != SYMBOL_VARIABLE || !symbol->lowered)
        return false;
    const struct variable *variable = symbol->lowered;
    return is_own(e, variable) && variable->in_frame;
}

/* --- lists of statements */

/* A local temporary's declaration, or its assignment in the frame. True if anything was written. */
static bool emit_spill(struct emitter *e, struct node *node)
{
    struct variable *variable = node->symbol->lowered;
    struct node *value = node->kid[0];
    if (variable->in_frame && !value)
        return false;
    if (variable->in_frame) {
        emit_variable_store(e, variable, value);
    } else {
        struct text declaration = {0};
        bool seems_unused = variable->kind == VARIABLE_LOCAL && variable->symbol->is_left_out;
        type_print(&declaration, variable->type, written_name(variable->symbol), true,
                   variable->is_declared ? FRAME_DROP : 0);
        write_string(&e->writer, seems_unused ? "__attribute__((unused)) " : "");
        write_string(&e->writer, declaration.data);
        text_free(&declaration);
        if (value && node->flags & IS_CROSSED) {
            write_string(&e->writer, ";");
            write_line_break(&e->writer);
            emit_store(e, written_name(variable->symbol), variable->type, value);
        } else if (value) {
            write_string(&e->writer, " = ");
            emit_node(e, value);
        } else if (wants_value(e, variable)) {
            write_string(&e->writer, " = {}");
        }
    }
    write_string(&e->writer, ";");
    return true;
}

static bool says_nothing(const struct node *node)
{
    const struct variable *variable = node->kind == NODE_SPILL ? node->symbol->lowered : NULL;
    return variable && variable->in_frame && !node->kid[0];
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void emit_list(struct emitter *e, struct node *node, const struct node *next, bool first);

/* Blanks before the first of the line that this byte stands on. */
static int column_of(const struct emitter *e, uint32_t at)
{
    const char *text = source_text(e->check->source);
    uint32_t line = source_line_start(e->check->source, at);
    int column = 0;
    for (; text[line] == ' ' || text[line] == '\t'; line++)
        column += text[line] == '\t' ? 8 - column % 8 : 1;
    return column;
}

static bool says_nothing_on_line(const struct writer *w)
{
    const struct text *out = w->out;
    size_t at = w->line_start;
    while (at < out->length && is_blank(out->data[at]))
        at++;
    return at == out->length;
}

/* Where the text between items goes on, behind one of which nothing was written: its line goes,
 * unless something else stands on it. */
static uint32_t without_line(struct emitter *e, uint32_t at, uint32_t end)
{
    const char *text = source_text(e->check->source);
    uint32_t next = at;
    while (next < end && is_blank(text[next]) && text[next] != '\n')
        next++;
    if (e->writer.lines || next == end || text[next] != '\n' || !says_nothing_on_line(&e->writer))
        return at;
    e->writer.out->length = e->writer.line_start;
    next++;
    for (int i = 0; i < e->writer.shift; i++)
        write_string(&e->writer, " ");
    for (int i = 0; i > e->writer.shift && next < end && text[next] == ' '; i--)
        next++;
    return next;
}

static uint32_t trimmed_end(const struct emitter *e, const struct node *compound)
{
    uint32_t end = compound->end - 1;
    while (end > compound->start + 1 && is_blank(e->code[end - 1]))
        end--;
    return end;
}

/* What a block ends with, behind its last comment. */
static void emit_tail(struct emitter *e, const struct node *compound, uint32_t at,
                      struct node *tail)
{
    int indent = e->writer.indent;
    const char *text = source_text(e->check->source);
    uint32_t end = trimmed_end(e, compound), first = compound->start + 1;
    emit_gap(e, at, end);
    while (first < end && is_blank(text[first]))
        first++;
    e->writer.indent = column_of(e, first) + e->writer.shift;
    write_line_break(&e->writer);
    emit_list(e, tail, NULL, true);
    e->writer.indent = indent;
}

static const char *newline_in(const char *text, uint32_t at, uint32_t end)
{
    return at < end ? memchr(text + at, '\n', end - at) : NULL;
}

/* Line breaks in the text do not tell: macros of system headers stand between some. */
static bool on_one_line(const struct emitter *e, uint32_t start, uint32_t end)
{
    struct place first = source_line(e->check->source, start);
    struct place last = source_line(e->check->source, end > start ? end - 1 : start);
    return first.line == last.line && first.file && last.file && !strcmp(first.file, last.file);
}

/* Whether one line of the source became several, and what stands behind on it must not follow the
 * last of them: it would seem to belong to an `if`. */
static bool needs_line(struct emitter *e, const struct node *item, size_t length)
{
    const struct text *out = e->writer.out;
    return out->length > length && memchr(out->data + length, '\n', out->length - length) &&
           on_one_line(e, item->start, item->end);
}

/* Whether nothing stands between the item that ends at `at` and the next one on its line. */
static bool follows_on_line(const struct emitter *e, uint32_t at, uint32_t next)
{
    uint32_t end = at;
    while (end < next && is_blank(e->code[end]))
        end++;
    return end >= next && at && on_one_line(e, at - 1, next + 1);
}

/* The text between two items. A comment on lines of its own starts in step with the source, so that
 * no #line comes between it and what it speaks of: C compilers look for `fallthrough` before
 * `case`. */
static void emit_gap_lines(struct emitter *e, uint32_t at, uint32_t end)
{
    const char *text = source_text(e->check->source);
    const char *newline = newline_in(text, at, end);
    uint32_t line = newline ? (uint32_t)(newline - text) + 1 : end;
    bool comment = line < end && memchr(text + line, '/', end - line) && text[line] != '#';
    emit_gap(e, at, comment ? line : end);
    if (!comment)
        return;
    write_place(&e->writer, line, false);
    emit_gap(e, line, end);
}

/* Whether a `defer` stood in it, whose statement will be written at the block's end. */
static bool defers(const struct emitter *e, const struct node *item)
{
    if (!item || item->kind != NODE_SPLICE)
        return false;
    bool any =
        !item->count && item->end > item->start && !strncmp(e->code + item->start, "defer", 5);
    for (uint32_t i = 0; !any && i < item->count; i++)
        any = defers(e, item->kid[i]);
    return any;
}

/* Comments of these bytes that what was written from `length` on has lost. */
static void rescue_comments(struct emitter *e, uint32_t start, uint32_t end, size_t length)
{
    struct text lost = {0};
    if (!e->writer.comments || e->writer.out->length == length)
        return;
    comments_rescue(e->writer.comments, start, end, &lost);
    if (lost.length)
        write_behind_line(&e->writer, length, &lost);
    text_free(&lost);
}

/* The items of a block of the source: the text between them, blank lines and comments, is kept. */
static void emit_items(struct emitter *e, struct node *compound, uint32_t at, uint32_t end)
{
    bool outer = e->in_block;
    const struct node *outer_next = e->next;
    bool breaks = false;
    int indent = 0; /* of the line on which the last item began */
    for (uint32_t i = 0; i < compound->count; i++) {
        struct node *item = compound->kid[i];
        if (item->flags & IS_TAIL) {
            size_t length = e->writer.out->length;
            emit_tail(e, compound, at, item);
            at = trimmed_end(e, compound);
            rescue_comments(e, compound->start, at, length);
            continue;
        }
        e->writer.no_loop_pragmas = becomes_no_loop(item);
        if (breaks && follows_on_line(e, at, item->start)) {
            e->writer.indent = indent;
            write_line_break(&e->writer);
        } else {
            emit_gap_lines(e, at, item->start);
        }
        e->writer.no_loop_pragmas = false;
        write_place(&e->writer, item->start, false);
        e->in_block = true;
        e->next = i + 1 < compound->count ? compound->kid[i + 1] : NULL;
        size_t length = e->writer.out->length;
        indent = writer_indent(&e->writer);
        emit_node(e, item);
        at = item->end;
        if (!defers(e, item))
            rescue_comments(e, item->start, item->end, length);
        breaks = needs_line(e, item, length);
        if (e->writer.out->length == length)
            at = without_line(e, at, i + 1 < compound->count ? compound->kid[i + 1]->start : end);
    }
    e->in_block = outer;
    e->next = outer_next;
    emit_gap(e, at, end);
}

/* The items of a block in the braces of the one around it. */
static void emit_flat(struct emitter *e, struct node *compound, bool first)
{
    const char *text = source_text(e->check->source);
    uint32_t at = compound->start + 1, end = trimmed_end(e, compound);
    while (at < end && is_blank(text[at]))
        at++;
    if (at >= end)
        return;
    if (!first)
        write_line_break(&e->writer);
    int shift = e->writer.shift;
    e->writer.shift = e->writer.indent - column_of(e, at);
    emit_items(e, compound, at, end);
    e->writer.shift = shift;
}

/* A generated label stands four to the left of what it stands before. */
static void dedent_line(struct emitter *e)
{
    struct text *out = e->writer.out;
    for (int i = 0;
         i < 4 && out->length > e->writer.line_start && is_blank(out->data[out->length - 1]); i++)
        out->length--;
}

static void emit_list(struct emitter *e, struct node *node, const struct node *next, bool first)
{
    bool outer = e->in_block;
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *item = node->kid[i];
        const struct node *follower = i + 1 < node->count ? node->kid[i + 1] : next;
        if (!item || says_nothing(item))
            continue;
        if (item->flags & IS_FLAT) {
            emit_flat(e, item, first);
            continue;
        }
        if (node_is_unbraced(item)) {
            size_t length = e->writer.out->length;
            emit_list(e, item, follower, first);
            first = first && e->writer.out->length == length;
            continue;
        }
        if (!first)
            write_line_break(&e->writer);
        first = false;
        write_place(&e->writer, item->start, false);
        e->in_block = true;
        int indent = e->writer.indent, shift = e->writer.shift;
        if (!item->text && item->kind != NODE_SPLICE && item->kind != NODE_SUSPEND)
            e->writer.shift = indent - column_of(e, item->start);
        if (item->kind == NODE_LABEL && item->text)
            dedent_line(e);
        if (item->kind == NODE_SUSPEND)
            emit_suspension(e, item, follower);
        else
            emit_node(e, item);
        e->writer.indent = indent;
        e->writer.shift = shift;
    }
    e->in_block = outer;
}

static void emit_braced(struct emitter *e, struct node *node)
{
    int indent = e->writer.indent;
    write_string(&e->writer, "{");
    e->writer.indent = indent + 4;
    if (node->count)
        write_line_break(&e->writer);
    emit_list(e, node, NULL, true);
    e->writer.indent = indent;
    write_line_break(&e->writer);
    write_string(&e->writer, "}");
}

static void emit_splice(struct emitter *e, struct node *node)
{
    enum node_kind first = node->count ? node->kid[0]->kind : NODE_EMPTY;
    e->writer.indent = writer_indent(&e->writer);
    if (first == NODE_LABEL || first == NODE_CASE || first == NODE_DEFAULT)
        e->writer.indent += 4; /* what follows the label stands deeper than it */
    if (node->flags & IS_BRACED || !e->in_block)
        emit_braced(e, node);
    else
        emit_list(e, node, e->next, true);
}

/* --- return */

static void emit_result(struct emitter *e, struct node *value)
{
    const struct type *type = e->function->result;
    if (e->function->returned) {
        emit_variable_store(e, e->function->returned, value);
    } else if (!type_is_void(type)) {
        e->uses_self = true;
        emit_store(e, arena_format(e->lowered->arena, "%s->result", e->function->self), type,
                   value);
    } else {
        bool in_parens = !e->in_block || value->kind == NODE_COMMA;
        write_string(&e->writer, !e->in_block ? "(void)(" : in_parens ? "(" : "");
        emit_node(e, value);
        write_string(&e->writer, in_parens ? ")" : "");
    }
}

/* What ends the function: an expression. */
static void emit_end(struct emitter *e)
{
    if (function_is_generator(e->function)) {
        write_format(&e->writer, "async_generator_end(%s)", e->function->base);
        e->uses_base = true;
    } else {
        write_string(&e->writer, "ASYNC_DONE");
    }
}

static void emit_return(struct emitter *e, struct node *node)
{
    struct node *value = node_kid(node, 0);
    if (!value) {
        write_string(&e->writer, "return ");
        emit_end(e);
        write_string(&e->writer, ";");
    } else if (e->in_block) {
        e->writer.indent = writer_indent(&e->writer);
        emit_result(e, value);
        write_string(&e->writer, ";");
        write_line_break(&e->writer);
        write_string(&e->writer, "return ");
        emit_end(e);
        write_string(&e->writer, ";");
    } else {
        write_string(&e->writer, "return ");
        emit_result(e, value);
        write_string(&e->writer, ", ");
        emit_end(e);
        write_string(&e->writer, ";");
    }
}

/* --- loops whose variables live in the frame */

static void emit_for(struct emitter *e, struct node *node)
{
    struct node *init = node->kid[0];
    bool any = false;
    for (uint32_t i = 1; i < init->count; i++)
        any |= is_frame_local(e, init->kid[i]);
    if (!any) {
        emit_copy(e, node);
        return;
    }
    struct writer *w = &e->writer;
    size_t length = w->out->length;
    uint32_t line = w->line;
    bool outer = e->in_block;
    e->in_block = false;
    emit_gap(e, node->start, init->start);
    bool braces = !emit_for_initialization(e, init);
    if (braces) {
        w->out->length = length;
        w->line = line;
        w->indent = writer_indent(w);
        write_string(w, "{ ");
        e->in_block = true;
        emit_node(e, init);
        e->in_block = false;
        write_line_break(w);
        write_string(w, "for (;");
    }
    struct node rest = *node;
    rest.start = init->end;
    rest.kid = node->kid + 1;
    rest.count = node->count - 1;
    emit_copy(e, &rest);
    write_string(w, braces ? " }" : "");
    e->in_block = outer;
}

/* --- the body */

static bool ends_with_return(const struct node *node)
{
    if (!node)
        return false;
    if (node->kind == NODE_SPLICE || node->kind == NODE_COMPOUND)
        return node->count && ends_with_return(node->kid[node->count - 1]);
    return node->kind == NODE_RETURN;
}

static void emit_compound(struct emitter *e, struct node *node)
{
    write_string(&e->writer, "{");
    emit_items(e, node, node->start + 1, node->end);
}

void emit_body(struct emitter *e, struct node *compound)
{
    if (e->function->detaches) {
        write_format(&e->writer, "    %s->scopes = (struct async_scopes){0};\n    ",
                     e->function->self);
        emit_scopes_return(e, false);
    }
    e->writer.indent = 4;
    if (compound->kind == NODE_SPLICE) { /* of a function that was made */
        write_line_break(&e->writer);
        emit_list(e, compound, NULL, true);
    } else {
        emit_items(e, compound, compound->start + 1, trimmed_end(e, compound));
    }
    e->writer.indent = 4;
    if (ends_with_return(compound))
        return;
    if (e->function->is_main) {
        write_line_break(&e->writer);
        write_format(&e->writer, "%s->result = 0;", e->function->self);
        e->uses_self = true;
    }
    write_line_break(&e->writer);
    write_string(&e->writer, "return ");
    emit_end(e);
    write_string(&e->writer, ";");
}

/* GNU C's function in a function: stays one. */
static void emit_nested(struct emitter *e, struct node *node)
{
    struct function *outer = e->function;
    if (node->function)
        e->function = node->function;
    e->nested++;
    emit_copy(e, node);
    e->nested--;
    e->function = outer;
}

/* Labels of the outermost block stand before what was put in front of its statements. */
static bool is_label_of_body(const struct emitter *e, const struct node *node)
{
    const struct function *function = writes_frame(e) ? e->function : NULL;
    const struct node *body = function ? function->node->kid[2] : NULL;
    for (uint32_t i = 0; body && i < body->count && body->kid[i]->kind == NODE_LOCAL_LABELS; i++)
        if (body->kid[i] == node)
            return true;
    return false;
}

/* For C compilers, which take the case that is fallen into for more than the jump that it is. */
static void emit_fallthrough(struct emitter *e, const struct node *label)
{
    e->writer.indent = writer_indent(&e->writer);
    write_string(&e->writer, "    __attribute__((fallthrough));"); /* deeper, like a statement */
    write_line_break(&e->writer);
    write_place(&e->writer, label->start, false);
}

bool emit_statement_node(struct emitter *e, struct node *node)
{
    if (node->flags & IS_FALLEN_INTO)
        emit_fallthrough(e, node);
    switch (node->kind) {
    case NODE_LOCAL_LABELS:
        return is_label_of_body(e, node);
    case NODE_FUNCTION:
        emit_nested(e, node);
        return true;
    case NODE_COMPOUND:
        if (node->text)
            return false;
        emit_compound(e, node);
        return true;
    case NODE_SUSPEND: {
        e->writer.indent = writer_indent(&e->writer);
        emit_suspension(e, node, e->in_block ? e->next : NULL);
        return true;
    }
    case NODE_SPLICE:
        emit_splice(e, node);
        return true;
    case NODE_SPILL:
        emit_spill(e, node);
        return true;
    case NODE_RETURN:
        if (e->nested || !writes_frame(e))
            return false;
        emit_return(e, node);
        return true;
    case NODE_FOR:
        if (node->text || !node->kid[0] || node->kid[0]->kind != NODE_DECLARATION)
            return false;
        emit_for(e, node);
        return true;
    default:
        return false;
    }
}
