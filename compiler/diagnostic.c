/* Collecting diagnostics, and their order. How they look is in diagnostic_text.c and
 * diagnostic_json.c.
 *
 * An item is an error, a warning or a note; a note follows the item it belongs to, and shares its
 * fate: if that was a warning that is switched off, the note is dropped too. At the end, items are
 * sorted by where their group (an item and its notes) starts, stably, failures without a place
 * first; a group that says the same at the same place as the one before it is left out. */
#include "diagnostic.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostic_internal.h"
#include "source.h"
#include "support/arena.h"
#include "support/unicode.h"

/* What switches a warning on: nothing needs to, -Wall, -Wall with -Wextra, or only its own option.
 */
enum switched { BY_DEFAULT, BY_ALL, BY_EXTRA, BY_NAME };

struct warning_state {
    bool is_on, is_error, is_never_error;
    bool is_named; /* its own option was given, which -Wall does not change, before or after */
};

struct diagnostics {
    struct arena *arena;
    const struct source *source;
    enum diagnostic_format format;
    enum diagnostic_color color;
    struct warning_state warnings[WARNING_COUNT];
    bool all_are_errors, all_are_off;
    bool has_all, has_extra; /* -Wall, -Wextra */
    struct diagnostic *items;
    size_t count, capacity;
    bool drop_notes; /* the last error or warning was dropped */
};

static const struct {
    const char *name;
    enum switched by;
} warning_table[WARNING_COUNT] = {
#define X(id, name, by) [id] = {name, by},
    WARNING_TABLE(X)
#undef X
};

struct diagnostics *diagnostics_new(struct arena *arena)
{
    struct diagnostics *diagnostics = arena_alloc(arena, sizeof *diagnostics);
    diagnostics->arena = arena;
    for (size_t i = 0; i < WARNING_COUNT; i++)
        diagnostics->warnings[i].is_on = warning_table[i].by == BY_DEFAULT;
    return diagnostics;
}

void diagnostics_set_source(struct diagnostics *diagnostics, const struct source *source)
{
    diagnostics->source = source;
}

void diagnostics_set_format(struct diagnostics *diagnostics, enum diagnostic_format format,
                            enum diagnostic_color color)
{
    diagnostics->format = format;
    diagnostics->color = color;
}

/* --- options */

static struct warning_state *find_warning(struct diagnostics *diagnostics, const char *name)
{
    if (!strcmp(name, "incompatible-pointer-types-discards-qualifiers")) /* as clang has it */
        name = "discarded-qualifiers";
    for (size_t i = 0; i < WARNING_COUNT; i++)
        if (strcmp(name, warning_table[i].name) == 0)
            return &diagnostics->warnings[i];
    return NULL;
}

