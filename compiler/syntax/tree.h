/* The step between tree-sitter's tree and ours; see build.h. */
#ifndef ASYNCC_SYNTAX_TREE_H
#define ASYNCC_SYNTAX_TREE_H

#include <tree_sitter/api.h>

struct arena;
struct names;
struct node;

/* `code` is the text as written, `marked` as parsed. External
 * declarations with an ERROR or MISSING node in them are left out (NODE_SKIPPED).
 * `*deep` is a place where it nests too deeply to be compiled (the result then is unusable), or
 * NULL. */
struct node *build_tree(struct arena *arena, struct names *names, const TSLanguage *language,
                        TSNode root, const char *code, const char *marked,
                        const struct node **deep);

#endif
