/* Coroutines for loops of other threads.
 *
 * A coroutine's block belongs to the thread that made it, so it is sent as a parcel: its frame,
 * which holds nothing but the arguments as long as it is cold, is copied out, and into a block of
 * the other thread there. What async_wait_for made is sent as a parcel in a parcel: the coroutine
 * that it awaits, and the limit. */
#include "context.h"
#include "scope.h"

#include <async/thread.h>

#include <string.h>

/* Who waits in async_run_threadsafe, in its own thread. */
struct outsider {
    pthread_mutex_t mutex;
    pthread_cond_t over;
    bool is_over;
    void *buffer;
    size_t size, offset;
    bool status;
    int error; /* with which the task ended without a value */
};

struct parcel {
    struct async_post post;
    struct async_listener listener; /* of the task, if somebody waits for it */
    struct outsider *outsider;      /* NULL: nobody does */
    struct async_env *context;      /* the sender's, to be copied */
    void *env;                      /* the handle's: its name */
    struct parcel *inner;           /* what async_wait_for awaits; NULL: it is something else */
    struct async_limited limited;   /* the rest of that */
    enum async_step (*resume)(struct async_frame *);
    uint32_t bits;      /* whether it is cancelled */
    size_t size, align; /* of the frame, which follows */
};

/* The task has ended, or (future NULL) could not begin. */
static void answer(struct parcel *parcel, struct async_future *future, int error)
{
    struct outsider *outsider = parcel->outsider;
    async__free(parcel);
    pthread_mutex_lock(&outsider->mutex);
    if (future)
        error = async__copy_result(future, outsider->buffer, outsider->size, outsider->offset,
                                   outsider->status);
    outsider->error = error;
    outsider->is_over = true;
    pthread_cond_signal(&outsider->over);
    pthread_mutex_unlock(&outsider->mutex);
}

static void parcel_notify(struct async_listener *listener, struct async_future *future)
{
    future->frame.bits |= ASYNC_TAKEN;
    answer(ASYNC_CONTAINER(listener, struct parcel, listener), future, 0);
}

static void parcel_drop(struct async_listener *listener)
{
    answer(ASYNC_CONTAINER(listener, struct parcel, listener), NULL, -ECANCELED);
}

static void drop_env(void *chain)
{
    struct async_future lost = {.env = chain}; /* a coroutine that does not begin */
    for (struct async_env *env = async__env(chain); env; env = async__env(env->outer))
        async__argument_pass_on(env, &lost);
    async__env_drop(&lost);
}

/* The coroutine in a parcel, as async_coroutine gives it. The parcel is the caller's to free. */
static struct async_future *unpack(struct parcel *parcel)
{
    const struct async_limited *limited = &parcel->limited;
    size_t head = sizeof(struct async_frame);
    struct async_future *future;
    if (parcel->inner) {
        future = unpack(parcel->inner);
        async__free(parcel->inner);
        future = async_wait_for_handle(future, limited->seconds, limited->size, limited->align,
                                       limited->status);
    } else {
        future = async_coroutine(parcel->size, parcel->align, parcel->resume);
        if (async_is_cold(future))
            memcpy((char *)&future->frame + head, parcel + 1, parcel->size - head);
    }
    if (!async_is_cold(future)) {
        drop_env(parcel->env);
        return future;
    }
    for (struct async_env *env; (env = async__env(parcel->env));) {
        parcel->env = env->outer;
        async__env_keep(future, env);
        async__argument_pass_on(env, future);
    }
    future->frame.bits |= parcel->bits;
    return future;
}

/* On the loop: unpacks the coroutine, and begins it. */
static void parcel_run(struct async_post *post)
{
    struct parcel *parcel = (struct parcel *)post;
    struct async_env *context = parcel->context;
    struct async_future *future = unpack(parcel);
    if (!async_is_cold(future)) {
        async__context_discard(context);
        if (parcel->outsider) {
            answer(parcel, NULL, -ENOMEM);
        } else {
            async__report(NULL, -ENOMEM, "no memory for a task that another thread sent");
            async__free(parcel);
        }
        return;
    }
    if (parcel->outsider) {
        parcel->listener = (struct async_listener){0, parcel_notify, parcel_drop, NULL};
        async__listen(future, &parcel->listener);
    } else {
        async__free(parcel);
    }
    struct async_place_of_context outside = async__context_enter(async__context_receive(context));
    async_release(async_spawn(future, NULL, 0));
    async__context_leave(outside);
}

