/* Pragmas of the file, said again around what is written elsewhere than it stood. */
#ifndef ASYNCC_OUTPUT_PRAGMA_H
#define ASYNCC_OUTPUT_PRAGMA_H

#include "output/node.h"

enum pragma_group { PRAGMA_PACK, PRAGMA_DIAGNOSTIC, PRAGMA_OPTIONS };

/* Writes those of the group that hold at this byte of the source and no more at the end of the
 * file, on lines of their own; returns how many must be taken back behind. */
unsigned put_pragmas(struct emitter *e, enum pragma_group group, uint32_t offset);
/* Undoes any packing for what is the same in each file, written here or at the end of the file. */
unsigned put_default_packing(struct emitter *e, uint32_t offset);
void put_pragmas_end(struct emitter *e, enum pragma_group group, unsigned count);

#endif
