/* Servers as generators: async_listen, for `async with`, and async_accept, for `async for`. They
 * hold what server.c does with a wait each. */
#include "form.h"

#include <async/stream.h>

enum { BEGINS, AT_YIELD = 2, THROWN = 3, WAITS };

static enum async_step end(struct async_frame *base, int *result, int error)
{
    *result = error < 0 ? error : 0;
    return async_generator_end(base);
}

/* ---- async_listen ---- */

enum async_step async_listen__resume(struct async_frame *base)
{
    struct async_listen__frame *self = (struct async_listen__frame *)base;
    switch (base->state) {
    case BEGINS:
        base->state = WAITS;
        if (async_server_open__begin(&self->open, base, self->host, self->service, &self->value) ==
            ASYNC_PENDING)
            return ASYNC_PENDING;
        /* fall through */
    case WAITS:
        if (self->open.result)
            return end(base, &self->result, self->open.result);
        base->state = AT_YIELD;
        return ASYNC_DONE;
    case AT_YIELD:
    case THROWN:
        async_server_close(self->value);
        return end(base, &self->result, self->thrown);
    }
    return ASYNC_DONE;
}

ASYNC_GENERATOR_FORM_2(async_listen, const char *, const char *,
                       (self->host = a, self->service = b));

/* ---- async_accept ---- */

/* Waits for the next client. One that came and was closed for lack of memory is passed over. */
static enum async_step next(struct async_accept__frame *self)
{
    do {
        self->base.state = WAITS;
        if (async_server_accept__begin(&self->accept, &self->base, self->server, &self->value) ==
            ASYNC_PENDING)
            return ASYNC_PENDING;
    } while (self->accept.result == -ENOMEM);
    return ASYNC_DONE;
}

static enum async_step accepted(struct async_accept__frame *self)
{
    if (self->accept.result)
        return end(&self->base, &self->result, self->accept.result);
    self->base.state = AT_YIELD;
    return ASYNC_DONE;
}

enum async_step async_accept__resume(struct async_frame *base)
{
    struct async_accept__frame *self = (struct async_accept__frame *)base;
    bool came = base->state == WAITS && self->accept.result != -ENOMEM;
    if (base->state == THROWN || (base->state == AT_YIELD && self->thrown == 1))
        return end(base, &self->result, self->thrown);
    return came || next(self) == ASYNC_DONE ? accepted(self) : ASYNC_PENDING;
}

ASYNC_GENERATOR_FORM_1(async_accept, struct async_server *, self->server = a);
