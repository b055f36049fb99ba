/* Several handles and the order in which they end: async_wait and async_as_completed. */
#include "form.h"
#include "scope.h"
#include "waiters.h"

#include <async/gather.h>

/* ---- the set ---- */

/* More than a few items. What a generator that is dropped with its task leaves goes with the block
 * that its frame is in. */
struct many {
    struct async_env env;
    struct async_future *block; /* that keeps it, or NULL */
    struct async_end items[];
};

static struct async_end *many_new(size_t count)
{
    struct many *many = async__allocate(sizeof *many + count * sizeof *many->items);
    if (many)
        many->block = NULL;
    return many ? many->items : NULL;
}

static void many_drop(struct async_env *env)
{
    async__free(ASYNC_CONTAINER(env, struct many, env));
}
static const struct async_env_kind many_kind = {.drop = many_drop};

static struct many *many_of(const struct async_ends *ends)
{
    return ends->items == ends->few ? NULL : ASYNC_CONTAINER(ends->items, struct many, items);
}

/* The block that a frame is in: frames that are embedded have neither owners nor a status. */
static struct async_future *block_of(struct async_frame *frame)
{
    while (!(frame->bits & (~(ASYNC_OWNER - 1u) | ASYNC_STATUS)))
        frame = frame->caller;
    return ASYNC_CONTAINER(frame, struct async_future, frame);
}

static void ends_keep(struct async_ends *ends, struct async_frame *frame)
{
    struct many *many = many_of(ends);
    if (!many)
        return;
    many->block = block_of(frame);
    many->env.kind = &many_kind;
    async__env_keep(many->block, &many->env);
}

static void ends_free(struct async_ends *ends)
{
    struct many *many = many_of(ends);
    if (many && many->block)
        async__env_remove(many->block, &many->env);
    async__free(many);
    ends->items = ends->few;
}

static void end_notify(struct async_listener *listener, struct async_future *future)
{
    struct async_end *item = ASYNC_CONTAINER(listener, struct async_end, listener);
    struct async_ends *ends = item->ends;
    item->future = NULL;
    item->next = NULL;
    *ends->last = item;
    ends->last = &item->next;
    ends->pending--;
    ends->done++;
    ends->changed(ends, future);
}

static void ends_stop(struct async_ends *ends)
{
    for (size_t i = 0; i < ends->count && ends->pending; i++) {
        struct async_end *item = &ends->items[i];
        if (!item->future)
            continue;
        ends->done += async_done(item->future); /* a handle that is there twice */
        async__unlisten(item->future, &item->listener);
        item->future = NULL;
        ends->pending--;
    }
    ends_free(ends);
    ends->first = NULL;
    ends->last = &ends->first;
}

/* The handle is gone before its end: as if it had been empty. Or the loop drops its tasks. */
static void end_drop(struct async_listener *listener)
{
    struct async_end *item = ASYNC_CONTAINER(listener, struct async_end, listener);
    struct async_ends *ends = item->ends;
    item->future = NULL;
    ends->pending--;
    ends->changed(ends, NULL);
}

static void no_change(struct async_ends *ends, struct async_future *done)
{
    (void)ends;
    (void)done;
}

/* Listens for the end of each; those that have ended are done at once. 0 or -ENOMEM. */
static int ends_begin(struct async_ends *ends, struct async_future *const *futures, size_t count)
{
    ends->count = count;
    ends->pending = ends->done = 0;
    ends->first = NULL;
    ends->last = &ends->first;
    ends->items = ends->few;
    ends->changed = no_change;
    if (count > ASYNC_FEW_ENDS && !(ends->items = many_new(count))) {
        ends->items = ends->few;
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        struct async_end *item = &ends->items[i];
        *item = (struct async_end){.ends = ends, .future = futures[i]};
        item->listener = (struct async_listener){0, end_notify, end_drop, async_thread.loop};
        if (!futures[i])
            continue;
        async__begin_borrowed(futures[i]);
        ends->pending++;
        if (async_done(futures[i]))
            end_notify(&item->listener, futures[i]);
        else
            async__listen(futures[i], &item->listener);
    }
    return 0;
}

static struct async_future *ends_awaited(const struct async_ends *ends, size_t *index)
{
    while (*index < ends->count) {
        struct async_future *future = ends->items[(*index)++].future;
        if (future)
            return future;
    }
    return NULL;
}

/* ---- async_wait ---- */

typedef struct async_wait__wait waiter;

static bool is_over(const waiter *self)
{
    if (self->ends.pending == 0)
        return true;
    return self->mode == ASYNC_FIRST_COMPLETED ? self->ends.done > 0
                                               : self->mode == ASYNC_FIRST_ERROR && self->failed;
}

/* The result is an error, or else how many are done. */
static void stop(waiter *self, int error)
{
    if (self->loop)
        async__timer_disarm(self->loop, &self->timer);
    ends_stop(&self->ends);
    self->result = error ? error : (ssize_t)self->ends.done;
}

static void wait_changed(struct async_ends *ends, struct async_future *done)
{
    waiter *self = ASYNC_CONTAINER(ends, waiter, ends);
    self->failed = self->failed || (done && async__error_of(done) < 0);
    if (!is_over(self))
        return;
    stop(self, 0);
    async__wake_anywhere(&self->wait);
}

