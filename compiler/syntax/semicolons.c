/* Semicolons that were forgotten at the end of a line, and operands before the end of a block:
 * tree-sitter reads on, and stops somewhere on the next lines.
 *
 * A line ends with an operand and the next one begins with a word that cannot go on with the
 * expression. Only what stands directly in a block is looked at, not what is in parentheses. Two
 * names in a row may be a declaration on two lines; they are two statements if something was
 * assigned, or if the second is a word that begins statements. */
#include "syntax/semicolons.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "diagnostic.h"
#include "support/arena.h"
#include "syntax/token.h"

enum { NESTING = 256 };

struct level {
    char bracket;
    bool is_block;       /* of statements, not of values or members */
    bool has_members;    /* of a struct or union */
    struct range before; /* the token in front of it */
};

struct search {
    const char *code;
    struct level stack[NESTING];
    unsigned depth;
    struct range last;   /* the token before; empty: none that matters */
    struct level closed; /* if it is a bracket, what it closed */
    bool assigns;        /* the statement, so far */
    bool is_tagged;      /* `struct` or `union` stands before, in the same declaration */
};

/* Words behind which, or behind whose parentheses, something follows. */
static bool wants_more(const struct search *s, struct range word)
{
    static const char *const words[] = {"if",        "else",
                                        "for",       "while",
                                        "do",        "switch",
                                        "case",      "default",
                                        "return",    "goto",
                                        "sizeof",    "typedef",
                                        "struct",    "union",
                                        "enum",      "static",
                                        "extern",    "register",
                                        "auto",      "const",
                                        "volatile",  "restrict",
                                        "inline",    "signed",
                                        "unsigned",  "void",
                                        "char",      "short",
                                        "int",       "long",
                                        "float",     "double",
                                        "_Bool",     "_Complex",
                                        "_Atomic",   "_Alignas",
                                        "alignas",   "_Noreturn",
                                        "typeof",    "__typeof__",
                                        "__typeof",  "__attribute__",
                                        "asm",       "__asm__",
                                        "_Generic",  "__extension__",
                                        "async",     "await",
                                        "spawn",     "try",
                                        "defer",     "yield",
                                        "with",      "future",
                                        "generator", "list",
                                        "set",       "dict",
                                        "queue",     "contextvar",
                                        "bool",      "__builtin_va_list",
                                        NULL};
    return token_is_among(s->code, word, words);
}

static bool begins_statement(const struct search *s, struct range word)
{
    static const char *const words[] = {
        "if",       "for",    "while", "do",       "switch", "case",   "default",
        "return",   "goto",   "break", "continue", "async",  "await",  "spawn",
        "try",      "defer",  "yield", "int",      "char",   "long",   "short",
        "unsigned", "signed", "float", "double",   "void",   "struct", "union",
        "enum",     "static", "const", "typedef",  NULL};
    return token_is_among(s->code, word, words);
}

/* Whether the statement may end with the token before. */
static bool may_end(const struct search *s, struct range next)
{
    static const char *const jumps[] = {"break", "continue", NULL};
    struct range last = s->last;
    char byte = s->code[last.end - 1];
    if (token_is_name(s->code, last))
        return token_is_among(s->code, last, jumps) ||
               (!wants_more(s, last) && (s->assigns || begins_statement(s, next)));
    if (byte == ')' && s->closed.bracket)
        return token_is_name(s->code, s->closed.before) && !wants_more(s, s->closed.before);
    if (byte == '}')
        return s->closed.bracket && !s->closed.is_block && s->assigns;
    return byte == ']' || byte == '"' || byte == '\'' || isdigit((unsigned char)byte);
}

/* `else`, `while` behind a block, attributes and their like go on. */
static bool may_begin(const struct search *s, struct range next)
{
    static const char *const others[] = {"else",  "__attribute__", "__asm__", "asm",
                                         "__asm", "__extension__", NULL};
    return token_is_name(s->code, next) && !token_is_among(s->code, next, others);
}

static bool begins_block(const struct search *s, struct range brace)
{
    static const char *const words[] = {"else", "do", "defer", "try", NULL};
    char before = s->last.end ? s->code[s->last.end - 1] : ';';
    if (s->depth && s->stack[s->depth - 1].bracket == '{' && !s->stack[s->depth - 1].is_block)
        return false;
    if (before == ')')
        return s->closed.bracket && token_is_name(s->code, s->closed.before);
    (void)brace;
    return strchr("{};:(", before) || token_is_among(s->code, s->last, words);
}

