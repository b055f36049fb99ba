/* Changes are tried on a copy of the declaration, and written into the file's text in the end,
 * where no offset may change: one that puts something in takes the room of blanks. */
#include "syntax/corrector.h"

#include <ctype.h>
#include <string.h>

#include "support/arena.h"
#include "syntax/brackets.h"
#include "syntax/correct.h"
#include "syntax/declarations.h"
#include "syntax/mending.h"
#include "syntax/parse.h"
#include "syntax/token.h"
#include "syntax/words.h"

struct corrector *corrector_new(struct mending *m)
{
    struct corrector *c = arena_alloc(m->arena, sizeof *c);
    c->mending = m;
    c->code = text_without_marks(m->arena, m->code, m->text, m->length);
    return c;
}

/* --- tokens */

static struct tokens read_tokens(struct arena *arena, const char *text, uint32_t length)
{
    struct tokens tokens = {0};
    struct range token;
    for (uint32_t at = 0; next_token(text, length, &at, &token); at = token.end) {
        token = whole_operator(text, length, token);
        tokens.items =
            arena_grow(arena, tokens.items, tokens.count, &tokens.capacity, sizeof *tokens.items);
        tokens.items[tokens.count++] = token;
    }
    return tokens;
}

/* --- drafts */

static struct draft draft_of(struct corrector *c, struct range declaration)
{
    uint32_t length = declaration.end - declaration.start;
    struct draft draft = {
        .text = arena_copy(c->mending->arena, c->mending->text + declaration.start, length),
        .origin = arena_alloc(c->mending->arena, (length + 1) * sizeof *draft.origin),
        .length = length};
    for (uint32_t i = 0; i <= length; i++)
        draft.origin[i] = declaration.start + i;
    draft.plain =
        text_without_marks(c->mending->arena, c->code + declaration.start, draft.text, length);
    draft.tokens = read_tokens(c->mending->arena, draft.plain, length);
    return draft;
}

void draft_accept(struct corrector *c, const struct change *change)
{
    struct draft draft = {0}, old = c->draft;
    uint32_t size = (uint32_t)strlen(change->text);
    draft.length = change->start + size + old.length - change->end;
    draft.text = arena_alloc(c->mending->arena, draft.length + 1);
    memcpy(draft.text, old.text, change->start);
    memcpy(draft.text + change->start, change->text, size);
    memcpy(draft.text + change->start + size, old.text + change->end, old.length - change->end);
    draft.origin = arena_alloc(c->mending->arena, (draft.length + 1) * sizeof *draft.origin);
    for (uint32_t i = 0; i <= draft.length; i++)
        draft.origin[i] =
            old.origin[i < change->start          ? i
                       : i < change->start + size ? change->start
                                                  : i - size + change->end - change->start];
    draft.plain = arena_copy(c->mending->arena, draft.text, draft.length);
    for (uint32_t i = 0; i < draft.length; i++)
        if (draft.text[i] == MARK_TYPE || draft.text[i] == MARK_ORDINARY)
            draft.plain[i] = c->code[draft.origin[i]];
    draft.tokens = read_tokens(c->mending->arena, draft.plain, draft.length);
    struct change *kept = &c->changes[c->count++];
    *kept = *change;
    kept->start = old.origin[change->start];
    kept->end = old.origin[change->end];
    c->draft = draft;
}

void corrector_begin(struct corrector *c, struct range declaration)
{
    c->draft = draft_of(c, declaration);
    c->count = 0;
}

/* --- changes */

bool draft_has(const struct corrector *c, size_t i, const char *text)
{
    return i < c->draft.tokens.count && token_is(c->draft.plain, c->draft.tokens.items[i], text);
}

struct change change_without(const struct corrector *c, size_t i)
{
    struct range token = c->draft.tokens.items[i];
    return (struct change){.start = token.start, .end = token.end, .text = ""};
}

struct change change_with(const struct corrector *c, size_t i, const char *text)
{
    uint32_t start = c->draft.tokens.items[i].start;
    return (struct change){.start = start, .end = start, .text = text};
}

struct change change_of(const struct corrector *c, size_t i, const char *text)
{
    struct change change = change_without(c, i);
    change.text = text;
    return change;
}

bool draft_doubles(const struct corrector *c, size_t i)
{
    if (!i)
        return false;
    struct range token = c->draft.tokens.items[i], before = c->draft.tokens.items[i - 1];
    uint32_t length = token.end - token.start;
    return length == before.end - before.start &&
           !memcmp(c->draft.plain + token.start, c->draft.plain + before.start, length);
}

struct range draft_place(const struct corrector *c, struct range range)
{
    uint32_t last = range.end > range.start ? range.end - 1 : range.start;
    return (struct range){c->draft.origin[range.start], c->draft.origin[last] + 1};
}

