/* The original text of a header: its directives, its include guard, and the extent of what stands
 * at file scope. Offsets are bytes of the original file. */
#ifndef ASYNCC_OUTPUT_HEADER_TEXT_H
#define ASYNCC_OUTPUT_HEADER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum header_directive_kind {
    HEADER_IF,   /* #if, #ifdef, #ifndef */
    HEADER_ELSE, /* #else, #elif */
    HEADER_ENDIF,
    HEADER_INCLUDE, /* #include, #include_next, #import */
    HEADER_OTHER
};

struct header_directive {
    enum header_directive_kind kind;
    uint32_t start, end; /* from the line's start to behind its newline */
    uint32_t depth;      /* of conditionals around it, its own not among them */
    bool is_taken;       /* the branch that begins behind it was */
};

struct span {
    uint32_t start, end;
};

struct header_text {
    struct arena *arena;
    const char *text;
    const char *taken; /* the same, with blanks for branches that are not */
    uint32_t length;
    struct header_directive *directives;
    size_t count, capacity;
    bool has_guard, has_once; /* #ifndef X, #define X ... #endif; #pragma once */
    uint32_t depth;           /* of conditionals that all of it stands in: 1 with a guard, else 0 */
    uint32_t head, tail;   /* behind the guard's #define, or #pragma once, or 0; where the guard's
                              #endif begins, or the end */
    uint32_t declarations; /* behind the last directive, at that depth, before the first token */
};

/* Lives in the arena, as `text` must. `is_seen` has a 1 for each byte of the text where a line
 * begins of which the preprocessor left something, else 0: a branch without such lines was not
 * taken. */
struct header_text *header_text_read(struct arena *arena, const char *text, size_t length,
                                     const char *is_seen);

/* Widens what was found by its first and last token, so that macro calls are whole; `from` is where
 * the declaration before it ends. A semicolon that it `ends_with` may stand behind such a call. */
void header_text_widen(const struct header_text *header, uint32_t from, struct span *span,
                       bool ends_with_semicolon);

/* Whether every conditional that has a directive in the span is whole inside it. */
bool header_text_is_whole(const struct header_text *header, struct span span);

/* Whether a conditional has a directive in the span. */
bool header_text_has_conditional(const struct header_text *header, struct span span);

/* Whether a conditional decides if the text at `offset` is there, the guard left out. */
bool header_text_is_conditional(const struct header_text *header, uint32_t offset);

enum cxx_kind {
    CXX_PART,          /* of a declaration, or nothing but directives */
    CXX_DECLARATIONS,  /* or what opens and closes blocks of them */
    CXX_OPENS_LINKAGE, /* extern "C" { */
    CXX_CLOSES         /* } */
};

/* What C++ has and C has not: a branch that was not taken, of a conditional that asks for
 * __cplusplus there or before. */
struct cxx_branch {
    uint32_t conditional; /* where its conditional begins */
    struct span span;
    enum cxx_kind kind;
};

/* The one that begins behind this directive; false if none does. */
bool header_text_find_cxx(const struct header_text *header, size_t directive,
                          struct cxx_branch *branch);

/* The namespaces of C++ that are open at `offset`: `namespace a { namespace b {`; NULL: none is. */
const char *header_text_namespaces(const struct header_text *header, uint32_t offset);

/* The next file NAME.ah that the directive names at or behind `*at`, which moves behind it: what it
 * includes, or looks for by __has_include. `*dot`: where the suffix begins. */
bool header_text_next_header(const struct header_text *header,
                             const struct header_directive *directive, uint32_t *at, uint32_t *dot);

/* Whether a macro tells what this #include is of. */
bool header_text_is_computed(const struct header_text *header,
                             const struct header_directive *directive);

#endif
