/* Handles: who waits for whom, and what happens at an end. (scope.c has how they are cancelled.)
 *
 * Who waits for a handle hangs in a chain that begins in its root frame's `caller` (low bit set)
 * and costs no memory: a task in a joining wait does not need `next` for anything else. A link is
 *
 *      a task          (tag 0)   waits in async_await
 *      a listener      (tag 2)   wants a call, see struct async_listener
 *      the handle      (tag 1)   the end of the chain: what all of them wait for
 *
 * so a waiting task leads to what it waits for. New waiters come first and the end reverses the
 * chain: first come, first served.
 *
 * A cold coroutine with one owner that is awaited becomes INLINE: it runs inside the task that
 * awaits it, and its frame's caller is the awaiting frame, as if it were embedded. One with several
 * owners, or that was cancelled or listened to, becomes a task. Everything here is single-threaded.
 */
#include "context.h"
#include "debug.h"

#include <string.h>

enum { TAG_END = 1, TAG_LISTENER = 2, TAGS = 3 };

/* `next` of a task that async_await runs where it is awaited leads to the task that awaits it, with
 * this added; nobody else uses it while the task runs. It stays as long as the task goes on, but
 * means nothing once the other one waits in the chain. */
enum { ASYNC_RUN_BY = 2, RUN_BY_TAGS = 7 };

struct async_future async__out_of_memory = {
    .leaf = (struct async_frame *)(intptr_t)-ENOMEM,
    .frame.bits = ASYNC_CLASSES | ASYNC_FINISHED | ASYNC_SLOW | ASYNC_OWNER,
};

/* ---- chains ---- */

static uintptr_t *next_of(uintptr_t link)
{
    if (link & TAG_LISTENER)
        return &((struct async_listener *)(link & ~(uintptr_t)TAGS))->next;
    return (uintptr_t *)&((struct async_future *)link)->next;
}

static void chain_add(struct async_future *future, uintptr_t link)
{
    uintptr_t first = (uintptr_t)future->frame.caller & ~(uintptr_t)TAG_END;
    *next_of(link) = first ? first : ((uintptr_t)future | TAG_END);
    future->frame.caller = (struct async_frame *)(link | TAG_END);
}

static void chain_remove(struct async_future *future, uintptr_t link)
{
    uintptr_t at = (uintptr_t)future->frame.caller & ~(uintptr_t)TAG_END;
    uintptr_t next = *next_of(link);
    if (at == link) {
        future->frame.caller =
            (struct async_frame *)(next & TAG_END ? (uintptr_t)TAG_END : next | TAG_END);
        return;
    }
    while (*next_of(at) != link)
        at = *next_of(at);
    *next_of(at) = next;
}

/* Turns the chain round: first come first. */
static void chain_reverse(struct async_future *future)
{
    uintptr_t link = (uintptr_t)future->frame.caller & ~(uintptr_t)TAG_END;
    uintptr_t reversed = (uintptr_t)future | TAG_END;
    while (link && !(link & TAG_END)) {
        uintptr_t next = *next_of(link);
        *next_of(link) = reversed;
        reversed = link;
        link = next;
    }
    future->frame.caller =
        (struct async_frame *)(reversed & TAG_END ? TAG_END : reversed | TAG_END);
}

/* Takes the first one out; 0 if there is none. */
static uintptr_t chain_pop(struct async_future *future)
{
    uintptr_t link = (uintptr_t)future->frame.caller & ~(uintptr_t)TAG_END;
    if (link)
        chain_remove(future, link);
    return link;
}

struct async_future *async__joined_by(const struct async_future *task)
{
    uintptr_t link = (uintptr_t)task->next;
    while (!(link & TAG_END))
        link = *next_of(link);
    return (struct async_future *)(link & ~(uintptr_t)TAGS);
}

/* The task that runs `running` inside its await, or NULL. */
static struct async_future *run_by(const struct async_future *running)
{
    uintptr_t link = (uintptr_t)running->next;
    bool is_run = async__status(running) == ASYNC_READY && (link & RUN_BY_TAGS) == ASYNC_RUN_BY;
    return is_run ? (struct async_future *)(link - ASYNC_RUN_BY) : NULL;
}

