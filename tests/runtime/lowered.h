/* Async functions written by hand, in the form that the compiler gives them, for the tests.
 *
 *     FUNCTION(twice, int i; int r;)          declares frame and constructor: twice(argument)
 *     {
 *         BEGIN(twice);
 *         for (self->i = 0; self->i < 2; self->i++)
 *             WAIT(async_yield, self->r);     awaits a runtime function, stores its result
 *         CALL(other(NULL), self->r);         awaits a handle
 *         END(self->r);
 *     }
 *
 * Locals live in the frame, all of them. State numbers are line numbers: one await per line. */
#ifndef LOWERED_H
#define LOWERED_H

#include "internal.h"
#include "test.h"

#include <async/async.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for any runtime wait. */
union any_wait {
    struct async_gather__wait async_gather;
    struct async_wait__wait async_wait;
    struct async_wait_for__wait wait_for;
    struct async_yield__wait async_yield;
    struct async_sleep__wait async_sleep;
    struct async_wait_readable__wait async_wait_readable;
    struct async_wait_writable__wait async_wait_writable;
    struct async_open_connection__wait async_open_connection;
    struct async_server_open__wait async_server_open;
    struct async_server_accept__wait async_server_accept;
    struct async_stream_read__wait async_stream_read;
    struct async_stream_read_exactly__wait async_stream_read_exactly;
    struct async_stream_read_until__wait async_stream_read_until;
    struct async_stream_read_line__wait async_stream_read_line;
    struct async_stream_write__wait async_stream_write;
    struct async_stream_write_some__wait async_stream_write_some;
    struct async_lock_acquire__wait async_lock_acquire;
    struct async_event_wait__wait async_event_wait;
    struct async_condition_wait__wait async_condition_wait;
    struct async_semaphore_acquire__wait async_semaphore_acquire;
    struct async_barrier_wait__wait async_barrier_wait;
    struct async_queue_put__wait async_queue_put;
    struct async_queue_take__wait async_queue_take;
    struct async_join__wait async_join;
    struct async_future *handle;
};

