/* A header as C and C++ compilers can read it.
 *
 * It stays the user's text, directives and macros and comments as they were written, with these
 * edits, which are collected, sorted by place (header_edits.c) and made in one pass over the
 * original:
 *
 *   - declarations that use the language are written anew (`item`s, header_items.c); of a struct
 *     with conditions (#if) in it, only such members;
 *   - an #include of a .ah file becomes one of the .h file that is made of it, and so does
 *     __has_include;
 *   - all is `extern "C"` but the files that are included, and what C++ alone has;
 *   - async functions that are defined in it follow before the guard's end. Of one that stands
 *     under conditions (#if), a macro tells there whether it is.
 *
 * What is written anew was expanded already. Where macros are in force that would expand it again
 * (rescan.c), they are put aside meanwhile, by #pragma push_macro. */
#include "output/header.h"

#include <string.h>

#include "diagnostic.h"
#include "lexical.h"
#include "output/header_edits.h"
#include "output/header_items.h"
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

struct output {
    struct emitter e;
    struct arena *arena;
    const struct popped *popped;
    struct header_items found;
    /* how far the original was read */
    uint32_t at, line;
    enum lexical_state state; /* where a line begins */
    size_t directive;
    bool marked; /* a line was told inside a conditional */
};

/* --- copying the original */

static void start_line(struct writer *w)
{
    if (w->out->length > w->line_start)
        write_string(w, "\n");
}

static void put_markers(struct output *o, const struct item *item)
{
    for (size_t i = 0; i < o->found.header.count; i++) {
        const struct header_function *function = &o->found.header.functions[i];
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
    for (size_t i = 0; i < o->found.header.count; i++)
        if (o->found.header.functions[i].marker)
            write_format(&o->e.writer, "#undef %s\n", o->found.header.functions[i].marker);
}

/* Notes that the directive was passed; what it ends may have told another line. */
static void pass_directives(struct output *o)
{
    const struct header_text *text = o->found.text;
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
    const char *text = o->found.text->text;
    bool starts = o->at == 0 || text[o->at - 1] == '\n';
    bool is_spliced =
        o->at > 1 && (text[o->at - 2] == '\\' ||
                      (text[o->at - 2] == '\r' && o->at > 2 && text[o->at - 3] == '\\'));
    return starts && !is_spliced && o->state == IN_CODE;
}

/* Reads the original up to `to`, and writes it if `writes`. */
static void copy_original(struct output *o, uint32_t to, bool writes)
{
    const char *text = o->found.text->text;
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
    if (!skip_is_blank(blanks, blanks + length))
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
    e->space = header_text_namespaces(o->found.text, item->span.start);
    if (has_body(item))
        begin_quiet(e);
    write_place(&e->writer, at, false);
    for (uint32_t i = item->first; i <= item->last; i++) {
        struct node *node = item->parent->kid[i];
        emit_gap(e, at, node->start);
        if (node->flags & HAS_LANGUAGE && item->parent == o->found.unit)
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
    e->space = header_text_namespaces(o->found.text, item->span.start);
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
    unsigned needs =
        needs_of(o, &o->found.items, &bodies) | needs_of(o, &o->found.members, &bodies);
    if (bodies && !o->found.text->has_guard && !o->found.text->has_once)
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
        if (o->found.header.count)
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
    struct output o = {.arena = lowered->arena, .line = 1};
    struct edits edits = {.arena = lowered->arena};
    o.found = (struct header_items){.check = check,
                                    .lowered = lowered,
                                    .unit = unit,
                                    .arena = lowered->arena,
                                    .code = source_code(check->source)};
    o.e = (struct emitter){
        .check = check,
        .lowered = lowered,
        .header = &o.found.header,
        .code = o.found.code,
        .writer = {.out = out, .source = check->source, .pragmas = check->pragmas, .lines = lines}};
    if (!text) {
        report_failure(check->diagnostics, "'%s' cannot be read a second time", path);
        return;
    }
    rewrite_sizes(o.e);
    o.popped = popped_find(o.arena, check->source);
    find_header_items(&o.found, text, length);
    if (diagnostics_errors(check->diagnostics))
        return;
    find_edits(&edits, &o.found);
    for (size_t i = 0; i < edits.count; i++) {
        copy_original(&o, edits.edits[i].span.start, true);
        pass_directives(&o);
        make_edit(&o, &edits.edits[i]);
        copy_original(&o, edits.edits[i].span.end, false);
    }
    copy_original(&o, (uint32_t)length, true);
}
