/* Context variables (PEP 567): values that belong to a task and to what it starts.
 *
 * A context holds the variables that were set. Every task, every callback and every call in another
 * thread runs in a copy of the context in which it was made; copying shares all values. Coroutines
 * and generators run in the context of the task that awaits them. Code outside of tasks and
 * callbacks runs in a context that its thread keeps.
 *
 * In the language, `contextvar(int) id = 0;` at file scope defines a `struct async_contextvar`, and
 * async_get(id), async_set(id, 7), async_reset(id, token) stand for the functions here. */
#ifndef ASYNC_CONTEXT_H
#define ASYNC_CONTEXT_H

#include <async/frame.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a contextvar(T) is: static, and never written to. */
struct async_contextvar {
    const char *name;
    size_t size, align; /* of a T */
    const void *initial;
};

/* What async_set gives and async_reset takes, once, in the same context. */
struct async_token {
    uint64_t number; /* 0: there was no memory, and nothing was set */
};

/* The value in the current context, or else the initial one. Valid until it is set or reset, or the
 * context ends. */
const void *async_contextvar_value(const struct async_contextvar *variable);

/* Sets a copy of *value in the current context; the token keeps the value before, until it is used
 * or the context ends. Without memory, errno is ENOMEM and the token's number 0. */
struct async_token async_contextvar_set(const struct async_contextvar *variable, const void *value);

/* The same without a token: the value before is forgotten. 0 or -ENOMEM. */
int async_contextvar_assign(const struct async_contextvar *variable, const void *value);

/* Gives the variable the value again that it had when the token was made. Aborts if the token was
 * used before, or is another context's or variable's; one whose number is 0 does nothing. */
void async_contextvar_reset(const struct async_contextvar *variable, struct async_token token);

/* Calls fn(arg) in a copy of the current context, so that what fn sets ends with it (Python's
 * copy_context().run). 0; or -ENOMEM, and fn was not called. */
int async_context_run(void (*fn)(void *), void *arg);

#ifdef __cplusplus
}
#endif
#endif
