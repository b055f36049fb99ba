/* Queues: order, room, hand-over, closing, joining, cancellation at every moment, no memory. */
#include "lowered.h"

#include <signal.h>

TestSuite(queue, .fini = no_block_is_left);

static struct async_queue *queue;

static struct async_queue *new_queue(enum async_queue_kind kind, size_t capacity)
{
    return async_queue_new(kind, sizeof(int), _Alignof(int), capacity, NULL);
}

static int by_tens(const void *a, const void *b)
{
    int x = *(const int *)a / 10, y = *(const int *)b / 10;
    return (x > y) - (x < y);
}

static int try_put(int item)
{
    return async_queue_try_put(queue, &item, sizeof item);
}

static int try_take(void)
{
    int item = -1, result = async_queue_try_take(queue, &item, sizeof item);
    return result ? result : item;
}

/* Puts its argument. */
FUNCTION(putter, int item; int r;)
{
    BEGIN(putter);
    self->item = (int)(intptr_t)self->arg;
    WAIT(async_queue_put, self->r, queue, &self->item, sizeof self->item);
    END(self->r);
}

/* The item, or the error. */
FUNCTION(taker, int item; int r;)
{
    BEGIN(taker);
    self->item = -1;
    WAIT(async_queue_take, self->r, queue, &self->item, sizeof self->item);
    END(self->r ? self->r : self->item);
}

static struct async_future *spawn_putter(int item)
{
    return SPAWN(putter((void *)(intptr_t)item));
}

/* ---- order ---- */

Test(queue, first_in_first_out)
{
    queue = new_queue(ASYNC_QUEUE_FIFO, 0);
    for (int i = 0, next = 0; i < 1000; i++) { /* the ring goes round, and grows */
        cr_assert_eq(try_put(i), 0);
        if (i % 3 == 2)
            cr_assert_eq(try_take(), next++);
        cr_assert_eq(async_queue_len(queue), (size_t)(i + 1 - next));
    }
    for (int next = 333; next < 1000; next++)
        cr_assert_eq(try_take(), next);
    cr_assert_eq(try_take(), -EAGAIN);
    async_queue_free(queue);
}

Test(queue, last_in_first_out)
{
    queue = new_queue(ASYNC_QUEUE_LIFO, 100);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(try_put(i), 0);
    cr_assert_eq(try_put(100), -EAGAIN);
    for (int i = 100; i-- > 0;)
        cr_assert_eq(try_take(), i);
    async_queue_free(queue);
}

Test(queue, by_priority_and_by_age)
{
    enum { ITEMS = 500 };
    static int put[ITEMS];
    int count = 0, last = -1, position[50] = {0};
    unsigned random = 1;
    queue = async_queue_new(ASYNC_QUEUE_PRIORITY, sizeof(int), _Alignof(int), 0, by_tens);
    for (int i = 0; i < ITEMS; i++) { /* the last digit is the age among equals, modulo 10 */
        random = random * 1103515245 + 12345;
        int priority = (int)(random >> 16) % 50;
        put[i] = priority * 10 + position[priority]++ % 10;
        cr_assert_eq(try_put(put[i]), 0);
    }
    memset(position, 0, sizeof position);
    while ((count = try_take()) >= 0) {
        cr_assert_geq(count / 10, last / 10);
        cr_assert_eq(count % 10, position[count / 10]++ % 10);
        last = count;
    }
    cr_assert_eq(async_queue_len(queue), 0);
    async_queue_free(queue);
}

struct wide {
    _Alignas(64) char text[64];
};

static int wide_order(const void *a, const void *b)
{
    cr_assert_eq((uintptr_t)a % 64 | (uintptr_t)b % 64, 0);
    return strcmp(((const struct wide *)a)->text, ((const struct wide *)b)->text);
}

