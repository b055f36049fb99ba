/* One bracket of a declaration may be missing, or there is one too many, or it is of another kind:
 * the parser is asked of which place that is true. Of braces, the columns in which statements begin
 * tell; of other brackets, the place where the parser stops. Where no single bracket explains all
 * that is wrong, brackets.c has a look at the file. */
#include "syntax/unbalanced.h"

#include <string.h>

#include "support/arena.h"
#include "syntax/attempt.h"
#include "syntax/corrector.h"
#include "syntax/declarations.h"
#include "syntax/mending.h"
#include "syntax/token.h"

enum {
    WINDOW = 40,         /* tokens before the place where the parser stopped */
    MOST_ATTEMPTS = 120, /* to parse a declaration */
    NESTING = 256
};

enum { PARENTHESES, SQUARE, BRACES, KINDS };

static const char *const openers[KINDS] = {"(", "[", "{"};
static const char *const closers[KINDS] = {")", "]", "}"};

struct search {
    struct corrector *c;
    unsigned attempts;
    int surplus[KINDS]; /* so many more are opened than closed */
};

/* --- brackets */

static int kind_of(const struct corrector *c, size_t i, const char *const *brackets)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (draft_has(c, i, brackets[kind]))
            return kind;
    return -1;
}

/* Whether each bracket has its other one. */
static bool balances(const struct corrector *c)
{
    int open[NESTING];
    unsigned depth = 0;
    for (size_t i = 0; i < c->draft.tokens.count; i++) {
        int opened = kind_of(c, i, openers), closed = kind_of(c, i, closers);
        if (opened >= 0) {
            if (depth == NESTING)
                return true; /* that is not known */
            open[depth++] = opened;
        } else if (closed >= 0 && (!depth || open[--depth] != closed)) {
            return false;
        }
    }
    return !depth;
}

static void count_brackets(struct search *s)
{
    for (size_t i = 0; i < s->c->draft.tokens.count; i++) {
        int opened = kind_of(s->c, i, openers), closed = kind_of(s->c, i, closers);
        if (opened >= 0)
            s->surplus[opened]++;
        if (closed >= 0)
            s->surplus[closed]--;
    }
}

/* The kind of which there are so many too many, or too few; -1: none or several. */
static int kind_with(const struct search *s, int surplus)
{
    int found = -1;
    for (int kind = 0; kind < KINDS; kind++)
        if (s->surplus[kind] == surplus)
            found = found < 0 ? kind : KINDS;
    return found == KINDS ? -1 : found;
}

static bool has_other_surplus(const struct search *s, int a, int b)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (kind != a && kind != b && s->surplus[kind])
            return true;
    return false;
}

/* --- messages */

/* The bracket that one in front of the token would close; an empty range: none. */
static struct range opener_before(const struct corrector *c, size_t i, int kind)
{
    int depth = 0;
    while (i-- > 0) {
        depth += kind_of(c, i, closers) >= 0;
        if (kind_of(c, i, openers) >= 0 && depth-- == 0)
            return kind_of(c, i, openers) == kind ? draft_place(c, c->draft.tokens.items[i])
                                                  : (struct range){0, 0};
    }
    return (struct range){0, 0};
}

/* The last brace of a function. */
static bool is_end(const struct corrector *c, size_t i)
{
    return i + 1 == c->draft.tokens.count && draft_has(c, i, "}");
}

static bool begins_line(const struct corrector *c, size_t i)
{
    const struct range *items = c->draft.tokens.items;
    return !i || memchr(c->draft.plain + items[i - 1].end, '\n', items[i].start - items[i - 1].end);
}

static void tell(struct corrector *c, size_t i, struct change *change, int kind)
{
    struct range token = c->draft.tokens.items[i],
                 before = i ? c->draft.tokens.items[i - 1] : token;
    const char *text = token_text(c, token);
    bool puts_in = change->start == change->end;
    change->place = draft_place(c, token);
    if (!puts_in && !*change->text) {
        change->message = arena_format(c->mending->arena, "unexpected '%s'", text);
    } else if (!puts_in) {
        change->message =
            arena_format(c->mending->arena, "unexpected '%s' instead of '%c'", text, *change->text);
    } else if (*change->text == *openers[kind] && begins_line(c, i)) {
        change->place = draft_place(c, (struct range){before.end - 1, before.end});
        change->message = arena_format(c->mending->arena, "expected '%c'", *change->text);
    } else if (*change->text == '}' && is_end(c, i)) {
        change->message = "expected '}' before the end of the function";
    } else {
        change->message =
            arena_format(c->mending->arena, "expected '%c' before '%s'", *change->text, text);
    }
    if (puts_in && *change->text == *closers[kind])
        change->opener = opener_before(c, i, kind);
}

