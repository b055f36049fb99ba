/* Tasks that wait for one thing, first come first served, as a ring through their frames.
 *
 * A waiter's result follows it in its struct NAME__wait. begin() stores the result of success
 * before it suspends, so that waking is unlinking and nothing else; only leaving early changes it.
 */
#ifndef ASYNC_WAITERS_H
#define ASYNC_WAITERS_H

#include "debug.h"

#include <async/sync.h>

static inline void async__waiters_init(struct async_waiters *waiters)
{
    waiters->next = waiters->previous = waiters;
}

/* The first one, or NULL. */
static inline struct async_waiter *async__waiters_first(const struct async_waiters *waiters)
{
    struct async_waiters *link = waiters->next;
    return link == waiters ? NULL : ASYNC_CONTAINER(link, struct async_waiter, link);
}

static inline void async__waiters_add(struct async_waiters *waiters, struct async_waiter *waiter)
{
    struct async_waiters *last = waiters->previous;
    waiter->link.next = waiters;
    waiter->link.previous = last;
    last->next = waiters->previous = &waiter->link;
}

static inline void async__waiter_unlink(struct async_waiter *waiter)
{
    struct async_waiters *next = waiter->link.next, *previous = waiter->link.previous;
    next->previous = previous;
    previous->next = next;
}

static inline int *async__waiter_result(struct async_waiter *waiter)
{
    return (int *)(waiter + 1);
}

/* Wakes a task of any loop of this thread. */
static inline void async__wake_anywhere(struct async_wait *wait)
{
    async__check_thread(wait->task);
    if (!async__is_foreign(wait->task)) {
        async__wake(wait);
        return;
    }
    struct async_elsewhere here = async__go(async__loop_of(wait->task));
    async__wake(wait);
    async__go_back(here);
}

/* A wait in a ring that needs nothing but unlinking if it ends early. */
void async__waiter_cancel(struct async_wait *wait, int error);
extern const struct async_wait_kind async__waiter_kind;

/* Suspends the running task at the end of the ring. Always ASYNC_PENDING. */
static inline enum async_step async__waiters_suspend(struct async_waiters *waiters,
                                                     struct async_waiter *waiter,
                                                     const struct async_wait_kind *kind,
                                                     struct async_frame *caller)
{
    async__waiters_add(waiters, waiter);
    return async__suspend(&waiter->wait, kind, caller);
}

/* Ends the wait of the first one with the result that is stored; false if nobody waits. */
static inline bool async__waiters_wake(struct async_waiters *waiters)
{
    struct async_waiter *waiter = async__waiters_first(waiters);
    if (!waiter)
        return false;
    async__waiter_unlink(waiter);
    async__wake_anywhere(&waiter->wait);
    return true;
}

static inline void async__waiters_wake_all(struct async_waiters *waiters)
{
    while (async__waiters_wake(waiters)) {
    }
}

/* The same with another result. */
static inline void async__waiters_fail(struct async_waiters *waiters, int error)
{
    for (struct async_waiter *waiter; (waiter = async__waiters_first(waiters));) {
        *async__waiter_result(waiter) = error;
        async__waiters_wake(waiters);
    }
}

#endif
