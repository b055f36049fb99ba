/* The epoll backend.
 *
 * A descriptor of ours is registered once, edge-triggered, for reading and writing. What epoll says
 * is remembered as `readable` and `writable`; an operation tries its system call when the
 * descriptor is believed ready, and otherwise waits for the event without trying. A short read from
 * a stream socket or pipe means drained, so an answered request costs one recv, one send and its
 * share of an epoll_wait. After a hang-up that is not so: the end of the stream gives no event of
 * its own. Events are handled one by one, each when the loop has nothing else to do, so that a
 * request is answered while its memory is in the cache, before the next one is read.
 *
 * A descriptor that is not ours (shared) is armed for one event at a time, only while an operation
 * waits, so that its owner may close it at any other moment. */
#include "internal.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, HANG_UP = EPOLLRDHUP | EPOLLHUP | EPOLLERR };

struct epoll {
    int fd;
    int wake_fd;
    bool no_pwait2;  /* the kernel has none: timeouts are rounded up to milliseconds */
    size_t watched;  /* descriptors */
    int next, count; /* of `events`: the next to handle, and how many there are */
    struct epoll_event events[EVENTS + 1]; /* the last one is never filled, but looked at */
};

/* ---- opening, clock, waking ---- */

static uint64_t epoll_now(void *state)
{
    (void)state;
    return async__monotonic();
}

static void epoll_close(void *state)
{
    struct epoll *self = state;
    if (self->fd >= 0)
        close(self->fd);
    if (self->wake_fd >= 0)
        close(self->wake_fd);
    async__free(self);
}

static int epoll_open(void **state)
{
    struct epoll *self = async__allocate(sizeof *self);
    if (!self)
        return -ENOMEM;
    *self = (struct epoll){.fd = epoll_create1(EPOLL_CLOEXEC)};
    self->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    /* edge-triggered: every write is an event, nobody needs to read it */
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
    if (self->fd < 0 || self->wake_fd < 0 ||
        epoll_ctl(self->fd, EPOLL_CTL_ADD, self->wake_fd, &event)) {
        int error = -errno;
        epoll_close(self);
        return error;
    }
    *state = self;
    return 0;
}

static void epoll_wake(void *state)
{
    const struct epoll *self = state;
    uint64_t one = 1;
    if (write(self->wake_fd, &one, sizeof one) < 0)
        return; /* full: a wake is pending anyway */
}

static bool epoll_busy(void *state)
{
    return ((struct epoll *)state)->watched > 0;
}

/* ---- system calls ---- */

static __attribute__((cold)) bool perform_failed(struct async_operation *operation, bool *ready);

/* After the system call, which had that size; false: the operation has to wait for an event. */
static inline bool performed(struct async_operation *operation, const struct async_descriptor *d,
                             size_t size, ssize_t n, bool *ready)
{
    if (__builtin_expect(n < 0, 0))
        return perform_failed(operation, ready);
    operation->result = n;
    if ((size_t)n < size && d->drains)
        *ready = d->hung_up;
    return true;
}

static __attribute__((noinline)) bool perform(struct async_operation *operation, bool *ready)
{
    ssize_t n = async__system_call(operation);
    return performed(operation, operation->descriptor, operation->size, n, ready);
}

/* The common cases, reading and writing of sockets, without detours. */
static inline bool perform_read(struct async_operation *operation, struct async_descriptor *d)
{
    if (__builtin_expect(operation->kind != ASYNC_READ || !d->socket, 0))
        return perform(operation, &d->readable);
    size_t size = operation->size;
    ssize_t n = async__kernel_recv(d->fd, operation->buffer, size);
    return performed(operation, d, size, n, &d->readable);
}

static inline bool perform_write(struct async_operation *operation, struct async_descriptor *d)
{
    if (__builtin_expect(operation->kind != ASYNC_WRITE || !d->socket, 0))
        return perform(operation, &d->writable);
    size_t size = operation->size;
    ssize_t n = async__kernel_send(d->fd, operation->buffer, size);
    return performed(operation, d, size, n, &d->writable);
}

static __attribute__((noinline)) bool perform_failed(struct async_operation *operation, bool *ready)
{
    if (errno == EINTR)
        return perform(operation, ready);
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        *ready = false;
        return false;
    }
    operation->result = -errno;
    return true;
}

/* ---- operations ---- */

