/* The debug mode, dumps, and the order that a seed gives. */
#include "lowered.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static char reports[2000];

static void collect_report(const struct async_report *report, void *arg)
{
    size_t at = strlen(reports);
    (void)arg;
    snprintf(reports + at, sizeof reports - at, "%s: %s\n", report->message,
             report->name ? report->name : "-");
}

static void use_debug(void)
{
    setenv("ASYNC_DEBUG", "1", 1);
    setenv("ASYNC_SLOW_SECONDS", "100", 1);
    unsetenv("ASYNC_SEED");
    async_set_loop_backend(&async_backend_sim);
    async_set_exception_handler(collect_report, NULL);
    *reports = 0;
}

static void end_debug(void)
{
    no_block_is_left();
}

TestSuite(debug, .init = use_debug, .fini = end_debug);

/* ---- slow steps ---- */

static void work(double seconds)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9 <
           seconds);
}

static void work_callback(void *arg)
{
    (void)arg;
    work(0.03);
}

FUNCTION(slow_child, int r;)
{
    BEGIN(slow_child);
    WAIT(async_yield, self->r);
    work(0.03);
    END(self->r);
}

FUNCTION(slow_main, int r;)
{
    BEGIN(slow_main);
    CALL(slow_child(NULL), self->r);
    async_call_soon(work_callback, NULL);
    WAIT(async_sleep, self->r, 1);
    END(self->r);
}

Test(debug, slow_steps_are_reported)
{
    setenv("ASYNC_SLOW_SECONDS", "0.02", 1);
    cr_assert_eq(run(slow_main(NULL)), 0);
    char *first = strstr(reports, "from slow_child() at ");
    cr_assert_not_null(first, "%s", reports);
    cr_assert(first && strstr(first, "a callback asked for at "), "%s", reports);
}

/* ---- handles that are left, or used elsewhere ---- */

FUNCTION(nap, int r;)
{
    BEGIN(nap);
    WAIT(async_sleep, self->r, 3);
    END(self->r);
}

static struct async_future *left[3];

FUNCTION(leak_main, int r;)
{
    BEGIN(leak_main);
    left[0] = nap(NULL);
    left[1] = SPAWN(nap(NULL));
    left[2] = async_future_new(sizeof(int), _Alignof(int));
    async_release(SPAWN(nap(NULL)));
    WAIT(async_sleep, self->r, 5);
    END(self->r);
}

Test(debug, handles_that_are_left_are_reported)
{
    struct async_future *outside = nap(NULL); /* is not the loop's */
    cr_assert_eq(run(leak_main(NULL)), 0);
    cr_assert_not_null(strstr(reports, "a coroutine or generator was left"), "%s", reports);
    cr_assert_not_null(strstr(reports, "a handle was left"), "%s", reports);
    cr_assert_not_null(strstr(reports, "a future was left"), "%s", reports);
    int lines = 0;
    for (const char *at = reports; *at; at++)
        lines += *at == '\n';
    cr_assert_eq(lines, 3, "%s", reports);
    for (int i = 0; i < 3; i++)
        async_release(left[i]);
    async_release(left[2]);
    async_release(outside);
}

static void *cancel_elsewhere(void *future)
{
    async_cancel(future);
    return NULL;
}

Test(debug, a_handle_on_a_wrong_thread_ends_the_program, .signal = SIGABRT)
{
    pthread_t thread;
    struct async_loop *loop = async_loop_new(); /* enters debug mode */
    fclose(stderr);
    pthread_create(&thread, NULL, cancel_elsewhere, nap(NULL));
    pthread_join(thread, NULL);
    async_loop_free(loop);
}

static void *stop_elsewhere(void *loop)
{
    async_loop_stop(loop);
    return NULL;
}

Test(debug, a_loop_on_a_wrong_thread_ends_the_program, .signal = SIGABRT)
{
    pthread_t thread;
    fclose(stderr);
    pthread_create(&thread, NULL, stop_elsewhere, async_loop_new());
    pthread_join(thread, NULL);
}

/* ---- dumps ---- */

FUNCTION(join, int r;)
{
    BEGIN(join);
    CALL(self->arg, self->r);
    END(self->r);
}

static char *dump(void)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    async_dump_tasks(file);
    fclose(file);
    return text;
}

static struct async_future *ring[2];

FUNCTION(ring_member, int r;)
{
    BEGIN(ring_member);
    WAIT(async_yield, self->r);
    CALL(async_retain(ring[(intptr_t)self->arg]), self->r);
    END(self->r);
}

