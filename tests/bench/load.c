/* The echo job's load: starts a server, keeps one 64-byte message under way on each of 50
 * connections, and prints what a request costs the server.
 *
 *     load SECONDS SERVER [ARGUMENT...]     prints: requests/s user-ns/request system-ns/request
 *
 * The server prints its port first. It runs on the machine's first processor and this program on
 * the last. It polls without sleeping, so that no answer has to wake a processor. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 50, SIZE = 64 };

struct connection {
    int fd;
    size_t received;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static pid_t start_server(char **argv, int *port)
{
    int ends[2];
    char text[32];
    if (pipe(ends) < 0)
        return -1;
    pid_t server = fork();
    if (server == 0) {
        pin(0);
        dup2(ends[1], 1);
        close(ends[0]);
        execv(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    *port = atoi(text);
    return server;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void send_message(struct connection *connection)
{
    static const char message[SIZE] = "message";
    connection->received = 0;
    if (send(connection->fd, message, SIZE, MSG_NOSIGNAL) != SIZE)
        fail("send");
}

static void open_connection(struct connection *connection, int poll, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int one = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof address) < 0)
        fail("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_ctl(poll, EPOLL_CTL_ADD, connection->fd, &event);
}

/* The server's processor time until now, in seconds. */
static void processor_time(pid_t server, double *user, double *system)
{
    char path[64], text[1024] = "";
    unsigned long ticks[2] = {0, 0};
    snprintf(path, sizeof path, "/proc/%d/stat", (int)server);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(text, sizeof text, file))
        fail(path);
    fclose(file);
    char *rest = strrchr(text, ')');
    if (!rest || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ticks[0],
                        &ticks[1]) != 2)
        fail(path);
    *user = (double)ticks[0] / (double)sysconf(_SC_CLK_TCK);
    *system = (double)ticks[1] / (double)sysconf(_SC_CLK_TCK);
}

/* Receives what is there; gives how many answers were complete, and sends the next messages. */
static long exchange(int poll)
{
    struct epoll_event events[CONNECTIONS];
    long complete = 0;
    int n = epoll_wait(poll, events, CONNECTIONS, 0);
    for (int i = 0; i < n; i++) {
        struct connection *connection = events[i].data.ptr;
        char text[4 * SIZE];
        ssize_t size = recv(connection->fd, text, sizeof text, 0);
        if (size <= 0)
            fail("recv");
        connection->received += (size_t)size;
        if (connection->received >= SIZE) {
            complete++;
            send_message(connection);
        }
    }
    return complete;
}

int main(int argc, char **argv)
{
    static struct connection connections[CONNECTIONS];
    int port = 0, poll = epoll_create1(0);
    double seconds = argc > 2 ? atof(argv[1]) : 0, user[2], system[2];
    if (seconds <= 0) {
        fprintf(stderr, "usage: %s SECONDS SERVER [ARGUMENT...]\n", argv[0]);
        return 2;
    }
    pid_t server = start_server(argv + 2, &port);
    pin((int)sysconf(_SC_NPROCESSORS_ONLN) - 1);
    for (int i = 0; i < CONNECTIONS; i++)
        open_connection(&connections[i], poll, port);
    for (int i = 0; i < CONNECTIONS; i++)
        send_message(&connections[i]);

    long requests = 0;
    for (double end = now() + 0.3; now() < end;)
        exchange(poll);
    processor_time(server, &user[0], &system[0]);
    double start = now();
    while (now() < start + seconds)
        requests += exchange(poll);
    double elapsed = now() - start;
    processor_time(server, &user[1], &system[1]);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    if (requests == 0)
        return 1;
    printf("%.0f %.0f %.0f\n", (double)requests / elapsed,
           1e9 * (user[1] - user[0]) / (double)requests,
           1e9 * (system[1] - system[0]) / (double)requests);
    return 0;
}
