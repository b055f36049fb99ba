/* What the runtime's own files share. Names that no program calls begin with async__. */
#ifndef ASYNC_INTERNAL_H
#define ASYNC_INTERNAL_H

#include "kernel.h"

#include <async/backend.h>
#include <async/loop.h>
#include <async/task.h>
#include <async/time.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define ASYNC_CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* Whether the C stack has room for another call of a resume function. */
static inline __attribute__((always_inline)) bool async__has_stack(void)
{
#if defined(__SANITIZE_ADDRESS__) /* which may put variables elsewhere */
    const char *here = (const char *)__builtin_frame_address(0);
#else /* saves a frame pointer */
    char variable;
    const char *here = &variable;
#endif
    return here >= async_thread.floor;
}

/* ---- memory.c ---- */

/* Every allocation of the runtime goes through these, so that tests can make one fail. */
void *async__allocate(size_t size);
void *async__reallocate(void *memory, size_t size);
void *async__allocate_aligned(size_t size, size_t align); /* a power of two, 8 at least */
void async__free(void *memory);

/* How many allocations are not freed. */
size_t async__allocated(void);

/* Asked before each allocation, which fails with ENOMEM if it says false; NULL: never fails. */
extern bool (*async__may_allocate)(void *arg);
extern void *async__may_allocate_arg;

/* Frames one by one from malloc (debug mode, address sanitizer, builds for valgrind), so that tools
 * see their misuse. */
extern bool async__frames_from_malloc;
/* Freed frames are poisoned and kept for a while (debug mode without the address sanitizer). */
extern bool async__frames_kept;
/* ASYNC_DEBUG=1, and how long a step may take then. */
extern bool async__debug;
extern uint64_t async__slow_nanoseconds;

/* Sets async_thread.spawn_bits; with 0 there is no spare block any more. */
void async__set_spawn_bits(uint32_t bits);
/* What async_coroutine was asked for, or more. */
size_t async__frame_size(const struct async_future *future, size_t *align);
/* Frees the block of a future, whatever it is. */
void async__block_free(struct async_future *future);
/* Calls visit for every block of this thread that is in use. visit may free any of
 * them. */
void async__blocks_visit(void (*visit)(struct async_future *, void *), void *arg);
/* Frees this thread's slabs if no block is in use. */
void async__blocks_trim(void);

/* ---- future.c ---- */

/* The handle that async_coroutine gives when there is no memory. Never written to. */
extern struct async_future async__out_of_memory;

static inline uint32_t async__status(const struct async_future *future)
{
    return future->frame.bits & ASYNC_STATUS;
}
static inline void async__set_status(struct async_future *future, uint32_t status)
{
    future->frame.bits = (future->frame.bits & ~(uint32_t)ASYNC_STATUS) | status;
}
/* The leaving wait that a task is in, or NULL. */
struct async_wait *async__wait_of(const struct async_future *task);
/* Takes the marks of waits that are over from the tasks that run; needed where the loop will not
 * tell any more who runs. */
void async__unmark_running(void);
static inline uint32_t async__owners(const struct async_future *future)
{
    return future->frame.bits >> ASYNC_OWNER_SHIFT;
}
static inline bool async__is_pure(const struct async_future *future)
{
    return future->frame.resume == NULL;
}

/* The same for what async_wait_for_handle made; 0 for others. */
int async__wait_for_failure(const struct async_future *future);
/* Where the result of what async_wait_for_handle made lies in its frame; false for others. */
bool async__wait_for_form(const struct async_future *future, size_t *size, size_t *offset);
/* The negative errno number with which it ended without a value, or 0. */
static inline int async__failure(const struct async_future *future)
{
    intptr_t leaf = (intptr_t)future->leaf;
    if (!(future->frame.bits & ASYNC_SLOW))
        return 0;
    return leaf < 0 ? (int)leaf : async__wait_for_failure(future);
}

void async__listen(struct async_future *future, struct async_listener *listener);
void async__unlisten(struct async_future *future, struct async_listener *listener);

/* Drops the listeners of a loop that drops its tasks. */
void async__drop_listeners(struct async_future *future, const struct async_loop *loop);

