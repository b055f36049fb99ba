/* Diagnostics for people:
 *
 *     file.ac:3:9: error: cannot await a value of type 'int'
 *         await x;
 *               ^
 *
 * Under the source line stands as much white space as is before the place: a tab under a tab,
 * nothing under the later bytes of a UTF-8 character, two columns under a wide one. Of a very long
 * line only the neighbourhood of the place is shown. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diagnostic_internal.h"

enum { LONGEST_LINE = 400, CONTEXT_BEFORE = 120, CONTEXT_AFTER = 160 };

struct colors {
    const char *place, *message, *caret, *reset;
    const char *severity[3]; /* of enum severity */
};

static const struct colors no_colors = {"", "", "", "", {"", "", ""}};
static const struct colors terminal_colors = {
    "\33[1m", "\33[1m", "\33[1;32m", "\33[0m", {"\33[1;36m", "\33[1;35m", "\33[1;31m"}};

static const struct colors *choose_colors(FILE *out, enum diagnostic_color color)
{
    const char *terminal = getenv("TERM"), *no_color = getenv("NO_COLOR");
    bool use = color == COLOR_ALWAYS || (color == COLOR_AUTO && isatty(fileno(out)) && terminal &&
                                         strcmp(terminal, "dumb") != 0 && !(no_color && *no_color));
    return use ? &terminal_colors : &no_colors;
}

/* --- columns on the screen */

/* Reads a UTF-8 character of at most `length` bytes; a byte that is none counts as one of its own,
 * code point 0xfffd. */
static size_t read_character(const char *text, size_t length, uint32_t *code)
{
    unsigned char first = (unsigned char)*text;
    size_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *code = 0xfffd;
    if (size == 0 || size > length || first > 0xf4)
        return 1;
    uint32_t value = size == 1 ? first : first & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 1;
        value = value << 6 | ((unsigned char)text[i] & 0x3f);
    }
    *code = value;
    return size;
}

static int character_width(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        int width;
    } ranges[] = {
        {0x0300, 0x036f, 0},   {0x200b, 0x200f, 0}, {0xfe00, 0xfe0f, 0},   {0x1100, 0x115f, 2},
        {0x2e80, 0xa4cf, 2},   {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2},   {0xfe30, 0xfe6f, 2},
        {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2}, {0x1f300, 0x1f64f, 2}, {0x1f900, 0x1f9ff, 2},
        {0x20000, 0x3fffd, 2},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return ranges[i].width;
    return 1;
}

/* --- the source line */

/* The part of a line that is shown, in bytes from 0. */
struct window {
    size_t start, end;
};

static bool is_middle(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static struct window choose_window(const char *line, size_t length, size_t column)
{
    struct window window = {0, length};
    if (length <= LONGEST_LINE)
        return window;
    if (column > CONTEXT_BEFORE)
        window.start = column - CONTEXT_BEFORE;
    if (window.start + CONTEXT_BEFORE + CONTEXT_AFTER < length)
        window.end = window.start + CONTEXT_BEFORE + CONTEXT_AFTER;
    while (window.start && is_middle(line[window.start]))
        window.start--;
    while (window.end < length && is_middle(line[window.end]))
        window.end++;
    return window;
}

/* Control characters must not reach the terminal. */
static void print_line(FILE *out, const char *line, struct window window)
{
    for (size_t i = window.start; i < window.end; i++) {
        unsigned char byte = (unsigned char)line[i];
        fputc((byte < ' ' && byte != '\t') || byte == 0x7f ? ' ' : byte, out);
    }
    fputc('\n', out);
}

static void print_carets(FILE *out, const char *line, struct window window, size_t first,
                         size_t last, const struct colors *colors)
{
    bool is_started = false;
    for (size_t i = window.start; i <= last && i < window.end;) {
        uint32_t code;
        size_t size = read_character(line + i, window.end - i, &code);
        for (int width = character_width(code); width > 0; width--) {
            if (i + size <= first) {
                fputc(code == '\t' ? '\t' : ' ', out);
                continue;
            }
            fprintf(out, "%s", is_started ? "~" : colors->caret);
            if (!is_started)
                fputc('^', out);
            is_started = true;
        }
        i += size;
    }
    if (!is_started) /* behind the end of the line */
        fprintf(out, "%s^", colors->caret);
    fprintf(out, "%s\n", colors->reset);
}

static void print_source_line(FILE *out, const struct diagnostic *item, const struct source *source,
                              const struct colors *colors)
{
    size_t length = 0;
    const char *line = NULL;
    if (item->place.column)
        line = source_original_line(source, item->place.file, item->place.line, &length);
    if (!line)
        return;
    size_t first = item->place.column - 1, last = item->last_column - 1;
    if (first > length)
        first = last = length;
    struct window window = choose_window(line, length, first);
    print_line(out, line, window);
    print_carets(out, line, window, first, last, colors);
}

/* --- the message */

static void print_item(FILE *out, const struct diagnostic *item, const struct source *source,
                       const struct colors *colors)
{
    static const char *const words[] = {"note", "warning", "error"};
    fprintf(out, "%s%s:", colors->place, item->place.file);
    if (item->place.line)
        fprintf(out, "%u:", item->place.line);
    if (item->place.column)
        fprintf(out, "%u:", item->place.column);
    fprintf(out, "%s %s%s:%s %s%s%s", colors->reset, colors->severity[item->severity],
            words[item->severity], colors->reset,
            item->severity == SEVERITY_NOTE ? "" : colors->message, item->message, colors->reset);
    if (item->warning_name)
        fprintf(out, " [-W%s%s]", item->severity == SEVERITY_ERROR ? "error=" : "",
                item->warning_name);
    fputc('\n', out);
    if (source && item->has_range)
        print_source_line(out, item, source, colors);
}

/* `3 errors, 1 warning`, after more than one message. */
static void print_summary(FILE *out, const struct diagnostic *items, size_t count)
{
    size_t counts[3] = {0};
    for (size_t i = 0; i < count; i++)
        counts[items[i].severity]++;
    size_t errors = counts[SEVERITY_ERROR], warnings = counts[SEVERITY_WARNING];
    if (errors + warnings < 2)
        return;
    if (errors)
        fprintf(out, "%zu error%s", errors, errors == 1 ? "" : "s");
    if (warnings)
        fprintf(out, "%s%zu warning%s", errors ? ", " : "", warnings, warnings == 1 ? "" : "s");
    fputc('\n', out);
}

void print_text(FILE *out, const struct diagnostic *items, size_t count,
                const struct source *source, enum diagnostic_color color)
{
    const struct colors *colors = choose_colors(out, color);
    for (size_t i = 0; i < count; i++)
        print_item(out, &items[i], source, colors);
    print_summary(out, items, count);
}
