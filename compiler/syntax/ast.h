/* The syntax tree: what the grammar's concrete tree becomes, and what every later pass works on.
 *
 * All nodes have one shape. A node's kind fixes the role of each of its kids (the table below names
 * them in order); a kid that is absent is NULL; kinds marked `list` have any number of kids of one
 * role after the fixed ones. A node that came from the file covers the bytes [start, end) of the
 * preprocessed text, and its kids cover parts of that in source order: the emitter copies the text
 * between them, so whatever no pass looks at comes out as it was written, comments included.
 *
 * A node that a pass made has a `text` template instead: `$` followed by a digit stands for that
 * kid, everything else for itself. `start` then is the place it stems from, for #line.
 *
 *     kind            kids, in order
 */
#ifndef ASYNCC_SYNTAX_AST_H
#define ASYNCC_SYNTAX_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct symbol;
struct type;

/* clang-format off */
#define NODE_TABLE(X)                                                                               \
    /* --- the file and its declarations */                                                         \
    X(NODE_UNIT,           "unit")            /* list of external declarations */                   \
    X(NODE_FUNCTION,       "function")        /* specifiers, declarator, body, list of old-style parameter declarations */ \
    X(NODE_DECLARATION,    "declaration")     /* specifiers, list of NODE_DECLARED (none: `struct s;`) */ \
    X(NODE_DECLARED,       "declared")        /* declarator, initialiser, list of NODE_ATTRIBUTE before the declarator; asm names stay text */ \
    X(NODE_SPECIFIERS,     "specifiers")      /* list of the specifier nodes below, in source order */ \
    X(NODE_STORAGE,        "storage")         /* op: OP_TYPEDEF OP_EXTERN OP_STATIC OP_REGISTER OP_AUTO OP_THREAD OP_INLINE OP_NORETURN OP_CONSTEXPR */ \
    X(NODE_QUALIFIER,      "qualifier")       /* op: OP_CONST OP_VOLATILE OP_RESTRICT OP_ATOMIC; else OP_NONE (__extension__) */ \
    X(NODE_ALIGNAS,        "alignas")         /* type name or expression */                         \
    X(NODE_ATTRIBUTE,      "attribute")       /* __attribute__((...)), [[...]]; list of NODE_ATTRIBUTE_ITEM; flag IS_BARE: see below */ \
    X(NODE_ATTRIBUTE_ITEM, "attribute-item")  /* name: `aligned` of __aligned__ and gnu::aligned(8); NODE_ATTRIBUTE_ARGUMENTS or NULL */ \
    X(NODE_ATTRIBUTE_ARGUMENTS, "attribute-arguments") /* text, its parentheses included; of `cleanup` the checker sets name and symbol */ \
    X(NODE_ASYNC,          "async")           /* the word `async` among specifiers */               \
    X(NODE_TYPE_WORD,      "type-word")       /* name: int, unsigned, _Complex, __auto_type ... one word each */ \
    X(NODE_TYPE_NAME_REF,  "typedef-name")    /* name */                                            \
    X(NODE_STRUCT,         "struct")          /* name (tag, may be NULL); flag HAS_BODY; list of NODE_DECLARATION (fields), NODE_STATIC_ASSERT */ \
    X(NODE_UNION,          "union")           /* as NODE_STRUCT */                                  \
    X(NODE_ENUM,           "enum")            /* name; flag HAS_BODY; list of NODE_ENUMERATOR; underlying type is kid 0 if flag HAS_TYPE */ \
    X(NODE_ENUMERATOR,     "enumerator")      /* name; value expression */                          \
    X(NODE_TYPEOF,         "typeof")          /* type name or expression; op OP_UNQUALIFIED for typeof_unqual */ \
    X(NODE_ATOMIC_TYPE,    "atomic-type")     /* type name: _Atomic(T) */                           \
    X(NODE_BITINT,         "bitint")          /* width expression */                                \
    X(NODE_FORMER,         "former")          /* name: future generator list set dict queue contextvar ...; list of type names */ \
    X(NODE_TYPE_NAME,      "type-name")       /* specifiers, abstract declarator or NULL */         \
    /* --- declarators, outermost derivation first; the innermost is NODE_DECLARATOR_NAME or, abstract, NULL */ \
    X(NODE_DECLARATOR_NAME,"name")            /* name */                                            \
    X(NODE_POINTER,        "pointer")         /* inner declarator, list of qualifiers and attributes (they stand before it in the text) */ \
    X(NODE_ARRAY,          "array")           /* inner, size expression (NULL: []; flag IS_STAR: [*]), list of qualifiers */ \
    X(NODE_FUNCTION_TYPE,  "function-type")   /* inner, list of NODE_PARAMETER or NODE_IDENTIFIER (old style); flag IS_VARIADIC */ \
    X(NODE_PAREN_DECLARATOR,"paren-declarator")/* inner, list of NODE_ATTRIBUTE (before or behind it; without parentheses if behind) */ \
    X(NODE_BIT_FIELD,      "bit-field")       /* inner (NULL: unnamed), width */                    \
    X(NODE_PARAMETER,      "parameter")       /* specifiers, declarator (may be abstract or NULL), list of NODE_ATTRIBUTE behind it */ \
    X(NODE_STATIC_ASSERT,  "static-assert")   /* condition, message */                              \
    X(NODE_ASM,            "asm")             /* file-scope or statement or expression; list of operand expressions, then of NODE_ASM_LABEL */ \
    X(NODE_ASM_LABEL,      "asm-label")       /* name: a label where asm goto may go on */          \
    X(NODE_EMPTY,          "empty")           /* a lone semicolon */                                \
    X(NODE_LINKAGE,        "linkage")         /* extern "C": list of declarations */                \
    X(NODE_SKIPPED,        "skipped")         /* name: an identifier of text that could not be parsed: nobody knows what it is */ \
    /* --- statements */                                                                            \
    X(NODE_COMPOUND,       "compound")        /* list of statements and declarations */             \
    X(NODE_EXPRESSION_STATEMENT, "expression-statement") /* expression */                           \
    X(NODE_IF,             "if")              /* condition, then, else */                           \
    X(NODE_WHILE,          "while")           /* condition, body */                                 \
    X(NODE_DO,             "do")              /* body, condition */                                 \
    X(NODE_FOR,            "for")             /* init (declaration, expression or NULL), condition, step, body */ \
    X(NODE_SWITCH,         "switch")          /* value, body */                                     \
    X(NODE_CASE,           "case")            /* value, end of range or NULL; only the label: the statement follows as a sibling, or as kid 2 where C wants one statement */ \
    X(NODE_DEFAULT,        "default")         /* NULL, NULL, statement as in NODE_CASE */           \
    X(NODE_LABEL,          "label")           /* name; statement (may be NULL before `}` or a declaration) */ \
    X(NODE_GOTO,           "goto")            /* name */                                            \
    X(NODE_GOTO_COMPUTED,  "goto-computed")   /* expression */                                      \
    X(NODE_BREAK,          "break")                                                                 \
    X(NODE_CONTINUE,       "continue")                                                              \
    X(NODE_RETURN,         "return")          /* expression or NULL */                              \
    X(NODE_LOCAL_LABELS,   "local-labels")    /* __label__ a, b; kids: NODE_IDENTIFIER */           \
    X(NODE_ATTRIBUTED,     "attributed")      /* statement, after [[...]] or __attribute__((...)) */ \
    X(NODE_RANGE_FOR,      "range-for")       /* specifiers, declarator, range, body, else; flag IS_ASYNC */ \
    X(NODE_ASYNC_WITH,     "async-with")      /* specifiers or NULL, declarator or NULL, value, body, else */ \
    X(NODE_DEFER,          "defer")           /* statement */                                       \
    /* --- expressions */                                                                           \
    X(NODE_IDENTIFIER,     "identifier")      /* name */                                            \
    X(NODE_NUMBER,         "number")                                                                \
    X(NODE_CHARACTER,      "character")                                                             \
    X(NODE_STRING,         "string")          /* one literal or several concatenated */             \
    X(NODE_PAREN,          "paren")           /* expression */                                      \
    X(NODE_CALL,           "call")            /* callee, list of arguments (a NODE_TYPE_NAME may stand among them) */ \
    X(NODE_INDEX,          "index")           /* array, subscript */                                \
    X(NODE_MEMBER,         "member")          /* object; name; op OP_DOT or OP_ARROW */             \
    X(NODE_PREFIX,         "prefix")          /* operand; op OP_INCREMENT or OP_DECREMENT */        \
    X(NODE_POSTFIX,        "postfix")         /* operand; op */                                     \
    X(NODE_UNARY,          "unary")           /* operand; op: OP_PLUS OP_MINUS OP_NOT OP_COMPLEMENT OP_REAL OP_IMAG; OP_NONE: __extension__ */ \
    X(NODE_ADDRESS,        "address")         /* operand: &x */                                     \
    X(NODE_DEREFERENCE,    "dereference")     /* operand: *x */                                     \
    X(NODE_LABEL_ADDRESS,  "label-address")   /* name: &&label */                                   \
    X(NODE_CAST,           "cast")            /* type name, operand */                              \
    X(NODE_COMPOUND_LITERAL,"compound-literal")/* type name, initialiser list */                    \
    X(NODE_SIZEOF,         "sizeof")          /* type name or expression; op OP_NONE, or OP_ALIGNOF */ \
    X(NODE_HAS_ATTRIBUTE,  "has-attribute")   /* GNU C's __builtin_has_attribute: type name or expression; the attribute is text */ \
    X(NODE_OFFSETOF,       "offsetof")        /* type name, list of subscript expressions in it */  \
    X(NODE_BINARY,         "binary")          /* left, right; op */                                 \
    X(NODE_LOGICAL,        "logical")         /* left, right; op OP_AND or OP_OR */                 \
    X(NODE_CONDITIONAL,    "conditional")     /* condition, then (NULL in x ?: y), else */          \
    X(NODE_ASSIGN,         "assign")          /* target, value; op: OP_NONE for =, else the operator */ \
    X(NODE_COMMA,          "comma")           /* left, right */                                     \
    X(NODE_GENERIC,        "generic")         /* selector, list of NODE_ASSOCIATION */              \
    X(NODE_ASSOCIATION,    "association")     /* type name (NULL: default), expression */           \
    X(NODE_STATEMENT_EXPRESSION, "statement-expression") /* compound */                             \
    X(NODE_TYPE_ARGUMENTS, "type-arguments")  /* va_arg, __builtin_types_compatible_p ...: name; list of type names and expressions */ \
    X(NODE_INITIALIZER_LIST, "initializer-list") /* list of expressions, lists, NODE_DESIGNATED */  \
    X(NODE_DESIGNATED,     "designated")      /* value, list of NODE_FIELD_DESIGNATOR, NODE_INDEX_DESIGNATOR (they stand before it) */ \
    X(NODE_FIELD_DESIGNATOR, "field-designator") /* name */                                         \
    X(NODE_INDEX_DESIGNATOR, "index-designator") /* first, last or NULL */                          \
    X(NODE_AWAIT,          "await")           /* operand */                                         \
    X(NODE_SPAWN,          "spawn")           /* operand */                                         \
    X(NODE_TRY,            "try")             /* operand */                                         \
    X(NODE_YIELD,          "yield")           /* value or NULL, else expression or NULL */          \
    X(NODE_COMPREHENSION,  "comprehension")   /* op: OP_LIST OP_SET OP_DICT OP_GENERATOR; element, value (dict only, else NULL), list of NODE_COMP_FOR and NODE_COMP_IF */ \
    X(NODE_COMP_FOR,       "comp-for")        /* specifiers, declarator, range; flag IS_ASYNC */    \
    X(NODE_COMP_IF,        "comp-if")         /* condition */                                       \
    /* --- made by passes */                                                                        \
    X(NODE_MADE,           "made")            /* an expression or statement that only its template describes */ \
    X(NODE_SPLICE,         "splice")          /* list of statements without braces around them */   \
    X(NODE_SPILL,          "spill")           /* symbol: a temporary, declared here; its first value or NULL */ \
    X(NODE_SUSPEND,        "suspend")         /* a statement: wait here; list of arguments, or the handle (struct suspension) */

