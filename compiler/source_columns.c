/* Columns of the original lines.
 *
 * The tokens that say they come from line L of file F are collected from the neighbourhood (gcc may
 * put line markers between the tokens of one line), and so are those of line L of F itself, and of
 * the lines behind it as far as a comment, a backslash or an open parenthesis makes them one with
 * it and nothing else claims them (clang puts a macro call of several lines on one). align.c does
 * the rest. The last alignment is kept, and its memory used again for the next. */
#include <ctype.h>
#include <string.h>

#include "align.h"
#include "original.h"
#include "source.h"
#include "source_internal.h"
#include "support/arena.h"
#include "support/names.h"

enum { NEAR = 64, NEAR_TEXT = 2048 };

/* What a place is asked of; changes behind a const struct source. */
struct finder {
    struct names *macros; /* NULL until they are needed */
    struct alignment alignment;
    struct tokens tokens; /* of a line that is only looked at */
    const char *file; /* what the alignment is of: this line, seen from the text line `seen_from` */
    uint32_t line;
    size_t seen_from;
};

struct finder *finder_new(struct arena *arena)
{
    struct finder *finder = arena_alloc(arena, sizeof *finder);
    finder->alignment.arena = arena;
    return finder;
}

static uint32_t line_end(const struct source *source, size_t line)
{
    return line + 1 < source->line_count ? source->lines[line + 1].start : (uint32_t)source->length;
}

/* Adds the tokens of a text line. */
static void tokenize_line(const struct source *source, size_t line, struct tokens *tokens)
{
    uint32_t start = source->lines[line].start;
    tokenize(source->arena, tokens, source->code + start, line_end(source, line) - start, start,
             source->lines[line].in_comment);
}

static bool has_tokens(const struct source *source, size_t line)
{
    struct tokens *tokens = &source->finder->tokens;
    tokens->count = 0;
    tokenize_line(source, line, tokens);
    return tokens->count > 0;
}

/* Whether the walk through the neighbourhood of line `origin` ends at this text line. */
static bool is_far(const struct source *source, size_t line, const struct place *origin)
{
    struct place place = source_line_place(source, line);
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
        struct place place = source_line_place(source, i);
        if (place.file != origin->file)
            continue;
        if (place.line == origin->line)
            tokenize_line(source, i, &alignment->made);
        else if (place.line > origin->line && place.line < next && has_tokens(source, i))
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
    while (goes_on && original_line(source->originals, origin->file, number, &line)) {
        if (number == origin->line)
            in_comment = line.in_comment;
        else if (!in_comment && is_directive(&line))
            break;
        struct logical logical = {0};
        while (add_line(source->arena, &logical, &line, number) &&
               original_line(source->originals, origin->file, number + 1, &line))
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
        size_t length;
        const char *name = source_macro_name(source, directive, &length);
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
    size_t line = source_line_at(source, offset);
    struct place place = source_line_place(source, line);
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
