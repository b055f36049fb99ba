/* async_open_connection: looks the name up, then tries its addresses one after the other. */
#include "stream.h"

#include <netdb.h>
#include <string.h>

typedef struct async_open_connection__wait connection;

/* Tries the next addresses; true: connected, or none is left, and self->result tells. */
static bool try_next(connection *self)
{
    struct async_loop *loop = async_thread.loop;
    while (self->next && self->result != -ENOMEM) {
        const struct addrinfo *address = self->next;
        self->next = address->ai_next;
        int fd = loop->backend->network->open(loop->backend_state, address);
        self->result = fd < 0 ? fd : async__stream_new(loop, fd, &self->stream);
        if (self->result) {
            if (fd >= 0)
                async__close_socket(loop, fd);
            continue;
        }
        self->operation.kind = ASYNC_CONNECT;
        self->operation.descriptor = &self->stream->descriptor;
        self->operation.buffer = address->ai_addr;
        self->operation.size = address->ai_addrlen;
        if (!async__start(loop, &self->operation))
            return false;
        self->result = (int)self->operation.result;
        if (self->result == 0)
            return true;
        async_stream_close(self->stream);
        self->stream = NULL;
    }
    return true;
}

/* Hands over what was made. Always true. */
static bool over(connection *self)
{
    if (self->addresses)
        freeaddrinfo(self->addresses);
    self->addresses = NULL;
    if (self->result == 0) {
        async__no_delay(self->stream);
        *self->out = self->stream;
    }
    return true;
}

static void operation_complete(struct async_operation *operation)
{
    connection *self = ASYNC_CONTAINER(operation, connection, operation);
    self->result = (int)operation->result;
    if (self->result) {
        async_stream_close(self->stream);
        self->stream = NULL;
        if (self->cancelled)
            self->result = self->cancelled;
        else if (!try_next(self))
            return;
    }
    over(self);
    async__wake(&self->wait);
}

static void resolved(void *owner, int error, struct addrinfo *addresses)
{
    connection *self = owner;
    self->resolution = NULL;
    self->result = error;
    if (!error) {
        self->addresses = self->next = addresses;
        self->result = -EHOSTUNREACH; /* unless an address says better */
        if (!try_next(self))
            return;
    }
    over(self);
    async__wake(&self->wait);
}

static void cancel(struct async_wait *wait, int error)
{
    connection *self = (connection *)wait;
    self->cancelled = error;
    if (!self->resolution) {
        async__cancel(async_thread.loop, &self->operation, error);
        return;
    }
    async__resolution_abandon(self->resolution);
    self->resolution = NULL;
    self->result = error;
    async__wake(wait);
}

static const struct async_wait_kind connect_wait = {.cancel = cancel,
                                                    .name = "async_open_connection"};

enum async_step async_open_connection__begin(connection *self, struct async_frame *caller,
                                             const char *host, const char *service,
                                             struct async_stream **stream)
{
    int reason = async__reason();
    *self = (connection){.out = stream, .result = reason};
    self->operation.complete = operation_complete;
    *stream = NULL;
    if (reason)
        return async__refuse(caller);
    int found = async__resolve(async_thread.loop, host, service, 0, resolved, self,
                               &self->addresses, &self->resolution);
    self->result = found < 0 ? found : -EHOSTUNREACH;
    self->next = self->addresses;
    if (found < 0 || (found == 0 && try_next(self) && over(self)))
        return async__at_once(caller);
    return async__suspend(&self->wait, &connect_wait, caller);
}

ASYNC_FORM_3(int, async_open_connection, const char *, const char *, struct async_stream **);
