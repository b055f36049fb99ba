/* The preprocessed text and its way back to the original: directives, lines, columns. What a test
 * asks of real preprocessors, it asks of every one that is installed. */
#include "source.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "support/arena.h"

TestSuite(source, .timeout = 60);

static const char *const compilers[] = {"gcc", "clang"};

static bool is_installed(const char *compiler)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null", compiler);
    return system(command) == 0;
}

/* Calls test(fixture, source, compiler) with the file `t.ac` of that content. */
static void with_each_compiler(const char *content,
                               void (*test)(const struct source *source, const char *compiler))
{
    for (size_t i = 0; i < sizeof compilers / sizeof *compilers; i++) {
        if (!is_installed(compilers[i]))
            continue;
        struct fixture fixture = fixture_in_directory();
        fixture_write("t.ac", content);
        fixture_write("t.h", "#define IN_HEADER 1\n\nint in_header;\n");
        test(fixture_preprocess(&fixture, "t.ac", compilers[i]), compilers[i]);
        fixture_free(&fixture);
    }
}

/* Whether the offset is inside a block comment; that of the text's own tokens never is. */
static bool is_in_comment(const char *code, const char *at)
{
    const char *start = code;
    while ((start = strstr(start, "/*")) && start < at) {
        const char *end = strstr(start, "*/");
        if (!end || end > at)
            return true;
        start = end + 2;
    }
    return false;
}

/* The offset of the n-th (from 1) `word` in the parsed text, outside of comments. */
static uint32_t find(const struct source *source, const char *word, int nth)
{
    const char *code = source_code(source), *at = code;
    for (; (at = strstr(at, word)); at++)
        if (!is_in_comment(code, at) && --nth == 0)
            break;
    cr_assert_not_null(at, "no '%s' in the text", word);
    return (uint32_t)(at - code);
}

static void expect_range(const struct source *source, const char *compiler, const char *word,
                         int nth, uint32_t line, uint32_t column, uint32_t last)
{
    uint32_t start = find(source, word, nth), last_column;
    struct place place = source_range(source, start, start + (uint32_t)strlen(word), &last_column);
    cr_expect(place.line == line && place.column == column && last_column == last,
              "%s: '%s' (%d) is at %u:%u-%u, not %u:%u-%u", compiler, word, nth, place.line,
              place.column, last_column, line, column, last);
}

/* --- a text of its own */

Test(source, a_text_without_markers_is_its_own_original)
{
    struct arena *arena = arena_new();
    const char text[] = "int a;\n\tlong  b ;\n";
    struct source *source = source_new(arena, "own.ac", text, strlen(text));
    struct place place = source_place(source, 15);
    cr_expect_str_eq(place.file, "own.ac");
    cr_expect_eq(place.line, 2);
    cr_expect_eq(place.column, 9);
    cr_expect(place.main_file && !place.system_header);
    size_t length;
    const char *line = source_original_line(source, "own.ac", 2, &length);
    cr_expect_eq(length, 10);
    cr_expect_eq(memcmp(line, "\tlong  b ;", 10), 0);
    cr_expect_null(source_original_line(source, "own.ac", 3, &length));
    cr_expect_null(source_original_line(source, "own.ac", 0, &length));
    arena_free(arena);
}

Test(source, an_empty_text_has_a_first_line)
{
    struct arena *arena = arena_new();
    struct source *source = source_new(arena, "e.ac", "", 0);
    uint32_t last;
    cr_expect_eq(source_line(source, 0).line, 1);
    cr_expect_eq(source_range(source, 0, 0, &last).line, 1);
    cr_expect_str_eq(source_code(source), "");
    arena_free(arena);
}

Test(source, white_space_behind_a_token_is_where_it_ends)
{
    struct arena *arena = arena_new();
    const char text[] = "return  1   \nx;\n";
    struct source *source = source_new(arena, "own.ac", text, strlen(text));
    cr_expect_eq(source_place(source, 9).column, 10);
    cr_expect_eq(source_place(source, 11).column, 10);
    arena_free(arena);
}

/* --- directives */

Test(source, directives_are_listed_and_blanked)
{
    struct arena *arena = arena_new();
    const char text[] = "# 3 \"a \\\"b\\\\\\303\\251.h\" 1 3 4\nint x;\n  #pragma once\n"
                        "#define A 1\n#undef A\n#ident \"x\"\n#line 9\nint y;";
    struct source *source = source_new(arena, "m.ac", text, strlen(text));
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    static const enum directive_kind kinds[] = {DIRECTIVE_LINE,  DIRECTIVE_PRAGMA, DIRECTIVE_DEFINE,
                                                DIRECTIVE_UNDEF, DIRECTIVE_OTHER,  DIRECTIVE_LINE};
    cr_assert_eq(count, 6);
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(directives[i].kind, kinds[i], "directive %zu", i);
    cr_expect_str_eq(directives[0].file, "a \"b\\\xc3\xa9.h");
    cr_expect_eq(directives[0].line, 3);
    cr_expect_eq(directives[0].flags, 1 | 4 | 8);
    cr_expect_eq(directives[1].start, strstr(text, "  #pragma") - text);
    cr_expect_eq(directives[1].end, strstr(text, "#define") - text);
    cr_expect_eq(source_length(source), strlen(text));
    cr_expect_str_eq(source_text(source), text);
    const char *code = source_code(source);
    cr_expect_eq(strlen(code), strlen(text));
    cr_expect_null(strchr(code, '#'));
    for (size_t i = 0; i < strlen(text); i++)
        cr_expect(code[i] == text[i] || (code[i] == ' ' && text[i] != '\n'));
    struct place place = source_line(source, find(source, "y", 1));
    cr_expect_eq(place.line, 9);
    cr_expect_str_eq(place.file, directives[0].file, "#line without a file keeps it");
    arena_free(arena);
}

