/* Words of the language, and C's like them, where other languages have them: `await { }`. */
#ifndef ASYNCC_SYNTAX_MISUSED_H
#define ASYNCC_SYNTAX_MISUSED_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct diagnostics;

/* Reports them, and puts something else in their place in `marked`, the text with errors that the
 * parser sees, and in a copy of the code, which *code becomes. True if there was any. */
bool mend_misused_words(struct arena *arena, struct diagnostics *diagnostics, const char **code,
                        uint32_t length, char *marked);

#endif
