/* The layout of frames, for --frames, and their sizes, for -Wframe-size=N. */
#ifndef ASYNCC_EXPLAIN_FRAMES_H
#define ASYNCC_EXPLAIN_FRAMES_H

#include <stdint.h>

struct diagnostics;
struct lowered;
struct text;

/* Writes a table for every async function, those that are embedded before those that embed them. */
void frames_print(struct text *out, const struct lowered *lowered);

/* Warns of every function whose frame is larger than `limit` bytes, as far as sizes are known (the
 * C compiler has the last word), with a note at the variable that takes most of it. */
void frames_warn(struct diagnostics *diagnostics, const struct lowered *lowered, uint64_t limit);

#endif
