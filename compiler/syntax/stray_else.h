/* An `else` that nothing takes. */
#ifndef ASYNCC_SYNTAX_STRAY_ELSE_H
#define ASYNCC_SYNTAX_STRAY_ELSE_H

#include <stddef.h>
#include <tree_sitter/api.h>

struct arena;

/* Where the text was parsed with a name `else`, in the order of the text. */
struct stray_elses {
    uint32_t *offsets;
    size_t count, capacity;
};

struct stray_elses find_stray_elses(struct arena *arena, TSNode root, const char *text);

#endif
