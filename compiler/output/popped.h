/* Macros that `#pragma pop_macro("NAME")` gives an older definition back: preprocessors do not say
 * that they did, so what these names mean is not known. */
#ifndef ASYNCC_OUTPUT_POPPED_H
#define ASYNCC_OUTPUT_POPPED_H

#include <stddef.h>

struct arena;
struct source;

struct popped {
    struct arena *arena;
    const char **names;
    size_t count, capacity;
};

/* Those of the main file and of what it includes, system headers left out. */
const struct popped *popped_find(struct arena *arena, const struct source *source);

#endif
