/* Depth and number of awaits: neither may exhaust the C stack. Compiled without optimisation. */
#include "lowered.h"

#include <pthread.h>

TestSuite(deep, .fini = no_block_is_left);

/* A coroutine that awaits itself, `arg` times deep; the innermost one yields. */
FUNCTION(dive, int r;)
{
    BEGIN(dive);
    if (self->arg == NULL) {
        WAIT(async_yield, self->r);
        RETURN(0);
    }
    CALL(dive((void *)((intptr_t)self->arg - 1)), self->r);
    END(self->r + 1);
}

Test(deep, a_million_coroutines)
{
    cr_assert_eq(run(dive((void *)(10 * (intptr_t)DEPTH))), 10 * DEPTH);
}

static void *run_dive(void *result)
{
    *(int *)result = run(dive((void *)DEPTH));
    return NULL;
}

Test(deep, in_a_thread_with_a_small_stack)
{
    pthread_t thread;
    pthread_attr_t attributes;
    int result = 0;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    cr_assert_eq(pthread_create(&thread, &attributes, run_dive, &result), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    cr_assert_eq(result, DEPTH);
}

/* The same, each one a task. */
FUNCTION(dive_tasks, int r;)
{
    BEGIN(dive_tasks);
    if (self->arg == NULL)
        RETURN(0);
    CALL(SPAWN(dive_tasks((void *)((intptr_t)self->arg - 1))), self->r);
    END(self->r + 1);
}

Test(deep, a_hundred_thousand_tasks_that_join)
{
    cr_assert_eq(run(dive_tasks((void *)DEPTH)), DEPTH);
}

FUNCTION(at_once, )
{
    BEGIN(at_once);
    END(1);
}

FUNCTION(many, long i; long sum; int r;)
{
    BEGIN(many);
    self->sum = 0;
    for (self->i = 0; self->i < (intptr_t)self->arg; self->i++) {
        CALL(at_once(NULL), self->r);
        self->sum += self->r;
    }
    END(self->sum == (intptr_t)self->arg);
}

Test(deep, twenty_million_awaits_that_finish_at_once)
{
#ifdef SCENARIOS
    intptr_t n = 20000;
#elif defined __SANITIZE_ADDRESS__
    intptr_t n = 2000000;
#else
    intptr_t n = 20000000;
#endif
    cr_assert_eq(run(many((void *)n)), 1);
}

/* Cancelling a chain of joined tasks is no recursion either. */
FUNCTION(join_chain, int r; struct async_future * t;)
{
    BEGIN(join_chain);
    if (self->arg == NULL) {
        WAIT(async_sleep, self->r, 1000);
        RETURN(self->r);
    }
    self->t = SPAWN(join_chain((void *)((intptr_t)self->arg - 1)));
    WAIT(async_yield, self->r);
    CALL(self->t, self->r);
    END(self->r);
}

FUNCTION(cancel_chain, struct async_future *t; int i; int r;)
{
    BEGIN(cancel_chain);
    self->t = SPAWN(join_chain((void *)DEPTH));
    WAIT(async_sleep, self->r, 0.001);
    for (self->i = 0; self->i < DEPTH + 2; self->i++)
        WAIT(async_yield, self->r);
    async_cancel(self->t);
    CALL(self->t, self->r);
    END(self->r);
}

Test(deep, cancelling_a_long_chain)
{
    cr_assert_eq(run(cancel_chain(NULL)), -ECANCELED);
}
