/* Callbacks: call_soon, call_later, call_at, and what is called when a future is done.
 *
 * A callback is a block like a task's, so that the ready queue holds one kind of thing and order
 * stays first come, first served; its resume function calls the program and frees the block. It
 * is not counted as a task and has no owner. It keeps a copy of the context in which it was made,
 * as a task does. */
#include "context.h"
#include "debug.h"

struct async_handle {
    struct async_future future; /* frame.caller: the function, for a callback has no caller */
    void *arg;
    struct async_timer timer;
};
_Static_assert(sizeof(struct async_handle) == 96,
               "hundreds of thousands of timers are cache misses");
struct done_callback {
    struct async_future future;
    void (*fn)(struct async_future *, void *);
    void *arg;
    struct async_future *done;
    struct async_listener listener;
};

/* Ends a callback's step: the block is freed and the loop goes on. */
static enum async_step over(struct async_future *block)
{
    async__block_free(block);
    return ASYNC_PENDING;
}

static void set_function(struct async_handle *handle, void (*fn)(void *))
{
    handle->future.frame.caller = (struct async_frame *)(uintptr_t)fn;
}

static void (*function_of(const struct async_handle *handle))(void *)
{
    return (void (*)(void *))(uintptr_t)handle->future.frame.caller;
}

static enum async_step run_handle(struct async_frame *frame)
{
    struct async_handle *self = ASYNC_CONTAINER(frame, struct async_handle, future.frame);
    async_thread.current = NULL;
    void (*fn)(void *) = function_of(self);
    struct async_place_of_context outside =
        async__context_enter(async__context_take(&self->future));
    if (fn)
        fn(self->arg);
    async__context_leave(outside);
    return over(&self->future); /* not before: the callback may cancel its own handle */
}

static enum async_step run_done(struct async_frame *frame)
{
    struct done_callback *self = ASYNC_CONTAINER(frame, struct done_callback, future.frame);
    async_thread.current = NULL;
    struct async_future *done = self->done;
    struct async_place_of_context outside =
        async__context_enter(async__context_take(&self->future));
    self->fn(done, self->arg);
    async__context_leave(outside);
    over(&self->future);
    async__disown(done);
    return ASYNC_PENDING;
}

bool async__is_callback(const struct async_future *future)
{
    return future->frame.resume == run_handle || future->frame.resume == run_done;
}

void async__callback_drop(struct async_future *future)
{
    struct async_future *done = NULL;
    if (future->frame.resume == run_done)
        done = ((struct done_callback *)future)->done;
    async__block_free(future);
    if (done)
        async__disown(done);
}

/* A block for a callback, in no queue yet; it has no owner and the status `status`. */
static void *new_block(size_t size, enum async_step (*resume)(struct async_frame *))
{
    size_t frame_size = size - offsetof(struct async_future, frame);
    struct async_future *future = async_coroutine(frame_size, 8, resume);
    if (!async_is_cold(future)) {
        errno = ENOMEM;
        return NULL;
    }
    future->frame.bits -= ASYNC_OWNER;
    async__set_status(future, ASYNC_READY);
    if (async__context_inherit(future)) {
        async__block_free(future);
        errno = ENOMEM;
        return NULL;
    }
    if (async__debug)
        async__note_place(future);
    return future;
}

/* ---- call_soon, call_later, call_at ---- */

static void handle_fire(struct async_timer *timer)
{
    async_push(&ASYNC_CONTAINER(timer, struct async_handle, timer)->future);
}

static const struct async_timer_kind handle_timer = {handle_fire};

void async__timer_drop(struct async_timer *timer)
{
    async__timer_disarm(async_thread.loop, timer);
    if (timer->kind == &handle_timer)
        async__block_free(&ASYNC_CONTAINER(timer, struct async_handle, timer)->future);
}

static struct async_handle *new_handle(void (*fn)(void *), void *arg)
{
    if (!async_thread.loop) {
        errno = ESRCH;
        return NULL;
    }
    struct async_handle *handle = new_block(sizeof *handle, run_handle);
    if (!handle)
        return NULL;
    handle->future.frame.bits |= async_thread.loop_bits; /* whose timer it is */
    set_function(handle, fn);
    handle->arg = arg;
    handle->timer = (struct async_timer){.kind = &handle_timer};
    return handle;
}

struct async_handle *async_call_soon(void (*fn)(void *), void *arg)
{
    struct async_handle *handle = new_handle(fn, arg);
    if (handle)
        async_push(&handle->future);
    return handle;
}

static struct async_handle *call_at(uint64_t deadline, void (*fn)(void *), void *arg)
{
    struct async_handle *handle = new_handle(fn, arg);
    if (handle)
        async__timer_arm(async_thread.loop, &handle->timer, deadline);
    return handle;
}

struct async_handle *async_call_later(double seconds, void (*fn)(void *), void *arg)
{
    struct async_loop *loop = async_thread.loop;
    return call_at(loop ? async__deadline(loop, seconds) : 0, fn, arg);
}

struct async_handle *async_call_at(double time, void (*fn)(void *), void *arg)
{
    uint64_t deadline = !(time > 0) ? 0 : time >= 9e9 ? INT64_MAX : (uint64_t)(time * 1e9);
    return call_at(deadline, fn, arg);
}

void async_handle_cancel(struct async_handle *handle)
{
    if (!handle)
        return;
    async__check_thread(&handle->future);
    if (async__timer_is_armed(&handle->timer)) {
        async__timer_disarm(async__loop_of(&handle->future), &handle->timer);
        async__block_free(&handle->future);
    } else {
        set_function(handle, NULL); /* it is in the ready queue, and is freed in its turn */
    }
}

/* ---- async_add_done_callback ---- */

static void done_notify(struct async_listener *listener, struct async_future *future)
{
    struct done_callback *self = ASYNC_CONTAINER(listener, struct done_callback, listener);
    future->frame.bits += ASYNC_OWNER; /* until the callback has run */
    self->done = future;
    async__push_callback(&self->future);
}

static void done_drop(struct async_listener *listener)
{
    async__block_free(&ASYNC_CONTAINER(listener, struct done_callback, listener)->future);
}

void async_add_done_callback(struct async_future *future, void (*fn)(struct async_future *, void *),
                             void *arg)
{
    if (!future)
        async_empty_handle(NULL, 0);
    if (future == &async__out_of_memory)
        return;
    async__check_thread(future);
    struct done_callback *self = new_block(sizeof *self, run_done);
    if (!self) {
        async__report(future, -ENOMEM, "no memory for a done callback");
        return;
    }
    self->fn = fn;
    self->arg = arg;
    self->done = NULL;
    self->listener = (struct async_listener){0, done_notify, done_drop, NULL};
    if (async__status(future) == ASYNC_FINISHED)
        done_notify(&self->listener, future);
    else
        async__listen(future, &self->listener);
}
