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

enum async_step async_stream_write__begin(struct async_stream_write__wait *wait,
                                          struct async_frame *caller, struct async_stream *stream,
                                          const void *buffer, size_t size)
{
    struct async_stream_io *io = &wait->io;
    io->job = &all;
    io->stream = stream;
    io->data = (char *)buffer; /* only read from */
    io->size = size;
    io->result = &wait->result;
    return async__stream_begin(io, caller);
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