static void discard(struct parcel *parcel)
{
    if (parcel->inner)
        discard(parcel->inner);
    drop_env(parcel->env);
    async__free(parcel);
}

/* Whether its frame holds nothing but arguments, and none of them is a handle that it owns. */
static bool is_sendable(const struct async_future *future, size_t size)
{
    if (!async_is_cold(future) || future->frame.caller || async__owners(future) != 1)
        return false;
    for (struct async_env *env = async__env(future->env); env; env = async__env(env->outer)) {
        uintptr_t at = (uintptr_t)env - (uintptr_t)&future->frame;
        if (at < size || async__argument_is_handle(env))
            return false; /* it (lies in the frame, and) leads to a handle of this thread */
    }
    return true;
}

/* A cold coroutine, which is emptied. NULL and *error: that is not possible. */
static struct parcel *pack_one(struct async_future *future, int *error)
{
    size_t align, size = async__frame_size(future, &align), head = sizeof(struct async_frame);
    *error = is_sendable(future, size) ? -ENOMEM : -EINVAL;
    struct parcel *parcel =
        *error == -ENOMEM ? async__allocate(sizeof *parcel + size - head) : NULL;
    if (!parcel)
        return NULL;
    *parcel = (struct parcel){
        .post.run = parcel_run,
        .resume = future->frame.resume,
        .env = future->env,
        .bits = future->frame.bits & (ASYNC_CANCELLED | ASYNC_TIMED | ASYNC_SLOW),
        .size = size,
        .align = align,
    };
    memcpy(parcel + 1, (char *)&future->frame + head, size - head);
    future->env = NULL;
    return parcel;
}

/* The same for what async_wait_for may have made. Consumes the handle. */
static struct parcel *pack(struct async_future *future, int *error)
{
    struct async_limited limited = {.future = NULL};
    if (future == &async__out_of_memory) {
        *error = -ENOMEM;
        return NULL;
    }
    bool is_limited = async_is_cold(future) && async__owners(future) == 1 &&
                      async__wait_for_take(future, &limited);
    struct parcel *inner = is_limited ? pack(limited.future, error) : NULL, *parcel = NULL;
    if (!is_limited || inner)
        parcel = pack_one(future, error);
    if (parcel) {
        parcel->inner = inner;
        parcel->limited = limited;
    } else if (inner) {
        discard(inner);
    }
    async_release(future);
    return parcel;
}

/* Consumes the coroutine. */
static int send_parcel(struct async_loop *loop, struct async_future *future,
                       struct outsider *outsider)
{
    if (!future)
        async_empty_handle(NULL, 0);
    int error;
    struct parcel *parcel = pack(future, &error);
    if (!parcel)
        return error;
    parcel->outsider = outsider;
    error = async__context_copy_to_send(&parcel->context);
    if (!error && (error = async__post_if_open(loop, &parcel->post)))
        async__context_discard(parcel->context);
    if (error)
        discard(parcel);
    return error;
}

int async_spawn_threadsafe(struct async_loop *loop, struct async_future *future)
{
    return send_parcel(loop, future, NULL);
}

static void *run_threadsafe(struct async_loop *loop, struct async_future *future, void *buffer,
                            size_t size, size_t align, bool status)
{
    if (async__is_own_loop(loop))
        async__die(NULL, 0, "async_run_threadsafe in the loop's own thread: await instead");
    struct outsider outsider = {
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .over = PTHREAD_COND_INITIALIZER,
        .buffer = buffer,
        .size = size,
        .offset = (ASYNC_RESULT_OFFSET + align - 1) / align * align,
        .status = status,
    };
    int error = send_parcel(loop, future, &outsider);
    if (error) {
        async__store_error(buffer, size, error, status);
    } else {
        pthread_mutex_lock(&outsider.mutex);
        while (!outsider.is_over)
            pthread_cond_wait(&outsider.over, &outsider.mutex);
        pthread_mutex_unlock(&outsider.mutex);
        error = outsider.error;
    }
    pthread_cond_destroy(&outsider.over);
    pthread_mutex_destroy(&outsider.mutex);
    if (!status)
        errno = -error;
    return buffer;
}

void *async_run_threadsafe_result(struct async_loop *loop, struct async_future *future,
                                  void *buffer, size_t size)
{
    return run_threadsafe(loop, future, buffer, size, size == 16 ? 16 : 8, true);
}

void *async_run_threadsafe_value(struct async_loop *loop, struct async_future *future, void *buffer,
                                 size_t size, size_t align)
{
    return run_threadsafe(loop, future, buffer, size, align, false);
}
