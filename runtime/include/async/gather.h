/* Waiting for several futures at once (asyncio: gather, wait, as_completed).
 *
 * The handles, and the arrays that hold them, are borrowed until the wait is over; the results are
 * taken by `await` after that. Coroutines become tasks, in the order in which they are given. */
#ifndef ASYNC_GATHER_H
#define ASYNC_GATHER_H

#include <async/scope.h>
#include <async/task.h>
#include <sys/types.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* async_gather(f, g, ...): a joining wait until all are done. A cancellation is handed on to those
 * that have no other owner. 0, or the first negative integer result, in the order of the arguments.
 * An empty handle is a run-time error. In generated code the array is kept in the frame; handles
 * that an awaited call makes among its arguments are released behind it, for nobody else has them.
 */
struct async_gather__wait {
    struct async_wait wait;
    struct async_listener listener; /* on the first one that is not done */
    struct async_work work;
    struct async_future *const *futures;
    size_t count, done; /* those before `done` are */
    int result;
};
enum async_step async_gather__begin(struct async_gather__wait *wait, struct async_frame *caller,
                                    size_t count, struct async_future *const *futures);

/* The same as a cold handle, and for C; the array is copied. */
struct async_future *async_gather_all(size_t count, struct async_future *const *futures);

enum async_wait_mode {
    ASYNC_FIRST_COMPLETED, /* until one is done */
    ASYNC_FIRST_ERROR,     /* until one is done with a negative integer result, or all are done */
    ASYNC_ALL_COMPLETED,
};

/* Several handles, and who listens for the end of each. Private. */
struct async_end {
    struct async_listener listener;
    struct async_ends *ends;
    struct async_future *future; /* NULL: nobody listens */
    struct async_end *next;      /* that is done, in order of time */
};
enum { ASYNC_FEW_ENDS = 4 };
struct async_ends {
    struct async_end *items; /* `few`, or allocated */
    size_t count, pending, done;
    struct async_end *first, **last; /* done and not taken yet */
    void (*changed)(struct async_ends *ends, struct async_future *done);
    struct async_end few[ASYNC_FEW_ENDS];
};

/* A leaving wait until `mode` says, at most so many seconds; negative or infinite: without limit.
 * Empty handles are skipped, nothing is cancelled. How many are done, which may be 0; or -ECANCELED
 * and its like, or -ENOMEM (more than four handles take memory). */
ASYNC_FUNCTION(ssize_t)
async_wait(struct async_future *const *futures, size_t count, int mode, double seconds);
struct async_wait__wait {
    struct async_wait wait;
    struct async_timer timer;
    struct async_loop *loop; /* of the timer, if it is armed */
    struct async_ends ends;
    int mode;
    bool failed; /* one is done with an error */
    ssize_t result;
};
enum async_step async_wait__begin(struct async_wait__wait *wait, struct async_frame *caller,
                                  struct async_future *const *futures, size_t count, int mode,
                                  double seconds);

/* Gives the index of each future as it is done, those that are already first; empty handles are
 * skipped. The body of the loop may await and so empty the one that it is given. Ends with
 * -ECANCELED and its like if the task is cancelled, or with -ENOMEM. */
ASYNC_GENERATOR(size_t) async_as_completed(struct async_future *const *futures, size_t count);
struct async_as_completed__frame {
    struct async_frame base;
    int result, thrown;
    size_t value;
    struct async_future *const *futures;
    size_t count;
    struct async_wait wait; /* kind NULL: it does not wait */
    struct async_ends ends;
};
void async_as_completed__begin(struct async_as_completed__frame *self, struct async_frame *caller,
                               struct async_future *const *futures, size_t count);
enum async_step async_as_completed__resume(struct async_frame *base);

#ifdef __cplusplus
}
#endif
#endif
