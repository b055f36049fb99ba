/* What is refused: every message, at its place. */
#include <criterion/criterion.h>

#include "check_fixture.h"

#define ADD "async int add(int a, int b);\n"
#define NOTE_ADD "1:11: note: 'add' is declared here\n"
#define NOTE_AWAIT "note: 'await' it, or start it as a task with 'spawn'\n"

Test(check_rules, undeclared_names)
{
    expect_messages("int f(void) {\nx = 1; x = 2;\nreturn g(y) + g(y); }",
                    "2:1: error: use of undeclared identifier 'x'\n"
                    "3:10: error: use of undeclared identifier 'y'\n");
    expect_messages("unknown x;\nstruct s { other y; };\nvoid f(third z);",
                    "1:1: error: unknown type name 'unknown'\n"
                    "2:12: error: unknown type name 'other'\n"
                    "3:8: error: unknown type name 'third'\n");
    expect_messages("void f(void) {\nunknown *x;\nunknown *y; }",
                    "2:1: error: unknown type name 'unknown'\n");
    expect_messages("int x;\nx y;", "2:1: error: 'x' is not a type\n"
                                    "1:5: note: 'x' is declared here\n");
    expect_messages("void f(void) { __builtin_of_tomorrow(1); __atomic_thread_fence(5);\n"
                    "(void)__func__; (void)__FUNCTION__; }",
                    "");
}

Test(check_rules, redefinitions)
{
    expect_messages("typedef int T;\nint T;", "2:5: error: 'T' is declared as a different kind of "
                                              "name\n1:13: note: previous declaration of 'T' is "
                                              "here\n");
    expect_messages("void f(int a) {\nint b; int b;\n{ int b; } int a; }",
                    "2:12: error: redefinition of 'b'\n2:5: note: previous declaration of 'b' is "
                    "here\n3:16: error: redefinition of 'a'\n1:12: note: previous declaration of "
                    "'a' is here\n");
    expect_messages("struct s { int x; };\nvoid f(void) { struct s { int y; };\nstruct s { int z; "
                    "}; }",
                    "3:1: error: redefinition of 'struct s'\n2:16: note: previous definition is "
                    "here\n");
    expect_messages("struct s;\nunion s *x;", "2:1: error: 's' is another kind of tag here\n"
                                              "1:1: note: 's' is declared here\n");
    expect_messages("int x; extern int x; int x; typedef int T; typedef int T; int f(); int f(int);"
                    "void g(void) { extern int x; int f(int); }",
                    "");
}

Test(check_rules, async_of_prototypes)
{
    expect_messages(ADD "int add(int a, int b);",
                    "2:5: error: 'add' is declared without 'async' here, but was 'async' before\n"
                    "1:11: note: previous declaration of 'add' is here\n");
    expect_messages("int f(void);\nasync int f(void) { return 0; }",
                    "2:11: error: 'f' is declared 'async' here, but not before\n"
                    "1:5: note: previous declaration of 'f' is here\n");
    expect_messages(ADD "async long add(int a, int b);",
                    "2:12: error: conflicting types for 'add': 'async long (int, int)', before "
                    "'async int (int, int)'\n"
                    "1:11: note: previous declaration of 'add' is here\n");
    expect_messages(ADD ADD "static async int x(void);\nstatic async int x(void) { return 0; }",
                    "");
}

Test(check_rules, async_where_it_cannot_be)
{
    expect_messages("async int x;", "1:1: error: 'async' on 'x', which is no function\n");
    expect_messages("async int f(int, ...);", "1:11: error: an async function cannot be variadic\n"
                                              "1:1: note: it is made async here\n");
    expect_messages("struct s { async int m; async int (*f)(void); };",
                    "1:12: error: 'async' on a member that is no pointer to a function\n");
    expect_messages("void f(async int x, async int (*g)(void));",
                    "1:8: error: 'async' on a parameter that is no function\n");
    expect_messages("void f(void) { async int g(void) { return 0; } (void)g; }",
                    "1:26: error: an async function cannot be nested in another function\n");
}

Test(check_rules, await_of_what)
{
    expect_messages("async int f(int x) {\nawait x;\nawait \"\";\nreturn await 1.0; }",
                    "2:1: error: cannot await a value of type 'int'\n"
                    "3:1: error: cannot await a value of type 'char *'\n"
                    "4:8: error: cannot await a value of type 'double'\n");
    expect_messages("struct s; async int f(future(struct s) x) {\nawait x; return 0; }",
                    "2:1: error: cannot await a future of the incomplete type 'struct s'\n");
    expect_messages("async int f(int x) { spawn x; return 0; }",
                    "1:22: error: cannot spawn a value of type 'int'\n");
    expect_messages("future(int[2]) x; future(void (int)) y;",
                    "1:8: error: 'future' cannot hold an array\n"
                    "1:26: error: 'future' cannot hold a function\n");
}

