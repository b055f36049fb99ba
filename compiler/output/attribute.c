/* Attributes of async functions and generators.
 *
 * Such a function is two in C: NAME(), which makes the handle, and NAME__resume(), which is the
 * body. An attribute says something of the one or of the other: who may call it and how is about
 * NAME(), how code is made of it about the body, which has other parameters and another result.
 * What C compilers would conclude from a result, or from there being none, is true of neither: two
 * calls of a `const` function make two handles, and a `noreturn` one gives a handle before it does
 * not return. */
#include "output/attribute.h"

#include <ctype.h>
#include <string.h>

#include "output/skip.h"
#include "support/text.h"

enum { OF_NEITHER = 0, OF_HANDLE = 1 << USE_HANDLE, OF_BODY = 1 << USE_BODY };

/* Those that are not listed are of both. */
static const struct {
    const char *name;
    int uses;
} attributes[] = {
    /* what is linked */
    {"alias", OF_HANDLE},
    {"copy", OF_HANDLE},
    {"ifunc", OF_HANDLE},
    {"symver", OF_HANDLE},
    {"visibility", OF_HANDLE},
    {"weak", OF_HANDLE},
    {"weakref", OF_HANDLE},
    /* what callers are told */
    {"access", OF_HANDLE},
    {"deprecated", OF_HANDLE},
    {"error", OF_HANDLE},
    {"fd_arg", OF_HANDLE},
    {"fd_arg_read", OF_HANDLE},
    {"fd_arg_write", OF_HANDLE},
    {"format", OF_HANDLE},
    {"nodiscard", OF_HANDLE},
    {"nonnull", OF_HANDLE},
    {"null_terminated_string_arg", OF_HANDLE},
    {"tainted_args", OF_HANDLE},
    {"unavailable", OF_HANDLE},
    {"warn_unused_result", OF_HANDLE},
    {"warning", OF_HANDLE},
    /* what C compilers are told of the result */
    {"alloc_align", OF_NEITHER},
    {"alloc_size", OF_NEITHER},
    {"assume_aligned", OF_NEITHER},
    {"const", OF_NEITHER},
    {"format_arg", OF_NEITHER},
    {"leaf", OF_NEITHER},
    {"malloc", OF_NEITHER},
    {"noreturn", OF_NEITHER},
    {"_Noreturn", OF_NEITHER},
    {"pure", OF_NEITHER},
    {"reproducible", OF_NEITHER},
    {"returns_nonnull", OF_NEITHER},
    {"unsequenced", OF_NEITHER},
    /* how they shall be inlined: the body is entered through a pointer as well */
    {"always_inline", OF_NEITHER},
    {"artificial", OF_NEITHER},
    {"gnu_inline", OF_NEITHER},
};

static bool is_of(enum attribute_use use, const char *name, size_t length)
{
    if (length > 4 && !memcmp(name, "__", 2) && !memcmp(name + length - 2, "__", 2)) {
        name += 2;
        length -= 4;
    }
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (strlen(attributes[i].name) == length && !memcmp(attributes[i].name, name, length))
            return attributes[i].uses & 1 << use;
    return true;
}

static const char *skip_blanks(const char *at, const char *end)
{
    for (const char *behind; at < end; at = behind) {
        behind = isspace((unsigned char)*at) ? at + 1 : skip_comment(at, end);
        if (behind == at)
            break;
    }
    return at;
}

/* Behind the attribute in a list: at its comma, or where the list ends. Its name in *name: of
 * `gnu::const` the last. */
static const char *skip_attribute(const char *at, const char *end, const char **name,
                                  size_t *length)
{
    int depth = 0;
    bool has_arguments = false;
    *length = 0;
    for (at = skip_blanks(at, end); at < end && (depth || *at != ',');) {
        if (!has_arguments && skip_is_letter(*at)) {
            *name = at;
            *length = skip_name_length(at, end);
        }
        has_arguments |= *at == '(';
        depth += (*at == '(') - (*at == ')');
        at = skip_blanks(skip_token(at, end), end);
    }
    return at;
}

/* `__attribute__((a, b(1)))` or `[[a, b(1)]]`, and what stands in its brackets. */
struct list {
    const char *start, *end;
    const char *first, *behind;
};

static bool find_list(const char *at, const char *end, struct list *list)
{
    const char *word = NULL, *open = NULL;
    int depth = 0;
    for (at = skip_blanks(at, end); at < end; at = skip_blanks(skip_token(at, end), end)) {
        if (strchr("([", *at)) {
            if (depth++ == 0)
                open = at;
            else if (depth == 2 && *open == *at && skip_blanks(open + 1, end) == at)
                *list = (struct list){.start = *at == '(' && word ? word : open, .first = at + 1};
        } else if (strchr(")]", *at)) {
            if (--depth == 1)
                list->behind = at;
            list->end = at + 1;
            if (depth == 0 && list->first)
                return true;
        } else if (depth == 0) {
            word = at;
        }
    }
    return false;
}

static bool is_whole(const struct list *list, enum attribute_use use)
{
    const char *name;
    size_t length;
    for (const char *at = list->first; at < list->behind; at++) {
        at = skip_attribute(at, list->behind, &name, &length);
        if (length && !is_of(use, name, length))
            return false;
    }
    return true;
}

/* The attributes of the list that are for this use; nothing if none is. */
static void put_some(struct emitter *e, const struct list *list, enum attribute_use use)
{
    const char *name;
    size_t length;
    bool any = false;
    for (const char *at = list->first, *start; at < list->behind; at++) {
        start = skip_blanks(at, list->behind);
        at = skip_attribute(at, list->behind, &name, &length);
        if (!length || !is_of(use, name, length))
            continue;
        if (any)
            write_string(&e->writer, ", ");
        else
            emit_gap(e, (uint32_t)(list->start - e->code), (uint32_t)(list->first - e->code));
        write_format(&e->writer, "%.*s", (int)(at - start), start);
        any = true;
    }
    if (any)
        emit_gap(e, (uint32_t)(list->behind - e->code), (uint32_t)(list->end - e->code));
}

bool emit_attributes(struct emitter *e, uint32_t start, uint32_t end, enum attribute_use use)
{
    size_t length = e->writer.out->length;
    struct list list = {0};
    for (; find_list(e->code + start, e->code + end, &list); list = (struct list){0}) {
        uint32_t behind = (uint32_t)(list.end - e->code);
        if (is_whole(&list, use)) {
            emit_gap(e, start, behind);
        } else {
            emit_gap(e, start, (uint32_t)(list.start - e->code));
            put_some(e, &list, use);
        }
        start = behind;
    }
    emit_gap(e, start, end);
    return e->writer.out->length > length;
}
