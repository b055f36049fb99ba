/* Tokens of C, as far as one has to know them to pass over them. */
#include "output/skip.h"

#include <ctype.h>
#include <string.h>

#include "lexical.h"

bool skip_is_letter(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 128;
}

bool skip_is_blank(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at))
        at++;
    return at == end;
}

size_t skip_name_length(const char *at, const char *end)
{
    const char *start = at;
    if (at < end && !skip_is_letter(*at))
        return 0;
    while (at < end && lexical_is_word(*at))
        at++;
    return (size_t)(at - start);
}

const char *skip_quoted(const char *at, const char *end)
{
    char quote = *at++;
    while (at < end && *at != quote && *at != '\n')
        at += *at == '\\' && at + 1 < end ? 2 : 1;
    return at < end && *at == quote ? at + 1 : at;
}

const char *skip_line(const char *at, const char *end)
{
    const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return newline ? newline : end;
}

const char *skip_comment(const char *at, const char *end)
{
    if (end - at < 2 || *at != '/')
        return at;
    if (at[1] == '/')
        return skip_line(at, end);
    if (at[1] != '*')
        return at;
    const char *close = memmem(at + 2, (size_t)(end - at - 2), "*/", 2);
    return close ? close + 2 : end;
}

const char *skip_directive(const char *at, const char *end)
{
    while (at < end && *at != '\n') {
        const char *behind = skip_comment(at, end);
        if (behind > at)
            at = behind;
        else if (*at == '\\' && at + 1 < end)
            at += at[1] == '\r' && at + 2 < end ? 3 : 2;
        else
            at = skip_token(at, end);
    }
    return at < end ? at + 1 : end;
}

const char *skip_token(const char *at, const char *end)
{
    if (*at == '"' || *at == '\'')
        return skip_quoted(at, end);
    if (skip_is_letter(*at))
        return at + skip_name_length(at, end);
    return isdigit((unsigned char)*at) ? lexical_number(at, end) : at + 1;
}

const char *skip_part(const char *at, const char *end)
{
    const char *behind = skip_comment(at, end);
    return behind > at ? behind : skip_token(at, end);
}
