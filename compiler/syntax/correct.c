/* What tree-sitter makes of a mistake may be several errors, some of them far behind it. So each
 * declaration of the file that does not parse is parsed by itself, with one token left out, put in
 * or replaced near the place where the parser stopped: if it parses then, that was the mistake, and
 * it is the only one that is told. If there are several, the change counts that lets the parser get
 * farthest; and if there is none, the statement is left out.
 *
 * Where it is clear what was meant, the parser sees the text so changed, and the rest of the
 * function is checked; else the function is one without a body. A declaration whose change finds no
 * room in the text, where no offset may change, is blanked: what it may have declared is unknown.
 */
#include "syntax/correct.h"

#include <string.h>

#include "support/arena.h"
#include "syntax/attempt.h"
#include "syntax/bounded.h"
#include "syntax/corrector.h"
#include "syntax/declarations.h"
#include "syntax/mending.h"
#include "syntax/token.h"
#include "syntax/words.h"

enum { WINDOW = 16 /* tokens before the place where the parser stopped that may be wrong */ };

/* --- possible changes */

/* One token that is easily taken for another; NULL if there is none. */
static const char *alike(const struct corrector *c, size_t i)
{
    static const char *const pairs[][2] = {{",", ";"}, {";", ","},  {":", ";"},
                                           {";", ":"}, {"=", "=="}, {"==", "="},
                                           {".", ","}, {",", "."},  {"->", "."}};
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
        if (draft_has(c, i, pairs[k][0]))
            return pairs[k][1];
    return NULL;
}

/* A change that leaves no doubt of what was meant; false if there are not so many. */
static bool sure_change(const struct corrector *c, size_t i, unsigned number, struct change *change)
{
    struct range token = c->draft.tokens.items[i];
    unsigned doubled = draft_doubles(c, i);
    if (number < doubled) {
        *change = change_without(c, i);
    } else {
        const char *word =
            similar_word(c->draft.plain + token.start, token.end - token.start, number - doubled);
        if (!word)
            return false;
        *change = change_of(c, i, word);
    }
    return change->is_sure = true;
}

/* Whether an operand must follow the token. */
static bool wants_operand(const struct corrector *c, size_t i)
{
    static const char *const words[] = {"return", "case",  "await",  "try",
                                        "spawn",  "yield", "sizeof", NULL};
    struct range token = c->draft.tokens.items[i];
    if (token_is_among(c->draft.plain, token, words))
        return true;
    return strchr("=+-*/%&|^<>!~?:([,", c->draft.plain[token.start]) && !draft_has(c, i, "++") &&
           !draft_has(c, i, "--");
}

/* An operand that is missing before the token. */
static bool operand_change(const struct corrector *c, size_t i, unsigned number,
                           struct change *change)
{
    if (number || !i || !wants_operand(c, i - 1) ||
        !strchr(";,)]}:=", c->draft.plain[c->draft.tokens.items[i].start]))
        return false;
    *change = change_with(c, i, "0 ");
    change->is_operand = true;
    return true;
}

/* Another token, one more or one less. */
static bool likely_change(const struct corrector *c, size_t i, unsigned number,
                          struct change *change)
{
    static const char *const texts[] = {", ", "; ", "= ", ": "};
    const char *other = alike(c, i);
    if (other && !number--)
        *change = change_of(c, i, other);
    else if (number == 0)
        *change = change_with(c, i, texts[0]);
    else if (number == 1)
        *change = change_without(c, i);
    else if (number - 1 < sizeof texts / sizeof *texts)
        *change = change_with(c, i, texts[number - 1]);
    else
        return false;
    return true;
}

/* A name, a value or an operator that is missing. */
static bool unlikely_change(const struct corrector *c, size_t i, unsigned number,
                            struct change *change)
{
    static const char *const texts[] = {"0 ", "x ", "+ "};
    if (number >= sizeof texts / sizeof *texts)
        return false;
    *change = change_with(c, i, texts[number]);
    return true;
}

/* --- messages */

static const char *message_of(struct corrector *c, size_t i, struct change *change)
{
    const struct draft *draft = &c->draft;
    struct range token = draft->tokens.items[i];
    bool puts_in = change->start == change->end;
    change->place = draft_place(c, token);
    if (!puts_in && *change->text)
        return arena_format(c->mending->arena, "%s'%s' instead of '%s'",
                            token_is_name(draft->plain, token) ? "" : "unexpected ",
                            token_text(c, token), change->text);
    struct range before = i ? draft->tokens.items[i - 1] : token;
    if (puts_in && *change->text == ';' && i &&
        memchr(draft->plain + before.end, '\n', token.start - before.end)) {
        change->place = draft_place(c, (struct range){before.end - 1, before.end});
        return "expected ';'";
    }
    if (change->is_operand)
        return arena_format(c->mending->arena, "expected an expression before '%c'",
                            draft->plain[token.start]);
    return arena_format(c->mending->arena, "unexpected '%s'", token_text(c, token));
}

