/* Diagnostics: what is collected, in which order, and how it is printed. */
#include "diagnostic.h"

#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"
#include "source.h"
#include "support/arena.h"

TestSuite(diagnostic, .timeout = 60);

static struct fixture with_text(const char *text)
{
    struct fixture fixture = fixture_new();
    diagnostics_set_source(fixture.diagnostics,
                           source_new(fixture.arena, "a.ac", text, strlen(text)));
    return fixture;
}

static void expect_messages(struct fixture *fixture, const char *expected)
{
    cr_expect_str_eq(fixture_messages(fixture), expected);
}

static struct range range(uint32_t start, uint32_t end)
{
    return (struct range){start, end};
}

/* --- text */

Test(diagnostic, shows_the_line_with_a_caret_range)
{
    struct fixture f = with_text("int a;\n\tx = await  b;\n");
    report_error(f.diagnostics, range(12, 20), "cannot await a value of type '%s'", "int");
    expect_messages(&f, "a.ac:2:6: error: cannot await a value of type 'int'\n"
                        "\tx = await  b;\n"
                        "\t    ^~~~~~~~\n");
    expect_messages(&f, "");
    fixture_free(&f);
}

Test(diagnostic, a_caret_counts_characters_and_wide_ones_twice)
{
    struct fixture f = with_text("\"\xc3\xa9\" \"\xe4\xb8\xad\" x \xe4\xb8\xad;\n");
    report_error(f.diagnostics, range(11, 16), "here");
    expect_messages(&f, "a.ac:1:12: error: here\n"
                        "\"\xc3\xa9\" \"\xe4\xb8\xad\" x \xe4\xb8\xad;\n"
                        "         ^~~~\n");
    fixture_free(&f);
}

Test(diagnostic, a_range_ends_with_its_first_line)
{
    struct fixture f = with_text("f(a,\n  b);\n");
    report_error(f.diagnostics, range(0, 9), "here");
    expect_messages(&f, "a.ac:1:1: error: here\nf(a,\n^~~~\n");
    fixture_free(&f);
}

Test(diagnostic, the_end_of_the_file_has_a_place)
{
    struct fixture f = with_text("int a");
    report_error(f.diagnostics, range(5, 5), "expected ';'");
    expect_messages(&f, "a.ac:1:6: error: expected ';'\nint a\n     ^\n");
    fixture_free(&f);
}

Test(diagnostic, control_characters_do_not_reach_the_terminal)
{
    struct fixture f = with_text("a \33[31m b;\n");
    report_error(f.diagnostics, range(0, 1), "here");
    expect_messages(&f, "a.ac:1:1: error: here\na  [31m b;\n^\n");
    fixture_free(&f);
}

Test(diagnostic, of_a_long_line_a_part_is_shown)
{
    struct fixture f = fixture_new();
    char *text = arena_alloc(f.arena, 100001);
    for (size_t i = 0; i < 100000; i++)
        text[i] = "xy +"[i % 4];
    struct source *source = source_new(f.arena, "a.ac", text, 100000);
    diagnostics_set_source(f.diagnostics, source);
    report_error(f.diagnostics, range(50000, 50002), "here");
    const char *messages = fixture_messages(&f);
    cr_expect_lt(strlen(messages), 1000);
    const char *line = strchr(messages, '\n') + 1, *carets = strchr(line, '\n') + 1;
    size_t column = strspn(carets, " ");
    cr_expect_eq(strncmp(carets + column, "^~\n", 3), 0);
    cr_expect_eq(strncmp(line + column, "xy ", 3), 0);
    fixture_free(&f);
}

Test(diagnostic, colours_on_request)
{
    struct fixture f = with_text("x;\n");
    diagnostics_set_format(f.diagnostics, DIAGNOSTIC_TEXT, COLOR_ALWAYS);
    report_error(f.diagnostics, range(0, 1), "here");
    expect_messages(&f, "\33[1ma.ac:1:1:\33[0m \33[1;31merror:\33[0m \33[1mhere\33[0m\n"
                        "x;\n\33[1;32m^\33[0m\n");
    fixture_free(&f);
}

Test(diagnostic, names_are_shown_as_written)
{
    struct fixture f = with_text("x;\n");
    report_error(f.diagnostics, range(0, 1), "undeclared 'h\\U000000e9'");
    expect_messages(&f, "a.ac:1:1: error: undeclared 'h\xc3\xa9'\nx;\n^\n");
    fixture_free(&f);
}

/* --- order */

Test(diagnostic, sorts_by_place_and_keeps_notes_with_their_error)
{
    struct fixture f = with_text("a b c d\n");
    report_error(f.diagnostics, range(4, 5), "third");
    report_note(f.diagnostics, range(0, 1), "note of third");
    report_error(f.diagnostics, range(2, 3), "first there");
    report_error(f.diagnostics, range(2, 3), "second there");
    report_failure(f.diagnostics, "no place");
    expect_messages(&f, "asyncc: error: no place\n"
                        "a.ac:1:3: error: first there\na b c d\n  ^\n"
                        "a.ac:1:3: error: second there\na b c d\n  ^\n"
                        "a.ac:1:5: error: third\na b c d\n    ^\n"
                        "a.ac:1:1: note: note of third\na b c d\n^\n"
                        "4 errors\n");
    fixture_free(&f);
}

