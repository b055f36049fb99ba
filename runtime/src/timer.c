/* Timers: a 4-ary heap of (deadline, timer), ordered by deadline, then by the order of arming.
 *
 * The deadline is stored in the heap, so that sifting touches one array; the timer knows its place
 * there, so that disarming needs no search. A wide heap is half as deep as a binary one and its
 * children share a cache line. */
#include "internal.h"

static bool before(const struct async_timer_entry *a, const struct async_timer_entry *b)
{
    if (a->deadline != b->deadline)
        return a->deadline < b->deadline;
    return (int32_t)(a->timer->sequence - b->timer->sequence) < 0;
}

static void place(struct async_timers *timers, uint32_t index, struct async_timer_entry entry)
{
    timers->entries[index] = entry;
    entry.timer->index = index;
}

static void sift_up(struct async_timers *timers, uint32_t index, struct async_timer_entry entry)
{
    while (index > 1) {
        uint32_t parent = (index + 2) / 4;
        if (!before(&entry, &timers->entries[parent]))
            break;
        place(timers, index, timers->entries[parent]);
        index = parent;
    }
    place(timers, index, entry);
}

static void sift_down(struct async_timers *timers, uint32_t index, struct async_timer_entry entry)
{
    for (;;) {
        uint64_t first = (uint64_t)index * 4 - 2, end = first + 4, least;
        if (first > timers->count)
            break;
        if (end > (uint64_t)timers->count + 1)
            end = (uint64_t)timers->count + 1;
        least = first;
        for (uint64_t child = first + 1; child < end; child++)
            if (before(&timers->entries[child], &timers->entries[least]))
                least = child;
        if (!before(&timers->entries[least], &entry))
            break;
        place(timers, index, timers->entries[least]);
        index = (uint32_t)least;
    }
    place(timers, index, entry);
}

static int reserve(struct async_timers *timers)
{
    if (timers->count + 1 < timers->capacity)
        return 0;
    uint32_t capacity = timers->capacity ? timers->capacity * 2 : 16;
    void *entries = async__reallocate(timers->entries, capacity * sizeof *timers->entries);
    if (!entries)
        return -ENOMEM;
    timers->entries = entries;
    timers->capacity = capacity;
    return 0;
}

int async__timer_arm(struct async_loop *loop, struct async_timer *timer, uint64_t deadline)
{
    struct async_timers *timers = &loop->timers;
    int error = reserve(timers);
    if (error)
        return error;
    timer->sequence = timers->sequence++;
    timers->count++;
    sift_up(timers, timers->count, (struct async_timer_entry){deadline, timer});
    return 0;
}

void async__timer_disarm(struct async_loop *loop, struct async_timer *timer)
{
    struct async_timers *timers = &loop->timers;
    uint32_t index = timer->index;
    if (!index)
        return;
    timer->index = 0;
    struct async_timer_entry last = timers->entries[timers->count--];
    if (last.timer == timer)
        return;
    if (index > 1 && before(&last, &timers->entries[(index + 2) / 4]))
        sift_up(timers, index, last);
    else
        sift_down(timers, index, last);
}

uint64_t async__timers_fire(struct async_loop *loop, uint64_t now)
{
    struct async_timers *timers = &loop->timers;
    while (timers->count && timers->entries[1].deadline <= now) {
        struct async_timer *timer = timers->entries[1].timer;
        async__timer_disarm(loop, timer);
        timer->kind->fire(timer);
    }
    return timers->count ? timers->entries[1].deadline : UINT64_MAX;
}

uint64_t async__deadline(struct async_loop *loop, double seconds)
{
    uint64_t now = async__now(loop);
    if (!(seconds > 0))
        return now;
    double nanoseconds = seconds * 1e9;
    if (nanoseconds >= (double)(INT64_MAX / 2))
        return INT64_MAX;
    return now + (uint64_t)nanoseconds;
}
