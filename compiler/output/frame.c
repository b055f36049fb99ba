/* `struct f__frame`: the head, the result, then the lanes (lower/frame.c), each a union of groups.
 */
#include "output/node.h"

#include <string.h>

#include "output/skip.h"
#include "support/names.h"
#include "support/text.h"

void put_declaration(struct emitter *e, const struct type *type, const char *name, unsigned drop)
{
    struct text text = {0};
    type_print(&text, type, name, true, drop);
    write_text(&e->writer, text.data, text.length);
    text_free(&text);
}

bool returns_value(const struct function *function)
{
    return !type_is_void(function->result);
}

/* --- types that fields hide */

/* Fields that any frame may have; the others have names that hide no type (lower/frame.c). */
static const char *const own_fields[] = {"base", "result", "thrown", "value",
                                         "sent", "scopes", "mark",   "await"};

static bool is_typedef(const struct emitter *e, const char *name)
{
    const struct symbol *symbol = check_file_symbol(e->check, name_of(e->check->names, name));
    return symbol && symbol->kind == SYMBOL_TYPEDEF;
}

/* In a struct of C++ a field `value` hides the type of that name, which has another one there. */
static bool is_hidden_type(const struct emitter *e, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof own_fields / sizeof *own_fields; i++)
        if (strlen(own_fields[i]) == length && !memcmp(own_fields[i], name, length))
            return is_typedef(e, own_fields[i]);
    return false;
}

static void put_aliases(struct emitter *e)
{
    for (size_t i = 0; i < sizeof own_fields / sizeof *own_fields; i++) {
        if (!is_typedef(e, own_fields[i]))
            continue;
        write_line_break(&e->writer);
        write_format(&e->writer, "typedef %1$s %1$s__type;", own_fields[i]);
    }
}

/* Whether the word that the text ends with makes a tag of the next one. */
static bool ends_with_tag(const struct text *text)
{
    static const char *const words[] = {"struct ", "union ", "enum "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if (text->length >= length && !memcmp(text->data + text->length - length, words[i], length))
            return true;
    }
    return false;
}

/* The same declaration by types that no field hides; `mark` stands where the name does. */
static void reveal(struct emitter *e, const struct text *declaration, char mark, const char *name,
                   struct text *out)
{
    const char *at = declaration->data, *end = at + declaration->length, *behind;
    for (; at < end; at = behind) {
        behind = skip_token(at, end);
        size_t length = (size_t)(behind - at);
        bool is_hidden = is_hidden_type(e, at, length) && !ends_with_tag(out);
        if (*at == mark)
            text_puts(out, name);
        else
            text_write(out, at, length);
        text_puts(out, is_hidden ? "__type" : "");
    }
}

static void put_field(struct emitter *e, const struct type *type, const char *name)
{
    static const char mark[] = "@";
    struct text declaration = {0}, text = {0};
    if (!e->header) {
        put_declaration(e, type, name, FRAME_DROP);
        return;
    }
    type_print(&declaration, type, mark, true, FRAME_DROP);
    reveal(e, &declaration, *mark, name, &text);
    write_text(&e->writer, text.data, text.length);
    text_free(&declaration);
    text_free(&text);
}

/* --- fields */

/* Whether the C compiler may have something to say of the type, its name or its size. */
static bool is_remarkable(const struct type *type)
{
    while (type->kind == TYPE_POINTER)
        type = type->target;
    return type_resolve(type) != type || type_is_tagged(type) || type->kind == TYPE_ARRAY;
}

/* What it says is about the declaration, or the expression of which a temporary keeps the value. */
static void put_declared_place(struct emitter *e, const struct variable *variable)
{
    bool is_aligned = field_alignment(e->lowered, variable) != NULL;
    const struct node *place = variable->symbol->node;
    if (!place && variable->type->kind == TYPE_TYPEOF)
        place = variable->type->node;
    if (!place || (!is_aligned && !is_remarkable(variable->type)))
        return;
    write_place(&e->writer, place->start, false);
    e->writer.place_file = NULL;
}

/* It may speak of locals: `_Alignas(sizeof s)`. */
static void put_alignment(struct emitter *e, const struct variable *variable)
{
    e->hoisting = e->has_local_types = true;
    emit_node(e, field_alignment(e->lowered, variable));
    e->hoisting = e->has_local_types = false;
}

static void put_slot(struct emitter *e, const struct slot *slot)
{
    if (slot->variable) {
        put_declared_place(e, slot->variable);
        put_alignment(e, slot->variable);
        put_field(e, field_type_of(slot->variable), slot->name);
    } else if (!slot->child) {
        write_format(&e->writer, "struct async_future *%s", slot->name);
    } else {
        write_format(&e->writer, "struct %s__%s %s", stem_of(e->lowered, slot->child),
                     slot->form == SUSPEND_WAIT ? "wait" : "frame", slot->name);
    }
    write_string(&e->writer, ";");
}

static void put_group(struct emitter *e, const struct group *group)
{
    bool several = group->first->next != NULL;
    write_line_break(&e->writer);
    if (several) {
        write_string(&e->writer, "struct {");
        e->writer.indent += 4;
        write_line_break(&e->writer);
    }
    for (const struct slot *slot = group->first; slot; slot = slot->next) {
        put_slot(e, slot);
        if (slot->next)
            write_line_break(&e->writer);
    }
    if (several) {
        e->writer.indent -= 4;
        write_line_break(&e->writer);
        write_string(&e->writer, "};");
    }
}

