/* An independent client for the echo server: plain sockets, no part of the runtime.
 *
 *     echo SERVER [CONNECTIONS]
 *
 * Starts the server on a free port, holds that many connections (1,000) at once, and checks that
 * every byte comes back: small messages on all, a large one, connections that end in every way. It
 * prints what a connection costs the server: the growth of its resident memory, divided. At the end
 * the server is interrupted and must leave with status 0. Prints "N passed, N failed". */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness/harness.h"

enum { ROUNDS = 5, MOST_BYTES = 700, LARGE = 3 * 1024 * 1024, TIMEOUT_MS = 10000 };

/* The bytes of a message: differ by connection, round and place. */
static unsigned char byte_of(int connection, int round, size_t at)
{
    uint32_t x = (uint32_t)connection * 2654435761u + (uint32_t)round * 40503u + (uint32_t)at * 97u;
    return (unsigned char)(x >> 11);
}

static size_t size_of(int connection, int round)
{
    return 1 + (size_t)(connection * 31 + round * 17) % MOST_BYTES;
}

/* Starts the server; its process, and the port that it says on its standard output. */
static pid_t start_server(const char *path, int *port)
{
    int ends[2];
    char text[200];
    size_t size = 0;
    if (pipe(ends) < 0)
        return -1;
    pid_t server = fork();
    if (server == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execl(path, path, "0", NULL);
        perror(path);
        _exit(127);
    }
    close(ends[1]);
    while (size + 1 < sizeof text && read(ends[0], text + size, 1) == 1 && text[size] != '\n')
        size++;
    text[size] = '\0';
    char *digits = strpbrk(text, "0123456789");
    *port = digits ? atoi(digits) : 0;
    return server; /* the pipe stays open: the server goes on writing to it */
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = TIMEOUT_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

static bool send_message(int fd, int connection, int round)
{
    unsigned char data[MOST_BYTES];
    size_t size = size_of(connection, round);
    for (size_t i = 0; i < size; i++)
        data[i] = byte_of(connection, round, i);
    return send(fd, data, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool receive_message(int fd, int connection, int round)
{
    unsigned char data[MOST_BYTES];
    size_t size = size_of(connection, round);
    if (recv(fd, data, size, MSG_WAITALL) != (ssize_t)size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (data[i] != byte_of(connection, round, i))
            return false;
    return true;
}

/* Sends and receives at the same time: more than all buffers on the way hold. */
static bool exchange_large(int fd)
{
    unsigned char chunk[65536];
    size_t sent = 0, received = 0;
    bool is_right = true;
    while (received < LARGE) {
        struct pollfd ready = {.fd = fd, .events = sent < LARGE ? POLLIN | POLLOUT : POLLIN};
        if (poll(&ready, 1, TIMEOUT_MS) <= 0)
            return false;
        if (ready.revents & POLLOUT) {
            size_t size = LARGE - sent < sizeof chunk ? LARGE - sent : sizeof chunk;
            for (size_t i = 0; i < size; i++)
                chunk[i] = byte_of(7, 7, sent + i);
            ssize_t n = send(fd, chunk, size, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n < 0 && errno != EAGAIN)
                return false;
            sent += n > 0 ? (size_t)n : 0;
        }
        if (ready.revents & (POLLIN | POLLHUP)) {
            ssize_t n = recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
            if (n <= 0)
                return false;
            for (ssize_t i = 0; i < n; i++)
                is_right &= chunk[i] == byte_of(7, 7, received + (size_t)i);
            received += (size_t)n;
        }
    }
    return is_right;
}

/* The end of our sending is the end of its sending. */
static bool half_close(int fd)
{
    char byte;
    return shutdown(fd, SHUT_WR) == 0 && recv(fd, &byte, 1, 0) == 0;
}

/* Closes with a reset, data on the way. */
static void reset(int fd)
{
    struct linger at_once = {.l_onoff = 1};
    send_message(fd, 1, 1);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

static long resident_bytes(pid_t process)
{
    char *text = read_file(format("/proc/%d/statm", (int)process));
    long pages = 0;
    if (!text || sscanf(text, "%*d %ld", &pages) != 1)
        return 0;
    return pages * sysconf(_SC_PAGESIZE);
}

static bool exchange_on_all(const int *fds, int count, int round)
{
    bool is_right = true;
    for (int i = 0; i < count; i++)
        is_right &= send_message(fds[i], i, round);
    for (int i = 0; i < count; i++)
        is_right &= receive_message(fds[i], i, round);
    return is_right;
}

static void test_connections(pid_t server, int port, int *fds, int count)
{
    int open = 0;
    fds[0] = connect_to(port);
    check(exchange_on_all(fds, 1, 0), "one connection");
    close(fds[0]);
    usleep(20000);
    long before = resident_bytes(server);
    while (open < count && (fds[open] = connect_to(port)) >= 0)
        open++;
    check(open == count, format("%d connections at once, wanted %d", open, count));
    for (int round = 0; round < ROUNDS; round++)
        check(exchange_on_all(fds, open, round), format("round %d on all connections", round));
    long growth = resident_bytes(server) - before;
    printf("memory of the server: %ld bytes for each of %d connections\n", growth / (open + !open),
           open);
    check(growth / (open + !open) < 16 * 1024, "memory for each connection");
}

static void test_ends(int port, int *fds, int count)
{
    int half = count / 2, last;
    bool is_right = true;
    check(exchange_large(fds[0]), "three megabytes on one connection");
    for (int i = 0; i < half; i += 2) {
        is_right &= half_close(fds[i]);
        close(fds[i]);
        reset(fds[i + 1]);
    }
    check(is_right, "half closed connections are closed");
    check(exchange_on_all(fds + half, count - half, ROUNDS), "the others are left alone");
    for (int i = half; i < count; i++)
        close(fds[i]);
    last = connect_to(port);
    check(exchange_on_all(&last, 1, 1), "a connection after all of them");
    close(last);
}

int main(int argc, char **argv)
{
    int port = 0, status = 0, count = argc > 2 ? atoi(argv[2]) : 1000;
    struct rlimit limit;
    if (argc < 2 || count < 4) {
        fprintf(stderr, "usage: %s SERVER [CONNECTIONS]\n", argv[0]);
        return 2;
    }
    count &= ~3;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int *fds = calloc((size_t)count, sizeof *fds);
    alarm(120);
    pid_t server = start_server(argv[1], &port);
    if (check(fds && server > 0 && port > 0, "the server listens")) {
        test_connections(server, port, fds, count);
        test_ends(port, fds, count);
    }
    kill(server, SIGINT);
    waitpid(server, &status, 0);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "an interrupt ends the server");
    free(fds);
    return report();
}
