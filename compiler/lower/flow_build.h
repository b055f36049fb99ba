/* What building the control flow shares: flow.c walks the statements, mention.c the expressions of
 * a point. */
#ifndef ASYNCC_LOWER_FLOW_BUILD_H
#define ASYNCC_LOWER_FLOW_BUILD_H

#include "lower/flow.h"

struct jump;
struct label;
struct target;

struct build {
    struct lowered *lowered;
    struct function *function;
    struct flow *flow;
    struct arena *arena;
    uint32_t from;
    struct target *target;
    unsigned only_typed; /* operands of sizeof and typeof around what is walked */
    struct node *named;  /* the variable of which it only says the name */
    struct jump *gotos, *computed;
    struct label *labels;
    size_t label_count, label_capacity;
};

/* --- flow.c */

bool is_jump(const struct node *node);
void flow_jump(struct build *b, const struct node *node);

/* --- mention.c */

void mention(struct build *b, struct variable *variable, struct mention mention);
/* The variable gets another value at this point, if it is one of the function's. */
void replaces(struct build *b, struct variable *variable, uint32_t at);
/* The declaration of a local, whose first value is not looked at. */
void declares(struct build *b, struct node *declared, uint32_t at);
/* What the node and what is below it names may be read at this point. */
void uses(struct build *b, struct node *node, uint32_t at);
/* A full expression, which is this point. */
void uses_expression(struct build *b, struct node *node, uint32_t at);
/* What stands within a full expression is a part of its point. */
void cover(struct node *node, uint32_t at);

#endif
