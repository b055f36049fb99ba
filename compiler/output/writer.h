/* Writes C that says where it comes from: keeps the line that the C compiler believes it reads in
 * step with the .ac file, by a #line only where the two would part. Lines that are made of one line
 * of the source all say that they are that line, so that a debugger stops and steps by lines of the
 * source. What stems from no line of it is told to be what it is, lines of the output. */
#ifndef ASYNCC_OUTPUT_WRITER_H
#define ASYNCC_OUTPUT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct comments;
struct pragmas;
struct restoration;
struct source;
struct text;

struct writer {
    struct text *out;
    struct source *source;
    struct restoration *restoration; /* NULL: includes stay expanded */
    const bool *is_cut;              /* of each of its directives (cut.h) */
    const struct pragmas *pragmas;
    struct comments *comments; /* of the function that is written; NULL: none is */
    bool lines;                /* write #line at all */
    bool no_loop_pragmas;      /* what follows is no loop any more */
    bool no_unused_pragmas;    /* what they name may have moved to a frame */
    uint32_t opened;           /* pragmas that open a block were written, up to this byte */
    bool behind_word;          /* what follows is another one: `__extension__({ ... })` */
    const char *file;          /* what the compiler believes the current line is; NULL: not known */
    uint32_t line;
    const char *place_file; /* where made text stems from; NULL: wherever it comes to stand */
    uint32_t place_line;
    bool is_own;       /* the compiler knows the line for one of the output */
    bool in_system;    /* ... and takes it for a system header's, where gcc gives no warnings */
    size_t line_start; /* in `out` */
    struct ended_line {
        const struct text *out;
        size_t start, newline;
    } ended;    /* the line that was ended last */
    int indent; /* of generated lines */
    int shift;  /* of lines of the source, inside what was made around them */
};

void write_text(struct writer *w, const char *text, size_t length);
/* Text of the source, each line of which stems from the next line of it. */
void write_copied(struct writer *w, const char *text, size_t length);
/* Text that was written before, elsewhere: its lines are in step as they are. */
void write_again(struct writer *w, const struct text *text);
void write_string(struct writer *w, const char *string);
void write_format(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* At the end of the first line from the byte `from` of `out` on that says something, is no
 * directive and does not end in a comment; if there is none, nothing happens. */
void write_behind_line(struct writer *w, size_t from, const struct text *text);

/* A new line, indented. */
void write_line_break(struct writer *w);

/* What follows stems from this byte of the source: puts a #line before the current line if nothing
 * but blanks stands on it and it would be taken for another line. `always`: even if not. */
void write_place(struct writer *w, uint32_t offset, bool always);

/* The same for text that is copied from there. It begins a line of its own if need be. */
void write_in_step(struct writer *w, uint32_t offset);

/* What follows stems from no line of the source, up to the next write_place. writer_number_lines
 * tells its lines. */
void write_own_place(struct writer *w);

/* What follows is this line of this file: the same for a text that is not the source's. */
void write_line(struct writer *w, const char *file, uint32_t line);

/* Blanks that the current line begins with. */
int writer_indent(const struct writer *w);

/* Copies the source's bytes [start, end). Inside functions (`markers` false) its line markers are
 * left out, and so are #define and #undef, since everything is expanded already. Outside they come
 * with what is restored. */
void write_source(struct writer *w, uint32_t start, uint32_t end, bool markers);
/* The pragmas of these bytes that open a block, if no other may stand before them. */
void write_opening_pragmas(struct writer *w, uint32_t start, uint32_t end);
/* The #define and #undef of these bytes alone, for text that was written anew. */
void write_definitions(struct writer *w, uint32_t start, uint32_t end);
/* Puts the numbers of lines into what write_own_place wrote, once the output is complete. */
void writer_number_lines(struct text *out);
/* What is restored before the first byte: #undef of the compiler's macros that must go. */
void write_start(struct writer *w);

#endif
