#include "output/family.h"

#include <stdbool.h>
#include <string.h>

#include "source.h"
#include "support/arena.h"
#include "syntax/token.h"

static void add(struct family *family, const char *word, size_t length)
{
    family->names = arena_grow(family->arena, family->names, family->count, &family->capacity,
                               sizeof *family->names);
    family->names[family->count++] = arena_copy(family->arena, word, length);
}

static bool has(const struct family *family, const char *word, size_t length)
{
    for (size_t i = 0; i < family->count; i++)
        if (strlen(family->names[i]) == length && !memcmp(family->names[i], word, length))
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

size_t family_in(const struct family *family, const char *text, size_t length)
{
    if (family->count == 1 && !memmem(text, length, family->names[0], strlen(family->names[0])))
        return length; /* as nearly always: that is known quickly */
    for (size_t at = 0; at < length;) {
        size_t word = word_length(text + at, length - at);
        if (word && has(family, text + at, word))
            return at;
        at += word ? word : 1;
    }
    return length;
}

/* Whether a definition has joined it. */
static bool grow(struct family *family, const struct source *source)
{
    size_t count, before = family->count;
    const struct directive *directives = source_directives(source, &count);
    for (size_t i = 0; i < count; i++) {
        const char *line = source_text(source) + directives[i].start;
        size_t name_length, length = directives[i].end - directives[i].start;
        if (directives[i].kind != DIRECTIVE_DEFINE)
            continue;
        const char *name = source_macro_name(source, &directives[i], &name_length);
        if (!has(family, name, name_length) && family_in(family, line, length) < length)
            add(family, name, name_length);
    }
    return family->count > before;
}

const struct family *family_find(struct arena *arena, const struct source *source, const char *name)
{
    struct family *family = arena_alloc(arena, sizeof *family);
    family->arena = arena;
    add(family, name, strlen(name));
    if (memmem(source_text(source), source_length(source), name, strlen(name)))
        while (grow(family, source))
            ;
    return family;
}
