/* The output, read once more as a C preprocessor will: whether that changes it. */
#ifndef ASYNCC_OUTPUT_RESCAN_H
#define ASYNCC_OUTPUT_RESCAN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct restoration;
struct text;

/* Text that was expanded already is expanded again where macros are in force: looks for names for
 * which that makes a difference. Those that no restored include needs any more are put down as
 * to be undefined (restoration->undefs). Gives the first name for which that is no help, or NULL.
 */
const char *rescan(struct restoration *restoration, const struct text *out);

#endif
