/* Storing a value in a frame, where C would have initialised an object of its own: assignment does
 * for most types; arrays, and structs with const members, are copied from a literal. C++, which may
 * read headers, has no literals with an address; there an object takes the literal's part. */
#include "output/node.h"

#include <string.h>

#include "support/text.h"

enum { PLAIN = QUAL_CONST | QUAL_VOLATILE | QUAL_RESTRICT | QUAL_ATOMIC };

/* `{}` and `{0}`. */
static bool is_zero_list(const struct emitter *e, const struct node *value)
{
    if (value->kind != NODE_INITIALIZER_LIST || value->count > 1)
        return false;
    if (value->count == 0)
        return true;
    const struct node *only = value->kid[0];
    return only->kind == NODE_NUMBER && only->end - only->start == 1 && e->code[only->start] == '0';
}

/* `T name`, or the type alone. */
static void put_type(struct emitter *e, const struct type *type, const char *name)
{
    struct text text = {0};
    type_print(&text, type, name, true, name ? PLAIN & ~QUAL_CONST : PLAIN);
    write_string(&e->writer, text.data);
    text_free(&text);
}

const char *void_cast(const struct type *type)
{
    bool is_lost = type_element_qualifiers(type) & (QUAL_VOLATILE | QUAL_RESTRICT);
    return is_lost ? "(void *)" : "";
}

static void copy_object(struct emitter *e, const char *place, const struct type *type,
                        struct node *value)
{
    const char *initial = fresh_name(e->lowered, "initial");
    write_string(&e->writer, "__extension__({ ");
    put_type(e, type, initial);
    write_string(&e->writer, " = ");
    emit_in_parens(e, value);
    write_format(&e->writer, "; __builtin_memcpy((void *)&%s, &%s, sizeof %s); })", place, initial,
                 initial);
}

/* What the bytes are copied from: an array literal, of the array itself or of one struct; or the
 * literal that the array is initialised with (GNU C). */
static void put_literal(struct emitter *e, const struct type *type, struct node *value)
{
    bool is_array = type_resolve(type)->kind == TYPE_ARRAY;
    bool is_braced = is_array && value->kind == NODE_INITIALIZER_LIST;
    bool is_object = is_array && !is_braced && skip_parens(value)->kind != NODE_STRING;
    if (!is_object) {
        write_string(&e->writer, "(");
        put_type(e, type, NULL);
        write_string(&e->writer, is_array ? ")" : "[1])");
    }
    write_string(&e->writer, is_object || is_braced ? "" : "{");
    emit_in_parens(e, value);
    write_string(&e->writer, is_object || is_braced ? "" : "}");
}

static void copy_literal(struct emitter *e, const char *place, const struct type *type,
                         struct node *value)
{
    bool is_array = type_resolve(type)->kind == TYPE_ARRAY;
    write_format(&e->writer, "__builtin_memcpy(%s%s%s, ", void_cast(type), is_array ? "" : "&",
                 place);
    put_literal(e, type, value);
    write_format(&e->writer, ", sizeof %s)", place);
}

void emit_store(struct emitter *e, const char *place, const struct type *type, struct node *value)
{
    const struct type *resolved = type_resolve(type);
    bool is_array = resolved->kind == TYPE_ARRAY;
    if (is_zero_list(e, value) && (is_array || resolved->kind == TYPE_STRUCT)) {
        write_format(&e->writer, "__builtin_memset(%s%s%s, 0, sizeof %s)", void_cast(type),
                     is_array ? "" : "&", place, place);
    } else if (is_array || type_has_const_member(resolved)) {
        (e->header ? copy_object : copy_literal)(e, place, type, value);
    } else {
        write_format(&e->writer, "%s = ", place);
        if (value->kind == NODE_INITIALIZER_LIST) {
            write_string(&e->writer, "(");
            put_type(e, type, NULL);
            write_string(&e->writer, ")");
        }
        emit_in_parens(e, value);
    }
}

/* Groups of one lane overlap. */
static bool share_storage(const struct slot *a, const struct slot *b)
{
    return a && b && a->lane == b->lane && a->group != b->group;
}

bool emit_move(struct emitter *e, const struct variable *target, struct node *value)
{
    const struct variable *source = writes_frame(e) ? moved_from(e->function, target, value) : NULL;
    if (!source)
        return false;
    bool is_read = source->kind == VARIABLE_RESULT;
    if (!share_storage(target->slot, is_read ? source->suspension->slot : source->slot))
        return false;
    write_string(&e->writer, "__builtin_memmove(&");
    emit_variable(e, target);
    write_string(&e->writer, ", &");
    emit_variable(e, source);
    write_string(&e->writer, ", sizeof ");
    emit_variable(e, target);
    write_string(&e->writer, ")");
    return true;
}

static bool begins_with_container(const struct type *type)
{
    type = type_resolve(type);
    while (type->kind == TYPE_STRUCT && type->field_count)
        type = type_resolve(type->fields[0].type);
    return type_is_container(type);
}

static bool lies_on_container(const struct variable *variable)
{
    const struct slot *slot = variable->slot;
    for (const struct group *group = slot->lane->groups; group; group = group->next)
        if (group != slot->group && group->first->variable &&
            begins_with_container(group->first->variable->type))
            return true;
    return false;
}

/* Where an array lies in the place of a container, gcc 12 may take its address for that of the
 * container's first member, which inline functions hand on, and then warns of what is written there
 * (-Wstringop-overflow). An address made of the frame's has no such member. */
static bool emit_unnamed_store(struct emitter *e, const struct variable *variable,
                               struct node *value)
{
    bool is_array = type_resolve(variable->type)->kind == TYPE_ARRAY;
    if (!is_array || e->header || !lies_on_container(variable))
        return false;
    bool is_zero = is_zero_list(e, value);
    write_format(&e->writer, "__builtin_%s((char *)%s + __builtin_offsetof(struct %s__frame, %s), ",
                 is_zero ? "memset" : "memcpy", variable->function->self, variable->function->stem,
                 variable->slot->path);
    if (is_zero)
        write_string(&e->writer, "0");
    else
        put_literal(e, variable->type, value);
    write_string(&e->writer, ", sizeof ");
    emit_variable(e, variable);
    write_string(&e->writer, ")");
    return true;
}

void emit_parts(struct emitter *e, const struct variable *variable, const char *place,
                const char *whole)
{
    for (size_t i = 0; i < variable->parts->field_count; i++) {
        const char *name = variable->parts->fields[i].name;
        write_line_break(&e->writer);
        write_format(&e->writer, "%1$s.%3$s = %2$s.%3$s;", place, whole, name);
    }
}

/* What the variable begins with, where only some members of it are kept. */
static bool emit_parts_store(struct emitter *e, const struct variable *variable, struct node *value)
{
    if (!variable->parts)
        return false;
    const char *initial = fresh_name(e->lowered, "initial");
    write_string(&e->writer, "__extension__({");
    e->writer.indent += 4;
    write_line_break(&e->writer);
    put_type(e, variable->type, initial);
    write_string(&e->writer, " = ");
    emit_in_parens(e, value);
    write_string(&e->writer, ";");
    emit_parts(e, variable, variable_place(e, variable), initial);
    e->writer.indent -= 4;
    write_line_break(&e->writer);
    write_string(&e->writer, "})");
    return true;
}

void emit_variable_store(struct emitter *e, const struct variable *variable, struct node *value)
{
    if (!emit_move(e, variable, value) && !emit_parts_store(e, variable, value) &&
        !emit_unnamed_store(e, variable, value))
        emit_store(e, variable_place(e, variable), variable->type, value);
}
