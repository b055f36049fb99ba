/* The tests of a file as scenarios of an ordinary program, for sweeps: what they use of Criterion,
 * in a few lines.
 *
 *     swept_queue --list              names the scenarios
 *     swept_queue queue/NAME          runs one; the status is 0
 *
 * As it is, an assertion that fails ends the program with status 1. Where a sweep injects a fault
 * (ASYNC_INJECT), or draws the order from a seed (ASYNC_SEED), assertions about what happens when
 * nothing fails, in its usual order, are no mistakes: they are evaluated and passed over, and the
 * scenario goes on. What is tested then is the runtime: it must not crash or hang, every task must
 * end, and nothing may be left, which sweep.c looks after. Scenarios are therefore written so that
 * they let go of what they have whatever a call gave them.
 *
 * Tests that expect a signal are no scenarios, nor are those of suites that are not declared by
 * TestSuite: they leave something behind on purpose. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scenario_suite {
    const char *name;
    void (*init)(void), (*fini)(void);
    double timeout;
    struct scenario_suite *next;
};
struct scenario {
    const char *suite, *name;
    void (*run)(void);
    int signal;
    double timeout;
    void (*init)(void), (*fini)(void);
    struct scenario *next;
};

static struct scenario_suite *scenario_suites;
static struct scenario *scenarios;

static volatile bool scenario_is_plain; /* assertions hold in this run; looked at first */

static inline void scenario_check(bool is_right, const char *file, int line, const char *text)
{
    if (!scenario_is_plain || is_right) /* in other runs it may depend on what nobody has set */
        return;
    fprintf(stderr, "%s:%d: %s\n", file, line, text);
    exit(1);
}

static inline bool scenario_same(const char *a, const char *b)
{
    return !scenario_is_plain || strcmp(a, b) == 0; /* they may be anything then */
}

#define TestSuite(NAME, ...)                                                    \
    static struct scenario_suite NAME##_suite = {.name = #NAME, ##__VA_ARGS__}; \
    __attribute__((constructor)) static void NAME##_suite_add(void)             \
    {                                                                           \
        NAME##_suite.next = scenario_suites;                                    \
        scenario_suites = &NAME##_suite;                                        \
    }                                                                           \
    _Static_assert(1, "a semicolon follows")

#define Test(SUITE, NAME, ...)                                                       \
    static void SUITE##_##NAME##_run(void);                                          \
    static struct scenario SUITE##_##NAME##_scenario = {                             \
        .suite = #SUITE, .name = #NAME, .run = SUITE##_##NAME##_run, ##__VA_ARGS__}; \
    __attribute__((constructor)) static void SUITE##_##NAME##_add(void)              \
    {                                                                                \
        SUITE##_##NAME##_scenario.next = scenarios;                                  \
        scenarios = &SUITE##_##NAME##_scenario;                                      \
    }                                                                                \
    static void SUITE##_##NAME##_run(void)

#define cr_assert(TEST, ...) scenario_check((TEST), __FILE__, __LINE__, #TEST)
#define cr_assert_not(TEST, ...) cr_assert(!(TEST))
#define cr_assert_eq(A, B, ...) cr_assert((A) == (B))
#define cr_assert_neq(A, B, ...) cr_assert((A) != (B))
#define cr_assert_lt(A, B, ...) cr_assert((A) < (B))
#define cr_assert_leq(A, B, ...) cr_assert((A) <= (B))
#define cr_assert_gt(A, B, ...) cr_assert((A) > (B))
#define cr_assert_geq(A, B, ...) cr_assert((A) >= (B))
#define cr_assert_null(A, ...) cr_assert((A) == NULL)
#define cr_assert_not_null(A, ...) cr_assert((A) != NULL)
#define cr_assert_str_eq(A, B, ...) cr_assert(scenario_same((A), (B)))
#define cr_assert_arr_eq(A, B, SIZE, ...) cr_assert(memcmp((A), (B), (SIZE)) == 0)
#define cr_assert_float_eq(A, B, NEAR, ...) cr_assert(fabs((A) - (B)) <= (NEAR))

#define cr_redirect_stderr() ((void)0)
#define cr_assert_stderr_eq_str(TEXT) ((void)0)
#define cr_skip_test(WHY) return

static const struct scenario_suite *suite_of(const struct scenario *scenario)
{
    const struct scenario_suite *suite = scenario_suites;
    while (suite && strcmp(suite->name, scenario->suite))
        suite = suite->next;
    return suite;
}

static int run_scenario(const struct scenario *scenario)
{
    const struct scenario_suite *suite = suite_of(scenario);
    if (suite->init)
        suite->init();
    scenario->run();
    if (suite->fini)
        suite->fini();
    return 0;
}

int main(int argc, char **argv)
{
    char name[200];
    scenario_is_plain = !getenv("ASYNC_INJECT") && !getenv("ASYNC_SEED");
    for (const struct scenario *scenario = scenarios; scenario; scenario = scenario->next) {
        snprintf(name, sizeof name, "%s/%s", scenario->suite, scenario->name);
        if (scenario->signal || !suite_of(scenario))
            continue;
        if (argc > 1 && strcmp(argv[1], name) == 0)
            return run_scenario(scenario);
        if (argc > 1 && strcmp(argv[1], "--list") == 0)
            puts(name);
    }
    return argc > 1 && strcmp(argv[1], "--list") == 0 ? 0 : 2;
}

#endif
