/* The generator protocol: what a generator's frame looks like, and how it is advanced.
 *
 * A generator, plain or async, is a frame like an async function's, whose first members after the
 * base are fixed:
 *
 *     struct ticker__frame {
 *         struct async_frame base;
 *         int result;    at 24: after the end: 0, or the error it ended with
 *         int thrown;    at 28: see below; 0 unless somebody sets it
 *         T value;       what was yielded: at 32, rounded up to T's alignment; missing for void
 *         S sent;        only in generator(T, S)
 *         ...            arguments, locals
 *     };
 *
 * base.state is 0 before it begins, ASYNC_GENERATOR_ENDED after the end, and at a yield a number N
 * that belongs to the yield: at N it goes on after the yield, at N + 1 it leaves there. To advance:
 * set base.caller to one's own frame (async generators) and call base.resume(&base). PENDING: it
 * waits inside the running task, and the loop resumes the advancer when it is through (async
 * generators only). DONE: it has yielded, or has ended.
 *
 *     next, send   just that; send stores `sent` first
 *     throw e      thrown = e; state++; resume
 *     close        at 0 or ENDED: state = ENDED, nothing runs; else thrown = 0; state++; resume; it
 *                  has ended then: one that yields instead is a run-time error
 *     async with   leaves its body normally: thrown = 0; by a jump: thrown = 1; both resume at
 *                  N; by a failing `try` with the error e: throws e. The generator has ended then.
 *
 * The runtime's own generators (async_timeout, async_group, async_lock_hold ...) are written by
 * hand in this form: `struct NAME__frame`, NAME__begin, which stores the arguments and makes it
 * ready to be advanced, NAME__resume, and NAME, which makes a handle of it. */
#ifndef ASYNC_GENERATOR_H
#define ASYNC_GENERATOR_H

#include <async/frame.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#define ASYNC_GENERATOR(T) async generator(T)
#else
#define ASYNC_GENERATOR(T) struct async_generator *
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a generator handle points to, in memory a `struct async_future` whose root frame is the
 * generator's. While it is advanced its status is INLINE, else COLD. */
struct async_generator;

/* base.state after the end. */
#define ASYNC_GENERATOR_ENDED UINT32_MAX

/* Bits of a generator's frame that belong to tasks otherwise: a generator is never one. */
enum async_generator_bits {
    ASYNC_GENERATOR_WITH = 1 << ASYNC_LOOP_SHIFT,        /* `async with` runs it: its scopes stay in
                                                            force while it stands at its yield */
    ASYNC_GENERATOR_WAITS = 1 << (ASYNC_LOOP_SHIFT + 1), /* a handle: an async generator's */
    ASYNC_GENERATOR_LEFT = 1 << (ASYNC_LOOP_SHIFT + 2),  /* its last owner was given up while it was
                                                            being advanced, or where no loop ran, or
                                                            no memory was left, for the task that
                                                            closes it */
};

/* ---- frames that a loop or a block holds; generated code calls these ---- */

/* The end of a generator's body. */
static inline enum async_step async_generator_end(struct async_frame *base)
{
    base->state = ASYNC_GENERATOR_ENDED;
    return ASYNC_DONE;
}

static inline bool async_generator_ended(const struct async_frame *base)
{
    return base->state == ASYNC_GENERATOR_ENDED;
}

/* Before a loop is left early: whether the generator must be resumed once more, to be closed. */
static inline bool async_generator_closing(struct async_frame *base, int *thrown)
{
    if (base->state == 0 || base->state == ASYNC_GENERATOR_ENDED) {
        base->state = ASYNC_GENERATOR_ENDED;
        return false;
    }
    *thrown = 0;
    base->state++;
    return true;
}

/* `async with` is about to run it. */
static inline void async_generator_with(struct async_frame *base)
{
    base->bits |= ASYNC_GENERATOR_WITH;
}

/* Before `async with` resumes it at the end of its body. `left`: 0: at its end; 1: by a jump, or
 * more, by a `return` of an error; negative: by a failing `try` with that error, which is thrown
 * in. */
static inline void async_generator_leaving(struct async_frame *base, int *thrown, int left)
{
    *thrown = left > 1 ? 1 : left;
    if (left < 0)
        base->state++;
}

/* `left` for `return value`. */
static inline int async_generator_returning(long long value)
{
    return value < 0 && value > INT32_MIN ? 1 - (int)value : 1;
}

/* Whether the generator that `async with` has left as `left` says ended with an error, and with
 * another one than is being returned. */
static inline bool async_generator_unseen(int error, int left)
{
    if (error > 0)
        error = -error;
    return error && error != left && error != 1 - left;
}

void async_generator_no_yield(const char *file, int line) __attribute__((noreturn));
void async_generator_second_yield(const char *file, int line) __attribute__((noreturn));
void async_generator_close_ignored(const char *file, int line) __attribute__((noreturn));

/* Whether `async with` has come to its yield. Aborts with the place if it ended without an error.
 */
static inline bool async_generator_entered(const struct async_frame *base, int result,
                                           const char *file, int line)
{
    if (base->state != ASYNC_GENERATOR_ENDED)
        return true;
    if (!result)
        async_generator_no_yield(file, line);
    return false;
}

/* A generator ended with an error that no `else` takes: tells the exception handler. */
void async_generator_unhandled(int error, const char *file, int line);

/* A loop runs over a temporary container that is empty because of this error: tells the exception
 * handler. */
void async_range_failed(int error, const char *file, int line);

/* After a loop that was left early has closed it: its error, if any, is told to the exception
 * handler. Aborts with the place if it yielded instead of ending. */
