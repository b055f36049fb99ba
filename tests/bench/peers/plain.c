/* The timer jobs in plain C: a binary heap of pointers, which know their places in it. */
#include "../bench.h"

struct timer {
    uint64_t deadline;
    uint32_t place;
    void (*fire)(struct timer *);
};

static struct timer **heap;
static uint32_t count;
static long fired;

static inline void put(uint32_t place, struct timer *timer)
{
    heap[place] = timer;
    timer->place = place;
}

static void sift_up(uint32_t place, struct timer *timer)
{
    while (place > 0) {
        uint32_t parent = (place - 1) / 2;
        if (heap[parent]->deadline <= timer->deadline)
            break;
        put(place, heap[parent]);
        place = parent;
    }
    put(place, timer);
}

static void sift_down(uint32_t place, struct timer *timer)
{
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= count)
            break;
        if (child + 1 < count && heap[child + 1]->deadline < heap[child]->deadline)
            child++;
        if (timer->deadline <= heap[child]->deadline)
            break;
        put(place, heap[child]);
        place = child;
    }
    put(place, timer);
}

static __attribute__((noinline)) void arm(struct timer *timer)
{
    sift_up(count++, timer);
}

static __attribute__((noinline)) void cancel(struct timer *timer)
{
    struct timer *last = heap[--count];
    uint32_t place = timer->place;
    if (last == timer)
        return;
    if (place > 0 && heap[(place - 1) / 2]->deadline > last->deadline)
        sift_up(place, last);
    else
        sift_down(place, last);
}

static double timer_cancel(long n)
{
    struct timer *timers = calloc((size_t)n, sizeof *timers);
    uint32_t random = 1;
    heap = malloc((size_t)n * sizeof *heap);
    for (long i = 0; i < n; i++)
        timers[i].deadline = far_milliseconds(&random);
    double start = now_ns();
    for (long i = 0; i < n; i++)
        arm(&timers[i]);
    for (long i = 0; i < n; i++)
        cancel(&timers[i]);
    double end = now_ns();
    free(timers);
    free(heap);
    return (end - start) / (double)n;
}

static __attribute__((noinline)) void on_fire(struct timer *timer)
{
    (void)timer;
    fired++;
}

static void wait_until(uint64_t deadline)
{
    struct timespec time = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static double timer_fire(long n)
{
    struct timer *timers = calloc((size_t)n, sizeof *timers);
    uint32_t random = 1;
    heap = malloc((size_t)n * sizeof *heap);
    for (long i = 0; i < n; i++)
        timers[i] = (struct timer){.deadline = near_milliseconds(&random), .fire = on_fire};
    uint64_t base = (uint64_t)now_ns();
    double start = processor_ns();
    for (long i = 0; i < n; i++) {
        timers[i].deadline = base + timers[i].deadline * 1000000u;
        arm(&timers[i]);
    }
    while (count) {
        wait_until(heap[0]->deadline);
        uint64_t now = (uint64_t)now_ns();
        while (count && heap[0]->deadline <= now) {
            struct timer *timer = heap[0];
            cancel(timer);
            timer->fire(timer);
        }
    }
    double end = processor_ns();
    free(timers);
    free(heap);
    return fired >= n ? (end - start) / (double)n : 0;
}

int main(int argc, char **argv)
{
    static const struct job jobs[] = {
        {"timer_cancel", timer_cancel}, {"timer_fire", timer_fire}, {NULL, NULL}};
    return run_job(argc, argv, jobs);
}
