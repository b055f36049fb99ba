/* Frame layout: which slots there are, and which of them share storage.
 *
 * Slots are placed largest first into lanes. A lane is a union of groups, a group a sequence of
 * slots: a slot opens a group in the first lane where it meets no group at any point, or joins the
 * one group there that it meets if the lane need not grow; else it opens a lane.
 * So blocks one after another overlap as wholes, and small variables lie side by side under a large
 * buffer. Then lanes with large buffers go behind the others, so that what is used at each step
 * lies beside the frame's head, in few cache lines. The C compiler computes the offsets; sizes here
 * (LP64) only decide who shares with whom, and who is large.
 *
 * A result that shares storage (move.c) must stand right behind the frame's head, where the runtime
 * looks for it: it begins the first lane, in which nothing may be aligned more strictly than it is,
 * or than the head.
 */
#include "lower/flow.h"

#include <stdlib.h>
#include <string.h>

#include "support/arena.h"
#include "support/names.h"

enum { LARGE = 256, HEAD_ALIGNMENT = 8 }; /* bytes */

struct layout {
    struct lowered *lowered;
    struct function *function;
    struct arena *arena;
    size_t words;
    struct names *taken; /* names of fields */
    struct slot **slots;
    size_t count, capacity;
};

static bool meet(const struct point_set *a, const struct point_set *b)
{
    uint32_t first = a->first > b->first ? a->first : b->first;
    uint32_t last = a->last < b->last ? a->last : b->last;
    for (uint32_t i = first; i < last; i++)
        if (a->words[i] & b->words[i])
            return true;
    return false;
}

/* `into` has words of its own. */
static void unite(struct point_set *into, const struct point_set *set)
{
    for (uint32_t i = set->first; i < set->last; i++)
        into->words[i] |= set->words[i];
    if (set->first >= set->last)
        return;
    if (into->first >= into->last || set->first < into->first)
        into->first = set->first;
    if (set->last > into->last)
        into->last = set->last;
}

static struct point_set empty(const struct layout *l)
{
    return (struct point_set){.words = arena_alloc(l->arena, l->words * sizeof(uint64_t))};
}

/* --- slots */

static struct slot *slot_new(struct layout *l)
{
    struct slot *slot = arena_alloc(l->arena, sizeof *slot);
    l->slots = arena_grow(l->arena, l->slots, l->count, &l->capacity, sizeof *l->slots);
    l->slots[l->count++] = slot;
    return slot;
}

static bool is_taken(const struct layout *l, const char *wish, unsigned number)
{
    return name_is_known(l->taken, arena_format(l->arena, "%s_%u", wish, number));
}

/* `wish`, or `wish_2` ..., so that no two fields of a frame and no field of ours agree. Numbers are
 * given out in order: the search for a free one doubles its step, then halves it. */
static const char *field_name(const struct layout *l, const char *wish)
{
    if (!name_is_known(l->taken, wish))
        return name_of(l->taken, wish);
    unsigned taken = 1, free = 2;
    while (is_taken(l, wish, free)) {
        taken = free;
        free *= 2;
    }
    while (free - taken > 1) {
        unsigned middle = taken + (free - taken) / 2;
        if (is_taken(l, wish, middle))
            taken = middle;
        else
            free = middle;
    }
    return name_of(l->taken, arena_format(l->arena, "%s_%u", wish, free));
}

static uint64_t frame_size(const struct function *function)
{
    uint64_t size = 32;
    for (struct lane *lane = function->lanes; lane; lane = lane->next)
        size += lane->size;
    return size;
}

/* Fields stand in structs and unions without names. To clang a field of these hides what else has
 * its name from the fields behind: from their types, and from what these ask of constants. */
static void keep_visible(const struct layout *l, const char *name)
{
    const struct symbol *symbol = check_file_symbol(l->lowered->check, name);
    if (symbol && symbol->kind != SYMBOL_FUNCTION)
        name_of(l->taken, name);
}

