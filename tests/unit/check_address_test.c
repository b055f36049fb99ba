/* Whose address is taken, what has an effect, and the symbols of locals. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "check_fixture.h"
#include "semantic/type.h"

/* x is an int, a an array, g a two-dimensional one, s a struct with an array, p a pointer. */
static void expect_taken(const char *statement, const char *name, bool is_taken)
{
    char text[1000];
    snprintf(text, sizeof text,
             "struct t { int m; int n[3]; }; int h(); void f(void) { int x = 1, a[3] = {0}, "
             "g[2][3] = {{0}}, *p = 0; struct t s = {0}, *q = 0, v[2]; %s }",
             statement);
    struct checked checked = check_text(text);
    cr_assert_str_empty(checked.messages, "%s", checked.messages);
    cr_expect_eq(find_symbol(&checked, name)->is_address_taken, is_taken, "%s: %s", statement,
                 name);
    checked_free(&checked);
}

Test(check_address, taken)
{
    expect_taken("p = &x;", "x", true);
    expect_taken("p = &(x);", "x", true);
    expect_taken("p = &a[1];", "a", true);
    expect_taken("p = &s.m;", "s", true);
    expect_taken("p = &s.n[1];", "s", true);
    expect_taken("p = &g[1][2];", "g", true);
    expect_taken("p = &v[1].n[2];", "v", true);
    expect_taken("p = a;", "a", true);
    expect_taken("p = s.n;", "s", true);
    expect_taken("p = g[1];", "g", true);
    expect_taken("p = *g;", "g", true);
    expect_taken("p = a + 1;", "a", true);
    expect_taken("h(a);", "a", true);
    expect_taken("p = x ? a : p;", "a", true);
    expect_taken("p = (x, a);", "a", true);
    expect_taken("p = ({ a; });", "a", true);
    expect_taken("x = a == p;", "a", true);
    expect_taken("x = *(a + 1);", "a", true);
    expect_taken("if (a) x = 1;", "a", true);
    expect_taken("x = v->m;", "v", true);
    expect_taken("p = _Generic(x, int: a);", "a", true);
    expect_taken("__asm__(\"\" : \"=m\"(x));", "x", true);
    expect_taken("int nested(void) { return x; } nested();", "x", true);
    expect_taken("int y __attribute__((cleanup(h))) = 1;", "y", true);
    expect_taken("struct { int *m; } w = {a};", "a", true);
}

Test(check_address, not_taken)
{
    expect_taken("x = a[1];", "a", false);
    expect_taken("a[1] = x;", "a", false);
    expect_taken("x = *a;", "a", false);
    expect_taken("x = 1[a];", "a", false);
    expect_taken("x = g[1][2];", "g", false);
    expect_taken("x = (*g)[2];", "g", false);
    expect_taken("x = s.n[1];", "s", false);
    expect_taken("x = v[1].n[2];", "v", false);
    expect_taken("p = &q->n[1];", "q", false);
    expect_taken("p = &p[1];", "p", false);
    expect_taken("x = sizeof a + sizeof &x;", "a", false);
    expect_taken("__typeof__(a) y; __typeof__(&x) z;", "x", false);
    expect_taken("s = *q; v[0] = s;", "s", false);
    expect_taken("x++; x += x;", "x", false);
    expect_taken("h(x, s, p);", "s", false);
}

static void expect_effect(const char *expression, enum node_kind kind, bool is_effect)
{
    char text[500];
    snprintf(text, sizeof text,
             "volatile int v; int x, *p; _Atomic int at; struct { volatile int m; } s;"
             "volatile int *q; int f(void) { return %s; }",
             expression);
    struct checked checked = check_text(text);
    cr_assert_str_empty(checked.messages, "%s", checked.messages);
    cr_expect_eq(node_is_effect(find_node(&checked, kind, 0)), is_effect, "%s", expression);
    checked_free(&checked);
}

Test(check_address, effects)
{
    expect_effect("f()", NODE_CALL, true);
    expect_effect("x = 1", NODE_ASSIGN, true);
    expect_effect("x++", NODE_POSTFIX, true);
    expect_effect("--x", NODE_PREFIX, true);
    expect_effect("v", NODE_IDENTIFIER, true);
    expect_effect("at", NODE_IDENTIFIER, true);
    expect_effect("s.m", NODE_MEMBER, true);
    expect_effect("*q", NODE_DEREFERENCE, true);
    expect_effect("q[1]", NODE_INDEX, true);
    expect_effect("({ 1; })", NODE_STATEMENT_EXPRESSION, true);
    expect_effect("x", NODE_IDENTIFIER, false);
    expect_effect("*p", NODE_DEREFERENCE, false);
    expect_effect("x + 1", NODE_BINARY, false);
    expect_effect("s.m", NODE_IDENTIFIER, false);
}

Test(check_address, locals_have_their_function)
{
    struct checked checked = check_text("void f(int p) { struct s { int m; } x; typedef int T; "
                                        "enum e { E } y; static int z; label: ; }");
    static const char *const names[] = {"p", "s", "x", "T", "e", "E", "y", "z", "label"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect_eq(find_symbol(&checked, names[i])->function, checked.check->functions[0], "%s",
                     names[i]);
    cr_expect_eq(find_symbol(&checked, "z")->storage, OP_STATIC);
    cr_expect_eq(checked.check->functions[0]->symbol, find_symbol(&checked, "f"));
    cr_expect(find_symbol(&checked, "f")->is_defined);
    checked_free(&checked);
}

Test(check_address, a_generic_selection_shows_its_arm)
{
    struct checked checked = check_text("int f(long x) { return _Generic(x, int: 1, long: 2); }");
    cr_expect_null(find_node(&checked, NODE_ASSOCIATION, 0)->type);
    cr_expect_not_null(find_node(&checked, NODE_ASSOCIATION, 1)->type);
    checked_free(&checked);
}
