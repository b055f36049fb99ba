/* Cancellation: scopes, what holds in them, and how a request spreads.
 *
 * A scope knows the scope whose reason holds around it (`outside`), so what holds inside it follows
 * at once (async__inside), and what holds in a task is what holds inside its innermost scope. That
 * is kept as one bit of the task, ASYNC_CANCELLED, which the inline paths test; a wait that finds
 * it set asks for the reason here. Opening and closing a scope takes a few instructions.
 *
 *      the task's own: asked, timed, or the group's     outside everything
 *        scope <--env.outer-- scope <--env.outer-- scope <--env-- task
 *              ---inner-----> scope ---inner----->  scope ---inner--> task
 *
 * A change begins at one scope and spreads inwards until nothing changes any more, or to the task;
 * its wait is cancelled then, or, if it is a joining one, the request is handed on to what it waits
 * for. Changes spread from task to task in a loop (follow), and from a group to its children by way
 * of a list of work (carry_on), so the C stack does not grow with the length of the chain.
 *
 * The task's own scope takes no memory. It was cancelled with -ECANCELED, by async_cancel or in the
 * name of a task that waited for it, or with -ETIMEDOUT in the name of such a task alone (bit
 * ASYNC_TIMED); a child of a group has besides what holds in the group's scope. Without a scope in
 * the task, the bit ASYNC_CANCELLED tells; else `outside` of the outermost one does. */
#include "scope.h"
#include "debug.h"

static struct async_scope asked = {.reason = -ECANCELED}, timed = {.reason = -ETIMEDOUT};

/* Who is to be asked to end as a consequence, if anybody. */
struct relay {
    struct async_future *future;
    int reason;
};
static const struct relay nobody;

static __thread struct async_work *works;

/* ---- chains ---- */

/* The scope that a link of the chain of environments leads to, or NULL. */
static struct async_scope *scope_at(void *link)
{
    struct async_env *env = async__env(link);
    return env && env->kind->is_scope ? (struct async_scope *)env : NULL;
}

static bool is_innermost(const struct async_scope *scope)
{
    return (uintptr_t)scope->inner & 1;
}
/* Of an innermost scope; NULL if it is taken off. */
static struct async_future *task_of(const struct async_scope *scope)
{
    return (struct async_future *)((uintptr_t)scope->inner - 1);
}
static void *inner_end(struct async_future *task)
{
    return (void *)((uintptr_t)task + 1);
}

static void set_refused(struct async_future *task, const struct async_scope *by)
{
    if (by)
        task->frame.bits |= ASYNC_CANCELLED;
    else
        task->frame.bits &= ~(uint32_t)ASYNC_CANCELLED;
}

/* The outermost scope of a task, or NULL. */
static struct async_scope *outermost_of(const struct async_future *task)
{
    struct async_scope *scope = scope_at(task->env), *outer;
    while (scope && (outer = scope_at(scope->env.outer)))
        scope = outer;
    return scope;
}

/* The reason of the task's own scope, of a task without further ones; NULL: not cancelled. */
static struct async_scope *own_of(const struct async_future *task)
{
    struct async_scope *group;
    if (!(task->frame.bits & ASYNC_CANCELLED))
        return NULL;
    if (!(group = async__group_around(task)))
        return task->frame.bits & ASYNC_TIMED ? &timed : &asked;
    group = async__inside(group);
    return group ? group : &asked;
}

/* The scope whose reason holds in the task now, or NULL. */
static struct async_scope *refused_by(const struct async_future *task)
{
    struct async_scope *innermost = scope_at(task->env);
    if (!(task->frame.bits & ASYNC_CANCELLED))
        return NULL;
    return innermost ? async__inside(innermost) : own_of(task);
}

int async__reason_of(const struct async_future *task)
{
    const struct async_scope *by = refused_by(task);
    return by ? by->reason : 0;
}

/* ---- a wait returned a reason ---- */

static void tell(struct async_future *task, struct async_scope *by)
{
    struct async_scope *innermost = scope_at(task->env);
    if (by != &asked && by != &timed)
        by->flags |= ASYNC_SCOPE_TOLD;
    if (!innermost)
        innermost = async__group_around(task);
    if (innermost && innermost != by)
        innermost->flags |= ASYNC_SCOPE_REFUSED;
}

void async__told(struct async_future *task, int error)
{
    struct async_scope *by = refused_by(task);
    if (by && by->reason == error)
        tell(task, by);
}

/* ---- changes ---- */

/* Ends the wait that the task is in, or lets a joining one know. */
static void cancel_wait(struct async_future *task, struct async_wait *wait, struct async_scope *by)
{
    if (async__is_foreign(task)) {
        struct async_elsewhere here = async__go(async__loop_of(task));
        wait->kind->cancel(wait, by->reason);
        async__go_back(here);
    } else {
        wait->kind->cancel(wait, by->reason);
    }
    if (async__status(task) == ASYNC_READY && !async__wait_of(task))
        tell(task, by);
}

