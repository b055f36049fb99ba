/* What tree-sitter could not parse, as one message a mistake, once brackets balance (brackets.c).
 *
 * Each outermost ERROR node is reported at the first token in it that its recovery skipped, each
 * MISSING node behind the token before it. An operand that is missing shows as either of them, and
 * is reported before the token that stands in its place. All is decided from the tree and the
 * tokens around, each looked at once. */
#include "syntax/errors.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "diagnostic.h"
#include "syntax/token.h"

struct report {
    struct diagnostics *diagnostics; /* NULL: they are counted */
    struct range within;
    uint32_t first; /* place of the first one */
    const char *code;
    uint32_t length;
    unsigned count;
    uint32_t reported_end; /* errors that overlap one already reported are its consequence */
};

/* Where a node stands. */
struct place {
    TSNode parent, before; /* the sibling before it; null if there is none */
};

/* --- messages */

static void say(struct report *r, struct range range, const char *what)
{
    bool is_within = range.start >= r->within.start && range.start < r->within.end;
    if (!is_within || (r->count && range.start < r->reported_end))
        return;
    if (r->diagnostics)
        report_error(r->diagnostics, range, "%s", what);
    if (!r->count++)
        r->first = range.start;
    r->reported_end = range.end;
}

static void unexpected(struct report *r, struct range token)
{
    char message[96];
    token = whole_operator(r->code, r->length, token);
    int length = (int)(token.end - token.start);
    const char *cut = length > 40 ? "..." : "";
    if (r->count && token.start < r->reported_end)
        return;
    snprintf(message, sizeof message, "unexpected '%.*s%s'", length > 40 ? 40 : length,
             r->code + token.start, cut);
    say(r, token, message);
}

static bool is_type(TSNode node, const char *type)
{
    return !strcmp(ts_node_type(node), type);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && !strcmp(text + length - end_length, end);
}

/* --- operands that are missing */

/* Whether children of such a node are expressions; others are declarators and types. */
static bool holds_expressions(TSNode node)
{
    static const char *const others[] = {"argument_list",    "initializer_list", "init_declarator",
                                         "initializer_pair", "enumerator",       "range_binding"};
    const char *type = ts_node_type(node);
    if (ends_with(type, "_expression") || ends_with(type, "_statement"))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(type, others[i]))
            return true;
    return false;
}

/* Whether the node is an operator that an operand must follow, and one stands before it. */
static bool wants_operand(const struct place *place, TSNode operator)
{
    const char *type = ts_node_type(operator);
    bool in_declaration = is_type(place->parent, "declaration");
    if (ts_node_is_null(place->before) || !ts_node_is_named(place->before))
        return false;
    if (!strcmp(type, "="))
        return in_declaration || is_type(place->parent, "enumerator_list") ||
               holds_expressions(place->parent);
    if (!strcmp(type, "->") || !strcmp(type, "++") || !strcmp(type, "--") || !strcmp(type, "!"))
        return false;
    return strchr("+-*/%&|^<>=!,", *type) && holds_expressions(place->parent);
}

/* Says what is missing before the next token at or behind `at`; false if an expression might begin
 * with that. */
static bool say_operand_missing(struct report *r, uint32_t at)
{
    struct range token;
    if (!next_token(r->code, r->length, &at, &token) || !strchr(";,)]}:=", r->code[token.start]))
        return false;
    char message[64];
    snprintf(message, sizeof message, "expected an expression before '%c'", r->code[token.start]);
    say(r, token, message);
    return true;
}

/* --- the tree */

static void missing(struct report *r, TSNode node, const struct place *place)
{
    uint32_t at = ts_node_start_byte(node);
    if (is_type(node, "identifier") && holds_expressions(place->parent) &&
        say_operand_missing(r, at))
        return;
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
static void wrong(struct report *r, TSNode node, const struct place *place)
{
    uint32_t count = ts_node_child_count(node);
    uint32_t end = ts_node_end_byte(node), at = count > 1 ? end : ts_node_start_byte(node);
    struct range token;
    if (count == 1 && wants_operand(place, ts_node_child(node, 0)) && say_operand_missing(r, end))
        return;
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    if (ts_tree_cursor_goto_first_child(&cursor)) {
        do { /* the last one is where recovery ended */
            TSNode child = ts_tree_cursor_current_node(&cursor);
            if (is_type(child, "ERROR"))
                at = ts_node_start_byte(child);
        } while (ts_tree_cursor_goto_next_sibling(&cursor));
    }
    ts_tree_cursor_delete(&cursor);
    if (next_token(r->code, r->length, &at, &token))
        unexpected(r, token);
    else
        say(r, (struct range){end ? end - 1 : 0, end}, "unexpected end of the file");
}

static void visit(struct report *r, TSNode node, const struct place *place)
{
    if (!ts_node_has_error(node) && !ts_node_is_missing(node))
        return;
    if (ts_node_is_missing(node)) {
        missing(r, node, place);
        return;
    }
    if (is_type(node, "ERROR")) {
        wrong(r, node, place);
        return;
    }
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    struct place inner = {.parent = node};
    if (ts_tree_cursor_goto_first_child(&cursor)) {
        do {
            TSNode child = ts_tree_cursor_current_node(&cursor);
            visit(r, child, &inner);
            if (!ts_node_is_extra(child) || is_type(child, "ERROR"))
                inner.before = child;
        } while (ts_tree_cursor_goto_next_sibling(&cursor));
    }
    ts_tree_cursor_delete(&cursor);
}

unsigned report_syntax_errors_in(struct diagnostics *diagnostics, TSNode root, const char *code,
                                 struct range within, uint32_t *first)
{
    struct report report = {.diagnostics = diagnostics,
                            .within = within,
                            .code = code,
                            .length = (uint32_t)strlen(code)};
    visit(&report, root, &(struct place){0});
    if (first)
        *first = report.first;
    return report.count;
}

void report_syntax_errors(struct diagnostics *diagnostics, TSNode root, const char *code)
{
    if (!report_syntax_errors_in(diagnostics, root, code, (struct range){0, UINT32_MAX}, NULL))
        report_error(diagnostics, (struct range){0, 1}, "this file cannot be parsed");
}
