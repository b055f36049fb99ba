/* Accepting while descriptors run out: the server rests, and goes on when some are free again. */
#include "lowered.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

TestSuite(accept, .fini = no_block_is_left);

enum { MANY = 64 };

struct place {
    struct async_server *server;
    char port[8];
    int fds[MANY], count;
};

/* Takes all descriptors that are left. */
static void exhaust(struct place *place)
{
    struct rlimit limit;
    int next = dup(0);
    close(next);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)next + 4;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (place->count = 0; place->count < MANY; place->count++)
        if ((place->fds[place->count] = dup(0)) < 0)
            break;
    cr_assert(place->count > 0 && errno == EMFILE);
}

static void give_back(struct place *place)
{
    while (place->count)
        close(place->fds[--place->count]);
}

FUNCTION(acceptor, struct place *place; int r; struct async_stream * s;)
{
    BEGIN(acceptor);
    self->place = self->arg;
    WAIT(async_server_accept, self->r, self->place->server, &self->s);
    if (self->r == 0)
        async_stream_close(self->s);
    END(self->r);
}

FUNCTION(open_server, struct place *place; int r;)
{
    BEGIN(open_server);
    self->place = self->arg;
    WAIT(async_server_open, self->r, "127.0.0.1", "0", &self->place->server);
    cr_assert_eq(self->r, 0);
    sprintf(self->place->port, "%d", async_server_port(self->place->server));
    END(0);
}

/* A client has connected; then nothing is left to accept it with. */
FUNCTION(shortage_main, struct place place; struct async_future * t[3]; int r; double start;
         struct async_stream * client;)
{
    BEGIN(shortage_main);
    CALL(open_server(&self->place), self->r);
    WAIT(async_open_connection, self->r, "127.0.0.1", self->place.port, &self->client);
    cr_assert_eq(self->r, 0);
    exhaust(&self->place);
    self->start = async_time();
    for (int i = 0; i < 3; i++)
        self->t[i] = SPAWN(acceptor(&self->place));
    WAIT(async_sleep, self->r, 0.01);
    cr_assert_not(async_done(self->t[0]), "it waits for a descriptor");
    async_cancel(self->t[0]);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    cr_assert_not(async_done(self->t[1]), "so does the next one");
    give_back(&self->place);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, 0);
    cr_assert_geq(async_time() - self->start, 0.1);
    async_stream_close(self->client);
    async_cancel(self->t[2]);
    CALL(self->t[2], self->r);
    cr_assert_eq(self->r, -ECANCELED);
    async_server_close(self->place.server);
    END(1);
}

Test(accept, waits_for_descriptors)
{
    cr_assert_eq(run(shortage_main(NULL)), 1);
}

FUNCTION(close_main, struct place place; struct async_future * t[2]; int r;
         struct async_stream * client;)
{
    BEGIN(close_main);
    CALL(open_server(&self->place), self->r);
    WAIT(async_open_connection, self->r, "127.0.0.1", self->place.port, &self->client);
    cr_assert_eq(self->r, 0);
    exhaust(&self->place);
    self->t[0] = SPAWN(acceptor(&self->place));
    self->t[1] = SPAWN(acceptor(&self->place));
    WAIT(async_sleep, self->r, 0.01);
    async_server_close(self->place.server);
    CALL(self->t[0], self->r);
    cr_assert_eq(self->r, -EBADF);
    CALL(self->t[1], self->r);
    cr_assert_eq(self->r, -EBADF);
    give_back(&self->place);
    async_stream_close(self->client);
    END(1);
}

Test(accept, closed_while_it_rests)
{
    cr_assert_eq(run(close_main(NULL)), 1);
}
