/* The event loop: pops ready tasks, and between them lets timers and I/O have their turn.
 *
 * run() is the hot path. A step resumes the innermost frame of a task; when that ends, its caller
 * goes on directly, until a frame waits or the root frame (marked by the low bit of its `caller`)
 * has ended. turn() comes when nothing is ready, and after 64 steps at the latest: requests of
 * other threads, due timers, then I/O. Whoever wants the loop's attention sooner sets credit to 1.
 *
 * The ready queue of the running loop is in async_thread, where the inline code finds it; enter()
 * and leave() move it there and back. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TURN = 64, LOOPS = 7 };

__thread struct async_thread async_thread;

static __thread struct async_loop *loops[LOOPS + 1];
static __thread uint64_t turns;
static const struct async_backend *chosen_backend = &async__epoll;

uint64_t async__step(void)
{
    return turns * TURN + (TURN - async_thread.credit);
}

struct async_loop *async_loop(void)
{
    return async_thread.loop;
}

/* ---- the hot path ---- */

/* Requests of other threads and of the signal handler. */
static void serve_posts(struct async_loop *loop)
{
    if (loop->interrupted) {
        loop->interrupted = 0;
        async_cancel(loop->main);
    }
    if (!loop->posted)
        return;
    pthread_mutex_lock(&loop->mutex);
    struct async_post *post = loop->posts;
    loop->posts = NULL;
    loop->posts_tail = &loop->posts;
    loop->posted = false;
    pthread_mutex_unlock(&loop->mutex);
    while (post) {
        struct async_post *next = post->next;
        post->run(post);
        post = next;
    }
}

/* Between steps; `idle`: no task is ready. False: the loop is to stop. */
static bool turn(struct async_loop *loop, bool idle)
{
    struct async_thread *thread = &async_thread;
    thread->credit = TURN;
    thread->budget = ASYNC_BUDGET;
    thread->current = NULL;
    turns++;
    serve_posts(loop);
    uint64_t deadline = UINT64_MAX;
    if (loop->timers.count)
        deadline = async__timers_fire(loop, async__now(loop));
    idle = idle && async__nothing_ready();
    if (loop->stop || (loop->ending && !thread->tasks && idle))
        return false;
    if (idle)
        loop->backend->poll(loop->backend_state, deadline);
    else if (loop->backend->busy(loop->backend_state))
        loop->backend->poll(loop->backend_state, 0);
    return true;
}

/* Takes the whole ready queue: a list that ends with NULL. */
static inline struct async_future *take_ready(void)
{
    struct async_thread *thread = &async_thread;
    if (async__nothing_ready())
        return NULL;
    *thread->tail = NULL;
    thread->tail = &thread->head;
    return thread->head;
}

/* Puts a list back before what is ready. */
static void put_back(struct async_future *list)
{
    struct async_thread *thread = &async_thread;
    struct async_future *last = list;
    if (!list)
        return;
    while (last->next)
        last = last->next;
    if (async__nothing_ready())
        thread->tail = &last->next;
    else
        last->next = thread->head;
    thread->head = list;
}

/* Whether `task` was the last one of its turn. It may be gone: only addresses are compared. */
static inline bool at_end(const struct async_thread *thread, struct async_future *task)
{
    return (struct async_future **)task == thread->end; /* the link is the first member */
}

/* The end of a task, whose root frame had this `caller`. If exactly one task waits for it and
 * nothing else is ready, that task goes on now: what the queue would do, without the queue. */
static inline struct async_future *ended(struct async_future *ended, uintptr_t caller,
                                         struct async_future *task)
{
    struct async_thread *thread = &async_thread;
    struct async_future *waiter = (struct async_future *)(caller - 1);
    thread->tasks--;
    if (!waiter || caller & 2 || (uintptr_t)waiter->next != ((uintptr_t)ended | 1)) {
        async__finish(ended);
        return NULL;
    }
    ended->frame.bits |= ASYNC_FINISHED;
    waiter->frame.bits ^= ASYNC_JOINING ^ ASYNC_READY;
    if (at_end(thread, task) && async__nothing_ready() && thread->credit > 1) {
        thread->credit--;
        return waiter;
    }
    async_push(waiter);
    return NULL;
}

