/* Parses what a C compiler's preprocessor makes of each header that the system and the compiler
 * install. No tree may hold an ERROR or a MISSING node.
 *
 *     sweep CC [FLAG...]
 *
 * Each header is included alone. One that the compiler cannot preprocess is skipped, and so is one
 * with errors here whose text the compiler does not compile either (C++). Two workers share the
 * headers: each takes every other one, prints what it finds and counts in shared memory. */
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tree_sitter/api.h>
#include <unistd.h>

const TSLanguage *tree_sitter_asyncc(void);

enum { WORKERS = 2, FLAG_LIMIT = 64 };

/* The compiler's own directory of headers is added to these. */
static const char *const patterns[] = {
    "/usr/include/*.h",
    "/usr/include/sys/*.h",
    "/usr/include/net*/*.h",
    "/usr/include/arpa/*.h",
    "/usr/include/linux/*.h",
    "/usr/include/rpc/*.h",
    "/usr/include/protocols/*.h",
    "/usr/include/*-linux-gnu*/*.h",
    "/usr/include/*-linux-gnu*/sys/*.h",
    "/usr/include/openssl/ssl.h",
    "/usr/include/glib-2.0/glib.h",
    "/usr/include/criterion/criterion.h",
};

struct counts {
    int passed, failed;
    int refused; /* by the preprocessor */
    int foreign; /* no C, neither here nor for the compiler */
    size_t bytes;
};

struct sweep {
    char **compiler; /* the command, NULL at the end */
    glob_t headers;
    struct counts *counts; /* one for each worker, shared by them */
};

/* The compiler's command followed by `extra`, both ended by NULL. */
static void join_command(char **command, char **compiler, const char *const *extra)
{
    int count = 0;
    while (*compiler && count < FLAG_LIMIT - 8)
        command[count++] = *compiler++;
    while (*extra)
        command[count++] = (char *)*extra++;
    command[count] = NULL;
}

/* Runs the command, its output going to `output`, or nowhere if -1; the exit status, or -1. */
static int run(char **command, int input, int output)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(input >= 0 ? input : null, STDIN_FILENO);
        dup2(output >= 0 ? output : null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

/* What the compiler, run with `extra`, makes of an #include of the header: the text, terminated, or
 * NULL if it refuses. The caller frees it. */
static char *compile(char **compiler, const char *const *extra, const char *header, size_t *size)
{
    char *command[FLAG_LIMIT], *text = NULL;
    FILE *source = tmpfile(), *output = tmpfile();
    struct stat info;
    if (!source || !output) {
        perror("tmpfile");
        exit(2);
    }
    fprintf(source, "#include \"%s\"\n", header);
    rewind(source);
    join_command(command, compiler, extra);
    if (run(command, fileno(source), fileno(output)) == 0 && !fstat(fileno(output), &info)) {
        *size = (size_t)info.st_size;
        text = malloc(*size + 1);
        if (!text || pread(fileno(output), text, *size, 0) != (ssize_t)*size)
            abort();
        text[*size] = '\0';
    }
    fclose(source);
    fclose(output);
    return text;
}

static bool is_valid_c(char **compiler, const char *header)
{
    static const char *const extra[] = {"-fsyntax-only", "-w", "-x", "c", "-", NULL};
    size_t size;
    char *text = compile(compiler, extra, header, &size);
    bool valid = text != NULL;
    free(text);
    return valid;
}

static void print_place(const char *header, const char *text, TSNode node)
{
    TSPoint point = ts_node_start_point(node);
    const char *line = text + ts_node_start_byte(node) - point.column;
    printf("%s: preprocessed line %u column %u: %s\n  %.*s\n", header, point.row + 1,
           point.column + 1, ts_node_is_missing(node) ? "MISSING" : "ERROR",
           (int)strcspn(line, "\n"), line);
}

/* Prints every ERROR and MISSING node at or below `node`. */
static void print_errors(const char *header, const char *text, TSNode node)
{
    uint32_t count = ts_node_child_count(node);
    if (!ts_node_has_error(node) && !ts_node_is_missing(node))
        return;
    if (ts_node_is_missing(node) || !strcmp(ts_node_type(node), "ERROR"))
        print_place(header, text, node);
    for (uint32_t i = 0; i < count; i++)
        print_errors(header, text, ts_node_child(node, i));
}

static void sweep_header(const struct sweep *sweep, TSParser *parser, const char *header,
                         struct counts *counts)
{
    static const char *const extra[] = {"-E", "-x", "c", "-", NULL};
    size_t size;
    char *text = compile(sweep->compiler, extra, header, &size);
    TSTree *tree;
    if (!text) {
        counts->refused++;
        return;
    }
    tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)size);
    counts->bytes += size;
    if (!ts_node_has_error(ts_tree_root_node(tree))) {
        counts->passed++;
    } else if (!is_valid_c(sweep->compiler, header)) {
        counts->foreign++;
        printf("%s: skipped, no C\n", header);
    } else {
        counts->failed++;
        print_errors(header, text, ts_tree_root_node(tree));
    }
    ts_tree_delete(tree);
    free(text);
}

