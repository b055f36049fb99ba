/* The smallest changes that make broken declarations parse. */
#ifndef ASYNCC_SYNTAX_CORRECT_H
#define ASYNCC_SYNTAX_CORRECT_H

#include <stdbool.h>
#include <stdint.h>
#include <tree_sitter/api.h>

struct arena;
struct diagnostics;
struct marks;
struct range;

/* Reports the mistakes in those declarations of the text that do not parse, and takes them out of
 * the text; what they may have hidden is noted in `marks`. `code`, the text without marks, is
 * replaced by one with the same changes. Brackets balance. False if nothing was changed. */
bool correct_mistakes(struct arena *arena, TSParser *parser, struct marks *marks,
                      struct diagnostics *diagnostics, const char **code, char *text,
                      uint32_t length);

/* Blanks what means nothing, and notes its names, of which nothing is known then. */
void forget_declaration(struct arena *arena, struct marks *marks, const char *code, char *text,
                        struct range range);

#endif