/* Marks the end of a task or pure future whose result is stored, and wakes who waits for it. */
void async__finish(struct async_future *future);
/* Ends it with an error instead of a result. */
void async__fail(struct async_future *future, int error);
/* Whether a task waits for it. */
bool async__is_awaited(struct async_future *future);
/* Gives up one owner. */
void async__disown(struct async_future *future);
/* What a task in a joining wait waits for. */
struct async_future *async__joined_by(const struct async_future *task);
/* The task that runs because this one, which is ready, awaits it (see async_await); or NULL. */
struct async_future *async__running_for(const struct async_future *task);
/* Takes a task out of its joining wait before what it waits for has ended; it is ready then. */
void async__leave_chain(struct async_future *task);
/* Frees a handle that has no owner and does not run. */
void async__destroy(struct async_future *future);
/* Copies the result of an ended handle as async_collect_result does, and takes nothing. 0, or the
 * error with which it ended without a value. */
int async__copy_result(const struct async_future *future, void *value, size_t size, size_t offset,
                       bool status);
/* The value that stands for an error: the number itself in a status, else zero. */
void async__store_error(void *value, size_t size, int error, bool status);
/* Copies the result of an ended handle; false if its type is not known. */
bool async__result_of(struct async_future *future, void *value);

/* ---- argument.c ---- */

/* The coroutine, which is cold, will not begin: gives up the temporaries that were its arguments.
 */
void async__arguments_give_up(struct async_future *coroutine);
/* Whether this is the environment of such an argument that is a handle. */
bool async__argument_is_handle(const struct async_env *env);
/* If it is one of any, it goes with this coroutine from now on. */
void async__argument_pass_on(struct async_env *env, struct async_future *coroutine);

/* ---- env.c ---- */

struct async_env_kind {
    bool is_scope; /* begins a struct async_scope */
    /* A kept environment is freed; a scope that its task did not close lets go of it. */
    void (*drop)(struct async_env *env);
    /* A scope of a generator goes on in the running task, maybe on another loop; or NULL. */
    void (*go_on)(struct async_env *env);
};

/* The environment that a link of the chain leads to; NULL at its end. */
static inline struct async_env *async__env(void *link)
{
    return (uintptr_t)link >> 48 ? NULL : link;
}
/* async_place undone. */
static inline const char *async__place(void *place, int *line)
{
    const char *file = (const char *)((uintptr_t)place & (((uintptr_t)1 << 48) - 1));
    *line = file ? (int)((uintptr_t)place >> 48) : 0;
    return file;
}
/* The innermost one of this kind, or NULL. */
struct async_env *async__env_find(const struct async_future *future,
                                  const struct async_env_kind *kind);
/* Adds one that the handle keeps: it is dropped with the block, whether it ran or not. */
void async__env_keep(struct async_future *future, struct async_env *env);
/* Takes one out, which is the caller's again. */
void async__env_remove(struct async_future *future, struct async_env *env);
/* Drops all of them, the innermost first. */
void async__env_drop(struct async_future *future);
/* Where it was spawned: the end of the chain. NULL and 0 if that is not known. */
void async__env_set_place(struct async_future *future, const char *file, int line);
const char *async__env_place(struct async_future *future, int *line);

/* ---- wait.c: how runtime waits suspend and end ---- */

/* The reason why leaving waits of the running task are refused, or 0. */
int async__reason_of(const struct async_future *task);
static inline int async__reason(void)
{
    struct async_future *task = async_thread.current;
    return task && (task->frame.bits & ASYNC_CANCELLED) ? async__reason_of(task) : 0;
}
/* A wait of the task ended with `error`: if that is the reason that holds in the task, a time limit
 * that gave it ends with it. Needed only where neither async__refuse nor wait->kind->cancel ended
 * the wait, and for joining waits. */
void async__told(struct async_future *task, int error);
/* Requests the end of a handle with a reason, -ECANCELED or -ETIMEDOUT; see async_cancel. */
void async__request(struct async_future *future, int reason);
/* A wait is refused: counts, and gives way to others if the task ignores refusals. */
enum async_step async__refuse(struct async_frame *caller);
/* A wait is over before it began: goes on, or gives way once the budget is used up. */
enum async_step async__budget_used_up(struct async_frame *caller);
static inline enum async_step async__at_once(struct async_frame *caller)
{
    if (__builtin_expect(--async_thread.budget != 0, 1))
        return ASYNC_DONE;
    return async__budget_used_up(caller);
}
/* Suspends the running task in a wait. Always ASYNC_PENDING. */
static inline enum async_step async__suspend(struct async_wait *wait,
                                             const struct async_wait_kind *kind,
                                             struct async_frame *caller)
{
    async_thread.budget = ASYNC_BUDGET;
    wait->kind = kind;
    wait->task = async_thread.current;
    return async_suspend(wait, caller);
}
/* The wait is over: its task, which is of the running loop, is ready. */
static inline void async__wake(struct async_wait *wait)
{
    async_push(wait->task);
}

