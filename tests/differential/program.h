/* What the generated programs (generate.c) stand on. The same text is a plain C program for gcc and
 * an asyncc program whose functions are async, whose calls are awaits, and which suspends at
 * random:
 *
 *     static FN int f(int a) { PAUSE; return CALL g(a + 1); }
 *
 * What a program prints is a checksum of all it does. T keeps the order of events; S only their
 * sum, for functions that are called where C leaves the order of calls open. Compiled with
 * -DVERBOSE, each event is printed with its line, so that a diff shows the first difference. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __ASYNCC__
#include <async/async.h>
#define FN async
#define CALL await
#define BY_HANDLE(T, call)        \
    ({                            \
        future(T) handle_ = call; \
        await handle_;            \
    })
#define JOIN await spawn
#define SPAWN spawn
#define DRAIN                      \
    for (int i_ = 0; i_ < 8; i_++) \
    await async_yield()
#define PAUSE                    \
    do                           \
        if (pause_now())         \
            await async_yield(); \
    while (0)
#define PAUSED(value)            \
    ({                           \
        if (pause_now())         \
            await async_yield(); \
        value;                   \
    })
#else
#define FN
#define CALL
#define BY_HANDLE(T, call) (call)
#define JOIN
#define SPAWN
#define DRAIN ((void)0)
#define PAUSE ((void)0)
#define PAUSED(value) ((value) + 0)
#include <ucontext.h>

/* A generator in plain C: a coroutine with a stack of its own. */
struct co {
    ucontext_t own, other;
    int (*body)(struct co *, long, long);
    long arguments[2];
    enum { CO_NEW, CO_YIELDED, CO_ENDED } state;
    int result, thrown; /* `thrown`: negative, or 1: leave */
    char *stack;
    _Alignas(16) char value[128];
};

static struct co *co_entered;

static void co_main(void)
{
    struct co *self = co_entered;
    self->result = self->body(self, self->arguments[0], self->arguments[1]);
    self->state = CO_ENDED;
    swapcontext(&self->own, &self->other);
}

static void co_begin(struct co *self, int (*body)(struct co *, long, long), long p0, long p1)
{
    enum { STACK_SIZE = 256 * 1024 };
    self->body = body;
    self->arguments[0] = p0;
    self->arguments[1] = p1;
    self->state = CO_NEW;
    self->stack = malloc(STACK_SIZE);
    getcontext(&self->own);
    self->own.uc_stack.ss_sp = self->stack;
    self->own.uc_stack.ss_size = STACK_SIZE;
    makecontext(&self->own, co_main, 0);
}

/* 1 with a value, 0 at the end, negative if it ended with an error. */
static int co_resume(struct co *self, int thrown)
{
    if (self->state == CO_ENDED)
        return 0;
    self->thrown = thrown;
    self->state = CO_YIELDED;
    co_entered = self;
    swapcontext(&self->other, &self->own);
    if (self->state != CO_ENDED)
        return 1;
    free(self->stack);
    return self->result;
}

static void co_close(struct co *self)
{
    if (self->state == CO_NEW) {
        self->state = CO_ENDED;
        free(self->stack);
    }
    co_resume(self, 1);
}

static int co_suspend(struct co *self)
{
    swapcontext(&self->own, &self->other);
    return self->thrown;
}

#define CO_YIELD(T, v)            \
    ({                            \
        *(T *)co_self->value = v; \
        co_suspend(co_self);      \
    })
#define CO_VALUE(g, T) (*(T *)(g).value)
#endif

#define BY_TASK(call) (JOIN call)
#define EVENT(number, ...) trace_event(number, fold_integer((__VA_ARGS__)))
#define T(value) trace_event(__LINE__, fold_integer(value))
#define S(value) trace_sum(__LINE__, fold_integer(value))

typedef __int128 wide;
typedef unsigned __int128 unsigned_wide;

enum color { RED, GREEN = 5, BLUE = -3 };

struct pair {
    int x;
    long y;
};

struct bits {
    int a : 7;
    unsigned b : 5;
    long c;
    unsigned char d : 3;
    signed e : 11;
};

union word {
    int i;
    unsigned u;
    short h[2];
};

