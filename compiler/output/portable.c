/* What macros of C's own headers expand to in C is not always C++: `bool`, `NULL`, `static_assert`.
 * These go back, and keywords that C++ lacks become others that compilers of both know. */
#include "output/portable.h"

#include <ctype.h>
#include <string.h>

#include "output/skip.h"
#include "output/writer.h"
#include "support/text.h"

static const struct {
    const char *c, *both, *header;
} words[] = {{"_Bool", "bool", NULL},
             {"_Alignof", "__alignof__", NULL},
             {"_Alignas", "alignas", "stdalign.h"},
             {"_Static_assert", "static_assert", "assert.h"},
             {"_Thread_local", "__thread", NULL},
             {"_Noreturn", "__attribute__((__noreturn__))", NULL},
             {"restrict", "__restrict__", NULL}};

/* What headers of gcc and of clang, which leave different blanks, make of NULL. */
static const char *const null[] = {"(", "(", "void", "*", ")", "0", ")"};

unsigned portable_needs(const char *text, size_t length)
{
    unsigned needs = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].header && memmem(text, length, words[i].c, strlen(words[i].c)))
            needs |= 1u << i;
    return needs;
}

void portable_includes(struct writer *w, unsigned needs)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].header && needs & 1u << i)
            write_format(w, "#include <%s>\n", words[i].header);
}

/* How long it is if it begins here, else 0. */
static size_t null_length(const char *start, const char *end)
{
    const char *at = start;
    for (size_t i = 0; i < sizeof null / sizeof *null; i++) {
        while (at < end && isspace((unsigned char)*at))
            at++;
        size_t length = strlen(null[i]);
        if (at == end || skip_token(at, end) != at + length || memcmp(at, null[i], length) != 0)
            return 0;
        at += length;
    }
    return (size_t)(at - start);
}

/* glibc's FD_SET and its kin name a member of fd_set, by another name where _GNU_SOURCE is defined,
 * as it is in C++: `((set)->__fds_bits)`. A macro of glibc's knows which one. */
static const char *const members[] = {"->__fds_bits", "->fds_bits"};

/* Where the parenthesis stands that the last byte of the text closes; NULL: it closes none. */
static const char *opening_paren(const char *text, const char *end)
{
    int depth = 0;
    for (const char *at = end; at > text;) {
        at--;
        depth += (*at == ')') - (*at == '(');
        if (depth <= 0)
            return *at == '(' ? at : NULL;
    }
    return NULL;
}

static size_t member_length(const char *at, const char *end)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        size_t length = strlen(members[i]);
        if ((size_t)(end - at) > length && !memcmp(at, members[i], length) && at[length] == ')')
            return length;
    }
    return 0;
}

/* Makes `((set)` `__FDS_BITS((set)`; the length of the member behind it in C, 0 if none is there.
 */
static size_t put_member(struct text *out, const char *at, const char *end)
{
    static const char macro[] = "__FDS_BITS";
    size_t length = member_length(at, end), added = strlen(macro);
    if (!length)
        return 0;
    const char *paren = opening_paren(out->data, out->data + out->length);
    if (!paren || paren == out->data || paren[-1] != '(')
        return 0;
    size_t place = (size_t)(paren - 1 - out->data), rest = out->length - place;
    text_write(out, macro, added); /* makes room */
    memmove(out->data + place + added, out->data + place, rest);
    memcpy(out->data + place, macro, added);
    return length;
}

/* Writes what this token is in both languages; its length in C. */
static size_t put_token(struct text *out, const char *at, const char *end)
{
    size_t length = (size_t)(skip_token(at, end) - at), whole = null_length(at, end);
    size_t passed = put_member(out, at, end);
    if (passed)
        return passed;
    if (whole) {
        text_puts(out, "NULL");
        return whole;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].c) != length || memcmp(at, words[i].c, length) != 0)
            continue;
        text_puts(out, words[i].both);
        return length;
    }
    text_write(out, at, length);
    return length;
}

void portable_write(struct text *out, const struct text *text)
{
    const char *at = text->data, *end = text->data + text->length;
    while (at < end) {
        const char *behind = skip_comment(at, end);
        if (behind == at && isspace((unsigned char)*at))
            behind = at + 1;
        if (behind > at) {
            text_write(out, at, (size_t)(behind - at));
            at = behind;
        } else {
            at += put_token(out, at, end);
        }
    }
}