#define OPERATOR_TABLE(X)                                                                           \
    X(OP_NONE, "")                                                                                  \
    X(OP_PLUS, "+") X(OP_MINUS, "-") X(OP_NOT, "!") X(OP_COMPLEMENT, "~")                           \
    X(OP_REAL, "__real__") X(OP_IMAG, "__imag__") X(OP_ALIGNOF, "_Alignof")                         \
    X(OP_MULTIPLY, "*") X(OP_DIVIDE, "/") X(OP_REMAINDER, "%") X(OP_SHIFT_LEFT, "<<") X(OP_SHIFT_RIGHT, ">>") \
    X(OP_LESS, "<") X(OP_GREATER, ">") X(OP_LESS_EQUAL, "<=") X(OP_GREATER_EQUAL, ">=") X(OP_EQUAL, "==") X(OP_NOT_EQUAL, "!=") \
    X(OP_BIT_AND, "&") X(OP_BIT_XOR, "^") X(OP_BIT_OR, "|") X(OP_AND, "&&") X(OP_OR, "||")          \
    X(OP_INCREMENT, "++") X(OP_DECREMENT, "--") X(OP_DOT, ".") X(OP_ARROW, "->")                    \
    X(OP_TYPEDEF, "typedef") X(OP_EXTERN, "extern") X(OP_STATIC, "static") X(OP_REGISTER, "register") X(OP_AUTO, "auto") \
    X(OP_THREAD, "_Thread_local") X(OP_INLINE, "inline") X(OP_NORETURN, "_Noreturn") X(OP_CONSTEXPR, "constexpr") \
    X(OP_CONST, "const") X(OP_VOLATILE, "volatile") X(OP_RESTRICT, "restrict") X(OP_ATOMIC, "_Atomic") X(OP_UNQUALIFIED, "typeof_unqual") \
    X(OP_LIST, "list") X(OP_SET, "set") X(OP_DICT, "dict") X(OP_GENERATOR, "generator")