static bool is_running(const struct async_future *task)
{
    struct async_future *running = async_thread.current;
    while (running && running != task)
        running = run_by(running);
    return running;
}

struct async_wait *async__wait_of(const struct async_future *task)
{
    if (async__status(task) != ASYNC_READY || !((uintptr_t)task->next & ASYNC_IN_WAIT) ||
        async_thread.tail == &task->next || is_running(task))
        return NULL;
    return (struct async_wait *)((char *)task->next - ASYNC_IN_WAIT);
}

void async__unmark_running(void)
{
    for (struct async_future *task = async_thread.current; task; task = run_by(task))
        if ((uintptr_t)task->next & ASYNC_IN_WAIT)
            task->next = NULL;
}

struct async_future *async__running_for(const struct async_future *task)
{
    struct async_future *running = async_thread.current, *by = NULL;
    while (running && (by = run_by(running)) && by != task)
        running = by;
    return by && async__status(by) == ASYNC_READY ? running : NULL;
}

bool async__is_awaited(struct async_future *future)
{
    uintptr_t link = (uintptr_t)future->frame.caller & ~(uintptr_t)TAG_END;
    while (link && link & TAG_LISTENER)
        link = *next_of(link);
    return link && !(link & TAG_END);
}

void async__listen(struct async_future *future, struct async_listener *listener)
{
    chain_add(future, (uintptr_t)listener | TAG_LISTENER);
}

void async__unlisten(struct async_future *future, struct async_listener *listener)
{
    chain_remove(future, (uintptr_t)listener | TAG_LISTENER);
}

void async__drop_listeners(struct async_future *future, const struct async_loop *loop)
{
    uintptr_t link = (uintptr_t)future->frame.caller & ~(uintptr_t)TAG_END, next;
    if (async__status(future) == ASYNC_INLINE)
        return; /* nobody but the caller waits */
    for (; link && !(link & TAG_END); link = next) {
        struct async_listener *listener = (struct async_listener *)(link & ~(uintptr_t)TAGS);
        next = *next_of(link);
        if (!(link & TAG_LISTENER) || listener->loop != loop)
            continue;
        async__unlisten(future, listener);
        listener->drop(listener);
    }
}

/* ---- ends ---- */

static void wake(struct async_future *task)
{
    async__set_status(task, ASYNC_READY);
    task->next = NULL; /* it leads to nothing, see async__running_for */
    if (!async__is_foreign(task)) {
        async_push(task);
        return;
    }
    struct async_elsewhere here = async__go(async__loop_of(task));
    async_push(task);
    async__go_back(here);
}

void async__leave_chain(struct async_future *task)
{
    chain_remove(async__joined_by(task), (uintptr_t)task);
    wake(task);
}

void async__finish(struct async_future *future)
{
    future->frame.bits &= ~(uint32_t)ASYNC_REFUSING;
    async__set_status(future, ASYNC_FINISHED);
    chain_reverse(future); /* stays a chain: who is told may take others out */
    for (uintptr_t link; (link = chain_pop(future));) {
        if (link & TAG_LISTENER) {
            struct async_listener *listener = (struct async_listener *)(link & ~(uintptr_t)TAGS);
            listener->notify(listener, future);
        } else {
            wake((struct async_future *)link);
        }
    }
    if (!async__owners(future))
        async__destroy(future);
}

void async__fail(struct async_future *future, int error)
{
    future->frame.bits |= ASYNC_SLOW;
    future->leaf = (struct async_frame *)(intptr_t)(error < 0 ? error : -EINVAL);
    async__finish(future);
}

/* Reports the error with which a task ended, if nobody took it. The handler may look at the handle,
 * and may keep it. */
static void report_unclaimed(struct async_future *future)
{
    int error = future->frame.bits & ASYNC_TAKEN ? 0 : async__error_of(future);
    uint32_t reason = error == -ECANCELED   ? ASYNC_CANCELLED | ASYNC_EXCUSED
                      : error == -ETIMEDOUT ? ASYNC_TIMED
                                            : 0;
    bool asked_for = future->frame.bits & reason;
    if (error >= 0 || asked_for || async__is_pure(future))
        return;
    future->frame.bits |= ASYNC_TAKEN; /* once is enough */
    future->frame.bits += ASYNC_OWNER;
    async__report(future, error, "the result of a task that nobody awaited");
    future->frame.bits -= ASYNC_OWNER;
}

