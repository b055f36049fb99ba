/* Generator handles: one block with a generator's frame in it, advanced by whoever holds it.
 *
 * A request (async_next and its kin) is a coroutine of three lines: it puts itself between the
 * generator and whoever asks, as the caller of the generator's root frame, resumes the generator,
 * and when this comes back, yielded or ended, takes what is there. While it runs, the handle's
 * status is INLINE, which is how a second request sees that it is busy. Its last owner may be given
 * up meanwhile: then the request, where the generator would yield, closes it instead. */
#include "debug.h"
#include "form.h"

#include <async/generator.h>

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
    async__check_thread(future);
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

static size_t sent_offset(const struct async_advance *advance)
{
    return round_up(round_up(VALUE, advance->align) + advance->size, advance->sent_align);
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

static struct async_advance advance_to(enum how how, struct async_generator *generator, void *value,
                                       size_t size, size_t align)
{
    return (struct async_advance){.generator = future_of(generator),
                                  .value = value,
                                  .size = size,
                                  .align = align,
                                  .how = how};
}

static struct async_advance with_sent(struct async_advance advance, const void *sent, size_t size,
                                      size_t align)
{
    advance.sent = sent;
    advance.sent_size = size;
    advance.sent_align = align;
    return advance;
}

static struct async_advance with_error(struct async_advance advance, int error)
{
    advance.error = error;
    return advance;
}

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
    future_of((struct async_generator *)generator); /* it may have been consumed meanwhile */
    if (generator == &async__out_of_memory) {
        *result = advance->how == CLOSE ? 0 : -ENOMEM;
        return true;
    }
    if (async__status(generator) == ASYNC_INLINE) {
        *result = -EBUSY;
        return true;
    }
    if (*state == 0 && (advance->how == CLOSE || advance->how == THROW))
        async__arguments_give_up(generator);
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
    if (advance->sent && *state != 0) /* the first value sent is dropped */
        memcpy(member(generator, sent_offset(advance)), advance->sent, advance->sent_size);
    return false;
}

/* It has yielded. Its last owner was given up meanwhile: then who asked closes it, and is told that
 * it has ended, for the handle will be gone. */
static bool must_close(struct async_advance *advance)
{
    struct async_future *generator = advance->generator;
    bool is_left = generator->frame.bits & ASYNC_GENERATOR_LEFT;
    if (!is_left || !is_at_yield(generator) || advance->how == CLOSE || advance->how == LEAVE)
        return false;
    generator->frame.bits &= ~(uint32_t)ASYNC_GENERATOR_LEFT;
    advance->how = CLOSE;
    return async_generator_closing(&generator->frame, member(generator, THROWN));
}

/* It yielded, or ended, where it must not. `asks`: the request's frame, which tells the place, or
 * NULL. */
static __attribute__((noreturn)) void misbehaved(enum how how, const struct async_frame *asks)
{
    const struct async_frame *awaits = asks ? asks->caller : NULL;
    bool is_known = awaits && !((uintptr_t)awaits & 1); /* no task of its own */
    int line = 0;
    const struct async_function *function = is_known ? async__frame_function(awaits, &line) : NULL;
    const char *file = function && line ? function->file : NULL;
    if (how == CLOSE)
        async_generator_close_ignored(file, line);
    if (how == LEAVE)
        async_generator_second_yield(file, line);
    async_generator_no_yield(file, line);
}

