/* Memory that is freed all at once. Everything that lives as long as a compilation (names, nodes,
 * types, symbols) comes from one arena, so that no pass has to free anything.
 *
 * Running out of memory ends the program with one message: a compiler has nothing better to do. */
#ifndef ASYNCC_SUPPORT_ARENA_H
#define ASYNCC_SUPPORT_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any type; never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* A NUL-terminated copy of `length` bytes at `text`. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

/* printf into the arena. */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list arguments);

/* Makes room for one more element of `size` bytes in an array that the arena holds: doubles
 * `*capacity` when `count` has reached it (the old array stays behind). Use:
 *     items = arena_grow(arena, items, count, &capacity, sizeof *items); items[count++] = x; */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

#endif
