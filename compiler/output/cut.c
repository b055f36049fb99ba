#include "output/cut.h"

#include "source.h"
#include "support/arena.h"
#include "syntax/ast.h"

/* Whether the byte lies in such a declaration. `*next`: the first one that may hold it, as bytes
 * are asked for in their order. */
static bool is_anew(const struct node *unit, uint32_t *next, uint32_t offset)
{
    while (*next < unit->count && unit->kid[*next]->end <= offset)
        ++*next;
    const struct node *node = *next < unit->count ? unit->kid[*next] : NULL;
    return node && node->start < offset && node->flags & HAS_LANGUAGE;
}

const bool *find_cut_markers(struct arena *arena, const struct source *source,
                             const struct node *unit)
{
    size_t count, depth = 0;
    uint32_t next = 0;
    const struct directive *directives = source_directives(source, &count);
    bool *is_cut = arena_alloc(arena, count + 1);
    size_t *open = arena_alloc(arena, (count + 1) * sizeof *open);
    for (size_t i = 0; i < count; i++) {
        if (!(directives[i].flags & (MARKS_ENTRY | MARKS_EXIT)))
            continue;
        is_cut[i] = is_anew(unit, &next, directives[i].start);
        if (directives[i].flags & MARKS_ENTRY) {
            open[depth++] = i;
        } else if (depth) {
            size_t entry = open[--depth];
            is_cut[i] = is_cut[entry] = is_cut[i] || is_cut[entry];
        }
    }
    return is_cut;
}
