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

/* A deadline in a heap of timers. Private. */
struct async_timer {
    const struct async_timer_kind *kind;
    uint32_t index;    /* in the heap, from 1; 0: not armed */
    uint32_t sequence; /* order of arming, for equal deadlines */
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
