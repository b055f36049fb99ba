/* Scopes with a timer: time limits and shields.
 *
 * The timer of a time limit is armed when it is opened; that of a shield when there is something to
 * hide, which scope.c finds out. What the generators here end with follows from what was told in
 * their scope, see enum async_scope_flags. */
#include "form.h"
#include "scope.h"

#include <string.h>

/* base->state, see async/generator.h */
enum { AT_YIELD = 2, LEAVE = 3 };

/* ---- timers ---- */

static void arm(struct async_limit *limit, const struct async_timer_kind *kind, double seconds)
{
    uint64_t deadline = async__deadline(limit->loop, seconds);
    limit->timer.kind = kind;
    async__timer_arm(limit->loop, &limit->timer, deadline);
    limit->scope.flags |= ASYNC_SCOPE_ARMED;
}

static void disarm(struct async_limit *limit)
{
    if (limit->scope.flags & ASYNC_SCOPE_ARMED)
        async__timer_disarm(limit->loop, &limit->timer);
    limit->scope.flags &= ~(uint32_t)ASYNC_SCOPE_ARMED;
}

static struct async_limit *fired(struct async_timer *timer)
{
    struct async_limit *limit = ASYNC_CONTAINER(timer, struct async_limit, timer);
    limit->scope.flags &= ~(uint32_t)ASYNC_SCOPE_ARMED;
    return limit;
}

static void timeout_fire(struct async_timer *timer)
{
    async__scope_cancel(&fired(timer)->scope, -ETIMEDOUT);
}

static void shield_fire(struct async_timer *timer)
{
    async__scope_pass(&fired(timer)->scope);
}

static const struct async_timer_kind timeout_timer = {timeout_fire}, shield_timer = {shield_fire};

static void drop(struct async_env *env)
{
    disarm((struct async_limit *)env); /* its first member's first member */
}

/* The limit stays the same time on the clock of the loop where it goes on. The loop where it began
 * may have ended: then its timer is not armed. */
static void go_on(struct async_env *env)
{
    struct async_limit *limit = (struct async_limit *)env;
    struct async_loop *loop = async_thread.loop;
    bool armed = limit->scope.flags & ASYNC_SCOPE_ARMED;
    if (armed && (limit->loop != loop || !async__timer_is_armed(&limit->timer))) {
        async__timer_disarm(limit->loop, &limit->timer);
        async__timer_arm(loop, &limit->timer, limit->timer.deadline);
    }
    limit->loop = loop;
}

static const struct async_env_kind timeout_kind = {true, drop, go_on},
                                   shield_kind = {true, drop, go_on};

/* ---- opening and closing ---- */

static void begin(struct async_limit *limit)
{
    limit->loop = async_thread.loop;
    memset(&limit->timer, 0, sizeof limit->timer);
}

void async__timeout_open(struct async_limit *limit, bool absolute)
{
    double now = async_time(), time = absolute ? limit->seconds : now + limit->seconds;
    begin(limit);
    async__scope_enter(&limit->scope, &timeout_kind, 0);
    if (!(time > now))
        async__scope_cancel(&limit->scope, -ETIMEDOUT);
    else
        arm(limit, &timeout_timer, time - now);
}

void async__shield_begin(struct async_scope *shield)
{
    struct async_limit *limit = (struct async_limit *)shield;
    if (shield->flags & ASYNC_SCOPE_ARMED)
        return;
    if (limit->seconds > 0)
        arm(limit, &shield_timer, limit->seconds);
    else
        shield->flags |= ASYNC_SCOPE_PASSED;
}

void async__limit_close(struct async_limit *limit)
{
    disarm(limit);
    async__scope_leave(&limit->scope);
}

/* What a time limit ends with, if its body ended with `error` (or 0). */
static int timeout_result(const struct async_scope *scope, int error)
{
    if (!(scope->flags & ASYNC_SCOPE_TOLD) || (error && error != scope->reason))
        return error;
    return scope->outside ? scope->outside->reason : scope->reason;
}

static int shield_result(const struct async_scope *scope, int error)
{
    const uint32_t over = ASYNC_SCOPE_PASSED | ASYNC_SCOPE_REFUSED;
    if (error || !scope->outside || (scope->flags & over) != over)
        return error;
    return scope->outside->reason;
}

/* ---- the generators ---- */

static enum async_step yield(struct async_frame *base, struct async_limit *limit)
{
    base->state = AT_YIELD;
    async__scope_suspend(&limit->scope, base);
    return ASYNC_DONE;
}

/* After the yield; `thrown` as in async/generator.h. */
static enum async_step leave(struct async_frame *base, struct async_limit *limit, int *result,
                             int thrown)
{
    bool closed = base->state == LEAVE && !thrown;
    int error = thrown < 0 ? thrown : 0;
    async__scope_resume(&limit->scope);
    if (closed)
        *result = 0;
    else if (limit->scope.flags & ASYNC_SCOPE_SHIELD)
        *result = shield_result(&limit->scope, error);
    else
        *result = timeout_result(&limit->scope, error);
    async__limit_close(limit);
    base->state = ASYNC_GENERATOR_ENDED;
    return ASYNC_DONE;
}

static enum async_step run_timeout(struct async_frame *base, struct async_limit *limit, int *result,
                                   int thrown, bool absolute)
{
    if (base->state)
        return leave(base, limit, result, thrown);
    async__timeout_open(limit, absolute);
    return yield(base, limit);
}

enum async_step async_timeout__resume(struct async_frame *base)
{
    struct async_timeout__frame *self = (struct async_timeout__frame *)base;
    return run_timeout(base, &self->limit, &self->result, self->thrown, false);
}

enum async_step async_timeout_at__resume(struct async_frame *base)
{
    struct async_timeout_at__frame *self = (struct async_timeout_at__frame *)base;
    return run_timeout(base, &self->limit, &self->result, self->thrown, true);
}

enum async_step async_shield__resume(struct async_frame *base)
{
    struct async_shield__frame *self = (struct async_shield__frame *)base;
    if (base->state)
        return leave(base, &self->limit, &self->result, self->thrown);
    begin(&self->limit);
    async__scope_enter(&self->limit.scope, &shield_kind, ASYNC_SCOPE_SHIELD);
    return yield(base, &self->limit);
}

ASYNC_GENERATOR_FORM_1(async_timeout, double, self->limit.seconds = a);
ASYNC_GENERATOR_FORM_1(async_timeout_at, double, self->limit.seconds = a);
ASYNC_GENERATOR_FORM_1(async_shield, double, self->limit.seconds = a);
