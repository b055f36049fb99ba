/* Included files of which one end lies in a declaration that is written anew:
 *
 *     async int f(
 *     #include "parameters.inc"
 *     );
 *
 * The C compiler is told their lines, but not that it enters or leaves them, for it counts. */
#ifndef ASYNCC_OUTPUT_CUT_H
#define ASYNCC_OUTPUT_CUT_H

#include <stdbool.h>

struct arena;
struct node;
struct source;

/* For each directive of the source, whether it is a marker that enters or leaves such a file. */
const bool *find_cut_markers(struct arena *arena, const struct source *source,
                             const struct node *unit);

#endif
