/* Queues: a ring, a stack or a heap of items, and rings of the tasks that wait for an item, for
 * room, or for the end of the work.
 *
 * Nobody waits for an item while there is one, and nobody for room while there is some: an item put
 * goes straight to the first taker, and the room that a take makes is filled by the first putter's
 * item at once. So whoever is woken has been served, and a cancellation that comes later loses
 * nothing. The fast paths of both are in queue.h, and have a form of their own for a taker that is
 * alone: unfold() turns it into the ring's, fold() goes back if it can.
 *
 * The heap is binary, of items in one array, with their numbers in another behind it, so that
 * equal items come out in the order in which they were put. */
#include "form.h"
#include "waiters.h"

#include <async/queue.h>

#include <string.h>

enum { FIRST_ROOM = 8 };

/* What async_queue_new gives without memory. It is never written to. */
static struct async_queue without_memory = {
    .taker = ASYNC_QUEUE_BUSY,
    .takers = {&without_memory.takers, &without_memory.takers},
    .putters = {&without_memory.putters, &without_memory.putters},
    .joiners = {&without_memory.joiners, &without_memory.joiners},
    .closed = -ENOMEM,
};

static const struct async_wait_kind putting = {.cancel = async__waiter_cancel, .name = "async_put"};
static const struct async_wait_kind joining = {.cancel = async__waiter_cancel,
                                               .name = "async_join"};

/* Items of one word, or less, are the common case. */
static inline void copy(void *to, const void *from, size_t size)
{
    if (size == 8)
        memcpy(to, from, 8);
    else if (size == 4)
        memcpy(to, from, 4);
    else
        memcpy(to, from, size);
}

static inline char *item_at(const struct async_queue *queue, size_t index)
{
    return queue->items + index * queue->size;
}

/* ---- the heap ---- */

/* Of the item at an index of a heap. Its memory is aligned like an item, at least to 8. */
static uint64_t *numbers(const struct async_queue *queue)
{
    return (uint64_t *)(queue->items + (queue->room * queue->size + 7) / 8 * 8);
}

static bool before(const struct async_queue *queue, const void *a, uint64_t a_number, size_t b)
{
    int order = queue->compare(a, item_at(queue, b));
    return order ? order < 0 : a_number < numbers(queue)[b];
}

static void move_item(struct async_queue *queue, size_t to, size_t from)
{
    memcpy(item_at(queue, to), item_at(queue, from), queue->size);
    numbers(queue)[to] = numbers(queue)[from];
}

