/* The passes by which mistakes of syntax are told. */
#ifndef ASYNCC_SYNTAX_MEND_H
#define ASYNCC_SYNTAX_MEND_H

#include <stdbool.h>
#include <tree_sitter/api.h>

struct mending;
struct source;

/* Whether the parser had to make something up, or gave up. */
bool has_error(const TSTree *tree);

/* Reports what is wrong in the text of the source, which has errors, and takes out of it what the
 * parser would stumble over; the code is changed alike. */
void mend(struct mending *m, const struct source *source);

/* Reports each `else` that nothing takes, of a text without other mistakes: the tree is that of
 * the text, or of what the text is then, and takes its place. */
TSTree *mend_elses(struct mending *m, TSTree *tree);

#endif
