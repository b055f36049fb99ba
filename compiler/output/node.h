/* Shared by the emitter's files: node.c (expressions, copying, templates), declare.c (specifiers
 * and declarators), statement.c (statements of async functions), head.c, function.c (frames and
 * functions), emit.c (the file). */
#ifndef ASYNCC_OUTPUT_NODE_H
#define ASYNCC_OUTPUT_NODE_H

#include "lower/lower.h"
#include "output/emit.h"
#include "output/writer.h"

/* What is different where a header is lowered (header_items.c finds it). */
struct header {
    struct header_function { /* a definition of the header that uses the language */
        const struct node *node;
        const char *marker; /* the macro that says that it is there; NULL: it always is */
        const char *space;  /* the namespaces that it is in: `namespace a {`; NULL: none */
    } * functions;
    size_t count, capacity;
};

struct emitter {
    struct writer writer;
    const struct check *check;
    const struct lowered *lowered;
    struct function *function;  /* the lowered function whose body is written; NULL elsewhere */
    unsigned nested;            /* > 0: inside a nested function: `return` is C's */
    bool in_block;              /* what is written next may be several statements */
    const struct node *next;    /* in a block of the source: the item that follows */
    unsigned for_type;          /* > 0: of what is written only the type counts */
    const struct node *decayed; /* a parameter that C++ takes as an array without a size alone */
    const struct node *sized;   /* the operand of the sizeof that is being written */
    unsigned objects;           /* that stand for values nobody evaluates, so far */
    bool hoisting;              /* what stands in a function is being written at file scope */
    bool has_local_types;       /* ... where its types stand already */
    bool uses_self, uses_base, uses_step, uses_name; /* by the body so far */
    struct written **written;    /* containers that were written already (container.c) */
    const struct header *header; /* NULL: a .ac file */
    const char *space;           /* of a header: the namespaces of C++ where is written; or NULL */
    uint32_t pragmas_at;         /* those in front of this byte hold where is written (pragma.c) */
    const char *code;
};

