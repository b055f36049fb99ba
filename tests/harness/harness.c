/* Text files, commands and directives for the runners of test programs; see harness.h. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int passed, failed;

/* Runners keep everything they read until they end: that is no leak. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static void *must(void *memory)
{
    if (!memory) {
        perror("out of memory");
        exit(2);
    }
    return memory;
}

void command_add(struct command *command, ...)
{
    va_list words;
    va_start(words, command);
    for (const char *word; (word = va_arg(words, const char *));) {
        if (command->count + 1 == sizeof command->words / sizeof *command->words) {
            fprintf(stderr, "a command has too many words\n");
            exit(2);
        }
        command->words[command->count++] = word;
    }
    va_end(words);
}

void command_split(struct command *command, const char *text)
{
    char *copy = must(strdup(text));
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        command_add(command, word, NULL);
}

char *format(const char *pattern, ...)
{
    char *text = NULL;
    va_list values;
    va_start(values, pattern);
    if (vasprintf(&text, pattern, values) < 0)
        text = NULL;
    va_end(values);
    return must(text);
}

char *command_text(const struct command *command)
{
    char *text = format("%s", "");
    for (size_t i = 0; i < command->count; i++)
        text = format("%s%s%s", text, i ? " " : "", command->words[i]);
    return text;
}

char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0, room = 0, n;
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return NULL;
    }
    do {
        if (size + 4096 > room)
            text = must(realloc(text, (room = 2 * room + 4096) + 1));
        size += n = fread(text + size, 1, room - size, file);
    } while (n);
    fclose(file);
    text[size] = '\0';
    return must(realloc(text, size + 1)); /* runners keep all of them */
}

bool file_exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = must(strdup(slash ? slash + 1 : path));
    char *dot = strrchr(name, '.');
    if (dot)
        *dot = '\0';
    return name;
}

/* The child's side of run_command: never returns. */
static void become(const struct command *command, const char *out, const char *err,
                   struct limits limits)
{
    int in_fd = open("/dev/null", O_RDONLY);
    int out_fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int err_fd = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (in_fd < 0 || out_fd < 0 || err_fd < 0)
        _exit(126);
    dup2(in_fd, 0);
    dup2(out_fd, 1);
    dup2(err_fd, 2);
    if (limits.stack_bytes) {
        struct rlimit stack;
        getrlimit(RLIMIT_STACK, &stack);
        stack.rlim_cur = limits.stack_bytes;
        setrlimit(RLIMIT_STACK, &stack);
    }
    alarm(limits.seconds * PATIENCE);
    execvp(command->words[0], (char *const *)command->words);
    dprintf(2, "%s: %s\n", command->words[0], strerror(errno));
    _exit(127);
}

struct outcome run_command(const struct command *command, const char *scratch, struct limits limits)
{
    struct outcome outcome = {.status = 127, .out = "", .err = ""};
    char *out = format("%s.stdout", scratch), *err = format("%s.stderr", scratch);
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        become(command, out, err, limits);
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        perror("fork");
        return outcome;
    }
    outcome.status = WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
    char *text;
    if ((text = read_file(out)))
        outcome.out = text;
    if ((text = read_file(err)))
        outcome.err = text;
    return outcome;
}

void each_line(const char *text, void (*each)(const char *line, int number, void *data), void *data)
{
    char *copy = must(strdup(text)), *line = copy;
    for (int number = 1; *line; number++) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        each(line, number, data);
        if (!end)
            break;
        line = end + 1;
    }
    free(copy);
}

const char *directive(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(line, "// ", 3) != 0 || strncmp(line + 3, name, length) != 0 ||
        line[3 + length] != ':')
        return NULL;
    line += 3 + length + 1;
    return *line == ' ' ? line + 1 : line;
}

struct search {
    const char *name;
    char *value;
};

static void find_directive(const char *line, int number, void *data)
{
    struct search *search = data;
    const char *value = directive(line, search->name);
    (void)number;
    if (value)
        search->value = must(strdup(value));
}

char *directive_value(const char *text, const char *name)
{
    struct search search = {.name = name};
    each_line(text, find_directive, &search);
    return search.value;
}

static void print_line(const char *line, int number, void *data)
{
    (void)number;
    printf("%s%s\n", (const char *)data, line);
}

void print_indented(const char *prefix, const char *text)
{
    each_line(text, print_line, (void *)prefix);
}

bool check(bool is_right, const char *name)
{
    if (is_right) {
        passed++;
    } else {
        failed++;
        printf("FAILED: %s\n", name);
    }
    return is_right;
}

int report(void)
{
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
