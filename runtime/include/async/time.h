/* Time: the loop's clock, sleeping, giving way. Seconds are doubles on the monotonic clock. */
#ifndef ASYNC_TIME_H
#define ASYNC_TIME_H

#include <async/frame.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds on the loop's clock (virtual on the sim backend); without a loop, CLOCK_MONOTONIC. */
double async_time(void);

/* A deadline among the loop's timers. Private. */
struct async_timer_link {
    struct async_timer_link *next, *previous;
};
struct async_timer {
    struct async_timer_link link; /* next is NULL: not armed */
    uint64_t deadline;            /* nanoseconds on the loop's clock */
    const struct async_timer_kind *kind;
    struct async_timer *ahead; /* some places further in its list, to be prefetched */
};

/* Waits that many seconds; 0 or less gives way once, as async_yield. 0 or -ECANCELED. */
ASYNC_FUNCTION(int) async_sleep(double seconds);
struct async_sleep__wait {
    struct async_wait wait;
    struct async_timer timer;
    int result;
};
enum async_step async_sleep__begin(struct async_sleep__wait *wait, struct async_frame *caller,
                                   double seconds);

/* Lets every task that is ready now run first. 0 or -ECANCELED. */
ASYNC_FUNCTION(int) async_yield(void);
struct async_yield__wait { /* begin takes NULL where nobody reads the result */
    int result;
};
void async_yield_refused(struct async_yield__wait *wait, struct async_frame *caller);
static inline enum async_step async_yield__begin(struct async_yield__wait *wait,
                                                 struct async_frame *caller)
{
    struct async_future *task = async_thread.current;
    if (task->frame.bits & ASYNC_CANCELLED) {
        async_yield_refused(wait, caller); /* the loop resumes the caller, at once */
        return ASYNC_PENDING;
    }
    if (wait)
        wait->result = 0;
    task->leaf = caller;
    async_push(task);
    return ASYNC_PENDING;
}

#ifdef __cplusplus
}
#endif
#endif