/* What holds in the task has changed. */
static struct relay apply(struct async_future *task, struct async_scope *was,
                          struct async_scope *now)
{
    set_refused(task, now);
    if (!now)
        return nobody;
    struct async_wait *wait = async__wait_of(task);
    bool joins = async__status(task) == ASYNC_JOINING;
    struct async_future *joined = joins ? async__joined_by(task) : async__running_for(task);
    if (wait) {
        if (!was || wait->kind->joins) /* a leaving wait is cancelled once */
            cancel_wait(task, wait, now);
    } else if (joined) {
        if (async__is_pure(joined)) {
            async__leave_chain(task);
        } else if (async__owners(joined) == 1) {
            return (struct relay){joined, now->reason};
        }
    }
    return nobody;
}

static void surround(struct async_scope *scope, struct async_scope *by)
{
    scope->outside = by;
    if (by && (scope->flags & (ASYNC_SCOPE_SHIELD | ASYNC_SCOPE_PASSED)) == ASYNC_SCOPE_SHIELD)
        async__shield_begin(scope);
}

/* What holds inside the scope may have changed: it `was` that. */
static struct relay changed(struct async_scope *scope, struct async_scope *was)
{
    for (;;) {
        struct async_scope *now = async__inside(scope);
        if (now == was)
            return nobody;
        if (scope->flags & ASYNC_SCOPE_GROUP)
            async__group_changed(scope);
        if (is_innermost(scope))
            return task_of(scope) ? apply(task_of(scope), was, now) : nobody;
        scope = scope->inner;
        was = async__inside(scope);
        surround(scope, now);
    }
}

/* The task's own scope has now this reason, or none. */
static struct relay own_changed(struct async_future *task, struct async_scope *was,
                                struct async_scope *now)
{
    struct async_scope *outermost = outermost_of(task);
    if (now == was)
        return nobody;
    if (!outermost)
        return apply(task, was, now);
    was = async__inside(outermost);
    surround(outermost, now);
    return changed(outermost, was);
}

static struct async_scope *own_now(const struct async_future *task)
{
    struct async_scope *outermost = outermost_of(task);
    return outermost ? outermost->outside : own_of(task);
}

/* ---- requests ---- */

/* Requests the end of one handle. */
static struct relay request(struct async_future *future, int reason)
{
    uint32_t status = async__status(future);
    async__check_thread(future);
    if (async__is_pure(future)) {
        if (status == ASYNC_WAITING) {
            future->frame.bits |= ASYNC_CANCELLED;
            async__fail(future, reason);
        }
        return nobody;
    }
    if (status == ASYNC_INLINE || status == ASYNC_FINISHED)
        return nobody;
    future->frame.bits |= ASYNC_SLOW; /* async_collect looks whether it told */
    struct async_scope *was = own_now(future), *now = was;
    if (async__group_around(future)) {
        async__child_ask(future);
        now = was ? was : &asked;
    } else if (reason == -ECANCELED) {
        future->frame.bits &= ~(uint32_t)ASYNC_TIMED;
        now = &asked;
    } else if (was != &asked) {
        future->frame.bits |= ASYNC_TIMED;
        now = &timed;
    }
    return own_changed(future, was, now);
}

static void follow(struct relay relay)
{
    while (relay.future)
        relay = request(relay.future, relay.reason);
}

void async__work_off(void)
{
    struct async_work *work;
    while ((work = works)) {
        void (*run)(struct async_work *) = work->run;
        works = work->next;
        work->run = NULL;
        run(work);
    }
}

static void carry_on(struct relay relay)
{
    follow(relay);
    async__work_off();
}

void async__put_off(struct async_work *work, void (*run)(struct async_work *))
{
    if (work->run)
        return;
    work->run = run;
    work->next = works;
    works = work;
}

void async__hand_on(struct async_future *future, int reason)
{
    follow((struct relay){future, reason});
}

void async__child_changed(struct async_future *child)
{
    struct async_scope *was = own_now(child), *now = async__inside(async__group_around(child));
    if (!now && async__child_was_asked(child))
        now = &asked;
    follow(own_changed(child, was, now));
}

void async__request(struct async_future *future, int reason)
{
    carry_on((struct relay){future, reason});
}

void async_cancel(struct async_future *future)
{
    if (future && future != &async__out_of_memory)
        async__request(future, -ECANCELED);
}

int async_cancelled(void)
{
    return async__reason();
}

/* ---- scopes ---- */

