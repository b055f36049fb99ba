/* Declarations in which one bracket is missing, too many or of another kind. */
#ifndef ASYNCC_SYNTAX_UNBALANCED_H
#define ASYNCC_SYNTAX_UNBALANCED_H

struct mending;

/* Reports them, and takes the mistakes out. What else does not balance is left as it is. */
void mend_unbalanced(struct mending *m);

#endif
