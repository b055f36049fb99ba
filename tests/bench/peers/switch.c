/* The jobs as state machines written by hand: what stackless coroutines in C can cost at best.
 *
 * A frame is a struct that begins with `struct frame`; its step function switches to where it
 * stopped and returns true when it has ended. A child's frame lies in its parent's and is stepped
 * directly. Only the innermost frame waits in the queue; when it ends, the loop goes on with its
 * parent. */
#include "../bench.h"

#include <stdbool.h>

struct frame {
    bool (*step)(struct frame *);
    struct frame *next, *parent;
    int state; /* 0: not begun, -1: ended */
};

static struct frame *first, **last = &first;

static inline void enqueue(struct frame *frame)
{
    frame->next = NULL;
    *last = frame;
    last = &frame->next;
}

static __attribute__((noinline)) void run_all(void)
{
    while (first) {
        struct frame *frame = first;
        if (!(first = frame->next))
            last = &first;
        while (frame && frame->step(frame))
            frame = frame->parent;
    }
}

static inline void prepare(struct frame *frame, bool (*step)(struct frame *), struct frame *parent)
{
    frame->step = step;
    frame->parent = parent;
    frame->state = 0;
}

/* call */

struct child {
    struct frame base;
    int x, result;
};

static __attribute__((noinline)) bool child_step(struct frame *base)
{
    struct child *self = (struct child *)base;
    OPAQUE(self->x);
    self->result = self->x + 1;
    base->state = -1;
    return true;
}

struct caller {
    struct frame base;
    long i, n, sum;
    struct child child;
};

static __attribute__((noinline)) bool caller_step(struct frame *base)
{
    struct caller *self = (struct caller *)base;
    switch (base->state) {
    case 0:
        for (self->i = 0; self->i < self->n; self->i++) {
            self->child.x = (int)self->i;
            prepare(&self->child.base, child_step, base);
            base->state = 1;
            if (!child_step(&self->child.base))
                return false;
            /* fall through */
        case 1:
            self->sum += self->child.result;
        }
    }
    base->state = -1;
    return true;
}

static double run_call(long n)
{
    struct caller caller = {.n = n};
    prepare(&caller.base, caller_step, NULL);
    enqueue(&caller.base);
    run_all();
    sink = caller.sum;
    return -1;
}

/* yield1, yield1000 */

struct yielder {
    struct frame base;
    long i, n, turns;
};

static __attribute__((noinline)) bool yielder_step(struct frame *base)
{
    struct yielder *self = (struct yielder *)base;
    switch (base->state) {
    case 0:
        for (self->i = 0; self->i < self->n; self->i++) {
            enqueue(base);
            base->state = 1;
            return false;
        case 1:
            self->turns++;
        }
    }
    base->state = -1;
    return true;
}

static double yield_in_tasks(long n, int count)
{
    struct yielder *tasks = calloc((size_t)count, sizeof *tasks);
    for (int i = 0; i < count; i++) {
        tasks[i].n = n / count;
        prepare(&tasks[i].base, yielder_step, NULL);
        enqueue(&tasks[i].base);
    }
    run_all();
    sink = tasks[0].turns;
    free(tasks);
    return -1;
}

static double run_yield1(long n)
{
    return yield_in_tasks(n, 1);
}

static double run_yield1000(long n)
{
    return yield_in_tasks(n, 1000);
}

/* deep */

struct level {
    struct frame base;
    int depth;
    long i, n, result;
    struct level *child;
};

static __attribute__((noinline)) bool level_step(struct frame *base)
{
    struct level *self = (struct level *)base;
    switch (base->state) {
    case 0:
        if (self->depth > 0) {
            self->child = malloc(sizeof *self->child);
            self->child->depth = self->depth - 1;
            self->child->n = self->n;
            prepare(&self->child->base, level_step, base);
            base->state = 1;
            if (!level_step(&self->child->base))
                return false;
            /* fall through */
        case 1:
            self->result = self->child->result + 1;
            free(self->child);
        } else {
            for (self->i = 0; self->i < self->n; self->i++) {
                enqueue(base);
                base->state = 2;
                return false;
            case 2:;
            }
            self->result = 1;
        }
    }
    base->state = -1;
    return true;
}

static double run_deep(long n)
{
    struct level level = {.depth = 99, .n = n};
    prepare(&level.base, level_step, NULL);
    enqueue(&level.base);
    run_all();
    sink = level.result;
    return -1;
}

/* spawn */

struct spawner {
    struct frame base;
    long i, n, sum;
    struct child *task;
};

static __attribute__((noinline)) bool spawner_step(struct frame *base)
{
    struct spawner *self = (struct spawner *)base;
    switch (base->state) {
    case 0:
        for (self->i = 0; self->i < self->n; self->i++) {
            self->task = malloc(sizeof *self->task);
            self->task->x = (int)self->i;
            prepare(&self->task->base, child_step, NULL);
            enqueue(&self->task->base);
            if (self->task->base.state != -1) {
                self->task->base.parent = base;
                base->state = 1;
                return false;
            }
            /* fall through */
        case 1:
            self->sum += self->task->result;
            free(self->task);
        }
    }
    base->state = -1;
    return true;
}

static double run_spawn(long n)
{
    struct spawner spawner = {.n = n};
    prepare(&spawner.base, spawner_step, NULL);
    enqueue(&spawner.base);
    run_all();
    sink = spawner.sum;
    return -1;
}

