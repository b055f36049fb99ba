/* What stream.c, read.c, write.c, server.c and connect.c share. */
#ifndef ASYNC_STREAM_INTERNAL_H
#define ASYNC_STREAM_INTERNAL_H

#include "form.h"

#include <async/stream.h>

/* The tasks that read (or write) a stream. The operation of the first one has been started. */
struct async_line {
    struct async_stream_io *first, *last;
};

struct async_stream {
    struct async_descriptor descriptor; /* first: async_stream_write__begin looks there */
    struct async_line readers, writers;
    char *buffer; /* read-ahead of read_until: bytes begin to end are there; both 0 if none */
    size_t begin, end, capacity;
    struct async_loop *loop;
    struct async_resource resource;
    char *peer; /* made when asked for */
    bool closing;
};

/* What a read or write does. */
struct async_stream_job {
    struct async_wait_kind kind; /* first: a wait's kind leads here */
    /* Goes on as far as it can; true: the job is over and its result set. */
    bool (*advance)(struct async_stream_io *io);
    /* Takes the result of an operation that waited, which may be an error; true as above. */
    bool (*absorb)(struct async_stream_io *io, ssize_t result);
    bool writes;
    bool narrow; /* the result is an int, not a ssize_t */
};

static inline bool async__start(struct async_loop *loop, struct async_operation *operation)
{
    return loop->backend->start[operation->kind](loop->backend_state, operation);
}
static inline void async__cancel(struct async_loop *loop, struct async_operation *operation,
                                 int error)
{
    loop->backend->cancel(loop->backend_state, operation, error);
}

static inline const struct async_stream_job *async__job(const struct async_stream_io *io)
{
    return (const struct async_stream_job *)io->wait.kind;
}
static inline struct async_stream *async__stream(const struct async_stream_io *io)
{
    return (struct async_stream *)io->operation.descriptor;
}

/* Sets the result, which lies behind. Always true. */
static inline bool async__job_over(struct async_stream_io *io, ssize_t result)
{
    if (async__job(io)->narrow)
        *(int *)(io + 1) = (int)result;
    else
        *(ssize_t *)(io + 1) = result;
    return true;
}

static inline struct async_line *async__line(struct async_stream *stream,
                                             const struct async_stream_job *job)
{
    return job->writes ? &stream->writers : &stream->readers;
}

/* For the kinds of waits, and for io->operation.complete. */
void async__stream_cancel(struct async_wait *wait, int error);
void async__stream_complete(struct async_operation *operation);

/* Suspends the first job of a line, whose operation has been started. */
static inline enum async_step async__stream_wait_first(struct async_stream_io *io,
                                                       const struct async_stream_job *job,
                                                       struct async_line *line,
                                                       struct async_frame *caller)
{
    io->cancelled = 0;
    io->next = NULL;
    line->first = line->last = io;
    return async__suspend(&io->wait, &job->kind, caller);
}

/* Runs a job, or puts it in line behind others. What the job needs of data, size, done and u is
 * set. */
enum async_step async__stream_begin(struct async_stream_io *io, struct async_frame *caller,
                                    struct async_stream *stream,
                                    const struct async_stream_job *job);

/* A stream for a descriptor, of which it becomes the owner. 0 or a negative errno number. */
int async__stream_new(struct async_loop *loop, int fd, struct async_stream **stream);
/* Small packets are sent at once. */
void async__no_delay(const struct async_stream *stream);

/* ---- resolve.c ---- */

struct addrinfo;

/* A look-up of a name by a helper thread. */
struct async_resolution;
/* Looks a name up without blocking: 0 and *addresses (to be freed by freeaddrinfo) if it is
 * numeric; 1 if a thread has been asked, `done` is called later with owner; or a negative errno
 * number. */
int async__resolve(struct async_loop *loop, const char *host, const char *service, int flags,
                   void (*done)(void *owner, int error, struct addrinfo *addresses), void *owner,
                   struct addrinfo **addresses, struct async_resolution **resolution);
/* Nobody waits for it any more: done will not be called. */
void async__resolution_abandon(struct async_resolution *resolution);

#endif
