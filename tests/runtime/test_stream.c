/* Streams and servers over loopback TCP, socket pairs and pipes. */
#include "lowered.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

TestSuite(stream, .fini = no_block_is_left);

/* ---- an echo server and its clients ---- */

struct echo {
    struct async_server *server;
    char port[8];
    int clients, rounds, served;
};

FUNCTION(serve, struct async_stream *s; ssize_t n; int r; char text[64];)
{
    BEGIN(serve);
    self->s = self->arg;
    for (;;) {
        WAIT(async_stream_read, self->n, self->s, self->text, sizeof self->text);
        if (self->n <= 0)
            break;
        WAIT(async_stream_write, self->r, self->s, self->text, (size_t)self->n);
        if (self->r < 0)
            break;
    }
    async_stream_close(self->s);
    END((int)self->n);
}

FUNCTION(accept_all, struct echo *echo; struct async_stream * s; int r;)
{
    BEGIN(accept_all);
    self->echo = self->arg;
    for (;;) {
        WAIT(async_server_accept, self->r, self->echo->server, &self->s);
        if (self->r < 0)
            break;
        async_release(SPAWN(serve(self->s)));
        self->echo->served++;
    }
    END(self->r);
}

FUNCTION(ask, struct echo *echo; struct async_stream * s; int i; int r; ssize_t n; size_t got;
         char text[32]; char back[32];)
{
    BEGIN(ask);
    self->echo = self->arg;
    WAIT(async_open_connection, self->r, "127.0.0.1", self->echo->port, &self->s);
    if (self->r < 0)
        RETURN(self->r);
    for (self->i = 0; self->i < self->echo->rounds; self->i++) {
        memset(self->text, 'a' + self->i % 26, sizeof self->text);
        WAIT(async_stream_write, self->r, self->s, self->text, sizeof self->text);
        cr_assert_eq(self->r, 0);
        WAIT(async_stream_read_exactly, self->n, self->s, self->back, sizeof self->back,
             &self->got);
        cr_assert_eq(self->n, sizeof self->back);
        cr_assert_eq(self->got, sizeof self->back);
        cr_assert_arr_eq(self->text, self->back, sizeof self->back);
    }
    async_stream_close(self->s);
    END(0);
}

FUNCTION(echo_main, struct echo *echo; struct async_future * acceptor; struct async_future * *asks;
         int i; int r;)
{
    BEGIN(echo_main);
    self->echo = self->arg;
    WAIT(async_server_open, self->r, "127.0.0.1", "0", &self->echo->server);
    cr_assert_eq(self->r, 0);
    cr_assert_gt(async_server_port(self->echo->server), 0);
    sprintf(self->echo->port, "%d", async_server_port(self->echo->server));
    self->acceptor = SPAWN(accept_all(self->echo));
    self->asks = calloc((size_t)self->echo->clients, sizeof *self->asks);
    for (self->i = 0; self->i < self->echo->clients; self->i++)
        self->asks[self->i] = SPAWN(ask(self->echo));
    for (self->i = 0; self->i < self->echo->clients; self->i++) {
        CALL(self->asks[self->i], self->r);
        cr_assert_eq(self->r, 0, "client %d: %d", self->i, self->r);
    }
    free(self->asks);
    async_cancel(self->acceptor);
    CALL(self->acceptor, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    async_server_close(self->echo->server);
    END(7);
}

Test(stream, echo)
{
    struct echo echo = {.clients = 5, .rounds = 50};
    cr_assert_eq(run(echo_main(&echo)), 7);
    cr_assert_eq(echo.served, 5);
}

Test(stream, a_thousand_connections)
{
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 2100)
        cr_skip_test("too few descriptors allowed");
    struct echo echo = {.clients = 1000, .rounds = 2};
    cr_assert_eq(run(echo_main(&echo)), 7);
    cr_assert_eq(echo.served, 1000);
}

/* ---- pairs ---- */

struct pair {
    int fds[2];
    struct async_stream *a, *b;
    size_t total;
    int order[4], ordered;
};

