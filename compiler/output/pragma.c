/* Bodies, frames and local types of lowered functions stand at the end of the file, where other
 * pragmas may hold than where the user wrote them:
 *
 *     #pragma GCC diagnostic push
 *     #pragma GCC diagnostic ignored "-Wunused-variable"
 *     async int f(void) { int x; ... }
 *     #pragma GCC diagnostic pop
 *
 * What holds at a place is what was said since the beginning of the file and not taken back by a
 * `pop`. What holds at the end as well need not be said again. */
#include "output/pragma.h"

#include <ctype.h>
#include <string.h>

#include "output/skip.h"
#include "source.h"
#include "support/arena.h"

enum { DEEPEST = 64 };

enum action { ACTION_NONE, ACTION_SET, ACTION_PUSH, ACTION_PUSH_AND_SET, ACTION_POP };

struct pragma {
    enum pragma_group group;
    enum action action;
    uint32_t start;
    const char *text; /* the line without its newline */
    int length;
};

static const struct {
    const char *push, *pop;
} groups[] = {
    [PRAGMA_PACK] = {"pack(push)", "pack(pop)"},
    [PRAGMA_DIAGNOSTIC] = {"GCC diagnostic push", "GCC diagnostic pop"},
    [PRAGMA_OPTIONS] = {"GCC push_options", "GCC pop_options"},
};

/* --- reading them */

/* Whether this word is next; *at moves behind it. */
static bool accept(const char **at, const char *end, const char *word)
{
    const char *start = *at;
    while (start < end && isspace((unsigned char)*start))
        start++;
    size_t length = skip_is_letter(*word) ? skip_name_length(start, end) : 1;
    if (start >= end || length != strlen(word) || memcmp(start, word, length) != 0)
        return false;
    *at = start + length;
    return true;
}

/* `pack(1)`, `pack()`, `pack(push)`, `pack(push, 1)`, `pack(pop)` */
static enum action packing_action(const char *at, const char *end)
{
    if (!accept(&at, end, "("))
        return ACTION_NONE;
    if (accept(&at, end, "pop"))
        return ACTION_POP;
    if (!accept(&at, end, "push"))
        return ACTION_SET;
    return accept(&at, end, ",") ? ACTION_PUSH_AND_SET : ACTION_PUSH;
}

static enum action diagnostic_action(const char *at, const char *end)
{
    return accept(&at, end, "push")  ? ACTION_PUSH
           : accept(&at, end, "pop") ? ACTION_POP
                                     : ACTION_SET;
}

static enum action options_action(const char *at, const char *end)
{
    bool sets = accept(&at, end, "optimize") || accept(&at, end, "target") ||
                accept(&at, end, "reset_options");
    return accept(&at, end, "push_options")  ? ACTION_PUSH
           : accept(&at, end, "pop_options") ? ACTION_POP
           : sets                            ? ACTION_SET
                                             : ACTION_NONE;
}

static struct pragma read_pragma(const char *text, const struct directive *directive)
{
    const char *at = text + directive->start, *end = text + directive->end;
    struct pragma pragma = {.start = directive->start, .text = at, .length = (int)(end - at)};
    if (pragma.length && end[-1] == '\n')
        pragma.length--;
    if (!accept(&at, end, "#") || !accept(&at, end, "pragma"))
        return pragma;
    if (accept(&at, end, "pack")) {
        pragma.group = PRAGMA_PACK;
        pragma.action = packing_action(at, end);
        return pragma;
    }
    if (!accept(&at, end, "GCC") && !accept(&at, end, "clang"))
        return pragma;
    bool is_diagnostic = accept(&at, end, "diagnostic");
    pragma.group = is_diagnostic ? PRAGMA_DIAGNOSTIC : PRAGMA_OPTIONS;
    pragma.action = is_diagnostic ? diagnostic_action(at, end) : options_action(at, end);
    return pragma;
}

/* Those of all groups, once for the file. */
static void read_pragmas(struct emitter *e)
{
    size_t count, capacity = 0;
    const struct directive *directives = source_directives(e->check->source, &count);
    const char *text = source_text(e->check->source);
    e->knows_pragmas = true;
    for (size_t i = 0; i < count; i++) {
        if (directives[i].kind != DIRECTIVE_PRAGMA)
            continue;
        struct pragma pragma = read_pragma(text, &directives[i]);
        if (pragma.action == ACTION_NONE)
            continue;
        e->pragmas = arena_grow(e->lowered->arena, e->pragmas, e->pragma_count, &capacity,
                                sizeof *e->pragmas);
        e->pragmas[e->pragma_count++] = pragma;
    }
}

/* --- what holds */

struct held {
    const struct pragma *items[DEEPEST];
    size_t count;
    size_t marks[DEEPEST]; /* how many there were at each push */
    size_t depth;
};

static void apply(struct held *held, const struct pragma *pragma)
{
    if (pragma->action == ACTION_POP && held->depth)
        held->count = held->marks[--held->depth];
    bool pushes = pragma->action == ACTION_PUSH || pragma->action == ACTION_PUSH_AND_SET;
    if (pushes && held->depth < DEEPEST)
        held->marks[held->depth++] = held->count;
    bool sets = pragma->action == ACTION_SET || pragma->action == ACTION_PUSH_AND_SET;
    if (sets && held->count < DEEPEST)
        held->items[held->count++] = pragma;
}

static struct held held_at(const struct emitter *e, enum pragma_group group, uint32_t offset)
{
    struct held held = {.count = 0};
    for (size_t i = 0; i < e->pragma_count && e->pragmas[i].start < offset; i++)
        if (e->pragmas[i].group == group)
            apply(&held, &e->pragmas[i]);
    return held;
}

static size_t common_count(const struct held *a, const struct held *b)
{
    size_t i = 0;
    while (i < a->count && i < b->count && a->items[i] == b->items[i])
        i++;
    return i;
}

static void put_line(struct emitter *e, const char *pragma)
{
    write_format(&e->writer, "#pragma %s\n", pragma);
    e->writer.file = NULL;
}

unsigned put_pragmas(struct emitter *e, enum pragma_group group, uint32_t offset)
{
    if (!e->knows_pragmas)
        read_pragmas(e);
    if (!e->pragma_count)
        return 0;
    struct held here = held_at(e, group, offset), last = held_at(e, group, UINT32_MAX);
    size_t first = common_count(&here, &last);
    bool is_other = group == PRAGMA_PACK && first < last.count; /* it would change a layout */
    if (first == here.count && !is_other)
        return 0;
    unsigned count = 1;
    write_string(&e->writer, "\n");
    put_line(e, groups[group].push);
    if (is_other) {
        put_line(e, "pack()");
        first = 0;
    }
    for (size_t i = first; i < here.count; i++) {
        write_format(&e->writer, "%.*s\n", here.items[i]->length, here.items[i]->text);
        count += here.items[i]->action == ACTION_PUSH_AND_SET;
    }
    e->writer.file = NULL;
    return count;
}

unsigned put_default_packing(struct emitter *e, uint32_t offset)
{
    if (!e->knows_pragmas)
        read_pragmas(e);
    if (!held_at(e, PRAGMA_PACK, offset).count && !held_at(e, PRAGMA_PACK, UINT32_MAX).count)
        return 0;
    put_line(e, groups[PRAGMA_PACK].push);
    put_line(e, "pack()");
    return 1;
}

void put_pragmas_end(struct emitter *e, enum pragma_group group, unsigned count)
{
    for (; count; count--)
        put_line(e, groups[group].pop);
}
