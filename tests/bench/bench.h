/* What the jobs share, ours and the peers': clocks, memory, and the main function that runs one
 * job.
 *
 *     PROGRAM JOB N [WARM-UP]         prints nanoseconds for each of N operations, or bytes
 */
#ifndef ASYNCC_TESTS_BENCH_H
#define ASYNCC_TESTS_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A value the compiler must not know anything about. */
#define OPAQUE(x) __asm__ volatile("" : "+r"(x))

struct job {
    const char *name;
    double (*run)(long n); /* negative: the time counts; else the result, printed as it is */
};

static volatile long sink __attribute__((unused)); /* results go here, so that they are computed */

static inline double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Of this process. */
static inline double processor_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Deadlines: pseudo-random milliseconds, 10 seconds to an hour, and 1 to 1000. */
static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}
static inline uint32_t far_milliseconds(uint32_t *state)
{
    return 10000u + next_random(state) % 3590000u;
}
static inline uint32_t near_milliseconds(uint32_t *state)
{
    return 1u + next_random(state) % 1000u;
}

static inline long resident_bytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static inline int run_job(int argc, char **argv, const struct job *jobs)
{
    const struct job *job = jobs;
    if (argc < 3) {
        fprintf(stderr, "usage: %s JOB N [WARM-UP]\n", argv[0]);
        return 2;
    }
    while (job->name && strcmp(job->name, argv[1]) != 0)
        job++;
    if (!job->name)
        return 3; /* a job that this program does not have */
    long n = atol(argv[2]), warm_up = argc > 3 ? atol(argv[3]) : 0;
    if (warm_up > 0)
        job->run(warm_up);
    double start = now_ns(), result = job->run(n), end = now_ns();
    printf("%.3f\n", result < 0 ? (end - start) / (double)n : result);
    fflush(stdout);
    _exit(0); /* taking a million tasks down is not part of any job */
}

#endif
