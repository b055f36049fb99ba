/* Cancellation in depth: long chains, generators that are suspended, loops that end, no memory; and
 * what one may ask of tasks. Time is virtual (sim). */
#include "lowered.h"

static void use_sim(void)
{
    setenv("ASYNC_LOOP", "sim", 1);
}

TestSuite(cancel, .init = use_sim, .fini = no_block_is_left);

static int reports, dropped;
static char last_text[2048];
static struct async_report last_report;
static void keep_report(const struct async_report *report, void *arg)
{
    (void)arg;
    reports++;
    dropped += strstr(report->message, "dropped") != NULL;
    last_report = *report;
    snprintf(last_text, sizeof last_text, "%s", report->traceback ? report->traceback : "");
}

FUNCTION(forever, int r;)
{
    BEGIN(forever);
    WAIT(async_sleep, self->r, 1e9);
    END(self->r);
}

/* ---- depth ---- */

/* Scopes in scopes, each in a coroutine of its own. */
FUNCTION(nested, struct async_timeout__frame t; int r, end;)
{
    BEGIN(nested);
    ENTER(async_timeout, t, self->r, 1000);
    if (self->arg)
        CALL(nested((char *)self->arg - 1), self->r);
    else
        WAIT(async_sleep, self->r, 1e9);
    cr_assert_eq(self->r, -ECANCELED);
    WAIT(async_sleep, self->r, 1); /* refused at each level */
    LEAVE(t, self->end, 0);
    cr_assert_eq(self->end, 0);
    END(self->r);
}

FUNCTION(follower, int r;)
{
    BEGIN(follower);
    CALL(self->arg, self->r);
    END(self->r);
}

