/* The writer behind all output; see writer.h. */
#include "output/writer.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/comments.h"
#include "output/restoration.h"
#include "output/skip.h"
#include "semantic/pragma.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"
#include "syntax/token.h"

static void end_line(struct writer *w)
{
    w->ended = (struct ended_line){w->out, w->line_start, w->out->length};
    text_put(w->out, '\n');
    w->line_start = w->out->length;
}

/* Where the line begins whose newline this is: seldom another one than was ended last. */
static size_t start_of_line(const struct writer *w, size_t newline)
{
    size_t start = newline;
    if (w->ended.out == w->out && w->ended.newline == newline)
        return w->ended.start;
    while (start && w->out->data[start - 1] != '\n')
        start--;
    return start;
}

static void trim_line(struct writer *w)
{
    struct text *out = w->out;
    while (out->length > w->line_start &&
           (out->data[out->length - 1] == ' ' || out->data[out->length - 1] == '\t'))
        out->length--;
}

static void put_line(struct writer *w, const char *file, uint32_t line);

/* The compiler believes that this is that line. */
static void believe(struct writer *w, const char *file, uint32_t line)
{
    w->file = w->place_file = file;
    w->line = w->place_line = line;
    w->is_own = w->is_own && !file;
}

static bool believes(const struct writer *w, const char *file, uint32_t line)
{
    return w->file && file && w->line == line && !strcmp(w->file, file);
}

static bool only_blanks(const struct writer *w)
{
    for (size_t i = w->line_start; i < w->out->length; i++)
        if (w->out->data[i] != ' ' && w->out->data[i] != '\t')
            return false;
    return true;
}

/* One more line of what stems from another one. */
static void keep_place(struct writer *w, const char *text, size_t length)
{
    bool is_there = believes(w, w->place_file, w->place_line);
    size_t blanks = 0;
    while (blanks < length && (text[blanks] == ' ' || text[blanks] == '\t'))
        blanks++;
    if (w->lines && w->place_file && !is_there && blanks < length && text[blanks] != '#' &&
        only_blanks(w))
        put_line(w, w->place_file, w->place_line);
}

/* A value may have been written for what began with a bracket. */
static void separate_words(struct writer *w, char next)
{
    const struct text *out = w->out;
    if (out->length && is_word_byte(out->data[out->length - 1]) && is_word_byte(next))
        text_put(w->out, ' ');
    w->behind_word = false;
}

enum origin { MADE, COPIED, AGAIN };

static void write_lines(struct writer *w, const char *text, size_t length, enum origin origin)
{
    if (w->behind_word && length)
        separate_words(w, *text);
    while (length) {
        const char *newline = memchr(text, '\n', length);
        size_t part = newline ? (size_t)(newline - text) : length;
        if (part && origin == MADE)
            keep_place(w, text, part);
        if (part)
            text_write(w->out, text, part);
        if (!newline)
            return;
        trim_line(w);
        end_line(w);
        w->line++;
        if (origin == COPIED)
            believe(w, w->file, w->line);
        text += part + 1;
        length -= part + 1;
    }
}

void write_text(struct writer *w, const char *text, size_t length)
{
    write_lines(w, text, length, MADE);
}

void write_copied(struct writer *w, const char *text, size_t length)
{
    write_lines(w, text, length, COPIED);
}

void write_again(struct writer *w, const struct text *text)
{
    if (!text->length)
        return;
    size_t line = text->data[0] == '\n' ? 1 : text->length;
    keep_place(w, text->data, line);
    write_lines(w, text->data, text->length, AGAIN);
    if (memchr(text->data, '\n', text->length))
        w->file = NULL; /* it may have told another line */
}

void write_string(struct writer *w, const char *string)
{
    write_text(w, string, strlen(string));
}

void write_format(struct writer *w, const char *format, ...)
{
    struct text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&text, format, arguments);
    va_end(arguments);
    write_text(w, text.data ? text.data : "", text.length);
    text_free(&text);
}

/* Deeper lines stand no deeper: a chain of a thousand `else if` would be written as a triangle. */
static int columns(int wanted)
{
    enum { MOST = 200 };
    return wanted < MOST ? wanted : MOST;
}

