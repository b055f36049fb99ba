/* Byte streams and servers: TCP here, and any other non-blocking descriptor.
 *
 * Several tasks may read one stream, and several may write it: each waits for its turn, first come,
 * first served, and each write is contiguous. Buffers belong to the caller and must stay until the
 * wait is over. A cancelled read loses no byte: what had arrived is delivered, or stays for the
 * next read. All waits here return -ECANCELED when the task is cancelled, and -EBADF when the
 * stream or server is closed meanwhile. SIGPIPE is never raised: writing to a closed peer gives
 * -EPIPE or -ECONNRESET. */
#ifndef ASYNC_STREAM_H
#define ASYNC_STREAM_H

#include <async/backend.h>
#include <async/generator.h>
#include <sys/types.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct async_stream;
struct async_server;

/* One task's read or write. The wait's result, a ssize_t or int, lies right behind it. Private. */
struct async_stream_io {
    struct async_wait wait; /* its kind tells the job */
    struct async_operation operation;
    struct async_stream_io *next; /* who reads (writes) after this one */
    char *data;                   /* the caller's buffer */
    size_t size, done;
    union {
        size_t *got;           /* read_exactly */
        const char *delimiter; /* read_until */
    } u;
    int cancelled; /* the error to end with once the kernel has let go */
};

/* ---- connections ---- */

/* Connects to the first address of host that answers. host is a name or a number, service a port or
 * a name. *stream is the caller's, to be closed. 0, or the error of the last address tried;
 * -ENOENT: no such name; -EAGAIN, -EIO: the name servers failed. */
ASYNC_FUNCTION(int)
async_open_connection(const char *host, const char *service, struct async_stream **stream);
struct async_open_connection__wait {
    struct async_wait wait;
    struct async_operation operation;
    struct async_resolution *resolution; /* the look-up that runs, or NULL */
    struct addrinfo *addresses, *next;
    struct async_stream *stream, **out;
    int result;
    int cancelled;
};
enum async_step async_open_connection__begin(struct async_open_connection__wait *wait,
                                             struct async_frame *caller, const char *host,
                                             const char *service, struct async_stream **stream);

/* Makes a stream of a socket, pipe or terminal, which becomes non-blocking. 0 and the stream owns
 * fd; or -EBADF, -ENOMEM, -ESRCH (no loop runs), -ENOTSUP (the loop is a simulated one), and fd
 * stays the caller's. */
int async_stream_from_fd(int fd, struct async_stream **stream);

/* Closes the descriptor and frees the stream. Nothing happens on NULL. */
void async_stream_close(struct async_stream *stream);

/* The stream's descriptor, which stays the stream's; -ENOTSUP on the sim backend. */
int async_stream_fd(const struct async_stream *stream);

/* The peer as text, "127.0.0.1:80", "[::1]:80" or "" if it has none; lives as long as the stream.
 */
const char *async_stream_peer(struct async_stream *stream);

/* ---- reading ---- */

/* At most size bytes, as soon as there is one: how many, 0 at the end. */
ASYNC_FUNCTION(ssize_t) async_stream_read(struct async_stream *stream, void *buffer, size_t size);
struct async_stream_read__wait {
    struct async_stream_io io;
    ssize_t result;
};
enum async_step async_stream_read__begin(struct async_stream_read__wait *wait,
                                         struct async_frame *caller, struct async_stream *stream,
                                         void *buffer, size_t size);

/* Exactly size bytes: size, or -ENODATA at an early end. *got (unless NULL) is how many were read,
 * whatever the result is. */
ASYNC_FUNCTION(ssize_t)
async_stream_read_exactly(struct async_stream *stream, void *buffer, size_t size, size_t *got);
struct async_stream_read_exactly__wait {
    struct async_stream_io io;
    ssize_t result;
};
enum async_step async_stream_read_exactly__begin(struct async_stream_read_exactly__wait *wait,
                                                 struct async_frame *caller,
                                                 struct async_stream *stream, void *buffer,
                                                 size_t size, size_t *got);

/* Up to and with the delimiter, which is not empty: the length with it; the text is NUL-terminated.
 * At the end of the stream what is left is given without a delimiter, then 0. -EMSGSIZE if it does
 * not fit in size bytes with its NUL: then it all stays for the next read. */
ASYNC_FUNCTION(ssize_t)
async_stream_read_until(struct async_stream *stream, char *text, size_t size,
                        const char *delimiter);
