/* The epoll backend. */
#include "internal.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256 };

struct epoll {
    int fd;
    int wake_fd;
    bool no_pwait2; /* the kernel has none: timeouts are rounded up to milliseconds */
};

static uint64_t epoll_now(struct async_loop *loop)
{
    struct timespec now;
    (void)loop;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void epoll_close(struct async_loop *loop)
{
    struct epoll *self = loop->backend_state;
    if (self->fd >= 0)
        close(self->fd);
    if (self->wake_fd >= 0)
        close(self->wake_fd);
    async__free(self);
}

static int epoll_open(struct async_loop *loop)
{
    struct epoll *self = async__allocate(sizeof *self);
    if (!self)
        return -ENOMEM;
    *self = (struct epoll){.fd = epoll_create1(EPOLL_CLOEXEC)};
    self->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
    loop->backend_state = self;
    if (self->fd < 0 || self->wake_fd < 0 ||
        epoll_ctl(self->fd, EPOLL_CTL_ADD, self->wake_fd, &event)) {
        int error = -errno;
        epoll_close(loop);
        return error;
    }
    return 0;
}

static int wait_events(struct async_loop *loop, struct epoll_event *events, uint64_t deadline)
{
    struct epoll *self = loop->backend_state;
    if (deadline == 0)
        return epoll_wait(self->fd, events, EVENTS, 0);
    if (deadline == UINT64_MAX)
        return epoll_wait(self->fd, events, EVENTS, -1);
    uint64_t now = epoll_now(loop), left = deadline > now ? deadline - now : 0;
    if (!self->no_pwait2) {
        struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
        int n = epoll_pwait2(self->fd, events, EVENTS, &timeout, NULL);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM))
            return n;
        self->no_pwait2 = true;
    }
    uint64_t milliseconds = left / 1000000u + (left % 1000000u != 0);
    return epoll_wait(self->fd, events, EVENTS,
                      milliseconds > 86400000 ? 86400000 : (int)milliseconds);
}

static void epoll_poll(struct async_loop *loop, uint64_t deadline)
{
    struct epoll_event events[EVENTS];
    wait_events(loop, events, deadline);
}

static void epoll_wake(struct async_loop *loop)
{
    const struct epoll *self = loop->backend_state;
    uint64_t one = 1;
    if (write(self->wake_fd, &one, sizeof one) < 0)
        return; /* full: a wake is pending anyway */
}

const struct async_backend async__epoll = {
    .name = "epoll",
    .open = epoll_open,
    .close = epoll_close,
    .now = epoll_now,
    .poll = epoll_poll,
    .wake = epoll_wake,
};
