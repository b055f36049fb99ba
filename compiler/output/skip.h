/* Steps over the tokens of a text that is not parsed: what was written, or an original file. */
#ifndef ASYNCC_OUTPUT_SKIP_H
#define ASYNCC_OUTPUT_SKIP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a name may begin with it. */
bool skip_is_letter(char c);
/* Whether nothing but blanks and newlines stands there. */
bool skip_is_blank(const char *at, const char *end);
/* How long the name is that begins at `at`; 0: none does. */
size_t skip_name_length(const char *at, const char *end);
/* Behind the closing quote; what is not closed ends with its line. */
const char *skip_quoted(const char *at, const char *end);
/* Behind the comment that begins here (a `//` comment ends before its newline), else `at`. */
const char *skip_comment(const char *at, const char *end);
/* The end of the line: its newline, or `end`. */
const char *skip_line(const char *at, const char *end);
/* Behind the directive whose `#` is here, its newline included: over spliced lines and comments. */
const char *skip_directive(const char *at, const char *end);
/* Behind the comment or the token that begins here. */
const char *skip_part(const char *at, const char *end);
/* Behind the token that begins here: a name, a number, something quoted, one byte of others. */
const char *skip_token(const char *at, const char *end);

#endif
