/* Generator handles: one block with a generator's frame in it, advanced by whoever holds it.
 *
 * A request (async_next and its kin) is a coroutine of three lines: it puts itself between the
 * generator and whoever asks, as the caller of the generator's root frame, resumes the generator,
 * and when this comes back, yielded or ended, takes what is there. While it runs, the handle's
 * status is INLINE, which is how a second request sees that it is busy. Its last owner may be given
 * up meanwhile: then the request, when it is through, closes it. */
#include "internal.h"

#include <async/generator.h>

#include <stdio.h>
#include <string.h>

enum { RESULT = 24, THROWN = 28, VALUE = 32 };

enum how { NEXT, THROW, CLOSE, ENTER, LEAVE };

static struct async_future *future_of(struct async_generator *generator)
{
    struct async_future *future = (struct async_future *)generator;
    if (!future)
        async_empty_handle(NULL, 0);
    if (future != &async__out_of_memory && !async__owners(future))
        async__die(NULL, 0, "a generator was used that was consumed before");
    return future;
}

static int *member(struct async_future *generator, size_t offset)
{
    return (int *)((char *)&generator->frame + offset);
}

static size_t round_up(size_t offset, size_t align)
{
    return (offset + align - 1) / align * align;
}

struct async_generator *async_generator_of(struct async_future *future, bool waits)
{
    if (async_is_cold(future) && waits)
        future->frame.bits |= ASYNC_GENERATOR_WAITS;
    return (struct async_generator *)future;
}

void async_generator_with_handle(struct async_generator *generator)
{
    struct async_future *future = future_of(generator);
    if (future != &async__out_of_memory)
        future->frame.bits |= ASYNC_GENERATOR_WITH;
}

/* ---- one advance ---- */

static bool is_at_yield(const struct async_future *generator)
{
    return generator->frame.state != 0 && generator->frame.state != ASYNC_GENERATOR_ENDED;
}

/* Before it is resumed. True: *result is the answer, and nothing is to be resumed. */
static bool answered(struct async_advance *advance, int *result)
{
    struct async_future *generator = advance->generator;
    uint32_t *state = &generator->frame.state;
    *result = 0;
    if (generator == &async__out_of_memory) {
        *result = advance->how == CLOSE ? 0 : -ENOMEM;
        return true;
    }
    if (async__status(generator) == ASYNC_INLINE) {
        *result = -EBUSY;
        return true;
    }
    if (advance->how == CLOSE)
        return !async_generator_closing(&generator->frame, member(generator, THROWN));
    if (*state == ASYNC_GENERATOR_ENDED)
        return true;
    if (advance->how == THROW && *state == 0) { /* it never began: ends with the error */
        *state = ASYNC_GENERATOR_ENDED;
        *result = advance->error;
        return true;
    }
    if (advance->how == THROW || (advance->how == LEAVE && advance->error < 0))
        ++*state;
    if (advance->how == THROW || advance->how == LEAVE)
        *member(generator, THROWN) = advance->error;
    return false;
}

/* After it came back: what it yielded, or how it ended. */
static int answer(struct async_advance *advance)
{
    struct async_future *generator = advance->generator;
    generator->frame.bits &= ~(uint32_t)ASYNC_STATUS;
    generator->frame.caller = NULL;
    if (is_at_yield(generator)) {
        if (advance->how == LEAVE || advance->how == CLOSE)
            async_generator_second_yield(NULL, 0);
        if (advance->size)
            memcpy(advance->value, (char *)&generator->frame + round_up(VALUE, advance->align),
                   advance->size);
        return 1;
    }
    int result = *member(generator, RESULT);
    if (advance->how == ENTER && !result)
        async_generator_no_yield(NULL, 0);
    *member(generator, RESULT) = 0; /* after the end: 0 */
    return result > 0 ? -result : result;
}

/* The request is through: gives up the owner that it consumes, or that was left to it. */
static void dismiss(const struct async_advance *advance)
{
    struct async_future *generator = advance->generator;
    bool gives_up = advance->how == CLOSE || advance->how == LEAVE;
    if (async__status(generator) != ASYNC_INLINE && generator->frame.bits & ASYNC_GENERATOR_LEFT) {
        generator->frame.bits &= ~(uint32_t)ASYNC_GENERATOR_LEFT;
        gives_up = true;
    }
    if (gives_up)
        async_generator_release((struct async_generator *)generator);
}

