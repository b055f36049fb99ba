/* The command line, response files included. */
#include "options.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostic.h"
#include "fixture.h"
#include "support/arena.h"

TestSuite(options, .timeout = 60);

/* Parses words that are separated by `|`. */
static bool parse(struct fixture *fixture, struct options *options, const char *words)
{
    char *copy = arena_copy(fixture->arena, words, strlen(words)), *rest = NULL;
    char *arguments[64];
    int count = 0;
    for (char *word = strtok_r(copy, "|", &rest); word; word = strtok_r(NULL, "|", &rest))
        arguments[count++] = word;
    return options_parse(options, fixture->arena, fixture->diagnostics, count, arguments);
}

static void accept(struct fixture *fixture, struct options *options, const char *words)
{
    bool ok = parse(fixture, options, words);
    cr_assert(ok, "%s: %s", words, fixture_messages(fixture));
}

static void refuse(const char *words, const char *message)
{
    struct fixture fixture = fixture_new();
    struct options options;
    cr_expect_not(parse(&fixture, &options, words), "%s", words);
    const char *messages = fixture_messages(&fixture);
    cr_expect(strstr(messages, message), "%s: %s", words, messages);
    cr_expect_eq(strncmp(messages, "asyncc: error: ", 15), 0);
    cr_expect_eq(strchr(messages, '\n') + 1, messages + strlen(messages), "one line: %s", messages);
    fixture_free(&fixture);
}

/* What is handed to the preprocessor, separated by `|`. */
static const char *passed(struct fixture *fixture, const struct options *options)
{
    const char *all = "";
    for (size_t i = 0; i < options->preprocessor_count; i++)
        all = arena_format(fixture->arena, "%s%s%s", all, i ? "|" : "", options->preprocessor[i]);
    return all;
}

Test(options, defaults)
{
    struct fixture f = fixture_new();
    struct options options;
    unsetenv("CC");
    accept(&f, &options, "dir.x/file.ac");
    cr_expect_str_eq(options.input, "dir.x/file.ac");
    cr_expect_str_eq(options.output, "file.c");
    cr_expect_null(options.output_given);
    cr_expect_str_eq(options.compiler, "cc");
    cr_expect_eq(options.dump, PASS_NONE);
    cr_expect_eq(options.preprocessor_count, 0);
    cr_expect_not(options.no_line || options.self_contained || options.verbose || options.json ||
                  options.dependencies.wanted || options.help || options.version);
    accept(&f, &options, "noext");
    cr_expect_str_eq(options.output, "noext.c");
    accept(&f, &options, ".ac");
    cr_expect_str_eq(options.output, ".ac.c");
    fixture_free(&f);
}

Test(options, the_compiler_is_named_by_cc)
{
    struct fixture f = fixture_new();
    struct options options;
    setenv("CC", "clang -m32", 1);
    accept(&f, &options, "a.ac");
    cr_expect_str_eq(options.compiler, "clang -m32");
    accept(&f, &options, "--cc=/my gcc|a.ac");
    cr_expect_str_eq(options.compiler, "/my gcc");
    setenv("CC", "", 1);
    accept(&f, &options, "a.ac");
    cr_expect_str_eq(options.compiler, "cc");
    fixture_free(&f);
}

Test(options, the_preprocessor_gets_its_options_in_their_order)
{
    static const char all[] =
        "-I|dir|-Idir|-D|A=1|-DB|-UC|-U|D|-isystem|s|-iquote|q|-idirafter|a|-include|i.h|-imacros|"
        "m.h|-nostdinc|-std=gnu17|-fsigned-char|-m32|-O2|-O|-g|-g3|-Wall|-Wno-shadow|"
        "-pthread|-pedantic|-ansi|--sysroot=/x|--sysroot|/y|--param|a=b|-target|t|-Xclang|-x|"
        "-Wp,-DX|-fPIC|-march=native|-B|d|-pg|--coverage";
    struct fixture f = fixture_new();
    struct options options;
    accept(&f, &options, arena_format(f.arena, "%s|a.ac", all));
    cr_expect_str_eq(passed(&f, &options), all);
    cr_expect_str_eq(options.input, "a.ac");
    fixture_free(&f);
}

