/* Waiting for several futures: async_gather, async_wait, async_as_completed. Time is virtual. */
#include "lowered.h"

#include <math.h>
#include <signal.h>

static void use_sim(void)
{
    setenv("ASYNC_LOOP", "sim", 1);
}

TestSuite(gather, .init = use_sim, .fini = no_block_is_left);
TestSuite(misuse_gather, .init = use_sim);

/* Sleeps |arg| tenths of a second; gives arg, or what it was told. */
FUNCTION(nap, int r;)
{
    BEGIN(nap);
    WAIT(async_sleep, self->r, fabs((double)(intptr_t)self->arg) / 10);
    END(self->r ? self->r : (int)(intptr_t)self->arg);
}

static struct async_future *napping(int tenths)
{
    return async_spawn(nap((void *)(intptr_t)tenths), __FILE__, __LINE__);
}

enum { MANY = 7 };
#define SEVERAL                   \
    struct async_future *f[MANY]; \
    int i, r, n;                  \
    double start

/* ---- gather ---- */

FUNCTION(gather_main, SEVERAL; struct async_timeout__frame t;)
{
    BEGIN(gather_main);
    self->start = async_time();
    for (self->i = 0; self->i < 3; self->i++)
        self->f[self->i] = napping(self->i + 1);
    self->f[3] = nap((void *)2); /* a coroutine becomes a task */
    WAIT(async_gather, self->r, 4, self->f);
    cr_assert_eq(self->r, 0);
    cr_assert_float_eq(async_time() - self->start, 0.3, 1e-6);
    for (self->i = 0; self->i < 4; self->i++) {
        cr_assert(async_done(self->f[self->i]));
        CALL(self->f[self->i], self->r);
        cr_assert_eq(self->r, self->i == 3 ? 2 : self->i + 1);
    }
    WAIT(async_gather, self->r, 0, NULL);
    cr_assert_eq(self->r, 0);
    /* all are waited for; the first error in the order of the arguments */
    self->f[0] = napping(1);
    self->f[1] = napping(-5);
    self->f[2] = napping(-2);
    WAIT(async_gather, self->r, 3, self->f);
    cr_assert_eq(self->r, -5);
    cr_assert(async_done(self->f[0]));
    WAIT(async_gather, self->r, 3, self->f); /* once more */
    cr_assert_eq(self->r, -5);
    for (self->i = 0; self->i < 3; self->i++)
        CALL(self->f[self->i], self->r);
    /* the handle's form copies the array */
    self->f[0] = napping(1);
    self->f[1] = napping(1);
    CALL(async_gather_all(2, self->f), self->r);
    cr_assert_eq(self->r, 0);
    async_release(self->f[0]);
    async_release(self->f[1]);
    async_release(async_gather_all(2, self->f));
    END(0);
}

Test(gather, until_all_are_done)
{
    cr_assert_eq(run(gather_main(NULL)), 0);
}

static void cancel_it(void *task)
{
    async_cancel(task);
}

