/* Response files: `@file` among the arguments stands for the arguments in that file. */
#ifndef ASYNCC_RESPONSE_H
#define ASYNCC_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diagnostics;

struct arguments {
    const char **items;
    size_t count, capacity;
};

/* Adds the arguments to `result`, response files expanded (they may name others). Reports a file
 * that cannot be read, and returns false. */
bool response_expand(struct arguments *result, struct arena *arena, struct diagnostics *diagnostics,
                     size_t count, char *const *arguments);

/* Adds the arguments of a text to `result`: it is split at white space; '...' and "..." quote, a
 * backslash makes the next character an ordinary one. */
void response_split(struct arguments *result, struct arena *arena, const char *line);

#endif
