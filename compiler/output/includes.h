/* Which #includes of a file can come back as they stood, in place of what they brought.
 *
 * The line markers tell a tree: the main file, the files that it includes, the files that those
 * include. A file of that tree is either expanded (its text is written, as the main file's is) or
 * restored (the directive is written). Directives that define macros are written where a file is
 * expanded, so restored headers see the macros they saw when asyncc preprocessed the file. */
#ifndef ASYNCC_OUTPUT_INCLUDES_H
#define ASYNCC_OUTPUT_INCLUDES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct node;
struct source;

struct include {
    uint32_t start, end; /* of what it brought: the marker that enters it included, the one that
                            leaves it not */
    const char *file;
    const struct include *parent; /* NULL: the main file includes it */
    size_t first, last;           /* its directives: [first, last) */
    uint32_t line;                /* the directive's first line, in the parent */
    const char *operand;          /* `<stdio.h>`; NULL: cannot be written in the main file */
    bool imports;                 /* #import: the file is read once */
    bool is_dual;                 /* says that it is C for C compilers: #pragma asyncc dual */
    bool is_expanded;
};

struct includes {
    struct arena *arena;
    const struct source *source;
    struct include **items; /* all, in the order in which they begin */
    size_t count, capacity;
    struct include **restored; /* those to be written as directives, in the same order */
    size_t restored_count, restored_capacity;
    uint32_t start;      /* where the main file begins, behind what the compiler defines */
    size_t first;        /* the first directive from there on */
    const char *problem; /* why nothing can be restored, else NULL */
};

/* Lives in the arena. `unit` is the checked tree. */
struct includes *includes_find(struct arena *arena, const struct source *source,
                               const struct node *unit);

/* The restored include that this byte of the source belongs to, or NULL. */
const struct include *includes_restored(const struct includes *includes, uint32_t offset);

/* counter.c: a restored file that uses __COUNTER__ behind text that is expanded and used it; NULL.
 */
const char *includes_counting(const struct includes *includes);

/* include_line.c: fills in `line`, `operand` and `imports`, reading the parent's original text. */
void include_find_operand(const struct includes *includes, struct include *include,
                          uint32_t line_behind);

#endif
