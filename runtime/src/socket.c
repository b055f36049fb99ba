/* The kernel's sockets, and the system calls of operations, for every backend that polls
 * descriptors.
 */
#include "internal.h"

#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <unistd.h>

/* ---- operations ---- */

/* write() to what is no socket, without SIGPIPE. */
static ssize_t write_quietly(int fd, const void *buffer, size_t size)
{
    sigset_t pipe, old, pending;
    sigpending(&pending);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &old);
    ssize_t n = write(fd, buffer, size);
    int saved = errno;
    if (n < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE)) {
        struct timespec now = {0, 0};
        while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = saved;
    return n;
}

ssize_t async__system_call(struct async_operation *operation)
{
    const struct async_descriptor *d = operation->descriptor;
    switch (operation->kind) {
    case ASYNC_READ:
        return d->socket ? async__kernel_recv(d->fd, operation->buffer, operation->size)
                         : read(d->fd, operation->buffer, operation->size);
    case ASYNC_WRITE:
        return d->socket ? async__kernel_send(d->fd, operation->buffer, operation->size)
                         : write_quietly(d->fd, operation->buffer, operation->size);
    case ASYNC_ACCEPT:
        return accept4(d->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    case ASYNC_CONNECT: { /* has begun, and the socket is writable */
        int error;
        socklen_t length = sizeof error;
        if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &length))
            return -1;
        errno = error;
        operation->size = 0; /* the address is not written, nothing is short */
        return error ? -1 : 0;
    }
    default:
        return 0;
    }
}

/* ---- sockets ---- */

static int kernel_open(void *state, const struct addrinfo *address)
{
    (void)state;
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    address->ai_protocol);
    return fd < 0 ? -errno : fd;
}

static int kernel_listen(void *state, int fd, const struct addrinfo *address)
{
    int one = 1, off = 0;
    (void)state;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address->ai_family == AF_INET6) /* "all interfaces" means those of IPv4 too */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, address->ai_addr, address->ai_addrlen) || listen(fd, SOMAXCONN))
        return -errno;
    return 0;
}

static int kernel_name(void *state, int fd, bool peer, struct sockaddr_storage *address)
{
    socklen_t length = sizeof *address;
    (void)state;
    int failed = peer ? getpeername(fd, (struct sockaddr *)address, &length)
                      : getsockname(fd, (struct sockaddr *)address, &length);
    return failed ? -errno : 0;
}

static void kernel_close(void *state, int fd)
{
    (void)state;
    close(fd);
}

const struct async_network async_network_kernel = {
    .open = kernel_open,
    .listen = kernel_listen,
    .name = kernel_name,
    .close = kernel_close,
};
