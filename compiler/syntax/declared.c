/* `T (x) = {...};` in a block begins like a call, and then is no expression: the grammar, which
 * takes a name in front of a parenthesis for a function, finds a mistake. (`T (x) = 1;` it reads as
 * an assignment, which the checker understands.) So where a text has errors, its tokens are
 * searched for that, and T is marked as a type: nothing else can stand there. */
#include "syntax/declared.h"

#include "diagnostic.h"
#include "syntax/parse.h"
#include "syntax/token.h"

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

/* Reads on behind the bracket that closes the one that was read. */
static void skip_brackets(struct reader *r)
{
    int depth = 0;
    do {
        depth += token_nesting(r->code, r->token);
    } while (read(r) && depth > 0);
}

/* Behind the name: a parenthesis, perhaps sizes and attributes, and a list in braces. */
static bool is_initialised(struct reader r)
{
    if (!read(&r) || !is(&r, "("))
        return false;
    skip_brackets(&r);
    while (is(&r, "[") || is(&r, "__attribute__"))
        if (is(&r, "[") || (read(&r) && is(&r, "(")))
            skip_brackets(&r);
    return is(&r, "=") && read(&r) && is(&r, "{");
}

bool mark_declarations(struct arena *arena, struct marks *marks, const char *code, uint32_t length)
{
    struct reader r = {.code = code, .length = length};
    bool begins = false, is_for = false, any = false; /* a statement; the head of a loop */
    while (read(&r)) {
        if (begins && token_is_name(r.code, r.token) && is_initialised(r)) {
            mark_add(arena, marks, r.token.start, MARK_TYPE);
            any = true;
        }
        begins =
            is(&r, ";") || is(&r, "{") || is(&r, "}") || is(&r, ":") || (is_for && is(&r, "("));
        is_for = is(&r, "for");
    }
    return any;
}
