/* Which attributes of an async function or a generator go where. */
#ifndef ASYNCC_OUTPUT_ATTRIBUTE_H
#define ASYNCC_OUTPUT_ATTRIBUTE_H

#include "output/node.h"

/* NAME(), which makes the handle; NAME__resume(), the body; a local whose cleanup is deferred;
 * everything else. */
enum attribute_use { USE_HANDLE, USE_BODY, USE_LOCAL, USE_ALL };

/* Writes a NODE_ATTRIBUTE without the items in it that do not belong there; false if nothing is
 * left. */
bool emit_attribute(struct emitter *e, struct node *attribute, enum attribute_use use);

/* Writes this part of the source, which is of an attribute. */
void emit_attribute_text(struct emitter *e, uint32_t start, uint32_t end);

/* Of a local whose cleanup is deferred, and nothing else is in it. */
bool attribute_is_left_out(const struct node *node);

#endif
