/* The preprocessed text: its lines, its directives, and the way back to the original lines. Columns
 * are in source_columns.c.
 *
 * One pass over the text finds the starts of its lines, notes the directives, and blanks them in
 * the copy that is parsed (a `#` inside a comment begins none). For each line it also keeps the
 * line marker in force, so that a place is found by one binary search. A text without any marker
 * (tests use that) is its own original.
 */
#include "source.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lexical.h"
#include "original.h"
#include "source_internal.h"
#include "support/arena.h"
#include "support/names.h"

/* --- directives */

static const char *read_number(const char *at, const char *end, uint32_t *number)
{
    *number = 0;
    while (at < end && isdigit((unsigned char)*at))
        *number = *number * 10 + (uint32_t)(*at++ - '0');
    return at;
}

/* The file name of a line marker, whose quote is at `at`: undoes \\, \" and \ooo. */
static const char *read_file_name(struct source *source, const char *at, const char *end,
                                  const char **file)
{
    char *name = malloc((size_t)(end - at) + 1);
    size_t length = 0;
    for (at++; name && at < end && *at != '"'; at++) {
        if (*at != '\\' || at + 1 == end) {
            name[length++] = *at;
            continue;
        }
        int byte = 0, digits = 0;
        while (digits < 3 && at + 1 < end && at[1] >= '0' && at[1] <= '7') {
            byte = byte * 8 + *++at - '0';
            digits++;
        }
        name[length++] = digits ? (char)byte : *++at;
    }
    *file = name ? name_intern(source->files, name, length) : source->main_path;
    if (!strncmp(*file, "./", 2) && !strcmp(*file + 2, source->main_path))
        *file = source->main_path; /* compilers say so of a file of -include */
    free(name);
    return at < end ? at + 1 : at;
}

static void read_marker(struct source *source, struct directive *directive, const char *at,
                        const char *end)
{
    directive->kind = DIRECTIVE_LINE;
    at = skip_blanks(read_number(at, end, &directive->line), end);
    size_t previous = source->directive_count;
    while (previous && source->directives[previous - 1].kind != DIRECTIVE_LINE)
        previous--;
    directive->file = previous ? source->directives[previous - 1].file : source->main_path;
    if (at < end && *at == '"')
        at = read_file_name(source, at, end, &directive->file);
    for (;;) {
        uint32_t flag;
        const char *digits = skip_blanks(at, end);
        at = read_number(digits, end, &flag);
        if (at == digits)
            break;
        if (flag >= 1 && flag <= 4)
            directive->flags |= 1u << (flag - 1);
    }
    source->has_markers = true;
}

static bool starts_with(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - at) >= length && memcmp(at, word, length) == 0 &&
           (at + length == end || !isalnum((unsigned char)at[length]));
}

/* The directive whose `#` is at `hash`, on the text line that is being added. */
static void add_directive(struct source *source, uint32_t start, uint32_t end, const char *hash)
{
    const char *limit = source->text + end, *at = skip_blanks(hash + 1, limit);
    struct directive directive = {.kind = DIRECTIVE_OTHER, .start = start, .end = end};
    if (at < limit && isdigit((unsigned char)*at))
        read_marker(source, &directive, at, limit);
    else if (starts_with(at, limit, "line"))
        read_marker(source, &directive, skip_blanks(at + 4, limit), limit);
    else if (starts_with(at, limit, "pragma"))
        directive.kind = DIRECTIVE_PRAGMA;
    else if (starts_with(at, limit, "define"))
        directive.kind = DIRECTIVE_DEFINE;
    else if (starts_with(at, limit, "undef"))
        directive.kind = DIRECTIVE_UNDEF;
    source->directives = arena_grow(source->arena, source->directives, source->directive_count,
                                    &source->directive_capacity, sizeof *source->directives);
    source->directive_lines =
        arena_grow(source->arena, source->directive_lines, source->directive_count,
                   &source->directive_line_capacity, sizeof *source->directive_lines);
    source->directive_lines[source->directive_count] = (uint32_t)source->line_count;
    source->directives[source->directive_count++] = directive;
}

static void blank(char *code, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end; i++)
        if (code[i] != '\n')
            code[i] = ' ';
}

static void scan_lines(struct source *source, char *code)
{
    const char *text = source->text, *limit = text + source->length;
    uint32_t marker = 0;
    enum lexical_state state = IN_CODE;
    for (const char *at = text; at < limit;) {
        const char *newline = memchr(at, '\n', (size_t)(limit - at));
        const char *next = newline ? newline + 1 : limit;
        const char *first = skip_blanks(at, next);
        uint32_t start = (uint32_t)(at - text), end = (uint32_t)(next - text);
        source->lines = arena_grow(source->arena, source->lines, source->line_count,
                                   &source->line_capacity, sizeof *source->lines);
        source->lines[source->line_count] =
            (struct text_line){start, marker & INT32_MAX, state == IN_COMMENT};
        if (state == IN_CODE && first < next && *first == '#') {
            add_directive(source, start, end, first);
            blank(code, start, end);
            if (source->directives[source->directive_count - 1].kind == DIRECTIVE_LINE)
                marker = (uint32_t)source->directive_count;
        } else {
            state = lexical_line(state, at, (size_t)(next - at - (newline != NULL)));
        }
        source->line_count++;
        at = next;
    }
}

