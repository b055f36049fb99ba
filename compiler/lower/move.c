/* Moves of large structs: `a = b`, `struct s a = await f()`, `return a`.
 *
 * Nothing is done there but to copy one object to another. If the first is not needed behind it,
 * both may lie in the same place, or overlap: its value is read at one point (flow.c), and the
 * target is written at the next. Where they do overlap, memmove copies (output/store.c); where they
 * are one, C compilers leave that away.
 *
 * So the result of a function is in the frame but once, and that of an await is not kept beside the
 * frame of the child that gave it. A result that is large enough is a variable like others: it has
 * storage of its own only from where it is stored to the end. */
#include "lower/lower.h"
#include "support/arena.h"

bool is_large_struct(const struct type *type)
{
    unsigned special = type_element_qualifiers(type) & (QUAL_VOLATILE | QUAL_ATOMIC);
    const struct type *resolved = type_resolve(type);
    bool is_record = resolved->kind == TYPE_STRUCT || resolved->kind == TYPE_UNION;
    return is_record && !special && type_alignment(type) && type_size(type) > WORTH_IT;
}

/* One that is kept by its members is copied member by member. */
static bool is_moved(const struct variable *variable)
{
    return is_large_struct(variable->type) && !variable->parts;
}

struct variable *moved_from(const struct function *function, const struct variable *target,
                            struct node *value)
{
    struct node *source = value ? skip_parens(value) : NULL;
    if (!target || !source || source->kind != NODE_IDENTIFIER)
        return NULL;
    struct variable *variable = variable_named(source);
    if (!variable || variable == target || variable->function != function ||
        target->function != function)
        return NULL;
    return is_moved(variable) && is_moved(target) ? variable : NULL;
}

void returned_new(struct lowered *lowered, struct function *function)
{
    if (function->kind != FUNCTION_ASYNC || !is_large_struct(function->result))
        return;
    struct symbol *symbol = arena_alloc(lowered->arena, sizeof *symbol);
    struct type *type = type_unqualified(lowered->check->types, function->result);
    *symbol = (struct symbol){
        .kind = SYMBOL_VARIABLE, .name = "result", .type = type, .function = function->node};
    function->returned = variable_new(lowered, function, VARIABLE_RETURNED, symbol, type);
}