/* clang-format on */

enum node_kind {
#define X(id, name) id,
    NODE_TABLE(X)
#undef X
        NODE_KIND_COUNT
};

enum operator{
#define X(id, name) id,
    OPERATOR_TABLE(X)
#undef X
        OPERATOR_COUNT
};

enum node_flag {
    IS_ASYNC = 1,    /* `async for`; NODE_FUNCTION: has `async` among its specifiers */
    IS_VARIADIC = 2, /* NODE_FUNCTION_TYPE ends with `...` */
    IS_STAR = 4,     /* NODE_ARRAY: [*] */
    HAS_BODY = 8,    /* struct, union, enum with braces */
    HAS_TYPE = 16,   /* enum with an underlying type */
    HAS_AWAIT = 32,  /* something below awaits, yields, tries, defers or runs over a range: it needs
                        lowering (set by the tree builder; not across nested functions) */
    HAS_LANGUAGE = 64, /* something below is asyncc's and not C */
    IS_MARKED = 128,   /* the name was marked by an earlier parse: do not mark it again */
    IS_IMPLICIT = 256, /* made by the checker */
    HAS_EFFECT = 512,  /* node_has_effect's answer, remembered */
    HAS_NO_EFFECT = 1024,
    IS_EMBEDDED = 2048, /* a callee that is awaited in place: its handle form is not needed here */
    IS_BEGUN = 16384,   /* NODE_CALL: the coroutine that it makes begins at once */
    IS_BRACED = 4096,   /* NODE_SPLICE: needs braces wherever it stands */
    IS_TAIL = 32768,    /* NODE_SPLICE: at the end of its block, on lines of its own */
    IS_BARE = 65536,    /* attribute: written without `cleanup` (cleanup.c); identifier: of the type
                           that its storage has (array.c) */
    IS_FAILING = 131072,        /* NODE_RETURN: of a failing `try`, or of an error thrown in */
    HAS_COMPUTED_SIZE = 262144, /* NODE_PARAMETER: the body computes its array's size */
    OWNS_ARGUMENTS = 524288,    /* NODE_CALL: noted by check_owning */
    IS_KEPT = 1048576,          /* a value that must stay where it is (temporary.c) */
    IS_BOUND = 2097152,         /* NODE_DECLARED: made of what a loop or `async with` binds */
    IS_CROSSED = 4194304,       /* a declaration of a header that jumps pass: see defer.c */
    IS_FORWARD = 67108864,      /* NODE_PARAMETER: GNU C's forward declaration of one, `int n;` */
    IS_FLAT = 8192,             /* NODE_COMPOUND: its braces are those of the block around it */
    IS_OUTPUT = 8388608,        /* an operand that asm writes */
    IS_DECAYED = 33554432,      /* an array whose value is used: the address of its first element */
    IS_FIRST = 134217728,       /* struct, union: what declares its tag */
    IS_LONG_JUMP = 268435456,   /* NODE_SPLICE: what a jump past deferred statements became */
    IS_FALLEN_INTO = 536870912, /* a label: see lower/fallthrough.c */
    GIVES_VALUE = 16777216,     /* NODE_EXPRESSION_STATEMENT: the value of a ({ }) that is wanted */
};

