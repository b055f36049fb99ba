/* What the files of the checker share. Private to compiler/semantic/.
 *
 *     check.c        the file, its functions; the state
 *     report.c       messages, marks, contextual words         repair.c small misreadings
 *     specifier.c    `unsigned long const` → a type             tag.c    struct, union, enum
 *     member.c       what they may hold
 *     declarator.c   `*(*f)(int)` around it → another type           attribute.c  mode, vector_size
 *     declare.c      what a name is then bound to
 *     initializer.c  lists, designators, array lengths          constant.c, literal.c  values
 *     statement.c    scopes and jumps                           label.c  labels and gotos
 *     jump.c         what must not be jumped past
 *     expression.c, operator.c, call.c, builtin.c, convert.c    types of expressions
 *     conditional.c  arms of ?: that await
 *     operand.c      what operators can be applied to           pointer.c  pointers to others
 *     lvalue.c       what names an object                       address.c whose address is taken
 *     stack.c        what cannot stay on the C stack            advice.c warnings
 *     ending.c       what control comes to the end of           pragma.c what holds where
 *     language.c, runtime.c, container.c, range.c, handle.c     asyncc's own constructs and names
 */
#ifndef ASYNCC_SEMANTIC_CHECKER_H
#define ASYNCC_SEMANTIC_CHECKER_H

#include "diagnostic.h"
#include "semantic/check.h"
#include "semantic/scope.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "syntax/ast.h"
#include "syntax/attribute.h"

/* The function whose body is being checked. */
struct function_state {
    struct function_state *outer;
    struct node *node;
    struct type *result; /* what `return` gives */
    bool is_async, is_generator;
    unsigned loops, switches;     /* around the statement being checked */
    struct scopes *labels;        /* of the whole function: everything but __label__ */
    struct scopes *unknown_names; /* undeclared names that were reported */
    struct node **jumps;          /* gotos and label addresses, resolved at the end */
    size_t jump_count, jump_capacity;
    bool lacks_async, lacks_generator; /* as was reported */
    bool evaluates_operands;           /* a `sizeof` or `typeof` runs an await, see evaluated.c */
};

struct check_state {
    struct scopes *scopes;
    struct function_state *function; /* NULL at file scope */
    struct scopes *file_unknown_names;
    unsigned quiet;        /* > 0: in a system header, or inside a mistake */
    unsigned unevaluated;  /* > 0: in sizeof, typeof ... */
    unsigned prototypes;   /* > 0: in a parameter list */
    const char *no_await;  /* in what no await may stand ("a case label"), NULL elsewhere */
    unsigned parsed;       /* the mark of diagnostics behind those of the parser */
    struct range external; /* from the declaration at file scope to the next one */
    bool is_header;        /* the declaration does not come from the main file */
    bool is_system_header; /* ... but from a system header */
    size_t marks_before;
    const char **words; /* specifier.c's type words, interned */
    size_t word_count;
    const char *func[3];          /* __func__ and its likes, interned */
    struct node *value_statement; /* whose value a statement expression gives */
    size_t function_capacity;
    struct node **implicit; /* calls of functions that nobody has declared */
    size_t implicit_count, implicit_capacity;
    struct node *awaited; /* what an await, a spawn, a loop or `async with` takes, being checked */
    size_t directive;     /* the first that stands behind what has been checked */
    unsigned defers;      /* `defer` statements around the statement being checked */
};

/* --- report.c */

/* Reports an error at the node unless messages are off here; true if it was reported (or would have
 * been but for an equal one): notes may follow. */
