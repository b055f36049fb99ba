/* The jobs that read: some bytes, exactly so many, up to a delimiter.
 *
 * Reads go straight into the caller's buffer. Only read_until, which cannot know how much to ask
 * for, reads ahead into the stream's buffer; whoever reads next takes from there first. */
#include "debug.h"
#include "stream.h"

#include <string.h>

/* Takes bytes that were read ahead. */
static size_t take(struct async_stream *stream, char *to, size_t size)
{
    size_t there = stream->end - stream->begin;
    if (size > there)
        size = there;
    if (!size)
        return 0;
    memcpy(to, stream->buffer + stream->begin, size);
    stream->begin += size;
    if (stream->begin == stream->end)
        stream->begin = stream->end = 0;
    return size;
}

/* Starts to read into `to`; true: *result tells at once. */
static bool start(struct async_stream_io *io, char *to, size_t size, ssize_t *result)
{
    io->operation.kind = ASYNC_READ;
    io->operation.buffer = to;
    io->operation.size = size;
    if (!async__start(async__stream(io)->loop, &io->operation))
        return false;
    *result = io->operation.result;
    return true;
}

/* ---- some ---- */

static bool some_absorb(struct async_stream_io *io, ssize_t result)
{
    return async__job_over(io, result);
}

static bool some_advance(struct async_stream_io *io)
{
    struct async_stream *stream = async__stream(io);
    ssize_t result = 0;
    if (!io->size)
        return async__job_over(io, 0);
    if (stream->end)
        return async__job_over(io, (ssize_t)take(stream, io->data, io->size));
    return start(io, io->data, io->size, &result) && async__job_over(io, result);
}

static const struct async_stream_job some = {
    .kind = {.cancel = async__stream_cancel, .name = "a stream"},
    .advance = some_advance,
    .absorb = some_absorb,
};

/* Nobody came after it in line, and the stream is not closing. */
static __attribute__((hot)) void some_complete(struct async_operation *operation)
{
    struct async_stream_io *io = ASYNC_CONTAINER(operation, struct async_stream_io, operation);
    async__stream(io)->readers.first = NULL;
    ((struct async_stream_read__wait *)io)->result = operation->result;
    async__wake(&io->wait);
}

__attribute__((hot)) enum async_step async_stream_read__begin(struct async_stream_read__wait *wait,
                                                              struct async_frame *caller,
                                                              struct async_stream *stream,
                                                              void *buffer, size_t size)
{
    struct async_stream_io *io = &wait->io;
    async__check_maker(stream->loop->thread);
    bool common = !stream->descriptor.readable && !stream->readers.first && !stream->end && size &&
                  !async__is_cancelled();
    if (__builtin_expect(!common, 0)) {
        io->data = buffer;
        io->size = size;
        return async__stream_begin(io, caller, stream, &some);
    }
    /* The common read: the first in line, and its bytes are still to come. */
    io->operation.kind = ASYNC_READ;
    io->operation.descriptor = &stream->descriptor;
    io->operation.buffer = buffer;
    io->operation.size = size;
    io->operation.complete = some_complete;
    stream->descriptor.reader = &io->operation;
    return async__stream_wait_first(io, &some, &stream->readers, caller);
}

/* ---- exactly ---- */

static bool exactly_over(struct async_stream_io *io, ssize_t result)
{
    if (io->u.got)
        *io->u.got = io->done;
    return async__job_over(io, result);
}

static bool exactly_absorb(struct async_stream_io *io, ssize_t result)
{
    if (result < 0)
        return exactly_over(io, result);
    if (result == 0)
        return exactly_over(io, -ENODATA);
    io->done += (size_t)result;
    if (io->u.got)
        *io->u.got = io->done;
    return io->done == io->size && exactly_over(io, (ssize_t)io->size);
}

static bool exactly_advance(struct async_stream_io *io)
{
    io->done += take(async__stream(io), io->data + io->done, io->size - io->done);
    if (io->done == io->size)
        return exactly_over(io, (ssize_t)io->size);
    ssize_t result;
    while (start(io, io->data + io->done, io->size - io->done, &result))
        if (exactly_absorb(io, result))
            return true;
    if (io->u.got)
        *io->u.got = io->done;
    return false;
}

static const struct async_stream_job exactly = {
    .kind = {.cancel = async__stream_cancel, .name = "a stream"},
    .advance = exactly_advance,
    .absorb = exactly_absorb,
};

