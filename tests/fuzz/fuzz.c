/* Feeds broken programs to the compiler's passes, from the parser to the emitter, and looks for
 * crashes, hangs and leaks. Build it with sanitizers.
 *
 *     fuzz [--seconds N] [--seed N] [--keep DIR] --prelude FILE FILE...
 *     fuzz --replay --prelude FILE FILE...         each file as it is, once
 *
 * An input is made of the files given: tokens are removed, doubled, exchanged, replaced by those of
 * a dictionary or of another file, whole ranges cut or inserted; or it is only soup. Input number N
 * depends on the seed and N alone. A child process works through a batch and shares the number it
 * is at; when it dies, the parent writes that input to DIR and goes on behind it. Ends with
 * "N inputs, N passed on to the emitter, N failed"; the status is 1 if any failed. */
#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "diagnostic.h"
#include "explain/dump.h"
#include "output/emit.h"
#include "output/header.h"
#include "semantic/check.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/stack.h"
#include "support/text.h"
#include "syntax/parse.h"

#if defined __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

enum { MOST_ROUNDS = 16, BATCH = 500, SECONDS_AN_INPUT = 20, MOST_TOKENS = 40000 };

struct file {
    char *text;
    const char **tokens; /* each from here to the next one; blanks belong to the token before */
    size_t count;
};

struct shared { /* between parent and child */
    unsigned long number, emitted;
};

static struct file *files;
static size_t file_count;
static char *prelude;
static uint64_t random_state;
static struct shared *shared;

/* --- one input through the passes, as the driver does */

static struct node *parse_and_check(struct arena *arena, struct source *source,
                                    struct diagnostics *diagnostics, struct check **check)
{
    struct marks marks = {0};
    struct names *names = names_new(arena);
    struct node *unit = NULL;
    unsigned start = diagnostics_mark(diagnostics);
    for (int round = 0; round < MOST_ROUNDS; round++) {
        size_t known = marks.count;
        diagnostics_rewind(diagnostics, start);
        unit = parse(arena, names, source, &marks, diagnostics);
        if (!unit)
            break;
        *check = check_unit(arena, names, source, diagnostics, unit, &marks);
        if (marks.count == known)
            break;
    }
    return unit;
}

static void compile_text(const char *text)
{
    struct arena *arena = arena_new();
    struct diagnostics *diagnostics = diagnostics_new(arena);
    struct source *source = source_new(arena, "input.ac", text, strlen(text));
    struct check *check = NULL;
    struct text out = {0};
    diagnostics_set_source(diagnostics, source);
    struct node *unit = parse_and_check(arena, source, diagnostics, &check);
    if (unit && strlen(text) % 8 == 0)
        dump_tree(&out, arena, source, unit, true);
    if (unit && !diagnostics_errors(diagnostics)) {
        bool is_header = strlen(text) % 4 == 1;
        struct lowered *lowered = lower_unit(check, unit, is_header);
        if (!diagnostics_errors(diagnostics)) {
            struct emit_options options = {.lines = true, .self_contained = true};
            if (is_header)
                emit_header(&out, check, lowered, unit, true);
            else
                emit_unit(&out, check, lowered, unit, &options);
            shared->emitted++;
        }
    }
    FILE *nowhere = fopen("/dev/null", "w");
    diagnostics_flush(diagnostics, nowhere);
    fclose(nowhere);
    text_free(&out);
    arena_free(arena);
}

/* --- files and their tokens */

static char *read_file(const char *path)
{
    struct text text = {0};
    FILE *file = fopen(path, "r");
    char buffer[4096];
    size_t got;
    if (!file) {
        perror(path);
        exit(2);
    }
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_write(&text, buffer, got);
    fclose(file);
    text_write(&text, "", 1);
    return text.data;
}