struct source *source_new(struct arena *arena, const char *main_path, const char *text,
                          size_t length)
{
    struct source *source = arena_alloc(arena, sizeof *source);
    source->arena = arena;
    source->files = names_new(arena);
    source->main_path = name_of(source->files, main_path);
    source->length = length;
    char *copy = arena_copy(arena, text, length);
    lexical_spell_digraphs(copy, length);
    source->text = copy;
    char *code = arena_copy(arena, copy, length);
    source->code = code;
    scan_lines(source, code);
    source->originals = originals_new(arena);
    if (!source->has_markers)
        originals_add(source->originals, main_path, source->text, length);
    source->finder = finder_new(arena);
    return source;
}

const char *source_text(const struct source *source)
{
    return source->text;
}

const char *source_code(const struct source *source)
{
    return source->code;
}

size_t source_length(const struct source *source)
{
    return source->length;
}

const char *source_main_path(const struct source *source)
{
    return source->main_path;
}

const struct directive *source_directives(const struct source *source, size_t *count)
{
    *count = source->directive_count;
    return source->directives;
}

size_t source_directive_at(const struct source *source, uint32_t offset)
{
    size_t low = 0, high = source->directive_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (source->directives[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What follows `#pragma`. */
static const char *pragma_words(const struct source *source, const struct directive *pragma)
{
    const char *word = strstr(source->text + pragma->start, "pragma");
    return skip_blanks(word + strlen("pragma"), source->text + pragma->end);
}

const char *source_macro_name(const struct source *source, const struct directive *directive,
                              size_t *length)
{
    const char *word = directive->kind == DIRECTIVE_DEFINE ? "define" : "undef";
    const char *end = source->text + directive->end;
    const char *name =
        skip_blanks(strstr(source->text + directive->start, word) + strlen(word), end);
    *length = 0;
    while (name + *length < end && !strchr(" \t\r\n(", name[*length]))
        ++*length;
    return name;
}

bool source_pragma_is(const struct source *source, const struct directive *pragma, const char *word)
{
    return starts_with(pragma_words(source, pragma), source->text + pragma->end, word);
}

bool source_pragma_opens_block(const struct source *source, const struct directive *pragma)
{
    const char *words = pragma_words(source, pragma), *end = source->text + pragma->end;
    if (starts_with(words, end, "clang"))
        return starts_with(skip_blanks(words + strlen("clang"), end), end, "fp");
    return starts_with(words, end, "STDC");
}

const struct directive *source_opening_pragma(const struct source *source, uint32_t start,
                                              uint32_t end)
{
    if (start >= end || !memchr(source->text + start, '#', end - start))
        return NULL;
    for (size_t i = source_directive_at(source, start); i < source->directive_count; i++) {
        const struct directive *directive = &source->directives[i];
        if (directive->start >= end)
            break;
        if (directive->kind == DIRECTIVE_PRAGMA && source_pragma_opens_block(source, directive))
            return directive;
    }
    return NULL;
}

enum own_pragma source_own_pragma(const struct source *source, const struct directive *directive)
{
    const char *end = source->text + directive->end;
    if (!source_pragma_is(source, directive, "asyncc"))
        return OWN_PRAGMA_NONE;
    const char *at = skip_blanks(pragma_words(source, directive) + strlen("asyncc"), end);
    return starts_with(at, end, "dual") ? OWN_PRAGMA_DUAL : OWN_PRAGMA_UNKNOWN;
}

/* --- lines */

size_t source_line_at(const struct source *source, uint32_t offset)
{
    size_t low = 0, high = source->line_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->lines[middle].start <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint32_t source_line_start(const struct source *source, uint32_t offset)
{
    return source->lines[source_line_at(source, offset)].start;
}

struct place source_line_place(const struct source *source, size_t line)
{
    struct place place = {source->main_path, (uint32_t)line + 1, 0, false, true};
    uint32_t marker = line < source->line_count ? source->lines[line].marker : 0;
    if (!marker)
        return place;
    const struct directive *directive = &source->directives[marker - 1];
    uint32_t after = (uint32_t)line - source->directive_lines[marker - 1];
    place.file = directive->file;
    place.line = directive->line + (after ? after - 1 : 0);
    place.system_header = directive->flags & MARKS_SYSTEM_HEADER;
    place.main_file = directive->file == source->main_path;
    return place;
}

struct place source_line(const struct source *source, uint32_t offset)
{
    return source_line_place(source, source_line_at(source, offset));
}

const char *source_original_line(const struct source *source, const char *file, uint32_t line,
                                 size_t *length)
{
    struct original_line original;
    if (!original_line(source->originals, file, line, &original))
        return NULL;
    *length = original.length;
    return original.text;
}

const char *source_original_text(const struct source *source, const char *file, size_t *length)
{
    return original_text(source->originals, file, length);
}

static bool goes_on(const struct original_line *line)
{
    return line->length && line->text[line->length - 1] == '\\';
}

const char *source_logical_line(const struct source *source, struct arena *arena, const char *file,
                                uint32_t last, uint32_t *first)
{
    struct original_line line, before;
    if (!original_line(source->originals, file, last, &line))
        return NULL;
    for (*first = last; *first > 1; (*first)--) {
        original_line(source->originals, file, *first - 1, &before);
        if (!line.in_comment && !goes_on(&before))
            break;
        line = before;
    }
    const char *all = "";
    for (uint32_t i = *first; i <= last; i++) {
        original_line(source->originals, file, i, &line);
        bool is_spliced = goes_on(&line);
        all = arena_format(arena, "%s%.*s%s", all, (int)line.length - is_spliced, line.text,
                           is_spliced || i == last ? "" : "\n");
    }
    return all;
}
