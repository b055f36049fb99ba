/* Cancel scopes: time limits, shields, what is told and handed on. Time is virtual (sim). */
#include "lowered.h"

#include <signal.h>

static void use_sim(void)
{
    setenv("ASYNC_LOOP", "sim", 1);
}

TestSuite(scope, .init = use_sim, .fini = no_block_is_left);

static int reports;
static struct async_report last_report;
static void count_report(const struct async_report *report, void *arg)
{
    (void)arg;
    reports++;
    last_report = *report;
}

/* Whom cancel_it cancels; NULL once it has ended, which it may do sooner where a fault is injected.
 */
static struct async_future *to_cancel;

static void cancel_it(void *unused)
{
    (void)unused;
    if (to_cancel)
        async_cancel(to_cancel);
}

static void cancel_me_after(double seconds)
{
    to_cancel = async_current_task();
    if (seconds > 0)
        async_call_later(seconds, cancel_it, NULL);
    else
        async_call_soon(cancel_it, NULL);
}

/* ---- time limits ---- */

FUNCTION(limit_main, struct async_timeout__frame a, b; double start; int r;)
{
    BEGIN(limit_main);
    self->start = async_time();
    ENTER(async_timeout, a, self->r, 0.05);
    cr_assert(ENTERED(a));
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ETIMEDOUT);
    cr_assert_eq(async_cancelled(), -ETIMEDOUT);
    cr_assert_float_eq(async_time() - self->start, 0.05, 1e-6);
    ENTER(async_timeout, b, self->r, 60);
    WAIT(async_sleep, self->r, 10); /* refused at once: level-triggered */
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(b, self->r, 0);
    cr_assert_eq(self->r, 0); /* not its own */
    LEAVE(a, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    cr_assert_eq(async_cancelled(), 0);
    WAIT(async_sleep, self->r, 1);
    cr_assert_eq(self->r, 0);
    END(0);
}

Test(scope, a_time_limit_refuses_waits_and_ends_with_that)
{
    cr_assert_eq(run(limit_main(NULL)), 0);
}

FUNCTION(quick_main, struct async_timeout__frame a; struct async_timeout_at__frame b; double start;
         int r;)
{
    BEGIN(quick_main);
    self->start = async_time();
    ENTER(async_timeout, a, self->r, 5);
    WAIT(async_sleep, self->r, 1);
    cr_assert_eq(self->r, 0);
    LEAVE(a, self->r, 0);
    cr_assert_eq(self->r, 0);
    ENTER(async_timeout, a, self->r, 0); /* over at once, but nobody waits */
    cr_assert_eq(async_cancelled(), -ETIMEDOUT);
    LEAVE(a, self->r, 0);
    cr_assert_eq(self->r, 0);
    ENTER(async_timeout, a, self->r, 0.0 / 0.0);
    WAIT(async_yield, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(a, self->r, 1);
    cr_assert_eq(self->r, -ETIMEDOUT);
    ENTER(async_timeout_at, b, self->r, self->start + 3);
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(b, self->r, -ETIMEDOUT);
    cr_assert_eq(self->r, -ETIMEDOUT);
    cr_assert_float_eq(async_time() - self->start, 3, 1e-6);
    ENTER(async_timeout_at, b, self->r, self->start + 2);
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(b, self->r, -EIO); /* another error was in the way */
    cr_assert_eq(self->r, -EIO);
    ENTER(async_timeout, a, self->r, 1.0 / 0.0);
    WAIT(async_sleep, self->r, 1000);
    cr_assert_eq(self->r, 0);
    LEAVE(a, self->r, -ETIMEDOUT); /* somebody else's */
    cr_assert_eq(self->r, -ETIMEDOUT);
    END(0);
}

Test(scope, time_limits_that_are_over_at_once_or_never)
{
    cr_assert_eq(run(quick_main(NULL)), 0);
}

FUNCTION(outer_main, struct async_timeout__frame a, b; int r;)
{
    BEGIN(outer_main);
    ENTER(async_timeout, a, self->r, 2);
    ENTER(async_timeout, b, self->r, 1);
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ETIMEDOUT);
    async_cancel(async_current_task());
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ECANCELED); /* an outer one wins */
    LEAVE(b, self->r, 0);
    cr_assert_eq(self->r, -ECANCELED); /* a wait returned -ETIMEDOUT, but ... */
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ECANCELED);
    LEAVE(a, self->r, 0);
    cr_assert_eq(self->r, 0); /* never told */
    cr_assert_eq(async_cancelled(), -ECANCELED);
    END(self->r);
}

