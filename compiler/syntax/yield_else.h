/* `yield v else { ... }`: a statement where an expression belongs. */
#ifndef ASYNCC_SYNTAX_YIELD_ELSE_H
#define ASYNCC_SYNTAX_YIELD_ELSE_H

#include <stdbool.h>

struct mending;

/* Reports it, and puts some expression there. True if there was any. */
bool mend_yield_elses(struct mending *m);

#endif