Test(queue, items_are_aligned)
{
    static const char *const words[] = {"pear", "apple", "fig", "lime", "date"};
    struct wide item;
    queue =
        async_queue_new(ASYNC_QUEUE_PRIORITY, sizeof item, _Alignof(struct wide), 5, wide_order);
    for (int i = 0; i < 5; i++) {
        memset(&item, 0, sizeof item);
        strcpy(item.text, words[i]);
        cr_assert_eq(async_queue_try_put(queue, &item, sizeof item), 0);
    }
    for (int i = 0; i < 5; i++) {
        static const char *const sorted[] = {"apple", "date", "fig", "lime", "pear"};
        cr_assert_eq(async_queue_try_take(queue, &item, sizeof item), 0);
        cr_assert_str_eq(item.text, sorted[i]);
    }
    async_queue_free(queue);
}

/* ---- waiting ---- */

FUNCTION(takers_main, struct async_future *t[5]; int i; int r;)
{
    BEGIN(takers_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 1);
    for (self->i = 0; self->i < 5; self->i++)
        self->t[self->i] = SPAWN(taker(NULL));
    WAIT(async_sleep, self->r, 0.001);
    async_cancel(self->t[1]);
    cr_assert_eq(try_put(10), 0); /* for 0 */
    async_cancel(self->t[0]);     /* too late: the item is its own */
    cr_assert_eq(try_put(12), 0);
    cr_assert_eq(try_put(13), 0);
    async_cancel(self->t[4]);
    cr_assert_eq(try_put(14), 0); /* nobody: it stays */
    cr_assert_eq(try_put(15), -EAGAIN);
    for (self->i = 0; self->i < 5; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i == 1 || self->i == 4 ? -ECANCELED : 10 + self->i);
    }
    cr_assert_eq(try_take(), 14);
    async_queue_free(queue);
    END(0);
}

Test(queue, items_go_to_who_waits_longest)
{
    cr_assert_eq(run(takers_main(NULL)), 0);
}

/* Takers leave from the front, the middle and the end, and others come. */
FUNCTION(leavers_main, struct async_future *t[6]; int i; int r;)
{
    static const int leaving[] = {0, 3, 2, 1};
    BEGIN(leavers_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 1);
    for (self->i = 0; self->i < 4; self->i++)
        self->t[self->i] = SPAWN(taker(NULL));
    WAIT(async_yield, self->r);
    for (self->i = 0; self->i < 4; self->i++) {
        async_cancel(self->t[leaving[self->i]]);
        CALL(self->t[leaving[self->i]], self->r);
        cr_assert_eq(self->r, -ECANCELED);
        if (self->i == 1 || self->i == 3) {
            self->t[4 + self->i / 2] = SPAWN(taker(NULL));
            WAIT(async_yield, self->r);
        }
    }
    cr_assert_eq(try_put(4), 0);
    cr_assert_eq(try_put(5), 0);
    for (self->i = 4; self->i < 6; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i);
    }
    cr_assert_eq(try_take(), -EAGAIN);
    async_queue_free(queue);
    END(0);
}

Test(queue, takers_leave_and_come)
{
    cr_assert_eq(run(leavers_main(NULL)), 0);
}

FUNCTION(putters_main, struct async_future *t[5]; int i; int r;)
{
    BEGIN(putters_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 2);
    for (self->i = 0; self->i < 5; self->i++)
        self->t[self->i] = spawn_putter(self->i);
    WAIT(async_sleep, self->r, 0.001);
    cr_assert_eq(async_queue_len(queue), 2);
    async_cancel(self->t[3]); /* its item is not put */
    cr_assert_eq(try_take(), 0);
    cr_assert_eq(async_queue_len(queue), 2); /* 2 has filled the room at once */
    async_cancel(self->t[2]);                /* too late */
    cr_assert_eq(try_put(9), -EAGAIN);
    cr_assert_eq(try_take(), 1);
    cr_assert_eq(try_take(), 2);
    cr_assert_eq(try_take(), 4);
    cr_assert_eq(try_take(), -EAGAIN);
    for (self->i = 0; self->i < 5; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i == 3 ? -ECANCELED : 0);
    }
    async_queue_free(queue);
    END(0);
}