Test(diagnostic, says_the_same_at_one_place_once)
{
    struct fixture f = with_text("a b\n");
    for (int i = 0; i < 3; i++) {
        report_error(f.diagnostics, range(0, 1), "one");
        report_note(f.diagnostics, range(2, 3), "its note");
        report_error(f.diagnostics, range(0, 1), "other");
    }
    expect_messages(&f, "a.ac:1:1: error: one\na b\n^\na.ac:1:3: note: its note\na b\n  ^\n"
                        "a.ac:1:1: error: other\na b\n^\n2 errors\n");
    fixture_free(&f);
}

Test(diagnostic, rewind_forgets_what_came_later)
{
    struct fixture f = with_text("a b\n");
    report_error(f.diagnostics, range(0, 1), "kept");
    unsigned mark = diagnostics_mark(f.diagnostics);
    report_error(f.diagnostics, range(2, 3), "forgotten");
    cr_expect_eq(diagnostics_errors(f.diagnostics), 2);
    diagnostics_rewind(f.diagnostics, mark);
    cr_expect_eq(diagnostics_errors(f.diagnostics), 1);
    expect_messages(&f, "a.ac:1:1: error: kept\na b\n^\n");
    cr_expect_eq(diagnostics_errors(f.diagnostics), 0);
    fixture_free(&f);
}

Test(diagnostic, many_errors_take_no_long_time)
{
    struct fixture f = fixture_new();
    char *text = arena_alloc(f.arena, 100001);
    for (size_t i = 0; i < 100000; i++)
        text[i] = "x\n"[i % 2];
    diagnostics_set_source(f.diagnostics, source_new(f.arena, "a.ac", text, 100000));
    for (uint32_t i = 100000; i > 0; i -= 2)
        report_error(f.diagnostics, range(i - 2, i - 1), "here");
    cr_expect_str_eq(strrchr(fixture_messages(&f), '^'), "^\n50000 errors\n");
    fixture_free(&f);
}

/* --- warnings */

static void warn(struct fixture *f, enum warning warning)
{
    report_warning(f->diagnostics, warning, range(0, 1), "odd");
    report_note(f->diagnostics, range(0, 1), "its note");
}

Test(diagnostic, a_warning_says_how_to_switch_it_off)
{
    struct fixture f = with_text("x\n");
    warn(&f, WARNING_DANGLING_SPAWN);
    cr_expect_eq(diagnostics_errors(f.diagnostics), 0);
    expect_messages(&f, "a.ac:1:1: warning: odd [-Wdangling-spawn]\nx\n^\n"
                        "a.ac:1:1: note: its note\nx\n^\n");
    cr_expect(diagnostics_set_warning(f.diagnostics, "-Wno-dangling-spawn"));
    warn(&f, WARNING_DANGLING_SPAWN);
    expect_messages(&f, "");
    fixture_free(&f);
}

Test(diagnostic, a_warning_that_is_off_can_be_switched_on)
{
    struct fixture f = with_text("x\n");
    warn(&f, WARNING_FRAME_SIZE);
    expect_messages(&f, "");
    cr_expect(diagnostics_set_warning(f.diagnostics, "-Wframe-size"));
    warn(&f, WARNING_FRAME_SIZE);
    cr_expect_str_neq(fixture_messages(&f), "");
    fixture_free(&f);
}

Test(diagnostic, wall_is_for_both_and_leaves_what_was_named)
{
    struct fixture f = with_text("x\n");
    warn(&f, WARNING_RETURN_TYPE);
    expect_messages(&f, "");
    cr_expect(diagnostics_set_warning(f.diagnostics, "-Wno-uninitialized"));
    cr_expect_not(diagnostics_set_warning(f.diagnostics, "-Wall"));
    warn(&f, WARNING_UNINITIALIZED);
    expect_messages(&f, "");
    warn(&f, WARNING_RETURN_TYPE);
    cr_expect_str_neq(fixture_messages(&f), "");
    cr_expect_not(diagnostics_set_warning(f.diagnostics, "-Wno-all"));
    warn(&f, WARNING_RETURN_TYPE);
    expect_messages(&f, "");
    fixture_free(&f);
}

Test(diagnostic, werror_makes_errors)
{
    struct fixture f = with_text("x\n");
    cr_expect(diagnostics_set_warning(f.diagnostics, "-Werror"));
    cr_expect(diagnostics_set_warning(f.diagnostics, "-Wno-error=blocking-call"));
    report_warning(f.diagnostics, WARNING_DANGLING_SPAWN, range(0, 1), "odd");
    report_warning(f.diagnostics, WARNING_BLOCKING_CALL, range(0, 1), "slow");
    cr_expect_eq(diagnostics_errors(f.diagnostics), 1);
    expect_messages(&f, "a.ac:1:1: error: odd [-Werror=dangling-spawn]\nx\n^\n"
                        "a.ac:1:1: warning: slow [-Wblocking-call]\nx\n^\n"
                        "1 error, 1 warning\n");
    fixture_free(&f);
}