#define FUNCTION(NAME, ...)                                                                    \
    struct NAME {                                                                              \
        struct async_frame base;                                                               \
        int result;                                                                            \
        void *arg;                                                                             \
        __VA_ARGS__                                                                            \
        union any_wait await;                                                                  \
    };                                                                                         \
    static enum async_step NAME##_resume(struct async_frame *base);                            \
    __attribute__((unused)) static struct async_future *NAME(void *arg)                        \
    {                                                                                          \
        struct async_future *future =                                                          \
            async_coroutine(sizeof(struct NAME), _Alignof(struct NAME), NAME##_resume);        \
        if (async_is_cold(future))                                                             \
            ((struct NAME *)&future->frame)->arg = arg;                                        \
        return future;                                                                         \
    }                                                                                          \
    static const struct async_function NAME##_functions[] = {                                  \
        {NAME##_resume, #NAME, __FILE__, sizeof(int), sizeof(struct NAME), NULL, 0, 0, true}}; \
    static struct async_unit NAME##_unit = {NAME##_functions, 1, NULL};                        \
    __attribute__((constructor)) static void NAME##_register(void)                             \
    {                                                                                          \
        async_register(&NAME##_unit);                                                          \
    }                                                                                          \
    static enum async_step NAME##_resume(struct async_frame *base)

#define BEGIN(NAME)                          \
    struct NAME *self = (struct NAME *)base; \
    switch (base->state) {                   \
    case 0:

#define END(VALUE)          \
    }                       \
    self->result = (VALUE); \
    return ASYNC_DONE

#define RETURN(VALUE)           \
    do {                        \
        self->result = (VALUE); \
        return ASYNC_DONE;      \
    } while (0)

#define ARGUMENTS(...) , ##__VA_ARGS__

/* WAIT(async_sleep, where the result goes, arguments...) */
#define WAIT(NAME, INTO, ...)                                                               \
    do {                                                                                    \
        base->state = __LINE__;                                                             \
        if (NAME##__begin(&self->await.NAME, base ARGUMENTS(__VA_ARGS__)) == ASYNC_PENDING) \
            return ASYNC_PENDING;                                                           \
        /* fall through */                                                                  \
    case __LINE__:                                                                          \
        INTO = self->await.NAME.result;                                                     \
    } while (0)

#define CALL(HANDLE, INTO)                                          \
    do {                                                            \
        self->await.handle = (HANDLE);                              \
        base->state = __LINE__;                                     \
        if (async_await(base, self->await.handle) == ASYNC_PENDING) \
            return ASYNC_PENDING;                                   \
        /* fall through */                                          \
    case __LINE__:                                                  \
        async_collect(self->await.handle, &INTO, sizeof INTO);      \
    } while (0)

/* async with (NAME(arguments...)): runs the generator FIELD to its yield; its error is in INTO, and
 * ENTERED(FIELD) tells whether the body is to run. */
#define ENTER(NAME, FIELD, INTO, ...)                             \
    do {                                                          \
        NAME##__begin(&self->FIELD, base ARGUMENTS(__VA_ARGS__)); \
        self->FIELD.base.bits |= ASYNC_GENERATOR_WITH;            \
        base->state = __LINE__;                                   \
        if (NAME##__resume(&self->FIELD.base) == ASYNC_PENDING)   \
            return ASYNC_PENDING;                                 \
        /* fall through */                                        \
    case __LINE__:                                                \
        INTO = ENTERED(FIELD) ? 0 : self->FIELD.result;           \
    } while (0)

#define ENTERED(FIELD) (self->FIELD.base.state != ASYNC_GENERATOR_ENDED)

/* The end of the body: THROWN is 0, 1 for a jump, or the error of a failing try. */
#define LEAVE(FIELD, INTO, THROWN)                                       \
    do {                                                                 \
        self->FIELD.thrown = (THROWN);                                   \
        self->FIELD.base.state += self->FIELD.thrown < 0;                \
        base->state = __LINE__;                                          \
        if (self->FIELD.base.resume(&self->FIELD.base) == ASYNC_PENDING) \
            return ASYNC_PENDING;                                        \
        /* fall through */                                               \
    case __LINE__:                                                       \
        cr_assert_eq(self->FIELD.base.state, ASYNC_GENERATOR_ENDED);     \
        INTO = self->FIELD.result;                                       \
    } while (0)

/* await async_wait_for(HANDLE, SECONDS) */
#define WAIT_FOR(HANDLE, SECONDS, INTO)                                                           \
    do {                                                                                          \
        base->state = __LINE__;                                                                   \
        if (async_wait_for__begin(&self->await.wait_for, base, HANDLE, SECONDS) == ASYNC_PENDING) \
            return ASYNC_PENDING;                                                                 \
        /* fall through */                                                                        \
    case __LINE__:                                                                                \
        async_collect(self->await.wait_for.future, &INTO, sizeof INTO);                           \
        async_wait_for__end(&self->await.wait_for);                                               \
    } while (0)

#define SPAWN(HANDLE) async_spawn((HANDLE), __FILE__, __LINE__)

static inline void count_block(struct async_future *future, void *arg)
{
    (void)future;
    ++*(int *)arg;
}

/* After a test: every handle is gone. (Leak checkers do not see them, the runtime knows them all.)
 */
__attribute__((unused)) static void no_block_is_left(void)
{
    int blocks = 0;
    async__blocks_visit(count_block, &blocks);
    if (!blocks)
        return;
    fprintf(stderr, "%d handles were left\n", blocks);
    abort(); /* a failed assertion would go unnoticed at the end of a test */
}

/* A coroutine that owns the handle that is its argument. */
static inline struct async_future *with_owned(struct async_future *(*make)(void *),
                                              struct async_future *argument)
{
    struct async_future *future = make(argument);
    if (!async_is_cold(future))
        async_release(argument);
    return future;
}

/* Runs a coroutine of int on a loop of its own. */
static inline int run(struct async_future *future)
{
    int result = -12345;
    async_run_result(future, &result, sizeof result);
    return result;
}

#endif
