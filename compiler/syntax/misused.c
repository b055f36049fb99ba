/* The parser looks for some mistakes far behind them, and says several times what is one. So where
 * a text has errors, its tokens are searched for those that one makes who comes from another
 * language, or mistypes a word. What the parser then sees:
 *
 *     await { f(); }              { f(); }
 *     try { f(); } catch (e) { }  { f(); }
 *     asinc for (int i : g())     async for (int i : g())
 *     async while (x)             while (x)
 *     switch x {                  switch(1){
 *     for int i : g() { f(); }    ;
 *     list(int) a = [for (...)];  list(int) a = {}      ;
 */
#include "syntax/misused.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "diagnostic.h"
#include "support/arena.h"
#include "syntax/mending.h"
#include "syntax/token.h"

struct reader {
    struct mending *mending;
    const char *code;
    char *mended;    /* the code's copy; NULL as long as there is no need for one */
    uint32_t length; /* of the code */
    uint32_t at;     /* behind `next` */
    struct range before, token, next; /* empty where there is none */
    uint32_t ahead;                   /* how many tokens were looked at ahead */
    struct range past[2];             /* those before `before` */
};

static void advance(struct reader *r)
{
    r->past[1] = r->past[0];
    r->past[0] = r->before;
    r->before = r->token;
    r->token = r->next;
    if (!next_token(r->code, r->length, &r->at, &r->next))
        r->next = (struct range){0, 0};
}

/* Goes on behind what was mended. */
static void skip_to(struct reader *r, uint32_t end)
{
    r->token = (struct range){end - 1, end};
    r->at = end;
    if (!next_token(r->code, r->length, &r->at, &r->next))
        r->next = (struct range){0, 0};
}

static bool is(const struct reader *r, struct range token, const char *text)
{
    return token_is(r->code, token, text);
}

static void blank(struct reader *r, uint32_t start, uint32_t end)
{
    if (!r->mended)
        r->mended = arena_copy(r->mending->arena, r->code, r->length);
    blank_text(r->mending->text, start, end);
    blank_text(r->mended, start, end);
}

/* Blanks with the text in front; false if there is no room for it. */
static bool replace(struct reader *r, uint32_t start, uint32_t end, const char *text)
{
    size_t length = strlen(text);
    bool fits = length <= end - start && !memchr(r->code + start, '\n', length);
    blank(r, start, end);
    if (fits) {
        memcpy(r->mending->text + start, text, length);
        memcpy(r->mended + start, text, length);
    }
    return fits;
}

/* The next token at or behind *at; false at the end of the text, or after too many: whoever nests
 * brackets thousands of times need not be told about all of them. */
static bool look_ahead(struct reader *r, uint32_t *at, struct range *token)
{
    enum { MOST_TOKENS = 2000000 };
    return r->ahead++ < MOST_TOKENS && next_token(r->code, r->length, at, token);
}

/* Behind the bracket that closes this one; 0: that is not known. */
static uint32_t bracket_end(struct reader *r, struct range token)
{
    uint32_t at = token.end;
    int depth = 1;
    while (depth > 0 && look_ahead(r, &at, &token))
        depth += token_nesting(r->code, token);
    return depth > 0 ? 0 : at;
}

static void complain(struct reader *r, struct range token, const char *format, struct range word)
{
    report_error(r->mending->diagnostics, token, format, (int)(word.end - word.start),
                 r->code + word.start);
}

static bool begins_statement(const struct reader *r)
{
    static const char *const words[] = {";", "{", "}", ")", ":", "else", "do", NULL};
    return !r->before.end || token_is_among(r->code, r->before, words);
}

/* --- blocks */

/* `catch (e) { }` and its like behind a block of `try`, as one may write several of them. */
static void blank_handlers(struct reader *r, uint32_t at)
{
    static const char *const words[] = {"catch", "except", "finally", NULL};
    struct range token;
    while (at && look_ahead(r, &at, &token) && token_is_among(r->code, token, words)) {
        uint32_t start = token.start;
        while (!is(r, token, "{") && !is(r, token, ";") && !is(r, token, "}"))
            if (!look_ahead(r, &at, &token))
                return;
        if (!is(r, token, "{"))
            return;
        at = bracket_end(r, token);
        blank(r, start, at ? at : start);
    }
}

static bool mend_block(struct reader *r)
{
    static const char *const words[] = {"await", "try", "spawn", NULL};
    if (!token_is_among(r->code, r->token, words) || !is(r, r->next, "{") || !begins_statement(r))
        return false;
    complain(r, r->token, "'%.*s' takes an expression, not a block", r->token);
    blank(r, r->token.start, r->token.end);
    if (is(r, r->token, "try"))
        blank_handlers(r, bracket_end(r, r->next));
    return true;
}

/* --- `async` */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* How many letters must be changed, put in or left out to make the one of the other. */
static uint32_t distance(const char *a, uint32_t a_length, const char *b, uint32_t b_length)
{
    if (!a_length || !b_length)
        return a_length + b_length;
    if (a[0] == b[0])
        return distance(a + 1, a_length - 1, b + 1, b_length - 1);
    uint32_t changed = distance(a + 1, a_length - 1, b + 1, b_length - 1);
    uint32_t shorter = least(distance(a + 1, a_length - 1, b, b_length),
                             distance(a, a_length, b + 1, b_length - 1));
    return 1 + least(changed, shorter);
}

/* `asinc for`, `asnyc int f(void)`: in front of these words no other name may stand. (A shorter
 * word leaves no room for the right one.) */
