/* Events, semaphores, barriers; and `async with` over what is acquired and released. Lock and
 * condition are in lock.c. */
#include "form.h"
#include "waiters.h"

void async__waiter_cancel(struct async_wait *wait, int error)
{
    struct async_waiter *waiter = (struct async_waiter *)wait;
    async__waiter_unlink(waiter);
    *async__waiter_result(waiter) = error;
    async__wake(wait);
}
const struct async_wait_kind async__waiter_kind = {.cancel = async__waiter_cancel,
                                                   .name = "a lock, semaphore or event"};

/* ---- event ---- */

void async_event_init(struct async_event *event)
{
    async__waiters_init(&event->waiters);
    event->set = false;
}

void async_event_set(struct async_event *event)
{
    event->set = true;
    async__waiters_wake_all(&event->waiters);
}

void async_event_clear(struct async_event *event)
{
    event->set = false;
}

bool async_event_is_set(const struct async_event *event)
{
    return event->set;
}

enum async_step async_event_wait__begin(struct async_event_wait__wait *wait,
                                        struct async_frame *caller, struct async_event *event)
{
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    if (event->set)
        return async__at_once(caller);
    return async__waiters_suspend(&event->waiters, &wait->waiter, &async__waiter_kind, caller);
}

ASYNC_FORM_1(int, async_event_wait, struct async_event *);

/* ---- semaphore ---- */

void async_semaphore_init(struct async_semaphore *semaphore, size_t value)
{
    async_semaphore_init_bounded(semaphore, value);
    semaphore->bound = SIZE_MAX;
}

void async_semaphore_init_bounded(struct async_semaphore *semaphore, size_t value)
{
    async__waiters_init(&semaphore->waiters);
    semaphore->value = semaphore->bound = value;
}

enum async_step async_semaphore_acquire__begin(struct async_semaphore_acquire__wait *wait,
                                               struct async_frame *caller,
                                               struct async_semaphore *semaphore)
{
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    if (semaphore->value) {
        semaphore->value--;
        return async__at_once(caller);
    }
    return async__waiters_suspend(&semaphore->waiters, &wait->waiter, &async__waiter_kind, caller);
}

int async_semaphore_release(struct async_semaphore *semaphore)
{
    if (semaphore->value >= semaphore->bound)
        return -EOVERFLOW;
    if (!async__waiters_wake(&semaphore->waiters))
        semaphore->value++;
    return 0;
}

ASYNC_FORM_1(int, async_semaphore_acquire, struct async_semaphore *);

/* ---- barrier ---- */

static void let_go(struct async_barrier *barrier, int error)
{
    barrier->waiting = 0;
    if (error)
        async__waiters_fail(&barrier->waiters, error);
    else
        async__waiters_wake_all(&barrier->waiters);
}

static void barrier_cancel(struct async_wait *wait, int error)
{
    struct async_barrier *barrier = ((struct async_barrier_wait__wait *)wait)->barrier;
    async__waiter_cancel(wait, error);
    async_barrier_abort(barrier);
}
static const struct async_wait_kind barrier_kind = {.cancel = barrier_cancel,
                                                    .name = "async_barrier_wait"};

void async_barrier_init(struct async_barrier *barrier, size_t parties)
{
    async__waiters_init(&barrier->waiters);
    barrier->parties = parties;
    barrier->waiting = 0;
    barrier->broken = false;
}

enum async_step async_barrier_wait__begin(struct async_barrier_wait__wait *wait,
                                          struct async_frame *caller, struct async_barrier *barrier)
{
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    if (barrier->broken) {
        wait->result = -EPIPE;
        return async__at_once(caller);
    }
    wait->result = (int)barrier->waiting++;
    if (barrier->waiting >= barrier->parties) {
        let_go(barrier, 0);
        return async__at_once(caller);
    }
    wait->barrier = barrier;
    return async__waiters_suspend(&barrier->waiters, &wait->waiter, &barrier_kind, caller);
}

void async_barrier_reset(struct async_barrier *barrier)
{
    barrier->broken = false;
    let_go(barrier, -EPIPE);
}

void async_barrier_abort(struct async_barrier *barrier)
{
    barrier->broken = true;
    let_go(barrier, -EPIPE);
}

ASYNC_FORM_1(int, async_barrier_wait, struct async_barrier *);

/* ---- async with (async_X_hold(x)) ---- */

/* Where a holder stands: its generator's states. */
enum { BEGINS, ACQUIRES, HOLDS, LEAVES /* HOLDS + 1 */ };

#define HOLD(WHAT, RELEASE)                                                                       \
    enum async_step async_##WHAT##_hold__resume(struct async_frame *base)                         \
    {                                                                                             \
        struct async_##WHAT##_hold__frame *self = (struct async_##WHAT##_hold__frame *)base;      \
        switch (base->state) {                                                                    \
        case BEGINS:                                                                              \
            base->state = ACQUIRES;                                                               \
            if (async_##WHAT##_acquire__begin(&self->acquire, base, self->WHAT) == ASYNC_PENDING) \
                return ASYNC_PENDING;                                                             \
            /* fall through */                                                                    \
        case ACQUIRES:                                                                            \
            self->result = self->acquire.result;                                                  \
            base->state = self->result ? ASYNC_GENERATOR_ENDED : HOLDS;                           \
            return ASYNC_DONE;                                                                    \
        case LEAVES:                                                                              \
            self->result = self->thrown;                                                          \
            /* fall through */                                                                    \
        case HOLDS:                                                                               \
            RELEASE(self->WHAT);                                                                  \
            base->state = ASYNC_GENERATOR_ENDED;                                                  \
        }                                                                                         \
        return ASYNC_DONE;                                                                        \
    }                                                                                             \
    ASYNC_GENERATOR_FORM_1(async_##WHAT##_hold, struct async_##WHAT *, self->WHAT = a)

HOLD(lock, async_lock_release);
HOLD(semaphore, (void)async_semaphore_release);
