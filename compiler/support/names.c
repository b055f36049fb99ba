/* The table of names: open addressing with linear probing, at most two thirds full. The hash is
 * kept beside the pointer, so that growing and most misses touch no string. */
#include "support/names.h"

#include <stdint.h>
#include <string.h>

#include "support/arena.h"

enum { FIRST_SLOTS = 32 };

struct slot {
    const char *name; /* NULL: empty */
    uint32_t hash, length;
};

struct names {
    struct arena *arena;
    struct slot *slots;
    size_t size, used; /* size is a power of two */
};

struct names *names_new(struct arena *arena)
{
    struct names *names = arena_alloc(arena, sizeof *names);
    names->arena = arena;
    names->size = FIRST_SLOTS;
    names->slots = arena_alloc(arena, names->size * sizeof *names->slots);
    return names;
}

/* FNV-1a, its high bits folded in because the table uses the low ones. */
static uint32_t hash_bytes(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/* The slot that holds this name, or the empty one where it belongs. */
static struct slot *find(const struct names *names, const char *text, size_t length, uint32_t hash)
{
    for (size_t i = hash & (names->size - 1);; i = (i + 1) & (names->size - 1)) {
        struct slot *slot = &names->slots[i];
        if (!slot->name)
            return slot;
        if (slot->hash == hash && slot->length == length && memcmp(slot->name, text, length) == 0)
            return slot;
    }
}

static void grow(struct names *names)
{
    struct slot *old = names->slots;
    size_t old_size = names->size;
    names->size *= 2;
    names->slots = arena_alloc(names->arena, names->size * sizeof *names->slots);
    for (size_t i = 0; i < old_size; i++) {
        if (!old[i].name)
            continue;
        size_t at = old[i].hash & (names->size - 1);
        while (names->slots[at].name)
            at = (at + 1) & (names->size - 1);
        names->slots[at] = old[i];
    }
}

const char *name_intern(struct names *names, const char *text, size_t length)
{
    uint32_t hash = hash_bytes(text, length);
    struct slot *slot = find(names, text, length, hash);
    if (slot->name)
        return slot->name;
    if (names->used >= names->size / 3 * 2) {
        grow(names);
        slot = find(names, text, length, hash);
    }
    names->used++;
    slot->hash = hash;
    slot->length = (uint32_t)length;
    return slot->name = arena_copy(names->arena, text, length);
}

const char *name_of(struct names *names, const char *string)
{
    return name_intern(names, string, strlen(string));
}

bool name_is_known(const struct names *names, const char *string)
{
    size_t length = strlen(string);
    return find(names, string, length, hash_bytes(string, length))->name != NULL;
}
