/* Pragmas of the file, said again around what is written elsewhere than it stood. */
#ifndef ASYNCC_OUTPUT_PRAGMA_H
#define ASYNCC_OUTPUT_PRAGMA_H

#include "output/node.h"

enum { /* sets of groups, one bit each */
       PRAGMAS_OF_LAYOUT = 1 << PRAGMA_PACK | 1 << PRAGMA_ORDER,
       PRAGMAS_OF_CODE = (1 << PRAGMA_GROUPS) - 1
};

/* Says what holds of these groups at the source's byte `start`, on lines of their own, where what
 * is written next, the source's bytes [start, end), would be read otherwise or change what holds
 * here (e->pragmas_at). Byte 0 is where nothing holds. Returns the groups that were said. */
unsigned put_pragmas(struct emitter *e, unsigned groups, uint32_t start, uint32_t end);
/* Takes them back. */
void put_pragmas_end(struct emitter *e, unsigned groups);
/* Of these bytes, which are written elsewhere: the pragmas that hold behind them. */
void put_left_pragmas(struct emitter *e, uint32_t start, uint32_t end);

#endif
