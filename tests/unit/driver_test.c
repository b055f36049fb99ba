/* The whole way, as far as the driver itself decides: what is written, and when nothing is. */
#include "driver.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "diagnostic.h"
#include "fixture.h"
#include "options.h"
#include "support/arena.h"

TestSuite(driver, .timeout = 60);

static bool run(struct fixture *f, const char *option, const char *output)
{
    char *arguments[] = {"-I" RUNTIME_INCLUDE, (char *)option, "a.ac", "-o", (char *)output};
    struct options options;
    cr_assert(options_parse(&options, f->arena, f->diagnostics, 5, arguments), "%s",
              fixture_messages(f));
    return compile(&options, f->arena, f->diagnostics);
}

Test(driver, writes_output_and_dependencies)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.h", "int from_header;\n");
    fixture_write("a.ac", "#include \"a.h\"\nint plain(void) { return from_header; }\n");
    cr_expect(run(&f, "-MMD", "out.c"), "%s", fixture_messages(&f));
    const char *output = fixture_read(&f, "out.c");
    cr_assert_not_null(output);
    cr_expect(strstr(output, "int plain(void) { return from_header; }"));
    const char *rule = fixture_read(&f, "out.d");
    cr_assert_not_null(rule);
    cr_expect(strncmp(rule, "out.c: a.ac", 11) == 0 && strstr(rule, "a.h"), "%s", rule);
    fixture_free(&f);
}

Test(driver, writes_nothing_after_an_error)
{
    struct fixture f = fixture_in_directory();
    fixture_write("out.c", "old");
    fixture_write("a.ac", "int plain(void) { return ) 1; }\n");
    cr_expect_not(run(&f, "-MD", "out.c"));
    cr_expect_str_eq(fixture_read(&f, "out.c"), "old");
    cr_expect_null(fixture_read(&f, "out.d"));
    const char *messages = fixture_messages(&f);
    cr_expect_eq(strncmp(messages, "a.ac:1:26: error: ", 18), 0, "%s", messages);
    fixture_free(&f);
}

Test(driver, an_output_that_cannot_be_written_leaves_no_dependencies)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "int x;\n");
    cr_expect_not(run(&f, "-MD", "no/out.c"));
    cr_expect_str_eq(fixture_messages(&f),
                     "asyncc: error: cannot write 'no/out.c': No such file or directory\n");
    fixture_free(&f);
}

Test(driver, only_checks_if_that_is_asked)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "int x;\n");
    cr_expect(run(&f, "-fsyntax-only", "out.c"));
    cr_expect_eq(access("out.c", F_OK), -1);
    fixture_free(&f);
}

Test(driver, warns_of_large_frames)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "#include <async/async.h>\nvoid use(char *);\n"
                          "async void small(int n) { await async_yield(); use(0); }\n"
                          "async void large(void) { char buffer[5000]; use(buffer);\n"
                          "    await async_yield(); use(buffer); }\n");
    cr_expect(run(&f, "-Wframe-size=5000", "out.c"));
    const char *messages = fixture_messages(&f);
    cr_expect(strstr(messages, "a.ac:4:12: warning: the frame of 'large' takes 5024 bytes"), "%s",
              messages);
    cr_expect(strstr(messages, "a.ac:4:31: note: 'buffer' takes 5000 of them"), "%s", messages);
    cr_expect_not(strstr(messages, "small"), "%s", messages);
    cr_expect(run(&f, "-Wframe-size=6000", "out.c"));
    cr_expect_str_eq(fixture_messages(&f), "");
    fixture_free(&f);
}

static void warn_frame(const char *code, const char *expected)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", arena_format(f.arena,
                                       "#include <async/async.h>\n"
                                       "struct big { char c[5000]; };\n"
                                       "struct __attribute__((packed)) odd { char c[100]; };\n"
                                       "struct big make(void);\n"
                                       "%s\n",
                                       code));
    cr_expect(run(&f, "-Wframe-size=4000", "out.c"));
    const char *messages = fixture_messages(&f);
    cr_expect(strstr(messages, expected), "%s\n%s", code, messages);
    fixture_free(&f);
}

#define BIG "async struct big f(void) { await async_yield(); return make(); }\n"
#define BIGS "async generator(struct big) g(void) { await async_yield(); yield make(); }\n"

Test(driver, counts_what_frames_hand_out)
{
    warn_frame(BIG, "a.ac:5:18: warning: the frame of 'f' takes 5024 bytes, more than 4000");
    warn_frame(BIG, "a.ac:5:1: note: its 'result' takes 5000 of them");
    warn_frame(BIGS, "a.ac:5:29: warning: the frame of 'g' takes 5032 bytes");
    warn_frame(BIGS, "a.ac:5:1: note: its 'value' takes 5000 of them");
    warn_frame(BIG "async int h(void) { return (await f()).c[0]; }",
               "a.ac:6:11: warning: the frame of 'h' takes 5056 bytes");
    warn_frame(BIG "async int h(void) { return (await f()).c[0]; }",
               "a.ac:5:18: note: the frame of 'f', which it awaits, takes 5024 of them");
}

Test(driver, says_how_large_frames_are_at_least)
{
    warn_frame("async struct big f(struct odd o) { await async_yield(); use(o); return make(); }",
               "a.ac:5:18: warning: the frame of 'f' takes at least 5024 bytes");
}

Test(driver, dumps_every_pass, .timeout = 300) /* one compilation for each, under valgrind too */
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "#include <async/async.h>\nasync int g(void) { return 1; }\n"
                          "async int f(int n) { int a = n; return await g() + a; }\n");
    for (int i = 0; i < PASS_COUNT; i++) {
        const char *option = arena_format(f.arena, "--dump=%s", pass_names[i]);
        cr_expect(run(&f, option, "dump"), "%s: %s", option, fixture_messages(&f));
        const char *dump = fixture_read(&f, "dump");
        cr_expect(dump && *dump, "%s", option);
    }
    fixture_free(&f);
}