Test(options, what_is_for_linking_is_left_out)
{
    struct fixture f = fixture_new();
    struct options options;
    accept(&f, &options, "-lm|-L|/x|-L/y|-l|z|-pipe|-s|-shared|-static|-Wl,-rpath,x|-x|c|a.ac");
    cr_expect_str_eq(passed(&f, &options), "");
    fixture_free(&f);
}

Test(options, own_warnings_are_not_for_the_preprocessor)
{
    struct fixture f = fixture_new();
    struct options options;
    accept(&f, &options,
           "-Wno-blocking-call|-Werror=dangling-spawn|-Wframe-size=4096|-Werror|-w|a.ac");
    cr_expect_str_eq(passed(&f, &options), "-Werror|-w");
    cr_expect_eq(options.frame_size, 4096);
    fixture_free(&f);
}

Test(options, own_options)
{
    struct fixture f = fixture_new();
    struct options options;
    accept(&f, &options, "--no-line|--self-contained|-v|-fsyntax-only|--dump=liveness|a.ac|-o|x.c");
    cr_expect(options.no_line && options.self_contained && options.verbose);
    cr_expect(options.syntax_only);
    cr_expect_eq(options.dump, PASS_LIVENESS);
    cr_expect_str_eq(options.output, "x.c");
    accept(&f, &options, "-ox.c|a.ac|-fdiagnostics-format=json");
    cr_expect_str_eq(options.output_given, "x.c");
    cr_expect(options.json);
    fixture_free(&f);
}

Test(options, colour_is_handed_on_too)
{
    struct fixture f = fixture_new();
    struct options options;
    accept(&f, &options,
           "-fdiagnostics-color=never|-fcolor-diagnostics|-fno-diagnostics-color|a.ac");
    cr_expect_str_eq(passed(&f, &options), "-fdiagnostics-color=never|-fdiagnostics-color=always|"
                                           "-fdiagnostics-color=never");
    fixture_free(&f);
}

Test(options, information_needs_no_input)
{
    struct fixture f = fixture_new();
    struct options options;
    accept(&f, &options, "--help");
    cr_expect(options.help);
    accept(&f, &options, "--version");
    cr_expect(options.version);
    accept(&f, &options, "--dump=help");
    cr_expect(options.dump_help);
    fixture_free(&f);
}

Test(options, dependency_files)
{
    struct fixture f = fixture_new();
    struct options options;
    accept(&f, &options, "-MD|a.ac|-o|out dir/a.c");
    cr_expect(options.dependencies.wanted && options.dependencies.system_headers);
    cr_expect_str_eq(options.dependencies.file, "out dir/a.d");
    cr_expect_str_eq(options.dependencies.targets, "out\\ dir/a.c");
    accept(&f, &options, "-MMD|-MP|-MF|x.d|-MT|t 1|-MQ|t $2|-MTt3|in/a.ac");
    cr_expect(options.dependencies.phony && !options.dependencies.system_headers);
    cr_expect_str_eq(options.dependencies.file, "x.d");
    cr_expect_str_eq(options.dependencies.targets, "t 1 t\\ $$2 t3");
    accept(&f, &options, "-MD|in/a.ac");
    cr_expect_str_eq(options.dependencies.file, "a.d");
    cr_expect_str_eq(options.dependencies.targets, "a.c");
    accept(&f, &options, "-MD|in/a.ac|-o|-");
    cr_expect_str_eq(options.dependencies.file, "a.d");
    fixture_free(&f);
}

