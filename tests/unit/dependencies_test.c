/* The dependency file. */
#include "dependencies.h"

#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

TestSuite(dependencies, .timeout = 60);

static void expect_quoted(const char *name, const char *expected)
{
    struct text text = {0};
    dependencies_quote(&text, name);
    cr_expect_str_eq(text.data, expected);
    text_free(&text);
}

Test(dependencies, names_are_quoted_for_make)
{
    expect_quoted("plain/name.h", "plain/name.h");
    expect_quoted("a b\tc", "a\\ b\\\tc");
    expect_quoted("#1$2", "\\#1$$2");
    expect_quoted("back\\slash", "back\\slash");
    expect_quoted("back\\ blank", "back\\\\\\ blank");
    expect_quoted("two\\\\ x", "two\\\\\\\\\\ x");
}

static const char text[] =
    "# 0 \"m.ac\"\n# 0 \"<built-in>\"\n# 1 \"./forced.h\" 1\n# 1 \"m.ac\" 2\n"
    "# 1 \"/usr/include/s.h\" 1 3 4\nint s;\n# 3 \"m.ac\" 2\n"
    "# 1 \"own $.h\" 1\n# 5 \"m.ac\" 2\n# 1 \"forced.h\" 1\n# 6 \"m.ac\" 2\n"
    "# 10 \"grammar.y\"\nint x;\n# 20 \"m.ac\"\nint y;\n";

static const char *written(struct arena *arena, bool system_headers, bool phony)
{
    struct source *source = source_new(arena, "m.ac", text, strlen(text));
    struct text out = {0};
    dependencies_write(&out, arena, source, "m.o", system_headers, phony);
    const char *copy = arena_copy(arena, out.data, out.length);
    text_free(&out);
    return copy;
}

Test(dependencies, every_file_that_is_entered_counts_once)
{
    struct arena *arena = arena_new();
    cr_expect_str_eq(written(arena, true, false),
                     "m.o: m.ac \\\n  forced.h \\\n  /usr/include/s.h \\\n  own\\ $$.h\n");
    arena_free(arena);
}

Test(dependencies, system_headers_can_be_left_out)
{
    struct arena *arena = arena_new();
    cr_expect_str_eq(written(arena, false, false), "m.o: m.ac \\\n  forced.h \\\n  own\\ $$.h\n");
    arena_free(arena);
}

Test(dependencies, headers_can_have_rules_of_their_own)
{
    struct arena *arena = arena_new();
    cr_expect_str_eq(written(arena, false, true), "m.o: m.ac \\\n  forced.h \\\n  own\\ $$.h\n"
                                                  "forced.h:\nown\\ $$.h:\n");
    arena_free(arena);
}
