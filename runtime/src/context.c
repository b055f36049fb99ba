/* Context variables.
 *
 * The variables that a context has set are a map: an array of bindings, sorted by the variable's
 * address. Maps and bindings are shared, counted and not changed while shared, so that copying a
 * context is O(1); setting a variable copies the array, O(variables set), unless the map belongs to
 * this context alone. (PEP 567 has a tree for that, O(log n); programs have some dozen variables,
 * for which an array is smaller and faster.) Counts are atomic: copies travel between threads.
 *
 * Where the current context is:
 *
 *      in a task            an environment that the task keeps, made when a variable is first set
 *      in a callback        `here`: taken from the callback's block
 *      elsewhere            `here`: the thread's own
 *      in async_context_run `here` again, for the running task; `here_for` tells for which
 *
 * No context, or one without a map, means that nothing is set. While a thread has contexts, spawns
 * take the long way (async_thread.spawn_bits is 0), which copies the current one. */
#include "context.h"

#include <async/context.h>

#include <string.h>

struct binding {
    unsigned references;
    const struct async_contextvar *variable;
    /* the value, aligned */
};

struct map {
    unsigned references;
    size_t count;
    struct binding *bindings[];
};

/* A token that was not used: what the map was before and after. */
struct record {
    struct record *next;
    uint64_t number;
    const struct async_contextvar *variable;
    struct map *before, *after;
};

struct async_context {
    struct async_env env;
    struct map *map;
    struct record *records; /* the newest first */
};

static __thread struct async_context *here;
static __thread struct async_future *here_for;
static __thread size_t contexts; /* of this thread */
static __thread uint64_t tokens;

/* ---- maps ---- */

static void *binding_value(struct binding *binding)
{
    size_t align = binding->variable->align;
    return (char *)binding + (sizeof *binding + align - 1) / align * align;
}

static struct binding *binding_new(const struct async_contextvar *variable, const void *value)
{
    size_t align = variable->align > 8 ? variable->align : 8;
    struct binding *binding =
        async__allocate_aligned(sizeof *binding + variable->align + variable->size, align);
    if (!binding)
        return NULL;
    *binding = (struct binding){1, variable};
    memcpy(binding_value(binding), value, variable->size);
    return binding;
}

static void retain(unsigned *references)
{
    __atomic_add_fetch(references, 1, __ATOMIC_RELAXED);
}

/* True: it was the last one. */
static bool release(unsigned *references)
{
    return __atomic_sub_fetch(references, 1, __ATOMIC_ACQ_REL) == 0;
}

static void binding_release(struct binding *binding)
{
    if (release(&binding->references))
        async__free(binding);
}

static struct map *map_retain(struct map *map)
{
    if (map)
        retain(&map->references);
    return map;
}

static void map_release(struct map *map)
{
    if (!map || !release(&map->references))
        return;
    for (size_t i = 0; i < map->count; i++)
        binding_release(map->bindings[i]);
    async__free(map);
}

