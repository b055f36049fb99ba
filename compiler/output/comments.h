/* Comments inside of functions that are written anew: which of them have been copied, and which
 * would be lost with the text that lowering replaces. */
#ifndef ASYNCC_OUTPUT_COMMENTS_H
#define ASYNCC_OUTPUT_COMMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct text;

struct comment {
    uint32_t start, end;
    bool is_written;
};

struct comments {
    struct arena *arena;
    const char *code;
    struct comment *items; /* of the function that is being written, in the order of the source */
    size_t count, capacity;
};

/* Those of the bytes [start, end) of the code; in the arena. */
struct comments *comments_find(struct arena *arena, const char *code, uint32_t start, uint32_t end);
/* These bytes of the source are copied. */
void comments_written(struct comments *comments, uint32_t start, uint32_t end);
/* Writes those of these bytes that are not written yet, each behind a blank and on one line. */
void comments_rescue(struct comments *comments, uint32_t start, uint32_t end, struct text *out);

#endif
