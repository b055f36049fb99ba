/* Lowering: what becomes of the async functions of a file.
 *
 *     desugar    comprehensions as loops; loops over arrays, lists, sets and dicts as C's; jumps
 *                in the heads of loops as gotos
 *     embed      which child frames stand inside their caller's: the call graph without its cycles
 *     array      objects of variable size that an await would cut get storage of their own
 *     await      awaits out of expressions: afterwards each is a NODE_SUSPEND statement of its own;
 *                `try` likewise, a test and a return; loops over generators, and `async with`
 *     defer      deferred statements go to the end of their block; every way out leads past them
 *     fallthrough  where a case falls into one whose jump is more than that by now
 *     parts      large structs that are kept by some of their members
 *     flow       the statements of an async function as points and edges
 *     liveness   at which points each variable's value is still needed
 *     frame      what is live across a suspension; disjoint lifetimes share storage
 *
 * Ordinary functions that try, defer or run over a range go through the first two alone.
 *
 * The vocabulary:
 *     suspension  a place where a function may wait; its number is the frame's state there
 *     child       the frame of the function that is awaited
 *     variable    a local, a parameter, a temporary that lowering made, or the result of an await
 *     point       one step of a function's control flow: an expression, a declaration, a suspension
 *     slot        a piece of frame: a variable's or a child's
 *     lane        slots that share storage, because no two are needed at the same point */
#ifndef ASYNCC_LOWER_LOWER_H
#define ASYNCC_LOWER_LOWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "semantic/check.h"
#include "syntax/ast.h"

struct text;

enum suspension_form {
    SUSPEND_CHILD,   /* a child frame inside ours: NAME__begin, NAME__resume */
    SUSPEND_WAIT,    /* a primitive of the runtime: NAME__begin completes into struct NAME__wait */
    SUSPEND_HANDLE,  /* any other future */
    SUSPEND_ADVANCE, /* a generator whose frame is the variable that is the node's kid */
    SUSPEND_YIELD /* to whoever advances this generator; kids: the value, what to do if it leaves */
};

struct suspension {
    unsigned state; /* from 1, in the order of the source; a yield has the next one too */
    enum suspension_form form;
    struct symbol *callee;   /* the function awaited; NULL for SUSPEND_HANDLE */
    struct node *node;       /* the NODE_SUSPEND; its kids are the arguments, or the handle */
    struct type *type;       /* of the result; void too */
    struct variable *result; /* where it is read from; NULL where nobody does */
    bool is_only_result;     /* SUSPEND_WAIT: struct NAME__wait holds nothing but the result */
    bool stores_state;       /* SUSPEND_WAIT: NAME__begin_at stores the state, where it waits */
    struct variable *kept;   /* its address is an argument: it must stay until the wait is over */
    struct node **behind;    /* statements that follow: what lets go of temporaries */
    size_t behind_count;
    bool collects;     /* SUSPEND_WAIT: its `future` is collected, and NAME__end called */
    struct slot *slot; /* the child's */
    uint32_t point;
    const char *label;      /* of the place to go on at */
    const char *left_label; /* SUSPEND_YIELD: of the place where it leaves */
    bool detaches;          /* SUSPEND_YIELD: inside `async with`, whose scopes come off */
};

/* Points of one function as a set: bits, of which only words [first, last) may be set. */
struct point_set {
    uint64_t *words;
    uint32_t first, last;
};

enum variable_kind {
    VARIABLE_LOCAL,     /* the user's */
    VARIABLE_STATIC,    /* the user's, of a variably modified type: never in the frame */
    VARIABLE_PARAMETER, /* arrives in the frame */
    VARIABLE_TEMPORARY, /* made by the await pass */
    VARIABLE_RESULT,    /* the result of a suspension, read out of the child's frame */
    VARIABLE_RETURNED   /* the function's own result, a large struct (move.c) */
};

