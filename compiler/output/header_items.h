/* What a header declares, and where in its original text: items, members of structs, and functions
 * of which more is written than what stands in their place. */
#ifndef ASYNCC_OUTPUT_HEADER_ITEMS_H
#define ASYNCC_OUTPUT_HEADER_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/header_text.h"
#include "output/node.h"

/* One declaration, or several that came out of the same macro call. */
struct item {
    struct span span;
    const struct node *parent; /* the unit, or a struct */
    uint32_t first, last;      /* of its kids: [first, last] */
    bool is_anew;              /* it uses the language, and is not left to its members */
};

struct items {
    struct item *items;
    size_t count, capacity;
};

struct header_items {
    const struct check *check;
    const struct lowered *lowered;
    const struct node *unit;
    struct arena *arena;
    const char *code; /* the preprocessed text */
    /* what find_header_items finds */
    const struct header_text *text;
    struct items items;   /* all of the unit's */
    struct items members; /* of structs that are not written anew as a whole */
    struct header header; /* its functions */
};

/* `text`: the original. What cannot be lowered in a header is reported. */
void find_header_items(struct header_items *h, const char *text, size_t length);

struct node *first_node(const struct item *item);
struct node *last_node(const struct item *item);

#endif
