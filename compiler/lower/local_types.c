/* Types that a function defines for itself.
 *
 * Its frame is declared at file scope, so the types of what lies in the frame must be known there:
 * definitions of local structs, unions, enums and typedefs move out of the function, and what
 * announces them (`struct s;`) goes with them. They keep their names unless those mean something
 * else at file scope, in another function's moved types, or elsewhere in the same function; then,
 * and in headers, they become FUNCTION__NAME. What has no name gets one. Where they speak of locals
 * (`char c[sizeof x]`), the emitter writes objects of the same types. Types that its parameters
 * define are among them; then all stand in front of its prototype.
 *
 * Ordinary functions keep their types, unless a container holds one or a generator expression may
 * speak of one: these become functions, so what they take must be known at file scope too. */
#include <string.h>

#include "lower/lower.h"
#include "semantic/scope.h"
#include "support/arena.h"
#include "support/names.h"

/* `typedef int row[n];` cannot stand at file scope. */
static bool is_variable(const struct node *declared)
{
    const struct symbol *symbol = declared->kind == NODE_DECLARED ? declared->symbol : NULL;
    return symbol && symbol->kind == SYMBOL_TYPEDEF &&
           type_is_variably_modified(symbol->type->target);
}

static bool any_is_variable(const struct node *declaration)
{
    for (uint32_t i = 1; i < declaration->count; i++)
        if (is_variable(declaration->kid[i]))
            return true;
    return false;
}

/* `struct s;`, which is another one than that of file scope: what follows speaks of it. */
static struct node *forward_tag(const struct node *declaration)
{
    const struct node *specifiers = declaration->kid[0];
    for (uint32_t i = 0; declaration->count == 1 && i < specifiers->count; i++) {
        struct node *kid = specifiers->kid[i];
        if (node_is_tag(kid) && !(kid->flags & HAS_BODY) && kid->symbol && kid->symbol->function)
            return kid;
    }
    return NULL;
}

static bool is_typedef(const struct node *declaration)
{
    const struct node *specifiers = declaration->kid[0];
    for (uint32_t i = 0; i < specifiers->count; i++)
        if (specifiers->kid[i]->kind == NODE_STORAGE && specifiers->kid[i]->op == OP_TYPEDEF)
            return true;
    return false;
}

bool node_declares_type(const struct node *declaration)
{
    if (any_is_variable(declaration))
        return false;
    return forward_tag(declaration) || is_typedef(declaration) || defined_tag(declaration->kid[0]);
}

uint32_t moved_kids(const struct node *declaration)
{
    return is_typedef(declaration) ? declaration->count : 1;
}

/* --- names */

static bool is_no_type(const struct symbol *symbol)
{
    return symbol->block && (symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_PARAMETER ||
                             symbol->kind == SYMBOL_FUNCTION);
}

/* All variables are known before types move, those that are never in the frame as well. */
static bool names_a_variable(const struct lowered *lowered, struct function *function,
                             const char *name)
{
    struct scopes *names = function->variable_names;
    if (!names) {
        names = function->variable_names = scopes_new(lowered->arena);
        for (size_t i = 0; i < function->variable_count; i++) {
            struct symbol *symbol = function->variables[i]->symbol;
            scope_bind(names, SPACE_ORDINARY, symbol->name, symbol);
        }
        for (const struct local *x = lowered->locals; x; x = x->next)
            if (x->symbol->function == function->node && is_no_type(x->symbol))
                scope_bind(names, SPACE_ORDINARY, x->symbol->name, x->symbol);
    }
    return scope_find(names, SPACE_ORDINARY, name);
}

static bool was_moved(const struct lowered *lowered, const struct symbol *symbol)
{
    return scope_find(lowered->moved_names, symbol_space(symbol), symbol->name);
}

static void move_symbol(struct lowered *lowered, struct function *function, struct symbol *symbol)
{
    bool tag = symbol->kind == SYMBOL_TAG;
    bool taken = lowered->is_header || was_moved(lowered, symbol) ||
                 (tag ? check_file_tag(lowered->check, symbol->name)
                      : check_file_symbol(lowered->check, symbol->name)) ||
                 (!tag && names_a_variable(lowered, function, symbol->name)) ||
                 (!tag && !function_has_frame(function)); /* whose variables are not known */
    if (taken) {
        const char *wish = arena_format(lowered->arena, "%s__%s", function->name, symbol->name);
        if (was_moved(lowered, symbol))
            wish = arena_format(lowered->arena, "%s_%u", wish, ++lowered->renamed);
        symbol->output_name = fresh_name(lowered, wish);
    }
    scope_bind(lowered->moved_names, symbol_space(symbol), symbol->name, symbol);
}

