/* The handle form of a runtime wait: the function that C and `spawn` call, made from F__begin.
 *
 * ASYNC_FORM_n(result type, name, type1, type2, ...) defines `struct async_future *name(...)`: a
 * coroutine whose frame holds the arguments and the wait, and whose body awaits it once. The table
 * of functions learns of it, as of those that asyncc compiled. */
#ifndef ASYNC_FORM_H
#define ASYNC_FORM_H

#include "internal.h"

#include <async/generator.h>

/* Adds a resume function to the table. T is its result's type. */
#define ASYNC_FUNCTION_ENTRY(T, NAME, RESUME, SIZE)                                           \
    static const struct async_function NAME##__function = {                                   \
        .resume = RESUME,                                                                     \
        .name = #NAME,                                                                        \
        .result_size = sizeof(T),                                                             \
        .frame_size = SIZE,                                                                   \
        .result_offset = (ASYNC_RESULT_OFFSET + _Alignof(T) - 1) / _Alignof(T) * _Alignof(T), \
        .result_is_status = _Generic((T){0}, int                                              \
                                     : true, long                                             \
                                     : true, __int128                                         \
                                     : true, default                                          \
                                     : false)};                                               \
    static struct async_unit NAME##__unit = {&NAME##__function, 1, NULL};                     \
    __attribute__((constructor)) static void NAME##__register(void)                           \
    {                                                                                         \
        async_register(&NAME##__unit);                                                        \
    }

#define ASYNC_FORM(T, NAME, PARAMETERS, FIELDS, STORE, ARGUMENTS)                              \
    struct NAME##__form {                                                                      \
        struct async_frame base;                                                               \
        T result;                                                                              \
        struct NAME##__wait wait;                                                              \
        FIELDS                                                                                 \
    };                                                                                         \
    enum async_step async__resume_##NAME(struct async_frame *base)                             \
    {                                                                                          \
        struct NAME##__form *self = (struct NAME##__form *)base;                               \
        if (base->state == 0) {                                                                \
            base->state = 1;                                                                   \
            if (NAME##__begin ARGUMENTS == ASYNC_PENDING)                                      \
                return ASYNC_PENDING;                                                          \
        }                                                                                      \
        self->result = self->wait.result;                                                      \
        return ASYNC_DONE;                                                                     \
    }                                                                                          \
    struct async_future *NAME PARAMETERS                                                       \
    {                                                                                          \
        struct async_future *future = async_coroutine(                                         \
            sizeof(struct NAME##__form), _Alignof(struct NAME##__form), async__resume_##NAME); \
        struct NAME##__form *self = (struct NAME##__form *)&future->frame;                     \
        if (async_is_cold(future)) {                                                           \
            STORE                                                                              \
        }                                                                                      \
        return future;                                                                         \
    }                                                                                          \
    ASYNC_FUNCTION_ENTRY(T, NAME, async__resume_##NAME, sizeof(struct NAME##__form))           \
    struct NAME##__form

#define ASYNC_FORM_0(T, NAME) ASYNC_FORM(T, NAME, (void), , (void)self;, (&self->wait, base))
#define ASYNC_FORM_1(T, NAME, A) \
    ASYNC_FORM(T, NAME, (A a), A a;, self->a = a;, (&self->wait, base, self->a))
#define ASYNC_FORM_2(T, NAME, A, B)                                      \
    ASYNC_FORM(T, NAME, (A a, B b), A a; B b;, self->a = a; self->b = b; \
               , (&self->wait, base, self->a, self->b))
#define ASYNC_FORM_3(T, NAME, A, B, C)                                                          \
    ASYNC_FORM(T, NAME, (A a, B b, C c), A a; B b; C c;, self->a = a; self->b = b; self->c = c; \
               , (&self->wait, base, self->a, self->b, self->c))
#define ASYNC_FORM_4(T, NAME, A, B, C, D)                                                    \
    ASYNC_FORM(T, NAME, (A a, B b, C c, D d), A a; B b; C c; D d;, self->a = a; self->b = b; \
               self->c = c; self->d = d;, (&self->wait, base, self->a, self->b, self->c, self->d))

/* The two ways to make a generator of the runtime ready, where NAME__resume is written by hand:
 * NAME__begin in a frame of the caller's, and NAME, a handle. STORE keeps the arguments. */
#define ASYNC_GENERATOR_FORM(NAME, PARAMETERS, MORE, STORE)                                \
    void NAME##__begin(struct NAME##__frame *self, struct async_frame *caller MORE)        \
    {                                                                                      \
        self->base = (struct async_frame){.resume = NAME##__resume, .caller = caller};     \
        self->result = self->thrown = 0;                                                   \
        STORE;                                                                             \
    }                                                                                      \
    struct async_generator *NAME PARAMETERS                                                \
    {                                                                                      \
        struct async_future *future = async_coroutine(                                     \
            sizeof(struct NAME##__frame), _Alignof(struct NAME##__frame), NAME##__resume); \
        struct NAME##__frame *self = (struct NAME##__frame *)&future->frame;               \
        if (async_is_cold(future)) {                                                       \
            self->result = self->thrown = 0;                                               \
            STORE;                                                                         \
        }                                                                                  \
        return async_generator_of(future, true);                                           \
    }                                                                                      \
    struct NAME##__frame

#define ASYNC_COMMA_(A) , A a
#define ASYNC_COMMA_2_(A, B) , A a, B b
#define ASYNC_GENERATOR_FORM_0(NAME, STORE) ASYNC_GENERATOR_FORM(NAME, (void), , STORE)
#define ASYNC_GENERATOR_FORM_1(NAME, A, STORE) \
    ASYNC_GENERATOR_FORM(NAME, (A a), ASYNC_COMMA_(A), STORE)
#define ASYNC_GENERATOR_FORM_2(NAME, A, B, STORE) \
    ASYNC_GENERATOR_FORM(NAME, (A a, B b), ASYNC_COMMA_2_(A, B), STORE)

#endif
