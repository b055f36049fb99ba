/* Results: how they are taken, and pure futures, which callbacks complete.
 *
 * The result of a task or coroutine lies behind the frame's head, at offset 24 unless its alignment
 * asks for more. A pure future has no function; its `state` packs the result's size and alignment
 * (as a power of two, in the upper 5 bits). An ended handle that has no value because of an error
 * is SLOW and keeps the error in `leaf`, where no frame has a negative address. */
#include "debug.h"

#include <limits.h>
#include <string.h>

static size_t pure_size(const struct async_future *future)
{
    return future->frame.state & 0x7ffffff;
}
static size_t pure_offset(const struct async_future *future)
{
    size_t align = (size_t)1 << (future->frame.state >> 27);
    return align <= 8 ? ASYNC_RESULT_OFFSET : (ASYNC_RESULT_OFFSET + align - 1) / align * align;
}

void async__store_error(void *value, size_t size, int error, bool status)
{
    switch (status ? size : 0) {
    case sizeof(int):
        memcpy(value, &error, sizeof error);
        break;
    case sizeof(long): {
        long wide = error;
        memcpy(value, &wide, sizeof wide);
        break;
    }
    case sizeof(__int128): {
        __int128 wide = error;
        memcpy(value, &wide, sizeof wide);
        break;
    }
    default:
        if (size)
            memset(value, 0, size);
    }
}

static int load_status(const void *value, size_t size)
{
    int narrow;
    long wide;
    __int128 widest;
    if (size == sizeof narrow) {
        memcpy(&narrow, value, sizeof narrow);
        return narrow;
    }
    if (size == sizeof wide) {
        memcpy(&wide, value, sizeof wide);
        return wide < 0 && wide >= INT_MIN ? (int)wide : 0;
    }
    memcpy(&widest, value, sizeof widest);
    return widest < 0 && widest >= INT_MIN ? (int)widest : 0;
}

/* The error with which the awaited handle ended without a value, or 0. */
static int failure_of(const struct async_future *future)
{
    if (future->frame.bits & ASYNC_ENDED)
        return async__failure(future);
    int reason = async__reason(); /* the wait for a pure future was left */
    if (reason)
        async__told(async_thread.current, reason);
    return reason ? reason : -ECANCELED;
}

int async__copy_result(const struct async_future *future, void *value, size_t size, size_t offset,
                       bool status)
{
    int error = failure_of(future);
    if (error)
        async__store_error(value, size, error, status);
    else if (size)
        memcpy(value, (const char *)&future->frame + offset, size);
    return error;
}

void async_collect_slow(struct async_future *future, void *value, size_t size, size_t offset,
                        bool status)
{
    int error = async__copy_result(future, value, size, offset, status);
    bool was_cancelled = future->frame.bits & ASYNC_CANCELLED; /* not if it ran in this task */
    if (status && was_cancelled && async__reason())
        async__told(async_thread.current,
                    size ? load_status(value, size) : async__error_of(future));
    if (future != &async__out_of_memory) {
        future->frame.bits |= ASYNC_TAKEN;
        if (async__status(future) == ASYNC_INLINE && async__owners(future) > 1)
            async__set_status(future, ASYNC_FINISHED);
        async__disown(future);
    }
    if (!status || !size)
        errno = -error;
}

/* The same for a value of at most eight bytes, in the first bytes of what it returns. */
uint64_t async_collect_word(struct async_future *future, size_t size, size_t offset, bool status)
{
    uint64_t words[2] = {0}; /* one is enough, but gcc -O3 cannot know that */
    async_collect_slow(future, words, size, offset, status);
    return words[0];
}

struct async_future *async_future_new(size_t size, size_t align)
{
    size_t offset =
        align <= 8 ? ASYNC_RESULT_OFFSET : (ASYNC_RESULT_OFFSET + align - 1) / align * align;
    size_t bytes = (offset + size + 7) / 8 * 8;
    struct async_future *future = async_coroutine(bytes, align, NULL);
    if (!async_is_cold(future))
        return future;
    unsigned shift = 0;
    while ((size_t)1 << shift < align)
        shift++;
    future->frame.state = (uint32_t)size | shift << 27;
    future->frame.caller = (struct async_frame *)1 /* nobody waits */;
    future->frame.bits += ASYNC_OWNER;
    async__set_status(future, ASYNC_WAITING);
    return future;
}

/* The completer's side: whether the future still wants a value. */
static int completable(struct async_future *future)
{
    if (!future)
        async_empty_handle(NULL, 0);
    if (future == &async__out_of_memory)
        return -ENOMEM;
    async__check_thread(future);
    if (!async__owners(future))
        async__die(NULL, 0, "a future was completed that is gone");
    if (!async__is_pure(future))
        async__die(NULL, 0, "a task was completed, which does that itself");
    if (async__owners(future) == 1 || async__status(future) == ASYNC_FINISHED)
        return -ECANCELED;
    return 0;
}

int async_complete(struct async_future *future, const void *value, size_t size)
{
    int result = completable(future);
    if (result == 0) {
        if (size)
            memcpy((char *)&future->frame + pure_offset(future), value, size);
        async__finish(future);
    }
    async_release(future);
    return result;
}

int async_set_error(struct async_future *future, int error)
{
    int result = completable(future);
    if (result == 0)
        async__fail(future, error);
    async_release(future);
    return result;
}

bool async__result_of(struct async_future *future, void *value)
{
    size_t size, offset = ASYNC_RESULT_OFFSET;
    const struct async_function *function = async__function(future);
    if (async__is_pure(future)) {
        size = pure_size(future);
        offset = pure_offset(future);
    } else if (function) {
        size = function->result_size;
        if (function->result_offset)
            offset = function->result_offset;
    } else if (!async__wait_for_form(future, &size, &offset)) {
        return false;
    }
    if (size && value)
        memcpy(value, (const char *)&future->frame + offset, size);
    return true;
}
