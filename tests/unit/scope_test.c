/* Scopes: names found, hidden and found again, in whatever number. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "check_fixture.h"
#include "semantic/scope.h"
#include "semantic/type.h"
#include "support/arena.h"
#include "support/names.h"

static struct arena *arena;
static struct names *names;
static struct scopes *scopes;

static void set_up(void)
{
    arena = arena_new();
    names = names_new(arena);
    scopes = scopes_new(arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

TestSuite(scope, .init = set_up, .fini = tear_down);

static struct symbol *bind(const char *name)
{
    struct symbol *symbol = arena_alloc(arena, sizeof *symbol);
    symbol->name = name_of(names, name);
    scope_bind(scopes, SPACE_ORDINARY, symbol->name, symbol);
    return symbol;
}

static struct symbol *find(const char *name)
{
    return scope_find(scopes, SPACE_ORDINARY, name_of(names, name));
}

Test(scope, inner_names_hide_outer_ones)
{
    struct symbol *outer = bind("x");
    scope_open(scopes, NULL);
    cr_expect_eq(find("x"), outer);
    cr_expect_null(scope_find_here(scopes, SPACE_ORDINARY, name_of(names, "x")));
    struct symbol *inner = bind("x");
    cr_expect_eq(find("x"), inner);
    scope_close(scopes);
    cr_expect_eq(find("x"), outer);
    cr_expect_null(find("y"));
}

Test(scope, name_spaces_are_apart)
{
    struct symbol *variable = bind("x");
    cr_expect_null(scope_find(scopes, SPACE_TAG, name_of(names, "x")));
    cr_expect_eq(find("x"), variable);
}

Test(scope, a_closed_scope_opens_again)
{
    struct symbol *outer = bind("a");
    scope_open(scopes, NULL);
    struct symbol *a = bind("a"), *b = bind("b");
    struct scope *scope = scope_close(scopes);
    cr_expect_eq(find("a"), outer);
    cr_expect_null(find("b"));
    scope_reopen(scopes, scope, NULL);
    cr_expect_eq(find("a"), a);
    cr_expect_eq(find("b"), b);
    scope_close(scopes);
    cr_expect_eq(find("a"), outer);
}

/* Far more names than the table begins with, declared in scopes within scopes. */
Test(scope, many)
{
    enum { DEPTH = 50, WIDTH = 200 };
    struct symbol *symbols[DEPTH][WIDTH];
    char name[32];
    for (int depth = 0; depth < DEPTH; depth++) {
        scope_open(scopes, NULL);
        for (int i = 0; i < WIDTH; i++) {
            snprintf(name, sizeof name, "v%d", i * (depth + 1));
            symbols[depth][i] = bind(name);
        }
    }
    for (int depth = DEPTH; depth-- > 0;) {
        for (int i = 0; i < WIDTH; i++) {
            snprintf(name, sizeof name, "v%d", i * (depth + 1));
            cr_assert_eq(find(name), symbols[depth][i], "%s at depth %d", name, depth);
        }
        scope_close(scopes);
    }
    cr_expect_null(find("v0"));
}

/* --- as the checker uses them */

static void expect_symbol_block(const char *text, const char *name, enum node_kind block)
{
    struct checked checked = check_text(text);
    const struct symbol *symbol = find_symbol(&checked, name);
    cr_assert_not_null(symbol->block, "%s", text);
    cr_expect_eq(symbol->block->kind, block, "%s: %s", text, node_kind_names[symbol->block->kind]);
    cr_expect_not_null(symbol->function);
    checked_free(&checked);
}

Test(scope, blocks_of_locals)
{
    expect_symbol_block("void f(int x) { }", "x", NODE_COMPOUND);
    expect_symbol_block("void f(void) { int x; }", "x", NODE_COMPOUND);
    expect_symbol_block("void f(void) { for (int x = 0; x < 3; x++) ; }", "x", NODE_FOR);
    expect_symbol_block("void f(void) { int y = ({ int x = 1; x; }); }", "x", NODE_COMPOUND);
    expect_symbol_block("void f(void) { for (int i = 0;;) { struct x { int m; } s; } }", "x",
                        NODE_COMPOUND);
}

Test(scope, file_scope_is_asked_by_name)
{
    struct checked checked = check_text("struct s { int m; }; int s(void); int f(int x) { "
                                        "struct t { int m; }; int y = x; return y; }");
    cr_expect_eq(check_file_symbol(checked.check, name_of(checked.names, "s"))->kind,
                 SYMBOL_FUNCTION);
    cr_expect_eq(check_file_tag(checked.check, name_of(checked.names, "s"))->type->kind,
                 TYPE_STRUCT);
    cr_expect_null(check_file_tag(checked.check, name_of(checked.names, "t")));
    cr_expect_null(check_file_symbol(checked.check, name_of(checked.names, "x")));
    cr_expect_null(find_symbol(&checked, "s")->function);
    cr_expect_eq(checked.check->function_count, 1);
    checked_free(&checked);
}
