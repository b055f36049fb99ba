/* tree-sitter's parser, bounded. */
#ifndef ASYNCC_SYNTAX_BOUNDED_H
#define ASYNCC_SYNTAX_BOUNDED_H

#include <tree_sitter/api.h>

struct range;

/* The tree of the text, which the caller deletes; NULL if the parser makes nothing of what follows
 * the first mistake, which is told then unless `mistake` is NULL. */
TSTree *parse_bounded(TSParser *parser, const char *text, uint32_t length, struct range *mistake);

bool text_parses(TSParser *parser, const char *text, uint32_t length);

/* Where the parser finds the first token that fits no reading of the text; behind the end if there
 * is none. It may take so many steps, of which what is left is told: with 0 it was given up. */
uint32_t parse_until_mistake(TSParser *parser, const char *text, uint32_t length, unsigned *steps);

/* The token that it finds there. */
struct range first_mistake(TSParser *parser, const char *text, uint32_t length);

#endif
