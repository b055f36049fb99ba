/* The frame protocol: what the C that asyncc writes and the runtime agree on.
 *
 * An async function is a resume function and a frame. The frame begins with `struct async_frame`;
 * its result follows at offset 24 (rounded up to the result's alignment), then whatever the
 * function keeps across its awaits. A frame is embedded in its caller's frame, or it is the root
 * frame of a `struct async_future`, a block of its own:
 *
 *      0        8        16      24                                   48
 *      +--------+--------+-------+------------------------------------+---------------------
 *      | next   | leaf   | env   | frame: resume, caller, state, bits | result, locals, ...
 *      +--------+--------+-------+------------------------------------+---------------------
 *
 * Blocks lie at 8 mod 16, so that root frames are 16-aligned. How to read this file: first the
 * types, then the inline fast paths in the order of a handle's life (made, spawned, awaited,
 * collected, released). Nothing here is a macro, because generated code that stands alone has
 * none; nothing here is thread-safe, because a handle belongs to the thread that made it. */
#ifndef ASYNC_FRAME_H
#define ASYNC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __ASYNCC__
#pragma asyncc dual               /* C compilers may read these headers as well */
#define ASYNC_FUNCTION(T) async T /* asyncc reads them in its own language, */
#else
#define ASYNC_FUNCTION(T) struct async_future * /* C callers get a cold handle. */
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum async_step { ASYNC_PENDING, ASYNC_DONE };

struct async_loop;
struct async_wait;

/* One suspended call. */
struct async_frame {
    enum async_step (*resume)(struct async_frame *); /* goes on at `state`; NULL: a pure future */
    struct async_frame *caller; /* whom to resume at the end. In the root frame of a task the low
                                   bit is set, and the rest is who waits for the task */
    uint32_t state;             /* 0: not begun; N: suspended at await number N */
    uint32_t bits;              /* root frames: enum async_bits and owners; embedded: 0 */
};

/* What a future(T) points to: a coroutine, a task, or a future that a callback completes. */
struct async_future {
    struct async_future *next; /* READY: link in the ready queue, or, with ASYNC_IN_WAIT added, its
                                  struct async_wait; JOINING: link in the chain of what it waits
                                  for */
    struct async_frame *leaf;  /* innermost frame, where the task goes on; or the error, see SLOW */
    void *env;                 /* what surrounds it: environments, then where it was spawned */
    struct async_frame frame;
};

/* What surrounds a task: scopes, its name, its context. `env` of a handle is a chain of them, the
 * innermost first, which ends with the place of the spawn, packed: a pointer in user space has 48
 * bits at most, so the upper 16 hold the line (1 to 65535) and tell the place from a pointer.
 * Scopes come first; whoever opened one owns its memory, and closes it before the task ends. What
 * else belongs to the task comes after them, and is freed with it. */
struct async_env {
    const struct async_env_kind *kind;
    void *outer; /* the next struct async_env, or the place, or NULL */
};

/* async_frame.bits of a root frame. The owners are counted in the upper 15 bits. */
enum async_bits {
    ASYNC_CLASS = 0x3f,       /* size class of the block, see memory.c */
    ASYNC_STATUS = 7 << 6,    /* one of: */
    ASYNC_COLD = 0 << 6,      /*   not begun (no owner: a freed block) */
    ASYNC_READY = 1 << 6,     /*   a task that runs, is in the ready queue, or in a leaving wait */
    ASYNC_WAITING = 2 << 6,   /*   a pure future not completed yet */
    ASYNC_JOINING = 3 << 6,   /*   a task that waits for another handle */
    ASYNC_INLINE = 4 << 6,    /*   a coroutine that runs inside the task that awaits it */
    ASYNC_FINISHED = 5 << 6,  /*   has its result */
    ASYNC_ENDED = 4 << 6,     /* bit that INLINE and FINISHED have: async_collect may copy */
    ASYNC_CANCELLED = 1 << 9, /* leaving waits are refused; FINISHED: its handle was cancelled */
    ASYNC_TIMED = 1 << 10,    /* a time limit of the task is over, see scope.c */
    ASYNC_SLOW = 1 << 11,     /* async_collect takes the long way: the block is by malloc (class
                                 63), or it ended without a value (the negative errno number is in
                                 leaf), or `env` holds environments */
    ASYNC_TAKEN = 1 << 12,    /* FINISHED: somebody took the result */
    ASYNC_REFUSING = 1 << 12, /* a task: ignored too many refusals, yields at each one */
    ASYNC_LOOP_SHIFT = 13,    /* slot of the loop that runs it: 3 bits, from 1 */
    ASYNC_HINDERED = ASYNC_CANCELLED | 6 << ASYNC_LOOP_SHIFT, /* a task whose waits take the long
                                 way: they are refused, or wake tasks of other loops */
    ASYNC_EXCUSED = 1 << 16,  /* -ECANCELED is the reason of a scope that the task was in */
    ASYNC_OWNER_SHIFT = 17,   /* owners */
    ASYNC_OWNER = 1 << 17,    /* one owner */
    ASYNC_RESULT_OFFSET = 24, /* of a result aligned to at most 8 */
    ASYNC_CLASSES = 63,       /* size classes of 48 + 16 * class bytes; class 63: by malloc */
};

