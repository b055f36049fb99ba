/* Finding is done on the unit's nodes, which came through the preprocessor; each is sought in the
 * original by its first and last token, and widened to the macro calls that these came out of. What
 * cannot be lowered there is refused here, before anything is written. */
#include "output/header_items.h"

#include <string.h>

#include "diagnostic.h"
#include "output/header_text.h"
#include "output/skip.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

/* --- lines that came through the preprocessor */

static void see_line(const struct header_items *h, const char *text, char *is_seen, uint32_t offset)
{
    const struct source *source = h->check->source;
    struct place place = source_line(source, offset);
    size_t length;
    const char *line =
        place.main_file ? source_original_line(source, place.file, place.line, &length) : NULL;
    if (line)
        is_seen[line - text] = 1;
}

/* What header_text_read asks for. */
static const char *find_seen(const struct header_items *h, const char *text, size_t length)
{
    const struct source *source = h->check->source;
    char *is_seen = arena_alloc(h->arena, length + 1);
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    for (size_t i = 0; i < count; i++)
        if (directives[i].kind != DIRECTIVE_LINE)
            see_line(h, text, is_seen, directives[i].start);
    uint32_t end = (uint32_t)source_length(source);
    for (uint32_t at = 0; at < end; at++) {
        uint32_t line_end = (uint32_t)(skip_line(h->code + at, h->code + end) - h->code);
        if (!skip_is_blank(h->code + at, h->code + line_end))
            see_line(h, text, is_seen, at);
        at = line_end;
    }
    return is_seen;
}

/* --- items */

/* The byte of the original file that this one of the preprocessed text was. */
static uint32_t original_offset(const struct header_items *h, uint32_t offset)
{
    const struct source *source = h->check->source;
    const char *file = source_main_path(source);
    struct place place = source_place(source, offset);
    size_t length;
    const char *line = source_original_line(source, file, place.line, &length);
    uint32_t column = place.column ? place.column - 1 : 0;
    return line ? (uint32_t)(line - h->text->text) + column : 0;
}

static bool is_in_main(const struct header_items *h, const struct node *node)
{
    return source_line(h->check->source, node->start).main_file;
}

struct node *first_node(const struct item *item)
{
    return item->parent->kid[item->first];
}

struct node *last_node(const struct item *item)
{
    return item->parent->kid[item->last];
}

static void add_item(struct header_items *h, struct items *items, struct item item, uint32_t from)
{
    bool ends_with_semicolon = h->code[last_node(&item)->end - 1] == ';';
    struct item *last = items->count ? &items->items[items->count - 1] : NULL;
    bool is_next = last && item.parent == last->parent;
    if (is_next)
        from = last->span.end;
    if (is_next && item.span.start < from) { /* out of the same macro call, or a neighbour of it */
        from = last->span.start;
        last->last = item.last;
        last->is_anew |= item.is_anew;
        if (item.span.end > last->span.end)
            last->span.end = item.span.end;
    } else {
        items->items = arena_grow(h->arena, items->items, items->count, &items->capacity,
                                  sizeof *items->items);
        items->items[items->count++] = item;
        last = &items->items[items->count - 1];
    }
    header_text_widen(h->text, from, &last->span, ends_with_semicolon);
}

/* `from`: where the first one can begin. */
static void find_items(struct header_items *h, struct items *items, const struct node *parent,
                       uint32_t from)
{
    for (uint32_t i = 0; i < parent->count; i++) {
        struct node *node = parent->kid[i];
        if (!is_in_main(h, node) || node->end == node->start)
            continue;
        struct item item = {.parent = parent, .first = i, .last = i};
        item.is_anew = node->flags & HAS_LANGUAGE;
        item.span.start = original_offset(h, node->start);
        item.span.end = original_offset(h, node->end - 1) + 1;
        add_item(h, items, item, from);
    }
}

/* The struct that the item defines, if nothing but its members uses the language. */
static const struct node *struct_of(const struct item *item)
{
    const struct node *node = first_node(item);
    if (item->first != item->last || node->kind != NODE_DECLARATION)
        return NULL;
    for (uint32_t i = 1; i < node->count; i++)
        if (node->kid[i]->flags & HAS_LANGUAGE)
            return NULL;
    const struct node *tag = defined_tag(node->kid[0]);
    return tag && tag->kind != NODE_ENUM && !specifiers_are_special(node->kid[0]) ? tag : NULL;
}

/* Leaves a struct with conditions in it, of which the preprocessor passed one branch on, to its
 * members. */
static void find_members(struct header_items *h, struct item *item)
{
    const struct node *tag = struct_of(item);
    if (!tag || !item->is_anew || !header_text_has_conditional(h->text, item->span))
        return;
    size_t first = h->members.count;
    item->is_anew = false;
    find_items(h, &h->members, tag, item->span.start);
    for (size_t i = first, end = h->members.count; i < end; i++) {
        struct item member = h->members.items[i];
        find_members(h, &member);
        h->members.items[i].is_anew = member.is_anew;
    }
}

