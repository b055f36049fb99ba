/* What scope.c, limit.c, group.c and gather.c share. */
#ifndef ASYNC_SCOPE_INTERNAL_H
#define ASYNC_SCOPE_INTERNAL_H

#include "internal.h"

#include <async/scope.h>

enum async_scope_flags {
    ASYNC_SCOPE_TOLD = 1,    /* a wait returned this scope's own reason */
    ASYNC_SCOPE_REFUSED = 2, /* a wait in it returned the reason of a scope around it */
    ASYNC_SCOPE_TIMED = 4,   /* a time limit in it was over */
    ASYNC_SCOPE_SHIELD = 8,  /* hides what is outside ... */
    ASYNC_SCOPE_PASSED = 16, /* ... until its limit is over */
    ASYNC_SCOPE_ARMED = 32,  /* its timer runs */
    ASYNC_SCOPE_GROUP = 64,  /* children of a group are in it */
};

/* The scope whose reason holds inside this one, or NULL. */
static inline struct async_scope *async__inside(struct async_scope *scope)
{
    if (scope->flags & ASYNC_SCOPE_SHIELD)
        return scope->flags & ASYNC_SCOPE_PASSED ? scope->outside : NULL;
    return scope->outside ? scope->outside : scope->reason ? scope : NULL;
}

/* Opens a scope in the running task; all its members are set. */
void async__scope_enter(struct async_scope *scope, const struct async_env_kind *kind,
                        uint32_t flags);
/* Closes the innermost scope of the running task. */
void async__scope_leave(struct async_scope *scope);
/* Cancels it for good, with a negative errno number; the first reason stays. */
void async__scope_cancel(struct async_scope *scope, int reason);
/* Aborts in debug mode if the task that opened it is another thread's. */
void async__scope_check_thread(const struct async_scope *scope);
/* The limit of a shield is over. */
void async__scope_pass(struct async_scope *scope);
/* Before and after the yield of a generator whose only scope this is: unless it covers the body of
 * `async with`, it is taken off and put back. */
void async__scope_suspend(struct async_scope *scope, const struct async_frame *generator);
void async__scope_resume(struct async_scope *scope);

/* Work that follows from a cancellation is put off until the present step of it is done, so that
 * consequences do not nest on the C stack. `run` asks for further ends by the two below alone. */
void async__put_off(struct async_work *work, void (*run)(struct async_work *));
/* Does what was put off. Called by whoever began, after the two below. */
void async__work_off(void);
/* Requests the end of a handle, in the name of a joining wait for it. */
void async__hand_on(struct async_future *future, int reason);
/* What holds around a child of a group may have changed. */
void async__child_changed(struct async_future *child);

/* ---- limit.c ---- */

/* Opens a time limit, whose `seconds` is set, in the running task. */
void async__timeout_open(struct async_limit *limit, bool absolute);
void async__limit_close(struct async_limit *limit);

/* A shield that is not PASSED has something to hide: its time begins to run, once. */
void async__shield_begin(struct async_scope *shield);

/* ---- gather.c ---- */

/* Makes a task of a borrowed handle that shall be waited for. Aborts if that makes no sense. */
void async__begin_borrowed(struct async_future *future);

/* ---- wait_for.c ---- */

/* What async_wait_for_handle was given. */
struct async_limited {
    struct async_future *future;
    double seconds;
    size_t size, align;
    bool status;
};
/* Takes that back from what it made, which has not begun and is to be released; false for others.
 */
bool async__wait_for_take(struct async_future *handle, struct async_limited *limited);

/* ---- group.c ---- */

/* The scope of the group that a task is a child of, or NULL. */
struct async_scope *async__group_around(const struct async_future *task);
/* Whether such a child was cancelled by its own handle; the second notes it. */
bool async__child_was_asked(const struct async_future *task);
void async__child_ask(struct async_future *task);
/* What holds in the scope of a group has changed: its children are told, by and by. */
void async__group_changed(struct async_scope *scope);

#endif