static bool reads(const struct async_operation *operation)
{
    return operation->kind == ASYNC_READ || operation->kind == ASYNC_ACCEPT ||
           operation->kind == ASYNC_READABLE;
}

static int add(struct epoll *self, struct async_descriptor *d, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = d};
    if (d->watched && epoll_ctl(self->fd, EPOLL_CTL_MOD, d->fd, &event) == 0)
        return 0;
    if (d->watched && errno != ENOENT)
        return -errno;
    d->watched = false;
    if (epoll_ctl(self->fd, EPOLL_CTL_ADD, d->fd, &event))
        return -errno;
    if (!d->counted)
        self->watched++;
    d->watched = d->counted = true;
    return 0;
}

/* Arms a shared descriptor for what waits on it. */
static int arm(struct epoll *self, struct async_descriptor *d)
{
    uint32_t events = EPOLLONESHOT;
    if (d->reader)
        events |= EPOLLIN | EPOLLRDHUP;
    if (d->writer)
        events |= EPOLLOUT;
    int error = add(self, d, events);
    return error == -EEXIST ? -EBUSY : error;
}

static bool start_shared(void *state, struct async_operation *operation)
{
    struct epoll *self = state;
    struct async_descriptor *d = operation->descriptor;
    struct async_operation **waiting = reads(operation) ? &d->reader : &d->writer;
    *waiting = operation;
    int error = arm(self, d);
    if (error == 0)
        return false;
    *waiting = NULL;
    operation->result = error == -EPERM ? 0 : error; /* EPERM: a file, always ready */
    return true;
}

static bool start_read(void *state, struct async_operation *operation)
{
    (void)state;
    struct async_descriptor *d = operation->descriptor;
    if (d->readable && perform_read(operation, d))
        return true;
    d->reader = operation;
    return false;
}

static bool start_write(void *state, struct async_operation *operation)
{
    (void)state;
    struct async_descriptor *d = operation->descriptor;
    bool done = d->writable && perform_write(operation, d);
    d->sendable = done && d->writable && d->socket && d->drains && operation->kind == ASYNC_WRITE;
    if (!done)
        d->writer = operation;
    return done;
}

static bool start_connect(void *state, struct async_operation *operation)
{
    struct async_descriptor *d = operation->descriptor;
    int result = connect(d->fd, operation->buffer, (socklen_t)operation->size);
    operation->result = result ? -errno : 0;
    if (result == 0 || (errno != EINPROGRESS && errno != EINTR))
        return true;
    d->writable = false;
    return start_write(state, operation);
}

/* Ends the wait of the operation in *waiting. */
static inline void finish(struct async_operation **waiting)
{
    struct async_operation *operation = *waiting;
    *waiting = NULL;
    operation->complete(operation);
}

static void epoll_cancel(void *state, struct async_operation *operation, int error)
{
    struct async_descriptor *d = operation->descriptor;
    operation->result = error;
    (void)state;
    finish(reads(operation) ? &d->reader : &d->writer);
}

static int epoll_attach(void *state, struct async_descriptor *d)
{
    const uint32_t events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    d->readable = d->hung_up = d->watched = d->counted = d->sendable = false;
    d->writable = true;
    d->reader = d->writer = NULL;
    if (d->shared)
        return 0;
    int error = add(state, d, events);
    if (error == -EEXIST) { /* it was shared before */
        d->watched = true;
        error = add(state, d, events);
    }
    if (error != -EPERM)
        return error;
    d->readable = true; /* a file: reads and writes never block */
    d->drains = false;
    return 0;
}

static void epoll_detach(void *state, struct async_descriptor *d)
{
    struct epoll *self = state;
    struct epoll_event unused = {0};
    for (int i = self->next; i < self->count; i++)
        if (self->events[i].data.ptr == d)
            self->events[i].data.ptr = NULL;
    if (d->watched)
        epoll_ctl(self->fd, EPOLL_CTL_DEL, d->fd, &unused);
    d->watched = false;
    self->watched -= d->counted;
    d->counted = false;
}

/* ---- polling ---- */

