/* The functions of a file in the core language, as desugaring made them: --dump=desugar.
 *
 * Nothing is C's business yet: `list(int)`, `await` and `defer` are written as the user writes
 * them. Text of the source is copied as it stands; what a pass made follows its template. */
#include "explain/core.h"

#include <string.h>

#include "semantic/symbol.h"
#include "semantic/type.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

struct core {
    struct text *out;
    struct arena *arena;
    const char *code;
    int indent;
};

static void put(struct core *c, const struct node *node);

static void new_line(struct core *c)
{
    text_put(c->out, '\n');
    for (int i = 0; i < c->indent; i++)
        text_put(c->out, ' ');
}

/* --- text of the source, with the kids in their places */

static uint32_t in_order(struct core *c, const struct node *node, const struct node ***kids)
{
    const struct node **sorted = arena_alloc(c->arena, (node->count + 1) * sizeof *sorted);
    uint32_t count = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        uint32_t at = count;
        if (!node->kid[i])
            continue;
        for (; at && sorted[at - 1]->start > node->kid[i]->start; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = node->kid[i];
        count++;
    }
    *kids = sorted;
    return count;
}

static void put_source(struct core *c, uint32_t start, uint32_t end)
{
    if (start < end)
        text_write(c->out, c->code + start, end - start);
}

static void copy(struct core *c, const struct node *node)
{
    const struct node **kids;
    uint32_t count = in_order(c, node, &kids), at = node->start;
    for (uint32_t i = 0; i < count; i++) {
        put_source(c, at, kids[i]->start);
        put(c, kids[i]);
        at = kids[i]->end;
    }
    put_source(c, at, node->end);
}

/* --- what was made */

/* The indentation of the line that is being written. */
static int column(const struct core *c)
{
    size_t line = c->out->length;
    int blanks = 0;
    while (line && c->out->data[line - 1] != '\n')
        line--;
    while (line + (size_t)blanks < c->out->length && c->out->data[line + (size_t)blanks] == ' ')
        blanks++;
    return blanks;
}

static void put_items(struct core *c, const struct node *node, bool first)
{
    for (uint32_t i = 0; i < node->count; i++) {
        if (!node->kid[i])
            continue;
        if (!first)
            new_line(c);
        first = false;
        put(c, node->kid[i]);
    }
}

static void put_splice(struct core *c, const struct node *node)
{
    int outer = c->indent;
    c->indent = column(c);
    if (!(node->flags & IS_BRACED)) {
        put_items(c, node, true);
    } else {
        text_put(c->out, '{');
        c->indent += 4;
        put_items(c, node, false);
        c->indent -= 4;
        new_line(c);
        text_put(c->out, '}');
    }
    c->indent = outer;
}

static void put_spill(struct core *c, const struct node *node)
{
    type_print(c->out, node->symbol->type, node->symbol->name, false, 0);
    if (node->kid[0]) {
        text_puts(c->out, " = ");
        put(c, node->kid[0]);
    }
    text_put(c->out, ';');
}

/* A statement below its header, or its block behind it. */
static void put_below(struct core *c, const struct node *kid)
{
    int outer = c->indent;
    c->indent = column(c);
    if (kid->kind == NODE_SPLICE || kid->kind == NODE_COMPOUND) {
        text_put(c->out, ' ');
    } else {
        c->indent += 4;
        new_line(c);
    }
    put(c, kid);
    c->indent = outer;
}

static void put_template(struct core *c, const struct node *node)
{
    for (const char *at = node->text; *at; at++) {
        if (at[0] == '\n' && at[1] == '$') {
            put_below(c, node->kid[at[2] - '0']);
            at += 2;
        } else if (at[0] == '\n') {
            new_line(c);
        } else if (at[0] == '$' && at[1] == 'n') {
            text_puts(c->out, node->name);
            at++;
        } else if (at[0] == '$' && at[1] >= '0' && at[1] <= '9') {
            put(c, node->kid[at[1] - '0']);
            at++;
        } else {
            text_put(c->out, *at);
        }
    }
}

/* The loop of a clause, over a generator; a loop of the source comes as it stands. */
static void put_range_for(struct core *c, const struct node *node)
{
    text_puts(c->out, node->flags & IS_ASYNC ? "async for (" : "for (");
    copy(c, node->kid[0]);
    text_put(c->out, ' ');
    copy(c, node->kid[1]);
    text_puts(c->out, " : ");
    put(c, node->kid[2]);
    text_put(c->out, ')');
    if (!node->kid[4]) {
        put_below(c, node->kid[3]);
        return;
    }
    text_puts(c->out, " {"); /* or the `else` would be that of an `if` */
    put_below(c, node->kid[3]);
    new_line(c);
    text_puts(c->out, "} else");
    put_below(c, node->kid[4]);
}

static void put_call(struct core *c, const struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        put(c, node->kid[i]);
        text_puts(c->out, i == 0 ? "(" : i + 1 < node->count ? ", " : "");
    }
    text_put(c->out, ')');
}

/* Its loops, and behind them its value; in a declaration the loops follow that. */
static void put_comprehension(struct core *c, const struct node *node)
{
    const struct node *loops = node->kid[0], *value = node->kid[1];
    if (value->kind == NODE_INITIALIZER_LIST) {
        int outer = c->indent;
        c->indent = column(c);
        put(c, value);
        text_put(c->out, ';');
        put_items(c, loops, false);
        c->out->length--; /* the declaration's own semicolon follows */
        c->indent = outer;
        return;
    }
    text_puts(c->out, "({");
    int outer = c->indent;
    c->indent = column(c) + 4;
    put_items(c, loops, false);
    new_line(c);
    put(c, value);
    c->indent -= 4;
    text_put(c->out, ';');
    new_line(c);
    c->indent = outer;
    text_puts(c->out, "})");
}

/* A made node has its parts somewhere else than between its own bytes. */
static bool is_made(const struct node *node)
{
    if (node->kind == NODE_CALL)
        return node->kid[0]->start == node->start && node->kid[0]->end == node->end;
    return node->kind == NODE_RANGE_FOR &&
           (node->kid[3]->start < node->start || node->kid[3]->start >= node->end);
}

static void put(struct core *c, const struct node *node)
{
    if (!node)
        return;
    if (node->text)
        put_template(c, node);
    else if (node->kind == NODE_SPLICE)
        put_splice(c, node);
    else if (node->kind == NODE_SPILL)
        put_spill(c, node);
    else if (node->kind == NODE_COMPREHENSION && node->kid[0]->kind == NODE_SPLICE)
        put_comprehension(c, node);
    else if (node->kind == NODE_RANGE_FOR && is_made(node))
        put_range_for(c, node);
    else if (node->kind == NODE_CALL && is_made(node))
        put_call(c, node);
    else if (node->kind == NODE_IDENTIFIER)
        text_puts(c->out, node->name);
    else if (node->kind == NODE_DEFER && node->kid[0]->text) {
        text_puts(c->out, "defer ");
        put(c, node->kid[0]);
    } else
        copy(c, node);
}

void core_dump(struct text *out, const struct lowered *lowered)
{
    const struct check *check = lowered->check;
    struct core core = {
        .out = out, .arena = check->arena, .code = source_code(check->source), .indent = 0};
    for (size_t i = 0; i < check->function_count; i++) {
        const struct node *node = check->functions[i];
        if (!node->function || source_line(check->source, node->start).system_header)
            continue;
        put(&core, node);
        text_puts(out, "\n\n");
    }
}
