/* The loop, observed: the same steps in the same order as loop.c runs them, one at a time.
 *
 * What would cost time in loop.c's hot path is here: steps are timed (debug mode), the tasks of a
 * turn are shuffled (ASYNC_SEED on the sim backend), and waits are counted (sweep.c). A task's
 * `leaf` is kept true while it runs, so that a dump sees where it is. */
#include "debug.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- order ---- */

/* Merges two lists into one, taking from each by a chance proportional to its length: if both are
 * in random order, so is the result; the order within a list that is not is kept. */
static struct async_future *merge(uint64_t *random, struct async_future *a, size_t a_count,
                                  struct async_future *b, size_t b_count)
{
    struct async_future *list = NULL, **tail = &list;
    while (a_count + b_count) {
        bool first = async__random(random) % (a_count + b_count) < a_count;
        struct async_future **from = first ? &a : &b;
        *tail = *from;
        *from = (*from)->next;
        tail = &(*tail)->next;
        --*(first ? &a_count : &b_count);
    }
    *tail = NULL;
    return list;
}

/* The first `count` of a list in random order, without the rest. */
static struct async_future *shuffle(uint64_t *random, struct async_future *list, size_t count)
{
    struct async_future *middle = list;
    if (count < 2) {
        if (list)
            list->next = NULL;
        return list;
    }
    size_t half = count / 2;
    for (size_t i = 0; i < half; i++)
        middle = middle->next;
    struct async_future *right = shuffle(random, middle, count - half);
    return merge(random, shuffle(random, list, half), half, right, count - half);
}

/* The turn's tasks in an order drawn from the seed; callbacks stay in theirs, among them. */
static struct async_future *draw_order(struct async_loop *loop, struct async_future *list)
{
    struct async_future *tasks = NULL, **tasks_tail = &tasks;
    struct async_future *callbacks = NULL, **callbacks_tail = &callbacks;
    size_t task_count = 0, callback_count = 0;
    for (; list; list = list->next) {
        bool is_callback = async__is_callback(list);
        struct async_future ***tail = is_callback ? &callbacks_tail : &tasks_tail;
        **tail = list;
        *tail = &list->next;
        ++*(is_callback ? &callback_count : &task_count);
    }
    *tasks_tail = *callbacks_tail = NULL;
    tasks = shuffle(&loop->random, tasks, task_count);
    return merge(&loop->random, tasks, task_count, callbacks, callback_count);
}

/* A turn begins: what is ready now comes in an order drawn from the seed. How many those are. */
static size_t draw_turn(struct async_loop *loop)
{
    size_t count = 0;
    for (struct async_future *task = draw_order(loop, async__take_ready()); task;
         task = task->next) {
        async_push(task);
        count++;
    }
    return count;
}

/* Takes the first task of the ready queue, which is not empty. */
static struct async_future *pop(struct async_thread *thread)
{
    struct async_future *task = thread->head;
    if (thread->tail == &task->next)
        thread->tail = thread->none;
    else
        thread->head = task->next;
    return task;
}

/* ---- steps ---- */

/* Where a step began. */
struct place {
    const char *name, *file;
    int line;
};

/* The frame's place; of a callback, where it was asked for. */
static struct place place_of(struct async_future *task, const struct async_frame *frame)
{
    struct place place = {0};
    if (async__is_callback(task)) {
        place.file = async__env_place(task, &place.line);
        return place;
    }
    const struct async_function *function = async__frame_function(frame, &place.line);
    if (function) {
        place.name = function->name;
        place.file = function->file;
    }
    return place;
}

void async__note_place(struct async_future *callback)
{
    int line;
    const struct async_future *task = async_thread.current;
    const struct async_function *function = task ? async__frame_function(task->leaf, &line) : NULL;
    if (function)
        async__env_set_place(callback, function->file, line);
}

static void report_slow(const struct place *place, uint64_t nanoseconds, struct async_future *task)
{
    char text[400], where[300] = "";
    const char *file = place->file ? place->file : "?";
    if (place->name)
        snprintf(where, sizeof where, ", from %s() at %.200s:%d", place->name, file, place->line);
    else if (place->file)
        snprintf(where, sizeof where, ", a callback asked for at %.200s:%d", file, place->line);
    snprintf(text, sizeof text, "the loop was blocked for %.3f s by one step%s",
             (double)nanoseconds / 1e9, where);
    async__report(task, 0, text);
}

/* Runs a task's step, and what goes on directly. The task that is suspended now, which is no longer
 * the running one; NULL: it has ended, or hands over. */
static struct async_future *resume(struct async_frame *frame)
{
    struct async_thread *thread = &async_thread;
    while (frame->resume(frame) == ASYNC_DONE) {
        frame = frame->caller;
        if ((uintptr_t)frame & 1) {
            thread->room--;
            async__finish(thread->current);
            thread->current = NULL;
            return NULL;
        }
        thread->current->leaf = frame;
    }
    if (thread->handover)
        return NULL;
    struct async_future *suspended = thread->current;
    thread->current = NULL;
    return suspended;
}

static void step(struct async_loop *loop, struct async_future *task, struct async_frame *frame)
{
    struct place place = {0};
    uint64_t start = 0, spent = 0;
    bool is_callback = async__is_callback(task);
    if (async__debug) {
        place = place_of(task, frame);
        start = async__monotonic();
    }
    struct async_future *suspended = resume(frame);
    if (async__debug)
        spent = async__monotonic() - start;
    if (suspended) {
        struct async_note *note = async__note(suspended);
        if (note)
            note->since = async__now(loop);
        if (async__sweeping)
            async__sweep_wait(loop);
    }
    if (spent > async__slow_nanoseconds)
        report_slow(&place, spent, is_callback ? NULL : suspended);
}

void async__run_observed(struct async_loop *loop)
{
    struct async_thread *thread = &async_thread;
    struct async_future *task;
    size_t left = 0;    /* tasks of the turn: the first ones in the queue */
    thread->credit = 1; /* begins with a turn */
    for (;;) {
        if (--thread->credit == 0 && !thread->handover) {
            async__dump_if_asked();
            if (!async__turn(loop))
                break;
            continue;
        }
        if (thread->handover) {
            task = thread->current;
            task->leaf = thread->handover;
            thread->handover = NULL;
            thread->credit = thread->handover_credit;
            if (thread->send && async__send(thread) == ASYNC_PENDING)
                continue;
        } else if (async__nothing_ready()) {
            thread->credit = 1;
            left = 0;
            continue;
        } else {
            if (loop->seeded && left-- == 0)
                left = draw_turn(loop) - 1;
            thread->current = task = pop(thread);
        }
        step(loop, task, task->leaf);
    }
    thread->current = NULL;
}
