/* Response files, split as gcc and clang split them. */
#include "response.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "diagnostic.h"
#include "support/arena.h"
#include "support/text.h"

enum { DEEPEST = 32 };

static bool expand(struct arguments *result, struct arena *arena, struct diagnostics *diagnostics,
                   const char *argument, int depth);

static bool read_text(struct diagnostics *diagnostics, const char *path, struct text *text)
{
    FILE *file = fopen(path, "re");
    char buffer[4096];
    size_t got;
    while (file && (got = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_write(text, buffer, got);
    bool ok = file && !ferror(file);
    if (!ok)
        report_failure(diagnostics, "cannot read response file '%s': %s", path, strerror(errno));
    if (file)
        fclose(file);
    return ok;
}

/* Reads one argument, whose first byte is at `at`, into `word`; returns what is behind it. */
static const char *read_word(const char *at, struct text *word)
{
    char quote = '\0';
    for (; *at && (quote || !isspace((unsigned char)*at)); at++) {
        if (*at == '\\' && at[1])
            text_put(word, *++at);
        else if (*at == quote)
            quote = '\0';
        else if (!quote && (*at == '"' || *at == '\''))
            quote = *at;
        else
            text_put(word, *at);
    }
    return at;
}

static void add(struct arguments *result, struct arena *arena, const char *argument)
{
    result->items =
        arena_grow(arena, result->items, result->count, &result->capacity, sizeof *result->items);
    result->items[result->count++] = argument;
}

void response_split(struct arguments *result, struct arena *arena, const char *line)
{
    struct text word = {0};
    for (;;) {
        while (isspace((unsigned char)*line))
            line++;
        if (!*line)
            break;
        text_clear(&word);
        line = read_word(line, &word);
        add(result, arena, arena_copy(arena, word.data ? word.data : "", word.length));
    }
    text_free(&word);
}

static bool expand_file(struct arguments *result, struct arena *arena,
                        struct diagnostics *diagnostics, const char *path, int depth)
{
    if (depth > DEEPEST) {
        report_failure(diagnostics, "response file '%s' names itself", path);
        return false;
    }
    struct text text = {0};
    struct arguments words = {0};
    bool ok = read_text(diagnostics, path, &text);
    if (ok && text.data)
        response_split(&words, arena, text.data);
    for (size_t i = 0; ok && i < words.count; i++)
        ok = expand(result, arena, diagnostics, words.items[i], depth);
    text_free(&text);
    return ok;
}

static bool expand(struct arguments *result, struct arena *arena, struct diagnostics *diagnostics,
                   const char *argument, int depth)
{
    if (argument[0] == '@' && argument[1])
        return expand_file(result, arena, diagnostics, argument + 1, depth + 1);
    add(result, arena, argument);
    return true;
}

bool response_expand(struct arguments *result, struct arena *arena, struct diagnostics *diagnostics,
                     size_t count, char *const *arguments)
{
    for (size_t i = 0; i < count; i++)
        if (!expand(result, arena, diagnostics, arguments[i], 0))
            return false;
    return true;
}
