/* `int async f(void)`: the word stands behind the type. */
#ifndef ASYNCC_SYNTAX_MISPLACED_ASYNC_H
#define ASYNCC_SYNTAX_MISPLACED_ASYNC_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct diagnostics;

/* Reports it, and puts the word in front in `marked`, the text with errors that the parser sees,
 * and in a copy of the code, which *code becomes. True if there was any. */
bool mend_misplaced_async(struct arena *arena, struct diagnostics *diagnostics, const char **code,
                          uint32_t length, char *marked);

#endif