/* Cancelled: all of them are, at once, but for the one that has another owner. */
FUNCTION(cancel_main, SEVERAL; struct async_timeout__frame t;)
{
    BEGIN(cancel_main);
    self->start = async_time();
    ENTER(async_timeout, t, self->r, 1);
    self->f[0] = napping(100);
    self->f[1] = async_retain(napping(20));
    self->f[2] = napping(100);
    self->f[3] = async_future_new(sizeof(int), _Alignof(int));
    WAIT(async_gather, self->r, 4, self->f);
    cr_assert_eq(self->r, -ETIMEDOUT);
    cr_assert_float_eq(async_time() - self->start, 2, 1e-6);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    CALL(self->f[0], self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    async_release(self->f[1]);
    CALL(self->f[1], self->r);
    cr_assert_eq(self->r, 20);
    CALL(self->f[2], self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    CALL(self->f[3], self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    async_release(self->f[3]);
    /* cancelled before it began */
    async_cancel(async_current_task());
    self->f[0] = napping(100);
    self->f[1] = napping(100);
    WAIT(async_gather, self->r, 2, self->f);
    cr_assert_eq(self->r, -ECANCELED);
    async_release(self->f[0]);
    async_release(self->f[1]);
    END(0);
}

Test(gather, hands_a_cancellation_on)
{
    cr_assert_eq(run(cancel_main(NULL)), 0);
}

/* First a time limit, then a cancellation: those who wait still hear of the second, too. */
FUNCTION(stubborn, int r;)
{
    BEGIN(stubborn);
    WAIT(async_sleep, self->r, 100);
    cr_assert_eq(self->r, -ETIMEDOUT);
    async_cancel(self->arg);
    WAIT(async_sleep, self->r, 100);
    END(self->r);
}

FUNCTION(second_main, SEVERAL; struct async_timeout__frame t;)
{
    BEGIN(second_main);
    ENTER(async_timeout, t, self->r, 1);
    self->f[0] = SPAWN(stubborn(async_current_task()));
    WAIT(async_gather, self->r, 1, self->f);
    cr_assert_eq(self->r, -ECANCELED);
    LEAVE(t, self->r, 0);
    async_release(self->f[0]);
    END(self->r);
}

Test(gather, hands_a_second_reason_on)
{
    cr_assert_eq(run(second_main(NULL)), 0);
}

Test(misuse_gather, an_empty_handle, .signal = SIGABRT)
{
    struct async_future *none[1] = {NULL};
    run(async_gather_all(1, none));
}

FUNCTION(itself, SEVERAL;)
{
    BEGIN(itself);
    self->f[0] = async_retain(async_current_task());
    WAIT(async_gather, self->r, 1, self->f);
    END(0);
}

Test(misuse_gather, oneself, .signal = SIGABRT)
{
    run(itself(NULL));
}

/* ---- wait ---- */

FUNCTION(wait_main, SEVERAL; ssize_t d;)
{
    BEGIN(wait_main);
    self->n = (int)(intptr_t)self->arg;
    self->start = async_time();
    for (self->i = 0; self->i < self->n; self->i++)
        self->f[self->i] = napping(self->i == 1 ? -2 : self->i + 1);
    self->f[0] = (async_release(self->f[0]), NULL); /* empty: skipped */
    WAIT(async_wait, self->d, self->f, (size_t)self->n, ASYNC_ALL_COMPLETED, 0);
    cr_assert_eq(self->d, 0);
    WAIT(async_wait, self->d, self->f, (size_t)self->n, ASYNC_FIRST_COMPLETED, 0.05);
    cr_assert_eq(self->d, 0);
    WAIT(async_wait, self->d, self->f, (size_t)self->n, ASYNC_FIRST_ERROR, -1);
    cr_assert_eq(self->d, 1);
    cr_assert_float_eq(async_time() - self->start, 0.2, 1e-6);
    WAIT(async_wait, self->d, self->f, (size_t)self->n, ASYNC_FIRST_ERROR, 10);
    cr_assert_eq(self->d, 1); /* at once */
    WAIT(async_wait, self->d, self->f, (size_t)self->n, ASYNC_ALL_COMPLETED, 0.15);
    cr_assert_eq(self->d, 2);
    WAIT(async_wait, self->d, self->f + 3, 1, ASYNC_FIRST_COMPLETED, 1.0 / 0.0);
    cr_assert_eq(self->d, 1);
    WAIT(async_wait, self->d, self->f, (size_t)self->n, ASYNC_ALL_COMPLETED, 1e9);
    cr_assert_eq(self->d, self->n - 1);
    cr_assert_float_eq(async_time() - self->start, self->n / 10.0, 1e-6);
    WAIT(async_wait, self->d, self->f, 1, ASYNC_FIRST_COMPLETED, -1);
    cr_assert_eq(self->d, 0); /* nothing but an empty one */
    for (self->i = 1; self->i < self->n; self->i++)
        CALL(self->f[self->i], self->r);
    END(0);
}

Test(gather, wait_in_its_modes)
{
    cr_assert_eq(run(wait_main((void *)4)), 0);
    cr_assert_eq(run(wait_main((void *)MANY)), 0);
}

/* A leaving wait: what it waits for is left alone. */
FUNCTION(left_main, SEVERAL; struct async_timeout__frame t; ssize_t d;)
{
    BEGIN(left_main);
    for (self->i = 0; self->i < MANY; self->i++)
        self->f[self->i] = self->i ? napping(20) : nap((void *)20);
    ENTER(async_timeout, t, self->r, 1);
    WAIT(async_wait, self->d, self->f, MANY, ASYNC_FIRST_COMPLETED, -1);
    cr_assert_eq(self->d, -ETIMEDOUT);
    WAIT(async_wait, self->d, self->f, MANY, ASYNC_FIRST_COMPLETED, -1);
    cr_assert_eq(self->d, -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    for (self->i = 0; self->i < MANY; self->i++) {
        CALL(self->f[self->i], self->r);
        cr_assert_eq(self->r, 20);
    }
    CALL(async_wait(NULL, 0, ASYNC_ALL_COMPLETED, -1), self->d);
    cr_assert_eq(self->d, 0);
    END(0);
}

Test(gather, wait_is_left_when_cancelled)
{
    cr_assert_eq(run(left_main(NULL)), 0);
}

/* ---- as completed ---- */

/* The next index into self->a.value; ends when the generator has. */
#define NEXT()                                                          \
    do {                                                                \
        base->state = __LINE__;                                         \
        if (async_as_completed__resume(&self->a.base) == ASYNC_PENDING) \
            return ASYNC_PENDING;                                       \
        /* fall through */                                              \
    case __LINE__:;                                                     \
    } while (0)
#define HAS_ENDED() (self->a.base.state == ASYNC_GENERATOR_ENDED)

FUNCTION(completed_main, SEVERAL; struct async_as_completed__frame a;)
{
    static const int tenths[MANY] = {5, 1, 3, 0, 7, 6, 2}, order[] = {3, 1, 6, 2, 0, 5, 4};
    BEGIN(completed_main);
    for (self->i = 0; self->i < MANY; self->i++)
        self->f[self->i] = napping(tenths[self->i]);
    self->n = (int)(intptr_t)self->arg;
    async_as_completed__begin(&self->a, base, self->f, (size_t)self->n);
    for (self->i = 0; self->i < MANY; self->i++) {
        if (order[self->i] >= self->n)
            continue;
        NEXT();
        cr_assert(!HAS_ENDED());
        if (HAS_ENDED())
            break;
        cr_assert_eq((int)self->a.value, order[self->i]);
        CALL(async_move(&self->f[self->a.value], __FILE__, __LINE__), self->r);
        cr_assert_eq(self->r, tenths[self->a.value]);
        if (self->i == 3)
            WAIT(async_sleep, self->r, 0.5); /* meanwhile all of them end */
    }
    NEXT();
    cr_assert(HAS_ENDED());
    cr_assert_eq(self->a.result, 0);
    for (self->i = 0; self->i < MANY; self->i++)
        async_release(self->f[self->i]);
    END(0);
}

Test(gather, as_completed_in_order_of_time)
{
    cr_assert_eq(run(completed_main((void *)MANY)), 0);
    cr_assert_eq(run(completed_main((void *)4)), 0);
    cr_assert_eq(run(completed_main((void *)0)), 0);
}

#define CLOSE()                   \
    do {                          \
        if (!HAS_ENDED()) {       \
            self->a.base.state++; \
            NEXT();               \
        }                         \
    } while (0)

/* Left early, and cancelled. */
FUNCTION(early_main, SEVERAL; struct async_as_completed__frame a;)
{
    BEGIN(early_main);
    for (self->i = 0; self->i < MANY; self->i++)
        self->f[self->i] = napping(self->i + 1);
    async_as_completed__begin(&self->a, base, self->f, MANY);
    NEXT();
    cr_assert(!HAS_ENDED() && self->a.value == 0);
    CLOSE();
    cr_assert(HAS_ENDED());
    if (!async_call_later(0.15, cancel_it, async_current_task()))
        async_cancel(async_current_task());
    async_as_completed__begin(&self->a, base, self->f, MANY);
    NEXT();
    cr_assert_eq(self->a.value, 0);
    NEXT();
    cr_assert_eq(self->a.value, 1);
    NEXT();
    cr_assert(HAS_ENDED());
    CLOSE(); /* where a fault was injected it may be left early again */
    cr_assert_eq(self->a.result, -ECANCELED);
    async_as_completed__begin(&self->a, base, self->f + 3, 2);
    NEXT();
    cr_assert(HAS_ENDED());
    CLOSE();
    cr_assert_eq(self->a.result, -ECANCELED);
    for (self->i = 0; self->i < MANY; self->i++)
        async_release(self->f[self->i]);
    END(0);
}

Test(gather, as_completed_left_early)
{
    cr_assert_eq(run(early_main(NULL)), 0);
}

/* ---- no memory ---- */

static int allowed;
static bool may_allocate(void *arg)
{
    (void)arg;
    return allowed-- > 0;
}

FUNCTION(memory_main, SEVERAL; struct async_as_completed__frame a; struct async_group__frame g;
         ssize_t d;)
{
    BEGIN(memory_main);
    for (self->i = 0; self->i < MANY; self->i++)
        self->f[self->i] = napping(1);
    WAIT(async_yield, self->r); /* their timers are armed */
    allowed = 0;
    async__may_allocate = may_allocate;
    WAIT(async_wait, self->d, self->f, MANY, ASYNC_ALL_COMPLETED, -1);
    cr_assert_eq(self->d, -ENOMEM);
    async_as_completed__begin(&self->a, base, self->f, MANY);
    NEXT();
    cr_assert(HAS_ENDED());
    cr_assert_eq(self->a.result, -ENOMEM);
    ENTER(async_group, g, self->r);
    cr_assert_eq(async__error_of(async_group_spawn(self->g.value, self->f[0])), -ENOMEM);
    LEAVE(g, self->r, 0);
    cr_assert_eq(self->r, -ENOMEM);
    WAIT(async_gather, self->r, MANY - 1, self->f + 1); /* takes none */
    cr_assert_eq(self->r, 0);
    async__may_allocate = NULL;
    for (self->i = 1; self->i < MANY; self->i++)
        async_release(self->f[self->i]);
    END(0);
}

Test(gather, without_memory)
{
    cr_assert_eq(run(memory_main(NULL)), 0);
}
