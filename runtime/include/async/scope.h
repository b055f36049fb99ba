/* Cancel scopes: time limits, shields, and the await with a time limit (trio: CancelScope).
 *
 * Scopes nest and belong to a task. A scope that is cancelled stays so: each leaving wait in it
 * returns the reason before it does anything. Where several are cancelled, the outermost one that
 * is not hidden by a shield gives the reason. The outermost scope of all is the task's own, which
 * async_cancel cancels. */
#ifndef ASYNC_SCOPE_H
#define ASYNC_SCOPE_H

#include <async/generator.h>
#include <async/time.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* One scope, in the frame of whoever opened it. Private. */
struct async_scope {
    struct async_env env;        /* in the chain of its task; `outer` leads outwards */
    void *inner;                 /* the next scope inwards; innermost: the task, with bit 0 set */
    struct async_scope *outside; /* the scope whose reason holds around this one, or NULL */
    int reason;                  /* 0, or the negative errno number with which it was cancelled */
    uint32_t flags;              /* enum async_scope_flags, see scope.c */
};

/* A consequence of a cancellation, to be drawn when the present one is done. Private. */
struct async_work {
    struct async_work *next;
    void (*run)(struct async_work *); /* NULL: not queued */
};

/* A scope with a timer. Private. */
struct async_limit {
    struct async_scope scope;
    struct async_timer timer;
    struct async_loop *loop; /* of the timer */
    double seconds;          /* or a time of async_time */
};

/* The waits in the body return -ETIMEDOUT once so many seconds are over (or, async_timeout_at, once
 * async_time has come so far); 0 or less: at once. The generator yields once. It ends with
 * -ETIMEDOUT if one of those waits returned that, or with the reason of an outer scope if that has
 * been cancelled as well; with -ENOMEM before its yield if there is no memory for the timer. */
ASYNC_GENERATOR(void) async_timeout(double seconds);
struct async_timeout__frame {
    struct async_frame base;
    int result, thrown;
    struct async_limit limit;
};
void async_timeout__begin(struct async_timeout__frame *self, struct async_frame *caller,
                          double seconds);
enum async_step async_timeout__resume(struct async_frame *base);

ASYNC_GENERATOR(void) async_timeout_at(double time);
struct async_timeout_at__frame {
    struct async_frame base;
    int result, thrown;
    struct async_limit limit;
};
void async_timeout_at__begin(struct async_timeout_at__frame *self, struct async_frame *caller,
                             double time);
enum async_step async_timeout_at__resume(struct async_frame *base);

/* Hides outer cancellations from the body until so many seconds after the later of entry and
 * cancellation; then the waits in it return the outer reason, and if one did, the generator ends
 * with that error. Without memory for the timer nothing is hidden. */
ASYNC_GENERATOR(void) async_shield(double seconds);
struct async_shield__frame {
    struct async_frame base;
    int result, thrown;
    struct async_limit limit;
};
void async_shield__begin(struct async_shield__frame *self, struct async_frame *caller,
                         double seconds);
enum async_step async_shield__resume(struct async_frame *base);

/* `await async_wait_for(future, seconds)`: an await inside a time limit of its own; what arrives
 * anyway, wins. It consumes the handle, and is written as
 *
 *     if (async_wait_for__begin(&wait, base, handle, seconds) == ASYNC_PENDING)
 *         return ASYNC_PENDING;
 *     async_collect(wait.future, &value, sizeof value);      (or async_collect_value)
 *     async_wait_for__end(&wait); */
struct async_wait_for__wait {
    struct async_future *future; /* to be collected, whatever begin gave */
    struct async_limit limit;
};
enum async_step async_wait_for__begin(struct async_wait_for__wait *wait, struct async_frame *caller,
                                      struct async_future *future, double seconds);
void async_wait_for__end(struct async_wait_for__wait *wait);

/* The same as a cold handle, for what does not await it at once: its result has this size and
 * alignment; `status` as for async_collect_result. Consumes; on failure as async_coroutine. */
struct async_future *async_wait_for_handle(struct async_future *future, double seconds, size_t size,
                                           size_t align, bool status);

/* For generated generators. A generator that `async for` or async_next drives may be suspended at a
 * yield inside scopes that it opened; those are not in force there. Its resume function notes the
 * task's innermost scope when it is entered, gives it to async_scopes_detach before a yield (unless
 * ASYNC_GENERATOR_WITH is set), and calls async_scopes_attach when it goes on after that yield, in
 * the same task or another one. Both do nothing if there is no such scope. */
struct async_scopes {
    struct async_scope *innermost, *outermost;
};
struct async_scope *async_scopes_mark(void);
void async_scopes_detach(struct async_scopes *scopes, struct async_scope *mark);
void async_scopes_attach(struct async_scopes *scopes);

/* The same as generated code writes it: before a yield, and where it goes on after one, or begins
 * (the mark for the next yield). */
static inline void async_scopes_leave(const struct async_frame *base, struct async_scopes *scopes,
                                      struct async_scope *mark)
{
    if (!(base->bits & ASYNC_GENERATOR_WITH))
        async_scopes_detach(scopes, mark);
}

static inline struct async_scope *async_scopes_return(struct async_scopes *scopes)
{
    struct async_scope *mark = async_scopes_mark();
    async_scopes_attach(scopes);
    return mark;
}

#ifdef __cplusplus
}
#endif
#endif