bool complain(struct check *check, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void add_note(struct check *check, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *show(struct check *check, const struct type *type);
/* Whether the word, perhaps with underscores around it, is a token of the text [start, end). */
bool text_mentions(const struct check *check, uint32_t start, uint32_t end, const char *word);
const char *text_of(struct check *check, const struct node *node);
/* The name was taken for an expression's (a type's) but is a type's (an expression's): parse again.
 * False if it was marked before and still stands there. */
bool mark_as_type(struct check *check, const struct node *name);
bool mark_as_ordinary(struct check *check, const struct node *name);
bool marks_were_added(const struct check *check);
/* A contextual word stands at the node's start, but the program declared that name: marks it, true.
 */
bool word_is_declared(struct check *check, const struct node *node, const char *word);
/* True if the expression is a declaration, `T * x;`: marks T, and declares x with an unknown type,
 * so that it hides what it hides. */
bool is_misread_declaration(struct check *check, struct node *expression);
/* True the first time that it is asked for this undeclared name in this function. */
bool is_news(struct check *check, const char *name);
/* Whether a mistake that was reported may hide what declares the name at file scope. */
bool is_hidden(const struct check *check, const char *name);

/* --- repair.c: misreadings mended in place, before the node is typed */

void repair_sizeof(struct check *check, struct node *node);
void repair_cast(struct check *check, struct node *node); /* may become a NODE_CALL */
void repair_parameter(struct check *check, struct node *declarator);

/* --- specifier.c, tag.c */

struct specifiers {
    struct type *type;     /* never NULL */
    enum operator storage; /* OP_NONE, OP_TYPEDEF, OP_EXTERN, OP_STATIC, OP_REGISTER, OP_AUTO,
                              OP_CONSTEXPR */
    bool is_thread_local;
    bool is_deduced;     /* __auto_type: from the initialiser */
    bool is_misparsed;   /* the type name is none: what follows declares nothing */
    struct node *async;  /* the word, until a function declarator takes it; NULL if none */
    struct node *former; /* one of the language's type formers, written here */
    struct node *tag;    /* struct, union or enum specifier */
    bool is_of_file;
    bool is_function; /* of a definition */
    struct node *node;
};

/* What else could stand where a type name was read. If the name is none:
 * EITHER: an expression, so it is marked, declared or not; TYPE: an expression, if the name is
 * declared; CERTAIN: nothing, so it is a mistake. */
enum reading { READING_EITHER, READING_TYPE, READING_CERTAIN };

/* `alone`: `struct s;` declares s here. */
struct specifiers check_specifiers(struct check *check, struct node *node, enum reading reading,
                                   bool alone);
struct type *check_type_name(struct check *check, struct node *node, enum reading reading);
/* Whether the name is a type's, here or for the C compiler. */
bool may_be_type(struct check *check, const char *name);
struct type *check_tag(struct check *check, struct node *node, bool alone);
/* The code of a word of C's own types, 0 for another name; the type that a sum of them says. */
int type_word_code(struct check *check, const char *name);
struct type *type_of_words(struct check *check, int words);
/* Applies mode and vector_size. (attribute.c) */
struct type *apply_attributes(struct check *check, struct type *type, struct attributes attributes);
/* Finds what a `cleanup` calls, before the name that has it is bound: it may be the same. */
void check_cleanup(struct check *check, struct attributes attributes);
/* Refuses those that do not go with the language, on something of the type that `place` declares.
 * (attribute.c) */
void check_attributes(struct check *check, const struct type *type, const struct node *place,
                      struct attributes attributes);

/* --- declarator.c */

struct declarator {
    struct type *type;
    struct node *name;     /* NODE_DECLARATOR_NAME, NULL if abstract */
    struct node *function; /* the NODE_FUNCTION_TYPE next to the name, if it declares a function */
    struct scope *parameters;     /* its closed scope */
    struct attributes attributes; /* without those around the declarator, which the caller knows */
    struct node *width;           /* of a bit-field, NULL if it is none; */
    int bits;                     /* and its value; -1 */
    struct node *async; /* the word `async` that no function took, reported by the caller */
};

struct declarator check_declarator(struct check *check, const struct specifiers *specifiers,
                                   struct node *declarator);

/* member.c: refuses what cannot follow the members that there are, one that is declared or those of
 * an anonymous struct or union; and arrays without a length in front of others. */
void check_new_member(struct check *check, const struct declarator *member,
                      const struct field *fields, size_t count);
void check_anonymous_member(struct check *check, const struct type *type,
                            const struct field *fields, size_t count);
void check_flexible_members(struct check *check, const struct type *type);

/* --- declare.c */

struct symbol *symbol_make(struct check *check, enum symbol_kind kind, const char *name);
struct symbol *declare(struct check *check, const struct specifiers *specifiers,
                       const struct declarator *declarator, struct node *declaration,
                       bool is_definition);
void check_declaration(struct check *check, struct node *declaration);
void check_static_assert(struct check *check, struct node *node);
/* Parameters of an old-style definition: types from the declarations between `)` and `{`. */
void check_old_style(struct check *check, struct node *function, struct type *type);

/* --- initializer.c, constant.c, literal.c */

/* Types an initialiser for an object of this type; gives the type with its length completed. */
struct type *check_initializer(struct check *check, struct type *type, struct node *initializer);

enum constancy { CONSTANT_KNOWN, CONSTANT_UNKNOWN, CONSTANT_NOT };
/* The value of a typed expression. UNKNOWN: constant in form, but its value is the C compiler's
 * business. */
enum constancy constant_evaluate(struct check *check, const struct node *node, long long *value);
long long constant_wrap(long long value, const struct type *type);

struct type *literal_number(struct check *check, const struct node *node);
struct type *literal_character(struct check *check, const struct node *node);
struct type *literal_string(struct check *check, const struct node *node);
/* False for a floating constant. */
bool literal_integer_value(struct check *check, const struct node *node, long long *value);
long long literal_character_value(struct check *check, const struct node *node);

/* --- expressions */

/* Types it and all below; the type is as declared (lvalues qualified, arrays not decayed). */
struct type *check_expression(struct check *check, struct node *node);
/* The same for an expression whose value is used: arrays decay, and what decays has its address
 * taken. */
struct type *check_value(struct check *check, struct node *node);
/* A value converted to a truth value. */
void check_condition(struct check *check, struct node *node);
/* An expression whose value nobody takes: a coroutine there is never awaited. */
void check_discarded(struct check *check, struct node *node);
/* The same for one that has been checked. */
void check_awaited(struct check *check, struct node *node);
/* handle.c: an expression whose handle `what` takes: out of an lvalue, which must not be const; and
 * the argument that a call of this function of the runtime takes so, if there is one. */
void check_emptied(struct check *check, struct node *handle, const char *what);
void check_emptied_argument(struct check *check, struct node *call, const char *name);
/* Which argument of this function, that C declares, must be a handle, from 1; 0: none. */
unsigned handle_argument(const char *name, const struct type *function);
void check_handle_argument(struct check *check, struct node *call, const char *name,
                           unsigned position);
/* The type that the call has, as C's declaration of the function cannot say; NULL: C's. */
struct type *handle_result(struct check *check, const struct node *call,
                           const struct type *function);
/* The value type after integer promotion, narrow bit-fields included. */
struct type *promoted_type(struct check *check, struct node *node);

/* What typeof says of it: the type of an expression whose type is not known. (unknown.c) */
struct type *type_of_unknown(struct check *check, struct node *node);
/* Gives an expression the type that follows from its operands, NULL if none does. */
void set_type(struct check *check, struct node *node, struct type *type);

struct type *check_binary(struct check *check, struct node *node); /* operator.c */
struct type *check_unary(struct check *check, struct node *node);
struct type *check_conditional(struct check *check, struct node *node);
/* False if C refuses such a pair of arms and would not see it. (conditional.c) */
bool check_arms(struct check *check, const struct node *conditional, struct node *then);
struct type *check_assign(struct check *check, struct node *node);
struct type *check_call(struct check *check, struct node *node); /* call.c */
const char *callee_name(const struct node *call);                /* NULL if it has none */
void report_implicit_calls(struct check *check);                 /* when the file is known */
struct type *check_type_arguments(struct check *check, struct node *node);
bool is_null_constant(struct check *check, const struct node *node);

/* The type of a call to the compiler's builtin of that name with these typed arguments; NULL if it
 * is not known. (builtin.c) */
struct type *builtin_call(struct check *check, const char *name, struct node **arguments,
                          uint32_t count);
bool is_builtin_name(const char *name);

/* convert.c: reports a value that cannot be converted to the type, as by assignment, and gives
 * false then. `what` begins the message: "argument 2 of 'f'". Pairs that the C compiler judges as
 * well, in the user's own terms, are left to it; what it would say of generated text is said here:
 * its errors, or its warnings about pointers that become others too, or all that it gives unasked.
 * Its warnings about pointers are warnings here, too (pointer.c). */
enum strictness { OUR_MISTAKES, C_ERRORS, C_POINTER_WARNINGS, C_WARNINGS };
bool check_conversion(struct check *check, const struct type *to, struct node *value,
                      enum strictness strictness, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* pointer.c: compatible, with all qualifiers left aside that belong to the object itself: an
 * array's are its elements'. */
bool same_object(const struct type *a, const struct type *b);
/* Whether two resolved types are pointers to surely incompatible types. */
bool points_elsewhere(const struct type *a, const struct type *b);
/* The value as it stands becomes the operand of a cast to that pointer type, which stands in its
 * place: C compilers do not speak of the conversion then. */
void cast_value(struct check *check, struct node *value, const struct type *to);
/* Warns of a pointer that loses qualifiers or becomes an incompatible one. */
void check_pointers(struct check *check, const struct type *to, struct node *value,
                    const char *what);

/* A note to the message about this value, if it is a handle that somebody forgot to await. */
void note_await(struct check *check, const struct node *value);

void take_address(struct check *check, struct node *lvalue); /* address.c */
void decay_address(struct check *check, struct node *value);

/* evaluated.c: an expression of which only the type is asked; the operand of a `sizeof` or
 * `typeof`, which may be evaluated for that; and the flags of what stands around awaits in such
 * operands. */
struct type *check_unevaluated(struct check *check, struct node *node);
struct type *check_type_operand(struct check *check, struct node *node);
void spread_awaits(struct check *check, struct node *body);

/* --- statements */

void check_statement(struct check *check, struct node *node);
/* The statements of a block, in the scope that is open. */
void check_block(struct check *check, struct node *compound);
/* A definition, of the file or nested. (check.c) */
void check_function(struct check *check, struct node *function);

void check_label(struct check *check, struct node *label); /* label.c */
void check_local_labels(struct check *check, struct node *node);
void check_jump(struct check *check, struct node *jump); /* goto or &&label */
void resolve_jumps(struct check *check);
void check_jumps(struct check *check, struct node *function); /* jump.c */

/* operand.c: types of operands below the node, in an async function or generator; and in any other,
 * where only handles and values that come to stand in objects of asyncc's are looked at. */
void check_operands(struct check *check, struct node *node);
void check_language_operands(struct check *check, struct node *node);
/* False if check_operands will complain of this expression, whose operands have been typed:
 * whatever would follow from its type has nothing to do with the mistake. */
bool operands_fit(struct check *check, struct node *node);
/* Refuses what a loop, comprehension or `async with` cannot be lowered for: a source whose type is
 * not known, if nothing wrong about it has been said. */
void check_sources(struct check *check, const struct node *node);
void check_stack(struct check *check, struct node *function);  /* stack.c: of an async function */
void check_ending(struct check *check, struct node *function); /* ending.c: of an async one */
void advise(struct check *check, struct node *function);       /* advice.c: of any, outermost */
/* unused.c: of an async function or a generator; and the pragmas `unused` in front of this byte. */
void check_parameters_used(struct check *check, struct node *function);
void check_unused_pragmas(struct check *check, uint32_t end);

/* --- language.c, runtime.c */

struct type *check_former(struct check *check, struct node *former, struct node *async);
struct type *check_language_expression(struct check *check, struct node *node);
void check_language_statement(struct check *check, struct node *node);
/* Whether something that waits may stand here; reports it if not. */
bool may_wait(struct check *check, const struct node *node, const char *what);
/* Complains where no context variable may be declared. */
void check_contextvar(struct check *check, const struct specifiers *specifiers);
/* Complains of one where the former is a part of something else. */
void check_former_use(struct check *check, const struct specifiers *specifiers);
/* The type of a call to a name of the runtime that takes or gives a T; NULL if it is none. */
struct type *runtime_call(struct check *check, const char *name, struct node *call);
/* Whether a call to that name of the runtime makes a cold coroutine. */
bool runtime_makes_coroutine(const char *name);
/* Whether the name is the runtime's and takes or gives a T. */
bool is_runtime_name(const char *name);

/* --- range.c */

void check_range_for(struct check *check, struct node *node);
struct type *check_comprehension(struct check *check, struct node *node);
/* Declares the name that a range or `async with` binds to a value of this type. */
void bind_name(struct check *check, struct node *node, struct node *specifier_node,
               struct node *declarator_node, struct type *value);
/* The value of an expression that somebody becomes the owner of: it may be a temporary container.
 */
struct type *check_owned(struct check *check, struct node *node);
/* Reports a temporary container that has no owner. */
void check_lost_container(struct check *check, struct node *node);
/* Gives comprehensions the type of what they are converted to, if that is their kind. */
void take_target_type(struct check *check, struct node *node, const struct type *target);
/* Checks the type of a comprehension that nothing gives another one. */
void check_own_type(struct check *check, struct node *node);

/* --- container.c */

void check_contents(struct check *check, const struct node *comprehension, const char *word,
                    const struct type *type);

/* What a list, set or dict may hold; qualifiers of it are dropped. */
void check_container(struct check *check, const struct node *former, struct type *type);
struct type *container_member(struct check *check, const struct node *node,
                              const struct type *container);
/* The rules of a call of list_append and its kin that go beyond the types of its arguments. */
void check_container_call(struct check *check, struct node *call, const char *name,
                          const struct type *container);
/* A list in braces that initialises a container. */
void check_container_list(struct check *check, struct type *type, struct node *list);
/* Whether the element is the 0 of `{0}`, which initialises anything. */
bool is_whole_zero(struct check *check, const struct node *list, struct node *element);

/* Whether this pointer is what a handle of that kind is in C: `struct async_future *` and its
 * likes, or `void *`. (convert.c) */
bool is_plain_handle(const struct type *type, enum type_kind former);
/* Compatible, qualifiers aside, where a handle may stand for its plain C form. (convert.c) */
bool same_in_c(const struct type *a, const struct type *b);

static inline bool is_unknown(const struct type *type)
{
    return type_resolve(type)->kind == TYPE_UNKNOWN;
}

#endif
