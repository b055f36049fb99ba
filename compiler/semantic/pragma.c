/* Pragmas are read once, in the order of the file. What holds behind each is kept as a list that
 * leads back through what was said before, so that a `push` need only remember a place in it. */
#include "semantic/pragma.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostic.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/token.h"

struct pushed {
    struct setting *setting;
    const char *label; /* of `pack(push, label)`; NULL: none */
    const struct pushed *outer;
};

struct reader {
    struct arena *arena;
    const char *text;
    const struct directive *directives;
    size_t directive; /* the one that is read */
    uint32_t at, end;
    struct range macro, value; /* a name in it, and what it stands for; empty: there is none */
    struct pragma_state states[PRAGMA_GROUPS]; /* so far */
};

/* --- tokens of a directive */

/* The token that is next, empty at the end of the line; reader->at stays in front of it. */
static struct range peek(const struct reader *reader)
{
    struct range token = {reader->end, reader->end};
    uint32_t at = reader->at;
    next_token(reader->text, reader->end, &at, &token);
    return token;
}

static struct range take(struct reader *reader)
{
    struct range token = peek(reader);
    reader->at = token.end;
    return token;
}

static bool accept(struct reader *reader, const char *word)
{
    struct range token = peek(reader);
    bool is_next = token_is(reader->text, token, word);
    if (is_next)
        reader->at = token.end;
    return is_next;
}

static const char *copy(const struct reader *reader, struct range token)
{
    return arena_copy(reader->arena, reader->text + token.start, token.end - token.start);
}

/* What the macro of that name stands for at this directive, one token; empty: there is none. */
static struct range macro_value(const struct reader *reader, const char *name)
{
    struct reader macro = *reader;
    for (size_t i = reader->directive; i > 0; i--) {
        const struct directive *directive = &reader->directives[i - 1];
        if (directive->kind != DIRECTIVE_DEFINE && directive->kind != DIRECTIVE_UNDEF)
            continue;
        macro.at = directive->start;
        macro.end = directive->end;
        take(&macro); /* # */
        take(&macro); /* define */
        if (accept(&macro, name))
            return take(&macro);
    }
    return (struct range){0};
}

static bool is_empty(struct range token)
{
    return token.end == token.start;
}

static struct setting *new_setting(const struct reader *reader, struct range text,
                                   struct setting *before)
{
    struct setting *setting = arena_alloc(reader->arena, sizeof *setting);
    setting->text = reader->text + text.start;
    setting->length = (int)(text.end - text.start);
    setting->count = before ? before->count + 1 : 1;
    setting->before = before;
    return setting;
}

static void push(const struct reader *reader, struct pragma_state *state, const char *label)
{
    struct pushed *pushed = arena_alloc(reader->arena, sizeof *pushed);
    *pushed = (struct pushed){state->setting, label, state->pushed};
    state->pushed = pushed;
}

/* With a label, what was pushed behind that goes as well. Lines that were added to those that held
 * at the `push` end here. */
static void pop(const struct reader *reader, struct pragma_state *state, const char *label)
{
    const struct pushed *pushed = state->pushed;
    while (pushed && label && (!pushed->label || strcmp(pushed->label, label) != 0))
        pushed = pushed->outer;
    if (!pushed)
        return;
    while (state->setting && state->setting != pushed->setting) {
        state->setting->end = reader->text + reader->directives[reader->directive].start;
        state->setting = state->setting->before;
    }
    state->setting = pushed->setting;
    state->pushed = pushed->outer;
}

/* --- pack */

/* Takes an alignment. Preprocessors leave a macro that stands for it to the compiler. */
static bool accept_alignment(struct reader *reader, struct range *alignment)
{
    struct range token = peek(reader), value = token;
    if (token_is_name(reader->text, token))
        value = macro_value(reader, copy(reader, token));
    if (is_empty(value) || !isdigit((unsigned char)reader->text[value.start]))
        return false;
    unsigned long number = strtoul(reader->text + value.start, NULL, 0);
    if (number > 16 || number & (number - 1))
        return false;
    reader->at = token.end;
    *alignment = value;
    if (value.start != token.start) {
        reader->macro = token;
        reader->value = value;
    }
    return true;
}

