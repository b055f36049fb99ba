/* What generators do wrong, and their errors that nobody takes. */
#include "internal.h"

#include <async/generator.h>

#include <stdio.h>

void async_generator_no_yield(const char *file, int line)
{
    async__die(file, line, "a generator ended before its yield in an 'async with'");
}

void async_generator_second_yield(const char *file, int line)
{
    async__die(file, line, "a generator yielded twice in an 'async with'");
}

void async_generator_close_ignored(const char *file, int line)
{
    async__die(file, line, "a generator yielded while it was closed");
}

static void report_unseen(int error, const char *file, int line, const char *what)
{
    struct async_future *task = async_thread.current;
    char message[256];
    if (task && error == async__reason())
        return; /* the cancellation that it was asked for */
    snprintf(message, sizeof message, "%.180s:%d: %s", file, line, what);
    async__report(task, error < 0 ? error : -error, message);
}

void async_generator_unhandled(int error, const char *file, int line)
{
    report_unseen(error, file, line, "a generator's error that no 'else' takes");
}

void async_range_failed(int error, const char *file, int line)
{
    report_unseen(error, file, line, "the error of a container that only this loop knows");
}

void async_set_errno(int error)
{
    errno = error < 0 ? -error : error;
}