/* The end of the first line that says something and ends outside of comments; NULL. */
static const char *first_line_end(const char *at, const char *end, bool begins)
{
    bool says = false, is_open = false;
    while (at < end && (*at != '\n' || !says || is_open)) {
        const char *behind = skip_comment(at, end);
        bool is_comment = behind > at, is_blank = isspace((unsigned char)*at);
        if (*at == '#' && begins)
            behind = skip_line(at, end);
        else if (!is_comment)
            behind = skip_token(at, end);
        begins = *at == '\n' || (begins && is_blank);
        is_open = *at != '\n' && (is_open || (is_comment && at[1] == '/'));
        says = *at != '\n' && (says || (!is_comment && !is_blank && *at != '#'));
        at = behind;
    }
    return says && !is_open && at[-1] != '\\' ? at : NULL;
}

void write_behind_line(struct writer *w, size_t from, const struct text *text)
{
    struct text *out = w->out;
    bool begins = !from || out->data[from - 1] == '\n';
    const char *at = first_line_end(out->data + from, out->data + out->length, begins);
    if (!at)
        return;
    size_t place = (size_t)(at - out->data), rest = out->length - place;
    text_write(out, text->data, text->length); /* makes room */
    memmove(out->data + place + text->length, out->data + place, rest);
    memcpy(out->data + place, text->data, text->length);
    if (w->line_start > place)
        w->line_start += text->length;
}

void write_line_break(struct writer *w)
{
    write_text(w, "\n", 1);
    for (int i = columns(w->indent); i > 0; i--)
        text_put(w->out, ' ');
}

int writer_indent(const struct writer *w)
{
    int indent = 0;
    for (size_t i = w->line_start; i < w->out->length; i++) {
        char byte = w->out->data[i];
        if (byte != ' ' && byte != '\t')
            break;
        indent = byte == '\t' ? indent / 8 * 8 + 8 : indent + 1;
    }
    return indent;
}

static void put_file(struct text *out, const char *file)
{
    text_put(out, '"');
    for (; *file; file++) {
        if (*file == '"' || *file == '\\')
            text_put(out, '\\');
        text_put(out, *file);
    }
    text_put(out, '"');
}

/* `#line` leaves gcc in the system header, if it believes to be in one. */
static void put_line(struct writer *w, const char *file, uint32_t line)
{
    size_t blanks = w->out->length - w->line_start;
    char *kept = malloc(blanks + 1);
    if (blanks && kept)
        memcpy(kept, w->out->data + w->line_start, blanks);
    w->out->length = w->line_start;
    text_printf(w->out, w->in_system ? "# %u " : "#line %u ", line);
    put_file(w->out, file);
    end_line(w);
    if (kept)
        text_write(w->out, kept, blanks);
    free(kept);
    believe(w, file, line);
    w->in_system = false;
}

void write_place(struct writer *w, uint32_t offset, bool always)
{
    if (!w->lines || !only_blanks(w))
        return;
    struct place place = source_line(w->source, offset);
    if (!place.file)
        return;
    bool same = believes(w, place.file, place.line) && !w->in_system;
    if (!same || always)
        put_line(w, place.file, place.line);
    else
        believe(w, place.file, place.line);
}

static const char own_place[] = "#line 0 __BASE_FILE__\n";

void write_own_place(struct writer *w)
{
    if (!w->lines || w->is_own)
        return;
    if (!only_blanks(w))
        write_text(w, "\n", 1);
    text_puts(w->out, own_place);
    w->line_start = w->out->length;
    believe(w, NULL, 0);
    w->is_own = true;
}

void writer_number_lines(struct text *out)
{
    struct text numbered = {0};
    unsigned line = 1;
    size_t length = sizeof own_place - 1;
    for (size_t at = 0; at < out->length; line++) {
        const char *text = out->data + at, *end = memchr(text, '\n', out->length - at);
        size_t size = end ? (size_t)(end - text) + 1 : out->length - at;
        if (size == length && !memcmp(text, own_place, length))
            text_printf(&numbered, "#line %u __BASE_FILE__\n", line + 1);
        else
            text_write(&numbered, text, size);
        at += size;
    }
    text_clear(out);
    text_write(out, numbered.data, numbered.length);
    text_free(&numbered);
}

void write_line(struct writer *w, const char *file, uint32_t line)
{
    bool same = believes(w, file, line) && !w->in_system;
    if (w->lines && !same && only_blanks(w))
        put_line(w, file, line);
}

static void start_line(struct writer *w)
{
    if (!only_blanks(w))
        write_copied(w, "\n", 1);
}

/* --- what is restored */

