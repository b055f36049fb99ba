/* Writes the `int` that old C leaves out: `main() {`, `static count;`, `f(a, b) char *a; {`.
 *
 * The grammar knows no such declarations; they would make every call at the head of a file a
 * function. Where a text has errors, its tokens are searched instead for what nothing else
 * explains: at the beginning of a declaration, behind storage classes, qualifiers and attributes at
 * most, a name
 *   - outside functions, whose parentheses are followed by a body, or by declarations up to one;
 *   - outside functions, or behind a storage class or qualifier, followed by `;` `,` `=` or `[`, or
 *     by parentheses that hold no lone name (`static T (x);` declares x);
 * and behind an opening parenthesis, what qualifiers alone say of a pointer: `(const *)p`.
 * Compilers accept them with a warning, and so does asyncc. */
#include "syntax/implicit.h"

#include <ctype.h>
#include <string.h>

#include "diagnostic.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/token.h"

struct search {
    struct arena *arena;
    const char *code;
    struct range *tokens;
    size_t count, capacity;
    size_t *found; /* tokens that an `int` belongs in front of */
    size_t found_count, found_capacity;
};

static bool is(const struct search *s, size_t i, const char *text)
{
    return i < s->count && token_is(s->code, s->tokens[i], text);
}

static bool is_one_of(const struct search *s, size_t i, const char *const *words)
{
    return i < s->count && token_is_among(s->code, s->tokens[i], words);
}

static bool is_type_word(const struct search *s, size_t i)
{
    static const char *const words[] = {
        "void",     "char",       "short",    "int",       "long",       "float",     "double",
        "signed",   "unsigned",   "_Bool",    "_Complex",  "struct",     "union",     "enum",
        "__signed", "__signed__", "__int128", "__complex", "__float128", "_Float128", NULL};
    return is_one_of(s, i, words);
}

static bool is_qualifier(const struct search *s, size_t i)
{
    static const char *const words[] = {"const",      "__const",      "__const__", "volatile",
                                        "__volatile", "__volatile__", NULL};
    bool is_type = is(s, i + 1, "("); /* `_Atomic(int)` */
    return is_one_of(s, i, words) || (is(s, i, "_Atomic") && !is_type);
}

static bool is_modifier(const struct search *s, size_t i)
{
    static const char *const words[] = {
        "static", "extern",    "register",      "typedef",  "inline", "__inline", "__inline__",
        "auto",   "_Noreturn", "_Thread_local", "__thread", "async",  NULL};
    return is_qualifier(s, i) || is_one_of(s, i, words);
}

static bool is_alignment(const struct search *s, size_t i)
{
    return is(s, i, "_Alignas") && is(s, i + 1, "(");
}

/* A name that no specifier begins with. */
static bool is_name(const struct search *s, size_t i)
{
    static const char *const words[] = {
        "typeof",        "__typeof", "__typeof__",    "typeof_unqual",  "__auto_type",
        "_Atomic",       "_BitInt",  "_Alignas",      "alignas",        "asm",
        "__asm",         "__asm__",  "__extension__", "_Static_assert", "static_assert",
        "_Thread_local", "__thread", "__attribute__", "__attribute",    "_Generic",
        "sizeof",        "if",       "else",          "while",          "do",
        "for",           "switch",   "case",          "default",        "return",
        "goto",          "break",    "continue",      "restrict",       "__restrict",
        "_Pragma",       NULL};
    return i < s->count &&
           (isalpha((unsigned char)s->code[s->tokens[i].start]) ||
            s->code[s->tokens[i].start] == '_') &&
           !is_type_word(s, i) && !is_modifier(s, i) && !is_one_of(s, i, words);
}

/* Behind the bracket that closes the one at `i`; the count of tokens if none does. */
static size_t behind_brackets(const struct search *s, size_t i)
{
    size_t depth = 0;
    for (; i < s->count; i++) {
        char c = s->code[s->tokens[i].start];
        if (c == '(' || c == '[' || c == '{')
            depth++;
        else if ((c == ')' || c == ']' || c == '}') && --depth == 0)
            return i + 1;
    }
    return s->count;
}

static size_t skip_attribute(const struct search *s, size_t i)
{
    while (is(s, i, "__attribute__") || is(s, i, "__attribute"))
        i = behind_brackets(s, i + 1);
    return i;
}

/* Behind the storage classes, qualifiers and their likes at `i`, if there are any. */
static size_t skip_modifier(const struct search *s, size_t i)
{
    return is_alignment(s, i) ? behind_brackets(s, i + 1) : i + is_modifier(s, i);
}

/* Behind what may stand in front of a declaration as of an expression. */
static size_t skip_neutral(const struct search *s, size_t i)
{
    while (is(s, i, "__extension__"))
        i++;
    return skip_attribute(s, i);
}

/* `{`, or declarations of parameters and `{`. */
static bool is_body(const struct search *s, size_t i)
{
    if (is(s, i, "{"))
        return true;
    if (is(s, i, ";") || is(s, i, ",") || is(s, i, "=") || is(s, i, "("))
        return false;
    for (; i < s->count && !is(s, i, "{") && !is(s, i, "}") && !is(s, i, "=");)
        i = is(s, i, "(") || is(s, i, "[") ? behind_brackets(s, i) : i + 1;
    return is(s, i, "{") && is(s, i - 1, ";");
}

/* Parameters behind the parenthesis: `()`, `(char)`, `(const T)`, `(T x)`, `(T *)`. */
static bool is_prototype(const struct search *s, size_t i)
{
    return is(s, i, ")") || is_type_word(s, i) || is_qualifier(s, i) ||
           (is_name(s, i) && (is_name(s, i + 1) || is(s, i + 1, "*")));
}