Test(diagnostic, werror_of_one_switches_it_on)
{
    struct fixture f = with_text("x\n");
    cr_expect(diagnostics_set_warning(f.diagnostics, "-Werror=frame-size"));
    warn(&f, WARNING_FRAME_SIZE);
    warn(&f, WARNING_DANGLING_SPAWN);
    cr_expect_eq(diagnostics_errors(f.diagnostics), 1);
    fixture_free(&f);
}

Test(diagnostic, w_switches_all_off)
{
    struct fixture f = with_text("x\n");
    cr_expect(diagnostics_set_warning(f.diagnostics, "-w"));
    warn(&f, WARNING_DANGLING_SPAWN);
    report_oddity(f.diagnostics, "empty");
    expect_messages(&f, "");
    fixture_free(&f);
}

Test(diagnostic, options_of_the_c_compiler_are_none_of_ours)
{
    struct fixture f = fixture_new();
    cr_expect_not(diagnostics_set_warning(f.diagnostics, "-Wall"));
    cr_expect_not(diagnostics_set_warning(f.diagnostics, "-Wno-shadow"));
    cr_expect_not(diagnostics_set_warning(f.diagnostics, "-Werror=shadow"));
    cr_expect_not(diagnostics_set_warning(f.diagnostics, "-W"));
    fixture_free(&f);
}

Test(diagnostic, system_headers_have_no_warnings_but_errors)
{
    struct fixture f = with_text("# 1 \"/usr/include/no.h\" 1 3\nx\n# 1 \"no.ac\" 2\ny\n");
    report_warning(f.diagnostics, WARNING_BLOCKING_CALL, range(28, 29), "dropped");
    report_note(f.diagnostics, range(46, 47), "its note");
    report_error(f.diagnostics, range(28, 29), "kept");
    report_warning(f.diagnostics, WARNING_BLOCKING_CALL, range(46, 47), "kept");
    expect_messages(&f, "/usr/include/no.h:1: error: kept\n"
                        "no.ac:1: warning: kept [-Wblocking-call]\n1 error, 1 warning\n");
    fixture_free(&f);
}

/* --- JSON */

Test(diagnostic, json_nests_notes_and_escapes)
{
    struct fixture f = with_text("a bb\n");
    diagnostics_set_format(f.diagnostics, DIAGNOSTIC_JSON, COLOR_AUTO);
    report_error(f.diagnostics, range(2, 4), "say \"%s\\\t\x01\xff\xc3\xa9", "x");
    report_note(f.diagnostics, range(0, 1), "n1");
    report_note(f.diagnostics, range(0, 1), "n2");
    report_warning(f.diagnostics, WARNING_DANGLING_SPAWN, range(4, 4), "w");
    report_failure(f.diagnostics, "none");
    expect_messages(
        &f, "[{\"kind\": \"error\", \"message\": \"none\", \"locations\": [], \"children\": []}, "
            "{\"kind\": \"error\", \"message\": \"say \\\"x\\\\\\t\\u0001\\ufffd\xc3\xa9\", "
            "\"locations\": [{\"caret\": {\"file\": \"a.ac\", \"line\": 1, \"column\": 3}, "
            "\"finish\": {\"file\": \"a.ac\", \"line\": 1, \"column\": 4}}], \"children\": ["
            "{\"kind\": \"note\", \"message\": \"n1\", \"locations\": [{\"caret\": {\"file\": "
            "\"a.ac\", \"line\": 1, \"column\": 1}}], \"children\": []}, "
            "{\"kind\": \"note\", \"message\": \"n2\", \"locations\": [{\"caret\": {\"file\": "
            "\"a.ac\", \"line\": 1, \"column\": 1}}], \"children\": []}]}, "
            "{\"kind\": \"warning\", \"message\": \"w\", \"option\": \"-Wdangling-spawn\", "
            "\"locations\": [{\"caret\": {\"file\": \"a.ac\", \"line\": 1, \"column\": 5}}], "
            "\"children\": []}]\n");
    expect_messages(&f, "[]\n");
    fixture_free(&f);
}

Test(diagnostic, what_another_program_said_keeps_its_place)
{
    struct fixture f = with_text("a bb\n");
    report_foreign(f.diagnostics, SEVERITY_ERROR, "x.h", 4, 7, "no such thing");
    report_foreign(f.diagnostics, SEVERITY_NOTE, "x.h", 5, 0, "but this");
    report_foreign(f.diagnostics, SEVERITY_WARNING, NULL, 0, 0, "of none");
    expect_messages(&f, "x.h:4:7: error: no such thing\nx.h:5: note: but this\n"
                        "asyncc: warning: of none\n1 error, 1 warning\n");
    fixture_free(&f);
}
