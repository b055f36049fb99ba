/* A growable string: one block from realloc, doubled when full, always with a NUL behind it. */
#include "support/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* Makes room for `more` bytes and the NUL. */
static void text_reserve(struct text *text, size_t more)
{
    if (more < text->capacity - text->length)
        return;
    if (more > SIZE_MAX / 2 - text->length)
        out_of_memory();
    size_t capacity = text->capacity ? text->capacity : 64;
    while (capacity <= text->length + more)
        capacity *= 2;
    char *data = realloc(text->data, capacity);
    if (!data)
        out_of_memory();
    text->data = data;
    text->capacity = capacity;
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->data)
        text->data[0] = '\0';
}

void text_put(struct text *text, char byte)
{
    text_reserve(text, 1);
    text->data[text->length++] = byte;
    text->data[text->length] = '\0';
}

void text_write(struct text *text, const char *bytes, size_t length)
{
    text_reserve(text, length);
    if (length)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_puts(struct text *text, const char *string)
{
    text_write(text, string, strlen(string));
}

void text_vprintf(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    text_reserve(text, 128);
    size_t room = text->capacity - text->length;
    int length = vsnprintf(text->data + text->length, room, format, arguments);
    if (length < 0)
        out_of_memory();
    if ((size_t)length >= room) {
        text_reserve(text, (size_t)length);
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
    }
    text->length += (size_t)length;
    va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(text, format, arguments);
    va_end(arguments);
}
