/* Event loops and callbacks. A loop belongs to the thread that made it. */
#ifndef ASYNC_LOOP_H
#define ASYNC_LOOP_H

#include <async/frame.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct _IO_FILE;

/* A new loop that does not run yet; at most 7 per thread. NULL with errno set on failure. What is
 * given is no address but a number, which no other loop of the program ever has: to the end of the
 * program it means this loop, or none. */
struct async_loop *async_loop_new(void);

/* Runs the future, consumed, to its end and stores its result (if result is not NULL) as
 * async_run_into does. What else runs on the loop is left as it is, and goes on when the loop is
 * run again. 0; -EINTR if async_loop_stop came first (the future is detached then and goes on with
 * the loop); or the negative errno number with which the future ended without a value. */
int async_loop_run(struct async_loop *loop, struct async_future *future, void *result);

/* Makes async_loop_run return after the present step. */
void async_loop_stop(struct async_loop *loop);

/* Ends the loop: tasks that are left are cancelled and joined, callbacks that are due are called,
 * generators are closed; what does not end within ASYNC_SHUTDOWN_SECONDS (10) is reported and
 * dropped; streams are closed, memory is freed. */
void async_loop_free(struct async_loop *loop);

/* The running loop, or NULL. */
struct async_loop *async_loop(void);

/* A callback that has been asked for. Valid until it has returned, or async_handle_cancel was
 * called. */
struct async_handle;

/* Calls fn(arg) once from the loop: after what is ready now, after so many seconds, at a time of
 * async_time. NULL with errno set on failure (ESRCH: no loop runs). */
struct async_handle *async_call_soon(void (*fn)(void *), void *arg);
struct async_handle *async_call_later(double seconds, void (*fn)(void *), void *arg);
struct async_handle *async_call_at(double time, void (*fn)(void *), void *arg);

/* Takes the request back and frees the handle. Nothing happens on NULL, or while it runs. */
void async_handle_cancel(struct async_handle *handle);

/* Something that went wrong and that no result tells anybody. Valid during the call. */
struct async_report {
    const char *message;         /* one line, without the fields below */
    struct async_future *future; /* borrowed; async_retain keeps it; NULL if there is none */
    const char *name;            /* of the async function; NULL if not known */
    int error;                   /* negative errno number, or 0 */
    const char *file;            /* where the task was spawned; NULL if not known */
    int line;
    const char *task;      /* the name that async_set_name gave, or NULL */
    const char *traceback; /* where it stands, a line for each frame; or NULL */
};

/* Sets this thread's handler of reports; NULL: the default, which prints a line on stderr. */
void async_set_exception_handler(void (*handler)(const struct async_report *, void *), void *arg);

/* Prints every task of this thread as a tree of async frames: function, file and line of the await
 * that each frame stands at, what the innermost one waits for, and who waits for whom; in debug
 * mode (ASYNC_DEBUG=1) also for how long. SIGUSR1 does the same on stderr, in debug mode. (struct
 * _IO_FILE is FILE, without <stdio.h>.) */
void async_dump_tasks(struct _IO_FILE *file);

#ifdef __cplusplus
}
#endif
#endif
