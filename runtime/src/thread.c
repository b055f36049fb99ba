/* Threads: calls in a thread of the pool, and requests to loops from any thread.
 *
 * A request is a post, which the loop runs between two steps. Whether the loop is still there is
 * told by the list of open loops, whose mutex is held while one posts; the end of a loop begins
 * with taking it off the list. Loops are looked for by their handles, which are never used again.
 * Lock order: this mutex, then the loop's. (parcel.c has the requests that are coroutines.) */
#include "context.h"
#include "form.h"

#include <async/thread.h>

/* ---- open loops ---- */

static pthread_mutex_t open_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct async_loop *open_loops;

void async__loop_open(struct async_loop *loop)
{
    pthread_mutex_lock(&open_mutex);
    loop->next_open = open_loops;
    open_loops = loop;
    pthread_mutex_unlock(&open_mutex);
}

void async__loop_close(struct async_loop *loop)
{
    struct async_loop **link = &open_loops;
    pthread_mutex_lock(&open_mutex);
    while (*link != loop)
        link = &(*link)->next_open;
    *link = loop->next_open;
    pthread_mutex_unlock(&open_mutex);
}

/* The open loop of that handle, or NULL. The mutex is held. */
static struct async_loop *find_open(const struct async_loop *handle)
{
    struct async_loop *open = open_loops;
    while (open && open->handle != handle)
        open = open->next_open;
    return open;
}

int async__post_if_open(const struct async_loop *handle, struct async_post *post)
{
    pthread_mutex_lock(&open_mutex);
    struct async_loop *open = find_open(handle);
    if (open)
        async__post(open, post);
    pthread_mutex_unlock(&open_mutex);
    return open ? 0 : -ESHUTDOWN;
}

bool async__is_own_loop(const struct async_loop *handle)
{
    pthread_mutex_lock(&open_mutex);
    const struct async_loop *open = find_open(handle);
    bool own = open && open->thread == &async_thread;
    pthread_mutex_unlock(&open_mutex);
    return own;
}

/* ---- async_to_thread ---- */

struct async_thread_call {
    struct async_job job;
    struct async_to_thread__frame *owner; /* NULL: its task was dropped */
    struct async_env *context;            /* on its way to the thread */
    void *(*fn)(void *);
    void *arg;
    void *result;
};

static void *call_in(struct async_context *context, void *(*fn)(void *), void *arg)
{
    struct async_place_of_context outside = async__context_enter(context);
    void *result = fn(arg);
    async__context_leave(outside);
    return result;
}

static void call_work(struct async_job *job)
{
    struct async_thread_call *call = ASYNC_CONTAINER(job, struct async_thread_call, job);
    call->result = call_in(async__context_receive(call->context), call->fn, call->arg);
}

static void call_abandon(struct async_job *job)
{
    async__free(ASYNC_CONTAINER(job, struct async_thread_call, job));
}

static void call_done(struct async_post *post)
{
    struct async_thread_call *call = ASYNC_CONTAINER(post, struct async_thread_call, job.post);
    struct async_to_thread__frame *self = call->owner;
    if (self) {
        self->result = call->result;
        async__wake(&self->wait);
    }
    async__free(call);
}

/* The thread goes on; the task waits for it, unless it is dropped with its loop. */
static void to_thread_cancel(struct async_wait *wait, int error)
{
    struct async_to_thread__frame *self =
        ASYNC_CONTAINER(wait, struct async_to_thread__frame, wait);
    (void)error;
    if (!async_thread.loop->dropping)
        return;
    self->call->owner = NULL;
    async__wake(wait);
}
static const struct async_wait_kind to_thread_wait = {
    .cancel = to_thread_cancel, .name = "async_to_thread", .joins = true};

/* 0, or a negative errno number: fn will not be called. */
static int call_begin(struct async_to_thread__frame *self, struct async_context *context)
{
    struct async_thread_call *call = async__allocate(sizeof *call);
    int error = -ENOMEM;
    if (call) {
        *call = (struct async_thread_call){
            .job = {.post.run = call_done, .work = call_work, .abandon = call_abandon},
            .owner = self,
            .context = async__context_send(context),
            .fn = self->fn,
            .arg = self->arg,
        };
        self->call = call;
        error = async__pool_run(async_thread.loop, &call->job);
        context = error ? async__context_receive(call->context) : NULL;
    }
    if (error) {
        async__context_free(context);
        async__free(call);
    }
    return error;
}

/* On a simulated loop: as if in a thread of its own, where no loop runs, so that it may run one. */
static void *call_inline(struct async_context *context, void *(*fn)(void *), void *arg)
{
    struct async_thread *thread = &async_thread;
    char *floor = thread->floor;
    uint32_t credit = thread->credit, budget = thread->budget;
    struct async_elsewhere here = {thread->loop, thread->current};
    async__leave(here.loop);
    void *result = call_in(context, fn, arg);
    async__enter(here.loop);
    thread->current = here.current;
    thread->floor = floor;
    thread->credit = credit;
    thread->budget = budget;
    return result;
}

enum async_step async_to_thread__resume(struct async_frame *base)
{
    struct async_to_thread__frame *self = (struct async_to_thread__frame *)base;
    if (base->state == 0) {
        base->state = 1;
        self->result = NULL;
        struct async_context *context;
        self->error = async__context_copy(&context);
        if (self->error) {
            /* it is not called */
        } else if (async_thread.loop->backend->simulated) {
            self->result = call_inline(context, self->fn, self->arg);
            if (async__at_once(base) == ASYNC_PENDING)
                return ASYNC_PENDING;
        } else if (!(self->error = call_begin(self, context))) {
            return async__suspend(&self->wait, &to_thread_wait, base);
        }
    }
    errno = -self->error;
    return ASYNC_DONE;
}

void async_to_thread__begin(struct async_to_thread__frame *self, struct async_frame *caller,
                            void *(*fn)(void *), void *arg)
{
    self->base = (struct async_frame){.resume = async_to_thread__resume, .caller = caller};
    self->fn = fn;
    self->arg = arg;
}

struct async_future *async_to_thread(void *(*fn)(void *), void *arg)
{
    struct async_future *future =
        async_coroutine(sizeof(struct async_to_thread__frame),
                        _Alignof(struct async_to_thread__frame), async_to_thread__resume);
    struct async_to_thread__frame *self = (struct async_to_thread__frame *)&future->frame;
    if (async_is_cold(future)) {
        self->fn = fn;
        self->arg = arg;
    }
    return future;
}

ASYNC_FUNCTION_ENTRY(void *, async_to_thread, async_to_thread__resume,
                     sizeof(struct async_to_thread__frame))

/* ---- callbacks ---- */

struct callback {
    struct async_post post;
    struct async_env *context;
    void (*fn)(void *);
    void *arg;
};

static void callback_run(struct async_post *post)
{
    struct callback callback = *(struct callback *)post;
    async__free(post);
    struct async_place_of_context outside =
        async__context_enter(async__context_receive(callback.context));
    callback.fn(callback.arg);
    async__context_leave(outside);
}

int async_call_soon_threadsafe(struct async_loop *loop, void (*fn)(void *), void *arg)
{
    struct async_env *context;
    struct callback *callback = async__allocate(sizeof *callback);
    int error = callback ? async__context_copy_to_send(&context) : -ENOMEM;
    if (!error) {
        *callback = (struct callback){{NULL, callback_run}, context, fn, arg};
        error = async__post_if_open(loop, &callback->post);
        if (error)
            async__context_discard(context);
    }
    if (error)
        async__free(callback);
    return error;
}
