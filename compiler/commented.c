/* With -C, which keeps comments, the preprocessor takes them for tokens, and C becomes other C
 * (COMMENT stands for one):
 *
 *     SQUARE COMMENT (2)                     is not expanded
 *     COMMENT #define ONE 1                  is no directive
 *     TEXT(a COMMENT), NOTHING(COMMENT)      have it in a string, and as an argument too many
 *
 * So the preprocessor runs twice, and what it makes without -C is what counts. Of the other text
 * lines are taken, with their comments, where they have the same tokens. Nearly always all have. */
#include "commented.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "output/skip.h"
#include "source_internal.h"
#include "support/text.h"

enum { MOST_LINES_AHEAD = 20000 };

/* --- tokens */

struct reader {
    const char *start, *at, *end;
};

static bool begins_line(const struct reader *r)
{
    const char *at = r->at;
    while (at > r->start && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    return at == r->start || at[-1] == '\n';
}

/* The next token outside of comments and directives; its length, 0 at the end. */
static size_t next_token(struct reader *r, const char **token)
{
    while (r->at < r->end) {
        const char *behind = skip_comment(r->at, r->end);
        if (behind > r->at) {
            r->at = behind;
        } else if (*r->at == '#' && begins_line(r)) {
            r->at = skip_directive(r->at, r->end);
        } else if (isspace((unsigned char)*r->at)) {
            r->at++;
        } else {
            *token = r->at;
            r->at = skip_token(r->at, r->end);
            return (size_t)(r->at - *token);
        }
    }
    return 0;
}

static bool have_same_tokens(struct reader a, struct reader b)
{
    const char *of_a = NULL, *of_b = NULL;
    size_t length;
    while ((length = next_token(&a, &of_a)))
        if (next_token(&b, &of_b) != length || memcmp(of_a, of_b, length))
            return false;
    return !next_token(&b, &of_b);
}

/* --- lines */

/* The lines [first, behind) of the text. */
static struct reader lines_of(const struct source *source, size_t first, size_t behind)
{
    const char *start = source->text + source->lines[first].start, *end = source->text;
    end += behind < source->line_count ? source->lines[behind].start : source->length;
    return (struct reader){start, start, end};
}

static bool is_directive(const struct source *source, size_t line)
{
    struct reader r = lines_of(source, line, line + 1);
    return *skip_blanks(r.at, r.end) == '#';
}

static bool is_same_file(struct place a, struct place b)
{
    return a.file && b.file && !strcmp(a.file, b.file);
}

/* Whether the line is code that stems from there. */
static bool stems_from(const struct source *source, size_t line, struct place place)
{
    struct place own = source_line_place(source, line);
    return own.line == place.line && is_same_file(own, place) && !is_directive(source, line);
}

/* The line from `at` on that stems from the same place as one of the plain text; `at` if there is
 * none. */
static size_t find_line(const struct source *commented, size_t at, struct place place)
{
    for (size_t line = at; line < commented->line_count && line - at < MOST_LINES_AHEAD; line++) {
        struct place own = source_line_place(commented, line);
        if (!is_same_file(own, place) || own.line < place.line ||
            commented->lines[line].in_comment || is_directive(commented, line))
            continue;
        return own.line == place.line ? line : at;
    }
    return at;
}

/* Behind the line, and those that its comment at the end goes on over. */
static size_t unit_end(const struct source *commented, size_t line)
{
    do
        line++;
    while (line < commented->line_count && commented->lines[line].in_comment);
    return line;
}

/* How many lines of `commented` from `at` on stand for as many of `plain`; 0: none. */
static size_t common_lines(const struct source *plain, size_t line, const struct source *commented,
                           size_t at)
{
    if (at >= commented->line_count)
        return 0;
    size_t count = unit_end(commented, at) - at;
    struct place place = source_line_place(plain, line);
    for (size_t i = 0; i < count; i++, place.line++)
        if (line + i >= plain->line_count || !stems_from(plain, line + i, place))
            return 0;
    bool same =
        stems_from(commented, at, source_line_place(plain, line)) &&
        have_same_tokens(lines_of(plain, line, line + count), lines_of(commented, at, at + count));
    return same ? count : 0;
}

static void weave_lines(struct text *out, const struct source *plain,
                        const struct source *commented)
{
    for (size_t line = 0, at = 0; line < plain->line_count;) {
        size_t count = 0;
        if (!is_directive(plain, line)) {
            at = find_line(commented, at, source_line_place(plain, line));
            count = common_lines(plain, line, commented, at);
        }
        struct reader taken =
            count ? lines_of(commented, at, at + count) : lines_of(plain, line, line + 1);
        text_write(out, taken.start, (size_t)(taken.end - taken.start));
        at += count;
        line += count ? count : 1;
    }
}

static struct reader all_of(const struct text *text)
{
    return (struct reader){text->data, text->data, text->data + text->length};
}

void commented_weave(struct arena *arena, struct text *plain, struct text *commented)
{
    if (!plain->length || !commented->length)
        return;
    struct text woven = {0};
    if (have_same_tokens(all_of(plain), all_of(commented))) {
        woven = *commented;
        *commented = (struct text){0};
    } else {
        weave_lines(&woven, source_new(arena, "", plain->data, plain->length),
                    source_new(arena, "", commented->data, commented->length));
    }
    text_free(plain);
    *plain = woven;
}
