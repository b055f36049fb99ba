/* The event loop: pops ready tasks, and between them lets timers and I/O have their turn.
 *
 * run() is the hot path. A step resumes the innermost frame of a task; when that ends, its caller
 * goes on directly, until a frame waits or the root frame (marked by the low bit of its `caller`)
 * has ended. turn() comes when nothing is ready, and after 64 steps at the latest: requests of
 * other threads, due timers, then I/O. Whoever wants the loop's attention sooner sets credit to 1.
 *
 * The ready queue of the running loop is in async_thread, where the inline code finds it; enter()
 * and leave() move it there and back.
 *
 * Programs know a loop by a number in the form of a pointer, which no later loop has: memory is
 * used again, so an address would mean another loop one day. Its low bits are the loop's slot. */
#include "debug.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LOOPS = 7 };

__thread struct async_thread async_thread = {.spare = &async_no_block};

static __thread struct async_loop *loops[LOOPS + 1];
static __thread uint64_t turns;
static __thread uint64_t made;                /* loops */
static __thread struct async_future *orphans; /* callbacks that became ready where no loop ran */

uint64_t async__step(void)
{
    return turns * ASYNC_TURN + (ASYNC_TURN - async_thread.credit);
}

struct async_loop *async_loop(void)
{
    return async_thread.loop ? async_thread.loop->handle : NULL;
}

struct async_loop *async__own_loop(struct async_loop *handle)
{
    struct async_loop *loop = loops[(uintptr_t)handle & LOOPS];
    if (!loop || loop->handle != handle)
        async__die(NULL, 0, "a loop was used that has ended, or that another thread made");
    return loop;
}

/* How far the C stack may grow below here before async_await trampolines. */
static __attribute__((noinline)) char *stack_floor(char *here)
{
    size_t room = 256 * 1024, size = 0;
    struct rlimit limit;
    if (getpid() == gettid()) {
        if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
            size = limit.rlim_cur;
    } else {
        pthread_attr_t attributes;
        if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
            pthread_attr_getstacksize(&attributes, &size);
            pthread_attr_destroy(&attributes);
        }
    }
    if (size && size / 8 < room)
        room = size / 8;
    return here - room;
}

/* ---- the hot path ---- */

/* Whether there are requests of other threads or of the signal handler. */
static bool is_asked(const struct async_loop *loop)
{
    return __atomic_load_n(&loop->interrupted, __ATOMIC_RELAXED) ||
           __atomic_load_n(&loop->posted, __ATOMIC_RELAXED);
}

void async__serve_posts(struct async_loop *loop)
{
    if (__atomic_load_n(&loop->interrupted, __ATOMIC_RELAXED)) {
        __atomic_store_n(&loop->interrupted, 0, __ATOMIC_RELAXED);
        async_cancel(loop->main);
    }
    if (!__atomic_load_n(&loop->posted, __ATOMIC_RELAXED))
        return;
    pthread_mutex_lock(&loop->mutex);
    struct async_post *post = loop->posts;
    loop->posts = NULL;
    loop->posts_tail = &loop->posts;
    __atomic_store_n(&loop->posted, false, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&loop->mutex);
    while (post) {
        struct async_post *next = post->next;
        post->run(post);
        post = next;
    }
}

void async__count_ended(struct async_loop *loop)
{
    loop->alive -= (size_t)(ASYNC_TURN - async_thread.room); /* only while it ends is that true */
    async_thread.room = ASYNC_TURN;
}

bool async__skip_turn(struct async_loop *loop)
{
    if (is_asked(loop) || loop->stop || loop->timers.count ||
        loop->backend->busy(loop->backend_state))
        return false;
    async__count_ended(loop);
    return true;
}

/* Between steps. False: the loop is to stop. */
static inline __attribute__((always_inline)) bool turn(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    thread->credit = ASYNC_TURN;
    thread->budget = ASYNC_BUDGET;
    async__count_ended(loop);
    thread->current = NULL;
    turns++;
    if (is_asked(loop))
        async__serve_posts(loop);
    uint64_t deadline = UINT64_MAX;
    if (loop->timers.count)
        deadline = async__timers_fire(loop, async__now(loop));
    bool idle = async__nothing_ready();
    if (loop->stop || (loop->ending && !loop->alive && idle))
        return false;
    if (idle)
        loop->backend->poll(loop->backend_state, deadline);
    else if (loop->backend->busy(loop->backend_state))
        loop->backend->poll(loop->backend_state, 0);
    return true;
}

bool async__turn(struct async_loop *loop)
{
    return turn(loop);
}

/* Takes the whole ready queue: a list that ends with NULL. */
struct async_future *async__take_ready(void)
{
    struct async_thread *thread = &async_thread;
    if (async__nothing_ready())
        return NULL;
    *thread->tail = NULL;
    thread->tail = thread->none;
    return thread->head;
}

/* The end of a task, whose root frame had this `caller`. If exactly one task waits for it and
 * nothing else is ready, that task goes on now: what the queue would do, without the queue. */