/* ---- time.c ---- */

/* Nanoseconds on CLOCK_MONOTONIC. */
static inline uint64_t async__monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- timer.c ---- */

struct async_timer_kind {
    void (*fire)(struct async_timer *timer); /* runs no code of the program; may arm timers */
};
enum { ASYNC_TIMER_LEVELS = 11, ASYNC_TIMER_SLOTS = 64 };
/* See timer.c. */
struct async_timer_slot {
    struct async_timer_link list; /* first: the list's end leads here */
    uint64_t least;               /* nothing in it is due before */
};
struct async_timers {
    size_t count;
    uint64_t next;                         /* nothing is due before; meaningful if count is not 0 */
    uint64_t elapsed;                      /* what was due before or then has been fired */
    uint32_t levels;                       /* bit for each level that has a timer */
    uint64_t occupied[ASYNC_TIMER_LEVELS]; /* bit for each slot that has one */
    struct async_timer_slot slots[ASYNC_TIMER_LEVELS * ASYNC_TIMER_SLOTS];
};
static inline bool async__timer_is_armed(const struct async_timer *timer)
{
    return timer->link.next != NULL;
}
/* The timer is not armed (all of it but `kind` may be anything). */
void async__timer_arm(struct async_loop *loop, struct async_timer *timer, uint64_t deadline);
/* Does nothing if it is not armed. */
void async__timer_disarm(struct async_loop *loop, struct async_timer *timer);
/* Calls visit, which may disarm and free it, for each timer that is armed. */
void async__timers_visit(struct async_loop *loop, void (*visit)(struct async_timer *timer));
/* Fires what is due; a time before which nothing else is, or UINT64_MAX. */
uint64_t async__timers_fire(struct async_loop *loop, uint64_t now);
/* The deadline that many seconds from now. */
uint64_t async__deadline(struct async_loop *loop, double seconds);

/* ---- generator.c ---- */

/* The thread's async generators that stand at a yield, as a list linked by `next`; each has one
 * more owner. */
struct async_future *async__unfinished_generators(void);
/* Closes it in a task, which is returned; takes the owner. */
struct async_future *async__generator_finish(struct async_future *generator);
/* Whether it is a generator: then it has ended, for the task that advances it is dropped. */
bool async__generator_drop(struct async_future *future);

/* ---- loop.c ---- */

/* Something that lives until the loop ends at the latest: streams, servers. */
struct async_resource {
    struct async_resource *next, **link;
    void (*close)(struct async_resource *);
};

/* A request to the loop from another thread. */
struct async_post {
    struct async_post *next;
    void (*run)(struct async_post *);
};

struct async_loop {
    const struct async_backend *backend;
    void *backend_state;
    struct async_future *head, **tail; /* ready queue while the loop does not run */
    size_t alive;                      /* while it ends: tasks that had not ended at the turn */
    struct async_timers timers;
    struct async_watch **watches; /* by descriptor number, see io.c */
    int watches_size;
    struct async_resource *resources;
    struct async_loop *handle;         /* what programs call it, see loop.c */
    const struct async_thread *thread; /* that made it */
    uint32_t slot;                     /* in the thread's table of loops, from 1 */
    bool stop, ending;
    bool observed;           /* run by observe.c */
    bool seeded;             /* the order of ready tasks is drawn from `random` */
    uint64_t random, number; /* the thread's how manieth loop, from 1 */
    bool dropping;   /* what did not end is dropped: every cancellation must end the wait now */
    int interrupted; /* SIGINT came: set by the signal handler, atomic */
    struct async_future *main;    /* what SIGINT cancels */
    struct async_future *running; /* what async__loop_run runs */
    struct async_pool *pool;      /* NULL until a thread is needed */
    /* requests of other threads */
    pthread_mutex_t mutex;
    struct async_post *posts, **posts_tail;
    bool posted;                  /* there are posts; atomic, read without the mutex */
    struct async_loop *next_open; /* of all threads, see thread.c */
};