Test(queue, room_goes_to_who_waits_longest)
{
    cr_assert_eq(run(putters_main(NULL)), 0);
}

FUNCTION(refused_main, int item; int r;)
{
    BEGIN(refused_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 2);
    cr_assert_eq(try_put(1), 0);
    async_cancel(async_current_task());
    WAIT(async_queue_take, self->r, queue, &self->item, sizeof(int));
    cr_assert_eq(self->r, -ECANCELED);
    WAIT(async_queue_put, self->r, queue, &self->item, sizeof(int));
    cr_assert_eq(self->r, -ECANCELED);
    WAIT(async_join, self->r, queue);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert_eq(async_queue_len(queue), 1);
    async_queue_free(queue);
    END(0);
}

Test(queue, a_cancelled_task_neither_puts_nor_takes)
{
    cr_assert_eq(run(refused_main(NULL)), 0);
}

/* Items come out as they were put, whoever has to wait: the room is short, ample or unbounded, the
 * takers are one or three, who gives way now and then is the putter, a taker, or both. */
enum { FLOW = 600, TAKERS = 3 };
static int taken[FLOW], taken_count;
static unsigned pauses;

FUNCTION(flow_putter, int i; int r;)
{
    BEGIN(flow_putter);
    for (self->i = 0; self->i < FLOW; self->i++) {
        if (pauses & 1 && self->i % 7 == 0)
            WAIT(async_yield, self->r);
        WAIT(async_queue_put, self->r, queue, &self->i, sizeof(int));
        cr_assert_eq(self->r, 0);
    }
    async_queue_close(queue);
    END(0);
}

FUNCTION(flow_taker, int item; int i; int r;)
{
    BEGIN(flow_taker);
    for (self->i = 0;; self->i++) {
        if (pauses & 2 && self->i % 5 == 0)
            WAIT(async_yield, self->r);
        WAIT(async_queue_take, self->r, queue, &self->item, sizeof(int));
        if (self->r) {
            cr_assert_eq(self->r, -EPIPE);
            break;
        }
        taken[taken_count++] = self->item;
    }
    END(self->i);
}

FUNCTION(flow_main, struct async_future *t[1 + TAKERS]; int i; int sum; int r;)
{
    BEGIN(flow_main);
    taken_count = 0;
    self->sum = 0;
    self->t[TAKERS] = SPAWN(flow_putter(NULL));
    if (async_done(self->t[TAKERS]))
        async_queue_close(queue); /* there is none: takers find nothing */
    for (self->i = 0; self->i < (self->arg ? TAKERS : 1); self->i++) {
        self->t[self->i] = SPAWN(flow_taker(NULL));
        if (async_done(self->t[self->i]))
            async_queue_close(queue); /* one too few: nobody waits for room */
    }
    CALL(self->t[TAKERS], self->r);
    for (self->i = 0; self->i < (self->arg ? TAKERS : 1); self->i++) {
        CALL(self->t[self->i], self->r);
        self->sum += self->r;
    }
    cr_assert_eq(self->sum, FLOW);
    cr_assert_eq(taken_count, FLOW);
    END(0);
}

Test(queue, items_flow_in_order)
{
    for (size_t capacity = 0; capacity <= 12; capacity += capacity < 3 ? 1 : 3)
        for (int takers = 0; takers < 2; takers++)
            for (pauses = 0; pauses < 4; pauses++) {
                queue = new_queue(ASYNC_QUEUE_FIFO, capacity);
                cr_assert_eq(run(flow_main(takers ? &queue : NULL)), 0);
                for (int i = 0; i < FLOW && !takers; i++)
                    cr_assert_eq(taken[i], i);
                async_queue_free(queue);
            }
}

/* Ready puts and takes have a budget: who is ready besides has its turn. */
static int turns;

FUNCTION(turner, int r;)
{
    BEGIN(turner);
    for (;;) {
        turns++;
        WAIT(async_yield, self->r);
        if (self->r)
            RETURN(0);
    }
    END(0);
}

