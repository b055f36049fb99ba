/* C types. Types are made once and compared with type_compatible; a typedef's name is kept as
 * sugar (TYPE_TYPEDEF) so that generated declarations and messages say what the user wrote. */
#ifndef ASYNCC_SEMANTIC_TYPE_H
#define ASYNCC_SEMANTIC_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct node;
struct symbol;
struct text;

enum type_kind {
    TYPE_UNKNOWN, /* could not be determined (an unknown builtin, an error already reported): say
                     __typeof__ and report nothing */
    TYPE_VOID,
    TYPE_BOOL,
    TYPE_CHAR,
    TYPE_SCHAR,
    TYPE_UCHAR,
    TYPE_SHORT,
    TYPE_USHORT,
    TYPE_INT,
    TYPE_UINT,
    TYPE_LONG,
    TYPE_ULONG,
    TYPE_LLONG,
    TYPE_ULLONG,
    TYPE_INT128,
    TYPE_UINT128,
    TYPE_BITINT, /* `size` bits; op in `is_unsigned` */
    TYPE_FLOAT,
    TYPE_DOUBLE,
    TYPE_LDOUBLE,
    TYPE_FLOATN,  /* _Float16 .. _Float128, __float128, _Decimal..: `name` spells it */
    TYPE_COMPLEX, /* of `target` */
    TYPE_NULLPTR,
    TYPE_BUILTIN, /* __builtin_va_list and other words of the compiler: `name` spells it */
    TYPE_POINTER, /* to `target` */
    TYPE_ARRAY,   /* of `target` */
    TYPE_VECTOR,  /* __attribute__((vector_size)) of `target` */
    TYPE_FUNCTION,
    TYPE_STRUCT,
    TYPE_UNION,
    TYPE_ENUM,
    TYPE_TYPEDEF, /* sugar: `name`, `target` */
    TYPE_TYPEOF,  /* sugar: node; `target` is what it stands for, perhaps TYPE_UNKNOWN */
    /* the language's own */
    TYPE_FUTURE,    /* future(target) */
    TYPE_GENERATOR, /* generator(target, sent) ; is_async */
    TYPE_QUEUE,
    TYPE_LIST,
    TYPE_SET,
    TYPE_DICT, /* target: key, sent: value */
    TYPE_CONTEXTVAR,
};

enum qualifier { QUAL_CONST = 1, QUAL_VOLATILE = 2, QUAL_RESTRICT = 4, QUAL_ATOMIC = 8 };

enum array_size { ARRAY_FIXED, ARRAY_INCOMPLETE, ARRAY_VARIABLE, ARRAY_STAR };

struct parameter {
    struct type *type; /* adjusted: arrays and functions are pointers */
    const char *name;  /* NULL if unnamed */
    struct node *node; /* NODE_PARAMETER */
};

struct field {
    struct type *type;
    const char *name; /* NULL: unnamed bit-field or anonymous struct or union */
    int bits;         /* -1: no bit-field */
    struct node *node;
};

struct type {
    enum type_kind kind;
    unsigned qualifiers; /* of enum qualifier */
    struct type *target;
    struct type *sent; /* TYPE_GENERATOR's second, TYPE_DICT's value */
    const char *name;  /* tag, typedef or builtin name; NULL for an unnamed struct; of an array: its
                          size as written, NULL if none */
    struct node *node; /* where it is defined: struct body, typedef declarator, typeof, array size;
                          of TYPE_TYPEOF without a name: the expression */
    struct symbol *symbol; /* the tag's or typedef's */
    struct symbol *alias;  /* of a struct, union or enum without a tag: its first typedef's */
    struct symbol *bearer; /* the same: what the file declares with it first, or */
    struct type *owner;    /* the struct or union in which members are declared with it */
    /* functions */
    struct parameter *parameters; /* of TYPE_TYPEOF without a name: what its text is made of
                                     (unknown.c): names are text, types what stands behind it */
    size_t parameter_count;
    bool is_variadic, is_old_style, is_async; /* is_async: async function; async generator */
    /* structs and unions */
    struct field *fields;
    size_t field_count;
    bool is_complete;          /* struct, union, enum */
    bool is_packed_or_aligned; /* attributes were seen: size and alignment below may be off */
    /* arrays */
    enum array_size array_size;
    uint64_t length; /* ARRAY_FIXED; 0 also where the length could not be evaluated */
    bool length_is_known;
    bool is_unsigned;
    uint64_t bits;
    struct type *unqualified; /* the type this one qualifies, NULL if none */
    /* What type_pointer and type_qualified made of this type before: private to type.c. */
    struct type *pointer_to, *variants, *next_variant;
};

