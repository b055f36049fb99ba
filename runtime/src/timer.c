/* Timers: a hierarchical wheel over nanoseconds.
 *
 * Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987), with 11 levels of 64
 * slots. A slot of level L spans 64^L nanoseconds. `elapsed` is the time up to which timers have
 * been fired; a timer is at the level of the highest group of six bits in which its deadline
 * differs from `elapsed`, in the slot that this group of its deadline names. So all of a level come
 * before all of the next one, slots of a level are in order, and the first occupied slot of the
 * lowest occupied level holds the next timer. Arming and disarming link and unlink.
 *
 * When time comes to a slot that is over, its timers are sorted and fired; one that is not over yet
 * is divided among lower levels. Each list keeps the order of arming, and dividing does, too:
 * timers with equal deadlines meet in one list in that order, and sorting is stable.
 *
 * Following a long list is a cache miss for each timer. Whoever divides one knows the timers of
 * each new list some places ahead, and notes them in `ahead`, for the pass that comes after. (A
 * note may outlive the timer that it leads to: it is prefetched, never read.) What was armed right
 * into a list has no such note; so the list is followed from its end at the same time, which brings
 * the second half into the cache while the first one is dealt with.
 *
 * Each slot knows the least deadline that was put into it. `next` is that of the first slot: a time
 * before which nothing is due, so that most turns do no more than compare, and, unless the timer
 * was disarmed, the time when something is: a slot is opened when its first timers are due, and
 * mostly that is all of them. */
#include "internal.h"

#include <string.h>

enum { BITS = 6, SLOTS = 1 << BITS, AHEAD = 8 };

static inline void append(struct async_timer_link *list, struct async_timer *timer)
{
    timer->link.next = list;
    timer->link.previous = list->previous;
    list->previous->next = &timer->link;
    list->previous = &timer->link;
}

static inline struct async_timer *timer_of(struct async_timer_link *link)
{
    return ASYNC_CONTAINER(link, struct async_timer, link);
}

/* The slot's number in its level. */
static inline size_t insert(struct async_timers *timers, struct async_timer *timer)
{
    uint64_t elapsed = timers->elapsed;
    uint64_t due = timer->deadline > elapsed ? timer->deadline : elapsed;
    unsigned level = due == elapsed ? 0 : (63 - (unsigned)__builtin_clzll(due ^ elapsed)) / BITS;
    unsigned slot = due >> level * BITS & (SLOTS - 1);
    struct async_timer_slot *into = &timers->slots[level * SLOTS + slot];
    uint64_t bit = (uint64_t)1 << slot;
    if (!(timers->occupied[level] & bit)) {
        timers->occupied[level] |= bit;
        timers->levels |= 1u << level;
        into->list.next = into->list.previous = &into->list;
        into->least = UINT64_MAX;
    }
    if (timer->deadline < into->least)
        into->least = timer->deadline;
    append(&into->list, timer);
    return slot;
}

/* A slot is empty now. */
static void vacate(struct async_timers *timers, unsigned level, unsigned slot)
{
    timers->occupied[level] &= ~((uint64_t)1 << slot);
    if (!timers->occupied[level])
        timers->levels &= ~(1u << level);
}

void async__timer_arm(struct async_loop *loop, struct async_timer *timer, uint64_t deadline)
{
    struct async_timers *timers = &loop->timers;
    timer->deadline = deadline;
    timer->ahead = NULL;
    insert(timers, timer);
    if (deadline < timers->next || !timers->count)
        timers->next = deadline;
    timers->count++;
}

void async__timer_disarm(struct async_loop *loop, struct async_timer *timer)
{
    struct async_timers *timers = &loop->timers;
    struct async_timer_link *next = timer->link.next, *previous = timer->link.previous;
    if (!next)
        return;
    next->previous = previous;
    previous->next = next;
    timer->link.next = NULL;
    timers->count--;
    size_t offset = (size_t)((char *)next - (char *)timers->slots);
    if (next == previous && offset < sizeof timers->slots) {
        unsigned index = (unsigned)(offset / sizeof *timers->slots);
        vacate(timers, index / SLOTS, index % SLOTS);
    }
}

/* ---- firing ---- */

/* The first occupied slot of the lowest occupied level, and when it begins. There is one. */
static void first_slot(const struct async_timers *timers, unsigned *level, unsigned *slot,
                       uint64_t *begin)
{
    *level = (unsigned)__builtin_ctz(timers->levels);
    *slot = (unsigned)__builtin_ctzll(timers->occupied[*level]);
    unsigned shift = *level * BITS;
    uint64_t above = shift + BITS < 64 ? timers->elapsed >> (shift + BITS) << (shift + BITS) : 0;
    *begin = above | (uint64_t)*slot << shift;
}