/* False: there is none, and nothing is left of it. */
static bool open_pair(struct pair *pair)
{
    *pair = (struct pair){.total = 0};
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair->fds), 0);
    int a = async_stream_from_fd(pair->fds[0], &pair->a);
    int b = async_stream_from_fd(pair->fds[1], &pair->b);
    cr_assert(a == 0 && b == 0);
    if (a == 0 && b == 0) {
        cr_assert_eq(async_stream_fd(pair->a), pair->fds[0]);
        cr_assert_str_eq(async_stream_peer(pair->a), "");
        return true;
    }
    if (a)
        close(pair->fds[0]);
    else
        async_stream_close(pair->a);
    if (b)
        close(pair->fds[1]);
    else
        async_stream_close(pair->b);
    return false;
}

FUNCTION(write_much, struct pair *pair; char *data; int r;)
{
    BEGIN(write_much);
    self->pair = self->arg;
    self->data = malloc(self->pair->total);
    memset(self->data, (int)self->pair->total & 0x7f, self->pair->total);
    WAIT(async_stream_write, self->r, self->pair->a, self->data, self->pair->total);
    free(self->data);
    END(self->r);
}

FUNCTION(read_much, struct pair *pair; size_t sum; ssize_t n; char text[5000];)
{
    BEGIN(read_much);
    self->pair = self->arg;
    for (self->sum = 0; self->sum < 2 * self->pair->total; self->sum += (size_t)self->n) {
        WAIT(async_stream_read, self->n, self->pair->b, self->text, sizeof self->text);
        cr_assert_gt(self->n, 0);
    }
    END(1);
}