/* After it came back: what it yielded, or how it ended. */
static int answer(const struct async_advance *advance, const struct async_frame *asks)
{
    struct async_future *generator = advance->generator;
    generator->frame.bits &= ~(uint32_t)ASYNC_STATUS;
    generator->frame.caller = NULL;
    if (is_at_yield(generator)) {
        if (advance->how == LEAVE || advance->how == CLOSE)
            misbehaved(advance->how, asks);
        if (advance->size)
            memcpy(advance->value, (char *)&generator->frame + round_up(VALUE, advance->align),
                   advance->size);
        return 1;
    }
    int result = *member(generator, RESULT);
    if (advance->how == ENTER && !result)
        misbehaved(ENTER, asks);
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

/* ---- plain generators: the same without waiting ---- */

static int advance_now(struct async_advance advance)
{
    struct async_future *generator = advance.generator;
    int result;
    if (!answered(&advance, &result)) {
        generator->frame.bits |= ASYNC_INLINE;
        generator->frame.resume(&generator->frame);
        if (must_close(&advance))
            generator->frame.resume(&generator->frame);
        result = answer(&advance, NULL);
    }
    dismiss(&advance);
    return result;
}

int async_generator_next(struct async_generator *generator, void *value, size_t size, size_t align)
{
    return advance_now(advance_to(NEXT, generator, value, size, align));
}

int async_generator_send(struct async_generator *generator, const void *sent, size_t sent_size,
                         size_t sent_align, void *value, size_t size, size_t align)
{
    struct async_advance advance = advance_to(NEXT, generator, value, size, align);
    return advance_now(with_sent(advance, sent, sent_size, sent_align));
}

int async_generator_throw(struct async_generator *generator, int error, void *value, size_t size,
                          size_t align)
{
    return advance_now(with_error(advance_to(THROW, generator, value, size, align), error));
}

int async_generator_close(struct async_generator *generator)
{
    return advance_now(advance_to(CLOSE, generator, NULL, 0, 1));
}

/* ---- requests to async generators ----
 *
 * They differ in name only, for reports and dumps. */

struct request { /* any of them */
    struct async_frame base;
    int result;
    struct async_advance advance;
};

static enum async_step step(struct async_frame *base)
{
    struct request *self = (struct request *)base;
    struct async_future *generator = self->advance.generator;
    if (base->state == 0) {
        if (answered(&self->advance, &self->result)) {
            dismiss(&self->advance);
            return ASYNC_DONE;
        }
        base->state = 1;
        if (async__run_inline(base, generator) == ASYNC_PENDING)
            return ASYNC_PENDING;
    }
    if (must_close(&self->advance) && async__run_inline(base, generator) == ASYNC_PENDING)
        return ASYNC_PENDING;
    self->result = answer(&self->advance, base);
    dismiss(&self->advance);
    return ASYNC_DONE;
}

#define REQUEST(NAME)                                                                     \
    _Static_assert(sizeof(struct NAME##__frame) == sizeof(struct request), "one layout"); \
    enum async_step NAME##__resume(struct async_frame *base)                              \
    {                                                                                     \
        return step(base);                                                                \
    }                                                                                     \
    ASYNC_FUNCTION_ENTRY(int, NAME, NAME##__resume, sizeof(struct request))

REQUEST(async_next)
REQUEST(async_send)
REQUEST(async_throw)
REQUEST(async_close)
REQUEST(async_enter)
REQUEST(async_leave)

/* Makes NAME's frame ready. */
#define BEGIN(NAME, ...)                                                               \
    do {                                                                               \
        self->base = (struct async_frame){.resume = NAME##__resume, .caller = caller}; \
        self->advance = __VA_ARGS__;                                                   \
    } while (0)

/* A handle keeps what is to be sent, and owns the generator that it is to close, until it begins.
 */
struct form {
    struct request request;
    struct async_env env;
    char sent[];
};

static void drop(struct async_env *env)
{
    struct form *form = ASYNC_CONTAINER(env, struct form, env);
    bool begun = form->request.base.state || form->request.base.bits & ASYNC_STATUS;
    if (!begun)
        async_generator_release((struct async_generator *)form->request.advance.generator);
}

static const struct async_env_kind closing_kind = {.drop = drop};

static struct async_future *handle(enum async_step (*resume)(struct async_frame *),
                                   struct async_advance advance)
{
    struct async_future *future =
        async_coroutine(sizeof(struct form) + advance.sent_size, _Alignof(struct form), resume);
    struct form *form = (struct form *)&future->frame;
    if (!async_is_cold(future))
        return future;
    form->request.advance = advance;
    form->env.kind = &closing_kind;
    if (advance.sent)
        form->request.advance.sent = memcpy(form->sent, advance.sent, advance.sent_size);
    return future;
}

void async_next__begin(struct async_next__frame *self, struct async_frame *caller,
                       struct async_generator *generator, void *value, size_t size, size_t align)
{
    BEGIN(async_next, advance_to(NEXT, generator, value, size, align));
}

struct async_future *async_next_handle(struct async_generator *generator, void *value, size_t size,
                                       size_t align)
{
    return handle(async_next__resume, advance_to(NEXT, generator, value, size, align));
}

void async_send__begin(struct async_send__frame *self, struct async_frame *caller,
                       struct async_generator *generator, const void *sent, size_t sent_size,
                       size_t sent_align, void *value, size_t size, size_t align)
{
    struct async_advance advance = advance_to(NEXT, generator, value, size, align);
    BEGIN(async_send, with_sent(advance, sent, sent_size, sent_align));
}

struct async_future *async_send_handle(struct async_generator *generator, const void *sent,
                                       size_t sent_size, size_t sent_align, void *value,
                                       size_t size, size_t align)
{
    struct async_advance advance = advance_to(NEXT, generator, value, size, align);
    return handle(async_send__resume, with_sent(advance, sent, sent_size, sent_align));
}

void async_throw__begin(struct async_throw__frame *self, struct async_frame *caller,
                        struct async_generator *generator, int error, void *value, size_t size,
                        size_t align)
{
    BEGIN(async_throw, with_error(advance_to(THROW, generator, value, size, align), error));
}

struct async_future *async_throw_handle(struct async_generator *generator, int error, void *value,
                                        size_t size, size_t align)
{
    return handle(async_throw__resume,
                  with_error(advance_to(THROW, generator, value, size, align), error));
}

void async_close__begin(struct async_close__frame *self, struct async_frame *caller,
                        struct async_generator *generator)
{
    BEGIN(async_close, advance_to(CLOSE, generator, NULL, 0, 1));
}

struct async_future *async_close_handle(struct async_generator *generator)
{
    struct async_future *future =
        handle(async_close__resume, advance_to(CLOSE, generator, NULL, 0, 1));
    if (async_is_cold(future))
        async__env_keep(future, &((struct form *)&future->frame)->env);
    else
        async_generator_release(generator);
    return future;
}

void async_enter__begin(struct async_enter__frame *self, struct async_frame *caller,
                        struct async_generator *generator, void *value, size_t size, size_t align)
{
    BEGIN(async_enter, advance_to(ENTER, generator, value, size, align));
}

void async_leave__begin(struct async_leave__frame *self, struct async_frame *caller,
                        struct async_generator *generator, int left)
{
    BEGIN(async_leave, with_error(advance_to(LEAVE, generator, NULL, 0, 1), left > 1 ? 1 : left));
}

/* ---- ends ---- */

struct async_generator *async_generator_retain(struct async_generator *generator)
{
    return (struct async_generator *)async_retain((struct async_future *)generator);
}

/* In a task of its own, which takes the owner; without memory the owner stays. */
static struct async_future *spawn_close(struct async_future *generator)
{
    struct async_advance advance = {.generator = generator, .align = 1, .how = CLOSE};
    struct async_future *closer = handle(async_close__resume, advance);
    if (!async_is_cold(closer) || !async_done(async_spawn(closer, NULL, 0)))
        return closer;
    closer->frame.bits |= ASYNC_TAKEN; /* no memory for its context: it does not run */
    async_release(closer);
    return &async__out_of_memory;
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
        int error = async_generator_close(generator);
        if (error)
            async__report(NULL, error, "a generator's error when it was closed");
    } else if (async_thread.loop) {
        struct async_future *closer = spawn_close(future);
        if (closer == &async__out_of_memory)
            future->frame.bits |= ASYNC_GENERATOR_LEFT; /* the loop's end does the rest */
        async_release(closer);
    } else if (async__has_loop()) {
        future->frame.bits |= ASYNC_GENERATOR_LEFT; /* the same: it may wait */
    } else {
        async__disown(future); /* what it deferred may wait, so it cannot run */
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
    if (future->frame.bits & ASYNC_GENERATOR_LEFT)
        future->frame.bits &= ~(uint32_t)ASYNC_GENERATOR_LEFT; /* takes the owner over */
    else
        async_retain(future);
    *(struct async_future **)list = future;
}

struct async_future *async__unfinished_generators(void)
{
    struct async_future *list = NULL;
    async__blocks_visit(unfinished_visit, &list);
    return list;
}

struct async_future *async__generator_finish(struct async_future *generator)
{
    struct async_future *closer = spawn_close(generator);
    if (closer == &async__out_of_memory)
        async__disown(generator);
    return closer;
}

bool async__generator_drop(struct async_future *future)
{
    const struct async_frame *caller = future->frame.caller;
    if (!(future->frame.bits & ASYNC_GENERATOR_WAITS))
        return false;
    future->frame.bits &= ~(uint32_t)ASYNC_STATUS;
    future->frame.state = ASYNC_GENERATOR_ENDED;
    future->frame.caller = NULL;
    int how = ((const struct request *)caller)->advance.how;
    bool gives_up = how == CLOSE || how == LEAVE || future->frame.bits & ASYNC_GENERATOR_LEFT;
    future->frame.bits &= ~(uint32_t)ASYNC_GENERATOR_LEFT;
    if (gives_up)
        async__disown(future);
    return true;
}