struct variable {
    enum variable_kind kind;
    struct symbol *symbol;  /* symbol->lowered leads back here */
    struct type *type;      /* of its storage */
    struct type *parts;     /* a struct of those members that are kept; NULL: all of it (parts.c) */
    struct type *viewed_as; /* of uses, where that is another one: variably modified (array.c) */
    struct suspension *suspension; /* VARIABLE_RESULT */
    struct function *function;
    uint32_t index;
    uint32_t first, last; /* the points of its scope, where its address may be known */
    bool in_frame;
    bool is_early;         /* named by its own initialiser, in front of an await */
    bool begins_late;      /* declared without a value, named only behind a suspension */
    bool may_be_unset;     /* some way leads from its declaration to where it is read */
    bool is_set_tested;    /* set behind a test of something in the frame (unset.c) */
    bool is_read_untested; /* read where none is in front */
    bool begins_zero;      /* C compilers would take it for unset, wrongly */
    bool is_declared;      /* a literal's (literals.c): by a statement in front of it */
    unsigned crossed;      /* state of the first suspension it is live across; 0: none */
    struct point_set live; /* where its storage must not be used for something else */
    struct slot *slot;
    struct symbol *child; /* it is the frame of this generator; NULL */
    const char *name;     /* in the frame, or of a temporary */
};

struct slot {
    const char *name;          /* of the field */
    const char *path;          /* to it from the frame: `name`, `await.name` */
    struct variable *variable; /* or */
    struct symbol *child;      /* a child's frame or wait; both NULL: the handle awaited */
    enum suspension_form form;
    struct point_set live;
    uint64_t size, alignment; /* LP64 estimates: they decide who shares with whom, not where */
    uint64_t strictest;       /* its alignment for sure; UINT64_MAX if that is not known */
    uint32_t order;           /* of the source */
    struct lane *lane;
    struct group *group;
    struct slot *next; /* in its group */
};

/* Slots of one group lie one after another; the groups of a lane overlap. */
struct group {
    struct slot *first, **last;
    struct point_set live;
    uint64_t size;
    struct group *next;
};

struct lane {
    bool is_await;     /* the frame's union `await` */
    bool holds_result; /* VARIABLE_RETURNED: it comes first, and is aligned as that is */
    struct group *groups, **last;
    struct point_set live; /* of all its groups */
    uint64_t size, strictest;
    struct lane *next;
};

struct deferred {           /* a deferred statement */
    struct node *node;      /* NODE_DEFER */
    struct deferred *outer; /* in force where it stands: the one that runs after it */
    struct block *block;    /* defer.c's */
    const char *label;      /* in front of its cleanup, NULL if nobody jumps there */
    unsigned jumps;         /* to that */
    struct deferred *next;  /* in the order of the source */
};

enum function_kind {
    FUNCTION_ASYNC,     /* has a frame, as all but the last */
    FUNCTION_GENERATOR, /* plain generator */
    FUNCTION_ASYNC_GENERATOR,
    FUNCTION_PLAIN /* stays a function of C */
};

/* What is remarkable about something in a frame. */
enum frame_trait {
    FRAME_IS_OPEN_ENDED = 1, /* something ends with an array of no size */
    FRAME_HAS_CONST = 2      /* something has const members */
};

