/* Words of the language, and C's like them, where other languages have them: `await { }`. */
#ifndef ASYNCC_SYNTAX_MISUSED_H
#define ASYNCC_SYNTAX_MISUSED_H

#include <stdbool.h>

struct mending;

/* Reports them, and puts something else in their place. True if there was any. */
bool mend_misused_words(struct mending *m);

#endif
