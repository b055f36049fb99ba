/* Uses of what is kept as something else than it was declared: it is seen through a pointer to its
 * type. What has a variably modified type was given storage of its own (lower/array.c); the sizes
 * are those that were kept. Fields of frames are not const, which matters where C asks for a type.
 *
 *     v             (*(int (*)[self->length_1])self->v)          an array
 *     p             (*(int (**)[self->length_1])&self->p)        any other object
 *     typeof(c)     typeof((*(const int *)&self->c))             a constant
 *     &c            (const int *)&self->c                        its address
 *     v             ((const int *)self->v)                       that of its first element
 *     row           __typeof__(int [self->length_1])             a typedef */
#include "output/node.h"

#include "support/arena.h"
#include "support/text.h"

static const char *rendered(struct emitter *e, struct node *node)
{
    struct text text = emit_rendered(e, node);
    const char *copy = arena_copy(e->lowered->arena, text.data ? text.data : "", text.length);
    text_free(&text);
    return copy;
}

struct type *with_lengths(struct emitter *e, struct type *type, const char *all)
{
    if (!type_is_variably_modified(type))
        return type;
    struct type *resolved = type_resolve(type), *copy = type_make(e->check->types, resolved->kind);
    *copy = *resolved;
    copy->qualifiers = type_qualifiers(type);
    copy->unqualified = copy->pointer_to = copy->variants = copy->next_variant = NULL;
    copy->target = with_lengths(e, resolved->target, all);
    if (resolved->kind == TYPE_ARRAY) { /* an array's qualifiers are its elements' */
        copy->target = type_qualified(e->check->types, copy->target, copy->qualifiers);
        copy->qualifiers = 0;
    }
    if (resolved->kind == TYPE_ARRAY && resolved->array_size != ARRAY_FIXED && resolved->node)
        copy->name = all ? all : rendered(e, resolved->node);
    return copy;
}

static bool loses_qualifiers(const struct variable *variable)
{
    return variable->in_frame && type_element_qualifiers(variable->type) & FRAME_DROP;
}

bool needs_view(const struct emitter *e, const struct variable *variable)
{
    return variable->viewed_as || (e->for_type && loses_qualifiers(variable));
}

void emit_view(struct emitter *e, const struct variable *variable)
{
    struct type *declared = variable->viewed_as ? variable->viewed_as : variable->type;
    bool array = variable->viewed_as && type_resolve(declared)->kind == TYPE_ARRAY &&
                 variable->type->kind == TYPE_POINTER;
    struct text type = {0};
    struct type *seen = with_lengths(e, declared, NULL);
    type_print(&type, type_pointer(e->check->types, seen), NULL, true, 0);
    write_format(&e->writer, "(*(%s)%s", type.data, array ? "" : "&");
    emit_variable(e, variable);
    write_string(&e->writer, ")");
    text_free(&type);
}

/* The variable that the lvalue is, or is a part of; NULL if a pointer leads to it. */
static const struct variable *variable_within(const struct node *node)
{
    while (node->kind != NODE_IDENTIFIER) {
        bool is_inside = node->kind == NODE_INDEX || node->kind == NODE_DEREFERENCE;
        bool is_part = is_inside || node->kind == NODE_PAREN ||
                       (node->kind == NODE_MEMBER && node->op == OP_DOT);
        if (!is_part || node->text)
            return NULL;
        node = node->kid[0];
        if (is_inside && (!node->type || type_resolve(node->type)->kind != TYPE_ARRAY))
            return NULL;
    }
    return variable_named(node);
}

bool emit_const_address(struct emitter *e, struct node *node)
{
    bool is_address = node->kind == NODE_ADDRESS; /* a unary operator, as the cast is */
    if ((!is_address && !(node->flags & IS_DECAYED)) || node->text || e->for_type ||
        node == e->sized) /* `sizeof` would take the cast's type */
        return false;
    const struct variable *variable = variable_within(is_address ? node->kid[0] : node);
    if (!variable || !is_own(e, variable) || variable->viewed_as || !loses_qualifiers(variable) ||
        type_has_language(variable->type))
        return false;
    struct text type = {0};
    type_print(&type, type_decay(e->check->types, node->type), NULL, true, 0);
    write_format(&e->writer, is_address ? "(%s)" : "((%s)", type.data);
    text_free(&type);
    node->flags &= ~(unsigned)IS_DECAYED;
    is_address ? emit_copy(e, node) : emit_node(e, node);
    node->flags |= is_address ? 0 : IS_DECAYED;
    write_string(&e->writer, is_address ? "" : ")");
    return true;
}

static bool is_kept(const struct type *type)
{
    for (type = type_resolve(type); type->kind == TYPE_ARRAY || type->kind == TYPE_POINTER;
         type = type_resolve(type->target))
        if (type->kind == TYPE_ARRAY && type->array_size == ARRAY_VARIABLE && type->node)
            return type->node->kind == NODE_IDENTIFIER && type->node->flags & IS_IMPLICIT;
    return false;
}

bool emit_kept_typedef(struct emitter *e, const struct symbol *symbol)
{
    struct text type = {0};
    if (symbol->kind != SYMBOL_TYPEDEF || !symbol->function || !is_kept(symbol->type))
        return false;
    type_print(&type, with_lengths(e, symbol->type, NULL), NULL, true, 0);
    write_format(&e->writer, "__typeof__(%s)", type.data);
    text_free(&type);
    return true;
}
