/* Where on its original line a token of a preprocessed line stood. */
#ifndef ASYNCC_ALIGN_H
#define ASYNCC_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct names;

enum token_kind { TOKEN_NAME, TOKEN_LITERAL, TOKEN_PUNCTUATOR };

struct token {
    enum token_kind kind;
    const char *text;
    uint32_t length;
    uint32_t size;     /* in the text that was split; longer than `length` where
                          universal character names were decoded */
    uint32_t position; /* preprocessed: offset of its first byte in the whole text */
    uint32_t line, column, end_column; /* original: from 1; end_column is that of its last byte */
    bool is_macro;                     /* original: its name is defined as a macro somewhere */
    bool in_call; /* original: an argument of such a macro, or its parentheses */
};

struct tokens {
    struct token *items;
    size_t count, capacity;
};

/* The tokens of preprocessed lines and of the original lines they were made from, in order. It is
 * filled by who knows the lines; `matches` is then computed by align. */
struct alignment {
    struct arena *arena;
    struct tokens made, original;
    int32_t *matches; /* for each made token the original one it is, or -1 */
    size_t matches_capacity;
    uint16_t *table;
    size_t table_capacity;
    bool fits; /* the lines have to do with each other */
};

/* Splits C text into tokens, comments left out; `in_comment`: it begins inside one. Returns whether
 * it ends inside a block comment. Positions are set from `base`. */
bool tokenize(struct arena *arena, struct tokens *tokens, const char *text, size_t length,
              uint32_t base, bool in_comment);

/* Matches the tokens; `macros` are the names of all macros. */
void align(struct alignment *alignment, const struct names *macros);

/* The original token that the made token `index` is, or else that of the macro it came from, or
 * else the one before it: NULL if there is none. `*exact`: it is that very token. */
const struct token *aligned(const struct alignment *alignment, size_t index, bool *exact);

#endif