static int wait_events(struct epoll *self, uint64_t deadline)
{
    if (deadline == 0)
        return epoll_wait(self->fd, self->events, EVENTS, 0);
    if (deadline == UINT64_MAX)
        return epoll_wait(self->fd, self->events, EVENTS, -1);
    uint64_t now = epoll_now(self), left = deadline > now ? deadline - now : 0;
    if (!self->no_pwait2) {
        struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
        int n = epoll_pwait2(self->fd, self->events, EVENTS, &timeout, NULL);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM))
            return n;
        self->no_pwait2 = true;
    }
    uint64_t milliseconds = left / 1000000u + (left % 1000000u != 0);
    int timeout = milliseconds > 86400000 ? 86400000 : (int)milliseconds;
    return epoll_wait(self->fd, self->events, EVENTS, timeout);
}

static inline void handle(struct async_descriptor *d, uint32_t events)
{
    if (__builtin_expect(events & HANG_UP, 0)) {
        d->hung_up = true;
        events |= events & (EPOLLHUP | EPOLLERR) ? EPOLLIN | EPOLLOUT : EPOLLIN;
    }
    if (events & EPOLLIN) {
        d->readable = true;
        if (d->reader && perform_read(d->reader, d))
            finish(&d->reader);
    }
    if (events & EPOLLOUT) {
        d->writable = true;
        if (d->writer && perform_write(d->writer, d))
            finish(&d->writer);
    }
}

/* Arms it for what still waits; gives the events to handle if that fails. */
static uint32_t rearm(struct epoll *self, struct async_descriptor *d)
{
    bool waiting = d->reader || d->writer;
    return waiting && arm(self, d) < 0 ? EPOLLIN | EPOLLOUT : 0;
}

/* Any event. */
static __attribute__((noinline, cold)) void handle_any(struct epoll *self,
                                                       struct async_descriptor *d, uint32_t events)
{
    bool shared = d->shared; /* if not, it may be gone afterwards */
    do
        handle(d, events);
    while (shared && (events = rearm(self, d)));
}

/* The common one: bytes for a task that reads a socket, and nobody waits to write. */
static inline bool is_common(const struct async_descriptor *d, uint32_t events)
{
    const struct async_operation *reader = d->reader;
    return (events & (HANG_UP | EPOLLIN)) == EPOLLIN && reader && !d->writer && d->socket &&
           reader->kind == ASYNC_READ;
}

/* Handles it. The kernel drives what is not in registers out of the nearest cache, but has fetched
 * what the task will touch, and the next event's descriptor, by the time that it has copied. */
static inline void receive(struct async_descriptor *d, struct async_operation *reader,
                           const struct epoll_event *event)
{
    void (*complete)(struct async_operation *) = reader->complete;
    __builtin_prefetch((const char *)reader - 64);
    __builtin_prefetch((const char *)reader + 64);
    __builtin_prefetch(event[1].data.ptr);
    if (event->events & EPOLLOUT)
        d->writable = true;
    d->readable = true;
    if (perform_read(reader, d)) {
        d->reader = NULL;
        complete(reader);
    }
}

/* Handles one event that is left, if any. */
static __attribute__((hot)) bool epoll_next(void *state)
{
    struct epoll *self = state;
    if (self->next >= self->count)
        return false;
    const struct epoll_event *event = &self->events[self->next++];
    struct async_descriptor *d = event->data.ptr;
    if (!d)
        return true; /* a wake, or detached since */
    if (__builtin_expect(is_common(d, event->events), 1))
        receive(d, d->reader, event);
    else
        handle_any(self, d, event->events);
    return true;
}

static void epoll_poll(void *state, uint64_t deadline)
{
    struct epoll *self = state;
    if (self->next >= self->count) {
        self->next = 0;
        self->count = wait_events(self, deadline);
    }
    if (deadline == 0)
        while (epoll_next(self))
            ;
    else
        epoll_next(self);
}

const struct async_backend async_backend_epoll = {
    .name = "epoll",
    .network = &async_network_kernel,
    .open = epoll_open,
    .close = epoll_close,
    .now = epoll_now,
    .poll = epoll_poll,
    .next = epoll_next,
    .wake = epoll_wake,
    .attach = epoll_attach,
    .detach = epoll_detach,
    .start =
        {
            [ASYNC_READ] = start_read,
            [ASYNC_WRITE] = start_write,
            [ASYNC_ACCEPT] = start_read,
            [ASYNC_CONNECT] = start_connect,
            [ASYNC_READABLE] = start_shared,
            [ASYNC_WRITABLE] = start_shared,
        },
    .cancel = epoll_cancel,
    .busy = epoll_busy,
};