static bool is_word(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

static const char *token_end(const char *at)
{
    if (*at == '"' || *at == '\'') {
        char quote = *at++;
        while (*at && *at != quote && *at != '\n')
            at += at[0] == '\\' && at[1] ? 2 : 1;
        at += *at == quote;
    } else if (is_word(*at)) {
        while (is_word(*at))
            at++;
    } else {
        at++;
    }
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* Directives and comments are left out; the prelude stands for the headers. */
static void remove_directives(char *text)
{
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        if (!end)
            break;
        if (*line == '#' || !strncmp(line, "//", 2))
            memset(line, ' ', (size_t)(end - line));
        line = end + 1;
    }
}

static void add_file(const char *path, bool as_it_is)
{
    files = realloc(files, (file_count + 1) * sizeof *files);
    struct file *file = &files[file_count++];
    *file = (struct file){.text = read_file(path)};
    if (as_it_is)
        return;
    remove_directives(file->text);
    file->tokens = malloc((strlen(file->text) + 2) * sizeof *file->tokens);
    for (const char *at = file->text; *at; at = token_end(at))
        file->tokens[file->count++] = at;
    file->tokens[file->count] = file->text + strlen(file->text);
}

/* --- mutations */

static uint64_t random_below(uint64_t count)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % count;
}

struct token {
    const char *text;
    size_t length;
};

struct input {
    struct token *tokens;
    size_t count;
};

static struct token dictionary_token(void)
{
    static const char *const words[] = {"(",
                                        ")",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ";",
                                        ",",
                                        "*",
                                        "&",
                                        "=",
                                        "...",
                                        ":",
                                        "?",
                                        ".",
                                        "->",
                                        "++",
                                        "==",
                                        "&&",
                                        "<<",
                                        "~",
                                        "int",
                                        "void",
                                        "struct",
                                        "union",
                                        "enum",
                                        "typedef",
                                        "static",
                                        "async",
                                        "await",
                                        "spawn",
                                        "future",
                                        "yield",
                                        "defer",
                                        "try",
                                        "with",
                                        "for",
                                        "if",
                                        "else",
                                        "while",
                                        "do",
                                        "switch",
                                        "case",
                                        "default",
                                        "break",
                                        "continue",
                                        "goto",
                                        "return",
                                        "sizeof",
                                        "_Generic",
                                        "typeof",
                                        "_Alignas",
                                        "__auto_type",
                                        "_Complex",
                                        "const",
                                        "volatile",
                                        "x",
                                        "f",
                                        "pass",
                                        "0",
                                        "1.5",
                                        "'a'",
                                        "\"s\"",
                                        "0x",
                                        "08",
                                        "'",
                                        "\"",
                                        "\\",
                                        "@",
                                        "$",
                                        "({",
                                        "})",
                                        "await f()",
                                        "struct {",
                                        "&&label",
                                        "label:",
                                        "int x;",
                                        "generator(int)",
                                        "list(int)",
                                        "async for (int i : f())",
                                        "for (int i : f())",
                                        "async with (f())",
                                        "async with (int w = f())",
                                        "yield 1",
                                        "else return -1;",
                                        "defer { await f(); }",
                                        "defer x++;",
                                        "try await f()",
                                        "try -1",
                                        "int vla[x];",
                                        "async generator(int)",
                                        "set(int)",
                                        "dict(int, int)",
                                        "[i for (int i : x)]",
                                        "{i : i async for (int i : f())}",
                                        "if (x) goto label;",
                                        "__attribute__((cleanup(f)))",
                                        "__attribute__((x))",
                                        "__extension__",
                                        "asm(\"\")",
                                        "-1",
                                        "18446744073709551616",
                                        "1e999",
                                        "L'x'",
                                        "u8\"x\"",
                                        "[x]",
                                        "[static 3]",
                                        "(void)",
                                        "int(void)",
                                        "= {0}",
                                        ".x = 1",
                                        "[0] = 1",
                                        "\n# 7 \"other.h\"\n",
                                        "\n#pragma x\n",
                                        "\xff",
                                        "\xc3\xa4",
                                        "/*",
                                        "*/",
                                        "//",
                                        "_Static_assert(1, \"\");",
                                        "case 1 ... 3:",
                                        "va_list",
                                        "__builtin_va_arg(x, int)"};
    const char *word = words[random_below(sizeof words / sizeof *words)];
    return (struct token){word, strlen(word)};
}