/* --- what is refused */

static bool is_dual(const struct source *source, const char *file)
{
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    for (size_t i = 0; i < count; i++)
        if (directives[i].kind == DIRECTIVE_PRAGMA &&
            source_own_pragma(source, &directives[i]) == OWN_PRAGMA_DUAL &&
            source_line(source, directives[i].start).file == file)
            return true;
    return false;
}

static bool is_language_header(const char *file)
{
    size_t length = strlen(file);
    return length > 3 && !strcmp(file + length - 3, ".ah");
}

/* Whether what stands in an included file can be left to that file's lowered form. */
static bool is_left_to(const struct source *source, const char *file)
{
    return is_language_header(file) || is_dual(source, file);
}

static void check_nodes(const struct header_items *h)
{
    const struct source *source = h->check->source;
    struct diagnostics *diagnostics = h->check->diagnostics;
    const char *judged = NULL;
    for (uint32_t i = 0; i < h->unit->count; i++) {
        const struct node *node = h->unit->kid[i];
        struct range range = {node->start, node->end};
        if (!(node->flags & HAS_LANGUAGE))
            continue;
        const char *file = source_line(source, node->start).file;
        if (!is_in_main(h, node) && file != judged && !is_left_to(source, judged = file)) {
            report_error(diagnostics, range, "'%s' uses the language and is no .ah file", file);
            report_note(diagnostics, range,
                        "an #include of x.ah becomes one of x.h, which is lowered by itself");
        }
    }
}

static void check_items(const struct header_items *h, const struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        const struct node *node = first_node(item);
        struct range range = {node->start, node->end};
        if (item->is_anew && !header_text_is_whole(h->text, item->span)) {
            report_error(h->check->diagnostics, range,
                         "a conditional directive divides this declaration");
            report_note(h->check->diagnostics, range, "write it out whole in each branch");
        }
    }
}

static const struct header_directive *directive_around(const struct header_items *h,
                                                       uint32_t offset)
{
    for (size_t i = 0; i < h->text->count; i++) {
        const struct header_directive *directive = &h->text->directives[i];
        if (directive->start <= offset && offset < directive->end)
            return directive;
    }
    return NULL;
}

/* The marker of a file that is entered stands where the #include did. */
static void check_includes(const struct header_items *h)
{
    const struct source *source = h->check->source;
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    for (size_t i = 0; i < count; i++) {
        const struct directive *marker = &directives[i];
        if (!(marker->flags & MARKS_ENTRY) || !is_language_header(marker->file) ||
            !source_line(source, marker->start).main_file)
            continue;
        const struct header_directive *include =
            directive_around(h, original_offset(h, marker->start));
        if (include && header_text_is_computed(h->text, include))
            report_error(h->check->diagnostics, (struct range){marker->start, marker->start},
                         "an #include of a .ah file in a header must name it, for it becomes one "
                         "of the .h file");
    }
}

/* --- functions */

/* Whether anything is written of it but what stands in its place. */
static bool has_parts(const struct node *node)
{
    const struct function *function = node->function;
    return function && (function_has_frame(function) || function->made || function->holds_frames);
}

/* What is known of a definition where its parts are written, far below: whether it is there. The
 * macros that decided that may have changed until then. */
static void add_function(struct header_items *h, const struct item *item, const struct node *node)
{
    struct header *header = &h->header;
    bool is_conditional = header_text_is_conditional(h->text, item->span.start);
    header->functions = arena_grow(h->arena, header->functions, header->count, &header->capacity,
                                   sizeof *header->functions);
    header->functions[header->count++] = (struct header_function){
        .node = node,
        .marker = is_conditional ? arena_format(h->arena, "%s__is_here", node->symbol->name) : NULL,
        .space = header_text_namespaces(h->text, item->span.start)};
}

static void find_functions(struct header_items *h)
{
    for (size_t i = 0; i < h->items.count; i++) {
        const struct item *item = &h->items.items[i];
        for (uint32_t k = item->first; k <= item->last; k++) {
            const struct node *node = h->unit->kid[k];
            if (node->kind != NODE_FUNCTION || !node->symbol || !has_parts(node))
                continue;
            const struct function *function = lowered_function(h->lowered, node->symbol);
            if (function && function->is_main)
                report_error(h->check->diagnostics, (struct range){node->start, node->end},
                             "main cannot be defined in a header");
            add_function(h, item, node);
        }
    }
}

void find_header_items(struct header_items *h, const char *text, size_t length)
{
    h->text = header_text_read(h->arena, text, length, find_seen(h, text, length));
    find_items(h, &h->items, h->unit, 0);
    for (size_t i = 0; i < h->items.count; i++)
        find_members(h, &h->items.items[i]);
    check_nodes(h);
    check_items(h, &h->items);
    check_items(h, &h->members);
    check_includes(h);
    find_functions(h);
}
