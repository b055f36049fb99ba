/* Shared by the passes that turn ranges and comprehensions into core: loops, ifs, declarations,
 * deferred statements. They run before all others, on the tree as the checker left it. */
#ifndef ASYNCC_LOWER_DESUGAR_H
#define ASYNCC_LOWER_DESUGAR_H

#include "lower/await.h"

/* Desugars all there is in the tree at *slot, which may be replaced. Not in nested functions. */
void desugar(struct hoist *h, struct node **slot);

/* head.c: gotos of the jumps in the heads of loops and switches that leave what is around. */
void heads_redirect(struct hoist *h, struct node *body);

/* range.c: `for (T x : range)` over an array or container; its parts are desugared already. NULL
 * if it is one over a generator. */
struct node *range_for(struct hoist *h, struct node *node);

/* comprehension.c: statements that build the container of a NODE_COMPREHENSION, whose kids are
 * then: those statements, and what stands for its value behind them. If it initialises `target`,
 * the container is built there; the value then is what `target` is declared with before. */
void comprehension(struct hoist *h, struct node *node, struct symbol *target);
/* The loops of a generator expression around the `yield` of its element. */
struct node *comprehension_yields(struct hoist *h, struct node *node);
/* generator_expression.c: the call that makes the generator; its function is added. */
struct node *generator_expression(struct hoist *h, struct node *node);
/* lower.c: adds a function with a frame that was made of a part of `outer`. */
struct function *made_function(struct lowered *lowered, struct function *outer, struct node *node);
/* Whether it was made to initialise what it stands behind: declare that first, build it then. */
bool is_built_in_place(const struct node *comprehension);

/* --- making nodes: like `make`, with the flags that the kids give */

struct node *build(struct hoist *h, enum node_kind kind, const struct node *at, const char *text,
                   size_t count, ...);
struct node *build_block(struct hoist *h, const struct node *at, struct list *list);
struct node *build_spill(struct hoist *h, const struct node *at, struct variable *variable,
                         struct node *value);
/* `name(&object, second, third)`, an operation of containers; `third` may be NULL. */
struct node *build_operation(struct hoist *h, const struct node *at, const char *name,
                             struct node *object, struct node *second, struct node *third);
struct node *build_symbol_use(struct hoist *h, const struct node *at, struct symbol *symbol);

/* A container that belongs to nobody yet. */
bool is_temporary_container(struct hoist *h, struct node *range);

/* `T x = value;` for what a loop over a range or an `async with` binds, in its words, attributes
 * among them. */
struct node *bound_declaration(struct hoist *h, struct node *statement, const struct node *at,
                               struct node *value);

#endif
