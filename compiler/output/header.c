/* A header as C and C++ compilers can read it.
 *
 * It stays the user's text, directives and macros and comments as they were written, with these
 * edits, which are collected, sorted by place and made in one pass over the original:
 *
 *   - declarations that use the language are written anew (`item`s: one declaration, or several
 *     that came out of the same macro call); of a struct with conditions (#if) in it, only such
 *     members;
 *   - an #include of a .ah file becomes one of the .h file that is made of it, and so does
 *     __has_include;
 *   - all is `extern "C"` but the files that are included, and what C++ alone has;
 *   - async functions that are defined in it follow before the guard's end. Of one that stands
 *     under conditions (#if), a macro tells there whether it is.
 *
 * What is written anew was expanded already. Where macros are in force that would expand it again
 * (rescan.c), they are put aside meanwhile, by #pragma push_macro. */
#include "output/header.h"

#include <stdlib.h>
#include <string.h>

#include "diagnostic.h"
#include "lexical.h"
#include "output/header_text.h"
#include "output/node.h"
#include "output/popped.h"
#include "output/portable.h"
#include "output/rescan.h"
#include "output/restoration.h"
#include "output/skip.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

struct item {
    struct span span;
    const struct node *parent; /* the unit, or a struct */
    uint32_t first, last;      /* of its kids: [first, last] */
    bool is_anew;              /* it uses the language, and is not left to its members */
};

struct items {
    struct item *items;
    size_t count, capacity;
};

enum edit_kind { /* in the order in which they are made at one place */
                 EDIT_HEAD,
                 EDIT_ENTER_C,
                 EDIT_LEAVE_C,
                 EDIT_SUFFIX,
                 EDIT_CONTAINERS,
                 EDIT_ITEM,
                 EDIT_TAIL
};

struct edit {
    enum edit_kind kind;
    struct span span; /* what it replaces */
    const struct item *item;
};

struct output {
    struct emitter e;
    struct arena *arena;
    struct node *unit;
    const struct header_text *text;
    const struct popped *popped;
    struct header header;
    struct items items;   /* all of the unit's */
    struct items members; /* of structs that are not written anew as a whole */
    struct edit *edits;
    size_t edit_count, edit_capacity;
    /* while edits are made: how far the original was read */
    uint32_t at, line;
    enum lexical_state state; /* where a line begins */
    size_t directive;
    bool marked; /* a line was told inside a conditional */
};

static bool is_blank_between(const char *text, uint32_t start, uint32_t end)
{
    while (start < end && strchr(" \t\r\n", text[start]))
        start++;
    return start == end;
}

/* --- lines that came through the preprocessor */

static void see_line(const struct output *o, const char *text, char *is_seen, uint32_t offset)
{
    const struct source *source = o->e.check->source;
    struct place place = source_line(source, offset);
    size_t length;
    const char *line =
        place.main_file ? source_original_line(source, place.file, place.line, &length) : NULL;
    if (line)
        is_seen[line - text] = 1;
}

/* What header_text_read asks for. */
static const char *find_seen(const struct output *o, const char *text, size_t length)
{
    const struct source *source = o->e.check->source;
    char *is_seen = arena_alloc(o->arena, length + 1);
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    for (size_t i = 0; i < count; i++)
        if (directives[i].kind != DIRECTIVE_LINE)
            see_line(o, text, is_seen, directives[i].start);
    uint32_t end = (uint32_t)source_length(source);
    for (uint32_t at = 0; at < end; at++) {
        uint32_t line_end = (uint32_t)(skip_line(o->e.code + at, o->e.code + end) - o->e.code);
        if (!is_blank_between(o->e.code, at, line_end))
            see_line(o, text, is_seen, at);
        at = line_end;
    }
    return is_seen;
}

/* --- items */

/* The byte of the original file that this one of the preprocessed text was. */
static uint32_t original_offset(const struct output *o, uint32_t offset)
{
    const struct source *source = o->e.check->source;
    const char *file = source_main_path(source);
    struct place place = source_place(source, offset);
    size_t length;
    const char *line = source_original_line(source, file, place.line, &length);
    uint32_t column = place.column ? place.column - 1 : 0;
    return line ? (uint32_t)(line - o->text->text) + column : 0;
}

static bool is_in_main(const struct output *o, const struct node *node)
{
    return source_line(o->e.check->source, node->start).main_file;
}

static struct node *first_node(const struct item *item)
{
    return item->parent->kid[item->first];
}

