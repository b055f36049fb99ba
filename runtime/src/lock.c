/* Locks, and conditions, which move their waiters from their own ring to the lock's.
 *
 * A lock for which somebody waits is locked: release hands it over. A wait for a condition has two
 * parts, told apart by the kind of the wait: first it stands in the condition's ring and can be
 * cancelled; notified or cancelled, it has the lock at once, or stands in the lock's ring and
 * cannot be cancelled any more. */
#include "form.h"
#include "waiters.h"

/* ---- lock ---- */

void async_lock_init(struct async_lock *lock)
{
    async__waiters_init(&lock->waiters);
    lock->locked = false;
}

enum async_step async_lock_acquire__begin(struct async_lock_acquire__wait *wait,
                                          struct async_frame *caller, struct async_lock *lock)
{
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    if (!lock->locked) {
        lock->locked = true;
        return async__at_once(caller);
    }
    return async__waiters_suspend(&lock->waiters, &wait->waiter, &async__waiter_kind, caller);
}

void async_lock_release(struct async_lock *lock)
{
    if (!lock->locked)
        async__die(NULL, 0, "a lock was released that is not held");
    lock->locked = async__waiters_wake(&lock->waiters);
}

bool async_lock_is_locked(const struct async_lock *lock)
{
    return lock->locked;
}

ASYNC_FORM_1(int, async_lock_acquire, struct async_lock *);

/* ---- condition ---- */

/* The lock comes first, unless the task is dropped with its loop. */
static void reacquire_cancel(struct async_wait *wait, int error)
{
    (void)error;
    if (!async_thread.loop->dropping)
        return;
    async__waiter_unlink((struct async_waiter *)wait);
    async__wake(wait);
}
static const struct async_wait_kind reacquire_kind = {.cancel = reacquire_cancel,
                                                      .name = "async_condition_wait, for its lock"};

/* The wait for the condition is over: its task goes on as soon as it has the lock. */
static void reacquire(struct async_condition_wait__wait *self)
{
    async__waiter_unlink(&self->waiter);
    if (self->lock->locked && !async__loop_of(self->waiter.wait.task)->dropping) {
        self->waiter.wait.kind = &reacquire_kind;
        async__waiters_add(&self->lock->waiters, &self->waiter);
        return;
    }
    self->lock->locked = true;
    async__wake_anywhere(&self->waiter.wait);
}

static void condition_cancel(struct async_wait *wait, int error)
{
    struct async_condition_wait__wait *self = (struct async_condition_wait__wait *)wait;
    self->result = error;
    async__told(wait->task, error);
    reacquire(self);
}
static const struct async_wait_kind condition_kind = {.cancel = condition_cancel,
                                                      .name = "async_condition_wait"};

void async_condition_init(struct async_condition *condition, struct async_lock *lock)
{
    async__waiters_init(&condition->waiters);
    condition->lock = lock;
}

enum async_step async_condition_wait__begin(struct async_condition_wait__wait *wait,
                                            struct async_frame *caller,
                                            struct async_condition *condition)
{
    if (!condition->lock->locked)
        async__die(NULL, 0, "a condition was waited for whose lock is not held");
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    wait->lock = condition->lock;
    async_lock_release(condition->lock);
    return async__waiters_suspend(&condition->waiters, &wait->waiter, &condition_kind, caller);
}

void async_condition_notify(struct async_condition *condition, size_t count)
{
    struct async_waiter *waiter;
    if (!condition->lock->locked)
        async__die(NULL, 0, "a condition was notified whose lock is not held");
    while (count-- && (waiter = async__waiters_first(&condition->waiters)))
        reacquire((struct async_condition_wait__wait *)waiter);
}

void async_condition_notify_all(struct async_condition *condition)
{
    async_condition_notify(condition, SIZE_MAX);
}

ASYNC_FORM_1(int, async_condition_wait, struct async_condition *);
