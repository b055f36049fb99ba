/* Servers: a listening socket, and the line of tasks that accept from it.
 *
 * Only the first one in line works. When descriptors or memory run out, the server rests for a
 * moment, and then that one tries again; a client that went while it was queued is passed over. */
#include "debug.h"
#include "stream.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

typedef struct async_server_accept__wait acceptor;
typedef struct async_server_open__wait opener;

static const double REST = 0.1; /* seconds */

struct async_server {
    struct async_resource resource;
    struct async_descriptor descriptor;
    struct async_loop *loop;
    acceptor *first, *last;  /* the operation of the first one has been started, */
    struct async_timer rest; /* unless this timer is armed: descriptors have run out */
    bool closing;
};

static const struct async_timer_kind rest;

/* ---- opening ---- */

static void close_resource(struct async_resource *resource)
{
    async_server_close((struct async_server *)resource);
}

static int new_server(struct async_loop *loop, int fd, struct async_server **server)
{
    struct async_server *self = async__allocate(sizeof *self);
    if (!self)
        return -ENOMEM;
    *self =
        (struct async_server){.loop = loop, .resource.close = close_resource, .rest.kind = &rest};
    self->descriptor = (struct async_descriptor){.fd = fd, .socket = true};
    int error = async__watch_forget(loop, fd);
    if (!error)
        error = loop->backend->attach(loop->backend_state, &self->descriptor);
    if (error) {
        async__free(self);
        return error;
    }
    self->descriptor.readable = true; /* clients may have come already */
    async__resource_add(loop, &self->resource);
    *server = self;
    return 0;
}

static int listen_on(struct async_loop *loop, const struct addrinfo *address,
                     struct async_server **server)
{
    const struct async_network *network = loop->backend->network;
    int fd = network->open(loop->backend_state, address);
    if (fd < 0)
        return fd;
    int error = network->listen(loop->backend_state, fd, address);
    if (!error)
        error = new_server(loop, fd, server);
    if (error)
        async__close_socket(loop, fd);
    return error;
}

/* Listens on the first address that lets us; IPv6 first if there is no host, for it serves both. */
static int listen_on_any(struct async_loop *loop, struct addrinfo *addresses, bool any_host,
                         struct async_server **server)
{
    int error = -EADDRNOTAVAIL;
    for (int pass = any_host ? 0 : 1; pass < 2; pass++)
        for (const struct addrinfo *at = addresses; at; at = at->ai_next)
            if (pass == 1 || at->ai_family == AF_INET6) {
                error = listen_on(loop, at, server);
                if (error == 0)
                    goto out;
            }
out:
    freeaddrinfo(addresses);
    return error;
}

static void resolved(void *owner, int error, struct addrinfo *addresses)
{
    opener *self = owner;
    self->resolution = NULL;
    self->result = error;
    if (!error)
        self->result = listen_on_any(async_thread.loop, addresses, self->any_host, self->out);
    async__wake(&self->wait);
}

static void cancel_open(struct async_wait *wait, int error)
{
    opener *self = (opener *)wait;
    async__resolution_abandon(self->resolution);
    self->result = error;
    async__wake(wait);
}

static const struct async_wait_kind open_wait = {.cancel = cancel_open,
                                                 .name = "async_server_open"};

enum async_step async_server_open__begin(opener *self, struct async_frame *caller, const char *host,
                                         const char *service, struct async_server **server)
{
    struct async_loop *loop = async_thread.loop;
    struct addrinfo *addresses;
    self->out = server;
    self->any_host = host == NULL;
    self->result = async__reason();
    *server = NULL;
    if (self->result)
        return async__refuse(caller);
    int found = async__resolve(loop, host, service, AI_PASSIVE, resolved, self, &addresses,
                               &self->resolution);
    if (found > 0)
        return async__suspend(&self->wait, &open_wait, caller);
    self->result = found < 0 ? found : listen_on_any(loop, addresses, self->any_host, server);
    return async__at_once(caller);
}

/* ---- accepting ---- */

/* What is over when descriptors or memory are free again. */
static bool is_shortage(ssize_t error)
{
    return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM;
}

static bool is_resting(const struct async_server *server)
{
    return async__timer_is_armed(&server->rest);
}