static struct node *last_node(const struct item *item)
{
    return item->parent->kid[item->last];
}

static void add_item(struct output *o, struct items *items, struct item item, uint32_t from)
{
    bool ends_with_semicolon = o->e.code[last_node(&item)->end - 1] == ';';
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
        items->items = arena_grow(o->arena, items->items, items->count, &items->capacity,
                                  sizeof *items->items);
        items->items[items->count++] = item;
        last = &items->items[items->count - 1];
    }
    header_text_widen(o->text, from, &last->span, ends_with_semicolon);
}

/* `from`: where the first one can begin. */
static void find_items(struct output *o, struct items *items, const struct node *parent,
                       uint32_t from)
{
    for (uint32_t i = 0; i < parent->count; i++) {
        struct node *node = parent->kid[i];
        if (!is_in_main(o, node) || node->end == node->start)
            continue;
        struct item item = {.parent = parent, .first = i, .last = i};
        item.is_anew = node->flags & HAS_LANGUAGE;
        item.span.start = original_offset(o, node->start);
        item.span.end = original_offset(o, node->end - 1) + 1;
        add_item(o, items, item, from);
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
static void find_members(struct output *o, struct item *item)
{
    const struct node *tag = struct_of(item);
    if (!tag || !item->is_anew || !header_text_has_conditional(o->text, item->span))
        return;
    size_t first = o->members.count;
    item->is_anew = false;
    find_items(o, &o->members, tag, item->span.start);
    for (size_t i = first, end = o->members.count; i < end; i++) {
        struct item member = o->members.items[i];
        find_members(o, &member);
        o->members.items[i].is_anew = member.is_anew;
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

static void check_nodes(const struct output *o)
{
    const struct source *source = o->e.check->source;
    struct diagnostics *diagnostics = o->e.check->diagnostics;
    const char *judged = NULL;
    for (uint32_t i = 0; i < o->unit->count; i++) {
        const struct node *node = o->unit->kid[i];
        struct range range = {node->start, node->end};
        if (!(node->flags & HAS_LANGUAGE))
            continue;
        const char *file = source_line(source, node->start).file;
        if (!is_in_main(o, node) && file != judged && !is_left_to(source, judged = file)) {
            report_error(diagnostics, range, "'%s' uses the language and is no .ah file", file);
            report_note(diagnostics, range,
                        "an #include of x.ah becomes one of x.h, which is lowered by itself");
        }
    }
}

static void check_items(const struct output *o, const struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        const struct node *node = first_node(item);
        struct range range = {node->start, node->end};
        if (item->is_anew && !header_text_is_whole(o->text, item->span)) {
            report_error(o->e.check->diagnostics, range,
                         "a conditional directive divides this declaration");
            report_note(o->e.check->diagnostics, range, "write it out whole in each branch");
        }
    }
}

static const struct header_directive *directive_around(const struct output *o, uint32_t offset)
{
    for (size_t i = 0; i < o->text->count; i++) {
        const struct header_directive *directive = &o->text->directives[i];
        if (directive->start <= offset && offset < directive->end)
            return directive;
    }
    return NULL;
}

/* The marker of a file that is entered stands where the #include did. */
static void check_includes(const struct output *o)
{
    const struct source *source = o->e.check->source;
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    for (size_t i = 0; i < count; i++) {
        const struct directive *marker = &directives[i];
        if (!(marker->flags & MARKS_ENTRY) || !is_language_header(marker->file) ||
            !source_line(source, marker->start).main_file)
            continue;
        const struct header_directive *include =
            directive_around(o, original_offset(o, marker->start));
        if (include && header_text_is_computed(o->text, include))
            report_error(o->e.check->diagnostics, (struct range){marker->start, marker->start},
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
static void add_function(struct output *o, const struct item *item, const struct node *node)
{
    struct header *header = &o->header;
    bool is_conditional = header_text_is_conditional(o->text, item->span.start);
    header->functions = arena_grow(o->arena, header->functions, header->count, &header->capacity,
                                   sizeof *header->functions);
    header->functions[header->count++] = (struct header_function){
        .node = node,
        .marker = is_conditional ? arena_format(o->arena, "%s__is_here", node->symbol->name) : NULL,
        .space = header_text_namespaces(o->text, item->span.start)};
}

static void find_functions(struct output *o)
{
    for (size_t i = 0; i < o->items.count; i++) {
        const struct item *item = &o->items.items[i];
        for (uint32_t k = item->first; k <= item->last; k++) {
            const struct node *node = o->unit->kid[k];
            if (node->kind != NODE_FUNCTION || !node->symbol || !has_parts(node))
                continue;
            const struct function *function = lowered_function(o->e.lowered, node->symbol);
            if (function && function->is_main)
                report_error(o->e.check->diagnostics, (struct range){node->start, node->end},
                             "main cannot be defined in a header");
            add_function(o, item, node);
        }
    }
}

/* --- edits */

static void add_edit(struct output *o, enum edit_kind kind, uint32_t start, uint32_t end,
                     const struct item *item)
{
    o->edits = arena_grow(o->arena, o->edits, o->edit_count, &o->edit_capacity, sizeof *o->edits);
    o->edits[o->edit_count++] = (struct edit){kind, {start, end}, item};
}

static const struct item *item_around(const struct items *items, uint32_t offset)
{
    for (size_t i = 0; i < items->count; i++)
        if (items->items[i].span.start <= offset && offset < items->items[i].span.end)
            return &items->items[i];
    return NULL;
}

/* What stands there is no C: an #include, or what C++ alone has. `last`: the edit behind the one
 * before. */
static void pause_c(struct output *o, struct span span, size_t *last)
{
    if (*last != SIZE_MAX &&
        is_blank_between(o->text->text, o->edits[*last].span.start, span.start)) {
        o->edits[*last].span.start = o->edits[*last].span.end = span.end;
        return;
    }
    add_edit(o, EDIT_LEAVE_C, span.start, span.start, NULL);
    *last = o->edit_count;
    add_edit(o, EDIT_ENTER_C, span.end, span.end, NULL);
}

static bool is_inside(const struct output *o, uint32_t offset)
{
    return item_around(&o->items, offset) || offset < o->text->declarations;
}

/* Whether it is about nothing but the linkage of what follows, which goes well with ours: the
 * braces pair. `linkages` are open. */
static bool is_linkage(const struct cxx_branch *branch, unsigned *linkages)
{
    bool opens = branch->kind == CXX_OPENS_LINKAGE, closes = branch->kind == CXX_CLOSES;
    if (!opens && (!closes || !*linkages))
        return false;
    *linkages += opens;
    *linkages -= closes;
    return true;
}

/* Whether declarations of C++ stand there, which are no part of others. */
static bool has_cxx(const struct output *o, const struct cxx_branch *branch)
{
    return branch->kind != CXX_PART && !is_inside(o, branch->conditional) &&
           !is_inside(o, branch->span.start);
}

static void add_pauses(struct output *o)
{
    const struct header_text *text = o->text;
    size_t last = SIZE_MAX;
    unsigned linkages = 0;
    uint32_t behind = 0; /* the last branch of C++ */
    for (size_t i = 0; i < text->count; i++) {
        const struct header_directive *directive = &text->directives[i];
        struct cxx_branch branch;
        if (directive->start < behind)
            continue;
        if (directive->kind == HEADER_INCLUDE && !is_inside(o, directive->start)) {
            pause_c(o, (struct span){directive->start, directive->end}, &last);
        } else if (header_text_find_cxx(text, i, &branch) && !is_linkage(&branch, &linkages) &&
                   has_cxx(o, &branch)) {
            pause_c(o, branch.span, &last);
            behind = branch.span.end;
        }
    }
}

static bool has_anew(const struct items *items, uint32_t offset)
{
    const struct item *item = item_around(items, offset);
    return item && item->is_anew;
}

/* Whether what stands there is written anew. */
static bool is_replaced(const struct output *o, uint32_t offset)
{
    return has_anew(&o->items, offset) || has_anew(&o->members, offset);
}

static void add_suffixes(struct output *o)
{
    for (size_t i = 0; i < o->text->count; i++) {
        const struct header_directive *directive = &o->text->directives[i];
        uint32_t at = directive->start, dot;
        while (!is_replaced(o, directive->start) &&
               header_text_next_header(o->text, directive, &at, &dot))
            add_edit(o, EDIT_SUFFIX, dot, dot + (uint32_t)strlen(".ah"), NULL);
    }
}

static int by_place(const void *left, const void *right)
{
    const struct edit *a = left, *b = right;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

static void add_items(struct output *o, const struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        bool is_left =
            !item->is_anew && first_node(item)->flags & HAS_LANGUAGE; /* to its members */
        if (item->is_anew)
            add_edit(o, EDIT_ITEM, item->span.start, item->span.end, item);
        else if (is_left && items == &o->items)
            add_edit(o, EDIT_CONTAINERS, item->span.start, item->span.start, item);
    }
}

static void find_edits(struct output *o)
{
    const struct header_text *text = o->text;
    add_edit(o, EDIT_HEAD, text->head, text->head, NULL);
    add_edit(o, EDIT_ENTER_C, text->declarations, text->declarations, NULL);
    add_pauses(o);
    add_suffixes(o);
    add_items(o, &o->items);
    add_items(o, &o->members);
    add_edit(o, EDIT_TAIL, text->tail, text->tail, NULL);
    qsort(o->edits, o->edit_count, sizeof *o->edits, by_place);
}

/* --- copying the original */

static void start_line(struct writer *w)
{
    if (w->out->length > w->line_start)
        write_string(w, "\n");
}

static void put_markers(struct output *o, const struct item *item)
{
    for (size_t i = 0; i < o->header.count; i++) {
        const struct header_function *function = &o->header.functions[i];
        for (uint32_t k = item->first; k <= item->last; k++) {
            if (!function->marker || function->node != item->parent->kid[k])
                continue;
            start_line(&o->e.writer);
            write_format(&o->e.writer, "#define %s\n", function->marker);
        }
    }
}

static void drop_markers(struct output *o)
{
    for (size_t i = 0; i < o->header.count; i++)
        if (o->header.functions[i].marker)
            write_format(&o->e.writer, "#undef %s\n", o->header.functions[i].marker);
}

/* Notes that the directive was passed; what it ends may have told another line. */
static void pass_directives(struct output *o)
{
    const struct header_text *text = o->text;
    for (; o->directive < text->count && text->directives[o->directive].end <= o->at;
         o->directive++) {
        const struct header_directive *directive = &text->directives[o->directive];
        if (directive->kind != HEADER_ELSE && directive->kind != HEADER_ENDIF)
            continue;
        if (o->marked)
            o->e.writer.file = NULL;
        if (directive->kind == HEADER_ENDIF && directive->depth == text->depth)
            o->marked = false;
    }
}

/* Whether a #line can stand before the original's line that begins here. */
static bool is_fresh_line(const struct output *o)
{
    const char *text = o->text->text;
    bool starts = o->at == 0 || text[o->at - 1] == '\n';
    bool is_spliced =
        o->at > 1 && (text[o->at - 2] == '\\' ||
                      (text[o->at - 2] == '\r' && o->at > 2 && text[o->at - 3] == '\\'));
    return starts && !is_spliced && o->state == IN_CODE;
}

/* Reads the original up to `to`, and writes it if `writes`. */
static void copy_original(struct output *o, uint32_t to, bool writes)
{
    const char *text = o->text->text;
    struct writer *w = &o->e.writer;
    while (o->at < to) {
        pass_directives(o);
        if (writes && is_fresh_line(o))
            write_line(w, source_main_path(w->source), o->line);
        uint32_t start = o->at;
        const char *newline = memchr(text + start, '\n', to - start);
        o->at = newline ? (uint32_t)(newline - text) + 1 : to;
        if (writes)
            write_copied(w, text + start, o->at - start);
        o->state = lexical_line(o->state, text + start, o->at - start - (newline != NULL));
        o->line += newline != NULL;
    }
    w->place_file = NULL;
}

/* --- what is written anew */

typedef void put_piece(struct emitter *e, const struct output *o, const struct item *item);

/* The macros in force at this byte of the preprocessed text that would expand the piece again. */
static void find_hazards(const struct output *o, const struct text *piece, uint32_t offset,
                         struct restoration *restoration)
{
    struct includes *includes = arena_alloc(o->arena, sizeof *includes);
    struct restored_event *all = arena_alloc(o->arena, sizeof *all);
    size_t count;
    const struct directive *directives = source_directives(o->e.check->source, &count);
    while (all->last < count && directives[all->last].start < offset)
        all->last++;
    includes->source = o->e.check->source;
    *restoration = (struct restoration){.arena = o->arena,
                                        .includes = includes,
                                        .popped = o->popped,
                                        .events = all,
                                        .event_count = 1};
    rescan(restoration, piece);
}

static void render(struct output *o, struct text *piece, put_piece *put, const struct item *item,
                   const char *indentation)
{
    struct emitter e = o->e;
    e.writer.out = piece;
    e.writer.line_start = 0;
    text_puts(piece, indentation);
    put(&e, o, item);
    o->e.writer.file = e.writer.file;
    o->e.writer.line = e.writer.line;
}

static void append(struct output *o, const struct text *piece)
{
    struct writer *w = &o->e.writer;
    portable_write(w->out, piece);
    w->line_start = w->out->length;
    while (w->line_start && w->out->data[w->line_start - 1] != '\n')
        w->line_start--;
}

/* Takes back the blanks that the last line consists of. */
static const char *take_indentation(struct output *o)
{
    struct writer *w = &o->e.writer;
    size_t length = w->out->length - w->line_start;
    const char *blanks = arena_copy(o->arena, w->out->data + w->line_start, length);
    if (!is_blank_between(blanks, 0, (uint32_t)length))
        return "";
    w->out->length = w->line_start;
    return blanks;
}

/* Writes what `put` does; `offset`: where in the preprocessed text. */
static void put_anew(struct output *o, put_piece *put, const struct item *item, uint32_t offset)
{
    struct writer *w = &o->e.writer;
    struct text piece = {0};
    struct restoration restoration;
    const char *file = w->file;
    uint32_t line = w->line;
    const char *indentation = take_indentation(o);
    start_line(&o->e.writer);
    render(o, &piece, put, item, indentation);
    find_hazards(o, &piece, offset, &restoration);
    if (restoration.undef_count) {
        w->file = file;
        w->line = line;
        for (size_t i = 0; i < restoration.undef_count; i++)
            write_format(w, "#pragma push_macro(\"%s\")\n#undef %s\n", restoration.undefs[i].name,
                         restoration.undefs[i].name);
        text_clear(&piece);
        render(o, &piece, put, item, indentation);
    }
    append(o, &piece);
    if (restoration.undef_count)
        start_line(&o->e.writer);
    for (size_t i = 0; i < restoration.undef_count; i++)
        write_format(w, "#pragma pop_macro(\"%s\")\n", restoration.undefs[i].name);
    text_free(&piece);
}

/* -Wpedantic is about the user's text; what is written of bodies is GNU C. */
static void begin_quiet(struct emitter *e)
{
    start_line(&e->writer);
    write_string(&e->writer, "#pragma GCC diagnostic push\n"
                             "#pragma GCC diagnostic ignored \"-Wpedantic\"\n");
    e->writer.file = NULL;
}

static void end_quiet(struct emitter *e)
{
    start_line(&e->writer);
    write_string(&e->writer, "#pragma GCC diagnostic pop\n");
    e->writer.file = NULL;
}

/* Whether the body of an ordinary function is written in its place. */
static bool has_body(const struct item *item)
{
    for (uint32_t i = item->first; i <= item->last; i++) {
        const struct node *node = item->parent->kid[i];
        const struct function *function = node->function;
        bool is_moved = function && (function_has_frame(function) || function->holds_frames);
        if (node->kind == NODE_FUNCTION && !is_moved)
            return true;
    }
    return false;
}

static void put_item(struct emitter *e, const struct output *o, const struct item *item)
{
    uint32_t at = first_node(item)->start;
    struct written *written = NULL; /* what a conditional may leave out is written again */
    e->written = &written;
    e->space = header_text_namespaces(o->text, item->span.start);
    if (has_body(item))
        begin_quiet(e);
    write_place(&e->writer, at, false);
    for (uint32_t i = item->first; i <= item->last; i++) {
        struct node *node = item->parent->kid[i];
        emit_gap(e, at, node->start);
        if (node->flags & HAS_LANGUAGE && item->parent == o->unit)
            emit_item(e, node);
        else
            emit_node(e, node);
        at = node->end;
    }
    if (has_body(item))
        end_quiet(e);
}

/* In front of a struct: those of its members. */
static void put_containers(struct emitter *e, const struct output *o, const struct item *item)
{
    struct written *written = NULL;
    e->written = &written;
    e->space = header_text_namespaces(o->text, item->span.start);
    emit_containers(e, first_node(item));
}

static void put_functions(struct emitter *e, const struct output *o, const struct item *item)
{
    (void)o;
    (void)item;
    struct written *written = NULL;
    e->written = &written;
    begin_quiet(e);
    /* g++ has it that va_list has no standard layout, nor what C++ adds members to. */
    write_string(&e->writer, "#ifdef __cplusplus\n"
                             "#pragma GCC diagnostic ignored \"-Winvalid-offsetof\"\n"
                             "#endif\n");
    emit_functions(e);
    end_quiet(e);
}

/* Macros that a body defines are known behind it. */
static void put_definitions(struct output *o, const struct item *item)
{
    const struct source *source = o->e.check->source;
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    uint32_t start = first_node(item)->start, end = last_node(item)->end;
    for (size_t i = 0; i < count; i++) {
        const struct directive *directive = &directives[i];
        bool defines = directive->kind == DIRECTIVE_DEFINE || directive->kind == DIRECTIVE_UNDEF;
        if (!defines || directive->start < start || directive->end > end)
            continue;
        start_line(&o->e.writer);
        write_text(&o->e.writer, source_text(source) + directive->start,
                   directive->end - directive->start);
    }
}

/* What words of it need; `*bodies`: functions are among it. */
static unsigned needs_of(const struct output *o, const struct items *items, bool *bodies)
{
    unsigned needs = 0;
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        uint32_t start = first_node(item)->start;
        if (!item->is_anew)
            continue;
        for (uint32_t k = item->first; k <= item->last; k++)
            *bodies |= item->parent->kid[k]->kind == NODE_FUNCTION;
        needs |= portable_needs(o->e.code + start, last_node(item)->end - start);
    }
    return needs;
}

/* What the generated declarations need. */
static void put_head(struct output *o)
{
    bool bodies = false;
    unsigned needs = needs_of(o, &o->items, &bodies) | needs_of(o, &o->members, &bodies);
    if (bodies && !o->text->has_guard && !o->text->has_once)
        write_string(&o->e.writer, "#pragma once\n");
    write_format(&o->e.writer, "#include <async/%s.h>\n", bodies ? "async" : "frame");
    portable_includes(&o->e.writer, needs);
}

static void make_edit(struct output *o, const struct edit *edit)
{
    struct writer *w = &o->e.writer;
    const struct source *source = o->e.check->source;
    bool is_anew = edit->kind == EDIT_ITEM || edit->kind == EDIT_CONTAINERS;
    if (edit->kind != EDIT_SUFFIX && !is_anew)
        start_line(&o->e.writer);
    switch (edit->kind) {
    case EDIT_HEAD:
        put_head(o);
        break;
    case EDIT_ENTER_C:
        write_string(w, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
        break;
    case EDIT_LEAVE_C:
        write_string(w, "#ifdef __cplusplus\n}\n#endif\n");
        break;
    case EDIT_SUFFIX:
        write_string(w, ".h");
        break;
    case EDIT_CONTAINERS:
        put_anew(o, put_containers, edit->item, first_node(edit->item)->start);
        break;
    case EDIT_ITEM:
        put_anew(o, put_item, edit->item, first_node(edit->item)->start);
        put_markers(o, edit->item);
        put_definitions(o, edit->item);
        break;
    case EDIT_TAIL:
        if (o->header.count)
            put_anew(o, put_functions, NULL, (uint32_t)source_length(source));
        start_line(&o->e.writer);
        drop_markers(o);
        write_string(w, "#ifdef __cplusplus\n}\n#endif\n");
        break;
    }
    o->marked |= edit->kind == EDIT_ITEM || edit->kind == EDIT_LEAVE_C;
}

void emit_header(struct text *out, const struct check *check, const struct lowered *lowered,
                 struct node *unit, bool lines)
{
    size_t length;
    const char *path = source_main_path(check->source);
    const char *text = source_original_text(check->source, path, &length);
    struct output o = {.arena = lowered->arena, .unit = unit, .line = 1};
    o.e = (struct emitter){
        .check = check,
        .lowered = lowered,
        .header = &o.header,
        .code = source_code(check->source),
        .writer = {.out = out, .source = check->source, .pragmas = check->pragmas, .lines = lines}};
    if (!text) {
        report_failure(check->diagnostics, "'%s' cannot be read a second time", path);
        return;
    }
    rewrite_sizes(o.e);
    o.text = header_text_read(o.arena, text, length, find_seen(&o, text, length));
    o.popped = popped_find(o.arena, check->source);
    find_items(&o, &o.items, unit, 0);
    for (size_t i = 0; i < o.items.count; i++)
        find_members(&o, &o.items.items[i]);
    check_nodes(&o);
    check_items(&o, &o.items);
    check_items(&o, &o.members);
    check_includes(&o);
    find_functions(&o);
    if (diagnostics_errors(check->diagnostics))
        return;
    find_edits(&o);
    for (size_t i = 0; i < o.edit_count; i++) {
        copy_original(&o, o.edits[i].span.start, true);
        pass_directives(&o);
        make_edit(&o, &o.edits[i]);
        copy_original(&o, o.edits[i].span.end, false);
    }
    copy_original(&o, (uint32_t)length, true);
}