/* What is packed or aligned has no size here that is sure, but must not be taken for small. */
static uint64_t guessed_size(const struct type *type)
{
    type = type_resolve(type);
    uint64_t size = type_size(type), all = 0;
    if (size)
        return size;
    if (type->kind == TYPE_ARRAY && type->array_size == ARRAY_FIXED && type->length_is_known)
        return type->length * guessed_size(type->target);
    for (size_t i = 0; type_is_tagged(type) && i < type->field_count; i++) {
        size = guessed_size(type->fields[i].type);
        all = type->kind == TYPE_STRUCT ? all + size : size > all ? size : all;
    }
    return all;
}

static uint64_t sure(uint64_t alignment)
{
    return alignment ? alignment : UINT64_MAX;
}

/* Of the frame or the wait that `child` has. */
static uint64_t child_alignment(const struct layout *l, const struct symbol *child,
                                enum suspension_form form)
{
    const struct function *function = lowered_function(l->lowered, child);
    if (function && form != SUSPEND_WAIT)
        return function->alignment;
    const char *kind = form == SUSPEND_WAIT ? "wait" : "frame";
    const char *tag = arena_format(l->arena, "%s__%s", stem_of(l->lowered, child), kind);
    const struct symbol *symbol =
        check_file_tag(l->lowered->check, name_of(l->lowered->check->names, tag));
    return symbol ? sure(type_alignment(symbol->type)) : UINT64_MAX;
}

static void add_returned(struct layout *l, struct variable *variable)
{
    struct slot *slot = slot_new(l);
    slot->name = variable->name = "result";
    slot->variable = variable;
    slot->live = variable->live;
    slot->size = type_size(variable->type);
    slot->alignment = slot->strictest = type_alignment(variable->type);
    variable->slot = slot;
}

static void add_variable(struct layout *l, struct variable *variable)
{
    if (variable->kind == VARIABLE_RETURNED) {
        add_returned(l, variable);
        return;
    }
    struct slot *slot = slot_new(l);
    uint64_t size = guessed_size(field_type_of(variable)),
             alignment = type_alignment(field_type_of(variable));
    if (variable->child && !size)
        size = frame_size(lowered_function(l->lowered, variable->child));
    keep_visible(l, variable->symbol->name);
    slot->name = field_name(l, variable->symbol->name);
    slot->variable = variable;
    slot->live = variable->live;
    slot->size = size ? size : 8;
    slot->alignment = alignment ? alignment : 8;
    slot->strictest = variable->child ? child_alignment(l, variable->child, SUSPEND_CHILD)
                                      : sure(field_alignment_value(l->lowered, variable));
    variable->slot = slot;
    variable->name = slot->name;
}

/* The largest a child's frame can be, as far as is known: children come first (by_frame). */
static uint64_t child_size(const struct layout *l, const struct suspension *suspension)
{
    struct function *child =
        suspension->callee ? lowered_function(l->lowered, suspension->callee) : NULL;
    uint64_t size = suspension->form == SUSPEND_HANDLE ? 8 : 48;
    return child ? frame_size(child) : size;
}

static struct slot *child_slot(struct layout *l, const struct suspension *suspension)
{
    for (size_t i = l->count; i-- > 0;) {
        struct slot *slot = l->slots[i];
        if (!slot->variable && slot->child == suspension->callee)
            return slot;
    }
    struct slot *slot = slot_new(l);
    slot->child = suspension->callee;
    slot->form = suspension->form;
    slot->name = suspension->callee ? suspension->callee->name : "handle";
    slot->live = empty(l);
    slot->size = child_size(l, suspension);
    slot->alignment = slot->strictest = 8;
    if (slot->child)
        slot->strictest = child_alignment(l, slot->child, slot->form);
    return slot;
}

