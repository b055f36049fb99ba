/* Types and constants that programs seldom have: _BitInt, vectors, __int128, C23's words; operands
 * of which nothing is known; initialisers with too much in them. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "check_fixture.h"
#include "semantic/type.h"

static const char declarations[] =
    "_BitInt(7) b7; unsigned _BitInt(17) u17; _BitInt(40) b40; _BitInt(70) b70; __int128 i128;"
    "typedef float vec __attribute__((vector_size(16))); vec ve; enum colour { RED };"
    "enum long_one : long { FIRST }; enum long_one lo; _Float16 f16; _Float32 f32; _Float32x f32x;"
    "_Float64 f64; _Float64x f64x; _Float128 f128; double _Complex z; const char *text; int x;"
    "int array[3]; const int *volatile cp; _Atomic const int *restrict ap; __int128_t i; "
    "__uint128_t ui; struct s { int m; int a[2]; _Static_assert(1, \"\"); } s, *sp; long l;"
    "struct packed { char c; int i; } __attribute__((packed)); _BitInt(7) many[2];"
    "struct inside { char c; int i __attribute__((aligned(16))); }; __builtin_ms_va_list list;"
    "struct bits { _BitInt(40) a; unsigned _BitInt(65) b; }; struct none {}; const struct none no;"
    "void stars(int n, int (*p)[*]); struct late; float fl; typedef vec vec2[2];";

static void expect(const char *expression, const char *type)
{
    expect_type(declarations, expression, type);
}

Test(check_unusual, bit_precise_integers)
{
    expect("b7", "_BitInt(7)");
    expect("many", "_BitInt(7) [2]");
    expect("u17", "unsigned _BitInt(17)");
    expect("3wb", "_BitInt(3)");
    expect("0wb", "_BitInt(2)");
    expect("255uwb", "unsigned _BitInt(8)");
    expect("b7 + b7", "_BitInt(7)");
    expect("b7 + 1", "int");
}

Test(check_unusual, floating_types)
{
    expect("f16 + f16", "_Float16");
    expect("f16 + fl", "float");
    expect("f32 + f16", "_Float32");
    expect("f32x + f32", "_Float32x");
    expect("f64 + f32x", "_Float64");
    expect("f64x + f64", "_Float64x");
    expect("f128 + f64x", "_Float128");
}

Test(check_unusual, wide_integers)
{
    expect("i128 + 1", "__int128");
    expect("i", "__int128");
    expect("ui", "unsigned __int128");
    expect("0x1ffffffffffffffffff", "__int128");
    expect("18446744073709551615", "__int128");
}

Test(check_unusual, words)
{
    expect("u8'a'", "unsigned char");
    expect("true", "_Bool");
    expect("lo", "enum long_one");
    expect("FIRST + 0", "long");
    expect("_Alignof x", "unsigned long");
    expect("x ? nullptr : text", "const char *");
    expect("x ? sp : text", "const void *");
    expect("x ? ve : ve", "vec");
    expect("2 * ve", "vec");
    expect("(x, array)[1]", "int");
    expect("__builtin_strchr(text, 1)", "char *");
    expect("__sync_lock_test_and_set(&l, 1)", "long");
    expect("cp", "const int *volatile");
    expect("\"\\xff\" \"\xe4\"", "char [3]");
    expect("U\"\xc3\xa4\"", "unsigned int [2]");
}

static void expect_length(const char *expression, unsigned long long length)
{
    char text[3000];
    snprintf(text, sizeof text, "%s int y[%s];", declarations, expression);
    struct checked checked = check_text(text);
    const struct type *type = find_symbol(&checked, "y")->type;
    cr_expect_str_empty(checked.messages, "%s", checked.messages);
    cr_expect(type->length_is_known, "%s is not known", expression);
    cr_expect_eq(type->length, length, "%s: %llu", expression, (unsigned long long)type->length);
    checked_free(&checked);
}

Test(check_unusual, sizes)
{
    expect_length("sizeof b7 + sizeof u17 + sizeof b40 + sizeof b70", 1 + 4 + 8 + 16);
    expect_length("sizeof(_BitInt(12))", 2);
    expect_length("sizeof(struct bits)", 24);
    expect_length("_Alignof(_BitInt(70))", 8);
    expect_length("sizeof(vec2)", 32);
    expect_length("sizeof(struct { struct none a; int b; })", 4);
    expect_length("1 ?: 2", 1);
    expect_length("0 ?: 2", 2);
}

/* Whether an array's length is constant decides whether it may be static. */
static void expect_variable(const char *expression)
{
    char text[3000];
    snprintf(text, sizeof text, "%s void f(int n) { int y[%s]; }", declarations, expression);
    struct checked checked = check_text(text);
    const struct type *type = find_symbol(&checked, "y")->type;
    cr_expect_eq(type->array_size, ARRAY_VARIABLE, "%s", expression);
    checked_free(&checked);
}

Test(check_unusual, lengths_that_vary)
{
    expect_variable("n ? 1 : 2");
    expect_variable("n ? n : 2");
    expect_variable("*array");
    expect_variable("array[n]");
    expect_variable("sp->a[0]");
    expect_variable("(&n)[0]");
}

static void expect_constant(const char *expression)
{
    char text[3000];
    snprintf(text, sizeof text, "%s void f(int n) { int y[%s]; }", declarations, expression);
    struct checked checked = check_text(text);
    const struct type *type = find_symbol(&checked, "y")->type;
    cr_expect_eq(type->array_size, ARRAY_FIXED, "%s", expression);
    checked_free(&checked);
}

Test(check_unusual, lengths_that_only_compilers_know)
{
    expect_constant("(int)((__int128)1 << 3)");
    expect_constant("(long)&((struct s *)0)->a[1]");
    expect_constant("(long)&(*(struct s *)0).a[1]");
    expect_constant("(int)1.5 + (1.0 < 2.0)");
    expect_constant("(int)__real__ 1.0");
}

/* --- mistakes that the C compiler reports: asyncc only has to live with them */

Test(check_unusual, initialisers_with_too_much)
{
    expect_messages("int x = {1, 2};"
                    "struct s { int a; } t = {1, 2, {3}, .b = 4, [2] = 5, .a.c = {6}};"
                    "int y[2] = {[1] = 1, 2, 3, .z = 4, {5}}; char z[] = {\"ab\", 'c', {1}};"
                    "int w[] = (int[]){1, 2}; union { int i; float f; } u = {1, 2};"
                    "enum e { A } e = {{A}, [sizeof(int)] = 3};",
                    "");
}

Test(check_unusual, old_designators)
{
    expect_messages("struct s { int a; int b[2]; } x = {a: 1, b: {[1] = 2}};", "");
}

Test(check_unusual, operands_of_unknown_types)
{
    expect_messages("void f(int n) { __builtin_new_thing q; int x = n ? q : n, y = q + 1;"
                    " int z = _Generic(q, int: 1, default: 2); x = y = z; f(q);"
                    " __builtin_other_thing(q); __builtin_choose_expr(n, x, y);"
                    " typeof() t; int i = 1[2]; struct late l = {q}; n ? n : \"x\"; }",
                    "1:193: error: expected an expression before ')'\n");
}
