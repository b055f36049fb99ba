/* Scalar replacement: a large struct of which only some members are ever named is kept by those
 * members alone.
 *
 *     async int f(struct request r)        struct f__frame {
 *     {                                        ...
 *         await wait_for(r.id);                struct { int id; } r;
 *         return r.id;                     };
 *     }
 *
 * Nothing but its members may be spoken of: not its address, nor its value as a whole, which could
 * be handed on. What it begins with, an argument or an initialiser, is stored by those members.
 * Headers do without, as C++ allows no such type in the unions of a frame. */
#include "lower/lower.h"

#include "support/arena.h"

struct parts {
    struct lowered *lowered;
    struct function *function;
    struct use *uses;           /* by index of the variable */
    const struct node *written; /* the name that is being declared */
};

struct use {
    bool *members; /* by index of the field; NULL: none yet */
    bool is_whole;
};

static struct variable *named(const struct parts *p, const struct node *node)
{
    struct variable *variable = node->kind == NODE_IDENTIFIER ? variable_named(node) : NULL;
    return variable && variable->function == p->function ? variable : NULL;
}

static void use_member(struct parts *p, const struct variable *variable, const char *name)
{
    const struct type *type = type_resolve(variable->type);
    struct use *use = &p->uses[variable->index];
    for (size_t i = 0; i < type->field_count; i++) {
        if (type->fields[i].name != name)
            continue;
        if (!use->members)
            use->members = arena_alloc(p->lowered->arena, type->field_count * sizeof(bool));
        use->members[i] = true;
        return;
    }
    use->is_whole = true; /* of a struct in it that has no name */
}

static void find(struct parts *p, struct node *node)
{
    if (!node || node == p->written)
        return;
    struct variable *variable = named(p, node);
    if (variable) {
        p->uses[variable->index].is_whole = true;
        return;
    }
    if (node->kind == NODE_MEMBER && node->op == OP_DOT && !node->text) {
        variable = named(p, skip_parens(node->kid[0]));
        if (variable) {
            use_member(p, variable, node->name);
            return;
        }
    }
    const struct node *outer = p->written;
    if (node->kind == NODE_DECLARED)
        p->written = declarator_name(node->kid[0]);
    for (uint32_t i = 0; i < node->count; i++)
        find(p, node->kid[i]);
    p->written = outer;
}

static void find_suspended(struct parts *p)
{
    for (size_t i = 0; i < p->function->suspension_count; i++) {
        const struct suspension *suspension = p->function->suspensions[i];
        const struct variable *variables[] = {suspension->result, suspension->kept};
        for (size_t k = 0; k < sizeof variables / sizeof *variables; k++)
            if (variables[k] && variables[k]->function == p->function)
                p->uses[variables[k]->index].is_whole = true;
    }
}

/* --- the decision */

static bool can_be_parted(const struct lowered *lowered, const struct variable *variable)
{
    bool is_users = variable->kind == VARIABLE_PARAMETER || variable->kind == VARIABLE_LOCAL;
    return is_users && !variable->child && !variable->viewed_as &&
           !variable->symbol->is_address_taken && is_large_struct(variable->type) &&
           type_resolve(variable->type)->kind == TYPE_STRUCT && !field_alignment(lowered, variable);
}

/* What assignment copies, and a declaration of its own can say again. */
static bool is_simple(const struct field *field)
{
    const struct type *type = type_resolve(field->type);
    bool is_named_struct = type_is_tagged(type) && type->name && !type_has_const_member(type);
    return field->bits < 0 && !type_qualifiers(field->type) && type_alignment(field->type) &&
           (is_named_struct || type_is_arithmetic(type) || type->kind == TYPE_POINTER);
}

static struct type *type_of_parts(const struct parts *p, const struct variable *variable)
{
    const struct use *use = &p->uses[variable->index];
    const struct type *whole = type_resolve(variable->type);
    if (use->is_whole || !use->members)
        return NULL;
    struct type *type = type_make(p->lowered->check->types, TYPE_STRUCT);
    type->fields = arena_alloc(p->lowered->arena, whole->field_count * sizeof *type->fields);
    type->is_complete = true;
    for (size_t i = 0; i < whole->field_count; i++) {
        if (!use->members[i])
            continue;
        if (!is_simple(&whole->fields[i]))
            return NULL;
        type->fields[type->field_count++] = whole->fields[i];
    }
    return type_size(type) + WORTH_IT <= type_size(whole) ? type : NULL;
}

void parts_find(struct lowered *lowered, struct function *function)
{
    struct parts parts = {.lowered = lowered, .function = function};
    bool any = false;
    for (size_t i = 0; i < function->variable_count; i++)
        any |= can_be_parted(lowered, function->variables[i]);
    if (!any || lowered->is_header)
        return;
    parts.uses = arena_alloc(lowered->arena, (function->variable_count + 1) * sizeof *parts.uses);
    find(&parts, function->body);
    find_suspended(&parts);
    for (size_t i = 0; i < function->variable_count; i++)
        if (can_be_parted(lowered, function->variables[i]))
            function->variables[i]->parts = type_of_parts(&parts, function->variables[i]);
}