static void add_child(struct layout *l, struct suspension *suspension)
{
    if (suspension->form == SUSPEND_ADVANCE || suspension->form == SUSPEND_YIELD)
        return;
    if (suspension->is_only_result && !suspension->result)
        return;
    struct slot *slot = child_slot(l, suspension);
    suspension->slot = slot;
    point_set_add(&slot->live, suspension->point);
    struct variable *result = suspension->result;
    if (result && result->kind == VARIABLE_RESULT)
        unite(&slot->live, &result->live);
}

/* --- lanes */

static uint64_t padded(uint64_t offset, const struct slot *slot)
{
    return (offset + slot->alignment - 1) / slot->alignment * slot->alignment + slot->size;
}

static bool is_returned(const struct slot *slot)
{
    return slot->variable && slot->variable->kind == VARIABLE_RETURNED;
}

static void put(struct lane *lane, struct group *group, struct slot *slot)
{
    *group->last = slot;
    group->last = &slot->next;
    slot->lane = lane;
    slot->group = group;
    group->size = padded(group->size, slot);
    if (lane->strictest < slot->strictest)
        lane->strictest = slot->strictest;
    lane->holds_result |= is_returned(slot);
    unite(&lane->live, &slot->live);
    if (lane->size < group->size)
        lane->size = group->size;
}

/* Most groups have one slot, and share its set. */
static void open_group(struct layout *l, struct lane *lane, struct slot *slot)
{
    struct group *group = arena_alloc(l->arena, sizeof *group);
    group->live = slot->live;
    group->last = &group->first;
    *lane->last = group;
    lane->last = &group->next;
    put(lane, group, slot);
}

static void join_group(struct layout *l, struct lane *lane, struct group *group, struct slot *slot)
{
    if (!group->first->next) {
        struct point_set own = empty(l);
        unite(&own, &group->live);
        group->live = own;
    }
    unite(&group->live, &slot->live);
    put(lane, group, slot);
}

/* The one group that the slot meets; NULL if there are several. */
static struct group *only_meeting(const struct lane *lane, const struct slot *slot)
{
    struct group *found = NULL;
    for (struct group *group = lane->groups; group; group = group->next) {
        if (!meet(&group->live, &slot->live))
            continue;
        if (found)
            return NULL;
        found = group;
    }
    return found;
}

/* Whether the result stays where it must, if the slot shares the lane. */
static bool keeps_result(const struct layout *l, const struct lane *lane, const struct slot *slot)
{
    const struct variable *returned = l->function->returned;
    uint64_t most = returned ? type_alignment(returned->type) : 0;
    most = most > HEAD_ALIGNMENT ? most : HEAD_ALIGNMENT;
    return !(lane->holds_result || is_returned(slot)) ||
           (lane->strictest <= most && slot->strictest <= most);
}

/* Never makes the lane larger. */
static bool place_in_lane(struct layout *l, struct lane *lane, struct slot *slot)
{
    if (slot->size > lane->size || !keeps_result(l, lane, slot))
        return false;
    if (!meet(&lane->live, &slot->live)) {
        open_group(l, lane, slot);
        return true;
    }
    struct group *group = is_returned(slot) ? NULL : only_meeting(lane, slot);
    if (!group || padded(group->size, slot) > lane->size)
        return false;
    join_group(l, lane, group, slot);
    return true;
}

static void place(struct layout *l, struct slot *slot)
{
    struct function *function = l->function;
    for (struct lane *lane = function->lanes; lane; lane = lane->next)
        if (place_in_lane(l, lane, slot))
            return;
    struct lane *lane = arena_alloc(l->arena, sizeof *lane);
    lane->last = &lane->groups;
    lane->live = empty(l);
    *function->last_lane = lane;
    function->last_lane = &lane->next;
    open_group(l, lane, slot);
}

static bool is_in_front(const struct slot *slot)
{
    return slot->variable && slot->variable->kind == VARIABLE_PARAMETER && slot->size <= LARGE;
}

/* Parameters stay in front and in order; then the larger, then the earlier. A large parameter
 * counts as any other variable: handed on to a child, it makes room for it. */
