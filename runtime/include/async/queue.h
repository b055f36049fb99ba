/* Queues between tasks: first in first out, last in first out, by priority (asyncio.Queue,
 * LifoQueue, PriorityQueue). A queue belongs to one thread, whose loops may share it.
 *
 * In C a queue(T) is a `struct async_queue *`, whatever T, and items are passed by address and
 * size; in the language, async_queue(T, n), async_put(q, v), async_take(q, &x), async_try_put and
 * async_try_take stand for the functions here. Tasks wait in rings through their frames, so waiting
 * takes no memory; an item put while somebody waits for one goes straight to the first who does. */
#ifndef ASYNC_QUEUE_H
#define ASYNC_QUEUE_H

#include <async/frame.h>
#include <async/sync.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum async_queue_kind { ASYNC_QUEUE_FIFO, ASYNC_QUEUE_LIFO, ASYNC_QUEUE_PRIORITY };

/* Private: only the inline functions below look inside. `taker` says in one word how things stand,
 * so that they take one look:
 *
 *     NULL                 there is no item, and nobody waits for one
 *     ASYNC_QUEUE_ITEMS    there are items, first in first out, and nobody waits for anything
 *     ASYNC_QUEUE_BUSY     anything else; it is closed, too. The functions in queue.c see to it
 *     a task               it alone waits for an item; it belongs to the thread's first loop */
struct async_queue {
    struct async_wait_kind taking; /* first: the kind of a wait for an item leads here */
    struct async_future *taker;
    size_t count, limit; /* items in it; fewer than limit: one more is put into the ring */
    size_t first, room;  /* FIFO: index of the first item; room is a power of two */
    char *items;         /* room for `room` items, then, by priority, their numbers; see queue.c */
    size_t unfinished;   /* items put for which there was no async_task_done yet */
    size_t size, align;  /* of an item */
    size_t capacity;     /* items at most; SIZE_MAX: unbounded */
    int closed;          /* 0, or what the operations give now */
    enum async_queue_kind kind;
    int (*compare)(const void *, const void *);
    uint64_t number;                   /* PRIORITY: of the next item */
    const struct async_thread *thread; /* that made it; NULL: there was no memory */
    struct async_waiters takers;       /* wait for an item, where `taker` is ASYNC_QUEUE_BUSY */
    struct async_waiters putters;      /* wait for room: there is none */
    struct async_waiters joiners;
};
#define ASYNC_QUEUE_BUSY ((struct async_future *)1)
#define ASYNC_QUEUE_ITEMS ((struct async_future *)2)

/* Makes a queue of items of that size and alignment, for `capacity` items, 0: unbounded. `compare`,
 * for PRIORITY, is as qsort's; what compares least is taken first, the oldest of equals first.
 * Never NULL: without memory it is a closed queue whose operations give -ENOMEM. */
struct async_queue *async_queue_new(enum async_queue_kind kind, size_t size, size_t align,
                                    size_t capacity, int (*compare)(const void *, const void *));

/* Frees it, and the items in it as they are. Who waits gets -EPIPE. NULL does nothing. */
void async_queue_free(struct async_queue *queue);

/* Items in it. */
size_t async_queue_len(const struct async_queue *queue);

/* No more puts: they give -EPIPE, also those that wait. Takes give what is left, then -EPIPE. */
void async_queue_close(struct async_queue *queue);

/* Puts a copy of *item, `size` bytes; takes the next item to *item. 0; -EAGAIN: there is no room,
 * no item; -EPIPE: closed; -ENOMEM. */
int async_queue_try_put(struct async_queue *queue, const void *item, size_t size);
int async_queue_try_take(struct async_queue *queue, void *item, size_t size);

/* One item that was taken is dealt with. Aborts if there were more of these than items. */
void async_task_done(struct async_queue *queue);

/* Waits until async_task_done was called for every item that was put. 0, or the reason of a
 * cancellation, or -EPIPE if the queue is freed. */
ASYNC_FUNCTION(int) async_join(struct async_queue *queue);
struct async_join__wait {
    struct async_waiter waiter;
    int result;
};
enum async_step async_join__begin(struct async_join__wait *wait, struct async_frame *caller,
                                  struct async_queue *queue);

/* Wait for room, for an item. 0; -EPIPE: closed; -ENOMEM; or the reason of a cancellation, and
 * nothing was put or taken then. The handle keeps a copy of *item; begin does not, so *item must
 * stay until the wait is over. */