static enum async_step step(struct async_frame *base, int *result, struct async_advance *advance)
{
    struct async_future *generator = advance->generator;
    if (base->state == 0) {
        if (answered(advance, result)) {
            dismiss(advance);
            return ASYNC_DONE;
        }
        base->state = 1;
        generator->frame.bits |= ASYNC_INLINE;
        generator->frame.caller = base;
        if ((char *)__builtin_frame_address(0) <= async_thread.floor) {
            async__handover(&generator->frame);
            return ASYNC_PENDING;
        }
        if (generator->frame.resume(&generator->frame) == ASYNC_PENDING)
            return ASYNC_PENDING;
    }
    *result = answer(advance);
    dismiss(advance);
    return ASYNC_DONE;
}

/* ---- plain generators: the same without waiting ---- */

static int advance_now(struct async_advance advance)
{
    struct async_future *generator = advance.generator;
    int result;
    if (!answered(&advance, &result)) {
        generator->frame.bits |= ASYNC_INLINE;
        generator->frame.resume(&generator->frame);
        result = answer(&advance);
    }
    dismiss(&advance);
    return result;
}

static void store_sent(struct async_future *generator, const void *sent, size_t sent_size,
                       size_t sent_align, size_t size, size_t align)
{
    if (generator == &async__out_of_memory || async__status(generator) == ASYNC_INLINE ||
        !is_at_yield(generator))
        return; /* the first value sent is dropped */
    size_t offset = round_up(round_up(VALUE, align) + size, sent_align);
    memcpy((char *)&generator->frame + offset, sent, sent_size);
}

int async_generator_next(struct async_generator *generator, void *value, size_t size, size_t align)
{
    return advance_now((struct async_advance){future_of(generator), value, size, align, NEXT, 0});
}

int async_generator_send(struct async_generator *generator, const void *sent, size_t sent_size,
                         size_t sent_align, void *value, size_t size, size_t align)
{
    store_sent(future_of(generator), sent, sent_size, sent_align, size, align);
    return async_generator_next(generator, value, size, align);
}

int async_generator_throw(struct async_generator *generator, int error, void *value, size_t size,
                          size_t align)
{
    return advance_now(
        (struct async_advance){future_of(generator), value, size, align, THROW, error});
}

int async_generator_close(struct async_generator *generator)
{
    return advance_now((struct async_advance){future_of(generator), NULL, 0, 1, CLOSE, 0});
}

/* ---- requests to async generators ---- */