/* Frees a handle that nobody owns and that does not run. */
void async__destroy(struct async_future *future)
{
    if (async__status(future) == ASYNC_FINISHED) {
        report_unclaimed(future);
        if (async__owners(future))
            return;
    } else if (async__status(future) != ASYNC_INLINE && future->frame.caller) {
        for (uintptr_t link; (link = chain_pop(future));) { /* no task: it would own the handle */
            struct async_listener *listener = (struct async_listener *)(link & ~(uintptr_t)TAGS);
            listener->drop(listener);
        }
    }
    async__block_free(future);
}

/* A task that has not ended lives without owners, too. */
static bool runs(const struct async_future *future)
{
    uint32_t status = async__status(future);
    return !async__is_pure(future) && (status == ASYNC_READY || status == ASYNC_JOINING);
}

/* One owner is left: if that is a cancelled task that waits for it, the request is handed on now.
 */
static void left_to_one(struct async_future *future)
{
    uintptr_t link = (uintptr_t)future->frame.caller & ~(uintptr_t)TAG_END;
    for (; link && !(link & TAG_END); link = *next_of(link)) {
        const struct async_future *task = (const struct async_future *)link;
        if (link & TAG_LISTENER || !(task->frame.bits & ASYNC_CANCELLED))
            continue;
        async__request(future, async__reason_of(task));
        return;
    }
}

void async__disown(struct async_future *future)
{
    if (future == &async__out_of_memory)
        return;
    async__check_thread(future);
    if (!async__owners(future))
        async__die(NULL, 0, "a handle was used that was consumed before");
    future->frame.bits -= ASYNC_OWNER;
    if (!runs(future)) {
        if (!async__owners(future))
            async__destroy(future);
    } else if (async__owners(future) == 1) {
        left_to_one(future);
    }
}

void async_release(struct async_future *future)
{
    if (future)
        async__disown(future);
}

struct async_future *async_retain(struct async_future *future)
{
    if (!future)
        async_empty_handle(NULL, 0);
    if (future == &async__out_of_memory)
        return future;
    async__check_thread(future);
    if (!async__owners(future) && !runs(future))
        async__die(NULL, 0, "a handle was retained that was consumed");
    if (async__owners(future) == UINT32_MAX >> ASYNC_OWNER_SHIFT)
        async__die(NULL, 0, "a handle has too many owners");
    future->frame.bits += ASYNC_OWNER;
    return future;
}

void async_empty_handle(const char *file, int line)
{
    async__die(file, line, "an empty handle was used (consumed before, or never set)");
}

void async_spawn_slow(struct async_future *future, const char *file, int line)
{
    struct async_loop *loop = async_thread.loop;
    if (!future)
        async_empty_handle(file, line);
    if (!loop)
        async__die(file, line, "spawn where no loop runs");
    async__check_thread(future);
    if (!async__owners(future))
        async__die(file, line, "spawn of a handle that was consumed");
    if (async__status(future) != ASYNC_COLD)
        return;
    int error = async__context_inherit(future);
    async__env_set_place(future, file, line);
    future->frame.caller = (struct async_frame *)((uintptr_t)future->frame.caller | TAG_END);
    if (error) {
        async__arguments_give_up(future);
        async__fail(future, error); /* as if there had been no memory for the handle */
        return;
    }
    future->frame.bits |= async__spawn_bits(loop);
    if (loop->ending)
        loop->alive++;
    async_push(future);
}

struct async_future *async_task_slow(size_t size, size_t align,
                                     enum async_step (*resume)(struct async_frame *), void *place)
{
    int line;
    const char *file = async__place(place, &line);
    return async_spawn(async_coroutine_slow(size, align, resume), file, line);
}

/* ---- waiting ---- */

/* A joining wait of a task that was cancelled already. */
static void hand_on(struct async_future *task, struct async_future *joined)
{
    if (async__owners(joined) != 1)
        return;
    joined->frame.bits |= ASYNC_SLOW; /* async_collect looks whether it told */
    async__request(joined, async__reason_of(task));
}

