/* How runtime waits suspend, are refused, and give way.
 *
 * Two counters keep a task from starving the others. Both count within one step, that is between
 * two resumptions by the loop, and are kept per thread with the number of the step they belong to,
 * because a step cannot be interrupted: waits that were over at once (a budget of 128, then the
 * task goes to the end of the queue once), and waits refused because of a cancellation (after 1,000
 * in a row the task is reported, and from then on goes to the end of the queue at each refusal). */
#include "internal.h"

enum { BUDGET = 128, REFUSALS = 1000 };

static __thread struct {
    struct async_future *task;
    uint64_t step;
    unsigned ready, refused;
} counted;

/* The counters of the present step, from zero when it is a new one. */
static void count_step(struct async_future *task)
{
    uint64_t step = async__step();
    if (counted.task == task && counted.step == step)
        return;
    counted.task = task;
    counted.step = step;
    counted.ready = counted.refused = 0;
}

static enum async_step give_way(struct async_future *task, struct async_frame *caller)
{
    task->leaf = caller;
    async_push(task);
    return ASYNC_PENDING;
}

enum async_step async__at_once(struct async_frame *caller)
{
    struct async_future *task = async_thread.current;
    count_step(task);
    if (++counted.ready < BUDGET)
        return ASYNC_DONE;
    counted.ready = 0;
    return give_way(task, caller);
}

enum async_step async__refuse(struct async_frame *caller)
{
    struct async_future *task = async_thread.current;
    if (task->frame.bits & ASYNC_REFUSING)
        return give_way(task, caller);
    count_step(task);
    if (++counted.refused < REFUSALS)
        return ASYNC_DONE;
    task->frame.bits |= ASYNC_REFUSING;
    async__report(task, async__reason(), "a task ignored its cancellation 1000 times in a row");
    return give_way(task, caller);
}

enum async_step async__suspend(struct async_wait *wait, const struct async_wait_kind *kind,
                               struct async_frame *caller)
{
    struct async_future *task = async_thread.current;
    wait->kind = kind;
    wait->task = task;
    task->leaf = caller;
    task->next = (struct async_future *)wait;
    async__set_status(task, ASYNC_WAITING);
    return ASYNC_PENDING;
}
