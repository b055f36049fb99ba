/* Names of the simulated network.
 *
 * Every name that is looked up gets an address of its own, 10.0.0.1, 10.0.0.2 and so on, and a
 * server may listen on any of them: a program simulates all its machines. "localhost" and names
 * below it are 127.0.0.1, names that end in ".invalid" do not exist (RFC 6761), numbers are what
 * they are, and services are those of the C library. */
#include "sim.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

struct sim_host {
    struct sim_host *next;
    char address[16];
    char name[];
};

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), width = strlen(end);
    return length >= width && !strcasecmp(name + length - width, end) &&
           (length == width || name[length - width - 1] == '.');
}

/* The address of a name as text; NULL: no memory. */
static const char *address_of(struct sim *sim, const char *name, int family)
{
    if (ends_in(name, "localhost"))
        return family == AF_INET6 ? "::1" : "127.0.0.1";
    struct sim_host **link = &sim->hosts;
    for (; *link; link = &(*link)->next)
        if (!strcasecmp((*link)->name, name))
            return (*link)->address;
    struct sim_host *host = async__allocate(sizeof *host + strlen(name) + 1);
    if (!host)
        return NULL;
    uint32_t number = ++sim->host_count;
    snprintf(host->address, sizeof host->address, "10.%u.%u.%u", number >> 16 & 255,
             number >> 8 & 255, number & 255);
    strcpy(host->name, name);
    host->next = NULL;
    return (*link = host)->address;
}

int async__sim_resolve(void *state, const char *host, const char *service,
                       const struct addrinfo *hints, struct addrinfo **addresses)
{
    struct addrinfo numeric = *hints;
    numeric.ai_flags |= AI_NUMERICHOST;
    int code = getaddrinfo(host, service, &numeric, addresses);
    if (code != EAI_NONAME || !host)
        return code;
    if (!*host || ends_in(host, "invalid"))
        return EAI_NONAME;
    const char *address = address_of(state, host, hints->ai_family);
    return address ? getaddrinfo(address, service, &numeric, addresses) : EAI_MEMORY;
}

void async__sim_hosts_free(struct sim *sim)
{
    while (sim->hosts) {
        struct sim_host *host = sim->hosts;
        sim->hosts = host->next;
        async__free(host);
    }
}
