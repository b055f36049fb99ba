/* The smallest changes that make broken declarations parse. */
#ifndef ASYNCC_SYNTAX_CORRECT_H
#define ASYNCC_SYNTAX_CORRECT_H

struct mending;

/* Reports the mistakes in those declarations that do not parse, and takes them out of the text.
 * Brackets balance. */
void correct_mistakes(struct mending *m);

#endif
