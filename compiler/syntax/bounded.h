/* tree-sitter's parser, bounded. */
#ifndef ASYNCC_SYNTAX_BOUNDED_H
#define ASYNCC_SYNTAX_BOUNDED_H

#include <tree_sitter/api.h>

/* The tree of the text, which the caller deletes; NULL if the parser runs in a circle over the
 * mistakes before *reached, as far as which it has read. */
TSTree *parse_bounded(TSParser *parser, const char *text, uint32_t length, uint32_t *reached);

#endif
