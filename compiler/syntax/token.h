/* Tokens of C for those who look for mistakes in the text itself. */
#ifndef ASYNCC_SYNTAX_TOKEN_H
#define ASYNCC_SYNTAX_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

struct range;

/* The next token at or behind *at, which moves behind it; false at the end of the text. */
bool next_token(const char *code, uint32_t length, uint32_t *at, struct range *token);

#endif