/* Takes every WORKERS-th header; false if the parser does not fit the library. */
static bool work(const struct sweep *sweep, size_t worker)
{
    TSParser *parser = ts_parser_new();
    if (!ts_parser_set_language(parser, tree_sitter_asyncc()))
        return false;
    for (size_t i = worker; i < sweep->headers.gl_pathc; i += WORKERS)
        sweep_header(sweep, parser, sweep->headers.gl_pathv[i], &sweep->counts[worker]);
    ts_parser_delete(parser);
    return true;
}

static void find_headers(struct sweep *sweep)
{
    static const char *const extra[] = {"-print-file-name=include", NULL};
    char *command[FLAG_LIMIT], pattern[4096] = "";
    FILE *output = tmpfile();
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &sweep->headers);
    join_command(command, sweep->compiler, extra);
    if (output && run(command, -1, fileno(output)) == 0) {
        rewind(output);
        if (fgets(pattern, sizeof pattern - 8, output)) {
            strcpy(pattern + strcspn(pattern, "\n"), "/*.h");
            glob(pattern, GLOB_APPEND, NULL, &sweep->headers);
        }
    }
    if (output)
        fclose(output);
}

int main(int argc, char **argv)
{
    struct sweep sweep = {.compiler = argv + 1};
    struct counts sum = {0};
    pid_t workers[WORKERS];
    bool lost = false;
    if (argc < 2 || argc > FLAG_LIMIT - 8) {
        fprintf(stderr, "usage: sweep CC [FLAG...]\n");
        return 2;
    }
    find_headers(&sweep);
    sweep.counts = mmap(NULL, WORKERS * sizeof *sweep.counts, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sweep.counts == MAP_FAILED)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] == 0) {
            bool done = work(&sweep, i);
            globfree(&sweep.headers);
            return done ? 0 : 2;
        }
    }
    for (size_t i = 0; i < WORKERS; i++) {
        int status;
        if (waitpid(workers[i], &status, 0) < 0 || status)
            lost = true;
        sum.passed += sweep.counts[i].passed;
        sum.failed += sweep.counts[i].failed;
        sum.refused += sweep.counts[i].refused;
        sum.foreign += sweep.counts[i].foreign;
        sum.bytes += sweep.counts[i].bytes;
    }
    globfree(&sweep.headers);
    if (lost || !sum.passed) {
        printf("sweep: a worker ended early, or nothing was parsed\n");
        sum.failed++;
    }
    printf("%zu bytes; skipped: %d headers that %s does not preprocess alone, %d that are no C\n",
           sum.bytes, sum.refused, argv[1], sum.foreign);
    printf("%d passed, %d failed\n", sum.passed, sum.failed);
    return sum.failed > 0;
}
