/* Handles of generators: advanced, sent to, thrown into, closed, given up at any moment;
 * temporaries that are arguments of coroutines. Time is virtual. */
#include "lowered.h"

#include <signal.h>

static void use_sim(void)
{
    setenv("ASYNC_LOOP", "sim", 1);
}

TestSuite(generator, .init = use_sim, .fini = no_block_is_left);
TestSuite(misuse_generator, .init = use_sim);

/* async generator(long, int) count(int to): waits, yields 0, 1, ... and adds up what it is sent; it
 * ends with `error`. Where `waits` is off it is a plain one. */
struct count {
    struct async_frame base;
    int result, thrown;
    long value;
    int sent;
    int i, to, error;
    bool waits, is_stubborn;
    union any_wait await;
};

static int ends, sum; /* how often it was left, and what it was sent */

static enum async_step count_resume(struct async_frame *base)
{
    struct count *self = (struct count *)base;
    switch (base->state) {
    case 1:
        goto waited;
    case 2:
        goto yielded;
    case 3:
        goto left;
    case 4:
        goto closed;
    }
    for (self->i = 0; self->i < self->to; self->i++) {
        base->state = 1;
        if (self->waits && async_sleep__begin(&self->await.async_sleep, base, 1) == ASYNC_PENDING)
            return ASYNC_PENDING;
    waited:
        self->value = self->i;
        self->sent = 0;
        base->state = 2;
        return ASYNC_DONE;
    left:
        if (self->is_stubborn) { /* yields once more */
            base->state = 2;
            return ASYNC_DONE;
        }
        base->state = 4; /* what is deferred waits, too */
        if (self->waits && async_sleep__begin(&self->await.async_sleep, base, 1) == ASYNC_PENDING)
            return ASYNC_PENDING;
    closed:
        ends++;
        self->result = self->thrown;
        return async_generator_end(base);
    yielded:
        sum += self->sent;
    }
    self->result = self->error;
    return async_generator_end(base);
}

static struct async_generator *make(int to, int error, bool waits)
{
    struct async_future *future =
        async_coroutine(sizeof(struct count), _Alignof(struct count), count_resume);
    struct count *self = (struct count *)&future->frame;
    if (async_is_cold(future)) {
        self->result = self->thrown = 0;
        self->to = to;
        self->error = error;
        self->waits = waits;
        self->is_stubborn = false;
    }
    return async_generator_of(future, waits);
}

static struct async_generator *count(int to, int error)
{
    return make(to, error, true);
}

#define NEXT(G, X) async_next_handle(G, &(X), sizeof(X), _Alignof(long))
#define SEND(G, S, X) async_send_handle(G, &(S), sizeof(int), _Alignof(int), &(X), 8, 8)
#define THROW(G, E, X) async_throw_handle(G, E, &(X), sizeof(X), _Alignof(long))

FUNCTION(requests, struct async_generator *g; long x; int r; int s;)
{
    BEGIN(requests);
    self->g = count(3, -EIO);
    self->s = 100;
    CALL(SEND(self->g, self->s, self->x), self->r); /* the first value is dropped */
    cr_assert_eq(self->r, 1);
    cr_assert_eq(self->x, 0);
    self->s = 7;
    CALL(SEND(self->g, self->s, self->x), self->r);
    cr_assert_eq(self->x, 1);
    CALL(NEXT(self->g, self->x), self->r); /* nothing is sent */
    cr_assert_eq(self->x, 2);
    cr_assert_eq(sum, 7);
    CALL(NEXT(self->g, self->x), self->r);
    cr_assert_eq(self->r, -EIO);
    cr_assert_eq(self->x, 2);
    CALL(NEXT(self->g, self->x), self->r); /* after the end */
    cr_assert_eq(self->r, 0);
    CALL(THROW(self->g, -EPERM, self->x), self->r);
    cr_assert_eq(self->r, 0);
    CALL(async_close_handle(self->g), self->r);
    cr_assert_eq(self->r, 0);
    cr_assert_eq(ends, 0);
    self->g = count(3, 0); /* an error thrown in ends it */
    CALL(NEXT(self->g, self->x), self->r);
    CALL(THROW(self->g, -EPERM, self->x), self->r);
    cr_assert_eq(self->r, -EPERM);
    cr_assert_eq(ends, 1);
    async_generator_release(self->g);
    self->g = count(3, 0); /* before it began, it never does */
    CALL(THROW(self->g, -EPERM, self->x), self->r);
    cr_assert_eq(self->r, -EPERM);
    CALL(NEXT(self->g, self->x), self->r);
    cr_assert_eq(self->r, 0);
    async_generator_release(self->g);
    CALL(async_close_handle(count(3, 0)), self->r);
    cr_assert_eq(self->r, 0);
    cr_assert_eq(ends, 1);
    END(0);
}

Test(generator, requests)
{
    cr_assert_eq(run(requests(NULL)), 0);
}

