/* Where the declarations of a file begin and end, as far as its tokens tell. */
#ifndef ASYNCC_SYNTAX_DECLARATIONS_H
#define ASYNCC_SYNTAX_DECLARATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "diagnostic.h"

struct arena;

struct declarations {
    struct range *items;
    size_t count, capacity;
};

struct declarations find_declarations(struct arena *arena, const char *text, uint32_t length);

/* The text that the parser sees, as tokens are read from it: with the code's bytes where there are
 * marks. */
char *text_without_marks(struct arena *arena, const char *code, const char *text, uint32_t length);

#endif