/* chan: two tasks, two channels with room for one */

struct channel {
    bool full;
    long value;
    struct frame *taker, *putter;
};

static inline void wake(struct frame **waiting)
{
    if (*waiting)
        enqueue(*waiting);
    *waiting = NULL;
}

#define PUT(CHANNEL, VALUE, STATE)    \
    do {                              \
        while ((CHANNEL)->full) {     \
            (CHANNEL)->putter = base; \
            base->state = STATE;      \
            return false;             \
        case STATE:;                  \
        }                             \
        (CHANNEL)->value = VALUE;     \
        (CHANNEL)->full = true;       \
        wake(&(CHANNEL)->taker);      \
    } while (0)
#define TAKE(CHANNEL, VALUE, STATE)  \
    do {                             \
        while (!(CHANNEL)->full) {   \
            (CHANNEL)->taker = base; \
            base->state = STATE;     \
            return false;            \
        case STATE:;                 \
        }                            \
        VALUE = (CHANNEL)->value;    \
        (CHANNEL)->full = false;     \
        wake(&(CHANNEL)->putter);    \
    } while (0)

struct player {
    struct frame base;
    struct channel *to, *from;
    long i, n, sum, value;
};

static __attribute__((noinline)) bool ping_step(struct frame *base)
{
    struct player *self = (struct player *)base;
    switch (base->state) {
    case 0:
        for (self->i = 0; self->i < self->n; self->i++) {
            PUT(self->to, self->i, 1);
            TAKE(self->from, self->value, 2);
            self->sum += self->value;
        }
    }
    base->state = -1;
    return true;
}

static __attribute__((noinline)) bool pong_step(struct frame *base)
{
    struct player *self = (struct player *)base;
    switch (base->state) {
    case 0:
        for (self->i = 0; self->i < self->n; self->i++) {
            TAKE(self->from, self->value, 1);
            PUT(self->to, self->value + 1, 2);
        }
    }
    base->state = -1;
    return true;
}

static double run_chan(long n)
{
    struct channel a = {0}, b = {0};
    struct player ping = {.to = &a, .from = &b, .n = n}, pong = {.to = &b, .from = &a, .n = n};
    prepare(&pong.base, pong_step, NULL);
    prepare(&ping.base, ping_step, NULL);
    enqueue(&pong.base);
    enqueue(&ping.base);
    run_all();
    sink = ping.sum;
    return -1;
}

/* mem_park */

struct parked {
    struct frame base;
    int id;
};

static __attribute__((noinline)) bool parked_step(struct frame *base)
{
    if (base->state == 0) {
        base->state = 1;
        return false;
    }
    sink += ((struct parked *)base)->id;
    return true;
}

static double run_mem_park(long n)
{
    long before = resident_bytes();
    for (long i = 0; i < n; i++) {
        struct parked *parked = malloc(sizeof *parked);
        parked->id = (int)i;
        prepare(&parked->base, parked_step, NULL);
        enqueue(&parked->base);
    }
    run_all();
    return (double)(resident_bytes() - before) / (double)n;
}

/* gen, gen_sync: a noinline next(); false at the end */

struct numbers {
    struct frame base;
    long i, n, out;
};

static __attribute__((noinline)) bool numbers_next(struct frame *base)
{
    struct numbers *self = (struct numbers *)base;
    switch (base->state) {
    case 0:
        for (self->i = 0; self->i < self->n; self->i++) {
            self->out = self->i;
            base->state = 1;
            return true;
        case 1:;
        }
    }
    return false;
}

static double run_gen(long n)
{
    struct numbers numbers = {.n = n};
    long sum = 0;
    prepare(&numbers.base, numbers_next, NULL);
    while (numbers_next(&numbers.base))
        sum += numbers.out;
    sink = sum;
    return -1;
}

/* comp: what a comprehension is short for, with a growing array as anybody would write it */

struct vector {
    int *data;
    size_t len, capacity;
};

static __attribute__((noinline)) bool grow(struct vector *vector)
{
    size_t capacity = vector->capacity ? 2 * vector->capacity : 4;
    int *data = realloc(vector->data, capacity * sizeof *data);
    if (!data)
        return false;
    vector->data = data;
    vector->capacity = capacity;
    return true;
}

static __attribute__((noinline)) long build(const int *table, size_t count)
{
    struct vector v = {0};
    for (size_t i = 0; i < count; i++) {
        int x = table[i];
        if (x < 0)
            continue;
        if (v.len == v.capacity && !grow(&v))
            break;
        v.data[v.len++] = x * 3;
    }
    long last = v.data[v.len - 1];
    free(v.data);
    return last;
}

static double run_comp(long n)
{
    static int table[1000];
    for (int i = 0; i < 1000; i++)
        table[i] = i;
    for (long i = 0; i < n; i += 1000)
        sink += build(table, 1000);
    return -1;
}

int main(int argc, char **argv)
{
    static const struct job jobs[] = {
        {"call", run_call},         {"yield1", run_yield1}, {"yield1000", run_yield1000},
        {"deep", run_deep},         {"spawn", run_spawn},   {"chan", run_chan},
        {"gen", run_gen},           {"gen_sync", run_gen},  {"comp", run_comp},
        {"mem_park", run_mem_park}, {NULL, NULL},
    };
    return run_job(argc, argv, jobs);
}
