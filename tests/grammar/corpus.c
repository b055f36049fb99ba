/* Runs the grammar's corpus without the tree-sitter CLI: every test in grammar/test/corpus is
 * parsed and its tree compared with the expected one, white space aside.
 *
 *     corpus FILE...
 *
 * A file is a sequence of tests in tree-sitter's format: a line of at least three `=`, the name,
 * such a line again, the source text, a line of at least three `-`, and the tree as an
 * S-expression. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_asyncc(void);

struct span {
    const char *start, *end;
};

struct test {
    struct span name, source, expected;
};

struct totals {
    int passed, failed;
};

/* The whole file, terminated; NULL with a message if it cannot be read. The caller frees it. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size = -1;
    if (file && !fseek(file, 0, SEEK_END) && (size = ftell(file)) >= 0)
        text = malloc((size_t)size + 1);
    if (!text || fseek(file, 0, SEEK_SET) || fread(text, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        free(text);
        text = NULL;
    } else {
        text[size] = '\0';
    }
    if (file)
        fclose(file);
    return text;
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

/* Whether the line consists of at least three of `mark`. */
static bool is_rule(const char *line, char mark)
{
    size_t length = 0;
    while (line[length] == mark)
        length++;
    return length >= 3 && (line[length] == '\n' || !line[length]);
}

static const char *find_rule(const char *line, char mark)
{
    while (*line && !is_rule(line, mark))
        line = next_line(line);
    return line;
}

/* Reads the test at *at and moves *at behind it; false at the end of the text. */
static bool read_test(const char **at, struct test *test)
{
    const char *head = find_rule(*at, '=');
    if (!*head)
        return false;
    test->name.start = next_line(head);
    test->name.end = find_rule(test->name.start, '=');
    test->source.start = next_line(test->name.end);
    test->source.end = find_rule(test->source.start, '-');
    test->expected.start = next_line(test->source.end);
    test->expected.end = find_rule(test->expected.start, '=');
    *at = test->expected.end;
    return true;
}

/* A copy where white space is one blank between two atoms and nothing beside a parenthesis. */
static char *normalize(struct span text)
{
    char *copy = malloc((size_t)(text.end - text.start) + 1), *to = copy;
    if (!copy)
        abort();
    for (const char *from = text.start; from < text.end; from++) {
        if (!isspace((unsigned char)*from))
            *to++ = *from;
        else if (to > copy && to[-1] != ' ' && to[-1] != '(')
            *to++ = ' ';
        if (*from == ')' && to - copy > 1 && to[-2] == ' ') {
            to[-2] = ')';
            to--;
        }
    }
    while (to > copy && to[-1] == ' ')
        to--;
    *to = '\0';
    return copy;
}

static void run_test(TSParser *parser, const char *path, const struct test *test,
                     struct totals *totals)
{
    size_t size = (size_t)(test->source.end - test->source.start);
    TSTree *tree = ts_parser_parse_string(parser, NULL, test->source.start, (uint32_t)size);
    char *tree_text = ts_node_string(ts_tree_root_node(tree));
    char *actual = normalize((struct span){tree_text, tree_text + strlen(tree_text)});
    char *expected = normalize(test->expected);
    if (!strcmp(actual, expected)) {
        totals->passed++;
    } else {
        totals->failed++;
        printf("%s: %.*s  expected %s\n  got      %s\n", path,
               (int)(test->name.end - test->name.start), test->name.start, expected, actual);
    }
    free(expected);
    free(actual);
    free(tree_text);
    ts_tree_delete(tree);
}

static void run_file(TSParser *parser, const char *path, struct totals *totals)
{
    char *text = read_file(path);
    const char *at = text;
    struct test test;
    int before = totals->passed + totals->failed;
    while (text && read_test(&at, &test))
        run_test(parser, path, &test, totals);
    if (totals->passed + totals->failed == before) {
        printf("%s: no tests\n", path);
        totals->failed++;
    }
    free(text);
}

int main(int argc, char **argv)
{
    struct totals totals = {0};
    TSParser *parser = ts_parser_new();
    if (argc < 2 || !ts_parser_set_language(parser, tree_sitter_asyncc())) {
        fprintf(stderr, argc < 2 ? "usage: corpus FILE...\n" : "corpus: wrong ABI\n");
        return 2;
    }
    for (int i = 1; i < argc; i++)
        run_file(parser, argv[i], &totals);
    ts_parser_delete(parser);
    printf("%d passed, %d failed\n", totals.passed, totals.failed);
    return totals.failed > 0;
}
