/* gcc's preprocessor hands raw strings on as they were written. Spelled as ordinary strings at
 * once, they need be known nowhere else. */
#include "raw_string.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "diagnostic.h"
#include "support/text.h"
#include "syntax/token.h"

struct raw {
    const char *inner, *inner_end, *end;
};

static const char *find(const char *at, const char *limit, const char *what)
{
    const char *found = memmem(at, (size_t)(limit - at), what, strlen(what));
    return found ? found : limit;
}

/* Whether the quote follows R, LR, uR, UR or u8R. */
static bool is_raw(const char *text, const char *quote)
{
    static const char *const prefixes[] = {"R", "LR", "uR", "UR", "u8R"};
    const char *word = quote;
    while (word > text && is_word_byte(word[-1]))
        word--;
    size_t length = (size_t)(quote - word);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strlen(prefixes[i]) == length && !memcmp(word, prefixes[i], length))
            return true;
    return false;
}

/* Of `"x(...)x"`, at whose quote `at` is; false if it is none. Without an end it ends at `limit`.
 */
static bool read_raw(const char *at, const char *limit, struct raw *raw)
{
    enum { LONGEST_DELIMITER = 16 };
    char close[LONGEST_DELIMITER + 3] = ")";
    size_t length = 0;
    for (at++; at + length < limit && !strchr("()\\ \t\v\f\n\"", at[length]); length++)
        if (length == LONGEST_DELIMITER)
            return false;
    if (at + length >= limit || at[length] != '(')
        return false;
    memcpy(close + 1, at, length);
    close[length + 1] = '"';
    raw->inner = at + length + 1;
    raw->inner_end = find(raw->inner, limit, close);
    raw->end = raw->inner_end < limit ? raw->inner_end + length + 2 : limit;
    return true;
}

static void spell(struct text *out, const struct raw *raw)
{
    size_t lines = 0;
    text_put(out, '"');
    for (const char *at = raw->inner; at < raw->inner_end; at++) {
        if (*at == '\n')
            text_puts(out, "\\n"), lines++;
        else if (*at == '"' || *at == '\\' || *at == '?') /* `??=` is a trigraph */
            text_printf(out, "\\%c", *at);
        else
            text_put(out, *at);
    }
    text_put(out, '"');
    while (lines--)
        text_put(out, '\n');
}

/* Behind the word, the ordinary literal or the comment that begins at `at`, if one does. */
static const char *skip(const char *at, const char *limit)
{
    if (*at == '/' && at + 1 < limit && (at[1] == '*' || at[1] == '/')) {
        const char *end = at[1] == '*' ? find(at + 2, limit, "*/") : find(at, limit, "\n");
        return end < limit && at[1] == '*' ? end + 2 : end;
    }
    if (*at == '/')
        return at + 1;
    uint32_t offset = 0;
    struct range token;
    next_token(at, (uint32_t)(limit - at), &offset, &token);
    return at + token.end;
}

void raw_strings_spell(struct text *text)
{
    const char *start = text->data, *limit = start + text->length, *written = start;
    struct text out = {0};
    if (!text->length || find(start, limit, "R\"") == limit)
        return;
    for (const char *at = start; at < limit;) {
        struct raw raw;
        if (*at != '"' && *at != '\'' && *at != '/' && !is_word_byte(*at)) {
            at++;
        } else if (*at == '"' && is_raw(start, at) && read_raw(at, limit, &raw)) {
            if (raw.inner_end == limit) /* gcc has refused it */
                break;
            text_write(&out, written, (size_t)(at - 1 - written)); /* without the R */
            spell(&out, &raw);
            at = written = raw.end;
        } else {
            at = skip(at, limit);
        }
    }
    text_write(&out, written, (size_t)(limit - written));
    text_free(text);
    *text = out;
}
