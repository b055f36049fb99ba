/* How runtime waits suspend, are refused, and give way.
 *
 * Two counters keep a task from starving the others. A budget of 128 waits that were over at once
 * is renewed whenever a task suspends and at each turn of the loop; who uses it up goes to the end
 * of the ready queue once. Waits refused because of a cancellation are counted within one step,
 * that is between two resumptions by the loop: after 1,000 in a row the task is reported, and from
 * then on goes to the end of the queue at each refusal. */
#include "internal.h"

enum { REFUSALS = 1000 };

static __thread struct {
    struct async_future *task;
    uint64_t step;
    unsigned count;
} refused;

static enum async_step give_way(struct async_future *task, struct async_frame *caller)
{
    task->leaf = caller;
    async_push(task);
    return ASYNC_PENDING;
}

enum async_step async__budget_used_up(struct async_frame *caller)
{
    async_thread.budget = ASYNC_BUDGET;
    return give_way(async_thread.current, caller);
}

enum async_step async__refuse(struct async_frame *caller)
{
    struct async_future *task = async_thread.current;
    uint64_t step = async__step();
    async__told(task, async__reason_of(task));
    if (task->frame.bits & ASYNC_REFUSING)
        return give_way(task, caller);
    if (refused.task != task || refused.step != step) {
        refused.task = task;
        refused.step = step;
        refused.count = 0;
    }
    if (++refused.count < REFUSALS)
        return ASYNC_DONE;
    task->frame.bits |= ASYNC_REFUSING;
    task->leaf = caller;
    async__report_where(task, async__reason(),
                        "a task ignored its cancellation 1000 times in a row");
    return give_way(task, caller);
}
