/* Sweeps a program: every wait cancelled, every allocation failed, once each, and many orders.
 *
 *     asyncc_sweep [--seeds N] [--most N] [--seconds N] [--loop NAME] PROGRAM ARGUMENTS...
 *     asyncc_sweep [...] --scenarios PROGRAM
 *
 * The program, which is an ordinary one of asyncc's, runs on the sim backend: twice as it is (what
 * it prints must be the same), and its suspensions and the runtime's allocations are counted. Then
 * it runs once for each suspension, with main cancelled there; once for each allocation, with that
 * one failing; and once for each seed from 1 to N (20). Of more than --most (1000) suspensions or
 * allocations, so many are taken, evenly.
 *
 * Each run must end by itself, within --seconds (10) and not by a signal, nor by a sanitizer's
 * error; no handle may be left, no block that the runtime allocated, and no more open streams than
 * at the end of the first run. What it prints, and its exit status, may be another one where
 * something was injected; with a seed, its status must be the same. Failures are printed with the
 * environment that repeats them, and count in the exit status.
 *
 * With --loop, it runs on another backend (epoll, poll), where time is real, and threads and the
 * kernel's sockets take part: without seeds, and a second run need not be like the first. With
 * --scenarios, the program is swept once for each line that it prints when its argument is --list,
 * with that line as its argument. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/harness.h"

enum { SANITIZER_STATUS = 99 };

/* What runtime/src/sweep.c writes at the program's exit. */
struct counts {
    unsigned long waits, allocations, streams, handles, blocks;
};

struct sweep {
    struct command command;
    struct limits limits;
    const char *name, *loop;
    bool is_simulated;
    char *scratch, *counts_path; /* files */
    unsigned long seeds, most;
    unsigned long runs, failed; /* all of them; and of those, by what was done: */
    unsigned long cancelled, starved, drawn;
    struct counts usual;
    int usual_status;
};

/* ---- one run ---- */

static bool read_counts(const char *path, struct counts *counts)
{
    FILE *file = fopen(path, "r");
    *counts = (struct counts){0};
    if (!file)
        return false;
    int found =
        fscanf(file, "waits %lu allocations %lu streams %lu handles %lu blocks %lu", &counts->waits,
               &counts->allocations, &counts->streams, &counts->handles, &counts->blocks);
    fclose(file);
    unlink(path);
    return found == 5;
}

/* What is wrong with how a run ended; NULL: nothing. */
static char *complaint(const struct sweep *sweep, const struct outcome *outcome, bool counted,
                       const struct counts *counts)
{
    if (outcome->status > 256)
        return format("it was killed by signal %d", outcome->status - 256);
    if (outcome->status == SANITIZER_STATUS)
        return format("a sanitizer found an error");
    if (!counted)
        return format("it did not exit in the ordinary way (status %d)", outcome->status);
    if (counts->handles)
        return format("%lu handles were left", counts->handles);
    if (counts->blocks)
        return format("%lu blocks of the runtime were left", counts->blocks);
    if (counts->streams > sweep->usual.streams)
        return format("%lu streams or servers were left open", counts->streams);
    return NULL;
}

static void fail(struct sweep *sweep, const char *setting, const char *why,
                 const struct outcome *outcome)
{
    sweep->failed++;
    printf("%s: %s\n  repeat it: ASYNC_LOOP=%s ASYNC_SWEEP=/dev/stderr %s %s\n", sweep->name, why,
           sweep->loop, setting, command_text(&sweep->command));
    print_indented("  | ", outcome->err);
}

/* Runs the program with one more variable in its environment, NAME=VALUE or "". */
static struct outcome run_once(struct sweep *sweep, const char *setting, struct counts *counts)
{
    char *copy = format("%s", setting), *value = strchr(copy, '=');
    if (value) {
        *value = 0;
        setenv(copy, value + 1, 1);
    }
    struct outcome outcome = run_command(&sweep->command, sweep->scratch, sweep->limits);
    if (value)
        unsetenv(copy);
    bool counted = read_counts(sweep->counts_path, counts);
    char *why = complaint(sweep, &outcome, counted, counts);
    sweep->runs++;
    if (why)
        fail(sweep, setting, why, &outcome);
    return outcome;
}

/* ---- all of them ---- */

/* As it is, twice. False: it makes no sense to go on. */
static bool run_plainly(struct sweep *sweep)
{
    struct counts counts;
    unsigned long failed = sweep->failed;
    sweep->usual.streams = ~0ul;
    struct outcome first = run_once(sweep, "", &sweep->usual);
    sweep->usual_status = first.status;
    if (!sweep->is_simulated)
        return sweep->failed == failed;
    struct outcome second = run_once(sweep, "", &counts);
    if (first.status != second.status || strcmp(first.out, second.out) ||
        strcmp(first.err, second.err) || memcmp(&counts, &sweep->usual, sizeof counts))
        fail(sweep, "", "a second run was not like the first one", &second);
    return sweep->failed == failed;
}

