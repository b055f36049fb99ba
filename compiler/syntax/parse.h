/* Text to syntax tree: tree-sitter's concrete tree, its errors as diagnostics, then the AST. */
#ifndef ASYNCC_SYNTAX_PARSE_H
#define ASYNCC_SYNTAX_PARSE_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct diagnostics;
struct names;
struct node;
struct source;

/* C's ambiguities come down to one question: is this identifier a type name here? The grammar
 * guesses; the checker, which knows the scopes, lists the occurrences that were guessed wrong, and
 * the file is parsed again with those marked. A mark is a byte written over the identifier's first
 * one in the text that the parser sees, so that no offset changes. A name that is unknown because
 * of a mistake already reported is noted as well, and nothing is written over that. */
enum mark { MARK_TYPE = 1, MARK_ORDINARY = 2, MARK_UNKNOWN };

struct marks { /* in no order; `{0}` is none */
    struct mark_entry {
        uint32_t offset;
        enum mark mark;
    } * items;
    size_t count, capacity;
};

void mark_add(struct arena *arena, struct marks *marks, uint32_t offset, enum mark mark);
/* Once for an offset; beyond some thousands no more are noted. */
void mark_unknown(struct arena *arena, struct marks *marks, uint32_t offset);

/* Parses the source under these marks, to which it adds types that only its tokens tell. Every
 * ERROR or MISSING node becomes a diagnostic; what is left may still be checked. NULL if the rest
 * means nothing. */
struct node *parse(struct arena *arena, struct names *names, const struct source *source,
                   struct marks *marks, struct diagnostics *diagnostics);

#endif
