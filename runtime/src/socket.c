/* The kernel's sockets, for every backend that polls descriptors. */
#include "internal.h"

#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

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
