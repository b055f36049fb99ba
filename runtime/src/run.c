/* Running a future from ordinary C: async_run, async_loop_run, and the C main around async main. */
#include "internal.h"

#include <signal.h>

/* Runs on a loop of its own. The handle has ended then, or (no loop could be made) has not begun.
 */
static int run_alone(struct async_future *future, struct async_loop **loop)
{
    if (async_thread.loop)
        async__die(NULL, 0, "async_run where a loop runs already: await instead");
    if (!future)
        async_empty_handle(NULL, 0);
    *loop = NULL;
    if (future == &async__out_of_memory)
        return 0;
    if (!(*loop = async__loop_new()))
        return -errno;
    async__loop_run(*loop, future);
    return 0;
}

static void *run_and_collect(struct async_future *future, void *buffer, size_t size, size_t align,
                             bool status)
{
    struct async_loop *loop;
    int error = run_alone(future, &loop);
    if (error) {
        async_release(future);
        future = &async__out_of_memory;
    }
    async_collect_result(future, buffer, size, align, status);
    int saved = errno;
    if (loop)
        async__loop_free(loop);
    errno = saved;
    return buffer;
}

void *async_run_result(struct async_future *future, void *buffer, size_t size)
{
    return run_and_collect(future, buffer, size, size == 16 ? 16 : 8, true);
}

void *async_run_value(struct async_future *future, void *buffer, size_t size, size_t align)
{
    return run_and_collect(future, buffer, size, align, false);
}

/* Consumes a handle that has ended: its result by what is known of its type. */
static int take(struct async_future *future, void *result)
{
    int error = async__failure(future);
    if (!error)
        async__result_of(future, result);
    if (future != &async__out_of_memory)
        future->frame.bits |= ASYNC_TAKEN;
    async_release(future);
    return error;
}

int async_run_into(struct async_future *future, void *result)
{
    struct async_loop *loop;
    int error = run_alone(future, &loop);
    if (error)
        async_release(future);
    else
        error = take(future, result);
    if (loop)
        async__loop_free(loop);
    return error;
}

int async_loop_run(struct async_loop *handle, struct async_future *future, void *result)
{
    struct async_loop *loop = async__own_loop(handle);
    if (!future)
        async_empty_handle(NULL, 0);
    if (future == &async__out_of_memory)
        return -ENOMEM;
    if (async__loop_run(loop, future))
        return take(future, result);
    async_release(future);
    return -EINTR;
}

/* ---- async main ---- */

static struct async_loop *volatile interruptible;

static void interrupt(int signal)
{
    struct async_loop *loop = interruptible;
    int saved = errno;
    (void)signal;
    if (loop) {
        __atomic_store_n(&loop->interrupted, 1, __ATOMIC_RELAXED);
        loop->backend->wake(loop->backend_state);
    }
    errno = saved;
}

/* The first SIGINT cancels; SA_RESETHAND makes the second one kill. True: the handler is ours. */
static bool catch_interrupts(struct async_loop *loop, struct async_future *future)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND}, old;
    if (sigaction(SIGINT, NULL, &old) || old.sa_flags & SA_SIGINFO || old.sa_handler != SIG_DFL)
        return false;
    loop->main = future;
    interruptible = loop;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGINT, &action, NULL) == 0;
}

int async_main(struct async_future *future)
{
    if (!future)
        async_empty_handle(NULL, 0);
    struct async_loop *loop = future == &async__out_of_memory ? NULL : async__loop_new();
    int status = 0;
    if (!loop)
        status = future == &async__out_of_memory ? -ENOMEM : -errno;
    if (loop) {
        bool caught = catch_interrupts(loop, future);
        async__loop_run(loop, future);
        loop->main = NULL;
        interruptible = NULL; /* the loop is about to go */
        async_retain(future); /* for the report */
        async_collect(future, &status, sizeof status);
        if (status < 0)
            async__report(future, status, "the result of main");
        async_release(future);
        async__loop_free(loop);
        if (caught)
            signal(SIGINT, SIG_DFL);
    } else {
        async_release(future);
        async__report(NULL, status, "main could not run");
    }
    return status < 0 ? 1 : status;
}
