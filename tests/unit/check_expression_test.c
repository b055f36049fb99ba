/* The types of expressions, the values of constants, initialisers. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "check_fixture.h"
#include "semantic/type.h"

static const char declarations[] =
    "typedef int T; typedef struct s S; typedef unsigned long size_t;"
    "struct s { int m; const char *name; unsigned bits : 3; unsigned wide : 32; int a[4];"
    " union { float f; struct { short deep; }; }; struct s *next; };"
    "enum e { ONE = 1, BIG = 0x100000000 };"
    "char c; short sh; unsigned u; long l; unsigned long long ull; float fl; double d; _Bool b;"
    "int *p; const char *text; void *v; int array[3]; int grid[2][5]; S s, *sp; const S cs;"
    "double _Complex z; int (*fp)(char); int f(int); void nothing(void); enum e en; T t;"
    "volatile int vol; async int add(int, int); async char *(*aop)(void); future(S *) fut;"
    "int async_loop_run(void *loop, void *future, void *result);"
    "typedef float vec __attribute__((vector_size(16))); vec ve;"
    "typedef int word __attribute__((mode(DI))); word wo;";

static void expect(const char *expression, const char *type)
{
    expect_type(declarations, expression, type);
}

Test(check_expression, numbers)
{
    expect("1", "int");
    expect("0x7fffffff", "int");
    expect("0x80000000", "unsigned int");
    expect("2147483648", "long");
    expect("0xffffffffffffffff", "unsigned long");
    expect("1u", "unsigned int");
    expect("1ul", "unsigned long");
    expect("1LL", "long long");
    expect("1ull", "unsigned long long");
    expect("4294967296u", "unsigned long");
    expect("0b101", "int");
    expect("0777", "int");
    expect("1'000", "int");
    expect("1.5", "double");
    expect("1e10f", "float");
    expect("0x1p-3", "double");
    expect("1.L", "long double");
    expect("1.0f128", "_Float128");
    expect("2.0i", "_Complex double");
}

Test(check_expression, characters_and_strings)
{
    expect("'a'", "int");
    expect("L'a'", "int");
    expect("u'a'", "unsigned short");
    expect("U'a'", "unsigned int");
    expect("\"abc\"", "char [4]");
    expect("\"a\\x41\\101\\n\" \"b\"", "char [6]");
    expect("L\"abc\"", "int [4]");
    expect("u\"a\\U0001F600\"", "unsigned short [4]");
    expect("u8\"\\u00e9\"", "char [3]");
    expect("u\"\xc3\xa9\"", "unsigned short [2]");
}

Test(check_expression, arithmetic)
{
    expect("c + c", "int");
    expect("sh * u", "unsigned int");
    expect("u + l", "long");
    expect("l + ull", "unsigned long long");
    expect("c << l", "int");
    expect("~c", "int");
    expect("-b", "int");
    expect("!p", "int");
    expect("fl * 2", "float");
    expect("fl + d", "double");
    expect("z * fl", "_Complex double");
    expect("__real__ z", "double");
    expect("u < l", "int");
    expect("p && d", "int");
    expect("t + t", "T");
    expect("en", "enum e");
    expect("BIG", "long");
    expect("ONE + 0", "int");
    expect("vol + 0", "int");
    expect("ve + ve", "vec");
    expect("ve[0]", "float");
    expect("wo", "word");
    expect("wo + 0", "word");
}

Test(check_expression, pointers)
{
    expect("p + 1", "int *");
    expect("1 + array", "int *");
    expect("p - array", "long");
    expect("*p", "int");
    expect("&p", "int **");
    expect("&array", "int (*)[3]");
    expect("*grid", "int [5]");
    expect("grid[1]", "int [5]");
    expect("grid[1][2]", "int");
    expect("1[text]", "const char");
    expect("&grid[1]", "int (*)[5]");
    expect("f", "int (int)");
    expect("&f", "int (*)(int)");
    expect("***f", "int (int)");
    expect("p++", "int *");
}

Test(check_expression, members)
{
    expect("s.m", "int");
    expect("sp->name", "const char *");
    expect("s.f", "float");
    expect("sp->deep", "short");
    expect("cs.m", "const int");
    expect("cs.a[1]", "const int");
    expect("sp->next->next->a", "int [4]");
    expect("s.bits + 1", "int");
    expect("s.wide + 1", "unsigned int");
    expect("-s.bits", "int");
    expect("(&s)->m", "int");
}

Test(check_expression, conditional)
{
    expect("b ? c : l", "long");
    expect("b ? p : 0", "int *");
    expect("b ? (void *)0 : p", "int *");
    expect("b ? v : p", "void *");
    expect("b ? (const int *)p : p", "const int *");
    expect("b ? (const void *)v : p", "const void *");
    expect("b ? s : *sp", "S");
    expect("b ? nothing() : (void)0", "void");
    expect("text ?: \"none\"", "const char *");
    expect("b ? fut : 0", "future(S *)");
}

Test(check_expression, the_rest)
{
    expect("(char)l", "char");
    expect("(const T)l", "T");
    expect("(S){.m = 1}", "S");
    expect("(int[]){1, 2, 3}", "int [3]");
    expect("sizeof(T)", "unsigned long");
    expect("sizeof s", "unsigned long");
    expect("_Alignof(S)", "unsigned long");
    expect("__builtin_offsetof(S, a[1])", "unsigned long");
    expect("({ int x = 1; x + l; })", "long");
    expect("({ array; })", "int *");
    expect("({ ; })", "void");
    expect("(c, l)", "long");
    expect("l += c", "long");
    expect("c = l", "char");
    expect("fp(1)", "int");
    expect("(*fp)(1)", "int");
    expect("(f)(1)", "int");
    expect("_Generic(c, char: 1, default: \"x\")", "int");
    expect("_Generic(sp, struct s *: sp, default: 1)", "S *");
    expect("_Generic(\"x\", char *: 1l, const char *: 2)", "long");
    expect("__builtin_expect(c, 1)", "long");
    expect("__builtin_strlen(text)", "unsigned long");
    expect("__atomic_load_n(p, 0)", "int");
    expect("__builtin_choose_expr(1, c, l)", "char");
    expect("__builtin_choose_expr(sizeof(int) == 8, c, l)", "long");
    expect("__builtin_bit_cast(T, u)", "T");
    expect("__builtin_add_overflow(1, 2, p)", "_Bool");
    expect("__sync_fetch_and_add(&l, 1)", "long");
    expect("__extension__ c", "char");
    expect("(__typeof__(p))0", "int *");
}

Test(check_expression, the_language)
{
    expect("await add(1, 2)", "int");
    expect("await aop()", "char *");
    expect("spawn add(1, 2) == 0", "int");
    expect("await fut", "S *");
    expect("(await fut)->m", "int");
    expect("add", "async int (int, int)");
    expect("&add", "async int (*)(int, int)");
    expect("async_run(fut)", "S *");
    expect("async_future(char *)", "future(char *)");
    expect("async_set_result(fut, sp)", "int");
    expect("async_retain(fut)", "future(S *)");
    expect("await async_wait_for(fut, 1.0)", "S *");
    expect("await async_gather(fut, fut)", "int");
    expect("async_loop_run(v, fut, &sp)", "int");
    expect("sizeof(await fut)", "unsigned long");
}

/* --- constants, by the lengths of arrays */

