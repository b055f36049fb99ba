/* Types by themselves: constructors, predicates, conversions, sizes, and types as text. */
#include <criterion/criterion.h>
#include <string.h>

#include "check_fixture.h"
#include "semantic/type.h"
#include "support/arena.h"
#include "support/text.h"

static struct arena *arena;
static struct types *types;

static void set_up(void)
{
    arena = arena_new();
    types = types_new(arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

TestSuite(type, .init = set_up, .fini = tear_down);

static struct type *simple(enum type_kind kind)
{
    return type_simple(types, kind);
}

Test(type, qualified_versions_are_shared_and_resolve_to_their_type)
{
    struct type *type = simple(TYPE_INT);
    struct type *constant = type_qualified(types, type, QUAL_CONST);
    cr_expect_eq(constant, type_qualified(types, type, QUAL_CONST));
    cr_expect_eq(type_qualified(types, constant, QUAL_CONST), constant);
    cr_expect_eq(type_resolve(constant), type);
    cr_expect_eq(type_qualifiers(type_qualified(types, constant, QUAL_VOLATILE)),
                 QUAL_CONST | QUAL_VOLATILE);
    cr_expect_eq(type_unqualified(types, constant), type);
}

Test(type, qualifiers_of_an_array_are_its_elements)
{
    struct type *array = type_array(types, simple(TYPE_CHAR), 3);
    struct type *constant = type_qualified(types, array, QUAL_CONST);
    cr_expect_eq(constant->kind, TYPE_ARRAY);
    cr_expect_eq(type_qualifiers(constant->target), QUAL_CONST);
    cr_expect_eq(type_qualifiers(array->target), 0);
}

Test(type, decay_and_unqualify)
{
    struct type *array = type_array(types, simple(TYPE_INT), 3);
    cr_expect_str_eq(type_string(arena, type_decay(types, array)), "int *");
    struct type *function = type_make(types, TYPE_FUNCTION);
    function->target = simple(TYPE_VOID);
    cr_expect_str_eq(type_string(arena, type_decay(types, function)), "void (*)(void)");
    struct type *constant = type_qualified(types, simple(TYPE_LONG), QUAL_CONST | QUAL_ATOMIC);
    cr_expect_eq(type_decay(types, constant), simple(TYPE_LONG));
}

Test(type, usual_arithmetic_conversions)
{
    static const struct {
        enum type_kind a, b, result;
    } rows[] = {
        {TYPE_CHAR, TYPE_CHAR, TYPE_INT},         {TYPE_BOOL, TYPE_SHORT, TYPE_INT},
        {TYPE_USHORT, TYPE_INT, TYPE_INT},        {TYPE_INT, TYPE_UINT, TYPE_UINT},
        {TYPE_UINT, TYPE_LONG, TYPE_LONG},        {TYPE_LONG, TYPE_ULONG, TYPE_ULONG},
        {TYPE_ULONG, TYPE_LLONG, TYPE_ULLONG},    {TYPE_LONG, TYPE_LLONG, TYPE_LLONG},
        {TYPE_INT, TYPE_FLOAT, TYPE_FLOAT},       {TYPE_ULLONG, TYPE_DOUBLE, TYPE_DOUBLE},
        {TYPE_FLOAT, TYPE_LDOUBLE, TYPE_LDOUBLE}, {TYPE_ULONG, TYPE_INT128, TYPE_INT128},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct type *a = simple(rows[i].a), *b = simple(rows[i].b);
        cr_expect_eq(type_usual(types, a, b)->kind, rows[i].result, "row %zu", i);
        cr_expect_eq(type_usual(types, b, a)->kind, rows[i].result, "row %zu, swapped", i);
    }
}

Test(type, compatible)
{
    struct type *integer = simple(TYPE_INT), *character = simple(TYPE_CHAR);
    struct type *a = type_pointer(types, integer);
    struct type *b = type_pointer(types, type_qualified(types, integer, QUAL_CONST));
    cr_expect(type_compatible(integer, type_qualified(types, integer, QUAL_CONST)));
    cr_expect_not(type_compatible(a, b));
    cr_expect_not(type_compatible(character, simple(TYPE_SCHAR)));
    cr_expect(type_compatible(type_future(types, a), type_future(types, a)));
    cr_expect_not(type_compatible(type_future(types, a), type_future(types, integer)));
    cr_expect(type_compatible(type_array(types, integer, 3), type_array(types, integer, 3)));
    cr_expect_not(type_compatible(type_array(types, integer, 3), type_array(types, integer, 4)));
    cr_expect(type_compatible(simple(TYPE_UNKNOWN), a));
}

Test(type, error_carriers)
{
    cr_expect(type_carries_error(simple(TYPE_INT)));
    cr_expect(type_carries_error(simple(TYPE_LONG)));
    cr_expect_not(type_carries_error(simple(TYPE_SHORT)));
    cr_expect_not(type_carries_error(simple(TYPE_UINT)));
    cr_expect_not(type_carries_error(simple(TYPE_DOUBLE)));
    cr_expect_not(type_carries_error(type_pointer(types, simple(TYPE_INT))));
}

/* --- types as text: each declaration is printed back as it was written */

static void expect_printed_back(const char *before, const char *declaration, const char *name)
{
    struct text text = {0}, printed = {0};
    text_printf(&text, "%s %s;", before, declaration);
    struct checked checked = check_text(text.data);
    cr_assert_str_empty(checked.messages, "%s\n%s", text.data, checked.messages);
    type_print(&printed, find_symbol(&checked, name)->type, name, false, 0);
    cr_expect_str_eq(printed.data, declaration, "'%s', expected '%s'", printed.data, declaration);
    checked_free(&checked);
    text_free(&printed);
    text_free(&text);
}

Test(type, printed_back)
{
    static const char before[] = "typedef int T; struct s { int m; }; enum e { E };";
    static const char *const declarations[] = {
        "int x",
        "unsigned long long x",
        "const char *x",
        "char *const x",
        "const volatile int *restrict x",
        "int x[3]",
        "int *x[3][4]",
        "int (*x)[3]",
        "int x(int, char *)",
        "int x(void)",
        "int x()",
        "int x(const char *, ...)",
        "void (*x)(int)",
        "void (*x[2])(int)",
        "void (*(*x)(int))(char)",
        "int (*(*x)[5])(void)",
        "char *(*(**x[3][8])(void))[5]",
        "int *(*const x)(void)",
        "struct s x",
        "enum e *x",
        "T x",
        "T *x(T (*)(T))",
        "_Complex double x",
        "_Bool x",
        "__int128 x",
        "_Float64 x",
        "_Atomic int x",
        "__builtin_va_list x",
        "future(int) x",
        "future(struct s *) *x",
        "future(future(int)) x[2]",
        "async int x(int)",
        "async int (*x)(int, int)",
        "async void *(*x[2])(void)",
        "void x(async int (*)(int))",
    };
    for (size_t i = 0; i < sizeof declarations / sizeof *declarations; i++)
        expect_printed_back(before, declarations[i], "x");
}

static void expect_lowered(const char *declaration, const char *expected)
{
    struct text printed = {0};
    struct checked checked = check_text(declaration);
    cr_assert_not_null(checked.unit, "%s", checked.messages);
    type_print(&printed, find_symbol(&checked, "x")->type, "x", true, 0);
    cr_expect_str_eq(printed.data, expected, "'%s', expected '%s'", printed.data, expected);
    checked_free(&checked);
    text_free(&printed);
}

Test(type, lowered)
{
    expect_lowered("future(int) x;", "struct async_future *x");
    expect_lowered("const future(int) x;", "struct async_future *const x");
    expect_lowered("future(int) x[3];", "struct async_future *x[3]");
    expect_lowered("future(int) *x;", "struct async_future **x");
    expect_lowered("async int x(int);", "struct async_future *x(int)");
    expect_lowered("async int (*x)(future(int));",
                   "struct async_future *(*x)(struct async_future *)");
    expect_lowered("async generator(int) x;", "struct async_generator *x");
    expect_lowered("queue(int) x;", "struct async_queue *x");
    expect_lowered("list(char *) x;", "struct async_list_char_p x");
    expect_lowered("typedef future(int) F; F x;", "F x");
}

static void expect_dropped(const char *declaration, const char *expected)
{
    struct text printed = {0};
    struct checked checked = check_text(declaration);
    type_print(&printed, find_symbol(&checked, "x")->type, "x", true, QUAL_CONST | QUAL_VOLATILE);
    cr_expect_str_eq(printed.data, expected, "'%s', expected '%s'", printed.data, expected);
    checked_free(&checked);
    text_free(&printed);
}

Test(type, dropped_qualifiers)
{
    expect_dropped("const int x = 1;", "int x");
    expect_dropped("const int *const x = 0;", "const int *x");
    expect_dropped("const int x[2][3];", "int x[2][3]");
    expect_dropped("typedef const int C; C x;", "int x");
    expect_dropped("typedef const int C; volatile C x[2];", "int x[2]");
    expect_dropped("typedef int T; const T x;", "T x");
    expect_dropped("typedef const char *const P; P x;", "const char *x");
    expect_dropped("typedef const int A[3]; A x;", "int x[3]");
}

/* --- sizes */

static void expect_size(const char *declaration, unsigned long long size, unsigned long long align)
{
    struct checked checked = check_text(declaration);
    const struct type *type = find_symbol(&checked, "x")->type;
    cr_expect_eq(type_size(type), size, "%s: size %llu", declaration,
                 (unsigned long long)type_size(type));
    cr_expect_eq(type_alignment(type), align, "%s: alignment %llu", declaration,
                 (unsigned long long)type_alignment(type));
    checked_free(&checked);
}

#define EXPECT_SIZE(...)                                                    \
    do {                                                                    \
        __VA_ARGS__ x;                                                      \
        expect_size(#__VA_ARGS__ " x;", sizeof x, _Alignof(__typeof__(x))); \
    } while (0)

/* The compiler of this test says what is right. */
Test(type, sizes)
{
    EXPECT_SIZE(char);
    EXPECT_SIZE(long double);
    EXPECT_SIZE(double _Complex);
    EXPECT_SIZE(char *);
    EXPECT_SIZE(struct {
        char a;
        long b;
        char c;
    });
    EXPECT_SIZE(struct {
        char a[3];
        short b;
    });
    EXPECT_SIZE(union {
        char a[9];
        int b;
    });
    EXPECT_SIZE(struct {
        int a : 3;
        int b : 30;
        unsigned c : 1;
    });
    EXPECT_SIZE(struct {
        char a;
        int b : 9;
        char c;
    });
    EXPECT_SIZE(struct {
        int a : 3;
        int : 0;
        char b;
    });
    EXPECT_SIZE(struct {
        struct {
            short a;
            char b;
        } c[3];
        char d;
    });
    EXPECT_SIZE(struct {
        int n;
        char text[];
    });
    EXPECT_SIZE(enum {A_SMALL_ONE});
    EXPECT_SIZE(enum {A_LARGE_ONE = 0x100000000});
    EXPECT_SIZE(__int128);
    expect_size("struct __attribute__((packed)) { char a; int b; } x;", 0, 0);
    expect_size("_Float128 x;", 16, 16);
    expect_size("struct s; struct s *x;", 8, 8);
}
