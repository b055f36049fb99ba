/* Names to addresses, without blocking the loop.
 *
 * Numbers are converted here and now. Names are looked up by helper threads that call getaddrinfo
 * and post the answer to the loop; at most 8 of them per loop, further look-ups wait in a queue. A
 * look-up that nobody waits for any more cannot be stopped, so it is abandoned: its answer is
 * freed when it comes, and the end of the loop waits for it. */
#include "stream.h"

#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { HELPERS = 8 };

struct async_resolution {
    struct async_post post;
    struct async_loop *loop;
    struct async_resolution *next; /* in loop->resolutions, not begun */
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

static void *look_up(void *arg)
{
    struct async_resolution *self = arg;
    errno = 0;
    int code = getaddrinfo(self->host, self->service, &self->hints, &self->addresses);
    self->error = error_number(code, errno);
    async__post(self->loop, &self->post);
    return NULL;
}

/* Starts a helper; signals are the other threads' business. 0 or a negative errno number. */
static int start_helper(struct async_resolution *self)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, old;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_mutex_lock(&self->loop->mutex);
    self->loop->helpers++;
    pthread_mutex_unlock(&self->loop->mutex);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&thread, &attributes, look_up, self);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    if (!error)
        return 0;
    pthread_mutex_lock(&self->loop->mutex);
    self->loop->helpers--;
    pthread_mutex_unlock(&self->loop->mutex);
    return -error;
}

static void answer(struct async_resolution *self)
{
    if (self->owner)
        self->done(self->owner, self->error, self->addresses);
    else if (!self->error)
        freeaddrinfo(self->addresses);
    async__free(self);
}

/* On the loop: one helper has ended, the next look-up may begin. */
static void answered(struct async_post *post)
{
    struct async_resolution *self = ASYNC_CONTAINER(post, struct async_resolution, post);
    struct async_loop *loop = self->loop;
    answer(self);
    loop->resolving--;
    while (loop->resolutions && loop->resolving < HELPERS) {
        struct async_resolution *next = loop->resolutions;
        loop->resolutions = next->next;
        next->error = next->owner ? start_helper(next) : -ECANCELED;
        if (next->error)
            answer(next);
        else
            loop->resolving++;
    }
}

static struct async_resolution *new_resolution(struct async_loop *loop, const char *host,
                                               const char *service, const struct addrinfo *hints)
{
    size_t host_size = host ? strlen(host) + 1 : 0,
           service_size = service ? strlen(service) + 1 : 0;
    struct async_resolution *self = async__allocate(sizeof *self + host_size + service_size);
    if (!self)
        return NULL;
    *self = (struct async_resolution){.post.run = answered, .loop = loop, .hints = *hints};
    char *text = (char *)(self + 1);
    if (host)
        self->host = memcpy(text, host, host_size);
    if (service)
        self->service = memcpy(text + host_size, service, service_size);
    return self;
}

int async__resolve(struct async_loop *loop, const char *host, const char *service, int flags,
                   void (*done)(void *owner, int error, struct addrinfo *addresses), void *owner,
                   struct addrinfo **addresses, struct async_resolution **resolution)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    const struct async_network *network = loop->backend->network;
    *resolution = NULL;
    *addresses = NULL;
    if (network->resolve) {
        int code = network->resolve(loop->backend_state, host, service, &hints, addresses);
        return error_number(code, errno);
    }
    hints.ai_flags = flags | AI_NUMERICHOST | AI_NUMERICSERV;
    int code = getaddrinfo(host, service, &hints, addresses);
    if (code != EAI_NONAME && code != EAI_SERVICE)
        return error_number(code, errno);
    hints.ai_flags = flags;
    struct async_resolution *self = new_resolution(loop, host, service, &hints);
    if (!self)
        return -ENOMEM;
    self->done = done;
    self->owner = owner;
    *resolution = self;
    if (loop->resolving == HELPERS) {
        struct async_resolution **last = &loop->resolutions;
        while (*last)
            last = &(*last)->next;
        *last = self;
        return 1;
    }
    int error = start_helper(self);
    if (error) {
        async__free(self);
        *resolution = NULL;
        return error;
    }
    loop->resolving++;
    return 1;
}

void async__resolution_abandon(struct async_resolution *resolution)
{
    resolution->owner = NULL;
}
