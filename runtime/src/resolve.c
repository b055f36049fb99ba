/* Names to addresses, without blocking the loop.
 *
 * Numbers are converted here and now. Names are looked up by threads of the loop's pool that call
 * getaddrinfo. A look-up that nobody waits for any more cannot be stopped, so its answer is freed
 * when it comes, and the end of the loop waits for it. */
#include "stream.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

struct async_resolution {
    struct async_job job;
    void (*done)(void *owner, int error, struct addrinfo *addresses);
    void *owner; /* NULL: abandoned */
    struct addrinfo hints, *addresses;
    int error;
    char *host, *service; /* in the same block; NULL or text */
};

/* getaddrinfo's error as a negative errno number. */
static int error_number(int code, int saved)
{
    switch (code) {
    case 0:
        return 0;
    case EAI_SYSTEM:
        return saved ? -saved : -EIO;
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_AGAIN:
        return -EAGAIN;
    case EAI_NONAME:
    case EAI_SERVICE:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return -ENOENT;
    case EAI_FAIL:
        return -EIO;
    default:
        return -EINVAL;
    }
}

/* In a thread. */
static void look_up(struct async_job *job)
{
    struct async_resolution *self = ASYNC_CONTAINER(job, struct async_resolution, job);
    errno = 0;
    int code = getaddrinfo(self->host, self->service, &self->hints, &self->addresses);
    self->error = error_number(code, errno);
}

static void abandon(struct async_job *job)
{
    struct async_resolution *self = ASYNC_CONTAINER(job, struct async_resolution, job);
    if (!self->error)
        freeaddrinfo(self->addresses);
    async__free(self);
}

/* On the loop. */
static void answer(struct async_post *post)
{
    struct async_resolution *self = ASYNC_CONTAINER(post, struct async_resolution, job.post);
    if (!self->owner) {
        abandon(&self->job);
        return;
    }
    self->done(self->owner, self->error, self->addresses);
    async__free(self);
}

static struct async_resolution *new_resolution(const char *host, const char *service,
                                               const struct addrinfo *hints)
{
    size_t host_size = host ? strlen(host) + 1 : 0,
           service_size = service ? strlen(service) + 1 : 0;
    struct async_resolution *self = async__allocate(sizeof *self + host_size + service_size);
    if (!self)
        return NULL;
    *self = (struct async_resolution){
        .job = {.post.run = answer, .work = look_up, .abandon = abandon},
        .hints = *hints,
    };
    char *text = (char *)(self + 1);
    if (host)
        self->host = memcpy(text, host, host_size);
    if (service)
        self->service = memcpy(text + host_size, service, service_size);
    return self;
}

/* A port that no packet can carry: getaddrinfo would take the lower 16 bits of it. */
static bool is_beyond_ports(const char *service)
{
    char *end;
    if (!service || *service < '0' || *service > '9')
        return false;
    unsigned long port = strtoul(service, &end, 10);
    return !*end && port > UINT16_MAX;
}

int async__resolve(struct async_loop *loop, const char *host, const char *service, int flags,
                   void (*done)(void *owner, int error, struct addrinfo *addresses), void *owner,
                   struct addrinfo **addresses, struct async_resolution **resolution)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    const struct async_network *network = loop->backend->network;
    *resolution = NULL;
    *addresses = NULL;
    if (is_beyond_ports(service))
        return -ENOENT;
    if (network->resolve) {
        int code = network->resolve(loop->backend_state, host, service, &hints, addresses);
        return error_number(code, errno);
    }
    hints.ai_flags = flags | AI_NUMERICHOST | AI_NUMERICSERV;
    int code = getaddrinfo(host, service, &hints, addresses);
    if (code != EAI_NONAME && code != EAI_SERVICE)
        return error_number(code, errno);
    hints.ai_flags = flags;
    struct async_resolution *self = new_resolution(host, service, &hints);
    if (!self)
        return -ENOMEM;
    self->done = done;
    self->owner = owner;
    int error = async__pool_run(loop, &self->job);
    if (error) {
        async__free(self);
        return error;
    }
    *resolution = self;
    return 1;
}

void async__resolution_abandon(struct async_resolution *resolution)
{
    resolution->owner = NULL;
}
