/* Types as parts of C identifiers: `list(const char *)` is `struct async_list_const_char_p`.
 *
 * Two types have the same tag if and only if they are compatible, so that the units of a program
 * agree: typedefs are looked through, and an unnamed struct is known by its first typedef. Read a
 * tag from left to right: the base, then what it is derived into.
 *
 *     unsigned int           unsigned_int              struct user *      struct_user_p
 *     const char *           const_char_p              char *const *      char_p_const_p
 *     int (*)[3]             int_3_p                   int (*)(long)      int_of_long_end_p
 *     dict(K, V)             dict_K_to_V               future(T)          future_T */
#include <string.h>

#include "semantic/symbol.h"
#include "semantic/type.h"
#include "support/text.h"

static const char *const words[] = {
    [TYPE_VOID] = "void",
    [TYPE_BOOL] = "bool",
    [TYPE_CHAR] = "char",
    [TYPE_SCHAR] = "signed_char",
    [TYPE_UCHAR] = "unsigned_char",
    [TYPE_SHORT] = "short",
    [TYPE_USHORT] = "unsigned_short",
    [TYPE_INT] = "int",
    [TYPE_UINT] = "unsigned_int",
    [TYPE_LONG] = "long",
    [TYPE_ULONG] = "unsigned_long",
    [TYPE_LLONG] = "long_long",
    [TYPE_ULLONG] = "unsigned_long_long",
    [TYPE_INT128] = "int128",
    [TYPE_UINT128] = "unsigned_int128",
    [TYPE_FLOAT] = "float",
    [TYPE_DOUBLE] = "double",
    [TYPE_LDOUBLE] = "long_double",
    [TYPE_NULLPTR] = "nullptr",
    [TYPE_STRUCT] = "struct",
    [TYPE_UNION] = "union",
    [TYPE_ENUM] = "enum",
    [TYPE_FUTURE] = "future",
    [TYPE_GENERATOR] = "generator",
    [TYPE_QUEUE] = "queue",
    [TYPE_LIST] = "list",
    [TYPE_SET] = "set",
    [TYPE_DICT] = "dict",
    [TYPE_CONTEXTVAR] = "contextvar",
};

/* The typedef that the type is known by because it has no other name; NULL. */
static const struct type *naming_typedef(const struct type *type)
{
    const struct type *last = NULL;
    for (; type->kind == TYPE_TYPEDEF; type = type->target)
        last = type;
    return last && !type_has_tag(last->target) ? last : NULL;
}

bool type_has_tag(const struct type *type)
{
    if (naming_typedef(type))
        return true;
    type = type_resolve(type);
    if (type_is_tagged(type))
        return type->name || type->alias || (type->symbol && type->symbol->output_name);
    if (type->kind == TYPE_POINTER || type->kind == TYPE_ARRAY || type->kind == TYPE_VECTOR ||
        type->kind >= TYPE_FUTURE)
        return type_has_tag(type->target) && (!type->sent || type_has_tag(type->sent));
    if (type->kind != TYPE_FUNCTION)
        return true;
    for (size_t i = 0; i < type->parameter_count; i++)
        if (!type_has_tag(type->parameters[i].type))
            return false;
    return type_has_tag(type->target);
}

static void put(struct text *out, const struct type *type);

static void put_qualifiers(struct text *out, const struct type *type)
{
    unsigned qualifiers = type_qualifiers(type);
    if (qualifiers & QUAL_CONST)
        text_puts(out, "const_");
    if (qualifiers & QUAL_VOLATILE)
        text_puts(out, "volatile_");
    if (qualifiers & QUAL_ATOMIC)
        text_puts(out, "atomic_");
}

static void put_tagged(struct text *out, const struct type *type)
{
    if (type->name || (type->symbol && type->symbol->output_name))
        text_printf(out, "%s_%s", words[type->kind],
                    type->symbol ? written_name(type->symbol) : type->name);
    else
        text_puts(out, type->alias ? written_name(type->alias) : "unnamed");
}

/* Letters and digits as they are, whatever else as an underscore. */
static void put_words(struct text *out, const char *name)
{
    for (; *name; name++)
        text_put(out, strchr(" ()", *name) ? '_' : *name);
}

static void put_former(struct text *out, const struct type *type)
{
    text_printf(out, "%s%s_", type->is_async ? "async_" : "", words[type->kind]);
    put(out, type->target);
    if (!type->sent)
        return;
    text_puts(out, "_to_");
    put(out, type->sent);
}

static void put_function(struct text *out, const struct type *type)
{
    put(out, type->target);
    text_puts(out, type->is_async ? "_async_of" : "_of");
    for (size_t i = 0; i < type->parameter_count; i++) {
        text_put(out, '_');
        put(out, type->parameters[i].type);
    }
    text_puts(out, type->is_variadic ? "_more" : type->is_old_style ? "_any" : "_end");
}

/* A type without its top-level qualifiers. */
static void put_unqualified(struct text *out, const struct type *type)
{
    switch (type->kind) {
    case TYPE_POINTER:
        put(out, type->target);
        text_puts(out, "_p");
        break;
    case TYPE_ARRAY:
        put(out, type->target);
        text_printf(out, "_%llu",
                    type->array_size == ARRAY_FIXED ? (unsigned long long)type->length : 0);
        break;
    case TYPE_VECTOR:
        put(out, type->target);
        text_printf(out, "_vector_%llu", (unsigned long long)type->length);
        break;
    case TYPE_COMPLEX:
        text_puts(out, "complex_");
        put(out, type->target);
        break;
    case TYPE_BITINT:
        text_printf(out, "%sbitint_%llu", type->is_unsigned ? "unsigned_" : "",
                    (unsigned long long)type->bits);
        break;
    case TYPE_FLOATN:
    case TYPE_BUILTIN:
        put_words(out, type->name);
        break;
    case TYPE_FUNCTION:
        put_function(out, type);
        break;
    case TYPE_STRUCT:
    case TYPE_UNION:
    case TYPE_ENUM:
        put_tagged(out, type);
        break;
    default:
        if (type->kind >= TYPE_FUTURE)
            put_former(out, type);
        else
            text_puts(out, words[type->kind] ? words[type->kind] : "unknown");
    }
}

static void put(struct text *out, const struct type *type)
{
    const struct type *alias = naming_typedef(type), *resolved = type_resolve(type);
    bool is_pointer = !alias && resolved->kind == TYPE_POINTER;
    if (!is_pointer)
        put_qualifiers(out, type);
    if (alias)
        text_puts(out, written_name(alias->symbol));
    else
        put_unqualified(out, resolved);
    if (is_pointer && type_qualifiers(type) & ~(unsigned)QUAL_RESTRICT) {
        text_put(out, '_');
        put_qualifiers(out, type);
        out->length--; /* `char_p_const`, then perhaps `_p` */
        out->data[out->length] = '\0';
    }
}

void type_tag(struct text *out, const struct type *type)
{
    put_unqualified(out, type_resolve(type));
}
