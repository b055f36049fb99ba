/* The parts of the walk over expressions: expression.c (operands and their order), branch.c (&&,
 * ||,
 * ?: and statement expressions), suspend.c (await), try.c. */
#ifndef ASYNCC_LOWER_HOIST_H
#define ASYNCC_LOWER_HOIST_H

#include "lower/await.h"

/* The type in which a value of this expression is kept. */
struct type *value_type(struct hoist *h, struct node *node);
/* A temporary without a value, declared; and what gives it one, by a template like "$0 = $1". */
struct variable *declare_temporary(struct hoist *h, struct node *at, struct type *type);
void assign_temporary(struct hoist *h, struct variable *variable, const char *text,
                      struct node *value);

/* Whether a part that is evaluated only sometimes becomes statements: it awaits, or has effects of
 * which the order is to be kept. */
bool needs_statements(struct node *node);

/* Each as `hoist`, of an expression of that kind. */
struct node *hoist_and_or(struct hoist *h, struct node *node, enum later later);
struct node *hoist_conditional(struct hoist *h, struct node *node, enum later later);
struct node *hoist_choice(struct hoist *h, struct node *node, enum later later);
/* `wanted`: its value is. */
struct node *hoist_statement_expression(struct hoist *h, struct node *node, bool wanted);
struct node *hoist_await(struct hoist *h, struct node *await, enum later later);
struct node *hoist_try(struct hoist *h, struct node *node);

/* Waits, and drops the value. */
void suspend_discarded(struct hoist *h, struct node *await);

#endif