/* How many runtime waits in a row may be over at once before their task gives way; and how many
 * steps go by until timers and I/O get their turn. */
enum { ASYNC_BUDGET = 128, ASYNC_TURN = 64 };

/* What the inline paths need of the running loop, one per thread. */
struct async_thread {
    struct async_future *head;    /* ready queue, FIFO; empty: tail is &head */
    struct async_future **tail;   /* the link that the next ready task goes into */
    struct async_future *idle;    /* copied to both when the queue is emptied where the loop may */
    struct async_future **none;   /* believe that it is not: &async__idle; and &head */
    struct async_future *current; /* the running task; NULL in callbacks and outside a loop */
    struct async_frame *handover; /* what the loop resumes next, within the same step */
    struct async_operation *send; /* what the loop writes before that; or NULL */
    char *floor;                  /* async_await hands over when the C stack is below it */
    uint32_t credit;              /* steps until timers and I/O get their turn */
    uint32_t handover_credit;     /* what credit was before the handover */
    uint32_t spawn_bits;          /* bits of a new task; 0: ask async_spawn_slow */
    uint32_t loop_bits;           /* bits of the running loop's tasks that tell the loop */
    bool has_loops;               /* more than one: tasks may belong to others */
    uint32_t budget;              /* runtime waits that may be over at once before giving way */
    ptrdiff_t room;             /* ASYNC_TURN less what ended since the turn, of the running loop's
                                   tasks. Those that async_await begins count at once; below 0 it
                                   begins none: these, too, give way to timers and I/O */
    struct async_loop *loop;    /* the running loop */
    struct async_future *spare; /* the block that was freed last, in no list: free, or taken
                                   again; &async_no_block, taken for ever, where spawn_bits is 0 */
    struct async_future *free_blocks[ASYNC_CLASSES];
};
/* Programs know the offset when they are linked; shared libraries when they are loaded. */
#if defined(__PIC__) && !defined(__PIE__)
extern __thread struct async_thread async_thread __attribute__((tls_model("initial-exec")));
#else
extern __thread struct async_thread async_thread __attribute__((tls_model("local-exec")));
#endif

/* How a suspended runtime wait ends early. */
struct async_wait_kind {
    /* Ends the wait with `error`, now or (if the kernel holds a buffer) later; whoever ends it
     * later, with that error, calls async__told. */
    void (*cancel)(struct async_wait *wait, int error);
    const char *name; /* for dumps: what the task waits for; NULL: not known */
    /* A joining wait: `cancel` only hands on, unless the loop is `dropping`, and is called again
     * when the reason changes. */
    bool joins;
    /* For dumps: a wait for several handles gives the one at this index that has not ended, or the
     * next such one, and sets *index behind it; NULL: there are no more. */
    struct async_future *(*awaited)(struct async_wait *wait, size_t *index);
};

/* First member of every suspended runtime wait. */
struct async_wait {
    const struct async_wait_kind *kind;
    struct async_future *task; /* who waits */
};

/* The mark in `next` of a task that waits. It costs one store to set it, where bits of the status
 * would have to be read before, and none to take it away: it stays until the ready queue needs the
 * link, so that the last one in the queue, and who runs, may still bear it. */
enum { ASYNC_IN_WAIT = 4 };

/* One async function as asyncc compiled it, for reports, tracebacks and async_run_into. */
struct async_function {
    enum async_step (*resume)(struct async_frame *);
    const char *name, *file;
    size_t result_size, frame_size;
    const int *lines; /* line of await N, indexed by state; [0]: of the function */
    unsigned states;
    unsigned result_offset; /* 0 means ASYNC_RESULT_OFFSET */
    bool result_is_status;  /* the result is a signed integer at least as wide as int */
};
struct async_unit {
    const struct async_function *functions;
    size_t count;
    struct async_unit *next; /* the runtime's */
};
/* Adds a table; called from a constructor of the generated file. Thread-safe. The unit must stay.
 */
void async_register(struct async_unit *unit);

/* ---- out of line parts; generated code calls the inline functions below ---- */

struct async_future *async_coroutine_slow(size_t size, size_t align,
                                          enum async_step (*resume)(struct async_frame *));
