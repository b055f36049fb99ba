/* What the compiler knows, as text for people: the outputs of --dump. */
#ifndef ASYNCC_EXPLAIN_DUMP_H
#define ASYNCC_EXPLAIN_DUMP_H

#include <stdbool.h>

struct node;
struct text;

/* Writes the tree, a node a line; `code` is the text that the nodes cover. */
void node_dump(struct text *out, const struct node *node, const char *code, bool with_types);

#endif