struct node {
    enum node_kind kind;
    enum operator op;
    unsigned flags; /* of enum node_flag */
    uint32_t start, end;
    uint32_t count; /* kids */
    struct node **kid;
    const char *name;      /* interned */
    const char *text;      /* template of a made node; NULL for a node of the file */
    struct type *type;     /* expressions, type names, declarators: set by the checker */
    struct symbol *symbol; /* identifiers, declarators, tags, labels: set by the checker */
    union {                /* set by lowering */
        struct suspension *suspension; /* NODE_SUSPEND */
        struct function *function;     /* NODE_FUNCTION */
        struct deferred *deferred;     /* NODE_DEFER; NODE_LABEL: what is in force there */
    };
    uint32_t first_point, last_point; /* statements: their range in the flow, set by lowering */
};

extern const char *const node_kind_names[NODE_KIND_COUNT];
extern const char *const operator_names[OPERATOR_COUNT];

struct node *node_new(struct arena *arena, enum node_kind kind, uint32_t start, uint32_t end,
                      size_t count);

/* The last kid, whose list it ends; `node_kid` gives NULL past the end. */
static inline struct node *node_kid(const struct node *node, size_t index)
{
    return index < node->count ? node->kid[index] : NULL;
}

/* Whether an identifier of the tree is the symbol's. */
bool node_mentions(const struct node *node, const struct symbol *symbol);

