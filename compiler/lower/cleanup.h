/* `__attribute__((cleanup(f)))` as a deferred statement. */
#ifndef ASYNCC_LOWER_CLEANUP_H
#define ASYNCC_LOWER_CLEANUP_H

#include <stdbool.h>
#include <stdint.h>

struct hoist;
struct node;

/* Adds `defer f(&x)` behind the declaration of each local with the attribute, and marks those
 * declarations, so that the attribute itself is not written. Ordinary functions without deferred
 * statements keep theirs. Returns the body. */
struct node *cleanup_attributes(struct hoist *h, struct node *body);

/* `defer f(&x)` for what the declaration declares there, NULL if it has no such attribute. */
struct node *deferred_cleanup(struct hoist *h, const struct node *declaration, uint32_t index);

/* The item of the attribute of what the declaration declares there; NULL: nothing is called. */
const struct node *cleanup_of(const struct node *declaration, uint32_t index);

/* Whether anything that it declares has the attribute. */
bool has_cleanup_attribute(const struct node *declaration);

#endif
