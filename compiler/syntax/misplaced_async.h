/* `int async f(void)`: the word stands behind the type. */
#ifndef ASYNCC_SYNTAX_MISPLACED_ASYNC_H
#define ASYNCC_SYNTAX_MISPLACED_ASYNC_H

#include <stdbool.h>

struct mending;

/* Reports it, and puts the word in front. True if there was any. */
bool mend_misplaced_async(struct mending *m);

#endif