void async_spawn_slow(struct async_future *future, const char *file, int line);
struct async_future *async_task_slow(size_t size, size_t align,
                                     enum async_step (*resume)(struct async_frame *), void *place);
uint64_t async_collect_word(struct async_future *future, size_t size, size_t offset, bool status);
void async_collect_slow(struct async_future *future, void *value, size_t size, size_t offset,
                        bool status);
/* Storage for a variable length array that lives across awaits; free() ends it. Aborts with the
 * place if there is no memory. `align` is a power of two. */
void *async_array(size_t size, size_t align, const char *file, int line);
void async_empty_handle(const char *file, int line) __attribute__((noreturn));

/* Puts a task at the end of the ready queue. */
static inline void async_push(struct async_future *task)
{
    *async_thread.tail = task; /* the last link is set to NULL by who takes the queue */
    async_thread.tail = &task->next;
}

/* Suspends the running task in a wait, whose kind is set. Always ASYNC_PENDING. */
static inline enum async_step async_suspend(struct async_wait *wait, struct async_frame *caller)
{
    struct async_future *task = async_thread.current;
    if (__builtin_expect(task->leaf != caller, 0)) /* processors are short of stores first */
        task->leaf = caller;
    task->next = (struct async_future *)((char *)wait + ASYNC_IN_WAIT);
    return ASYNC_PENDING;
}

extern struct async_future async_no_block; /* never free, never used */

/* Whether the spare block is a free one of that class, and spawns need not take the long way. Where
 * it lies does not depend on the class, so that whoever frees and takes in turn does not wait for
 * that to be known: the processor guesses it. */
static inline bool async_spare_fits(size_t index)
{
    return __builtin_expect(async_thread.spare->frame.bits == index, 1);
}

/* A free block of that class out of the list; NULL: there is none. */
static inline struct async_future *async_take_listed(size_t index)
{
    struct async_future *block = async_thread.free_blocks[index];
    if (block)
        async_thread.free_blocks[index] = block->next;
    return block;
}

/* A free block of that class, which whoever takes it gives an owner; NULL: there is none. */
static inline struct async_future *async_take_block(size_t index)
{
    return async_spare_fits(index) ? async_thread.spare : async_take_listed(index);
}

/* Frees a block, of which nothing but the class in `bits` is true any more. */
static inline void async_give_block(struct async_future *block)
{
    uint32_t index = block->frame.bits & ASYNC_CLASS;
    block->frame.bits = index; /* no owner: the use of an alias is noticed */
    if (__builtin_expect(async_thread.spare == block, 1))
        return;
    if (async_thread.spawn_bits && async_thread.spare->frame.bits > ASYNC_CLASS) {
        async_thread.spare = block;
        return;
    }
    block->next = async_thread.free_blocks[index];
    async_thread.free_blocks[index] = block;
}

/* Makes a cold handle with one owner for a frame of `size` bytes; `align` is the frame's. Without
 * memory it gives a static handle that is not cold, and has failed with -ENOMEM. */
static inline struct async_future *async_coroutine(size_t size, size_t align,
                                                   enum async_step (*resume)(struct async_frame *))
{
    size_t index = (size - sizeof(struct async_frame) + 15) / 16;
    struct async_future *future;
    if (align > 16 || index >= ASYNC_CLASSES || !(future = async_take_block(index)))
        return async_coroutine_slow(size, align, resume);
    future->leaf = &future->frame;
    future->env = NULL;
    future->frame.resume = resume;
    future->frame.caller = NULL;
    future->frame.state = 0;
    future->frame.bits = (uint32_t)index | ASYNC_OWNER;
    return future;
}

/* Whether the body has not begun, and generated code may store the arguments. */
static inline bool async_is_cold(const struct async_future *future)
{
    return (future->frame.bits & ASYNC_STATUS) == ASYNC_COLD;
}

/* A place in a program as the end of a chain of environments. */
static inline void *async_place(const char *file, int line)
{
    unsigned number = line > 0 && line < UINT16_MAX ? (unsigned)line : UINT16_MAX;
    return (void *)((uintptr_t)file | (uintptr_t)number << 48);
}

/* Makes a task of a cold handle: its body begins at the loop's next turn. Borrows nothing, owns
 * nothing: the handle keeps its owner and is returned. A handle that has begun is left alone.
 * Aborts with the place if no loop runs, or if the handle is empty or was consumed. */
static inline struct async_future *async_spawn(struct async_future *future, const char *file,
                                               int line)
{
    if (!async_thread.spawn_bits || !future ||
        (future->frame.bits & (ASYNC_STATUS | ASYNC_OWNER | ASYNC_SLOW)) != ASYNC_OWNER) {
        async_spawn_slow(future, file, line);
        return future;
    }
    future->env = async_place(file, line);
    future->frame.caller = (struct async_frame *)((uintptr_t)future->frame.caller | 1);
    future->frame.bits |= async_thread.spawn_bits;
    async_push(future);
    return future;
}

