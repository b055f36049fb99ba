/* Lock, event, condition, semaphore, barrier: order, hand-over, cancellation at every moment. */
#include "lowered.h"

#include <signal.h>

TestSuite(sync, .fini = no_block_is_left);

/* What happened, one character each. */
static char trace[256];
static size_t traced;

static void note(char c)
{
    cr_assert_lt(traced, sizeof trace - 1);
    if (traced < sizeof trace - 1)
        trace[traced++] = c;
}
static void expect(const char *wanted)
{
    trace[traced] = 0;
    cr_assert_str_eq(trace, wanted);
    traced = 0;
}

/* ---- lock ---- */

static struct async_lock lock;

/* Notes its letter with the lock, its lower-case one if it did not get it. */
FUNCTION(locker, int r;)
{
    BEGIN(locker);
    WAIT(async_lock_acquire, self->r, &lock);
    if (self->r) {
        note((char)((intptr_t)self->arg | 32));
        RETURN(self->r);
    }
    note((char)(intptr_t)self->arg);
    WAIT(async_yield, self->r);
    async_lock_release(&lock);
    END(0);
}

static struct async_future *spawn_locker(char letter)
{
    return SPAWN(locker((void *)(intptr_t)letter));
}

FUNCTION(lock_main, struct async_future *t[5]; int i; int r;)
{
    BEGIN(lock_main);
    async_lock_init(&lock);
    WAIT(async_lock_acquire, self->r, &lock);
    for (self->i = 0; self->i < 5; self->i++)
        self->t[self->i] = spawn_locker((char)('A' + self->i));
    WAIT(async_yield, self->r);
    async_cancel(self->t[1]);  /* in the middle of the ring */
    async_lock_release(&lock); /* A has it now, and is cancelled before it runs */
    async_cancel(self->t[0]);
    async_cancel(self->t[4]); /* the last one of the ring */
    cr_assert(async_lock_is_locked(&lock));
    WAIT(async_lock_acquire, self->r, &lock); /* behind the others */
    cr_assert_eq(self->r, 0);
    expect("bAeCD");
    if (!self->r)
        async_lock_release(&lock);
    cr_assert(!async_lock_is_locked(&lock));
    for (self->i = 0; self->i < 5; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i == 1 || self->i == 4 ? -ECANCELED : 0, "%d", self->i);
    }
    END(0);
}

Test(sync, a_lock_goes_to_who_came_first)
{
    cr_assert_eq(run(lock_main(NULL)), 0);
}

/* Who has just released may not overtake who waits. */
FUNCTION(greedy, int r; int i;)
{
    BEGIN(greedy);
    for (self->i = 0; self->i < 3; self->i++) {
        WAIT(async_lock_acquire, self->r, &lock);
        if (self->r)
            RETURN(self->r);
        note((char)(intptr_t)self->arg);
        WAIT(async_yield, self->r);
        async_lock_release(&lock);
    }
    END(0);
}

FUNCTION(greedy_main, struct async_future *a; struct async_future * b; int r;)
{
    BEGIN(greedy_main);
    async_lock_init(&lock);
    self->a = SPAWN(greedy((void *)'A'));
    self->b = SPAWN(greedy((void *)'B'));
    CALL(self->a, self->r);
    CALL(self->b, self->r);
    expect("ABABAB");
    END(0);
}

Test(sync, nobody_overtakes)
{
    cr_assert_eq(run(greedy_main(NULL)), 0);
}

/* In a cancelled task no wait takes anything, free or not. */
FUNCTION(refused, struct async_semaphore s; struct async_event e; struct async_barrier b; int r;)
{
    BEGIN(refused);
    async_semaphore_init(&self->s, 1);
    async_event_init(&self->e);
    async_event_set(&self->e);
    async_barrier_init(&self->b, 1);
    async_cancel(async_current_task());
    WAIT(async_lock_acquire, self->r, &lock);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert(!async_lock_is_locked(&lock));
    WAIT(async_semaphore_acquire, self->r, &self->s);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert_eq(self->s.value, 1);
    WAIT(async_event_wait, self->r, &self->e);
    cr_assert_eq(self->r, -ECANCELED);
    WAIT(async_barrier_wait, self->r, &self->b);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert(!self->b.broken);
    lock.locked = true;
    struct async_condition c;
    async_condition_init(&c, &lock);
    WAIT(async_condition_wait, self->r, &c);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert(async_lock_is_locked(&lock));
    async_lock_release(&lock);
    END(0);
}

Test(sync, a_cancelled_task_takes_nothing)
{
    async_lock_init(&lock);
    cr_assert_eq(run(refused(NULL)), 0);
}

