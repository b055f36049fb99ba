/* The epoll backend.
 *
 * A descriptor of ours is registered once, edge-triggered, for reading and writing. What epoll says
 * is remembered as `readable` and `writable`; an operation tries its system call when the
 * descriptor is believed ready, and otherwise waits for the event without trying. A short read from
 * a stream socket or pipe means drained, so an answered request costs one recv, one send and its
 * share of an epoll_wait. After a hang-up that is not so: the end of the stream gives no event of
 * its own.
 *
 * A descriptor that is not ours (shared) is armed for one event at a time, only while an operation
 * waits, so that its owner may close it at any other moment. */
#include "internal.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, HANG_UP = EPOLLRDHUP | EPOLLHUP | EPOLLERR };

struct epoll {
    int fd;
    int wake_fd;
    bool no_pwait2; /* the kernel has none: timeouts are rounded up to milliseconds */
    size_t waiting; /* operations */
};

/* ---- opening, clock, waking ---- */

static uint64_t epoll_now(void *state)
{
    struct timespec now;
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
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
    return ((struct epoll *)state)->waiting > 0;
}

/* ---- system calls ---- */

/* write() to what is no socket, without SIGPIPE. */
static ssize_t write_quietly(int fd, const void *buffer, size_t size)
{
    sigset_t pipe, old, pending;
    sigpending(&pending);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &old);
    ssize_t n = write(fd, buffer, size);
    int saved = errno;
    if (n < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE)) {
        struct timespec now = {0, 0};
        while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = saved;
    return n;
}

static ssize_t call(struct async_operation *operation)
{
    const struct async_descriptor *d = operation->descriptor;
    int error;
    socklen_t length = sizeof error;
    switch (operation->kind) {
    case ASYNC_READ:
        return d->socket ? recv(d->fd, operation->buffer, operation->size, 0)
                         : read(d->fd, operation->buffer, operation->size);
    case ASYNC_WRITE:
        return d->socket ? send(d->fd, operation->buffer, operation->size, MSG_NOSIGNAL)
                         : write_quietly(d->fd, operation->buffer, operation->size);
    case ASYNC_ACCEPT:
        return accept4(d->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    case ASYNC_CONNECT: /* has begun, and the socket is writable */
        if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &length))
            return -1;
        errno = error;
        return error ? -1 : 0;
    default:
        return 0;
    }
}

/* Does the operation now; false: it has to wait for an event. */
static bool perform(struct async_operation *operation, bool *ready)
{
    const struct async_descriptor *d = operation->descriptor;
    ssize_t n;
    do
        n = call(operation);
    while (n < 0 && errno == EINTR);
    if (n >= 0) {
        operation->result = n;
        bool sized = operation->kind == ASYNC_READ || operation->kind == ASYNC_WRITE;
        if (sized && (size_t)n < operation->size && d->drains && !d->hung_up)
            *ready = false;
        return true;
    }
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

static bool wait_for(struct epoll *self, struct async_operation *operation)
{
    struct async_descriptor *d = operation->descriptor;
    *(reads(operation) ? &d->reader : &d->writer) = operation;
    self->waiting++;
    return false;
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
    d->watched = true;
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

static bool start_shared(struct epoll *self, struct async_operation *operation)
{
    struct async_descriptor *d = operation->descriptor;
    wait_for(self, operation);
    int error = arm(self, d);
    if (error == 0)
        return false;
    *(reads(operation) ? &d->reader : &d->writer) = NULL;
    self->waiting--;
    operation->result = error == -EPERM ? 0 : error; /* EPERM: a file, always ready */
    return true;
}

static bool epoll_start(void *state, struct async_operation *operation)
{
    struct epoll *self = state;
    struct async_descriptor *d = operation->descriptor;
    if (d->shared)
        return start_shared(self, operation);
    if (operation->kind == ASYNC_CONNECT) {
        int result = connect(d->fd, operation->buffer, (socklen_t)operation->size);
        operation->result = result ? -errno : 0;
        if (result == 0 || (errno != EINPROGRESS && errno != EINTR))
            return true;
        d->writable = false;
        return wait_for(self, operation);
    }
    bool *ready = reads(operation) ? &d->readable : &d->writable;
    if (*ready && perform(operation, ready))
        return true;
    return wait_for(self, operation);
}

static void finish(struct epoll *self, struct async_operation *operation)
{
    struct async_descriptor *d = operation->descriptor;
    *(reads(operation) ? &d->reader : &d->writer) = NULL;
    self->waiting--;
    operation->complete(operation);
}

static void epoll_cancel(void *state, struct async_operation *operation, int error)
{
    operation->result = error;
    finish(state, operation);
}

static int epoll_attach(void *state, struct async_descriptor *d)
{
    d->readable = d->hung_up = d->watched = false;
    d->writable = true;
    d->reader = d->writer = NULL;
    if (d->shared)
        return 0;
    int error = add(state, d, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
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
    if (d->watched)
        epoll_ctl(self->fd, EPOLL_CTL_DEL, d->fd, &unused);
    d->watched = false;
}

/* ---- polling ---- */

static int wait_events(struct epoll *self, struct epoll_event *events, uint64_t deadline)
{
    if (deadline == 0)
        return epoll_wait(self->fd, events, EVENTS, 0);
    if (deadline == UINT64_MAX)
        return epoll_wait(self->fd, events, EVENTS, -1);
    uint64_t now = epoll_now(self), left = deadline > now ? deadline - now : 0;
    if (!self->no_pwait2) {
        struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
        int n = epoll_pwait2(self->fd, events, EVENTS, &timeout, NULL);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM))
            return n;
        self->no_pwait2 = true;
    }
    uint64_t milliseconds = left / 1000000u + (left % 1000000u != 0);
    int timeout = milliseconds > 86400000 ? 86400000 : (int)milliseconds;
    return epoll_wait(self->fd, events, EVENTS, timeout);
}

static void handle(struct epoll *self, struct async_descriptor *d, uint32_t events)
{
    if (events & HANG_UP)
        d->hung_up = true;
    if (events & (EPOLLIN | HANG_UP)) {
        d->readable = true;
        if (d->reader && perform(d->reader, &d->readable))
            finish(self, d->reader);
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        d->writable = true;
        if (d->writer && perform(d->writer, &d->writable))
            finish(self, d->writer);
    }
}

static void handle_shared(struct epoll *self, struct async_descriptor *d, uint32_t events)
{
    handle(self, d, events);
    if ((d->reader || d->writer) && arm(self, d) < 0)
        handle(self, d, EPOLLIN | EPOLLOUT);
}

static void epoll_poll(void *state, uint64_t deadline)
{
    struct epoll *self = state;
    struct epoll_event events[EVENTS];
    int n = wait_events(self, events, deadline);
    for (int i = 0; i < n; i++) {
        struct async_descriptor *d = events[i].data.ptr;
        if (!d)
            continue; /* a wake */
        if (d->shared)
            handle_shared(self, d, events[i].events);
        else
            handle(self, d, events[i].events);
    }
}

const struct async_backend async__epoll = {
    .name = "epoll",
    .open = epoll_open,
    .close = epoll_close,
    .now = epoll_now,
    .poll = epoll_poll,
    .wake = epoll_wake,
    .attach = epoll_attach,
    .detach = epoll_detach,
    .start = epoll_start,
    .cancel = epoll_cancel,
    .busy = epoll_busy,
};