static void test_headers(const struct source *source, const char *compiler)
{
    struct place place = source_line(source, find(source, "in_header", 1));
    cr_expect_eq(place.line, 3);
    cr_expect(strcmp(place.file, "t.h") == 0 || strcmp(place.file, "./t.h") == 0, "%s: %s",
              compiler, place.file);
    cr_expect_not(place.main_file);
    cr_expect_not(place.system_header);
    place = source_line(source, find(source, "ptrdiff_t", 1));
    cr_expect(place.system_header, "%s", compiler);
    place = source_line(source, find(source, "mine", 1));
    cr_expect(place.main_file && place.line == 3, "%s", compiler);
    expect_range(source, compiler, "in_header", 1, 3, 5, 13);
}

Test(source, knows_headers_from_the_file)
{
    with_each_compiler("#include \"t.h\"\n#include <stddef.h>\nint mine;\n", test_headers);
}

Test(source, a_directive_in_a_comment_or_a_string_is_none)
{
    struct arena *arena = arena_new();
    const char text[] = "/* a\n# 9 \"x.h\"\n*/ int a; // '\"\n#pragma p don't\n"
                        "// goes on \\\n# 7 \"y.h\"\nchar *s = \"/*\", c = '\"'; /* \\\n"
                        "#define N\n\"*/\n#define Y '\n#undef Y\n\"\\\n# 3\n";
    struct source *source = source_new(arena, "m.ac", text, strlen(text));
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    cr_assert_eq(count, 3);
    cr_expect_eq(directives[0].kind, DIRECTIVE_PRAGMA);
    cr_expect_eq(directives[1].kind, DIRECTIVE_DEFINE);
    cr_expect_eq(directives[1].start, strstr(text, "#define Y") - text);
    cr_expect_eq(directives[2].kind, DIRECTIVE_UNDEF);
    arena_free(arena);
}

/* --- columns */

static void test_plain(const struct source *source, const char *compiler)
{
    expect_range(source, compiler, "first", 1, 2, 5, 9);
    expect_range(source, compiler, "second", 1, 2, 13, 18);
    expect_range(source, compiler, "third", 1, 4, 19, 23);
    expect_range(source, compiler, "third /**/, fourth", 1, 4, 19, 36);
    expect_range(source, compiler, "fifth", 1, 5, 5, 9);
}

Test(source, keeps_the_columns_of_plain_lines)
{
    with_each_compiler("// of it\nint first  ,second;\n/* a comment\n that ends */ int third /**/, "
                       "fourth;\nint\tfifth;\n",
                       test_plain);
}

static void test_macros(const struct source *source, const char *compiler)
{
    /* An argument keeps its column, the second time too; the rest has that of the name. */
    expect_range(source, compiler, "left", 1, 2, 15, 18);
    expect_range(source, compiler, "left", 2, 2, 15, 18);
    expect_range(source, compiler, "right()", 2, 2, 21, 27);
    expect_range(source, compiler, "?", 1, 2, 11, 13);
    expect_range(source, compiler, "after", 1, 2, 32, 36);
    expect_range(source, compiler, "seven", 1, 4, 9, 13);
    expect_range(source, compiler, "more", 1, 4, 17, 20);
}

Test(source, gives_what_a_macro_made_the_column_of_its_name)
{
    with_each_compiler("#define MAX(a, b) ((a) > (b) ? (a) : (b))\n"
                       "int x = ( MAX(left, right()) + after);\n"
                       "#define SEVEN seven\nint y = SEVEN + more;\n",
                       test_macros);
}

static void test_several_lines(const struct source *source, const char *compiler)
{
    expect_range(source, compiler, "begin", 1, 2, 5, 9);
    expect_range(source, compiler, "behind", 1, 4, 4, 9);
    expect_range(source, compiler, "spliced", 1, 7, 3, 9);
    expect_range(source, compiler, "commented", 1, 9, 4, 12);
    expect_range(source, compiler, "last", 1, 10, 5, 8);
}

Test(source, follows_calls_splices_and_comments_over_lines)
{
    with_each_compiler("#define ADD(a, b) a + b\n"
                       "int begin = ADD(1,\n  2\n ) behind;\n" /* not C, but tokens */
                       "int plain;\nint \\\n  spliced;\n"
                       "int /* open\n*/ commented;\nint last;\n",
                       test_several_lines);
}

