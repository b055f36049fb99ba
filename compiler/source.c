/* The preprocessed text: its lines, its directives, and the way back to the original files.
 *
 * One pass over the text finds the starts of its lines, notes the directives, and blanks them in
 * the copy that is parsed. For each line it also keeps the line marker in force, so that a place is
 * found by one binary search. A text without any marker (tests use that) is its own original.
 *
 * For a column, the tokens that say they come from line L of file F are collected from the
 * neighbourhood (gcc may put line markers between the tokens of one line), and so are those of line
 * L of F itself, and of the lines behind it as far as a comment, a backslash or an open
 * parenthesis makes them one with it and nothing else claims them (clang puts a macro call of
 * several lines on one). align.c does the rest. The last alignment is kept. */
#include "source.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "align.h"
#include "original.h"
#include "support/arena.h"
#include "support/names.h"

enum { NEAR = 64, NEAR_TEXT = 2048, SYSTEM_HEADER = 1 << 2, ENTER_OR_LEAVE = 3 };

struct text_line {
    uint32_t start;
    uint32_t marker; /* index of the line directive in force, plus 1; 0: none yet */
};

/* What a place is asked of; changes behind a const struct source. */
struct finder {
    struct originals *originals;
    struct names *macros; /* NULL until they are needed */
    struct alignment alignment;
    const char *file; /* what the alignment is of: this line, seen from the text line `seen_from` */
    uint32_t line;
    size_t seen_from;
};

struct source {
    struct arena *arena;
    struct names *files;
    const char *main_path, *text, *code;
    size_t length;
    struct directive *directives;
    uint32_t *directive_lines; /* for each, the text line it is */
    size_t directive_count, directive_capacity, directive_line_capacity;
    struct text_line *lines;
    size_t line_count, line_capacity;
    bool has_markers;
    struct finder *finder;
};

