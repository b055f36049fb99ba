/* A declaration ends with a semicolon, with the body of a function, or with a brace in the first
 * column that another declaration follows. Where brackets do not balance, what matters is which
 * token stands in the first column: there the next one begins, and where it seems to be a
 * definition, what is still open has ended before. */
#include "syntax/declarations.h"

#include <stdbool.h>

#include "support/arena.h"
#include "syntax/parse.h"
#include "syntax/token.h"

struct reader {
    struct arena *arena;
    const char *text;
    uint32_t length, at;
    bool is_balanced; /* all of the text */
};

static bool is_mark(char byte)
{
    return byte == MARK_TYPE || byte == MARK_ORDINARY;
}

char *text_without_marks(struct arena *arena, const char *code, const char *text, uint32_t length)
{
    char *result = arena_copy(arena, text, length);
    for (uint32_t i = 0; i < length; i++)
        if (is_mark(text[i]))
            result[i] = code[i];
    return result;
}

static bool is_first_column(const char *text, uint32_t at)
{
    return !at || text[at - 1] == '\n';
}

/* Two words, or a word and an asterisk, of which the first stands in the first column, begins no
 * statement and is no label. */
static bool begins_definition(const char *text, uint32_t length, struct range token)
{
    static const char *const words[] = {"if",     "else", "for",   "while", "do",       "switch",
                                        "case",   "goto", "break", "defer", "default",  "await",
                                        "return", "try",  "yield", "spawn", "continue", NULL};
    struct range next;
    uint32_t at = token.end;
    return is_first_column(text, token.start) && token_is_name(text, token) &&
           !token_is_among(text, token, words) && next_token(text, length, &at, &next) &&
           (token_is_name(text, next) || text[next.start] == '*');
}

/* Whether what is open behind a token that ends with `before` must have ended. */
static bool is_cut_off(const char *text, uint32_t length, char before, struct range next)
{
    return (before == ';' || before == '}') && begins_definition(text, length, next);
}

static bool is_balanced(struct arena *arena, const char *text, uint32_t length)
{
    char *open = NULL, before = 0;
    size_t count = 0, capacity = 0;
    struct range token;
    for (uint32_t at = 0; next_token(text, length, &at, &token); before = text[token.end - 1]) {
        int nesting = token_nesting(text, token);
        if (count && is_cut_off(text, length, before, token))
            return false;
        if (nesting > 0) {
            open = arena_grow(arena, open, count, &capacity, sizeof *open);
            open[count++] = text[token.start];
        } else if (nesting < 0 && (!count || closing_bracket(open[--count]) != text[token.start])) {
            return false;
        }
    }
    return !count;
}

/* What begins here. False at the end of the text. */
static bool next_piece(struct reader *r, struct range *piece)
{
    struct range token, next;
    const char *text = r->text;
    bool is_body = false;
    char before = 0;
    int depth = 0;
    for (bool begins = true; next_token(text, r->length, &r->at, &token); begins = false) {
        uint32_t ahead = r->at;
        bool goes_on = next_token(text, r->length, &ahead, &next);
        int nesting = token_nesting(text, token);
        if (begins)
            piece->start = token.start;
        piece->end = token.end;
        if (!depth && nesting > 0)
            is_body = text[token.start] == '{' && (begins || before == ')');
        depth = depth + nesting < 0 ? 0 : depth + nesting;
        before = text[token.end - 1];
        if (!r->is_balanced && goes_on && is_cut_off(text, r->length, before, next))
            return true;
        if (depth || (before != ';' && before != '}'))
            continue;
        bool ends_line = goes_on && is_first_column(text, next.start);
        bool ends = r->is_balanced ? before == ';' || is_body ||
                                         (ends_line && is_first_column(text, token.start))
                                   : ends_line && token_nesting(text, next) >= 0;
        if (ends)
            return true;
    }
    return before;
}

/* Whether words stand behind parentheses, as where an old-style definition begins. */
static bool begins_old_style(const char *text, struct range piece)
{
    struct range token, before = {0};
    int depth = 0;
    for (uint32_t at = piece.start; next_token(text, piece.end, &at, &token); before = token) {
        if (!depth && before.end && text[before.start] == ')' && token_is_name(text, token))
            return true;
        depth += token_nesting(text, token);
    }
    return false;
}

/* A body that stands by itself belongs to the old-style head before, of which each parameter's
 * declaration is a piece. */
static bool stands_alone(const char *text, struct range piece)
{
    return text[piece.start] != '{';
}

struct declarations find_declarations(struct arena *arena, const char *text, uint32_t length)
{
    struct reader reader = {.arena = arena,
                            .text = text,
                            .length = length,
                            .is_balanced = is_balanced(arena, text, length)};
    struct declarations list = {0};
    struct range piece;
    while (next_piece(&reader, &piece)) {
        size_t head = list.count;
        if (!stands_alone(text, piece))
            while (head > 0 && text[list.items[head - 1].end - 1] == ';' &&
                   !begins_old_style(text, list.items[--head]))
                continue;
        if (head < list.count) {
            piece.start = list.items[head].start;
            list.count = head;
        }
        list.items = arena_grow(arena, list.items, list.count, &list.capacity, sizeof *list.items);
        list.items[list.count++] = piece;
    }
    return list;
}
