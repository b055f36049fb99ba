#include "output/popped.h"

#include <string.h>

#include "source.h"
#include "support/arena.h"

/* Adds the NAME of `("NAME")`, as it is written in _Pragma, too: `(\"NAME\")`. */
static void add_name(struct popped *popped, const char *at, const char *end)
{
    while (at < end && strchr(" \t(\\\"", *at))
        at++;
    const char *close = at;
    while (close < end && !strchr(" \t)\\\"\n", *close))
        close++;
    popped->names = arena_grow(popped->arena, popped->names, popped->count, &popped->capacity,
                               sizeof *popped->names);
    popped->names[popped->count++] = arena_copy(popped->arena, at, (size_t)(close - at));
}

static void read_file(struct popped *popped, const struct source *source, const char *file)
{
    static const char word[] = "pop_macro";
    size_t length;
    const char *at = source_original_text(source, file, &length), *end = at ? at + length : NULL;
    while (at && (at = memmem(at, (size_t)(end - at), word, strlen(word))) != NULL) {
        at += strlen(word);
        add_name(popped, at, end);
    }
}

const struct popped *popped_find(struct arena *arena, const struct source *source)
{
    struct popped *popped = arena_alloc(arena, sizeof *popped);
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    popped->arena = arena;
    read_file(popped, source, source_main_path(source));
    for (size_t i = 0; i < count; i++)
        if (directives[i].flags & MARKS_ENTRY && !(directives[i].flags & MARKS_SYSTEM_HEADER) &&
            directives[i].file != source_main_path(source))
            read_file(popped, source, directives[i].file);
    return popped;
}
