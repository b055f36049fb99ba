/* The control flow of one function: points in the order of the source, and edges between them. */
#ifndef ASYNCC_LOWER_FLOW_H
#define ASYNCC_LOWER_FLOW_H

#include "lower/lower.h"

#define NO_POINT UINT32_MAX

struct edge {
    uint32_t point, next; /* index into the edges; NO_POINT ends the list */
};

/* A variable mentioned at a point. */
struct mention {
    uint32_t point;
    bool reads;    /* its value may be read here */
    bool replaces; /* all of it is written here: the old value is dead before */
    bool declares; /* its declaration stands here: nothing of it is needed before */
};

struct mentions { /* of one variable */
    struct mention *items;
    size_t count, capacity;
};

struct flow {
    uint32_t count;      /* points; 0 is the entry, where parameters arrive */
    struct node **nodes; /* what happens at a point; NULL at a join */
    size_t node_capacity;
    struct suspension **suspended; /* by point, NULL where nothing waits */
    size_t suspended_capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    uint32_t *predecessors; /* by point: first edge */
    size_t predecessor_capacity;
    struct mentions *mentions;    /* by variable index */
    uint32_t *suspensions_before; /* by point: how many suspensions lie below it, for ranges */
};

#endif