/* Whether the name at `i` is what is declared. */
static bool is_declared(const struct search *s, size_t i, bool has_modifier, bool is_outside)
{
    if (is(s, i + 1, "(")) {
        size_t end = behind_brackets(s, i + 1);
        if (is_outside && is_body(s, skip_attribute(s, end)))
            return true;
        return (has_modifier || is_outside) && is_prototype(s, i + 2) &&
               (is(s, end, ";") || is(s, end, ","));
    }
    return (has_modifier || is_outside) &&
           (is(s, i + 1, ";") || is(s, i + 1, ",") || is(s, i + 1, "=") || is(s, i + 1, "["));
}

/* `async with (...)`, whatever stands in it and behind. */
static bool is_with(const struct search *s, size_t i)
{
    return i && is(s, i, "with") && is(s, i - 1, "async") && is(s, i + 1, "(");
}

static void add(struct search *s, size_t i)
{
    s->found = arena_grow(s->arena, s->found, s->found_count, &s->found_capacity, sizeof *s->found);
    s->found[s->found_count++] = i;
}

/* A declaration may begin at `i`. */
static void look(struct search *s, size_t i, bool is_outside)
{
    bool has_modifier = false, is_deduced = false;
    for (size_t before = s->count; before != i;) {
        before = i;
        i = skip_neutral(s, i);
        is_deduced |= is(s, i, "auto");
        size_t end = skip_modifier(s, i);
        has_modifier |= end != i;
        i = end;
    }
    size_t first = i;
    while ((is_outside || has_modifier) && is(s, i, "*"))
        i++;
    if (!is_name(s, i) || (is_deduced && is(s, i + 1, "=")) || (!is_outside && is_with(s, i)) ||
        !is_declared(s, i, has_modifier, is_outside))
        return;
    add(s, first);
}

/* `(const *)p`, `f(const *p)` */
static void look_inside(struct search *s, size_t i)
{
    size_t first = i;
    while (is_qualifier(s, i))
        i++;
    if (i > first && is(s, i, "*"))
        add(s, i);
}

/* The brackets that are open at a token, outermost first. */
struct brackets {
    char *open;
    size_t count, capacity;
};

/* False if it closes what is not open. */
static bool count_bracket(struct search *s, struct brackets *b, char c)
{
    static const char pairs[] = "(){}[]";
    const char *pair = c ? strchr(pairs, c) : NULL;
    if (!pair)
        return true;
    if ((pair - pairs) % 2 == 0) {
        b->open = arena_grow(s->arena, b->open, b->count, &b->capacity, sizeof *b->open);
        b->open[b->count++] = c;
        return true;
    }
    if (!b->count || b->open[b->count - 1] != pair[-1])
        return false;
    b->count--;
    return true;
}

static bool is_tag_word(const struct search *s, size_t i)
{
    static const char *const words[] = {"struct", "union", "enum", NULL};
    return is_one_of(s, i, words);
}

/* Behind `ATTRIBUTES s`, where the braces of a type open if it is defined. */
static size_t skip_tag(const struct search *s, size_t i)
{
    i = skip_attribute(s, i);
    return i + is_name(s, i);
}

/* False if brackets do not balance: then nothing is known about what stands where. */
static bool search_tokens(struct search *s)
{
    struct brackets b = {0};
    bool begins = true;   /* a declaration or statement */
    bool is_body = false; /* the outermost braces are a function's */
    size_t of_type = 0;   /* where those of a type may open */
    for (size_t i = 0; i < s->count; i++) {
        char c = s->code[s->tokens[i].start];
        if (begins && (!b.count || b.open[b.count - 1] == '{'))
            look(s, i, !b.count && !is(s, i - 1, ")"));
        if (c == '(')
            look_inside(s, i + 1);
        if (is_tag_word(s, i))
            of_type = skip_tag(s, i + 1);
        if (!count_bracket(s, &b, c))
            return false;
        if (c == '{' && b.count == 1)
            is_body = i && i != of_type && (is(s, i - 1, ")") || is(s, i - 1, ";"));
        bool may_be_list = c == ')' && !b.count; /* of an old-style function */
        begins = may_be_list || c == ';' || c == '{' || (c == '}' && (b.count || is_body));
    }
    return !b.count;
}

static void insert(struct search *s, const char *text, struct implicit *result)
{
    static const char word[] = "int ";
    size_t length = sizeof word - 1, at = 0;
    char *out = result->text = arena_alloc(s->arena, result->length + s->found_count * length + 1);
    for (size_t i = 0; i < s->found_count; i++) {
        size_t until = s->tokens[s->found[i]].start;
        memcpy(out, text + at, until - at);
        out += until - at;
        memcpy(out, word, length);
        out += length;
        result->names = arena_grow(s->arena, result->names, result->count, &result->capacity,
                                   sizeof *result->names);
        result->names[result->count++] = (uint32_t)(out - result->text);
        at = until;
    }
    memcpy(out, text + at, result->length - at);
    result->length += s->found_count * length;
}

struct implicit make_int_explicit(struct arena *arena, const struct source *source)
{
    struct search s = {.arena = arena, .code = source_code(source)};
    struct implicit result = {.length = source_length(source)};
    struct range token;
    for (uint32_t at = 0; next_token(s.code, (uint32_t)result.length, &at, &token);) {
        s.tokens = arena_grow(arena, s.tokens, s.count, &s.capacity, sizeof *s.tokens);
        s.tokens[s.count++] = token;
    }
    if (search_tokens(&s) && s.found_count)
        insert(&s, source_text(source), &result);
    return result;
}