static void name_anonymous(struct lowered *lowered, struct function *function,
                           struct symbol *symbol)
{
    const char *wish =
        arena_format(lowered->arena, "%s__type_%u", function->name, ++function->anonymous_types);
    symbol->output_name = fresh_name(lowered, wish);
}

void result_type_name(struct lowered *lowered, struct function *function)
{
    struct node *tag = defined_result(function->node->kid[0]);
    if (tag && tag->symbol && !tag->symbol->name)
        name_anonymous(lowered, function, tag->symbol);
}

/* --- types apart from what is declared with them */

/* Where below the specifiers a type is defined; NULL. */
static struct node **definition_in(struct node *node)
{
    struct node **found = NULL;
    for (uint32_t i = 0; !found && i < node->count; i++) {
        struct node *kid = node->kid[i];
        if (kid && kid->kind != NODE_STATEMENT_EXPRESSION)
            found = kid->flags & HAS_BODY ? &node->kid[i] : definition_in(kid);
    }
    return found;
}

/* `struct s` in the place of `struct s { int a; }`. */
static struct node *reference_to(struct lowered *lowered, struct function *function,
                                 const struct node *tag)
{
    const char *word = tag->kind == NODE_STRUCT  ? "struct"
                       : tag->kind == NODE_UNION ? "union"
                                                 : "enum";
    struct node *node = node_new(lowered->arena, tag->kind, tag->start, tag->end, 0);
    if (!tag->name && !tag->symbol->output_name)
        name_anonymous(lowered, function, tag->symbol);
    node->name = tag->name;
    node->symbol = tag->symbol;
    node->type = tag->type;
    node->text = arena_format(lowered->arena, "%s %s", word, written_name(tag->symbol));
    return node;
}

/* What the tag defines, declared alone. */
static struct node *declaration_of(struct lowered *lowered, struct node *tag)
{
    struct node *specifiers = node_new(lowered->arena, NODE_SPECIFIERS, tag->start, tag->end, 1);
    struct node *declaration = node_new(lowered->arena, NODE_DECLARATION, tag->start, tag->end, 1);
    specifiers->kid[0] = tag;
    declaration->kid[0] = specifiers;
    declaration->text = "$0;";
    return declaration;
}

struct node *local_type_apart(struct lowered *lowered, struct function *function,
                              struct node *declaration)
{
    bool stays = !function_has_frame(function) && !function->hoisted_count;
    struct node **place = stays ? definition_in(declaration->kid[0]) : NULL;
    if (!place)
        return NULL;
    struct node *definition = declaration_of(lowered, *place);
    *place = reference_to(lowered, function, *place);
    return definition;
}

/* --- the walk */

/* `nameless`: the specifiers of a member without a declarator, whose members are its struct's. */
static void find_names(struct lowered *lowered, struct function *function, struct node *node,
                       bool nameless)
{
    if (!node || node->kind == NODE_STATEMENT_EXPRESSION)
        return;
    bool defines = node->flags & HAS_BODY;
    if (defines && node->symbol && node->symbol->name)
        move_symbol(lowered, function, node->symbol);
    else if (defines && node->symbol && !nameless)
        name_anonymous(lowered, function, node->symbol);
    if (node->kind == NODE_ENUMERATOR && node->symbol)
        move_symbol(lowered, function, node->symbol);
    if (node->kind == NODE_DECLARATOR_NAME && node->symbol && node->symbol->kind == SYMBOL_TYPEDEF)
        move_symbol(lowered, function, node->symbol);
    bool is_nameless = node->kind == NODE_DECLARATION && node->count == 1;
    for (uint32_t i = 0; i < node->count; i++)
        find_names(lowered, function, node->kid[i],
                   is_nameless || (nameless && node->kind == NODE_SPECIFIERS));
}

/* `struct { char c[sizeof(({ struct s s; s; }))]; }`: of a statement expression only its type is
 * written at file scope, so what defines that moves in front. */
static void move_inner(struct lowered *lowered, struct function *function, struct node *node)
{
    if (node && node->kind == NODE_STATEMENT_EXPRESSION)
        local_types_find(lowered, function, node);
    for (uint32_t i = 0; node && node->kind != NODE_STATEMENT_EXPRESSION && i < node->count; i++)
        move_inner(lowered, function, node->kid[i]);
}

