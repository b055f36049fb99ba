/* Sleeping, giving way, and the clock. */
#include "form.h"

double async_time(void)
{
    struct async_loop *loop = async_thread.loop;
    if (loop)
        return (double)async__now(loop) / 1e9;
    return (double)async__monotonic() / 1e9;
}

/* ---- async_yield ---- */

void async_yield_refused(struct async_yield__wait *wait, struct async_frame *caller)
{
    if (wait)
        wait->result = async__reason();
    if (async__refuse(caller) == ASYNC_DONE)
        async__handover(caller);
}

/* ---- async_sleep ---- */

static void sleep_over(struct async_timer *timer)
{
    struct async_sleep__wait *self = ASYNC_CONTAINER(timer, struct async_sleep__wait, timer);
    self->result = 0;
    async__wake(&self->wait);
}

static void sleep_cancel(struct async_wait *wait, int error)
{
    struct async_sleep__wait *self = (struct async_sleep__wait *)wait;
    async__timer_disarm(async_thread.loop, &self->timer);
    self->result = error;
    async__wake(wait);
}

static const struct async_timer_kind sleep_timer = {sleep_over};
static const struct async_wait_kind sleep_wait = {.cancel = sleep_cancel, .name = "async_sleep"};

enum async_step async_sleep__begin(struct async_sleep__wait *wait, struct async_frame *caller,
                                   double seconds)
{
    struct async_future *task = async_thread.current;
    struct async_loop *loop = async_thread.loop;
    wait->result = async__reason();
    if (wait->result)
        return async__refuse(caller);
    if (!(seconds > 0)) {
        task->leaf = caller;
        async_push(task);
        return ASYNC_PENDING;
    }
    wait->timer.kind = &sleep_timer;
    async__timer_arm(loop, &wait->timer, async__deadline(loop, seconds));
    return async__suspend(&wait->wait, &sleep_wait, caller);
}

ASYNC_FORM_1(int, async_sleep, double);
ASYNC_FORM_0(int, async_yield);