/* Goes back to a line over blank ones (gcc writes one too many, and a marker behind it). */
static void drop_blank_lines(struct writer *w, uint32_t line)
{
    struct text *out = w->out;
    while (w->line > line && out->length > 1 && out->data[out->length - 1] == '\n' &&
           out->data[out->length - 2] == '\n') {
        w->line_start = --out->length;
        believe(w, w->file, w->line - 1);
    }
}

/* Goes to a line of a file as quietly as possible. */
static void go_to_line(struct writer *w, const char *file, uint32_t line, bool is_system)
{
    enum { MOST_BLANK_LINES = 8 };
    start_line(w);
    bool same = w->file && !strcmp(w->file, file) && (!w->lines || w->in_system == is_system);
    if (same)
        drop_blank_lines(w, line);
    if (same && line >= w->line && line - w->line <= MOST_BLANK_LINES) {
        while (w->line < line)
            write_copied(w, "\n", 1);
    } else if (w->lines && is_system) {
        text_printf(w->out, "# %u ", line);
        put_file(w->out, file);
        write_copied(w, " 3\n", 3);
        w->in_system = true;
    } else if (w->lines) {
        put_line(w, file, line);
    } else if (w->file) {
        write_copied(w, "\n", 1);
    }
    believe(w, file, line);
}

void write_in_step(struct writer *w, uint32_t offset)
{
    struct place place = source_line(w->source, offset);
    if (w->lines && place.file && !believes(w, place.file, place.line))
        go_to_line(w, place.file, place.line, place.system_header);
}

static void write_undefs(struct writer *w, size_t event)
{
    const struct restoration *restoration = w->restoration;
    const char *file = w->file;
    uint32_t line = w->line;
    bool any = false;
    for (size_t i = 0; i < restoration->undef_count; i++) {
        if (restoration->undefs[i].event != event)
            continue;
        write_format(w, "#undef %s /* it is expanded below */\n", restoration->undefs[i].name);
        any = true;
    }
    if (any && w->lines && file)
        put_line(w, file, line);
    else
        believe(w, file, line);
}

static void add_event(struct writer *w, size_t first, size_t last, bool is_include)
{
    struct restoration *r = w->restoration;
    r->events =
        arena_grow(r->arena, r->events, r->event_count, &r->event_capacity, sizeof *r->events);
    r->events[r->event_count++] = (struct restored_event){w->out->length, first, last, is_include};
    write_undefs(w, r->event_count - 1);
}

void write_start(struct writer *w)
{
    if (w->restoration)
        add_event(w, 0, w->restoration->includes->first, false);
}

static void write_include(struct writer *w, const struct include *include,
                          const struct directive *behind)
{
    const char *parent = include->parent ? include->parent->file : source_main_path(w->source);
    go_to_line(w, parent, include->line, behind->flags & MARKS_SYSTEM_HEADER);
    write_format(w, "#%s %s\n", include->imports ? "import" : "include", include->operand);
    add_event(w, include->first, include->last, true);
    go_to_line(w, behind->file, behind->line, behind->flags & MARKS_SYSTEM_HEADER);
}

static void write_definition(struct writer *w, const struct directive *directive, size_t index)
{
    start_line(w);
    write_copied(w, source_text(w->source) + directive->start, directive->end - directive->start);
    add_event(w, index, index + 1, false);
}

void write_definitions(struct writer *w, uint32_t start, uint32_t end)
{
    size_t count;
    const struct directive *directives = source_directives(w->source, &count);
    if (!w->restoration)
        return;
    for (size_t i = source_directive_at(w->source, start); i < count; i++) {
        if (directives[i].start >= end)
            break;
        if (directives[i].kind == DIRECTIVE_DEFINE || directives[i].kind == DIRECTIVE_UNDEF)
            write_definition(w, &directives[i], i);
    }
}

/* Those that enter or leave an expanded header stay, the others only tell the line. */
static void write_restored_marker(struct writer *w, const struct directive *marker, bool is_cut)
{
    bool keeps = w->lines && marker->flags & (MARKS_ENTRY | MARKS_EXIT) && !is_cut;
    bool is_first = marker->start <= w->restoration->includes->start;
    if (!keeps || is_first) {
        go_to_line(w, marker->file, marker->line, marker->flags & MARKS_SYSTEM_HEADER);
        return;
    }
    start_line(w);
    write_copied(w, source_text(w->source) + marker->start, marker->end - marker->start);
    believe(w, marker->file, marker->line);
    w->in_system = marker->flags & MARKS_SYSTEM_HEADER;
}