static inline void async_generator_closed(const struct async_frame *base, int result,
                                          const char *file, int line)
{
    if (base->state != ASYNC_GENERATOR_ENDED)
        async_generator_close_ignored(file, line);
    if (result)
        async_generator_unhandled(result, file, line);
}

/* After `async with` resumed it. Aborts with the place if it yielded again. */
static inline void async_generator_left(const struct async_frame *base, const char *file, int line)
{
    if (base->state != ASYNC_GENERATOR_ENDED)
        async_generator_second_yield(file, line);
}

/* Sets errno to the error, a negative errno number. */
void async_set_errno(int error);

/* ---- handles (PEP 525: agen.__anext__, asend, athrow, aclose) ----
 *
 * The language's async_next(g, &x) becomes one of these: NAME__begin and NAME__resume where it is
 * awaited at once, NAME_handle, which makes a cold coroutine, elsewhere, async_generator_... for
 * plain generators. Each gives 1 with the value in *value, which is `size` bytes aligned to
 * `align`; 0 at the end and after it; the generator's error where it ends with one; -EBUSY where
 * somebody is advancing it now; -ENOMEM if there was no memory for the generator. */

/* The handle of a coroutine that async_coroutine made. `waits`: an async generator's. */
struct async_generator *async_generator_of(struct async_future *future, bool waits);

/* Takes the handle out of *variable, which is emptied. Aborts with the place if it is empty. */
static inline struct async_generator *async_generator_move(struct async_generator **variable,
                                                           const char *file, int line)
{
    struct async_generator *generator = *variable;
    if (!generator)
        async_empty_handle(file, line);
    *variable = NULL;
    return generator;
}

/* The same for what uses it and leaves it where it is. */
static inline struct async_generator *async_generator_borrow(struct async_generator *generator,
                                                             const char *file, int line)
{
    if (!generator)
        async_empty_handle(file, line);
    return generator;
}

/* async_generator_move for async_release, which does nothing on an empty handle. */
static inline struct async_generator *async_generator_take(struct async_generator **variable)
{
    struct async_generator *generator = *variable;
    *variable = NULL;
    return generator;
}

/* async_retain of a generator: adds an owner and returns the handle. */
struct async_generator *async_generator_retain(struct async_generator *generator);

/* Gives up an owner; the last one closes the generator: a plain one at once, an async one in a task
 * of its own if a loop runs; if it is being advanced, when that is over. Does nothing on NULL. */
void async_generator_release(struct async_generator *generator);

/* The next advance is one of `async with`. */
void async_generator_with_handle(struct async_generator *generator);

int async_generator_next(struct async_generator *generator, void *value, size_t size, size_t align);
int async_generator_send(struct async_generator *generator, const void *sent, size_t sent_size,
                         size_t sent_align, void *value, size_t size, size_t align);
int async_generator_throw(struct async_generator *generator, int error, void *value, size_t size,
                          size_t align);
/* Consumes the handle: deferred statements run, nothing else. 0; or -EBUSY: they run where the
 * generator yields next, and whoever advances it now is told that it has ended. */
int async_generator_close(struct async_generator *generator);

/* Private: one request to an async generator. */
struct async_advance {
    struct async_future *generator;
    void *value;
    size_t size, align;
    const void *sent; /* NULL: nothing */
    size_t sent_size, sent_align;
    int how; /* private to generator.c */
    int error;
};

#define ASYNC_ADVANCE_FRAME(NAME)     \
    struct NAME##__frame {            \
        struct async_frame base;      \
        int result;                   \
        struct async_advance advance; \
    };                                \
    enum async_step NAME##__resume(struct async_frame *base)

ASYNC_ADVANCE_FRAME(async_next);
void async_next__begin(struct async_next__frame *self, struct async_frame *caller,
                       struct async_generator *generator, void *value, size_t size, size_t align);
struct async_future *async_next_handle(struct async_generator *generator, void *value, size_t size,
                                       size_t align);

ASYNC_ADVANCE_FRAME(async_send);
void async_send__begin(struct async_send__frame *self, struct async_frame *caller,
                       struct async_generator *generator, const void *sent, size_t sent_size,
                       size_t sent_align, void *value, size_t size, size_t align);
struct async_future *async_send_handle(struct async_generator *generator, const void *sent,
                                       size_t sent_size, size_t sent_align, void *value,
                                       size_t size, size_t align);

ASYNC_ADVANCE_FRAME(async_throw);
void async_throw__begin(struct async_throw__frame *self, struct async_frame *caller,
                        struct async_generator *generator, int error, void *value, size_t size,
                        size_t align);
struct async_future *async_throw_handle(struct async_generator *generator, int error, void *value,
                                        size_t size, size_t align);

/* Consumes the handle. */
ASYNC_ADVANCE_FRAME(async_close);
void async_close__begin(struct async_close__frame *self, struct async_frame *caller,
                        struct async_generator *generator);
struct async_future *async_close_handle(struct async_generator *generator);

/* `async with` over a handle: to its yield (1, or its error), and from there to its end (0, or its
 * error), for which `left` is as in async_generator_leaving; this consumes the handle. */
ASYNC_ADVANCE_FRAME(async_enter);
void async_enter__begin(struct async_enter__frame *self, struct async_frame *caller,
                        struct async_generator *generator, void *value, size_t size, size_t align);
ASYNC_ADVANCE_FRAME(async_leave);
void async_leave__begin(struct async_leave__frame *self, struct async_frame *caller,
                        struct async_generator *generator, int left);

#ifdef __cplusplus
}
#endif
#endif
