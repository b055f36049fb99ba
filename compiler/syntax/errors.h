/* ERROR and MISSING nodes as diagnostics. */
#ifndef ASYNCC_SYNTAX_ERRORS_H
#define ASYNCC_SYNTAX_ERRORS_H

#include <stdbool.h>
#include <tree_sitter/api.h>

struct diagnostics;

/* At least one error, for a tree that has errors. False if brackets do not balance: then the shape
 * of the rest means nothing. */
bool report_syntax_errors(struct diagnostics *diagnostics, TSNode root, const char *code);

#endif