static bool mend_misspelling(struct reader *r)
{
    static const char *const words[] = {"for",    "with",   "void",     "char",   "short",
                                        "int",    "long",   "unsigned", "signed", "float",
                                        "double", "struct", "union",    "enum",   NULL};
    static const char *const keywords[] = {"async", "static", "auto", "asm", NULL};
    uint32_t length = r->token.end - r->token.start;
    if (length < 5 || length > 6 || !token_is_name(r->code, r->token) ||
        !token_is_among(r->code, r->next, words) || token_is_among(r->code, r->token, keywords) ||
        distance(r->code + r->token.start, length, "async", 5) > 2)
        return false;
    complain(r, r->token, "'%.*s' instead of 'async'", r->token);
    replace(r, r->token.start, r->token.end, "async");
    return true;
}

static bool mend_async(struct reader *r)
{
    static const char *const words[] = {"while", "do", "if", "switch", "return", "{", NULL};
    if (!is(r, r->token, "async") || !begins_statement(r) ||
        !token_is_among(r->code, r->next, words))
        return false;
    complain(r, r->token, "'async' before '%.*s', which needs none: 'await' may stand in it",
             r->next);
    blank(r, r->token.start, r->token.end);
    return true;
}

/* --- heads */

/* The `;` or `{` that ends the head without parentheses; false if there is none. */
static bool find_head_end(struct reader *r, struct range *token)
{
    uint32_t at = r->token.end;
    for (int depth = 0; depth >= 0 && look_ahead(r, &at, token);) {
        if (depth == 0 && (is(r, *token, ";") || is(r, *token, "{")))
            return true;
        depth += token_nesting(r->code, *token);
    }
    return false;
}

/* `switch x {`, as C's relatives have it. */
static bool mend_head(struct reader *r)
{
    static const char *const words[] = {"if", "while", "switch", NULL};
    struct range token;
    if (!token_is_among(r->code, r->token, words) || is(r, r->next, "(") || !begins_statement(r) ||
        !find_head_end(r, &token) || !is(r, token, "{"))
        return false;
    complain(r, r->next, "expected '(' behind '%.*s'", r->token);
    if (!replace(r, r->token.end, token.start, "(1)"))
        blank(r, r->token.start, token.start);
    return true;
}

/* `for int i : g() {`: nobody knows what is declared there, so all of the loop goes. */
static bool mend_loop(struct reader *r)
{
    bool is_async = is(r, r->before, "async");
    struct range token;
    if (!is(r, r->token, "for") || is(r, r->next, "(") || !(is_async || begins_statement(r)) ||
        !find_head_end(r, &token))
        return false;
    uint32_t end = is(r, token, "{") ? bracket_end(r, token) : token.end;
    if (!end)
        return false;
    complain(r, r->next, "expected '(' behind '%.*s'", r->token);
    replace(r, is_async ? r->before.start : r->token.start, end, ";");
    skip_to(r, end);
    return true;
}

/* --- comprehensions */

/* Whether a `:` without a `?` stands in these parentheses, as behind the variable of a loop. */
static bool binds(struct reader *r, struct range token)
{
    uint32_t at = token.end;
    for (int depth = 1, choices = 0; depth > 0 && look_ahead(r, &at, &token);) {
        depth += token_nesting(r->code, token);
        choices += depth == 1 && is(r, token, "?");
        if (depth == 1 && is(r, token, ":") && choices-- == 0)
            return true;
    }
    return false;
}

/* Where in the brackets a comprehension lacks something, and what; or NULL. */
static const char *find_lack(struct reader *r, struct range token, struct range *place)
{
    static const char *const bound[] = {"for", "_Generic", "asm", "__asm", "__asm__", NULL};
    struct range before = token;
    uint32_t at = token.end;
    for (int depth = 1; depth > 0 && look_ahead(r, &at, place); before = *place) {
        if (depth == 1 && is(r, *place, "for") && !token_is_name(r->code, before) &&
            strchr("[{:,", r->code[before.start]))
            return "expected an expression before 'for'";
        if (depth == 1 && is(r, before, "for") && !is(r, *place, "("))
            return "expected '(' behind 'for'";
        if (depth == 1 && is(r, *place, "(") && !token_is_among(r->code, before, bound) &&
            binds(r, *place))
            return "expected 'for' before '('";
        depth += token_nesting(r->code, *place);
    }
    return NULL;
}

/* Whether a declaration's initialiser begins here: `list(int) a = `. */
static bool initialises(const struct reader *r)
{
    bool declares = token_is_name(r->code, r->past[1]) || is(r, r->past[1], ")");
    return is(r, r->before, "=") && token_is_name(r->code, r->past[0]) && declares;
}

static bool mend_comprehension(struct reader *r)
{
    struct range place;
    const char *lack = NULL;
    if (is(r, r->token, "[") || (is(r, r->before, "=") && is(r, r->token, "{")))
        lack = find_lack(r, r->token, &place);
    uint32_t end = lack ? bracket_end(r, r->token) : 0;
    if (!end)
        return false;
    report_error(r->mending->diagnostics, place, "%s", lack);
    replace(r, r->token.start, end, initialises(r) ? "{}" : "0");
    skip_to(r, end);
    return true;
}

void mend_misused_words(struct mending *m)
{
    struct reader r = {.mending = m, .code = m->code, .length = m->length};
    for (advance(&r), advance(&r); r.token.end; advance(&r))
        (void)(mend_block(&r) || mend_misspelling(&r) || mend_async(&r) || mend_head(&r) ||
               mend_loop(&r) || mend_comprehension(&r));
    if (r.mended)
        m->code = r.mended;
}
