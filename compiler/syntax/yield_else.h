/* `yield v else { ... }`: a statement where an expression belongs. */
#ifndef ASYNCC_SYNTAX_YIELD_ELSE_H
#define ASYNCC_SYNTAX_YIELD_ELSE_H

#include <stdbool.h>
#include <stdint.h>

struct diagnostics;

/* Reports it, and puts some expression there in `marked`, a copy of the code that has errors. True
 * if there was any. */
bool mend_yield_elses(struct diagnostics *diagnostics, const char *code, uint32_t length,
                      char *marked);

#endif
