/* The checker: scopes, declarations, types of expressions, the rules of LANGUAGE section 6.
 *
 * One walk over the tree in source order. It declares names as C does, sets node->symbol on every
 * identifier, declarator, tag, label and goto, and node->type on every expression, type name and
 * declarator. Where the parser guessed wrong whether a name is a type (or a contextual word an
 * operator), it adds a mark; the caller then parses and checks again, and what this run reported is
 * thrown away. */
#ifndef ASYNCC_SEMANTIC_CHECK_H
#define ASYNCC_SEMANTIC_CHECK_H

#include "semantic/pragma.h"
#include "semantic/symbol.h"
#include "semantic/type.h"
#include "syntax/parse.h"

/* A call that makes a coroutine, some arguments of which are temporary handles or containers. They
 * belong to the coroutine until it begins. */
struct owning {
    struct node *call;
    uint32_t arguments; /* bit i: kid i + 1 of the call */
};

struct check { /* what the checker knows when it is done; lowering reads it */
    struct arena *arena;
    struct names *names;
    struct source *source;
    const struct pragmas *pragmas;
    struct diagnostics *diagnostics;
    struct types *types;
    struct scope *file_scope;
    struct marks *marks;
    /* All function definitions with a body, in source order. */
    struct node **functions;
    size_t function_count;
    struct owning *owning;
    size_t owning_count, owning_capacity;
    struct check_state *state; /* private */
};

/* `marks`: those that the tree was parsed under; if there are more afterwards, parse again. */
struct check *check_unit(struct arena *arena, struct names *names, struct source *source,
                         struct diagnostics *diagnostics, struct node *unit, struct marks *marks);

/* The file-scope ordinary identifier or tag of that name, NULL if there is none. */
struct symbol *check_file_symbol(const struct check *check, const char *name);
struct symbol *check_file_tag(const struct check *check, const char *name);

/* What the checker says of the language's own expressions:
 *  - NODE_AWAIT: the future's T. A call to an async function has the type future(T).
 *  - NODE_SPAWN, NODE_TRY: the operand's type.
 *  - NODE_CALL of a runtime name with a T (async_run, async_future, async_set_result ...) is typed
 *    by the T. The callee then has no symbol; if it has one, the program declares the name.
 *
 * And of C's:
 *  - NODE_ASSOCIATION: only the chosen arm has a type.
 *  - NODE_INITIALIZER_LIST: the type of what it initialises.
 *  - NODE_DECLARED: the symbol that it declares, and its type.
 *  - sizeof(T) read as the size of an expression, and (f)(x) read as a cast, are put right. */

/* Whether evaluating the node has an effect that must keep its place among awaits: calls,
 * assignments, ++ and --, volatile and atomic accesses, asm, statement expressions, awaits. Of the
 * node itself, not of its kids. */
bool node_is_effect(const struct node *node);

/* Whether the value is that of a bit-field so narrow that it is promoted to int. */
bool is_small_bit_field(struct node *node);

/* Whether it is a call of __builtin_choose_expr, with its three operands; the operand that C takes,
 * NULL for every other node. */
bool is_choose_expr(const struct node *node);
struct node *chosen_operand(struct check *check, const struct node *node);

/* The association of a _Generic that C takes; NULL if none fits, or the selector's type is not
 * known. */
struct node *selected_association(struct check *check, const struct node *node);

/* The operand whose place the node takes: that of a _Generic or __builtin_choose_expr; or NULL. */
struct node *taken_operand(struct check *check, const struct node *node);

/* The expression that the node is for C: without parentheses, __extension__, _Generic and
 * __builtin_choose_expr around it. */
struct node *skip_choices(struct check *check, struct node *node);
/* Whether that names an object. (lvalue.c) */
bool is_lvalue(struct check *check, struct node *node);

/* The value of a typed constant expression; false: there is none, or only C compilers know it. */
bool constant_value(struct check *check, const struct node *node, long long *value);

/* Whether the function called never returns, by what it is declared with or known to C compilers.
 */
bool calls_noreturn(const struct node *call);
/* Whether control may come to what follows the statement, lowered or not; true where that is not
 * clear. (ending.c) */
bool may_complete(struct check *check, struct node *statement);

/* Whether the operands of this node only have a type: sizeof, __builtin_constant_p ... */
bool node_is_unevaluated(const struct node *node);
/* Whether C evaluates the operand of this `sizeof` or `typeof`, for sizes that vary. */
bool operand_is_evaluated(const struct node *node);

/* Whether a value of that expression belongs to nobody yet: a container that it gives must be
 * freed. */
bool is_temporary(struct check *check, struct node *node);
/* Whether it is an lvalue, or what a `?:` or `,` gives of lvalues: a loop over a container finds it
 * where it is, for in a copy it would not see it change. */
bool is_found(struct check *check, struct node *node);
/* Whether it surely makes a container, which belongs to nobody yet. */
bool is_fresh_container(struct check *check, struct node *node);
/* Notes that the coroutine owns these arguments, if any. */
void check_owning(struct check *check, struct node *call, uint32_t arguments);
/* Whether a loop over the range can look at it by its name: it means the same throughout, and the
 * name bound to each value does not hide it. */
bool range_is_plain(struct node *range, const char *name);
/* What a definition's parameter is called, NULL if it has no name. */
struct node *parameter_name(const struct parameter *parameter);
/* `char *`, const or not: the key of a set or dict that is compared by its characters. */
bool is_text_key(const struct type *type);

#endif