static int by_size(const void *left, const void *right)
{
    const struct slot *a = *(struct slot *const *)left, *b = *(struct slot *const *)right;
    bool first = is_in_front(a), second = is_in_front(b);
    if (first != second)
        return first ? -1 : 1;
    if (!first && a->size != b->size)
        return a->size < b->size ? 1 : -1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Moves large lanes to the end; otherwise the order stays. */
static void put_large_last(struct function *function)
{
    struct lane *large = NULL, **last_large = &large, **at = &function->lanes;
    while (*at) {
        struct lane *lane = *at;
        if (lane->size <= LARGE) {
            at = &lane->next;
            continue;
        }
        *at = lane->next;
        lane->next = NULL;
        *last_large = lane;
        last_large = &lane->next;
    }
    *at = large;
    function->last_lane = large ? last_large : at;
}

static void put_result_first(struct function *function)
{
    struct lane **at = &function->lanes;
    while (*at && !(*at)->holds_result)
        at = &(*at)->next;
    struct lane *lane = *at;
    if (!lane)
        return;
    *at = lane->next;
    lane->next = function->lanes;
    function->lanes = lane;
}

static void note_alignment(struct layout *l)
{
    struct function *function = l->function;
    const struct type *own[] = {function->result, function->yielded, function->sent};
    function->alignment = HEAD_ALIGNMENT;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i] && !type_is_void(own[i]) && function->alignment < sure(type_alignment(own[i])))
            function->alignment = sure(type_alignment(own[i]));
    for (size_t i = 0; i < l->count; i++)
        if (function->alignment < l->slots[i]->strictest)
            function->alignment = l->slots[i]->strictest;
}

/* A lane of children alone is the union `await`; further children stand by themselves. */
static bool only_children(const struct lane *lane)
{
    for (const struct group *group = lane->groups; group; group = group->next)
        for (const struct slot *slot = group->first; slot; slot = slot->next)
            if (slot->variable || group->first != slot || slot->next)
                return false;
    return true;
}

static void name_paths(struct layout *l)
{
    bool named = false;
    for (struct lane *lane = l->function->lanes; lane; lane = lane->next) {
        lane->is_await = !named && only_children(lane);
        named |= lane->is_await;
        for (struct group *group = lane->groups; group; group = group->next)
            for (struct slot *slot = group->first; slot; slot = slot->next) {
                if (!slot->variable && !lane->is_await)
                    slot->name = field_name(l, arena_format(l->arena, "await_%s", slot->name));
                slot->path =
                    lane->is_await ? arena_format(l->arena, "await.%s", slot->name) : slot->name;
            }
    }
}

void frame_layout(struct lowered *lowered, struct function *function)
{
    struct layout layout = {.lowered = lowered,
                            .function = function,
                            .arena = lowered->arena,
                            .words = (function->flow->count + 63) / 64};
    layout.taken = names_new(lowered->arena);
    name_of(layout.taken, "base");
    name_of(layout.taken, "result");
    name_of(layout.taken, "await");
    if (function_is_generator(function)) {
        name_of(layout.taken, "thrown");
        name_of(layout.taken, "value");
        name_of(layout.taken, "sent");
        name_of(layout.taken, "scopes");
    }
    function->last_lane = &function->lanes;
    for (size_t i = 0; i < function->variable_count; i++)
        if (function->variables[i]->in_frame)
            add_variable(&layout, function->variables[i]);
    for (size_t i = 0; i < function->suspension_count; i++)
        add_child(&layout, function->suspensions[i]);
    for (size_t i = 0; i < layout.count; i++)
        layout.slots[i]->order = (uint32_t)i;
    if (layout.count)
        qsort(layout.slots, layout.count, sizeof *layout.slots, by_size);
    for (size_t i = 0; i < layout.count; i++)
        place(&layout, layout.slots[i]);
    put_large_last(function);
    put_result_first(function);
    note_alignment(&layout);
    name_paths(&layout);
}
