/* Synchronisation between tasks: lock, event, condition, semaphore, barrier (asyncio's sync
 * primitives). They belong to one thread, whose loops may share them.
 *
 * Who waits stands in a list that begins in the object, linked through the waiting frames: no
 * memory is taken, and first come is first served. Waking hands over: a lock that is released with
 * somebody waiting goes to the first one and never looks free in between, so nobody overtakes. Who
 * has been handed something gets it, even if cancelled before it runs again.
 *
 * All waits are leaving waits but where it says otherwise: -ECANCELED or another reason, at once in
 * a cancelled task, even if nothing needed to be waited for. An object must not move or go while
 * somebody waits. */
#ifndef ASYNC_SYNC_H
#define ASYNC_SYNC_H

#include <async/frame.h>
#include <async/generator.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A ring of tasks that wait, which begins and ends in the object; empty: it leads to itself.
 * Private.
 */
struct async_waiters {
    struct async_waiters *next, *previous;
};
/* One task in it. */
struct async_waiter {
    struct async_wait wait;
    struct async_waiters link;
};

/* ---- lock (asyncio.Lock) ---- */

struct async_lock {
    struct async_waiters waiters;
    bool locked;
};
void async_lock_init(struct async_lock *lock);

/* Waits until the lock is the caller's. Not recursive. */
ASYNC_FUNCTION(int) async_lock_acquire(struct async_lock *lock);
struct async_lock_acquire__wait {
    struct async_waiter waiter;
    int result;
};
enum async_step async_lock_acquire__begin(struct async_lock_acquire__wait *wait,
                                          struct async_frame *caller, struct async_lock *lock);

/* Hands it to the first who waits, or sets it free. Any task or callback may release it. Aborts if
 * it is not held. */
void async_lock_release(struct async_lock *lock);

bool async_lock_is_locked(const struct async_lock *lock);

/* async with (async_lock_hold(&lock)) S: acquires, runs S, releases on every way out of it. */
ASYNC_GENERATOR(void) async_lock_hold(struct async_lock *lock);
struct async_lock_hold__frame {
    struct async_frame base;
    int result, thrown;
    struct async_lock *lock;
    struct async_lock_acquire__wait acquire;
};
void async_lock_hold__begin(struct async_lock_hold__frame *self, struct async_frame *caller,
                            struct async_lock *lock);
enum async_step async_lock_hold__resume(struct async_frame *base);

/* ---- event (asyncio.Event) ---- */

struct async_event {
    struct async_waiters waiters;
    bool set;
};
void async_event_init(struct async_event *event);

/* Wakes all that wait; who waits later goes on at once, until the event is cleared. */
void async_event_set(struct async_event *event);
void async_event_clear(struct async_event *event);
bool async_event_is_set(const struct async_event *event);

/* Waits until the event is set; it may have been cleared again when the task goes on. */
ASYNC_FUNCTION(int) async_event_wait(struct async_event *event);
struct async_event_wait__wait {
    struct async_waiter waiter;
    int result;
};
enum async_step async_event_wait__begin(struct async_event_wait__wait *wait,
                                        struct async_frame *caller, struct async_event *event);

/* ---- condition (asyncio.Condition) ---- */

struct async_condition {
    struct async_waiters waiters;
    struct async_lock *lock;
};

/* The lock is the caller's, who may use it for several conditions. */
void async_condition_init(struct async_condition *condition, struct async_lock *lock);

/* Releases the lock, which must be held, waits until notified, and acquires the lock again: it is
 * held afterwards whatever the result. Cancelled before it is notified, the wait ends with the
 * reason, once the lock is its own again; notified first, with 0. */
ASYNC_FUNCTION(int) async_condition_wait(struct async_condition *condition);
struct async_condition_wait__wait {
    struct async_waiter waiter;
    int result;
    struct async_lock *lock;
};
enum async_step async_condition_wait__begin(struct async_condition_wait__wait *wait,
                                            struct async_frame *caller,
                                            struct async_condition *condition);

/* Wakes the first `count` that wait. As in asyncio, the lock must be held: aborts if it is not. */
void async_condition_notify(struct async_condition *condition, size_t count);
void async_condition_notify_all(struct async_condition *condition);

/* ---- semaphore (asyncio.Semaphore, BoundedSemaphore) ---- */

struct async_semaphore {
    struct async_waiters waiters;
    size_t value, bound;
};

/* `value` acquisitions are free; a bounded one never gives more than that. */
void async_semaphore_init(struct async_semaphore *semaphore, size_t value);
void async_semaphore_init_bounded(struct async_semaphore *semaphore, size_t value);

/* Takes one, waiting until there is one. */
ASYNC_FUNCTION(int) async_semaphore_acquire(struct async_semaphore *semaphore);
struct async_semaphore_acquire__wait {
    struct async_waiter waiter;
    int result;
};
enum async_step async_semaphore_acquire__begin(struct async_semaphore_acquire__wait *wait,
                                               struct async_frame *caller,
                                               struct async_semaphore *semaphore);

/* Gives one back, to the first who waits. 0, or -EOVERFLOW past the bound, and nothing is changed.
 */
int async_semaphore_release(struct async_semaphore *semaphore);

/* async with (async_semaphore_hold(&semaphore)) S */
ASYNC_GENERATOR(void) async_semaphore_hold(struct async_semaphore *semaphore);
struct async_semaphore_hold__frame {
    struct async_frame base;
    int result, thrown;
    struct async_semaphore *semaphore;
    struct async_semaphore_acquire__wait acquire;
};
void async_semaphore_hold__begin(struct async_semaphore_hold__frame *self,
                                 struct async_frame *caller, struct async_semaphore *semaphore);
enum async_step async_semaphore_hold__resume(struct async_frame *base);

/* ---- barrier (asyncio.Barrier) ---- */

struct async_barrier {
    struct async_waiters waiters;
    size_t parties, waiting;
    bool broken;
};
void async_barrier_init(struct async_barrier *barrier, size_t parties);

/* Waits until `parties` tasks wait, which then go on together: the order of arrival, from 0. A
 * waiter that is cancelled breaks the barrier: -EPIPE for all others, then and later. */
ASYNC_FUNCTION(int) async_barrier_wait(struct async_barrier *barrier);
struct async_barrier_wait__wait {
    struct async_waiter waiter;
    int result;
    struct async_barrier *barrier;
};
enum async_step async_barrier_wait__begin(struct async_barrier_wait__wait *wait,
                                          struct async_frame *caller,
                                          struct async_barrier *barrier);

/* Empty and whole again; who waits gets -EPIPE. */
void async_barrier_reset(struct async_barrier *barrier);
/* Breaks it. */
void async_barrier_abort(struct async_barrier *barrier);

#ifdef __cplusplus
}
#endif
#endif
