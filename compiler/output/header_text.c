/* One pass over the original text of a header finds its directives; everything else is asked of
 * them. What stands in a branch that is not taken is found as well; but its brackets need not
 * balance, so who counts them reads `taken`. */
#include "output/header_text.h"

#include <ctype.h>
#include <string.h>

#include "output/skip.h"
#include "support/arena.h"
#include "support/text.h"

/* --- directives */

static const char *skip_space(const char *at, const char *end)
{
    for (;;) {
        const char *start = at;
        while (at < end && (isspace((unsigned char)*at) ||
                            (*at == '\\' && end - at > 1 && strchr("\r\n", at[1]) != NULL)))
            at++;
        at = skip_comment(at, end);
        if (at == start)
            return at;
    }
}

static bool is_word(const char *at, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(at, word, length) == 0;
}

/* The first word of the directive. */
static const char *directive_word(const struct header_text *header,
                                  const struct header_directive *directive, size_t *length)
{
    const char *end = header->text + directive->end;
    const char *at = memchr(header->text + directive->start, '#', directive->end);
    at = skip_space(at + 1, end);
    *length = skip_name_length(at, end);
    return at;
}

static enum header_directive_kind kind_of(const struct header_text *header,
                                          const struct header_directive *directive)
{
    static const struct {
        const char *word;
        enum header_directive_kind kind;
    } words[] = {{"if", HEADER_IF},           {"ifdef", HEADER_IF},
                 {"ifndef", HEADER_IF},       {"else", HEADER_ELSE},
                 {"elif", HEADER_ELSE},       {"elifdef", HEADER_ELSE},
                 {"elifndef", HEADER_ELSE},   {"endif", HEADER_ENDIF},
                 {"include", HEADER_INCLUDE}, {"include_next", HEADER_INCLUDE},
                 {"import", HEADER_INCLUDE}};
    size_t length;
    const char *word = directive_word(header, directive, &length);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(word, length, words[i].word))
            return words[i].kind;
    return HEADER_OTHER;
}

/* `start` is where its line begins. Returns where the text goes on. */
static const char *add_directive(struct header_text *header, const char *start, const char *hash,
                                 uint32_t *depth)
{
    const char *end = skip_directive(hash, header->text + header->length);
    struct header_directive directive = {.start = (uint32_t)(start - header->text),
                                         .end = (uint32_t)(end - header->text)};
    directive.kind = kind_of(header, &directive);
    bool leaves = directive.kind == HEADER_ELSE || directive.kind == HEADER_ENDIF;
    directive.depth = *depth - (leaves && *depth);
    if (directive.kind == HEADER_IF)
        ++*depth;
    else if (directive.kind == HEADER_ENDIF)
        *depth = directive.depth;
    header->directives = arena_grow(header->arena, header->directives, header->count,
                                    &header->capacity, sizeof *header->directives);
    header->directives[header->count++] = directive;
    return end;
}

/* Finds all directives, and in `*first` and `*last` the ends of the text that is none. */
static void find_directives(struct header_text *header, uint32_t *first, uint32_t *last)
{
    const char *at = header->text, *end = at + header->length, *line = at;
    uint32_t depth = 0;
    bool fresh = true, any = false;
    while (at < end) {
        const char *behind = skip_comment(at, end);
        if (behind > at) {
            at = behind;
        } else if (*at == '\n') {
            fresh = true;
            line = ++at;
        } else if (*at == '#' && fresh) {
            line = at = add_directive(header, line, at, &depth);
        } else if (isspace((unsigned char)*at) || *at == '\\') {
            at++;
        } else {
            if (!any)
                *first = (uint32_t)(at - header->text);
            any = true;
            fresh = false;
            at = skip_token(at, end);
            *last = (uint32_t)(at - header->text);
        }
    }
}

/* --- the guard */

/* The macro that `#ifndef X` or `#if !defined X` asks for, or that `#define X` defines. */
static const char *macro_of(const struct header_text *header,
                            const struct header_directive *directive, bool asks, size_t *length)
{
    const char *end = header->text + directive->end;
    const char *at = directive_word(header, directive, length);
    bool is_if = is_word(at, *length, "if");
    if (!is_word(at, *length, asks ? "ifndef" : "define") && !(asks && is_if))
        return NULL;
    at = skip_space(at + *length, end);
    if (is_if) {
        if (at == end || *at != '!')
            return NULL;
        at = skip_space(at + 1, end);
        if (!is_word(at, skip_name_length(at, end), "defined"))
            return NULL;
        at = skip_space(at + strlen("defined"), end);
        if (at < end && *at == '(')
            at = skip_space(at + 1, end);
    }
    *length = skip_name_length(at, end);
    return *length ? at : NULL;
}