Test(check_rules, await_where)
{
    expect_messages(ADD "int f(void) { return await add(1, 2); }",
                    "2:22: error: 'await' outside an async function\n"
                    "2:5: note: 'f' is not async: write 'async' before its type\n");
    expect_messages(ADD "int x = await add(1, 2);",
                    "2:9: error: 'await' in a static initialiser\n");
    expect_messages(ADD "int x[await add(1, 2)];",
                    "2:7: error: 'await' in an array size at file scope\n");
    expect_messages(ADD "async int f(int x) {\nstatic int y = await add(1, 2);\nswitch (x) {\n"
                        "case await add(1, 2): ;\n}\nenum { E = await add(1, 2) };\nreturn y; }",
                    "3:16: error: 'await' in a static initialiser\n"
                    "5:6: error: 'await' in a case label\n"
                    "7:12: error: 'await' in an enumerator's value\n");
    expect_messages(ADD "int f(int x) { return sizeof(await add(1, 2)) +\n"
                        "_Generic(await add(1, 2), int: x, default: await add(1, 2)); }",
                    "");
}

Test(check_rules, never_awaited)
{
    expect_messages(ADD "void f(void) { add(1, 2); }",
                    "2:16: error: coroutine 'add' is never awaited\n2:16: " NOTE_AWAIT);
    expect_messages(ADD "void f(void) { (void)add(1, 2); }",
                    "2:22: error: coroutine 'add' is never awaited\n2:22: " NOTE_AWAIT);
    expect_messages(ADD "int f(void) { return add(1, 2), 3; }",
                    "2:22: error: coroutine 'add' is never awaited\n2:22: " NOTE_AWAIT);
    expect_messages(ADD "void f(int x) { x ? (void)0 : (void)add(1, 2); ({ add(1, 2); }); }",
                    "2:37: error: coroutine 'add' is never awaited\n2:37: " NOTE_AWAIT
                    "2:51: error: coroutine 'add' is never awaited\n2:51: " NOTE_AWAIT);
    expect_messages("async int (*op[2])(void); void f(void) { op[1](); }",
                    "1:42: error: this coroutine is never awaited\n1:42: " NOTE_AWAIT);
    expect_messages(ADD "void f(void) { async_gather(add(1, 2)); }",
                    "2:16: error: coroutine 'async_gather' is never awaited\n2:16: " NOTE_AWAIT);
    expect_messages(ADD "async int f(void) { spawn add(1, 2); await add(1, 2);\n"
                        "future(int) x = ({ add(1, 2); }); x = add(1, 2); async_future(int);\n"
                        "return await x; }",
                    "");
}

Test(check_rules, arguments)
{
    expect_messages(ADD "async int f(void) { return await add(1) + await add(1, 2, 3); }",
                    "2:34: error: too few arguments to 'add': 2 wanted, 1 given\n" NOTE_ADD
                    "2:49: error: too many arguments to 'add': 2 wanted, 3 given\n" NOTE_ADD);
    expect_messages(ADD "struct s { int x; }; void f(struct s s) { (void)async_run(add(s, 1)); }",
                    "2:63: error: argument 1 of 'add' of type 'struct s' does not convert to "
                    "'int'\n");
    expect_messages("async void g(future(int)); void f(future(long) l) { async_run(g(l)); }",
                    "1:65: error: argument 1 of 'g' of type 'future(long)' does not convert to "
                    "'future(int)'\n");
    expect_messages("void f(void) { async_run(1);\nasync_run();\nspawn async_gather(1, 2); }",
                    "1:26: error: 'async_run' takes a future, not a value of type 'int'\n"
                    "2:1: error: too few arguments to 'async_run': 1 wanted, 0 given\n"
                    "3:20: error: 'async_gather' takes futures, not a value of type 'int'\n"
                    "3:23: error: 'async_gather' takes futures, not a value of type 'int'\n");
    /* What the program declares wins. */
    expect_messages("int async_run(int); int f(void) { return async_run(1); }", "");
}

