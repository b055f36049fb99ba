/* async_dump_tasks: every task of this thread as a tree of async frames.
 *
 * A task's frames lead from the innermost one, its leaf, to the root by `caller`; they are printed
 * the other way round, each with the await that it stands at, found in the tables that generated
 * files register. A task that awaits another one has that one below it, so that roots are the tasks
 * that no task awaits. Tasks that await each other in a ring have no root: of each ring, the task
 * at the lowest address is printed like one. Those that a task waits for by async_gather and the
 * like are named there, and are roots themselves. Nothing is allocated. */
#include "debug.h"

enum { INNER = 24, OUTER = 8, NEST = 50, RING = 1000, SEVERAL = 8 };

struct dump {
    FILE *file;
    uint64_t now[8]; /* on the clock of the loop in each slot, or 0 */
    size_t tasks;
    bool rings; /* of tasks that await each other, and are not printed otherwise */
};

static bool is_task(const struct async_future *future)
{
    uint32_t status = async__status(future);
    if (status != ASYNC_READY && status != ASYNC_JOINING)
        return false;
    return !async__is_pure(future) && !async__is_callback(future);
}

/* The task that it awaits, or NULL. */
static struct async_future *awaited(struct async_future *task)
{
    bool joins = async__status(task) == ASYNC_JOINING;
    struct async_future *joined = joins ? async__joined_by(task) : async__running_for(task);
    return joined && is_task(joined) ? joined : NULL;
}

static bool is_least_of_ring(struct async_future *task)
{
    struct async_future *at = awaited(task);
    for (int i = 0; at && at > task && i < RING; i++)
        at = awaited(at);
    return at == task;
}

/* ---- frames ---- */

static const struct async_frame *caller_of(const struct async_frame *frame)
{
    return (uintptr_t)frame->caller & 1 ? NULL : frame->caller;
}

static void indent(FILE *file, int depth)
{
    for (int i = 0; i < depth; i++)
        fputs("  ", file);
}

static void print_frame(FILE *file, const struct async_frame *frame, int depth)
{
    int line;
    const struct async_function *function = async__frame_function(frame, &line);
    indent(file, depth);
    if (function && line)
        fprintf(file, "%s() at %s:%d\n", function->name, function->file, line);
    else if (function && function->file)
        fprintf(file, "%s() in %s\n", function->name, function->file);
    else if (function)
        fprintf(file, "%s()\n", function->name);
    else
        fprintf(file, "(a function of the runtime)\n");
}

/* The outermost first; the middle of a long chain is left out. */
void async__print_frames(FILE *file, const struct async_future *task, int depth)
{
    size_t count = 0;
    for (const struct async_frame *at = task->leaf; at; at = caller_of(at))
        count++;
    for (size_t i = count; i-- > 0;) {
        const struct async_frame *frame = task->leaf;
        if (count > INNER + OUTER && i == count - OUTER - 1) {
            indent(file, depth);
            fprintf(file, "... %zu more ...\n", count - INNER - OUTER);
            i = INNER;
            continue;
        }
        for (size_t k = 0; k < i; k++)
            frame = caller_of(frame);
        print_frame(file, frame, depth);
    }
}

/* ---- tasks ---- */

static void print_name(FILE *file, struct async_future *task)
{
    const struct async_function *function = async__function(task);
    int line;
    const char *place = async__env_place(task, &line);
    fprintf(file, "%s()", function ? function->name : "of the runtime");
    if (async__given_name(task))
        fprintf(file, " \"%s\"", async__given_name(task));
    if (place)
        fprintf(file, ", spawned at %s:%d", place, line);
}

/* Those that a wait for several handles waits for; of many, the first few. */
static void print_awaited(const struct dump *dump, struct async_wait *wait, int depth)
{
    struct async_future *future;
    size_t index = 0;
    for (int i = 0; (future = wait->kind->awaited(wait, &index)); i++) {
        indent(dump->file, depth);
        if (i == SEVERAL) {
            fputs("and for more\n", dump->file);
            return;
        }
        fputs("for ", dump->file);
        if (async__is_pure(future))
            fputs("a future", dump->file);
        else
            print_name(dump->file, future);
        fputc('\n', dump->file);
    }
}

static void print_wait(const struct dump *dump, struct async_future *task, int depth)
{
    const struct async_note *note = async__note(task);
    struct async_wait *wait = async__wait_of(task);
    bool ready = async__status(task) == ASYNC_READY && !wait && !async__running_for(task);
    uint64_t now = dump->now[task->frame.bits >> ASYNC_LOOP_SHIFT & 7];
    indent(dump->file, depth);
    if (ready)
        fputs(task == async_thread.current ? "runs" : "is ready", dump->file);
    else if (wait)
        fprintf(dump->file, "waits in %s", wait->kind->name ? wait->kind->name : "the runtime");
    else
        fputs(awaited(task) ? "awaits the task below" : "awaits a future", dump->file);
    if (!ready && note && note->since && now >= note->since)
        fprintf(dump->file, ", for %.3f s", (double)(now - note->since) / 1e9);
    fputc('\n', dump->file);
    if (wait && wait->kind->awaited)
        print_awaited(dump, wait, depth + 1);
}

static void print_task(const struct dump *dump, struct async_future *task, int depth)
{
    indent(dump->file, depth);
    fputs("task ", dump->file);
    print_name(dump->file, task);
    if (task->frame.bits & ASYNC_CANCELLED)
        fputs(", cancelled", dump->file);
    fputc('\n', dump->file);
    async__print_frames(dump->file, task, depth + 1);
    print_wait(dump, task, depth + 1);
}

/* A task, and below it what it awaits, and so on. */
static void print_tree(const struct dump *dump, struct async_future *root)
{
    struct async_future *task = root;
    for (int depth = 0; task; depth++) {
        print_task(dump, task, depth < NEST ? depth : NEST);
        task = awaited(task);
        if (task == root) {
            indent(dump->file, depth + 1);
            fputs("which is the first one again: they wait for each other\n", dump->file);
            return;
        }
        if (depth == RING) /* it leads into a ring, which is printed by itself */
            return;
    }
}

static void visit(struct async_future *future, void *arg)
{
    struct dump *dump = arg;
    if (!is_task(future))
        return;
    dump->tasks++;
    if (dump->rings ? is_least_of_ring(future) : !async__is_awaited(future))
        print_tree(dump, future);
}

static void visit_count(struct async_future *future, void *arg)
{
    ((struct dump *)arg)->tasks += is_task(future);
}

void async_dump_tasks(FILE *file)
{
    struct dump dump = {.file = file};
    async__loops_now(dump.now);
    async__blocks_visit(visit_count, &dump);
    fprintf(file, "async: %zu task%s\n", dump.tasks, dump.tasks == 1 ? "" : "s");
    async__blocks_visit(visit, &dump);
    dump.rings = true;
    async__blocks_visit(visit, &dump);
    fflush(file);
}