Test(options, mistakes_give_one_clear_message)
{
    refuse("-v", "no input file");
    refuse("a.ac|b.ac|c.ac", "one input file at a time: 'a.ac' and 'b.ac'");
    refuse("-", "must be a file");
    refuse("a.ac|--frobnicate|-q", "unknown option '--frobnicate'");
    refuse("a.ac|-o", "'-o' wants an argument");
    refuse("a.ac|-I", "'-I' wants an argument");
    refuse("a.ac|-include", "'-include' wants an argument");
    refuse("a.ac|--dump=nothing", "no pass 'nothing'");
    refuse("a.ac|-c", "there is no option '-c'");
    refuse("a.ac|-E", "--dump=preprocess");
    refuse("a.ac|-M", "use -MD");
    refuse("a.ac|-x|c++", "'c++' is no value for -x");
    refuse("a.ac|-Wframe-size=many", "'many' is no value");
    refuse("a.ac|-Wframe-size", "use -Wframe-size=N");
    refuse("a.ac|-fdiagnostics-color=red", "auto, always or never");
    refuse("a.ac|-fdiagnostics-format=sarif", "text or json");
    refuse("@/no/such/file", "cannot read response file '/no/such/file'");
}

Test(options, the_output_must_not_be_the_input)
{
    struct fixture f = fixture_in_directory();
    struct options options;
    fixture_write("a.c", "int x;\n");
    cr_expect_not(parse(&f, &options, "a.c"));
    cr_expect_str_eq(fixture_messages(&f),
                     "asyncc: error: the output 'a.c' would replace the input\n");
    cr_expect_not(parse(&f, &options, "a.c|-o|./a.c"));
    cr_expect_str_neq(fixture_messages(&f), "");
    accept(&f, &options, "a.c|-o|b.c");
    accept(&f, &options, "a.c|-fsyntax-only");
    accept(&f, &options, "a.c|--dump=parse");
    fixture_free(&f);
}

/* --- response files */

Test(options, response_files_are_split_as_compilers_do)
{
    struct fixture f = fixture_in_directory();
    struct options options;
    fixture_write("more", "-DLAST");
    fixture_write("flags",
                  "-DA=1 \"-DB=two words\"\n\t'-DC=\"q\"' -DD=\\\"x\\ y\\\" -DE\"\" ''-DF\r\n"
                  "-DG=\"a\\\\b\\\"c\" @more");
    accept(&f, &options, "-DFIRST|@flags|a.ac");
    cr_expect_str_eq(passed(&f, &options), "-DFIRST|-DA=1|-DB=two words|-DC=\"q\"|-DD=\"x y\"|-DE|"
                                           "-DF|-DG=a\\b\"c|-DLAST");
    fixture_write("flags", "");
    accept(&f, &options, "@flags|a.ac");
    fixture_free(&f);
}

Test(options, a_response_file_that_names_itself_is_refused)
{
    struct fixture f = fixture_in_directory();
    struct options options;
    fixture_write("flags", "-v @flags");
    cr_expect_not(parse(&f, &options, "@flags|a.ac"));
    cr_expect_str_eq(fixture_messages(&f), "asyncc: error: response file 'flags' names itself\n");
    fixture_free(&f);
}

/* --- help */

static const char *printed(struct fixture *fixture, void (*print)(FILE *))
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    print(out);
    fclose(out);
    const char *copy = arena_copy(fixture->arena, text, length);
    free(text);
    return copy;
}

Test(options, help_lists_options_and_passes_in_short_lines)
{
    struct fixture f = fixture_new();
    const char *help = printed(&f, options_print_help), *passes = printed(&f, options_print_passes);
    static const char *const wanted[] = {"-o FILE",
                                         "-I DIR",
                                         "--cc=CC",
                                         "--no-line",
                                         "-MD",
                                         "--dump=PASS",
                                         "-fdiagnostics-format=text|json"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(strstr(help, wanted[i]), "%s", wanted[i]);
    cr_expect(strstr(help, passes));
    for (int i = 0; i < PASS_COUNT; i++)
        cr_expect(strstr(passes, pass_names[i]), "%s", pass_names[i]);
    for (const char *line = help; *line; line = strchr(line, '\n') + 1)
        cr_expect_leq(strcspn(line, "\n"), 100);
    fixture_free(&f);
}
