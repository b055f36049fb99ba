/* Running the C compiler. */
#include "preprocess.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "diagnostic.h"
#include "fixture.h"
#include "options.h"
#include "support/text.h"

TestSuite(preprocess, .timeout = 60);

static bool run(struct fixture *f, const struct options *options, struct text *out)
{
    return preprocess(options, f->arena, f->diagnostics, out);
}

static void fail(struct fixture *f, const char *compiler, const char *message)
{
    struct text out = {0};
    struct options options = {.input = "a.ac", .compiler = compiler};
    cr_expect_not(run(f, &options, &out));
    cr_expect_str_eq(fixture_messages(f), message);
    text_free(&out);
}

Test(preprocess, gives_the_text_with_macros_and_markers)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a b.ac", "#define TWO 2\nint x = TWO + __ASYNCC__ + FROM;\n");
    const char *arguments[] = {"-DFROM=4 + 4", "-UNOTHING"};
    struct options options = {
        .input = "a b.ac", .compiler = "cc", .preprocessor = arguments, .preprocessor_count = 2};
    struct text out = {0};
    cr_assert(run(&f, &options, &out), "%s", fixture_messages(&f));
    cr_expect(strstr(out.data, "int x = 2 + 1 + 4 + 4;"));
    cr_expect(strstr(out.data, "#define TWO 2\n"));
    cr_expect(strstr(out.data, "# 1 \"a b.ac\""));
    text_free(&out);
    fixture_free(&f);
}

Test(preprocess, the_compiler_may_have_arguments_or_a_blank_in_its_path)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "int x = V;\n");
    fixture_write("my cc", "#!/bin/sh\nexec cc -DV=77 \"$@\"\n");
    cr_assert_eq(chmod("my cc", 0755), 0);
    struct text out = {0};
    struct options options = {.input = "a.ac", .compiler = "./my cc"};
    cr_expect(run(&f, &options, &out));
    cr_expect(strstr(out.data, "int x = 77;"));
    text_clear(&out);
    options.compiler = " cc  -DV=78 ";
    cr_expect(run(&f, &options, &out));
    cr_expect(strstr(out.data, "int x = 78;"));
    text_free(&out);
    cr_expect_str_eq(fixture_messages(&f), "");
    fixture_free(&f);
}

Test(preprocess, an_empty_file_is_odd_but_no_error)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "");
    struct text out = {0};
    struct options options = {.input = "a.ac", .compiler = "cc"};
    cr_expect(run(&f, &options, &out));
    cr_expect_str_eq(fixture_messages(&f), "asyncc: warning: 'a.ac' is empty\n");
    text_free(&out);
    fixture_free(&f);
}

Test(preprocess, a_compiler_that_does_not_run_is_told)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "int x;\n");
    fixture_write("killed", "#!/bin/sh\nkill -9 $$\n");
    cr_assert_eq(chmod("killed", 0755), 0);
    fail(&f, "/no/such/cc",
         "asyncc: error: cannot run the C compiler '/no/such/cc': No such file or directory\n");
    fail(&f, "./killed", "asyncc: error: the C compiler './killed' was killed: Killed\n");
    fixture_free(&f);
}

Test(preprocess, the_text_must_be_text)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "int x;\n");
    fixture_write("nul", "#!/bin/sh\nprintf 'int \\000x;'\n");
    cr_assert_eq(chmod("nul", 0755), 0);
    fail(&f, "./nul", "asyncc: error: 'a.ac' or what it includes is not a text file\n");
    fixture_free(&f);
}

Test(preprocess, the_compiler_tells_its_errors_itself, .init = cr_redirect_stderr)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "int x;\n#error no way\n");
    fail(&f, "cc", "");
    fflush(stderr);
    FILE *messages = cr_get_redirected_stderr();
    char line[200] = "";
    cr_expect_not_null(fgets(line, sizeof line, messages));
    cr_expect(strstr(line, "a.ac:2:2: error: #error no way"), "%s", line);
    fixture_free(&f);
}

Test(preprocess, in_json_they_are_diagnostics)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a.ac", "#warning \"careful: x\"\n#include \"no:such.h\"\n");
    diagnostics_set_format(f.diagnostics, DIAGNOSTIC_JSON, COLOR_NEVER);
    struct text out = {0};
    struct options options = {.input = "a.ac", .compiler = "gcc", .json = true};
    cr_expect_not(run(&f, &options, &out));
    cr_expect_str_eq(
        fixture_messages(&f),
        "[{\"kind\": \"warning\", \"message\": \"#warning \\\"careful: x\\\" [-Wcpp]\", "
        "\"locations\": [{\"caret\": {\"file\": \"a.ac\", \"line\": 1, \"column\": 2}}], "
        "\"children\": []}, {\"kind\": \"error\", \"message\": \"no:such.h: No such file or "
        "directory\", \"locations\": [{\"caret\": {\"file\": \"a.ac\", \"line\": 2, \"column\": "
        "10}}], \"children\": []}]\n");
    options.compiler = "false";
    cr_expect_not(run(&f, &options, &out));
    cr_expect(strstr(fixture_messages(&f), "the C compiler 'false' failed with exit status 1"));
    text_free(&out);
    fixture_free(&f);
}
