/* Structs, unions and enums of the file that have no name, where the output needs one: a typedef's,
 * or the type of an expression that reaches what was declared with it.
 *
 *     static enum { OFF, ON } state;                   __typeof__(state)
 *     static const struct { int n; } table[2];         __typeof__((void)0, (*table))
 *     struct s { struct { int n; } *in; };             __typeof__((*(*(struct s *)0).in)) */
#include "semantic/symbol.h"
#include "semantic/type.h"
#include "support/text.h"

/* One step of the way, from the last to the first. */
struct way {
    const struct way *before;
    bool is_call;
    const char *member;         /* NULL: what is pointed to, or */
    const struct symbol *first; /* the variable or typedef that it begins with, or */
    const struct type *holder;  /* the struct that it begins in */
};

static const struct type *base_of(const struct type *type)
{
    return type->unqualified ? type->unqualified : type;
}

static bool is_named(const struct type *type)
{
    return type->name || type->alias || type->bearer || (type->symbol && type->symbol->output_name);
}

static void put_way(struct text *out, const struct way *way)
{
    if (way->first && way->first->kind != SYMBOL_TYPEDEF) {
        text_puts(out, way->first->name);
    } else if (way->first || way->holder) {
        text_puts(out, "(*(");
        type_print(out, way->first ? way->first->type : way->holder, NULL, true, 0);
        text_puts(out, " *)0)");
    } else if (way->member) {
        put_way(out, way->before);
        text_printf(out, ".%s", way->member);
    } else {
        text_puts(out, way->is_call ? "" : "(*");
        put_way(out, way->before);
        text_puts(out, way->is_call ? "()" : ")");
    }
}

/* Goes from what is of type `from` to what is of the wanted one, and writes that. */
static bool put_behind(struct text *out, const struct type *from, const struct type *wanted,
                       const struct way *way)
{
    unsigned qualifiers = type_qualifiers(from);
    from = type_resolve(from);
    if (base_of(from) == wanted) { /* the value of an expression has no qualifiers */
        text_puts(out, qualifiers ? "__typeof__((void)0, " : "__typeof__(");
        put_way(out, way);
        text_put(out, ')');
        return true;
    }
    struct way next = {.before = way, .is_call = from->kind == TYPE_FUNCTION};
    bool is_callable = from->kind == TYPE_FUNCTION && !from->parameter_count && !from->is_async;
    return (from->kind == TYPE_POINTER || from->kind == TYPE_ARRAY || is_callable) &&
           put_behind(out, from->target, wanted, &next);
}

/* Of what stands in a struct without a name that is no member of its own, all is in the one around
 * that. */
static const struct type *holder_of(const struct type *type)
{
    const struct type *owner = type->owner;
    while (owner && !is_named(owner) && owner->owner) {
        bool is_nameless = false;
        for (size_t i = 0; i < owner->owner->field_count; i++) {
            const struct field *field = &owner->owner->fields[i];
            is_nameless |= !field->name && base_of(type_resolve(field->type)) == owner;
        }
        if (!is_nameless)
            break;
        owner = owner->owner;
    }
    return owner;
}

bool type_print_reached(struct text *out, const struct type *type)
{
    type = base_of(type);
    if (type->alias) {
        text_puts(out, written_name(type->alias));
        return true;
    }
    if (type->bearer) {
        const struct way way = {.first = type->bearer};
        return put_behind(out, type->bearer->type, type, &way);
    }
    const struct type *holder = holder_of(type);
    const struct way way = {.holder = holder};
    for (size_t i = 0; type->owner && i < type->owner->field_count; i++) {
        const struct field *field = &type->owner->fields[i];
        const struct way member = {.before = &way, .member = field->name};
        if (field->name && field->bits < 0 && put_behind(out, field->type, type, &member))
            return true;
    }
    return false;
}
