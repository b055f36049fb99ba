/* Shared by the files that turn tree-sitter's concrete tree into the AST: build.c (walk, names,
 * dispatch), build_declaration.c, build_statement.c, build_expression.c.
 *
 * A concrete node is read once, into a `struct concrete`: its symbol and its children with their
 * fields. One table (build.c) says for each kind of concrete node which function builds it. */
#ifndef ASYNCC_SYNTAX_BUILD_H
#define ASYNCC_SYNTAX_BUILD_H

#include <tree_sitter/api.h>

#include "syntax/ast.h"

struct arena;
struct names;
struct builder;

/* What the builder tells apart, by the grammar's names. */
enum concrete_kind {
    CONCRETE_OTHER, /* punctuation and keywords */
#define X(id, name, build) id,
#include "syntax/concrete.def"
#undef X
    CONCRETE_KIND_COUNT
};

struct child {
    TSNode node;
    enum concrete_kind kind;
    TSFieldId field;
    uint32_t start, end;
    bool named;
};

struct concrete {
    TSNode node;
    uint32_t start, end;
    struct child *child;
    uint32_t count;
};

typedef struct node *build_function(struct builder *b, const struct concrete *c);

struct builder {
    struct arena *arena;
    struct names *names;
    const char *code;          /* as it was written: names come from here */
    const char *marked;        /* as it was parsed */
    enum concrete_kind *kinds; /* by TSSymbol */
    TSSymbol symbol_count;
    struct child *stack; /* children of the nodes being built */
    size_t stack_count, stack_capacity;
    unsigned depth;          /* of the walk; nesting past a limit is refused, not a crash */
    const struct node *deep; /* where that was; NULL if nowhere */
    /* fields of the grammar */
#define X(name) TSFieldId field_##name;
#include "syntax/field.def"
#undef X
};

/* Builds the AST node of a concrete node; NULL for one that says nothing (a comment). */
struct node *build_node(struct builder *b, TSNode node);
struct node *build_child(struct builder *b, const struct child *child);

/* The first child in this field, NULL if there is none. */
const struct child *child_in(const struct concrete *c, TSFieldId field);
struct node *build_in(struct builder *b, const struct concrete *c, TSFieldId field);

/* A node that covers `c`; kids are filled in by the caller, who then calls build_done. */
struct node *build_new(struct builder *b, const struct concrete *c, enum node_kind kind,
                       size_t count);
/* Gathers the flags of the kids. Returns the node. */
struct node *build_done(struct node *node);

/* The identifier a leaf spells (marks undone), and whether it was marked. */
const char *build_name(struct builder *b, uint32_t start, uint32_t end);
bool build_is_marked(const struct builder *b, uint32_t start);
bool child_is(const struct builder *b, const struct child *child, const char *text);
enum operator build_operator(const struct builder *b, const struct child *child);

/* Specifiers among the children [first, last) of `c`. */
struct node *build_specifiers(struct builder *b, const struct concrete *c, uint32_t first,
                              uint32_t last);
/* The index of the first child that is no specifier, from `first` on. */
uint32_t specifiers_end(const struct builder *b, const struct concrete *c, uint32_t first);
bool is_specifier(enum concrete_kind kind);
bool is_expression(enum concrete_kind kind);

#endif
