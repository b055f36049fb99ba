/* Threads: the pool, requests from other threads, loops in several threads, ends in the middle. */
#include "lowered.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

TestSuite(thread, .fini = no_block_is_left);

/* ---- async_to_thread ---- */

static pthread_t loop_thread;

static void *add_one(void *arg)
{
    sigset_t set;
    cr_assert(!pthread_equal(pthread_self(), loop_thread));
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    cr_assert(sigismember(&set, SIGINT)); /* signals are for others */
    errno = EPIPE;
    return (char *)arg + 1;
}

#define TO_THREAD(FN, ARG)                                             \
    do {                                                               \
        async_to_thread__begin(&self->call, base, FN, ARG);            \
        base->state = __LINE__;                                        \
        if (self->call.base.resume(&self->call.base) == ASYNC_PENDING) \
            return ASYNC_PENDING;                                      \
        /* fall through */                                             \
    case __LINE__:;                                                    \
    } while (0)

FUNCTION(call_main, struct async_to_thread__frame call; struct async_future * f; void *p; int r;)
{
    BEGIN(call_main);
    loop_thread = pthread_self();
    errno = EIO;
    TO_THREAD(add_one, (void *)41);
    cr_assert_eq(errno, 0);
    cr_assert_eq(self->call.result, (void *)42);
    self->f = SPAWN(async_to_thread(add_one, (void *)1));
    base->state = 1;
    if (async_await(base, self->f) == ASYNC_PENDING)
        return ASYNC_PENDING;
    /* fall through */
case 1:
    async_collect_value(self->f, &self->p, sizeof self->p, _Alignof(void *));
    cr_assert_eq(self->p, (void *)2);
    END(0);
}

Test(thread, a_call_in_a_thread)
{
    cr_assert_eq(run(call_main(NULL)), 0);
}

static pthread_barrier_t meeting;

static void *meet(void *arg)
{
    pthread_barrier_wait(&meeting); /* both must run at the same time */
    return arg;
}

FUNCTION(caller, struct async_to_thread__frame call;)
{
    BEGIN(caller);
    TO_THREAD(meet, self->arg);
    END((int)(intptr_t)self->call.result);
}

FUNCTION(meet_main, struct async_future *t[100]; int i; int r;)
{
    BEGIN(meet_main);
    pthread_barrier_init(&meeting, NULL, 2);
    for (self->i = 0; self->i < 100; self->i++)
        self->t[self->i] = SPAWN(caller((void *)(intptr_t)self->i));
    for (self->i = 0; self->i < 100; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i);
    }
    END(0);
}

Test(thread, more_calls_than_threads)
{
    cr_assert_eq(run(meet_main(NULL)), 0);
}

/* A cancellation does not abandon the call; the next wait sees it. */
static volatile int called;

static void *take_a_while(void *arg)
{
    usleep(2000);
    __atomic_add_fetch(&called, 1, __ATOMIC_RELAXED);
    return arg;
}

FUNCTION(patient, struct async_to_thread__frame call; int r;)
{
    BEGIN(patient);
    TO_THREAD(take_a_while, (void *)7);
    cr_assert_eq(self->call.result, (void *)7);
    WAIT(async_yield, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    TO_THREAD(take_a_while, (void *)8); /* even in a cancelled task */
    END((int)(intptr_t)self->call.result);
}

FUNCTION(patient_main, struct async_future *t; int r;)
{
    BEGIN(patient_main);
    self->t = SPAWN(patient(NULL));
    WAIT(async_yield, self->r);
    async_cancel(self->t);
    async_cancel(self->t);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, 8);
    END(0);
}