struct function { /* with a body that needs lowering */
    enum function_kind kind;
    struct function *outer; /* that it is nested in (GNU C), NULL */
    struct node *made_in;   /* the function of the file that a made one is a part of; NULL */
    struct function *made, **last_made, *next_made; /* made ones that are parts of it, a list */
    struct symbol *symbol;
    struct node *node;
    struct type *type;           /* TYPE_FUNCTION */
    struct type *result;         /* what `return` gives: of a generator int */
    struct type *yielded, *sent; /* of a generator; sent may be NULL */
    bool detaches;     /* a generator that yields inside `async with`: scopes come off there */
    bool holds_frames; /* FUNCTION_PLAIN: of generators, among its locals */
    struct node *body; /* after the await pass */
    const char *name;
    const char *stem; /* of the names that are made for it: f of f__frame, f__resume ... */
    bool is_main;
    unsigned frame_traits;     /* enum frame_trait */
    bool is_mentioned;         /* anywhere but in its declarations */
    bool is_called_by_handle;  /* somebody needs NAME(), the function that makes a cold one */
    bool in_cycle;             /* it may await itself, directly or by way of others */
    bool is_embedded;          /* somebody awaits it in place */
    bool is_spawned;           /* some async function spawns it by a call: it needs NAME__spawn() */
    uint32_t index, component; /* in source order; of the call graph */
    struct suspension **suspensions;
    size_t suspension_count, suspension_capacity;
    struct variable **variables;
    size_t variable_count, variable_capacity;
    struct variable *returned;     /* what it returns, if that may share storage; NULL */
    struct scopes *variable_names; /* local_types.c's */
    struct flow *flow;
    struct lane *lanes, **last_lane;
    struct node **hoisted; /* declarations of local types, moved to file scope */
    size_t hoisted_count, hoisted_capacity;
    bool has_parameter_types; /* some of these; its prototype stands behind them all */
    unsigned anonymous_types, literals;
    /* names the generated code uses in it, chosen so that the user's own never clash */
    const char *self, *base, *step, *caller, *future, *place;
    struct deferred *deferred, **last_deferred;
    uint64_t alignment; /* of its frame; UINT64_MAX if that is not known */
    unsigned states;    /* the last number given to a suspension */
    /* numbers of generated names */
    unsigned temporaries, lengths, labels, cleanups, leaves, ranges, comprehensions, expressions,
        generators;
};

struct local { /* whatever a function declares for itself */
    struct symbol *symbol;
    struct local *next;
};

struct lowered {
    struct arena *arena;
    struct check *check;
    struct function **functions; /* those with frames, in source order */
    size_t count, capacity;
    struct function **plain; /* the others */
    size_t plain_count, plain_capacity;
    struct symbol **runtime; /* generator_call.c's */
    size_t runtime_count, runtime_capacity;
    struct symbol **left_out; /* static functions and objects of the file (left_out.c) */
    size_t left_out_count, left_out_capacity;
    const char *left_out_name;  /* of a function that names them */
    bool is_complete;           /* nothing was missing that all passes need */
    struct local *locals;       /* of all these functions, the last first (hiding.c) */
    struct scopes *local_types; /* by name, those that hiding.c has passed */
    struct scopes *moved_names; /* of local types at file scope */
    unsigned renamed;
    unsigned owned;             /* argument.c's names */
    struct function **by_frame; /* children before those that embed them */
    bool is_header;             /* it is to be a header, which C++ compilers may read */
};

/* The first pass alone, for who wants to see what it made. */
struct lowered *desugar_unit(struct check *check, struct node *unit, bool is_header);
struct lowered *lower_unit(struct check *check, struct node *unit, bool is_header);

/* The function of this symbol, NULL if it has no body here. */
struct function *lowered_function(const struct lowered *lowered, const struct symbol *symbol);

/* What the names begin with that are made for a function, of this file or a header. */
const char *stem_of(const struct lowered *lowered, const struct symbol *symbol);

/* Writes what `pass` (await, flow, liveness, frame) made of every function. */
void lower_dump(struct text *out, const struct lowered *lowered, const char *pass);

/* --- between the passes */

/* How `callee` can be awaited by a direct call from `caller`. */
enum suspension_form embed_form(const struct lowered *lowered, const struct function *caller,
                                const struct symbol *callee);
/* Whether a primitive of the runtime needs no storage where nobody reads its result (async_yield).
 */
bool wait_is_only_result(const struct lowered *lowered, const struct symbol *callee);
/* Whether there is a NAME__begin_at, which takes the state, and whether the result is read. */
bool wait_stores_state(const struct lowered *lowered, const struct symbol *callee);
void embed_unit(struct lowered *lowered);
/* Notes that the call begins its function in place, and says of it what C compilers say of calls.
 */
void embed_callee(struct lowered *lowered, const struct node *call);

