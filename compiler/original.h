/* The files that the preprocessed text came from, read again when a message wants to show them. */
#ifndef ASYNCC_ORIGINAL_H
#define ASYNCC_ORIGINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct originals;

struct original_line {
    const char *text; /* not NUL-terminated; without the newline, and without a CR before it */
    size_t length;
    bool in_comment; /* it begins inside a block comment */
};

struct originals *originals_new(struct arena *arena);

/* Gives the text of `name` instead of reading it: for a text that is not in a file. */
void originals_add(struct originals *originals, const char *name, const char *text, size_t length);

/* All of the file `name`, not NUL-terminated; NULL if there is no such regular file. */
const char *original_text(struct originals *originals, const char *name, size_t *length);

/* Line `line`, counted from 1, of the file `name`, which is read once. False if there is no such
 * regular file or line. What `result` points to lives as long as the arena. */
bool original_line(struct originals *originals, const char *name, uint32_t line,
                   struct original_line *result);

#endif