/* 0 and nothing mean that of the machine. */
static struct setting *packing(const struct reader *reader, struct range alignment)
{
    bool is_none = is_empty(alignment) || !strtoul(reader->text + alignment.start, NULL, 0);
    return is_none ? NULL : new_setting(reader, alignment, NULL);
}

/* What may stand behind `push` and `pop`: `, label`, `, 1` or both. */
static bool read_arguments(struct reader *reader, const char **label, struct range *alignment)
{
    if (!accept(reader, ","))
        return true;
    if (accept_alignment(reader, alignment))
        return true;
    struct range name = take(reader);
    *label = copy(reader, name);
    return token_is_name(reader->text, name) &&
           (!accept(reader, ",") || accept_alignment(reader, alignment));
}

/* What is malformed says nothing; to gcc, that is a `pop` which sets an alignment, too. */
static bool read_pack(struct reader *reader, struct pragma_state *state)
{
    const char *label = NULL;
    struct range alignment = {0};
    if (!accept(reader, "("))
        return false;
    bool pushes = accept(reader, "push"), pops = accept(reader, "pop");
    if (!pushes && !pops)
        accept_alignment(reader, &alignment); /* none: that of the machine */
    else if (!read_arguments(reader, &label, &alignment))
        return false;
    bool sets = !is_empty(alignment) || !(pushes || pops);
    if (!accept(reader, ")") || (pops && sets && is_empty(macro_value(reader, "__clang__"))))
        return false;
    if (pushes)
        push(reader, state, label);
    if (pops)
        pop(reader, state, label);
    if (sets)
        state->setting = packing(reader, alignment);
    return true;
}

/* --- the others */

static bool read_order(struct reader *reader, struct pragma_state *state)
{
    uint32_t start = peek(reader).start;
    if (accept(reader, "default")) {
        state->setting = NULL;
        return true;
    }
    if (!(accept(reader, "big") || accept(reader, "little")) || !accept(reader, "-") ||
        !accept(reader, "endian"))
        return false;
    state->setting = new_setting(reader, (struct range){start, reader->at}, NULL);
    return true;
}

/* The whole line is said again. */
static bool add_line(struct reader *reader, struct pragma_state *state)
{
    const struct directive *directive = &reader->directives[reader->directive];
    struct range line = {directive->start, directive->end};
    if (!is_empty(line) && reader->text[line.end - 1] == '\n')
        line.end--;
    state->setting = new_setting(reader, line, state->setting);
    return true;
}

/* What these words say, without labels. */
static bool read_nesting(struct reader *reader, struct pragma_state *state, const char *push_word,
                         const char *pop_word)
{
    bool pushes = accept(reader, push_word), pops = !pushes && accept(reader, pop_word);
    if (pushes)
        push(reader, state, NULL);
    if (pops)
        pop(reader, state, NULL);
    return pushes || pops;
}

static bool read_diagnostic(struct reader *reader, struct pragma_state *state)
{
    return read_nesting(reader, state, "push", "pop") || add_line(reader, state);
}

static bool read_options(struct reader *reader, struct pragma_state *state)
{
    if (read_nesting(reader, state, "push_options", "pop_options"))
        return true;
    bool is_option =
        accept(reader, "optimize") || accept(reader, "target") || accept(reader, "reset_options");
    return is_option && add_line(reader, state);
}

/* --- all of them */

static enum pragma_group read_group(struct reader *reader)
{
    if (accept(reader, "pack"))
        return PRAGMA_PACK;
    if (accept(reader, "scalar_storage_order"))
        return PRAGMA_ORDER;
    if (!accept(reader, "GCC") && !accept(reader, "clang"))
        return PRAGMA_GROUPS;
    return accept(reader, "diagnostic") ? PRAGMA_DIAGNOSTIC : PRAGMA_OPTIONS;
}

