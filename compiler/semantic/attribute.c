/* Attributes that change a type: mode and vector_size; those that do not go with the language.
 *
 * The tree leaves their arguments as text. What stands in parentheses behind vector_size is a
 * constant expression; a small recursive descent computes those that programs write there (numbers,
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

/* Behind blanks and comments. */
static char next_char(struct reader *r)
{
    struct range token;
    uint32_t at = 0;
    bool is_there = next_token(r->at, (uint32_t)(r->end - r->at), &at, &token);
    r->at = is_there ? r->at + token.start : r->end;
    return is_there ? *r->at : '\0';
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

/* The type with this attribute written behind it. */
static struct type *attributed(struct check *check, const struct type *type,
                               const struct node *item)
{
    struct text text = {0};
    type_print(&text, type, NULL, true, 0);
    text_printf(&text, " __attribute__((%s))", text_of(check, item));
    struct type *result = type_make(check->types, TYPE_BUILTIN);
    result->name = name_of(check->names, arena_copy(check->arena, text.data, text.length));
    text_free(&text);
    return result;
}

/* Reads what stands between the parentheses behind an attribute, if anything does. */
static struct reader read_arguments(struct check *check, const struct node *item)
{
    const char *code = source_code(check->source);
    const struct node *arguments = item->kid[0];
    struct reader reader = {.check = check, .at = code + item->end, .end = code + item->end};
    if (arguments) {
        reader.at = code + arguments->start + 1;
        reader.end = code + arguments->end - 1;
    }
    return reader;
}

/* `mode(DI)` and its likes, with or without underscores. */
static struct type *apply_mode(struct check *check, struct type *type, const struct node *item)
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
    struct reader reader = read_arguments(check, item);
    const char *name = read_name(&reader);
    size_t length = name ? strlen(name) : 0;
    name = name ? attribute_bare_name(name, &length) : "";
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strlen(modes[i].name) == length && !memcmp(modes[i].name, name, length) &&
            type_is_integer(type) == (modes[i].kind != modes[i].if_unsigned))
            return type_simple(check->types,
                               type_is_unsigned(type) ? modes[i].if_unsigned : modes[i].kind);
    return attributed(check, type, item);
}

/* Behind `int *v[2]` it makes vectors of what the pointers of the array point to. */
static struct type *apply_vector(struct check *check, struct type *type, const struct node *item)
{
    const struct type *resolved = type_resolve(type);
    if (resolved->kind == TYPE_POINTER)
        return type_pointer(check->types, apply_vector(check, resolved->target, item));
    if (resolved->kind == TYPE_ARRAY && resolved->length_is_known)
        return type_array(check->types, apply_vector(check, resolved->target, item),
                          resolved->length);
    struct reader reader = read_arguments(check, item);
    uint64_t size = read_sum(&reader), element = type_size(type);
    if (reader.failed || next_char(&reader) || !size || !element)
        return attributed(check, type, item);
    struct type *vector = type_make(check->types, TYPE_VECTOR);
    vector->target = type;
    vector->length = size / element;
    vector->length_is_known = true;
    return vector;
}

struct type *apply_attributes(struct check *check, struct type *type, struct attributes attributes)
{
    const struct node *mode = find_attribute(attributes, "mode");
    const struct node *vector = find_attribute(attributes, "vector_size");
    const struct node *extended = find_attribute(attributes, "ext_vector_type"); /* clang's */
    if (mode)
        type = apply_mode(check, type, mode);
    if (extended)
        type = attributed(check, type, extended);
    return vector ? apply_vector(check, type, vector) : type;
}

/* --- what the C compiler would not understand */

/* C would call a constructor before main, when no loop runs, and without a frame. Of conventions to
 * call by, the runtime knows only C's own. */
static const struct {
    const char *word, *what;
} unfit[] = {
    {"constructor", "be a constructor"},
    {"destructor", "be a destructor"},
    {"ms_abi", "be called by the convention 'ms_abi'"},
};

static void check_fits(struct check *check, const struct type *type, const struct node *place,
                       const struct node *attribute)
{
    type = type_resolve(type);
    if (type->kind != TYPE_FUNCTION || !(type->is_async || type->target->kind == TYPE_GENERATOR))
        return;
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++)
        if (attribute_item(attribute, unfit[i].word))
            complain(check, place, "%s cannot %s",
                     type->is_async ? "an async function" : "a generator", unfit[i].what);
}

/* What it calls, at the end of the block, where that may not make a coroutine. */
void check_cleanup(struct check *check, struct attributes attributes)
{
    const struct node *item = find_attribute(attributes, "cleanup");
    if (!item || !item->kid[0])
        return;
    struct reader reader = read_arguments(check, item);
    const char *name = read_name(&reader);
    struct symbol *symbol = name ? scope_find(check->state->scopes, SPACE_ORDINARY, name) : NULL;
    item->kid[0]->name = name;
    item->kid[0]->symbol = symbol;
    const struct type *type = symbol && symbol->type ? type_resolve(symbol->type) : NULL;
    if (!type || type->kind != TYPE_FUNCTION ||
        !(type->is_async || type->target->kind == TYPE_GENERATOR))
        return;
    uint32_t behind = (uint32_t)(reader.at - source_code(check->source));
    struct node place = {.start = behind - (uint32_t)strlen(name), .end = behind};
    if (complain(check, &place, "'%s' is %s, which cannot be a cleanup", name,
                 type->is_async ? "an async function" : "a generator") &&
        type->is_async && check->state->function && check->state->function->is_async)
        add_note(check, &place, "a 'defer' may await it");
}

static void check_no_await(struct check *check, const struct node *attribute)
{
    const char *code = source_code(check->source);
    struct range token;
    if (!text_mentions(check, attribute->start, attribute->end, "await") ||
        scope_find(check->state->scopes, SPACE_ORDINARY, name_of(check->names, "await")))
        return;
    for (uint32_t at = attribute->start; next_token(code, attribute->end, &at, &token);) {
        struct node place = {.start = token.start, .end = token.end};
        if (token_is(code, token, "await"))
            complain(check, &place, "'await' in an attribute");
    }
}

void check_attributes(struct check *check, const struct type *type, const struct node *place,
                      struct attributes attributes)
{
    const struct node *attribute;
    while ((attribute = next_attribute(&attributes)) != NULL) {
        check_fits(check, type, place, attribute);
        check_no_await(check, attribute);
    }
}
