/* The threads of a loop, for what would block it: calls of getaddrinfo, and what programs give to
 * async_to_thread.
 *
 * Each loop has a pool of its own, made when it is first needed. A job that is handed in wakes an
 * idle thread, or begins a new one, up to as many as asyncio has; else it waits for its turn, first
 * come first served. A job that is done is posted to the loop, which deals with it in its next
 * turn.
 *
 * The end of the loop waits for its threads up to a time, and joins them, so that nothing of theirs
 * is left. If one takes longer they are left alone with the pool, which the last of them frees when
 * it ends: the loop takes its name off the pool, and jobs that end then are abandoned instead of
 * posted. Lock order: pool, then loop. */
#include "internal.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 32 };

struct async_pool {
    pthread_mutex_t mutex;
    pthread_cond_t work, ended;
    struct async_loop *loop; /* NULL: it has ended, and the last thread frees the pool */
    struct async_job *jobs, **last;
    size_t waiting;             /* jobs that no thread has taken */
    size_t idle, threads, most; /* threads: none ends before the pool is closing */
    bool closing;
    pthread_t ids[MOST_THREADS];
};

static void pool_free(struct async_pool *pool)
{
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->ended);
    async__free(pool);
}

static struct async_pool *pool_new(struct async_loop *loop)
{
    pthread_condattr_t monotonic;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct async_pool *pool = async__allocate(sizeof *pool);
    if (!pool)
        return NULL;
    *pool = (struct async_pool){.loop = loop, .last = &pool->jobs};
    pool->most =
        processors > 0 && processors + 4 < MOST_THREADS ? (size_t)processors + 4 : MOST_THREADS;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return pool;
}

/* ---- in a thread; the mutex is held but while a job runs ---- */

static struct async_job *next_job(struct async_pool *pool)
{
    pool->idle++;
    while (!pool->jobs && !pool->closing)
        pthread_cond_wait(&pool->work, &pool->mutex);
    pool->idle--;
    struct async_job *job = pool->jobs;
    if (!job)
        return NULL;
    pool->jobs = job->next;
    if (!job->next)
        pool->last = &pool->jobs;
    pool->waiting--;
    return job;
}

static void *run_thread(void *arg)
{
    struct async_pool *pool = arg;
    struct async_job *job;
    pthread_mutex_lock(&pool->mutex);
    while ((job = next_job(pool))) {
        pthread_mutex_unlock(&pool->mutex);
        job->work(job);
        pthread_mutex_lock(&pool->mutex);
        if (pool->loop)
            async__post(pool->loop, &job->post);
        else
            job->abandon(job);
    }
    bool last = --pool->threads == 0 && !pool->loop;
    pthread_cond_signal(&pool->ended);
    pthread_mutex_unlock(&pool->mutex);
    if (last)
        pool_free(pool);
    return NULL;
}

/* ---- in the loop's thread ---- */

/* Signals are the other threads' business. 0 or a positive errno number. */
static int begin_thread(struct async_pool *pool)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&pool->ids[pool->threads], NULL, run_thread, pool);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!error)
        pool->threads++;
    return error;
}

int async__pool_run(struct async_loop *loop, struct async_job *job)
{
    struct async_pool *pool = loop->pool;
    int error = 0;
    if (!pool && !(pool = loop->pool = pool_new(loop)))
        return -ENOMEM;
    pthread_mutex_lock(&pool->mutex);
    if (pool->idle <= pool->waiting && pool->threads < pool->most)
        error = begin_thread(pool);
    if (!pool->threads) {
        pthread_mutex_unlock(&pool->mutex);
        return -error;
    }
    job->next = NULL;
    *pool->last = job;
    pool->last = &job->next;
    pool->waiting++;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    return 0;
}

void async__pool_end(struct async_loop *loop, const struct timespec *until)
{
    struct async_pool *pool = loop->pool;
    int error = 0;
    if (!pool)
        return;
    loop->pool = NULL;
    pthread_mutex_lock(&pool->mutex);
    size_t begun = pool->threads;
    pool->closing = true;
    pthread_cond_broadcast(&pool->work);
    while (pool->threads && !error)
        error = pthread_cond_timedwait(&pool->ended, &pool->mutex, until);
    bool all = !pool->threads;
    pool->loop = NULL;
    for (size_t i = 0; i < begun; i++) {
        if (all)
            pthread_join(pool->ids[i], NULL); /* its last act here was to unlock the mutex */
        else
            pthread_detach(pool->ids[i]);
    }
    pthread_mutex_unlock(&pool->mutex);
    if (all)
        pool_free(pool);
    else
        async__report(NULL, 0, "a thread did not end with its loop and was left alone");
}
