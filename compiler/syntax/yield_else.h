/* `yield v else { ... }`: a statement where an expression belongs. */
#ifndef ASYNCC_SYNTAX_YIELD_ELSE_H
#define ASYNCC_SYNTAX_YIELD_ELSE_H

struct mending;

/* Reports it, and puts some expression there. */
void mend_yield_elses(struct mending *m);

#endif
