/* The seam between the loop and a poller: operations that are started and that complete.
 *
 * A backend that learns of readiness (epoll, poll) does the system call when the descriptor is
 * ready; one that submits (io_uring) hands it to the kernel; a simulated one moves bytes in memory.
 * What uses them sees no difference: it fills an operation, starts it, and its `complete` is
 * called from poll() unless start() said that it is complete already. */
#ifndef ASYNC_BACKEND_H
#define ASYNC_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct async_loop;

enum async_operation_kind {
    ASYNC_READ,     /* at most `size` bytes into `buffer`; result: how many, 0 at the end */
    ASYNC_WRITE,    /* at most `size` bytes from `buffer`; result: how many */
    ASYNC_ACCEPT,   /* result: the new descriptor, non-blocking and close-on-exec */
    ASYNC_CONNECT,  /* to the address in `buffer` of `size` bytes; result: 0 */
    ASYNC_READABLE, /* result: 0 when reading would not block */
    ASYNC_WRITABLE, /* the same for writing */
};

/* A descriptor that a backend watches; at most one operation per direction is started on it. */
struct async_descriptor {
    int fd;
    bool is_socket;
    bool readable, writable; /* believed to be, until a call says otherwise */
    bool hung_up;            /* the peer has closed: a short read does not mean "drained" */
    bool once;               /* registered for one event at a time (a descriptor not ours) */
    uint32_t armed;          /* events it is registered for */
    struct async_operation *reader, *writer;
};

struct async_operation {
    enum async_operation_kind kind;
    struct async_descriptor *descriptor;
    void *buffer;
    size_t size;
    ssize_t result; /* or a negative errno number */
    /* Runs no code of the program, closes no descriptor: it may start the next operation. */
    void (*complete)(struct async_operation *);
};

struct async_backend {
    const char *name;
    /* Makes loop->backend_state; 0 or a negative errno number. */
    int (*open)(struct async_loop *loop);
    void (*close)(struct async_loop *loop);
    /* Nanoseconds on the monotonic (or a virtual) clock. */
    uint64_t (*now)(struct async_loop *loop);
    /* Completes operations; waits for one, a wake or a signal until `deadline` at most. */
    void (*poll)(struct async_loop *loop, uint64_t deadline);
    /* Ends the present or next poll(); from any thread and from signal handlers. */
    void (*wake)(struct async_loop *loop);
    /* Begins and ends to watch descriptor->fd. 0 or a negative errno number. No operation may be
     * started on a descriptor that is detached. The descriptor's memory is the caller's. */
    int (*attach)(struct async_loop *loop, struct async_descriptor *descriptor);
    void (*detach)(struct async_loop *loop, struct async_descriptor *descriptor);
    /* True: complete, with operation->result; `complete` will not be called. */
    bool (*start)(struct async_loop *loop, struct async_operation *operation);
    /* Makes a started operation complete with `error`, or with what it has done, now or later. */
    void (*cancel)(struct async_loop *loop, struct async_operation *operation, int error);
};

extern const struct async_backend async__epoll;

#endif
