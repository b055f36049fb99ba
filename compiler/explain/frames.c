/* Warnings of large frames, by what explain/fields.c knows of them. */
#include "explain/frames.h"

#include <inttypes.h>
#include <stddef.h>

#include "diagnostic.h"
#include "explain/fields.h"
#include "lower/lower.h"
#include "semantic/symbol.h"
#include "support/arena.h"

static const struct frame_field *largest_field(const struct frame *frame)
{
    const struct frame_field *largest = frame->fields;
    for (size_t i = 1; i < frame->count; i++)
        if (frame->fields[i].extent.size > largest->extent.size)
            largest = &frame->fields[i];
    return largest;
}

/* Where the program speaks of what the field holds; `what` names that. NULL: nowhere. */
static const struct node *origin_of(const struct lowered *lowered, const struct function *function,
                                    const struct frame_field *field, const char **what)
{
    const struct slot *slot = field->slot;
    bool is_result = slot && slot->variable && slot->variable->kind == VARIABLE_RETURNED;
    if (slot && slot->variable && !is_result) {
        *what = arena_format(lowered->arena, "'%s'", slot->variable->symbol->name);
        return slot->variable->symbol->node;
    }
    if (slot && slot->child) {
        *what =
            arena_format(lowered->arena, "the frame of '%s', which it awaits,", slot->child->name);
        return slot->child->node;
    }
    *what = arena_format(lowered->arena, "its '%s'", field->name);
    return field->type || is_result ? function->node->kid[0] : NULL;
}

static void note_largest(struct diagnostics *diagnostics, const struct lowered *lowered,
                         const struct function *function, const struct frame *frame)
{
    const char *what;
    const struct frame_field *field = largest_field(frame);
    const struct node *origin = origin_of(lowered, function, field, &what);
    if (origin && origin->end > origin->start)
        report_note(diagnostics, (struct range){origin->start, origin->end},
                    "%s takes %" PRIu64 " of them", what, field->extent.size);
}

void frames_warn(struct diagnostics *diagnostics, const struct lowered *lowered, uint64_t limit)
{
    const struct frame *frames = frames_measure(lowered);
    for (size_t i = 0; frames && i < lowered->count; i++) {
        const struct function *function = lowered->functions[i];
        const struct node *name = function->symbol->node;
        const struct extent *extent = &frames[function->index].extent;
        if (extent->size <= limit)
            continue;
        report_warning(diagnostics, WARNING_FRAME_SIZE, (struct range){name->start, name->end},
                       "the frame of '%s' takes %s%" PRIu64 " bytes, more than %" PRIu64,
                       function->name, extent->is_known ? "" : "at least ", extent->size, limit);
        note_largest(diagnostics, lowered, function, &frames[function->index]);
    }
}
