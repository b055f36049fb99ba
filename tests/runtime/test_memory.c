/* Memory: sizes, reuse, and every allocation failing in turn. */
#include "lowered.h"

#include <sys/socket.h>
#include <unistd.h>

TestSuite(memory, .fini = no_block_is_left);

/* ---- frames of every size and alignment ---- */

static enum async_step end_at_once(struct async_frame *base)
{
    (void)base;
    return ASYNC_DONE;
}

Test(memory, blocks_of_all_sizes)
{
    enum { SIZES = 1300 };
    static struct async_future *futures[SIZES];
    for (int round = 0; round < 2; round++) {
        for (size_t size = 24; size < SIZES; size++) {
            size_t align = size % 64 ? 8 : size % 128 ? 32 : 256;
            struct async_future *f = async_coroutine(size, align, end_at_once);
            cr_assert_eq((uintptr_t)&f->frame % (align < 16 ? 16 : align), 0);
            futures[size] = f;
            if (async_is_cold(f))
                memset(&f->frame + 1, (int)size, size - sizeof f->frame);
        }
        for (size_t size = 24; size < SIZES; size++) {
            const unsigned char *bytes = (const unsigned char *)(&futures[size]->frame + 1);
            for (size_t i = 0; i < size - sizeof(struct async_frame); i++)
                cr_assert(!async_is_cold(futures[size]) || bytes[i] == (unsigned char)size);
            async_release(futures[size]);
        }
    }
    async__blocks_trim();
}

Test(memory, released_blocks_are_used_again)
{
    struct async_future *a = async_coroutine(40, 8, end_at_once);
    async_release(a);
    struct async_future *b = async_coroutine(40, 8, end_at_once);
    cr_assert(async__frames_from_malloc || a == b);
    cr_assert_eq(async_retain(b), b);
    async_release(b);
    async_release(b);
    async_release(NULL);
}

/* ---- no memory ---- */

static int allowed, asked;
static bool once; /* one allocation fails, or all of them from there on */

static bool may_allocate(void *arg)
{
    (void)arg;
    int number = asked++;
    return once ? number != allowed : number < allowed;
}

FUNCTION(child, int r;)
{
    BEGIN(child);
    WAIT(async_sleep, self->r, 0.0001);
    END(self->r);
}

static void nothing(void *arg)
{
    (void)arg;
}

static void nothing_done(struct async_future *future, void *arg)
{
    (void)future;
    (void)arg;
}

/* Uses everything that allocates; any of it may fail, and is let go properly. */
FUNCTION(everything, struct async_future *t; struct async_future * f; struct async_server * server;
         struct async_stream * c; struct async_stream * s; int r; ssize_t n; char port[8];
         char text[10]; int fds[2];)
{
    BEGIN(everything);
    self->server = NULL;
    self->c = self->s = NULL;
    self->t = SPAWN(child(NULL));
    async_add_done_callback(self->t, nothing_done, NULL);
    CALL(self->t, self->r);
    cr_assert(self->r == 0 || self->r == -ENOMEM);
    async_handle_cancel(async_call_later(10, nothing, NULL));
    async_call_soon(nothing, NULL);
    self->f = async_future_new(sizeof(int), _Alignof(int));
    self->r = 1;
    async_complete(self->f, &self->r, sizeof self->r);
    CALL(self->f, self->r);
    cr_assert(self->r == 1 || self->r == -ENOMEM);
    CALL(child(NULL), self->r);
    WAIT(async_wait_writable, self->r, 1);
    WAIT(async_server_open, self->r, "127.0.0.1", "0", &self->server);
    if (self->r < 0)
        goto out;
    sprintf(self->port, "%d", async_server_port(self->server));
    WAIT(async_open_connection, self->r, "127.0.0.1", self->port, &self->c);
    if (self->r < 0)
        goto out;
    async_stream_peer(self->c);
    WAIT(async_server_accept, self->r, self->server, &self->s);
    if (self->r < 0)
        goto out;
    WAIT(async_stream_write, self->r, self->c, "hi\n", 3);
    WAIT(async_stream_read_line, self->n, self->s, self->text, sizeof self->text);
    cr_assert(self->n == 3 || self->n == -ENOMEM);
    async_stream_close(self->c);
    WAIT(async_open_connection, self->r, "localhost", self->port, &self->c);
out:
    async_stream_close(self->c);
    async_stream_close(self->s);
    async_server_close(self->server);
    END(1);
}

static void ignore_report(const struct async_report *report, void *arg)
{
    (void)report;
    (void)arg;
}

Test(memory, every_allocation_fails_in_turn)
{
    async__frames_from_malloc = true;
    async__may_allocate = may_allocate;
    async_set_exception_handler(ignore_report, NULL);
    int first = dup(0), last, result = 0;
    close(first);
    for (int round = 0; round < 2; round++) {
        once = round;
        for (allowed = 0;; allowed++) {
            cr_assert_lt(allowed, 1000);
            asked = 0;
            result = run(everything(NULL));
            cr_assert(result == 1 || result == -ENOMEM, "%d: %d", allowed, result);
            no_block_is_left();
            if (asked <= allowed)
                break;
        }
        cr_assert_gt(allowed, 15, "%d", allowed);
    }
    last = dup(0);
    close(last);
    cr_assert_eq(first, last, "a descriptor was left open");
    cr_assert_eq(async_main(everything(NULL)), 1);
    asked = allowed = once = 0;
    cr_assert_eq(async_main(everything(NULL)), 1);
    cr_assert_eq(async_run_into(everything(NULL), &result), -ENOMEM);
}

Test(memory, a_handle_without_memory)
{
    async__frames_from_malloc = true;
    async__may_allocate = may_allocate;
    struct async_future *f = child(NULL);
    cr_assert(!async_is_cold(f));
    cr_assert(async_done(f));
    cr_assert_eq(async_retain(f), f);
    async_cancel(f);
    async_release(f);
    cr_assert_eq(async_future_new(4, 4), f);
    int value = 0;
    cr_assert_eq(async_complete(f, &value, sizeof value), -ENOMEM);
    cr_assert_eq(async_set_error(f, -EIO), -ENOMEM);
    async_add_done_callback(f, nothing_done, NULL);
    cr_assert_eq(run(f), -ENOMEM);
    double d = 1;
    async_run_value(f, &d, sizeof d, _Alignof(double));
    cr_assert_eq(d, 0);
    cr_assert_eq(errno, ENOMEM);
    cr_assert_null(async_loop_new());
    cr_assert_eq(errno, ENOMEM);
}
