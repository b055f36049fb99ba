/* What a line of C begins in the middle of. */
#ifndef ASYNCC_LEXICAL_H
#define ASYNCC_LEXICAL_H

#include <stddef.h>

enum lexical_state { IN_CODE, IN_STRING, IN_CHARACTER, IN_LINE_COMMENT, IN_COMMENT };

/* The state behind a line that begins in `state`. The line is given without its newline; a
 * backslash at its end makes a string or a `//` comment go on. */
enum lexical_state lexical_line(enum lexical_state state, const char *line, size_t length);

/* Writes the digraphs <% %> <: :> as the brackets that they mean, each with a blank for the second
 * byte. */
void lexical_spell_digraphs(char *text, size_t length);

#endif
