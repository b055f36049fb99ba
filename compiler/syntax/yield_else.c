/* Everywhere else `else` takes a statement, so one may write `yield v else { ... }` or `yield v
 * else return error;`. The parser would look for the mistake far behind it, so where a text has
 * errors, its tokens are searched for such an `else`. What the parser then sees:
 *
 *     yield v else { f(); }       yield v else 0      ;
 *     yield v else return e;      yield v else        e;
 */
#include "syntax/yield_else.h"

#include <stddef.h>

#include "diagnostic.h"
#include "syntax/mending.h"
#include "syntax/token.h"

struct reader {
    const char *code;
    uint32_t length, at;
    struct range token;
};

static bool read(struct reader *r)
{
    return next_token(r->code, r->length, &r->at, &r->token);
}

static bool is(const struct reader *r, const char *text)
{
    return token_is(r->code, r->token, text);
}

static int nesting(const struct reader *r)
{
    return token_nesting(r->code, r->token);
}

static bool begins_statement(const struct reader *r)
{
    static const char *const words[] = {"{",     "return", "break", "continue", "goto",
                                        "if",    "for",    "while", "do",       "switch",
                                        "defer", "async",  NULL};
    return token_is_among(r->code, r->token, words);
}

/* The braces become `0` and `;`, the word in front of another statement goes. */
static void mend(struct reader *r, char *marked)
{
    uint32_t start = r->token.start;
    if (!is(r, "{")) {
        blank_text(marked, start, r->token.end);
        return;
    }
    for (int depth = 1; depth > 0 && read(r);)
        depth += nesting(r);
    blank_text(marked, start, r->token.end);
    marked[start] = '0';
    marked[r->token.end - 1] = ';';
}

/* At an `else` of a `yield`. */
static void mend_else(struct mending *m, struct reader *r)
{
    if (!read(r) || !begins_statement(r))
        return;
    report_error(m->diagnostics, r->token,
                 "the 'else' of a 'yield' takes an expression, which is its value after an error");
    mend(r, m->text);
}

void mend_yield_elses(struct mending *m)
{
    enum { MOST_DEPTH = 250 };
    bool yields[MOST_DEPTH] = {false}; /* whether an `else` between these brackets is a yield's */
    struct reader r = {.code = m->code, .length = m->length};
    for (unsigned depth = 0; read(&r);) {
        if (nesting(&r) < 0)
            depth -= depth > 0;
        else if (nesting(&r) > 0 && ++depth < MOST_DEPTH)
            yields[depth] = false;
        bool *yields_here = depth < MOST_DEPTH ? &yields[depth] : NULL;
        struct reader ahead = r;
        if (yields_here && *yields_here && is(&r, "else"))
            mend_else(m, &ahead);
        if (yields_here && (is(&r, "yield") || is(&r, "else") || is(&r, ";")))
            *yields_here = is(&r, "yield");
    }
}
