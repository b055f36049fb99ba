/* Task groups: a scope that further tasks are in.
 *
 * A child keeps a membership among its environments, by which its own scope inherits what holds in
 * the group's, and which listens for its end. The group's scope stays open until the last child has
 * ended; only then does the generator close it and end. A child that fails cancels the scope; that
 * reaches the body's wait and all the others. */
#include "form.h"
#include "scope.h"
#include "waiters.h"

#include <async/group.h>

struct async_member {
    struct async_env
        env; /* kept by the child; of a pure future, or of a child of two groups: not */
    struct async_listener listener;
    struct async_group *group;
    struct async_future *child; /* owned */
    struct async_member *next, **link;
    bool asked; /* cancelled, but not in the name of this group */
    bool own;   /* that was by its own handle, not in the name of another group */
};

/* ---- membership ---- */

/* Takes the member out of its group and of its child's environments, and frees it. */
static void remove_member(struct async_member *member)
{
    *member->link = member->next;
    if (member->next)
        member->next->link = member->link;
    else
        member->group->last = member->link;
    if (member->env.kind)
        async__env_remove(member->child, &member->env);
    async__free(member);
}

/* The child is dropped with its loop; the group, of another one, will hear that it has ended. */
static void member_env_drop(struct async_env *env)
{
    struct async_member *member = (struct async_member *)env;
    member->env.kind = NULL; /* it is taken out already */
}

static const struct async_env_kind member_kind = {.drop = member_env_drop};

static struct async_member *member_of(const struct async_future *task)
{
    return (struct async_member *)async__env_find(task, &member_kind);
}

struct async_scope *async__group_around(const struct async_future *task)
{
    struct async_member *member = member_of(task);
    return member ? &member->group->scope : NULL;
}

bool async__child_was_asked(const struct async_future *task)
{
    return member_of(task)->asked;
}

void async__child_ask(struct async_future *task)
{
    struct async_member *member = member_of(task);
    member->asked = member->own = true;
}

/* ---- the scope ---- */

/* Cancels a child that is in another group's scope, or in none since it is a pure future: not by
 * its own handle. */
static void relay(struct async_future *child, int reason)
{
    struct async_member *first = member_of(child);
    bool own = first && first->own;
    if (async__is_pure(child)) {
        async__fail(child, reason);
        return;
    }
    async__hand_on(child, reason);
    if (first)
        first->own = own;
}

/* What holds in the scope has changed. Pure futures have no scopes: they end when the group is
 * cancelled, which takes members out of the list, maybe more than one. */
static void tell_children(struct async_work *work)
{
    struct async_group *group = ASYNC_CONTAINER(work, struct async_group, work);
    const struct async_scope *by = async__inside(&group->scope);
    struct async_member *member, *next;
    for (member = group->members; member; member = next) {
        next = member->next;
        if (member->env.kind)
            async__child_changed(member->child);
        else if (by && !async__is_pure(member->child))
            relay(member->child, by->reason);
    }
    for (member = group->members; by && member; member = next) {
        next = member->next;
        if (async__is_pure(member->child)) {
            relay(member->child, by->reason);
            next = group->members;
        }
    }
}

void async__group_changed(struct async_scope *scope)
{
    async__put_off(&ASYNC_CONTAINER(scope, struct async_group, scope)->work, tell_children);
}

static void fail(struct async_group *group, int error)
{
    if (!group->error)
        group->error = error;
    async__scope_cancel(&group->scope, -ECANCELED);
}

/* Whether an error is nothing but the group's own cancellation. */
static bool is_own(const struct async_group *group, int error)
{
    return error == group->scope.reason && !group->scope.outside;
}

/* A child has ended. */
static void take_result(struct async_group *group, struct async_future *child, bool asked)
{
    const struct async_scope *by = async__inside(&group->scope);
    int error = async__error_of(child);
    if (by && by->reason == -ETIMEDOUT)
        child->frame.bits |= ASYNC_TIMED; /* such a result is not reported */
    if (error >= 0 || asked || is_own(group, error))
        return;
    if (!group->error && child != &async__out_of_memory)
        child->frame.bits |= ASYNC_TAKEN;
    fail(group, error);
}

static void wake(struct async_group *group)
{
    group->wait.kind = NULL;
    async__wake_anywhere(&group->wait);
}

/* A child has ended: other groups see by its bits whether it was cancelled by its own handle. */
static void note_end(struct async_future *child, bool own)
{
    if (child->frame.bits & ASYNC_CANCELLED)
        child->frame.bits |= ASYNC_EXCUSED;
    child->frame.bits &= ~(uint32_t)ASYNC_CANCELLED;
    if (own)
        child->frame.bits |= ASYNC_CANCELLED;
}

static void child_notify(struct async_listener *listener, struct async_future *child)
{
    struct async_member *member = ASYNC_CONTAINER(listener, struct async_member, listener);
    struct async_group *group = member->group;
    bool first = member->env.kind, own = member->own;
    bool asked = first ? member->asked : child->frame.bits & ASYNC_CANCELLED;
    remove_member(member);
    if (first)
        note_end(child, own);
    take_result(group, child, asked);
    child->frame.bits -= ASYNC_OWNER; /* who notifies us destroys it if that was the last one */
    if (!group->members && group->wait.kind)
        wake(group);
}

