/* `__attribute__((cleanup(f)))` as a deferred statement. */
#ifndef ASYNCC_LOWER_CLEANUP_H
#define ASYNCC_LOWER_CLEANUP_H

#include <stdbool.h>

struct hoist;
struct node;

/* Adds `defer f(&x)` behind the declaration of each local with the attribute, and marks those
 * declarations, so that the attribute itself is not written. Ordinary functions without deferred
 * statements keep theirs. Returns the body. */
struct node *cleanup_attributes(struct hoist *h, struct node *body);

/* Whether anything that it declares has the attribute. */
bool has_cleanup_attribute(struct hoist *h, const struct node *declaration);

#endif