/* What is sent is sent when the request begins, not when it is made. */
FUNCTION(made_early, struct async_generator *g; struct async_future * f; long x; int r; int s;)
{
    BEGIN(made_early);
    self->g = count(4, 0);
    CALL(NEXT(self->g, self->x), self->r);
    self->s = 5;
    self->f = SEND(self->g, self->s, self->x);
    self->s = 70;
    CALL(SEND(self->g, self->s, self->x), self->r);
    cr_assert_eq(sum, 70);
    CALL(self->f, self->r);
    cr_assert_eq(sum, 75);
    async_release(SEND(self->g, self->s, self->x));
    CALL(async_close_handle(self->g), self->r);
    cr_assert_eq(sum, 75);
    END(self->r);
}

Test(generator, a_request_that_was_made_early)
{
    cr_assert_eq(run(made_early(NULL)), 0);
}

/* A second request meets the first one; the owner goes meanwhile; the first one is told the end. */
FUNCTION(shared, struct async_generator *g; struct async_future * f; long x, y; int r; int how;)
{
    BEGIN(shared);
    for (self->how = 0; self->how < 2; self->how++) {
        self->g = count(9, 0);
        self->f = SPAWN(NEXT(self->g, self->x));
        WAIT(async_sleep, self->r, 0.5);
        if (self->r || async_done(self->f)) { /* then the generator is not busy */
            CALL(self->f, self->r);
            async_generator_release(self->g);
            RETURN(self->r);
        }
        CALL(NEXT(self->g, self->y), self->r);
        cr_assert_eq(self->r, -EBUSY);
        CALL(THROW(self->g, -EPERM, self->y), self->r);
        cr_assert_eq(self->r, -EBUSY);
        if (self->how) {
            CALL(async_close_handle(self->g), self->r);
            cr_assert_eq(self->r, -EBUSY);
        } else {
            async_generator_release(self->g);
        }
        cr_assert_eq(ends, self->how);
        CALL(self->f, self->r);
        cr_assert_eq(self->r, 0);
        cr_assert_eq(ends, self->how + 1);
    }
    self->g = count(9, 0); /* with two owners the other one goes on */
    async_generator_release(async_generator_retain(self->g));
    CALL(NEXT(self->g, self->x), self->r);
    CALL(async_close_handle(async_generator_retain(self->g)), self->r);
    cr_assert_eq(ends, 3);
    CALL(NEXT(self->g, self->x), self->r);
    cr_assert_eq(self->r, 0);
    async_generator_release(self->g);
    END(0);
}

Test(generator, busy)
{
    cr_assert_eq(run(shared(NULL)), 0);
}

/* Released where it stands at a yield: a task of its own closes it. */
FUNCTION(released, struct async_generator *g; long x; int r;)
{
    BEGIN(released);
    async_generator_release(count(2, 0));
    async_generator_release(NULL);
    self->g = count(2, 0);
    CALL(NEXT(self->g, self->x), self->r);
    async_generator_release(self->g);
    cr_assert_eq(ends, 0);
    WAIT(async_sleep, self->r, 3);
    cr_assert_eq(ends, 1);
    self->g = count(2, 0);
    CALL(NEXT(self->g, self->x), self->r);
    async_release(async_close_handle(self->g)); /* a request that never begins */
    async_release(async_close_handle(count(2, 0)));
    self->g = count(2, 0);
    CALL(NEXT(self->g, self->x), self->r);
    CALL(NEXT(self->g, self->x), self->r);
    cr_assert_eq(ends, 2);
    async_generator_release(self->g); /* the loop ends before it is through */
    END(0);
}

Test(generator, released)
{
    cr_assert_eq(run(released(NULL)), 0);
    cr_assert_eq(ends, 3);
}

Test(generator, plain)
{
    struct async_generator *g = make(3, -EIO, false);
    long x = -1;
    int s = 4;
    cr_assert_eq(async_generator_next(g, &x, 8, 8), 1);
    cr_assert_eq(async_generator_send(g, &s, 4, 4, &x, 8, 8), 1);
    cr_assert_eq(x, 1);
    cr_assert_eq(async_generator_next(g, &x, 8, 8), 1);
    cr_assert_eq(async_generator_next(g, &x, 8, 8), -EIO);
    cr_assert_eq(async_generator_next(g, &x, 8, 8), 0);
    cr_assert_eq(sum, 4);
    async_generator_release(g);
    g = make(3, 0, false);
    async_generator_next(g, &x, 8, 8);
    cr_assert_eq(async_generator_throw(g, -EPERM, &x, 8, 8), -EPERM);
    cr_assert_eq(async_generator_close(g), 0);
    g = make(3, 0, false);
    async_generator_next(g, &x, 8, 8);
    async_generator_release(g);
    async_generator_release(make(3, 0, false));
    cr_assert_eq(ends, 2);
}

/* ---- no memory ---- */

static bool nothing_left(void *arg)
{
    (void)arg;
    return false;
}

