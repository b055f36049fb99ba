/* Attributes that change a type: mode and vector_size.
 *
 * The tree leaves attributes as text. What stands in parentheses behind vector_size is a constant
 * expression; a small recursive descent computes those that programs write there (numbers,
 * enumeration constants, `sizeof (type)`, + - * / << and parentheses). Where it, or a mode, says
 * something that is not understood, the type is one that only its text describes: `int
 * __attribute__((mode(V4SI)))` is as good a name for the C compiler as any. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "semantic/checker.h"
#include "support/text.h"
#include "syntax/token.h"

/* --- the number in vector_size */

struct reader {
    struct check *check;
    const char *at, *end;
    bool failed;
};

static uint64_t read_sum(struct reader *r);

static char next_char(struct reader *r)
{
    while (r->at < r->end && isspace((unsigned char)*r->at))
        r->at++;
    return r->at < r->end ? *r->at : '\0';
}

static bool accept_char(struct reader *r, char c)
{
    if (next_char(r) != c)
        return false;
    r->at++;
    return true;
}

/* A name, NULL if none is next. */
static const char *read_name(struct reader *r)
{
    const char *start;
    next_char(r);
    for (start = r->at; r->at < r->end && is_word_byte(*r->at);)
        r->at++;
    return r->at == start ? NULL
                          : name_of(r->check->names,
                                    arena_copy(r->check->arena, start, (size_t)(r->at - start)));
}

/* `(unsigned long)`, `(struct s)`, `(t)`, `(char *)` */
static uint64_t read_type_size(struct reader *r)
{
    struct scopes *scopes = r->check->state->scopes;
    const struct type *type = NULL;
    const char *name;
    bool is_pointer = false;
    int words = 0;
    r->failed |= !accept_char(r, '(');
    while ((name = read_name(r)) != NULL) {
        bool is_tag = !strcmp(name, "struct") || !strcmp(name, "union") || !strcmp(name, "enum");
        if (is_tag)
            name = read_name(r);
        const struct symbol *symbol =
            name ? scope_find(scopes, is_tag ? SPACE_TAG : SPACE_ORDINARY, name) : NULL;
        int code = name && !is_tag ? type_word_code(r->check, name) : 0;
        words += code;
        if (symbol && symbol->type)
            type = symbol->type; /* a variable's as well: sizeof (x) */
        else
            r->failed |= !code;
    }
    while (accept_char(r, '*'))
        is_pointer = true;
    r->failed |= !accept_char(r, ')');
    uint64_t size = is_pointer ? 8 : type_size(type ? type : type_of_words(r->check, words));
    r->failed |= !size;
    return size;
}

static uint64_t read_name_value(struct reader *r)
{
    const char *name = read_name(r);
    if (name && !strcmp(name, "sizeof"))
        return read_type_size(r);
    const struct symbol *symbol =
        name ? scope_find(r->check->state->scopes, SPACE_ORDINARY, name) : NULL;
    if (symbol && symbol->kind == SYMBOL_ENUMERATOR && symbol->value_is_known)
        return (uint64_t)symbol->value;
    r->failed = true;
    return 0;
}

static uint64_t read_factor(struct reader *r)
{
    if (accept_char(r, '(')) {
        uint64_t value = read_sum(r);
        r->failed |= !accept_char(r, ')');
        return value;
    }
    if (!isdigit((unsigned char)next_char(r)))
        return read_name_value(r);
    char *end;
    uint64_t value = strtoull(r->at, &end, 0); /* the text goes on behind `end`, so it ends */
    for (r->at = end; r->at < r->end && strchr("uUlL", *r->at);)
        r->at++;
    return value;
}

static uint64_t read_product(struct reader *r)
{
    uint64_t value = read_factor(r);
    for (;;) {
        if (accept_char(r, '*')) {
            value *= read_factor(r);
        } else if (accept_char(r, '/')) {
            uint64_t divisor = read_factor(r);
            r->failed |= !divisor;
            value = divisor ? value / divisor : 0;
        } else {
            return value;
        }
    }
}

