/* Types as text: C's declarator syntax, inside out.
 *
 * The declarator is built around the name while walking from the type inwards to the base: a
 * pointer puts `*` before what is there, an array or function appends (in parentheses if a `*`
 * came last). What remains is the base type's words, written in front. Typedefs end the walk: their
 * name is the base. Each of the language's formers is either a base of its own (`future(int)`) or,
 * lowered, what it is in C. */
#include <string.h>

#include "semantic/symbol.h"
#include "semantic/type.h"
#include "support/arena.h"
#include "support/text.h"

static const char *const simple_words[] = {
    [TYPE_UNKNOWN] = "__typeof__(0)",
    [TYPE_VOID] = "void",
    [TYPE_BOOL] = "_Bool",
    [TYPE_CHAR] = "char",
    [TYPE_SCHAR] = "signed char",
    [TYPE_UCHAR] = "unsigned char",
    [TYPE_SHORT] = "short",
    [TYPE_USHORT] = "unsigned short",
    [TYPE_INT] = "int",
    [TYPE_UINT] = "unsigned int",
    [TYPE_LONG] = "long",
    [TYPE_ULONG] = "unsigned long",
    [TYPE_LLONG] = "long long",
    [TYPE_ULLONG] = "unsigned long long",
    [TYPE_INT128] = "__int128",
    [TYPE_UINT128] = "unsigned __int128",
    [TYPE_FLOAT] = "float",
    [TYPE_DOUBLE] = "double",
    [TYPE_LDOUBLE] = "long double",
    [TYPE_NULLPTR] = "__typeof__(nullptr)",
};

static const char *const former_words[] = {
    [TYPE_FUTURE] = "future",
    [TYPE_GENERATOR] = "generator",
    [TYPE_QUEUE] = "queue",
    [TYPE_LIST] = "list",
    [TYPE_SET] = "set",
    [TYPE_DICT] = "dict",
    [TYPE_CONTEXTVAR] = "contextvar",
};

static void put_qualifiers(struct text *out, unsigned qualifiers)
{
    static const char *const words[] = {"const", "volatile", "restrict", "_Atomic"};
    for (unsigned i = 0; i < 4; i++)
        if (qualifiers & 1U << i)
            text_printf(out, "%s ", i == 2 ? "restrict" : words[i]);
}

/* --- the language's formers as C */

/* The C type that a former becomes, without the pointer that handles are. */
static void put_lowered_former(struct text *out, const struct type *type)
{
    if (type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_DICT) {
        text_puts(out, "struct async_");
        type_tag(out, type);
    } else {
        text_printf(out, "struct async_%s", former_words[type->kind]);
    }
}

static bool is_lowered_to_pointer(const struct type *type)
{
    return type->kind == TYPE_FUTURE || type->kind == TYPE_GENERATOR || type->kind == TYPE_QUEUE;
}

static void put_former(struct text *out, const struct type *type)
{
    if (type->is_async)
        text_puts(out, "async ");
    text_printf(out, "%s(", former_words[type->kind]);
    if (type->target)
        type_print(out, type->target, NULL, false, 0);
    if (type->sent) {
        text_puts(out, ", ");
        type_print(out, type->sent, NULL, false, 0);
    }
    text_put(out, ')');
}

/* --- base types */

static const char *given_name(const struct type *type)
{
    if (type->symbol && type->symbol->output_name)
        return type->symbol->output_name;
    return type->name;
}

/* `__typeof__(...)` of an expression, in which only types are left of what it names. */
static void put_expression(struct text *out, const struct type *type, bool lowered)
{
    text_puts(out, "__typeof__((void)0, ");
    for (size_t i = 0; i < type->parameter_count; i++) {
        const struct type *part = type->parameters[i].type;
        bool is_object = !type->parameters[i].node;
        text_puts(out, type->parameters[i].name);
        if (!part)
            continue;
        text_puts(out, is_object ? "(*(" : "");
        type_print(out, part, NULL, lowered, 0);
        if (is_object) /* numbered: compilers warn of what is compared with itself */
            text_printf(out, ")%zu)", i + 1);
    }
    text_put(out, ')');
}

