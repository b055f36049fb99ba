/* Threads: work that would block a loop, and requests to a loop from other threads.
 *
 * Every thread may have loops of its own, with tasks of their own. Handles, queues, locks and the
 * like belong to the thread that made them; only the functions here that say so may be called from
 * another one. A loop must not be run by another thread than the one that made it. */
#ifndef ASYNC_THREAD_H
#define ASYNC_THREAD_H

#include <async/frame.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct async_loop;

/* Calls fn(arg) in a thread of the loop's pool (at most 32, or four more than processors; further
 * calls wait for their turn), in a copy of the task's context, and waits for its end: what it
 * returned, and errno is 0; or NULL with errno set if it was not called (ENOMEM, EAGAIN). A joining
 * wait: what has begun cannot be stopped, so a cancellation is seen at the next wait. On a
 * simulated loop fn is called at once. */
ASYNC_FUNCTION(void *) async_to_thread(void *(*fn)(void *), void *arg);
struct async_to_thread__frame {
    struct async_frame base;
    void *result;
    struct async_wait wait;
    int error;
    struct async_thread_call *call;
    void *(*fn)(void *);
    void *arg;
};
void async_to_thread__begin(struct async_to_thread__frame *self, struct async_frame *caller,
                            void *(*fn)(void *), void *arg);
enum async_step async_to_thread__resume(struct async_frame *base);

/* From any thread: calls fn(arg) from the loop, soon, in a copy of the caller's context. Calls of
 * one thread come in their order. 0; -ENOMEM; or -ESHUTDOWN: the loop has ended, or is about to. */
int async_call_soon_threadsafe(struct async_loop *loop, void (*fn)(void *), void *arg);

/* From any thread: makes a task of a coroutine there, detached, in a copy of the caller's context.
 * Consumes: the coroutine must not have begun, and what its arguments point to must outlive the
 * call. (What async_wait_for made is sent with the coroutine that it awaits.) 0; -ENOMEM; -EINVAL:
 * it has begun, or what it awaits has, or a temporary among its arguments is a handle, which is
 * this thread's; -ESHUTDOWN. */
int async_spawn_threadsafe(struct async_loop *loop, struct async_future *future);

/* The same, and waits for its end, blocking the calling thread, which must not be the loop's. What
 * the task gives, or the error, is stored in buffer, which is returned, as async_run_result and
 * async_run_value do. In the language: T async_run_threadsafe(loop, future(T)). */
void *async_run_threadsafe_result(struct async_loop *loop, struct async_future *future,
                                  void *buffer, size_t size);
void *async_run_threadsafe_value(struct async_loop *loop, struct async_future *future, void *buffer,
                                 size_t size, size_t align);

#ifdef __cplusplus
}
#endif
#endif
