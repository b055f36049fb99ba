/* Only declarations that do not parse by themselves are mended. A pass looks for one kind of
 * mistake; those whose mistakes mislead the ones behind them come first. */
#include "syntax/mend.h"

#include <ctype.h>
#include <string.h>

#include "diagnostic.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/bounded.h"
#include "syntax/brackets.h"
#include "syntax/correct.h"
#include "syntax/corrector.h"
#include "syntax/declarations.h"
#include "syntax/headers.h"
#include "syntax/mending.h"
#include "syntax/misplaced_async.h"
#include "syntax/misused.h"
#include "syntax/semicolons.h"
#include "syntax/stray_else.h"
#include "syntax/token.h"
#include "syntax/unbalanced.h"
#include "syntax/yield_else.h"

bool has_error(const TSTree *tree)
{
    return !tree || ts_node_has_error(ts_tree_root_node(tree));
}

/* Takes the word out of the text and parses the rest. Where there are other mistakes, too, the
 * parser may have made a name of an `else` that has its `if`: then nothing is said of it. */
TSTree *mend_elses(struct mending *m, TSTree *tree)
{
    struct stray_elses found = find_stray_elses(m->arena, ts_tree_root_node(tree), m->text);
    if (!found.count)
        return tree;
    for (size_t i = 0; i < found.count; i++)
        memcpy(m->text + found.offsets[i], "    ", 4);
    TSTree *mended = parse_bounded(m->parser, m->text, m->length, NULL);
    if (!mended || (has_error(tree) && has_error(mended))) {
        for (size_t i = 0; i < found.count; i++)
            memcpy(m->text + found.offsets[i], "else", 4);
        ts_tree_delete(mended);
        return tree;
    }
    for (size_t i = 0; i < found.count; i++)
        report_error(m->diagnostics, (struct range){found.offsets[i], found.offsets[i] + 4},
                     "'else' without an 'if', or a loop that takes one");
    ts_tree_delete(tree);
    return mended;
}

static unsigned count_errors(const TSTree *tree)
{
    unsigned count = 0;
    TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
    for (bool goes_on = true; goes_on;) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        count += ts_node_is_missing(node) || !strcmp(ts_node_type(node), "ERROR");
        if (ts_node_has_error(node) && ts_tree_cursor_goto_first_child(&cursor))
            continue;
        while (!ts_tree_cursor_goto_next_sibling(&cursor) &&
               (goes_on = ts_tree_cursor_goto_parent(&cursor)))
            ;
    }
    ts_tree_cursor_delete(&cursor);
    return count;
}

static void report_missing(const struct mending *m, uint32_t semicolon)
{
    uint32_t behind = semicolon + 1;
    struct range token;
    if (isspace((unsigned char)m->code[semicolon]))
        report_error(m->diagnostics, (struct range){semicolon - 1, semicolon}, "expected ';'");
    else if (next_token(m->code, m->length, &behind, &token))
        report_error(m->diagnostics, token, "expected an expression before '}'");
}

/* Puts semicolons where they seem to be missing, and says so if that leaves fewer mistakes. */
static TSTree *mend_semicolons(struct mending *m, TSTree *tree)
{
    struct semicolons found = find_missing_semicolons(m->arena, m->code, m->text, m->length);
    if (!found.count)
        return tree;
    for (size_t i = 0; i < found.count; i++)
        m->text[found.offsets[i]] = ';';
    TSTree *mended = parse_bounded(m->parser, m->text, m->length, NULL);
    if (!mended || (has_error(mended) && count_errors(mended) >= count_errors(tree))) {
        for (size_t i = 0; i < found.count; i++)
            m->text[found.offsets[i]] = m->code[found.offsets[i]];
        ts_tree_delete(mended);
        return tree;
    }
    for (size_t i = 0; i < found.count; i++)
        report_missing(m, found.offsets[i]);
    ts_tree_delete(tree);
    return mended;
}

/* --- the passes */

/* The declarations that do not parse by themselves; all of the text, if each does. */
static struct declarations find_damaged(const struct mending *m, const struct source *source)
{
    const char *code = text_without_marks(m->arena, m->code, m->text, m->length);
    struct declarations all = find_declarations(m->arena, code, m->length), damaged = {0};
    for (size_t i = 0; i < all.count; i++) {
        struct range range = all.items[i];
        uint32_t size = range.end - range.start;
        if (!source_line(source, range.start).system_header &&
            !text_parses(m->parser, arena_copy(m->arena, m->text + range.start, size), size))
            all.items[damaged.count++] = range;
    }
    damaged.items = all.items;
    if (!damaged.count && all.count)
        damaged.items[damaged.count++] = (struct range){0, m->length};
    return damaged;
}

/* The text with blanks in place of all others. */
static char *only(struct arena *arena, const struct declarations *list, const char *text,
                  uint32_t length)
{
    char *result = arena_copy(arena, text, length);
    for (uint32_t i = 0; i < length; i++)
        if (result[i] != '\n')
            result[i] = ' ';
    for (size_t i = 0; i < list->count; i++)
        memcpy(result + list->items[i].start, text + list->items[i].start,
               list->items[i].end - list->items[i].start);
    return result;
}

static void leave_out(struct mending *m, const struct declarations *damaged)
{
    for (size_t i = 0; i < damaged->count; i++)
        forget_declaration(m, m->code, damaged->items[i]);
}

static void report_first(struct mending *m)
{
    struct range token = first_mistake(m->parser, m->text, m->length);
    report_error(m->diagnostics, token, "unexpected '%.*s'", (int)(token.end - token.start),
                 m->code + token.start);
}

/* By the parser's tree. What still does not parse then is left out. */
static void mend_tree(struct mending *m, const struct declarations *damaged)
{
    unsigned told = diagnostics_errors(m->diagnostics);
    struct range mistake;
    TSTree *tree = parse_bounded(m->parser, m->text, m->length, &mistake);
    if (tree && has_error(tree))
        tree = mend_semicolons(m, tree);
    if (tree)
        tree = mend_elses(m, tree);
    if (!tree) {
        report_error(m->diagnostics, mistake, "what begins here makes no sense");
        leave_out(m, damaged);
    } else if (has_error(tree)) {
        correct_mistakes(m);
        if (!text_parses(m->parser, m->text, m->length)) {
            if (diagnostics_errors(m->diagnostics) == told)
                report_first(m);
            leave_out(m, damaged);
        }
    }
    ts_tree_delete(tree);
}

static void mend_damaged(struct mending *m, const struct declarations *damaged)
{
    mend_unbalanced(m);
    if (mend_brackets(m) == BRACKETS_HOPELESS) {
        leave_out(m, damaged);
        return;
    }
    mend_headers(m);
    mend_yield_elses(m);
    mend_misused_words(m);
    mend_misplaced_async(m);
    mend_tree(m, damaged);
}

void mend(struct mending *m, const struct source *source)
{
    struct declarations damaged = find_damaged(m, source);
    char *text = m->text, *code = arena_copy(m->arena, m->code, m->length);
    m->code = only(m->arena, &damaged, m->code, m->length);
    m->text = only(m->arena, &damaged, text, m->length);
    mend_damaged(m, &damaged);
    for (size_t i = 0; i < damaged.count; i++) {
        struct range range = damaged.items[i];
        memcpy(code + range.start, m->code + range.start, range.end - range.start);
        memcpy(text + range.start, m->text + range.start, range.end - range.start);
    }
    m->code = code;
    m->text = text;
}