FUNCTION(dump_main, struct async_future *t; char *text; int r;)
{
    BEGIN(dump_main);
    self->t = SPAWN(with_owned(join, SPAWN(with_owned(join, nap(NULL)))));
    ring[0] = SPAWN(ring_member((void *)1));
    ring[1] = SPAWN(ring_member((void *)0));
    WAIT(async_sleep, self->r, 1.5);
    self->text = dump();
    cr_assert_not_null(strstr(self->text, "async: 5 tasks\n"), "%s", self->text);
    cr_assert_not_null(strstr(self->text, "\ntask join(), spawned at "), "%s", self->text);
    cr_assert_not_null(
        strstr(self->text, "\n  awaits the task below, for 1.500 s\n  task join(), "), "%s",
        self->text);
    cr_assert_not_null(strstr(self->text, "\n    nap() in "), "%s", self->text);
    cr_assert_not_null(strstr(self->text, "\n    waits in async_sleep, for 1.500 s\n"), "%s",
                       self->text);
    cr_assert_not_null(strstr(self->text, "they wait for each other\n"), "%s", self->text);
    cr_assert_not_null(strstr(self->text, "\n  runs\n"), "%s", self->text);
    free(self->text);
    CALL(self->t, self->r);
    if (!async_done(ring[0]))
        async__leave_chain(ring[0]); /* what a cancellation would not do: each owns the other */
    WAIT(async_yield, self->r);
    async_release(ring[0]);
    async_release(ring[1]);
    END(0);
}

Test(debug, a_dump_shows_who_waits_for_what)
{
    cr_assert_eq(run(dump_main(NULL)), 0);
}

FUNCTION(signal_main, int r;)
{
    BEGIN(signal_main);
    kill(getpid(), SIGUSR1);
    WAIT(async_sleep, self->r, 1);
    END(0);
}

Test(debug, a_signal_dumps)
{
    FILE *file = tmpfile();
    char text[2000];
    int saved = dup(2);
    dup2(fileno(file), 2);
    cr_assert_eq(run(signal_main(NULL)), 0);
    dup2(saved, 2);
    close(saved);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    cr_assert_not_null(strstr(text, "async: 1 task\ntask signal_main()"), "%s", text);
    fclose(file);
}

/* ---- the order of a seed ---- */

enum { TASKS = 8 };
static char trace[200];

static void say(char letter)
{
    size_t at = strlen(trace);
    trace[at] = letter;
    trace[at + 1] = 0;
}

static void say_callback(void *letter)
{
    say((char)(intptr_t)letter);
}

FUNCTION(talk, int i; int r;)
{
    BEGIN(talk);
    for (self->i = 0; self->i < 3; self->i++) {
        say((char)(intptr_t)self->arg);
        WAIT(async_yield, self->r);
    }
    END(0);
}

FUNCTION(order_main, struct async_future *t[TASKS]; int i; int r;)
{
    BEGIN(order_main);
    for (self->i = 0; self->i < TASKS; self->i++) {
        self->t[self->i] = SPAWN(talk((void *)(intptr_t)('a' + self->i)));
        async_call_soon(say_callback, (void *)(intptr_t)('0' + self->i));
    }
    for (self->i = 0; self->i < TASKS; self->i++)
        CALL(self->t[self->i], self->r);
    END(0);
}

static void trace_seed(int seed, char *copy)
{
    char text[12];
    snprintf(text, sizeof text, "%d", seed);
    setenv("ASYNC_SEED", text, 1);
    *trace = 0;
    cr_assert_eq(run(order_main(NULL)), 0);
    strcpy(copy, trace);
}

Test(debug, a_seed_gives_an_order_that_repeats)
{
    char first[200], again[200], plain[200];
    int different = 0;
    cr_assert_eq(run(order_main(NULL)), 0);
    strcpy(plain, trace);
    cr_assert_str_eq(plain, "a0b1c2d3e4f5g6h7abcdefghabcdefgh");
    for (int seed = 0; seed < 20; seed++) {
        int next = '0', rounds[TASKS] = {0};
        trace_seed(seed, first);
        trace_seed(seed, again);
        cr_assert_str_eq(first, again);
        cr_assert_eq(strlen(first), strlen(plain));
        different += strcmp(first, plain) != 0;
        for (const char *at = first; *at; at++) {
            if (*at >= 'a')
                rounds[*at - 'a']++;
            else
                cr_assert_eq(*at, next++, "%s", first); /* callbacks are called in order */
        }
        for (int i = 0; i < TASKS; i++)
            cr_assert_eq(rounds[i], 3);
    }
    cr_assert_geq(different, 19);
}