static __attribute__((noinline)) struct async_future *ended(struct async_future *ended,
                                                            uintptr_t caller)
{
    struct async_thread *thread = &async_thread;
    struct async_future *waiter = (struct async_future *)(caller - 1);
    thread->room--;
    if (!waiter || caller & 2 || (uintptr_t)waiter->next != ((uintptr_t)ended | 1) ||
        async__is_foreign(waiter)) {
        async__finish(ended);
        return NULL;
    }
    ended->frame.caller = (struct async_frame *)1; /* nobody waits any more */
    ended->frame.bits |= ASYNC_FINISHED;
    waiter->frame.bits ^= ASYNC_JOINING ^ ASYNC_READY;
    if (async__nothing_ready() && thread->credit > 1) {
        thread->credit--;
        return waiter;
    }
    async_push(waiter);
    return NULL;
}

/* The frame has ended: resumes its callers until one of them waits. */
static __attribute__((noinline)) void go_on(struct async_frame *frame)
{
    struct async_thread *thread = &async_thread;
    do {
        frame = frame->caller;
        if (!((uintptr_t)frame & 1))
            continue;
        struct async_future *waiter = ended(thread->current, (uintptr_t)frame);
        if (!waiter)
            break;
        thread->current = waiter;
        frame = waiter->leaf;
    } while (frame->resume(frame) == ASYNC_DONE);
}

/* Credit is used up: somebody has handed over, or a turn is due. False: the loop is to stop. */
static inline __attribute__((always_inline)) bool attend(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    if (!thread->handover)
        return turn(loop);
    /* both in registers: the kernel, which sends, drives the task out of the nearest cache */
    struct async_frame *frame = thread->handover;
    enum async_step (*resume)(struct async_frame *) = frame->resume;
    thread->current->leaf = frame;
    thread->handover = NULL;
    thread->credit = thread->handover_credit;
    if (thread->send && async__send(thread) == ASYNC_PENDING)
        return true;
    if (resume(frame) == ASYNC_DONE)
        go_on(frame);
    return true;
}

/* What the loop finds where the task that it took from a longer queue has run the rest itself. */
static enum async_step idle(struct async_frame *frame)
{
    (void)frame;
    async_thread.current = NULL;
    async_thread.credit = 1;
    return ASYNC_PENDING;
}
struct async_future async__idle = {
    .next = &async__idle,
    .leaf = &async__idle.frame,
    .frame.resume = idle,
};

__attribute__((hot)) void async__run(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    struct async_future *task;
    struct async_frame *frame;
    thread->floor = stack_floor((char *)__builtin_frame_address(0));
    if (loop->observed) {
        async__run_observed(loop);
        return;
    }
    __asm__("" : "+r"(thread));   /* one register instead of offsets from the thread pointer */
    thread->credit = 1;           /* begins with a turn */
    for (;;) {                    /* here somebody is ready, if only `idle`, or credit is 1 */
        __asm__("" ::: "memory"); /* credit stays in memory: others set it */
        if (__builtin_expect(--thread->credit == 0, 0)) {
            if (!attend(loop))
                break;
        } else if (__builtin_expect(thread->tail != &(task = thread->head)->next, 1)) {
            thread->head = task->next;
            thread->current = task;
            frame = task->leaf;
            if (__builtin_expect(frame->resume(frame) == ASYNC_PENDING, 1))
                continue;
            go_on(frame);
        } else {
            do {                              /* as long as it is the only one */
                thread->tail = &thread->head; /* head may stay as it is */
                thread->current = task;
                frame = task->leaf;
                if (frame->resume(frame) == ASYNC_DONE)
                    go_on(frame);
            } while (thread->tail == &(task = thread->head)->next && --thread->credit);
            if (!thread->credit)
                thread->credit = 1;
        }
        while (__builtin_expect(async__nothing_ready(), 0) && thread->credit > 1) {
            thread->current = NULL;
            if (!loop->backend->next || !loop->backend->next(loop->backend_state))
                thread->credit = 1;
        }
    }
    thread->current = NULL;
}

/* ---- the running loop ---- */

uint32_t async__spawn_bits(const struct async_loop *loop)
{
    return ASYNC_READY | loop->slot << ASYNC_LOOP_SHIFT | (loop->ending ? ASYNC_CANCELLED : 0);
}

void async__enter(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    if (thread->loop)
        async__die(NULL, 0, "a loop was run or ended while a loop runs");
    thread->loop = loop;
    thread->idle = &async__idle;
    thread->none = &thread->head;
    thread->head = loop->head ? loop->head : thread->idle; /* where it goes on, more was ready */
    thread->tail = loop->head ? loop->tail : thread->none;
    thread->room = ASYNC_TURN;
    async__set_spawn_bits(async__inline_spawn_bits(loop));
    thread->loop_bits = loop->slot << ASYNC_LOOP_SHIFT;
    while (orphans) {
        struct async_future *callback = orphans;
        orphans = callback->next;
        async_push(callback);
    }
}

