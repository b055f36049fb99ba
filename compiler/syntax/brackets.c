/* Brackets that do not balance are looked for in the text: tree-sitter repairs them wherever that
 * costs it least, which may be far from the mistake.
 *
 * One such mistake must not hide all others in the file. Where it lies in a function's body, that
 * most likely ends at the first `}` in the first column: it is blanked as far as there, and the
 * search goes on behind it. A bracket that closes nothing is blanked by itself, or, where a
 * function ended too early, with what comes behind that end. */
#include "syntax/brackets.h"

#include <ctype.h>
#include <string.h>

#include "diagnostic.h"
#include "support/arena.h"
#include "syntax/token.h"

enum { NESTING = 256, MOST_MISTAKES = 20 };

struct open_bracket {
    char bracket;
    uint32_t at;
    bool is_body; /* of a function */
};

struct search {
    struct diagnostics *diagnostics;
    char *code;   /* a copy, to be blanked */
    char *parsed; /* blanked alike */
    uint32_t length;
    struct open_bracket stack[NESTING];
    unsigned depth;
    uint32_t last_end; /* behind the bracket that closed the last outermost one */
};

static char closing(char open)
{
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

static void blank(struct search *s, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end; i++)
        if (s->code[i] != '\n')
            s->code[i] = s->parsed[i] = ' ';
}

static bool is_first_column(const struct search *s, uint32_t at)
{
    return !at || s->code[at - 1] == '\n';
}

/* --- messages */

static void report(struct search *s, uint32_t start, uint32_t end, const char *format, char wanted,
                   char found)
{
    report_error(s->diagnostics, (struct range){start, end}, format, wanted, found);
}

static void note_open(struct search *s, const struct open_bracket *open)
{
    report_note(s->diagnostics, (struct range){open->at, open->at + 1}, "to match this '%c'",
                open->bracket);
}

/* --- mending */

/* The body that is open, from its brace to the `}` in the first column at or behind `from`. */
static bool blank_body(struct search *s, uint32_t from)
{
    if (!s->depth || !s->stack[0].is_body)
        return false;
    uint32_t at = from;
    while (at < s->length && !(s->code[at] == '}' && is_first_column(s, at)))
        at++;
    if (at == s->length)
        return false;
    blank(s, s->stack[0].at + 1, at);
    return true;
}

static bool has_definition(const struct search *s, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end; i++)
        if (is_first_column(s, i) && (isalpha((unsigned char)s->code[i]) || s->code[i] == '_'))
            return true;
    return false;
}

static bool mend_stray(struct search *s, struct range token)
{
    report(s, token.start, token.end, "unexpected '%c'", s->code[token.start], 0);
    bool ended_early = s->code[token.start] == '}' && is_first_column(s, token.start) &&
                       s->last_end && !has_definition(s, s->last_end, token.start);
    blank(s, ended_early ? s->last_end : token.start, token.end);
    return true;
}

static bool mend_mismatch(struct search *s, struct range token)
{
    const struct open_bracket *open = &s->stack[s->depth - 1];
    report(s, token.start, token.end, "expected '%c' before '%c'", closing(open->bracket),
           s->code[token.start]);
    note_open(s, open);
    return blank_body(s, token.start);
}

/* Something is still open at the end of the file, or where a definition begins: at the first `}` in
 * the first column that did not close the outermost brace, or nowhere. */
static bool mend_unclosed(struct search *s, unsigned depth_there, const struct open_bracket *open,
                          uint32_t there)
{
    if (depth_there) {
        report(s, there, there + 1, "expected '%c' before the end of the function", '}', 0);
        note_open(s, open);
        return blank_body(s, there);
    }
    uint32_t end = s->length;
    while (end && isspace((unsigned char)s->code[end - 1]))
        end--;
    const struct open_bracket *last = &s->stack[s->depth - 1];
    report(s, end ? end - 1 : 0, end, "expected '%c' at the end of the file",
           closing(last->bracket), 0);
    note_open(s, last);
    return false;
}

/* --- the search */

/* A word in the first column that is no label. */
static bool begins_definition(const struct search *s, struct range token)
{
    char first = s->code[token.start];
    return is_first_column(s, token.start) && (isalpha((unsigned char)first) || first == '_') &&
           s->code[token.end] != ':';
}

enum found { FOUND_NOTHING, FOUND_MENDED, FOUND_HOPELESS };

/* From `at`, where no bracket is open, to the first mistake. */
static enum found find(struct search *s, uint32_t at)
{
    struct range token;
    struct open_bracket unclosed = {0};
    unsigned unclosed_depth = 0;
    uint32_t unclosed_at = 0;
    char before = 0;
    s->depth = 0;
    for (; next_token(s->code, s->length, &at, &token); before = s->code[token.end - 1]) {
        char byte = s->code[token.start];
        if (unclosed_depth && before == '}' && begins_definition(s, token))
            break;
        if (token.end - token.start != 1 || !memchr("()[]{}", byte, 6))
            continue;
        if (memchr("([{", byte, 3)) {
            if (s->depth == NESTING)
                return FOUND_NOTHING;
            bool is_body = byte == '{' && before == ')';
            s->stack[s->depth++] = (struct open_bracket){byte, token.start, is_body};
            continue;
        }
        if (!s->depth)
            return mend_stray(s, token) ? FOUND_MENDED : FOUND_HOPELESS;
        if (closing(s->stack[s->depth - 1].bracket) != byte)
            return mend_mismatch(s, token) ? FOUND_MENDED : FOUND_HOPELESS;
        if (s->depth > 1 && !unclosed_depth && is_first_column(s, token.start)) {
            unclosed = s->stack[s->depth - 1];
            unclosed_depth = s->depth;
            unclosed_at = token.start;
        }
        if (!--s->depth) {
            s->last_end = token.end;
            unclosed_depth = 0;
        }
    }
    if (!s->depth)
        return FOUND_NOTHING;
    return mend_unclosed(s, unclosed_depth, &unclosed, unclosed_at) ? FOUND_MENDED : FOUND_HOPELESS;
}

enum balance mend_brackets(struct arena *arena, struct diagnostics *diagnostics, const char *code,
                           uint32_t length, char *parsed)
{
    struct search *s = arena_alloc(arena, sizeof *s);
    s->diagnostics = diagnostics;
    s->code = arena_copy(arena, code, length);
    s->parsed = parsed;
    s->length = length;
    enum balance balance = BRACKETS_BALANCE;
    for (int i = 0; i < MOST_MISTAKES; i++) {
        s->last_end = 0;
        switch (find(s, 0)) {
        case FOUND_NOTHING:
            return balance;
        case FOUND_HOPELESS:
            return BRACKETS_HOPELESS;
        default:
            balance = BRACKETS_MENDED;
            break;
        }
    }
    return BRACKETS_HOPELESS;
}
