/* Context variables: values, copies, inheritance, tokens, sharing, no memory. */
#include "lowered.h"

#include <pthread.h>
#include <signal.h>

TestSuite(context, .fini = no_block_is_left);

static int zero, ten = 10;
static const struct async_contextvar a = {"a", sizeof(int), _Alignof(int), &zero};
static const struct async_contextvar b = {"b", sizeof(int), _Alignof(int), &ten};

static int get(const struct async_contextvar *variable)
{
    return *(const int *)async_contextvar_value(variable);
}

static struct async_token set(const struct async_contextvar *variable, int value)
{
    return async_contextvar_set(variable, &value);
}

static void assign(const struct async_contextvar *variable, int value)
{
    cr_assert_eq(async_contextvar_assign(variable, &value), 0);
}

/* ---- outside of tasks ---- */

Test(context, values_and_tokens)
{
    cr_assert_eq(get(&a), 0);
    cr_assert_eq(get(&b), 10);
    struct async_token first = set(&a, 1), second = set(&a, 2), other = set(&b, 11);
    cr_assert_eq(get(&a), 2);
    async_contextvar_reset(&a, second); /* not the last thing that was set */
    cr_assert_eq(get(&a), 1);
    cr_assert_eq(get(&b), 11);
    assign(&a, 5);
    async_contextvar_reset(&b, other);
    cr_assert_eq(get(&a), 5);
    cr_assert_eq(get(&b), 10);
    async_contextvar_reset(&a, first);
    cr_assert_eq(get(&a), 0);
}

Test(context, tokens_in_another_order)
{
    struct async_token first = set(&a, 1), second = set(&a, 2);
    async_contextvar_reset(&a, first);
    cr_assert_eq(get(&a), 0);
    async_contextvar_reset(&a, second); /* what it was then, as in Python */
    cr_assert_eq(get(&a), 1);
    assign(&a, 0);
}

Test(context, a_token_used_twice, .signal = SIGABRT)
{
    struct async_token token = set(&a, 1);
    async_contextvar_reset(&a, token);
    async_contextvar_reset(&a, token);
}

Test(context, a_token_of_another_variable, .signal = SIGABRT)
{
    async_contextvar_reset(&b, set(&a, 1));
}

Test(context, many_variables)
{
    enum { MANY = 200 };
    static struct async_contextvar many[MANY];
    struct async_token tokens[MANY];
    for (int i = 0; i < MANY; i++)
        many[i] = (struct async_contextvar){"many", sizeof(int), _Alignof(int), &zero};
    for (int i = 0; i < MANY; i++)
        tokens[i * 7 % MANY] = set(&many[i * 7 % MANY], i * 7 % MANY + 1);
    for (int i = 0; i < MANY; i++)
        cr_assert_eq(get(&many[i]), i + 1);
    for (int i = 0; i < MANY; i += 2)
        async_contextvar_reset(&many[i], tokens[i]);
    for (int i = 0; i < MANY; i++)
        cr_assert_eq(get(&many[i]), i % 2 ? i + 1 : 0);
    for (int i = 1; i < MANY; i += 2)
        async_contextvar_reset(&many[i], tokens[i]);
}

struct wide {
    _Alignas(64) int value;
};

Test(context, values_are_aligned)
{
    static const struct wide initial = {1};
    static const struct async_contextvar variable = {"wide", sizeof(struct wide), 64, &initial};
    struct wide value = {2};
    for (int i = 0; i < 10; i++) {
        cr_assert_eq(async_contextvar_assign(&variable, &value), 0);
        const struct wide *now = async_contextvar_value(&variable);
        cr_assert_eq((uintptr_t)now % 64, 0);
        cr_assert_eq(now->value, 2);
    }
}

static void *another_thread(void *arg)
{
    cr_assert_eq(get(&a), 0); /* a thread begins with nothing */
    assign(&a, 3);
    return arg;
}

Test(context, every_thread_has_its_own)
{
    pthread_t thread;
    assign(&a, 7);
    pthread_create(&thread, NULL, another_thread, NULL);
    pthread_join(thread, NULL);
    cr_assert_eq(get(&a), 7);
}

static void change(void *arg)
{
    cr_assert_eq(get(&a), *(int *)arg);
    assign(&a, 100);
    cr_assert_eq(get(&a), 100);
    async_contextvar_reset(&b, set(&b, 1));
}

Test(context, run_in_a_copy)
{
    int value = 0;
    cr_assert_eq(async_context_run(change, &value), 0);
    cr_assert_eq(get(&a), 0);
    assign(&a, value = 4);
    cr_assert_eq(async_context_run(change, &value), 0);
    cr_assert_eq(get(&a), 4);
}

/* ---- tasks and callbacks ---- */

FUNCTION(child, int r;)
{
    BEGIN(child);
    cr_assert_eq(get(&a), (int)(intptr_t)self->arg);
    WAIT(async_yield, self->r);
    assign(&a, 50);
    WAIT(async_yield, self->r);
    END(get(&a));
}

/* Runs in the context of who awaits it. */
FUNCTION(coroutine, int r;)
{
    BEGIN(coroutine);
    assign(&a, 60);
    WAIT(async_yield, self->r);
    END(0);
}

static int calls;

static void callback(void *arg)
{
    cr_assert_eq(get(&a), (int)(intptr_t)arg);
    assign(&a, 70);
    calls++;
}

static void done_callback(struct async_future *future, void *arg)
{
    (void)future;
    callback(arg);
}

