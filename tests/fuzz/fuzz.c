/* Feeds broken programs to the compiler's passes, from the parser to the emitter, and looks for
 * crashes, hangs and leaks. Build it with sanitizers.
 *
 *     fuzz [--seconds N] [--seed N] [--keep DIR] [--patience N] --dictionary FILE
 *          --prelude FILE [--prelude FILE...] FILE...
 *     fuzz --replay [--patience N] --prelude FILE... FILE...    each file as it is, behind each
 * prelude
 *
 * An input is made of the files given and a dictionary (input.c) and stands behind a prelude, every
 * eighth behind another than the first. Input number N depends on the seed and N alone. One that
 * takes more than a second of the processor's time, and one more for every 10,000 bytes, hangs;
 * under valgrind, --patience 50 gives it 50 times that.
 *
 * A child process works through a batch and shares the number it is at; when it dies, the parent
 * writes that input to DIR and goes on behind it. Ends with "N inputs, N passed on to the emitter,
 * N failed"; the status is 1 if any failed. */
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compile.h"
#include "input.h"
#include "support/stack.h"

#if defined __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

enum { BATCH = 200, MOST_PRELUDES = 4, MOST_FAILURES = 20 };

struct shared { /* between parent and child */
    unsigned long number, emitted;
};

struct options {
    char *preludes[MOST_PRELUDES];
    const char *dictionary, *folder;
    unsigned prelude_count;
    long seconds;
    uint64_t seed;
    double patience;
    bool replays;
    char **files;
    int file_count;
};

struct fuzz {
    struct options options;
    struct inputs *inputs;
    struct shared *shared;
    unsigned long first, end; /* of what the child works through */
};

/* --- a child process */

static bool leaks(void)
{
#if defined __SANITIZE_ADDRESS__
    return __lsan_do_recoverable_leak_check();
#else
    return false;
#endif
}

/* SIGPROF ends the process when the input has had its time. */
static void limit_time(double seconds)
{
    struct itimerval limit = {.it_value = {.tv_sec = (time_t)ceil(seconds)}};
    setitimer(ITIMER_PROF, &limit, NULL);
}

static const char *prelude_of(const struct options *options, unsigned long number)
{
    unsigned others = options->prelude_count - 1;
    return options->preludes[others && number % 8 == 0 ? 1 + number / 8 % others : 0];
}

static void work(void *data)
{
    struct fuzz *fuzz = data;
    struct shared *shared = fuzz->shared;
    for (shared->number = fuzz->first; shared->number < fuzz->end; shared->number++) {
        char *input = inputs_make(fuzz->inputs, fuzz->options.seed, shared->number);
        limit_time(seconds_for(input) * fuzz->options.patience);
        shared->emitted += compile_behind(prelude_of(&fuzz->options, shared->number), input);
        free(input);
    }
    limit_time(0);
}

/* Runs the inputs [first, end) in a child process; false if it died, at shared->number. */
static bool run_child(struct fuzz *fuzz, unsigned long first, unsigned long end)
{
    int status;
    fflush(NULL);
    fuzz->first = first;
    fuzz->end = end;
    pid_t child = fork();
    if (child == 0) {
        run_on_large_stack(work, fuzz);
        _exit(leaks() ? 1 : 0);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
        fprintf(stderr, "input %lu takes too long\n", fuzz->shared->number);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* --- the parent */

static void keep(const struct fuzz *fuzz, unsigned long number)
{
    const struct options *options = &fuzz->options;
    unsigned long seed = options->seed;
    char path[4096];
    char *input = inputs_make(fuzz->inputs, seed, number);
    snprintf(path, sizeof path, "%s/%lu-%lu.ac", options->folder, seed, number);
    FILE *file = fopen(path, "w");
    if (file) {
        fputs(input, file);
        fclose(file);
    }
    printf("failed: input %lu of seed %lu, kept as %s\n", number, seed, path);
    free(input);
}

/* Works through a batch; gives the number of inputs that failed. */
static int batch(struct fuzz *fuzz, unsigned long first)
{
    unsigned long end = first + BATCH;
    int failed = 0;
    while (first < end && !run_child(fuzz, first, end)) {
        unsigned long at = fuzz->shared->number;
        if (at == end) { /* all worked, but some leaked: which? */
            for (at = first; at < end; at++)
                if (!run_child(fuzz, at, at + 1))
                    keep(fuzz, at), failed++;
            break;
        }
        keep(fuzz, at);
        failed++;
        first = at + 1;
    }
    return failed;
}

static int mutations(struct fuzz *fuzz)
{
    time_t end = time(NULL) + fuzz->options.seconds;
    unsigned long first = 0;
    int failed = 0;
    fuzz->inputs = inputs_new(fuzz->options.dictionary);
    for (int i = 0; i < fuzz->options.file_count; i++)
        inputs_add(fuzz->inputs, fuzz->options.files[i]);
    for (; time(NULL) < end && failed < MOST_FAILURES; first += BATCH)
        failed += batch(fuzz, first);
    printf("%lu inputs, %lu passed on to the emitter, %d failed\n", first, fuzz->shared->emitted,
           failed);
    inputs_free(fuzz->inputs);
    return failed > 0;
}

static void replay(void *data)
{
    const struct fuzz *fuzz = data;
    const struct options *options = &fuzz->options;
    for (int i = 0; i < options->file_count; i++) {
        char *input = read_whole(options->files[i]);
        for (unsigned at = 0; at < options->prelude_count; at++) {
            limit_time(seconds_for(input) * options->patience);
            fuzz->shared->emitted += compile_behind(options->preludes[at], input);
        }
        free(input);
    }
    printf("%d inputs replayed, %lu passed on to the emitter\n", options->file_count,
           fuzz->shared->emitted);
}

/* Reads the option at *argv, which moves to its end; false if it is none. */
static bool read_option(struct options *options, char ***argv)
{
    const char *name = *(*argv)++, *value = **argv;
    if (!strcmp(name, "--replay"))
        return options->replays = true;
    if (!value)
        return false;
    ++*argv;
    if (!strcmp(name, "--seconds"))
        options->seconds = atol(value);
    else if (!strcmp(name, "--seed"))
        options->seed = strtoull(value, NULL, 10);
    else if (!strcmp(name, "--keep"))
        options->folder = value;
    else if (!strcmp(name, "--patience"))
        options->patience = atof(value);
    else if (!strcmp(name, "--dictionary"))
        options->dictionary = value;
    else if (!strcmp(name, "--prelude") && options->prelude_count < MOST_PRELUDES)
        options->preludes[options->prelude_count++] = read_whole(value);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct fuzz fuzz = {.options = {.folder = ".", .seconds = 30, .seed = 1, .patience = 1}};
    struct options *options = &fuzz.options;
    char **end = argv + argc, **at = argv + 1;
    bool is_known = true;
    while (is_known && at < end && !strncmp(*at, "--", 2))
        is_known = read_option(options, &at);
    options->files = at;
    options->file_count = (int)(end - at);
    if (!is_known || at >= end || !options->prelude_count ||
        (!options->replays && !options->dictionary)) {
        fputs("usage: fuzz [--replay] [--seconds N] [--seed N] [--keep DIR] [--patience N]\n"
              "            [--dictionary FILE] --prelude FILE... FILE...\n",
              stderr);
        return 2;
    }
    fuzz.shared =
        mmap(NULL, sizeof *fuzz.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int result = 0;
    if (options->replays)
        run_on_large_stack(replay, &fuzz);
    else
        result = mutations(&fuzz);
    while (options->prelude_count > 0)
        free(options->preludes[--options->prelude_count]);
    return leaks() ? 1 : result;
}
