/* `int async f(void)`, `char *async g(void);`: the grammar has `async` before the type, and would
 * take the word for the name of a variable. So where a text has errors, its tokens are searched for
 * a declaration at file scope with a type, `async`, a name and a parenthesis, and the word is moved
 * to the front, without a change of the text's length: the rest of the file is then understood. */
#include "syntax/misplaced_async.h"

#include <string.h>

#include "diagnostic.h"
#include "support/arena.h"
#include "syntax/mending.h"
#include "syntax/token.h"

struct declaration {
    const char *code;
    uint32_t start;        /* its first token; UINT32_MAX: none yet */
    struct range last;     /* the token before */
    bool has_type;         /* it has come to its type, and to nothing but specifiers behind that */
    bool has_body;         /* the braces that it has last are a function's */
    struct range async;    /* empty, or the word behind a type, ... */
    struct range function; /* ... and the name behind that */
};

/* A word that may stand before a type as well as behind it. */
static bool is_specifier(const char *code, struct range token)
{
    static const char *const words[] = {"typedef",      "static",     "extern",
                                        "register",     "auto",       "constexpr",
                                        "inline",       "__inline",   "__inline__",
                                        "_Noreturn",    "noreturn",   "_Thread_local",
                                        "thread_local", "__thread",   "__extension__",
                                        "const",        "__const",    "__const__",
                                        "volatile",     "__volatile", "__volatile__",
                                        "restrict",     "__restrict", "__restrict__",
                                        "_Atomic",      "async",      NULL};
    return token_is_among(code, token, words);
}

/* Whether a type may end with this token, which is no specifier: then `async` is too late. */
static bool may_end_type(const char *code, struct range token)
{
    return token_is_name(code, token) || token_is(code, token, "*");
}

/* Takes the next token at file scope. True: with it, a function's head has the word misplaced. */
static bool take(struct declaration *d, struct range token)
{
    bool found = d->function.end && token_is(d->code, token, "(");
    bool named = d->async.end && !d->function.end && token_is_name(d->code, token);
    d->function = named ? token : (struct range){0, 0};
    if (!named)
        d->async = token_is(d->code, token, "async") && d->has_type ? token : (struct range){0, 0};
    if (d->start == UINT32_MAX)
        d->start = token.start;
    if (token_is(d->code, token, "{"))
        d->has_body = token_is(d->code, d->last, "("); /* what is in there is not taken */
    if (token_is(d->code, token, ";"))
        d->start = UINT32_MAX;
    if (!is_specifier(d->code, token))
        d->has_type = may_end_type(d->code, token);
    d->last = token;
    return found;
}

/* Behind a body, another declaration begins; behind a list of members, this one goes on. */
static void leave_braces(struct declaration *d, struct range brace)
{
    d->last = d->has_body ? (struct range){0, 0} : brace;
    d->has_type = !d->has_body;
    if (d->has_body)
        d->start = UINT32_MAX;
}

/* `int async f` becomes `async int f`: a space follows the word. */
static void move_to_front(char *text, uint32_t start, struct range word)
{
    size_t length = word.end + 1 - word.start;
    memmove(text + start + length, text + start, word.start - start);
    memcpy(text + start, "async ", length);
}

void mend_misplaced_async(struct mending *m)
{
    struct declaration d = {.code = m->code, .start = UINT32_MAX};
    struct range token, async = {0, 0};
    char *moved = NULL;
    int depth = 0;
    for (uint32_t at = 0; next_token(d.code, m->length, &at, &token);) {
        int nesting = token_nesting(d.code, token);
        if (depth == 0) {
            if (take(&d, token) && m->text[async.start] == 'a') {
                report_error(m->diagnostics, async, "'async' stands before the type");
                if (!moved)
                    moved = arena_copy(m->arena, d.code, m->length);
                move_to_front(moved, d.start, async);
                move_to_front(m->text, d.start, async);
            }
            async = d.async;
        }
        depth = depth + nesting > 0 ? depth + nesting : 0;
        if (depth == 0 && d.code[token.start] == '}')
            leave_braces(&d, token);
    }
    if (moved)
        m->code = moved;
}
