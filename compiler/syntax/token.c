/* Tokens of C, as far as messages need them: words, literals, comments, single characters. */
#include "syntax/token.h"

#include <ctype.h>
#include <string.h>

#include "diagnostic.h"
#include "lexical.h"

bool is_word_byte(char byte)
{
    return lexical_is_word(byte) || byte == '\\';
}

/* The end of the literal that starts with the quote at `at`. */
static uint32_t literal_end(const char *code, uint32_t length, uint32_t at)
{
    char quote = code[at++];
    while (at < length && code[at] != quote && code[at] != '\n')
        at += code[at] == '\\' && at + 1 < length ? 2 : 1;
    return at < length ? at + 1 : length;
}

static uint32_t comment_end(const char *code, uint32_t length, uint32_t at)
{
    if (code[at + 1] == '/') {
        const char *end = memchr(code + at, '\n', length - at);
        return end ? (uint32_t)(end - code) : length;
    }
    const char *end = memmem(code + at + 2, length - at - 2, "*/", 2);
    return end ? (uint32_t)(end - code) + 2 : length;
}

/* Behind the name or number that starts here. */
static uint32_t word_end(const char *code, uint32_t length, uint32_t at)
{
    uint32_t behind = (uint32_t)(lexical_number(code + at, code + length) - code);
    while (behind < length && is_word_byte(code[behind]))
        behind++;
    return behind;
}

bool token_is(const char *code, struct range token, const char *text)
{
    size_t length = strlen(text);
    return token.end - token.start == length && !memcmp(code + token.start, text, length);
}

bool token_is_among(const char *code, struct range token, const char *const *words)
{
    for (; *words; words++)
        if (token_is(code, token, *words))
            return true;
    return false;
}

bool token_is_name(const char *code, struct range token)
{
    unsigned char first = (unsigned char)code[token.start];
    return token.end > token.start && (isalpha(first) || first == '_' || first & 0x80);
}

int token_nesting(const char *code, struct range token)
{
    char c = token.end > token.start ? code[token.start] : ' ';
    return (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
}

char closing_bracket(char opening)
{
    return opening == '(' ? ')' : opening == '[' ? ']' : '}';
}

bool next_token(const char *code, uint32_t length, uint32_t *at, struct range *token)
{
    uint32_t i = *at;
    for (;;) {
        while (i < length && isspace((unsigned char)code[i]))
            i++;
        if (i + 1 >= length || code[i] != '/' || (code[i + 1] != '*' && code[i + 1] != '/'))
            break;
        i = comment_end(code, length, i);
    }
    if (i >= length)
        return false;
    token->start = i;
    if (code[i] == '"' || code[i] == '\'')
        i = literal_end(code, length, i);
    else if (is_word_byte(code[i]))
        i = word_end(code, length, i);
    else
        i++;
    token->end = *at = i;
    return true;
}

struct range whole_operator(const char *code, uint32_t length, struct range token)
{
    static const char *const operators[] = {
        "<<=", ">>=", "...", "==", "!=", "<=", ">=", "&&", "||", "++", "--",
        "->",  "+=",  "-=",  "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        uint32_t size = (uint32_t)strlen(operators[i]);
        if (token.end - token.start == 1 && token.start + size <= length &&
            !memcmp(code + token.start, operators[i], size))
            token.end = token.start + size;
    }
    return token;
}

void blank_text(char *text, uint32_t start, uint32_t end)
{
    for (; start < end; start++)
        if (text[start] != '\n')
            text[start] = ' ';
}