Test(sync, releasing_a_free_lock, .signal = SIGABRT)
{
    async_lock_init(&lock);
    async_lock_release(&lock);
}

/* Handles: the form that C and spawn use. */
FUNCTION(lock_handles_main, int r;)
{
    BEGIN(lock_handles_main);
    async_lock_init(&lock);
    CALL(async_lock_acquire(&lock), self->r);
    cr_assert_eq(self->r, 0);
    cr_assert(async_lock_is_locked(&lock));
    if (!self->r)
        async_lock_release(&lock);
    END(0);
}

Test(sync, handle_form)
{
    cr_assert_eq(run(lock_handles_main(NULL)), 0);
}

/* Lets a loop run once; tries it again if one allocation failed. */
static int turn(struct async_loop *loop)
{
    int error = async_loop_run(loop, async_sleep(0), NULL);
    return error ? async_loop_run(loop, async_sleep(0), NULL) : 0;
}

/* A lock between two loops of one thread: the release runs in one, the waiter in the other. */
Test(sync, a_lock_between_loops)
{
    struct async_loop *one = async_loop_new(), *two = async_loop_new();
    struct async_future *first, *second;
    int result = -1;
    cr_assert(one && two);
    if (!one || !two) {
        async_loop_free(one);
        async_loop_free(two);
        return;
    }
    async_lock_init(&lock);
    lock.locked = true;
    struct async_elsewhere here = async__go(async__own_loop(one));
    first = spawn_locker('A');
    async__go_back(here);
    here = async__go(async__own_loop(two));
    second = spawn_locker('B');
    async__go_back(here);
    cr_assert_eq(turn(one), 0);                           /* A waits now */
    cr_assert_eq(turn(two), 0);                           /* B, too */
    async_lock_release(&lock);                            /* where no loop runs at all */
    cr_assert_eq(async_loop_run(one, first, &result), 0); /* wakes B in the other loop */
    cr_assert_eq(result, 0);
    cr_assert_eq(async_loop_run(two, second, &result), 0);
    cr_assert_eq(result, 0);
    expect("AB");
    async_loop_free(one);
    async_loop_free(two);
}

/* ---- event ---- */

static struct async_event event;

FUNCTION(event_waiter, int r;)
{
    BEGIN(event_waiter);
    WAIT(async_event_wait, self->r, &event);
    note((char)((intptr_t)self->arg | (self->r ? 32 : 0)));
    END(self->r);
}

FUNCTION(event_main, struct async_future *t[4]; int i; int r;)
{
    BEGIN(event_main);
    async_event_init(&event);
    for (self->i = 0; self->i < 4; self->i++)
        self->t[self->i] = SPAWN(event_waiter((void *)(intptr_t)('A' + self->i)));
    WAIT(async_sleep, self->r, 0.001);
    async_cancel(self->t[2]);
    async_event_set(&event);
    async_cancel(self->t[1]); /* it was woken first */
    async_event_clear(&event);
    cr_assert(!async_event_is_set(&event));
    for (self->i = 0; self->i < 4; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i == 2 ? -ECANCELED : 0);
    }
    expect("cABD");
    async_event_set(&event);
    WAIT(async_event_wait, self->r, &event);
    cr_assert_eq(self->r, 0);
    CALL(async_event_wait(&event), self->r);
    END(self->r);
}

Test(sync, an_event_wakes_all)
{
    cr_assert_eq(run(event_main(NULL)), 0);
}

/* ---- condition ---- */

static struct async_condition condition;

/* Notes its letter when it holds the lock again, the lower-case one if it was cancelled. */
FUNCTION(consumer, int r; int holds;)
{
    BEGIN(consumer);
    WAIT(async_lock_acquire, self->r, &lock);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    WAIT(async_condition_wait, self->r, &condition);
    cr_assert(async_lock_is_locked(&lock));
    note((char)((intptr_t)self->arg | (self->r ? 32 : 0)));
    async_lock_release(&lock);
    END(self->r);
}

