/* Coroutines, tasks, pure futures: order, ownership, results, errors, ends. */
#include "lowered.h"

#include <signal.h>

TestSuite(task, .fini = no_block_is_left);

/* ---- a trace of what happened ---- */

static char trace[256];

static void note(const char *text)
{
    strncat(trace, text, sizeof trace - strlen(trace) - 1);
}

FUNCTION(say, const char *name; int i; int r;)
{
    BEGIN(say);
    self->name = self->arg;
    for (self->i = 0; self->i < 2; self->i++) {
        note(self->name);
        WAIT(async_yield, self->r);
    }
    note(self->name);
    END((int)strlen(self->name));
}

/* ---- awaiting ---- */

FUNCTION(order_main, struct async_future *a; struct async_future * b; struct async_future * cold;
         int r;)
{
    BEGIN(order_main);
    self->a = SPAWN(say("a"));
    self->b = SPAWN(say("b"));
    self->cold = say("c");
    CALL(say("d"), self->r); /* begins at once, inside this task */
    cr_assert_eq(self->r, 1);
    cr_assert(!async_done(self->cold));
    CALL(self->b, self->r);
    cr_assert_eq(self->r, 1);
    cr_assert(async_done(self->a));
    CALL(self->cold, self->r);
    CALL(self->a, self->r);
    cr_assert_eq(self->r, 1);
    END(5);
}

Test(task, ready_tasks_run_in_order)
{
    cr_assert_eq(run(order_main(NULL)), 5);
    cr_assert_str_eq(trace, "dabdabdabccc");
}

FUNCTION(give, )
{
    BEGIN(give);
    END((int)(intptr_t)self->arg);
}

FUNCTION(waiter, int r;)
{
    BEGIN(waiter);
    CALL(self->arg, self->r);
    note(self->r == 1 ? "x" : "?");
    END(self->r);
}

FUNCTION(shared_main, struct async_future *t; struct async_future * w[3]; int i; int r;)
{
    BEGIN(shared_main);
    self->t = self->arg ? say(self->arg) : SPAWN(say("t"));
    for (self->i = 0; self->i < 3; self->i++)
        self->w[self->i] = SPAWN(with_owned(waiter, async_retain(self->t)));
    CALL(self->t, self->r);
    for (self->i = 0; self->i < 3; self->i++) {
        CALL(self->w[self->i], self->r);
        cr_assert_eq(self->r, 1);
    }
    END(self->r);
}

Test(task, several_owners_wait_for_one_task)
{
    cr_assert_eq(run(shared_main(NULL)), 1);
    cr_assert_str_eq(trace, "tttxxx");
}

Test(task, several_owners_wait_for_one_coroutine)
{
    cr_assert_eq(run(shared_main("c")), 1);
    cr_assert_str_eq(trace, "cccxxx");
}

FUNCTION(spawn_many, int i; int sum; int r; struct async_future * t;)
{
    BEGIN(spawn_many);
    for (self->i = 0; self->i < 1000; self->i++) {
        self->t = SPAWN(give((void *)(intptr_t)self->i));
        CALL(self->t, self->r);
        cr_assert_eq(self->r, self->i);
        self->sum += self->r;
    }
    cr_assert(async_current_task() != NULL);
    END(1);
}

Test(task, a_task_that_is_alone_runs_where_it_is_awaited)
{
    cr_assert_eq(run(spawn_many(NULL)), 1);
}

/* The joined task, run in place, spawns another one: the waiter comes after that. */
FUNCTION(spawner, )
{
    BEGIN(spawner);
    note("s");
    async_release(SPAWN(say("n")));
    END(1);
}

FUNCTION(in_place_main, struct async_future *t; int r;)
{
    BEGIN(in_place_main);
    self->t = SPAWN(spawner(NULL));
    CALL(self->t, self->r);
    note("m");
    WAIT(async_yield, self->r);
    note("m");
    END(self->r);
}

Test(task, running_in_place_keeps_the_order)
{
    cr_assert_eq(run(in_place_main(NULL)), 0);
    cr_assert_str_eq(trace, "snmnmn");
}