static uint64_t read_difference(struct reader *r)
{
    uint64_t value = read_product(r);
    for (;;)
        if (accept_char(r, '+'))
            value += read_product(r);
        else if (accept_char(r, '-'))
            value -= read_product(r);
        else
            return value;
}

static uint64_t read_sum(struct reader *r)
{
    uint64_t value = read_difference(r);
    while (next_char(r) == '<' && r->at + 1 < r->end && r->at[1] == '<') {
        r->at += 2;
        uint64_t count = read_difference(r);
        r->failed |= count > 31;
        value <<= count & 31;
    }
    return value;
}

/* --- attributes */

/* The arguments of an attribute, `(...)` included; at NULL: the attribute is not there. */
struct arguments {
    const char *at;
    size_t length;
};

/* The type with this attribute written behind it. */
static struct type *attributed(struct check *check, const struct type *type, const char *attribute,
                               struct arguments arguments)
{
    struct text text = {0};
    type_print(&text, type, NULL, true, 0);
    text_printf(&text, " __attribute__((%s%.*s))", attribute, (int)arguments.length, arguments.at);
    struct type *result = type_make(check->types, TYPE_BUILTIN);
    result->name = name_of(check->names, arena_copy(check->arena, text.data, text.length));
    text_free(&text);
    return result;
}

/* `mode(DI)` and its likes, with or without underscores. */
static struct type *apply_mode(struct check *check, struct type *type, struct arguments arguments)
{
    static const struct {
        const char *name;
        enum type_kind kind, if_unsigned;
    } modes[] = {
        {"QI", TYPE_SCHAR, TYPE_UCHAR},     {"HI", TYPE_SHORT, TYPE_USHORT},
        {"SI", TYPE_INT, TYPE_UINT},        {"DI", TYPE_LONG, TYPE_ULONG},
        {"TI", TYPE_INT128, TYPE_UINT128},  {"word", TYPE_LONG, TYPE_ULONG},
        {"pointer", TYPE_LONG, TYPE_ULONG}, {"byte", TYPE_SCHAR, TYPE_UCHAR},
        {"SF", TYPE_FLOAT, TYPE_FLOAT},     {"DF", TYPE_DOUBLE, TYPE_DOUBLE},
        {"XF", TYPE_LDOUBLE, TYPE_LDOUBLE},
    };
    const char *start = arguments.at + 1, *end = arguments.at + arguments.length - 1;
    while (start < end && strchr("_ \t\n", *start))
        start++;
    while (end > start && strchr("_ \t\n", end[-1]))
        end--;
    size_t length = (size_t)(end - start);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strlen(modes[i].name) == length && !memcmp(modes[i].name, start, length) &&
            type_is_integer(type) == (modes[i].kind != modes[i].if_unsigned))
            return type_simple(check->types,
                               type_is_unsigned(type) ? modes[i].if_unsigned : modes[i].kind);
    return attributed(check, type, "mode", arguments);
}

/* Behind `int *v[2]` it makes vectors of what the pointers of the array point to. */
static struct type *apply_vector(struct check *check, struct type *type, struct arguments arguments)
{
    const struct type *resolved = type_resolve(type);
    if (resolved->kind == TYPE_POINTER)
        return type_pointer(check->types, apply_vector(check, resolved->target, arguments));
    if (resolved->kind == TYPE_ARRAY && resolved->length_is_known)
        return type_array(check->types, apply_vector(check, resolved->target, arguments),
                          resolved->length);
    struct reader reader = {
        .check = check, .at = arguments.at + 1, .end = arguments.at + arguments.length - 1};
    uint64_t size = read_sum(&reader), element = type_size(type);
    if (reader.failed || next_char(&reader) || !size || !element)
        return attributed(check, type, "vector_size", arguments);
    struct type *vector = type_make(check->types, TYPE_VECTOR);
    vector->target = type;
    vector->length = size / element;
    vector->length_is_known = true;
    return vector;
}