FUNCTION(condition_main, struct async_future *t[6]; int i; int r; bool holds;)
{
    BEGIN(condition_main);
    async_lock_init(&lock);
    async_condition_init(&condition, &lock);
    for (self->i = 0; self->i < 6; self->i++) {
        self->t[self->i] = SPAWN(consumer((void *)(intptr_t)('A' + self->i)));
        WAIT(async_sleep, self->r, 0.001); /* in this order, whatever the seed */
    }
    WAIT(async_lock_acquire, self->r, &lock);
    self->holds = !self->r;
    if (self->holds)
        async_condition_notify(&condition, 2);
    async_cancel(self->t[1]); /* notified beats cancelled */
    async_cancel(self->t[3]); /* cancelled before it is notified: nobody's notification is lost */
    async_cancel(self->t[3]);
    if (self->holds)
        async_condition_notify(&condition, 1);
    WAIT(async_sleep, self->r, 0.001);
    expect(""); /* the lock is ours */
    if (self->holds)
        async_lock_release(&lock);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->t[3], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    CALL(self->t[2], self->r);
    cr_assert_eq(self->r, 0);
    expect("ABdC");
    async_cancel(self->t[4]); /* while the lock is free: its own at once */
    cr_assert(async_lock_is_locked(&lock));
    WAIT(async_lock_acquire, self->r, &lock);
    if (!self->r) {
        async_condition_notify_all(&condition);
        async_lock_release(&lock);
    }
    CALL(self->t[4], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    CALL(self->t[5], self->r);
    cr_assert_eq(self->r, 0);
    expect("eF");
    cr_assert(!async_lock_is_locked(&lock));
    END(0);
}

Test(sync, a_condition_returns_with_the_lock)
{
    cr_assert_eq(run(condition_main(NULL)), 0);
}

static void ignore(const struct async_report *report, void *arg)
{
    (void)report;
    ++*(int *)arg;
}

/* Tasks that wait for a lock that nobody releases are dropped with the loop. */
FUNCTION(stuck_main, int i; int r;)
{
    BEGIN(stuck_main);
    async_lock_init(&lock);
    async_condition_init(&condition, &lock);
    for (self->i = 0; self->i < 3; self->i++)
        async_release(SPAWN(consumer((void *)(intptr_t)'A')));
    WAIT(async_sleep, self->r, 0.001);
    WAIT(async_lock_acquire, self->r, &lock);
    if (!self->r)
        async_condition_notify(&condition, 2);
    END(0);
}

Test(sync, who_waits_for_a_lock_for_ever_is_dropped)
{
    int reports = 0;
    setenv("ASYNC_SHUTDOWN_SECONDS", "0.01", 1);
    async_set_exception_handler(ignore, &reports);
    cr_assert_eq(run(stuck_main(NULL)), 0);
    cr_assert_eq(reports, 3);
}

Test(sync, notifying_without_the_lock, .signal = SIGABRT)
{
    async_lock_init(&lock);
    async_condition_init(&condition, &lock);
    async_condition_notify(&condition, 1);
}

/* ---- semaphore ---- */

static struct async_semaphore semaphore;

FUNCTION(taker, int r;)
{
    BEGIN(taker);
    WAIT(async_semaphore_acquire, self->r, &semaphore);
    note((char)((intptr_t)self->arg | (self->r ? 32 : 0)));
    END(self->r);
}

FUNCTION(semaphore_main, struct async_future *t[5]; int i; int r;)
{
    BEGIN(semaphore_main);
    async_semaphore_init(&semaphore, 2);
    for (self->i = 0; self->i < 5; self->i++) {
        self->t[self->i] = SPAWN(taker((void *)(intptr_t)('A' + self->i)));
        WAIT(async_sleep, self->r, 0.001); /* in this order, whatever the seed */
    }
    expect("AB");
    cr_assert_eq(async_semaphore_release(&semaphore), 0); /* C has it */
    async_cancel(self->t[2]);
    async_cancel(self->t[3]);
    cr_assert_eq(async_semaphore_release(&semaphore), 0); /* E */
    cr_assert_eq(async_semaphore_release(&semaphore), 0); /* nobody */
    cr_assert_eq(semaphore.value, 1);
    for (self->i = 0; self->i < 5; self->i++)
        CALL(self->t[self->i], self->r);
    expect("CdE");
    CALL(async_semaphore_acquire(&semaphore), self->r);
    cr_assert_eq(self->r, 0);
    cr_assert_eq(semaphore.value, 0);
    END(0);
}

Test(sync, a_semaphore_counts_and_hands_over)
{
    cr_assert_eq(run(semaphore_main(NULL)), 0);
}

Test(sync, a_bounded_semaphore_has_a_bound)
{
    async_semaphore_init_bounded(&semaphore, 1);
    cr_assert_eq(async_semaphore_release(&semaphore), -EOVERFLOW);
    cr_assert_eq(semaphore.value, 1);
    semaphore.value = 0;
    cr_assert_eq(async_semaphore_release(&semaphore), 0);
    cr_assert_eq(async_semaphore_release(&semaphore), -EOVERFLOW);
}

/* ---- barrier ---- */

static struct async_barrier barrier;

FUNCTION(party, int r;)
{
    BEGIN(party);
    WAIT(async_barrier_wait, self->r, &barrier);
    END(self->r);
}

/* If there is one too few of them, none waits. */
static struct async_future *spawn_party(void)
{
    struct async_future *future = SPAWN(party(NULL));
    if (async_done(future))
        async_barrier_abort(&barrier);
    return future;
}

FUNCTION(barrier_main, struct async_future *t[3]; int i; int round; int r;)
{
    BEGIN(barrier_main);
    async_barrier_init(&barrier, 3);
    for (self->round = 0; self->round < 2; self->round++) {
        for (self->i = 0; self->i < 3; self->i++)
            self->t[self->i] = spawn_party();
        for (self->i = 0; self->i < 3; self->i++) {
            CALL(self->t[self->i], self->r);
            cr_assert_eq(self->r, self->i);
        }
    }
    for (self->i = 0; self->i < 2; self->i++)
        self->t[self->i] = spawn_party();
    WAIT(async_sleep, self->r, 0.001);
    async_cancel(self->t[0]);
    WAIT(async_barrier_wait, self->r, &barrier);
    cr_assert_eq(self->r, -EPIPE);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, -EPIPE);
    async_barrier_reset(&barrier);
    self->t[0] = spawn_party();
    WAIT(async_sleep, self->r, 0.001);
    async_barrier_reset(&barrier);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -EPIPE);
    for (self->i = 0; self->i < 3; self->i++) /* whole again; woken beats cancelled */
        self->t[self->i] = spawn_party();
    WAIT(async_sleep, self->r, 0.001);
    async_cancel(self->t[0]);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->t[1], self->r);
    CALL(self->t[2], self->r);
    async_barrier_abort(&barrier);
    CALL(async_barrier_wait(&barrier), self->r);
    cr_assert_eq(self->r, -EPIPE);
    END(0);
}

