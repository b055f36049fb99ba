/* Universal character names to UTF-8: always shorter, so it can be done in place. */
#include "support/unicode.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

size_t unicode_name_length(const char *text, size_t length)
{
    if (length < 6 || text[0] != '\\' || (text[1] != 'u' && text[1] != 'U'))
        return 0;
    size_t size = text[1] == 'u' ? 6 : 10;
    if (length < size)
        return 0;
    for (size_t i = 2; i < size; i++)
        if (!isxdigit((unsigned char)text[i]))
            return 0;
    return size;
}

static uint32_t hex_value(const char *digits, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        char digit = digits[i];
        value = value * 16 +
                (uint32_t)(isdigit((unsigned char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    return value;
}

/* Writes the character, which is not ASCII; the number of bytes. */
static size_t encode(char *out, uint32_t code)
{
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(0xff00 >> size | code);
    return size;
}

size_t unicode_decode_names(char *text, size_t length)
{
    if (!memchr(text, '\\', length))
        return length;
    size_t to = 0;
    for (size_t from = 0; from < length;) {
        size_t size = unicode_name_length(text + from, length - from);
        uint32_t code = size ? hex_value(text + from + 2, size - 2) : 0;
        bool is_character = code >= 0xa0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        if (is_character) {
            to += encode(text + to, code);
            from += size;
        } else {
            text[to++] = text[from++];
        }
    }
    return to;
}