/* Where the variable is, or would be. */
static size_t map_search(const struct map *map, const struct async_contextvar *variable)
{
    size_t low = 0, high = map ? map->count : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if ((uintptr_t)map->bindings[middle]->variable < (uintptr_t)variable)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct binding *map_find(const struct map *map, const struct async_contextvar *variable)
{
    size_t at = map_search(map, variable);
    return map && at < map->count && map->bindings[at]->variable == variable ? map->bindings[at]
                                                                             : NULL;
}

/* A new map that has this binding for the variable, or none if it is NULL. */
static struct map *map_with(const struct map *map, const struct async_contextvar *variable,
                            struct binding *binding)
{
    size_t at = map_search(map, variable), count = map ? map->count : 0;
    size_t old = map_find(map, variable) ? 1 : 0, added = binding ? 1 : 0;
    struct map *copy = async__allocate(sizeof *copy + (count + 1) * sizeof *copy->bindings);
    if (!copy)
        return NULL;
    *copy = (struct map){.references = 1, .count = count - old + added};
    for (size_t i = 0; i < at; i++)
        copy->bindings[i] = map->bindings[i];
    if (binding)
        copy->bindings[at] = binding;
    for (size_t i = at + old; i < count; i++)
        copy->bindings[i - old + added] = map->bindings[i];
    for (size_t i = 0; i < copy->count; i++)
        retain(&copy->bindings[i]->references);
    return copy;
}

/* ---- contexts ---- */

/* Their number has changed. */
static void count_contexts(size_t change)
{
    struct async_loop *loop = async_thread.loop;
    contexts += change;
    if (loop)
        async__set_spawn_bits(async__inline_spawn_bits(loop));
}

uint32_t async__inline_spawn_bits(const struct async_loop *loop)
{
    return contexts || loop->ending ? 0 : async__spawn_bits(loop);
}

static void record_free(struct record *record)
{
    map_release(record->before);
    map_release(record->after);
    async__free(record);
}

void async__context_free(struct async_context *context)
{
    if (!context)
        return;
    count_contexts((size_t)-1);
    while (context->records) {
        struct record *record = context->records;
        context->records = record->next;
        record_free(record);
    }
    map_release(context->map);
    async__free(context);
}

static void context_drop(struct async_env *env)
{
    async__context_free(ASYNC_CONTAINER(env, struct async_context, env));
}
static const struct async_env_kind context_kind = {.drop = context_drop};

static struct async_context *kept_by(const struct async_future *future)
{
    struct async_env *env = async__env_find(future, &context_kind);
    return env ? ASYNC_CONTAINER(env, struct async_context, env) : NULL;
}

static struct async_context *current(void)
{
    struct async_future *task = async_thread.current;
    return task == here_for ? here : kept_by(task);
}

static struct async_context *context_new(struct map *map)
{
    struct async_context *context = async__allocate(sizeof *context);
    if (!context)
        return NULL;
    *context = (struct async_context){.env.kind = &context_kind, .map = map_retain(map)};
    count_contexts(1);
    return context;
}

void async__context_thread_ends(void)
{
    async__context_free(here);
    here = NULL;
}

static pthread_key_t end_of_thread;

static void thread_ends(void *place)
{
    (void)place;
    async__context_thread_ends();
}

static void make_key(void)
{
    pthread_key_create(&end_of_thread, thread_ends);
}

/* The current context, made if there is none; NULL without memory. */
static struct async_context *current_or_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct async_context *context = current();
    struct async_future *task = async_thread.current;
    if (context || !(context = context_new(NULL)))
        return context;
    if (task != here_for) {
        async__env_keep(task, &context->env);
        return context;
    }
    here = context;
    if (!async_thread.loop && !task) {
        pthread_once(&once, make_key);
        pthread_setspecific(end_of_thread, &here);
    }
    return context;
}

/* ---- copies ---- */

int async__context_copy(struct async_context **copy)
{
    struct async_context *context = contexts ? current() : NULL;
    *copy = NULL;
    if (!context || !context->map)
        return 0;
    *copy = context_new(context->map);
    return *copy ? 0 : -ENOMEM;
}

int async__context_inherit(struct async_future *future)
{
    struct async_context *copy;
    int error = async__context_copy(&copy);
    if (copy)
        async__env_keep(future, &copy->env);
    return error;
}

struct async_context *async__context_take(struct async_future *future)
{
    struct async_context *context = contexts ? kept_by(future) : NULL;
    if (context)
        async__env_remove(future, &context->env);
    return context;
}

struct async_env *async__context_send(struct async_context *context)
{
    if (!context)
        return NULL;
    count_contexts((size_t)-1);
    return &context->env;
}

int async__context_copy_to_send(struct async_env **context)
{
    struct async_context *copy;
    int error = async__context_copy(&copy);
    *context = async__context_send(copy);
    return error;
}

struct async_context *async__context_receive(struct async_env *env)
{
    if (!env)
        return NULL;
    count_contexts(1);
    return ASYNC_CONTAINER(env, struct async_context, env);
}

void async__context_discard(struct async_env *env)
{
    async__context_free(async__context_receive(env));
}

/* ---- what runs in them ---- */

