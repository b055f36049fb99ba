/* What is done to a text with mistakes of syntax: pass by pass they are told and taken out of it.
 */
#ifndef ASYNCC_SYNTAX_MENDING_H
#define ASYNCC_SYNTAX_MENDING_H

#include <stdint.h>
#include <tree_sitter/api.h>

struct arena;
struct diagnostics;
struct marks;

struct mending {
    struct arena *arena;
    TSParser *parser;
    struct marks *marks; /* to which names are added that are unknown because of a mistake */
    struct diagnostics *diagnostics;
    const char *code; /* what tokens are read from; replaced by those who change it */
    char *text;       /* what the parser sees, changed in place: the code with marks */
    uint32_t length;  /* of both; no offset changes */
};

#endif