/* Writes the node as C. */
void emit_node(struct emitter *e, struct node *node);
/* Copies the node's text, with its kids emitted in their places. */
void emit_copy(struct emitter *e, struct node *node);
/* What follows is none of the user's: no line of the source leads there. */
void begin_own(struct emitter *e);
/* Where only the type of a local counts that cannot be named there: an object of its type. */
bool emit_in_constant(struct emitter *e, const struct symbol *symbol);
/* Follows the node's template. */
void emit_template(struct emitter *e, struct node *node);
/* A value beside something else: a comma expression would end at its comma there. */
void emit_in_parens(struct emitter *e, struct node *value);
/* The same as emit_copy, with the first `skip` kids left to `special`. */
void emit_gap(struct emitter *e, uint32_t start, uint32_t end);
/* Whether a pragma about the loop that follows would stand before something else. */
bool becomes_no_loop(const struct node *statement);
void emit_indented(struct emitter *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `self->x` and the like: where this variable lies. */
const char *variable_place(struct emitter *e, const struct variable *variable);
void emit_variable(struct emitter *e, const struct variable *variable);
/* `self->await.g` */
void emit_slot(struct emitter *e, const struct slot *slot);

/* Whether it is the body of a function with a frame that is written. */
bool writes_frame(const struct emitter *e);
bool is_own(const struct emitter *e, const struct variable *variable);

/* declare.c */
void emit_specifiers(struct emitter *e, struct node *specifiers);
void emit_struct(struct emitter *e, struct node *node);
/* A node with specifiers as kid 0 and one declarator as kid 1. */
void emit_declarator_pair(struct emitter *e, struct node *node);
/* Of a declarator. */
void emit_array(struct emitter *e, struct node *node);
void emit_declaration(struct emitter *e, struct node *node);
void emit_declarator(struct emitter *e, const struct node *specifiers, struct node *declarator);
bool declares_typedef(const struct node *declaration);
/* Whether these specifiers say a type that C writes differently. */
bool specifiers_are_special(const struct node *specifiers);
/* `register` says that nobody takes the address of what is declared. Of handles and containers the
 * output does, to empty and to fill them, so there the word is not written. */
bool register_is_left_out(const struct node *specifiers, const struct node *kid);

/* unused.c */
/* What of the file C would take for unused, and is not. */
void emit_unused_names(struct emitter *e, const struct node *unit);

/* store.c */
/* Writes an expression that gives the object `place` its first value, an initialiser of that type.
 */
void emit_store(struct emitter *e, const char *place, const struct type *type, struct node *value);
/* Copies the members that are kept of `variable`, at `place`, from the object `whole`. */
void emit_parts(struct emitter *e, const struct variable *variable, const char *place,
                const char *whole);
/* Stores a value in a variable of the frame. */
void emit_variable_store(struct emitter *e, const struct variable *variable, struct node *value);
/* An assignment of all of an object to one that shares storage with it (lower/move.c); false if it
 * is none. */
bool emit_move(struct emitter *e, const struct variable *target, struct node *value);
/* What makes the address of such an object, or of what such an array holds, one that memcpy takes.
 */
const char *void_cast(const struct type *type);

/* container.c */
/* Writes what the node needs of containers and was not written yet, in front of it. */
void emit_containers(struct emitter *e, const struct node *node);
/* True if it was a subscript of a list's data, or the address of one, and is written. */
bool emit_list_subscript(struct emitter *e, struct node *node);

/* statement.c */
/* The node as text, which the caller frees. */
struct text emit_rendered(struct emitter *e, struct node *node);
/* Before anything is written: sizes of arrays as frames can have them. (size.c) */
void rewrite_sizes(struct emitter e);
/* Writes the statement; true if it was handled, false if it can be copied. */
bool emit_statement_node(struct emitter *e, struct node *node);
void emit_body(struct emitter *e, struct node *compound);
bool is_frame_local(const struct emitter *e, const struct node *declared);

/* view.c */
/* Whether a variable is used here by another type than its storage's; such a use. */
bool needs_view(const struct emitter *e, const struct variable *variable);
void emit_view(struct emitter *e, const struct variable *variable);
/* The address of what is const but lies in a frame, if the node is one; false: it is none. */
bool emit_const_address(struct emitter *e, struct node *node);
/* The type with its sizes as they are written here; or, of a parameter that is only handed on,
 * where none may be evaluated, with `all` for each: `*`, or any that is not constant. */
struct type *with_lengths(struct emitter *e, struct type *type, const char *all);
/* A typedef's name, if its sizes were kept: what it stands for. False if they were not. */
bool emit_kept_typedef(struct emitter *e, const struct symbol *symbol);

/* emit.c */
/* A declaration or function at file scope in which something is the language's. */
void emit_item(struct emitter *e, struct node *node);

/* suspension.c */
/* `next` is the statement that follows, NULL if none does. */
void emit_suspension(struct emitter *e, struct node *node, const struct node *next);
/* Where a generator that detaches scopes goes on, in a line of its own. */
void emit_scopes_return(struct emitter *e, bool breaks);

/* frame.c */
enum { FRAME_DROP = QUAL_CONST | QUAL_RESTRICT }; /* qualifiers that fields do not have */
void put_declaration(struct emitter *e, const struct type *type, const char *name, unsigned drop);
bool returns_value(const struct function *function);
/* Finds what is remarkable about the function's frame, children before those that embed them. */
void judge_frame(const struct lowered *lowered, struct function *function);
void put_frame(struct emitter *e, struct function *function);
/* Whether C++, which may read the header, declares no such object without a value: one with const
 * members. */
bool wants_value(const struct emitter *e, const struct variable *variable);

/* head.c */
const char *static_word(const struct emitter *e);
const char *name_of_function(const struct function *function);
/* Whether NAME(), which makes a cold coroutine, is written at all. */
bool has_handle_form(const struct function *function);
void emit_prototype(struct emitter *e, struct function *function);
/* `int a, char *b`, of NAME__begin() and NAME__spawn() behind what is there already. */
enum heading { HEAD_BEGIN, HEAD_HANDLE, HEAD_PROTOTYPE };
void put_parameters(struct emitter *e, const struct function *function, enum heading heading);
void put_begin(struct emitter *e, struct function *function);
void put_spawn(struct emitter *e, struct function *function);
void put_handle_form(struct emitter *e, struct function *function);

/* function.c */
/* Those of the functions that were made of parts of this one. */
void emit_made_prototypes(struct emitter *e, struct function *function);
/* The types that a function defines, at file scope. */
void put_local_types(struct emitter *e, struct function *function);
void emit_functions(struct emitter *e);

/* emit.c */
/* An ordinary function, with what lowering made of its body. */
void emit_definition(struct emitter *e, struct node *function);

#endif