static bool is_guarded(const struct header_text *header, uint32_t first, uint32_t last)
{
    const struct header_directive *d = header->directives;
    size_t count = header->count, asked, defined;
    if (count < 3 || d[count - 1].kind != HEADER_ENDIF || d[count - 1].depth)
        return false;
    const char *name = macro_of(header, &d[0], true, &asked);
    const char *other = macro_of(header, &d[1], false, &defined);
    if (!name || !other || asked != defined || memcmp(name, other, asked) != 0)
        return false;
    for (size_t i = 1; i + 1 < count; i++)
        if (d[i].depth == 0)
            return false;
    return !last || (d[1].end <= first && last <= d[count - 1].start);
}

static const struct header_directive *find_once(const struct header_text *header)
{
    for (size_t i = 0; i < header->count; i++) {
        size_t length;
        const char *end = header->text + header->directives[i].end;
        const char *word = directive_word(header, &header->directives[i], &length);
        const char *what = skip_space(word + length, end);
        if (is_word(word, length, "pragma") && is_word(what, skip_name_length(what, end), "once"))
            return &header->directives[i];
    }
    return NULL;
}

/* --- branches */

static bool begins_branch(const struct header_directive *directive)
{
    return directive->kind == HEADER_IF || directive->kind == HEADER_ELSE;
}

/* Where the branch ends that begins behind this directive: at the next one of its conditional. */
static uint32_t branch_end(const struct header_text *header, size_t directive)
{
    const struct header_directive *d = header->directives;
    size_t next = directive + 1;
    while (next < header->count && d[next].depth > d[directive].depth)
        next++;
    return next < header->count ? d[next].start : header->length;
}

static void blank(char *text, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end; i++)
        if (text[i] != '\n')
            text[i] = ' ';
}

static const char *blank_untaken(const struct header_text *header, const char *is_seen)
{
    char *taken = arena_copy(header->arena, header->text, header->length);
    for (size_t i = 0; i < header->count; i++) {
        struct header_directive *directive = &header->directives[i];
        if (!begins_branch(directive))
            continue;
        uint32_t start = directive->end, end = branch_end(header, i);
        directive->is_taken = memchr(is_seen + start, 1, end - start) != NULL;
        if (!directive->is_taken)
            blank(taken, start, end);
    }
    return taken;
}

struct header_text *header_text_read(struct arena *arena, const char *text, size_t length,
                                     const char *is_seen)
{
    struct header_text *header = arena_alloc(arena, sizeof *header);
    header->arena = arena;
    header->text = text;
    header->length = header->tail = (uint32_t)length;
    uint32_t first = (uint32_t)length, last = 0;
    find_directives(header, &first, &last);
    header->taken = blank_untaken(header, is_seen);
    const struct header_directive *once = find_once(header);
    header->has_once = once != NULL;
    header->has_guard = is_guarded(header, first, last);
    if (header->has_guard) {
        header->depth = 1;
        header->head = header->directives[1].end;
        header->tail = header->directives[header->count - 1].start;
    } else if (once && once->depth == 0 && once->end <= first) {
        header->head = once->end;
    }
    header->declarations = header->head;
    for (size_t i = 0; i < header->count; i++) {
        const struct header_directive *directive = &header->directives[i];
        if (directive->depth == header->depth && directive->kind != HEADER_IF &&
            directive->kind != HEADER_ELSE && directive->end <= first &&
            directive->end > header->declarations)
            header->declarations = directive->end;
    }
    return header;
}

/* --- spans */

/* Steps over blanks, comments and directives. */
static const char *next_token(const char *text, const char *at, const char *end)
{
    for (;;) {
        at = skip_space(at, end);
        if (at == end || *at != '#')
            return at;
        const char *start = at;
        while (start > text && start[-1] != '\n' && isspace((unsigned char)start[-1]))
            start--;
        if (start > text && start[-1] != '\n')
            return at;
        at = skip_directive(at, end);
    }
}

static int nesting(char c)
{
    return c && strchr("([{", c) ? 1 : c && strchr(")]}", c) ? -1 : 0;
}

