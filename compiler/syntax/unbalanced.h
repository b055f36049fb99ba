/* Declarations in which one bracket is missing, too many or of another kind. */
#ifndef ASYNCC_SYNTAX_UNBALANCED_H
#define ASYNCC_SYNTAX_UNBALANCED_H

#include <stdint.h>
#include <tree_sitter/api.h>

struct arena;
struct diagnostics;
struct marks;

/* Reports them, and takes the mistakes out of the text and of the code, which is the text without
 * marks and is replaced. What else does not balance is left as it is. */
void mend_unbalanced(struct arena *arena, TSParser *parser, struct marks *marks,
                     struct diagnostics *diagnostics, const char **code, char *text,
                     uint32_t length);

#endif
