/* Many changes are tried, so that each must be cheap. Whatever is changed, the parser has done with
 * the statements that are complete before it, in each block around it: they are left out. */
#include "syntax/attempt.h"

#include <string.h>

#include "support/arena.h"
#include "syntax/bounded.h"
#include "syntax/corrector.h"
#include "syntax/mending.h"
#include "syntax/token.h"

enum {
    MOST_STEPS = 1 << 20, /* of the parser, in all attempts together */
    BYTES_PER_STEP = 64,  /* where text is copied */
    NESTING = 256
};

/* What is parsed: the text up to the change, without some statements, the change and the rest. */
struct attempt {
    char *text;
    uint32_t length;
    uint32_t behind; /* the change */
};

/* --- what may be left out */

/* Whether a statement or member ends with the token, whatever follows the next one. */
static bool ends_statement(const struct corrector *c, size_t i)
{
    static const char *const beginnings[] = {
        "if",       "for",   "switch", "do",    "case", "return", "goto",    "break", "await",
        "continue", "yield", "defer",  "spawn", "try",  "async",  "default", NULL};
    if (draft_has(c, i, ";"))
        return !draft_has(c, i + 1, "else") && !draft_has(c, i + 1, "while");
    return draft_has(c, i, "}") &&
           token_is_among(c->draft.plain, c->draft.tokens.items[i + 1], beginnings);
}

/* In each bracket that is open at the offset, from behind it to the end of the last statement that
 * is complete. The number of brackets; 0 if they do not match. */
static unsigned find_complete(const struct corrector *c, uint32_t offset, struct range *complete)
{
    const struct tokens *tokens = &c->draft.tokens;
    const char *plain = c->draft.plain;
    unsigned depth = 0;
    for (size_t i = 0; i + 1 < tokens->count && tokens->items[i + 1].end <= offset; i++) {
        struct range token = tokens->items[i];
        int nesting = token_nesting(plain, token);
        if (nesting > 0 && depth == NESTING)
            return 0;
        if (nesting > 0)
            complete[depth++] = (struct range){token.end, token.end};
        else if (nesting < 0 && (!depth || closing_bracket(plain[complete[--depth].start - 1]) !=
                                               plain[token.start]))
            return 0;
        if (depth && plain[complete[depth - 1].start - 1] == '{' && ends_statement(c, i))
            complete[depth - 1].end = token.end;
    }
    return depth;
}

/* --- attempts */

/* The same memory for all. */
static char *attempt_room(struct corrector *c, uint32_t size)
{
    if (size > c->room_size) {
        c->room_size = 2 * size;
        c->room = arena_alloc(c->mending->arena, c->room_size);
    }
    return c->room;
}

static void append(struct attempt *attempt, const char *text, uint32_t size)
{
    memcpy(attempt->text + attempt->length, text, size);
    attempt->length += size;
}

static struct attempt attempt_with(struct corrector *c, const struct change *change)
{
    const struct draft *draft = &c->draft;
    struct range complete[NESTING];
    unsigned depth = find_complete(c, change->start, complete);
    uint32_t size = (uint32_t)strlen(change->text), at = 0;
    struct attempt attempt = {.text = attempt_room(c, draft->length + size)};
    for (unsigned i = 0; i < depth; at = complete[i++].end)
        append(&attempt, draft->text + at, complete[i].start - at);
    append(&attempt, draft->text + at, change->start - at);
    append(&attempt, change->text, size);
    attempt.behind = attempt.length;
    append(&attempt, draft->text + change->end, draft->length - change->end);
    return attempt;
}

/* Where the parser stops in a text; behind its end: nowhere. False if it may not be asked. */
static bool find_stop(struct corrector *c, const char *text, uint32_t length, uint32_t *stop)
{
    unsigned copying = length / BYTES_PER_STEP;
    if (c->steps + copying >= MOST_STEPS)
        return false;
    unsigned steps = MOST_STEPS - c->steps - copying;
    *stop = parse_until_mistake(c->mending->parser, text, length, &steps);
    c->steps = MOST_STEPS - steps;
    return steps;
}

uint32_t draft_stop(struct corrector *c)
{
    uint32_t stop;
    return find_stop(c, c->draft.text, c->draft.length, &stop) ? stop : 0;
}

uint32_t draft_stop_with(struct corrector *c, const struct change *change)
{
    uint32_t stop;
    if (c->steps >= MOST_STEPS)
        return 0;
    struct attempt attempt = attempt_with(c, change);
    if (!find_stop(c, attempt.text, attempt.length, &stop) || stop < attempt.behind)
        return 0;
    return stop - attempt.behind + change->end;
}

bool draft_solves(struct corrector *c, const struct change *change)
{
    return draft_stop_with(c, change) > c->draft.length;
}
