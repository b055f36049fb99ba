/* recv() and send() as instructions of the caller, where the processor and the build allow it.
 *
 * libc's are a jump through a table, a look whether the process has threads, and a return that the
 * processor mispredicts each time, since the kernel's own calls have made it forget where ours
 * return to: a quarter of what an echo server does outside the kernel. The sockets never block, so
 * nothing is lost but being a point of pthread_cancel (epoll_wait still is one). With a sanitizer,
 * which has to see what is read and written, on another machine, or with ASYNC_LIBC_CALLS defined
 * (for libraries that replace the sockets of libc), these are libc's. */
#ifndef ASYNC_KERNEL_H
#define ASYNC_KERNEL_H

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>

#if defined(__x86_64__) && !defined(__ILP32__) && defined(__linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(ASYNC_LIBC_CALLS)
#define ASYNC_OWN_CALLS
#endif
#if defined(ASYNC_OWN_CALLS) && defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#undef ASYNC_OWN_CALLS
#endif
#endif

#ifndef ASYNC_OWN_CALLS

static inline ssize_t async__kernel_recv(int fd, void *buffer, size_t size)
{
    return recv(fd, buffer, size, 0);
}

static inline ssize_t async__kernel_send(int fd, const void *buffer, size_t size)
{
    return send(fd, buffer, size, MSG_NOSIGNAL);
}

#else

/* recvfrom or sendto without an address. */
static inline __attribute__((always_inline)) ssize_t
async__kernel_transfer(long call, int fd, const void *buffer, size_t size, long flags)
{
    register long r10 __asm__("r10") = flags;
    register long r8 __asm__("r8") = 0, r9 __asm__("r9") = 0; /* no address */
    ssize_t result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(call), "D"((long)fd), "S"(buffer), "d"(size), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    if (__builtin_expect(result >= 0, 1))
        return result;
    errno = (int)-result;
    return -1;
}

static inline ssize_t async__kernel_recv(int fd, void *buffer, size_t size)
{
    return async__kernel_transfer(SYS_recvfrom, fd, buffer, size, 0);
}

static inline ssize_t async__kernel_send(int fd, const void *buffer, size_t size)
{
    return async__kernel_transfer(SYS_sendto, fd, buffer, size, MSG_NOSIGNAL);
}

#endif
#endif