/* --- directives */

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

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
    for (const char *at = text; at < limit;) {
        const char *newline = memchr(at, '\n', (size_t)(limit - at));
        const char *next = newline ? newline + 1 : limit;
        const char *first = skip_blanks(at, next);
        uint32_t start = (uint32_t)(at - text), end = (uint32_t)(next - text);
        source->lines = arena_grow(source->arena, source->lines, source->line_count,
                                   &source->line_capacity, sizeof *source->lines);
        source->lines[source->line_count] = (struct text_line){start, marker};
        if (first < next && *first == '#') {
            add_directive(source, start, end, first);
            blank(code, start, end);
            if (source->directives[source->directive_count - 1].kind == DIRECTIVE_LINE)
                marker = (uint32_t)source->directive_count;
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
    source->text = arena_copy(arena, text, length);
    char *code = arena_copy(arena, text, length);
    source->code = code;
    scan_lines(source, code);
    source->finder = arena_alloc(arena, sizeof *source->finder);
    source->finder->originals = originals_new(arena);
    source->finder->alignment.arena = arena;
    if (!source->has_markers)
        originals_add(source->finder->originals, main_path, source->text, length);
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

/* --- lines */

/* The text line that the offset is on (past the end: the last). */
static size_t line_at(const struct source *source, uint32_t offset)
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

/* What the line markers say of a text line. */
static struct place line_place(const struct source *source, size_t line)
{
    struct place place = {source->main_path, (uint32_t)line + 1, 0, false, true};
    uint32_t marker = line < source->line_count ? source->lines[line].marker : 0;
    if (!marker)
        return place;
    const struct directive *directive = &source->directives[marker - 1];
    uint32_t after = (uint32_t)line - source->directive_lines[marker - 1];
    place.file = directive->file;
    place.line = directive->line + (after ? after - 1 : 0);
    place.system_header = directive->flags & SYSTEM_HEADER;
    place.main_file = directive->file == source->main_path;
    return place;
}

struct place source_line(const struct source *source, uint32_t offset)
{
    return line_place(source, line_at(source, offset));
}

const char *source_original_line(const struct source *source, const char *file, uint32_t line,
                                 size_t *length)
{
    struct original_line original;
    if (!original_line(source->finder->originals, file, line, &original))
        return NULL;
    *length = original.length;
    return original.text;
}

/* --- columns */

static uint32_t line_end(const struct source *source, size_t line)
{
    return line + 1 < source->line_count ? source->lines[line + 1].start : (uint32_t)source->length;
}

static bool line_is_blank(const struct source *source, size_t line)
{
    for (uint32_t i = source->lines[line].start; i < line_end(source, line); i++)
        if (!isspace((unsigned char)source->code[i]))
            return false;
    return true;
}

/* Whether the walk through the neighbourhood of line `origin` ends at this text line. */
static bool is_far(const struct source *source, size_t line, const struct place *origin)
{
    struct place place = line_place(source, line);
    uint32_t distance =
        place.line > origin->line ? place.line - origin->line : origin->line - place.line;
    return place.file != origin->file || distance > NEAR;
}

/* Collects the tokens that claim to be of line `origin`, around the text line `line`. Returns the
 * next line of that file that anything claims to be of, as far as it is near. */
static uint32_t collect_made(const struct source *source, size_t line, const struct place *origin)
{
    struct alignment *alignment = &source->finder->alignment;
    size_t first = line, limit = line + NEAR_TEXT;
    while (first > 0 && line - first < NEAR_TEXT && !is_far(source, first - 1, origin))
        first--;
    uint32_t next = origin->line + NEAR;
    for (size_t i = first; i < source->line_count && i < limit; i++) {
        if (i > line && is_far(source, i, origin))
            break;
        struct place place = line_place(source, i);
        uint32_t start = source->lines[i].start;
        if (place.file != origin->file)
            continue;
        if (place.line == origin->line)
            tokenize(source->arena, &alignment->made, source->code + start,
                     line_end(source, i) - start, start, false);
        else if (place.line > origin->line && place.line < next && !line_is_blank(source, i))
            next = place.line;
    }
    return next;
}

/* A logical line, its splices undone, with the original place of each byte. */
struct logical {
    char *bytes;
    struct origin {
        uint32_t line, column;
    } * origins;
    size_t length, capacity, origin_capacity;
};

static void add_byte(struct arena *arena, struct logical *logical, char byte, uint32_t line,
                     size_t column)
{
    logical->bytes = arena_grow(arena, logical->bytes, logical->length, &logical->capacity, 1);
    logical->origins = arena_grow(arena, logical->origins, logical->length,
                                  &logical->origin_capacity, sizeof *logical->origins);
    logical->origins[logical->length] = (struct origin){line, (uint32_t)column + 1};
    logical->bytes[logical->length++] = byte;
}

/* Adds a line; true if it ends with a backslash and so goes on with the next one. */
static bool add_line(struct arena *arena, struct logical *logical, const struct original_line *line,
                     uint32_t number)
{
    size_t length = line->length;
    while (length && isspace((unsigned char)line->text[length - 1]))
        length--;
    bool is_spliced = length && line->text[length - 1] == '\\';
    for (size_t i = 0; i < length - is_spliced; i++)
        add_byte(arena, logical, line->text[i], number, i);
    if (!is_spliced)
        add_byte(arena, logical, '\n', number, length);
    return is_spliced;
}

static bool has_open_parenthesis(const struct tokens *tokens)
{
    int depth = 0;
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->items[i].length == 1)
            depth += (*tokens->items[i].text == '(') - (*tokens->items[i].text == ')');
    return depth > 0;
}

static bool is_directive(const struct original_line *line)
{
    const char *end = line->text + line->length, *at = skip_blanks(line->text, end);
    return at < end && *at == '#';
}

/* Collects the tokens of the original line and of those that continue it, before line `next`. */
static void collect_original(const struct source *source, const struct place *origin, uint32_t next)
{
    struct tokens *tokens = &source->finder->alignment.original;
    uint32_t number = origin->line;
    bool in_comment = false, goes_on = true;
    struct original_line line;
    while (goes_on && original_line(source->finder->originals, origin->file, number, &line)) {
        if (number == origin->line)
            in_comment = line.in_comment;
        else if (!in_comment && is_directive(&line))
            break;
        struct logical logical = {0};
        while (add_line(source->arena, &logical, &line, number) &&
               original_line(source->finder->originals, origin->file, number + 1, &line))
            number++;
        size_t first = tokens->count;
        in_comment = tokenize(source->arena, tokens, logical.bytes, logical.length, 0, in_comment);
        for (size_t i = first; i < tokens->count; i++) {
            struct token *token = &tokens->items[i];
            struct origin start = logical.origins[token->position];
            struct origin end = logical.origins[token->position + token->size - 1];
            token->line = start.line;
            token->column = start.column;
            token->end_column = end.line == start.line ? end.column : start.column;
        }
        number++;
        goes_on = number < next && (in_comment || has_open_parenthesis(tokens));
    }
}

static const struct names *find_macros(const struct source *source)
{
    struct names *macros = source->finder->macros;
    if (macros)
        return macros;
    macros = source->finder->macros = names_new(source->arena);
    for (size_t i = 0; i < source->directive_count; i++) {
        const struct directive *directive = &source->directives[i];
        if (directive->kind != DIRECTIVE_DEFINE)
            continue;
        const char *end = source->text + directive->end;
        const char *name = strstr(source->text + directive->start, "define");
        name = skip_blanks(name + strlen("define"), end);
        size_t length = 0;
        while (name + length < end && !strchr(" \t\r\n(", name[length]))
            length++;
        name_intern(macros, name, length);
    }
    return macros;
}

/* The alignment of the line that text line `line` belongs to. */
static const struct alignment *alignment_of(const struct source *source, size_t line,
                                            const struct place *origin)
{
    struct finder *finder = source->finder;
    struct alignment *alignment = &finder->alignment;
    size_t distance =
        line > finder->seen_from ? line - finder->seen_from : finder->seen_from - line;
    if (finder->file == origin->file && finder->line == origin->line && distance < NEAR)
        return alignment;
    finder->file = origin->file;
    finder->line = origin->line;
    finder->seen_from = line;
    alignment->made.count = alignment->original.count = 0;
    uint32_t next = collect_made(source, line, origin);
    collect_original(source, origin, next);
    align(alignment, find_macros(source));
    return alignment;
}

/* The made token at the offset, or the first behind it; made.count if there is none. */
static size_t token_at(const struct alignment *alignment, uint32_t offset)
{
    size_t low = 0, high = alignment->made.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct token *token = &alignment->made.items[middle];
        if (token->position + token->size <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct place source_place(const struct source *source, uint32_t offset)
{
    size_t line = line_at(source, offset);
    struct place place = line_place(source, line);
    const struct alignment *alignment = alignment_of(source, line, &place);
    if (!alignment->fits)
        return place;
    bool exact;
    size_t index = token_at(alignment, offset);
    const struct token *made = alignment->made.items;
    bool is_inside = index < alignment->made.count && made[index].position <= offset;
    bool is_behind = !is_inside && index > 0; /* in the white space behind a token */
    const struct token *token = aligned(alignment, is_behind ? index - 1 : index, &exact);
    if (!token)
        return place;
    place.line = token->line;
    place.column = is_behind ? token->end_column + 1 : token->column;
    if (is_inside && exact && place.column + (offset - made[index].position) <= token->end_column)
        place.column += offset - made[index].position;
    return place;
}

struct place source_range(const struct source *source, uint32_t start, uint32_t end,
                          uint32_t *last_column)
{
    while (start < end && isspace((unsigned char)source->code[start]))
        start++;
    struct place place = source_place(source, start);
    *last_column = place.column;
    if (!place.column || end <= start)
        return place;
    const struct alignment *alignment = &source->finder->alignment;
    for (size_t i = token_at(alignment, start); i < alignment->made.count; i++) {
        if (alignment->made.items[i].position >= end)
            break;
        bool exact;
        const struct token *token = aligned(alignment, i, &exact);
        if (token && token->line == place.line && token->end_column > *last_column)
            *last_column = token->end_column;
    }
    return place;
}