Test(scope, an_outer_cancellation_wins)
{
    cr_assert_eq(run(outer_main(NULL)), 0);
}

/* A generator handle that async_next would drive: its scope is not in force after its yield. */
FUNCTION(handle_main, struct async_generator *g; struct async_frame * frame; int r;)
{
    BEGIN(handle_main);
    self->g = async_timeout(1);
    cr_assert(async_is_cold((struct async_future *)self->g));
    if (!async_is_cold((struct async_future *)self->g))
        RETURN(-ENOMEM);
    self->frame = &((struct async_future *)self->g)->frame;
    cr_assert_eq(self->frame->resume(self->frame), ASYNC_DONE);
    cr_assert_eq(self->frame->state, 2);
    WAIT(async_sleep, self->r, 2);
    cr_assert_eq(self->r, 0);
    self->frame->state++; /* closed */
    cr_assert_eq(self->frame->resume(self->frame), ASYNC_DONE);
    cr_assert_eq(self->frame->state, ASYNC_GENERATOR_ENDED);
    async_release((struct async_future *)self->g);
    async_release((struct async_future *)async_shield(1));
    async_release((struct async_future *)async_timeout_at(1));
    END(0);
}

Test(scope, a_limit_as_a_handle)
{
    cr_assert_eq(run(handle_main(NULL)), 0);
}

/* ---- shields ---- */

FUNCTION(shield_main, struct async_shield__frame s; struct async_timeout__frame t; double start;
         int r;)
{
    BEGIN(shield_main);
    self->start = async_time();
    cancel_me_after(2);
    ENTER(async_shield, s, self->r, 5);
    WAIT(async_sleep, self->r, 4); /* cancelled at 2 */
    cr_assert_eq(self->r, 0);
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ECANCELED); /* at 7 */
    cr_assert_float_eq(async_time() - self->start, 7, 1e-6);
    LEAVE(s, self->r, 0);
    cr_assert_eq(self->r, -ECANCELED);
    ENTER(async_shield, s, self->r, 1); /* entered later than cancelled */
    WAIT(async_sleep, self->r, 0.9);
    cr_assert_eq(self->r, 0);
    LEAVE(s, self->r, 0);
    cr_assert_eq(self->r, 0);
    cr_assert_eq(async_cancelled(), -ECANCELED);
    ENTER(async_shield, s, self->r, 0); /* hides nothing */
    WAIT(async_yield, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    LEAVE(s, self->r, -EIO);
    cr_assert_eq(self->r, -EIO);
    /* a time limit in a shield works as always */
    ENTER(async_shield, s, self->r, 100);
    ENTER(async_timeout, t, self->r, 1);
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    WAIT(async_sleep, self->r, 1);
    cr_assert_eq(self->r, 0);
    LEAVE(s, self->r, 0);
    to_cancel = NULL;
    END(self->r);
}

Test(scope, a_shield_hides_what_is_outside_for_a_while)
{
    cr_assert_eq(run(shield_main(NULL)), 0);
}

