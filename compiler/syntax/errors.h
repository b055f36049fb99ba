/* ERROR and MISSING nodes as diagnostics. */
#ifndef ASYNCC_SYNTAX_ERRORS_H
#define ASYNCC_SYNTAX_ERRORS_H

#include <stdint.h>
#include <tree_sitter/api.h>

struct diagnostics;
struct range;

/* At least one error, for a tree that has errors. */
void report_syntax_errors(struct diagnostics *diagnostics, TSNode root, const char *code);
/* Those at places within the range; how many there are. With NULL they are only counted, and the
 * first place is stored. */
unsigned report_syntax_errors_in(struct diagnostics *diagnostics, TSNode root, const char *code,
                                 struct range within, uint32_t *first);

#endif