Test(check_rules, conversions)
{
    expect_messages(ADD "void f(void) {\nfuture(long) x = add(1, 2);\nint y = add(1, 2);\n"
                        "long *z = add(1, 2);\nx = 0; x = (void *)0;\nvoid *w = x; x = w; }",
                    "3:18: error: initialiser of type 'future(int)' does not convert to "
                    "'future(long)'\n"
                    "4:9: error: initialiser of type 'future(int)' does not convert to 'int'\n"
                    "4:9: note: 'async_run' gives its value\n"
                    "5:11: error: initialiser of type 'future(int)' does not convert to 'long "
                    "*'\n");
    expect_messages(ADD "int (*p)(int, int) = add;\nasync int (*q)(int, int) = add;\n"
                        "struct async_future *(*r)(int, int) = add;",
                    "2:22: error: initialiser of type 'async int (*)(int, int)' does not convert "
                    "to 'int (*)(int, int)'\n");
    expect_messages("struct async_future; void g(struct async_future *, struct async_future **);\n"
                    "void f(future(int) x) { g(x, &x); future(int) y = (struct async_future *)0; }",
                    "");
    /* In plain functions, C's own mistakes are the C compiler's. */
    expect_messages("struct s { int x; } s; void f(void) { int x = s; x = s; }", "");
    expect_messages("struct s { int x; } s; async int f(void) { int x = s;\nx = s; return s; }",
                    "1:52: error: initialiser of type 'struct s' does not convert to 'int'\n"
                    "2:5: error: assigned value of type 'struct s' does not convert to 'int'\n"
                    "2:15: error: returned value of type 'struct s' does not convert to 'int'\n");
    expect_messages("async void g(void); async int f(void) { return await g() + 1; }",
                    "1:48: error: '+' between values of types 'void' and 'int'\n");
}

Test(check_rules, return_values)
{
    expect_messages("async void f(void) { return 1; }",
                    "1:29: error: a value is returned from an async function of type 'void'\n");
    expect_messages("async int f(void) { return; }", "1:21: error: 'return' without a value in an "
                                                     "async function of type 'int'\n");
    expect_messages("async void g(void); async void f(void) { return await g(); }", "");
}

Test(check_rules, jumps)
{
    expect_messages("void f(void) { goto a;\nb: ; b: ; void *p = &&c; }",
                    "1:16: error: there is no label 'a' in this function\n"
                    "2:6: error: duplicate label 'b'\n2:1: note: 'b' is here before\n"
                    "2:21: error: there is no label 'c' in this function\n");
    expect_messages("void f(void) { break;\ncontinue;\ncase 1: ;\nswitch (1) { default: break; }\n"
                    "for (;;) { switch (1) { case 1: continue; } break; } }",
                    "1:16: error: 'break' outside a loop or 'switch'\n"
                    "2:1: error: 'continue' outside a loop\n"
                    "3:1: error: 'case' outside a 'switch'\n");
    expect_messages("void f(void) { switch (1) { case 1: continue; } }",
                    "1:37: error: 'continue' outside a loop\n");
    expect_messages("void f(void) { __label__ a; { __label__ a; goto a; a: ; } goto a; a: ; }\n"
                    "void g(void) { goto a; a: ; void *p = &&a; goto *p; }",
                    "");
}

Test(check_rules, frames_that_do_not_last)
{
    expect_messages("int setjmp(int *); async int f(int *x) { return setjmp(x); }",
                    "1:49: error: 'setjmp' in an async function: its stack frame does not last\n");
    expect_messages("async int f(void) { struct s x; return 0; }",
                    "1:30: error: 'x' has the incomplete type 'struct s'\n");
}

/* A construct that cannot be lowered yet gives one message, and nothing inside it gives another. */
Test(check_rules, language_in_system_headers)
{
    expect_messages("# 1 \"lib.h\" 1 3\nasync generator(int) f(void); void g(list(int) *);\n"
                    "# 2 \"test.ac\" 2\nint x;",
                    "");
}

Test(check_rules, headers)
{
    /* Nothing is ever said about a system header, and its inline functions are passed over. */
    expect_messages(
        "# 1 \"lib.h\" 1 3\nstatic inline int f(void) { return unknown; } unknown_t x;\n"
        "# 2 \"test.ac\" 2\nint y;",
        "");
    struct checked checked =
        check_text("# 1 \"lib.h\" 1 3\nstatic inline int f(void) { return 1; }\n"
                   "# 2 \"test.ac\" 2\nint g(void) { return f(); }\n");
    cr_expect_eq(checked.check->function_count, 1);
    checked_free(&checked);
}
