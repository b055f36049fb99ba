/* The generator of random programs: its state, and what its parts give each other.
 *
 * No program may do what C leaves undefined or unspecified, so every expression is written in a
 * mode:
 *
 *     MODE_FREE   may have effects, and read everything
 *     MODE_PURE   has none, and nothing beside it has any: may read everything
 *     MODE_QUIET  has none, but something beside it may: reads only what expressions cannot change
 *
 * Among operands whose order C leaves open at most one is free, the others then are quiet. What
 * expressions cannot change are `steady` variables, which only statements of their own assign to.
 * A `simple` function touches neither globals nor the order of events, so calls of it may stand in
 * every mode. Arithmetic wraps (-fwrapv), divisors are 1 to 15, shifts 0 to 7. */
#ifndef ASYNCC_TESTS_GENERATE_H
#define ASYNCC_TESTS_GENERATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum mode { MODE_FREE, MODE_PURE, MODE_QUIET };

enum kind { /* types of values; those from KIND_FLOAT on are no integers */
            KIND_BOOL,
            KIND_SCHAR,
            KIND_UCHAR,
            KIND_SHORT,
            KIND_USHORT,
            KIND_INT,
            KIND_UINT,
            KIND_LONG,
            KIND_ULONG,
            KIND_LLONG,
            KIND_WIDE,
            KIND_UWIDE,
            KIND_ENUM,
            KIND_FLOAT,
            KIND_DOUBLE,
            KIND_LDOUBLE,
            KIND_COMPLEX,
            KIND_PAIR,
            KIND_BITS,
            KIND_UNION,
            KIND_NEST,
            KIND_COUNT,
            KIND_VOID = KIND_COUNT
};

enum { MOST_PARAMETERS = 5, MOST_FUNCTIONS = 24, MOST_VARIABLES = 300, COST_LIMIT = 2000 };

struct variable {
    char *name;
    enum kind kind;
    int length, rows; /* of an array, else 0 */
    bool pointer;     /* to a `kind`: stands for `*name` */
    bool steady, constant, global;
    bool is_register; /* no pointer to it */
    bool pending;     /* its initialiser is being written: only the name is taken */
};

struct function {
    char *name;
    enum kind result;
    enum kind parameters[MOST_PARAMETERS];
    bool by_pointer[MOST_PARAMETERS]; /* what it points to is written */
    int parameter_count;
    bool simple;
    long cost; /* about how many steps a call takes */
};

struct body { /* the function being written */
    struct function *function;
    struct variable variables[MOST_VARIABLES];
    int variable_count;
    int scope;    /* first variable of the innermost block */
    int writable; /* steady variables before this one are not assigned to (statement expressions) */
    long times;   /* how often what is written now runs at most */
    int indent, loops, switches, statements, nesting, subscripts;
    bool may_return, has_array, has_computed;
};

extern struct function functions[MOST_FUNCTIONS];
extern int function_count;
extern const char *const kind_names[KIND_COUNT + 1];

uint64_t random_below(uint64_t count);
bool chance(int percent);
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fresh(void);
/* Often with a comment or the end of a line between two tokens. */
void put_line(FILE *file, int indent, const char *line);
void line(struct body *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Expressions, as text that stands safely in parentheses or as an argument. */
char *integer(struct body *b, enum mode mode, int depth);
char *real(struct body *b, enum mode mode, int depth);
char *structure(struct body *b, enum kind kind, enum mode mode, int depth);
char *value_of(struct body *b, enum kind kind, enum mode mode, int depth); /* of any kind */
/* A call of an earlier function with such a result; NULL if there is none that may be called. */
char *call(struct body *b, enum mode mode, int depth, bool (*wanted)(enum kind), enum kind *kind);
char *call_of(struct body *b, const struct function *f, enum mode mode, int depth);

/* Of names and calls alone (bare.c): an integer without effects; a call of one of the functions
 * whose names begin so; a statement without its semicolon, with awaits if it `is_async`; a
 * declaration that looks like such a statement. */
char *bare_value(struct body *b, int depth);
char *bare_call(struct body *b, const char *callees, int depth);
char *bare_statement(struct body *b, bool is_async);
void bare_declaration(struct body *b);

/* An initialiser in braces, for one of this kind or `length` of them (0: one). */
char *braces(struct body *b, enum kind kind, int length, enum mode mode, int depth);

/* An lvalue of an arithmetic type that may be assigned to, NULL if there is none at hand. `steady`:
 * by a statement of its own; else within an expression. */
char *target(struct body *b, bool steady, enum mode index, enum kind *kind);

void globals(struct body *b); /* declares those that the program has */
struct variable *declare(struct body *b, enum kind kind, char *name);
char *new_name(struct body *b); /* for the next variable that is declared */
bool is_hidden(const struct body *b, int index);
/* A visible variable that may be read; NULL if there is none. */
const struct variable *pick(struct body *b, enum mode mode, bool (*wanted)(enum kind));
bool is_integer(enum kind kind);
bool is_real(enum kind kind);
bool is_pair(enum kind kind);
bool is_arithmetic(enum kind kind);

void statements(struct body *b, int count);
void return_value(struct body *b, const char *indent, int depth);
/* In braces; `body` may be NULL for an empty beginning. */
void block(struct body *b, int count);
void declaration(struct body *b);

#endif