static void expect_length(const char *expression, unsigned long long length)
{
    char text[2000];
    snprintf(text, sizeof text, "%s int x[%s];", declarations, expression);
    struct checked checked = check_text(text);
    const struct type *type = find_symbol(&checked, "x")->type;
    cr_expect(type->length_is_known, "%s is not known", expression);
    cr_expect_eq(type->length, length, "%s: %llu", expression, (unsigned long long)type->length);
    checked_free(&checked);
}

Test(check_constant, values)
{
    expect_length("1 + 2 * 3", 7);
    expect_length("(10 - 3) / 2 % 2", 1);
    expect_length("1 << 4 | 3", 19);
    expect_length("0xff & ~0xf0", 15);
    expect_length("-1 < 0u", 0);
    expect_length("-1 < 0", 1);
    expect_length("-1L > 0u", 0);
    expect_length("(unsigned char)300", 44);
    expect_length("(signed char)200 + 100", 44);
    expect_length("(_Bool)7", 1);
    expect_length("1 ? 2 : 1 / 0", 2);
    expect_length("0 && 1 / 0 || 3", 1);
    expect_length("ONE + sizeof(int)", 5);
    expect_length("BIG >> 30", 4);
    expect_length("'a'", 97);
    expect_length("'\\xff' + 2", 1);
    expect_length("'ab' - 24930", 0);
    expect_length("sizeof(char[ONE + 2])", 3);
    expect_length("sizeof array / sizeof *array", 3);
    expect_length("sizeof \"abc\"", 4);
    expect_length("_Alignof(double)", 8);
    expect_length("sizeof(s.name)", 8);
    expect_length("__builtin_types_compatible_p(int, T) + 1", 2);
    expect_length("_Generic(c, char: 5, default: 6)", 5);
    expect_length("010 + 0b11", 11);
}

