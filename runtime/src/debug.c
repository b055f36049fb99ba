/* The debug mode, ASYNC_DEBUG=1: what it watches besides the steps of the loop (observe.c).
 *
 * Every frame is an allocation of its own then, with a note of whose it is. A use from another
 * thread ends the program; a handle that its loop leaves behind is reported; SIGUSR1 prints all
 * tasks of the thread that gets it, and asks the other threads to do so when they next look. */
#include "debug.h"

#include <async/generator.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool async__debug;
uint64_t async__slow_nanoseconds = UINT64_MAX;

/* ---- SIGUSR1 ---- */

static unsigned dumps_asked;
static __thread unsigned dumps_seen;
static pthread_t home; /* the thread that made the first loop */

static void ask_for_dump(int signal)
{
    struct async_loop *loop = async_thread.loop;
    int saved = errno;
    if (loop || pthread_equal(pthread_self(), home)) {
        __atomic_fetch_add(&dumps_asked, 1, __ATOMIC_RELAXED);
        if (loop)
            loop->backend->wake(loop->backend_state);
    } else {
        pthread_kill(home, signal);
    }
    errno = saved;
}

void async__dump_if_asked(void)
{
    unsigned asked = __atomic_load_n(&dumps_asked, __ATOMIC_RELAXED);
    if (asked == dumps_seen)
        return;
    dumps_seen = asked;
    async_dump_tasks(stderr);
}

static void catch_dump_signal(void)
{
    struct sigaction action = {.sa_handler = ask_for_dump, .sa_flags = SA_RESTART}, old;
    if (sigaction(SIGUSR1, NULL, &old) || old.sa_flags & SA_SIGINFO || old.sa_handler != SIG_DFL)
        return;
    home = pthread_self();
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, NULL);
}

/* ---- modes ---- */

static void choose_debug(void)
{
    const char *debug = getenv("ASYNC_DEBUG"), *slow = getenv("ASYNC_SLOW_SECONDS");
    double seconds = slow ? strtod(slow, NULL) : 0;
    if (!debug || strcmp(debug, "1") || async__debug)
        return;
    async__slow_nanoseconds = (uint64_t)((seconds > 0 && seconds < 1e9 ? seconds : 0.1) * 1e9);
    async__debug = true;
    if (!async__frames_from_malloc)
        async__frames_kept = true; /* the address sanitizer does more */
    async__frames_from_malloc = true;
    catch_dump_signal();
}

void async__choose_modes(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    choose_debug();
    async__sweep_choose();
    pthread_mutex_unlock(&mutex);
}

/* Before the first frame is made, main's. */
__attribute__((constructor)) static void begin(void)
{
    async__choose_modes();
}

/* ---- whose a handle is ---- */

void async__check_thread_slow(const struct async_future *future)
{
    const struct async_note *note = async__note(future);
    if (note && note->thread != &async_thread)
        async__die(NULL, 0, "a handle was used on another thread than the one that it belongs to");
}

void async__check_maker_slow(const struct async_thread *maker)
{
    if (maker && maker != &async_thread)
        async__die(NULL, 0,
                   "a queue, stream or server was used on another thread than that which made it");
}

/* ---- handles that are left ---- */

static void report_leak(struct async_future *future, void *arg)
{
    const struct async_loop *loop = arg;
    const struct async_note *note = async__note(future);
    uint32_t status = async__status(future);
    if (!note || note->loop != loop->number || !async__owners(future))
        return;
    if (async__is_pure(future) && status == ASYNC_WAITING)
        async__report(future, 0, "a future was left that nobody completed or released");
    else if (status == ASYNC_COLD && !(future->frame.bits & ASYNC_GENERATOR_LEFT))
        async__report(future, 0, "a coroutine or generator was left, never awaited or released");
    else if (status == ASYNC_FINISHED)
        async__report(future, 0, "a handle was left that was never awaited or released");
}

void async__report_leaks(const struct async_loop *loop)
{
    if (async__debug)
        async__blocks_visit(report_leak, (void *)loop);
}
