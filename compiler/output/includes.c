/* The tree of includes, from the line markers, and which of it is expanded:
 *
 *   - a header in which the language's own syntax stands, or that is included in the middle of a
 *     declaration with such, and every header that includes one. The runtime's headers are C for C
 *     compilers and say so (`#pragma asyncc dual` under #ifdef __ASYNCC__); so may others;
 *   - a header that asks for __ASYNCC__, or a macro that is defined by it, without saying so, since
 *     the C compiler would see another;
 *   - one whose directive cannot be written in the main file (include_line.c).
 *
 * What is inside an expanded header is judged for itself. */
#include "output/includes.h"

#include <ctype.h>
#include <string.h>

#include "lexical.h"
#include "output/family.h"
#include "output/skip.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/ast.h"

/* --- the tree */

/* The first marker of the main file behind those of the compiler's own definitions, which are all
 * said to be in `<built-in>` and `<command-line>`. */
static void find_start(struct includes *includes)
{
    size_t count;
    const struct directive *directives = source_directives(includes->source, &count);
    const char *main_path = source_main_path(includes->source), *previous = "";
    for (size_t i = 0; i < count; i++) {
        const struct directive *directive = &directives[i];
        if (directive->kind != DIRECTIVE_LINE)
            continue;
        bool is_start = directive->file == main_path && directive->line == 1;
        if (is_start && (*previous == '<' || includes->start)) {
            includes->start = directive->start; /* gcc says so twice */
            includes->first = i;
        } else if (includes->start) {
            break;
        }
        previous = directive->file;
    }
    if (*previous && !includes->start)
        includes->problem = "the line markers do not tell where the file begins";
}

static struct include *enter(struct includes *includes, const struct directive *directive,
                             size_t index, struct include *parent)
{
    struct include *include = arena_alloc(includes->arena, sizeof *include);
    include->start = directive->start;
    include->file = directive->file;
    include->parent = parent;
    include->first = index;
    includes->items = arena_grow(includes->arena, includes->items, includes->count,
                                 &includes->capacity, sizeof *includes->items);
    includes->items[includes->count++] = include;
    return include;
}

static bool is_dual_pragma(const struct includes *includes, const struct directive *directive)
{
    return directive->kind == DIRECTIVE_PRAGMA &&
           source_own_pragma(includes->source, directive) == OWN_PRAGMA_DUAL;
}

static void find_tree(struct includes *includes)
{
    size_t count;
    const struct directive *directives = source_directives(includes->source, &count);
    struct include *open = NULL;
    for (size_t i = includes->first; i < count; i++) {
        const struct directive *directive = &directives[i];
        if (open && is_dual_pragma(includes, directive))
            open->is_dual = true;
        if (directive->kind != DIRECTIVE_LINE)
            continue;
        /* gcc says of the main file, too, that it is entered, if that is its first marker */
        if (directive->flags & MARKS_ENTRY && i > includes->first) {
            open = enter(includes, directive, i, open);
        } else if (directive->flags & MARKS_EXIT && i > includes->first) {
            if (!open) {
                includes->problem = "the line markers do not nest";
                return;
            }
            open->end = directive->start;
            open->last = i;
            include_find_operand(includes, open, directive->line);
            open = (struct include *)open->parent;
        }
    }
    if (open)
        includes->problem = "the line markers do not nest";
}

/* --- what is expanded */

static void expand(struct include *include)
{
    for (; include && !include->is_expanded; include = (struct include *)include->parent)
        include->is_expanded = true;
}

static struct include *innermost(const struct includes *includes, uint32_t offset)
{
    struct include *found = NULL;
    for (size_t i = 0; i < includes->count && includes->items[i]->start <= offset; i++)
        if (offset < includes->items[i]->end)
            found = includes->items[i];
    return found;
}

/* A declaration or function with the language's syntax: every header that has a part of it. */
static void expand_around(struct includes *includes, const struct node *node)
{
    struct include *home = innermost(includes, node->start);
    if (home && home->is_dual && node->end <= home->end)
        return;
    for (size_t i = 0; i < includes->count && includes->items[i]->start < node->end; i++)
        if (includes->items[i]->end > node->start)
            expand(includes->items[i]);
}

static bool contains(const char *text, size_t length, const char *word)
{
    return text && memmem(text, length, word, strlen(word));
}

static bool mentions(const struct includes *includes, const struct include *include,
                     const char *word)
{
    size_t length;
    const char *text = source_original_text(includes->source, include->file, &length);
    return contains(text, length, word);
}

/* Whether the file said so when it was entered first; its guard hides that later. */
static bool has_been_dual(const struct includes *includes, const struct include *include)
{
    for (size_t i = 0; i < includes->count; i++)
        if (includes->items[i]->is_dual && includes->items[i]->file == include->file)
            return true;
    return false;
}

