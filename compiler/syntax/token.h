/* Tokens of C for those who look for mistakes in the text itself. */
#ifndef ASYNCC_SYNTAX_TOKEN_H
#define ASYNCC_SYNTAX_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

struct range;

/* Digits, and what names are made of: `$` and other alphabets' letters, too, in UTF-8 or, as gcc's
 * preprocessor writes them, `\u00e9`. */
bool is_word_byte(char byte);

/* The next token at or behind *at, which moves behind it; false at the end of the text. */
bool next_token(const char *code, uint32_t length, uint32_t *at, struct range *token);

#endif
