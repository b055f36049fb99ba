/* Writes that the loop sends for the task: a first small write shows that the stream takes more, so
 * what comes after it goes that way. Over socket pairs. */
#include "lowered.h"

#include <sys/socket.h>
#include <unistd.h>

TestSuite(write, .fini = no_block_is_left);

enum { LARGE = 3000000 };

struct pair {
    struct async_stream *a, *b;
    char *data;
    int turns;
};

/* False: there is none, and nothing is left of it. */
static bool open_pair(struct pair *pair)
{
    int fds[2];
    *pair = (struct pair){.data = malloc(LARGE)};
    for (int i = 0; i < LARGE; i++)
        pair->data[i] = (char)(i * 31 % 251);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    int a = async_stream_from_fd(fds[0], &pair->a), b = async_stream_from_fd(fds[1], &pair->b);
    cr_assert(a == 0 && b == 0);
    if (a == 0 && b == 0)
        return true;
    if (a)
        close(fds[0]);
    else
        async_stream_close(pair->a);
    if (b)
        close(fds[1]);
    else
        async_stream_close(pair->b);
    free(pair->data);
    return false;
}

static void close_pair(struct pair *pair)
{
    async_stream_close(pair->a);
    async_stream_close(pair->b);
    free(pair->data);
}

/* The second write is made by the loop. */
FUNCTION(write_twice, struct pair *pair; int r;)
{
    BEGIN(write_twice);
    self->pair = self->arg;
    WAIT(async_stream_write, self->r, self->pair->a, "x", 1);
    cr_assert_eq(self->r, 0);
    WAIT(async_stream_write, self->r, self->pair->a, self->pair->data, LARGE);
    END(self->r);
}

/* Reads the "x", then `data`. */
FUNCTION(read_all, struct pair *pair; ssize_t n; size_t got; char *text;)
{
    BEGIN(read_all);
    self->pair = self->arg;
    self->text = malloc(LARGE + 1);
    WAIT(async_stream_read_exactly, self->n, self->pair->b, self->text, LARGE + 1, &self->got);
    cr_assert_eq(self->n, LARGE + 1);
    cr_assert_eq(self->text[0], 'x');
    cr_assert_arr_eq(self->text + 1, self->pair->data, LARGE);
    free(self->text);
    END(1);
}

FUNCTION(large_main, struct pair pair; struct async_future * writer; struct async_future * reader;
         int r;)
{
    BEGIN(large_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->writer = SPAWN(write_twice(&self->pair));
    self->reader = SPAWN(read_all(&self->pair));
    CALL(self->writer, self->r);
    cr_assert_eq(self->r, 0);
    CALL(self->reader, self->r);
    close_pair(&self->pair);
    END(self->r);
}

Test(write, more_than_goes_at_once)
{
    cr_assert_eq(run(large_main(NULL)), 1);
}

/* In a coroutine below others, directly and as a handle. */
FUNCTION(write_small, struct pair *pair; int r;)
{
    BEGIN(write_small);
    self->pair = self->arg;
    WAIT(async_stream_write, self->r, self->pair->a, "0123456789", 10);
    END(self->r + 5);
}

FUNCTION(nested_main, struct pair pair; int i; int r; int sum; size_t got; ssize_t n;
         char text[2100];)
{
    BEGIN(nested_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->sum = 0;
    for (self->i = 0; self->i < 200; self->i++) {
        CALL(self->i % 2 ? SPAWN(write_small(&self->pair)) : write_small(&self->pair), self->r);
        self->sum += self->r;
    }
    WAIT(async_stream_write, self->r, self->pair.a, "", 0);
    cr_assert_eq(self->r, 0);
    WAIT(async_stream_read_exactly, self->n, self->pair.b, self->text, 2000, &self->got);
    cr_assert_eq(self->n, 2000);
    for (self->i = 0; self->i < 2000; self->i++)
        cr_assert_eq(self->text[self->i], '0' + self->i % 10);
    close_pair(&self->pair);
    END(self->sum);
}

Test(write, below_other_frames)
{
    cr_assert_eq(run(nested_main(NULL)), 1000);
}

/* A writer that never has to wait leaves the others their turns. */
FUNCTION(count_turns, struct pair *pair; int r;)
{
    BEGIN(count_turns);
    self->pair = self->arg;
    for (;;) {
        WAIT(async_yield, self->r);
        if (self->r)
            break;
        self->pair->turns++;
    }
    END(0);
}

FUNCTION(fair_main, struct pair pair; struct async_future * other; int i; int r; ssize_t n;
         char text[100];)
{
    BEGIN(fair_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->other = SPAWN(count_turns(&self->pair));
    for (self->i = 0; self->i < 10000; self->i++) {
        WAIT(async_stream_write, self->r, self->pair.a, "x", 1);
        cr_assert_eq(self->r, 0);
        cr_assert_eq(read(async_stream_fd(self->pair.b), self->text, 100), 1);
    }
    async_cancel(self->other);
    CALL(self->other, self->r);
    cr_assert_eq(self->r, 0);
    close_pair(&self->pair);
    END(self->pair.turns);
}

Test(write, gives_way)
{
    int turns = run(fair_main(NULL));
    cr_assert(turns > 70 && turns < 1000, "%d turns", turns);
}

/* The peer goes between two writes; then the stream is closed below a writer that waits. */
FUNCTION(ends_main, struct pair pair; struct async_future * writer; int r;)
{
    BEGIN(ends_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    WAIT(async_stream_write, self->r, self->pair.a, "x", 1);
    cr_assert_eq(self->r, 0);
    async_stream_close(self->pair.b);
    WAIT(async_stream_write, self->r, self->pair.a, "x", 1);
    cr_assert(self->r == -EPIPE || self->r == -ECONNRESET);
    async_stream_close(self->pair.a);
    free(self->pair.data);

    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->writer = SPAWN(write_twice(&self->pair));
    WAIT(async_sleep, self->r, 0.001);
    async_stream_close(self->pair.a);
    CALL(self->writer, self->r);
    cr_assert_eq(self->r, -EBADF);
    async_stream_close(self->pair.b);
    free(self->pair.data);
    END(1);
}

Test(write, ends)
{
    cr_assert_eq(run(ends_main(NULL)), 1);
}

/* Cancelled while it waits for room; and before it writes: then nothing is sent. */
FUNCTION(cancelled_main, struct pair pair; struct async_future * writer; int r; ssize_t n;
         size_t sum; char text[4096];)
{
    BEGIN(cancelled_main);
    if (!open_pair(&self->pair))
        RETURN(-ENOMEM);
    self->writer = SPAWN(write_twice(&self->pair));
    WAIT(async_sleep, self->r, 0.001);
    async_cancel(self->writer);
    CALL(self->writer, self->r);
    cr_assert_eq(self->r, -ECANCELED);
    for (self->sum = 0; (self->n = read(async_stream_fd(self->pair.b), self->text, 4096)) > 0;)
        self->sum += (size_t)self->n;
    cr_assert(self->sum > 1 && self->sum < LARGE);
    async_cancel(async_current_task());
    WAIT(async_stream_write, self->r, self->pair.a, "x", 1);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert_eq(read(async_stream_fd(self->pair.b), self->text, 4096), -1);
    close_pair(&self->pair);
    END(1);
}

Test(write, cancelled)
{
    cr_assert_eq(run(cancelled_main(NULL)), 1);
}
