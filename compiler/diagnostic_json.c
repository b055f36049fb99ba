/* Diagnostics for programs, in the form of gcc's -fdiagnostics-format=json: one array on one line,
 *
 *     [{"kind": "error", "message": "...", "option": "-W...", "locations": [{"caret": {"file": ...,
 *       "line": 3, "column": 9}, "finish": {...}}], "children": [notes, of the same form]}]
 *
 * Columns count bytes, from 1. A message about no place has no locations. */
#include <string.h>

#include "diagnostic_internal.h"

/* The length of the valid UTF-8 character at `text`, 0 if it is none. */
static size_t character_length(const unsigned char *text)
{
    if (text[0] < 0x80)
        return 1;
    size_t size = text[0] < 0xc2   ? 0
                  : text[0] < 0xe0 ? 2
                  : text[0] < 0xf0 ? 3
                  : text[0] < 0xf5 ? 4
                                   : 0;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates and what is beyond the last code point. */
    bool is_bad = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
                  (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f);
    return is_bad ? 0 : size;
}

static void print_string(FILE *out, const char *string)
{
    fputc('"', out);
    for (const unsigned char *at = (const unsigned char *)string; *at;) {
        size_t length = character_length(at);
        if (length == 0)
            fputs("\\ufffd", out);
        else if (*at == '"' || *at == '\\')
            fprintf(out, "\\%c", *at);
        else if (*at == '\n')
            fputs("\\n", out);
        else if (*at == '\t')
            fputs("\\t", out);
        else if (*at < ' ' || *at == 0x7f)
            fprintf(out, "\\u%04x", *at);
        else
            fwrite(at, 1, length, out);
        at += length ? length : 1;
    }
    fputc('"', out);
}

static void print_place(FILE *out, const char *name, const struct place *place, uint32_t column)
{
    fprintf(out, "\"%s\": {\"file\": ", name);
    print_string(out, place->file);
    fprintf(out, ", \"line\": %u", place->line);
    if (column)
        fprintf(out, ", \"column\": %u", column);
    fputc('}', out);
}

static void print_locations(FILE *out, const struct diagnostic *item)
{
    fputs(", \"locations\": [", out);
    if (item->place.line) {
        fputc('{', out);
        print_place(out, "caret", &item->place, item->place.column);
        if (item->last_column > item->place.column) {
            fputs(", ", out);
            print_place(out, "finish", &item->place, item->last_column);
        }
        fputc('}', out);
    }
    fputc(']', out);
}

/* The object, without the brace that closes it. */
static void print_item(FILE *out, const struct diagnostic *item)
{
    static const char *const kinds[] = {"note", "warning", "error"};
    fprintf(out, "{\"kind\": \"%s\", \"message\": ", kinds[item->severity]);
    print_string(out, item->message);
    if (item->warning_name)
        fprintf(out, ", \"option\": \"-W%s%s\"", item->severity == SEVERITY_ERROR ? "error=" : "",
                item->warning_name);
    print_locations(out, item);
}

void print_json(FILE *out, const struct diagnostic *items, size_t count)
{
    fputc('[', out);
    for (size_t i = 0; i < count;) {
        fputs(i ? ", " : "", out);
        print_item(out, &items[i++]);
        fputs(", \"children\": [", out);
        for (bool is_first = true; i < count && items[i].severity == SEVERITY_NOTE; i++) {
            fputs(is_first ? "" : ", ", out);
            print_item(out, &items[i]);
            fputs(", \"children\": []}", out);
            is_first = false;
        }
        fputs("]}", out);
    }
    fputs("]\n", out);
}
