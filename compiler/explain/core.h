/* The functions of a file after desugaring, for --dump=desugar. */
#ifndef ASYNCC_EXPLAIN_CORE_H
#define ASYNCC_EXPLAIN_CORE_H

#include "lower/lower.h"

struct text;

/* Writes every function that was lowered, in the order of the source; `lowered` comes from
 * desugar_unit. */
void core_dump(struct text *out, const struct lowered *lowered);

#endif
