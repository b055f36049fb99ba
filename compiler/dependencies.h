/* The dependency file that -MD and -MMD ask for: a rule for make and Ninja. */
#ifndef ASYNCC_DEPENDENCIES_H
#define ASYNCC_DEPENDENCIES_H

#include <stdbool.h>

struct arena;
struct source;
struct text;

/* Writes `name` so that make and Ninja read it back as it is. */
void dependencies_quote(struct text *out, const char *name);

/* The rule `targets: files`. `targets` are already quoted. With `system_headers` these count too;
 * with `phony` every header gets an empty rule, so that make does not miss it once it is gone. */
void dependencies_write(struct text *out, struct arena *arena, const struct source *source,
                        const char *targets, bool system_headers, bool phony);

#endif
