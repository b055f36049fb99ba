/* What the runners of test programs share: text files, commands, and directives in comments.
 *
 * A test program says what it expects inside itself, in lines such as `// expect: 42`. A runner
 * reads the file, runs commands with `run_command`, and ends by `report`. Everything is allocated
 * for the life of the process: a runner handles one file or a few and exits. */
#ifndef ASYNCC_TESTS_HARNESS_H
#define ASYNCC_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

/* Arguments of a command; ended by NULL. */
struct command {
    const char *words[1024];
    size_t count;
};

/* How a command is to be run. Zero means: no limit. */
struct limits {
    unsigned seconds;   /* killed by SIGALRM after that much wall time; under valgrind, more */
    size_t stack_bytes; /* of the main thread */
};

/* How it ended, and what it wrote. */
struct outcome {
    int status; /* exit status, or 256 + the signal that killed it */
    char *out;  /* standard output, NUL-terminated */
    char *err;  /* standard error, NUL-terminated */
};

/* Appends words up to a NULL. */
void command_add(struct command *command, ...) __attribute__((sentinel));

/* Appends the words of `text`, split at blanks. */
void command_split(struct command *command, const char *text);

/* Runs a command to its end. Its standard input is empty; what it writes passes through the files
 * SCRATCH.stdout and SCRATCH.stderr. A command that cannot be started has the status 127. */
struct outcome run_command(const struct command *command, const char *scratch, struct limits);

/* The command as one line, for messages. */
char *command_text(const struct command *command);

/* A formatted string. */
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* The whole file, NUL-terminated; NULL (and a message) if it cannot be read. */
char *read_file(const char *path);

bool file_exists(const char *path);

/* The last part of a path, without its extension. */
char *base_name(const char *path);

/* Calls `each` for every line of `text`, without its newline, counted from 1. Cuts a copy. */
void each_line(const char *text, void (*each)(const char *line, int number, void *data),
               void *data);

/* The rest of `line` after `// NAME:` and one blank, at the start of the line; else NULL. */
const char *directive(const char *line, const char *name);

/* The value of the last directive of that name in `text`, or NULL. */
char *directive_value(const char *text, const char *name);

/* Prints `text`, each line after `prefix`. */
void print_indented(const char *prefix, const char *text);

/* Counts one check, prints `name` if it failed; gives `is_right` back. */
bool check(bool is_right, const char *name);

/* Prints "N passed, N failed"; gives the process's exit status. */
int report(void);

#endif
