/* What tree-sitter could not parse, as one message a mistake.
 *
 * Unbalanced brackets are looked for first, in the text itself: tree-sitter repairs them wherever
 * that costs it least, which may be far from the mistake. Otherwise each outermost ERROR node is
 * reported at the first token in it that its recovery skipped, each MISSING node behind the token
 * before it. */
#include "syntax/errors.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "diagnostic.h"
#include "support/text.h"

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

/* --- tokens */

static bool is_word(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '$' || byte & 0x80;
}

/* The end of the literal that starts with the quote at `at`. */
static uint32_t literal_end(const struct report *r, uint32_t at)
{
    char quote = r->code[at++];
    while (at < r->length && r->code[at] != quote && r->code[at] != '\n')
        at += r->code[at] == '\\' && at + 1 < r->length ? 2 : 1;
    return at < r->length ? at + 1 : r->length;
}

static uint32_t comment_end(const struct report *r, uint32_t at)
{
    if (r->code[at + 1] == '/') {
        const char *end = memchr(r->code + at, '\n', r->length - at);
        return end ? (uint32_t)(end - r->code) : r->length;
    }
    const char *end = memmem(r->code + at + 2, r->length - at - 2, "*/", 2);
    return end ? (uint32_t)(end - r->code) + 2 : r->length;
}

/* The next token at or behind *at; false at the end of the text. */
static bool next_token(const struct report *r, uint32_t *at, struct range *token)
{
    uint32_t i = *at;
    for (;;) {
        while (i < r->length && isspace((unsigned char)r->code[i]))
            i++;
        if (i + 1 >= r->length || r->code[i] != '/' ||
            (r->code[i + 1] != '*' && r->code[i + 1] != '/'))
            break;
        i = comment_end(r, i);
    }
    if (i >= r->length)
        return false;
    token->start = i;
    if (r->code[i] == '"' || r->code[i] == '\'')
        i = literal_end(r, i);
    else if (is_word(r->code[i]))
        while (i < r->length && is_word(r->code[i]))
            i++;
    else
        i++;
    token->end = *at = i;
    return true;
}

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

/* --- brackets */

#define NESTING 256

struct open_bracket {
    char bracket;
    uint32_t at;
};

static char closing(char open)
{
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

/* A block whose `}` is missing usually ends where something begins in the first column again. */
static bool find_unbalanced(struct report *r)
{
    struct open_bracket stack[NESTING];
    unsigned depth = 0;
    uint32_t at = 0;
    struct range token;
    while (next_token(r, &at, &token)) {
        char byte = r->code[token.start];
        if (token.end - token.start != 1 || !memchr("()[]{}", byte, 6))
            continue;
        if (memchr("([{", byte, 3)) {
            if (depth == NESTING)
                return false;
            stack[depth++] = (struct open_bracket){byte, token.start};
            continue;
        }
        if (!depth) {
            char message[] = "unexpected '?'";
            message[12] = byte;
            say(r, token, message);
            return true;
        }
        struct open_bracket open = stack[--depth];
        if (closing(open.bracket) != byte) {
            char message[] = "expected '?' before '?'";
            message[10] = closing(open.bracket);
            message[21] = byte;
            say(r, token, message);
            report_note(r->diagnostics, (struct range){open.at, open.at + 1}, "to match this '%c'",
                        open.bracket);
            return true;
        }
    }
    if (!depth)
        return false;
    struct open_bracket open = stack[depth - 1];
    char message[] = "expected '?' at the end of the file";
    message[10] = closing(open.bracket);
    uint32_t end = r->length;
    while (end && isspace((unsigned char)r->code[end - 1]))
        end--;
    say(r, (struct range){end ? end - 1 : 0, end}, message);
    report_note(r->diagnostics, (struct range){open.at, open.at + 1}, "to match this '%c'",
                open.bracket);
    return true;
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
    if (!next_token(r, &next, &token))
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
            if (next_token(r, &at, &token))
                unexpected(r, token);
            return;
        }
    }
    if (ts_node_child_count(node) > 1)
        at = end;
    if (next_token(r, &at, &token))
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

bool report_syntax_errors(struct diagnostics *diagnostics, TSNode root, const char *code)
{
    struct report report = {.diagnostics = diagnostics,
                            .code = code,
                            .length = (uint32_t)strlen(code),
                            .trials = TRIALS};
    if (find_unbalanced(&report))
        return false;
    visit(&report, root);
    if (!report.count)
        report_error(diagnostics, (struct range){0, 1}, "this file cannot be parsed");
    return true;
}
