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

struct async_queue_take__wait;

/* Private: only the inline functions below look inside. `taker` says three things in one word, so
 * that they take one look: NULL: there is no item, and nobody waits for one; ASYNC_QUEUE_BUSY:
 * there are items, or it is closed; else: the first of those who wait for an item. */
struct async_queue {
    struct async_queue_take__wait *taker, *last_taker; /* the last one: if there are several */
    struct async_waiters putters;                      /* wait for room: there is none */
    struct async_waiters joiners;
    size_t count, capacity; /* items in it, and at most; capacity SIZE_MAX: unbounded */
    size_t unfinished;      /* items put for which there was no async_task_done yet */
    size_t size, align;     /* of an item */
    int closed;             /* 0, or what the operations give now */
    enum async_queue_kind kind;
    int (*compare)(const void *, const void *);
    char *items;     /* room for `room` items, then, by priority, their numbers; see queue.c */
    size_t room;     /* a power of two */
    size_t first;    /* FIFO: index of the first item */
    uint64_t number; /* PRIORITY: of the next item */
};
#define ASYNC_QUEUE_BUSY ((struct async_queue_take__wait *)1)

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
    struct async_wait wait;
    struct async_queue_take__wait *next, *previous; /* previous: not of the first one */
    struct async_queue *queue;
    void *item;
    int result;
};
enum async_step async_queue_put_slow(struct async_queue_put__wait *wait, struct async_frame *caller,
                                     struct async_queue *queue, const void *item, size_t size);
enum async_step async_queue_take_slow(struct async_queue_take__wait *wait,
                                      struct async_frame *caller, struct async_queue *queue,
                                      void *item, size_t size);
extern const struct async_wait_kind async_queue_taking;

/* Fast if a task waits for the item, and the thread has no other loop that it may belong to. */
static inline enum async_step async_queue_put__begin(struct async_queue_put__wait *wait,
                                                     struct async_frame *caller,
                                                     struct async_queue *queue, const void *item,
                                                     size_t size)
{
    struct async_queue_take__wait *taker = queue->taker;
    if ((uintptr_t)taker <= (uintptr_t)ASYNC_QUEUE_BUSY || async_thread.has_loops ||
        async_thread.current->frame.bits & ASYNC_CANCELLED)
        return async_queue_put_slow(wait, caller, queue, item, size);
    memcpy(taker->item, item, size);
    queue->taker = taker->next;
    queue->unfinished++;
    taker->wait.task->frame.bits ^= ASYNC_READY ^ ASYNC_WAITING;
    async_push(taker->wait.task);
    wait->result = 0;
    return ASYNC_DONE;
}

/* Fast if it must wait, and nobody else does. */
static inline enum async_step async_queue_take__begin(struct async_queue_take__wait *wait,
                                                      struct async_frame *caller,
                                                      struct async_queue *queue, void *item,
                                                      size_t size)
{
    struct async_future *task = async_thread.current;
    if (queue->taker || task->frame.bits & ASYNC_CANCELLED)
        return async_queue_take_slow(wait, caller, queue, item, size);
    async_thread.budget = ASYNC_BUDGET;
    wait->wait.kind = &async_queue_taking;
    wait->wait.task = task;
    wait->next = NULL;
    wait->queue = queue;
    wait->item = item;
    wait->result = 0;
    queue->taker = wait;
    task->leaf = caller;
    task->next = (struct async_future *)wait;
    task->frame.bits ^= ASYNC_READY ^ ASYNC_WAITING;
    return ASYNC_PENDING;
}

#ifdef __cplusplus
}
#endif
#endif