/* To the parenthesis that closes the one at `at`. */
static struct arguments take_arguments(const char *at, const char *end)
{
    int depth = 0;
    for (const char *p = at; p < end; p++) {
        depth += (*p == '(') - (*p == ')');
        if (!depth)
            return (struct arguments){at, (size_t)(p + 1 - at)};
    }
    return (struct arguments){0};
}

static struct arguments find_attribute(const char *text, size_t length, const char *name)
{
    const char *end = text + length, *place = text;
    size_t name_length = strlen(name);
    while ((place = memmem(place, (size_t)(end - place), name, name_length)) != NULL) {
        bool begins = place == text || strchr(" \t\n(,_:", place[-1]);
        place += name_length;
        const char *rest = place;
        while (rest < end && strchr("_ \t\n", *rest))
            rest++;
        if (begins && rest < end && *rest == '(')
            return take_arguments(rest, end);
    }
    return (struct arguments){0};
}

struct type *apply_attributes(struct check *check, struct type *type, uint32_t start, uint32_t end)
{
    if (start >= end)
        return type;
    const char *text = source_code(check->source) + start;
    size_t length = end - start;
    struct arguments mode = find_attribute(text, length, "mode");
    if (mode.at)
        type = apply_mode(check, type, mode);
    struct arguments vector = find_attribute(text, length, "vector_size");
    if (vector.at)
        type = apply_vector(check, type, vector);
    return type;
}

/* --- what the C compiler would not understand */

/* C would call it before or after main, when no loop runs, and without a frame. */
static void check_not_called_by_c(struct check *check, const struct type *type,
                                  const struct node *place, uint32_t start, uint32_t end)
{
    type = type_resolve(type);
    if (type->kind != TYPE_FUNCTION || !(type->is_async || type->target->kind == TYPE_GENERATOR))
        return;
    const char *word = text_mentions(check, start, end, "constructor")  ? "constructor"
                       : text_mentions(check, start, end, "destructor") ? "destructor"
                                                                        : NULL;
    if (word)
        complain(check, place, "%s cannot be a %s",
                 type->is_async ? "an async function" : "a generator", word);
}

/* The call at the end of the block would only make a coroutine. */
static void check_cleanup(struct check *check, uint32_t start, uint32_t end)
{
    const char *code = source_code(check->source);
    struct arguments arguments = find_attribute(code + start, end - start, "cleanup");
    struct reader reader = {.check = check, .at = arguments.at, .end = code + end};
    if (!arguments.at || !accept_char(&reader, '('))
        return;
    const char *name = read_name(&reader);
    const struct symbol *symbol =
        name ? scope_find(check->state->scopes, SPACE_ORDINARY, name) : NULL;
    const struct type *type = symbol && symbol->type ? type_resolve(symbol->type) : NULL;
    if (!type || type->kind != TYPE_FUNCTION ||
        !(type->is_async || type->target->kind == TYPE_GENERATOR))
        return;
    uint32_t behind = (uint32_t)(reader.at - code);
    struct node place = {.start = behind - (uint32_t)strlen(name), .end = behind};
    if (complain(check, &place, "'%s' is %s, which cannot be a cleanup", name,
                 type->is_async ? "an async function" : "a generator") &&
        type->is_async && check->state->function && check->state->function->is_async)
        add_note(check, &place, "a 'defer' may await it");
}

static void check_no_await(struct check *check, uint32_t start, uint32_t end)
{
    const char *code = source_code(check->source);
    struct range token;
    if (!text_mentions(check, start, end, "await") ||
        scope_find(check->state->scopes, SPACE_ORDINARY, name_of(check->names, "await")))
        return;
    for (uint32_t at = start; at < end && next_token(code, end, &at, &token);) {
        struct node place = {.start = token.start, .end = token.end};
        if (place.end - place.start == 5 && !memcmp(code + place.start, "await", 5))
            complain(check, &place, "'await' in an attribute");
    }
}

void check_attributes(struct check *check, const struct type *type, const struct node *place,
                      uint32_t start, uint32_t end)
{
    check_not_called_by_c(check, type, place, start, end);
    check_cleanup(check, start, end);
    check_no_await(check, start, end);
}