/* async_loop_new, _stop and _free, for the loops themselves instead of their handles. */
struct async_loop *async__loop_new(void);
void async__loop_stop(struct async_loop *loop);
void async__loop_free(struct async_loop *loop);
/* The loop of this thread that has this handle; the program ends if there is none. */
struct async_loop *async__own_loop(struct async_loop *handle);
/* Runs the loop until the future is done (true), or the loop was stopped. Consumes nothing. */
bool async__loop_run(struct async_loop *loop, struct async_future *future);
/* For each slot of this thread, the present time on its loop's clock, or 0. */
void async__loops_now(uint64_t now[8]);
/* The loop that runs a task. */
struct async_loop *async__loop_of(const struct async_future *task);
/* Tasks of a loop that does not run may be cancelled, or woken by what they wait for. That is done
 * between these two: the first makes their loop the running one, the second undoes it. */
static inline bool async__is_foreign(const struct async_future *task)
{
    return ((task->frame.bits ^ async_thread.loop_bits) >> ASYNC_LOOP_SHIFT & 7) != 0;
}
struct async_elsewhere {
    struct async_loop *loop;
    struct async_future *current;
};
struct async_elsewhere async__go(struct async_loop *loop);
void async__go_back(struct async_elsewhere elsewhere);
/* Puts a callback into the ready queue of the running loop, or of the next one that will run. */
void async__push_callback(struct async_future *callback);
/* What a socket of this loop is: see struct async_network. */
static inline void async__close_socket(struct async_loop *loop, int fd)
{
    loop->backend->network->close(loop->backend_state, fd);
}
/* Makes the loop resume this frame of the running task next, within the same step; the caller
 * returns ASYNC_PENDING. */
static inline void async__handover(struct async_frame *frame)
{
    async_thread.handover = frame;
    async_thread.handover_credit = async_thread.credit;
    async_thread.credit = 1; /* brings the loop to where it looks */
}
/* Begins a coroutine inside the running task, or goes on with a generator there. */
static inline enum async_step async__run_inline(struct async_frame *caller,
                                                struct async_future *future)
{
    future->frame.bits |= ASYNC_INLINE;
    future->frame.caller = caller;
    if (async__has_stack())
        return future->frame.resume(&future->frame);
    async__handover(&future->frame); /* the stack has grown long: the loop goes on with the child */
    return ASYNC_PENDING;
}
/* Whether waits of the running task are perhaps refused: async__reason tells. */
static inline bool async__is_cancelled(void)
{
    return async_thread.current->frame.bits & ASYNC_CANCELLED;
}
/* Hands over to the frame that writes, once the loop has done that operation: a send() of at least
 * one byte on a descriptor that is `sendable`. The loop calls send() itself, where no function has
 * to return over it: the kernel's own calls make the processor forget where ours return to, and
 * each return would be mispredicted. */
static inline void async__handover_send(struct async_frame *frame, struct async_operation *send)
{
    async_thread.send = send;
    async__handover(frame);
}
/* Not all of it went: `sent` is what send() said. DONE: the running task's leaf goes on, its wait
 * has its result. */
__attribute__((cold)) enum async_step async__sent_less(struct async_operation *operation,
                                                       ssize_t sent);
/* The loop's side. */
static inline enum async_step async__send(struct async_thread *thread)
{
    struct async_operation *operation = thread->send;
    size_t size = operation->size;
    thread->send = NULL;
    ssize_t sent = async__kernel_send(operation->descriptor->fd, operation->buffer, size);
    if (__builtin_expect(sent == (ssize_t)size, 1))
        return ASYNC_DONE;
    return async__sent_less(operation, sent);
}
/* The first one of the ready queue, once async_await has begun its only task. */
extern struct async_future async__idle;
static inline bool async__nothing_ready(void)
{
    return async_thread.tail == &async_thread.head;
}
/* A number that differs between steps of tasks. */
uint64_t async__step(void);
static inline uint64_t async__now(struct async_loop *loop)
{
    return loop->backend->now(loop->backend_state);
}
/* Make a loop the running one of this thread, and undo it. */
void async__enter(struct async_loop *loop);
void async__leave(struct async_loop *loop);
/* Runs until loop->stop, or, while it ends, until no task is left. */
void async__run(struct async_loop *loop);
/* The same for the loop that has been entered, and until the task is done. */
void async__run_until(struct async_loop *loop, struct async_future *task);
/* Between steps. False: the loop is to stop. */
bool async__turn(struct async_loop *loop);
/* Takes what ended since the turn off loop->alive. */
void async__count_ended(struct async_loop *loop);
/* A turn is due while nothing but the running task is ready: true if it would find nothing to do,
 * and so is over. */
