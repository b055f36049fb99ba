/* Bodies, frames and local types of lowered functions stand at the end of the file, where other
 * pragmas may hold than where the user wrote them:
 *
 *     #pragma GCC diagnostic push
 *     #pragma GCC diagnostic ignored "-Wunused-variable"
 *     async int f(void) { int x; ... }
 *     #pragma GCC diagnostic pop
 *
 * What holds there as well need not be said again. What a body leaves behind is said in its place,
 * too, for what follows there. */
#include "output/pragma.h"

#include <string.h>

#include "source.h"
#include "support/arena.h"
#include "support/text.h"

static const struct setting *setting_at(const struct emitter *e, enum pragma_group group,
                                        uint32_t offset)
{
    return pragma_state_at(e->check->pragmas, group, offset).setting;
}

static bool is_layout(enum pragma_group group)
{
    return PRAGMAS_OF_LAYOUT >> group & 1;
}

static bool is_same(const struct setting *a, const struct setting *b)
{
    return a == b ||
           (a && b && a->length == b->length && !memcmp(a->text, b->text, (size_t)a->length));
}

/* Whether a line holds as well where the line `here` begins to. */
static bool lasts(const struct setting *line, const struct setting *here)
{
    return here && line->text <= here->text && (!line->end || here->text < line->end);
}

/* How many of the lines that shall hold do so here. */
static size_t common_count(const struct setting *wanted, const struct setting *here)
{
    while (wanted && !lasts(wanted, here))
        wanted = wanted->before;
    return wanted ? wanted->count : 0;
}

/* More lines than are wanted do no harm; of a layout there is but one. */
static bool holds(enum pragma_group group, const struct setting *wanted, const struct setting *here)
{
    return is_layout(group) ? is_same(wanted, here)
                            : !wanted || common_count(wanted, here) == wanted->count;
}

static void put_line(struct emitter *e, const char *pragma)
{
    write_format(&e->writer, "#pragma %s\n", pragma);
    e->writer.file = NULL;
}

/* What holds of a layout, or that nothing does. */
static void put_layout(struct emitter *e, const char *format, const struct setting *setting,
                       const char *none)
{
    const char *text = setting ? setting->text : none;
    put_line(e, arena_format(e->lowered->arena, format,
                             setting ? setting->length : (int)strlen(none), text));
}

static void put_settings(struct emitter *e, const struct setting *last, const struct setting *here)
{
    size_t first = common_count(last, here), count = last ? last->count : 0;
    const struct setting **settings =
        arena_alloc(e->lowered->arena, (count - first + 1) * sizeof *settings);
    for (size_t i = count; i > first; i--, last = last->before)
        settings[i - first - 1] = last;
    for (size_t i = 0; i < count - first; i++)
        write_format(&e->writer, "%.*s\n", settings[i]->length, settings[i]->text);
}

static void put_group(struct emitter *e, enum pragma_group group, const struct setting *setting)
{
    switch (group) {
    case PRAGMA_PACK:
        put_layout(e, "pack(push, asyncc, %.*s)", setting, "0");
        break;
    case PRAGMA_ORDER:
        put_layout(e, "scalar_storage_order %.*s", setting, "default");
        break;
    case PRAGMA_DIAGNOSTIC:
    case PRAGMA_OPTIONS:
    case PRAGMA_GROUPS:
        put_line(e, group == PRAGMA_OPTIONS ? "GCC push_options" : "GCC diagnostic push");
        put_settings(e, setting, setting_at(e, group, e->pragmas_at));
        break;
    }
}

static void start_line(struct emitter *e)
{
    if (e->writer.out->length > e->writer.line_start)
        write_string(&e->writer, "\n");
}

unsigned put_pragmas(struct emitter *e, unsigned groups, uint32_t start, uint32_t end)
{
    unsigned said = 0;
    for (enum pragma_group group = 0; group < PRAGMA_GROUPS; group++) {
        const struct setting *here = setting_at(e, group, e->pragmas_at);
        const struct setting *first = setting_at(e, group, start);
        if (!(groups >> group & 1) ||
            (holds(group, first, here) && holds(group, setting_at(e, group, end), here)))
            continue;
        if (!said)
            start_line(e);
        put_group(e, group, first);
        said |= 1u << group;
    }
    return said;
}

void put_pragmas_end(struct emitter *e, unsigned groups)
{
    if (groups >> PRAGMA_OPTIONS & 1)
        put_line(e, "GCC pop_options");
    if (groups >> PRAGMA_DIAGNOSTIC & 1)
        put_line(e, "GCC diagnostic pop");
    if (groups >> PRAGMA_ORDER & 1)
        put_layout(e, "scalar_storage_order %.*s", setting_at(e, PRAGMA_ORDER, e->pragmas_at),
                   "default");
    if (groups >> PRAGMA_PACK & 1)
        put_line(e, "pack(pop, asyncc)");
}

void put_left_pragmas(struct emitter *e, uint32_t start, uint32_t end)
{
    const struct pragmas *pragmas = e->check->pragmas;
    const char *text = source_text(e->check->source);
    for (enum pragma_group group = 0; group < PRAGMA_GROUPS; group++) {
        struct pragma_state before = pragma_state_at(pragmas, group, start);
        struct pragma_state behind = pragma_state_at(pragmas, group, end);
        if (before.setting == behind.setting && before.pushed == behind.pushed)
            continue;
        start_line(e);
        size_t last = pragma_count_at(pragmas, group, end);
        for (size_t i = pragma_count_at(pragmas, group, start); i < last; i++) {
            const struct pragma *pragma = &pragmas->items[group][i];
            if (pragma->expanded)
                write_string(&e->writer, pragma->expanded);
            else
                write_text(&e->writer, text + pragma->start, pragma->end - pragma->start);
        }
        e->writer.file = NULL;
    }
}