/* The operations of list, set and dict. (container.c) */
enum container_operation {
    LIST_APPEND,
    LIST_POP,
    LIST_FREE,
    SET_ADD,
    SET_HAS,
    SET_REMOVE,
    SET_FREE,
    DICT_PUT,
    DICT_GET,
    DICT_REMOVE,
    DICT_FREE,
    CONTAINER_NONE
};
/* Which of them the node calls, and for what container. */
enum container_operation container_operation(const struct node *node, const struct type **type);
/* The function that the emitter writes for it. */
const char *container_function(struct arena *arena, const struct type *type,
                               enum container_operation operation);
void container_call(struct lowered *lowered, struct node *node);

void plain_unit(struct lowered *lowered, struct node *unit);
/* Whether somebody wants the value of an expression that is kid `index` of a node, which itself is
 * wanted or not (discard.c). */
bool part_is_wanted(const struct node *node, uint32_t index, bool wanted);
/* The expression gives no value any more; `text` is its template. */
void make_void(struct lowered *lowered, struct node *node, const char *text);
/* An expression that nobody wants, whose parts may have become void. */
void discard_around(struct lowered *lowered, struct node *node);
/* Temporaries that are arguments of a coroutine are its own until it begins (argument.c). */
void arguments_own(struct lowered *lowered);
/* The template of a call of the runtime that takes or makes what holds a T. */
void typed_call(struct lowered *lowered, struct node *call);
/* The same where nobody wants the call's value. */
void typed_discarded(struct lowered *lowered, struct node *call);
/* The primitive that an awaited one is, NULL if it is none. */
struct symbol *typed_primitive(struct lowered *lowered, const struct node *call);
/* Templates, of the lvalue `$N`: its address, as the runtime wants it; what takes the handle out of
 * it, or for others, which must not be empty either, looks at `$N`. */
const char *handle_address(struct lowered *lowered, const struct node *handle, unsigned n);
const char *handle_moved(struct lowered *lowered, const struct node *handle, unsigned n);
const char *handle_looked_at(struct lowered *lowered, const struct node *handle, unsigned n);
/* The address of a value, a template, as long as the expression around it lasts: of a literal,
 * which has none in C++. (plain.c) */
const char *value_address(struct lowered *lowered, const struct type *type, const char *value);
/* Whether it is a call or the like that makes a handle, which is never empty. */
bool makes_handle(struct node *node);

/* Parts the names that deferred statements of the function say from those that hide them at the
 * ends of their blocks, and the types that lowering writes from what hides them. (hiding.c) */
void rename_hiding(struct lowered *lowered, const struct node *function);
/* Whether a local hides a type where lowering may write that. (hidden_types.c) */
bool hides_written_type(const struct lowered *lowered, const struct symbol *hiding);
/* Whether the body of a loop or `async with`, a block, keeps its braces: it declares the name that
 * the statement binds once more, or could hide what a cleanup of that calls. */
bool hides_binding(const struct node *statement);
/* Whether something below the node is declared by that name. */
bool may_hide(const struct node *node, const struct symbol *symbol);
void desugar_function(struct lowered *lowered, struct function *function);
void await_function(struct lowered *lowered, struct function *function);
void defer_function(struct lowered *lowered, struct function *function);
void fallthrough_find(struct lowered *lowered, struct function *function);
/* Notes which functions are called by handle below this node, after awaits were lowered. */
void handles_find(struct lowered *lowered, struct node *node);
/* Notes what the node names, of which nothing is written. */
void leave_out(struct lowered *lowered, struct node *node);
/* Of what would be lowered, operands that are not evaluated keep the type alone. */
void unevaluated_leave_out(struct lowered *lowered, struct node *node, bool is_unevaluated);
/* Whether a loop's body speaks of what the loop binds, be it in a pragma. */
bool body_names(const struct node *body, const struct symbol *symbol);
void left_out_find(struct lowered *lowered, struct function *function);
void literals_find(struct lowered *lowered, struct function *function);
void local_types_find(struct lowered *lowered, struct function *function, struct node *body);
/* Those of the parameters and the body. */
void local_types_of(struct lowered *lowered, struct function *function);
/* Names the result of `async struct { int a; } f(void)`, which its frame holds. (local_types.c) */
void result_type_name(struct lowered *lowered, struct function *function);
/* The type that the specifiers of a local declaration define, in a declaration of its own that
 * comes before it: then these only name it, and may be written more than once. NULL if they define
 * none, or what they define moves to file scope. */
