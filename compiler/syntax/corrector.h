/* A declaration that does not parse, and changes of it: for those who look for the mistake. */
#ifndef ASYNCC_SYNTAX_CORRECTOR_H
#define ASYNCC_SYNTAX_CORRECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diagnostic.h"

struct mending;

enum { MOST_CHANGES = 40 /* in a declaration */ };

struct change {
    uint32_t start, end; /* what is replaced */
    const char *text;    /* by this; "" if it is left out */
    bool is_sure;        /* it is clear what was meant: what is around may be checked */
    bool is_operand;
    const char *message; /* NULL: it is not told */
    struct range place;  /* of the message */
    struct range opener; /* the bracket that it closes; empty: none */
};

struct tokens {
    struct range *items;
    size_t count, capacity;
};

/* A declaration, as changed so far. */
struct draft {
    char *text;
    char *plain;      /* without marks */
    uint32_t *origin; /* of each byte, and of the end, in the file */
    uint32_t length;
    struct tokens tokens;
};

struct corrector {
    struct mending *mending;
    char *code;     /* that of the mending, and changed like its text */
    unsigned steps; /* of the parser, so far */
    char *room;     /* for attempts */
    uint32_t room_size;
    struct draft draft;
    struct change changes[MOST_CHANGES + 1]; /* what no change mends, too */
    unsigned count;
};

/* For texts in which the brackets balance, or do not. */
struct corrector *corrector_new(struct mending *m);

/* Begins with a declaration, without changes. */
void corrector_begin(struct corrector *c, struct range declaration);

/* Whether the token is this text, or the same as the one before. */
bool draft_has(const struct corrector *c, size_t i, const char *text);
bool draft_doubles(const struct corrector *c, size_t i);

/* Changes at a token. */
struct change change_without(const struct corrector *c, size_t i);
struct change change_with(const struct corrector *c, size_t i, const char *text);
struct change change_of(const struct corrector *c, size_t i, const char *text);

/* For messages: where something of the draft stands in the file; a token, cut if it is long. */
struct range draft_place(const struct corrector *c, struct range range);
const char *token_text(const struct corrector *c, struct range token);

size_t token_at(const struct tokens *tokens, uint32_t offset);

/* Makes the change, which has its message, part of the draft. */
void draft_accept(struct corrector *c, const struct change *change);

/* Reports the changes and writes them into the file's text. A body with one that is not sure,
 * or for which there is no room, becomes empty; a declaration with one elsewhere is forgotten. */
void apply_changes(struct corrector *c, struct range declaration);

/* Blanks a declaration that means nothing, and notes its names, of which nothing is known then. */
void forget_declaration(struct mending *m, const char *code, struct range range);

#endif
