/* What the forms of statements say about control flow, before there is a flow graph. */
#ifndef ASYNCC_LOWER_REACH_H
#define ASYNCC_LOWER_REACH_H

#include <stdbool.h>

struct lowered;
struct node;

/* Whether control may come to what follows the statement; true where that is not clear. */
bool falls_through(const struct lowered *lowered, struct node *node);

#endif