Test(thread, a_cancelled_call_goes_on)
{
    cr_assert_eq(run(patient_main(NULL)), 0);
    cr_assert_eq(called, 2);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

FUNCTION(poor_main, struct async_to_thread__frame call;)
{
    BEGIN(poor_main);
    async__may_allocate = never;
    TO_THREAD(add_one, NULL);
    async__may_allocate = NULL;
    cr_assert_null(self->call.result);
    cr_assert_eq(errno, ENOMEM);
    END(0);
}

Test(thread, without_memory)
{
    cr_assert_eq(run(poor_main(NULL)), 0);
}

/* ---- ends ---- */

static int reports;
static char last_report[200];

static void keep_report(const struct async_report *report, void *arg)
{
    (void)arg;
    reports++;
    snprintf(last_report, sizeof last_report, "%s", report->message);
}

FUNCTION(leaver, struct async_to_thread__frame call;)
{
    BEGIN(leaver);
    TO_THREAD(take_a_while, NULL);
    END(0);
}

FUNCTION(leave_main, int r;)
{
    BEGIN(leave_main);
    async_release(SPAWN(leaver(NULL)));
    WAIT(async_yield, self->r);
    END(0);
}

Test(thread, the_end_of_a_loop_waits_for_its_threads)
{
    cr_assert_eq(run(leave_main(NULL)), 0);
    cr_assert_eq(called, 1);
}

static int let_go;

static void *take_too_long(void *arg)
{
    while (!__atomic_load_n(&let_go, __ATOMIC_RELAXED))
        usleep(1000);
    __atomic_add_fetch(&called, 1, __ATOMIC_RELAXED);
    return arg;
}

FUNCTION(stubborn, struct async_to_thread__frame call;)
{
    BEGIN(stubborn);
    TO_THREAD(take_too_long, NULL);
    END(0);
}

FUNCTION(stubborn_main, int r;)
{
    BEGIN(stubborn_main);
    async_release(SPAWN(stubborn(NULL)));
    WAIT(async_yield, self->r);
    END(0);
}

Test(thread, the_end_of_a_loop_waits_so_long_and_no_longer)
{
    setenv("ASYNC_SHUTDOWN_SECONDS", "0.01", 1);
    async_set_exception_handler(keep_report, NULL);
    cr_assert_eq(run(stubborn_main(NULL)), 0);
    cr_assert_eq(reports, 2, "%d", reports); /* the task, the thread */
    cr_assert_not_null(strstr(last_report, "thread"));
    cr_assert_eq(__atomic_load_n(&called, __ATOMIC_RELAXED), 0);
    __atomic_store_n(&let_go, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 1000 && !__atomic_load_n(&called, __ATOMIC_RELAXED); i++)
        usleep(1000);
    usleep(5000); /* it frees what is left */
    cr_assert_eq(__atomic_load_n(&called, __ATOMIC_RELAXED), 1);
}

/* ---- requests from other threads ---- */

/* A loop in a thread of its own, which runs until it is told to stop. */
static struct async_loop *served;
static pthread_t server;
static struct async_event stopping;
static pthread_barrier_t started;

FUNCTION(serve, int r;)
{
    BEGIN(serve);
    served = async_loop();
    async_event_init(&stopping);
    pthread_barrier_wait(&started);
    WAIT(async_event_wait, self->r, &stopping);
    END(self->r);
}

static void *run_server(void *arg)
{
    async_set_exception_handler(keep_report, NULL);
    intptr_t result = run(serve(arg));
    no_block_is_left();
    return (void *)result;
}

static void start_server(void)
{
    pthread_barrier_init(&started, NULL, 2);
    cr_assert_eq(pthread_create(&server, NULL, run_server, NULL), 0);
    pthread_barrier_wait(&started);
}

static void stop(void *arg)
{
    (void)arg;
    async_event_set(&stopping);
}

static void stop_server(void)
{
    void *result;
    cr_assert_eq(async_call_soon_threadsafe(served, stop, NULL), 0);
    pthread_join(server, &result);
    cr_assert_null(result);
}

static int order[1000], ordered;

static void note(void *arg)
{
    cr_assert(pthread_equal(pthread_self(), server));
    cr_assert_eq(async_loop(), served);
    order[ordered++] = (int)(intptr_t)arg;
}

Test(thread, callbacks_come_in_order)
{
    start_server();
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(async_call_soon_threadsafe(served, note, (void *)(intptr_t)i), 0);
    stop_server();
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(order[i], i);
    cr_assert_eq(async_call_soon_threadsafe(served, note, NULL), -ESHUTDOWN);
    cr_assert_eq(async_spawn_threadsafe(served, async_sleep(1)), -ESHUTDOWN);
    int result;
    async_run_threadsafe_result(served, async_sleep(1), &result, sizeof result);
    cr_assert_eq(result, -ESHUTDOWN);
}

/* A loop's memory is used again; its handle is not. */
Test(thread, a_later_loop_is_another_one)
{
    struct async_loop *first = async_loop_new();
    async_loop_free(first);
    struct async_loop *second = async_loop_new();
    cr_assert_neq(first, second);
    cr_assert_eq(async_call_soon_threadsafe(first, note, NULL), -ESHUTDOWN);
    cr_assert_eq(async_spawn_threadsafe(first, async_sleep(1)), -ESHUTDOWN);
    int result = 0;
    async_run_threadsafe_result(first, async_sleep(1), &result, sizeof result);
    cr_assert_eq(result, -ESHUTDOWN);
    async_loop_free(second);
    cr_assert_eq(ordered, 0);
}

Test(thread, a_loop_that_has_ended_cannot_run, .signal = SIGABRT)
{
    struct async_loop *first = async_loop_new();
    async_loop_free(first);
    async_loop_new();
    fclose(stderr);
    async_loop_run(first, async_sleep(0), NULL);
}

/* Arguments arrive, in blocks of every size. */
FUNCTION(sum, int r; int i; char room[4000];)
{
    BEGIN(sum);
    self->room[3999] = 1;
    WAIT(async_sleep, self->r, 0.0001);
    END((int)(intptr_t)self->arg + self->room[3999]);
}

FUNCTION(small, int r;)
{
    BEGIN(small);
    WAIT(async_yield, self->r);
    note(self->arg);
    END((int)(intptr_t)self->arg);
}

Test(thread, coroutines_travel)
{
    int result = 0;
    start_server();
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(async_spawn_threadsafe(served, small((void *)(intptr_t)i)), 0);
        async_run_threadsafe_result(served, sum((void *)(intptr_t)i), &result, sizeof result);
        cr_assert_eq(result, i + 1);
    }
    /* an error that nobody takes is reported there */
    cr_assert_eq(async_spawn_threadsafe(served, sum((void *)-10)), 0);
    async_run_threadsafe_result(served, small((void *)-5), &result, sizeof result);
    cr_assert_eq(result, -5);
    async_run_threadsafe_result(served, async_sleep(0.01), &result, sizeof result);
    stop_server();
    cr_assert_eq(ordered, 101);
    cr_assert_eq(reports, 1);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(order[i], i);
}

