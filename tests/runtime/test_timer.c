/* The timers against a model: an array that is searched. */
#include "lowered.h"

#include <stdint.h>

enum { TIMERS = 400, STEPS = 60000 };

struct entry {
    struct async_timer timer;
    uint64_t deadline;
    unsigned order; /* of arming */
    bool armed;
};

static struct entry entries[TIMERS];
static struct async_loop *loop;
static uint64_t now, random_state;
static unsigned orders;
static size_t fired;

static uint64_t draw(uint64_t below)
{
    return async__random(&random_state) % below;
}

/* What the model would fire next: the least deadline, then the least order; NULL: none is armed. */
static struct entry *first(void)
{
    struct entry *least = NULL;
    for (struct entry *at = entries; at < entries + TIMERS; at++) {
        if (!at->armed)
            continue;
        if (!least || at->deadline < least->deadline ||
            (at->deadline == least->deadline && at->order < least->order))
            least = at;
    }
    return least;
}

static void arm(struct entry *entry, uint64_t deadline)
{
    entry->deadline = deadline;
    entry->order = orders++;
    entry->armed = true;
    async__timer_arm(loop, &entry->timer, deadline);
    cr_assert(async__timer_is_armed(&entry->timer));
}

static void disarm(struct entry *entry)
{
    entry->armed = false;
    async__timer_disarm(loop, &entry->timer);
    cr_assert(!async__timer_is_armed(&entry->timer));
}

/* A time ahead, of any order of magnitude; often one that others have, too. */
static uint64_t some_time(void)
{
    uint64_t span = (uint64_t)1 << draw(44);
    uint64_t time = now + draw(span);
    return draw(2) ? time / 1000 * 1000 : time;
}

/* Now and then a timer that fires arms itself again, or disarms another one. */
static void fire(struct async_timer *timer)
{
    struct entry *entry = ASYNC_CONTAINER(timer, struct entry, timer);
    cr_assert_eq(entry, first());
    cr_assert_leq(entry->deadline, now);
    entry->armed = false;
    fired++;
    if (draw(8) == 0)
        arm(entry, now + 1 + draw(1000));
    if (draw(8) == 0)
        disarm(&entries[draw(TIMERS)]);
}

static const struct async_timer_kind kind = {fire};

static void check_next(uint64_t next)
{
    const struct entry *least = first();
    if (least)
        cr_assert(next > now && next <= least->deadline);
    else
        cr_assert_eq(next, UINT64_MAX);
}

static size_t visited;
static void visit(struct async_timer *timer)
{
    visited += ASYNC_CONTAINER(timer, struct entry, timer)->armed;
}

TestSuite(timer);

Test(timer, fires_what_a_model_fires)
{
    async_set_loop_backend(&async_backend_sim);
    loop = async__loop_new();
    cr_assert_not_null(loop);
    if (!loop)
        return;
    random_state = 5;
    now = async__now(loop);
    for (size_t i = 0; i < TIMERS; i++)
        entries[i].timer.kind = &kind;
    for (int step = 0; step < STEPS; step++) {
        struct entry *entry = &entries[draw(TIMERS)];
        uint64_t next;
        if (entry->armed)
            disarm(entry);
        else if (draw(20) == 0)
            arm(entry, now - draw(now < 5000 ? now : 5000)); /* is late */
        else
            arm(entry, draw(50) ? some_time() : INT64_MAX);
        if (draw(8))
            continue;
        next = async__timers_fire(loop, now);
        check_next(next);
        if (next != UINT64_MAX) /* time goes on: to there, or not as far, or further */
            now = draw(3) ? next : draw(2) ? now + draw(next - now) : now + draw(1u << 30);
    }
    cr_assert_gt(fired, STEPS / 50);
    size_t armed = 0;
    for (size_t i = 0; i < TIMERS; i++)
        armed += entries[i].armed;
    async__timers_visit(loop, visit);
    cr_assert_eq(visited, armed);
    for (size_t i = 0; i < TIMERS; i++)
        disarm(&entries[i]);
    async__loop_free(loop);
}
