/* Handles: what one may ask a coroutine, a task or a pure future, and how to run one.
 *
 * In C a future(T) is a `struct async_future *`, whatever T. A handle is owned; functions here
 * borrow it unless they say "consumes". NULL, an empty handle, aborts unless they say what happens
 * then (in the language with the place). Handles belong to the thread that made them. */
#ifndef ASYNC_TASK_H
#define ASYNC_TASK_H

#include <async/frame.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Called when a handle ends: after it is FINISHED, before its waiters run. Private. */
struct async_listener {
    uintptr_t next; /* link in the chain of who waits, see future.c */
    void (*notify)(struct async_listener *, struct async_future *);
    void (*drop)(struct async_listener *); /* destroyed before its end; makes no handle */
    struct async_loop *loop; /* dropped, too, when this one drops its tasks; or NULL */
};

/* ---- running (asyncio: run, Runner) ---- */

/* async_run: runs the future, consumed, on a new loop to its end, ends the loop (what still runs
 * is cancelled and joined), stores the result in buffer and returns buffer. Results that are
 * signed integers at least as wide as int: an error is the value. Aborts if a loop runs already. */
void *async_run_result(struct async_future *future, void *buffer, size_t size);

/* The same for other types: an error gives zero and errno; errno is 0 after success. */
void *async_run_value(struct async_future *future, void *buffer, size_t size, size_t align);

/* The same for C callers: the size is known from the function's table or the pure future. 0, or
 * the negative errno number with which the future ended without a value. result may be NULL. */
int async_run_into(struct async_future *future, void *result);

/* Runs `async int main`: its exit status. A negative result is reported and gives 1. The first
 * SIGINT cancels the task, a second one kills the process. Consumes. */
int async_main(struct async_future *future);

/* ---- handles ---- */

/* Requests an end: every leaving wait of the task returns -ECANCELED from now on, the one it is in
 * too; a joining wait hands the request on if it is the last owner. (A shield hides it, an inner
 * scope does not: async/scope.h.) A task that has not started starts all the same, and so does a
 * coroutine, which is marked. A pure future ends with -ECANCELED. Nothing happens on NULL, after
 * the end, or to a coroutine that another task awaits: cancel that one. */
void async_cancel(struct async_future *future);

/* Whether the result is there. False for NULL. */
bool async_done(struct async_future *future);

/* In a task: 0, or the negative errno number that its leaving waits return. */
int async_cancelled(void);

/* The running task, borrowed; NULL in callbacks and outside of a loop. */
struct async_future *async_current_task(void);

/* Names a task for reports and dumps; the text is copied. Without memory nothing changes. */
void async_set_name(struct async_future *future, const char *name);

/* Its name, or else that of its function, or "". Valid until the name is set again, or the end. */
const char *async_name(struct async_future *future);

/* How many tasks of the running loop have not ended; the first `room` of them, in no order, are
 * stored, borrowed. */
size_t async_all_tasks(struct async_future **tasks, size_t room);

/* Calls fn(future, arg) from the loop soon after the future is done, or soon if it is already. The
 * handle is valid during the call. Out of memory is reported to the exception handler. If the
 * future is destroyed before it began or was completed, fn is never called. */
void async_add_done_callback(struct async_future *future, void (*fn)(struct async_future *, void *),
                             void *arg);

/* ---- futures that callbacks complete ---- */

/* async_future(T): two owners, the handle and its completer. On failure as async_coroutine. */
struct async_future *async_future_new(size_t size, size_t align);

/* async_set_result: stores `size` bytes as the result and gives up the completer's owner. Aborts
 * if it is no pure future. -ECANCELED if nobody takes it any more (the completer's owner is given
 * up all the same). */
int async_complete(struct async_future *future, const void *value, size_t size);

/* Ends the future with an error, a negative errno number; the rest as async_complete. */
int async_set_error(struct async_future *future, int error);

#ifdef __cplusplus
}
#endif
#endif
