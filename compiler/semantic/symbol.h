/* Symbols and scopes: C's name spaces, block by block. */
#ifndef ASYNCC_SEMANTIC_SYMBOL_H
#define ASYNCC_SEMANTIC_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>

#include "syntax/ast.h"

struct type;
struct scope;

enum symbol_kind {
    SYMBOL_VARIABLE,
    SYMBOL_PARAMETER,
    SYMBOL_FUNCTION,
    SYMBOL_TYPEDEF,
    SYMBOL_ENUMERATOR,
    SYMBOL_TAG,
    SYMBOL_LABEL
};

struct symbol {
    enum symbol_kind kind;
    const char *name;
    struct type *type;
    struct node *node; /* the NODE_DECLARATOR_NAME, NODE_STRUCT, NODE_LABEL ... that declares it */
    struct node *declaration; /* the NODE_DECLARATION, NODE_FUNCTION or NODE_PARAMETER around it */
    struct node *function;    /* the NODE_FUNCTION it is local to; NULL at file scope */
    struct node *block;    /* local: the statement (compound, for ...) whose end ends its scope */
    enum operator storage; /* OP_NONE, OP_STATIC, OP_EXTERN, OP_REGISTER, OP_TYPEDEF */
    bool is_thread_local;
    bool is_address_taken; /* &x, or an array or struct with array members used by address */
    bool is_left_out;      /* named where nothing is written of it (left_out.c), or by a pragma */
    bool is_defined;       /* functions: a body was seen in this file */
    bool is_noreturn;      /* one of its declarations says so; pointers to functions, too */
    bool is_aligned;       /* likewise: asks for an alignment */
    bool is_nodiscard;     /* likewise: or `warn_unused_result` */
    const struct node *deprecated; /* likewise: the NODE_ATTRIBUTE_ITEM, or NULL */
    bool is_overloadable; /* clang chooses among the functions of this name by their arguments */
    long long value;      /* enumerators */
    bool value_is_known;
    struct guard *guard; /* labels: what must not be jumped past on the way here (jump.c) */
    /* For lowering: its own per-symbol data. */
    void *lowered;
    const struct symbol *copy_of; /* a generator expression's copy: the local; NULL */
    const char *output_name;      /* what the emitter writes for it; NULL: its name */
};

/* Its own name, or another one that was chosen. */
static inline const char *written_name(const struct symbol *symbol)
{
    return symbol->output_name ? symbol->output_name : symbol->name;
}

#endif
