/* Universal character names: gcc's preprocessor writes an identifier's characters beyond ASCII as
 * \u00e9 or \U000000e9, whatever they were in the file. */
#ifndef ASYNCC_SUPPORT_UNICODE_H
#define ASYNCC_SUPPORT_UNICODE_H

#include <stddef.h>

/* The length of the universal character name at the start of the text, 0 if there is none. */
size_t unicode_name_length(const char *text, size_t length);

/* Turns all of them into UTF-8, in place; the new length. Those that name no character, or one of
 * ASCII or the control characters behind it, stay. */
size_t unicode_decode_names(char *text, size_t length);

#endif
