/* The poll backend: poll(2), for kernels without epoll, and as the plainest one to read.
 *
 * An operation tries its system call when it is started; if that would block, it waits, and the
 * descriptor is in the set of each poll() until it is ready. The set is made anew each time, which
 * takes time proportional to the descriptors, as poll(2) itself does. */
#include "internal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct poller {
    int wake_fd;
    struct async_descriptor **descriptors; /* attached; NULL: detached since the last poll */
    size_t count, capacity;
    struct pollfd *set; /* room for all of them and the wake */
    size_t *places;     /* in `descriptors`, of each member of the set */
};

static uint64_t poll_now(void *state)
{
    (void)state;
    return async__monotonic();
}

static void poll_close(void *state)
{
    struct poller *self = state;
    close(self->wake_fd);
    async__free(self->descriptors);
    async__free(self->set);
    async__free(self->places);
    async__free(self);
}

/* Room for one more descriptor; false: no memory. */
static bool reserve(struct poller *self)
{
    if (self->count < self->capacity)
        return true;
    size_t capacity = self->capacity ? self->capacity * 2 : 16;
    void *descriptors = async__reallocate(self->descriptors, capacity * sizeof *self->descriptors);
    if (!descriptors)
        return false;
    self->descriptors = descriptors;
    void *set = async__reallocate(self->set, (capacity + 1) * sizeof *self->set);
    if (!set)
        return false;
    self->set = set;
    void *places = async__reallocate(self->places, (capacity + 1) * sizeof *self->places);
    if (!places)
        return false;
    self->places = places;
    self->capacity = capacity;
    return true;
}

static int poll_open(void **state)
{
    struct poller *self = async__allocate(sizeof *self);
    if (!self)
        return -ENOMEM;
    *self = (struct poller){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (self->wake_fd >= 0 && reserve(self)) {
        *state = self;
        return 0;
    }
    int error = self->wake_fd < 0 ? -errno : -ENOMEM;
    poll_close(self);
    return error;
}

static void poll_wake(void *state)
{
    uint64_t one = 1;
    if (write(((struct poller *)state)->wake_fd, &one, sizeof one) < 0)
        return; /* full: a wake is pending anyway */
}

static bool poll_busy(void *state)
{
    return ((struct poller *)state)->count > 0;
}

/* ---- descriptors ---- */

static int poll_attach(void *state, struct async_descriptor *d)
{
    struct poller *self = state;
    d->readable = d->writable = true; /* each operation is tried */
    d->hung_up = d->watched = d->counted = d->sendable = false;
    d->reader = d->writer = NULL;
    if (!reserve(self))
        return -ENOMEM;
    self->descriptors[self->count++] = d;
    return 0;
}

static void poll_detach(void *state, struct async_descriptor *d)
{
    struct poller *self = state;
    for (size_t i = 0; i < self->count; i++)
        if (self->descriptors[i] == d)
            self->descriptors[i] = NULL;
}

/* ---- operations ---- */

static struct async_operation **place_of(const struct async_operation *operation)
{
    struct async_descriptor *d = operation->descriptor;
    bool writes = operation->kind == ASYNC_WRITE || operation->kind == ASYNC_CONNECT ||
                  operation->kind == ASYNC_WRITABLE;
    return writes ? &d->writer : &d->reader;
}

/* False: it would block. */
static bool try(struct async_operation *operation)
{
    ssize_t result;
    do
        result = async__system_call(operation);
    while (result < 0 && errno == EINTR);
    if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    operation->result = result < 0 ? -errno : result;
    return true;
}

static bool start(void *state, struct async_operation *operation)
{
    (void)state;
    if (try(operation))
        return true;
    *place_of(operation) = operation;
    return false;
}

static bool start_connect(void *state, struct async_operation *operation)
{
    (void)state;
    int result = connect(operation->descriptor->fd, operation->buffer, (socklen_t)operation->size);
    operation->result = result ? -errno : 0;
    if (result == 0 || (errno != EINPROGRESS && errno != EINTR))
        return true;
    *place_of(operation) = operation;
    return false;
}

/* A descriptor that is not ours: it is open, and no stream's or server's. */
static bool start_shared(void *state, struct async_operation *operation)
{
    const struct poller *self = state;
    int fd = operation->descriptor->fd;
    operation->result = fcntl(fd, F_GETFD) < 0 ? -errno : 0;
    for (size_t i = 0; i < self->count && !operation->result; i++)
        if (self->descriptors[i] && self->descriptors[i]->fd == fd && !self->descriptors[i]->shared)
            operation->result = -EBUSY;
    if (operation->result)
        return true;
    *place_of(operation) = operation;
    return false;
}

static void finish(struct async_operation **place)
{
    struct async_operation *operation = *place;
    *place = NULL;
    operation->complete(operation);
}

static void poll_cancel(void *state, struct async_operation *operation, int error)
{
    (void)state;
    operation->result = error;
    finish(place_of(operation));
}

/* ---- polling ---- */

/* Fills the set; its size. Places that were detached are used again. */
static nfds_t fill(struct poller *self)
{
    size_t kept = 0;
    nfds_t size = 1;
    self->set[0] = (struct pollfd){self->wake_fd, POLLIN, 0};
    for (size_t i = 0; i < self->count; i++) {
        struct async_descriptor *d = self->descriptors[i];
        short events = 0;
        if (!d)
            continue;
        self->descriptors[kept] = d;
        if (d->reader)
            events |= POLLIN;
        if (d->writer)
            events |= POLLOUT;
        if (events) {
            self->set[size] = (struct pollfd){d->fd, events, 0};
            self->places[size++] = kept;
        }
        kept++;
    }
    self->count = kept;
    return size;
}

static int wait_events(const struct poller *self, nfds_t size, uint64_t deadline)
{
    if (deadline == UINT64_MAX)
        return ppoll(self->set, size, NULL, NULL);
    uint64_t now = deadline ? async__monotonic() : 0, left = deadline > now ? deadline - now : 0;
    struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    return ppoll(self->set, size, &timeout, NULL);
}

static void attend(struct poller *self, size_t place, short events)
{
    const short over = POLLHUP | POLLERR | POLLNVAL;
    struct async_descriptor *d = self->descriptors[place];
    if (d && d->reader && events & (POLLIN | over) && try(d->reader))
        finish(&d->reader);
    d = self->descriptors[place]; /* it may have been detached */
    if (d && d->writer && events & (POLLOUT | over) && try(d->writer))
        finish(&d->writer);
}

static void poll_poll(void *state, uint64_t deadline)
{
    struct poller *self = state;
    uint64_t wakes;
    nfds_t size = fill(self);
    if (wait_events(self, size, deadline) <= 0)
        return;
    if (self->set[0].revents && read(self->wake_fd, &wakes, sizeof wakes) < 0)
        return; /* somebody else has taken it */
    for (nfds_t i = 1; i < size; i++)
        if (self->set[i].revents)
            attend(self, self->places[i], self->set[i].revents);
}

const struct async_backend async_backend_poll = {
    .name = "poll",
    .network = &async_network_kernel,
    .open = poll_open,
    .close = poll_close,
    .now = poll_now,
    .poll = poll_poll,
    .wake = poll_wake,
    .attach = poll_attach,
    .detach = poll_detach,
    .start =
        {
            [ASYNC_READ] = start,
            [ASYNC_WRITE] = start,
            [ASYNC_ACCEPT] = start,
            [ASYNC_CONNECT] = start_connect,
            [ASYNC_READABLE] = start_shared,
            [ASYNC_WRITABLE] = start_shared,
        },
    .cancel = poll_cancel,
    .busy = poll_busy,
};
