/* The words of C and of asyncc, and what one types by mistake instead. */
#ifndef ASYNCC_SYNTAX_WORDS_H
#define ASYNCC_SYNTAX_WORDS_H

#include <stdbool.h>
#include <stdint.h>

bool is_keyword(const char *word, uint32_t length);

/* The keyword of which this may be a misspelling: one letter too many, too few or another, or two
 * swapped. There may be several of them, by number; NULL if there are not so many, or if it is a
 * keyword itself. */
const char *similar_word(const char *word, uint32_t length, unsigned number);

#endif
