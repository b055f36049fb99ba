/* The sim backend: virtual time, and sockets in memory (sim_net.c).
 *
 * The clock stands still while tasks run, and jumps to the next deadline when nothing is ready, so
 * that an hour's sleep takes no time and a run repeats to the byte. A loop that has not been idle
 * for 65,536 steps may be one that waits for the time in a loop: from then on each turn takes a
 * tenth of a millisecond; likewise one that was never idle but for I/O, where it is a microsecond,
 * so that an exchange that goes on up to a time comes to its end. When all tasks wait and there is
 * no deadline, nothing can ever happen again unless another thread of the program makes it: without
 * one, that is a deadlock, and ends the program.
 *
 * ASYNC_SEED=N adds chance: an operation may complete late, a read or write may be short. (The
 * order of ready tasks is drawn from it too, see observe.c.) */
#include "sim.h"

#include "debug.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { BUSY_TURNS = 1024, BUSY_NANOSECONDS = 100000, BUSY_IO_NANOSECONDS = 1000 };

static uint64_t sim_now(void *state)
{
    return ((struct sim *)state)->now;
}

static int sim_open(void **state)
{
    struct sim *sim = async__allocate(sizeof *sim);
    if (!sim)
        return -ENOMEM;
    *sim = (struct sim){.now = 1000000000, .port = 49151};
    sim->events_tail = &sim->events;
    sim->seeded = async__seed(&sim->random);
    sim->hesitates = async__sweeping && !sim->seeded;
    sem_init(&sim->woken, 0, 0);
    *state = sim;
    return 0;
}

static void sim_close(void *state)
{
    struct sim *sim = state;
    async__sim_free(sim);
    sem_destroy(&sim->woken);
    async__free(sim);
}

static void sim_wake(void *state)
{
    sem_post(&((struct sim *)state)->woken);
}

static bool was_woken(struct sim *sim)
{
    bool woken = false;
    while (sem_trywait(&sim->woken) == 0)
        woken = true;
    return woken;
}

/* Whether this process has one thread. */
static bool is_alone(void)
{
    struct stat status;
    return stat("/proc/self/task", &status) == 0 && status.st_nlink == 3; /* ".", "..", one */
}

static void sim_poll(void *state, uint64_t deadline)
{
    struct sim *sim = state;
    bool idle = deadline != 0;
    bool stands = sim->busy++ < BUSY_TURNS;
    if (async__sim_events(sim) || was_woken(sim)) {
        sim->now += stands ? 0 : BUSY_IO_NANOSECONDS;
    } else if (!idle) {
        sim->now += stands ? 0 : BUSY_NANOSECONDS;
    } else if (deadline != UINT64_MAX) {
        sim->busy = 0;
        if (deadline > sim->now)
            sim->now = deadline;
    } else if (is_alone()) {
        async_dump_tasks(stderr);
        async__die(NULL, 0, "deadlock: all tasks wait, and nothing is left that could wake one");
    } else {
        sem_wait(&sim->woken);
    }
}

static bool sim_busy(void *state)
{
    (void)state;
    return true;
}

const struct async_backend async_backend_sim = {
    .name = "sim",
    .simulated = true,
    .network = &async__sim_network,
    .open = sim_open,
    .close = sim_close,
    .now = sim_now,
    .poll = sim_poll,
    .wake = sim_wake,
    .attach = async__sim_attach,
    .detach = async__sim_detach,
    .start =
        {
            [ASYNC_READ] = async__sim_start,
            [ASYNC_WRITE] = async__sim_start,
            [ASYNC_ACCEPT] = async__sim_start,
            [ASYNC_CONNECT] = async__sim_start,
            [ASYNC_READABLE] = async__sim_start,
            [ASYNC_WRITABLE] = async__sim_start,
        },
    .cancel = async__sim_cancel,
    .busy = sim_busy,
};
