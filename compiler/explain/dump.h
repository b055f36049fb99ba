/* The syntax tree as text, for --dump=parse and --dump=check. */
#ifndef ASYNCC_EXPLAIN_DUMP_H
#define ASYNCC_EXPLAIN_DUMP_H

#include <stdbool.h>

struct arena;
struct node;
struct source;
struct text;

/* Writes the tree, a node a line, kids indented below it: line, kind, operator, name, and of a leaf
 * its text; `-` is an absent kid. With types also the type of each expression and what each name
 * stands for. What system headers declare is left out. Trees of any depth: it does not recurse. */
void dump_tree(struct text *out, struct arena *arena, const struct source *source,
               const struct node *root, bool with_types);

#endif
