/* The attributes of what a declarator declares.
 *
 * They stand among the specifiers, before the declarator, in it and behind it. In it, GNU C takes
 * for the declared name's only those that stand next to that: of `char *A *B p`, B is p's, and A
 * says something of a type. */
#ifndef ASYNCC_SYNTAX_ATTRIBUTE_H
#define ASYNCC_SYNTAX_ATTRIBUTE_H

#include <stddef.h>
#include <stdint.h>

struct node;

/* Where they are looked for, in this order; each may be NULL. `around` is a NODE_DECLARED or a
 * NODE_PARAMETER. */
struct attributes {
    const struct node *specifiers, *around, *declarator;
    const struct node *place; /* where the walk is */
    uint32_t kid;
};

/* Of the declarator with this index in a NODE_DECLARATION; of NODE_FUNCTION, NODE_PARAMETER and
 * what binds a name there is only one. */
struct attributes declared_attributes(const struct node *declaration, uint32_t index);

/* The name without the underscores of `__aligned__`; the length is of what is returned. */
const char *attribute_bare_name(const char *name, size_t *length);

/* The next NODE_ATTRIBUTE; NULL behind the last. */
struct node *next_attribute(struct attributes *attributes);

/* The NODE_ATTRIBUTE_ITEM of this name; NULL if there is none. */
const struct node *attribute_item(const struct node *attribute, const char *name);

/* The first of this name among those that the walk has still before it; NULL if there is none. */
const struct node *find_attribute(struct attributes attributes, const char *name);

#endif
