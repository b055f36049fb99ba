/* Macros that would expand the output a second time.
 *
 * The output is walked token by token, with a table of the macros that are in force: the compiler's
 * own to begin with, then what each restored include and each #define brought (restoration.h). A
 * name of an expanding macro is a hazard, one of a function-like macro if a parenthesis follows.
 * Fully expanded text has few: names in their own expansion (glibc's `#define sa_handler
 * __sigaction_handler.sa_handler`), names in a function that has moved behind a later #define, and
 * generated names. If no include follows, nobody needs the macro any more.
 */
#include "output/rescan.h"

#include <ctype.h>
#include <string.h>

#include "output/popped.h"
#include "output/restoration.h"
#include "output/skip.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

enum { BUCKETS = 4096 };

enum macro_kind { MACRO_HARMLESS, MACRO_OBJECT, MACRO_FUNCTION };

struct macro {
    struct macro *next;
    const char *name;
    size_t length;
    enum macro_kind kind;
    size_t event; /* that defined it */
};

struct scan {
    struct restoration *restoration;
    const struct text *out;
    const char *at, *end;
    size_t event; /* the next one */
    struct macro *buckets[BUCKETS];
    const char *hopeless;
};

/* --- the table */

static struct macro **find(struct scan *scan, const char *name, size_t length)
{
    size_t hash = 5381;
    for (size_t i = 0; i < length; i++)
        hash = hash * 33 + (unsigned char)name[i];
    struct macro **link = &scan->buckets[hash % BUCKETS];
    while (*link && ((*link)->length != length || memcmp((*link)->name, name, length) != 0))
        link = &(*link)->next;
    return link;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    return at;
}

/* Whether the tokens of [a, a_end) and [b, b_end) are the same. */
static bool are_equal(const char *a, const char *a_end, const char *b, const char *b_end)
{
    for (;;) {
        a = skip_blanks(a, a_end);
        b = skip_blanks(b, b_end);
        if (a == a_end || b == b_end)
            return a == a_end && b == b_end;
        size_t length = (size_t)(skip_token(a, a_end) - a);
        if ((size_t)(skip_token(b, b_end) - b) != length || memcmp(a, b, length) != 0)
            return false;
        a += length;
        b += length;
    }
}

/* `name body` or `name(parameters) body`. */
static enum macro_kind kind_of(const char *name, size_t length, const char *end)
{
    const char *head = name + length;
    enum macro_kind kind = MACRO_OBJECT;
    if (head < end && *head == '(') {
        const char *close = memchr(head, ')', (size_t)(end - head));
        head = close ? close + 1 : end;
        kind = MACRO_FUNCTION;
    }
    return are_equal(name, head, head, end) ? MACRO_HARMLESS : kind;
}

/* What the output wants expanded. */
static bool is_ours(const char *name, size_t length)
{
    return length == strlen("ASYNC_VALUE") && !memcmp(name, "ASYNC_VALUE", length);
}

/* The entry of a name, which is made if there is none. */
static struct macro *enter(struct scan *scan, const char *name, size_t length)
{
    struct macro **link = find(scan, name, length);
    if (!*link) {
        *link = arena_alloc(scan->restoration->arena, sizeof **link);
        (*link)->name = name;
        (*link)->length = length;
    }
    (*link)->event = scan->event;
    return *link;
}

static void apply_popped(struct scan *scan)
{
    const struct popped *popped = scan->restoration->popped;
    for (size_t i = 0; popped && i < popped->count; i++)
        enter(scan, popped->names[i], strlen(popped->names[i]))->kind = MACRO_OBJECT;
}

static void apply_directive(struct scan *scan, const struct directive *directive)
{
    bool defines = directive->kind == DIRECTIVE_DEFINE;
    if (!defines && directive->kind != DIRECTIVE_UNDEF)
        return;
    const struct source *source = scan->restoration->includes->source;
    const char *end = source_text(source) + directive->end;
    size_t length;
    const char *name = source_macro_name(source, directive, &length);
    enter(scan, name, length)->kind =
        defines && !is_ours(name, length) ? kind_of(name, length, end) : MACRO_HARMLESS;
}

/* Applies what was restored up to here. */
static void apply_events(struct scan *scan)
{
    const struct restoration *restoration = scan->restoration;
    size_t count, offset = (size_t)(scan->at - scan->out->data);
    const struct directive *directives = source_directives(restoration->includes->source, &count);
    for (; scan->event < restoration->event_count; scan->event++) {
        const struct restored_event *event = &restoration->events[scan->event];
        if (event->offset > offset)
            break;
        for (size_t i = event->first; i < event->last; i++)
            apply_directive(scan, &directives[i]);
        apply_popped(scan);
        for (size_t i = 0; i < restoration->undef_count; i++) {
            const char *name = restoration->undefs[i].name;
            struct macro *macro = *find(scan, name, strlen(name));
            if (macro && restoration->undefs[i].event == scan->event)
                macro->kind = MACRO_HARMLESS;
        }
    }
}

/* --- the text */

/* Behind blanks, comments and directives. `*fresh`: at the start of a line. */
static const char *skip_space(const char *at, const char *end, bool *fresh)
{
    for (;;) {
        const char *start = at;
        while (at < end && isspace((unsigned char)*at))
            *fresh |= *at++ == '\n';
        at = skip_comment(at, end);
        if (at < end && *at == '#' && *fresh)
            at = skip_line(at, end);
        if (at == start)
            return at;
    }
}

static bool is_call(const char *at, const char *end)
{
    bool fresh = false;
    at = skip_space(at, end, &fresh);
    return at < end && *at == '(';
}

/* Where the macro can be undefined: behind the last include, or its own definition if later. */
static void mend(struct scan *scan, struct macro *macro)
{
    struct restoration *restoration = scan->restoration;
    size_t event = macro->event;
    for (size_t i = 0; i < restoration->event_count; i++)
        if (restoration->events[i].is_include && i >= scan->event)
            scan->hopeless = arena_copy(restoration->arena, macro->name, macro->length);
        else if (restoration->events[i].is_include && i > event)
            event = i;
    macro->kind = MACRO_HARMLESS;
    restoration->undefs =
        arena_grow(restoration->arena, restoration->undefs, restoration->undef_count,
                   &restoration->undef_capacity, sizeof *restoration->undefs);
    restoration->undefs[restoration->undef_count++] =
        (struct restored_undef){event, arena_copy(restoration->arena, macro->name, macro->length)};
}

static void judge_name(struct scan *scan, const char *name, size_t length)
{
    struct macro *macro = *find(scan, name, length);
    if (!macro || macro->kind == MACRO_HARMLESS)
        return;
    if (macro->kind == MACRO_OBJECT || is_call(name + length, scan->end))
        mend(scan, macro);
}

const char *rescan(struct restoration *restoration, const struct text *out)
{
    struct scan *scan = arena_alloc(restoration->arena, sizeof *scan);
    bool fresh = true;
    scan->restoration = restoration;
    scan->out = out;
    scan->at = out->data;
    scan->end = out->data + out->length;
    while (scan->at < scan->end && !scan->hopeless) {
        scan->at = skip_space(scan->at, scan->end, &fresh);
        fresh = false;
        apply_events(scan);
        if (scan->at == scan->end)
            break;
        if (skip_is_letter(*scan->at))
            judge_name(scan, scan->at, skip_name_length(scan->at, scan->end));
        scan->at = skip_token(scan->at, scan->end);
    }
    return scan->hopeless;
}