/* async_spawn(async_coroutine(...)) in one step. Generated code stores the arguments then, unless
 * there was no memory: the static handle has another `resume`. */
static inline struct async_future *
async_task(size_t size, size_t align, enum async_step (*resume)(struct async_frame *), void *place)
{
    size_t index = (size - sizeof(struct async_frame) + 15) / 16;
    struct async_future *future = async_thread.spare;
    if (align > 16 || index >= ASYNC_CLASSES ||
        (!async_spare_fits(index) &&
         (!async_thread.spawn_bits || !(future = async_take_listed(index)))))
        return async_task_slow(size, align, resume, place);
    future->leaf = &future->frame;
    future->env = place;
    future->frame.resume = resume;
    future->frame.caller = (struct async_frame *)1;
    const uint32_t state_and_bits[2] = {0, (uint32_t)index | ASYNC_OWNER | async_thread.spawn_bits};
    memcpy(&future->frame.state, state_and_bits, sizeof state_and_bits);
    async_push(future);
    return future;
}

/* Takes the handle out of *variable, which is emptied. Aborts with the place if it is empty. */
static inline struct async_future *async_move(struct async_future **variable, const char *file,
                                              int line)
{
    struct async_future *future = *variable;
    if (!future)
        async_empty_handle(file, line);
    *variable = NULL;
    return future;
}

/* The handle, which is used and stays where it is. Aborts with the place if it is empty. */
static inline struct async_future *async_borrow(struct async_future *future, const char *file,
                                                int line)
{
    if (!future)
        async_empty_handle(file, line);
    return future;
}

/* async_move for what does nothing on an empty handle: async_release. */
static inline struct async_future *async_take_handle(struct async_future **variable)
{
    struct async_future *future = *variable;
    *variable = NULL;
    return future;
}

/* Waits in the running task for `future`, which is borrowed until async_collect: DONE if it has
 * ended; otherwise `caller` is resumed when it has. A cold handle begins, inside this task, by a
 * direct call as long as the C stack has room; a pure future is a leaving wait (refused when the
 * task is cancelled), anything else a joining one (hands the cancellation on, and waits). */
enum async_step async_await(struct async_frame *caller, struct async_future *future);

/* After an await: copies the result, which is `size` bytes aligned to `align`, to *value and gives
 * up one owner. `status` tells what happens if there is no value because of an error: true: *value
 * is a signed integer as wide as int at least, and becomes the negative errno number; false: it is
 * zeroed and errno tells (0 after success). */
static inline void async_collect_result(struct async_future *future, void *value, size_t size,
                                        size_t align, bool status)
{
    size_t offset = (ASYNC_RESULT_OFFSET + align - 1) / align * align;
    uint32_t bits = future->frame.bits;
    const uint32_t mask = ~(ASYNC_OWNER - 1u) | ASYNC_SLOW | ASYNC_ENDED;
    if (!status || __builtin_expect((bits & mask) != (ASYNC_OWNER | ASYNC_ENDED), 0)) {
        if (size && size <= sizeof(uint64_t)) { /* `value` may stay in a register */
            uint64_t word = async_collect_word(future, size, offset, status);
            memcpy(value, &word, size);
        } else {
            async_collect_slow(future, value, size, offset, status);
        }
        return;
    }
    if (size)
        memcpy(value, (const char *)&future->frame + offset, size);
    async_give_block(future);
}

/* The same for results that are signed integers as wide as int, or wider. */
static inline void async_collect(struct async_future *future, void *value, size_t size)
{
    async_collect_result(future, value, size, size == 16 ? 16 : 8, true);
}

/* The same for every other type; void has size 0 and alignment 1. */
static inline void async_collect_value(struct async_future *future, void *value, size_t size,
                                       size_t align)
{
    async_collect_result(future, value, size, align, false);
}

/* Gives up an owner. A running task goes on, detached; a cold coroutine is destroyed, its body
 * never runs. Does nothing on NULL. */
void async_release(struct async_future *future);

/* Adds an owner and returns the handle. At most 32767. Aborts on NULL. */
struct async_future *async_retain(struct async_future *future);

/* The address of a value, which lasts as long as the expression around it: for what asyncc makes of
 * headers, which C++ reads, too. */
#ifdef __cplusplus
extern "C++" {
template <typename T> static inline const T *async__address(const T &value)
{
    return &value;
}
}
#define ASYNC_VALUE(T, ...) async__address<T>(static_cast<T>(__VA_ARGS__)) /* a copy, as in C */
#else
#define ASYNC_VALUE(T, ...) ((T[1]){__VA_ARGS__})
#endif

#ifdef __cplusplus
}
#endif
#endif