const char *token_text(const struct corrector *c, struct range token)
{
    int length = (int)(token.end - token.start);
    return arena_format(c->mending->arena, "%.*s%s", length > 40 ? 40 : length,
                        c->draft.plain + token.start, length > 40 ? "..." : "");
}

size_t token_at(const struct tokens *tokens, uint32_t offset)
{
    size_t i = 0;
    while (i + 1 < tokens->count && tokens->items[i].end <= offset)
        i++;
    return i;
}

/* --- what the parser sees then */

static void blank(struct corrector *c, uint32_t start, uint32_t end)
{
    blank_text(c->mending->text, start, end);
    blank_text(c->code, start, end);
}

/* Behind the last token before the offset. */
static uint32_t token_end_before(const struct corrector *c, uint32_t start, uint32_t offset)
{
    struct range token;
    uint32_t end = start;
    for (uint32_t at = start; next_token(c->code, offset, &at, &token);)
        end = token.end;
    return end;
}

/* Where there are so many blanks in front of the offset, in which no comment stands: behind the
 * token before, or in the same line. The offset itself: nowhere. */
static uint32_t find_room(const struct corrector *c, uint32_t start, uint32_t offset, uint32_t size)
{
    uint32_t end = token_end_before(c, start, offset), at = end;
    while (at < offset && at < end + size && isspace((unsigned char)c->mending->text[at]))
        at++;
    if (at == end + size)
        return end;
    for (at = offset; at > end && at + size > offset && strchr(" \t", c->mending->text[at - 1]);)
        at--;
    return at + size == offset ? at : offset;
}

/* Writes a change into the text; false if there is no room for it. */
static bool write_change(struct corrector *c, const struct change *change, uint32_t begin)
{
    uint32_t size = (uint32_t)strlen(change->text), start = change->start;
    if (start < change->end) {
        if (size > change->end - start || memchr(c->mending->text + start, '\n', size))
            return false;
        blank(c, start, change->end);
    } else {
        size -= size && change->text[size - 1] == ' ';
        start = find_room(c, begin, start, size);
        if (start == change->start || *change->text == 'x' ||
            (is_word_byte(*change->text) && start && is_word_byte(c->mending->text[start - 1])))
            return false;
    }
    memcpy(c->mending->text + start, change->text, size);
    memcpy(c->code + start, change->text, size);
    return true;
}

void forget_declaration(struct mending *m, const char *code, struct range range)
{
    struct range token;
    for (uint32_t at = range.start; next_token(code, range.end, &at, &token);)
        if (token_is_name(code, token) && !isspace((unsigned char)m->text[token.start]) &&
            !is_keyword(code + token.start, token.end - token.start))
            mark_unknown(m->arena, m->marks, token.start);
    for (uint32_t at = range.start; at < range.end; at++)
        if (m->text[at] != '\n')
            m->text[at] = ' ';
}

/* The bytes of the file between the braces of the body, in the draft, that the change is in. */
static bool find_body(const struct corrector *c, const struct change *change, struct range *body)
{
    const struct draft *draft = &c->draft;
    uint32_t at = 0;
    while (at < draft->length && draft->origin[at] < change->start)
        at++;
    return body_around(draft->plain, draft->length, at, body);
}

static void write_byte(struct corrector *c, uint32_t at, char byte)
{
    c->mending->text[at] = c->code[at] = byte;
}

/* Makes the body empty, with its braces, of which one may have been put in; false if there is no
 * room for that. */
static bool empty_body(struct corrector *c, struct range body)
{
    const uint32_t *origin = c->draft.origin;
    uint32_t start = origin[body.start], end = origin[body.end];
    bool lacks_start = origin[body.start - 1] == start;
    bool lacks_end = origin[body.end + 1] == end;
    if (end < start + lacks_start + lacks_end)
        return false;
    blank(c, start, end);
    if (lacks_start)
        write_byte(c, start, '{');
    if (lacks_end)
        write_byte(c, end - 1, '}');
    return true;
}

static void report_change(const struct corrector *c, const struct change *change)
{
    if (change->message)
        report_error(c->mending->diagnostics, change->place, "%s", change->message);
    if (change->opener.end)
        report_note(c->mending->diagnostics, change->opener, "to match this '%c'",
                    c->code[change->opener.start]);
}

void apply_changes(struct corrector *c, struct range declaration)
{
    struct range body = {0, 0}, damaged = {0, 0};
    bool is_written = true;
    for (unsigned i = 0; i < c->count; i++) {
        const struct change *change = &c->changes[i];
        report_change(c, change);
        bool in_body = find_body(c, change, &body);
        bool is_kept = change->is_sure || change->start < change->end;
        if (is_kept && write_change(c, change, declaration.start) && change->is_sure)
            continue;
        if (in_body)
            damaged = body;
        else
            is_written = false;
    }
    if (damaged.end)
        is_written &= empty_body(c, damaged);
    if (!is_written) {
        forget_declaration(c->mending, c->code, declaration);
        blank(c, declaration.start, declaration.end);
    }
}