Test(sync, a_barrier_lets_all_go_or_breaks)
{
    cr_assert_eq(run(barrier_main(NULL)), 0);
}

/* ---- async with, driven by hand ---- */

FUNCTION(holder, struct async_lock_hold__frame hold; int r;)
{
    BEGIN(holder);
    async_lock_hold__begin(&self->hold, base, &lock);
    base->state = 1;
    if (self->hold.base.resume(&self->hold.base) == ASYNC_PENDING)
        return ASYNC_PENDING;
    /* fall through */
case 1:
    if (self->hold.base.state == ASYNC_GENERATOR_ENDED)
        RETURN(self->hold.result);
    note((char)(intptr_t)self->arg);
    WAIT(async_yield, self->r);
    if (self->arg == (void *)'B') { /* a failing try */
        self->hold.thrown = -EIO;
        self->hold.base.state++;
    }
    cr_assert_eq(self->hold.base.resume(&self->hold.base), ASYNC_DONE);
    cr_assert_eq(self->hold.base.state, ASYNC_GENERATOR_ENDED);
    END(self->hold.result);
}

FUNCTION(hold_main, struct async_future *t[4]; int i; int r;)
{
    BEGIN(hold_main);
    async_lock_init(&lock);
    for (self->i = 0; self->i < 4; self->i++)
        self->t[self->i] = SPAWN(holder((void *)(intptr_t)('A' + self->i)));
    WAIT(async_yield, self->r);
    async_cancel(self->t[2]);
    for (self->i = 0; self->i < 4; self->i++) {
        static const int wanted[] = {0, -EIO, -ECANCELED, 0};
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, wanted[self->i]);
    }
    expect("ABD");
    cr_assert(!async_lock_is_locked(&lock));
    END(0);
}

Test(sync, a_held_lock_is_released)
{
    cr_assert_eq(run(hold_main(NULL)), 0);
}

FUNCTION(semaphore_hold_main, struct async_semaphore_hold__frame *hold; int r;)
{
    BEGIN(semaphore_hold_main);
    async_semaphore_init_bounded(&semaphore, 1);
    struct async_future *handle = (struct async_future *)async_semaphore_hold(&semaphore);
    cr_assert(async_is_cold(handle));
    if (!async_is_cold(handle))
        RETURN(-ENOMEM);
    self->hold = (struct async_semaphore_hold__frame *)&handle->frame;
    self->hold->base.caller = base;
    cr_assert_eq(self->hold->base.resume(&self->hold->base), ASYNC_DONE);
    cr_assert_eq(semaphore.value, 0);
    self->hold->base.state++; /* close */
    cr_assert_eq(self->hold->base.resume(&self->hold->base), ASYNC_DONE);
    cr_assert_eq(self->hold->base.state, ASYNC_GENERATOR_ENDED);
    cr_assert_eq(self->hold->result, 0);
    cr_assert_eq(semaphore.value, 1);
    self->hold->base.caller = NULL;
    async_release(ASYNC_CONTAINER(self->hold, struct async_future, frame));
    END(0);
}

Test(sync, a_held_semaphore_is_released)
{
    cr_assert_eq(run(semaphore_hold_main(NULL)), 0);
}
