/* Sleeping, giving way, descriptors, cancellation and starvation. */
#include "lowered.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

TestSuite(wait, .fini = no_block_is_left);

/* ---- timers ---- */

enum { TIMERS = 300, TIMES = 50 };
static int fired[TIMERS], fired_count;

static void fire(void *arg)
{
    fired[fired_count++] = (int)(intptr_t)arg;
}

/* Number i is due at time (i * 37) % 50, so six of them at each time; every third is cancelled. */
FUNCTION(timers_main, struct async_handle *h[TIMERS]; int i; int r; double start;)
{
    BEGIN(timers_main);
    self->start = async_time();
    for (self->i = 0; self->i < TIMERS; self->i++) {
        double time = self->start + 0.005 + self->i * 37 % TIMES * 0.0001;
        self->h[self->i] = async_call_at(time, fire, (void *)(intptr_t)self->i);
    }
    for (self->i = 0; self->i < TIMERS; self->i += 3)
        async_handle_cancel(self->h[self->i]);
    WAIT(async_sleep, self->r, 0.005 + TIMES * 0.0001);
    cr_assert_geq(async_time() - self->start, 0.005 + TIMES * 0.0001);
    END(self->r);
}

Test(wait, timers_fire_in_order_of_time_and_of_arming)
{
    cr_assert_eq(run(timers_main(NULL)), 0);
    cr_assert_eq(fired_count, TIMERS / 3 * 2);
    for (int i = 0; i < fired_count; i++) {
        cr_assert_neq(fired[i] % 3, 0);
        if (i == 0)
            continue;
        int last = fired[i - 1] * 37 % TIMES, time = fired[i] * 37 % TIMES;
        cr_assert(last < time || (last == time && fired[i - 1] < fired[i]));
    }
}

FUNCTION(nap, int r;)
{
    BEGIN(nap);
    WAIT(async_sleep, self->r, (double)(intptr_t)self->arg * 0.0001);
    END(self->r);
}

enum { NAPS = 40 };

FUNCTION(naps_main, struct async_future *t[NAPS]; int i; int r; double start;)
{
    BEGIN(naps_main);
    self->start = async_time();
    for (self->i = 0; self->i < NAPS; self->i++)
        self->t[self->i] = SPAWN(nap((void *)(intptr_t)(self->i % 3 ? self->i : 1000000)));
    WAIT(async_yield, self->r);
    for (self->i = 0; self->i < NAPS; self->i += 3)
        async_cancel(self->t[self->i]);
    for (self->i = 0; self->i < NAPS; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i % 3 ? 0 : -ECANCELED, "%d", self->i);
    }
    cr_assert_geq(async_time() - self->start, 0.0001 * (NAPS - 2));
    END(0);
}

Test(wait, sleepers_sleep_or_are_cancelled)
{
    cr_assert_eq(run(naps_main(NULL)), 0);
}

FUNCTION(handles_main, int r;)
{
    BEGIN(handles_main);
    CALL(async_sleep(0.001), self->r);
    cr_assert_eq(self->r, 0);
    CALL(async_sleep(-1), self->r);
    cr_assert_eq(self->r, 0);
    CALL(SPAWN(async_sleep(0)), self->r);
    cr_assert_eq(self->r, 0);
    CALL(SPAWN(async_yield()), self->r);
    cr_assert_eq(self->r, 0);
    CALL(async_wait_writable(1 << 20), self->r);
    cr_assert_eq(self->r, -EBADF);
    WAIT(async_sleep, self->r, 0.0 / 0.0);
    cr_assert_eq(self->r, 0);
    END(0);
}

Test(wait, handles_of_runtime_functions)
{
    cr_assert_eq(run(handles_main(NULL)), 0);
}

FUNCTION(forever, int r;)
{
    BEGIN(forever);
    WAIT(async_sleep, self->r, 1e300);
    END(self->r);
}

FUNCTION(forever_main, struct async_future *t; int r;)
{
    BEGIN(forever_main);
    self->t = SPAWN(forever(NULL));
    WAIT(async_yield, self->r);
    cr_assert(!async_done(self->t));
    async_cancel(self->t);
    async_cancel(self->t);
    CALL(self->t, self->r);
    END(self->r);
}

