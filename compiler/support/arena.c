/* An arena: a list of chunks from calloc, handed out from front to back.
 *
 * A chunk is twice as large as the one before, up to a limit, so that a small compilation asks the
 * system for little and a large one asks rarely. What would waste much of a chunk gets one of its
 * own, behind the current one in the list, which goes on being filled. */
#include "support/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

enum { FIRST_CHUNK = 64 * 1024, LAST_CHUNK = 4 * 1024 * 1024 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct chunk *current; /* the one being filled; older ones behind it */
    size_t next_size;
};

static struct chunk *chunk_new(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct chunk))
        out_of_memory();
    struct chunk *chunk = calloc(1, sizeof *chunk + size);
    if (!chunk)
        out_of_memory();
    chunk->size = size;
    return chunk;
}

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        out_of_memory();
    arena->next_size = FIRST_CHUNK;
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct chunk *chunk = arena->current, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

/* A chunk with room for `size` bytes, at the head of the list unless it is for them alone. */
static struct chunk *arena_room(struct arena *arena, size_t size)
{
    struct chunk *current = arena->current;
    if (current && size <= current->size - current->used)
        return current;
    bool own = size > arena->next_size / 4;
    struct chunk *chunk = chunk_new(own ? size : arena->next_size);
    if (own && current) {
        chunk->next = current->next;
        current->next = chunk;
        return chunk;
    }
    chunk->next = current;
    arena->current = chunk;
    if (arena->next_size < LAST_CHUNK)
        arena->next_size *= 2;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t unit = alignof(max_align_t);
    if (size > SIZE_MAX - unit)
        out_of_memory();
    size = (size + unit - 1) / unit * unit;
    struct chunk *chunk = arena_room(arena, size);
    void *memory = chunk->data + chunk->used;
    chunk->used += size;
    return memory;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX)
        out_of_memory();
    char *copy = arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, text, length);
    return copy;
}

char *arena_vformat(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    char small[256];
    int length = vsnprintf(small, sizeof small, format, arguments);
    if (length < 0)
        out_of_memory();
    char *result = arena_alloc(arena, (size_t)length + 1);
    if ((size_t)length < sizeof small)
        memcpy(result, small, (size_t)length);
    else
        vsnprintf(result, (size_t)length + 1, format, again);
    va_end(again);
    return result;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *result = arena_vformat(arena, format, arguments);
    va_end(arguments);
    return result;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t larger = *capacity ? *capacity * 2 : 8;
    if (larger < *capacity || larger > SIZE_MAX / size)
        out_of_memory();
    void *grown = arena_alloc(arena, larger * size);
    if (count)
        memcpy(grown, items, count * size);
    *capacity = larger;
    return grown;
}