FUNCTION(budget_main, struct async_future *t; int item; int i; int r;)
{
    BEGIN(budget_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 0);
    self->t = SPAWN(turner(NULL));
    for (self->i = 0; self->i < 1280; self->i++) {
        WAIT(async_queue_put, self->r, queue, &self->i, sizeof(int));
        if (!self->r)
            WAIT(async_queue_take, self->r, queue, &self->item, sizeof(int));
        cr_assert_eq(self->item, self->i);
    }
    cr_assert_geq(turns, 19);
    async_cancel(self->t);
    CALL(self->t, self->r);
    async_queue_free(queue);
    END(0);
}

Test(queue, waits_that_are_ready_have_a_budget)
{
    cr_assert_eq(run(budget_main(NULL)), 0);
}

/* ---- close, join, free ---- */

FUNCTION(close_main, struct async_future *t[3]; int i; int r;)
{
    BEGIN(close_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 1);
    self->t[0] = SPAWN(taker(NULL));
    WAIT(async_yield, self->r);
    async_queue_close(queue);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -EPIPE);
    async_queue_free(queue);
    queue = new_queue(ASYNC_QUEUE_FIFO, 1);
    for (self->i = 0; self->i < 3; self->i++)
        self->t[self->i] = spawn_putter(self->i);
    WAIT(async_yield, self->r);
    async_queue_close(queue);
    async_queue_close(queue);
    for (self->i = 0; self->i < 3; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i ? -EPIPE : 0);
    }
    cr_assert_eq(try_put(1), -EPIPE);
    CALL(taker(NULL), self->r); /* what is left */
    cr_assert_eq(self->r, 0);
    CALL(taker(NULL), self->r);
    cr_assert_eq(self->r, -EPIPE);
    cr_assert_eq(try_take(), -EPIPE);
    async_queue_free(queue);
    END(0);
}

Test(queue, a_closed_queue_drains)
{
    cr_assert_eq(run(close_main(NULL)), 0);
}

FUNCTION(joiner, int r;)
{
    BEGIN(joiner);
    WAIT(async_join, self->r, queue);
    END(self->r);
}

FUNCTION(join_main, struct async_future *t[2]; int i; int todo; int r;)
{
    BEGIN(join_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 0);
    WAIT(async_join, self->r, queue); /* nothing to do */
    cr_assert_eq(self->r, 0);
    self->t[0] = SPAWN(taker(NULL));
    WAIT(async_sleep, self->r, 0.001);
    self->todo = !try_put(1); /* handed over counts as well */
    self->todo += !try_put(2);
    CALL(self->t[0], self->r);
    for (self->i = 0; self->i < 2; self->i++)
        self->t[self->i] = SPAWN(joiner(NULL));
    if (self->todo-- > 0)
        async_task_done(queue);
    WAIT(async_sleep, self->r, 0.001);
    cr_assert(!async_done(self->t[0]));
    cr_assert_eq(try_take(), 2);
    if (self->todo-- > 0)
        async_task_done(queue);
    for (self->i = 0; self->i < 2; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, 0);
    }
    try_put(3);
    self->t[0] = SPAWN(joiner(NULL));
    self->t[1] = SPAWN(joiner(NULL));
    WAIT(async_sleep, self->r, 0.001);
    async_cancel(self->t[1]);
    async_queue_free(queue);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -EPIPE);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    END(0);
}

Test(queue, join_waits_for_all_that_was_put)
{
    cr_assert_eq(run(join_main(NULL)), 0);
}

Test(queue, task_done_too_often, .signal = SIGABRT)
{
    queue = new_queue(ASYNC_QUEUE_FIFO, 0);
    async_task_done(queue);
}

Test(queue, an_item_of_another_size, .signal = SIGABRT)
{
    queue = new_queue(ASYNC_QUEUE_FIFO, 0);
    async_queue_try_put(queue, "wide enough", 8);
}

