/* Running the user's own C compiler as a preprocessor. */
#ifndef ASYNCC_PREPROCESS_H
#define ASYNCC_PREPROCESS_H

#include <stdbool.h>

struct arena;
struct diagnostics;
struct options;
struct text;

/* Checks the input of `options` and writes what the C compiler makes of it (-E -dD, line markers
 * and all, at most 1 GiB) to the empty text `out`, with the comments of a file that can be read
 * twice and raw strings spelled as ordinary ones. The compiler's messages go to the standard error,
 * or, in JSON, to the diagnostics. False after an error, which was told either by the compiler or
 * in the diagnostics. Prints the command to the standard error if `options->verbose`. */
bool preprocess(const struct options *options, struct arena *arena, struct diagnostics *diagnostics,
                struct text *out);

#endif
