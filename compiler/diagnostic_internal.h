/* What the files of the diagnostics share: one collected item, and the two ways to print them. */
#ifndef ASYNCC_DIAGNOSTIC_INTERNAL_H
#define ASYNCC_DIAGNOSTIC_INTERNAL_H

#include <stddef.h>

#include "diagnostic.h"
#include "source.h"

struct diagnostic {
    enum severity severity;
    const char *message;
    const char *warning_name; /* behind -W; NULL: it has none */
    bool has_range;           /* else it is about no place in the file */
    struct range range;
    unsigned order; /* in which it was reported */
    /* Set when they are printed: */
    int64_t head_start;   /* where its error or warning starts; -1: no place */
    struct place place;   /* report_foreign sets it at once; line 0: none; the file then is what
                             stands before the message */
    uint32_t last_column; /* of the range on its first line */
    bool is_dropped;      /* said before at the same place */
};

/* Both print the items in this order; a note belongs to the error or warning before it. */
void print_text(FILE *out, const struct diagnostic *items, size_t count,
                const struct source *source, enum diagnostic_color color);
void print_json(FILE *out, const struct diagnostic *items, size_t count);

#endif
