/* C that was expanded, in words that C++ knows too. */
#ifndef ASYNCC_OUTPUT_PORTABLE_H
#define ASYNCC_OUTPUT_PORTABLE_H

#include <stddef.h>

struct text;
struct writer;

/* The headers that these words need in C, if this text of C has any: a row of bits. */
unsigned portable_needs(const char *text, size_t length);
void portable_includes(struct writer *w, unsigned needs);

/* Appends the text; its lines stay lines. */
void portable_write(struct text *out, const struct text *text);

#endif