static void wait_fire(struct async_timer *timer)
{
    waiter *self = ASYNC_CONTAINER(timer, waiter, timer);
    self->loop = NULL;
    stop(self, 0);
    async__wake(&self->wait);
}

static void wait_cancel(struct async_wait *wait, int error)
{
    stop((waiter *)wait, error);
    async__wake(wait);
}

static const struct async_timer_kind wait_timer = {wait_fire};
static struct async_future *wait_awaited(struct async_wait *wait, size_t *index)
{
    return ends_awaited(&((waiter *)wait)->ends, index);
}

static const struct async_wait_kind wait_kind = {
    .cancel = wait_cancel, .name = "async_wait", .awaited = wait_awaited};

static void wait_arm(waiter *self, double seconds)
{
    if (!(seconds >= 0) || seconds > 1e300)
        return;
    self->timer = (struct async_timer){.kind = &wait_timer};
    self->loop = async_thread.loop;
    async__timer_arm(self->loop, &self->timer, async__deadline(self->loop, seconds));
}

enum async_step async_wait__begin(waiter *self, struct async_frame *caller,
                                  struct async_future *const *futures, size_t count, int mode,
                                  double seconds)
{
    self->loop = NULL;
    self->mode = mode;
    self->failed = false;
    self->result = async__reason();
    if (self->result)
        return async__refuse(caller);
    if ((self->result = ends_begin(&self->ends, futures, count)))
        return async__at_once(caller);
    for (const struct async_end *item = self->ends.first; item; item = item->next)
        self->failed |= async__error_of(futures[item - self->ends.items]) < 0;
    if (seconds == 0 || is_over(self)) {
        stop(self, 0);
        return async__at_once(caller);
    }
    wait_arm(self, seconds);
    self->ends.changed = wait_changed;
    return async__suspend(&self->wait, &wait_kind, caller);
}

ASYNC_FORM_4(ssize_t, async_wait, struct async_future *const *, size_t, int, double);

/* ---- async_as_completed ---- */

typedef struct async_as_completed__frame completer;

enum { BEGINS, AT_YIELD = 2, THROWN = 3, WAITS, READY, REFUSED };

static enum async_step end(completer *self, int result)
{
    ends_stop(&self->ends);
    self->result = result;
    self->base.state = ASYNC_GENERATOR_ENDED;
    return ASYNC_DONE;
}

static enum async_step yield(completer *self)
{
    struct async_end *item = self->ends.first;
    self->ends.first = item->next;
    if (!item->next)
        self->ends.last = &self->ends.first;
    self->value = (size_t)(item - self->ends.items);
    self->base.state = AT_YIELD;
    return ASYNC_DONE;
}

static void wake(completer *self, int result)
{
    self->result = result;
    self->wait.kind = NULL;
    async__wake_anywhere(&self->wait);
}

static void completed_changed(struct async_ends *ends, struct async_future *done)
{
    completer *self = ASYNC_CONTAINER(ends, completer, ends);
    if (self->wait.kind && (done || ends->pending == 0))
        wake(self, 0);
}

static void completed_cancel(struct async_wait *wait, int error)
{
    wake(ASYNC_CONTAINER(wait, completer, wait), error);
}

static struct async_future *completed_awaited(struct async_wait *wait, size_t *index)
{
    return ends_awaited(&ASYNC_CONTAINER(wait, completer, wait)->ends, index);
}

static const struct async_wait_kind completed_wait = {
    .cancel = completed_cancel, .name = "async_as_completed", .awaited = completed_awaited};

/* The next index, when there is one. */
static enum async_step next(completer *self)
{
    if (self->ends.first) {
        self->base.state = READY;
        return async__at_once(&self->base) == ASYNC_DONE ? yield(self) : ASYNC_PENDING;
    }
    if (self->ends.pending == 0)
        return end(self, 0);
    if ((self->result = async__reason())) {
        self->base.state = REFUSED;
        return async__refuse(&self->base) == ASYNC_DONE ? end(self, self->result) : ASYNC_PENDING;
    }
    self->base.state = WAITS;
    return async__suspend(&self->wait, &completed_wait, &self->base);
}

enum async_step async_as_completed__resume(struct async_frame *base)
{
    completer *self = (completer *)base;
    switch (base->state) {
    case BEGINS:
        self->wait.kind = NULL;
        self->result = ends_begin(&self->ends, self->futures, self->count);
        if (self->result)
            return end(self, self->result);
        ends_keep(&self->ends, base);
        self->ends.changed = completed_changed;
        return next(self);
    case AT_YIELD:
        return self->thrown == 1 ? end(self, 0) : next(self);
    case THROWN:
        return end(self, self->thrown < 0 ? self->thrown : 0);
    case WAITS:
        return self->result ? end(self, self->result) : next(self);
    case READY:
        return yield(self);
    case REFUSED:
        return end(self, self->result);
    }
    return ASYNC_DONE;
}

ASYNC_GENERATOR_FORM_2(async_as_completed, struct async_future *const *, size_t,
                       (self->futures = a, self->count = b));
