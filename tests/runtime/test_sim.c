/* The sim backend: virtual time, a network in memory, chance that repeats. */
#include "lowered.h"

#include <netdb.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void use_sim(void)
{
    unsetenv("ASYNC_SEED");
    async_set_loop_backend(&async_backend_sim);
}

static void check_end(void)
{
    no_block_is_left();
}

TestSuite(sim, .init = use_sim, .fini = check_end);

static double real_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- time ---- */

FUNCTION(nap, int r;)
{
    BEGIN(nap);
    WAIT(async_sleep, self->r, (double)(intptr_t)self->arg);
    END(self->r);
}

FUNCTION(time_main, double start; struct async_future * t[10]; int i; int r;)
{
    BEGIN(time_main);
    self->start = async_time();
    for (self->i = 0; self->i < 10; self->i++)
        self->t[self->i] = SPAWN(nap((void *)(intptr_t)(3600 * (10 - self->i))));
    WAIT(async_yield, self->r);
    cr_assert_eq(async_time(), self->start); /* the clock stands still while tasks run */
    CALL(self->t[9], self->r);
    cr_assert_float_eq(async_time() - self->start, 3600, 1e-6);
    async_cancel(self->t[0]);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    for (self->i = 8; self->i > 0; self->i--)
        CALL(self->t[self->i], self->r);
    cr_assert_float_eq(async_time() - self->start, 9 * 3600, 1e-6);
    END(0);
}

Test(sim, time_jumps_to_the_next_timer)
{
    double start = real_time();
    cr_assert_eq(run(time_main(NULL)), 0);
    cr_assert_lt(real_time() - start, 5);
}

/* Sweeps interrupt each of so many waits. */
#ifdef SCENARIOS
#define SPIN_SECONDS 0
#define TALK_SECONDS 0.00001
#else
#define SPIN_SECONDS 0.5
#define TALK_SECONDS 0.001
#endif

FUNCTION(spin_main, double end; long turns; int r;)
{
    BEGIN(spin_main);
    self->end = async_time() + SPIN_SECONDS;
    for (self->turns = 0; self->turns < 1000 || async_time() < self->end; self->turns++)
        WAIT(async_yield, self->r);
    cr_assert(self->turns > 65536 || !SPIN_SECONDS);
    END(0);
}

Test(sim, a_loop_that_waits_for_the_time_sees_it_pass)
{
    cr_assert_eq(run(spin_main(NULL)), 0);
}

/* ---- the network ---- */

enum { BIG = 100 * 1000 };

static char pattern(size_t at)
{
    return (char)(at * 31 + at / 251);
}

/* Reads all, checks it, and says how much it was. */
FUNCTION(sink, struct async_stream *s; size_t got; ssize_t n; char bytes[777];)
{
    BEGIN(sink);
    self->s = self->arg;
    self->got = 0;
    for (;;) {
        WAIT(async_stream_read, self->n, self->s, self->bytes, sizeof self->bytes);
        if (self->n <= 0)
            break;
        for (ssize_t i = 0; i < self->n; i++)
            cr_assert_eq(self->bytes[i], pattern(self->got + (size_t)i));
        self->got += (size_t)self->n;
    }
    async_stream_close(self->s);
    END(self->n < 0 ? (int)self->n : (int)self->got);
}

FUNCTION(accept_one, struct async_stream *s; struct async_future * f; int r;)
{
    BEGIN(accept_one);
    WAIT(async_server_accept, self->r, self->arg, &self->s);
    if (self->r)
        RETURN(self->r);
    self->f = sink(self->s);
    if (!async_is_cold(self->f))
        async_stream_close(self->s);
    CALL(self->f, self->r);
    END(self->r);
}

FUNCTION(big_main, struct async_server *server; struct async_stream * s; struct async_future * t;
         char port[8]; char *bytes; int r;)
{
    BEGIN(big_main);
    WAIT(async_server_open, self->r, self->arg, "0", &self->server);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    snprintf(self->port, sizeof self->port, "%d", async_server_port(self->server));
    self->t = SPAWN(accept_one(self->server));
    WAIT(async_open_connection, self->r, self->arg ? self->arg : "127.0.0.1", self->port, &self->s);
    cr_assert_eq(self->r, 0);
    if (!self->r && async_done(self->t)) { /* nobody reads */
        async_stream_close(self->s);
        self->r = -ENOMEM;
    }
    if (self->r) { /* the task may be yet to accept */
        async_cancel(self->t);
        CALL(self->t, self->r);
        async_server_close(self->server);
        RETURN(self->r);
    }
    cr_assert_eq(async_stream_fd(self->s), -ENOTSUP);
    self->bytes = malloc(BIG);
    for (size_t i = 0; i < BIG; i++)
        self->bytes[i] = pattern(i);
    WAIT(async_stream_write, self->r, self->s, self->bytes, BIG);
    cr_assert_eq(self->r, 0);
    cr_assert(!async_done(self->t)); /* the end has not come, and buffers are bounded */
    free(self->bytes);
    async_stream_close(self->s);
    CALL(self->t, self->r);
    async_server_close(self->server);
    END(self->r);
}

