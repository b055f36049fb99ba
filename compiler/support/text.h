/* A growable string of bytes: what every pass that writes text writes into. */
#ifndef ASYNCC_SUPPORT_TEXT_H
#define ASYNCC_SUPPORT_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* `{0}` is an empty text. `data` is NUL-terminated once anything was written, NULL before. */
struct text {
    char *data;
    size_t length, capacity;
};

void text_free(struct text *text);
void text_clear(struct text *text);
void text_put(struct text *text, char byte);
void text_write(struct text *text, const char *bytes, size_t length);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list arguments);

#endif