FUNCTION(without_memory, struct async_generator *g; long x; int r; int status;)
{
    BEGIN(without_memory);
    self->g = count(2, 0);
    CALL(NEXT(self->g, self->x), self->r);
    async__may_allocate = nothing_left;
    cr_assert_eq((void *)count(2, 0), &async__out_of_memory);
    cr_assert_eq(async_generator_next(count(2, 0), &self->x, 8, 8), -ENOMEM);
    cr_assert_eq(async_generator_throw(count(2, 0), -EIO, &self->x, 8, 8), -ENOMEM);
    cr_assert_eq(async_generator_close(count(2, 0)), 0);
    async_generator_release(async_generator_retain(count(2, 0)));
    CALL(NEXT(self->g, self->x), self->status);
    cr_assert_eq(self->status, -ENOMEM);
    async_generator_release(self->g); /* no task can close it now: the loop's end does */
    async__may_allocate = NULL;
    END(0);
}

Test(generator, without_memory)
{
    async__frames_from_malloc = true;
    cr_assert_eq(run(without_memory(NULL)), 0);
    cr_assert_eq(ends, 1);
}

/* ---- arguments ---- */

FUNCTION(taker, int r;)
{
    BEGIN(taker);
    CALL(self->arg, self->r);
    END(self->r);
}

FUNCTION(given, int r;)
{
    BEGIN(given);
    WAIT(async_yield, self->r);
    END(3);
}

static struct async_future *taking(struct async_future *argument)
{
    return async_own(taker(argument), ASYNC_FUTURE_ARGUMENT, &argument);
}

static int list_freed(struct async_generator *g, bool begins)
{
    struct async_list list = {0};
    size_t before = async__allocated(); /* the generator's block may be kept, or not */
    cr_assert_eq(async_list_grow(&list, 4, 4), 0);
    g = (begins ? async_pass : async_own)(g, ASYNC_LIST_ARGUMENT, &list);
    bool is_made = (void *)g != &async__out_of_memory; /* else the list is gone as well */
    async_generator_release(g);
    if (begins && is_made)
        async_list_free(&list);
    return async__allocated() <= before;
}

FUNCTION(arguments, struct async_generator *g; struct async_future * f; long x; int r;)
{
    BEGIN(arguments);
    async_release(taking(given(NULL)));
    async_release(taking(taking(given(NULL))));
    CALL(taking(taking(given(NULL))), self->r);
    cr_assert_eq(self->r, 3);
    CALL(SPAWN(taking(SPAWN(given(NULL)))), self->r);
    cr_assert_eq(self->r, 3);
    self->f = given(NULL);
    self->g = async_own(count(2, 0), ASYNC_FUTURE_ARGUMENT, &self->f);
    CALL(async_close_handle(self->g), self->r); /* closed, or thrown into, it does not begin */
    self->f = given(NULL);
    self->g = async_own(count(2, 0), ASYNC_FUTURE_ARGUMENT, &self->f);
    CALL(THROW(self->g, -EIO, self->x), self->r);
    async_generator_release(self->g);
    self->f = given(NULL);
    self->g = async_own(count(2, 0), ASYNC_FUTURE_ARGUMENT, &self->f);
    CALL(NEXT(self->g, self->x), self->r); /* now it is the body's */
    self->x = self->r;
    CALL(async_close_handle(self->g), self->r);
    if (self->x >= 0) {
        CALL(self->f, self->r);
        cr_assert_eq(self->r, 3);
    }
    self->g = count(2, 0);
    async_generator_release(async_own(count(1, 0), ASYNC_GENERATOR_ARGUMENT, &self->g));
    cr_assert(list_freed(count(1, 0), false));
    cr_assert(list_freed(count(1, 0), true));
    async__may_allocate = nothing_left;
    self->f = given(NULL);
    cr_assert_eq(taking(self->f), &async__out_of_memory);
    async__may_allocate = NULL;
    self->f = given(NULL);
    cr_assert_eq(async_pass(&async__out_of_memory, ASYNC_FUTURE_ARGUMENT, &self->f),
                 &async__out_of_memory);
    END(0);
}

Test(generator, arguments)
{
    cr_assert_eq(run(arguments(NULL)), 0);
}

/* ---- misuse ---- */

FUNCTION(closes_stubborn, struct async_generator *g; long x; int r;)
{
    BEGIN(closes_stubborn);
    self->g = count(2, 0);
    ((struct count *)&((struct async_future *)self->g)->frame)->is_stubborn = true;
    CALL(NEXT(self->g, self->x), self->r);
    CALL(async_close_handle(self->g), self->r);
    END(0);
}

Test(misuse_generator, yields_while_it_is_closed, .signal = SIGABRT)
{
    run(closes_stubborn(NULL));
}

Test(misuse_generator, used_after_its_end, .signal = SIGABRT)
{
    struct async_generator *g = make(2, 0, false);
    long x;
    async_generator_close(g);
    async_generator_next(g, &x, 8, 8);
}

Test(misuse_generator, empty, .signal = SIGABRT)
{
    long x;
    async_generator_next(NULL, &x, 8, 8);
}
