/* Runs tree-sitter on the text and turns what it could not parse into diagnostics.
 *
 * tree-sitter never gives up: it wraps what does not fit in an ERROR node, or makes up a MISSING
 * token. Each such place is one mistake and gives one message: where a token is missing, behind the
 * token before the gap; where one does not fit, at the first token the error holds. */
#include "syntax/parse.h"

#include <ctype.h>
#include <string.h>
#include <tree_sitter/api.h>

#include "diagnostic.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/ast.h"
#include "syntax/bounded.h"
#include "syntax/brackets.h"
#include "syntax/correct.h"
#include "syntax/declarations.h"
#include "syntax/declared.h"
#include "syntax/errors.h"
#include "syntax/headers.h"
#include "syntax/misplaced_async.h"
#include "syntax/misused.h"
#include "syntax/semicolons.h"
#include "syntax/stray_else.h"
#include "syntax/token.h"
#include "syntax/tree.h"
#include "syntax/unbalanced.h"
#include "syntax/yield_else.h"

const TSLanguage *tree_sitter_asyncc(void);

void mark_add(struct arena *arena, struct marks *marks, uint32_t offset, enum mark mark)
{
    marks->items =
        arena_grow(arena, marks->items, marks->count, &marks->capacity, sizeof *marks->items);
    marks->items[marks->count++] = (struct mark_entry){offset, mark};
}

/* The text that the parser sees: the code, with the first character of marked names overwritten. */
static char *marked_code(struct arena *arena, const struct source *source,
                         const struct marks *marks)
{
    size_t length = source_length(source);
    char *code = arena_copy(arena, source_code(source), length);
    for (size_t i = 0; i < marks->count; i++) {
        uint32_t offset = marks->items[i].offset;
        if (marks->items[i].mark == MARK_UNKNOWN)
            continue;
        do
            code[offset++] = (char)marks->items[i].mark;
        while (offset < length && (code[offset] & 0xC0) == 0x80);
    }
    return code;
}

static bool has_error(const TSTree *tree)
{
    return !tree || ts_node_has_error(ts_tree_root_node(tree));
}

/* The parser has given up. */
static void report_senseless(struct diagnostics *diagnostics, struct range mistake)
{
    report_error(diagnostics, mistake, "what begins here makes no sense");
}

/* Takes the word out of the text and parses the rest. Where there are other mistakes, too, the
 * parser may have made a name of an `else` that has its `if`: then nothing is said of it. */
