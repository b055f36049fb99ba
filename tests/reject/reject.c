/* Runs reject programs: each .ac file says in place which messages asyncc gives about it.
 *
 *     reject --asyncc PATH --include DIR --work DIR FILE.ac...
 *
 * At the end of a line, or in a line of their own with an offset:
 *     await 1;              // error: cannot await       the message contains that text
 *     int x = await g();    // error@13: ...             and its column is 13
 *     // error:               any message
 *     // error+1: ...  // error-2@5: ...                 about the next line, two lines before
 *     // note: ...  // warning: ...                      likewise; several may stand on a line
 * At the start of a line: `// flags: F...` are options for asyncc.
 *
 * Every message must be expected and every expectation be met, once. Where an error is expected,
 * the exit status is 1 and there is no output file; else the status is 0 and there is one. Below
 * each message the source line and a caret range must stand, the caret in the message's column. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../harness/harness.h"

enum { MOST_MESSAGES = 400 };

static const char *const kinds[] = {"error", "warning", "note"};

/* A message, expected or given. */
struct message {
    int kind, line, column; /* column 0: any */
    char *text;
    bool is_matched;
};

struct messages {
    struct message list[MOST_MESSAGES];
    int count;
    const char *path; /* of the program */
};

static void add_message(struct messages *messages, struct message message)
{
    if (messages->count == MOST_MESSAGES) {
        fprintf(stderr, "too many messages\n");
        exit(2);
    }
    messages->list[messages->count++] = message;
}

static int kind_at(const char *text)
{
    for (int kind = 0; kind < 3; kind++)
        if (strncmp(text, kinds[kind], strlen(kinds[kind])) == 0)
            return kind;
    return -1;
}

/* Reads `KIND[+N|-N][@COLUMN]: ` after a `// `; gives where its text begins, or NULL. */
static const char *read_expectation(const char *at, struct message *message)
{
    char *end = (char *)at;
    if ((message->kind = kind_at(at)) < 0)
        return NULL;
    end += strlen(kinds[message->kind]);
    if (*end == '+' || *end == '-')
        message->line += (int)strtol(end, &end, 10);
    if (*end == '@')
        message->column = (int)strtol(end + 1, &end, 10);
    if (*end != ':')
        return NULL;
    return end[1] == ' ' ? end + 2 : end + 1;
}

static void collect_expectations(const char *line, int number, void *data)
{
    for (const char *at = line; (at = strstr(at, "// "));) {
        struct message message = {.line = number};
        const char *text = read_expectation(at += 3, &message);
        if (!text)
            continue;
        const char *end = strstr(text - 1, " // ");
        message.text = format("%.*s", end ? (int)(end - text) : (int)strlen(text), text);
        add_message(data, message);
        at = text;
    }
}

/* `PATH:LINE:COLUMN: KIND: TEXT`; other lines are no messages. */
static void collect_given(const char *line, int number, void *data)
{
    struct messages *given = data;
    struct message message = {0};
    size_t length = strlen(given->path);
    const char *at = line;
    char *end;
    (void)number;
    if (strncmp(line, given->path, length) == 0 && line[length] == ':') {
        message.line = (int)strtol(line + length + 1, &end, 10);
        if (*end == ':' && isdigit((unsigned char)end[1]))
            message.column = (int)strtol(end + 1, &end, 10);
        at = end;
    } else if (!(at = strstr(line, ": ")) || isspace((unsigned char)*line)) {
        return;
    }
    if (strncmp(at, ": ", 2) != 0 || (message.kind = kind_at(at + 2)) < 0)
        return;
    at += 2 + strlen(kinds[message.kind]);
    if (strncmp(at, ": ", 2) != 0 || (!message.line && message.kind == 2))
        return; /* a note about a header is nothing that the program could expect */
    message.text = format("%s", at + 2);
    add_message(given, message);
}

