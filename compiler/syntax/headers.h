/* Heads of loops over ranges that bind no name, or more than one. */
#ifndef ASYNCC_SYNTAX_HEADERS_H
#define ASYNCC_SYNTAX_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct diagnostics;
struct marks;

/* Reports them, and mends them in `marked`, a copy of the code that has errors. Names that nobody
 * knows because of them are marked as unknown. True if there were any. */
bool mend_headers(struct arena *arena, struct marks *marks, struct diagnostics *diagnostics,
                  const char *code, uint32_t length, char *marked);

#endif
