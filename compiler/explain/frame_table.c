/* The frames of a file as tables, for --frames: offset, size, name, type and reason of each field.
 *
 * Offsets follow from what output/function.c declares, by C's rules on LP64: the header, the
 * result, then the lanes, each a union of groups, each group a struct. Fields with one offset share
 * storage. Where a size or an alignment is not known here (attributes, types that only the C
 * compiler can measure), it and what follows are shown as `?`. */
#include <inttypes.h>
#include <string.h>

#include "explain/frames.h"
#include "lower/lower.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"

enum { BASE_SIZE = 24, BASE_ALIGNMENT = 8, QUALIFIERS = QUAL_CONST | QUAL_RESTRICT };

struct extent {
    uint64_t size, alignment; /* alignment 0: not known */
};

struct row {
    bool is_known;
    uint64_t offset;
    struct extent extent;
    const char *name, *type, *reason;
};

struct table {
    struct text *out;
    const struct lowered *lowered;
    const struct function *function;
    struct extent *frames; /* of all functions, by index, as far as they are printed */
    struct row *rows;
    size_t count, capacity;
};

/* --- extents */

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

/* Adds a member behind the others; its offset. */
static uint64_t append(struct extent *whole, struct extent member)
{
    if (!whole->alignment || !member.alignment) {
        whole->alignment = 0;
        return 0;
    }
    uint64_t offset = round_up(whole->size, member.alignment);
    whole->size = offset + member.size;
    if (member.alignment > whole->alignment)
        whole->alignment = member.alignment;
    return offset;
}

static struct extent closed(struct extent whole)
{
    if (whole.alignment)
        whole.size = round_up(whole.size, whole.alignment);
    return whole;
}

static struct extent type_extent(const struct type *type)
{
    struct extent extent = {type_size(type), type_alignment(type)};
    if (!extent.size)
        extent.alignment = 0;
    return extent;
}

static struct extent child_extent(const struct table *table, const struct slot *slot)
{
    const struct lowered *lowered = table->lowered;
    const struct function *child = lowered_function(lowered, slot->child);
    if (child && slot->form == SUSPEND_CHILD)
        return table->frames[child->index];
    const char *tag = arena_format(lowered->arena, "%s__%s", stem_of(lowered, slot->child),
                                   slot->form == SUSPEND_WAIT ? "wait" : "frame");
    const struct symbol *symbol =
        check_file_tag(lowered->check, name_of(lowered->check->names, tag));
    return symbol ? type_extent(symbol->type) : (struct extent){0, 0};
}

/* Of a variable that is the frame of a generator. */
static struct extent generator_extent(const struct table *table, const struct variable *variable)
{
    const struct function *child = lowered_function(table->lowered, variable->child);
    return child ? table->frames[child->index] : type_extent(variable->type);
}

static struct extent variable_extent(const struct table *table, const struct variable *variable)
{
    struct extent extent = type_extent(variable->type);
    if (extent.alignment)
        extent.alignment = field_alignment_value(table->lowered, variable);
    return extent;
}

static struct extent slot_extent(const struct table *table, const struct slot *slot)
{
    if (slot->variable && slot->variable->child)
        return generator_extent(table, slot->variable);
    if (slot->variable)
        return variable_extent(table, slot->variable);
    return slot->child ? child_extent(table, slot) : (struct extent){8, 8};
}

static struct extent group_extent(const struct table *table, const struct group *group)
{
    struct extent extent = {0, 1};
    for (const struct slot *slot = group->first; slot; slot = slot->next)
        append(&extent, slot_extent(table, slot));
    return closed(extent);
}

/* The groups of a lane share storage; slots that share with none are members of the frame. */
static bool is_union(const struct lane *lane)
{
    return lane->is_await || lane->groups->next;
}

static struct extent lane_extent(const struct table *table, const struct lane *lane)
{
    struct extent extent = {0, 1};
    for (const struct group *group = lane->groups; group; group = group->next) {
        struct extent member = group_extent(table, group);
        if (!member.alignment)
            return (struct extent){0, 0};
        if (member.size > extent.size)
            extent.size = member.size;
        if (member.alignment > extent.alignment)
            extent.alignment = member.alignment;
    }
    return closed(extent);
}

