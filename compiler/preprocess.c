/* The preprocessor: $CC -E -dD -D__ASYNCC__=1 [the user's options] -x c file.ac, started without a
 * shell, its output read through a pipe. At the same time, with -C, it writes the text with
 * comments into a file in memory (commented.c says why both); that run has nothing to say.
 *
 * Its messages are its own business, and it writes them itself; only where the diagnostics are for
 * programs (JSON) are they collected and taken apart. A compiler that fails has said why; one that
 * was killed, or cannot be started, has not, and then we do. */
#include "preprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commented.h"
#include "diagnostic.h"
#include "file.h"
#include "options.h"
#include "raw_string.h"
#include "response.h"
#include "support/arena.h"
#include "support/text.h"

extern char **environ;

enum { LARGEST_OUTPUT = 1024 * 1024 * 1024 };

/* --- the command */

static void add(struct arena *arena, struct arguments *command, const char *argument)
{
    command->items = arena_grow(arena, command->items, command->count, &command->capacity,
                                sizeof *command->items);
    command->items[command->count++] = argument;
}

/* The compiler is a program, perhaps with a blank in its path, or a program and its first options
 * as make's $(CC) may be: `ccache gcc`. */
static void add_compiler(struct arena *arena, struct arguments *command, const char *compiler)
{
    if (strchr(compiler, '/') && access(compiler, X_OK) == 0)
        add(arena, command, compiler);
    else
        response_split(command, arena, compiler);
}

static struct arguments make_command(const struct options *options, struct arena *arena,
                                     bool with_comments)
{
    struct arguments command = {0};
    add_compiler(arena, &command, options->compiler);
    add(arena, &command, "-E");
    add(arena, &command, "-dD");
    if (with_comments)
        add(arena, &command, "-C");
    add(arena, &command, "-D__ASYNCC__=1");
    for (size_t i = 0; i < options->preprocessor_count; i++)
        add(arena, &command, options->preprocessor[i]);
    if (options->json)
        add(arena, &command, "-fno-diagnostics-color");
    if (options->header) { /* as one: #pragma once in a main file makes compilers wonder */
        add(arena, &command, "-include");
        add(arena, &command, options->input);
    }
    add(arena, &command, "-x");
    add(arena, &command, "c");
    add(arena, &command, options->header ? "/dev/null" : options->input);
    add(arena, &command, NULL);
    return command;
}

/* Prints the command as a shell would read it. */
static void print_command(const struct arguments *command)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./,:@%";
    for (size_t i = 0; i + 1 < command->count; i++) {
        const char *argument = command->items[i];
        fputs(i ? " " : "", stderr);
        if (*argument && !argument[strspn(argument, plain)]) {
            fputs(argument, stderr);
            continue;
        }
        fputc('\'', stderr);
        for (; *argument; argument++)
            fputs(*argument == '\'' ? "'\\''" : (char[]){*argument, '\0'}, stderr);
        fputc('\'', stderr);
    }
    fputc('\n', stderr);
}

/* --- the process */

/* Starts it with its output going to `output`, and its messages to `messages` unless that is
 * negative. An errno number, or 0. */
static int start(const struct arguments *command, int output, int messages, pid_t *process)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (!error && messages >= 0)
        error = posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    if (!error)
        error = posix_spawnp(process, command->items[0], &actions, NULL,
                             (char *const *)command->items, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Adds what can be read; false if that is more than LARGEST_OUTPUT, or cannot be read. */
static bool read_all(int descriptor, struct text *out)
{
    static const size_t portion = 64 * 1024;
    char *buffer = malloc(portion);
    ssize_t got = buffer ? 1 : -1;
    while (got > 0 && out->length <= LARGEST_OUTPUT) {
        got = read(descriptor, buffer, portion);
        if (got > 0)
            text_write(out, buffer, (size_t)got);
        else if (got < 0 && errno == EINTR)
            got = 1;
    }
    free(buffer);
    return got == 0;
}

/* Waits for the end: the exit status, or 256 and more for the signal that killed it. */
static int wait_for(pid_t process)
{
    int status;
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return 1;
    return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The status with which a command ends that could not be run, where posix_spawn cannot tell. */
enum { NOT_RUN = 127 };

static void report_not_run(struct diagnostics *diagnostics, const struct arguments *command,
                           int error)
{
    report_failure(diagnostics, "cannot run the C compiler '%s': %s", command->items[0],
                   strerror(error));
}

/* Runs the command; its exit status as in wait_for, or -1 if the failure was reported. */
static int run(const struct arguments *command, struct diagnostics *diagnostics, int messages,
               struct text *out)
{
    int ends[2];
    pid_t process;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        report_failure(diagnostics, "cannot make a pipe: %s", strerror(errno));
        return -1;
    }
    int error = start(command, ends[1], messages, &process);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        report_not_run(diagnostics, command, error);
        return -1;
    }
    size_t before = out->length;
    bool is_complete = read_all(ends[0], out);
    close(ends[0]);
    int status = wait_for(process);
    if (!is_complete)
        report_failure(diagnostics, "the preprocessed text is too large");
    else if (status == NOT_RUN && out->length == before)
        report_not_run(diagnostics, command, ENOENT);
    else
        return status;
    return -1;
}

