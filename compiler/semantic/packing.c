/* `#pragma pack`: whether it is in effect at a place. Structs that are laid out under it have a
 * size that only the C compiler knows.
 *
 * Places are asked for in the order of the file: the pragmas up to each are read once, and their
 * stack is kept as bits, the innermost the lowest. */
#include <string.h>

#include "semantic/checker.h"

enum { DEEPEST = 63 };

static bool says(const char *at, size_t length, const char *word)
{
    return memmem(at, length, word, strlen(word)) != NULL;
}

/* `pack(1)`, `pack()`, `pack(push)`, `pack(push, 1)`, `pack(pop)`; a 0 or nothing means none. */
static void read_pragma(struct packing *packing, const char *at, size_t length)
{
    if (says(at, length, "pop")) {
        if (packing->depth) {
            packing->depth--;
            packing->stack >>= 1;
        }
        return;
    }
    if (says(at, length, "push") && packing->depth < DEEPEST) {
        packing->depth++;
        packing->stack = packing->stack << 1 | (packing->stack & 1);
        if (!memchr(at, ',', length))
            return;
    }
    bool is_packed = false;
    for (size_t i = 0; i < length; i++)
        is_packed |= at[i] >= '1' && at[i] <= '9';
    packing->stack = (packing->stack & ~(uint64_t)1) | is_packed;
}

bool is_packed_at(struct check *check, uint32_t offset)
{
    struct packing *packing = &check->state->packing;
    size_t count;
    const struct directive *directives = source_directives(check->source, &count);
    const char *text = source_text(check->source);
    for (; packing->next < count && directives[packing->next].start < offset; packing->next++) {
        const struct directive *directive = &directives[packing->next];
        const char *start = text + directive->start;
        size_t length = directive->end - directive->start;
        const char *word =
            directive->kind == DIRECTIVE_PRAGMA ? memmem(start, length, "pack", 4) : NULL;
        if (word)
            read_pragma(packing, word + 4, length - (size_t)(word + 4 - start));
    }
    return packing->stack & 1;
}