/* Where the first thing in a block begins, or the block ends. */
uint32_t block_first(const struct node *block);

/* The innermost NODE_DECLARATOR_NAME of a declarator, NULL for an abstract one. */
struct node *declarator_name(struct node *declarator);

/* The declarator without the attributes behind it, which are text between its kids. */
const struct node *declarator_without_attributes(const struct node *declarator);

/* The expression without the parentheses (and `__extension__`) around it. */
struct node *skip_parens(struct node *expression);

bool node_is_tag(const struct node *node); /* of a struct, union or enum */
/* The struct, union or enum that the specifiers define; NULL if none. */
struct node *defined_tag(const struct node *specifiers);
/* The same of an async function's, which need not be said again: in `typeof(struct s { ... })` too.
 */
struct node *defined_result(const struct node *specifiers);
bool node_is_expression(const struct node *node);

/* Which kid is the body of a loop or switch; none is that of other nodes. */
uint32_t node_body(const struct node *node);

/* The expression statement that gives the statement expression of this block its value, perhaps
 * behind labels; NULL if none does. */
struct node *value_statement(const struct node *block);

/* Statements with braces around them, which are a scope. */
bool node_is_block(const struct node *node);
/* A NODE_SPLICE whose statements are those of the block around it. */
bool node_is_unbraced(const struct node *node);
/* `[[fallthrough]];` */
bool node_says_fallthrough(const struct node *node);

/* A label, `case`, `default` or attributes, whose last kid is what stands behind, if anything. */
bool node_is_label(const struct node *node);
/* The statement behind the labels that the node begins with; NULL if there is none. */
struct node *node_behind_labels(struct node *node);

#endif