FUNCTION(free_main, struct async_future *t[2]; int r;)
{
    BEGIN(free_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 1);
    self->t[0] = spawn_putter(1);
    self->t[1] = spawn_putter(2);
    WAIT(async_sleep, self->r, 0.001);
    async_queue_free(queue);
    async_queue_free(NULL);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, -EPIPE);
    END(0);
}

Test(queue, who_waits_when_it_is_freed)
{
    cr_assert_eq(run(free_main(NULL)), 0);
}

/* ---- handles ---- */

FUNCTION(handle_main, struct async_future *a; struct async_future * b; int item; int taken; int r;)
{
    BEGIN(handle_main);
    queue = new_queue(ASYNC_QUEUE_FIFO, 1);
    self->item = 5;
    self->a = SPAWN(async_queue_put(queue, &self->item, sizeof(int)));
    WAIT(async_sleep, self->r, 0.001); /* in this order, whatever the seed */
    self->item = 6;
    self->b = SPAWN(async_queue_put(queue, &self->item, sizeof(int)));
    self->item = 0; /* the handles have their copies */
    CALL(self->a, self->r);
    cr_assert_eq(self->r, 0);
    self->taken = 0;
    if (!self->r) {
        CALL(async_queue_take(queue, &self->item, sizeof(int)), self->r);
        self->taken += !self->r || try_take() >= 0;
    }
    cr_assert_eq(self->item, 5);
    CALL(self->b, self->r);
    cr_assert_eq(self->r, 0);
    if (!self->r) {
        CALL(async_queue_take(queue, &self->item, sizeof(int)), self->r);
        self->taken += !self->r || try_take() >= 0;
    }
    cr_assert_eq(self->item, 6);
    while (self->taken--)
        async_task_done(queue);
    CALL(async_join(queue), self->r);
    async_queue_free(queue);
    END(0);
}

Test(queue, handle_form)
{
    cr_assert_eq(run(handle_main(NULL)), 0);
}

/* ---- no memory ---- */

static bool never(void *arg)
{
    (void)arg;
    return false;
}

Test(queue, without_memory)
{
    async__may_allocate = never;
    queue = new_queue(ASYNC_QUEUE_FIFO, 3);
    cr_assert_eq(try_put(1), -ENOMEM);
    cr_assert_eq(try_take(), -ENOMEM);
    async_queue_close(queue);
    async_queue_free(queue);
    async__may_allocate = NULL;
    queue = new_queue(ASYNC_QUEUE_FIFO, 100);
    for (int i = 0; i < 8; i++)
        cr_assert_eq(try_put(i), 0);
    async__may_allocate = never;
    cr_assert_eq(try_put(8), -ENOMEM);
    cr_assert_eq(async_queue_len(queue), 8);
    async__may_allocate = NULL;
    cr_assert_eq(try_put(8), 0);
    for (int i = 0; i < 9; i++)
        cr_assert_eq(try_take(), i);
    async_queue_free(queue);
}

/* ---- between loops ---- */

static void from_to(struct async_loop *from, struct async_loop *to)
{
    int result = -1;
    queue = new_queue(ASYNC_QUEUE_FIFO, 1);
    struct async_elsewhere here = async__go(async__own_loop(to));
    struct async_future *waiting = SPAWN(taker(NULL));
    async__go_back(here);
    cr_assert_eq(async_loop_run(to, async_sleep(0), NULL), 0);
    int error = async_loop_run(from, putter((void *)7), &result);
    cr_assert_eq(error, 0);
    if (error)
        async_queue_close(queue);
    cr_assert_eq(async_loop_run(to, waiting, &result), 0);
    cr_assert_eq(result, 7);
    async_queue_free(queue);
}

Test(queue, a_queue_between_loops)
{
    struct async_loop *one = async_loop_new(), *two = async_loop_new();
    cr_assert(one && two);
    if (one && two) {
        from_to(one, two);
        from_to(two, one);
    }
    async_loop_free(one);
    async_loop_free(two);
}