enum async_step async_stream_read_exactly__begin(struct async_stream_read_exactly__wait *wait,
                                                 struct async_frame *caller,
                                                 struct async_stream *stream, void *buffer,
                                                 size_t size, size_t *got)
{
    struct async_stream_io *io = &wait->io;
    io->data = buffer;
    io->size = size;
    io->done = 0;
    io->u.got = got;
    if (got)
        *got = 0;
    return async__stream_begin(io, caller, stream, &exactly);
}

/* ---- until ---- */

/* The caller gets the first `length` bytes that were read ahead. */
static bool until_over(struct async_stream_io *io, size_t length)
{
    take(async__stream(io), io->data, length);
    io->data[length] = 0;
    return async__job_over(io, (ssize_t)length);
}

/* Looks at what is there. io->done bytes of it were looked at before, without success. */
static bool until_scan(struct async_stream_io *io)
{
    struct async_stream *stream = async__stream(io);
    size_t there = stream->end - stream->begin, width = strlen(io->u.delimiter);
    const char *bytes = stream->buffer + stream->begin;
    size_t from = io->done + 1 > width ? io->done + 1 - width : 0;
    const char *found = NULL;
    if (there > from)
        found = memmem(bytes + from, there - from, io->u.delimiter, width);
    size_t length = found ? (size_t)(found - bytes) + width : there + 1;
    io->done = there;
    if (length + 1 > io->size)
        return async__job_over(io, -EMSGSIZE);
    return found && until_over(io, length);
}

/* Room for more behind what was read ahead; false: no memory. */
static bool until_reserve(struct async_stream *stream)
{
    size_t there = stream->end - stream->begin;
    if (stream->begin) {
        memmove(stream->buffer, stream->buffer + stream->begin, there);
        stream->begin = 0;
        stream->end = there;
    }
    if (stream->end < stream->capacity)
        return true;
    size_t capacity = stream->capacity ? stream->capacity * 2 : 4096;
    char *buffer = async__reallocate(stream->buffer, capacity);
    if (!buffer)
        return false;
    stream->buffer = buffer;
    stream->capacity = capacity;
    return true;
}

static bool until_absorb(struct async_stream_io *io, ssize_t result)
{
    if (result < 0)
        return async__job_over(io, result);
    if (result == 0)
        return until_over(io, async__stream(io)->end - async__stream(io)->begin);
    async__stream(io)->end += (size_t)result;
    return until_scan(io);
}

static bool until_advance(struct async_stream_io *io)
{
    struct async_stream *stream = async__stream(io);
    ssize_t result;
    if (stream->begin < stream->end && stream->end - stream->begin > io->done && until_scan(io))
        return true;
    do {
        if (!until_reserve(stream))
            return async__job_over(io, -ENOMEM);
        size_t room = stream->capacity - stream->end;
        if (!start(io, stream->buffer + stream->end, room, &result))
            return false;
    } while (!until_absorb(io, result));
    return true;
}

static const struct async_stream_job until = {
    .kind = {.cancel = async__stream_cancel, .name = "a stream"},
    .advance = until_advance,
    .absorb = until_absorb,
};

static enum async_step begin_until(struct async_stream_io *io, struct async_frame *caller,
                                   struct async_stream *stream, char *text, size_t size,
                                   const char *delimiter)
{
    io->data = text;
    io->size = size;
    io->done = 0;
    io->u.delimiter = delimiter;
    if (!*delimiter || size < 2) { /* no delimiter, or no text of length 1, would ever fit */
        io->wait.kind = &until.kind;
        async__job_over(io, *delimiter ? -EMSGSIZE : -EINVAL);
        return async__at_once(caller);
    }
    return async__stream_begin(io, caller, stream, &until);
}

enum async_step async_stream_read_until__begin(struct async_stream_read_until__wait *wait,
                                               struct async_frame *caller,
                                               struct async_stream *stream, char *text, size_t size,
                                               const char *delimiter)
{
    return begin_until(&wait->io, caller, stream, text, size, delimiter);
}

enum async_step async_stream_read_line__begin(struct async_stream_read_line__wait *wait,
                                              struct async_frame *caller,
                                              struct async_stream *stream, char *text, size_t size)
{
    return begin_until(&wait->io, caller, stream, text, size, "\n");
}

ASYNC_FORM_3(ssize_t, async_stream_read, struct async_stream *, void *, size_t);
ASYNC_FORM_4(ssize_t, async_stream_read_exactly, struct async_stream *, void *, size_t, size_t *);
ASYNC_FORM_4(ssize_t, async_stream_read_until, struct async_stream *, char *, size_t, const char *);
ASYNC_FORM_3(ssize_t, async_stream_read_line, struct async_stream *, char *, size_t);