/* A time before which nothing is due. */
static uint64_t next_time(const struct async_timers *timers)
{
    unsigned level, slot;
    uint64_t begin;
    if (!timers->count)
        return UINT64_MAX;
    first_slot(timers, &level, &slot, &begin);
    return timers->slots[level * SLOTS + slot].least;
}

/* Sorts a chain that ends with NULL, linked by `next` alone; stable. */
static struct async_timer_link *sort(struct async_timer_link *chain)
{
    struct async_timer_link *sorted = NULL, *middle = chain, **tail = &sorted;
    const struct async_timer_link *end;
    for (end = chain; end && end->next; end = end->next)
        if (timer_of((struct async_timer_link *)end)->deadline > timer_of(end->next)->deadline)
            break;
    if (!end || !end->next) /* it is in order already, as it is mostly */
        return chain;
    for (end = chain->next; end && end->next; end = end->next->next)
        middle = middle->next;
    struct async_timer_link *right = middle->next, *left = chain;
    middle->next = NULL;
    left = sort(left);
    right = sort(right);
    while (left && right) {
        bool second = timer_of(right)->deadline < timer_of(left)->deadline;
        struct async_timer_link **from = second ? &right : &left;
        *tail = *from;
        tail = &(*from)->next;
        *from = *tail;
    }
    *tail = left ? left : right;
    return sorted;
}

/* Fires a list in the order of deadlines. A timer that fires may disarm others of it. */
static void fire_all(struct async_timers *timers, struct async_timer_link *list)
{
    struct async_timer_link *last = list, *at;
    list->previous->next = NULL;
    list->next = sort(list->next);
    for (at = list->next; at; at = at->next) {
        at->previous = last;
        last = at;
    }
    last->next = list;
    list->previous = last;
    while ((at = list->next) != list) {
        list->next = at->next;
        at->next->previous = list;
        at->next = NULL;
        timers->count--;
        timer_of(at)->kind->fire(timer_of(at));
    }
}

/* The last timers that were put into each slot of a level. */
struct recent {
    struct async_timer *timers[SLOTS][AHEAD];
    unsigned char counts[SLOTS];
};

static inline void note_ahead(struct recent *recent, size_t slot, struct async_timer *timer)
{
    unsigned count = recent->counts[slot];
    struct async_timer **place = &recent->timers[slot][count % AHEAD];
    if (count >= AHEAD)
        (*place)->ahead = timer;
    *place = timer;
    recent->counts[slot] = (unsigned char)(count + 1 < 2 * AHEAD ? count + 1 : AHEAD);
}

/* Takes all timers out of a slot, those that are due to `list`, and divides the others among lower
 * levels. */
static void take_slot(struct async_timers *timers, unsigned level, unsigned slot, uint64_t now,
                      struct async_timer_link *list)
{
    struct async_timer_link *from = &timers->slots[level * SLOTS + slot].list, *next;
    struct async_timer_link *at = from->next, *back = from->previous; /* NULL: they have met */
    struct recent recent;
    memset(recent.counts, 0, sizeof recent.counts);
    vacate(timers, level, slot);
    for (; at != from; at = next) {
        struct async_timer *timer = timer_of(at);
        next = at->next;
        if (back)
            back = back == at || back == next ? NULL : back->previous;
        __builtin_prefetch(timer->ahead);
        __builtin_prefetch((void *)((uintptr_t)timer->ahead - 64)); /* what it belongs to */
        timer->ahead = NULL;
        if (timer->deadline <= now)
            append(list, timer);
        else
            note_ahead(&recent, insert(timers, timer), timer);
    }
}

uint64_t async__timers_fire(struct async_loop *loop, uint64_t now)
{
    struct async_timers *timers = &loop->timers;
    if (now < timers->next)
        return timers->next;
    while (timers->count) {
        struct async_timer_link due = {&due, &due};
        unsigned level, slot;
        uint64_t begin;
        first_slot(timers, &level, &slot, &begin);
        if (begin > now)
            break;
        uint64_t end = begin + (((uint64_t)1 << level * BITS) - 1);
        if (timers->elapsed < (end < now ? end : now))
            timers->elapsed = end < now ? end : now;
        take_slot(timers, level, slot, now, &due);
        if (due.next != &due)
            fire_all(timers, &due);
    }
    if (timers->elapsed < now)
        timers->elapsed = now;
    return timers->next = next_time(timers);
}

void async__timers_visit(struct async_loop *loop, void (*visit)(struct async_timer *timer))
{
    struct async_timers *timers = &loop->timers;
    for (unsigned level = 0; level < ASYNC_TIMER_LEVELS; level++)
        for (unsigned slot = 0; slot < SLOTS; slot++) {
            struct async_timer_link *list = &timers->slots[level * SLOTS + slot].list, *next;
            if (!(timers->occupied[level] >> slot & 1))
                continue;
            for (struct async_timer_link *at = list->next; at != list; at = next) {
                next = at->next;
                visit(timer_of(at));
            }
        }
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
