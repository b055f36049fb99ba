/* Runs accept programs: compiles them by asyncc and by C compilers in several ways (flavours),
 * runs each result and compares what it prints with what the program says.
 *
 *     accept --asyncc PATH --include DIR --work DIR [--under COMMAND] [--loops NAMES]
 *            --flavour NAME 'CC FLAGS' RUNTIME... FILE.ac...
 *
 * COMMAND runs the executables (valgrind); NAMES are the backends for programs that choose none.
 *
 * Comments in the program, at the start of a line:
 *     // expect: TEXT      the next line of standard output; without any, it stays empty
 *     // stderr: TEXT      standard error contains TEXT; without any, it stays empty
 *     // exit: N           the exit status, else 0
 *     // signal: N         the signal that ends it
 *     // args: A B C       its arguments
 *     // stack: KIB        the limit of its C stack
 *     // seconds: N        how long it may run, else 20
 *     // env: NAME=VALUE... in its environment
 *     // loops: NAME...    the backends of the loop on which it runs, else all of them
 *     // flags: F...       for asyncc and the C compiler alike
 *     // also: FILE...     beside the program: further .ac or .c files of the same program
 *     // not: FLAVOUR...   not in these flavours
 *     // one compiler      by the compiler that preprocessed it alone, since it uses its macros
 *
 * The C compiler's and asyncc's messages must be none: everything is compiled with
 * -Wall -Wextra -Werror. The address of the runtime's headers goes in by -isystem's plain sister
 * -I, so that the headers are held to the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../harness/harness.h"

enum { MOST_FLAVOURS = 16, MOST_SOURCES = 8 };

struct flavour {
    const char *name;     /* for messages and file names */
    const char *compiler; /* the C compiler and its flags, split at blanks */
    const char *runtime;  /* the runtime's library, built alike */
};

struct setup {
    const char *asyncc, *include, *work, *loops;
    const char *under; /* NULL: the executables run by themselves */
    struct flavour flavours[MOST_FLAVOURS];
    int flavour_count;
};

struct program {
    const char *path, *name;
    char *text;
    char *expected; /* all of its standard output */
    char *folder;
};

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? format("%.*s", (int)(slash - path), path) : format(".");
}

static void collect_expected(const char *line, int number, void *data)
{
    char **expected = data;
    const char *value = directive(line, "expect");
    (void)number;
    if (value)
        *expected = format("%s%s\n", *expected, value);
}

static bool contains_word(const char *words, const char *word)
{
    struct command list = {0};
    command_split(&list, words ? words : "");
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.words[i], word) == 0)
            return true;
    return false;
}

/* The first compiler of another name than this flavour's, else its own. */
static const char *other_compiler(const struct setup *setup, const char *compiler)
{
    for (int i = 0; i < setup->flavour_count; i++) {
        struct command words = {0};
        command_split(&words, setup->flavours[i].compiler);
        if (strcmp(words.words[0], compiler) != 0)
            return words.words[0];
    }
    return compiler;
}

/* How asyncc is run: where the C compiler optimises, what headers hold is written out, by means of
 * that compiler, which is all that can read it; else includes are restored, by means of the other
 * compiler, since it must not matter which one preprocessed. */
static void add_mode(struct command *lower, const struct setup *setup,
                     const struct program *program, const struct flavour *flavour,
                     const char *compiler)
{
    bool is_whole = strstr(flavour->compiler, " -O2") != NULL;
    if (is_whole)
        command_add(lower, "--self-contained", NULL);
    else if (!strstr(program->text, "\n// one compiler\n"))
        compiler = other_compiler(setup, compiler);
    command_add(lower, format("--cc=%s", compiler), NULL);
}

static void add_flags(struct command *command, const struct setup *setup,
                      const struct program *program, const struct flavour *flavour,
                      const char *source)
{
    char *flags = directive_value(program->text, "flags");
    struct command compiler = {0};
    command_split(&compiler, flavour->compiler);
    for (size_t i = 1; i < compiler.count; i++)
        command_add(command, compiler.words[i], NULL);
    command_add(command, "-Wall", "-Wextra", "-Werror", "-I", setup->include, "-iquote",
                folder_of(source), NULL);
    if (flags)
        command_split(command, flags);
}

/* A step that must succeed and say nothing. */
static bool quiet_step(const struct command *command, const char *scratch, const char *what,
                       struct limits limits)
{
    struct outcome outcome = run_command(command, scratch, limits);
    bool is_right = outcome.status == 0 && !*outcome.out && !*outcome.err;
    if (!check(is_right, what)) {
        printf("  %s\n  status %d\n", command_text(command), outcome.status);
        print_indented("  | ", outcome.out);
        print_indented("  | ", outcome.err);
    }
    return is_right;
}

/* Compiles one source of the program; gives the object's path, NULL after a failure. */
static char *compile_source(const struct setup *setup, const struct program *program,
                            const struct flavour *flavour, const char *source)
{
    char *stem =
        format("%s/%s.%s.%s", setup->work, program->name, base_name(source), flavour->name);
    char *object = format("%s.o", stem);
    const char *c_file = source;
    struct command compiler = {0}, compile = {0};
    command_split(&compiler, flavour->compiler);
    if (strcmp(strrchr(source, '.'), ".ac") == 0) {
        struct command lower = {0};
        c_file = format("%s.c", stem);
        command_add(&lower, setup->asyncc, NULL);
        add_mode(&lower, setup, program, flavour, compiler.words[0]);
        add_flags(&lower, setup, program, flavour, source);
        command_add(&lower, source, "-o", c_file, NULL);
        if (!quiet_step(&lower, stem, format("%s [%s]: asyncc", source, flavour->name),
                        (struct limits){.seconds = 60}))
            return NULL;
    }
    command_add(&compile, compiler.words[0], NULL);
    add_flags(&compile, setup, program, flavour, source);
    command_add(&compile, "-c", c_file, "-o", object, NULL);
    if (!quiet_step(&compile, stem, format("%s [%s]: C compiler", source, flavour->name),
                    (struct limits){.seconds = 120}))
        return NULL;
    return object;
}

