/* One program through the compiler's passes, for those that try broken ones. */
#ifndef FUZZ_COMPILE_H
#define FUZZ_COMPILE_H

#include <stdbool.h>

/* Takes `input` through all passes, as a file that includes `prelude` first; true if it came as far
 * as the emitter. Some are dumped on the way or made a header; its length says which. */
bool compile_behind(const char *prelude, const char *input);

/* The processor's seconds that a program of such a length may take; more is as bad as a hang. */
double seconds_for(const char *input);

#endif
