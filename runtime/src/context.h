/* Contexts, for what starts tasks, callbacks and threads. */
#ifndef ASYNC_SRC_CONTEXT_H
#define ASYNC_SRC_CONTEXT_H

#include "internal.h"

struct async_context;

/* A copy of the current context; *copy is NULL where nothing is set. 0 or -ENOMEM. */
int async__context_copy(struct async_context **copy);
void async__context_free(struct async_context *context);
/* A thread's own context ends with it. */
void async__context_thread_ends(void);
/* Lets a handle keep a copy of the current context. 0 or -ENOMEM. */
int async__context_inherit(struct async_future *future);
/* Takes the context that a callback's block keeps, or NULL. */
struct async_context *async__context_take(struct async_future *future);

/* A copy on its way to another thread, and its arrival there (or its end in any thread). NULL is
 * NULL. */
struct async_env *async__context_send(struct async_context *context);
/* A copy of the current context on its way. 0 or -ENOMEM. */
int async__context_copy_to_send(struct async_env **context);
struct async_context *async__context_receive(struct async_env *env);
void async__context_discard(struct async_env *env);

/* Makes it the current context of what runs now, task or callback, until leave, which frees it. */
struct async_place_of_context {
    struct async_context *here;
    struct async_future *here_for;
};
struct async_place_of_context async__context_enter(struct async_context *context);
void async__context_leave(struct async_place_of_context outside);

#endif