FUNCTION(depth_main, struct async_future *f; int i, r;)
{
    BEGIN(depth_main);
    self->f = SPAWN(nested((void *)DEPTH));
    WAIT(async_sleep, self->r, 1);
    async_cancel(self->f);
    CALL(self->f, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    self->f = SPAWN(forever(NULL)); /* a chain of tasks, each waiting for the next */
    for (self->i = 0; self->i < DEPTH; self->i++)
        self->f = SPAWN(with_owned(follower, self->f));
    WAIT(async_sleep, self->r, 1);
    async_cancel(self->f);
    CALL(self->f, self->r);
    END(self->r);
}

Test(cancel, chains_of_any_length)
{
    async_set_exception_handler(keep_report, NULL); /* so many refusals in a row are noticed */
    cr_assert_eq(run(depth_main(NULL)), -ECANCELED);
}

/* ---- generators that are suspended inside their scopes ---- */

FUNCTION(generator_main, struct async_timeout__frame outer, a, b; struct async_scopes off; int r;
         struct async_scope * mark;)
{
    BEGIN(generator_main);
    ENTER(async_timeout, outer, self->r, 100);
    self->mark = async_scopes_mark(); /* the generator is resumed, and opens two */
    ENTER(async_timeout, a, self->r, 1);
    ENTER(async_timeout, b, self->r, 50);
    async_scopes_detach(&self->off, self->mark); /* it yields: they are not in force */
    cr_assert_eq(async_scopes_mark(), self->mark);
    WAIT(async_sleep, self->r, 2);
    cr_assert_eq(self->r, 0);
    self->mark = async_scopes_mark();
    async_scopes_attach(&self->off); /* it goes on: the first one is over by now */
    cr_assert_eq(async_cancelled(), -ETIMEDOUT);
    WAIT(async_sleep, self->r, 1);
    LEAVE(b, self->r, 0);
    cr_assert_eq(self->r, 0);
    async_scopes_detach(&self->off, self->mark);
    cr_assert_eq(async_cancelled(), 0);
    async_cancel(async_current_task());
    async_scopes_attach(&self->off);
    cr_assert_eq(async_cancelled(), -ECANCELED);
    LEAVE(a, self->r, 0);
    cr_assert_eq(self->r, -ECANCELED);                    /* it told, but an outer one wins */
    async_scopes_detach(&self->off, async_scopes_mark()); /* none */
    async_scopes_attach(&self->off);
    LEAVE(outer, self->r, 0);
    END(self->r);
}

Test(cancel, scopes_of_a_suspended_generator)
{
    cr_assert_eq(run(generator_main(NULL)), 0);
}

/* The children of a group in a suspended generator hear of its task only while it runs. */
FUNCTION(group_main, struct async_timeout__frame t; struct async_group__frame g;
         struct async_scopes off; struct async_future * f; int r;)
{
    BEGIN(group_main);
    ENTER(async_timeout, t, self->r, 1);
    ENTER(async_group, g, self->r);
    self->f = async_group_spawn(self->g.value, forever(NULL));
    async_scopes_detach(&self->off, &self->t.limit.scope);
    WAIT(async_sleep, self->r, 2);
    cr_assert_eq(self->r, -ETIMEDOUT);
    WAIT(async_yield, self->r);
    cr_assert(!async_done(self->f));
    async_scopes_attach(&self->off);
    CALL(self->f, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(g, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    LEAVE(t, self->r, self->r);
    END(self->r);
}

Test(cancel, a_group_in_a_suspended_generator)
{
    cr_assert_eq(run(group_main(NULL)), -ETIMEDOUT);
}

/* ---- the end of a loop ---- */

FUNCTION(shielded, struct async_shield__frame s; int r;)
{
    BEGIN(shielded);
    ENTER(async_shield, s, self->r, 1e6);
    WAIT(async_sleep, self->r, 1e6);
    LEAVE(s, self->r, 0);
    END(self->r);
}

/* Ignores everything; waits in the way that arg says, inside scopes. */
FUNCTION(stuck, struct async_timeout__frame t; struct async_shield__frame s;
         struct async_group__frame g; struct async_as_completed__frame c;
         struct async_future * f[6]; int i, r; ssize_t d;)
{
    BEGIN(stuck);
    ENTER(async_timeout, t, self->r, 1e6);
    ENTER(async_shield, s, self->r, 1e6);
    ENTER(async_group, g, self->r);
    for (self->i = 0; self->i < 6; self->i++)
        self->f[self->i] = async_group_spawn(self->g.value, shielded(NULL));
    async_as_completed__begin(&self->c, base, self->f, 6);
    if ((intptr_t)self->arg == 1)
        WAIT(async_gather, self->r, 6, self->f);
    if ((intptr_t)self->arg == 2)
        WAIT(async_wait, self->d, self->f, 6, ASYNC_FIRST_COMPLETED, 1e6);
    if ((intptr_t)self->arg == 3) {
        base->state = __LINE__;
        if (async_as_completed__resume(&self->c.base) == ASYNC_PENDING)
            return ASYNC_PENDING;
    case __LINE__:;
    }
    if ((intptr_t)self->arg == 4)
        LEAVE(g, self->r, 0);
    WAIT(async_sleep, self->r, 1e6);
    END(0);
}

FUNCTION(stuck_main, int r; int i;)
{
    BEGIN(stuck_main);
    for (self->i = 0; self->i < 5; self->i++)
        async_release(SPAWN(stuck((void *)(intptr_t)self->i)));
    WAIT(async_sleep, self->r, 1);
    END(6);
}

Test(cancel_drop, tasks_that_are_dropped_inside_scopes)
{
    setenv("ASYNC_LOOP", "sim", 1);
    setenv("ASYNC_SHUTDOWN_SECONDS", "5", 1);
    async_set_exception_handler(keep_report, NULL);
    cr_assert_eq(run(stuck_main(NULL)), 6);
    cr_assert_eq(dropped, 35); /* with their children */
}

/* ---- other loops of the thread ---- */

static void stop(void *loop)
{
    async_loop_stop(loop);
}

FUNCTION(elsewhere, struct async_shield__frame s; int r;)
{
    BEGIN(elsewhere);
    async_call_soon(stop, async_loop());
    ENTER(async_shield, s, self->r, 3);
    WAIT(async_sleep, self->r, 100);
    LEAVE(s, self->r, 0);
    END(self->r);
}

Test(cancel, a_shielded_task_of_a_loop_that_does_not_run)
{
    struct async_loop *loop = async_loop_new();
    cr_assert_not_null(loop);
    if (!loop)
        return;
    struct async_future *task = async_retain(elsewhere(NULL));
    int value = 0;
    cr_assert_eq(async_loop_run(loop, task, NULL), -EINTR);
    async_cancel(task); /* outside of any loop */
    cr_assert_eq(async_loop_run(loop, task, &value), 0);
    cr_assert_eq(value, -ECANCELED);
    async_loop_free(loop);
}

/* ---- no memory ---- */

static bool never(void *arg)
{
    (void)arg;
    return false;
}

FUNCTION(memory_main, struct async_timeout__frame t; struct async_shield__frame s; int r;)
{
    BEGIN(memory_main);
    self->arg = forever(NULL);
    async__may_allocate = never; /* scopes and timers need none */
    ENTER(async_timeout, t, self->r, 0.001);
    cr_assert(ENTERED(t));
    WAIT(async_sleep, self->r, 1);
    cr_assert_eq(self->r, -ETIMEDOUT);
    cr_assert_eq(async_cancelled(), -ETIMEDOUT);
    LEAVE(t, self->r, 0);
    cr_assert_eq(self->r, -ETIMEDOUT);
    WAIT_FOR(self->arg, 0.001, self->r);
    cr_assert_eq(self->r, -ETIMEDOUT);
    async_cancel(async_current_task());
    ENTER(async_shield, s, self->r, 1);
    cr_assert_eq(async_cancelled(), 0);
    LEAVE(s, self->r, 0);
    cr_assert_eq(async_cancelled(), -ECANCELED);
    async_set_name(async_current_task(), "no");
    cr_assert_str_eq(async_name(async_current_task()), "memory_main");
    async__may_allocate = NULL;
    END(self->r);
}

Test(cancel, limits_without_memory)
{
    cr_assert_eq(run(memory_main(NULL)), 0);
}

/* ---- a task that ignores its cancellation ---- */

FUNCTION(deaf, int i, r;)
{
    BEGIN(deaf);
    for (self->i = 0; self->i < 1001; self->i++)
        WAIT(async_sleep, self->r, 1);
    END(0);
}

FUNCTION(deaf_caller, int r;)
{
    BEGIN(deaf_caller);
    CALL(deaf(NULL), self->r);
    END(self->r);
}

FUNCTION(deaf_main, struct async_future *f; int r;)
{
    BEGIN(deaf_main);
    self->f = SPAWN(deaf_caller(NULL));
    async_set_name(self->f, "left");
    async_set_name(self->f, "right");
    async_cancel(self->f);
    CALL(self->f, self->r);
    END(self->r);
}

Test(cancel, who_ignores_it_is_reported_with_a_traceback)
{
    async_set_exception_handler(keep_report, NULL);
    cr_assert_eq(run(deaf_main(NULL)), 0);
    cr_assert_eq(reports, 1);
    cr_assert_eq(last_report.error, -ECANCELED);
    const char *outer = strstr(last_text, "deaf_caller()"), *inner = strstr(last_text, "deaf()");
    cr_assert(outer && inner && outer < inner, "%s", last_text);
}

/* ---- names, and all tasks ---- */

FUNCTION(names_main, struct async_future *f, *g, *all[8]; int r; size_t n;)
{
    BEGIN(names_main);
    self->f = forever(NULL); /* a coroutine; it keeps its name as a task */
    cr_assert_str_eq(async_name(self->f), "forever");
    async_set_name(self->f, "sleeper");
    SPAWN(self->f);
    cr_assert_str_eq(async_name(self->f), "sleeper");
    self->g = async_future_new(0, 1);
    async_set_name(self->g, "pure");
    cr_assert_str_eq(async_name(self->g), "pure");
    async_release(self->g);
    async_release(self->g);
    cr_assert_eq(async_all_tasks(self->all, 8), 2);
    cr_assert(self->all[0] == self->f || self->all[1] == self->f);
    cr_assert_eq(async_all_tasks(NULL, 0), 2);
    async_cancel(self->f);
    CALL(self->f, self->r); /* frees the name */
    cr_assert_eq(async_all_tasks(self->all, 1), 1);
    cr_assert_eq(self->all[0], async_current_task());
    self->f = forever(NULL);
    async_set_name(self->f, "never begun");
    async_release(self->f);
    self->f = SPAWN(forever(NULL));
    async_release(self->f); /* detached: whoever finds it may own it again */
    WAIT(async_yield, self->r);
    async_retain(self->f);
    async_cancel(self->f);
    CALL(self->f, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    END(0);
}

Test(cancel, names_and_all_tasks)
{
    cr_assert_eq(async_all_tasks(NULL, 0), 0);
    cr_assert_eq(run(names_main(NULL)), 0);
}
