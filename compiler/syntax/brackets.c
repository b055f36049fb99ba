/* Brackets that do not balance, and quotes, are looked for in the text: tree-sitter repairs them
 * wherever that costs it least, which may be far from the mistake.
 *
 * That a parenthesis was not closed shows at the next brace that closes something else. It should
 * have been where something began that no parenthesis holds: a `;`, or the block that `if (...)` or
 * a function has.
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
#include "syntax/mending.h"
#include "syntax/token.h"

enum { NESTING = 256, MOST_MISTAKES = 20 };

struct open_bracket {
    char bracket;
    uint32_t at;
    bool is_body;          /* of a function */
    bool is_head;          /* of an if, a loop, a switch */
    unsigned semicolons;   /* that may stand in it: those of a `for` */
    struct range comma;    /* the first one in the head of a `for` without semicolons; empty */
    struct range surprise; /* the first thing that cannot stand in it; empty: none yet */
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

static void blank(struct search *s, uint32_t start, uint32_t end)
{
    blank_text(s->code, start, end);
    blank_text(s->parsed, start, end);
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

/* Says what an open bracket lacks: where that showed first, or at the token. */
static void report_open(struct search *s, const struct open_bracket *open, struct range token)
{
    if (open->surprise.end)
        token = open->surprise;
    report(s, token.start, token.end, "expected '%c' before '%c'", closing_bracket(open->bracket),
           s->code[token.start]);
    note_open(s, open);
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

/* Of several parentheses that the block leaves open all may have shown already. */
static bool mend_mismatch(struct search *s, struct range token)
{
    const struct open_bracket *open = &s->stack[s->depth - 1];
    if (open->bracket == '{') { /* a bracket too many, most likely */
        report(s, token.start, token.end, "unexpected '%c'", s->code[token.start], 0);
        blank(s, token.start, token.end);
        return true;
    }
    report_open(s, open, token);
    for (unsigned i = s->depth - 1; i-- > 0 && s->stack[i].bracket != '{';)
        if (s->stack[i].surprise.end)
            report_open(s, &s->stack[i], token);
    return blank_body(s, token.start);
}

static bool mend_quote(struct search *s, struct range token)
{
    report(s, token.start, token.start + 1, "missing terminating %c", s->code[token.start], 0);
    return blank_body(s, token.end);
}

/* Something is still open at the end of the file, or where a definition begins: at the first `}` in
 * the first column that did not close the outermost brace, or nowhere. */
static bool mend_unclosed(struct search *s, unsigned depth_there, const struct open_bracket *open,
                          uint32_t there)
{
    const struct open_bracket *last = &s->stack[s->depth - 1];
    if (last->surprise.end) {
        report_open(s, last, last->surprise);
        return blank_body(s, last->surprise.end);
    }
    if (depth_there) {
        report(s, there, there + 1, "expected '%c' before the end of the function", '}', 0);
        note_open(s, open);
        return blank_body(s, there);
    }
    uint32_t end = s->length;
    while (end && isspace((unsigned char)s->code[end - 1]))
        end--;
    report(s, end ? end - 1 : 0, end, "expected '%c' at the end of the file",
           closing_bracket(last->bracket), 0);
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

static bool is_unterminated(const struct search *s, struct range token)
{
    char quote = s->code[token.start];
    return (quote == '"' || quote == '\'') &&
           (token.end - token.start == 1 || s->code[token.end - 1] != quote);
}

/* A bracket behind the token `before`. */
static void open_bracket(struct search *s, struct range token, struct range before)
{
    struct open_bracket *open = &s->stack[s->depth++];
    char byte = s->code[token.start];
    bool is_for = token_is(s->code, before, "for");
    *open = (struct open_bracket){.bracket = byte, .at = token.start};
    open->is_body = byte == '{' && before.end && s->code[before.end - 1] == ')';
    open->is_head = is_for || token_is(s->code, before, "if") ||
                    token_is(s->code, before, "while") || token_is(s->code, before, "switch") ||
                    token_is(s->code, before, "with");
    open->semicolons = is_for ? 2 : 0;
}

/* Notes the first token in parentheses that cannot stand there. */
static void surprise(struct search *s, struct range token, struct range before)
{
    struct open_bracket *open = s->depth ? &s->stack[s->depth - 1] : NULL;
    char byte = s->code[token.start];
    if (!open || open->bracket == '{' || open->surprise.end)
        return;
    bool is_block =
        byte == '{' && (open->is_head ? !strchr("(,=", s->code[before.end - 1])
                                      : s->depth == 1 && token_is_name(s->code, before));
    if (is_block || (byte == ';' && !open->semicolons))
        open->surprise = token;
    else if (byte == ';')
        open->semicolons--;
    else if (byte == ',' && open->semicolons == 2 && !open->comma.end)
        open->comma = token;
    else if (byte == ':')
        open->semicolons = 0; /* over a range */
}

/* `for (int i = 0, i < n, i++)` */
static bool mend_commas(struct search *s, const struct open_bracket *closed)
{
    report(s, closed->comma.start, closed->comma.end, "expected '%c' before '%c'", ';', ',');
    return blank_body(s, closed->comma.end);
}

enum found { FOUND_NOTHING, FOUND_MENDED, FOUND_HOPELESS };

/* From `at`, where no bracket is open, to the first mistake. */
static enum found find(struct search *s, uint32_t at)
{
    struct range token, before = {0};
    struct open_bracket unclosed = {0};
    unsigned unclosed_depth = 0;
    uint32_t unclosed_at = 0;
    s->depth = 0;
    for (; next_token(s->code, s->length, &at, &token); before = token) {
        char byte = s->code[token.start];
        if (unclosed_depth && s->code[before.end - 1] == '}' && begins_definition(s, token))
            break;
        if (is_unterminated(s, token))
            return mend_quote(s, token) ? FOUND_MENDED : FOUND_HOPELESS;
        if (token.end - token.start != 1 || !memchr("()[]{};,:", byte, 9))
            continue;
        surprise(s, token, before);
        if (memchr(";,:", byte, 3))
            continue;
        if (memchr("([{", byte, 3)) {
            if (s->depth == NESTING)
                return FOUND_NOTHING;
            open_bracket(s, token, before);
            continue;
        }
        if (!s->depth)
            return mend_stray(s, token) ? FOUND_MENDED : FOUND_HOPELESS;
        if (closing_bracket(s->stack[s->depth - 1].bracket) != byte)
            return mend_mismatch(s, token) ? FOUND_MENDED : FOUND_HOPELESS;
        const struct open_bracket *closed = &s->stack[s->depth - 1];
        if (closed->comma.end && closed->semicolons == 2)
            return mend_commas(s, closed) ? FOUND_MENDED : FOUND_HOPELESS;
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

enum balance mend_brackets(struct mending *m)
{
    struct search *s = arena_alloc(m->arena, sizeof *s);
    s->diagnostics = m->diagnostics;
    s->code = arena_copy(m->arena, m->code, m->length);
    s->parsed = m->text;
    s->length = m->length;
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

bool body_around(const char *code, uint32_t length, uint32_t offset, struct range *body)
{
    struct range token;
    unsigned depth = 0;
    char before = 0;
    bool is_body = false;
    for (uint32_t at = 0; next_token(code, length, &at, &token); before = code[token.end - 1]) {
        char byte = code[token.start];
        if (!depth && token.start > offset)
            return false;
        if (token.end - token.start != 1 || !memchr("()[]{}", byte, 6))
            continue;
        if (memchr("([{", byte, 3)) {
            if (!depth++) {
                is_body = byte == '{' && before == ')';
                body->start = token.end;
            }
        } else if (depth && !--depth && is_body && token.start >= offset) {
            body->end = token.start;
            return offset >= body->start;
        }
    }
    return false;
}