/* --- reasons */

static unsigned line_of(const struct table *table, const struct node *node)
{
    return source_line(table->lowered->check->source, node->start).line;
}

static bool is_needed_at(const struct slot *slot, const struct suspension *suspension)
{
    if (!slot->variable)
        return suspension->slot == slot;
    const struct point_set *live = &slot->variable->live;
    return live->words && live->words[suspension->point / 64] >> suspension->point % 64 & 1;
}

/* `in lines 3, 5, 7`; false where there is none. */
static bool put_lines(struct text *text, const struct table *table, const struct slot *slot)
{
    const struct function *function = table->function;
    struct text lines = {0};
    unsigned last = 0, number = 0;
    for (size_t i = 0; i < function->suspension_count; i++) {
        const struct suspension *suspension = function->suspensions[i];
        unsigned line = line_of(table, suspension->node);
        if (!is_needed_at(slot, suspension) || line == last)
            continue;
        text_printf(&lines, "%s%u", number++ ? ", " : "", line);
        last = line;
    }
    if (number)
        text_printf(text, "in line%s %s", number > 1 ? "s" : "", lines.data);
    text_free(&lines);
    return number > 0;
}

static void put_variable_reason(struct text *text, const struct table *table,
                                const struct slot *slot)
{
    struct text lines = {0};
    const struct variable *variable = slot->variable;
    text_puts(text, variable->kind == VARIABLE_PARAMETER   ? "parameter"
                    : variable->kind == VARIABLE_TEMPORARY ? "value of an expression"
                                                           : "variable");
    if (put_lines(&lines, table, slot))
        text_printf(text, ", live across the await %s", lines.data);
    else if (variable->is_early)
        text_puts(text, ", named before it is declared");
    if (variable->symbol->is_address_taken)
        text_puts(text, ", address taken");
    text_free(&lines);
}

static const char *reason_of(const struct table *table, const struct slot *slot)
{
    struct text text = {0};
    if (slot->variable) {
        put_variable_reason(&text, table, slot);
    } else {
        text_puts(&text, !slot->child                 ? "handle that is awaited "
                         : slot->form == SUSPEND_WAIT ? "wait of the runtime "
                                                      : "frame of the child awaited ");
        put_lines(&text, table, slot);
    }
    const char *reason = arena_copy(table->lowered->arena, text.data, text.length);
    text_free(&text);
    return reason;
}

/* --- rows */

static void add_row(struct table *table, const struct extent *frame, uint64_t offset,
                    struct extent extent, const char *name, const char *type, const char *reason)
{
    table->rows = arena_grow(table->lowered->arena, table->rows, table->count, &table->capacity,
                             sizeof *table->rows);
    table->rows[table->count++] =
        (struct row){frame->alignment && extent.alignment, offset, extent, name, type, reason};
}

static const char *text_of_type(const struct table *table, const struct type *type)
{
    struct text text = {0};
    type_print(&text, type, NULL, false, QUALIFIERS);
    const char *words = arena_copy(table->lowered->arena, text.data, text.length);
    text_free(&text);
    return words;
}

static const char *slot_type(const struct table *table, const struct slot *slot)
{
    if (slot->variable)
        return text_of_type(table, slot->variable->type);
    if (!slot->child)
        return "a future";
    return arena_format(table->lowered->arena, "%s()", slot->child->name);
}

/* The group's rows, `base` bytes from the start of the frame. */
static void add_group(struct table *table, const struct extent *frame, const struct group *group,
                      uint64_t base)
{
    struct extent so_far = {0, 1};
    for (const struct slot *slot = group->first; slot; slot = slot->next) {
        struct extent extent = slot_extent(table, slot);
        uint64_t offset = base + append(&so_far, extent);
        const struct extent *known = so_far.alignment ? frame : &so_far;
        add_row(table, known, offset, extent, slot->path, slot_type(table, slot),
                reason_of(table, slot));
    }
}

