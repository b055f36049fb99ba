/* C before C99: declarations that do not say `int`. */
#ifndef ASYNCC_SYNTAX_IMPLICIT_H
#define ASYNCC_SYNTAX_IMPLICIT_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct source;

struct implicit {
    char *text; /* the source's, with `int ` where it was left out; NULL: nowhere */
    size_t length;
    uint32_t *names; /* in `text`: what is declared behind each */
    size_t count, capacity;
};

/* For a text with errors: looks for declarations that only an implicit int explains. */
struct implicit make_int_explicit(struct arena *arena, const struct source *source);

#endif
