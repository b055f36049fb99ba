/* What one may ask of a task: whether it is done, its name, and which tasks there are. */
#include "debug.h"

#include <string.h>

struct async_future *async_current_task(void)
{
    return async_thread.current;
}

bool async_done(struct async_future *future)
{
    if (!future)
        return false;
    async__check_thread(future);
    return async__status(future) == ASYNC_FINISHED;
}

/* ---- names ---- */

struct name {
    struct async_env env; /* kept by the handle */
    char text[];
};

static void name_drop(struct async_env *env)
{
    async__free(env);
}

static const struct async_env_kind name_kind = {.drop = name_drop};

void async_set_name(struct async_future *future, const char *name)
{
    if (!future)
        async_empty_handle(NULL, 0);
    if (future == &async__out_of_memory)
        return;
    async__check_thread(future);
    size_t size = strlen(name) + 1;
    struct async_env *old = async__env_find(future, &name_kind);
    struct name *self = async__allocate(sizeof *self + size);
    if (!self)
        return;
    self->env.kind = &name_kind;
    memcpy(self->text, name, size);
    if (old) {
        async__env_remove(future, old);
        name_drop(old);
    }
    async__env_keep(future, &self->env);
}

const char *async__given_name(const struct async_future *future)
{
    struct async_env *name = async__env_find(future, &name_kind);
    return name ? ((struct name *)name)->text : NULL;
}

const char *async_name(struct async_future *future)
{
    if (!future)
        async_empty_handle(NULL, 0);
    async__check_thread(future);
    const char *name = async__given_name(future);
    const struct async_function *function = name ? NULL : async__function(future);
    return name ? name : function ? function->name : "";
}

/* ---- all of them ---- */

bool async__is_task_of(const struct async_future *future, const struct async_loop *loop)
{
    uint32_t status = async__status(future);
    if (status != ASYNC_READY && status != ASYNC_JOINING)
        return false;
    if (async__is_pure(future) || async__is_callback(future))
        return false;
    return (future->frame.bits >> ASYNC_LOOP_SHIFT & 7) == loop->slot;
}

struct collection {
    struct async_future **tasks;
    size_t room, count;
};

static void collect_visit(struct async_future *future, void *arg)
{
    struct collection *collection = arg;
    if (!async__is_task_of(future, async_thread.loop))
        return;
    if (collection->count < collection->room)
        collection->tasks[collection->count] = future;
    collection->count++;
}

size_t async_all_tasks(struct async_future **tasks, size_t room)
{
    struct collection collection = {tasks, room, 0};
    if (async_thread.loop)
        async__blocks_visit(collect_visit, &collection);
    return collection.count;
}
