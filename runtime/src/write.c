/* The jobs that write: all of it, or what goes at once. */
#include "stream.h"

static bool start(struct async_stream_io *io, ssize_t *result)
{
    io->operation.kind = ASYNC_WRITE;
    io->operation.buffer = io->data + io->done;
    io->operation.size = io->size - io->done;
    if (!async__start(io->stream->loop, &io->operation))
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

static const struct async_stream_job all = {all_advance, all_absorb, true, true};
static const struct async_stream_job some = {some_advance, some_absorb, true, false};

/* The kernel did not take all of it at once. */
static __attribute__((noinline)) enum async_step all_continue(struct async_stream_write__wait *wait,
                                                              struct async_frame *caller,
                                                              bool started, size_t size)
{
    struct async_stream_io *io = &wait->io;
    struct async_stream *stream = io->stream;
    io->job = &all;
    io->data = io->operation.buffer;
    io->size = size;
    io->done = 0;
    io->result = &wait->result;
    if (started) {
        if (all_absorb(io, io->operation.result) || all_advance(io))
            return async__at_once(caller);
    }
    return async__stream_wait_first(io, &stream->writers, caller);
}

static __attribute__((noinline)) enum async_step all_begin(struct async_stream_write__wait *wait,
                                                           struct async_frame *caller,
                                                           const void *buffer, size_t size)
{
    struct async_stream_io *io = &wait->io;
    io->job = &all;
    io->data = (char *)buffer; /* only read from */
    io->size = size;
    io->result = &wait->result;
    return async__stream_begin(io, caller);
}

enum async_step async_stream_write__begin(struct async_stream_write__wait *wait,
                                          struct async_frame *caller, struct async_stream *stream,
                                          const void *buffer, size_t size)
{
    struct async_operation *operation = &wait->io.operation;
    wait->io.stream = stream;
    if (!async__may_begin(&stream->writers) || !size)
        return all_begin(wait, caller, buffer, size);
    operation->kind = ASYNC_WRITE;
    operation->descriptor = &stream->descriptor;
    operation->buffer = (char *)buffer; /* only read from */
    operation->size = size;
    operation->complete = async__stream_complete;
    bool started =
        stream->loop->backend->start[ASYNC_WRITE](stream->loop->backend_state, operation);
    if (__builtin_expect(!started || operation->result != (ssize_t)size, 0))
        return all_continue(wait, caller, started, size);
    wait->result = 0;
    return async__at_once(caller);
}

enum async_step async_stream_write_some__begin(struct async_stream_write_some__wait *wait,
                                               struct async_frame *caller,
                                               struct async_stream *stream, const void *buffer,
                                               size_t size)
{
    struct async_stream_io *io = &wait->io;
    io->job = &some;
    io->stream = stream;
    io->data = (char *)buffer; /* only read from */
    io->size = size;
    io->result = &wait->result;
    return async__stream_begin(io, caller);
}

ASYNC_FORM_3(int, async_stream_write, struct async_stream *, const void *, size_t);
ASYNC_FORM_3(ssize_t, async_stream_write_some, struct async_stream *, const void *, size_t);