static void expect_array(const char *declaration, enum array_size size, bool is_known)
{
    struct checked checked = check_text(declaration);
    const struct type *type = type_resolve(find_symbol(&checked, "x")->type);
    cr_assert_eq(type->kind, TYPE_ARRAY);
    cr_expect_eq(type->array_size, size, "%s", declaration);
    cr_expect_eq(type->length_is_known, is_known, "%s", declaration);
    cr_expect_str_empty(checked.messages);
    checked_free(&checked);
}

Test(check_constant, kinds_of_arrays)
{
    expect_array("extern int x[];", ARRAY_INCOMPLETE, false);
    expect_array("void f(int n) { int x[n]; }", ARRAY_VARIABLE, false);
    expect_array("void f(void) { const int n = 3; int x[n]; }", ARRAY_VARIABLE, false);
    expect_array("void f(void) { int x[3]; }", ARRAY_FIXED, true);
    expect_array("struct s { int a; }; void f(void) { int x[__builtin_offsetof(struct s, a)]; }",
                 ARRAY_FIXED, false);
    expect_array("struct s { int a; }; void f(void) { int x[(long)&((struct s *)0)->a + 1]; }",
                 ARRAY_FIXED, false);
}

/* --- initialisers */

static void expect_initialised(const char *declaration, const char *type)
{
    struct checked checked = check_text(declaration);
    cr_expect_str_eq(type_of_symbol(&checked, "x"), type, "%s: '%s'", declaration,
                     type_of_symbol(&checked, "x"));
    cr_expect_str_empty(checked.messages, "%s", checked.messages);
    checked_free(&checked);
}

Test(check_initializer, lengths)
{
    expect_initialised("int x[] = {1, 2, 3};", "int [3]");
    expect_initialised("int x[] = {[4] = 1, 2};", "int [6]");
    expect_initialised("int x[] = {1, 2, [0] = 3};", "int [2]");
    expect_initialised("int x[] = {[1 ... 5] = 1};", "int [6]");
    expect_initialised("int x[] = {};", "int [0]");
    expect_initialised("char x[] = \"abc\";", "char [4]");
    expect_initialised("char x[] = {\"abc\"};", "char [4]");
    expect_initialised("char x[] = (\"abc\");", "char [4]");
    expect_initialised("unsigned char x[] = \"\";", "unsigned char [1]");
    expect_initialised("char x[][4] = {\"abc\", \"d\"};", "char [2][4]");
    expect_initialised("const char *x[] = {\"abc\", \"d\", 0};", "const char *[3]");
    expect_initialised("int x[][2] = {1, 2, 3};", "int [2][2]");
    expect_initialised("int x[][2] = {{1}, 2, 3, {4}};", "int [3][2]");
    expect_initialised("struct s { int a, b[2]; } x[] = {1, 2, 3, 4, 5};", "struct s [2]");
    expect_initialised("struct s { int a, b[2]; } x[] = {{1}, [3].b[1] = 2, 4};", "struct s [5]");
    expect_initialised("struct s { int a; int : 3; int b; } x[] = {1, 2, 3, 4};", "struct s [2]");
    expect_initialised("union u { int a; char b; } x[] = {1, 2, {.b = 3}};", "union u [3]");
    expect_initialised("typedef int A[]; A x = {1, 2};", "int [2]");
    expect_initialised("struct s { int a; } f(void); void g(void) { struct s x[] = {f(), f()}; }",
                       "struct s [2]");
    expect_initialised("struct s { struct { int a, b; }; int c; } x[] = {{.b = 1, 2}, 1, 2, 3};",
                       "struct s [2]");
}

Test(check_initializer, deduced)
{
    expect_initialised("void f(const char *p) { __auto_type x = p; }", "const char *");
    expect_initialised("void f(const int p) { __auto_type x = p; }", "int");
    expect_initialised("int a[3]; void f(void) { const __auto_type x = a; }", "int *const");
}

/* What a list initialises is its type: lowering asks for it. */
Test(check_initializer, lists_have_types)
{
    struct checked checked = check_text("struct s { int a; struct { char b; } c[2]; };"
                                        "struct s x = {1, {{2}}};");
    static const char *const types[] = {"struct s", "struct <anonymous> [2]", "struct <anonymous>"};
    for (size_t i = 0; i < 3; i++) {
        const struct node *list = find_node(&checked, NODE_INITIALIZER_LIST, i);
        cr_expect_str_eq(type_string(checked.fixture.arena, list->type), types[i]);
    }
    checked_free(&checked);
}
