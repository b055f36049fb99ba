/* What the walk over deferred statements (defer.c) shares with the making of what a block ends with
 * (defer_tail.c). */
#ifndef ASYNCC_LOWER_DEFER_H
#define ASYNCC_LOWER_DEFER_H

#include "lower/await.h"

struct way { /* out of a block, behind its cleanups */
    struct node *jump;
    unsigned code; /* in `leave_N` */
    struct deferred *until;
    struct way *next;
};

struct code_setter { /* `leave_N = code`, until it is known whether that is needed */
    struct node *splice;
    struct way *way;
    struct code_setter *next;
};

struct block {
    struct block *outer;
    struct deferred *last;
    struct way *ways, **last_way;
    unsigned way_count;
    struct code_setter *setters;
    struct variable *leave;
};

struct target { /* a loop or switch */
    struct target *outer;
    bool is_loop;
    struct deferred *in_force;
};

struct defers {
    struct hoist hoist;
    struct function *function;
    struct deferred *in_force;
    struct block *block;
    struct target *target;
    struct node **labels;
    size_t label_count, label_capacity;
    bool any;
    struct variable *value; /* what the function returns; NULL until it is needed */
};

/* The jump by way of what is in force where it stands and not where it leads to. */
struct node *defer_jump(struct defers *d, struct node *jump);
/* What C takes for one statement: an if's arm, a loop's body. */
struct node *defer_body(struct defers *d, struct node *node);

/* The cleanups of a block, whose statements have been dealt with, as one splice. `is_body`: of the
 * function's outermost block. */
struct node *defer_tail(struct defers *d, struct block *block, struct node *node, bool is_body);

#endif
