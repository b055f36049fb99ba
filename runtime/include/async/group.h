/* Task groups (asyncio: TaskGroup; trio: nurseries). */
#ifndef ASYNC_GROUP_H
#define ASYNC_GROUP_H

#include <async/scope.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Lives in the frame of its generator; valid until that has ended. Private. */
struct async_group {
    struct async_scope scope;             /* around the body and the children */
    struct async_member *members, **last; /* in the order in which they were spawned */
    struct async_work work;
    struct async_wait wait; /* of the generator for the children; kind NULL: it does not wait */
    int error;
};

/* Yields the group once. When the body is left it waits for all children, which no cancellation
 * interrupts; what cancels the body cancels the children as well. It ends with the first negative
 * integer result of a child (in order of time) that was not cancelled by its own handle, or with
 * the error that a `try` left the body with, whichever came first; either cancels the other
 * children and the body's waits. Leaving by a jump, and async_close, cancel the children. An
 * -ECANCELED that the group itself gave rise to is no error. */
ASYNC_GENERATOR(struct async_group *) async_group(void);
struct async_group__frame {
    struct async_frame base;
    int result, thrown;
    struct async_group *value;
    struct async_group group;
};
void async_group__begin(struct async_group__frame *self, struct async_frame *caller);
enum async_step async_group__resume(struct async_frame *base);

/* Makes the future, consumed, a child of the group; a cold one becomes a task, which inherits the
 * scopes around the group. Anybody may do that as long as the group has not ended, children too. It
 * gives the same handle, with an owner for the caller, who releases it if it is not wanted. Without
 * memory the group fails with -ENOMEM, and a handle is given that has failed with that. */
struct async_future *async_group_spawn(struct async_group *group, struct async_future *future);

/* The same, with the place of the spawn for reports. */
struct async_future *async_group_spawn_at(struct async_group *group, struct async_future *future,
                                          const char *file, int line);

/* Cancels the children and the body's waits, as async_cancel. That alone is no error. */
void async_group_cancel(struct async_group *group);

#ifdef __cplusplus
}
#endif
#endif
