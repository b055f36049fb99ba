/* What source.c and source_columns.c share. */
#ifndef ASYNCC_SOURCE_INTERNAL_H
#define ASYNCC_SOURCE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lexical.h"
#include "source.h"

struct finder;
struct names;
struct originals;

struct text_line {
    uint32_t start;
    uint32_t marker : 31;    /* index of the line directive in force, plus 1; 0: none yet */
    uint32_t in_comment : 1; /* it begins inside a comment */
};

struct source {
    struct arena *arena;
    struct names *files;
    const char *main_path, *text, *code;
    size_t length;
    struct directive *directives;
    uint32_t *directive_lines; /* for each, the text line it is */
    size_t directive_count, directive_capacity, directive_line_capacity;
    struct text_line *lines;
    size_t line_count, line_capacity;
    bool has_markers;
    struct originals *originals;
    struct finder *finder; /* what source_columns.c remembers */
};

/* The text line that the offset is on (past the end: the last). */
size_t source_line_at(const struct source *source, uint32_t offset);
/* What the line markers say of a text line; column 0. */
struct place source_line_place(const struct source *source, size_t line);

struct finder *finder_new(struct arena *arena);

#endif