#define REQUEST(NAME)                                                                     \
    enum async_step NAME##__resume(struct async_frame *base)                              \
    {                                                                                     \
        struct NAME##__frame *self = (struct NAME##__frame *)base;                        \
        return step(base, &self->result, &self->advance);                                 \
    }                                                                                     \
    static void NAME##__set(struct NAME##__frame *self, struct async_frame *caller,       \
                            struct async_generator *generator, void *value, size_t size,  \
                            size_t align, enum how how, int error)                        \
    {                                                                                     \
        self->base = (struct async_frame){.resume = NAME##__resume, .caller = caller};    \
        self->advance =                                                                   \
            (struct async_advance){future_of(generator), value, size, align, how, error}; \
    }

#define HANDLE(NAME, BEGIN)                                                                \
    {                                                                                      \
        struct async_future *future = async_coroutine(                                     \
            sizeof(struct NAME##__frame), _Alignof(struct NAME##__frame), NAME##__resume); \
        struct NAME##__frame *self = (struct NAME##__frame *)&future->frame;               \
        if (async_is_cold(future)) {                                                       \
            uint32_t bits = self->base.bits;                                               \
            BEGIN;                                                                         \
            self->base.bits = bits;                                                        \
        }                                                                                  \
        return future;                                                                     \
    }

REQUEST(async_next)
REQUEST(async_send)
REQUEST(async_throw)
REQUEST(async_close)
REQUEST(async_enter)
REQUEST(async_leave)

void async_next__begin(struct async_next__frame *self, struct async_frame *caller,
                       struct async_generator *generator, void *value, size_t size, size_t align)
{
    async_next__set(self, caller, generator, value, size, align, NEXT, 0);
}

struct async_future *async_next_handle(struct async_generator *generator, void *value, size_t size,
                                       size_t align)
    HANDLE(async_next, async_next__begin(self, NULL, generator, value, size, align))

        void async_send__begin(struct async_send__frame *self, struct async_frame *caller,
                               struct async_generator *generator, const void *sent,
                               size_t sent_size, size_t sent_align, void *value, size_t size,
                               size_t align)
{
    store_sent(future_of(generator), sent, sent_size, sent_align, size, align);
    async_send__set(self, caller, generator, value, size, align, NEXT, 0);
}

struct async_future *async_send_handle(struct async_generator *generator, const void *sent,
                                       size_t sent_size, size_t sent_align, void *value,
                                       size_t size, size_t align)
    HANDLE(async_send, async_send__begin(self, NULL, generator, sent, sent_size, sent_align, value,
                                         size, align))

        void async_throw__begin(struct async_throw__frame *self, struct async_frame *caller,
                                struct async_generator *generator, int error, void *value,
                                size_t size, size_t align)
{
    async_throw__set(self, caller, generator, value, size, align, THROW, error);
}

struct async_future *async_throw_handle(struct async_generator *generator, int error, void *value,
                                        size_t size, size_t align)
    HANDLE(async_throw, async_throw__begin(self, NULL, generator, error, value, size, align))

        void async_close__begin(struct async_close__frame *self, struct async_frame *caller,
                                struct async_generator *generator)
{
    async_close__set(self, caller, generator, NULL, 0, 1, CLOSE, 0);
}

struct async_future *async_close_handle(struct async_generator *generator)
    HANDLE(async_close, async_close__begin(self, NULL, generator))

        void async_enter__begin(struct async_enter__frame *self, struct async_frame *caller,
                                struct async_generator *generator, void *value, size_t size,
                                size_t align)
{
    async_enter__set(self, caller, generator, value, size, align, ENTER, 0);
}

void async_leave__begin(struct async_leave__frame *self, struct async_frame *caller,
                        struct async_generator *generator, int left)
{
    async_leave__set(self, caller, generator, NULL, 0, 1, LEAVE, left > 1 ? 1 : left);
}

/* ---- ends ---- */

struct async_generator *async_generator_retain(struct async_generator *generator)
{
    return (struct async_generator *)async_retain((struct async_future *)generator);
}

void async_generator_release(struct async_generator *generator)
{
    struct async_future *future = (struct async_future *)generator;
    if (!future || future == &async__out_of_memory)
        return;
    future = future_of(generator);
    bool last = async__owners(future) == 1;
    if (last && async__status(future) == ASYNC_INLINE) {
        future->frame.bits |= ASYNC_GENERATOR_LEFT; /* whoever advances it does the rest */
    } else if (!last || !is_at_yield(future)) {
        async__disown(future);
    } else if (!(future->frame.bits & ASYNC_GENERATOR_WAITS)) {
        async_generator_close(generator);
    } else if (async_thread.spawn_bits) {
        struct async_future *closer = async_close_handle(generator);
        if (async_is_cold(closer))
            async_release(async_spawn(closer, NULL, 0));
    } else {
        async__disown(future); /* no loop runs: what it deferred may wait, so it cannot run */
    }
}

/* ---- the end of a loop ---- */

static void unfinished_visit(struct async_future *future, void *list)
{
    bool is_generator = future->frame.bits & ASYNC_GENERATOR_WAITS &&
                        async__status(future) == ASYNC_COLD && async__owners(future);
    if (!is_generator || !is_at_yield(future))
        return;
    future->next = *(struct async_future **)list; /* cold handles are in no queue */
    *(struct async_future **)list = async_retain(future);
}

struct async_future *async__unfinished_generators(void)
{
    struct async_future *list = NULL;
    async__blocks_visit(unfinished_visit, &list);
    return list;
}

void async__generator_finish(struct async_future *generator)
{
    struct async_future *closer = async_close_handle((struct async_generator *)generator);
    if (async_is_cold(closer))
        async_release(async_spawn(closer, NULL, 0));
    else
        async__disown(generator);
}

bool async__generator_drop(struct async_future *future)
{
    const struct async_frame *caller = future->frame.caller;
    if (!(future->frame.bits & ASYNC_GENERATOR_WAITS))
        return false;
    future->frame.bits &= ~(uint32_t)ASYNC_STATUS;
    future->frame.state = ASYNC_GENERATOR_ENDED;
    future->frame.caller = NULL;
    bool gives_up = caller->resume == async_close__resume ||
                    caller->resume == async_leave__resume ||
                    future->frame.bits & ASYNC_GENERATOR_LEFT;
    future->frame.bits &= ~(uint32_t)ASYNC_GENERATOR_LEFT;
    if (gives_up)
        async__disown(future);
    return true;
}

void async_generator_no_yield(const char *file, int line)
{
    async__die(file, line, "a generator ended before its yield in an 'async with'");
}

void async_generator_second_yield(const char *file, int line)
{
    async__die(file, line, "a generator yielded twice in an 'async with', or while it was closed");
}

void async_generator_unhandled(int error, const char *file, int line)
{
    struct async_future *task = async_thread.current;
    char message[256];
    if (task && error == async__reason())
        return; /* the cancellation that it was asked for */
    snprintf(message, sizeof message, "%.200s:%d: a generator's error that no 'else' takes", file,
             line);
    async__report(task, error < 0 ? error : -error, message);
}

void async_set_errno(int error)
{
    errno = error < 0 ? -error : error;
}
