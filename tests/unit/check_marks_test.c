/* Names that the parser took for what they are not: found, marked, and right the next time. */
#include <criterion/criterion.h>

#include "check_fixture.h"
#include "semantic/type.h"

/* Checks without a message, and leaves this many nodes of this kind in the last tree. */
static void expect_nodes(const char *text, enum node_kind kind, size_t count)
{
    struct checked checked = check_text(text);
    cr_assert_str_empty(checked.messages, "%s\n%s", text, checked.messages);
    size_t found = 0;
    struct node *stack[400] = {checked.unit};
    for (size_t depth = 1; depth > 0;) {
        struct node *node = stack[--depth];
        found += node->kind == kind;
        for (uint32_t i = 0; i < node->count; i++)
            if (node->kid[i])
                stack[depth++] = node->kid[i];
    }
    cr_expect_eq(found, count, "%s\n%zu nodes '%s', expected %zu", text, found,
                 node_kind_names[kind], count);
    checked_free(&checked);
}

#define T_AND_U "typedef int T; typedef long U; int g(int);"

Test(check_marks, declarations_and_expressions)
{
    expect_nodes(T_AND_U "void f(void) { T * x; x = 0; }", NODE_BINARY, 0);
    expect_nodes("void f(int T, int x) { T * x; }", NODE_BINARY, 1);
    expect_nodes(T_AND_U "void f(int T, int x) { T * x; }", NODE_BINARY, 1);
    expect_nodes(T_AND_U "void f(void) { T (y); y = 1; }", NODE_CALL, 0);
    expect_nodes(T_AND_U "void f(int y) { g (y); }", NODE_CALL, 1);
    expect_nodes(T_AND_U "void f(void) { T (*p)(int); p = g; p(1); }", NODE_CALL, 1);
    expect_nodes(T_AND_U "void f(void) { T *a, **b; b = &a; T (c), (*d); d = &c; a = d; }",
                 NODE_DECLARED, 7);
    expect_nodes(T_AND_U "void f(void) { for (T * i = 0; i; i++) ; }", NODE_BINARY, 0);
}

Test(check_marks, casts_and_sizes)
{
    expect_nodes(T_AND_U "int f(int x) { return (T)(x); }", NODE_CAST, 1);
    expect_nodes(T_AND_U "int f(int x) { return (g)(x); }", NODE_CAST, 0);
    expect_nodes(T_AND_U "int h(int, int); int f(int x) { return (h)(x, 2); }", NODE_COMMA, 0);
    expect_nodes(T_AND_U "int f(void) { return (T) - 1; }", NODE_CAST, 1);
    expect_nodes(T_AND_U "int f(int T) { return (T) - 1; }", NODE_CAST, 0);
    expect_nodes(T_AND_U "int f(int *x) { return (T) * x; }", NODE_DEREFERENCE, 1);
    expect_nodes(T_AND_U "unsigned long f(void) { return sizeof(T) * 2; }", NODE_DEREFERENCE, 0);
    expect_nodes(T_AND_U "unsigned long f(void) { return sizeof(T); }", NODE_TYPE_NAME, 1);
    expect_nodes(T_AND_U "unsigned long f(int T) { return sizeof(T); }", NODE_TYPE_NAME, 0);
}

Test(check_marks, scopes_decide)
{
    expect_nodes(T_AND_U "int f(int x) { { int T = 2; x = T * x; T * x; } T * p = &x; return *p; }",
                 NODE_BINARY, 2);
    expect_nodes(T_AND_U "int f(int x) { enum { T, V }; T * V; return x; }", NODE_BINARY, 1);
    expect_nodes(T_AND_U "T f(T T) { return T * T; }", NODE_BINARY, 1);
    expect_nodes("typedef int T; typedef T X; X x = (X)1 + (X)-1; int f(int X) { return (X)-1; }",
                 NODE_CAST, 2);
    /* What a misread declaration declares hides what is outside. */
    expect_nodes("typedef int T, x; void f(void) { T (x); x = 1; x * x; }", NODE_BINARY, 1);
}

Test(check_marks, old_style)
{
    expect_nodes(T_AND_U "int f(a, b, c) int a; char *b; U c; { return a + *b + c; }",
                 NODE_PARAMETER, 1);
    struct checked checked =
        check_text("int f(a, b) char a[3]; float b; { return a[0] + (int)b; }");
    cr_expect_str_eq(type_of_symbol(&checked, "a"), "char *");
    cr_expect_str_eq(type_of_symbol(&checked, "b"), "float");
    cr_expect_eq(find_symbol(&checked, "a")->kind, SYMBOL_PARAMETER);
    checked_free(&checked);
}

Test(check_marks, contextual_words)
{
    expect_nodes("int f(int await) { return await - 1; }", NODE_AWAIT, 0);
    expect_nodes("int await(int); int f(int x) { return await (x); }", NODE_AWAIT, 0);
    expect_nodes("typedef int await; int f(void) { await * x; await y = 1; x = &y; return *x; }",
                 NODE_AWAIT, 0);
    expect_nodes("int yield; int p; int f(void) { yield * p; return 0; }", NODE_YIELD, 0);
    expect_nodes("int defer(int); int f(void) { defer (1); return 0; }", NODE_DEFER, 0);
    expect_nodes("int spawn, try, x; int f(void) { return (spawn - x) * (try + x); }", NODE_TRY, 0);
    expect_nodes("int list(int); int p; int f(void) { return list(p) * p; }", NODE_FORMER, 0);
    expect_nodes("int async(int); int f(int x) { async (x); return 0; }", NODE_ASYNC, 0);
    expect_nodes("struct s { int async, await; } s; int f(void) { return s.async - s.await; }",
                 NODE_AWAIT, 0);
    expect_nodes(
        "async int g(int); async int f(void) { int await_it = 1; return await g(await_it); }",
        NODE_AWAIT, 1);
    /* Only as far as the scope of the name goes. */
    expect_nodes("async int g(void); async int f(void) { { int await = 1; await - 1; } "
                 "return await g(); }",
                 NODE_AWAIT, 1);
}

Test(check_marks, few_rounds)
{
    struct checked checked = check_text(
        T_AND_U
        "void a(void) { T * x; } void b(int T) { T * T; } void c(int x) { (T) - x; g (x); }");
    cr_expect_eq(checked.rounds, 2);
    checked_free(&checked);
    checked = check_text("typedef unsigned long size_t; struct s { char pad[sizeof(size_t)]; };"
                         "int g(int); int f(int x) { return (g)(x); }");
    cr_expect_eq(checked.rounds, 1);
    checked_free(&checked);
}