static __attribute__((noinline)) enum async_step join(struct async_frame *caller,
                                                      struct async_future *future)
{
    struct async_future *task = async_thread.current;
    if (future == task)
        async__die(NULL, 0, "a task awaits itself");
    bool cancelled = task->frame.bits & ASYNC_CANCELLED;
    if (async__is_pure(future) && cancelled)
        return async__refuse(caller);
    task->leaf = caller;
    async__set_status(task, ASYNC_JOINING);
    chain_add(future, (uintptr_t)task);
    if (cancelled)
        hand_on(task, future);
    return ASYNC_PENDING;
}

static __attribute__((noinline)) enum async_step await_other(struct async_frame *caller,
                                                             struct async_future *future)
{
    const uint32_t mask = ~(ASYNC_OWNER - 1u) | ASYNC_STATUS | ASYNC_CANCELLED;
    async__check_thread(future);
    if ((future->frame.bits & mask) == ASYNC_OWNER && !future->frame.caller)
        return async__run_inline(caller, future);
    if (!async__owners(future))
        async__die(NULL, 0, "a handle was awaited that was consumed before");
    switch (async__status(future)) {
    case ASYNC_FINISHED:
        return ASYNC_DONE;
    case ASYNC_INLINE:
        async__die(NULL, 0, "a coroutine was awaited that is being awaited already");
    case ASYNC_COLD:
        async_spawn_slow(future, NULL, 0);
        break;
    default:
        break;
    }
    return join(caller, future);
}

/* The rest of a joining wait that began with running what it waits for. */
static __attribute__((noinline)) enum async_step
joined_late(struct async_future *task, struct async_future *joined, enum async_step step)
{
    async__set_status(task, ASYNC_JOINING);
    chain_add(joined, (uintptr_t)task);
    if (step == ASYNC_DONE) {
        async__finish(joined);
        return ASYNC_PENDING;
    }
    async_thread.loop->alive++;               /* it was counted as ended */
    if (task->frame.bits & ASYNC_CANCELLED) { /* when it may have had another owner */
        struct async_future *suspended = async_thread.current;
        if (!async_thread.handover)
            async_thread.current = NULL; /* who waits does not run */
        hand_on(task, joined);
        async_thread.current = suspended;
    }
    return ASYNC_PENDING;
}

/* The loop takes its turn first, if that is for anything. */
static __attribute__((noinline)) enum async_step await_after_turn(struct async_frame *caller,
                                                                  struct async_future *future)
{
    async_thread.room++;
    if (async__skip_turn(async_thread.loop))
        return async_await(caller, future);
    async_thread.credit = 1;
    return await_other(caller, future);
}

enum async_step async_await(struct async_frame *caller, struct async_future *future)
{
    struct async_thread *thread = &async_thread;
    struct async_future *task = thread->current;
    const uint32_t mask = ~(ASYNC_OWNER - 1u) | ASYNC_STATUS | ASYNC_CANCELLED;
    uint32_t bits = future->frame.bits & mask;
    bool next = bits == (ASYNC_OWNER | ASYNC_READY) && thread->head == future &&
                thread->tail == &future->next && future->leaf == &future->frame &&
                !(task->frame.bits & ASYNC_CANCELLED) && async__has_stack();
    if (__builtin_expect(!next, 0))
        return await_other(caller, future);
    if (__builtin_expect(--thread->room < 0, 0))
        return await_after_turn(caller, future);
    /* A task that is next in the queue and alone there begins here and now, without a way back
     * through the loop: nobody can tell the difference. Its waiter is linked only if it waits.
     * (What this path stores is what it costs.) */
    memcpy(&thread->head, &thread->idle, 2 * sizeof thread->head); /* empty, for the loop as well */
    thread->current = future;
    future->next = (struct async_future *)((char *)task + ASYNC_RUN_BY);
    task->leaf = caller;
    enum async_step step = future->frame.resume(&future->frame);
    bool told = step != ASYNC_PENDING && thread->tail == thread->none &&
                future->frame.caller == (struct async_frame *)TAG_END;
    if (__builtin_expect(!told, 0))
        return joined_late(task, future, step);
    thread->current = task;
    future->frame.bits |= ASYNC_FINISHED;
    return step; /* DONE, in the register where it is */
}