FUNCTION(write_main, struct pair pair; struct async_future * w1; struct async_future * w2;
         struct async_future * reader; int r;)
{
    BEGIN(write_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->pair.total = 3000000;
    self->w1 = SPAWN(write_much(&self->pair));
    self->w2 = SPAWN(write_much(&self->pair));
    self->reader = SPAWN(read_much(&self->pair));
    CALL(self->w1, self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->w2, self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->reader, self->r);
    cr_assert_eq(self->r, 1);
    async_stream_close(self->pair.a);
    async_stream_close(self->pair.b);
    END(0);
}

Test(stream, large_writes_queue)
{
    cr_assert_eq(run(write_main(NULL)), 0);
}

FUNCTION(lines_main, struct pair pair; ssize_t n; int r; size_t got; char text[16];)
{
    BEGIN(lines_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    WAIT(async_stream_write, self->r, self->pair.a, "one\ntwo\r\n\nfour--five", 20);
    WAIT(async_stream_read_line, self->n, self->pair.b, self->text, sizeof self->text);
    cr_assert_eq(self->n, 4);
    cr_assert_str_eq(self->text, "one\n");
    WAIT(async_stream_read_until, self->n, self->pair.b, self->text, sizeof self->text, "\r\n");
    cr_assert_eq(self->n, 5);
    cr_assert_str_eq(self->text, "two\r\n");
    WAIT(async_stream_read_line, self->n, self->pair.b, self->text, sizeof self->text);
    cr_assert_eq(self->n, 1);
    WAIT(async_stream_read_until, self->n, self->pair.b, self->text, 6, "--");
    cr_assert_eq(self->n, -EMSGSIZE);
    WAIT(async_stream_read_until, self->n, self->pair.b, self->text, 7, "--");
    cr_assert_eq(self->n, 6);
    cr_assert_str_eq(self->text, "four--");
    WAIT(async_stream_read, self->n, self->pair.b, self->text, 2);
    cr_assert_eq(self->n, 2);
    cr_assert_eq(memcmp(self->text, "fi", 2), 0);
    async_stream_close(self->pair.a);
    WAIT(async_stream_read_line, self->n, self->pair.b, self->text, sizeof self->text);
    cr_assert_eq(self->n, 2);
    cr_assert_str_eq(self->text, "ve");
    WAIT(async_stream_read_line, self->n, self->pair.b, self->text, sizeof self->text);
    cr_assert_eq(self->n, 0);
    WAIT(async_stream_read_exactly, self->n, self->pair.b, self->text, 3, &self->got);
    cr_assert_eq(self->n, -ENODATA);
    cr_assert_eq(self->got, 0);
    WAIT(async_stream_read, self->n, self->pair.b, self->text, 0);
    cr_assert_eq(self->n, 0);
    WAIT(async_stream_read_until, self->n, self->pair.b, self->text, sizeof self->text, "");
    cr_assert_eq(self->n, -EINVAL);
    async_stream_close(self->pair.b);
    END(3);
}

Test(stream, lines)
{
    cr_assert_eq(run(lines_main(NULL)), 3);
}

/* ---- a line that arrives in pieces, longer than the first buffer ---- */

FUNCTION(write_pieces, struct pair *pair; int i; int r; char text[100];)
{
    BEGIN(write_pieces);
    self->pair = self->arg;
    memset(self->text, 'x', sizeof self->text);
    for (self->i = 0; self->i < 100; self->i++) {
        if (self->i == 99)
            memcpy(self->text + 96, "xx\r", 3);
        WAIT(async_stream_write, self->r, self->pair->a, self->text, 99);
        WAIT(async_yield, self->r);
    }
    WAIT(async_stream_write, self->r, self->pair->a, "\nrest", 5);
    END(self->r);
}

FUNCTION(pieces_main, struct pair pair; struct async_future * w; ssize_t n; int r;
         char text[10001];)
{
    BEGIN(pieces_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->w = SPAWN(write_pieces(&self->pair));
    WAIT(async_stream_read_until, self->n, self->pair.b, self->text, sizeof self->text, "\r\n");
    cr_assert_eq(self->n, 9901);
    cr_assert_eq(strlen(self->text), 9901);
    CALL(self->w, self->r);
    async_stream_close(self->pair.a);
    async_stream_close(self->pair.b);
    END(self->r);
}

Test(stream, a_delimiter_in_two_pieces)
{
    cr_assert_eq(run(pieces_main(NULL)), 0);
}

/* ---- closing and cancelling while somebody waits ---- */

FUNCTION(reader, struct pair *pair; ssize_t n; char text[10];)
{
    BEGIN(reader);
    self->pair = self->arg;
    WAIT(async_stream_read, self->n, self->pair->b, self->text, sizeof self->text);
    self->pair->order[self->pair->ordered++] = (int)self->n;
    END((int)self->n);
}

FUNCTION(close_main, struct pair pair; struct async_future * r1; struct async_future * r2;
         struct async_future * w; int r;)
{
    BEGIN(close_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->pair.total = 10000000;
    self->r1 = SPAWN(reader(&self->pair));
    self->r2 = SPAWN(reader(&self->pair));
    self->w = SPAWN(write_much(&self->pair));
    /* both readers get something of it, the writer cannot end */
    CALL(self->r1, self->r);
    cr_assert_eq(self->r, 10);
    CALL(self->r2, self->r);
    cr_assert_eq(self->r, 10);
    async_stream_close(self->pair.a);
    CALL(self->w, self->r);
    cr_assert_eq(self->r, -EBADF);
    async_stream_close(self->pair.b);
    END(1);
}

Test(stream, close_wakes_the_writer)
{
    cr_assert_eq(run(close_main(NULL)), 1);
}

FUNCTION(close_readers, struct pair pair; struct async_future * r1; struct async_future * r2;
         int r;)
{
    BEGIN(close_readers);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->r1 = SPAWN(reader(&self->pair));
    self->r2 = SPAWN(reader(&self->pair));
    WAIT(async_yield, self->r);
    async_stream_close(self->pair.b);
    CALL(self->r1, self->r);
    cr_assert_eq(self->r, -EBADF);
    CALL(self->r2, self->r);
    cr_assert_eq(self->r, -EBADF);
    async_stream_close(self->pair.a);
    END(1);
}

Test(stream, close_wakes_all_readers)
{
    cr_assert_eq(run(close_readers(NULL)), 1);
}

FUNCTION(cancel_readers, struct pair pair; struct async_future * t[3]; int i; int r;)
{
    BEGIN(cancel_readers);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    for (self->i = 0; self->i < 3; self->i++)
        self->t[self->i] = SPAWN(reader(&self->pair));
    WAIT(async_yield, self->r);
    async_cancel(self->t[1]); /* in line */
    async_cancel(self->t[0]); /* at work */
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    WAIT(async_stream_write, self->r, self->pair.a, "abc", 3);
    CALL(self->t[2], self->r);
    cr_assert_eq(self->r, 3);
    async_stream_close(self->pair.a);
    async_stream_close(self->pair.b);
    END(2);
}

Test(stream, cancelled_readers_leave_the_line)
{
    cr_assert_eq(run(cancel_readers(NULL)), 2);
}

FUNCTION(exactly, struct pair *pair; size_t got; ssize_t n; char text[10];)
{
    BEGIN(exactly);
    self->pair = self->arg;
    WAIT(async_stream_read_exactly, self->n, self->pair->b, self->text, 10, &self->got);
    self->pair->total = self->got;
    END((int)self->n);
}

FUNCTION(cancel_exactly, struct pair pair; struct async_future * t; int r;)
{
    BEGIN(cancel_exactly);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->t = SPAWN(exactly(&self->pair));
    WAIT(async_stream_write, self->r, self->pair.a, "abcd", 4);
    WAIT(async_sleep, self->r, 0.001);
    async_cancel(self->t);
    CALL(self->t, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert_eq(self->pair.total, 4); /* no byte is lost */
    async_stream_close(self->pair.a);
    async_stream_close(self->pair.b);
    END(2);
}

Test(stream, a_cancelled_read_exactly_says_what_it_got)
{
    cr_assert_eq(run(cancel_exactly(NULL)), 2);
}

/* ---- broken pipes, pipes and files ---- */

FUNCTION(broken_main, struct pair pair; int i; int r; ssize_t n;)
{
    BEGIN(broken_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    async_stream_close(self->pair.b);
    WAIT(async_stream_write, self->r, self->pair.a, "x", 1);
    cr_assert_eq(self->r, -EPIPE);
    async_stream_close(self->pair.a);
    cr_assert_eq(pipe(self->pair.fds), 0);
    cr_assert_eq(async_stream_from_fd(self->pair.fds[0], &self->pair.b), 0);
    cr_assert_eq(async_stream_from_fd(self->pair.fds[1], &self->pair.a), 0);
    WAIT(async_stream_write_some, self->n, self->pair.a, "xyz", 3);
    cr_assert_eq(self->n, 3);
    WAIT(async_stream_read, self->n, self->pair.b, &self->i, sizeof self->i);
    cr_assert_eq(self->n, 3);
    async_stream_close(self->pair.b);
    WAIT(async_stream_write, self->r, self->pair.a, "x", 1);
    cr_assert_eq(self->r, -EPIPE);
    async_stream_close(self->pair.a);
    cr_assert_eq(async_stream_from_fd(-1, &self->pair.a), -EBADF);
    async_stream_close(NULL);
    async_server_close(NULL);
    END(1);
}

Test(stream, writing_to_nobody_raises_no_signal)
{
    cr_assert_eq(run(broken_main(NULL)), 1);
}

FUNCTION(file_main, struct async_stream *s; int fd; int r; ssize_t n; char text[8];)
{
    BEGIN(file_main);
    self->fd = open("/proc/self/comm", O_RDONLY);
    cr_assert_geq(self->fd, 0);
    cr_assert_eq(async_stream_from_fd(self->fd, &self->s), 0);
    WAIT(async_stream_read, self->n, self->s, self->text, sizeof self->text);
    cr_assert_gt(self->n, 0);
    async_stream_close(self->s);
    END(1);
}

Test(stream, a_regular_file_reads)
{
    cr_assert_eq(run(file_main(NULL)), 1);
}

/* ---- connecting ---- */

FUNCTION(refused_main, struct async_server *server; struct async_stream * s; int r; char port[8];)
{
    BEGIN(refused_main);
    WAIT(async_server_open, self->r, "127.0.0.1", "0", &self->server);
    sprintf(self->port, "%d", async_server_port(self->server));
    async_server_close(self->server);
    WAIT(async_open_connection, self->r, "127.0.0.1", self->port, &self->s);
    cr_assert_eq(self->r, -ECONNREFUSED);
    cr_assert_null(self->s);
    WAIT(async_open_connection, self->r, "", "80", &self->s);
    cr_assert_lt(self->r, 0);
    WAIT(async_server_open, self->r, "192.0.2.1", "0", &self->server);
    cr_assert_eq(self->r, -EADDRNOTAVAIL);
    END(1);
}

Test(stream, refused)
{
    cr_assert_eq(run(refused_main(NULL)), 1);
}

FUNCTION(connect_to, int r; struct async_stream * s;)
{
    BEGIN(connect_to);
    WAIT(async_open_connection, self->r, "localhost", self->arg, &self->s);
    if (self->r == 0)
        async_stream_close(self->s);
    END(self->r);
}

FUNCTION(names_main, struct async_server *server; struct async_future * t[10]; int i; int r;
         char port[8];)
{
    BEGIN(names_main);
    WAIT(async_server_open, self->r, NULL, "0", &self->server);
    cr_assert_eq(self->r, 0);
    sprintf(self->port, "%d", async_server_port(self->server));
    for (self->i = 0; self->i < 10; self->i++)
        self->t[self->i] = SPAWN(connect_to(self->port));
    WAIT(async_yield, self->r);
    async_cancel(self->t[0]); /* looked up */
    async_cancel(self->t[9]); /* waits for a helper */
    for (self->i = 0; self->i < 10; self->i++) {
        CALL(self->t[self->i], self->r);
        cr_assert_eq(self->r, self->i % 9 ? 0 : -ECANCELED, "%d: %d", self->i, self->r);
    }
    async_server_close(self->server);
    END(1);
}

Test(stream, names_are_looked_up_in_threads)
{
    cr_assert_eq(run(names_main(NULL)), 1);
}

FUNCTION(abandon_main, struct async_future *t; int r;)
{
    BEGIN(abandon_main);
    self->t = SPAWN(connect_to("9"));
    WAIT(async_yield, self->r);
    async_release(self->t);
    END(1);
}

Test(stream, a_look_up_that_outlives_its_loop)
{
    cr_assert_eq(run(abandon_main(NULL)), 1);
}

/* ---- accepting ---- */

FUNCTION(acceptor, int r; struct async_stream * s;)
{
    BEGIN(acceptor);
    WAIT(async_server_accept, self->r, self->arg, &self->s);
    if (self->r == 0)
        async_stream_close(self->s);
    END(self->r);
}

FUNCTION(accept_main, struct async_server *server; struct async_future * t[4]; int i; int r;
         struct async_stream * s; char port[8];)
{
    BEGIN(accept_main);
    WAIT(async_server_open, self->r, "::1", "0", &self->server);
    if (self->r)
        RETURN(1); /* no IPv6 here */
    sprintf(self->port, "%d", async_server_port(self->server));
    for (self->i = 0; self->i < 4; self->i++)
        self->t[self->i] = SPAWN(acceptor(self->server));
    WAIT(async_yield, self->r);
    async_cancel(self->t[1]);
    WAIT(async_open_connection, self->r, "::1", self->port, &self->s);
    cr_assert_eq(self->r, 0);
    cr_assert_eq(strncmp(async_stream_peer(self->s), "[::1]:", 6), 0);
    async_stream_close(self->s);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    async_server_close(self->server);
    CALL(self->t[2], self->r);
    cr_assert_eq(self->r, -EBADF);
    CALL(self->t[3], self->r);
    cr_assert_eq(self->r, -EBADF);
    END(1);
}

Test(stream, acceptors_queue_leave_and_learn_of_the_close)
{
    cr_assert_eq(run(accept_main(NULL)), 1);
}

/* ---- main ends early ---- */

FUNCTION(early_main, struct echo *echo; int i; int r; struct async_stream * s;)
{
    BEGIN(early_main);
    self->echo = self->arg;
    WAIT(async_server_open, self->r, "127.0.0.1", "0", &self->echo->server);
    sprintf(self->echo->port, "%d", async_server_port(self->echo->server));
    async_release(SPAWN(accept_all(self->echo)));
    for (self->i = 0; self->i < 3; self->i++) {
        WAIT(async_open_connection, self->r, "127.0.0.1", self->echo->port, &self->s);
        cr_assert_eq(self->r, 0);
    }
    WAIT(async_sleep, self->r, 0.002);
    END(4);
}

Test(stream, the_end_of_the_loop_closes_what_is_open)
{
    int before = dup(0), after;
    close(before);
    struct echo echo = {0};
    cr_assert_eq(run(early_main(&echo)), 4);
    cr_assert_eq(echo.served, 3);
    after = dup(0);
    close(after);
    cr_assert_eq(before, after, "a descriptor was left open");
}