static const char *expand(const struct reader *reader, struct range line)
{
    struct range macro = reader->macro, value = reader->value;
    return is_empty(macro) ? NULL
                           : arena_format(reader->arena, "%s%s%s",
                                          copy(reader, (struct range){line.start, macro.start}),
                                          copy(reader, value),
                                          copy(reader, (struct range){macro.end, line.end}));
}

static void read_pragma(struct reader *reader, struct pragmas *pragmas)
{
    static bool (*const readers[])(struct reader *, struct pragma_state *) = {
        [PRAGMA_PACK] = read_pack,
        [PRAGMA_ORDER] = read_order,
        [PRAGMA_DIAGNOSTIC] = read_diagnostic,
        [PRAGMA_OPTIONS] = read_options,
    };
    struct range line = {reader->at, reader->end};
    reader->macro = (struct range){0};
    if (!accept(reader, "#") || !accept(reader, "pragma"))
        return;
    enum pragma_group group = read_group(reader);
    if (group == PRAGMA_GROUPS || !readers[group](reader, &reader->states[group]))
        return;
    size_t *count = &pragmas->count[group];
    pragmas->items[group] = arena_grow(reader->arena, pragmas->items[group], *count,
                                       &pragmas->capacity[group], sizeof **pragmas->items);
    pragmas->items[group][(*count)++] =
        (struct pragma){line.start, line.end, reader->states[group], expand(reader, line)};
}

const struct pragmas *pragmas_read(struct arena *arena, const struct source *source)
{
    size_t count;
    struct pragmas *pragmas = arena_alloc(arena, sizeof *pragmas);
    struct reader reader = {.arena = arena,
                            .text = source_text(source),
                            .directives = source_directives(source, &count)};
    for (; reader.directive < count; reader.directive++) {
        const struct directive *directive = &reader.directives[reader.directive];
        if (directive->kind != DIRECTIVE_PRAGMA)
            continue;
        reader.at = directive->start;
        reader.end = directive->end;
        read_pragma(&reader, pragmas);
    }
    return pragmas;
}

size_t pragma_count_at(const struct pragmas *pragmas, enum pragma_group group, uint32_t offset)
{
    size_t low = 0, high = pragmas->count[group];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pragmas->items[group][middle].start < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct pragma_state pragma_state_at(const struct pragmas *pragmas, enum pragma_group group,
                                    uint32_t offset)
{
    size_t count = pragma_count_at(pragmas, group, offset);
    return count ? pragmas->items[group][count - 1].state : (struct pragma_state){0};
}

const char *pragma_expanded(const struct pragmas *pragmas, uint32_t offset)
{
    size_t i = pragma_count_at(pragmas, PRAGMA_PACK, offset);
    bool is_there =
        i < pragmas->count[PRAGMA_PACK] && pragmas->items[PRAGMA_PACK][i].start == offset;
    return is_there ? pragmas->items[PRAGMA_PACK][i].expanded : NULL;
}

/* Whether the line of a pragma speaks of the option, in quotes. */
static bool is_about(const struct setting *setting, const char *option)
{
    size_t length = strlen(option);
    const char *at = memmem(setting->text, (size_t)setting->length, option, length);
    return at && at > setting->text && at[-1] == '"' && at[length] == '"';
}

bool pragmas_ignore(const struct pragmas *pragmas, const char *option, uint32_t offset)
{
    static const char word[] = "ignored";
    const struct setting *setting = pragma_state_at(pragmas, PRAGMA_DIAGNOSTIC, offset).setting;
    while (setting && !is_about(setting, option))
        setting = setting->before;
    return setting && memmem(setting->text, (size_t)setting->length, word, sizeof word - 1);
}

bool pragmas_lay_out(const struct pragmas *pragmas, uint32_t offset)
{
    return pragma_state_at(pragmas, PRAGMA_PACK, offset).setting ||
           pragma_state_at(pragmas, PRAGMA_ORDER, offset).setting;
}