static struct token file_token(void)
{
    const struct file *file = &files[random_below(file_count)];
    if (!file->count)
        return dictionary_token();
    size_t at = random_below(file->count);
    return (struct token){file->tokens[at], (size_t)(file->tokens[at + 1] - file->tokens[at])};
}

static struct token any_token(const struct input *input)
{
    if (input->count && random_below(3) == 0)
        return input->tokens[random_below(input->count)];
    return random_below(2) ? dictionary_token() : file_token();
}

static void cut(struct input *input, size_t at, size_t count)
{
    memmove(input->tokens + at, input->tokens + at + count,
            (input->count - at - count) * sizeof *input->tokens);
    input->count -= count;
}

/* Makes room for `count` tokens; false if there is none. */
static bool insert(struct input *input, size_t at, size_t count)
{
    if (input->count + count > MOST_TOKENS)
        return false;
    memmove(input->tokens + at + count, input->tokens + at,
            (input->count - at) * sizeof *input->tokens);
    input->count += count;
    return true;
}

static size_t short_run(size_t most)
{
    size_t run = 1 + random_below(random_below(4) ? 4 : 60);
    return run < most ? run : most;
}

static void insert_from_file(struct input *input, size_t at)
{
    const struct file *file = &files[random_below(file_count)];
    if (!file->count)
        return;
    size_t from = random_below(file->count), run = short_run(file->count - from);
    if (!insert(input, at, run))
        return;
    for (size_t i = 0; i < run; i++) {
        const char *const *token = &file->tokens[from + i];
        input->tokens[at + i] = (struct token){token[0], (size_t)(token[1] - token[0])};
    }
}

static void repeat(struct input *input, size_t at)
{
    size_t run = short_run(input->count - at), times = random_below(8) ? 1 : random_below(300);
    while (times-- > 0 && insert(input, at + run, run))
        memcpy(input->tokens + at + run, input->tokens + at, run * sizeof *input->tokens);
}

static void mutate(struct input *input)
{
    size_t at = random_below(input->count);
    switch (random_below(9)) {
    case 0:
        cut(input, at, short_run(input->count - at));
        break;
    case 1:
        if (insert(input, at, 1))
            input->tokens[at] = any_token(input);
        break;
    case 2:
    case 3:
        input->tokens[at] = any_token(input);
        break;
    case 4: {
        size_t other = random_below(input->count);
        struct token token = input->tokens[at];
        input->tokens[at] = input->tokens[other];
        input->tokens[other] = token;
        break;
    }
    case 5:
        insert_from_file(input, at);
        break;
    case 6:
        repeat(input, at);
        break;
    case 7:
        if (random_below(10) == 0)
            input->count = at + 1;
        break;
    default:
        input->tokens[at].length = random_below(input->tokens[at].length + 1);
        break;
    }
}

static void fill(struct input *input)
{
    if (random_below(12) == 0) { /* soup */
        size_t count = random_below(200) + 1;
        while (input->count < count) {
            struct token token = any_token(input);
            input->tokens[input->count++] = token;
        }
        return;
    }
    const struct file *file = &files[random_below(file_count)];
    for (size_t i = 0; i < file->count && i < MOST_TOKENS; i++)
        input->tokens[input->count++] =
            (struct token){file->tokens[i], (size_t)(file->tokens[i + 1] - file->tokens[i])};
    size_t changes = 1 + random_below(random_below(3) ? 3 : 25);
    while (changes-- > 0 && input->count)
        mutate(input);
}

/* The text of input number `number`; the caller frees it. */
static char *make_input(uint64_t seed, unsigned long number)
{
    struct input input = {.tokens = malloc(MOST_TOKENS * sizeof *input.tokens)};
    struct text text = {0};
    random_state = (seed << 32 ^ number) * 0xd1342543de82ef95 + 1;
    fill(&input);
    for (size_t i = 0; i < input.count; i++) {
        struct token token = input.tokens[i];
        if (text.length && token.length && is_word(text.data[text.length - 1]) &&
            is_word(token.text[0]))
            text_write(&text, " ", 1);
        text_write(&text, token.text, token.length);
    }
    text_write(&text, "\n", 2);
    free(input.tokens);
    return text.data;
}

