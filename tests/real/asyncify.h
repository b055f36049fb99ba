/* Private to asyncify: what is known of the program (asyncify.c) and how its text is edited
 * (edits.c). */
#ifndef ASYNCIFY_H
#define ASYNCIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "semantic/check.h"
#include "source.h"

enum { MOST_NAMES = 64 };

struct list {
    const char *items[MOST_NAMES];
    size_t count;
};

struct candidate {
    struct node *node; /* NODE_FUNCTION */
    struct symbol *symbol;
    bool stays;
};

struct program {
    const char *path;
    struct list also, not_these;
    unsigned statements, operands, defers; /* percent of them that get a wait */
    unsigned spawns;                       /* percent of the calls */
    uint32_t seed;                         /* which ones */
    struct arena *arena;
    struct source *source;
    struct node *unit;
    struct check *check;
    struct candidate *candidates;
    size_t count;
    size_t awaits;
    bool ok, changed;
    bool pointers; /* to functions point to async ones */
};

/* The candidate of that symbol, NULL if it has none (or is NULL). */
struct candidate *candidate_of(const struct program *p, const struct symbol *symbol);

/* Writes the program to standard output, with the functions of the candidates that do not stay made
 * async; counts awaits. */
void write_program(struct program *p);

#endif
