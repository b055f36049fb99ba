/* Where the fields of frames stand.
 *
 * Offsets follow from what output/frame.c declares, by C's rules on LP64: the header, the result,
 * then the lanes, each a union of groups, each group a struct. Fields with one offset share
 * storage. Where a size or an alignment is not known here (attributes, types that only the C
 * compiler can measure), a lower bound is: C's rules never make a struct smaller if a field grows.
 */
#include "explain/fields.h"

#include "lower/lower.h"
#include "support/arena.h"
#include "support/names.h"

enum { BASE_SIZE = 24, BASE_ALIGNMENT = 8 };

static const struct extent nothing = {0, 1, true}, pointer = {8, 8, true};

struct measure {
    const struct lowered *lowered;
    struct frame *frames; /* of all functions, by index, as far as they are measured */
    struct frame *frame;  /* the one that is */
};

/* --- extents */

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

/* Adds a member behind the others; its offset. */
static uint64_t append(struct extent *whole, struct extent member)
{
    uint64_t offset = round_up(whole->size, member.alignment);
    whole->size = offset + member.size;
    if (member.alignment > whole->alignment)
        whole->alignment = member.alignment;
    whole->is_known &= member.is_known;
    return offset;
}

/* Adds a member that shares storage with the others. */
static void overlay(struct extent *whole, struct extent member)
{
    if (member.size > whole->size)
        whole->size = member.size;
    if (member.alignment > whole->alignment)
        whole->alignment = member.alignment;
    whole->is_known &= member.is_known;
}

static struct extent closed(struct extent whole)
{
    whole.size = round_up(whole.size, whole.alignment);
    return whole;
}

/* 0 stands for what is not known. */
static struct extent extent_of(uint64_t size, uint64_t alignment)
{
    return (struct extent){size, alignment ? alignment : 1, size && alignment};
}

static struct extent type_extent(const struct type *type)
{
    return extent_of(type_size(type), type_alignment(type));
}

static struct extent child_extent(const struct measure *m, const struct slot *slot)
{
    const struct lowered *lowered = m->lowered;
    const struct function *child = lowered_function(lowered, slot->child);
    if (child && slot->form == SUSPEND_CHILD)
        return m->frames[child->index].extent;
    const char *tag = arena_format(lowered->arena, "%s__%s", stem_of(lowered, slot->child),
                                   slot->form == SUSPEND_WAIT ? "wait" : "frame");
    const struct symbol *symbol =
        check_file_tag(lowered->check, name_of(lowered->check->names, tag));
    return symbol ? type_extent(symbol->type) : extent_of(0, 0);
}

/* Of a variable that is the frame of a generator. */
static struct extent generator_extent(const struct measure *m, const struct variable *variable)
{
    const struct function *child = lowered_function(m->lowered, variable->child);
    return child ? m->frames[child->index].extent : type_extent(variable->type);
}

static struct extent variable_extent(const struct measure *m, const struct variable *variable)
{
    if (variable->child)
        return generator_extent(m, variable);
    return extent_of(type_size(field_type_of(variable)),
                     field_alignment_value(m->lowered, variable));
}

static struct extent slot_extent(const struct measure *m, const struct slot *slot)
{
    if (slot->variable)
        return variable_extent(m, slot->variable);
    return slot->child ? child_extent(m, slot) : pointer;
}

static struct extent group_extent(const struct measure *m, const struct group *group)
{
    struct extent extent = nothing;
    for (const struct slot *slot = group->first; slot; slot = slot->next)
        append(&extent, slot_extent(m, slot));
    return closed(extent);
}

static struct extent lane_extent(const struct measure *m, const struct lane *lane)
{
    struct extent extent = nothing;
    for (const struct group *group = lane->groups; group; group = group->next)
        overlay(&extent, group_extent(m, group));
    return closed(extent);
}

/* --- fields */

/* `within` is what stands in front of the field and around it. */
static void add_field(struct measure *m, const struct extent *within, struct frame_field field)
{
    struct frame *frame = m->frame;
    field.is_placed = within->is_known;
    frame->fields = arena_grow(m->lowered->arena, frame->fields, frame->count, &frame->capacity,
                               sizeof *frame->fields);
    frame->fields[frame->count++] = field;
}

static void add_member(struct measure *m, struct extent extent, const struct type *type,
                       const char *name, const char *purpose)
{
    uint64_t offset = append(&m->frame->extent, extent);
    add_field(
        m, &m->frame->extent,
        (struct frame_field){
            .name = name, .offset = offset, .extent = extent, .type = type, .purpose = purpose});
}

static void add_value(struct measure *m, const struct type *type, const char *name,
                      const char *purpose)
{
    if (type && !type_is_void(type))
        add_member(m, type_extent(type), type, name, purpose);
}

/* The group's slots, `base` bytes from the start of the frame. */
static void add_group(struct measure *m, struct extent *whole, const struct group *group,
                      uint64_t base)
{
    for (const struct slot *slot = group->first; slot; slot = slot->next) {
        struct extent extent = slot_extent(m, slot);
        uint64_t offset = base + append(whole, extent);
        add_field(m, whole,
                  (struct frame_field){
                      .name = slot->path, .offset = offset, .extent = extent, .slot = slot});
    }
}

/* The groups of a lane share storage; slots that share with none are members of the frame. */
static bool is_union(const struct lane *lane)
{
    return lane->is_await || lane->groups->next;
}

static void add_lane(struct measure *m, const struct lane *lane)
{
    struct extent *frame = &m->frame->extent;
    if (!is_union(lane)) {
        add_group(m, frame, lane->groups, 0);
        return;
    }
    uint64_t base = append(frame, lane_extent(m, lane));
    for (const struct group *group = lane->groups; group; group = group->next) {
        struct extent whole = {0, 1, frame->is_known};
        add_group(m, &whole, group, base);
    }
}

static void add_generator_members(struct measure *m, const struct function *function)
{
    const struct extent scopes = {16, 8, true};
    add_value(m, function->result, "result", "how it ended");
    add_value(m, function->result, "thrown", "error thrown in");
    add_value(m, function->yielded, "value", "what it yielded");
    add_value(m, function->sent, "sent", "what was sent to it");
    if (function->detaches) {
        add_member(m, scopes, NULL, "scopes", "that come off at a yield");
        add_member(m, pointer, NULL, "mark", "the scope around whoever advances it");
    }
}

static void measure(struct measure *m, const struct function *function)
{
    const struct extent base = {BASE_SIZE, BASE_ALIGNMENT, true};
    m->frame = &m->frames[function->index];
    m->frame->extent = nothing;
    add_member(m, base, NULL, "base", "header: resume function, caller, state");
    if (function_is_generator(function))
        add_generator_members(m, function);
    else
        add_value(m, function->returned ? NULL : function->result, "result", "result");
    for (const struct lane *lane = function->lanes; lane; lane = lane->next)
        add_lane(m, lane);
    m->frame->extent = closed(m->frame->extent);
}

struct frame *frames_measure(const struct lowered *lowered)
{
    if (!lowered->by_frame)
        return NULL;
    struct measure m = {.lowered = lowered};
    m.frames = arena_alloc(lowered->arena, (lowered->count + 1) * sizeof *m.frames);
    for (size_t i = 0; i < lowered->count; i++)
        measure(&m, lowered->by_frame[i]);
    return m.frames;
}