/* The joined task, run in place, cancels its waiter, which hands the cancellation back. */
FUNCTION(canceller, int r;)
{
    BEGIN(canceller);
    async_cancel(self->arg);
    WAIT(async_yield, self->r);
    END(self->r);
}

FUNCTION(in_place_cancel, struct async_future *t; int r;)
{
    BEGIN(in_place_cancel);
    self->t = SPAWN(canceller(async_current_task()));
    CALL(self->t, self->r);
    cr_assert_eq(async_cancelled(), -ECANCELED);
    END(self->r);
}

Test(task, a_task_run_in_place_may_cancel_its_waiter)
{
    int result = run(in_place_cancel(NULL));
    cr_assert(result == 0 || result == -ECANCELED, "%d", result);
}

/* ---- results ---- */

struct wide {
    struct async_frame base;
    __int128 result;
};

static enum async_step wide_resume(struct async_frame *base)
{
    ((struct wide *)base)->result = ((__int128)1 << 100) + 7;
    return ASYNC_DONE;
}

Test(task, results_are_aligned)
{
    __int128 value = 0;
    struct async_future *future = async_coroutine(sizeof(struct wide), 16, wide_resume);
    async_run_result(future, &value, sizeof value);
    cr_assert(value == ((__int128)1 << 100) + 7);
}

struct vast {
    struct async_frame base;
    struct {
        _Alignas(128) char text[5000];
    } result;
};

static enum async_step vast_resume(struct async_frame *base)
{
    struct vast *self = (struct vast *)base;
    cr_assert_eq((uintptr_t)self % 128, 0);
    memset(&self->result, 'v', sizeof self->result);
    return ASYNC_DONE;
}

Test(task, frames_may_be_large_and_over_aligned)
{
    static struct vast copy;
    struct async_future *future =
        async_coroutine(sizeof(struct vast), _Alignof(struct vast), vast_resume);
    errno = 5;
    async_run_value(future, &copy.result, sizeof copy.result, 128);
    cr_assert_eq(errno, 0);
    cr_assert_eq(copy.result.text[4999], 'v');
}

Test(task, run_into_knows_the_size)
{
    int value = 0;
    cr_assert_eq(async_run_into(give((void *)9), &value), 0);
    cr_assert_eq(value, 9);
    cr_assert_eq(async_run_into(give((void *)9), NULL), 0);
}

/* ---- pure futures ---- */

static void complete_soon(void *arg)
{
    long value = 77;
    cr_assert_null(async_current_task());
    cr_assert_eq(async_complete(arg, &value, sizeof value), 0);
}

static void fail_soon(void *arg)
{
    cr_assert_eq(async_set_error(arg, -EPROTO), 0);
}