struct async_stream_read_until__wait {
    struct async_stream_io io;
    ssize_t result;
};
enum async_step async_stream_read_until__begin(struct async_stream_read_until__wait *wait,
                                               struct async_frame *caller,
                                               struct async_stream *stream, char *text, size_t size,
                                               const char *delimiter);

/* The same up to a newline. */
ASYNC_FUNCTION(ssize_t)
async_stream_read_line(struct async_stream *stream, char *text, size_t size);
struct async_stream_read_line__wait {
    struct async_stream_io io;
    ssize_t result;
};
enum async_step async_stream_read_line__begin(struct async_stream_read_line__wait *wait,
                                              struct async_frame *caller,
                                              struct async_stream *stream, char *text, size_t size);

/* ---- writing ---- */

/* All of it: 0, or the error after which an unknown part was written. */
ASYNC_FUNCTION(int)
async_stream_write(struct async_stream *stream, const void *buffer, size_t size);
struct async_stream_write__wait {
    struct async_stream_io io;
    int result;
};
enum async_step async_stream_write__begin(struct async_stream_write__wait *wait,
                                          struct async_frame *caller, struct async_stream *stream,
                                          const void *buffer, size_t size);

/* As much as goes at once, at least one byte: how many. */
ASYNC_FUNCTION(ssize_t)
async_stream_write_some(struct async_stream *stream, const void *buffer, size_t size);
struct async_stream_write_some__wait {
    struct async_stream_io io;
    ssize_t result;
};
enum async_step async_stream_write_some__begin(struct async_stream_write_some__wait *wait,
                                               struct async_frame *caller,
                                               struct async_stream *stream, const void *buffer,
                                               size_t size);

/* ---- servers ---- */

/* Listens on host (NULL: all interfaces) and service ("0": a free port). *server is the caller's,
 * to be closed. 0, or as async_open_connection, or what bind says (-EADDRINUSE, ...). */
ASYNC_FUNCTION(int)
async_server_open(const char *host, const char *service, struct async_server **server);
struct async_server_open__wait {
    struct async_wait wait;
    struct async_resolution *resolution;
    struct async_server **out;
    bool any_host;
    int result;
};
enum async_step async_server_open__begin(struct async_server_open__wait *wait,
                                         struct async_frame *caller, const char *host,
                                         const char *service, struct async_server **server);

/* The next connection, without delay of small packets (TCP_NODELAY); one that died in the queue is
 * skipped, and when descriptors or memory run out, it waits and tries again. 0 and *stream, the
 * caller's; -ENOMEM: a connection came, and was closed for lack of memory. */
ASYNC_FUNCTION(int)
async_server_accept(struct async_server *server, struct async_stream **stream);
struct async_server_accept__wait {
    struct async_wait wait;
    struct async_operation operation;
    struct async_server *server;
    struct async_server_accept__wait *next;
    struct async_stream **out;
    int result;
};
enum async_step async_server_accept__begin(struct async_server_accept__wait *wait,
                                           struct async_frame *caller, struct async_server *server,
                                           struct async_stream **stream);

/* Ends listening and frees the server. Nothing happens on NULL. */
void async_server_close(struct async_server *server);

/* async with (struct async_server *server = async_listen(host, service)) S: listens as
 * async_server_open does, runs S, and closes the server on every way out of it. `host` and
 * `service` must stay until it listens. Ends with the error of async_server_open. */
ASYNC_GENERATOR(struct async_server *) async_listen(const char *host, const char *service);
struct async_listen__frame {
    struct async_frame base;
    int result, thrown;
    struct async_server *value;
    const char *host, *service;
    struct async_server_open__wait open;
};
void async_listen__begin(struct async_listen__frame *self, struct async_frame *caller,
                         const char *host, const char *service);
enum async_step async_listen__resume(struct async_frame *base);

/* async for (struct async_stream *client : async_accept(server)): the connections, one by one, as
 * async_server_accept gives them; each is the body's, to be closed. A connection that died, or for
 * which there was no memory, does not end it; cancellation does (-ECANCELED), and the end of the
 * server (-EBADF). */
ASYNC_GENERATOR(struct async_stream *) async_accept(struct async_server *server);
struct async_accept__frame {
    struct async_frame base;
    int result, thrown;
    struct async_stream *value;
    struct async_server *server;
    struct async_server_accept__wait accept;
};
void async_accept__begin(struct async_accept__frame *self, struct async_frame *caller,
                         struct async_server *server);
enum async_step async_accept__resume(struct async_frame *base);

/* The port it listens on, or 0 if it has none. */
int async_server_port(const struct async_server *server);

#ifdef __cplusplus
}
#endif
#endif
