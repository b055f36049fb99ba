/* The simulated network: TCP between the sockets of one loop, in memory.
 *
 * A connected socket holds what its peer has written, up to 16 KiB; a full one makes the writer
 * wait. An operation that cannot complete waits in its descriptor; when something happens to a
 * socket (bytes, room, a connection, an end) it is put on a list, and the next poll() performs
 * what waits there. Connections wait to be accepted without a limit. A socket that is closed with
 * bytes unread resets its peer, as the kernel's do.
 *
 * Socket numbers begin far above those of descriptors, so that nobody mistakes one for the other.
 */
#include "sim.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

enum { SIM_FIRST = 1 << 30, BUFFER = 16 * 1024 };

struct sim_socket {
    struct sim *sim;
    int fd;
    struct async_descriptor *descriptor; /* NULL: not attached */
    struct sockaddr_storage local, remote;
    struct sim_socket *peer; /* NULL: not connected, or the peer has closed */
    bool listens, connected, reset;
    bool queued, held, closed; /* queued in the list of events, attended to: not freed yet */
    struct sim_socket *next_event;
    struct sim_socket *pending, **pending_tail; /* listens: connections not accepted yet */
    struct sim_socket *next_pending;
    size_t begin, count; /* of the ring `bytes` */
    char bytes[BUFFER];
};

/* ---- sockets and events ---- */

static struct sim_socket *socket_of(struct sim *sim, int fd)
{
    int index = fd - SIM_FIRST;
    return index >= 0 && index < sim->sockets_size ? sim->sockets[index] : NULL;
}

static void happened(struct sim_socket *socket)
{
    struct sim *sim = socket->sim;
    if (socket->queued)
        return;
    socket->queued = true;
    socket->next_event = NULL;
    *sim->events_tail = socket;
    sim->events_tail = &socket->next_event;
}

/* The lowest free number, as a new socket; NULL: no memory. */
static struct sim_socket *new_socket(struct sim *sim)
{
    int index = 0;
    while (index < sim->sockets_size && sim->sockets[index])
        index++;
    if (index == sim->sockets_size) {
        int size = sim->sockets_size ? sim->sockets_size * 2 : 16;
        void *table = async__reallocate(sim->sockets, (size_t)size * sizeof *sim->sockets);
        if (!table)
            return NULL;
        sim->sockets = table;
        memset(sim->sockets + index, 0, (size_t)(size - index) * sizeof *sim->sockets);
        sim->sockets_size = size;
    }
    struct sim_socket *socket = async__allocate(sizeof *socket);
    if (!socket)
        return NULL;
    memset(socket, 0, offsetof(struct sim_socket, bytes));
    socket->sim = sim;
    socket->fd = SIM_FIRST + index;
    socket->pending_tail = &socket->pending;
    return sim->sockets[index] = socket;
}

static void free_closed(struct sim_socket *socket)
{
    if (socket->closed && !socket->queued && !socket->held)
        async__free(socket);
}

static void close_socket(struct sim_socket *socket)
{
    struct sim_socket *peer = socket->peer;
    socket->sim->sockets[socket->fd - SIM_FIRST] = NULL;
    if (peer) {
        peer->peer = NULL;
        peer->reset = socket->count > 0;
        happened(peer);
    }
    while (socket->pending) {
        struct sim_socket *pending = socket->pending;
        socket->pending = pending->next_pending;
        close_socket(pending);
    }
    socket->closed = true;
    free_closed(socket);
}

void async__sim_free(struct sim *sim)
{
    for (int i = 0; i < sim->sockets_size; i++)
        if (sim->sockets[i])
            close_socket(sim->sockets[i]);
    async__sim_events(sim); /* frees those on the list */
    async__free(sim->sockets);
    async__sim_hosts_free(sim);
}

/* ---- addresses ---- */

static uint16_t *port_of(struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
                                          : &((struct sockaddr_in *)address)->sin_port;
}

static bool is_any(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ((const struct sockaddr_in *)address)->sin_addr.s_addr == INADDR_ANY;
    return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static bool same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
    if (a->ss_family != b->ss_family)
        return false;
    if (a->ss_family == AF_INET)
        return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
               ((const struct sockaddr_in *)b)->sin_addr.s_addr;
    return IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)a)->sin6_addr,
                              &((const struct sockaddr_in6 *)b)->sin6_addr);
}

/* "All interfaces" are those of the address's family; of IPv6, both. */
static bool covers(const struct sockaddr_storage *local, const struct sockaddr_storage *address)
{
    return same_host(local, address) ||
           (is_any(local) && (local->ss_family == AF_INET6 || address->ss_family == AF_INET));
}

