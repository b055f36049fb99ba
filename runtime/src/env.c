/* What surrounds a task: the chain of environments in `env` of its handle, see struct async_env.
 *
 *      env --> scope --> scope --> name --> context --> the place of the spawn, or NULL
 *
 * Scopes (scope.c) are opened and closed at the inner end, last in first out. What belongs to the
 * task for good (kept environments: its name, its context, its membership in a group) is at the
 * outer end, in any order, and is freed with the block. Chains are short: a search is a walk. */
#include "internal.h"

/* The link that ends the chain: it holds the place of the spawn, or NULL. */
static void **end_of(struct async_future *future)
{
    void **link = &future->env;
    for (struct async_env *env; (env = async__env(*link));)
        link = &env->outer;
    return link;
}

struct async_env *async__env_find(const struct async_future *future,
                                  const struct async_env_kind *kind)
{
    struct async_env *env = async__env(future->env);
    while (env && env->kind != kind)
        env = async__env(env->outer);
    return env;
}

void async__env_keep(struct async_future *future, struct async_env *env)
{
    void **end = end_of(future);
    env->outer = *end;
    *end = env;
    future->frame.bits |= ASYNC_SLOW;
}

void async__env_remove(struct async_future *future, struct async_env *env)
{
    void **link = &future->env;
    while (*link != env)
        link = &((struct async_env *)*link)->outer;
    *link = env->outer;
}

void async__env_drop(struct async_future *future)
{
    struct async_env *env;
    while ((env = async__env(future->env))) {
        future->env = env->outer;
        env->kind->drop(env);
    }
}

void async__env_set_place(struct async_future *future, const char *file, int line)
{
    *end_of(future) = async_place(file, line);
}

const char *async__env_place(struct async_future *future, int *line)
{
    return async__place(*end_of(future), line);
}