/* Once for each of `count` places where something can be injected. Their number. */
static unsigned long inject(struct sweep *sweep, const char *kind, unsigned long count)
{
    unsigned long step = (count + sweep->most - 1) / sweep->most, runs = 0;
    struct counts counts;
    for (unsigned long i = 1; i <= count; i += step, runs++)
        run_once(sweep, format("ASYNC_INJECT=%s:%lu", kind, i), &counts);
    return runs;
}

static void draw_orders(struct sweep *sweep)
{
    struct counts counts;
    for (unsigned long seed = 1; seed <= sweep->seeds; seed++) {
        char *setting = format("ASYNC_SEED=%lu", seed);
        struct outcome outcome = run_once(sweep, setting, &counts);
        if (outcome.status != sweep->usual_status && outcome.status < 256)
            fail(sweep, setting, format("its status was %d", outcome.status), &outcome);
    }
}

static void sweep_program(struct sweep *sweep)
{
    if (!run_plainly(sweep))
        return;
    sweep->cancelled += inject(sweep, "cancel", sweep->usual.waits);
    sweep->starved += inject(sweep, "allocation", sweep->usual.allocations);
    if (sweep->is_simulated) {
        draw_orders(sweep);
        sweep->drawn += sweep->seeds;
    }
}

/* Sweeps each scenario that the program names. */
static void sweep_scenario(const char *line, int number, void *data)
{
    struct sweep *sweep = data;
    const char *program = sweep->name;
    (void)number;
    sweep->name = line;
    sweep->command.words[1] = line;
    sweep->command.words[2] = NULL;
    sweep->command.count = 2;
    sweep_program(sweep);
    sweep->name = program;
}

static void sweep_scenarios(struct sweep *sweep)
{
    command_add(&sweep->command, "--list", NULL);
    struct outcome list = run_command(&sweep->command, sweep->scratch, sweep->limits);
    if (list.status || !*list.out) {
        printf("%s: it has no scenarios (status %d)\n", sweep->name, list.status);
        sweep->failed++;
    }
    each_line(list.out, sweep_scenario, sweep);
}

static void prepare(const struct sweep *sweep)
{
    setenv("ASYNC_LOOP", sweep->loop, 1);
    setenv("ASYNC_SWEEP", sweep->counts_path, 1);
    setenv("ASAN_OPTIONS", format("exitcode=%d", SANITIZER_STATUS), 1);
    setenv("UBSAN_OPTIONS", format("exitcode=%d", SANITIZER_STATUS), 1);
    unsetenv("ASYNC_INJECT");
    unsetenv("ASYNC_SEED");
}

static void conclude(const struct sweep *sweep)
{
    unlink(format("%s.stdout", sweep->scratch));
    unlink(format("%s.stderr", sweep->scratch));
    printf("%s: %lu runs (%lu waits cancelled, %lu allocations failed, %lu seeds), %lu failed\n",
           sweep->name, sweep->runs, sweep->cancelled, sweep->starved, sweep->drawn, sweep->failed);
}

static int usage(void)
{
    fprintf(stderr, "usage: asyncc_sweep [--seeds N] [--most N] [--seconds N] [--loop NAME] "
                    "[--scenarios] PROGRAM...\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct sweep sweep = {.limits.seconds = 10, .loop = "sim", .seeds = 20, .most = 1000};
    bool has_scenarios = false;
    char folder[] = "/tmp/asyncc-sweep-XXXXXX";
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        unsigned long value = strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--scenarios") == 0)
            has_scenarios = i--; /* it takes no value; i is 1 or more */
        else if (strcmp(argv[i], "--loop") == 0)
            sweep.loop = argv[i + 1];
        else if (strcmp(argv[i], "--seeds") == 0)
            sweep.seeds = value;
        else if (strcmp(argv[i], "--most") == 0 && value > 0)
            sweep.most = value;
        else if (strcmp(argv[i], "--seconds") == 0)
            sweep.limits.seconds = (unsigned)value;
        else
            return usage();
    }
    if (i == argc)
        return usage();
    if (!mkdtemp(folder)) {
        perror(folder);
        return 2;
    }
    sweep.name = base_name(argv[i]);
    sweep.scratch = format("%s/run", folder);
    sweep.counts_path = format("%s/counts", folder);
    for (; i < argc; i++)
        command_add(&sweep.command, argv[i], NULL);
    sweep.is_simulated = strcmp(sweep.loop, "sim") == 0;
    prepare(&sweep);
    if (has_scenarios)
        sweep_scenarios(&sweep);
    else
        sweep_program(&sweep);
    conclude(&sweep);
    rmdir(folder);
    return sweep.failed ? 1 : 0;
}