/* Who listens on an address; an exact one before "all interfaces". */
static struct sim_socket *listener_of(struct sim *sim, struct sockaddr_storage *address)
{
    struct sim_socket *found = NULL;
    for (int i = 0; i < sim->sockets_size; i++) {
        struct sim_socket *at = sim->sockets[i];
        if (at && at->listens && *port_of(&at->local) == *port_of(address) &&
            covers(&at->local, address) && (!found || is_any(&found->local)))
            found = at;
    }
    return found;
}

static bool is_port_used(struct sim *sim, uint16_t port)
{
    for (int i = 0; i < sim->sockets_size; i++)
        if (sim->sockets[i] && *port_of(&sim->sockets[i]->local) == port)
            return true;
    return false;
}

/* A port of 49152 to 65535 that nobody has, or 0. */
static uint16_t free_port(struct sim *sim)
{
    for (int tries = 0; tries < 16384; tries++) {
        sim->port = sim->port == UINT16_MAX ? 49152 : sim->port + 1;
        if (!is_port_used(sim, htons(sim->port)))
            return htons(sim->port);
    }
    return 0;
}

/* ---- operations ---- */

/* How much of it is moved at once: with a seed, less now and then. */
static size_t some_of(struct sim *sim, size_t size)
{
    if (!sim->seeded || size < 2 || async__random(&sim->random) & 1)
        return size;
    return 1 + async__random(&sim->random) % size;
}

static bool complete(struct async_operation *operation, ssize_t result)
{
    operation->result = result;
    return true;
}

static bool read_from(struct sim_socket *socket, struct async_operation *operation)
{
    size_t size = operation->size < socket->count ? operation->size : socket->count;
    if (!socket->connected)
        return complete(operation, -ENOTCONN);
    if (!size && operation->size) {
        if (!socket->reset)
            return !socket->peer && complete(operation, 0);
        socket->reset = false;
        return complete(operation, -ECONNRESET);
    }
    size = some_of(socket->sim, size);
    size_t first = BUFFER - socket->begin < size ? BUFFER - socket->begin : size;
    memcpy(operation->buffer, socket->bytes + socket->begin, first);
    memcpy((char *)operation->buffer + first, socket->bytes, size - first);
    socket->begin = (socket->begin + size) % BUFFER;
    socket->count -= size;
    if (socket->peer)
        happened(socket->peer);
    return complete(operation, (ssize_t)size);
}

static bool write_to(struct sim_socket *socket, struct async_operation *operation)
{
    struct sim_socket *peer = socket->peer;
    if (!socket->connected)
        return complete(operation, -ENOTCONN);
    if (!peer)
        return complete(operation, -EPIPE);
    size_t room = BUFFER - peer->count, end = (peer->begin + peer->count) % BUFFER;
    size_t size = operation->size < room ? operation->size : room;
    if (!size && operation->size)
        return false;
    size = some_of(socket->sim, size);
    size_t first = BUFFER - end < size ? BUFFER - end : size;
    memcpy(peer->bytes + end, operation->buffer, first);
    memcpy(peer->bytes, (const char *)operation->buffer + first, size - first);
    peer->count += size;
    happened(peer);
    return complete(operation, (ssize_t)size);
}

static bool accept_from(struct sim_socket *listener, struct async_operation *operation)
{
    struct sim_socket *socket = listener->pending;
    if (!listener->listens)
        return complete(operation, -EINVAL);
    if (!socket)
        return false;
    listener->pending = socket->next_pending;
    if (!listener->pending)
        listener->pending_tail = &listener->pending;
    return complete(operation, socket->fd);
}

/* Both ends of a connection begin at once; the other one waits to be accepted. */
static bool connect_to(struct sim_socket *socket, struct async_operation *operation)
{
    struct sim *sim = socket->sim;
    struct sockaddr_storage to = {0};
    memcpy(&to, operation->buffer, operation->size < sizeof to ? operation->size : sizeof to);
    struct sim_socket *listener = listener_of(sim, &to);
    if (!listener)
        return complete(operation, -ECONNREFUSED);
    uint16_t port = free_port(sim);
    struct sim_socket *peer = port ? new_socket(sim) : NULL;
    if (!peer)
        return complete(operation, port ? -ENOMEM : -EADDRNOTAVAIL);
    socket->local = to; /* a client is on its server's machine, as far as one can tell */
    *port_of(&socket->local) = port;
    peer->local = socket->remote = to;
    peer->remote = socket->local;
    socket->peer = peer;
    peer->peer = socket;
    socket->connected = peer->connected = true;
    *listener->pending_tail = peer;
    listener->pending_tail = &peer->next_pending;
    happened(listener);
    return complete(operation, 0);
}