Test(sim, bytes_arrive_whatever_the_seed)
{
    cr_assert_eq(run(big_main(NULL)), BIG);
    cr_assert_eq(run(big_main("127.0.0.1")), BIG);
    cr_assert_eq(run(big_main("::1")), BIG);
    cr_assert_eq(run(big_main("localhost")), BIG);
    cr_assert_eq(run(big_main("database.example")), BIG);
    for (int seed = 0; seed < 50; seed++) {
        char text[8];
        snprintf(text, sizeof text, "%d", seed);
        setenv("ASYNC_SEED", text, 1);
        cr_assert_eq(run(big_main("web.example")), BIG, "seed %d", seed);
    }
}

/* A writer that goes on until a time. */
FUNCTION(talk_main, struct async_server *server; struct async_stream * s; struct async_future * t;
         double end; size_t sent; char byte; int r;)
{
    BEGIN(talk_main);
    WAIT(async_server_open, self->r, NULL, "7", &self->server);
    if (self->r)
        RETURN(self->r);
    self->t = SPAWN(accept_one(self->server));
    WAIT(async_open_connection, self->r, "127.0.0.1", "7", &self->s);
    if (!self->r) {
        self->end = async_time() + TALK_SECONDS;
        for (self->sent = 0; async_time() < self->end && !async_done(self->t); self->sent++) {
            self->byte = pattern(self->sent);
            WAIT(async_stream_write, self->r, self->s, &self->byte, 1);
            if (self->r)
                break;
        }
        async_stream_close(self->s);
    }
    async_server_close(self->server);
    CALL(self->t, self->r);
    END(self->r);
}

Test(sim, an_exchange_up_to_a_time_ends)
{
    cr_assert_gt(run(talk_main(NULL)), 0);
}

/* What one end sees of the other's: names, refusals, ends and resets. */
FUNCTION(ends_main, struct async_server *a; struct async_server * b; struct async_stream * c;
         struct async_stream * s; int r; ssize_t n; char port[8]; char text[32];)
{
    BEGIN(ends_main);
    WAIT(async_server_open, self->r, "one.example", "8080", &self->a);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    cr_assert_eq(async_server_port(self->a), 8080);
    WAIT(async_server_open, self->r, "ONE.example", "8080", &self->b);
    cr_assert_eq(self->r, -EADDRINUSE);
    WAIT(async_server_open, self->r, NULL, "8080", &self->b);
    cr_assert_eq(self->r, -EADDRINUSE);
    /* a bare system knows no services by name */
    WAIT(async_server_open, self->r, "two.example", getservbyname("http", "tcp") ? "http" : "80",
         &self->b);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    cr_assert_eq(async_server_port(self->b), 80);
    WAIT(async_open_connection, self->r, "two.example", "8080", &self->c);
    cr_assert_eq(self->r, -ECONNREFUSED);
    WAIT(async_open_connection, self->r, "nobody.invalid", "80", &self->c);
    cr_assert_eq(self->r, -ENOENT);
    /* a connection that the server closes unread, and one that it drops in the queue */
    WAIT(async_open_connection, self->r, "one.example", "8080", &self->c);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    cr_assert_str_eq(async_stream_peer(self->c), "10.0.0.1:8080");
    WAIT(async_stream_write, self->r, self->c, "hello\n", 6);
    WAIT(async_server_accept, self->r, self->a, &self->s);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    WAIT(async_stream_write, self->r, self->s, "bye\n", 4);
    async_stream_close(self->s);
    WAIT(async_stream_read_line, self->n, self->c, self->text, sizeof self->text);
    cr_assert_eq(self->n, 4);
    WAIT(async_stream_read, self->n, self->c, self->text, sizeof self->text);
    cr_assert_eq(self->n, -ECONNRESET);
    WAIT(async_stream_write, self->r, self->c, "x", 1);
    cr_assert_eq(self->r, -EPIPE);
    WAIT(async_stream_read, self->n, self->c, self->text, sizeof self->text);
    cr_assert_eq(self->n, 0);
    async_stream_close(self->c);
    WAIT(async_open_connection, self->r, "two.example", "80", &self->c);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    async_server_close(self->b);
    WAIT(async_stream_read, self->n, self->c, self->text, sizeof self->text);
    cr_assert_eq(self->n, 0);
    async_stream_close(self->c);
    /* its number is free again */
    WAIT(async_server_open, self->r, NULL, "80", &self->b);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    WAIT(async_open_connection, self->r, "two.example", "80", &self->c);
    cr_assert_eq(self->r, 0);
    if (self->r)
        RETURN(self->r);
    END(0); /* the loop closes the rest */
}

