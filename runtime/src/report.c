/* What goes wrong and has no one to be told: reports, and errors that end the program. */
#include "debug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct async_unit *units; /* a stack, pushed to by constructors */

static __thread struct {
    void (*handler)(const struct async_report *, void *);
    void *arg;
} exception;

void async_register(struct async_unit *unit)
{
    unit->next = __atomic_load_n(&units, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&units, &unit->next, unit, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED)) {
    }
}

static const struct async_function *function_of(enum async_step (*resume)(struct async_frame *))
{
    static __thread const struct async_function *last; /* many tasks run the same function */
    struct async_unit *unit = __atomic_load_n(&units, __ATOMIC_ACQUIRE);
    if (last && last->resume == resume)
        return last;
    for (; unit; unit = unit->next)
        for (size_t i = 0; i < unit->count; i++)
            if (unit->functions[i].resume == resume)
                return last = &unit->functions[i];
    return NULL;
}

const struct async_function *async__function(const struct async_future *future)
{
    return function_of(future->frame.resume);
}

const struct async_function *async__frame_function(const struct async_frame *frame, int *line)
{
    const struct async_function *function = function_of(frame->resume);
    bool has_line = function && function->lines && frame->state < function->states;
    *line = has_line ? function->lines[frame->state] : 0;
    return function;
}

/* A result that is a signed integer, as wide as any. */
static __int128 load_status(const struct async_future *future,
                            const struct async_function *function)
{
    size_t offset = function->result_offset ? function->result_offset : ASYNC_RESULT_OFFSET;
    const char *value = (const char *)&future->frame + offset;
    int narrow;
    long wide;
    __int128 widest;
    switch (function->result_size) {
    case sizeof narrow:
        memcpy(&narrow, value, sizeof narrow);
        return narrow;
    case sizeof wide:
        memcpy(&wide, value, sizeof wide);
        return wide;
    case sizeof widest:
        memcpy(&widest, value, sizeof widest);
        return widest;
    }
    return 0;
}

int async__error_of(struct async_future *future)
{
    const struct async_function *function;
    int failure = async__failure(future);
    if (failure)
        return failure;
    function = async__function(future);
    if (!function || !function->result_is_status)
        return 0;
    __int128 result = load_status(future, function);
    return result < 0 ? (result < INT32_MIN ? INT32_MIN : (int)result) : 0;
}

static void print_report(const struct async_report *report)
{
    char text[512];
    size_t size = sizeof text;
    int at = snprintf(text, size, "async: %s", report->message);
    if (report->name)
        at += snprintf(text + at, size - (size_t)at, ": %.100s()", report->name);
    if (report->task)
        at += snprintf(text + at, size - (size_t)at, " \"%.60s\"", report->task);
    if (report->error)
        at += snprintf(text + at, size - (size_t)at, ": %s (%d)", strerror(-report->error),
                       report->error);
    if (report->file)
        snprintf(text + at, size - (size_t)at, ", spawned at %.200s:%d", report->file,
                 report->line);
    fprintf(stderr, "%s\n%s", text, report->traceback ? report->traceback : "");
}

static void report_with(struct async_future *future, int error, const char *message,
                        const char *traceback)
{
    struct async_report report = {
        .message = message, .future = future, .error = error, .traceback = traceback};
    if (future) {
        const struct async_function *function = async__function(future);
        if (function)
            report.name = function->name;
        report.task = async__given_name(future);
        report.file = async__env_place(future, &report.line);
    }
    if (exception.handler)
        exception.handler(&report, exception.arg);
    else
        print_report(&report);
}

void async__report_where(struct async_future *task, int error, const char *message)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (file) {
        async__print_frames(file, task, 1);
        fclose(file);
    }
    report_with(task, error, message, text);
    free(text);
}

void async__report(struct async_future *future, int error, const char *message)
{
    report_with(future, error, message, NULL);
}

void async_set_exception_handler(void (*handler)(const struct async_report *, void *), void *arg)
{
    exception.handler = handler;
    exception.arg = arg;
}

void async__die(const char *file, int line, const char *message)
{
    if (file)
        fprintf(stderr, "%s:%d: async: %s\n", file, line, message);
    else
        fprintf(stderr, "async: %s\n", message);
    abort();
}
