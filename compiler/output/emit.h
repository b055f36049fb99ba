/* The lowered file as C. */
#ifndef ASYNCC_OUTPUT_EMIT_H
#define ASYNCC_OUTPUT_EMIT_H

#include <stdbool.h>

#include "lower/lower.h"

struct text;

struct emit_options {
    bool lines;          /* write #line, so that compilers and debuggers speak of the .ac file */
    bool self_contained; /* what includes brought stays in their place */
};

/* Replaces `out`. Gives the reason if includes stay expanded although the options do not ask for
 * it, else NULL. */
const char *emit_unit(struct text *out, const struct check *check, const struct lowered *lowered,
                      struct node *unit, const struct emit_options *options);

#endif
