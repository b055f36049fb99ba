/* async_wait_for: an await inside a time limit of its own. */
#include "form.h"
#include "scope.h"

enum async_step async_wait_for__begin(struct async_wait_for__wait *wait, struct async_frame *caller,
                                      struct async_future *future, double seconds)
{
    if (!future)
        async_empty_handle(NULL, 0);
    wait->future = future;
    wait->limit.seconds = seconds;
    async__timeout_open(&wait->limit, false);
    return async_await(caller, future);
}

void async_wait_for__end(struct async_wait_for__wait *wait)
{
    async__limit_close(&wait->limit);
}

/* ---- the handle ----
 *
 * The result, of any size, comes first. Where the rest lies behind it, base.state says. */

struct rest {
    struct async_env env; /* kept by the handle: if it never begins, the future is released */
    struct async_wait_for__wait wait;
    struct async_future *future; /* NULL: has begun */
    double seconds;
    size_t size, align;
    bool status;
    int failure; /* without a status: what was awaited ended without a value */
};

static enum async_step resume(struct async_frame *base)
{
    struct rest *self = (struct rest *)((char *)base + base->state);
    struct async_future *future = self->future;
    self->future = NULL;
    if (future && async_wait_for__begin(&self->wait, base, future, self->seconds) == ASYNC_PENDING)
        return ASYNC_PENDING;
    size_t offset = (ASYNC_RESULT_OFFSET + self->align - 1) / self->align * self->align;
    async_collect_result(self->wait.future, (char *)base + offset, self->size, self->align,
                         self->status);
    if (!self->status)
        self->failure = -errno;
    async_wait_for__end(&self->wait);
    return ASYNC_DONE;
}

/* A result that may be an error is known by its resume function. */
static enum async_step resume_int(struct async_frame *base)
{
    return resume(base);
}
static enum async_step resume_long(struct async_frame *base)
{
    return resume(base);
}
static enum async_step resume_int128(struct async_frame *base)
{
    return resume(base);
}
ASYNC_FUNCTION_ENTRY(int, async_wait_for, resume_int, sizeof(struct rest))
ASYNC_FUNCTION_ENTRY(long, async_wait_for_long, resume_long, sizeof(struct rest))
ASYNC_FUNCTION_ENTRY(__int128, async_wait_for_int128, resume_int128, sizeof(struct rest))

static enum async_step (*resume_of(size_t size, bool status))(struct async_frame *)
{
    if (!status)
        return resume;
    return size == sizeof(int) ? resume_int : size == sizeof(long) ? resume_long : resume_int128;
}

static void drop(struct async_env *env)
{
    async_release(((struct rest *)env)->future);
}

static const struct async_env_kind rest_kind = {.drop = drop};

int async__wait_for_failure(const struct async_future *future)
{
    struct async_env *env = async__env_find(future, &rest_kind);
    return env ? ((struct rest *)env)->failure : 0;
}

bool async__wait_for_take(struct async_future *handle, struct async_limited *limited)
{
    struct rest *rest = (struct rest *)async__env_find(handle, &rest_kind);
    if (!rest)
        return false;
    *limited =
        (struct async_limited){rest->future, rest->seconds, rest->size, rest->align, rest->status};
    async__env_remove(handle, &rest->env);
    return true;
}

bool async__wait_for_form(const struct async_future *future, size_t *size, size_t *offset)
{
    const struct rest *rest = (const struct rest *)async__env_find(future, &rest_kind);
    if (!rest)
        return false;
    *size = rest->size;
    *offset = (ASYNC_RESULT_OFFSET + rest->align - 1) / rest->align * rest->align;
    return true;
}

struct async_future *async_wait_for_handle(struct async_future *future, double seconds, size_t size,
                                           size_t align, bool status)
{
    size_t offset = (ASYNC_RESULT_OFFSET + align - 1) / align * align + size;
    offset = (offset + _Alignof(struct rest) - 1) / _Alignof(struct rest) * _Alignof(struct rest);
    if (!future)
        async_empty_handle(NULL, 0);
    struct async_future *handle = async_coroutine(offset + sizeof(struct rest),
                                                  align > 8 ? align : 8, resume_of(size, status));
    if (!async_is_cold(handle)) {
        async_release(future);
        return handle;
    }
    struct rest *rest = (struct rest *)((char *)&handle->frame + offset);
    *rest = (struct rest){.env.kind = &rest_kind,
                          .future = future,
                          .seconds = seconds,
                          .size = size,
                          .align = align,
                          .status = status};
    handle->frame.state = (uint32_t)offset;
    async__env_keep(handle, &rest->env);
    return handle;
}
