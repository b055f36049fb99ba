/* The preprocessed text and where each byte of it comes from.
 *
 * The preprocessor's output is kept whole in `text`. Its directive lines (`# 12 "file"`, `#pragma`,
 * `#define` of -dD; gcc puts markers even inside expressions) are recorded in a table, and blanked
 * with spaces in `code`, a copy of equal length that is what gets parsed. Offsets are the same in
 * both. Columns come from aligning the tokens of a line with the tokens of the original file. */
#ifndef ASYNCC_SOURCE_H
#define ASYNCC_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct source;

enum directive_kind {
    DIRECTIVE_LINE,
    DIRECTIVE_PRAGMA,
    DIRECTIVE_DEFINE,
    DIRECTIVE_UNDEF,
    DIRECTIVE_OTHER
};

enum { /* the flags of a line marker */
       MARKS_ENTRY = 1 << 0,
       MARKS_EXIT = 1 << 1,
       MARKS_SYSTEM_HEADER = 1 << 2
};

struct directive { /* a directive line of the preprocessed text, newline included */
    enum directive_kind kind;
    uint32_t start, end;
    const char *file; /* DIRECTIVE_LINE: what it says */
    uint32_t line;
    unsigned flags; /* DIRECTIVE_LINE: those above */
};

struct place {
    const char *file;
    uint32_t line, column; /* from 1; column counts bytes of the original line; 0: the original
                              line is not to be had, or is not what the text was made from */
    bool system_header;
    bool main_file;
};

/* Takes the preprocessor's output (copied); `main_path` is the file as the user named it. */
struct source *source_new(struct arena *arena, const char *main_path, const char *text,
                          size_t length);

const char *source_text(const struct source *source); /* as preprocessed */
const char *source_code(const struct source *source); /* directives blanked: what is parsed */
size_t source_length(const struct source *source);
const char *source_main_path(const struct source *source);
const struct directive *source_directives(const struct source *source, size_t *count);

/* Where the byte at `offset` comes from; binary search, columns by alignment on first need. */
struct place source_place(const struct source *source, uint32_t offset);
/* The same for the range [start, end); *last_column is the column of its last byte on that line (a
 * range that goes on past the line ends with the line). */
struct place source_range(const struct source *source, uint32_t start, uint32_t end,
                          uint32_t *last_column);
/* Where the line of the text begins that this byte stands on. */
uint32_t source_line_start(const struct source *source, uint32_t offset);
/* Line only (cheap: no alignment); the emitter calls it for every token. */
struct place source_line(const struct source *source, uint32_t offset);
/* The index of the first directive that ends behind this byte. */
size_t source_directive_at(const struct source *source, uint32_t offset);
/* The name that this #define or #undef is about. */
const char *source_macro_name(const struct source *source, const struct directive *directive,
                              size_t *length);
/* Whether that is the first word of this pragma. */
bool source_pragma_is(const struct source *source, const struct directive *pragma,
                      const char *word);
/* Whether it may stand at a block's beginning only: `STDC FP_CONTRACT OFF`, `clang fp ...`. */
bool source_pragma_opens_block(const struct source *source, const struct directive *pragma);
/* The first of these that stands in [start, end); NULL. */
const struct directive *source_opening_pragma(const struct source *source, uint32_t start,
                                              uint32_t end);
/* A pragma for asyncc, which C compilers must not see. */
enum own_pragma { OWN_PRAGMA_NONE, OWN_PRAGMA_DUAL, OWN_PRAGMA_UNKNOWN };
enum own_pragma source_own_pragma(const struct source *source, const struct directive *directive);

/* The whole original text of a file, NULL if it cannot be read. Not NUL-terminated. */
const char *source_original_text(const struct source *source, const char *file, size_t *length);
/* The logical line (of several lines, if they end in a backslash or in the middle of a comment)
 * that ends with line `last` of the original file; *first is the number of its first line. In the
 * arena; NULL if it is not to be had. */
const char *source_logical_line(const struct source *source, struct arena *arena, const char *file,
                                uint32_t last, uint32_t *first);
/* The original text of a line of a file (no newline), NULL if the file cannot be read. */
const char *source_original_line(const struct source *source, const char *file, uint32_t line,
                                 size_t *length);

#endif
