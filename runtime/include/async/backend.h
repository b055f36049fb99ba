/* The seam between the loop and a poller: operations that are started and that complete.
 *
 * A backend that learns of readiness (epoll, poll) does the system call when the descriptor is
 * ready; one that submits (io_uring) hands it to the kernel; a simulated one moves bytes in memory.
 * What uses them sees no difference: it fills an operation, starts it, and its `complete` is
 * called from poll(), unless start() said that it is complete already. */
#ifndef ASYNC_BACKEND_H
#define ASYNC_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct async_loop;

enum async_operation_kind {
    ASYNC_READ,     /* at most `size` bytes into `buffer`; result: how many, 0 at the end */
    ASYNC_WRITE,    /* at most `size` bytes from `buffer`; result: how many */
    ASYNC_ACCEPT,   /* result: the new descriptor, non-blocking, close-on-exec */
    ASYNC_CONNECT,  /* to the address in `buffer` of `size` bytes; result: 0 */
    ASYNC_READABLE, /* result: 0 when reading would not block */
    ASYNC_WRITABLE, /* the same for writing */
    ASYNC_OPERATION_KINDS,
};

/* What a backend knows of a descriptor. The memory is the caller's, the fields are the backend's
 * between attach and detach; the caller sets `fd`, `socket` and `drains` before attach. As long as
 * `readable` is false, start() of a read does nothing but `reader = operation`, so the caller may
 * do just that; likewise for writes. (A backend that submits operations leaves both true.) */
struct async_descriptor {
    int fd;
    bool socket;             /* takes recv and send */
    bool drains;             /* a short read or write means that the next one would block */
    bool shared;             /* not ours: watched only while an operation waits */
    bool watched, counted;   /* known to the poller; counted as such */
    bool readable, writable; /* believed to be, until a call says otherwise */
    bool hung_up;            /* the peer has closed: more may come without a further event */
    bool sendable;           /* a writable stream socket of the kernel, and no writer waits: send()
                                will do. Who calls it clears this and `writable` if not all went */
    struct async_operation *reader, *writer; /* started and waiting */
};

struct async_operation {
    enum async_operation_kind kind;
    struct async_descriptor *descriptor;
    void *buffer;
    size_t size;
    ssize_t result; /* or a negative errno number */
    /* Runs no code of the program; it may start the next operation, and close descriptors that
     * are no other operation's. */
    void (*complete)(struct async_operation *operation);
};

struct addrinfo;
struct sockaddr_storage;

/* The calls on sockets that are no operations: sockets are made, named and closed at once. */
struct async_network {
    /* A non-blocking socket for this address: its number, or a negative errno number. */
    int (*open)(void *state, const struct addrinfo *address);
    /* Binds it to the address, and listens. 0 or a negative errno number. */
    int (*listen)(void *state, int fd, const struct addrinfo *address);
    /* Its own address, or its peer's. 0 or a negative errno number. */
    int (*name)(void *state, int fd, bool peer, struct sockaddr_storage *address);
    void (*close)(void *state, int fd);
    /* Looks a name up at once, as getaddrinfo does (gives its codes, too): the result is for
     * freeaddrinfo. NULL: threads that call getaddrinfo look names up. */
    int (*resolve)(void *state, const char *host, const char *service, const struct addrinfo *hints,
                   struct addrinfo **addresses);
};
/* The kernel's sockets. */
extern const struct async_network async_network_kernel;

struct async_backend {
    const char *name;
    /* Descriptors, threads and processes of the kernel are not for this backend: raw descriptors
     * are refused with -ENOTSUP, and what would run in a thread runs inline. */
    bool simulated;
    const struct async_network *network;
    /* Makes and frees *state, the backend's own. 0 or a negative errno number. */
    int (*open)(void **state);
    void (*close)(void *state);
    /* Nanoseconds on the monotonic clock, or on a virtual one. */
    uint64_t (*now)(void *state);
    /* Completes operations. Waits until one has, a wake, a signal, or `deadline` (on the clock of
     * now(); 0: does not wait; UINT64_MAX: no deadline). May leave events for next() or the next
     * poll(), which then does not wait; with deadline 0 it leaves none. */
    void (*poll)(void *state, uint64_t deadline);
    /* Handles an event that poll() left; false: there is none. NULL: poll() leaves none. */
    bool (*next)(void *state);
    /* Ends the present or the next poll(); from any thread and from signal handlers. */
    void (*wake)(void *state);
    /* Begin and end to watch descriptor->fd. attach: 0 or a negative errno number. No operation
     * may wait on a descriptor that is detached. */
    int (*attach)(void *state, struct async_descriptor *descriptor);
    void (*detach)(void *state, struct async_descriptor *descriptor);
    /* By kind. One operation per direction may wait on a descriptor. True: it is complete,
     * operation->result tells, and `complete` will not be called. */
    bool (*start[ASYNC_OPERATION_KINDS])(void *state, struct async_operation *operation);
    /* Makes a waiting operation complete, now or later, with `error` or with what it has done. */
    void (*cancel)(void *state, struct async_operation *operation, int error);
    /* Whether there is anything to poll for, so that a busy loop looks now and then. */
    bool (*busy)(void *state);
};

extern const struct async_backend async_backend_epoll, async_backend_poll, async_backend_sim;

/* What loops use that are made from now on, by any thread; NULL: what ASYNC_LOOP names, or else the
 * first one that works. A loop cannot be made, and a line on stderr tells why, if the kernel
 * refuses a backend that was chosen. */
void async_set_loop_backend(const struct async_backend *backend);

#ifdef __cplusplus
}
#endif
#endif