Test(wait, a_sleep_may_last_forever)
{
    cr_assert_eq(run(forever_main(NULL)), -ECANCELED);
}

/* ---- cancellation ---- */

FUNCTION(parent, int r;)
{
    BEGIN(parent);
    CALL(self->arg, self->r); /* a joining wait hands the cancellation on */
    END(self->r);
}

FUNCTION(cancel_main, struct async_future *t; struct async_future * u; int r; int i;)
{
    BEGIN(cancel_main);
    /* through a chain of tasks and coroutines */
    self->t = SPAWN(parent(SPAWN(parent(parent(forever(NULL))))));
    WAIT(async_yield, self->r);
    WAIT(async_yield, self->r);
    async_cancel(self->t);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    /* before it began: it begins cancelled */
    self->t = SPAWN(forever(NULL));
    async_cancel(self->t);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    /* a cold coroutine */
    self->t = forever(NULL);
    async_cancel(self->t);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    /* not the last owner: what it waits for goes on */
    self->u = SPAWN(forever(NULL));
    self->t = SPAWN(parent(async_retain(self->u)));
    WAIT(async_yield, self->r);
    async_cancel(self->t);
    WAIT(async_yield, self->r);
    cr_assert(!async_done(self->u));
    async_cancel(self->u);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    async_cancel(self->u); /* it is done: nothing happens */
    async_release(self->u);
    async_cancel(NULL);
    cr_assert_eq(async_cancelled(), 0);
    cr_assert(!async_done(NULL));
    /* cancelled while it is cancelled already, and joins then */
    async_cancel(async_current_task());
    cr_assert_eq(async_cancelled(), -ECANCELED);
    self->t = SPAWN(forever(NULL));
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    for (self->i = 0; self->i < 3; self->i++)
        WAIT(async_yield, self->r);
    END(self->r);
}

Test(wait, cancellation)
{
    cr_assert_eq(run(cancel_main(NULL)), -ECANCELED);
}

static int others;

FUNCTION(count_turns, int r;)
{
    BEGIN(count_turns);
    for (;;) {
        others++;
        WAIT(async_yield, self->r);
        if (self->r)
            break;
    }
    END(0);
}

static int reports;
static void count_report(const struct async_report *report, void *arg)
{
    (void)arg;
    cr_assert_eq(report->error, -ECANCELED);
    cr_assert_not_null(strstr(report->message, "1000"));
    reports++;
}

FUNCTION(ignore_main, struct async_future *t; int i; int r;)
{
    BEGIN(ignore_main);
    self->t = SPAWN(count_turns(NULL));
    async_cancel(async_current_task());
    for (self->i = 0; self->i < 999; self->i++)
        WAIT(async_sleep, self->r, 1);
    cr_assert_eq(others, 0);
    cr_assert_eq(reports, 0);
    for (self->i = 0; self->i < 2; self->i++)
        WAIT(async_yield, self->r);
    cr_assert_eq(reports, 1);
    cr_assert_gt(others, 0);
    for (self->i = 0; self->i < 2000; self->i++)
        WAIT(async_sleep, self->r, 1);
    cr_assert_eq(reports, 1);
    cr_assert_gt(others, 1000);
    async_cancel(self->t);
    CALL(self->t, self->r);
    END(self->r);
}

Test(wait, who_ignores_a_cancellation_is_reported_and_yields)
{
    async_set_exception_handler(count_report, NULL);
    cr_assert_eq(run(ignore_main(NULL)), 0);
}

/* ---- starvation ---- */

struct pair {
    int fds[2];
    struct async_stream *a, *b;
};