/* False: it has to wait. */
static bool perform(struct sim_socket *socket, struct async_operation *operation)
{
    switch (operation->kind) {
    case ASYNC_READ:
        return read_from(socket, operation);
    case ASYNC_WRITE:
        return write_to(socket, operation);
    case ASYNC_ACCEPT:
        return accept_from(socket, operation);
    case ASYNC_CONNECT:
        return connect_to(socket, operation);
    default:
        return complete(operation, -ENOTSUP);
    }
}

static struct async_operation **place_of(const struct async_operation *operation)
{
    struct async_descriptor *d = operation->descriptor;
    bool writes = operation->kind == ASYNC_WRITE || operation->kind == ASYNC_CONNECT;
    return writes ? &d->writer : &d->reader;
}

bool async__sim_start(void *state, struct async_operation *operation)
{
    struct sim *sim = state;
    struct sim_socket *socket = socket_of(sim, operation->descriptor->fd);
    if (!socket)
        return complete(operation, -ENOTSUP);
    bool late = sim->hesitates || (sim->seeded && async__random(&sim->random) & 1);
    if (!late && perform(socket, operation))
        return true;
    *place_of(operation) = operation;
    if (late)
        happened(socket);
    return false;
}

static void finish(struct async_operation **place)
{
    struct async_operation *operation = *place;
    *place = NULL;
    operation->complete(operation);
}

void async__sim_cancel(void *state, struct async_operation *operation, int error)
{
    struct async_operation **place = place_of(operation);
    (void)state;
    if (*place != operation)
        return;
    operation->result = error;
    finish(place);
}

/* Performs what waits on a socket where something has happened. */
static void attend(struct sim_socket *socket)
{
    struct async_descriptor *d = socket->descriptor;
    socket->held = true;
    if (d && d->reader && perform(socket, d->reader))
        finish(&d->reader);
    d = socket->descriptor; /* it may have been closed */
    if (d && d->writer && perform(socket, d->writer))
        finish(&d->writer);
    socket->held = false;
    free_closed(socket);
}

bool async__sim_events(struct sim *sim)
{
    struct sim_socket *list = sim->events;
    bool any = list != NULL;
    sim->events = NULL;
    sim->events_tail = &sim->events;
    while (list) {
        struct sim_socket *socket = list;
        list = socket->next_event;
        socket->queued = false;
        attend(socket);
    }
    return any;
}

/* ---- what the backend offers ---- */

int async__sim_attach(void *state, struct async_descriptor *d)
{
    struct sim_socket *socket = socket_of(state, d->fd);
    d->reader = d->writer = NULL;
    if (!socket || d->shared)
        return -ENOTSUP;
    d->socket = false; /* there is no recv and send for it */
    d->readable = d->writable = true;
    socket->descriptor = d;
    return 0;
}

void async__sim_detach(void *state, struct async_descriptor *d)
{
    struct sim_socket *socket = socket_of(state, d->fd);
    if (socket)
        socket->descriptor = NULL;
}

static int sim_open(void *state, const struct addrinfo *address)
{
    if (address->ai_family != AF_INET && address->ai_family != AF_INET6)
        return -EAFNOSUPPORT;
    if (address->ai_socktype != SOCK_STREAM)
        return -EPROTONOSUPPORT;
    struct sim_socket *socket = new_socket(state);
    return socket ? socket->fd : -ENOMEM;
}

static int sim_listen(void *state, int fd, const struct addrinfo *address)
{
    struct sim *sim = state;
    struct sim_socket *socket = socket_of(sim, fd);
    struct sockaddr_storage local = {0};
    memcpy(&local, address->ai_addr, address->ai_addrlen);
    uint16_t *port = port_of(&local);
    if (!*port)
        *port = free_port(sim);
    if (!*port)
        return -EADDRINUSE;
    for (int i = 0; i < sim->sockets_size; i++) {
        struct sim_socket *at = sim->sockets[i];
        if (at && at->listens && *port_of(&at->local) == *port &&
            (covers(&at->local, &local) || covers(&local, &at->local)))
            return -EADDRINUSE;
    }
    socket->local = local;
    socket->listens = true;
    return 0;
}

static int sim_name(void *state, int fd, bool peer, struct sockaddr_storage *address)
{
    struct sim_socket *socket = socket_of(state, fd);
    if (peer && !socket->connected)
        return -ENOTCONN;
    *address = peer ? socket->remote : socket->local;
    return 0;
}

static void sim_close(void *state, int fd)
{
    close_socket(socket_of(state, fd));
}

const struct async_network async__sim_network = {
    .open = sim_open,
    .listen = sim_listen,
    .name = sim_name,
    .close = sim_close,
    .resolve = async__sim_resolve,
};