/* One that stands nowhere: it was made (lower/parts.c). */
static void put_members(struct text *out, const struct type *type)
{
    text_puts(out, "struct {");
    for (size_t i = 0; i < type->field_count; i++) {
        text_put(out, ' ');
        type_print(out, type->fields[i].type, type->fields[i].name, true, 0);
        text_put(out, ';');
    }
    text_puts(out, " }");
}

static void put_tagged(struct text *out, const struct type *type, bool lowered)
{
    const char *name = given_name(type);
    if (!name && !type->node && type->field_count) {
        put_members(out, type);
        return;
    }
    if (!name && lowered && type_print_reached(out, type))
        return;
    if (!name && lowered && type->kind == TYPE_ENUM && type->target)
        type_print(out, type->target, NULL, true, 0); /* a bit-field's */
    else
        text_printf(out, "%s %s",
                    type->kind == TYPE_STRUCT  ? "struct"
                    : type->kind == TYPE_UNION ? "union"
                                               : "enum",
                    name ? name : "<anonymous>");
}

static void put_base(struct text *out, const struct type *type, bool lowered)
{
    switch (type->kind) {
    case TYPE_STRUCT:
    case TYPE_UNION:
    case TYPE_ENUM:
        put_tagged(out, type, lowered);
        break;
    case TYPE_TYPEDEF:
        text_puts(out, given_name(type));
        break;
    case TYPE_TYPEOF:
        if (type->name)
            text_puts(out, type->name);
        else
            put_expression(out, type, lowered);
        break;
    case TYPE_FLOATN:
    case TYPE_BUILTIN:
        text_puts(out, type->name);
        break;
    case TYPE_BITINT:
        text_printf(out, "%s_BitInt(%llu)", type->is_unsigned ? "unsigned " : "",
                    (unsigned long long)type->bits);
        break;
    case TYPE_COMPLEX:
        text_puts(out, "_Complex ");
        put_base(out, type->target, lowered);
        break;
    case TYPE_VECTOR:
        text_printf(out, "__attribute__((vector_size(%llu))) ",
                    (unsigned long long)(type->length * type_size(type->target)));
        type_print(out, type->target, NULL, lowered, 0);
        break;
    default:
        if (type->kind >= TYPE_FUTURE && lowered)
            put_lowered_former(out, type);
        else if (type->kind >= TYPE_FUTURE)
            put_former(out, type);
        else
            text_puts(out, simple_words[type->kind]);
    }
}

/* --- declarators */

/* How to write a type, and what is met on the way. */
struct printing {
    struct text declarator;
    bool lowered, is_async; /* is_async: of a function met on the way */
    bool starred; /* a parameter of what is pointed to: no length is evaluated, so it is `*` */
};

static void print(struct text *out, const struct type *type, struct printing printing,
                  unsigned drop);

static void put_parameters(struct text *out, const struct type *type, bool lowered, bool starred)
{
    bool names = false; /* only where a parameter's type can speak of another one */
    for (size_t i = 0; i < type->parameter_count && !starred; i++)
        names |= type_is_variably_modified(type->parameters[i].type);
    text_put(out, '(');
    for (size_t i = 0; i < type->parameter_count && !type->is_old_style; i++) {
        struct printing parameter = {.lowered = lowered, .starred = starred};
        if (i)
            text_puts(out, ", ");
        if (names && type->parameters[i].name)
            text_puts(&parameter.declarator, type->parameters[i].name);
        print(out, type->parameters[i].type, parameter, 0);
    }
    if (type->is_variadic)
        text_puts(out, type->parameter_count ? ", ..." : "...");
    else if (!type->parameter_count && !type->is_old_style)
        text_puts(out, "void");
    text_put(out, ')');
}

static void put_length(struct text *out, const struct type *type, bool starred)
{
    bool varies = type->array_size == ARRAY_VARIABLE && starred;
    if (type->array_size == ARRAY_STAR || varies)
        text_puts(out, "[*]");
    else if (type->array_size == ARRAY_FIXED && type->length_is_known)
        text_printf(out, "[%llu]", (unsigned long long)type->length);
    else
        text_printf(out, "[%s]",
                    type->name && type->array_size != ARRAY_INCOMPLETE ? type->name : "");
}