void async__leave(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    loop->head = NULL;
    if (!async__nothing_ready()) {
        *thread->tail = NULL;
        loop->head = thread->head;
        loop->tail = thread->tail;
    }
    async__count_ended(loop);
    async__unmark_running();
    thread->loop = NULL;
    thread->current = NULL;
    thread->loop_bits = 0;
    async__set_spawn_bits(0);
}

struct async_loop *async__loop_of(const struct async_future *task)
{
    return loops[task->frame.bits >> ASYNC_LOOP_SHIFT & LOOPS];
}

void async__loops_now(uint64_t now[8])
{
    for (uint32_t slot = 1; slot <= LOOPS; slot++)
        now[slot] = loops[slot] ? async__now(loops[slot]) : 0;
}

/* How many loops the thread has. */
static unsigned count_loops(void)
{
    unsigned count = 0;
    for (uint32_t slot = 1; slot <= LOOPS; slot++)
        count += loops[slot] != NULL;
    async_thread.has_loops = count > 1;
    return count;
}

bool async__has_loop(void)
{
    return count_loops() > 0;
}

bool async__loop_forget(const struct async_loop *loop)
{
    loops[loop->slot] = NULL;
    return !async__has_loop();
}

struct async_elsewhere async__go(struct async_loop *loop)
{
    struct async_elsewhere here = {async_thread.loop, async_thread.current};
    if (here.loop)
        async__leave(here.loop);
    async__enter(loop);
    return here;
}

void async__go_back(struct async_elsewhere elsewhere)
{
    async__leave(async_thread.loop);
    if (elsewhere.loop)
        async__enter(elsewhere.loop);
    async_thread.current = elsewhere.current;
}

void async__push_callback(struct async_future *callback)
{
    struct async_future **last = &orphans;
    if (async_thread.loop) {
        async_push(callback);
        return;
    }
    while (*last)
        last = &(*last)->next;
    callback->next = NULL;
    *last = callback;
}

/* A number that no other loop of the process has had. */
static struct async_loop *new_handle(uint32_t slot)
{
    static uint64_t last;
    uint64_t number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    return (struct async_loop *)(uintptr_t)(number * (LOOPS + 1) + slot);
}

struct async_loop *async__loop_new(void)
{
    struct async_loop *loop;
    uint32_t slot = 1;
    async__choose_modes();
    while (slot <= LOOPS && loops[slot])
        slot++;
    if (slot > LOOPS) {
        errno = EAGAIN;
        return NULL;
    }
    if (!(loop = async__allocate(sizeof *loop)))
        return NULL;
    *loop = (struct async_loop){.thread = &async_thread, .slot = slot};
    loop->posts_tail = &loop->posts;
    pthread_mutex_init(&loop->mutex, NULL);
    int error = async__backend_open(loop);
    if (error) {
        pthread_mutex_destroy(&loop->mutex);
        async__free(loop);
        errno = -error;
        return NULL;
    }
    loop->timers.elapsed = async__now(loop);
    loop->seeded = loop->backend->simulated && async__seed(&loop->random);
    loop->observed = loop->seeded || async__debug || async__sweeping;
    loop->number = ++made;
    loop->handle = new_handle(slot);
    loops[slot] = loop;
    count_loops();
    async__loop_open(loop);
    return loop;
}

struct async_loop *async_loop_new(void)
{
    struct async_loop *loop = async__loop_new();
    return loop ? loop->handle : NULL;
}

struct stopper {
    struct async_listener listener;
    struct async_loop *loop;
};

static void stop_notify(struct async_listener *listener, struct async_future *future)
{
    (void)future;
    async__loop_stop(((struct stopper *)listener)->loop);
}

static void stop_drop(struct async_listener *listener)
{
    (void)listener; /* its loop keeps an owner */
}

void async__run_until(struct async_loop *loop, struct async_future *task)
{
    struct stopper stopper = {{0, stop_notify, stop_drop, NULL}, loop};
    loop->stop = false;
    if (async_done(task))
        return;
    async__listen(task, &stopper.listener);
    async__run(loop);
    if (!async_done(task))
        async__unlisten(task, &stopper.listener);
}

bool async__loop_run(struct async_loop *loop, struct async_future *future)
{
    async__enter(loop);
    if (async_is_cold(future))
        async_spawn(future, NULL, 0);
    loop->running = future;
    async__run_until(loop, future);
    loop->running = NULL;
    async__leave(loop);
    return async_done(future);
}

void async__loop_stop(struct async_loop *loop)
{
    loop->stop = true;
    if (async_thread.loop == loop)
        async_thread.credit = 1;
}

void async_loop_stop(struct async_loop *handle)
{
    async__loop_stop(async__own_loop(handle));
}

/* ---- requests of other threads ---- */

void async__post(struct async_loop *loop, struct async_post *post)
{
    pthread_mutex_lock(&loop->mutex);
    post->next = NULL;
    *loop->posts_tail = post;
    loop->posts_tail = &post->next;
    __atomic_store_n(&loop->posted, true, __ATOMIC_RELAXED);
    loop->backend->wake(loop->backend_state);
    pthread_mutex_unlock(&loop->mutex);
}