static bool matches(const struct message *expected, const struct message *given)
{
    return !given->is_matched && given->kind == expected->kind && given->line == expected->line &&
           (!expected->column || expected->column == given->column) &&
           strstr(given->text, expected->text);
}

static void compare(const char *path, struct messages *expected, struct messages *given)
{
    for (int i = 0; i < expected->count; i++) {
        struct message *wanted = &expected->list[i];
        for (int j = 0; j < given->count && !wanted->is_matched; j++)
            if (matches(wanted, &given->list[j]))
                wanted->is_matched = given->list[j].is_matched = true;
        check(wanted->is_matched, format("%s:%d: expected %s: %s", path, wanted->line,
                                         kinds[wanted->kind], wanted->text));
    }
    for (int j = 0; j < given->count; j++) {
        const struct message *extra = &given->list[j];
        check(extra->is_matched, format("%s:%d:%d: unexpected %s: %s", path, extra->line,
                                        extra->column, kinds[extra->kind], extra->text));
    }
}

/* A message that has a column is followed by the source line and a line with its caret. */
struct caret {
    int column, line, lines_since; /* of the last message; 0: none is awaited */
    const char *path;
};

static void check_caret(const char *line, int number, void *data)
{
    struct caret *caret = data;
    struct messages one = {.path = caret->path};
    collect_given(line, number, &one);
    if (one.count) {
        check(!caret->column, format("%s:%d: a message has no caret", caret->path, caret->line));
        caret->column = one.list[0].column;
        caret->line = one.list[0].line;
        caret->lines_since = 0;
    } else if (caret->column && ++caret->lines_since == 2) {
        const char *bar = strchr(line, '|'); /* a margin with line numbers may come first */
        const char *from = bar ? bar + 2 : line;
        const char *mark = strchr(from, '^');
        check(mark && mark - from == caret->column - 1,
              format("%s:%d: the caret is not in column %d", caret->path, caret->line,
                     caret->column));
        caret->column = 0;
    }
}

static void run_program(const char *asyncc, const char *include, const char *work, const char *path)
{
    struct messages *expected = calloc(1, sizeof *expected), *given = calloc(1, sizeof *given);
    char *text = read_file(path), *scratch = format("%s/%s", work, base_name(path));
    char *output = format("%s.c", scratch);
    struct command command = {0};
    bool has_error = false;
    if (!check(text && expected && given, path))
        return;
    expected->path = given->path = path;
    each_line(text, collect_expectations, expected);
    for (int i = 0; i < expected->count; i++)
        has_error |= expected->list[i].kind == 0;
    command_add(&command, asyncc, "-I", include, path, "-o", output, NULL);
    if (directive_value(text, "flags"))
        command_split(&command, directive_value(text, "flags"));
    unlink(output);
    struct outcome outcome = run_command(&command, scratch, (struct limits){.seconds = 30});
    each_line(outcome.err, collect_given, given);
    compare(path, expected, given);
    struct caret caret = {.path = path};
    each_line(outcome.err, check_caret, &caret);
    check(!caret.column, format("%s: the last message has no caret", path));
    check(expected->count > 0, format("%s: it expects nothing", path));
    check(outcome.status == has_error, format("%s: exit status %d", path, outcome.status));
    check(file_exists(output) == !has_error, format("%s: output file", path));
    check(!*outcome.out, format("%s: standard output is not empty", path));
}

int main(int argc, char **argv)
{
    const char *asyncc = "asyncc", *include = ".", *work = ".";
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--asyncc") == 0) {
            asyncc = argv[i + 1];
        } else if (strcmp(argv[i], "--include") == 0) {
            include = argv[i + 1];
        } else if (strcmp(argv[i], "--work") == 0) {
            work = argv[i + 1];
        } else {
            fprintf(stderr, "reject: what is %s?\n", argv[i]);
            return 2;
        }
    }
    mkdir(work, 0777);
    for (; i < argc; i++)
        run_program(asyncc, include, work, argv[i]);
    return report();
}
