/* Waiting for descriptors that are not streams. */
#ifndef ASYNC_IO_H
#define ASYNC_IO_H

#include <async/frame.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* One task's wait for a descriptor. Private. */
struct async_io_wait {
    struct async_wait wait;
    struct async_io_wait *next, **link; /* the others that wait for the same */
    void *direction;
    int *result;
};

/* Waits until reading from (writing to) fd would not block. Any number of tasks may wait. The
 * descriptor stays the caller's, who must not close it meanwhile. 0, or -ECANCELED, -EBADF,
 * -ENOMEM, -EBUSY (it belongs to a stream), -ENOTSUP (the loop is a simulated one). Regular files
 * are always ready. */
ASYNC_FUNCTION(int) async_wait_readable(int fd);
struct async_wait_readable__wait {
    struct async_io_wait io;
    int result;
};
enum async_step async_wait_readable__begin(struct async_wait_readable__wait *wait,
                                           struct async_frame *caller, int fd);

ASYNC_FUNCTION(int) async_wait_writable(int fd);
struct async_wait_writable__wait {
    struct async_io_wait io;
    int result;
};
enum async_step async_wait_writable__begin(struct async_wait_writable__wait *wait,
                                           struct async_frame *caller, int fd);

#ifdef __cplusplus
}
#endif
#endif
