/* What the generated programs (generate.c) stand on. The same text is a plain C program for gcc and
 * an asyncc program whose functions are async, whose calls are awaits, and which suspends at
 * random:
 *
 *     static FN int f(int a) { PAUSE; return CALL g(a + 1); }
 *
 * What a program prints is a checksum of all it does. T keeps the order of events; S only their
 * sum, for functions that are called where C leaves the order of calls open. Compiled with
 * -DVERBOSE, each event is printed with its line, so that a diff shows the first difference. */
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
#define BY_TASK(call) (await spawn call)
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
#define BY_TASK(call) (call)
#define PAUSE ((void)0)
#define PAUSED(value) ((value) + 0)
#endif

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

static unsigned long trace_state = 1, sum_state;

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