/* --- attempts */

/* Whether all is right with the change at that token. */
static bool try_change(struct search *s, size_t i, struct change change, int kind)
{
    struct corrector *c = s->c;
    if (s->attempts >= MOST_ATTEMPTS)
        return false;
    s->attempts++;
    if (!draft_solves(c, &change))
        return false;
    tell(c, i, &change, kind);
    draft_accept(c, &change);
    return true;
}

static bool try_sure(struct search *s, size_t i, struct change change, int kind)
{
    change.is_sure = true;
    return try_change(s, i, change, kind);
}

/* A bracket that stands twice. */
static bool leave_out_doubled(struct search *s, const char *bracket, int kind)
{
    for (size_t i = 1; i < s->c->draft.tokens.count; i++)
        if (draft_has(s->c, i, bracket) && draft_doubles(s->c, i) && !begins_line(s->c, i) &&
            try_sure(s, i, change_without(s->c, i), kind))
            return true;
    return false;
}

/* --- braces, by columns */

struct open_brace {
    size_t token;
    unsigned column; /* of the statement */
};

struct columns {
    struct open_brace open[NESTING];
    unsigned depth;
};

static unsigned column_of(const struct corrector *c, size_t i)
{
    uint32_t start = c->draft.tokens.items[i].start, at = start;
    while (at > 0 && c->draft.plain[at - 1] != '\n')
        at--;
    return start - at;
}

/* Where the line begins in which the token stands. */
static size_t line_of(const struct corrector *c, size_t i)
{
    while (i && !begins_line(c, i))
        i--;
    return i;
}

static bool is_label(const struct corrector *c, size_t i)
{
    return draft_has(c, i + 1, ":") || draft_has(c, i, "case") || draft_has(c, i, "default");
}

/* Where it shows that a brace was not closed before, or that one closes nothing, as `closes` tells.
 * The number of tokens: nowhere. */
static size_t find_odd_column(const struct corrector *c, struct columns *columns, bool *closes)
{
    size_t count = c->draft.tokens.count, statement = 0;
    int depth = 0; /* of other brackets */
    for (size_t i = 0; i < count; i++) {
        bool begins = !depth && statement == i && begins_line(c, i);
        struct open_brace *top = columns->depth ? &columns->open[columns->depth - 1] : NULL;
        if (draft_has(c, i, "}")) {
            unsigned column = column_of(c, i);
            bool is_first = begins_line(c, i) && !(top && line_of(c, top->token) == line_of(c, i));
            *closes = !top || (is_first && top->column < column);
            if (*closes || (is_first && top->column > column))
                return i;
            columns->depth--;
            statement = i + 1;
            depth = 0;
        } else if (begins && top && !draft_has(c, i, "{") && !is_label(c, i) &&
                   column_of(c, i) <= top->column) {
            *closes = false;
            return i;
        } else if (draft_has(c, i, "{")) {
            if (columns->depth == NESTING)
                return count;
            columns->open[columns->depth++] =
                (struct open_brace){i, column_of(c, line_of(c, statement))};
            statement = i + 1;
            depth = 0;
        } else if (!depth && (draft_has(c, i, ";") || draft_has(c, i, ":"))) {
            statement = i + 1;
        }
        depth += draft_has(c, i, "(") || draft_has(c, i, "[");
        depth -= depth && (draft_has(c, i, ")") || draft_has(c, i, "]"));
    }
    *closes = false;
    return columns->depth ? count : count + 1;
}

/* Before the token, the last one that begins a line in this column. */
static size_t last_in_column(const struct corrector *c, size_t i, unsigned column)
{
    while (i-- > 0)
        if (begins_line(c, i) && column_of(c, i) == column)
            return i;
    return 0;
}

static size_t next_line(const struct corrector *c, size_t i)
{
    for (i++; i < c->draft.tokens.count && !begins_line(c, i);)
        i++;
    return i;
}

