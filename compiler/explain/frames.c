/* Frame sizes: a header of the runtime's, then lanes one after another (see lower/frame.c, which
 * has estimated them). */
#include "explain/frames.h"

#include <inttypes.h>
#include <stddef.h>

#include "diagnostic.h"
#include "lower/lower.h"
#include "semantic/symbol.h"

enum { HEADER_SIZE = 32 };

static uint64_t frame_size(const struct function *function)
{
    uint64_t size = HEADER_SIZE;
    for (const struct lane *lane = function->lanes; lane; lane = lane->next)
        size += lane->size;
    return size;
}

static const struct slot *largest_slot(const struct function *function)
{
    const struct slot *largest = NULL;
    for (const struct lane *lane = function->lanes; lane; lane = lane->next)
        for (const struct group *group = lane->groups; group; group = group->next)
            for (const struct slot *slot = group->first; slot; slot = slot->next)
                if (!largest || slot->size > largest->size)
                    largest = slot;
    return largest;
}

static struct range range_of(const struct node *node)
{
    return (struct range){node->start, node->end};
}

static void note_largest(struct diagnostics *diagnostics, const struct function *function)
{
    const struct slot *slot = largest_slot(function);
    if (!slot)
        return;
    const struct symbol *symbol = slot->variable ? slot->variable->symbol : slot->child;
    if (!symbol || !symbol->node || symbol->node->end <= symbol->node->start)
        return;
    report_note(diagnostics, range_of(symbol->node),
                slot->variable ? "'%s' takes %" PRIu64 " of them"
                               : "the frame of '%s', which it awaits, takes %" PRIu64 " of them",
                symbol->name, slot->size);
}

void frames_warn(struct diagnostics *diagnostics, const struct lowered *lowered, uint64_t limit)
{
    for (size_t i = 0; i < lowered->count; i++) {
        const struct function *function = lowered->functions[i];
        uint64_t size = frame_size(function);
        if (size <= limit)
            continue;
        report_warning(diagnostics, WARNING_FRAME_SIZE, range_of(function->symbol->node),
                       "the frame of '%s' takes about %" PRIu64 " bytes, more than %" PRIu64,
                       function->name, size, limit);
        note_largest(diagnostics, function);
    }
}