static void compile_behind_prelude(const char *input)
{
    struct text all = {0};
    text_write(&all, prelude, strlen(prelude));
    text_write(&all, "\n", 1);
    text_write(&all, input, strlen(input) + 1);
    compile_text(all.data);
    text_free(&all);
}

/* --- processes */

static bool leaks(void)
{
#if defined __SANITIZE_ADDRESS__
    return __lsan_do_recoverable_leak_check();
#else
    return false;
#endif
}

struct work {
    uint64_t seed;
    unsigned long first, end;
};

static void work(void *data)
{
    const struct work *w = data;
    for (shared->number = w->first; shared->number < w->end; shared->number++) {
        alarm(SECONDS_AN_INPUT);
        char *input = make_input(w->seed, shared->number);
        compile_behind_prelude(input);
        free(input);
    }
}

/* Runs the inputs [first, end) in a child process; false if it died, at shared->number. */
static bool run_child(uint64_t seed, unsigned long first, unsigned long end)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct work w = {seed, first, end};
        run_on_large_stack(work, &w);
        _exit(leaks() ? 1 : 0);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        fprintf(stderr, "input %lu takes more than %d seconds\n", shared->number, SECONDS_AN_INPUT);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void keep(const char *folder, uint64_t seed, unsigned long number)
{
    char path[4096];
    char *input = make_input(seed, number);
    snprintf(path, sizeof path, "%s/%lu-%lu.ac", folder, (unsigned long)seed, number);
    FILE *file = fopen(path, "w");
    if (file) {
        fputs(input, file);
        fclose(file);
    }
    printf("failed: input %lu of seed %lu, kept as %s\n", number, (unsigned long)seed, path);
    free(input);
}

/* Works through a batch; gives the number of inputs that failed. */
static int batch(uint64_t seed, unsigned long first, const char *folder)
{
    unsigned long end = first + BATCH;
    int failed = 0;
    while (first < end && !run_child(seed, first, end)) {
        unsigned long at = shared->number;
        if (at == end) { /* all worked, but some leaked: which? */
            for (at = first; at < end; at++)
                if (!run_child(seed, at, at + 1))
                    keep(folder, seed, at), failed++;
            break;
        }
        keep(folder, seed, at);
        failed++;
        first = at + 1;
    }
    return failed;
}

static void replay(void *data)
{
    (void)data;
    for (size_t i = 0; i < file_count; i++) {
        alarm(SECONDS_AN_INPUT);
        compile_behind_prelude(files[i].text);
    }
    printf("%zu inputs replayed\n", file_count);
}

int main(int argc, char **argv)
{
    const char *folder = ".";
    long seconds = 30;
    uint64_t seed = 1;
    bool replays = false;
    int i = 1;
    for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
        if (!strcmp(argv[i], "--replay"))
            replays = true;
        else if (!strcmp(argv[i], "--seconds") && argv[i + 1])
            seconds = atol(argv[++i]);
        else if (!strcmp(argv[i], "--seed") && argv[i + 1])
            seed = strtoull(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--keep") && argv[i + 1])
            folder = argv[++i];
        else if (!strcmp(argv[i], "--prelude") && argv[i + 1])
            prelude = read_file(argv[++i]);
    }
    if (!prelude || i == argc) {
        fputs(
            "usage: fuzz [--replay] [--seconds N] [--seed N] [--keep DIR] --prelude FILE FILE...\n",
            stderr);
        return 2;
    }
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (; i < argc; i++)
        add_file(argv[i], replays);
    if (replays) {
        run_on_large_stack(replay, NULL);
        return leaks();
    }
    time_t end = time(NULL) + seconds;
    unsigned long first = 0;
    int failed = 0;
    for (; time(NULL) < end && failed < 20; first += BATCH)
        failed += batch(seed, first, folder);
    printf("%lu inputs, %lu passed on to the emitter, %d failed\n", first, shared->emitted, failed);
    return failed > 0;
}