FUNCTION(pure_main, struct async_future *f; struct async_future * w; struct async_handle * h;
         long value; double d; int r;)
{
    BEGIN(pure_main);
    self->f = async_future_new(sizeof(long), _Alignof(long));
    if (!async_call_soon(complete_soon, self->f))
        complete_soon(self->f);
    CALL(self->f, self->value);
    cr_assert_eq(self->value, 77);
    self->f = async_future_new(sizeof(long), _Alignof(long));
    self->h = async_call_later(0.001, fail_soon, self->f);
    if (!self->h)
        fail_soon(self->f);
    CALL(self->f, self->value);
    cr_assert_eq(self->value, -EPROTO);
    if (self->value != -EPROTO) { /* it has not been called */
        async_handle_cancel(self->h);
        async_release(self->f);
    }
    /* completed before it is awaited; a double that failed */
    self->f = async_future_new(sizeof(double), _Alignof(double));
    fail_soon(self->f);
    cr_assert(async_done(self->f));
    self->d = 1;
    cr_assert_eq(async_await(base, self->f), ASYNC_DONE);
    async_collect_value(self->f, &self->d, sizeof self->d, _Alignof(double));
    cr_assert_eq(self->d, 0);
    cr_assert_eq(errno, EPROTO);
    /* nobody takes it any more */
    self->f = async_future_new(0, 1);
    async_release(self->f);
    cr_assert_eq(async_complete(self->f, NULL, 0), -ECANCELED);
    /* cancelled by its handle */
    self->f = async_future_new(sizeof(int), _Alignof(int));
    async_cancel(self->f);
    cr_assert_eq(async_complete(self->f, &self->r, sizeof self->r), -ECANCELED);
    CALL(self->f, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    /* a wait for one is left when the task is cancelled */
    self->f = async_future_new(sizeof(int), _Alignof(int));
    self->w = SPAWN(with_owned(waiter, self->f));
    WAIT(async_yield, self->r);
    async_cancel(self->w);
    CALL(self->w, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert_eq(async_set_error(self->f, -EIO), -ECANCELED);
    END(1);
}

Test(task, pure_futures)
{
    cr_assert_eq(run(pure_main(NULL)), 1);
    int value = 3, result = 0;
    struct async_future *f = async_future_new(sizeof value, _Alignof(int));
    async_complete(f, &value, sizeof value);
    cr_assert_eq(async_run_into(f, &result), 0);
    cr_assert_eq(result, 3);
}

/* ---- callbacks ---- */

static void note_arg(void *arg)
{
    note(arg);
}

static void note_done(struct async_future *future, void *arg)
{
    cr_assert(async_done(future));
    note(arg);
}

FUNCTION(callbacks_main, struct async_handle *h; struct async_future * t; int r; double start;)
{
    BEGIN(callbacks_main);
    async_call_soon(note_arg, "1");
    self->t = SPAWN(say("t"));
    self->h = async_call_soon(note_arg, "no");
    async_call_soon(note_arg, "2");
    async_handle_cancel(self->h);
    async_handle_cancel(NULL);
    async_add_done_callback(self->t, note_done, "d");
    CALL(self->t, self->r);
    self->start = async_time();
    async_call_later(0.1, note_arg, "5");
    async_call_at(self->start + 0.05, note_arg, "4");
    self->h = async_call_later(0.02, note_arg, "no");
    async_call_later(-1, note_arg, "3");
    async_handle_cancel(self->h);
    WAIT(async_sleep, self->r, 0.15);
    cr_assert_geq((long)((async_time() - self->start) * 1e9 + 0.5), 150000000); /* to nanoseconds */
    async_call_later(1000, note_arg, "no");
    async_call_soon(note_arg, "6"); /* the end of the loop runs what is due */
    END(self->r);
}

Test(task, callbacks)
{
    cr_assert_eq(run(callbacks_main(NULL)), 0);
    cr_assert_str_eq(trace, "1t2ttd3456");
    cr_assert_null(async_call_soon(note_arg, ""));
    cr_assert_eq(errno, ESRCH);
    struct async_future *cold = give(NULL);
    async_add_done_callback(cold, note_done, "no");
    async_release(cold);
}

FUNCTION(done_main, struct async_future *t; int r;)
{
    BEGIN(done_main);
    self->t = say("c");
    async_add_done_callback(self->t, note_done, "no");
    async_release(self->t); /* never begins */
    self->t = say("c");
    async_add_done_callback(self->t, note_done, "D");
    CALL(self->t, self->r);
    self->t = SPAWN(give(NULL));
    WAIT(async_yield, self->r);
    async_add_done_callback(self->t, note_done, "E");
    async_release(self->t);
    WAIT(async_yield, self->r);
    END(0);
}

Test(task, done_callbacks)
{
    cr_assert_eq(run(done_main(NULL)), 0);
    cr_assert_str_eq(trace, "cccDE");
}

/* ---- loops ---- */

static void stop(void *loop)
{
    async_loop_stop(loop);
}

Test(task, a_loop_can_be_stopped_and_run_again)
{
    struct async_loop *loop = async_loop_new();
    int value = 0;
    cr_assert_not_null(loop);
    if (!loop)
        return;
    cr_assert_null(async_loop());
    struct async_future *t = say("a");
    async_retain(t);
    struct async_future *pure = async_future_new(0, 1);
    async_add_done_callback(pure, note_done, "p");
    async_set_error(async_retain(pure), -EIO); /* the callback is ready when a loop runs */
    async_release(pure);
    async_release(pure);
    cr_assert_eq(async_loop_run(loop, give((void *)4), &value), 0);
    cr_assert_eq(value, 4);
    cr_assert_eq(async_loop_run(loop, t, &value), 0);
    cr_assert_eq(value, 1);
    async_release(t);
    async_loop_free(loop);
    async_loop_free(NULL);
}

FUNCTION(stopper, int r;)
{
    BEGIN(stopper);
    cr_assert_eq(async_loop(), self->arg);
    if (!async_call_soon(stop, async_loop()))
        async_loop_stop(async_loop());
    note("s");
    WAIT(async_sleep, self->r, 1000);
    note("S");
    END(self->r);
}

Test(task, what_a_stopped_loop_was_doing_goes_on)
{
    struct async_loop *loop = async_loop_new();
    cr_assert_not_null(loop);
    if (!loop)
        return;
    cr_assert_eq(async_loop_run(loop, stopper(loop), NULL), -EINTR);
    cr_assert_eq(async_loop_run(loop, say("a"), NULL), 0);
    async_loop_free(loop); /* cancels and joins the stopper */
    cr_assert_eq(strncmp(trace, "saaa", 4), 0);
    cr_assert_eq(trace[4], 'S');
}

FUNCTION(wait_pure, int r;)
{
    BEGIN(wait_pure);
    if (!async_call_soon(stop, async_loop()))
        async_loop_stop(async_loop());
    note("w");
    CALL(async_retain(self->arg), self->r);
    note("W");
    END(self->r);
}

FUNCTION(foreign_main, struct async_future **f; int r;)
{
    BEGIN(foreign_main);
    self->f = self->arg;
    async_cancel(self->f[0]); /* a sleeper of another loop */
    self->r = 5;
    async_complete(self->f[1], &self->r, sizeof self->r);
    WAIT(async_yield, self->r);
    cr_assert_str_eq(trace, "sw"); /* nobody of the other loop runs here */
    END(0);
}

Test(task, a_loop_touches_the_tasks_of_another_one)
{
    struct async_loop *a = async_loop_new(), *b = async_loop_new();
    cr_assert(a && b);
    if (!a || !b) {
        async_loop_free(a);
        async_loop_free(b);
        return;
    }
    struct async_future *f[3] = {stopper(a), async_future_new(sizeof(int), _Alignof(int)), NULL};
    f[2] = wait_pure(f[1]);
    async_retain(f[0]);
    async_retain(f[2]);
    cr_assert_eq(async_loop_run(a, f[0], NULL), -EINTR);
    cr_assert_eq(async_loop_run(a, f[2], NULL), -EINTR);
    int error = async_loop_run(b, foreign_main(f), NULL);
    cr_assert_eq(error, 0);
    if (error)
        async_set_error(f[1], error);
    async_loop_free(b);
    int value = 0;
    cr_assert_eq(async_loop_run(a, f[0], &value), 0);
    cr_assert_eq(value, -ECANCELED);
    cr_assert_eq(async_loop_run(a, f[2], &value), 0);
    cr_assert_eq(value, 5);
    f[0] = stopper(a);
    async_retain(f[0]);
    cr_assert_eq(async_loop_run(a, f[0], NULL), -EINTR);
    async_cancel(f[0]); /* outside of any loop */
    cr_assert_eq(async_loop_run(a, f[0], &value), 0);
    cr_assert_eq(value, -ECANCELED);
    async_release(f[1]);
    async_loop_free(a);
    cr_assert_str_eq(trace, "swSWsS");
}

Test(task, loops_are_limited_and_separate)
{
    struct async_loop *loops[8];
    for (int i = 0; i < 7; i++)
        cr_assert_not_null(loops[i] = async_loop_new());
    async_loop_free(loops[7] = async_loop_new());
    cr_assert_null(loops[7]);
    cr_assert_eq(errno, EAGAIN);
    if (loops[3])
        cr_assert_eq(async_loop_run(loops[3], stopper(loops[3]), NULL), -EINTR);
    for (int i = 0; i < 3; i++)
        async_loop_free(loops[i]);
    cr_assert_str_eq(trace, "s"); /* the task of another loop was left alone */
    for (int i = 3; i < 7; i++)
        async_loop_free(loops[i]);
    cr_assert_str_eq(trace, "sS");
}

/* ---- the end of a loop ---- */

FUNCTION(cleaner, int r; int again;)
{
    BEGIN(cleaner);
    WAIT(async_sleep, self->r, 1000);
    WAIT(async_sleep, self->again, 1000);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert_eq(self->again, -ECANCELED);
    note("c");
    if (!self->arg)
        async_release(SPAWN(cleaner("second"))); /* is born cancelled */
    END(self->r);
}

FUNCTION(leave_main, int r; struct async_future * t;)
{
    BEGIN(leave_main);
    async_release(SPAWN(cleaner(NULL)));
    self->t = SPAWN(with_owned(waiter, SPAWN(cleaner("x"))));
    WAIT(async_yield, self->r);
    async_release(self->t);
    async_release(SPAWN(cleaner("not begun")));
    async_release(say("never"));
    END(6);
}

Test(task, the_end_of_a_loop_cancels_and_joins)
{
    cr_redirect_stderr();
    cr_assert_eq(run(leave_main(NULL)), 6);
    cr_assert_eq(strlen(trace), 5, "%s", trace); /* c c c, and ? of the waiter */
}

FUNCTION(stubborn, int r;)
{
    BEGIN(stubborn);
    for (;;)
        WAIT(async_yield, self->r);
    END(0);
}

static int reports;
static struct async_report last_report;
static void count_report(const struct async_report *report, void *arg)
{
    cr_assert_eq(arg, trace);
    reports++;
    last_report = *report;
}

FUNCTION(deaf, int r;) /* awaits a coroutine that never ends, in vain */
{
    BEGIN(deaf);
    CALL(stubborn(NULL), self->r);
    END(0);
}

FUNCTION(drop_main, int r;)
{
    BEGIN(drop_main);
    async_release(SPAWN(deaf(NULL)));
    async_release(SPAWN(waiter(SPAWN(stubborn(NULL)))));
    WAIT(async_yield, self->r);
    END(6);
}

Test(drop, what_does_not_end_is_reported_and_dropped)
{
    setenv("ASYNC_SHUTDOWN_SECONDS", "0.005", 1);
    async_set_exception_handler(count_report, trace);
    cr_assert_eq(run(drop_main(NULL)), 6);
    /* three tasks ignored 1000 refusals or were dropped: deaf and stubborn both, waiter dropped */
    cr_assert_geq(reports, 3);
    cr_assert_not_null(strstr(last_report.message, "dropped"));
}

/* ---- errors that nobody takes ---- */

FUNCTION(detach_main, int r; struct async_future * t;)
{
    BEGIN(detach_main);
    *(int *)self->arg = __LINE__ + 1;
    async_release(SPAWN(give((void *)-EPROTO)));
    WAIT(async_yield, self->r);
    cr_assert_eq(reports, 1);
    cr_assert_eq(last_report.error, -EPROTO);
    cr_assert_str_eq(last_report.name, "give");
    cr_assert_eq(last_report.line, *(int *)self->arg);
    cr_assert(last_report.file && strstr(last_report.file, "test_task.c"));
    self->t = SPAWN(give((void *)-EIO));
    CALL(self->t, self->r); /* taken */
    cr_assert_eq(self->r, -EIO);
    self->t = SPAWN(give((void *)-EIO));
    WAIT(async_yield, self->r);
    cr_assert_eq(reports, 1);
    async_release(self->t); /* now nobody can take it any more */
    cr_assert_eq(reports, 2);
    self->t = SPAWN(cleaner("c"));
    async_cancel(self->t); /* -ECANCELED was asked for */
    async_release(self->t);
    WAIT(async_sleep, self->r, 0.001);
    cr_assert_eq(reports, 2);
    END(self->r);
}

Test(task, errors_that_nobody_takes_are_reported)
{
    int line = 0;
    async_set_exception_handler(count_report, trace);
    cr_assert_eq(run(detach_main(&line)), 0);
    async_set_exception_handler(NULL, NULL);
}

Test(task, the_default_report_is_a_line)
{
    cr_redirect_stderr();
    cr_assert_eq(async_main(give((void *)3)), 3);
    cr_assert_eq(async_main(give((void *)-EPROTO)), 1);
    fflush(stderr);
    cr_assert_stderr_eq_str("async: the result of main: give(): Protocol error (-71)\n");
}

static void raise_interrupt(void *arg)
{
    (void)arg;
    raise(SIGINT);
}

FUNCTION(interrupted, int r;)
{
    BEGIN(interrupted);
    async_call_later(0.001, raise_interrupt, NULL);
    WAIT(async_sleep, self->r, 1000);
    END(self->r == -ECANCELED ? 3 : 4);
}

Test(task, the_first_interrupt_cancels_main)
{
    signal(SIGINT, SIG_DFL);
    cr_assert_eq(async_main(interrupted(NULL)), 3);
}

/* ---- misuse ends with a message and abort ---- */

Test(misuse, empty_handle, .signal = SIGABRT)
{
    struct async_future *empty = NULL;
    async_move(&empty, "file.ac", 3);
}

Test(misuse, empty_handle_retained, .signal = SIGABRT)
{
    async_retain(NULL);
}

Test(misuse, empty_handle_named, .signal = SIGABRT)
{
    async_set_name(NULL, "no");
}

Test(misuse, name_of_an_empty_handle, .signal = SIGABRT)
{
    async_name(NULL);
}

Test(misuse, done_callback_of_an_empty_handle, .signal = SIGABRT)
{
    async_add_done_callback(NULL, note_done, "no");
}

Test(misuse, spawn_without_a_loop, .signal = SIGABRT)
{
    async_spawn(give(NULL), "file.ac", 3);
}

Test(misuse, spawn_of_nothing, .signal = SIGABRT)
{
    async_spawn(NULL, "file.ac", 3);
}

FUNCTION(alias_main, struct async_future *t; struct async_future * alias; int r;)
{
    BEGIN(alias_main);
    self->t = self->alias = say("t");
    CALL(self->t, self->r);
    CALL(self->alias, self->r);
    END(0);
}

#ifndef __SANITIZE_ADDRESS__ /* there it is a use after free */
Test(misuse, awaiting_a_consumed_alias, .signal = SIGABRT)
{
    run(alias_main(NULL));
}

FUNCTION(debug_main, int r;)
{
    BEGIN(debug_main);
    CALL(alias_main(NULL), self->r);
    END(0);
}

Test(misuse, awaiting_a_consumed_alias_in_debug_mode, .signal = SIGABRT)
{
    setenv("ASYNC_DEBUG", "1", 1);
    run(debug_main(NULL));
}
#endif

Test(misuse, an_unknown_backend)
{
    setenv("ASYNC_LOOP", "nonsense", 1);
    cr_assert_null(async_loop_new());
    cr_assert_eq(errno, ENOTSUP);
    setenv("ASYNC_LOOP", "epoll", 1);
    async_loop_free(async_loop_new());
}

Test(task, debug_mode)
{
    setenv("ASYNC_DEBUG", "1", 1);
    cr_assert_eq(run(order_main(NULL)), 5);
    cr_assert_eq(run(spawn_many(NULL)), 1);
    no_block_is_left();
}

FUNCTION(self_main, int r;)
{
    BEGIN(self_main);
    CALL(async_retain(async_current_task()), self->r);
    END(0);
}

Test(misuse, awaiting_oneself, .signal = SIGABRT)
{
    run(self_main(NULL));
}

FUNCTION(nested_main, )
{
    BEGIN(nested_main);
    run(give(NULL));
    END(0);
}

Test(misuse, run_inside_a_loop, .signal = SIGABRT)
{
    run(nested_main(NULL));
}

Test(misuse, too_many_owners, .signal = SIGABRT)
{
    struct async_future *f = give(NULL);
    for (int i = 0; i < 70000; i++)
        async_retain(f);
}
