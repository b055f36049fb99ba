/* Which backend a loop gets. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where none is chosen, the real ones, which come first, are tried in this order. */
static const struct async_backend *const backends[] = {&async_backend_epoll, &async_backend_poll,
                                                       &async_backend_sim};
enum { BACKENDS = sizeof backends / sizeof *backends };

static const struct async_backend *chosen; /* in code */

bool async__seed(uint64_t *seed)
{
    const char *text = getenv("ASYNC_SEED");
    *seed = text ? strtoull(text, NULL, 0) : 0;
    return text && *text;
}

void async_set_loop_backend(const struct async_backend *backend)
{
    __atomic_store_n(&chosen, backend, __ATOMIC_RELEASE);
}

/* The one that is chosen, in code or by ASYNC_LOOP; NULL: none is. 0 or a negative errno number. */
static int choose_backend(const struct async_backend **backend)
{
    const char *name = getenv("ASYNC_LOOP");
    *backend = __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
    if (*backend || !name || !*name)
        return 0;
    for (size_t i = 0; i < BACKENDS; i++)
        if (!strcmp(backends[i]->name, name))
            *backend = backends[i];
    if (*backend)
        return 0;
    fprintf(stderr, "async: ASYNC_LOOP=%s: there is no such backend\n", name);
    return -ENOTSUP;
}

int async__backend_open(struct async_loop *loop)
{
    int error = choose_backend(&loop->backend);
    if (error)
        return error;
    if (loop->backend) {
        error = loop->backend->open(&loop->backend_state);
        if (error && error != -ENOMEM)
            fprintf(stderr, "async: the backend %s does not work here: %s\n", loop->backend->name,
                    strerror(-error));
        return error;
    }
    for (size_t i = 0; i < BACKENDS && !backends[i]->simulated; i++) {
        loop->backend = backends[i];
        error = loop->backend->open(&loop->backend_state);
        if (!error || error == -ENOMEM)
            break;
    }
    return error;
}