static void test_strange_characters(const struct source *source, const char *compiler)
{
    expect_range(source, compiler, "behind_tab", 1, 1, 6, 15);
    expect_range(source, compiler, "behind_umlaut", 1, 2, 17, 29);
    expect_range(source, compiler, "behind_name", 1, 3, 13, 23);
    expect_range(source, compiler, "behind_return", 1, 4, 5, 17);
}

Test(source, counts_columns_in_bytes)
{
    with_each_compiler("int\t\tbehind_tab;\n"
                       "char *s = \"\xc3\xa9\", behind_umlaut;\n"
                       "int h\xc3\xa9llo, behind_name;\n"
                       "int behind_return;\r\nint x;\r\n",
                       test_strange_characters);
}

static void test_comments(const struct source *source, const char *compiler)
{
    expect_range(source, compiler, "alpha", 1, 2, 5, 9);
    expect_range(source, compiler, "beta", 1, 4, 15, 18);
    expect_range(source, compiler, "gamma_", 1, 7, 15, 20);
    expect_range(source, compiler, "delta", 1, 11, 9, 13);
}

Test(source, comments_do_not_disturb)
{
    with_each_compiler("#define ADD(a, b) /* of a macro */ a + b\n"
                       "int alpha; /* int omega, \"\n"
                       "# 1 \"other.ac\"\n"
                       " don't */ int beta = ADD(1, /* one\n"
                       "  int two */ 2 /* and\n"
                       "  a half */) // and // more\n"
                       "    /* ; */ + gamma_;\n"
                       "#pragma STDC FENV_ACCESS OFF /* on\n"
                       "  and on */\n"
                       "/* one */ // two\n"
                       "/**/int delta;\n",
                       test_comments);
}

/* --- #line */

static void test_user_line(const struct source *source, const char *compiler)
{
    uint32_t last;
    uint32_t offset = find(source, "elsewhere", 1);
    struct place place = source_range(source, offset, offset + 9, &last);
    cr_expect_str_eq(place.file, "no-such-file.y");
    cr_expect_eq(place.line, 70);
    cr_expect_eq(place.column, 0, "%s: the line cannot be shown", compiler);
    offset = find(source, "wrongly", 1);
    place = source_range(source, offset, offset + 7, &last);
    cr_expect_str_eq(place.file, "t.ac");
    cr_expect_eq(place.line, 2);
    cr_expect_eq(place.column, 0, "%s: another text stands there", compiler);
    expect_range(source, compiler, "rightly", 1, 1, 5, 11);
    offset = find(source, "beyond", 1);
    place = source_range(source, offset, offset + 6, &last);
    cr_expect_eq(place.line, 5000);
    cr_expect_eq(place.column, 0, "%s: there is no such line", compiler);
}

Test(source, shows_no_line_that_it_cannot_trust)
{
    with_each_compiler("int rightly;\n#line 70 \"no-such-file.y\"\nint elsewhere;\n"
                       "#line 2 \"t.ac\"\nlong wrongly(void);\n#line 5000\nint beyond;\n",
                       test_user_line);
}

Test(source, reads_no_device)
{
    struct arena *arena = arena_new();
    const char text[] = "# 1 \"/dev/zero\"\nint x;\n# 1 \"/\"\nint y;\n";
    struct source *source = source_new(arena, "/dev/zero", text, strlen(text));
    cr_expect_eq(source_place(source, 20).column, 0);
    cr_expect_eq(source_place(source, (uint32_t)(strstr(text, "y;") - text)).column, 0);
    size_t length;
    cr_expect_null(source_original_line(source, "/dev/zero", 1, &length));
    arena_free(arena);
}

/* --- speed and odd texts */

Test(source, long_lines_are_aligned_in_reasonable_time)
{
    struct fixture fixture = fixture_in_directory();
    FILE *file = fopen("t.ac", "w");
    fputs("#define M(a) (a + a)\n", file);
    for (int i = 0; i < 20000; i++)
        fprintf(file, "M(v%d) + ", i);
    fputs("last;\n", file);
    fclose(file);
    struct source *source = fixture_preprocess(&fixture, "t.ac", NULL);
    for (int i = 0; i < 50; i++) {
        struct place place = source_place(source, find(source, "last", 1));
        cr_expect_eq(place.line, 2);
    }
    fixture_free(&fixture);
}

Test(source, any_bytes_have_places)
{
    struct arena *arena = arena_new();
    unsigned seed = 1;
    for (int round = 0; round < 300; round++) {
        char text[400];
        static const char alphabet[] = "##\n\n\"\"'\\/**() ab1.\t\r\x80\xc3(M,);define 1\"t\" 3";
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1103515245 + 12345;
            text[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        struct source *source = source_new(arena, "t", text, sizeof text);
        for (uint32_t i = 0; i <= sizeof text; i++) {
            uint32_t last;
            struct place place = source_range(source, i, sizeof text, &last);
            cr_assert_not_null(place.file);
            cr_assert_geq(last, place.column);
        }
    }
    arena_free(arena);
}