/* The constructors. Simple types are shared: compare kinds, not pointers. */
struct types;
struct types *types_new(struct arena *arena);
struct type *type_simple(struct types *types, enum type_kind kind);
struct type *type_pointer(struct types *types, struct type *target);
struct type *type_array(struct types *types, struct type *element, uint64_t length);
struct type *type_future(struct types *types, struct type *result);
struct type *type_make(struct types *types, enum type_kind kind); /* zeroed, to be filled in */
struct type *type_qualified(struct types *types, struct type *type, unsigned qualifiers);
struct type *type_unqualified(struct types *types, struct type *type); /* top level only */

/* The type itself, through typedefs, typeofs and qualifiers; type_qualifiers says which were
 * passed. */
struct type *type_resolve(const struct type *type);
unsigned type_qualifiers(const struct type *type);
/* The same, those of an array's elements included. */
unsigned type_element_qualifiers(const struct type *type);
/* The type in which a handle's block holds the result: where it lies must follow from the type that
 * others see, so what a typedef of a scalar says with `aligned`, of its objects, is left aside. */
struct type *type_held(struct types *types, struct type *type);
/* What a pointer points to or an array, vector or list holds, qualifiers of an array's typedef
 * included; NULL for any other type. */
struct type *type_element(struct types *types, const struct type *type);

bool type_is_tagged(const struct type *type);  /* a struct, union or enum itself */
bool type_is_integer(const struct type *type); /* enums and _Bool and bit-int included */
bool type_is_arithmetic(const struct type *type);
bool type_is_scalar(const struct type *type);
bool type_is_unsigned(const struct type *type);
bool type_is_container(const struct type *type); /* a list, set or dict */
bool type_is_void(const struct type *type);
bool type_is_va_list(const struct type *type); /* on some machines an array: nothing assigns it */
bool type_is_complete(const struct type *type);
bool type_is_variably_modified(const struct type *type);
/* An array without a constant size: `int v[n]`, `int v[10][n]`, but not `int (*v[10])[n]`. */
bool type_has_variable_size(const struct type *type);
/* Signed integer as wide as int or wider: what may carry an error (LANGUAGE section 2). */
bool type_carries_error(const struct type *type);
/* C11 6.2.7, top-level qualifiers left aside; an unknown type is compatible with every type. */
bool type_compatible(const struct type *a, const struct type *b);
/* Whether one of the language's own types stands in it (a struct's members left aside). */
bool type_has_language(const struct type *type);
/* Whether an object of the type holds a handle or container. */
bool type_holds_language(const struct type *type);

/* Conversions of C11 6.3: lvalue, array and function decay; integer promotion; usual arithmetic. */
struct type *type_decay(struct types *types, struct type *type);
struct type *type_promote(struct types *types, struct type *type);
struct type *type_usual(struct types *types, struct type *a, struct type *b);

/* LP64 sizes, for frame layout and --frames; the C compiler has the last word. 0: unknown. */
uint64_t type_size(const struct type *type);
uint64_t type_alignment(const struct type *type);

const struct field *type_field(const struct type *type,
                               const char *name); /* through anonymous members */

/* Writes a declaration of `name` (or, NULL, a type name) of this type as C. The language's formers
 * are written as what they become in C (`struct async_future *`) if lowered, else as the user
 * writes them. `drop` are qualifiers left out at the top level (of an array: of its elements). */
void type_print(struct text *out, const struct type *type, const char *name, bool lowered,
                unsigned drop);
/* type_reach.c: a struct, union or enum without a name, as C; false if nothing leads to it. */
bool type_print_reached(struct text *out, const struct type *type);
/* type_tag.c: a container as part of an identifier, `list_int`, and whether there is such a thing:
 * an unnamed struct that has no typedef has none. */
void type_tag(struct text *out, const struct type *type);
bool type_has_tag(const struct type *type);
const char *type_string(struct arena *arena,
                        const struct type *type); /* for messages: as the user writes it */

/* Whether objects of the type have const members, and so cannot be assigned. */
bool type_has_const_member(const struct type *type);

#endif
