/* Strings and comments, as far as one has to know them to tell what is neither. Bytes that begin
 * nothing are passed over in a tight loop: whole translation units go through here. */
#include "lexical.h"

#include <ctype.h>
#include <string.h>

bool lexical_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 128;
}

static bool begins_number(const char *at, const char *end)
{
    const char *digit = at < end && *at == '.' ? at + 1 : at;
    return digit < end && isdigit((unsigned char)*digit);
}

const char *lexical_number(const char *at, const char *end)
{
    const char *mark = NULL; /* the first one */
    if (!begins_number(at, end))
        return at;
    for (at++; at < end; at++) {
        bool is_mark = *at == '\'' && at + 1 < end && lexical_is_word(at[1]);
        bool is_sign = (*at == '+' || *at == '-') && strchr("eEpP", at[-1]);
        if (is_mark && !mark)
            mark = at;
        if (!lexical_is_word(*at) && *at != '.' && !is_sign && !is_mark)
            break;
    }
    return mark && at < end && *at == '\'' ? mark : at;
}

/* Behind the number that the quote is a digit separator of, else at the quote. The code before the
 * quote begins at `start`. */
static const char *skip_separator(const char *start, const char *quote, const char *end)
{
    const char *word = quote;
    while (word > start && (lexical_is_word(word[-1]) || word[-1] == '.'))
        word--;
    const char *behind = lexical_number(word, end);
    return behind > quote ? behind : quote;
}

/* Where the next string, character or comment begins, or `end`. */
static const char *skip_code(const char *at, const char *end)
{
    const char *start = at;
    for (;;) {
        while (at < end && *at != '/' && *at != '"' && *at != '\'')
            at++;
        const char *behind = at < end && *at == '\'' ? skip_separator(start, at, end) : at;
        if (behind == at)
            return at;
        at = behind;
    }
}

/* Behind the end of the comment, or `end`. */
static const char *skip_comment(const char *at, const char *end, enum lexical_state *state)
{
    while (at < end && (at = memchr(at, '*', (size_t)(end - at)))) {
        at++;
        if (at < end && *at == '/') {
            *state = IN_CODE;
            return at + 1;
        }
    }
    return end;
}

/* Behind the closing quote, or `end`. */
static const char *skip_quoted(const char *at, const char *end, enum lexical_state *state)
{
    char quote = *state == IN_STRING ? '"' : '\'';
    for (; at < end; at++) {
        if (*at == '\\') {
            at++;
        } else if (*at == quote) {
            *state = IN_CODE;
            return at + 1;
        }
    }
    return end;
}

/* Over the byte that skip_code stopped at, and the state behind it. */
static const char *enter(const char *at, const char *end, enum lexical_state *state)
{
    if (*at != '/') {
        *state = *at == '"' ? IN_STRING : IN_CHARACTER;
        return at + 1;
    }
    char next = at + 1 < end ? at[1] : '\0';
    if (next == '/' || next == '*')
        *state = next == '/' ? IN_LINE_COMMENT : IN_COMMENT;
    return at + (*state == IN_CODE ? 1 : 2);
}

/* Over what `state` is about, to where it changes, or to `end`. */
static const char *go_on(const char *at, const char *end, enum lexical_state *state)
{
    switch (*state) {
    case IN_CODE:
        at = skip_code(at, end);
        return at < end ? enter(at, end, state) : end;
    case IN_COMMENT:
        return skip_comment(at, end, state);
    case IN_LINE_COMMENT:
        return end;
    default:
        return skip_quoted(at, end, state);
    }
}

enum lexical_state lexical_line(enum lexical_state state, const char *line, size_t length)
{
    const char *at = line, *end = line + length;
    while (at < end)
        at = go_on(at, end, &state);
    if (length && line[length - 1] == '\r')
        length--;
    bool is_spliced = length && line[length - 1] == '\\';
    return state == IN_COMMENT || is_spliced ? state : IN_CODE;
}

static void spell_code(char *at, const char *end)
{
    static const char digraphs[][3] = {"<%{", "%>}", "<:[", ":>]"};
    for (; at + 1 < end; at++)
        for (size_t i = 0; i < sizeof digraphs / sizeof *digraphs; i++)
            if (!memcmp(at, digraphs[i], 2)) {
                *at++ = digraphs[i][2];
                *at = ' ';
                break;
            }
}

void lexical_spell_digraphs(char *text, size_t length)
{
    enum lexical_state state = IN_CODE;
    char *limit = text + length;
    if (!memmem(text, length, "<%", 2) && !memmem(text, length, "<:", 2))
        return;
    for (char *line = text; line < limit;) {
        char *newline = memchr(line, '\n', (size_t)(limit - line)),
             *end = newline ? newline : limit;
        enum lexical_state before = state;
        for (const char *at = line; at < end;) {
            const char *start = at;
            bool is_code = before == IN_CODE;
            at = go_on(at, end, &before);
            if (is_code)
                spell_code(line + (start - line), at);
        }
        state = lexical_line(state, line, (size_t)(end - line));
        line = end + 1;
    }
}
