/* __COUNTER__ behind text in which it is expanded already: a restored header would count from
 * another number than it did. Found by words, so that in doubt includes stay expanded. */
#include <string.h>

#include "output/includes.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/token.h"

struct counters { /* __COUNTER__, and the macros that are defined by it */
    struct arena *arena;
    const char **names;
    size_t count, capacity;
};

static void add_name(struct counters *counters, const char *word, size_t length)
{
    counters->names = arena_grow(counters->arena, counters->names, counters->count,
                                 &counters->capacity, sizeof *counters->names);
    counters->names[counters->count++] = arena_copy(counters->arena, word, length);
}

static bool is_counter(const struct counters *counters, const char *word, size_t length)
{
    for (size_t i = 0; i < counters->count; i++)
        if (strlen(counters->names[i]) == length && !memcmp(counters->names[i], word, length))
            return true;
    return false;
}

static size_t word_length(const char *text, size_t length)
{
    size_t end = 0;
    while (end < length && is_word_byte(text[end]))
        end++;
    return end;
}

/* Where the first of them stands in the text; its length if none does. */
static size_t find_counter(const struct counters *counters, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t word = word_length(text + at, length - at);
        if (word && is_counter(counters, text + at, word))
            return at;
        at += word ? word : 1;
    }
    return length;
}

static void find_counters(struct counters *counters, const struct source *source)
{
    const char *text = source_text(source);
    size_t count, before;
    const struct directive *directives = source_directives(source, &count);
    add_name(counters, "__COUNTER__", strlen("__COUNTER__"));
    if (!memmem(text, source_length(source), "__COUNTER__", strlen("__COUNTER__")))
        return; /* of the definitions none asks for it */
    do {
        before = counters->count;
        for (size_t i = 0; i < count; i++) {
            const char *line = text + directives[i].start;
            size_t name_length, length = directives[i].end - directives[i].start;
            if (directives[i].kind != DIRECTIVE_DEFINE)
                continue;
            const char *name = source_macro_name(source, &directives[i], &name_length);
            if (!is_counter(counters, name, name_length) &&
                find_counter(counters, line, length) < length)
                add_name(counters, name, name_length);
        }
    } while (counters->count > before);
}

/* The line of the file on which it counts, outside of directives; 0: it does not. */
static uint32_t counting_line(const struct counters *counters, const struct source *source,
                              const char *file)
{
    size_t length = 0;
    const char *text = source_original_text(source, file, &length);
    bool in_directive = false;
    uint32_t line = 1;
    for (const char *at = text, *end = text + length; text && at < end; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = newline ? (size_t)(newline - at) : (size_t)(end - at);
        in_directive = in_directive || at[strspn(at, " \t")] == '#';
        if (!in_directive && find_counter(counters, at, size) < size)
            return line;
        in_directive = in_directive && size && at[size - 1] == '\\';
        at += size + 1;
    }
    return 0;
}

/* The line of the main file from which on it is expanded. */
static uint32_t first_count(const struct counters *counters, const struct includes *includes)
{
    const struct source *source = includes->source;
    for (size_t i = 0; i < includes->count; i++)
        if (includes->items[i]->is_expanded &&
            counting_line(counters, source, includes->items[i]->file))
            return 1;
    return counting_line(counters, source, source_main_path(source));
}

const char *includes_counting(const struct includes *includes)
{
    struct counters counters = {.arena = includes->arena};
    find_counters(&counters, includes->source);
    uint32_t first = first_count(&counters, includes);
    for (size_t i = 0; first && i < includes->count; i++) {
        const struct include *include = includes->items[i];
        const struct include *restored = includes_restored(includes, include->start);
        if (restored && (restored->parent || restored->line > first) &&
            counting_line(&counters, includes->source, include->file))
            return include->file;
    }
    return NULL;
}