/* The group's task is about to be dropped: a child of another loop goes on. */
static void child_drop(struct async_listener *listener)
{
    struct async_member *member = ASYNC_CONTAINER(listener, struct async_member, listener);
    struct async_future *child = member->child;
    remove_member(member);
    if (async__owners(child))
        child->frame.bits -= ASYNC_OWNER; /* whoever drops listeners destroys it, if need be */
}

/* The group's task is dropped with its loop. */
static void group_drop(struct async_env *env)
{
    struct async_group *group = (struct async_group *)env; /* its first member's first member */
    while (group->members) {
        struct async_member *member = group->members;
        struct async_future *child = member->child;
        async__unlisten(child, &member->listener);
        remove_member(member);
        async__disown(child);
    }
}

static const struct async_env_kind group_kind = {.is_scope = true, .drop = group_drop};

/* ---- children ---- */

static struct async_member *new_member(struct async_group *group, struct async_future *child)
{
    struct async_member *member = async__allocate(sizeof *member);
    if (!member)
        return NULL;
    *member = (struct async_member){.group = group, .child = child};
    member->listener = (struct async_listener){0, child_notify, child_drop, async_thread.loop};
    member->link = group->last; /* children are told in the order in which they were spawned */
    *group->last = member;
    group->last = &member->next;
    async_retain(child);
    if (!async__is_pure(child) && !member_of(child)) {
        member->asked = member->own = child->frame.bits & ASYNC_CANCELLED;
        member->env.kind = &member_kind;
        async__env_keep(child, &member->env);
    }
    return member;
}

static void begin(struct async_member *member, const char *file, int line)
{
    struct async_future *child = member->child;
    async__listen(child, &member->listener);
    if (async__status(child) == ASYNC_COLD) {
        async_spawn_slow(child, file, line);
        if (async__status(child) == ASYNC_FINISHED)
            return; /* no memory: the member is gone */
        member->asked = member->own =
            child->frame.bits & ASYNC_CANCELLED; /* the loop ends, maybe */
    }
    if (member->env.kind)
        async__child_changed(child);
    else if (async__inside(&member->group->scope))
        relay(child, async__inside(&member->group->scope)->reason);
    async__work_off();
}

struct async_future *async_group_spawn_at(struct async_group *group, struct async_future *future,
                                          const char *file, int line)
{
    struct async_member *member;
    async__scope_check_thread(&group->scope);
    if (!future)
        async_empty_handle(file, line);
    if (!async__owners(future))
        async__die(file, line, "a group was given a handle that was consumed");
    if (async__status(future) == ASYNC_INLINE)
        async__die(file, line, "a group was given a coroutine that is being awaited");
    if (async__status(future) == ASYNC_FINISHED) {
        take_result(group, future, future->frame.bits & ASYNC_CANCELLED);
        return future;
    }
    if ((member = new_member(group, future))) {
        begin(member, file, line);
        return future;
    }
    async_release(future);
    fail(group, -ENOMEM);
    return &async__out_of_memory;
}

struct async_future *async_group_spawn(struct async_group *group, struct async_future *future)
{
    return async_group_spawn_at(group, future, NULL, 0);
}

void async_group_cancel(struct async_group *group)
{
    async__scope_check_thread(&group->scope);
    async__scope_cancel(&group->scope, -ECANCELED);
}

/* ---- the generator ---- */

enum { BEGINS, AT_YIELD = 2, THROWN = 3, WAITS = 4 };

static void wait_cancel(struct async_wait *wait, int error)
{
    (void)error; /* the scope has told the children */
    if (async__loop_of(wait->task)->dropping)
        wake(ASYNC_CONTAINER(wait, struct async_group, wait));
}

static struct async_future *awaited(struct async_wait *wait, size_t *index)
{
    struct async_member *member = ASYNC_CONTAINER(wait, struct async_group, wait)->members;
    for (size_t i = 0; member && i < *index; i++)
        member = member->next;
    ++*index;
    return member ? member->child : NULL;
}

static const struct async_wait_kind group_wait = {
    .cancel = wait_cancel, .name = "async_group", .joins = true, .awaited = awaited};

static void open_group(struct async_group__frame *self)
{
    self->group = (struct async_group){.error = 0};
    self->group.last = &self->group.members;
    self->value = &self->group;
    async__scope_enter(&self->group.scope, &group_kind, ASYNC_SCOPE_GROUP);
    self->base.state = AT_YIELD;
    async__scope_suspend(&self->group.scope, &self->base);
}

/* The body is left, see async/generator.h for how. */
static void body_over(struct async_group__frame *self)
{
    struct async_group *group = &self->group;
    async__scope_resume(&group->scope);
    if (self->thrown < 0 && !is_own(group, self->thrown))
        fail(group, self->thrown);
    else if (self->thrown || self->base.state == THROWN)
        async_group_cancel(group);
    self->base.state = WAITS;
}

enum async_step async_group__resume(struct async_frame *base)
{
    struct async_group__frame *self = (struct async_group__frame *)base;
    struct async_group *group = &self->group;
    switch (base->state) {
    case BEGINS:
        open_group(self);
        return ASYNC_DONE;
    case AT_YIELD:
    case THROWN:
        body_over(self);
    }
    if (group->members) /* once more if one was spawned since the last one has ended */
        return async__suspend(&group->wait, &group_wait, base);
    async__scope_leave(&group->scope);
    self->result = group->error;
    base->state = ASYNC_GENERATOR_ENDED;
    return ASYNC_DONE;
}

ASYNC_GENERATOR_FORM_0(async_group, (void)0);
