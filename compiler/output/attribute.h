/* Which attributes of an async function or a generator go where. */
#ifndef ASYNCC_OUTPUT_ATTRIBUTE_H
#define ASYNCC_OUTPUT_ATTRIBUTE_H

#include "output/node.h"

/* NAME(), which makes the handle; NAME__resume(), the body. */
enum attribute_use { USE_HANDLE, USE_BODY };

/* Copies a piece of the source without the attributes in it that do not belong there; false if
 * nothing is left. */
bool emit_attributes(struct emitter *e, uint32_t start, uint32_t end, enum attribute_use use);

#endif
