/* The frames of a file as tables, for --frames: offset, size, name, type and reason of each field.
 * What is not known of them (explain/fields.c) is shown as `?`. */
#include <inttypes.h>
#include <string.h>

#include "explain/fields.h"
#include "explain/frames.h"
#include "lower/lower.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

enum { QUALIFIERS = QUAL_CONST | QUAL_RESTRICT };

struct row {
    const struct frame_field *field;
    const char *type;
};

struct table {
    struct text *out;
    const struct lowered *lowered;
    const struct function *function;
    struct row *rows;
    size_t count;
};

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

/* ` (its n, id)`, if that is all that is kept. */
static void put_parts(struct text *text, const struct variable *variable)
{
    const struct type *parts = variable->parts;
    for (size_t i = 0; parts && i < parts->field_count; i++)
        text_printf(text, "%s%s", i ? ", " : " (its ", parts->fields[i].name);
    text_puts(text, parts ? ")" : "");
}

static void put_variable_reason(struct text *text, const struct table *table,
                                const struct slot *slot)
{
    struct text lines = {0};
    const struct variable *variable = slot->variable;
    text_puts(text, variable->kind == VARIABLE_PARAMETER   ? "parameter"
                    : variable->kind == VARIABLE_TEMPORARY ? "value of an expression"
                    : variable->kind == VARIABLE_RETURNED  ? "result"
                                                           : "variable");
    put_parts(text, variable);
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

static const char *text_of_type(const struct table *table, const struct type *type)
{
    struct text text = {0};
    type_print(&text, type, NULL, false, QUALIFIERS);
    const char *words = arena_copy(table->lowered->arena, text.data, text.length);
    text_free(&text);
    return words;
}

static const char *field_type(const struct table *table, const struct frame_field *field)
{
    const struct slot *slot = field->slot;
    if (!slot)
        return field->type ? text_of_type(table, field->type) : "";
    if (slot->variable)
        return text_of_type(table, slot->variable->type);
    return slot->child ? arena_format(table->lowered->arena, "%s()", slot->child->name)
                       : "a future";
}

static void make_rows(struct table *table, const struct frame *frame)
{
    table->count = frame->count;
    table->rows = arena_alloc(table->lowered->arena, frame->count * sizeof *table->rows);
    for (size_t i = 0; i < frame->count; i++)
        table->rows[i] = (struct row){&frame->fields[i], field_type(table, &frame->fields[i])};
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
        size_t length = strlen(types ? table->rows[i].type : table->rows[i].field->name);
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
        const struct frame_field *field = table->rows[i].field;
        put_number(table->out, 8, field->is_placed, field->offset);
        put_number(table->out, 7, field->extent.is_known, field->extent.size);
        text_printf(table->out, "  %-*s  %-*s  %s\n", names, field->name, types,
                    table->rows[i].type,
                    field->slot ? reason_of(table, field->slot) : field->purpose);
    }
}

void frames_print(struct text *out, const struct lowered *lowered)
{
    const struct frame *frames = frames_measure(lowered);
    struct table table = {.out = out, .lowered = lowered};
    for (size_t i = 0; frames && i < lowered->count; i++) {
        table.function = lowered->by_frame[i];
        const struct frame *frame = &frames[table.function->index];
        text_printf(out, "%s%s, line %u: ", i ? "\n" : "", table.function->name,
                    line_of(&table, table.function->node));
        put_number(out, 0, frame->extent.is_known, frame->extent.size);
        text_puts(out, " bytes\n");
        make_rows(&table, frame);
        print_rows(&table);
    }
}