struct nest {
    struct pair p[2];
    struct bits bits;
    short list[3];
    double real;
    union word w;
    struct {
        int inner;
        enum color color;
    };
};

/* Names of types that are names of members, parameters and variables too. */
typedef long item;
typedef short count;
typedef int whole;

static const struct {
    item item;
    count count;
} members = {3, 4};

/* What tasks of their own add comes at some time before the end: DRAIN waits for it. */
static unsigned long trace_state = 1, sum_state, left_state;

static inline unsigned long fold_integer(unsigned_wide value)
{
    return (unsigned long)value ^ (unsigned long)(value >> 64) * 31;
}

static inline long fold_real(long double value)
{
    if (!(value > -1e15L && value < 1e15L))
        return value != value ? 7 : value > 0 ? 8 : 9;
    return (long)(value * 16);
}

static inline void trace_event(int line, unsigned long value)
{
    trace_state = trace_state * 6364136223846793005ul + value + 1442695040888963407ul;
#ifdef VERBOSE
    printf("line %d: %lu\n", line, value);
#endif
    (void)line;
}

static inline void trace_sum(int line, unsigned long value)
{
    value += (unsigned long)line * 0x9e3779b97f4a7c15ul;
    sum_state += (value ^ value >> 29) * 0xbf58476d1ce4e5b9ul;
#ifdef VERBOSE
    printf("line %d: sum %lu\n", line, value);
#endif
}

static inline void dropped(int *value)
{
    EVENT(0, *value);
}

#ifdef __ASYNCC__
static unsigned long pause_state = PAUSE_SEED;

static inline int pause_now(void)
{
    pause_state = pause_state * 6364136223846793005ul + 1442695040888963407ul;
    return pause_state >> 62 == 0;
}
#endif

static FN int pass_int(int value)
{
    PAUSE;
    return value;
}

static FN unsigned long pass_unsigned(unsigned long value)
{
    PAUSE;
    S(value);
    return value;
}

static FN double pass_real(double value)
{
    PAUSE;
    return value;
}

static FN struct pair pass_pair(struct pair value)
{
    PAUSE;
    S(value.x);
    return value;
}

/* What statements of names and calls alone call (bare.c): pick_ and known have no effect. */
static inline long pick_0(void)
{
    return members.item;
}

static inline long pick_1(long item)
{
    return item ^ members.count;
}

static inline long pick_2(long item, long count)
{
    return item - count;
}

static inline long pick_3(long item, long count, long whole)
{
    return pick_2(item * count, whole);
}

static inline int known(const volatile void *item)
{
    return item != NULL;
}

static inline void tell_0(void)
{
    S(1);
}

static inline void tell_1(long item)
{
    S(item);
}

static inline void tell_2(long item, long count)
{
    S(item * 3 + count);
}

static inline void tell_3(long item, long count, long whole)
{
    S(item * 5 + count * 3 + whole);
}

static FN void note_0(void)
{
    PAUSE;
    tell_0();
}

static FN void note_1(long item)
{
    PAUSE;
    tell_1(item);
}

static FN void note_2(long item, long count)
{
    PAUSE;
    tell_2(item, count);
}

static FN void note_3(long item, long count, long whole)
{
    PAUSE;
    tell_3(item, count, whole);
}

static FN void leave_3(long item, long count, long whole)
{
    PAUSE;
    left_state += (unsigned long)pick_3(item, count, whole);
}

static FN void leave_2(long item, long count)
{
    CALL leave_3(item, count, item);
}

static FN void leave_1(long item)
{
    CALL leave_2(item, item);
}

static FN void leave_0(void)
{
    CALL leave_1(pick_0());
}

static long (*const pick_by_0)(void) = pick_0;
static long (*const pick_by_1)(long) = pick_1;
static long (*const pick_by_2)(long, long) = pick_2;
static long (*const pick_by_3)(long, long, long) = pick_3;
static FN void (*const note_by_0)(void) = note_0;
static FN void (*const note_by_1)(long) = note_1;
static FN void (*const note_by_2)(long, long) = note_2;
static FN void (*const note_by_3)(long, long, long) = note_3;