ASYNC_FUNCTION(int) async_queue_put(struct async_queue *queue, const void *item, size_t size);
ASYNC_FUNCTION(int) async_queue_take(struct async_queue *queue, void *item, size_t size);
struct async_queue_put__wait {
    struct async_waiter waiter;
    int result;
    const void *item;
};
struct async_queue_take__wait {
    struct async_waiter waiter; /* of `taker`, only the kind is set */
    int result;
    void *item;
};
/* Anything else: suspends. The loop resumes `caller` when it is over, be it at once. */
enum async_step async_queue_put_slow(struct async_frame *caller, struct async_queue_put__wait *wait,
                                     struct async_queue *queue, const void *item, size_t size);
enum async_step async_queue_take_slow(struct async_frame *caller,
                                      struct async_queue_take__wait *wait,
                                      struct async_queue *queue, void *item, size_t size);

/* Tells the compiler what it cannot see, so that the call that gave the step becomes a jump. */
static inline enum async_step async_queue_suspended(enum async_step step)
{
    if (step == ASYNC_DONE)
        __builtin_unreachable();
    return step;
}

/* Of `taker`, a task. */
static inline struct async_queue_take__wait *async_queue_wait_of(const struct async_future *taker)
{
    return (struct async_queue_take__wait *)((char *)taker->next - ASYNC_IN_WAIT);
}

/* Whether the running task may use the paths below. */
static inline bool async_queue_is_easy(void)
{
    return __builtin_expect(!(async_thread.current->frame.bits & ASYNC_HINDERED), 1);
}

/* What generated code calls instead of begin: `state` is where the caller goes on, `read` whether
 * the result is read then. They are stored only where that is needed: processors are short of
 * stores first. `kept` is where *item is copied to if the put waits, or the same. */

/* Hands the item to the task that waits for one; or puts it into the ring. */
static inline enum async_step async_queue_put__begin_at(struct async_queue_put__wait *wait,
                                                        struct async_frame *caller, uint32_t state,
                                                        bool read, struct async_queue *queue,
                                                        const void *item, void *kept, size_t size)
{
    struct async_future *taker = queue->taker;
    if (__builtin_expect((uintptr_t)taker > (uintptr_t)ASYNC_QUEUE_ITEMS, 1) &&
        async_queue_is_easy()) {
        memcpy(async_queue_wait_of(taker)->item, item, size);
        queue->taker = NULL;
        async_push(taker);
    } else if (taker != ASYNC_QUEUE_BUSY && queue->count < queue->limit && async_queue_is_easy() &&
               async_thread.budget > 1) {
        async_thread.budget--;
        memcpy(queue->items + ((queue->first + queue->count++) & (queue->room - 1)) * size, item,
               size);
        queue->taker = ASYNC_QUEUE_ITEMS;
    } else {
        if (kept != item)
            memcpy(kept, item, size);
        caller->state = state;
        return async_queue_suspended(async_queue_put_slow(caller, wait, queue, kept, size));
    }
    queue->unfinished++;
    if (read)
        wait->result = 0;
    return ASYNC_DONE;
}

/* Waits, as the only one; or takes the item out of the ring. */
static inline enum async_step async_queue_take__begin_at(struct async_queue_take__wait *wait,
                                                         struct async_frame *caller, uint32_t state,
                                                         bool read, struct async_queue *queue,
                                                         void *item, size_t size)
{
    struct async_future *taker = queue->taker;
    if (!taker && async_queue_is_easy()) {
        if (__builtin_expect(caller->state != state, 0))
            caller->state = state;
        wait->waiter.wait.kind = &queue->taking;
        wait->item = item;
        if (read)
            wait->result = 0;
        queue->taker = async_thread.current;
        return async_suspend(&wait->waiter.wait, caller);
    }
    if (taker != ASYNC_QUEUE_ITEMS || !async_queue_is_easy() || async_thread.budget <= 1) {
        caller->state = state;
        return async_queue_suspended(async_queue_take_slow(caller, wait, queue, item, size));
    }
    async_thread.budget--;
    memcpy(item, queue->items + queue->first * size, size);
    queue->first = (queue->first + 1) & (queue->room - 1);
    if (--queue->count == 0)
        queue->taker = NULL;
    if (read)
        wait->result = 0;
    return ASYNC_DONE;
}

static inline enum async_step async_queue_put__begin(struct async_queue_put__wait *wait,
                                                     struct async_frame *caller,
                                                     struct async_queue *queue, const void *item,
                                                     size_t size)
{
    return async_queue_put__begin_at(wait, caller, caller->state, true, queue, item, (void *)item,
                                     size);
}

static inline enum async_step async_queue_take__begin(struct async_queue_take__wait *wait,
                                                      struct async_frame *caller,
                                                      struct async_queue *queue, void *item,
                                                      size_t size)
{
    return async_queue_take__begin_at(wait, caller, caller->state, true, queue, item, size);
}

#ifdef __cplusplus
}
#endif
#endif
