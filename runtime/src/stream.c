/* Streams: their life, and the lines of tasks that read and write them.
 *
 * A read or write is a job (read.c, write.c): advance() works as far as it can without waiting and
 * may leave an operation started on the backend. Only the first job of a line works. When its
 * operation completes, it absorbs the result and goes on; when it is over, its task wakes and the
 * next in line begins. A cancelled job lets the backend finish first, because the kernel may hold
 * its buffer; a closing stream is freed when both lines are empty, for the same reason. */
#include "stream.h"
#include "debug.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- lines ---- */

static struct async_line *line_of(struct async_stream_io *io)
{
    return async__line(async__stream(io), async__job(io));
}

static void free_closed(struct async_stream *stream)
{
    if (!stream->closing || stream->readers.first || stream->writers.first)
        return;
    stream->loop->backend->detach(stream->loop->backend_state, &stream->descriptor);
    async__close_socket(stream->loop, stream->descriptor.fd);
    async__free(stream->buffer);
    async__free(stream->peer);
    async__free(stream);
}

/* Takes the first job out of the line and wakes its task. */
static inline void leave_line(struct async_line *line)
{
    struct async_stream_io *io = line->first;
    line->first = io->next;
    async__wake(&io->wait);
}

/* The first job is over: the next ones work, until one has to wait. */
static void next_in_line(struct async_line *line)
{
    leave_line(line);
    while (line->first) {
        struct async_stream_io *io = line->first;
        if (async__stream(io)->closing)
            async__job_over(io, -EBADF);
        else if (!async__job(io)->advance(io))
            break;
        leave_line(line);
    }
}

void async__stream_complete(struct async_operation *operation)
{
    struct async_stream_io *io = ASYNC_CONTAINER(operation, struct async_stream_io, operation);
    struct async_stream *stream = async__stream(io);
    bool over = async__job(io)->absorb(io, operation->result);
    if (!over && io->cancelled)
        over = async__job_over(io, io->cancelled);
    if (!over && !async__job(io)->advance(io))
        return;
    next_in_line(line_of(io));
    free_closed(stream);
}

void async__stream_cancel(struct async_wait *wait, int error)
{
    struct async_stream_io *io = (struct async_stream_io *)wait;
    struct async_line *line = line_of(io);
    io->cancelled = error;
    if (line->first == io) {
        async__cancel(async__stream(io)->loop, &io->operation, error);
        return;
    }
    struct async_stream_io *before = line->first;
    while (before->next != io)
        before = before->next;
    before->next = io->next;
    if (line->last == io)
        line->last = before;
    async__job_over(io, error);
    async__wake(wait);
}

enum async_step async__stream_begin(struct async_stream_io *io, struct async_frame *caller,
                                    struct async_stream *stream, const struct async_stream_job *job)
{
    struct async_line *line = async__line(stream, job);
    int reason = async__reason();
    async__check_maker(stream->loop->thread);
    io->wait.kind = &job->kind;
    if (reason) {
        async__job_over(io, reason);
        return async__refuse(caller);
    }
    io->operation.descriptor = &stream->descriptor;
    io->operation.complete = async__stream_complete;
    if (!line->first) {
        if (job->advance(io))
            return async__at_once(caller);
        return async__stream_wait_first(io, job, line, caller);
    }
    io->cancelled = 0;
    io->next = NULL;
    line->first->operation.complete = async__stream_complete;
    line->last->next = io;
    line->last = io;
    return async__suspend(&io->wait, &job->kind, caller);
}

/* ---- the life of a stream ---- */

static void close_resource(struct async_resource *resource)
{
    async_stream_close(ASYNC_CONTAINER(resource, struct async_stream, resource));
}

int async__stream_new(struct async_loop *loop, int fd, struct async_stream **stream)
{
    struct async_stream *self = async__allocate(sizeof *self);
    if (!self)
        return -ENOMEM;
    *self = (struct async_stream){.loop = loop, .resource.close = close_resource};
    self->descriptor = (struct async_descriptor){.fd = fd, .socket = true, .drains = true};
    int error = async__watch_forget(loop, fd);
    if (!error)
        error = loop->backend->attach(loop->backend_state, &self->descriptor);
    if (error) {
        async__free(self);
        return error;
    }
    async__resource_add(loop, &self->resource);
    *stream = self;
    return 0;
}

void async__no_delay(const struct async_stream *stream)
{
    int one = 1, fd = stream->descriptor.fd;
    if (stream->loop->backend->simulated)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* fails on what is no TCP: fine */
}

int async_stream_from_fd(int fd, struct async_stream **stream)
{
    struct async_loop *loop = async_thread.loop;
    struct stat status;
    int flags = fcntl(fd, F_GETFL), type = 0;
    socklen_t length = sizeof type;
    if (!loop)
        return -ESRCH;
    if (loop->backend->simulated)
        return -ENOTSUP;
    if (flags < 0 || fstat(fd, &status))
        return -errno;
    int error = async__stream_new(loop, fd, stream);
    if (error)
        return error;
    struct async_descriptor *d = &(*stream)->descriptor;
    d->socket = S_ISSOCK(status.st_mode);
    if (d->socket) {
        d->drains = !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) && type == SOCK_STREAM;
    } else {
        d->drains = S_ISFIFO(status.st_mode);
    }
    if (!(flags & O_NONBLOCK))
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    return 0;
}

static void end_line(struct async_stream *stream, struct async_line *line)
{
    if (!line->first)
        return;
    line->first->cancelled = -EBADF;
    line->first->operation.complete = async__stream_complete;
    async__cancel(stream->loop, &line->first->operation, -EBADF);
}

void async_stream_close(struct async_stream *stream)
{
    if (!stream)
        return;
    async__check_maker(stream->loop->thread);
    async__resource_remove(&stream->resource);
    bool reads = stream->readers.first, writes = stream->writers.first;
    stream->closing = true;
    if (!reads && !writes) {
        free_closed(stream);
        return;
    }
    struct async_line *readers = &stream->readers;
    if (reads && writes) { /* the last one to end frees the stream */
        end_line(stream, readers);
        end_line(stream, &stream->writers);
    } else {
        end_line(stream, reads ? readers : &stream->writers);
    }
}

int async_stream_fd(const struct async_stream *stream)
{
    async__check_maker(stream->loop->thread);
    return stream->loop->backend->simulated ? -ENOTSUP : stream->descriptor.fd;
}

static int format_peer(const struct async_stream *stream, char *text, size_t size)
{
    struct async_loop *loop = stream->loop;
    struct sockaddr_storage address;
    char host[INET6_ADDRSTRLEN] = "";
    *text = 0;
    int error =
        loop->backend->network->name(loop->backend_state, stream->descriptor.fd, true, &address);
    if (error)
        return error;
    if (address.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&address;
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        return snprintf(text, size, "%s:%d", host, ntohs(in->sin_port));
    }
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)&address;
        inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host);
        return snprintf(text, size, "[%s]:%d", host, ntohs(in->sin6_port));
    }
    return 0;
}

const char *async_stream_peer(struct async_stream *stream)
{
    enum { SIZE = INET6_ADDRSTRLEN + 10 };
    async__check_maker(stream->loop->thread);
    if (!stream->peer) {
        stream->peer = async__allocate(SIZE);
        if (!stream->peer)
            return "";
        format_peer(stream, stream->peer, SIZE);
    }
    return stream->peer;
}
