/* Temporaries that are arguments of a coroutine: an environment of its handle holds each of them
 * (env.c), and gives it up if the handle is freed before the body has begun. */
#include "internal.h"

#include <async/argument.h>
#include <async/container.h>
#include <async/generator.h>

struct owned {
    struct async_env env;
    struct async_future *coroutine;
    enum async_argument kind;
    union {
        void *handle;
        struct async_list list;
        struct async_dict dict;
    } argument;
};

static void give_up(enum async_argument kind, const void *argument)
{
    struct async_list list;
    struct async_dict dict;
    switch (kind) {
    case ASYNC_FUTURE_ARGUMENT:
        async_release(*(struct async_future *const *)argument);
        break;
    case ASYNC_GENERATOR_ARGUMENT:
        async_generator_release(*(struct async_generator *const *)argument);
        break;
    case ASYNC_LIST_ARGUMENT:
        list = *(const struct async_list *)argument;
        async_list_free(&list);
        break;
    case ASYNC_DICT_ARGUMENT:
        dict = *(const struct async_dict *)argument;
        async_dict_free(&dict);
    }
}

static __thread struct owned *given_up; /* the first one, linked by `outer` */
static __thread bool is_giving_up;

/* An argument may own others: those wait until it is gone, so that a long chain of coroutines takes
 * no more of the C stack than a short one. */
static void drop(struct async_env *env)
{
    struct owned *owned = (struct owned *)env;
    const struct async_future *coroutine = owned->coroutine;
    if (async__status(coroutine) != ASYNC_COLD || coroutine->frame.state != 0) {
        async__free(owned);
        return;
    }
    env->outer = given_up;
    given_up = owned;
    if (is_giving_up)
        return;
    is_giving_up = true;
    while ((owned = given_up)) {
        given_up = owned->env.outer;
        give_up(owned->kind, &owned->argument);
        async__free(owned);
    }
    is_giving_up = false;
}

static const struct async_env_kind owned_kind = {.drop = drop};

void async__arguments_give_up(struct async_future *coroutine)
{
    struct async_env *env;
    while ((env = async__env_find(coroutine, &owned_kind))) {
        async__env_remove(coroutine, env);
        drop(env);
    }
}

bool async__argument_is_handle(const struct async_env *env)
{
    enum async_argument kind;
    if (env->kind != &owned_kind)
        return false;
    kind = ((const struct owned *)env)->kind;
    return kind == ASYNC_FUTURE_ARGUMENT || kind == ASYNC_GENERATOR_ARGUMENT;
}

void async__argument_pass_on(struct async_env *env, struct async_future *coroutine)
{
    if (env->kind == &owned_kind)
        ((struct owned *)env)->coroutine = coroutine;
}

static void store(struct owned *owned, const void *argument)
{
    switch (owned->kind) {
    case ASYNC_FUTURE_ARGUMENT:
    case ASYNC_GENERATOR_ARGUMENT:
        owned->argument.handle = *(void *const *)argument;
        break;
    case ASYNC_LIST_ARGUMENT:
        owned->argument.list = *(const struct async_list *)argument;
        break;
    case ASYNC_DICT_ARGUMENT:
        owned->argument.dict = *(const struct async_dict *)argument;
    }
}

void *async_pass(void *coroutine, enum async_argument kind, const void *argument)
{
    if (coroutine == &async__out_of_memory)
        give_up(kind, argument);
    return coroutine;
}

void *async_own(void *coroutine, enum async_argument kind, const void *argument)
{
    struct async_future *future = async_pass(coroutine, kind, argument);
    if (future == &async__out_of_memory)
        return future;
    struct owned *owned = async__allocate(sizeof *owned);
    if (!owned) {
        give_up(kind, argument);
        async_release(future);
        return &async__out_of_memory;
    }
    *owned = (struct owned){.env.kind = &owned_kind, .coroutine = future, .kind = kind};
    store(owned, argument);
    async__env_keep(future, &owned->env);
    return future;
}
