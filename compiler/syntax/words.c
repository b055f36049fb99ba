#include "syntax/words.h"

#include <stddef.h>
#include <string.h>

static const char *const keywords[] = {
    "async",    "await",   "auto",     "break", "case",    "char",      "const",
    "continue", "default", "defer",    "dict",  "do",      "double",    "else",
    "enum",     "extern",  "float",    "for",   "future",  "generator", "goto",
    "if",       "inline",  "int",      "list",  "long",    "queue",     "register",
    "restrict", "return",  "set",      "short", "signed",  "sizeof",    "spawn",
    "static",   "struct",  "switch",   "try",   "typedef", "typeof",    "union",
    "unsigned", "void",    "volatile", "while", "with",    "yield",     "contextvar",
};

enum { KEYWORDS = sizeof keywords / sizeof *keywords };

static bool is(const char *word, uint32_t length, const char *keyword)
{
    return length == strlen(keyword) && !memcmp(word, keyword, length);
}

bool is_keyword(const char *word, uint32_t length)
{
    for (size_t i = 0; i < KEYWORDS; i++)
        if (is(word, length, keywords[i]))
            return true;
    return false;
}

/* Whether they are the same but for one mistake. */
static bool is_similar(const char *word, size_t length, const char *other, size_t other_length)
{
    size_t same = 0;
    while (same < length && same < other_length && word[same] == other[same])
        same++;
    word += same, length -= same;
    other += same, other_length -= same;
    if (length == other_length + 1)
        return !memcmp(word + 1, other, other_length);
    if (length + 1 == other_length)
        return !memcmp(word, other + 1, length);
    if (length != other_length || !length)
        return false;
    if (!memcmp(word + 1, other + 1, length - 1))
        return true;
    return length > 1 && word[0] == other[1] && word[1] == other[0] &&
           !memcmp(word + 2, other + 2, length - 2);
}

const char *similar_word(const char *word, uint32_t length, unsigned number)
{
    if (length < 2 || is_keyword(word, length))
        return NULL;
    for (size_t i = 0; i < KEYWORDS; i++)
        if (is_similar(word, length, keywords[i], strlen(keywords[i])) && !number--)
            return keywords[i];
    return NULL;
}