struct async_place_of_context async__context_enter(struct async_context *context)
{
    struct async_place_of_context outside = {here, here_for};
    here = context;
    here_for = async_thread.current;
    return outside;
}

void async__context_leave(struct async_place_of_context outside)
{
    async__context_free(here);
    here = outside.here;
    here_for = outside.here_for;
}

int async_context_run(void (*fn)(void *), void *arg)
{
    struct async_context *copy;
    int error = async__context_copy(&copy);
    if (error)
        return error;
    struct async_place_of_context outside = async__context_enter(copy);
    fn(arg);
    async__context_leave(outside);
    return 0;
}

/* ---- variables ---- */

const void *async_contextvar_value(const struct async_contextvar *variable)
{
    struct async_context *context = contexts ? current() : NULL;
    struct binding *binding = context ? map_find(context->map, variable) : NULL;
    return binding ? binding_value(binding) : variable->initial;
}

/* The map with the value set; it may be the same one, if nobody shares it. */
static struct map *map_set(struct map *map, const struct async_contextvar *variable,
                           const void *value)
{
    struct binding *binding = binding_new(variable, value);
    if (!binding)
        return NULL;
    size_t at = map_search(map, variable);
    if (map_find(map, variable) && __atomic_load_n(&map->references, __ATOMIC_ACQUIRE) == 1) {
        binding_release(map->bindings[at]);
        map->bindings[at] = binding;
        return map;
    }
    struct map *set = map_with(map, variable, binding);
    binding_release(binding);
    return set;
}

int async_contextvar_assign(const struct async_contextvar *variable, const void *value)
{
    struct async_context *context = current_or_new();
    struct map *map = context ? map_set(context->map, variable, value) : NULL;
    if (!map)
        return -ENOMEM;
    if (map != context->map)
        map_release(context->map);
    context->map = map;
    return 0;
}

struct async_token async_contextvar_set(const struct async_contextvar *variable, const void *value)
{
    struct async_context *context = current_or_new();
    struct record *record = context ? async__allocate(sizeof *record) : NULL;
    if (record) {
        *record = (struct record){context->records, ++tokens, variable, NULL, NULL};
        record->before = map_retain(context->map);
        if (async_contextvar_assign(variable, value) == 0) {
            record->after = map_retain(context->map);
            context->records = record;
            return (struct async_token){record->number};
        }
        record_free(record);
    }
    errno = ENOMEM;
    return (struct async_token){0};
}

/* Takes the record of a token out of its context. */
static struct record *take_record(struct async_context *context, struct async_token token,
                                  const struct async_contextvar *variable)
{
    struct record **link = &context->records, *record;
    while (*link && (*link)->number != token.number)
        link = &(*link)->next;
    record = *link;
    if (!record || record->variable != variable)
        return NULL;
    *link = record->next;
    return record;
}

/* Gives the variable of the record the value that it had. */
static void go_back(struct async_context *context, const struct record *record)
{
    struct map *map;
    if (context->map == record->after) { /* nothing was set since */
        map = map_retain(record->before);
    } else {
        map = map_with(context->map, record->variable, map_find(record->before, record->variable));
        if (!map) {
            async__report(NULL, -ENOMEM, "a context variable could not be reset");
            return;
        }
    }
    map_release(context->map);
    context->map = map;
}

/* A context in which nothing is set, and nothing to be reset, is none. */
static void drop_if_empty(struct async_context *context)
{
    struct async_future *task = async_thread.current;
    if (context->records || (context->map && context->map->count))
        return;
    if (task == here_for)
        here = NULL;
    else
        async__env_remove(task, &context->env);
    async__context_free(context);
}

void async_contextvar_reset(const struct async_contextvar *variable, struct async_token token)
{
    struct async_context *context = current();
    if (!token.number)
        return;
    struct record *record = context ? take_record(context, token, variable) : NULL;
    if (!record)
        async__die(NULL, 0,
                   "async_reset with a token that was used before, or that belongs to "
                   "another context or variable");
    go_back(context, record);
    record_free(record);
    drop_if_empty(context);
}