/* --- copying */

/* `#pragma GCC unroll 4` and its likes, behind which a loop must stand. */
static bool is_loop_pragma(const char *text, size_t length)
{
    static const char *const words[] = {"unroll", "ivdep", "novector", "clang loop"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (memmem(text, length, words[i], strlen(words[i])))
            return true;
    return false;
}

static bool is_left_out(const struct writer *w, const struct directive *directive)
{
    const char *text = source_text(w->source) + directive->start;
    return directive->kind == DIRECTIVE_PRAGMA &&
           ((directive->start < w->opened && source_pragma_opens_block(w->source, directive)) ||
            source_own_pragma(w->source, directive) != OWN_PRAGMA_NONE ||
            (w->no_unused_pragmas && source_pragma_is(w->source, directive, "unused")) ||
            (w->no_loop_pragmas && is_loop_pragma(text, directive->end - directive->start)));
}

void write_opening_pragmas(struct writer *w, uint32_t start, uint32_t end)
{
    const struct directive *pragma;
    for (; (pragma = source_opening_pragma(w->source, start, end)) != NULL; start = pragma->end) {
        start_line(w);
        write_text(w, source_text(w->source) + pragma->start, pragma->end - pragma->start - 1);
    }
}

/* A directive stands on a line of its own. */
static void write_directive(struct writer *w, size_t index, bool markers)
{
    size_t count;
    const struct directive *directive = &source_directives(w->source, &count)[index];
    const char *text = source_text(w->source);
    bool marker = directive->kind == DIRECTIVE_LINE;
    if (directive->kind == DIRECTIVE_DEFINE || directive->kind == DIRECTIVE_UNDEF) {
        if (markers && w->restoration)
            write_definition(w, directive, index);
        return;
    }
    if (marker && !markers)
        return;
    if (is_left_out(w, directive))
        return;
    if (marker && w->restoration) {
        write_restored_marker(w, directive, w->is_cut[index]);
        return;
    }
    if (marker && w->is_cut[index]) {
        go_to_line(w, directive->file, directive->line, directive->flags & MARKS_SYSTEM_HEADER);
        return;
    }
    start_line(w);
    if (!marker && markers)
        write_in_step(w, directive->start);
    const char *expanded = marker ? NULL : pragma_expanded(w->pragmas, directive->start);
    if (expanded)
        write_copied(w, expanded, strlen(expanded));
    else if (!marker || w->lines || directive->flags & MARKS_SYSTEM_HEADER)
        write_copied(w, text + directive->start, directive->end - directive->start);
    if (marker) {
        believe(w, directive->file, directive->line);
        w->in_system = directive->flags & MARKS_SYSTEM_HEADER;
    }
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void take_back_spaces(struct text *out)
{
    while (out->length && (out->data[out->length - 1] == ' ' || out->data[out->length - 1] == '\t'))
        out->length--;
}

/* Takes back the line end that was written last, and blanks before it. */
static void take_back_line_end(struct writer *w)
{
    struct text *out = w->out;
    take_back_spaces(out);
    if (!out->length || out->data[out->length - 1] != '\n')
        return;
    out->length--;
    believe(w, w->file, w->line - 1);
    w->line_start = start_of_line(w, out->length);
    take_back_spaces(out);
}

/* The blanks that the line in front of the marker begins with. */
static void write_indentation(struct writer *w, const struct directive *marker)
{
    const char *text = source_text(w->source);
    uint32_t end = marker->start ? marker->start - 1 : 0;
    uint32_t start = source_line_start(w->source, end);
    while (start < end && (text[start] == ' ' || text[start] == '\t'))
        text_put(w->out, text[start++]);
}

/* The line that was ended last is a directive's, which nothing may be joined to. */
static bool is_behind_directive(const struct writer *w)
{
    const struct text *out = w->out;
    size_t at = out->length;
    while (at && (out->data[at - 1] == ' ' || out->data[at - 1] == '\t'))
        at--;
    if (!at || out->data[at - 1] != '\n')
        return false;
    at = start_of_line(w, at - 1);
    while (out->data[at] == ' ' || out->data[at] == '\t')
        at++;
    return out->data[at] == '#';
}

static bool has_line_comment(const struct text *out, size_t line_start)
{
    return memmem(out->data + line_start, out->length - line_start, "//", 2) != NULL;
}

/* gcc gives what a system header's macro expands to lines of its own, between two markers of the
 * line that it interrupts. */
static bool interrupts_line(const struct writer *w, const struct directive *directive)
{
    const struct text *out = w->out;
    if (directive->kind != DIRECTIVE_LINE || directive->flags & (MARKS_ENTRY | MARKS_EXIT) ||
        !out->length || !directive->start)
        return false;
    struct place before = source_line(w->source, directive->start - 1);
    return before.file && !strcmp(before.file, directive->file) && before.line == directive->line &&
           !has_line_comment(out, w->line_start) && !is_behind_directive(w);
}

static uint32_t behind_blanks(const struct writer *w, uint32_t at, uint32_t end)
{
    const char *text = source_text(w->source);
    while (at < end && is_blank(text[at]))
        at++;
    return at;
}

/* Makes the line whole again. Returns where the text goes on behind the marker. */
static uint32_t mend_line(struct writer *w, const struct directive *marker, uint32_t end)
{
    const char *text = source_text(w->source);
    uint32_t next = behind_blanks(w, marker->end, end);
    struct text *out = w->out;
    take_back_line_end(w);
    if (out->length == w->line_start) {
        write_indentation(w, marker);
        return next;
    }
    char last = out->data[out->length - 1];
    bool tight = last == '(' || last == '[' ||
                 (next < source_length(w->source) && strchr(",);]#", text[next]));
    if (!tight)
        text_put(out, ' ');
    return next;
}

/* Whether the marker only leads back to the line of a _Pragma that was left out, where the text in
 * front of that was mended already. */
static bool follows_left_out(const struct writer *w, const struct directive *marker, size_t index)
{
    return index && marker->kind == DIRECTIVE_LINE && marker[-1].end == marker->start &&
           is_left_out(w, &marker[-1]);
}

static bool is_empty_line(const char *text, uint32_t at)
{
    while (text[at] == ' ' || text[at] == '\t')
        at++;
    return text[at] == '\n' || text[at] == '\0' || text[at] == '#';
}

/* Bytes of the source, each line moved by w->shift columns. */
static void write_shifted(struct writer *w, uint32_t start, uint32_t end)
{
    const char *text = source_text(w->source);
    while (w->shift && start < end) {
        const char *newline = memchr(text + start, '\n', end - start);
        if (!newline)
            break;
        uint32_t next = (uint32_t)(newline - text) + 1;
        write_copied(w, text + start, next - start);
        start = next;
        if (is_empty_line(text, start))
            continue;
        for (int i = columns(w->shift); i > 0; i--)
            write_copied(w, " ", 1);
        for (int i = 0; i > w->shift && start < end && is_blank(text[start]); i--)
            start++;
    }
    if (start < end)
        write_copied(w, text + start, end - start);
}

/* The same at file scope. Directives that are left out there leave the lines behind them out of
 * step. */
static void write_lines_in_step(struct writer *w, uint32_t start, uint32_t end)
{
    uint32_t first = behind_blanks(w, start, end);
    uint32_t line = source_line_start(w->source, first);
    if (first < end && (line > start || (line == start && only_blanks(w)))) {
        write_shifted(w, start, line);
        write_in_step(w, line);
        start = line;
    }
    write_shifted(w, start, end);
}

void write_source(struct writer *w, uint32_t start, uint32_t end, bool markers)
{
    size_t count;
    const struct directive *directives = source_directives(w->source, &count);
    void (*write_part)(struct writer *, uint32_t, uint32_t) =
        markers ? write_lines_in_step : write_shifted;
    if (w->comments)
        comments_written(w->comments, start, end);
    for (size_t i = source_directive_at(w->source, start); i < count && start < end; i++) {
        if (directives[i].start >= end)
            break;
        if (directives[i].start > start)
            write_part(w, start, directives[i].start);
        bool mends = !markers || w->restoration;
        if (mends && follows_left_out(w, &directives[i], i)) {
            start = behind_blanks(w, directives[i].end, end);
            continue;
        }
        if (mends && interrupts_line(w, &directives[i])) {
            start = mend_line(w, &directives[i], end);
            continue;
        }
        const struct include *include = NULL;
        if (w->restoration && markers)
            include = includes_restored(w->restoration->includes, directives[i].start);
        if (include) {
            i = include->last;
            write_include(w, include, &directives[i]);
        } else {
            write_directive(w, i, markers);
        }
        start = directives[i].end;
    }
    if (start < end)
        write_part(w, start, end);
}
