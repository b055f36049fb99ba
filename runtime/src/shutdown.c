/* The end of a loop: cancel, join, drop, close, free, in this order.
 *
 * All tasks of the loop are found by walking the thread's blocks. They are cancelled and the loop
 * runs until all have ended or the time is over. Async generators that somebody still holds are
 * closed then, one after the other, for one may use another; since they belong to no loop, the
 * thread's last one does that. What is left then is taken out of its wait, so
 * that all of it is in the ready queue, and dropped from there: nothing may touch a frame that is
 * gone. Streams, servers and descriptors are closed after the last task; threads are waited for
 * within the same time. What other threads asked for before the end is done first. */
#include "debug.h"

#include <stdlib.h>

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

static void count_visit(struct async_future *future, void *loop)
{
    if (async__is_task_of(future, loop))
        ((struct async_loop *)loop)->alive++;
}

/* From here on spawns take the long way, which counts, too. */
static void count_alive(struct async_loop *loop)
{
    loop->alive = 0;
    async__blocks_visit(count_visit, loop);
}

static bool has_tasks(struct async_loop *loop)
{
    async__count_ended(loop);
    return loop->alive > 0;
}

static void cancel_visit(struct async_future *future, void *loop)
{
    if (async__is_task_of(future, loop))
        async_cancel(future);
}

static void stop_fire(struct async_timer *timer)
{
    (void)timer;
    async__loop_stop(async_thread.loop);
}
static const struct async_timer_kind stop_timer = {stop_fire};

static double shutdown_seconds(void)
{
    const char *text = getenv("ASYNC_SHUTDOWN_SECONDS");
    char *end;
    double seconds = text ? strtod(text, &end) : 10;
    return text && (end == text || !(seconds >= 0)) ? 10 : seconds;
}

/* Waits for the end of all tasks, up to a time. Callbacks that are due run, too: those of futures
 * that are done, and what other threads asked for. */
static void join_tasks(struct async_loop *loop, uint64_t deadline)
{
    struct async_timer timer = {.kind = &stop_timer};
    if (!has_tasks(loop) && async__nothing_ready())
        return;
    async__timer_arm(loop, &timer, deadline);
    loop->stop = false;
    async__run(loop);
    async__timer_disarm(loop, &timer);
}

static void close_generator(struct async_loop *loop, struct async_future *generator,
                            uint64_t deadline)
{
    struct async_timer timer = {.kind = &stop_timer};
    struct async_future *closer = async__generator_finish(generator);
    async__timer_arm(loop, &timer, deadline);
    async__run_until(loop, closer);
    async__timer_disarm(loop, &timer);
    async_release(closer);
}

/* Tasks that do not end have used up the time: there is a little more then, since all waits are
 * refused and what a generator deferred need not take any. */
static void close_generators(struct async_loop *loop, uint64_t deadline)
{
    struct async_future *list, *next;
    uint64_t least = async__deadline(loop, 0.1), until = deadline < least ? least : deadline;
    do {
        list = async__unfinished_generators();
        for (struct async_future *generator = list; generator; generator = next) {
            next = generator->next;
            close_generator(loop, generator, until);
        }
    } while (list && async__now(loop) < until); /* what they deferred may have left others */
    if (async__now(loop) < deadline)
        join_tasks(loop, deadline);
}

/* Nobody listens any more, who may be in a frame that is dropped. */
static void listeners_visit(struct async_future *future, void *loop)
{
    if (async__is_callback(future))
        return;
    future->frame.bits += ASYNC_OWNER; /* those who listened may have been the owners */
    async__drop_listeners(future, loop);
    async__disown(future);
}

/* Takes a task that will not end out of its wait; it is ready then. */
static void detach_visit(struct async_future *future, void *loop)
{
    if (!async__is_task_of(future, loop))
        return;
    struct async_wait *wait = async__wait_of(future);
    if (wait)
        wait->kind->cancel(wait, -ECANCELED);
    else if (async__status(future) == ASYNC_JOINING)
        async__leave_chain(future);
}

/* Looks for the block whose root frame this is. */
struct search {
    const struct async_frame *frame;
    struct async_future *found;
};

static void search_visit(struct async_future *future, void *arg)
{
    struct search *search = arg;
    if (&future->frame == search->frame)
        search->found = future;
}

/* Ends a task that did not end itself. Coroutines that it awaited, in blocks of their own, end with
 * it; they are found among the frames from the innermost one to its root, which are embedded else.
 */
static void drop_task(struct async_future *task)
{
    struct search search = {task->leaf, NULL};
    async_retain(task);
    async__report(task, 0, "a task did not end with its loop and was dropped");
    async__env_drop(task);
    while (search.frame != &task->frame) {
        struct async_frame *caller = search.frame->caller;
        search.found = NULL;
        async__blocks_visit(search_visit, &search);
        if (search.found && !async__generator_drop(search.found))
            async__block_free(search.found);
        search.frame = caller;
    }
    async__fail(task, -ECANCELED);
    task->frame.bits |= ASYNC_TAKEN;
    async__disown(task);
}

/* Empties the ready queue of what will not run. */
static void drop_ready(void)
{
    struct async_future *list;
    while ((list = async__take_ready())) {
        for (struct async_future *next; list; list = next) {
            next = list->next;
            if (async__is_callback(list))
                async__callback_drop(list);
            else
                drop_task(list);
        }
    }
}

/* That many seconds from now on CLOCK_MONOTONIC. */
static struct timespec time_after(double seconds)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    if (seconds > 1e9)
        seconds = 1e9;
    time.tv_sec += (time_t)seconds;
    time.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (time.tv_nsec >= 1000000000) {
        time.tv_nsec -= 1000000000;
        time.tv_sec++;
    }
    return time;
}

void async__loop_free(struct async_loop *loop)
{
    double seconds = shutdown_seconds();
    struct timespec until = time_after(seconds);
    async__loop_close(loop);
    async__enter(loop);
    loop->ending = true;
    async__set_spawn_bits(0);
    count_alive(loop);
    async__serve_posts(loop);
    uint64_t deadline = async__deadline(loop, seconds);
    if (has_tasks(loop))
        async__blocks_visit(cancel_visit, loop);
    join_tasks(loop, deadline);
    if (!async_thread.has_loops)
        close_generators(loop, deadline);
    loop->dropping = true;
    if (has_tasks(loop))
        async__blocks_visit(listeners_visit, loop);
    async__blocks_visit(detach_visit, loop);
    async__timers_visit(loop, async__timer_drop); /* they may be in frames that are dropped */
    drop_ready();
    async__pool_end(loop, &until);
    async__serve_posts(loop);
    async__sweep_end(loop);
    while (loop->resources)
        loop->resources->close(loop->resources);
    drop_ready();
    async__timers_visit(loop, async__timer_drop);
    async__watches_free(loop);
    async__report_leaks(loop);
    loop->backend->close(loop->backend_state);
    async__leave(loop);
    pthread_mutex_destroy(&loop->mutex);
    if (async__loop_forget(loop))
        async__blocks_trim();
    async__free(loop);
}

void async_loop_free(struct async_loop *handle)
{
    if (handle)
        async__loop_free(async__own_loop(handle));
}
