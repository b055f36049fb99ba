/* Counting and injecting, for sweeps: every wait cancelled, every allocation failed, once each.
 *
 * ASYNC_SWEEP=FILE makes the program write to FILE, when it exits, how often a task suspended and
 * how often the runtime allocated, and what was left behind. ASYNC_INJECT=cancel:17 cancels what
 * the loop was told to run (main) when a task has suspended for the 17th time;
 * ASYNC_INJECT=allocation:5 makes the fifth allocation fail. Frames are allocations of their own
 * then, and on the sim backend no operation completes at once, so that each one is a wait. */
#include "context.h"
#include "debug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool async__sweeping;

static struct {
    const char *path; /* NULL: nothing is written */
    unsigned long waits, allocations;
    unsigned long cancel, fail; /* which one; 0: none */
    unsigned long streams;      /* left to the ends of loops */
} sweep;

static bool may_allocate(void *arg)
{
    (void)arg;
    return __atomic_add_fetch(&sweep.allocations, 1, __ATOMIC_RELAXED) != sweep.fail;
}

static void count(struct async_future *future, void *arg)
{
    (void)future;
    ++*(unsigned long *)arg;
}

static void write_counts(void)
{
    FILE *file = fopen(sweep.path, "w");
    unsigned long handles = 0;
    if (!file)
        return;
    async__context_thread_ends(); /* it belongs to this thread, which ends now */
    async__blocks_visit(count, &handles);
    fprintf(file, "waits %lu\nallocations %lu\nstreams %lu\nhandles %lu\nblocks %zu\n", sweep.waits,
            sweep.allocations, sweep.streams, handles, async__allocated());
    fclose(file);
}

void async__sweep_choose(void)
{
    const char *inject = getenv("ASYNC_INJECT");
    sweep.path = getenv("ASYNC_SWEEP");
    if (async__sweeping || (!sweep.path && !inject))
        return;
    async__sweeping = true;
    async__frames_from_malloc = true;
    if (inject && !strncmp(inject, "cancel:", 7))
        sweep.cancel = strtoul(inject + 7, NULL, 10);
    else if (inject && !strncmp(inject, "allocation:", 11))
        sweep.fail = strtoul(inject + 11, NULL, 10);
    else if (inject)
        fprintf(stderr, "async: ASYNC_INJECT=%s: cancel:N or allocation:N is meant\n", inject);
    async__may_allocate = may_allocate;
    if (sweep.path)
        atexit(write_counts);
}

void async__sweep_wait(struct async_loop *loop)
{
    if (++sweep.waits == sweep.cancel && loop->running)
        async_cancel(loop->running);
}

void async__sweep_end(const struct async_loop *loop)
{
    for (const struct async_resource *at = loop->resources; at; at = at->next)
        sweep.streams++;
}
