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

/* The whole operator of which this is the first character: `==`, `->`; other tokens as they are. */
struct range whole_operator(const char *code, uint32_t length, struct range token);

/* Whether the token is this text; one of these words, of which NULL is the last; a name, or another
 * word that begins like one; 1 if it opens a bracket, -1 if it closes one. Empty, it is none. */
bool token_is(const char *code, struct range token, const char *text);
bool token_is_among(const char *code, struct range token, const char *const *words);
bool token_is_name(const char *code, struct range token);
int token_nesting(const char *code, struct range token);
char closing_bracket(char opening);

/* Blanks in place of what is there, but for line breaks: offsets and lines stay. */
void blank_text(char *text, uint32_t start, uint32_t end);

#endif