/* The inner shield's time begins when the outer one's is over. */
FUNCTION(shields_main, struct async_timeout__frame t; struct async_shield__frame a, b; double start;
         int r;)
{
    BEGIN(shields_main);
    self->start = async_time();
    ENTER(async_timeout, t, self->r, 1);
    ENTER(async_shield, a, self->r, 2);
    ENTER(async_shield, b, self->r, 4);
    WAIT(async_sleep, self->r, 100);
    cr_assert_eq(self->r, -ETIMEDOUT);
    cr_assert_float_eq(async_time() - self->start, 7, 1e-6);
    LEAVE(b, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(a, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    END(self->r);
}

Test(scope, shields_nest)
{
    cr_assert_eq(run(shields_main(NULL)), -ETIMEDOUT);
}

/* A wait of its own in the shield, refused by a time limit inside, is not the shield's error. */
FUNCTION(inner_main, struct async_shield__frame s; struct async_timeout__frame t; int r;)
{
    BEGIN(inner_main);
    ENTER(async_shield, s, self->r, 1);
    ENTER(async_timeout, t, self->r, 0);
    WAIT(async_yield, self->r);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    async_cancel(async_current_task());
    WAIT(async_sleep, self->r, 0.5);
    cr_assert_eq(self->r, 0);
    LEAVE(s, self->r, 0);
    END(self->r);
}

Test(scope, a_shield_that_nobody_noticed)
{
    cr_assert_eq(run(inner_main(NULL)), 0);
}

/* ---- joining waits ---- */

FUNCTION(nap, int r; int again;) /* arg: what to give in the end, 0: what it was told */
{
    BEGIN(nap);
    WAIT(async_sleep, self->r, 10);
    WAIT(async_sleep, self->again, 10);
    cr_assert_eq(self->again, self->r);
    END(self->arg ? (int)(intptr_t)self->arg : self->r);
}

FUNCTION(joiner, int r;)
{
    BEGIN(joiner);
    CALL(self->arg, self->r);
    END(self->r);
}

FUNCTION(join_main, struct async_timeout__frame t; struct async_future * f; double start; int r;)
{
    BEGIN(join_main);
    /* the reason goes along, through tasks and coroutines */
    ENTER(async_timeout, t, self->r, 1);
    self->f = SPAWN(with_owned(joiner, SPAWN(with_owned(joiner, nap(NULL)))));
    CALL(self->f, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    /* the real result: nothing was told here */
    ENTER(async_timeout, t, self->r, 1);
    self->f = SPAWN(nap((void *)5));
    CALL(self->f, self->r);
    cr_assert_eq(self->r, 5);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, 0);
    /* joined after the time was over */
    ENTER(async_timeout, t, self->r, 0);
    self->f = SPAWN(nap(NULL));
    CALL(self->f, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    /* somebody else owns it as well: it is left alone, and waited for */
    self->start = async_time();
    self->f = SPAWN(nap((void *)6));
    ENTER(async_timeout, t, self->r, 1);
    CALL(async_retain(self->f), self->r);
    cr_assert_eq(self->r, 6);
    cr_assert_float_eq(async_time() - self->start, 20, 1e-6);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, 0);
    async_release(self->f);
    END(self->r);
}

Test(scope, joining_waits_hand_the_reason_on)
{
    cr_assert_eq(run(join_main(NULL)), 0);
}

/* First its time is over, then its parent is cancelled: the child hears of both. */
FUNCTION(both_child, struct async_timeout__frame t; int r;)
{
    BEGIN(both_child);
    ENTER(async_timeout, t, self->r, 100);
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ETIMEDOUT);
    async_cancel(self->arg);
    WAIT(async_sleep, self->r, 10);
    cr_assert_eq(self->r, -ECANCELED);
    LEAVE(t, self->r, 0);
    END(7);
}

FUNCTION(both_main, struct async_timeout__frame t; struct async_future * f; int r;)
{
    BEGIN(both_main);
    ENTER(async_timeout, t, self->r, 1);
    self->f = SPAWN(both_child(async_current_task()));
    CALL(self->f, self->r);
    cr_assert_eq(self->r, 7);
    LEAVE(t, self->r, 0);
    END(self->r);
}

Test(scope, a_second_reason_is_handed_on)
{
    cr_assert_eq(run(both_main(NULL)), 0);
}

/* ---- pure futures, and races ---- */

static void complete_it(void *future)
{
    int value = 9;
    async_complete(future, &value, sizeof value);
}

FUNCTION(pure_main, struct async_timeout__frame t; struct async_future * f; int r;)
{
    BEGIN(pure_main);
    ENTER(async_timeout, t, self->r, 1);
    self->f = async_future_new(sizeof(int), _Alignof(int));
    CALL(async_retain(self->f), self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    async_release(self->f);
    async_release(self->f);
    /* completed and cancelled in one turn, in either order: the value is delivered */
    self->f = async_future_new(sizeof(int), _Alignof(int));
    if (!async_call_soon(complete_it, self->f))
        complete_it(self->f);
    cancel_me_after(0);
    CALL(self->f, self->r);
    cr_assert_eq(self->r, 9);
    cr_assert_eq(async_cancelled(), -ECANCELED);
    to_cancel = NULL;
    END(0);
}

FUNCTION(pure_late, struct async_future *f; int r;)
{
    BEGIN(pure_late);
    self->f = async_future_new(sizeof(int), _Alignof(int));
    cancel_me_after(0);
    if (!async_call_soon(complete_it, self->f))
        complete_it(self->f);
    CALL(self->f, self->r);
    cr_assert_eq(self->r, 9);
    to_cancel = NULL;
    END(0);
}

FUNCTION(sleep_race, int r;)
{
    BEGIN(sleep_race);
    cancel_me_after(1);
    WAIT(async_sleep, self->r, 1);
    cr_assert_eq(self->r, 0); /* both were due; the callback runs before this task */
    WAIT(async_sleep, self->r, 1);
    to_cancel = NULL;
    END(self->r);
}

FUNCTION(sleep_won, int r;)
{
    BEGIN(sleep_won);
    cancel_me_after(0);
    WAIT(async_yield, self->r);
    cr_assert_eq(self->r, 0); /* it was ready again when it was cancelled */
    WAIT(async_yield, self->r);
    to_cancel = NULL;
    END(self->r);
}

Test(scope, completion_beats_cancellation)
{
    cr_assert_eq(run(pure_main(NULL)), 0);
    cr_assert_eq(run(pure_late(NULL)), 0);
    cr_assert_eq(run(sleep_race(NULL)), -ECANCELED);
    cr_assert_eq(run(sleep_won(NULL)), -ECANCELED);
}

/* ---- async_wait_for ---- */

FUNCTION(wait_for_main, struct async_future *f; struct async_timeout__frame t;
         struct async_handle * h; double d; int r;)
{
    BEGIN(wait_for_main);
    WAIT_FOR(nap(NULL), 0.01, self->r); /* a coroutine, in this task */
    cr_assert_eq(self->r, -ETIMEDOUT);
    WAIT_FOR(nap((void *)8), 0.01, self->r); /* a value that arrives anyway */
    cr_assert_eq(self->r, 8);
    self->f = SPAWN(nap(NULL));
    WAIT_FOR(self->f, 0.01, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    self->f = async_future_new(sizeof(int), _Alignof(int));
    WAIT_FOR(async_retain(self->f), 0.01, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    self->h = async_call_later(1, complete_it, async_retain(self->f));
    async_release(self->f);
    WAIT_FOR(self->f, 10, self->r);
    cr_assert_eq(self->r, 9);
    if (self->r != 9) { /* nobody completes it */
        async_handle_cancel(self->h);
        async_release(self->f);
    }
    cr_assert_eq(async_cancelled(), 0);
    /* inside a time limit that is shorter: that one's error */
    ENTER(async_timeout, t, self->r, 1);
    WAIT_FOR(nap(NULL), 5, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    /* the handle's form */
    CALL(async_wait_for_handle(nap(NULL), 0.01, sizeof(int), _Alignof(int), true), self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    self->f = SPAWN(async_wait_for_handle(nap((void *)3), 100, sizeof(int), _Alignof(int), true));
    CALL(self->f, self->r);
    cr_assert_eq(self->r, 3);
    async_release(async_wait_for_handle(nap(NULL), 1, sizeof(int), _Alignof(int), true));
    END(0);
}

Test(scope, await_within_a_time_limit)
{
    cr_assert_eq(run(wait_for_main(NULL)), 0);
}

Test(misuse, wait_for_nothing, .signal = SIGABRT)
{
    async_wait_for_handle(NULL, 1, sizeof(int), _Alignof(int), true);
}

/* ---- who is cancelled, and when ---- */

FUNCTION(when_main, struct async_future *f; int r;)
{
    BEGIN(when_main);
    self->f = SPAWN(nap(NULL)); /* before it has started: it starts all the same */
    async_cancel(self->f);
    async_cancel(self->f);
    CALL(self->f, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    self->f = SPAWN(nap((void *)1));
    async_cancel(self->f);
    WAIT(async_yield, self->r);
    cr_assert(async_done(self->f));
    async_cancel(self->f); /* it is done */
    CALL(self->f, self->r);
    cr_assert_eq(self->r, 1);
    END(0);
}

Test(scope, cancelling_at_odd_times)
{
    cr_assert_eq(run(when_main(NULL)), 0);
}

FUNCTION(patricide, int r;)
{
    BEGIN(patricide);
    WAIT(async_yield, self->r);
    async_cancel(self->arg); /* who waits for us, and hands it back */
    WAIT(async_sleep, self->r, 10);
    END(self->r);
}

FUNCTION(patricide_main, struct async_future *f; int r;)
{
    BEGIN(patricide_main);
    self->f = SPAWN(patricide(async_current_task()));
    CALL(self->f, self->r);
    cr_assert_eq(async_cancelled(), -ECANCELED);
    END(self->r);
}

Test(scope, cancelling_the_parent)
{
    cr_assert_eq(run(patricide_main(NULL)), -ECANCELED);
}

/* ---- what is reported ---- */

FUNCTION(limited, struct async_timeout__frame t; int r;)
{
    BEGIN(limited);
    ENTER(async_timeout, t, self->r, 1);
    WAIT(async_sleep, self->r, 10);
    LEAVE(t, self->r, -ETIMEDOUT);
    WAIT(async_sleep, self->r, self->arg ? 10 : 0);
    END(self->arg && self->r == 0 ? -EIO : -ETIMEDOUT);
}

FUNCTION(give, )
{
    BEGIN(give);
    END((int)(intptr_t)self->arg);
}

FUNCTION(report_main, struct async_future *f; int r;)
{
    BEGIN(report_main);
    async_release(SPAWN(limited(NULL))); /* the reason of one of its scopes */
    WAIT(async_sleep, self->r, 2);
    cr_assert_eq(reports, 0);
    async_release(SPAWN(limited("x")));
    WAIT(async_sleep, self->r, 20);
    cr_assert_eq(reports, 1);
    cr_assert_eq(last_report.error, -EIO);
    async_release(SPAWN(give((void *)-ETIMEDOUT)));
    async_release(SPAWN(give((void *)-ECANCELED))); /* nobody cancelled it */
    WAIT(async_yield, self->r);
    cr_assert_eq(reports, 3);
    self->f = SPAWN(nap(NULL));
    async_cancel(self->f);
    async_release(self->f);
    WAIT(async_yield, self->r);
    cr_assert_eq(reports, 3);
    END(0);
}

Test(scope, the_reason_of_a_scope_is_not_reported)
{
    async_set_exception_handler(count_report, NULL);
    cr_assert_eq(run(report_main(NULL)), 0);
    async_set_exception_handler(NULL, NULL);
}
