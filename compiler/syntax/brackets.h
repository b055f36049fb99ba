/* Brackets that do not balance. */
#ifndef ASYNCC_SYNTAX_BRACKETS_H
#define ASYNCC_SYNTAX_BRACKETS_H

#include <stdint.h>

struct arena;
struct diagnostics;

enum balance { BRACKETS_BALANCE, BRACKETS_MENDED, BRACKETS_HOPELESS };

/* Reports brackets that do not balance in the code. MENDED: the functions with such mistakes have
 * no bodies in `parsed` any more, a text of the same length that can be parsed again. HOPELESS:
 * what is left means nothing. */
enum balance mend_brackets(struct arena *arena, struct diagnostics *diagnostics, const char *code,
                           uint32_t length, char *parsed);

#endif