/* Preprocessors are silent about `#pragma pop_macro`, which brings back an older definition. */
static void check_pops(struct includes *includes)
{
    const char *main_path = source_main_path(includes->source), *restorer = NULL;
    size_t length;
    const char *text = source_original_text(includes->source, main_path, &length);
    if (contains(text, length, "pop_macro"))
        restorer = main_path;
    for (size_t i = 0; i < includes->count; i++)
        if (mentions(includes, includes->items[i], "pop_macro"))
            restorer = includes->items[i]->file;
    if (restorer)
        includes->problem = arena_format(includes->arena, "'%s' restores macros", restorer);
}

/* Whether it asks for __ASYNCC__, itself or by a macro that does. */
static bool asks_for_asyncc(const struct includes *includes, const struct include *include,
                            const struct family *family)
{
    size_t length;
    const char *text = source_original_text(includes->source, include->file, &length);
    return text && family_in(family, text, length) < length;
}

static void find_expanded(struct includes *includes, const struct node *unit)
{
    const struct family *family = family_find(includes->arena, includes->source, "__ASYNCC__");
    for (uint32_t i = 0; i < unit->count; i++) {
        const struct node *node = unit->kid[i];
        if (!(node->flags & HAS_LANGUAGE))
            continue;
        if (node->start < includes->start)
            includes->problem = "a file of -include uses the language";
        expand_around(includes, node);
    }
    for (size_t i = 0; i < includes->count; i++) {
        struct include *include = includes->items[i];
        if (asks_for_asyncc(includes, include, family) && !has_been_dual(includes, include))
            expand(include);
    }
}

/* The outermost ones that are not expanded; the others are inside them. */
static void find_restored(struct includes *includes)
{
    uint32_t behind = 0;
    for (size_t i = 0; i < includes->count; i++) {
        struct include *include = includes->items[i];
        if (include->start < behind)
            continue;
        if (!include->operand)
            include->is_expanded = true;
        if (include->is_expanded)
            continue;
        includes->restored =
            arena_grow(includes->arena, includes->restored, includes->restored_count,
                       &includes->restored_capacity, sizeof *includes->restored);
        includes->restored[includes->restored_count++] = include;
        behind = include->end;
    }
}

/* --- #pragma once */

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Whether the line has an #include of what a macro names. */
static bool computes_include(const char *at, const char *end)
{
    static const char word[] = "include";
    at = skip_blanks(at, end);
    if (at == end || *at != '#')
        return false;
    at = skip_blanks(at + 1, end);
    if ((size_t)(end - at) < strlen(word) || memcmp(at, word, strlen(word)) != 0)
        return false;
    const char *operand = skip_blanks(at + strlen(word), end);
    return operand > at + strlen(word) && operand < end &&
           (isalpha((unsigned char)*operand) || *operand == '_');
}

static bool computes_includes(const char *text, size_t length)
{
    const char *end = text + length, *line_end;
    for (const char *at = text; at && at < end; at = line_end + 1) {
        line_end = skip_line(at, end);
        if (computes_include(at, line_end))
            return true;
    }
    return false;
}

/* Whether a restored header behind `expanded` may include it, by what is written there. */
static bool is_wanted_later(const struct includes *includes, const struct include *expanded)
{
    for (size_t i = 0; i < includes->count; i++) {
        const struct include *include = includes->items[i];
        size_t length;
        const char *text = source_original_text(includes->source, include->file, &length);
        if (include->start >= expanded->end && includes_restored(includes, include->start) &&
            (contains(text, length, base_of(expanded->file)) || computes_includes(text, length)))
            return true;
    }
    return false;
}

/* The text of a header that says `#pragma once` is in the output; included, it would come twice. */
static void check_once(struct includes *includes)
{
    for (size_t i = 0; i < includes->count && !includes->problem; i++) {
        const struct include *include = includes->items[i];
        bool is_once = include->imports || mentions(includes, include, "once");
        if (include->is_expanded && is_once && is_wanted_later(includes, include))
            includes->problem = arena_format(
                includes->arena, "'%s', which is written out, would be included again by another",
                include->file);
    }
}

/* --- */

static void check_counter(struct includes *includes)
{
    const char *file = includes_counting(includes);
    if (file)
        includes->problem =
            arena_format(includes->arena, "'%s' uses __COUNTER__ behind text that uses it", file);
}

struct includes *includes_find(struct arena *arena, const struct source *source,
                               const struct node *unit)
{
    struct includes *includes = arena_alloc(arena, sizeof *includes);
    includes->arena = arena;
    includes->source = source;
    find_start(includes);
    if (!includes->problem)
        find_tree(includes);
    if (!includes->problem)
        find_expanded(includes, unit);
    if (!includes->problem)
        check_pops(includes);
    if (!includes->problem)
        find_restored(includes);
    if (!includes->problem)
        check_once(includes);
    if (!includes->problem)
        check_counter(includes);
    return includes;
}

const struct include *includes_restored(const struct includes *includes, uint32_t offset)
{
    size_t low = 0, high = includes->restored_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (includes->restored[middle]->end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < includes->restored_count && includes->restored[low]->start <= offset;
    return found ? includes->restored[low] : NULL;
}
