/* What the writer restores, and a record of where it did. */
#ifndef ASYNCC_OUTPUT_RESTORATION_H
#define ASYNCC_OUTPUT_RESTORATION_H

#include <stdbool.h>
#include <stddef.h>

#include "output/includes.h"

/* The definitions of macros change here: the source's directives [first, last) took effect. */
struct restored_event {
    size_t offset; /* in the output, behind what was written */
    size_t first, last;
    bool is_include;
};

struct restored_undef {
    size_t event; /* behind which the macro is undefined */
    const char *name;
};

struct restoration {
    struct arena *arena;
    const struct includes *includes;
    const struct popped *popped;   /* may be anything; NULL: there are none */
    struct restored_event *events; /* [0]: the compiler's own macros, at offset 0 */
    size_t event_count, event_capacity;
    struct restored_undef *undefs; /* from the round before */
    size_t undef_count, undef_capacity;
};

#endif