Test(sim, names_refusals_and_ends)
{
    cr_assert_eq(run(ends_main(NULL)), 0);
}

FUNCTION(raw_main, struct async_stream *s; int r;)
{
    BEGIN(raw_main);
    cr_assert_eq(async_stream_from_fd(0, &self->s), -ENOTSUP);
    WAIT(async_wait_readable, self->r, 0);
    cr_assert_eq(self->r, -ENOTSUP);
    WAIT(async_wait_writable, self->r, -1);
    cr_assert_eq(self->r, -EBADF);
    END(0);
}

Test(sim, raw_descriptors_are_refused)
{
    cr_assert_eq(run(raw_main(NULL)), 0);
}

/* ---- threads ---- */

FUNCTION(inner_main, double start; int r;)
{
    BEGIN(inner_main);
    self->start = async_time();
    WAIT(async_sleep, self->r, 1000);
    cr_assert_float_eq(async_time() - self->start, 1000, 1e-6);
    END(8);
}

static void *run_a_loop(void *arg)
{
    cr_assert_null(async_loop());
    *(int *)arg = run(inner_main(NULL));
    return "called";
}

FUNCTION(inline_main, struct async_future *t; struct async_future * text; char *result_pointer;
         double start; int inner; int r;)
{
    BEGIN(inline_main);
    self->start = async_time();
    self->t = SPAWN(nap((void *)1));
    self->text = async_to_thread(run_a_loop, &self->inner);
    CALL(self->text, self->result_pointer);
    cr_assert_str_eq(self->result_pointer, "called");
    cr_assert_eq(self->inner, 8);
    cr_assert_eq(async_time(), self->start);
    cr_assert(!async_done(self->t));
    CALL(self->t, self->r);
    cr_assert_float_eq(async_time() - self->start, 1, 1e-6);
    END(self->r);
}

Test(sim, calls_in_threads_run_inline_and_may_run_loops)
{
    cr_assert_eq(run(inline_main(NULL)), 0);
}

/* ---- waits that are cancelled, and never end ---- */

FUNCTION(reader, ssize_t n; char c;)
{
    BEGIN(reader);
    WAIT(async_stream_read, self->n, self->arg, &self->c, 1);
    END((int)self->n);
}

FUNCTION(cancel_main, struct async_server *server; struct async_stream * c; struct async_future * t;
         struct async_future * u; int r;)
{
    BEGIN(cancel_main);
    WAIT(async_server_open, self->r, NULL, "7", &self->server);
    if (self->r)
        RETURN(self->r);
    WAIT(async_open_connection, self->r, "127.0.0.1", "7", &self->c);
    if (self->r) {
        async_server_close(self->server);
        RETURN(self->r);
    }
    self->t = SPAWN(reader(self->c));
    self->u = SPAWN(reader(self->c));
    WAIT(async_sleep, self->r, 1);
    async_cancel(self->t);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    async_stream_close(self->c);
    CALL(self->u, self->r);
    cr_assert_eq(self->r, -EBADF);
    self->t = SPAWN(accept_one(self->server));
    WAIT(async_sleep, self->r, 1);
    async_cancel(self->t);
    CALL(self->t, self->r);
    async_server_close(self->server);
    END(self->r);
}

Test(sim, cancelled_operations_return)
{
    cr_assert_eq(run(cancel_main(NULL)), 0); /* that connection had come, and was closed */
    setenv("ASYNC_SEED", "3", 1);
    cr_assert_eq(run(cancel_main(NULL)), 0);
}

FUNCTION(stuck_main, struct async_server *server; struct async_stream * s; int r;)
{
    BEGIN(stuck_main);
    WAIT(async_server_open, self->r, NULL, "7", &self->server);
    WAIT(async_server_accept, self->r, self->server, &self->s);
    END(self->r);
}

/* In a process of one thread: another thread might wake a task. */
Test(sim, a_deadlock_ends_the_program)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        fclose(stderr);
        alarm(10);
        run(stuck_main(NULL));
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    cr_assert_eq(WTERMSIG(status), SIGABRT);
}