static TSTree *mend_elses(struct arena *arena, TSParser *parser, TSTree *tree, char *text,
                          uint32_t length, struct diagnostics *diagnostics)
{
    struct stray_elses found = find_stray_elses(arena, ts_tree_root_node(tree), text);
    if (!found.count)
        return tree;
    for (size_t i = 0; i < found.count; i++)
        memcpy(text + found.offsets[i], "    ", 4);
    TSTree *mended = parse_bounded(parser, text, length, NULL);
    if (!mended || (has_error(tree) && has_error(mended))) {
        for (size_t i = 0; i < found.count; i++)
            memcpy(text + found.offsets[i], "else", 4);
        ts_tree_delete(mended);
        return tree;
    }
    for (size_t i = 0; i < found.count; i++)
        report_error(diagnostics, (struct range){found.offsets[i], found.offsets[i] + 4},
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

static void report_missing(struct diagnostics *diagnostics, const char *code, uint32_t length,
                           uint32_t semicolon)
{
    uint32_t behind = semicolon + 1;
    struct range token;
    if (isspace((unsigned char)code[semicolon]))
        report_error(diagnostics, (struct range){semicolon - 1, semicolon}, "expected ';'");
    else if (next_token(code, length, &behind, &token))
        report_error(diagnostics, token, "expected an expression before '}'");
}

/* Puts semicolons where they seem to be missing, and says so if that leaves fewer mistakes. */
static TSTree *mend_semicolons(struct arena *arena, TSParser *parser, TSTree *tree,
                               const char *code, char *text, uint32_t length,
                               struct diagnostics *diagnostics)
{
    struct semicolons found = find_missing_semicolons(arena, code, text, length);
    if (!found.count)
        return tree;
    for (size_t i = 0; i < found.count; i++)
        text[found.offsets[i]] = ';';
    TSTree *mended = parse_bounded(parser, text, length, NULL);
    if (!mended || (has_error(mended) && count_errors(mended) >= count_errors(tree))) {
        for (size_t i = 0; i < found.count; i++)
            text[found.offsets[i]] = code[found.offsets[i]];
        ts_tree_delete(mended);
        return tree;
    }
    for (size_t i = 0; i < found.count; i++)
        report_missing(diagnostics, code, length, found.offsets[i]);
    ts_tree_delete(tree);
    return mended;
}

/* What is behind a body and the brace that ends it, where a mistake in it may show. */
static struct range behind_brace(struct range body)
{
    return (struct range){body.end + 1, UINT32_MAX};
}

/* The first body with a mistake that makes the parser complain of what is behind it, too. */
static bool find_leading_body(const TSTree *tree, const char *code, const char *text,
                              uint32_t length, struct range *body)
{
    uint32_t first = 0;
    TSNode root = ts_tree_root_node(tree);
    return report_syntax_errors_in(NULL, root, code, (struct range){0, UINT32_MAX}, &first) &&
           body_around(text, length, first, body) &&
           report_syntax_errors_in(NULL, root, code, behind_brace(*body), NULL);
}

/* Whether the parser finds less to complain of behind the body than it did with it. */
static bool is_relieved(const TSTree *tree, const TSTree *rest, const char *code, struct range body)
{
    struct range behind = behind_brace(body), whole = {0, UINT32_MAX};
    return rest && report_syntax_errors_in(NULL, ts_tree_root_node(rest), code, whole, NULL) <
                       report_syntax_errors_in(NULL, ts_tree_root_node(tree), code, behind, NULL);
}

/* A mistake in one function may make the parser lose its way in those behind it. Then what is wrong
 * in the first is reported, and the rest is parsed without its body. */
static TSTree *contain_mistakes(struct arena *arena, TSParser *parser, TSTree *tree,
                                const char *code, char *text, uint32_t length,
                                struct diagnostics *diagnostics)
{
    enum { MOST_FUNCTIONS = 20 };
    struct range body;
    for (int i = 0; i < MOST_FUNCTIONS && tree && has_error(tree) &&
                    find_leading_body(tree, code, text, length, &body);
         i++) {
        uint32_t size = body.end - body.start;
        const char *kept = arena_copy(arena, text + body.start, size);
        for (uint32_t at = body.start; at < body.end; at++)
            text[at] = text[at] == '\n' ? '\n' : ' ';
        TSTree *rest = parse_bounded(parser, text, length, NULL);
        if (!is_relieved(tree, rest, code, body)) {
            memcpy(text + body.start, kept, size);
            ts_tree_delete(rest);
            break;
        }
        struct range brace = {body.end, body.end + 1};
        if (!report_syntax_errors_in(diagnostics, ts_tree_root_node(tree), code, body, NULL))
            report_syntax_errors_in(diagnostics, ts_tree_root_node(tree), code, brace, NULL);
        ts_tree_delete(tree);
        tree = rest;
    }
    return tree;
}

static struct node *build(struct arena *arena, struct names *names, const TSTree *tree,
                          const char *code, const char *marked, struct diagnostics *diagnostics)
{
    const struct node *deep;
    struct node *unit = build_tree(arena, names, tree_sitter_asyncc(), ts_tree_root_node(tree),
                                   code, marked, &deep);
    if (!deep)
        return unit;
    report_error(diagnostics, (struct range){deep->start, deep->start + 1},
                 "this nests too deeply");
    return NULL;
}

/* --- mending */

/* What is mended: the declarations that do not parse by themselves. All others are blank. */
struct mending {
    struct arena *arena;
    TSParser *parser;
    struct marks *marks;
    struct diagnostics *diagnostics;
    const char *code;
    char *text; /* the code with marks */
    uint32_t length;
    struct declarations damaged;
};

/* All of the text, where each declaration by itself has none. */
static struct declarations find_damaged(struct arena *arena, TSParser *parser,
                                        const struct source *source, const char *text)
{
    uint32_t length = (uint32_t)source_length(source);
    const char *code = text_without_marks(arena, source_code(source), text, length);
    struct declarations all = find_declarations(arena, code, length), damaged = {0};
    for (size_t i = 0; i < all.count; i++) {
        struct range range = all.items[i];
        if (!source_line(source, range.start).system_header &&
            !text_parses(parser, arena_copy(arena, text + range.start, range.end - range.start),
                         range.end - range.start))
            all.items[damaged.count++] = range;
    }
    damaged.items = all.items;
    if (!damaged.count && all.count)
        damaged.items[damaged.count++] = (struct range){0, length};
    return damaged;
}

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

static void leave_out_damaged(struct mending *m)
{
    for (size_t i = 0; i < m->damaged.count; i++)
        forget_declaration(m->arena, m->marks, m->code, m->text, m->damaged.items[i]);
}

/* Reports what is wrong in the text and takes out of it what the parser would stumble over. */
static void mend(struct mending *m)
{
    struct range mistake;
    mend_unbalanced(m->arena, m->parser, m->marks, m->diagnostics, &m->code, m->text, m->length);
    if (mend_brackets(m->arena, m->diagnostics, m->code, m->length, m->text) == BRACKETS_HOPELESS) {
        leave_out_damaged(m);
        return;
    }
    mend_headers(m->arena, m->marks, m->diagnostics, m->code, m->length, m->text);
    mend_yield_elses(m->diagnostics, m->code, m->length, m->text);
    mend_misused_words(m->arena, m->diagnostics, &m->code, m->length, m->text);
    mend_misplaced_async(m->arena, m->diagnostics, &m->code, m->length, m->text);
    TSTree *tree = parse_bounded(m->parser, m->text, m->length, &mistake);
    if (tree && has_error(tree))
        tree =
            mend_semicolons(m->arena, m->parser, tree, m->code, m->text, m->length, m->diagnostics);
    if (tree)
        tree = mend_elses(m->arena, m->parser, tree, m->text, m->length, m->diagnostics);
    if (tree && has_error(tree) &&
        correct_mistakes(m->arena, m->parser, m->marks, m->diagnostics, &m->code, m->text,
                         m->length)) {
        ts_tree_delete(tree);
        tree = parse_bounded(m->parser, m->text, m->length, &mistake);
    }
    tree = contain_mistakes(m->arena, m->parser, tree, m->code, m->text, m->length, m->diagnostics);
    if (!tree)
        report_senseless(m->diagnostics, mistake);
    else if (has_error(tree))
        report_syntax_errors(m->diagnostics, ts_tree_root_node(tree), m->code);
    if (!tree)
        leave_out_damaged(m);
    ts_tree_delete(tree);
}

/* Mends the damaged declarations of the text, and the code alike, which is returned. */
static const char *mend_damaged(struct mending *m)
{
    char *text = m->text, *code = arena_copy(m->arena, m->code, m->length);
    m->code = only(m->arena, &m->damaged, m->code, m->length);
    m->text = only(m->arena, &m->damaged, text, m->length);
    mend(m);
    for (size_t i = 0; i < m->damaged.count; i++) {
        struct range range = m->damaged.items[i];
        memcpy(code + range.start, m->code + range.start, range.end - range.start);
        memcpy(text + range.start, m->text + range.start, range.end - range.start);
    }
    return code;
}

struct node *parse(struct arena *arena, struct names *names, const struct source *source,
                   struct marks *marks, struct diagnostics *diagnostics)
{
    const char *code = source_code(source);
    uint32_t length = (uint32_t)source_length(source);
    char *text = marked_code(arena, source, marks);
    TSParser *parser = ts_parser_new();
    struct node *unit = NULL;
    if (!ts_parser_set_language(parser, tree_sitter_asyncc())) {
        report_failure(diagnostics, "the grammar does not fit this version of tree-sitter");
        ts_parser_delete(parser);
        return NULL;
    }
    TSTree *tree = parse_bounded(parser, text, length, NULL);
    if (has_error(tree) && mark_declarations(arena, marks, text, length)) {
        ts_tree_delete(tree);
        text = marked_code(arena, source, marks);
        tree = parse_bounded(parser, text, length, NULL);
    }
    if (has_error(tree)) {
        struct mending mending = {arena, parser, marks,  diagnostics,
                                  code,  text,   length, find_damaged(arena, parser, source, text)};
        code = mend_damaged(&mending);
        ts_tree_delete(tree);
        tree = parse_bounded(parser, text, length, NULL);
    } else {
        tree = mend_elses(arena, parser, tree, text, length, diagnostics);
    }
    if (tree)
        unit = build(arena, names, tree, code, text, diagnostics);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    return unit;
}
