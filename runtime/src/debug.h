/* The debug mode, and loops that are observed: observe.c, debug.c, dump.c, sweep.c. */
#ifndef ASYNC_DEBUG_H
#define ASYNC_DEBUG_H

#include "internal.h"

/* ---- notes: what is known of a block that is allocated by itself ---- */

struct async_note {
    const struct async_thread *thread; /* whose it is */
    uint64_t loop;                     /* number of the loop that ran when it was made, or 0 */
    uint64_t since;                    /* when its task began to wait, on the loop's clock, or 0 */
};
/* NULL: nothing is known of it. */
struct async_note *async__note(const struct async_future *future);

/* ---- debug.c ---- */

/* Reads the environment; at the program's start and whenever a loop is made. */
void async__choose_modes(void);
/* Aborts in debug mode if the handle is another thread's. */
void async__check_thread_slow(const struct async_future *future);
static inline void async__check_thread(const struct async_future *future)
{
    if (__builtin_expect(async__debug, 0))
        async__check_thread_slow(future);
}
/* The same for what notes the thread that made it: queues, streams. */
void async__check_maker_slow(const struct async_thread *maker);
static inline void async__check_maker(const struct async_thread *maker)
{
    if (__builtin_expect(async__debug, 0))
        async__check_maker_slow(maker);
}
/* The end of a loop: reports handles that were made while it ran and that nobody gave up. */
void async__report_leaks(const struct async_loop *loop);
/* Prints the tasks of this thread if a signal has asked for it since the last time. */
void async__dump_if_asked(void);

/* ---- observe.c ---- */

/* async__run for loops that are observed: in debug mode, with a seed, in a sweep. */
void async__run_observed(struct async_loop *loop);
/* In debug mode: the place of a callback becomes where the running task stands. */
void async__note_place(struct async_future *callback);

/* ---- dump.c ---- */

/* The function of a frame, or NULL, and the line of the await that it stands at, or 0. */
const struct async_function *async__frame_function(const struct async_frame *frame, int *line);

/* ---- sweep.c ---- */

/* Whether runs are counted, or something is injected (ASYNC_SWEEP, ASYNC_INJECT). */
extern bool async__sweeping;
void async__sweep_choose(void);
/* A task has suspended: may cancel what the loop runs. */
void async__sweep_wait(struct async_loop *loop);
/* The end of a loop: counts what is left. */
void async__sweep_end(const struct async_loop *loop);

#endif
