/* ERROR and MISSING nodes as diagnostics. */
#ifndef ASYNCC_SYNTAX_ERRORS_H
#define ASYNCC_SYNTAX_ERRORS_H

#include <tree_sitter/api.h>

struct diagnostics;

/* At least one error, for a tree that has errors. */
void report_syntax_errors(struct diagnostics *diagnostics, TSNode root, const char *code);

#endif