/* `if (x)` in front of lines that a brace ends. */
static bool open_block(struct search *s, size_t closing)
{
    struct corrector *c = s->c;
    size_t head = last_in_column(c, closing, column_of(c, closing));
    for (size_t i = next_line(c, head); i <= closing; i = next_line(c, i))
        if (try_sure(s, i, change_with(c, i, "{ "), BRACES))
            return true;
    return false;
}

static bool mend_brace(struct search *s, int surplus)
{
    struct corrector *c = s->c;
    struct columns *columns = arena_alloc(c->mending->arena, sizeof *columns);
    bool closes = false;
    size_t odd = find_odd_column(c, columns, &closes);
    if (odd >= c->draft.tokens.count)
        return false;
    if (surplus < 0 && closes)
        return open_block(s, odd) || try_sure(s, odd, change_without(c, odd), BRACES);
    if (surplus > 0 && !closes) {
        size_t top = columns->open[columns->depth - 1].token;
        return try_sure(s, odd, change_with(c, odd, "} "), BRACES) ||
               try_sure(s, top, change_without(c, top), BRACES);
    }
    return false;
}

/* --- any bracket, by the place where the parser stops */

static size_t stop(struct search *s)
{
    struct corrector *c = s->c;
    return token_at(&c->draft.tokens, draft_stop(c));
}

static bool put_in_or_leave_out(struct search *s, int kind)
{
    struct corrector *c = s->c;
    bool lacks_closer = s->surplus[kind] > 0;
    const char *lacking = lacks_closer ? closers[kind] : openers[kind];
    const char *extra = lacks_closer ? openers[kind] : closers[kind];
    size_t last = stop(s);
    for (size_t i = last + 1; i-- > 0 && i + WINDOW > last;) {
        bool is_empty = !lacks_closer && draft_has(c, i, extra); /* `()` */
        if (!is_empty && try_change(s, i, change_with(c, i, lacking), kind))
            return true;
        if (draft_has(c, i, extra) && try_change(s, i, change_without(c, i), kind))
            return true;
    }
    return false;
}

static bool replace_bracket(struct search *s, size_t last, const char *wrong, const char *right,
                            int kind, bool at_line)
{
    struct corrector *c = s->c;
    for (size_t i = last + 1; i-- > 0 && i + WINDOW > last;)
        if (draft_has(c, i, wrong) && begins_line(c, i) == at_line &&
            try_sure(s, i, change_of(c, i, right), kind))
            return true;
    return false;
}

/* `f{x)`, or `{ x; )`: one bracket takes the place of another. A line begins with a brace, most
 * likely, and other brackets do not. */
static bool replace_one(struct search *s, int more, int fewer)
{
    bool closes_line = more == BRACES;
    size_t last = stop(s);
    return replace_bracket(s, last, closers[fewer], closers[more], more, closes_line) ||
           replace_bracket(s, last, openers[more], openers[fewer], fewer, false) ||
           replace_bracket(s, last, closers[fewer], closers[more], more, !closes_line) ||
           replace_bracket(s, last, openers[more], openers[fewer], fewer, true);
}

static bool mend_one(struct search *s)
{
    int more = kind_with(s, 1), fewer = kind_with(s, -1), kind = more < 0 ? fewer : more;
    if (kind < 0 || has_other_surplus(s, more, fewer))
        return false;
    if (more >= 0 && fewer >= 0)
        return replace_one(s, more, fewer);
    const char *extra = more >= 0 ? openers[kind] : closers[kind];
    if (kind == BRACES)
        return leave_out_doubled(s, extra, kind) || mend_brace(s, s->surplus[kind]) ||
               put_in_or_leave_out(s, kind);
    return put_in_or_leave_out(s, kind);
}

void mend_unbalanced(struct mending *m)
{
    struct corrector *c = corrector_new(m);
    struct declarations found = find_declarations(m->arena, c->code, m->length);
    for (size_t i = 0; i < found.count; i++) {
        struct search search = {.c = c};
        corrector_begin(c, found.items[i]);
        if (balances(c))
            continue;
        count_brackets(&search);
        if (mend_one(&search))
            apply_changes(c, found.items[i]);
    }
    m->code = c->code;
}