/* Makes a stream of the accepted descriptor; false: that client had gone, the next one please. */
static bool take(acceptor *self, ssize_t result)
{
    if (result == -ECONNABORTED || result == -EPROTO || result == -EPERM)
        return false;
    self->result = (int)result;
    if (result < 0)
        return true;
    int fd = (int)result;
    self->result = async__stream_new(self->server->loop, fd, self->out);
    if (self->result)
        async__close_socket(self->server->loop, fd);
    else
        async__no_delay(*self->out);
    return true;
}

/* Goes on with what the first accept gave. True: self->result is set; false: the operation has been
 * started, or the server rests. */
static bool go_on(acceptor *self, ssize_t result)
{
    struct async_server *server = self->server;
    while (is_shortage(result) || !take(self, result)) {
        if (is_shortage(result)) {
            async__timer_arm(server->loop, &server->rest, async__deadline(server->loop, REST));
            return false;
        }
        if (!async__start(server->loop, &self->operation))
            return false;
        result = self->operation.result;
    }
    return true;
}

static bool advance(acceptor *self)
{
    self->operation.kind = ASYNC_ACCEPT;
    return async__start(self->server->loop, &self->operation) &&
           go_on(self, self->operation.result);
}

static void leave_line(struct async_server *server)
{
    acceptor *self = server->first;
    server->first = self->next;
    async__wake(&self->wait);
}

static void free_closed(struct async_server *server)
{
    if (!server->closing || server->first)
        return;
    server->loop->backend->detach(server->loop->backend_state, &server->descriptor);
    async__close_socket(server->loop, server->descriptor.fd);
    async__free(server);
}

/* The first acceptor has its result: the next ones work, until one has to wait. */
static void next_in_line(struct async_server *server)
{
    leave_line(server);
    while (server->first) {
        if (server->closing)
            server->first->result = -EBADF;
        else if (!advance(server->first))
            break;
        leave_line(server);
    }
    free_closed(server);
}

static void operation_complete(struct async_operation *operation)
{
    acceptor *self = ASYNC_CONTAINER(operation, acceptor, operation);
    if (go_on(self, operation->result))
        next_in_line(self->server);
}

static void rested(struct async_timer *timer)
{
    struct async_server *server = ASYNC_CONTAINER(timer, struct async_server, rest);
    if (advance(server->first))
        next_in_line(server);
}

static const struct async_timer_kind rest = {rested};

/* Ends the wait of the first acceptor. */
static void cancel_first(struct async_server *server, int error)
{
    if (!is_resting(server)) {
        async__cancel(server->loop, &server->first->operation, error);
        return;
    }
    async__timer_disarm(server->loop, &server->rest);
    server->first->result = error;
    next_in_line(server);
}

static void cancel_accept(struct async_wait *wait, int error)
{
    acceptor *self = (acceptor *)wait, *before = self->server->first;
    if (before == self) {
        cancel_first(self->server, error);
        return;
    }
    while (before->next != self)
        before = before->next;
    before->next = self->next;
    if (self->server->last == self)
        self->server->last = before;
    self->result = error;
    async__wake(wait);
}

static const struct async_wait_kind accept_wait = {.cancel = cancel_accept,
                                                   .name = "async_server_accept"};

enum async_step async_server_accept__begin(acceptor *self, struct async_frame *caller,
                                           struct async_server *server,
                                           struct async_stream **stream)
{
    int reason = async__reason();
    async__check_maker(server->loop->thread);
    *self = (acceptor){.server = server, .out = stream, .result = reason};
    self->operation.descriptor = &server->descriptor;
    self->operation.complete = operation_complete;
    *stream = NULL;
    if (reason)
        return async__refuse(caller);
    if (server->first) {
        server->last->next = self;
    } else {
        if (advance(self))
            return async__at_once(caller);
        server->first = self;
    }
    server->last = self;
    return async__suspend(&self->wait, &accept_wait, caller);
}

void async_server_close(struct async_server *server)
{
    if (!server)
        return;
    async__check_maker(server->loop->thread);
    async__resource_remove(&server->resource);
    server->closing = true;
    if (server->first)
        cancel_first(server, -EBADF);
    else
        free_closed(server);
}

int async_server_port(const struct async_server *server)
{
    struct sockaddr_storage address;
    struct async_loop *loop = server->loop;
    async__check_maker(loop->thread);
    if (loop->backend->network->name(loop->backend_state, server->descriptor.fd, false, &address))
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

ASYNC_FORM_3(int, async_server_open, const char *, const char *, struct async_server **);
ASYNC_FORM_2(int, async_server_accept, struct async_server *, struct async_stream **);