/* A declaration that begins among a macro's arguments begins with the macro's name. */
static void widen_start(const struct header_text *header, uint32_t from, struct span *span)
{
    const char *at = header->taken + from, *start = header->taken + span->start, *name = NULL;
    uint32_t outermost = span->start;
    int depth = 0;
    while ((at = next_token(header->taken, at, start)) < start) {
        if (depth == 0 && *at == '(' && name)
            outermost = (uint32_t)(name - header->taken);
        if (depth == 0 && skip_is_letter(*at))
            name = at;
        depth += (*at == '(') - (*at == ')');
        at = skip_token(at, start);
    }
    if (depth > 0)
        span->start = outermost;
}

void header_text_widen(const struct header_text *header, uint32_t from, struct span *span,
                       bool ends_with_semicolon)
{
    widen_start(header, from, span);
    const char *at = header->taken + span->start, *end = header->taken + header->length;
    const char *wanted = header->taken + span->end, *behind = at;
    bool was_name = false;
    int depth = 0;
    for (;;) {
        at = next_token(header->taken, at, end);
        bool is_call = at < end && *at == '(' && was_name; /* the arguments of a last macro */
        if (at == end || (depth <= 0 && behind >= wanted && !is_call))
            break;
        was_name = skip_is_letter(*at);
        depth += nesting(*at);
        at = behind = skip_token(at, end);
    }
    if (ends_with_semicolon && behind[-1] != ';' && at < end && *at == ';')
        behind = at + 1;
    if (behind > wanted)
        span->end = (uint32_t)(behind - header->taken);
}

bool header_text_is_whole(const struct header_text *header, struct span span)
{
    bool any = false;
    uint32_t outer = 0;
    for (size_t i = 0; i < header->count; i++) {
        const struct header_directive *d = &header->directives[i];
        if (d->start < span.start || d->end > span.end || d->kind > HEADER_ENDIF)
            continue;
        if (!any && d->kind != HEADER_IF)
            return false;
        if (!any)
            outer = d->depth;
        any = d->kind != HEADER_ENDIF || d->depth != outer;
    }
    return !any;
}

/* --- conditions */

bool header_text_has_conditional(const struct header_text *header, struct span span)
{
    for (size_t i = 0; i < header->count; i++) {
        const struct header_directive *d = &header->directives[i];
        if (d->kind <= HEADER_ENDIF && d->start >= span.start && d->end <= span.end)
            return true;
    }
    return false;
}

bool header_text_is_conditional(const struct header_text *header, uint32_t offset)
{
    uint32_t depth = 0;
    for (size_t i = 0; i < header->count && header->directives[i].start < offset; i++) {
        enum header_directive_kind kind = header->directives[i].kind;
        depth += kind == HEADER_IF;
        depth -= kind == HEADER_ENDIF && depth;
    }
    return depth > header->depth;
}

/* --- C++ */

static bool asks_for_cxx(const struct header_text *header, const struct header_directive *directive)
{
    static const char name[] = "__cplusplus";
    return memmem(header->text + directive->start, directive->end - directive->start, name,
                  strlen(name)) != NULL;
}

/* The next word is NULL behind the last one. */
static bool consists_of(const struct header_text *header, struct span span,
                        const char *const *words)
{
    const char *at = header->text + span.start, *end = header->text + span.end, *behind;
    for (; (at = skip_space(at, end)) < end; at = behind, words++) {
        behind = skip_token(at, end);
        if (!*words || !is_word(at, (size_t)(behind - at), *words))
            return false;
    }
    return !*words;
}

static char last_byte_of_code(const struct header_text *header, struct span span)
{
    const char *at = header->text + span.start, *end = header->text + span.end;
    char last = '\0';
    while ((at = next_token(header->text, at, end)) < end) {
        at = skip_token(at, end);
        last = at[-1];
    }
    return last;
}

static enum cxx_kind cxx_kind_of(const struct header_text *header, struct span span)
{
    static const char *const open[] = {"extern", "\"C\"", "{", NULL};
    static const char *const close[] = {"}", NULL};
    if (consists_of(header, span, open))
        return CXX_OPENS_LINKAGE;
    if (consists_of(header, span, close))
        return CXX_CLOSES;
    char last = last_byte_of_code(header, span);
    return last && strchr(";{}", last) ? CXX_DECLARATIONS : CXX_PART;
}