/* --- its messages, as diagnostics */

/* Takes `file:line[:column]` apart; the file name is cut off in place. False if it is none. */
static bool read_place(char *text, unsigned *line, unsigned *column)
{
    unsigned numbers[2] = {0};
    int found = 0;
    for (char *colon; found < 2 && (colon = strrchr(text, ':')) && colon != text; found++) {
        char *end;
        unsigned long number = strtoul(colon + 1, &end, 10);
        if (end == colon + 1 || *end)
            break;
        numbers[found] = (unsigned)number;
        *colon = '\0';
    }
    *line = found == 2 ? numbers[1] : numbers[0];
    *column = found == 2 ? numbers[0] : 0;
    return found > 0;
}

static void report_line(struct diagnostics *diagnostics, char *line)
{
    static const struct {
        const char *mark;
        enum severity severity;
    } marks[] = {{": fatal error: ", SEVERITY_ERROR},
                 {": error: ", SEVERITY_ERROR},
                 {": warning: ", SEVERITY_WARNING},
                 {": note: ", SEVERITY_NOTE}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char *at = strstr(line, marks[i].mark);
        if (!at)
            continue;
        *at = '\0';
        unsigned number, column;
        bool has_place = read_place(line, &number, &column);
        report_foreign(diagnostics, marks[i].severity, has_place ? line : NULL, number, column,
                       at + strlen(marks[i].mark));
        return;
    }
}

static void report_messages(struct diagnostics *diagnostics, int messages)
{
    struct text text = {0};
    if (lseek(messages, 0, SEEK_SET) == 0 && read_all(messages, &text) && text.length) {
        char *rest = NULL;
        for (char *line = strtok_r(text.data, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest))
            report_line(diagnostics, line);
    }
    text_free(&text);
}

/* --- the pass */

/* Tells why it failed where the compiler itself has not. */
static bool judge(struct diagnostics *diagnostics, const struct options *options, int status,
                  bool has_told)
{
    if (status > 256)
        report_failure(diagnostics, "the C compiler '%s' was killed: %s", options->compiler,
                       strsignal(status - 256));
    else if (status > 0 && !has_told)
        report_failure(diagnostics, "the C compiler '%s' failed with exit status %d",
                       options->compiler, status);
    return status == 0;
}

static bool check_text(struct diagnostics *diagnostics, const struct options *options,
                       const struct text *text, size_t start)
{
    if (text->length == start || !memchr(text->data + start, '\0', text->length - start))
        return true;
    report_failure(diagnostics, "'%s' or what it includes is not a text file", options->input);
    return false;
}

static bool preprocess_plain(const struct options *options, struct arena *arena,
                             struct diagnostics *diagnostics, struct text *out)
{
    struct arguments command = make_command(options, arena, false);
    if (options->verbose)
        print_command(&command);
    int messages = options->json ? memfd_create("asyncc", MFD_CLOEXEC) : -1;
    size_t start = out->length;
    unsigned errors = diagnostics_errors(diagnostics);
    int status = run(&command, diagnostics, messages, out);
    if (messages >= 0) {
        report_messages(diagnostics, messages);
        close(messages);
    }
    bool has_told = messages < 0 || diagnostics_errors(diagnostics) > errors;
    return judge(diagnostics, options, status, has_told) &&
           check_text(diagnostics, options, out, start);
}

/* The run with comments: where its output goes, negative if there is no such run. */
struct commenting {
    int output;
    pid_t process;
};

static bool is_read_once(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 || !S_ISREG(status.st_mode);
}

/* Whatever fails here costs comments only. */
static struct commenting start_commenting(const struct options *options, struct arena *arena)
{
    struct commenting run = {.output = -1};
    if (is_read_once(options->input))
        return run;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0)
        return run;
    struct arguments command = make_command(options, arena, true);
    if (options->verbose)
        print_command(&command);
    run.output = memfd_create("asyncc", MFD_CLOEXEC);
    if (run.output >= 0 && start(&command, run.output, nowhere, &run.process) != 0) {
        close(run.output);
        run.output = -1;
    }
    close(nowhere);
    return run;
}

/* Gives the text the comments. */
static void finish_commenting(const struct commenting *run, struct arena *arena, struct text *text)
{
    if (run->output < 0)
        return;
    struct text commented = {0};
    bool ok = wait_for(run->process) == 0 && lseek(run->output, 0, SEEK_SET) == 0 &&
              read_all(run->output, &commented);
    close(run->output);
    raw_strings_spell(&commented);
    if (ok)
        commented_weave(arena, text, &commented);
    text_free(&commented);
}

bool preprocess(const struct options *options, struct arena *arena, struct diagnostics *diagnostics,
                struct text *out)
{
    bool is_empty;
    if (!file_check_input(diagnostics, options->input, &is_empty))
        return false;
    if (is_empty)
        report_oddity(diagnostics, "'%s' is empty", options->input);
    struct commenting commenting = start_commenting(options, arena);
    bool ok = preprocess_plain(options, arena, diagnostics, out);
    raw_strings_spell(out);
    finish_commenting(&commenting, arena, out);
    return ok;
}
