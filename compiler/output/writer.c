/* The writer behind all output; see writer.h. */
#include "output/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "support/text.h"

static void trim_line(struct writer *w)
{
    struct text *out = w->out;
    while (out->length > w->line_start &&
           (out->data[out->length - 1] == ' ' || out->data[out->length - 1] == '\t'))
        out->length--;
}

void write_text(struct writer *w, const char *text, size_t length)
{
    while (length) {
        const char *newline = memchr(text, '\n', length);
        size_t part = newline ? (size_t)(newline - text) : length;
        if (part)
            text_write(w->out, text, part);
        if (!newline)
            return;
        trim_line(w);
        text_put(w->out, '\n');
        w->line_start = w->out->length;
        w->line++;
        text += part + 1;
        length -= part + 1;
    }
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

void write_line_break(struct writer *w)
{
    write_text(w, "\n", 1);
    for (int i = 0; i < w->indent; i++)
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

static bool only_blanks(const struct writer *w)
{
    for (size_t i = w->line_start; i < w->out->length; i++)
        if (w->out->data[i] != ' ' && w->out->data[i] != '\t')
            return false;
    return true;
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

static void put_line(struct writer *w, const char *file, uint32_t line)
{
    size_t blanks = w->out->length - w->line_start;
    char *kept = malloc(blanks + 1);
    if (blanks && kept)
        memcpy(kept, w->out->data + w->line_start, blanks);
    w->out->length = w->line_start;
    text_printf(w->out, "#line %u ", line);
    put_file(w->out, file);
    text_put(w->out, '\n');
    w->line_start = w->out->length;
    if (kept)
        text_write(w->out, kept, blanks);
    free(kept);
    w->file = file;
    w->line = line;
}

void write_place(struct writer *w, uint32_t offset, bool always)
{
    if (!w->lines || !only_blanks(w))
        return;
    struct place place = source_line(w->source, offset);
    if (!place.file)
        return;
    bool same = w->file && !strcmp(w->file, place.file) && w->line == place.line;
    if (!same || always)
        put_line(w, place.file, place.line);
}

/* The first directive that ends behind `offset`. */
static size_t directive_at(const struct directive *directives, size_t count, uint32_t offset)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (directives[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A directive stands on a line of its own. */
static void write_directive(struct writer *w, const struct directive *directive, bool markers)
{
    const char *text = source_text(w->source);
    bool marker = directive->kind == DIRECTIVE_LINE;
    if (directive->kind == DIRECTIVE_DEFINE || directive->kind == DIRECTIVE_UNDEF)
        return;
    if (marker && !markers)
        return;
    if (!only_blanks(w))
        write_text(w, "\n", 1);
    if (!marker || w->lines || directive->flags & 4)
        write_text(w, text + directive->start, directive->end - directive->start);
    if (marker) {
        w->file = directive->file;
        w->line = directive->line;
    }
}

void write_source(struct writer *w, uint32_t start, uint32_t end, bool markers)
{
    size_t count;
    const struct directive *directives = source_directives(w->source, &count);
    const char *text = source_text(w->source);
    for (size_t i = directive_at(directives, count, start); i < count && start < end; i++) {
        if (directives[i].start >= end)
            break;
        if (directives[i].start > start)
            write_text(w, text + start, directives[i].start - start);
        write_directive(w, &directives[i], markers);
        start = directives[i].end;
    }
    if (start < end)
        write_text(w, text + start, end - start);
}