FUNCTION(busy_main, struct pair p; struct async_future * t; int i; int r; ssize_t n; char c;)
{
    static char text[1300];
    BEGIN(busy_main);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, self->p.fds), 0);
    cr_assert_eq(async_stream_from_fd(self->p.fds[0], &self->p.a), 0);
    cr_assert_eq(write(self->p.fds[1], text, sizeof text), sizeof text);
    WAIT(async_stream_read, self->n, self->p.a, &self->c, 1);
    self->t = SPAWN(count_turns(NULL));
    for (self->i = 0; self->i < 1280; self->i++) { /* all of them are ready at once */
        WAIT(async_stream_read, self->n, self->p.a, &self->c, 1);
        cr_assert_eq(self->n, 1);
    }
    cr_assert_geq(others, 9);
    cr_assert_leq(others, 11);
    async_stream_close(self->p.a);
    close(self->p.fds[1]);
    async_cancel(self->t);
    CALL(self->t, self->r);
    END(0);
}

Test(wait, waits_that_are_ready_have_a_budget)
{
    cr_assert_eq(run(busy_main(NULL)), 0);
}

/* I/O has its turn although a task is always ready. */
FUNCTION(poll_main, struct pair p; struct async_future * t; int r;)
{
    BEGIN(poll_main);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, self->p.fds), 0);
    self->t = SPAWN(count_turns(NULL));
    cr_assert_eq(write(self->p.fds[1], "x", 1), 1);
    WAIT(async_wait_readable, self->r, self->p.fds[0]);
    cr_assert_eq(self->r, 0);
    cr_assert_leq(others, 130);
    WAIT(async_sleep, self->r, 0.0001);
    async_cancel(self->t);
    CALL(self->t, self->r);
    close(self->p.fds[0]);
    close(self->p.fds[1]);
    END(self->r);
}

Test(wait, io_and_timers_have_their_turn)
{
    cr_assert_eq(run(poll_main(NULL)), 0);
}

/* ---- descriptors ---- */

FUNCTION(readable, int r;)
{
    BEGIN(readable);
    WAIT(async_wait_readable, self->r, (int)(intptr_t)self->arg);
    END(self->r);
}

FUNCTION(descriptors_main, int fds[2]; struct async_future * t[4]; int i; int r; char c;
         struct async_stream * s;)
{
    BEGIN(descriptors_main);
    cr_assert_eq(pipe(self->fds), 0);
    for (self->i = 0; self->i < 4; self->i++)
        self->t[self->i] = SPAWN(readable((void *)(intptr_t)self->fds[0]));
    WAIT(async_wait_writable, self->r, self->fds[1]);
    cr_assert_eq(self->r, 0);
    async_cancel(self->t[3]);
    async_cancel(self->t[1]);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert(!async_done(self->t[0]));
    cr_assert_eq(write(self->fds[1], "x", 1), 1);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->t[2], self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->t[3], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    WAIT(async_wait_readable, self->r, self->fds[0]); /* is still */
    cr_assert_eq(self->r, 0);
    cr_assert_eq(read(self->fds[0], &self->c, 1), 1);
    /* the last waiter leaves, then another comes */
    self->t[0] = SPAWN(readable((void *)(intptr_t)self->fds[0]));
    WAIT(async_yield, self->r);
    async_cancel(self->t[0]);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    /* the number goes to another pipe, and to a stream */
    close(self->fds[0]);
    close(self->fds[1]);
    cr_assert_eq(pipe(self->fds), 0);
    WAIT(async_wait_writable, self->r, self->fds[1]);
    cr_assert_eq(self->r, 0);
    close(self->fds[1]);
    WAIT(async_wait_readable, self->r, self->fds[0]); /* the end is readable */
    cr_assert_eq(self->r, 0);
    cr_assert_eq(async_stream_from_fd(self->fds[0], &self->s), 0);
    WAIT(async_wait_readable, self->r, self->fds[0]);
    cr_assert_eq(self->r, -EBUSY);
    async_stream_close(self->s);
    WAIT(async_wait_readable, self->r, -1);
    cr_assert_eq(self->r, -EBADF);
    WAIT(async_wait_readable, self->r, self->fds[0]);
    cr_assert_eq(self->r, -EBADF);
    self->i = open("/proc/self/comm", 0);
    WAIT(async_wait_readable, self->r, self->i); /* a file is always ready */
    close(self->i);
    END(self->r);
}

Test(wait, descriptors)
{
    cr_assert_eq(run(descriptors_main(NULL)), 0);
}