struct pair {
    double a, b;
};
struct pair_frame {
    struct async_frame base;
    struct pair result;
};

static enum async_step pair_resume(struct async_frame *base)
{
    ((struct pair_frame *)base)->result = (struct pair){1.5, 2.5};
    return ASYNC_DONE;
}

Test(thread, results_of_other_types)
{
    struct pair pair = {0};
    double number = 1;
    start_server();
    async_run_threadsafe_value(served, async_coroutine(sizeof(struct pair_frame), 8, pair_resume),
                               &pair, sizeof pair, 8);
    cr_assert_eq(pair.a + pair.b, 4.0);
    cr_assert_eq(errno, 0);
    stop_server();
    async_run_threadsafe_value(served, async_coroutine(sizeof(struct pair_frame), 8, pair_resume),
                               &number, sizeof number, 8);
    cr_assert_eq(number, 0);
    cr_assert_eq(errno, ESHUTDOWN);
}

Test(thread, what_cannot_be_sent)
{
    start_server();
    struct async_future *pure = async_future_new(sizeof(int), _Alignof(int));
    int value = 1;
    async_complete(pure, &value, sizeof value);
    cr_assert_eq(async_spawn_threadsafe(served, pure), -EINVAL);
    async__may_allocate = never;
    struct async_future *none = async_coroutine(100000, 8, pair_resume);
    cr_assert_eq(async_spawn_threadsafe(served, none), -ENOMEM);
    cr_assert_eq(async_call_soon_threadsafe(served, note, NULL), -ENOMEM);
    async__may_allocate = NULL;
    stop_server();
}

/* The loop ends while somebody waits for one of its tasks: it is cancelled. */
static void *wait_for_long_task(void *arg)
{
    int *result = arg;
    return async_run_threadsafe_result(served, async_sleep(3600), result, sizeof *result);
}

Test(thread, the_loop_ends_while_a_thread_waits)
{
    pthread_t threads[4];
    int results[4] = {0};
    start_server();
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, wait_for_long_task, &results[i]);
    stop_server();
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        cr_assert(results[i] == -ECANCELED || results[i] == -ESHUTDOWN);
    }
}

FUNCTION(own_main, int r;)
{
    BEGIN(own_main);
    async_run_threadsafe_result(async_loop(), async_sleep(0), &self->r, sizeof self->r);
    END(0);
}

Test(thread, waiting_for_oneself, .signal = SIGABRT)
{
    run(own_main(NULL));
}

/* A thread that has no loop frees what its coroutines were made of. */
static void *send_one(void *arg)
{
    return async_spawn_threadsafe(served, small(arg)) == 0 ? arg : NULL;
}

Test(thread, a_thread_that_ends_leaves_no_memory)
{
    size_t before = async__allocated();
    start_server();
    for (intptr_t i = 1; i <= 3; i++) {
        pthread_t thread;
        void *result;
        pthread_create(&thread, NULL, send_one, (void *)i);
        pthread_join(thread, &result);
        cr_assert_eq(result, (void *)i);
    }
    int result;
    async_run_threadsafe_result(served, sum(NULL), &result, sizeof result); /* all have run */
    stop_server();
    cr_assert_eq(ordered, 3);
    async__blocks_trim(); /* this thread's */
    cr_assert_eq(async__allocated(), before);
}

/* ---- loops in several threads, and a loop in a thread of a pool ---- */

FUNCTION(worker, int i; int r; struct async_to_thread__frame call;)
{
    BEGIN(worker);
    for (self->i = 0; self->i < 20; self->i++) {
        WAIT(async_yield, self->r);
        CALL(sum(self->arg), self->r);
        cr_assert_eq(self->r, (int)(intptr_t)self->arg + 1);
        TO_THREAD(take_a_while, self->arg);
        cr_assert_eq(self->call.result, self->arg);
    }
    END((int)(intptr_t)self->arg);
}

static void *run_worker(void *arg)
{
    intptr_t result = run(worker(arg));
    no_block_is_left();
    return (void *)result;
}

FUNCTION(workers_main, struct async_to_thread__frame call;)
{
    BEGIN(workers_main);
    TO_THREAD(run_worker, (void *)5);
    END((int)(intptr_t)self->call.result);
}

Test(thread, loops_in_several_threads)
{
    pthread_t threads[4];
    for (intptr_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, run_worker, (void *)i);
    cr_assert_eq(run(workers_main(NULL)), 5);
    for (intptr_t i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        cr_assert_eq((intptr_t)result, i);
    }
}
