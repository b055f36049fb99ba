/* A header (.ah) as a C header. */
#ifndef ASYNCC_OUTPUT_HEADER_H
#define ASYNCC_OUTPUT_HEADER_H

#include <stdbool.h>

#include "lower/lower.h"

struct text;

/* Appends the lowered header to `out`. What cannot be lowered in a header is reported. */
void emit_header(struct text *out, const struct check *check, const struct lowered *lowered,
                 struct node *unit, bool lines);

#endif
