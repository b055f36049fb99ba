/* `T (x) = {...};` in a block begins like a call, and then is no expression, nor are `T (f)(T a);`
 * and, in the head of a loop, `T (x) : a`: the grammar, which takes a name in front of a
 * parenthesis for a function, finds a mistake. (`T (x) = 1;` it reads as an assignment, which the
 * checker understands.) So where a text has errors, its tokens are searched for that, and T is
 * marked as a type: nothing else can stand there. */
#include "syntax/declared.h"

#include <ctype.h>

#include "diagnostic.h"
#include "syntax/parse.h"
#include "syntax/token.h"
#include "syntax/words.h"

struct reader {
    const char *code;
    uint32_t length, at;
    struct range token; /* the last one read; empty at the end */
};

static bool read(struct reader *r)
{
    if (next_token(r->code, r->length, &r->at, &r->token))
        return true;
    r->token = (struct range){r->length, r->length};
    return false;
}

static bool is(const struct reader *r, const char *text)
{
    return token_is(r->code, r->token, text);
}

/* Reserved names are mostly words of the language: `_Bool`, `__attribute__`. */
static bool is_reserved(const char *name)
{
    return name[0] == '_' && (name[1] == '_' || isupper((unsigned char)name[1]));
}

static bool is_name(const struct reader *r)
{
    const char *text = r->code + r->token.start;
    return token_is_name(r->code, r->token) && !is_reserved(text) &&
           !is_keyword(text, r->token.end - r->token.start);
}

/* Reads on behind the bracket that closes the one that was read. */
static void skip_brackets(struct reader *r)
{
    int depth = 0;
    do {
        depth += token_nesting(r->code, r->token);
    } while (read(r) && depth > 0);
}

/* In parentheses: whether these are parameters, and no arguments. */
static bool are_parameters(struct reader r)
{
    static const char *const types[] = {
        "void",  "char",  "short",    "int",      "long",   "float", "double", "signed", "unsigned",
        "_Bool", "const", "volatile", "register", "struct", "union", "enum",   "...",    NULL};
    static const char *const operators[] = {"sizeof", "await", "spawn", "try", "yield", NULL};
    bool begins = true, is_word = false; /* a parameter; behind a word that is no operator */
    for (int depth = 1; read(&r) && depth > 0; depth += token_nesting(r.code, r.token)) {
        bool is_name = token_is_name(r.code, r.token);
        struct range token = whole_operator(r.code, r.length, r.token);
        if (depth == 1 &&
            ((begins && token_is_among(r.code, token, types)) || (is_word && is_name)))
            return true;
        is_word = is_name && !token_is_among(r.code, r.token, operators);
        begins = is(&r, ",");
    }
    return false;
}

/* Behind a declarator: whether a list in braces follows, here or behind commas. */
static bool is_initialised(struct reader r)
{
    bool behind_sign = false;
    int depth = 0;
    do {
        if (depth == 0 && behind_sign && is(&r, "{"))
            return true;
        behind_sign = is(&r, "=");
        depth += token_nesting(r.code, r.token);
    } while (depth >= 0 && read(&r) && !is(&r, ";"));
    return false;
}

/* Behind the name: a parenthesis, and what no expression has. */
static bool is_declaration(struct reader r, bool in_head)
{
    static const char *const behind[] = {"=", ",", "[", "(", "__attribute__", NULL};
    if (!read(&r) || !is(&r, "("))
        return false;
    skip_brackets(&r);
    if (is(&r, ":"))
        return in_head;
    if (is(&r, "(") && are_parameters(r))
        return true;
    return token_is_among(r.code, r.token, behind) && is_initialised(r);
}

bool mark_declarations(struct arena *arena, struct marks *marks, const char *code, uint32_t length)
{
    struct reader r = {.code = code, .length = length};
    bool begins = false, any = false;     /* a statement */
    bool in_head = false, is_for = false; /* of a loop */
    while (read(&r)) {
        if (begins && is_name(&r) && is_declaration(r, in_head)) {
            mark_add(arena, marks, r.token.start, MARK_TYPE);
            any = true;
        }
        in_head = is_for && is(&r, "(");
        begins = in_head || is(&r, ";") || is(&r, "{") || is(&r, "}") || is(&r, ":");
        is_for = is(&r, "for");
    }
    return any;
}