static void add_lane(struct table *table, struct extent *frame, const struct lane *lane)
{
    if (is_union(lane)) {
        uint64_t base = append(frame, lane_extent(table, lane));
        for (const struct group *group = lane->groups; group; group = group->next)
            add_group(table, frame, group, base);
        return;
    }
    for (const struct slot *slot = lane->groups->first; slot; slot = slot->next) {
        struct extent extent = slot_extent(table, slot);
        uint64_t offset = append(frame, extent);
        add_row(table, frame, offset, extent, slot->path, slot_type(table, slot),
                reason_of(table, slot));
    }
}

static void add_member(struct table *table, struct extent *frame, const struct type *type,
                       const char *name, const char *reason)
{
    if (!type || type_is_void(type))
        return;
    struct extent extent = type_extent(type);
    uint64_t offset = append(frame, extent);
    add_row(table, frame, offset, extent, name, text_of_type(table, type), reason);
}

static void add_generator_rows(struct table *table, struct extent *frame)
{
    const struct function *function = table->function;
    add_member(table, frame, function->result, "result", "how it ended");
    add_member(table, frame, function->result, "thrown", "error thrown in");
    add_member(table, frame, function->yielded, "value", "what it yielded");
    add_member(table, frame, function->sent, "sent", "what was sent to it");
    if (function->detaches) {
        const struct extent scopes = {16, 8}, mark = {8, 8};
        uint64_t offset = append(frame, scopes);
        add_row(table, frame, offset, scopes, "scopes", "", "that come off at a yield");
        offset = append(frame, mark);
        add_row(table, frame, offset, mark, "mark", "", "the scope around whoever advances it");
    }
}

static struct extent add_rows(struct table *table)
{
    struct extent frame = {0, 1};
    append(&frame, (struct extent){BASE_SIZE, BASE_ALIGNMENT});
    add_row(table, &frame, 0, frame, "base", "", "header: resume function, caller, state");
    const struct type *result = table->function->result;
    if (function_is_generator(table->function))
        add_generator_rows(table, &frame);
    else if (!type_is_void(result)) {
        struct extent extent = type_extent(result);
        uint64_t offset = append(&frame, extent);
        add_row(table, &frame, offset, extent, "result", text_of_type(table, result), "result");
    }
    for (const struct lane *lane = table->function->lanes; lane; lane = lane->next)
        add_lane(table, &frame, lane);
    return closed(frame);
}

/* --- printing */

static void put_number(struct text *out, int width, bool is_known, uint64_t number)
{
    if (is_known)
        text_printf(out, "%*" PRIu64, width, number);
    else
        text_printf(out, "%*s", width, "?");
}

static int widest(const struct table *table, bool types)
{
    size_t width = 0;
    for (size_t i = 0; i < table->count; i++) {
        size_t length = strlen(types ? table->rows[i].type : table->rows[i].name);
        width = length > width ? length : width;
    }
    enum { MOST = 32 };
    return width < MOST ? (int)width : MOST;
}

static void print_rows(const struct table *table)
{
    int names = widest(table, false), types = widest(table, true);
    text_puts(table->out, "  offset   size  field\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        put_number(table->out, 8, row->is_known, row->offset);
        put_number(table->out, 7, row->extent.alignment != 0, row->extent.size);
        text_printf(table->out, "  %-*s  %-*s  %s\n", names, row->name, types, row->type,
                    row->reason);
    }
}

void frames_print(struct text *out, const struct lowered *lowered)
{
    struct table table = {.out = out, .lowered = lowered};
    table.frames = arena_alloc(lowered->arena, (lowered->count + 1) * sizeof *table.frames);
    for (size_t i = 0; i < lowered->count; i++) {
        table.function = lowered->by_frame[i];
        table.count = 0;
        struct extent frame = add_rows(&table);
        table.frames[table.function->index] = frame;
        text_printf(out, "%s%s, line %u: ", i ? "\n" : "", table.function->name,
                    line_of(&table, table.function->node));
        put_number(out, 0, frame.alignment != 0, frame.size);
        text_puts(out, " bytes\n");
        print_rows(&table);
    }
}
