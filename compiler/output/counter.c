/* __COUNTER__ behind text in which it is expanded already: a restored header would count from
 * another number than it did. Found by words, so that in doubt includes stay expanded. */
#include <string.h>

#include "output/family.h"
#include "output/includes.h"
#include "source.h"

/* The line of the file on which it counts, outside of directives; 0: it does not. */
static uint32_t counting_line(const struct family *counters, const struct source *source,
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
        if (!in_directive && family_in(counters, at, size) < size)
            return line;
        in_directive = in_directive && size && at[size - 1] == '\\';
        at += size + 1;
    }
    return 0;
}

/* The line of the main file from which on it is expanded. */
static uint32_t first_count(const struct family *counters, const struct includes *includes)
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
    const struct family *counters = family_find(includes->arena, includes->source, "__COUNTER__");
    uint32_t first = first_count(counters, includes);
    for (size_t i = 0; first && i < includes->count; i++) {
        const struct include *include = includes->items[i];
        const struct include *restored = includes_restored(includes, include->start);
        if (restored && (restored->parent || restored->line > first) &&
            counting_line(counters, includes->source, include->file))
            return include->file;
    }
    return NULL;
}
