/* The simulated world of one loop: its clock, its dice, its sockets. */
#ifndef ASYNC_SIM_H
#define ASYNC_SIM_H

#include "internal.h"

#include <semaphore.h>

struct sim_socket;
struct sim_host;

struct sim {
    uint64_t now;    /* virtual time, nanoseconds */
    uint64_t random; /* state of async__random */
    bool seeded;     /* reads and writes may be short, and operations may complete late */
    bool hesitates;  /* no operation completes at once, so that each one waits */
    unsigned busy;   /* polls since the loop was idle */
    sem_t woken;
    struct sim_socket **sockets; /* by number - SIM_FIRST */
    int sockets_size;
    struct sim_socket *events, **events_tail; /* something has happened there */
    struct sim_host *hosts;                   /* names that were looked up */
    uint32_t host_count;
    uint16_t port; /* the one that was given out last */
};

extern const struct async_network async__sim_network;

int async__sim_attach(void *state, struct async_descriptor *descriptor);
void async__sim_detach(void *state, struct async_descriptor *descriptor);
bool async__sim_start(void *state, struct async_operation *operation);
void async__sim_cancel(void *state, struct async_operation *operation, int error);
/* Completes what can be completed where something has happened; false: nothing had. */
bool async__sim_events(struct sim *sim);
/* Frees all sockets and names. */
void async__sim_free(struct sim *sim);

/* See struct async_network. */
int async__sim_resolve(void *state, const char *host, const char *service,
                       const struct addrinfo *hints, struct addrinfo **addresses);
void async__sim_hosts_free(struct sim *sim);

#endif