static void put_lane(struct emitter *e, const struct lane *lane)
{
    if (!lane->is_await && !lane->groups->next) {
        for (const struct slot *slot = lane->groups->first; slot; slot = slot->next) {
            write_line_break(&e->writer);
            put_slot(e, slot);
        }
        return;
    }
    write_line_break(&e->writer);
    write_string(&e->writer, "union {");
    e->writer.indent += 4;
    for (const struct group *group = lane->groups; group; group = group->next)
        put_group(e, group);
    e->writer.indent -= 4;
    write_line_break(&e->writer);
    write_string(&e->writer, lane->is_await ? "} await;" : "};");
}

/* What the protocol says of every generator (async/generator.h). */
static void put_generator_members(struct emitter *e, const struct function *function)
{
    write_line_break(&e->writer);
    write_string(&e->writer, "int result, thrown;");
    if (!type_is_void(function->yielded)) {
        write_line_break(&e->writer);
        put_field(e, function->yielded, "value");
        write_string(&e->writer, ";");
    }
    if (function->sent) {
        write_line_break(&e->writer);
        put_field(e, function->sent, "sent");
        write_string(&e->writer, ";");
    }
    if (function->detaches) {
        write_line_break(&e->writer);
        write_string(&e->writer, "struct async_scopes scopes;");
        write_line_break(&e->writer);
        write_string(&e->writer, "struct async_scope *mark;");
    }
}

/* `struct { int n; char text[]; }` */
static bool is_open_ended(const struct type *type)
{
    type = type ? type_resolve(type) : NULL;
    bool is_union = type && type->kind == TYPE_UNION;
    if (!type || !type->field_count)
        return type && type->kind == TYPE_ARRAY && type->array_size == ARRAY_INCOMPLETE;
    for (size_t i = is_union ? 0 : type->field_count - 1; i < type->field_count; i++)
        if (is_open_ended(type->fields[i].type))
            return true;
    return false;
}

static unsigned traits_of_type(const struct type *type)
{
    bool is_open = type && is_open_ended(type);
    while (type && type_resolve(type)->kind == TYPE_ARRAY)
        type = type_resolve(type)->target;
    bool is_const = type && type_has_const_member(type);
    return (is_open ? FRAME_IS_OPEN_ENDED : 0) | (is_const ? FRAME_HAS_CONST : 0);
}

static unsigned traits_of_slot(const struct lowered *lowered, const struct slot *slot)
{
    const struct symbol *child = slot->variable ? slot->variable->child : slot->child;
    const struct function *function = child ? lowered_function(lowered, child) : NULL;
    return (function ? function->frame_traits : 0) |
           (slot->variable ? traits_of_type(slot->variable->type) : 0);
}

/* Frames that it embeds are known already. */
void judge_frame(const struct lowered *lowered, struct function *function)
{
    function->frame_traits = traits_of_type(function->result) | traits_of_type(function->yielded) |
                             traits_of_type(function->sent);
    for (const struct lane *lane = function->lanes; lane; lane = lane->next)
        for (const struct group *group = lane->groups; group; group = group->next)
            for (const struct slot *slot = group->first; slot; slot = slot->next)
                function->frame_traits |= traits_of_slot(lowered, slot);
}

bool wants_value(const struct emitter *e, const struct variable *variable)
{
    const struct function *child =
        variable->child ? lowered_function(e->lowered, variable->child) : NULL;
    unsigned traits = traits_of_type(variable->type) | (child ? child->frame_traits : 0);
    return e->header && traits & FRAME_HAS_CONST;
}

/* To clang, what follows such a thing is an extension. */
static void put_quiet(struct emitter *e, const struct function *function, const char *pragmas)
{
    if (!(function->frame_traits & FRAME_IS_OPEN_ENDED))
        return;
    write_format(&e->writer, "\n#ifdef __clang__\n%s#endif\n", pragmas);
    e->writer.file = NULL;
}

void put_frame(struct emitter *e, struct function *function)
{
    e->writer.indent = 0;
    e->function = function;
    if (e->header)
        put_aliases(e);
    put_quiet(e, function,
              "#pragma clang diagnostic push\n"
              "#pragma clang diagnostic ignored \"-Wgnu-variable-sized-type-not-at-end\"\n");
    write_line_break(&e->writer);
    write_place(&e->writer, function->node->start, false);
    e->writer.place_file = NULL;
    write_format(&e->writer, "struct %s__frame {", function->stem);
    e->writer.indent = 4;
    write_line_break(&e->writer);
    write_string(&e->writer, "struct async_frame base;");
    if (function_is_generator(function)) {
        put_generator_members(e, function);
    } else if (returns_value(function) && !function->returned) {
        write_line_break(&e->writer);
        put_field(e, function->result, "result");
        write_string(&e->writer, ";");
    }
    for (const struct lane *lane = function->lanes; lane; lane = lane->next)
        put_lane(e, lane);
    e->writer.indent = 0;
    write_line_break(&e->writer);
    write_string(&e->writer, "};");
    put_quiet(e, function, "#pragma clang diagnostic pop\n");
    write_line_break(&e->writer);
    e->function = NULL;
}