bool async__skip_turn(struct async_loop *loop);
/* The bits of tasks that are spawned on this loop now. */
uint32_t async__spawn_bits(const struct async_loop *loop);
/* What async_thread.spawn_bits is: 0 where spawns must take the long way:
 * contexts are copied, or the tasks of a loop that ends are counted. (context.c) */
uint32_t async__inline_spawn_bits(const struct async_loop *loop);
/* Empties the ready queue; a list that ends with NULL. */
struct async_future *async__take_ready(void);
__attribute__((cold)) void async__serve_posts(struct async_loop *loop);
/* Whether this thread has a loop, running or not. */
bool async__has_loop(void);
/* Its slot is free again; true if it was the thread's last loop. */
bool async__loop_forget(const struct async_loop *loop);
void async__resource_add(struct async_loop *loop, struct async_resource *resource);
void async__resource_remove(struct async_resource *resource);
/* From any thread, which must know that the loop is there. */
void async__post(struct async_loop *loop, struct async_post *post);

/* ---- pool.c, thread.c ---- */

/* Something to do in a thread of the loop's pool. */
struct async_job {
    struct async_post post; /* run by the loop afterwards */
    struct async_job *next;
    void (*work)(struct async_job *);    /* in the thread */
    void (*abandon)(struct async_job *); /* in the thread: it is done, but the loop has ended */
};
/* Runs a job. 0, or a negative errno number: it will not run. */
int async__pool_run(struct async_loop *loop, struct async_job *job);
/* Waits for the threads, up to that time of CLOCK_MONOTONIC. Jobs that end are posted. */
void async__pool_end(struct async_loop *loop, const struct timespec *until);

/* Other threads may post to the loop from now on, and no more. */
void async__loop_open(struct async_loop *loop);
void async__loop_close(struct async_loop *loop);
/* Posts to the loop that has this handle, from any thread. 0 or -ESHUTDOWN: nothing was posted. */
int async__post_if_open(const struct async_loop *handle, struct async_post *post);
/* Whether it is the calling thread's. */
bool async__is_own_loop(const struct async_loop *handle);

/* ---- socket.c ---- */

/* The system call of an operation, without waiting: its result, or -1 and errno. A CONNECT has
 * begun before, and its socket become writable. */
ssize_t async__system_call(struct async_operation *operation);

/* ---- backend.c ---- */

/* Opens the backend that is chosen. 0 or a negative errno number; why it did not work is on stderr.
 */
int async__backend_open(struct async_loop *loop);
/* The number in ASYNC_SEED; false: there is none. */
bool async__seed(uint64_t *seed);
/* Pseudo-random numbers (splitmix64) from any seed. */
static inline uint64_t async__random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* ---- io.c ---- */

/* The number belongs to a stream or server now. -EBUSY if tasks wait for it. */
int async__watch_forget(struct async_loop *loop, int fd);
void async__watches_free(struct async_loop *loop);

/* ---- callback.c ---- */

/* Whether this entry of the ready queue is a callback, not a task. */
bool async__is_callback(const struct async_future *future);
/* Frees one that will not run. It is in no queue and its timer is not armed. */
void async__callback_drop(struct async_future *future);

/* The running loop ends: disarms the timer, and frees the callback if it is one's. */
void async__timer_drop(struct async_timer *timer);

/* ---- task.c ---- */

/* A task of this loop that has not ended. */
bool async__is_task_of(const struct async_future *future, const struct async_loop *loop);
/* The name that async_set_name gave, or NULL. */
const char *async__given_name(const struct async_future *future);

/* ---- report.c ---- */

/* Prints where a task stands: its frames, one a line, the outermost first. */
void async__print_frames(FILE *file, const struct async_future *task, int depth);
/* The function that the handle runs, or NULL. */
const struct async_function *async__function(const struct async_future *future);
/* The result as an error: a negative number, or 0. */
int async__error_of(struct async_future *future);
void async__report(struct async_future *future, int error, const char *message);
/* The same with the frames of a task, from its leaf outwards. */
void async__report_where(struct async_future *task, int error, const char *message);
/* One line on stderr, then abort(). */
void async__die(const char *file, int line, const char *message) __attribute__((noreturn));

#endif
