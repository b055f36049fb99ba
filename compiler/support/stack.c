/* The passes recurse as deep as the program nests: a sum of 5,000 terms is a tree of that depth.
 * The limit of the main stack is not ours to choose, so they run in a thread that brings its own.
 */
#include "support/stack.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define STACK_SIZE ((size_t)512 << 20)

struct job {
    void (*run)(void *data);
    void *data;
};

static void *start(void *argument)
{
    const struct job *job = argument;
    job->run(job->data);
    return NULL;
}

void run_on_large_stack(void (*run)(void *data), void *data)
{
    struct job job = {run, data};
    pthread_attr_t attributes;
    pthread_t thread;
    bool started = false;
    if (!pthread_attr_init(&attributes)) {
        started = !pthread_attr_setstacksize(&attributes, STACK_SIZE) &&
                  !pthread_create(&thread, &attributes, start, &job);
        pthread_attr_destroy(&attributes);
    }
    if (started)
        pthread_join(thread, NULL);
    else
        run(data);
}