/* Puts `before` in front of the declarator. */
static void prepend(struct text *declarator, const struct text *before)
{
    struct text whole = {0};
    text_write(&whole, before->data, before->length);
    if (declarator->length)
        text_write(&whole, declarator->data, declarator->length);
    text_free(declarator);
    *declarator = whole;
}

static void prepend_pointer(struct text *declarator, unsigned qualifiers)
{
    struct text star = {0};
    text_put(&star, '*');
    put_qualifiers(&star, qualifiers);
    if (qualifiers && !declarator->length)
        star.data[--star.length] = '\0'; /* `int *const`, but `int *const p` */
    prepend(declarator, &star);
    text_free(&star);
}

static void wrap(struct text *declarator)
{
    if (!declarator->length || declarator->data[0] != '*')
        return;
    struct text open = {0};
    text_put(&open, '(');
    prepend(declarator, &open);
    text_put(declarator, ')');
    text_free(&open);
}

/* A typedef or typeof is written by name, unless what it stands for has a qualifier to be dropped.
 */
static bool must_expand(const struct type *type, unsigned drop)
{
    if (type->kind == TYPE_TYPEOF)
        return type->target->kind == TYPE_TYPEOF || type_resolve(type)->kind != TYPE_UNKNOWN;
    if (type->kind != TYPE_TYPEDEF || !drop)
        return false;
    return (type_element_qualifiers(type->target) & drop) != 0;
}

/* Takes one derivation off `type`; false at the base. */
static bool step(struct printing *printing, const struct type **type, unsigned qualifiers)
{
    const struct type *here = *type;
    struct text *declarator = &printing->declarator;
    bool is_pointed_to;
    switch (here->kind) {
    case TYPE_POINTER:
        prepend_pointer(declarator, qualifiers);
        break;
    case TYPE_ARRAY:
        wrap(declarator);
        put_length(declarator, here, printing->starred);
        break;
    case TYPE_FUNCTION:
        is_pointed_to = declarator->length && *declarator->data == '*';
        wrap(declarator);
        put_parameters(declarator, here, printing->lowered,
                       printing->starred || (printing->lowered && is_pointed_to));
        if (here->is_async && printing->lowered) {
            prepend_pointer(declarator, 0);
            *type = NULL;
            return false;
        }
        printing->is_async |= here->is_async;
        break;
    default:
        return false;
    }
    *type = here->target;
    return true;
}

static void put_declaration(struct text *out, struct printing *printing, const struct type *type,
                            unsigned qualifiers)
{
    struct text *declarator = &printing->declarator;
    if (type && printing->lowered && is_lowered_to_pointer(type)) {
        prepend_pointer(declarator, qualifiers);
        qualifiers = 0;
    }
    if (printing->is_async)
        text_puts(out, "async ");
    put_qualifiers(out, qualifiers);
    if (type)
        put_base(out, type, printing->lowered);
    else
        text_puts(out, "struct async_future");
    if (declarator->length)
        text_printf(out, " %s", declarator->data);
}

static void print(struct text *out, const struct type *type, struct printing printing,
                  unsigned drop)
{
    bool is_top = true;
    unsigned sugar = 0, qualifiers;
    for (;;) {
        while (must_expand(type, is_top ? drop : 0)) {
            sugar |= type->qualifiers;
            type = type->target;
        }
        qualifiers = (type->qualifiers | sugar) & ~(is_top ? drop : 0);
        bool is_array = type->kind == TYPE_ARRAY;
        if (!step(&printing, &type, qualifiers))
            break;
        sugar = is_array ? sugar : 0; /* an array's qualifiers are its elements' */
        is_top = is_top && is_array;
    }
    put_declaration(out, &printing, type, type ? qualifiers : 0);
    text_free(&printing.declarator);
}

void type_print(struct text *out, const struct type *type, const char *name, bool lowered,
                unsigned drop)
{
    struct printing printing = {.lowered = lowered};
    if (name)
        text_puts(&printing.declarator, name);
    print(out, type, printing, drop);
}

const char *type_string(struct arena *arena, const struct type *type)
{
    struct text text = {0};
    type_print(&text, type, NULL, false, 0);
    char *copy = arena_copy(arena, text.data, text.length);
    text_free(&text);
    return copy;
}