static void run(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    /* The turn's tasks: what was ready when it was taken, up to the one whose link is thread->end.
     * `next` follows `task`; it is read before the task runs, because the task may queue itself
     * again. */
    struct async_future *task = NULL, *next = NULL;
    struct async_frame *frame;
    __asm__("" : "+r"(thread)); /* one register instead of offsets from the thread pointer */
    thread->end = NULL;
    thread->credit = 1; /* begins with a turn */
    for (;;) {
        __asm__("" ::: "memory"); /* credit stays in memory: others set it */
        if (__builtin_expect(--thread->credit == 0, 0)) {
            if (!thread->handover) {
                if (!turn(loop, at_end(thread, task)))
                    break;
                continue;
            }
            frame = thread->handover;
            thread->handover = NULL;
            thread->credit = thread->handover_credit;
        } else {
            if (at_end(thread, task)) {
                if (__builtin_expect(thread->tail == &thread->head, 0)) {
                    thread->credit = 1;
                    continue;
                }
                next = thread->head;
                thread->end = thread->tail;
                thread->tail = &thread->head;
            }
            task = next;
            next = task->next;
            thread->current = task;
            frame = task->leaf;
        }
        while (frame->resume(frame) == ASYNC_DONE) {
            frame = frame->caller;
            if (!((uintptr_t)frame & 1))
                continue;
            struct async_future *waiter = ended(thread->current, (uintptr_t)frame, task);
            if (!waiter)
                break;
            thread->current = task = waiter; /* a turn of its own */
            thread->end = &waiter->next;
            frame = waiter->leaf;
        }
    }
    if (!at_end(thread, task)) {
        *thread->end = NULL;
        put_back(next);
    }
    thread->current = NULL;
}

/* ---- the running loop ---- */

/* How far the C stack may grow below here before async_await trampolines. */
static char *stack_floor(char *here)
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

static uint32_t spawn_bits(const struct async_loop *loop)
{
    return ASYNC_READY | loop->slot << ASYNC_LOOP_SHIFT | (loop->ending ? ASYNC_CANCELLED : 0);
}

static void enter(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    if (thread->loop)
        async__die(NULL, 0, "a loop was run or ended while a loop runs");
    thread->loop = loop;
    thread->head = loop->head;
    thread->tail = loop->head ? loop->tail : &thread->head;
    thread->tasks = loop->tasks;
    thread->spawn_bits = spawn_bits(loop);
    thread->floor = stack_floor((char *)__builtin_frame_address(0));
}

static void leave(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    loop->head = NULL;
    if (!async__nothing_ready()) {
        *thread->tail = NULL;
        loop->head = thread->head;
        loop->tail = thread->tail;
    }
    loop->tasks = thread->tasks;
    thread->loop = NULL;
    thread->current = NULL;
    thread->spawn_bits = 0;
}

struct async_loop *async_loop_new(void)
{
    struct async_loop *loop;
    uint32_t slot = 1;
    int error;
    const char *debug = getenv("ASYNC_DEBUG");
    if (debug && *debug == '1')
        async__frames_from_malloc = true;
    while (slot <= LOOPS && loops[slot])
        slot++;
    if (slot > LOOPS) {
        errno = EAGAIN;
        return NULL;
    }
    if (!(loop = async__allocate(sizeof *loop)))
        return NULL;
    *loop = (struct async_loop){.backend = chosen_backend, .slot = slot};
    loop->posts_tail = &loop->posts;
    pthread_mutex_init(&loop->mutex, NULL);
    pthread_cond_init(&loop->quiet, NULL);
    if ((error = loop->backend->open(&loop->backend_state)) < 0) {
        async__free(loop);
        errno = -error;
        return NULL;
    }
    loops[slot] = loop;
    return loop;
}

struct stopper {
    struct async_listener listener;
    struct async_loop *loop;
};

static void stop_notify(struct async_listener *listener, struct async_future *future)
{
    (void)future;
    async_loop_stop(((struct stopper *)listener)->loop);
}

static void stop_drop(struct async_listener *listener)
{
    (void)listener; /* its loop keeps an owner */
}

bool async__loop_run(struct async_loop *loop, struct async_future *future)
{
    struct stopper stopper = {{0, stop_notify, stop_drop}, loop};
    enter(loop);
    loop->stop = false;
    if (async_is_cold(future))
        async_spawn(future, NULL, 0);
    if (!async_done(future)) {
        async__listen(future, &stopper.listener);
        run(loop);
        if (!async_done(future))
            async__unlisten(future, &stopper.listener);
    }
    leave(loop);
    return async_done(future);
}

void async_loop_stop(struct async_loop *loop)
{
    loop->stop = true;
    if (async_thread.loop == loop)
        async_thread.credit = 1;
}

/* ---- requests of other threads ---- */

void async__post(struct async_loop *loop, struct async_post *post)
{
    pthread_mutex_lock(&loop->mutex);
    post->next = NULL;
    *loop->posts_tail = post;
    loop->posts_tail = &post->next;
    loop->posted = true;
    loop->backend->wake(loop->backend_state);
    if (--loop->helpers == 0)
        pthread_cond_signal(&loop->quiet);
    pthread_mutex_unlock(&loop->mutex);
}

/* ---- resources ---- */