static void *in_thread(void *arg)
{
    cr_assert_eq(get(&a), (int)(intptr_t)arg);
    assign(&a, 80);
    return arg;
}

static void in_run(void *arg)
{
    async_release(SPAWN(child(arg))); /* inherits from what runs here */
    assign(&a, 90);
}

FUNCTION(tasks_main, struct async_future *t[3]; struct async_to_thread__frame call; int r;)
{
    BEGIN(tasks_main);
    self->t[0] = SPAWN(child((void *)0)); /* before there is any context */
    assign(&a, 1);
    self->t[1] = SPAWN(child((void *)1));
    async_add_done_callback(self->t[1], done_callback, (void *)1);
    assign(&a, 2);
    self->t[2] = SPAWN(child((void *)2));
    async_call_soon(callback, (void *)2);
    async_call_later(0.0001, callback, (void *)2);
    assign(&a, 3);
    cr_assert_eq(async_context_run(in_run, (void *)3), 0);
    cr_assert_eq(get(&a), 3);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, 50);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, 50);
    CALL(self->t[2], self->r);
    cr_assert_eq(get(&a), 3);
    CALL(coroutine(NULL), self->r);
    cr_assert_eq(get(&a), 60);
    async_to_thread__begin(&self->call, base, in_thread, (void *)60);
    base->state = 1;
    if (self->call.base.resume(&self->call.base) == ASYNC_PENDING)
        return ASYNC_PENDING;
    /* fall through */
case 1:
    cr_assert_eq(get(&a), 60);
    WAIT(async_sleep, self->r, 0.001);
    END(0);
}

Test(context, who_inherits)
{
    cr_assert_eq(run(tasks_main(NULL)), 0);
    cr_assert_eq(calls, 3);
    cr_assert_eq(get(&a), 0);
}

FUNCTION(base_main, int r;)
{
    BEGIN(base_main);
    cr_assert_eq(get(&a), 8);
    assign(&a, 9);
    WAIT(async_yield, self->r);
    END(get(&a));
}

Test(context, main_inherits_from_its_thread)
{
    assign(&a, 8);
    cr_assert_eq(run(base_main(NULL)), 9);
    cr_assert_eq(get(&a), 8);
}

/* Spawning is as cheap as ever once nothing is set any more. */
FUNCTION(fast_main, int r;)
{
    BEGIN(fast_main);
    cr_assert_neq(async_thread.spawn_bits, 0);
    struct async_token token = set(&a, 1);
    cr_assert_eq(async_thread.spawn_bits, 0);
    async_contextvar_reset(&a, token);
    cr_assert_neq(async_thread.spawn_bits, 0);
    CALL(SPAWN(child((void *)0)), self->r);
    cr_assert_neq(async_thread.spawn_bits, 0); /* the child's has ended with it */
    END(0);
}

Test(context, spawning_is_fast_without_contexts)
{
    cr_assert_eq(run(fast_main(NULL)), 0);
}

/* ---- no memory ---- */

static int left;

static bool limited(void *arg)
{
    (void)arg;
    return left-- > 0;
}

Test(context, without_memory)
{
    int value = 0;
    assign(&a, 1);
    async__may_allocate = limited;
    for (int most = 0; most < 10; most++) {
        left = most;
        struct async_token token = set(&b, most);
        cr_assert_eq(get(&b), token.number ? most : 10);
        left = 100;
        async_contextvar_reset(&b, token);
        cr_assert_eq(get(&b), 10);
        cr_assert_eq(get(&a), 1);
    }
    left = 0;
    cr_assert_eq(async_contextvar_assign(&b, &value), -ENOMEM);
    cr_assert_eq(async_context_run(change, &value), -ENOMEM);
    async__may_allocate = NULL;
}

FUNCTION(poor_main, struct async_future *t; int r;)
{
    BEGIN(poor_main);
    assign(&a, 1);
    self->t = child((void *)1);
    left = 0;
    async__may_allocate = limited;
    SPAWN(self->t); /* there is no memory for its context: it never begins */
    struct async_handle *handle = async_call_soon(callback, NULL);
    async__may_allocate = NULL;
    cr_assert_null(handle);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ENOMEM);
    END(0);
}

Test(context, a_task_without_memory_for_its_context)
{
    cr_assert_eq(run(poor_main(NULL)), 0);
}

/* ---- copies in several threads share values ---- */

static void *share(void *arg)
{
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(get(&a), 1);
        struct async_token token = set(&b, i);
        cr_assert_eq(get(&b), i);
        async_contextvar_reset(&b, token);
    }
    return arg;
}

FUNCTION(sharer, struct async_to_thread__frame call;)
{
    BEGIN(sharer);
    async_to_thread__begin(&self->call, base, share, self->arg);
    base->state = 1;
    if (self->call.base.resume(&self->call.base) == ASYNC_PENDING)
        return ASYNC_PENDING;
    /* fall through */
case 1:
    cr_assert_eq(self->call.result, self->arg);
    END(0);
}

FUNCTION(share_main, struct async_future *t[4]; int i; int r;)
{
    BEGIN(share_main);
    assign(&a, 1);
    for (self->i = 0; self->i < 4; self->i++)
        self->t[self->i] = SPAWN(sharer(NULL));
    for (self->i = 0; self->i < 4; self->i++)
        CALL(self->t[self->i], self->r);
    cr_assert_eq(get(&b), 10);
    END(0);
}

Test(context, copies_in_threads)
{
    cr_assert_eq(run(share_main(NULL)), 0);
}
