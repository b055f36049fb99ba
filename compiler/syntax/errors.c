/* What tree-sitter could not parse, as one message a mistake, once brackets balance (brackets.c).
 *
 * Each outermost ERROR node is reported at the first token in it that its recovery skipped, each
 * MISSING node behind the token before it. */
#include "syntax/errors.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "diagnostic.h"
#include "support/text.h"
#include "syntax/token.h"

/* So many bytes are parsed again at most to find better words for mistakes. */
#define TRIALS 100000

struct report {
    struct diagnostics *diagnostics;
    const char *code;
    uint32_t length;
    unsigned count;
    uint32_t trials;       /* bytes left for them */
    uint32_t reported_end; /* errors that overlap one already reported are its consequence */
};

/* --- messages */

static void say(struct report *r, struct range range, const char *what)
{
    if (r->count && range.start < r->reported_end)
        return;
    report_error(r->diagnostics, range, "%s", what);
    r->count++;
    r->reported_end = range.end;
}

static void unexpected(struct report *r, struct range token)
{
    char message[96];
    int length = (int)(token.end - token.start);
    const char *cut = length > 40 ? "..." : "";
    if (r->count && token.start < r->reported_end)
        return;
    snprintf(message, sizeof message, "unexpected '%.*s%s'", length > 40 ? 40 : length,
             r->code + token.start, cut);
    say(r, token, message);
}

/* --- the tree */

static void missing(struct report *r, TSNode node)
{
    uint32_t at = ts_node_start_byte(node);
    while (at && isspace((unsigned char)r->code[at - 1]))
        at--;
    char message[96];
    const char *type = ts_node_type(node);
    if (ts_node_is_named(node))
        snprintf(message, sizeof message, "expected %s %.60s", strchr("aeiou", *type) ? "an" : "a",
                 type);
    else
        snprintf(message, sizeof message, "expected '%.60s'", type);
    for (char *c = message; *c; c++)
        if (*c == '_' && ts_node_is_named(node))
            *c = ' ';
    say(r, (struct range){at ? at - 1 : 0, at ? at : 1}, message);
}

/* The first thing in an ERROR node that the parser did not understand: a token of its own, or text
 * that is no token at all; if everything in it was understood, what comes next was wrong. */
/* Whether a mistake starts in [from, to) of the tree. */
static bool is_mistaken(TSNode node, uint32_t from, uint32_t to)
{
    uint32_t start = ts_node_start_byte(node);
    if (start >= to || ts_node_end_byte(node) < from)
        return false;
    if (ts_node_is_missing(node) || !strcmp(ts_node_type(node), "ERROR"))
        return true;
    uint32_t count = ts_node_has_error(node) ? ts_node_child_count(node) : 0;
    for (uint32_t i = 0; i < count; i++)
        if (is_mistaken(ts_node_child(node, i), from, to))
            return true;
    return false;
}

/* Whether [start, end) has no mistake from `mistake` on if an expression is put in at `at`, as far
 * as behind that. */
static bool lacks_expression(const struct report *r, TSNode mistake, uint32_t start, uint32_t at,
                             uint32_t end)
{
    static const char operand[] = " 1 ";
    struct text trial = {0};
    TSParser *parser = ts_parser_new();
    text_write(&trial, r->code + start, at - start);
    text_write(&trial, operand, sizeof operand - 1);
    text_write(&trial, r->code + at, end - at);
    ts_parser_set_language(parser, ts_tree_language(mistake.tree));
    TSTree *tree = ts_parser_parse_string(parser, NULL, trial.data, (uint32_t)trial.length);
    bool lacks = tree && !is_mistaken(ts_tree_root_node(tree), ts_node_start_byte(mistake) - start,
                                      at - start + sizeof operand);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    text_free(&trial);
    return lacks;
}

/* An ERROR node that is a token on its own, as `=` in `int x = ;`: what follows does not fit if an
 * expression between them would mend it. */
static bool say_expression_missing(struct report *r, TSNode node)
{
    uint32_t at = ts_node_end_byte(node);
    struct range token;
    TSNode item = node;
    for (TSNode outer = ts_node_parent(node); !ts_node_is_null(outer);
         outer = ts_node_parent(outer)) {
        if (ts_node_is_null(ts_node_parent(outer)))
            break;
        item = outer;
    }
    uint32_t start = ts_node_start_byte(item), end = ts_node_end_byte(item), next = at;
    if (!next_token(r->code, r->length, &next, &token))
        return false;
    if (end < next)
        end = next;
    if (end - start > r->trials)
        return false;
    r->trials -= end - start;
    if (!lacks_expression(r, node, start, token.start, end))
        return false;
    char message[96];
    snprintf(message, sizeof message, "expected an expression before '%.*s'",
             (int)(token.end - token.start > 40 ? 40 : token.end - token.start),
             r->code + token.start);
    say(r, token, message);
    return true;
}

static void wrong(struct report *r, TSNode node)
{
    if (ts_node_child_count(node) == 1 && say_expression_missing(r, node))
        return;
    uint32_t end = ts_node_end_byte(node), at = ts_node_start_byte(node);
    struct range token = {at, at};
    for (uint32_t i = ts_node_child_count(node); i-- > 0;) {
        TSNode child = ts_node_child(node, i);
        if (!strcmp(ts_node_type(child), "ERROR")) {
            at = ts_node_start_byte(child);
            if (next_token(r->code, r->length, &at, &token))
                unexpected(r, token);
            return;
        }
    }
    if (ts_node_child_count(node) > 1)
        at = end;
    if (next_token(r->code, r->length, &at, &token))
        unexpected(r, token);
    else
        say(r, (struct range){end ? end - 1 : 0, end}, "unexpected end of the file");
}

static void visit(struct report *r, TSNode node)
{
    if (!ts_node_has_error(node) && !ts_node_is_missing(node))
        return;
    if (ts_node_is_missing(node)) {
        missing(r, node);
        return;
    }
    if (!strcmp(ts_node_type(node), "ERROR")) {
        wrong(r, node);
        return;
    }
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    if (ts_tree_cursor_goto_first_child(&cursor)) {
        do
            visit(r, ts_tree_cursor_current_node(&cursor));
        while (ts_tree_cursor_goto_next_sibling(&cursor));
    }
    ts_tree_cursor_delete(&cursor);
}

void report_syntax_errors(struct diagnostics *diagnostics, TSNode root, const char *code)
{
    struct report report = {.diagnostics = diagnostics,
                            .code = code,
                            .length = (uint32_t)strlen(code),
                            .trials = TRIALS};
    visit(&report, root);
    if (!report.count)
        report_error(diagnostics, (struct range){0, 1}, "this file cannot be parsed");
}
