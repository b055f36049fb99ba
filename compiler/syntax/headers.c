/* `for (x : r)` without a type, `for (int x, y : r)`, and Python's `for (int x in r)`. The parser
 * would look for the mistake elsewhere, so where a text has errors, its tokens are searched for
 * such heads: a colon (or `in`) that stands directly in the parentheses, without semicolons. What
 * the parser then sees has no mistake there:
 *
 *     for (x : r)             for (; ;   )
 *     for (int x, y : r)      for (int x    : r)
 *     for (int x in r)        for (int x :  r)
 */
#include "syntax/headers.h"

#include <string.h>

#include "diagnostic.h"
#include "support/arena.h"
#include "syntax/mending.h"
#include "syntax/parse.h"
#include "syntax/token.h"

struct tokens {
    const char *code;
    struct range *items;
    size_t count, capacity;
};

static bool is(const struct tokens *t, size_t i, const char *text)
{
    return i < t->count && token_is(t->code, t->items[i], text);
}

static bool is_name(const struct tokens *t, size_t i)
{
    return token_is_name(t->code, t->items[i]);
}

struct head { /* indexes of tokens */
    size_t loop, first, comma, colon, end;
    bool is_in; /* `colon` is the word `in` */
};

/* `in` where a colon should stand: between a name and a range. */
static bool is_in(const struct tokens *t, size_t i)
{
    return is(t, i, "in") && is_name(t, i - 1) && i + 1 < t->count &&
           !strchr(":=;,)[", t->code[t->items[i + 1].start]);
}

/* The parenthesis behind the `for` at `loop` is the head of a loop over a range. */
static bool read_head(const struct tokens *t, size_t loop, struct head *head)
{
    int depth = 0;
    size_t i = loop + 1;
    *head = (struct head){.loop = loop, .first = i + 1};
    for (; i < t->count; i++) {
        depth += token_nesting(t->code, t->items[i]);
        if (!depth)
            break;
        if (depth > 1)
            continue;
        if (is(t, i, ";") || (!head->colon && (is(t, i, "?") || is(t, i, "="))))
            return false;
        if (is(t, i, ",") && !head->comma && !head->colon)
            head->comma = i;
        if (!head->colon && (is(t, i, ":") || is_in(t, i))) {
            head->colon = i;
            head->is_in = !is(t, i, ":");
        }
    }
    head->end = i;
    return i < t->count && head->colon;
}

static void mend_head(struct mending *m, const struct tokens *t, const struct head *head)
{
    struct range *items = t->items;
    if (head->comma) {
        report_error(m->diagnostics, items[head->comma], "a loop over a range has one variable");
        for (size_t i = head->comma; i < head->colon; i++)
            if (is_name(t, i) && (is(t, i + 1, ",") || i + 1 == head->colon))
                mark_unknown(m->arena, m->marks, items[i].start);
        blank_text(m->text, items[head->comma].start, items[head->colon].start);
        return;
    }
    report_error(m->diagnostics, items[head->first], "expected a type before '%.*s'",
                 (int)(items[head->first].end - items[head->first].start),
                 t->code + items[head->first].start);
    mark_unknown(m->arena, m->marks, items[head->first].start);
    if (is(t, head->loop - 1, "async"))
        blank_text(m->text, items[head->loop - 1].start, items[head->loop - 1].end);
    blank_text(m->text, items[head->first].start, items[head->end].start);
    m->text[items[head->first].start] = m->text[items[head->colon].start] = ';';
}

static void mend_in(struct mending *m, struct range word)
{
    report_error(m->diagnostics, word, "expected ':' instead of 'in'");
    blank_text(m->text, word.start, word.end);
    m->text[word.start] = ':';
}

/* Behind what a statement may begin: in a comprehension it is no loop. */
static bool begins_statement(const struct tokens *t, size_t i)
{
    static const char *const words[] = {";", "{", "}", ")", ":", "else", "do", "defer"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (is(t, i, words[k]))
            return true;
    return false;
}

static struct tokens read_tokens(const struct mending *m)
{
    struct tokens t = {.code = m->code};
    struct range token;
    for (uint32_t at = 0; next_token(m->code, m->length, &at, &token);) {
        t.items = arena_grow(m->arena, t.items, t.count, &t.capacity, sizeof *t.items);
        t.items[t.count++] = token;
    }
    return t;
}

void mend_headers(struct mending *m)
{
    struct tokens tokens = read_tokens(m);
    const struct tokens *t = &tokens;
    for (size_t i = 1; i < t->count; i++) {
        struct head head;
        bool is_gone = m->text[t->items[i].start] == ' '; /* with its function (brackets.c) */
        if (is_gone || !is(t, i, "for") || !is(t, i + 1, "(") || !read_head(t, i, &head))
            continue;
        if (head.is_in)
            mend_in(m, t->items[head.colon]);
        if (!begins_statement(t, i - (is(t, i - 1, "async") && i > 1 ? 2 : 1)))
            continue;
        bool is_bare = head.colon == head.first + 1 && is_name(t, head.first);
        if (!is_bare && (!head.comma || head.comma > head.colon))
            continue;
        mend_head(m, t, &head);
    }
}
