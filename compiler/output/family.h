/* A macro, and those that are defined by it: `#define NEW __COUNTER__`, and what uses NEW. */
#ifndef ASYNCC_OUTPUT_FAMILY_H
#define ASYNCC_OUTPUT_FAMILY_H

#include <stddef.h>

struct arena;
struct source;

struct family {
    struct arena *arena;
    const char **names;
    size_t count, capacity;
};

/* That of the name, by all definitions of the source, whether they hold or not; in the arena. */
const struct family *family_find(struct arena *arena, const struct source *source,
                                 const char *name);
/* Where the first of them stands in the text; its length if none does. */
size_t family_in(const struct family *family, const char *text, size_t length);

#endif
