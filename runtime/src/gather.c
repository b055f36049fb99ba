/* async_gather: one listener that goes from handle to handle, until all are done.
 *
 * That needs no memory for each handle: those behind the one it listens for are looked at when
 * their turn comes. */
#include "form.h"
#include "scope.h"
#include "waiters.h"

#include <async/gather.h>

typedef struct async_gather__wait gatherer;

void async__begin_borrowed(struct async_future *future)
{
    if (!future)
        async_empty_handle(NULL, 0);
    if (!async__owners(future))
        async__die(NULL, 0, "a handle was waited for that was consumed before");
    if (async__status(future) == ASYNC_INLINE)
        async__die(NULL, 0, "a coroutine was waited for that is being awaited already");
    if (future == async_thread.current)
        async__die(NULL, 0, "a task waits for itself");
    if (async__status(future) == ASYNC_COLD)
        async_spawn_slow(future, NULL, 0);
}

/* The first negative result is taken now: nobody need see it again. */
static int result_of(const gatherer *self)
{
    for (size_t i = 0; i < self->count; i++) {
        struct async_future *future = self->futures[i];
        int error = async__error_of(future);
        if (error >= 0)
            continue;
        if (future != &async__out_of_memory)
            future->frame.bits |= ASYNC_TAKEN;
        return error;
    }
    return 0;
}

/* Listens for the next one that is not done; false: all are, and the result is there. */
static bool listen_on(gatherer *self)
{
    while (self->done < self->count && async_done(self->futures[self->done]))
        self->done++;
    if (self->done < self->count)
        async__listen(self->futures[self->done], &self->listener);
    else
        self->result = result_of(self);
    return self->done < self->count;
}

static void notify(struct async_listener *listener, struct async_future *future)
{
    gatherer *self = ASYNC_CONTAINER(listener, gatherer, listener);
    (void)future;
    if (listen_on(self))
        return;
    async__told(self->wait.task, self->result);
    async__wake_anywhere(&self->wait);
}

/* The handle is gone before its end, unless the loop drops its tasks. */
static void drop(struct async_listener *listener)
{
    const gatherer *self = ASYNC_CONTAINER(listener, gatherer, listener);
    if (!async__loop_of(self->wait.task)->dropping)
        async__die(NULL, 0, "a handle was released that async_gather waited for");
}

static void hand_on(struct async_work *work)
{
    gatherer *self = ASYNC_CONTAINER(work, gatherer, work);
    int reason = async__reason_of(self->wait.task);
    for (size_t i = self->done; reason && i < self->count; i++) {
        struct async_future *future = self->futures[i];
        uint32_t most = async__is_pure(future) ? 2 : 1; /* a pure one's completer owns it, too */
        if (async__owners(future) <= most)
            async__hand_on(future, reason);
    }
}

static void cancel(struct async_wait *wait, int error)
{
    gatherer *self = (gatherer *)wait;
    (void)error;
    if (async__loop_of(wait->task)->dropping)
        async__wake(wait);
    else
        async__put_off(&self->work, hand_on);
}

static struct async_future *awaited(struct async_wait *wait, size_t *index)
{
    const gatherer *self = (const gatherer *)wait;
    while (*index < self->count) {
        struct async_future *future = self->futures[(*index)++];
        if (!async_done(future))
            return future;
    }
    return NULL;
}

static const struct async_wait_kind gather_wait = {
    .cancel = cancel, .name = "async_gather", .joins = true, .awaited = awaited};

enum async_step async_gather__begin(gatherer *self, struct async_frame *caller, size_t count,
                                    struct async_future *const *futures)
{
    *self = (gatherer){.futures = futures, .count = count};
    self->listener = (struct async_listener){0, notify, drop, async_thread.loop};
    for (size_t i = 0; i < count; i++)
        async__begin_borrowed(futures[i]);
    if (!listen_on(self))
        return async__at_once(caller);
    async__suspend(&self->wait, &gather_wait, caller);
    if (async__reason()) {
        async__put_off(&self->work, hand_on);
        async__work_off();
    }
    return ASYNC_PENDING;
}

/* ---- the handle ---- */

struct form {
    struct async_frame base;
    int result;
    size_t count;
    gatherer wait;
    struct async_future *futures[];
};

static enum async_step resume(struct async_frame *base)
{
    struct form *self = (struct form *)base;
    if (base->state == 0) {
        base->state = 1;
        if (async_gather__begin(&self->wait, base, self->count, self->futures) == ASYNC_PENDING)
            return ASYNC_PENDING;
    }
    self->result = self->wait.result;
    return ASYNC_DONE;
}

ASYNC_FUNCTION_ENTRY(int, async_gather, resume, sizeof(struct form))

struct async_future *async_gather_all(size_t count, struct async_future *const *futures)
{
    struct async_future *future = async_coroutine(sizeof(struct form) + count * sizeof *futures,
                                                  _Alignof(struct form), resume);
    struct form *self = (struct form *)&future->frame;
    if (!async_is_cold(future))
        return future;
    self->count = count;
    for (size_t i = 0; i < count; i++)
        self->futures[i] = futures[i];
    return future;
}
