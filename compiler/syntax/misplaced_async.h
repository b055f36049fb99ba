/* `int async f(void)`: the word stands behind the type. */
#ifndef ASYNCC_SYNTAX_MISPLACED_ASYNC_H
#define ASYNCC_SYNTAX_MISPLACED_ASYNC_H

struct mending;

/* Reports it, and puts the word in front. */
void mend_misplaced_async(struct mending *m);

#endif