static void accept_at(struct corrector *c, size_t i, struct change *change)
{
    change->message = message_of(c, i, change);
    draft_accept(c, change);
}

/* --- the search */

typedef bool change_function(const struct corrector *, size_t, unsigned, struct change *);

/* The changes that are tried: all of a kind before those of the next one. */
static const struct {
    change_function *next;
    unsigned window;   /* so many tokens, and the last is the one where the parser stopped */
    unsigned progress; /* tokens behind that one that must fit, if not all do */
} change_kinds[] = {{operand_change, 1, 2},
                    {sure_change, WINDOW, 4},
                    {likely_change, WINDOW, 5},
                    {unlikely_change, WINDOW, 8}};

enum { CHANGE_KINDS = sizeof change_kinds / sizeof *change_kinds };

/* A change, and how far the parser gets with it. */
struct candidate {
    struct change change;
    size_t token;
    uint32_t reach;
};

/* The change of the kind, at the token where the parser stopped or before, that lets it get
 * farthest; false if none lets it get some tokens farther than now. */
static bool find_best(struct corrector *c, size_t stop, size_t kind, struct candidate *best)
{
    const struct tokens *tokens = &c->draft.tokens;
    size_t wanted = stop + change_kinds[kind].progress;
    uint32_t end = c->draft.length,
             least = wanted < tokens->count ? tokens->items[wanted].start : end;
    struct change change;
    best->reach = least;
    for (size_t i = stop + 1; i-- > 0 && i + change_kinds[kind].window > stop;)
        for (unsigned number = 0; change_kinds[kind].next(c, i, number, &change); number++) {
            uint32_t reach = draft_stop_with(c, &change);
            if (reach > best->reach)
                *best = (struct candidate){change, i, reach};
            if (reach > end)
                return true;
        }
    return best->reach > least;
}

/* One that leaves no error, of whatever kind; else the best one of the first kind that has any. */
static bool correct_at(struct corrector *c, size_t stop)
{
    struct candidate best = {0}, other;
    for (size_t kind = 0; kind < CHANGE_KINDS && best.reach <= c->draft.length; kind++)
        if (find_best(c, stop, kind, &other) && (!best.reach || other.reach > c->draft.length))
            best = other;
    if (best.reach)
        accept_at(c, best.token, &best.change);
    return best.reach;
}

/* The statement around the token is left out: as far as its semicolon, or the brace that ends the
 * block. */
static bool give_up_statement(struct corrector *c, size_t stop)
{
    const struct draft *draft = &c->draft;
    const struct range *items = draft->tokens.items;
    size_t first = stop, end = stop;
    int depth = 0;
    for (; first > 0; first--) {
        const char *text = draft->plain + items[first - 1].start;
        if (strchr("{}", *text) || (*text == ';' && !depth))
            break;
        depth += token_nesting(draft->plain, items[first - 1]);
    }
    for (depth = 0; end < draft->tokens.count; end++) {
        depth += token_nesting(draft->plain, items[end]);
        if (depth < 0 || (depth == 0 && strchr(";}", draft->plain[items[end].start])))
            break;
    }
    if (!first || end == draft->tokens.count)
        return false;
    bool keeps_end = draft->plain[items[end].start] != ';' && depth < 0;
    struct change change = {.start = items[first].start,
                            .end = keeps_end ? items[end].start : items[end].end,
                            .text = ";"};
    if (change.end <= change.start)
        return false;
    change.place = draft_place(c, items[stop]);
    change.message = arena_format(c->mending->arena, "unexpected '%s'", token_text(c, items[stop]));
    draft_accept(c, &change);
    return true;
}

/* Whether it parses with the changes that were found. */
static bool find_changes(struct corrector *c)
{
    uint32_t before = 0, offset;
    while ((offset = draft_stop(c)) <= c->draft.length) {
        size_t stop = token_at(&c->draft.tokens, offset);
        if (!c->draft.tokens.count || c->count == MOST_CHANGES || (c->count && offset < before))
            return false;
        before = offset;
        if (!correct_at(c, stop) && !give_up_statement(c, stop))
            return false;
    }
    return true;
}

/* What no change mends is told if nothing else is, and leaves nothing of what is around. */
static void give_up(struct corrector *c)
{
    struct range token = first_mistake(c->mending->parser, c->draft.text, c->draft.length);
    struct change *change = &c->changes[c->count];
    *change = (struct change){.text = "", .place = draft_place(c, token)};
    change->start = change->end = change->place.start;
    if (!c->count++)
        change->message = arena_format(c->mending->arena, "unexpected '%s'", token_text(c, token));
}

static void correct(struct corrector *c, struct range declaration)
{
    corrector_begin(c, declaration);
    if (!find_changes(c))
        give_up(c);
    if (c->count)
        apply_changes(c, declaration);
}

void correct_mistakes(struct mending *m)
{
    struct corrector *c = corrector_new(m);
    struct declarations found = find_declarations(m->arena, c->code, m->length);
    for (size_t i = 0; i < found.count; i++)
        correct(c, found.items[i]);
    m->code = c->code;
}
