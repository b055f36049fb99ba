/* Declarations that read as expressions up to where they cannot be any. */
#ifndef ASYNCC_SYNTAX_DECLARED_H
#define ASYNCC_SYNTAX_DECLARED_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct marks;

/* Marks the types of `T (x) = {...}`, where a statement may begin, in code that has errors; false
 * if there is none that is not marked yet. */
bool mark_declarations(struct arena *arena, struct marks *marks, const char *code, uint32_t length);

#endif