void async__scope_enter(struct async_scope *scope, const struct async_env_kind *kind,
                        uint32_t flags)
{
    struct async_future *task = async_thread.current;
    struct async_scope *outer = scope_at(task->env);
    *scope = (struct async_scope){.env = {kind, task->env}, .flags = flags};
    scope->inner = inner_end(task);
    surround(scope, refused_by(task));
    if (outer)
        outer->inner = scope;
    task->env = scope;
    set_refused(task, async__inside(scope));
}

/* Tells what is around the scope what waits in it were told; and the task which errors are nothing
 * but the reasons of its scopes. */
static void pass_on(const struct async_scope *scope, struct async_future *task)
{
    struct async_scope *outer = scope_at(scope->env.outer);
    uint32_t told =
        scope->reason == -ETIMEDOUT ? ASYNC_SCOPE_TIMED : scope->flags & ASYNC_SCOPE_TIMED;
    if (scope->reason == -ECANCELED)
        task->frame.bits |= ASYNC_EXCUSED;
    if (scope->outside || !(scope->flags & ASYNC_SCOPE_TOLD))
        told |= scope->flags & ASYNC_SCOPE_REFUSED;
    if (outer) {
        outer->flags |= told;
        return;
    }
    if (told & ASYNC_SCOPE_TIMED && scope->outside != &asked)
        task->frame.bits |= ASYNC_TIMED;
    if (told & ASYNC_SCOPE_REFUSED && (outer = async__group_around(task)))
        outer->flags |= ASYNC_SCOPE_REFUSED;
}

void async__scope_leave(struct async_scope *scope)
{
    struct async_future *task = async_thread.current;
    struct async_scope *outer = scope_at(scope->env.outer);
    if (task->env != scope)
        async__die(NULL, 0, "a scope was closed that is not the innermost one");
    pass_on(scope, task);
    task->env = scope->env.outer;
    if (outer)
        outer->inner = inner_end(task);
    set_refused(task, scope->outside);
}

void async__scope_check_thread(const struct async_scope *scope)
{
    while (async__debug && !is_innermost(scope))
        scope = scope->inner;
    if (async__debug && task_of(scope)) /* NULL: its generator is suspended */
        async__check_thread(task_of(scope));
}

void async__scope_cancel(struct async_scope *scope, int reason)
{
    struct async_scope *was = async__inside(scope);
    if (scope->reason)
        return;
    scope->reason = reason;
    carry_on(changed(scope, was));
}

void async__scope_pass(struct async_scope *scope)
{
    struct async_scope *was = async__inside(scope);
    scope->flags |= ASYNC_SCOPE_PASSED;
    carry_on(changed(scope, was));
}

/* ---- generators ---- */

struct async_scope *async_scopes_mark(void)
{
    return scope_at(async_thread.current->env);
}

void async_scopes_detach(struct async_scopes *scopes, struct async_scope *mark)
{
    struct async_future *task = async_thread.current;
    struct async_scope *last = scope_at(task->env), *by, *was, *outer;
    *scopes = (struct async_scopes){NULL, NULL};
    if (last == mark)
        return;
    scopes->innermost = last;
    while ((outer = scope_at(last->env.outer)) != mark)
        last = outer;
    scopes->outermost = last;
    by = last->outside;
    task->env = last->env.outer;
    if (mark)
        mark->inner = inner_end(task);
    set_refused(task, by);
    scopes->innermost->inner = inner_end(NULL);
    last->env.outer = NULL;
    was = async__inside(last);
    surround(last, NULL);
    carry_on(changed(last, was));
}

void async_scopes_attach(struct async_scopes *scopes)
{
    struct async_future *task = async_thread.current;
    struct async_scope *outer = scope_at(task->env), *last = scopes->outermost, *was;
    if (!last)
        return;
    for (struct async_env *env = &scopes->innermost->env; env; env = async__env(env->outer))
        if (env->kind->go_on)
            env->kind->go_on(env);
    was = async__inside(last);
    surround(last, refused_by(task));
    last->env.outer = task->env;
    if (outer)
        outer->inner = last;
    task->env = scopes->innermost;
    scopes->innermost->inner = inner_end(task);
    carry_on(changed(last, was));
    set_refused(task, async__inside(scopes->innermost));
    *scopes = (struct async_scopes){NULL, NULL};
}

void async__scope_suspend(struct async_scope *scope, const struct async_frame *generator)
{
    struct async_scopes scopes;
    if (!(generator->bits & ASYNC_GENERATOR_WITH))
        async_scopes_detach(&scopes, scope_at(scope->env.outer));
}

void async__scope_resume(struct async_scope *scope)
{
    struct async_scopes scopes = {scope, scope};
    if (is_innermost(scope) && !task_of(scope))
        async_scopes_attach(&scopes);
}