struct node *local_type_apart(struct lowered *lowered, struct function *function,
                              struct node *declaration);
/* Whether a container below this node holds a type of the function's own. */
bool holds_local_types(const struct node *node);
/* Whether the declaration defines or announces a struct, union, enum or typedef. */
bool node_declares_type(const struct node *declaration);
/* How many kids of such a declaration move: all of a typedef's, else the specifiers. */
uint32_t moved_kids(const struct node *declaration);

/* Smaller ones keep simple frames and assignments. */
enum { WORTH_IT = 64 }; /* bytes */
/* A struct or union whose moves and members are worth a thought. (move.c) */
bool is_large_struct(const struct type *type);
/* Finds the variables that are kept by some of their members. (parts.c) */
void parts_find(struct lowered *lowered, struct function *function);
/* Makes the variable for what the function returns, if that may share storage. (move.c) */
void returned_new(struct lowered *lowered, struct function *function);
/* The variable of which all is copied to the target, a large struct, and nothing else done; NULL.
 */
struct variable *moved_from(const struct function *function, const struct variable *target,
                            struct node *value);
void flow_build(struct lowered *lowered, struct function *function);
void point_set_add(struct point_set *set, uint32_t point);
void liveness_compute(struct lowered *lowered, struct function *function);
/* Which locals begin as zero, so that C compilers do not take them for unset. (unset.c) */
void unset_find(struct function *function);
void warn_function(struct lowered *lowered, struct function *function);
void frame_layout(struct lowered *lowered, struct function *function);

/* The variable that a name, or a literal with storage of its own, stands for; NULL. */
static inline struct variable *variable_named(const struct node *node)
{
    bool is_name = node->kind == NODE_IDENTIFIER || node->kind == NODE_COMPOUND_LITERAL;
    const struct symbol *symbol = is_name ? node->symbol : NULL;
    bool is_object =
        symbol && (symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_PARAMETER);
    return is_object ? symbol->lowered : NULL;
}

/* What the variable's field in the frame has as its type. */
static inline struct type *field_type_of(const struct variable *variable)
{
    return variable->parts ? variable->parts : variable->type;
}

static inline bool function_has_frame(const struct function *function)
{
    return function->kind != FUNCTION_PLAIN;
}

bool function_is_generator(const struct function *function);
/* The generator that a direct call in the head of a loop or block runs; NULL. */
struct symbol *generator_callee(struct node *range);

/* Neither static nor extern nor of a thread. */
bool is_automatic(const struct symbol *symbol);
struct variable *variable_new(struct lowered *lowered, struct function *function,
                              enum variable_kind kind, struct symbol *symbol, struct type *type);
/* What holds an object of the type: the type itself, unless it is variably modified. */
struct type *storage_type(const struct lowered *lowered, struct type *type);
/* A type name as C, without qualifiers, for a template, in which `*` or `[1]` may follow it. */
const char *type_text(const struct lowered *lowered, const struct type *type);
/* The same as a declaration of `name`, without its semicolon. */
const char *declaration_text(const struct lowered *lowered, const struct type *type,
                             const char *name);
/* What the declaration of a local, or of the one that it is a copy of, says about alignment, to
 * stand before another declaration; NULL if nothing. (alignment.c) */
struct node *alignment_asked(const struct lowered *lowered, const struct symbol *symbol);
/* The same for the variable's field in the frame. */
struct node *field_alignment(const struct lowered *lowered, const struct variable *variable);
/* How the field is aligned by all that, in bytes; 0 if only the C compiler knows. */
uint64_t field_alignment_value(const struct lowered *lowered, const struct variable *variable);
/* A name like `wish` that the file does not use. */
const char *fresh_name(const struct lowered *lowered, const char *wish);

#endif
