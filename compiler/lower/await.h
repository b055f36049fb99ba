/* Shared by the two halves of the await pass: expressions (hoist.h) and statements (await.c). */
#ifndef ASYNCC_LOWER_AWAIT_H
#define ASYNCC_LOWER_AWAIT_H

#include <stdarg.h>

#include "lower/lower.h"

/* A growing list of statements. */
struct list {
    struct node **items;
    size_t count, capacity;
};

/* A handle or container in a temporary that an operand further right may leave behind, by `try`. */
struct pending {
    struct variable *made;
    struct pending *outer;
};

struct hoist {
    struct lowered *lowered;
    struct function *function;
    unsigned withs;       /* how many bodies of `async with` are around it */
    struct list *out;     /* where the statements go that must run before what is being lowered */
    struct list *outside; /* of the arm of ?:, && or || whose statements `out` takes; NULL */
    struct list *entry;   /* where those go that must run before the body (array.c) */
    struct pending *pending;
};

/* What follows a subexpression within its full expression and must not overtake it. */
enum later { LATER_NOTHING, LATER_EFFECT, LATER_AWAIT };

/* Pushes the awaits of the expression, and all that must happen before them, as statements; returns
 * what is left: an expression without awaits, to be evaluated right after those statements. */
struct node *hoist(struct hoist *h, struct node *expression, enum later later);

/* The same for a full expression; one that does not await stays as it is. */
struct node *hoist_whole(struct hoist *h, struct node *expression);

/* The same for one whose value nobody wants; nothing is left of it. */
void hoist_discarded(struct hoist *h, struct node *expression);

/* Lowers a statement; the result covers the same bytes of the source. */
struct node *lower_statement(struct hoist *h, struct node *statement);

/* The kids from `first` on, of a node whose operands are all evaluated, left to right. */
void hoist_kids(struct hoist *h, struct node *node, uint32_t first, enum later later);
/* Prepares an lvalue that is written, or whose address is taken: it is not read itself. */
struct node *hoist_lvalue(struct hoist *h, struct node *node, enum later later);
/* The handle that is waited for or looped over: taken out of an lvalue, which is left empty. */
struct node *hoist_handle(struct hoist *h, struct node *handle);
/* Evaluates the expression now and gives what stands for its value later. */
struct node *spill(struct hoist *h, struct node *node);
/* The last item, if it is a block, stands in the braces of the one around it. */
void flatten_last(const struct hoist *h, const struct list *list);
/* The same of this one. */
void flatten(const struct hoist *h, struct node *block);
/* A statement that is the body of another one. */
struct node *lower_body(struct hoist *h, struct node *body);
/* Whether the statement is a deferred one, labelled or not: as a body it wants a block. */
bool defers_directly(struct node *node);
/* The next suspension of the function, for the NODE_SUSPEND `node`, on behalf of `at`. */
struct suspension *suspension_new(struct hoist *h, struct node *at, struct node *node);

/* generator.c */
struct node *hoist_yield(struct hoist *h, struct node *yield, enum later later);
struct node *lower_generator_for(struct hoist *h, struct node *node);
struct node *lower_async_with(struct hoist *h, struct node *node);

void list_push(struct hoist *h, struct list *list, struct node *node);
void emit_statement(struct hoist *h, struct node *node); /* to h->out */

/* A node made of a template; `at` is where it stems from. */
struct node *make(struct hoist *h, enum node_kind kind, const struct node *at, const char *text,
                  size_t count, ...);
struct node *make_from(struct hoist *h, enum node_kind kind, const struct node *at,
                       const char *text, size_t count, va_list kids);
/* `NAME_N`, and the label of that name; `break` or `continue` as a jump to it. */
const char *made_label(struct hoist *h, const char *name);
struct node *make_label(struct hoist *h, const struct node *at, const char *name);
void become_goto(struct node *jump, const char *label);
/* The statements of a list, as one node in the place of `at`. */
struct node *make_splice(struct hoist *h, const struct node *at, struct list *list, bool braced);
/* Makes the list the kids of a splice. */
void fill_splice(struct hoist *h, struct node *splice, struct list *list);
/* Makes the node a block of these; symbols that were declared in it still lead to it. */
struct node *make_block(struct hoist *h, struct node *scope, struct list *list);
struct node *make_use(struct hoist *h, const struct node *at, struct variable *variable);
struct variable *make_temporary(struct hoist *h, struct type *type); /* value_N */
struct variable *make_temporary_named(struct hoist *h, struct type *type, const char *name,
                                      unsigned number);
/* The declaration of a temporary, with its first value or NULL; its assignment, by a template like
 * "$0 = $1"; both as statements. */
struct node *make_spill(struct hoist *h, const struct node *at, struct variable *variable,
                        struct node *value);
struct node *make_assignment(struct hoist *h, struct variable *variable, const char *text,
                             struct node *value);
/* The template that stores `value` in `place`, both templates: what cannot be assigned is copied.
 */
const char *assigning(struct hoist *h, const struct type *type, const char *place,
                      const char *value);

/* A node like this one, which is to become something else where it stands: types know their sizes
 * by it. */
struct node *copy_node(struct hoist *h, const struct node *node);

/* Gives variable length arrays that a label cuts storage of their own, before all else. */
void arrays_lower(struct hoist *h, struct node *body);
/* Whether the block itself declares something variably modified: no label may stand behind that. */
bool declares_variable_type(const struct node *block);
/* A value of the type is kept beyond the expression: sizes of it that the expression computes
 * become variables, declared in `out`, which it sets. (array.c) */
void keep_lengths_within(struct hoist *h, const struct type *type, struct node *within,
                         struct list *out);

/* What stands below the expression comes into braces: declares the literals that its block keeps in
 * front of them. (literals.c) */
void literals_declare(struct hoist *h, struct node *expression);

/* Marks values that must become variables, because their address is known. (temporary.c) */
void temporaries_find(struct hoist *h, struct node *body);

/* Whether that primitive leaves a future, of which the result is collected. */
bool typed_collects(const struct node *call);
/* Hoists the arguments of a typed primitive's call, and gives it the arguments that this takes in
 * C; returns the temporary whose address is one of them, NULL if none is. `behind` takes the
 * statements that follow the wait. */
struct variable *typed_arguments(struct hoist *h, struct node *call, struct list *behind);

/* Whether evaluating the expression has an effect that keeps its place among awaits. */
bool node_has_effect(struct node *node);

#endif