static void open_level(struct search *s, struct range token)
{
    char byte = s->code[token.start];
    bool has_members = byte == '{' && s->is_tagged && token_is_name(s->code, s->last);
    bool is_block = byte == '{' && !has_members && begins_block(s, token);
    s->stack[s->depth++] = (struct level){byte, is_block, has_members, s->last};
    s->assigns &= byte != '{' || !is_block;
    s->is_tagged &= byte != '{';
}

static void note(struct search *s, struct range token)
{
    static const char *const tags[] = {"struct", "union", NULL};
    char byte = s->code[token.start];
    bool in_block = s->depth && s->stack[s->depth - 1].is_block;
    s->is_tagged |= token_is_among(s->code, token, tags);
    s->is_tagged &= byte != ';' && byte != '=';
    if (in_block && (byte == ';' || byte == ':'))
        s->assigns = false;
    else if (in_block && byte == '=')
        s->assigns = true;
}

static bool ends_with_postfix(const struct search *s)
{
    uint32_t at = s->last.start;
    return memchr("+-", s->code[at], 2) && at && s->code[at - 1] == s->code[at];
}

static bool is_operator(char byte)
{
    return byte && strchr("=+-*/%&|^<>!~?,", byte);
}

/* The block ends behind an operator of one character: `x = y + }`. */
static bool lacks_operand(const struct search *s)
{
    uint32_t at = s->last.start;
    return s->last.end && is_operator(s->code[at]) && at && !is_operator(s->code[at - 1]);
}

/* The block ends behind a value: `x++ }`. */
static bool lacks_semicolon(const struct search *s)
{
    unsigned char byte = s->last.end ? (unsigned char)s->code[s->last.end - 1] : 0;
    if (token_is_name(s->code, s->last))
        return !wants_more(s, s->last);
    return byte && (memchr("])\"'", byte, 4) || isdigit(byte) || ends_with_postfix(s));
}

/* `struct s { int a }` */
static bool ends_members(const struct search *s, char byte)
{
    return byte == '}' && s->depth && s->stack[s->depth - 1].has_members;
}

static void add(struct arena *arena, struct semicolons *found, uint32_t offset)
{
    found->offsets =
        arena_grow(arena, found->offsets, found->count, &found->capacity, sizeof *found->offsets);
    found->offsets[found->count++] = offset;
}

struct semicolons find_missing_semicolons(struct arena *arena, const char *code, const char *marked,
                                          uint32_t length)
{
    struct semicolons found = {0};
    struct search *s = arena_alloc(arena, sizeof *s);
    struct range token;
    s->code = code;
    for (uint32_t at = 0; next_token(code, length, &at, &token); s->last = token) {
        char byte = code[token.start];
        if (isspace((unsigned char)marked[token.start])) { /* a mistake that was dealt with */
            token = (struct range){0};
            continue;
        }
        bool in_block = s->depth && s->stack[s->depth - 1].is_block;
        if (in_block && s->last.end && isspace((unsigned char)marked[s->last.end]) &&
            memchr(code + s->last.end, '\n', token.start - s->last.end) && may_begin(s, token) &&
            may_end(s, token)) {
            add(arena, &found, s->last.end);
            s->assigns = false;
        }
        bool ends_block = in_block && byte == '}';
        if (ends_block && lacks_operand(s))
            add(arena, &found, s->last.start);
        else if ((ends_block || ends_members(s, byte)) && lacks_semicolon(s) &&
                 isspace((unsigned char)marked[s->last.end]))
            add(arena, &found, s->last.end);
        bool is_single = token.end - token.start == 1;
        if (is_single && memchr("([{", byte, 3)) {
            if (s->depth == NESTING)
                break;
            open_level(s, token);
        } else if (is_single && memchr(")]}", byte, 3)) {
            s->closed = s->depth ? s->stack[--s->depth] : (struct level){0};
            s->assigns &= byte != '}' || !s->closed.is_block;
        } else {
            note(s, token);
        }
    }
    return found;
}