void async__resource_add(struct async_loop *loop, struct async_resource *resource)
{
    resource->next = loop->resources;
    resource->link = &loop->resources;
    if (resource->next)
        resource->next->link = &resource->next;
    loop->resources = resource;
}

void async__resource_remove(struct async_resource *resource)
{
    *resource->link = resource->next;
    if (resource->next)
        resource->next->link = resource->link;
}

/* ---- the end of a loop ---- */

static bool is_task_of(const struct async_future *future, const struct async_loop *loop)
{
    uint32_t status = async__status(future);
    if (status != ASYNC_READY && status != ASYNC_WAITING && status != ASYNC_JOINING)
        return false;
    if (async__is_pure(future) || async__is_callback(future))
        return false;
    return (future->frame.bits >> ASYNC_LOOP_SHIFT & LOOPS) == loop->slot;
}

static void cancel_visit(struct async_future *future, void *loop)
{
    if (is_task_of(future, loop))
        async_cancel(future);
}

static void stop_fire(struct async_timer *timer)
{
    (void)timer;
    async_loop_stop(async_thread.loop);
}
static const struct async_timer_kind stop_timer = {stop_fire};

static double shutdown_seconds(void)
{
    const char *text = getenv("ASYNC_SHUTDOWN_SECONDS");
    char *end;
    double seconds = text ? strtod(text, &end) : 10;
    return text && (end == text || !(seconds >= 0)) ? 10 : seconds;
}

/* Cancels all tasks and waits for their end, up to a time. */
static void join_tasks(struct async_loop *loop, uint64_t deadline)
{
    struct async_timer timer = {.kind = &stop_timer};
    async__blocks_visit(cancel_visit, loop);
    if (async__timer_arm(loop, &timer, deadline))
        return;
    loop->stop = false;
    run(loop);
    async__timer_disarm(loop, &timer);
}

/* Takes a task that will not end out of its wait; it is ready then. */
static void detach_visit(struct async_future *future, void *loop)
{
    if (!is_task_of(future, loop))
        return;
    if (async__status(future) == ASYNC_WAITING) {
        struct async_wait *wait = (struct async_wait *)future->next;
        wait->kind->cancel(wait, -ECANCELED);
    } else if (async__status(future) == ASYNC_JOINING) {
        async__leave_chain(future);
    }
}

/* Ends a task that did not end itself. Coroutines that it awaited end with it. */
static void drop_task(struct async_future *task)
{
    struct async_frame *frame = task->leaf;
    task->frame.bits |= ASYNC_TAKEN;
    async__report(task, 0, "a task did not end with its loop and was dropped");
    while (frame != &task->frame) {
        struct async_frame *caller = frame->caller;
        if (frame->bits) {
            struct async_future *coroutine = ASYNC_CONTAINER(frame, struct async_future, frame);
            async__block_free(coroutine);
        }
        frame = caller;
    }
    async__fail(task, -ECANCELED);
}

/* Empties the ready queue of what will not run. */
static void drop_ready(void)
{
    struct async_future *list;
    while ((list = take_ready())) {
        for (struct async_future *next; list; list = next) {
            next = list->next;
            if (async__is_callback(list))
                async__callback_drop(list);
            else
                drop_task(list);
        }
    }
}

static void drop_timers(struct async_loop *loop)
{
    for (uint32_t i = 1; i <= loop->timers.count; i++)
        async__timer_drop(loop->timers.entries[i].timer);
    async__free(loop->timers.entries);
}

/* Waits for threads that still have something to post. */
static void join_helpers(struct async_loop *loop)
{
    pthread_mutex_lock(&loop->mutex);
    while (loop->helpers)
        pthread_cond_wait(&loop->quiet, &loop->mutex);
    pthread_mutex_unlock(&loop->mutex);
    serve_posts(loop);
}

void async_loop_free(struct async_loop *loop)
{
    if (!loop)
        return;
    enter(loop);
    loop->ending = true;
    async_thread.spawn_bits = spawn_bits(loop);
    if (async_thread.tasks)
        join_tasks(loop, async__deadline(loop, shutdown_seconds()));
    async__blocks_visit(detach_visit, loop);
    drop_ready();
    join_helpers(loop);
    while (loop->resources)
        loop->resources->close(loop->resources);
    drop_ready();
    drop_timers(loop);
    async__watches_free(loop);
    loop->backend->close(loop->backend_state);
    leave(loop);
    pthread_mutex_destroy(&loop->mutex);
    pthread_cond_destroy(&loop->quiet);
    loops[loop->slot] = NULL;
    async__free(loop);
    for (uint32_t slot = 1; slot <= LOOPS; slot++)
        if (loops[slot])
            return;
    async__blocks_trim();
}