/* The text behind the prefix, NULL if it does not start with it. */
static const char *behind(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* -Wall, -Wextra and their opposites: false, for they are for the C compiler as well. */
static bool set_all(struct diagnostics *diagnostics, bool *all_or_extra, bool is_on)
{
    *all_or_extra = is_on;
    for (size_t i = 0; i < WARNING_COUNT; i++) {
        struct warning_state *state = &diagnostics->warnings[i];
        if (warning_table[i].by == BY_ALL && !state->is_named)
            state->is_on = diagnostics->has_all;
        if (warning_table[i].by == BY_EXTRA && !state->is_named)
            state->is_on = diagnostics->has_all && diagnostics->has_extra;
    }
    return false;
}

static bool switch_warning(struct warning_state *state, bool is_on)
{
    state->is_on = is_on;
    return state->is_named = true;
}

bool diagnostics_set_warning(struct diagnostics *diagnostics, const char *option)
{
    struct warning_state *state;
    const char *name;
    if (strcmp(option, "-w") == 0)
        return diagnostics->all_are_off = true;
    if (strcmp(option, "-Wall") == 0 || strcmp(option, "-Wno-all") == 0)
        return set_all(diagnostics, &diagnostics->has_all, option[2] == 'a');
    if (strcmp(option, "-Wextra") == 0 || strcmp(option, "-Wno-extra") == 0)
        return set_all(diagnostics, &diagnostics->has_extra, option[2] == 'e');
    if (strcmp(option, "-Werror") == 0)
        return diagnostics->all_are_errors = true;
    if (strcmp(option, "-Wno-error") == 0) {
        diagnostics->all_are_errors = false;
        return true;
    }
    if ((name = behind(option, "-Werror=")) && (state = find_warning(diagnostics, name))) {
        state->is_never_error = false;
        state->is_error = true;
        return switch_warning(state, true);
    }
    if ((name = behind(option, "-Wno-error=")) && (state = find_warning(diagnostics, name))) {
        state->is_error = false;
        return state->is_never_error = true;
    }
    if ((name = behind(option, "-Wno-")) && (state = find_warning(diagnostics, name)))
        return switch_warning(state, false);
    if ((name = behind(option, "-W")) && (state = find_warning(diagnostics, name)))
        return switch_warning(state, true);
    return false;
}

/* --- collecting */

static struct diagnostic *add(struct diagnostics *diagnostics, enum severity severity,
                              const char *format, va_list arguments)
{
    diagnostics->items = arena_grow(diagnostics->arena, diagnostics->items, diagnostics->count,
                                    &diagnostics->capacity, sizeof *diagnostics->items);
    char *message = arena_vformat(diagnostics->arena, format, arguments);
    message[unicode_decode_names(message, strlen(message))] = '\0';
    struct diagnostic *item = &diagnostics->items[diagnostics->count];
    *item = (struct diagnostic){
        .severity = severity, .message = message, .order = (unsigned)diagnostics->count};
    diagnostics->count++;
    diagnostics->drop_notes = false;
    return item;
}

static void set_range(struct diagnostic *item, struct range range)
{
    item->has_range = true;
    item->range = range;
}

void report_error(struct diagnostics *diagnostics, struct range range, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_range(add(diagnostics, SEVERITY_ERROR, format, arguments), range);
    va_end(arguments);
}

static bool is_in_system_header(const struct diagnostics *diagnostics, struct range range)
{
    return diagnostics->source && source_line(diagnostics->source, range.start).system_header;
}

bool report_warning(struct diagnostics *diagnostics, enum warning warning, struct range range,
                    const char *format, ...)
{
    const struct warning_state *state = &diagnostics->warnings[warning];
    diagnostics->drop_notes =
        !state->is_on || diagnostics->all_are_off || is_in_system_header(diagnostics, range);
    if (diagnostics->drop_notes)
        return false;
    bool is_error = state->is_error || (diagnostics->all_are_errors && !state->is_never_error);
    va_list arguments;
    va_start(arguments, format);
    struct diagnostic *item =
        add(diagnostics, is_error ? SEVERITY_ERROR : SEVERITY_WARNING, format, arguments);
    va_end(arguments);
    set_range(item, range);
    item->warning_name = warning_table[warning].name;
    return true;
}

void report_note(struct diagnostics *diagnostics, struct range range, const char *format, ...)
{
    if (diagnostics->drop_notes)
        return;
    va_list arguments;
    va_start(arguments, format);
    set_range(add(diagnostics, SEVERITY_NOTE, format, arguments), range);
    va_end(arguments);
}

void report_failure(struct diagnostics *diagnostics, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(diagnostics, SEVERITY_ERROR, format, arguments);
    va_end(arguments);
}

void report_oddity(struct diagnostics *diagnostics, const char *format, ...)
{
    diagnostics->drop_notes = diagnostics->all_are_off;
    if (diagnostics->all_are_off)
        return;
    va_list arguments;
    va_start(arguments, format);
    add(diagnostics, diagnostics->all_are_errors ? SEVERITY_ERROR : SEVERITY_WARNING, format,
        arguments);
    va_end(arguments);
}

/* A formatted message, for the message that is ready. */
static struct diagnostic *add_ready(struct diagnostics *diagnostics, enum severity severity,
                                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct diagnostic *item = add(diagnostics, severity, format, arguments);
    va_end(arguments);
    return item;
}

void report_foreign(struct diagnostics *diagnostics, enum severity severity, const char *file,
                    uint32_t line, uint32_t column, const char *message)
{
    struct diagnostic *item = add_ready(diagnostics, severity, "%s", message);
    item->place = (struct place){.line = line, .column = column};
    item->last_column = column;
    if (file)
        item->place.file = arena_copy(diagnostics->arena, file, strlen(file));
}

unsigned diagnostics_errors(const struct diagnostics *diagnostics)
{
    unsigned errors = 0;
    for (size_t i = 0; i < diagnostics->count; i++)
        errors += diagnostics->items[i].severity == SEVERITY_ERROR;
    return errors;
}

unsigned diagnostics_mark(const struct diagnostics *diagnostics)
{
    return (unsigned)diagnostics->count;
}

void diagnostics_rewind(struct diagnostics *diagnostics, unsigned mark)
{
    if (mark < diagnostics->count)
        diagnostics->count = mark;
    diagnostics->drop_notes = false;
}

bool diagnostics_had_error(const struct diagnostics *diagnostics, unsigned mark, struct range range)
{
    for (size_t i = 0; i < mark; i++) {
        const struct diagnostic *item = &diagnostics->items[i];
        if (item->severity == SEVERITY_ERROR && item->has_range &&
            range.start <= item->range.start && item->range.start < range.end)
            return true;
    }
    return false;
}

/* --- order */

/* Every item gets the place of its group's head, by which all are sorted. */
static void find_heads(struct diagnostics *diagnostics)
{
    const struct diagnostic *head = NULL;
    for (size_t i = 0; i < diagnostics->count; i++) {
        struct diagnostic *item = &diagnostics->items[i];
        if (!head || item->severity != SEVERITY_NOTE)
            head = item;
        item->head_start = head->has_range ? (int64_t)head->range.start : -1;
    }
}

static int compare(const void *left, const void *right)
{
    const struct diagnostic *a = left, *b = right;
    if (a->head_start != b->head_start)
        return a->head_start < b->head_start ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static bool is_same_place(const struct place *a, const struct place *b)
{
    return a->line == b->line && a->column == b->column && strcmp(a->file, b->file) == 0;
}

/* Whether the head says what an earlier one of the same place said. `first` is where in `items` the
 * heads of this place begin. */
static bool is_repeated(const struct diagnostic *items, size_t first, size_t index)
{
    for (size_t i = first; i < index; i++)
        if (items[i].severity != SEVERITY_NOTE && !items[i].is_dropped &&
            strcmp(items[i].message, items[index].message) == 0)
            return true;
    return false;
}

static void find_places(struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        struct diagnostic *item = &diagnostics->items[i];
        if (item->has_range && diagnostics->source)
            item->place = source_range(diagnostics->source, item->range.start, item->range.end,
                                       &item->last_column);
        else if (!item->place.file)
            item->place = (struct place){.file = "asyncc"};
    }
}

static void drop_repetitions(struct diagnostics *diagnostics)
{
    struct diagnostic *items = diagnostics->items;
    size_t first = 0;
    bool drops = false;
    for (size_t i = 0; i < diagnostics->count; i++) {
        if (items[i].severity != SEVERITY_NOTE) {
            if (!is_same_place(&items[first].place, &items[i].place))
                first = i;
            drops = is_repeated(items, first, i);
        }
        items[i].is_dropped = drops;
    }
}

void diagnostics_flush(struct diagnostics *diagnostics, FILE *out)
{
    find_heads(diagnostics);
    if (diagnostics->count)
        qsort(diagnostics->items, diagnostics->count, sizeof *diagnostics->items, compare);
    find_places(diagnostics);
    drop_repetitions(diagnostics);
    size_t kept = 0;
    for (size_t i = 0; i < diagnostics->count; i++)
        if (!diagnostics->items[i].is_dropped)
            diagnostics->items[kept++] = diagnostics->items[i];
    if (diagnostics->format == DIAGNOSTIC_JSON)
        print_json(out, diagnostics->items, kept);
    else
        print_text(out, diagnostics->items, kept, diagnostics->source, diagnostics->color);
    fflush(out);
    diagnostics->count = 0;
}
