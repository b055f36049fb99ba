/* The jobs that write: all of it, or what goes at once. */
#include "debug.h"
#include "stream.h"

static bool start(struct async_stream_io *io, ssize_t *result)
{
    io->operation.kind = ASYNC_WRITE;
    io->operation.buffer = io->data + io->done;
    io->operation.size = io->size - io->done;
    if (!async__start(async__stream(io)->loop, &io->operation))
        return false;
    *result = io->operation.result;
    return true;
}

static bool all_absorb(struct async_stream_io *io, ssize_t result)
{
    if (result < 0)
        return async__job_over(io, result);
    io->done += (size_t)result;
    return io->done == io->size && async__job_over(io, 0);
}

static bool all_advance(struct async_stream_io *io)
{
    ssize_t result;
    if (io->done == io->size)
        return async__job_over(io, 0);
    while (start(io, &result))
        if (all_absorb(io, result))
            return true;
    return false;
}

static bool some_absorb(struct async_stream_io *io, ssize_t result)
{
    return async__job_over(io, result);
}

static bool some_advance(struct async_stream_io *io)
{
    ssize_t result;
    if (!io->size)
        return async__job_over(io, 0);
    return start(io, &result) && async__job_over(io, result);
}

static const struct async_stream_job all = {
    .kind = {.cancel = async__stream_cancel, .name = "a stream"},
    .advance = all_advance,
    .absorb = all_absorb,
    .writes = true,
    .narrow = true,
};
static const struct async_stream_job some = {
    .kind = {.cancel = async__stream_cancel, .name = "a stream"},
    .advance = some_advance,
    .absorb = some_absorb,
    .writes = true,
};

__attribute__((hot)) enum async_step
async_stream_write__begin(struct async_stream_write__wait *wait, struct async_frame *caller,
                          struct async_stream *stream, const void *buffer, size_t size)
{
    struct async_stream_io *io = &wait->io;
    async__check_maker(stream->loop->thread);
    bool common =
        stream->descriptor.sendable && size && async_thread.budget > 1 && !async__is_cancelled();
    if (__builtin_expect(!common, 0)) {
        io->data = (char *)buffer; /* only read from */
        io->size = size;
        io->done = 0;
        return async__stream_begin(io, caller, stream, &all);
    }
    /* The common write goes at once, as a whole. */
    io->operation.descriptor = &stream->descriptor;
    io->operation.buffer = (char *)buffer;
    io->operation.size = size;
    wait->result = 0;
    async_thread.budget--;
    async__handover_send(caller, &io->operation);
    return ASYNC_PENDING;
}

enum async_step async__sent_less(struct async_operation *operation, ssize_t sent)
{
    struct async_stream_io *io = ASYNC_CONTAINER(operation, struct async_stream_io, operation);
    struct async_descriptor *d = operation->descriptor;
    if (sent < 0 && errno == EINTR)
        sent = 0;
    if (sent < 0 && errno != EAGAIN) {
        ((struct async_stream_write__wait *)io)->result = -errno;
        return ASYNC_DONE;
    }
    if (sent) {
        d->sendable = false;
        d->writable = d->hung_up;
    }
    io->data = operation->buffer;
    io->size = operation->size;
    io->done = sent > 0 ? (size_t)sent : 0;
    return async__stream_begin(io, async_thread.current->leaf, async__stream(io), &all);
}

enum async_step async_stream_write_some__begin(struct async_stream_write_some__wait *wait,
                                               struct async_frame *caller,
                                               struct async_stream *stream, const void *buffer,
                                               size_t size)
{
    struct async_stream_io *io = &wait->io;
    io->data = (char *)buffer; /* only read from */
    io->size = size;
    io->done = 0;
    return async__stream_begin(io, caller, stream, &some);
}

ASYNC_FORM_3(int, async_stream_write, struct async_stream *, const void *, size_t);
ASYNC_FORM_3(ssize_t, async_stream_write_some, struct async_stream *, const void *, size_t);
