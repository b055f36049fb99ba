/* Waiting for descriptors that are not streams: a table of watches by descriptor number.
 *
 * A watch has one operation per direction on the backend, started when the first task waits and
 * cancelled when the last one leaves; all that wait are woken together. Watches are kept until the
 * loop ends: the number of a descriptor is soon used again. */
#include "stream.h"

#include <async/io.h>

#include <string.h>

struct direction {
    struct async_operation operation;
    struct async_io_wait *waits, **tail;
    bool started;
};
struct async_watch {
    struct async_descriptor descriptor;
    struct direction read, write;
};

static void wake_all(struct async_operation *operation)
{
    struct direction *direction = ASYNC_CONTAINER(operation, struct direction, operation);
    struct async_io_wait *wait = direction->waits;
    direction->waits = NULL;
    direction->tail = &direction->waits;
    direction->started = false;
    for (struct async_io_wait *next; wait; wait = next) {
        next = wait->next;
        *wait->result = (int)operation->result;
        async__wake(&wait->wait);
    }
}

static void cancel(struct async_wait *base, int error)
{
    struct async_io_wait *wait = (struct async_io_wait *)base;
    struct direction *direction = wait->direction;
    *wait->link = wait->next;
    if (wait->next)
        wait->next->link = wait->link;
    else
        direction->tail = wait->link;
    *wait->result = error;
    async__wake(base);
    if (direction->waits)
        return;
    struct async_loop *loop = async_thread.loop;
    async__cancel(loop, &direction->operation, error);
}

static const struct async_wait_kind io_wait = {.cancel = cancel, .name = "a descriptor"};

static struct async_watch *new_watch(struct async_loop *loop, int fd)
{
    struct async_watch *watch = async__allocate(sizeof *watch);
    if (!watch)
        return NULL;
    memset(watch, 0, sizeof *watch);
    watch->descriptor = (struct async_descriptor){.fd = fd, .shared = true};
    watch->read.tail = &watch->read.waits;
    watch->write.tail = &watch->write.waits;
    struct async_operation operation = {.descriptor = &watch->descriptor, .complete = wake_all};
    operation.kind = ASYNC_READABLE;
    watch->read.operation = operation;
    operation.kind = ASYNC_WRITABLE;
    watch->write.operation = operation;
    if (loop->backend->attach(loop->backend_state, &watch->descriptor)) {
        async__free(watch);
        return NULL;
    }
    loop->watches[fd] = watch;
    return watch;
}

/* The watch of a descriptor number, made on first use; NULL without memory. */
static struct async_watch *watch_of(struct async_loop *loop, int fd)
{
    if (fd >= loop->watches_size) {
        int size = loop->watches_size ? loop->watches_size : 64;
        while (size <= fd)
            size *= 2;
        void *table = async__reallocate(loop->watches, (size_t)size * sizeof *loop->watches);
        if (!table)
            return NULL;
        loop->watches = table;
        memset(loop->watches + loop->watches_size, 0,
               (size_t)(size - loop->watches_size) * sizeof *loop->watches);
        loop->watches_size = size;
    }
    return loop->watches[fd] ? loop->watches[fd] : new_watch(loop, fd);
}

int async__watch_forget(struct async_loop *loop, int fd)
{
    if (fd >= loop->watches_size || !loop->watches[fd])
        return 0;
    struct async_watch *watch = loop->watches[fd];
    if (watch->read.started || watch->write.started)
        return -EBUSY;
    watch->descriptor.watched = false;
    return 0;
}

void async__watches_free(struct async_loop *loop)
{
    for (int fd = 0; fd < loop->watches_size; fd++)
        async__free(loop->watches[fd]);
    async__free(loop->watches);
}

static enum async_step begin(struct async_io_wait *wait, struct async_frame *caller, int fd,
                             bool write, int *result)
{
    struct async_loop *loop = async_thread.loop;
    *result = async__reason();
    if (*result)
        return async__refuse(caller);
    struct async_watch *watch = NULL;
    if (fd >= 0 && !loop->backend->simulated)
        watch = watch_of(loop, fd);
    if (!watch) {
        *result = fd < 0 ? -EBADF : loop->backend->simulated ? -ENOTSUP : -ENOMEM;
        return async__at_once(caller);
    }
    struct direction *direction = write ? &watch->write : &watch->read;
    if (!direction->started) {
        if (async__start(loop, &direction->operation)) {
            *result = (int)direction->operation.result;
            return async__at_once(caller);
        }
        direction->started = true;
    }
    wait->direction = direction;
    wait->result = result;
    wait->next = NULL;
    wait->link = direction->tail;
    *direction->tail = wait;
    direction->tail = &wait->next;
    return async__suspend(&wait->wait, &io_wait, caller);
}

enum async_step async_wait_readable__begin(struct async_wait_readable__wait *wait,
                                           struct async_frame *caller, int fd)
{
    return begin(&wait->io, caller, fd, false, &wait->result);
}

enum async_step async_wait_writable__begin(struct async_wait_writable__wait *wait,
                                           struct async_frame *caller, int fd)
{
    return begin(&wait->io, caller, fd, true, &wait->result);
}

ASYNC_FORM_1(int, async_wait_readable, int);
ASYNC_FORM_1(int, async_wait_writable, int);