bool header_text_find_cxx(const struct header_text *header, size_t directive,
                          struct cxx_branch *branch)
{
    const struct header_directive *d = &header->directives[directive], *first = d;
    if (!begins_branch(d) || d->is_taken)
        return false;
    bool asks = asks_for_cxx(header, d);
    while (first > header->directives && (first->kind != HEADER_IF || first->depth != d->depth)) {
        first--;
        asks |= first->depth == d->depth && begins_branch(first) && asks_for_cxx(header, first);
    }
    if (!asks)
        return false;
    branch->conditional = first->start;
    branch->span = (struct span){d->end, branch_end(header, directive)};
    branch->kind = cxx_kind_of(header, branch->span);
    return true;
}

/* --- namespaces */

/* What is open: braces of C++, each with what stands in front of it. */
struct braces {
    struct span *heads;
    size_t count, capacity;
};

static void open_brace(const struct header_text *header, struct braces *braces, struct span head)
{
    braces->heads = arena_grow(header->arena, braces->heads, braces->count, &braces->capacity,
                               sizeof *braces->heads);
    braces->heads[braces->count++] = head;
}

static void read_braces(const struct header_text *header, struct span span, struct braces *braces)
{
    const char *text = header->text, *end = text + span.end;
    const char *at = next_token(text, text + span.start, end), *head = at;
    while (at < end) {
        const char *behind = skip_token(at, end), *next = next_token(text, behind, end);
        if (*at == '{')
            open_brace(header, braces,
                       (struct span){(uint32_t)(head - text), (uint32_t)(behind - text)});
        else if (*at == '}' && braces->count)
            braces->count--;
        head = strchr("{};", *at) ? next : head;
        at = next;
    }
}

static bool is_namespace(const struct header_text *header, struct span head)
{
    const char *at = header->text + head.start, *end = header->text + head.end;
    size_t length = skip_name_length(at, end);
    if (is_word(at, length, "inline")) {
        at = skip_space(at + length, end);
        length = skip_name_length(at, end);
    }
    return is_word(at, length, "namespace");
}

const char *header_text_namespaces(const struct header_text *header, uint32_t offset)
{
    struct braces braces = {0};
    const char *all = NULL;
    uint32_t last =
        UINT32_MAX; /* the conditional of which a branch was read: others say the same */
    for (size_t i = 0; i < header->count && header->directives[i].start < offset; i++) {
        struct cxx_branch branch;
        if (!header_text_find_cxx(header, i, &branch) || branch.conditional == last ||
            branch.kind == CXX_PART)
            continue;
        read_braces(header, branch.span, &braces);
        last = branch.conditional;
    }
    for (size_t i = 0; i < braces.count; i++) {
        struct span head = braces.heads[i];
        if (is_namespace(header, head))
            all = arena_format(header->arena, "%s%s%.*s", all ? all : "", all ? " " : "",
                               (int)(head.end - head.start), header->text + head.start);
    }
    return all;
}

/* --- names of files */

static bool begins_name(const char *at, const char *end)
{
    return at < end && strchr("<\"", *at);
}

bool header_text_is_computed(const struct header_text *header,
                             const struct header_directive *directive)
{
    size_t length;
    const char *word = directive_word(header, directive, &length);
    const char *end = header->text + directive->end;
    return directive->kind == HEADER_INCLUDE && !begins_name(skip_space(word + length, end), end);
}

/* Whether a file's name may follow, in parentheses or not. */
static bool wants_name(const char *at, size_t length)
{
    static const char *const words[] = {"include", "include_next", "import", "__has_include",
                                        "__has_include_next"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(at, length, words[i]))
            return true;
    return false;
}

bool header_text_next_header(const struct header_text *header,
                             const struct header_directive *directive, uint32_t *at, uint32_t *dot)
{
    static const char suffix[] = ".ah";
    size_t length = strlen(suffix);
    const char *from = header->text + *at, *end = header->text + directive->end;
    while ((from = skip_space(from, end)) < end) {
        const char *word = from;
        from = skip_token(word, end);
        if (!wants_name(word, (size_t)(from - word)))
            continue;
        from = skip_space(from, end);
        if (from < end && *from == '(')
            from = skip_space(from + 1, end);
        if (!begins_name(from, end))
            continue;
        const char *close = memchr(from + 1, *from == '<' ? '>' : '"', (size_t)(end - from - 1));
        if (!close || close - from <= (ptrdiff_t)length ||
            memcmp(close - length, suffix, length) != 0)
            continue;
        *dot = (uint32_t)(close - length - header->text);
        *at = (uint32_t)(close + 1 - header->text);
        return true;
    }
    return false;
}