static char *build(const struct setup *setup, const struct program *program,
                   const struct flavour *flavour)
{
    char *executable = format("%s/%s.%s", setup->work, program->name, flavour->name);
    char *also = directive_value(program->text, "also");
    struct command sources = {0}, link = {0};
    command_add(&sources, program->path, NULL);
    if (also) {
        struct command more = {0};
        command_split(&more, also);
        for (size_t i = 0; i < more.count; i++)
            command_add(&sources, format("%s/%s", program->folder, more.words[i]), NULL);
    }
    command_split(&link, flavour->compiler);
    for (size_t i = 0; i < sources.count; i++) {
        char *object = compile_source(setup, program, flavour, sources.words[i]);
        if (!object)
            return NULL;
        command_add(&link, object, NULL);
    }
    command_add(&link, flavour->runtime, "-pthread", "-o", executable, NULL);
    if (!quiet_step(&link, executable, format("%s [%s]: link", program->path, flavour->name),
                    (struct limits){.seconds = 60}))
        return NULL;
    return executable;
}

static int number_of(const struct program *program, const char *name, int otherwise)
{
    char *value = directive_value(program->text, name);
    return value ? atoi(value) : otherwise;
}

/* Runs the executable on a backend and holds it against the program's comments. */
static void run(const struct setup *setup, const struct program *program,
                const struct flavour *flavour, const char *executable, const char *loop)
{
    char *arguments = directive_value(program->text, "args");
    char *environment = directive_value(program->text, "env");
    char *complaint = directive_value(program->text, "stderr");
    int signal = number_of(program, "signal", 0);
    int status = signal ? 256 + signal : number_of(program, "exit", 0);
    struct limits limits = {.seconds = (unsigned)number_of(program, "seconds", 20),
                            .stack_bytes = (size_t)number_of(program, "stack", 0) * 1024};
    struct command command = {0};
    command_add(&command, "env", format("ASYNC_LOOP=%s", loop), NULL);
    if (environment)
        command_split(&command, environment);
    if (setup->under)
        command_add(&command, setup->under, NULL);
    command_add(&command, executable, NULL);
    if (arguments)
        command_split(&command, arguments);
    struct outcome outcome = run_command(&command, executable, limits);
    bool is_output_right = strcmp(outcome.out, program->expected) == 0;
    bool is_error_right = complaint ? strstr(outcome.err, complaint) != NULL : !*outcome.err;
    if (check(outcome.status == status && is_output_right && is_error_right,
              format("%s [%s]: run on %s", program->path, flavour->name, loop)))
        return;
    printf("  status %d, expected %d\n", outcome.status, status);
    if (!is_output_right) {
        print_indented("  expected | ", program->expected);
        print_indented("  printed  | ", outcome.out);
    }
    if (!is_error_right && complaint)
        printf("  expected on standard error: %s\n", complaint);
    print_indented("  stderr   | ", outcome.err);
}

static void run_program(const struct setup *setup, const char *path)
{
    struct program program = {.path = path, .name = base_name(path)};
    program.text = read_file(path);
    program.folder = folder_of(path);
    program.expected = format("%s", "");
    if (!check(program.text != NULL, path))
        return;
    each_line(program.text, collect_expected, &program.expected);
    char *not_in = directive_value(program.text, "not");
    char *chosen = directive_value(program.text, "loops");
    struct command loops = {0};
    command_split(&loops, chosen ? chosen : setup->loops);
    for (int i = 0; i < setup->flavour_count; i++) {
        const struct flavour *flavour = &setup->flavours[i];
        if (contains_word(not_in, flavour->name))
            continue;
        char *executable = build(setup, &program, flavour);
        for (size_t k = 0; executable && k < loops.count; k++)
            run(setup, &program, flavour, executable, loops.words[k]);
    }
}

int main(int argc, char **argv)
{
    struct setup setup = {
        .asyncc = "asyncc", .include = ".", .work = ".", .loops = "epoll poll sim"};
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--asyncc") == 0) {
            setup.asyncc = argv[i + 1];
        } else if (strcmp(argv[i], "--include") == 0) {
            setup.include = argv[i + 1];
        } else if (strcmp(argv[i], "--work") == 0) {
            setup.work = argv[i + 1];
        } else if (strcmp(argv[i], "--loops") == 0) {
            setup.loops = argv[i + 1];
        } else if (strcmp(argv[i], "--under") == 0) {
            setup.under = argv[i + 1];
        } else if (strcmp(argv[i], "--flavour") == 0 && i + 3 < argc &&
                   setup.flavour_count < MOST_FLAVOURS) {
            setup.flavours[setup.flavour_count++] =
                (struct flavour){argv[i + 1], argv[i + 2], argv[i + 3]};
            i += 2;
        } else {
            fprintf(stderr, "accept: what is %s?\n", argv[i]);
            return 2;
        }
    }
    mkdir(setup.work, 0777);
    for (; i < argc; i++)
        run_program(&setup, argv[i]);
    return report();
}