static void heap_push(struct async_queue *queue, const void *item)
{
    uint64_t number = queue->number++;
    size_t at = queue->count;
    while (at && before(queue, item, number, (at - 1) / 2)) {
        move_item(queue, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    memcpy(item_at(queue, at), item, queue->size);
    numbers(queue)[at] = number;
}

/* Takes the last item, now at index `count`, to the place of the first, and sifts it down. */
static void heap_close_gap(struct async_queue *queue)
{
    size_t count = queue->count, at = 0, child;
    while ((child = 2 * at + 1) < count) {
        const uint64_t *number = numbers(queue);
        if (child + 1 < count && before(queue, item_at(queue, child + 1), number[child + 1], child))
            child++;
        if (before(queue, item_at(queue, count), number[count], child))
            break;
        move_item(queue, at, child);
        at = child;
    }
    if (at != count)
        move_item(queue, at, count);
}

/* ---- storage ---- */

/* Moves the items into twice the room, the first one to the front. */
static int grow(struct async_queue *queue)
{
    size_t room = queue->room ? 2 * queue->room : FIRST_ROOM, size = queue->size;
    bool is_heap = queue->kind == ASYNC_QUEUE_PRIORITY;
    if (room > SIZE_MAX / 4 / (size + sizeof(uint64_t)))
        return -ENOMEM;
    char *items = async__allocate_aligned(
        (room * size + 7) / 8 * 8 + (is_heap ? room * sizeof(uint64_t) : 0), queue->align);
    if (!items)
        return -ENOMEM;
    size_t front = queue->room - queue->first;
    if (front > queue->count)
        front = queue->count;
    if (queue->count) {
        memcpy(items, item_at(queue, queue->first), front * size);
        memcpy(items + front * size, queue->items, (queue->count - front) * size);
    }
    if (is_heap && queue->count)
        memcpy(items + (room * size + 7) / 8 * 8, numbers(queue), queue->count * sizeof(uint64_t));
    async__free(queue->items);
    queue->items = items;
    queue->room = room;
    queue->first = 0;
    if (queue->kind == ASYNC_QUEUE_FIFO)
        queue->limit = room < queue->capacity ? room : queue->capacity;
    return 0;
}

static int store(struct async_queue *queue, const void *item)
{
    int error;
    if (queue->count == queue->room && (error = grow(queue)))
        return error;
    if (queue->kind == ASYNC_QUEUE_PRIORITY)
        heap_push(queue, item);
    else
        copy(item_at(queue, (queue->first + queue->count) & (queue->room - 1)), item, queue->size);
    queue->count++;
    return 0;
}

/* There is an item. */
static void fetch(struct async_queue *queue, void *item)
{
    queue->count--;
    if (queue->kind == ASYNC_QUEUE_LIFO) {
        copy(item, item_at(queue, queue->count), queue->size);
        return;
    }
    copy(item, item_at(queue, queue->first), queue->size);
    if (queue->kind == ASYNC_QUEUE_PRIORITY)
        heap_close_gap(queue);
    else
        queue->first = (queue->first + 1) & (queue->room - 1);
}

/* ---- who waits for an item ---- */

static bool waits_alone(const struct async_queue *queue)
{
    return (uintptr_t)queue->taker > (uintptr_t)ASYNC_QUEUE_ITEMS;
}

/* Before anything else in this file: who waits alone goes into the ring, so that there is one form
 * to deal with. */
static void unfold(struct async_queue *queue)
{
    if (!waits_alone(queue))
        return;
    struct async_waiter *waiter = &async_queue_wait_of(queue->taker)->waiter;
    waiter->wait.task = queue->taker;
    async__waiters_add(&queue->takers, waiter);
    queue->taker = ASYNC_QUEUE_BUSY;
}

/* The word that the fast paths look at, after a change. */
static void fold(struct async_queue *queue)
{
    struct async_waiter *taker = async__waiters_first(&queue->takers);
    if (queue->closed || async__debug)
        return; /* it stays busy: in debug mode all calls come here */
    if (taker) {
        bool alone = taker->link.next == taker->link.previous;
        if (!alone || taker->wait.task->frame.bits & ASYNC_HINDERED) {
            queue->taker = ASYNC_QUEUE_BUSY;
            return;
        }
        async__waiter_unlink(taker);
        queue->taker = taker->wait.task;
    } else if (async__waiters_first(&queue->putters)) {
        queue->taker = ASYNC_QUEUE_BUSY;
    } else if (queue->count) {
        queue->taker = queue->kind == ASYNC_QUEUE_FIFO ? ASYNC_QUEUE_ITEMS : ASYNC_QUEUE_BUSY;
    } else {
        queue->taker = NULL;
    }
}

static void taker_cancel(struct async_wait *wait, int error)
{
    struct async_queue *queue = (struct async_queue *)wait->kind;
    unfold(queue);
    async__waiter_cancel(wait, error);
    fold(queue);
}

/* ---- put and take, as far as they go without waiting ---- */

static void check(const struct async_queue *queue, size_t size)
{
    async__check_maker(queue->thread);
    if (size != queue->size && queue != &without_memory)
        async__die(NULL, 0, "an item has not the size of its queue's items");
}

static int put(struct async_queue *queue, const void *item)
{
    struct async_waiter *taker = async__waiters_first(&queue->takers);
    int error;
    if (queue->closed)
        return queue->closed;
    if (taker) {
        copy(((struct async_queue_take__wait *)taker)->item, item, queue->size);
        async__waiters_wake(&queue->takers);
    } else if (queue->count == queue->capacity) {
        return -EAGAIN;
    } else if ((error = store(queue, item))) {
        return error;
    }
    queue->unfinished++;
    return 0;
}

static int take(struct async_queue *queue, void *item)
{
    struct async_waiter *putter = async__waiters_first(&queue->putters);
    if (!queue->count)
        return queue->closed ? queue->closed : -EAGAIN;
    fetch(queue, item);
    if (putter) {
        (void)store(queue, ((struct async_queue_put__wait *)putter)->item); /* there is room */
        queue->unfinished++;
        async__waiters_wake(&queue->putters);
    }
    return 0;
}

int async_queue_try_put(struct async_queue *queue, const void *item, size_t size)
{
    check(queue, size);
    unfold(queue);
    int result = put(queue, item);
    fold(queue);
    return result;
}

int async_queue_try_take(struct async_queue *queue, void *item, size_t size)
{
    check(queue, size);
    int result = take(queue, item);
    if (!result)
        fold(queue);
    return result;
}

/* ---- and with waiting ---- */

static enum async_step begin_put(struct async_queue_put__wait *wait, struct async_frame *caller,
                                 struct async_queue *queue, const void *item)
{
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    wait->result = put(queue, item);
    if (wait->result != -EAGAIN)
        return async__at_once(caller);
    wait->result = 0;
    wait->item = item;
    return async__waiters_suspend(&queue->putters, &wait->waiter, &putting, caller);
}

static enum async_step begin_take(struct async_queue_take__wait *wait, struct async_frame *caller,
                                  struct async_queue *queue, void *item)
{
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    wait->result = take(queue, item);
    if (wait->result != -EAGAIN)
        return async__at_once(caller);
    wait->result = 0;
    wait->item = item;
    return async__waiters_suspend(&queue->takers, &wait->waiter, &queue->taking, caller);
}

enum async_step async_queue_put_slow(struct async_frame *caller, struct async_queue_put__wait *wait,
                                     struct async_queue *queue, const void *item, size_t size)
{
    check(queue, size);
    unfold(queue);
    if (begin_put(wait, caller, queue, item) == ASYNC_DONE)
        async__handover(caller);
    fold(queue);
    return ASYNC_PENDING;
}

enum async_step async_queue_take_slow(struct async_frame *caller,
                                      struct async_queue_take__wait *wait,
                                      struct async_queue *queue, void *item, size_t size)
{
    check(queue, size);
    unfold(queue);
    if (begin_take(wait, caller, queue, item) == ASYNC_DONE)
        async__handover(caller);
    fold(queue);
    return ASYNC_PENDING;
}

ASYNC_FORM_3(int, async_queue_take, struct async_queue *, void *, size_t);

/* The handle form of put keeps a copy of the item behind its frame. */
struct async_queue_put__form {
    struct async_frame base;
    int result;
    struct async_queue_put__wait wait;
    struct async_queue *queue;
    size_t size, offset; /* of the item, from the frame */
};

static enum async_step put_resume(struct async_frame *base)
{
    struct async_queue_put__form *self = (struct async_queue_put__form *)base;
    if (base->state == 0) {
        base->state = 1;
        if (async_queue_put__begin(&self->wait, base, self->queue, (char *)self + self->offset,
                                   self->size) == ASYNC_PENDING)
            return ASYNC_PENDING;
    }
    self->result = self->wait.result;
    return ASYNC_DONE;
}

struct async_future *async_queue_put(struct async_queue *queue, const void *item, size_t size)
{
    size_t align = queue->align ? queue->align : 8;
    size_t offset = (sizeof(struct async_queue_put__form) + align - 1) / align * align;
    struct async_future *future = async_coroutine((offset + size + 7) / 8 * 8, align, put_resume);
    struct async_queue_put__form *self = (struct async_queue_put__form *)&future->frame;
    if (async_is_cold(future)) {
        self->queue = queue;
        self->size = size;
        self->offset = offset;
        memcpy((char *)self + offset, item, size);
    }
    return future;
}

ASYNC_FUNCTION_ENTRY(int, async_queue_put, put_resume, sizeof(struct async_queue_put__form))

/* ---- the work that items stand for ---- */

void async_task_done(struct async_queue *queue)
{
    async__check_maker(queue->thread);
    if (!queue->unfinished)
        async__die(NULL, 0, "async_task_done was called more often than items were put");
    if (--queue->unfinished == 0)
        async__waiters_wake_all(&queue->joiners);
}

enum async_step async_join__begin(struct async_join__wait *wait, struct async_frame *caller,
                                  struct async_queue *queue)
{
    async__check_maker(queue->thread);
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    if (!queue->unfinished)
        return async__at_once(caller);
    return async__waiters_suspend(&queue->joiners, &wait->waiter, &joining, caller);
}

ASYNC_FORM_1(int, async_join, struct async_queue *);

/* ---- the life of a queue ---- */

struct async_queue *async_queue_new(enum async_queue_kind kind, size_t size, size_t align,
                                    size_t capacity, int (*compare)(const void *, const void *))
{
    struct async_queue *queue = async__allocate(sizeof *queue);
    if (!queue)
        return &without_memory;
    *queue = (struct async_queue){
        .taking = {.cancel = taker_cancel, .name = "async_take"},
        .capacity = capacity ? capacity : SIZE_MAX,
        .size = size,
        .align = align > 8 ? align : 8,
        .kind = kind,
        .compare = compare,
        .taker = async__debug ? ASYNC_QUEUE_BUSY : NULL,
        .thread = &async_thread,
    };
    async__waiters_init(&queue->takers);
    async__waiters_init(&queue->putters);
    async__waiters_init(&queue->joiners);
    return queue;
}

size_t async_queue_len(const struct async_queue *queue)
{
    async__check_maker(queue->thread);
    return queue->count;
}

void async_queue_close(struct async_queue *queue)
{
    async__check_maker(queue->thread);
    if (queue->closed)
        return;
    unfold(queue);
    queue->closed = -EPIPE;
    queue->taker = ASYNC_QUEUE_BUSY;
    async__waiters_fail(&queue->takers, -EPIPE);
    async__waiters_fail(&queue->putters, -EPIPE);
}

void async_queue_free(struct async_queue *queue)
{
    if (!queue || queue == &without_memory)
        return;
    async_queue_close(queue);
    async__waiters_fail(&queue->joiners, -EPIPE);
    async__free(queue->items);
    async__free(queue);
}
