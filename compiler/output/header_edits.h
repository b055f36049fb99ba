/* Where the text of a header changes when it is lowered. */
#ifndef ASYNCC_OUTPUT_HEADER_EDITS_H
#define ASYNCC_OUTPUT_HEADER_EDITS_H

#include <stddef.h>

#include "output/header_text.h"

struct arena;
struct header_items;
struct item;

enum edit_kind { /* in the order in which they are made at one place */
                 EDIT_HEAD,
                 EDIT_ENTER_C,
                 EDIT_LEAVE_C,
                 EDIT_SUFFIX,
                 EDIT_CONTAINERS,
                 EDIT_ITEM,
                 EDIT_TAIL
};

struct edit {
    enum edit_kind kind;
    struct span span; /* what it replaces */
    const struct item *item;
};

struct edits {
    struct arena *arena;
    struct edit *edits;
    size_t count, capacity;
};

/* Adds all of them, sorted by place. */
void find_edits(struct edits *edits, const struct header_items *h);

#endif
