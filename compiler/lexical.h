/* What a line of C begins in the middle of. */
#ifndef ASYNCC_LEXICAL_H
#define ASYNCC_LEXICAL_H

#include <stdbool.h>
#include <stddef.h>

enum lexical_state { IN_CODE, IN_STRING, IN_CHARACTER, IN_LINE_COMMENT, IN_COMMENT };

/* The state behind a line that begins in `state`. The line is given without its newline; a
 * backslash at its end makes a string or a `//` comment go on. */
enum lexical_state lexical_line(enum lexical_state state, const char *line, size_t length);

/* Behind the blanks. */
static inline const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

/* Whether names and numbers may have it. */
bool lexical_is_word(char c);

/* Behind the preprocessing number that begins at `at`; `at` if none does. C23's digit separators
 * are part of it, 1'000, but for what has a quote of its own: F(1'a') of an older C, whose macro
 * asks for the text of a number and a character. */
const char *lexical_number(const char *at, const char *end);

/* Writes the digraphs <% %> <: :> as the brackets that they mean, each with a blank for the second
 * byte. */
void lexical_spell_digraphs(char *text, size_t length);

#endif