/* A typedef moves as a whole, with the types that its declarators define. */
static void move(struct lowered *lowered, struct function *function, struct node *node)
{
    struct node *tag = forward_tag(node);
    uint32_t count = moved_kids(node);
    for (uint32_t i = 0; i < count; i++)
        move_inner(lowered, function, node->kid[i]);
    function->hoisted = arena_grow(lowered->arena, function->hoisted, function->hoisted_count,
                                   &function->hoisted_capacity, sizeof *function->hoisted);
    function->hoisted[function->hoisted_count++] = node;
    if (tag && tag->symbol->node == tag) /* nothing defines it */
        move_symbol(lowered, function, tag->symbol);
    find_names(lowered, function, node->kid[0], false);
    for (uint32_t i = 1; i < count; i++)
        find_names(lowered, function, node->kid[i]->kid[0], false);
}

/* `typedef struct s { int a; } row[n];`: the struct moves. */
static void move_element(struct lowered *lowered, struct function *function,
                         struct node *declaration)
{
    struct node **place = definition_in(declaration->kid[0]);
    if (!place)
        return;
    move(lowered, function, declaration_of(lowered, *place));
    *place = reference_to(lowered, function, *place);
}

/* What else is declared beside a type of variable size. */
static void move_others(struct lowered *lowered, struct function *function,
                        const struct node *declaration)
{
    for (uint32_t i = 1; i < declaration->count; i++) {
        struct node *declared = declaration->kid[i];
        if (is_variable(declared))
            continue;
        struct node *node =
            node_new(lowered->arena, NODE_DECLARATION, declared->start, declared->end, 2);
        node->text = "$0 $1;";
        node->kid[0] = declaration->kid[0];
        node->kid[1] = declared;
        move(lowered, function, node);
    }
}

/* `sizeof(struct s { int a; })`, `void f(enum { A } a)`: the type alone, as if it were declared in
 * front. */
static bool move_from_name(struct lowered *lowered, struct function *function,
                           const struct node *name)
{
    struct node *specifiers = name->kid[0];
    struct node *node =
        node_new(lowered->arena, NODE_DECLARATION, specifiers->start, specifiers->end, 1);
    node->kid[0] = specifiers;
    if (!node_declares_type(node) || forward_tag(node))
        return false;
    move(lowered, function, node);
    return true;
}

void local_types_find(struct lowered *lowered, struct function *function, struct node *node)
{
    uint32_t first = 0; /* behind specifiers that have moved, with all that they hold */
    if (!node || node->kind == NODE_FUNCTION)
        return;
    if (node->kind == NODE_DECLARATION && node_declares_type(node)) {
        move(lowered, function, node);
        first = moved_kids(node);
    } else if (node->kind == NODE_DECLARATION && any_is_variable(node)) {
        move_element(lowered, function, node);
        move_others(lowered, function, node);
    } else if (node->kind == NODE_TYPE_NAME || node->kind == NODE_PARAMETER) {
        first = move_from_name(lowered, function, node);
    }
    for (uint32_t i = first; i < node->count; i++)
        local_types_find(lowered, function, node->kid[i]);
}

void local_types_of(struct lowered *lowered, struct function *function)
{
    if (!function->made_in) /* whose parameters are what surrounds it */
        local_types_find(lowered, function, function->node->kid[1]);
    function->has_parameter_types = function->hoisted_count > 0;
    local_types_find(lowered, function, function->node->kid[2]);
}

/* --- containers of local types */

static bool is_local(const struct type *type)
{
    for (; type; type = type->target) {
        while (type->kind == TYPE_TYPEDEF || type->kind == TYPE_TYPEOF) {
            if (type->symbol && type->symbol->function)
                return true;
            type = type->target;
        }
        type = type_resolve(type);
        if ((type->symbol && type->symbol->function) || (type->sent && is_local(type->sent)))
            return true;
        for (size_t i = 0; !type->is_old_style && i < type->parameter_count; i++)
            if (is_local(type->parameters[i].type))
                return true;
    }
    return false;
}

bool holds_local_types(const struct node *node)
{
    if (!node || !(node->flags & HAS_LANGUAGE) || node->kind == NODE_FUNCTION)
        return false;
    if (node->kind == NODE_COMPREHENSION && node->op == OP_GENERATOR)
        return true; /* it becomes a function of its own */
    bool is_made = node->kind == NODE_FORMER || node->kind == NODE_COMPREHENSION;
    enum type_kind kind = is_made && node->type ? type_resolve(node->type)->kind : TYPE_UNKNOWN;
    if ((kind == TYPE_LIST || kind == TYPE_SET || kind == TYPE_DICT) && is_local(node->type))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (holds_local_types(node->kid[i]))
            return true;
    return false;
}
