/* Words of the language, and C's like them, where other languages have them: `await { }`. */
#ifndef ASYNCC_SYNTAX_MISUSED_H
#define ASYNCC_SYNTAX_MISUSED_H

struct mending;

/* Reports them, and puts something else in their place. */
void mend_misused_words(struct mending *m);

#endif
