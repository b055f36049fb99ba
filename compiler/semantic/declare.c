/* Declarations: what a name is bound to, and whether that agrees with what it was before.
 *
 * C compilers report conflicting declarations well, so only what they could not see in the lowered
 * text is reported here: names of another kind, locals declared twice (lowering renames them), and
 * whatever the language's own types are part of, `async` first of all. */
#include <ctype.h>
#include <string.h>

#include "semantic/checker.h"
#include "syntax/token.h"

struct symbol *symbol_make(struct check *check, enum symbol_kind kind, const char *name)
{
    struct symbol *symbol = arena_alloc(check->arena, sizeof *symbol);
    struct function_state *function = check->state->function;
    symbol->kind = kind;
    symbol->name = name;
    symbol->function = function ? function->node : NULL;
    symbol->block = scope_current(check->state->scopes)->block;
    return symbol;
}

/* --- names declared before */

static void note_previous(struct check *check, const struct symbol *symbol)
{
    if (symbol->node)
        add_note(check, symbol->node, "previous declaration of '%s' is here", symbol->name);
}

static bool disagree_about_async(struct check *check, const struct symbol *old,
                                 const struct type *type, const struct node *name)
{
    const struct type *before = type_resolve(old->type), *now = type_resolve(type);
    if (before->kind != TYPE_FUNCTION || now->kind != TYPE_FUNCTION ||
        before->is_async == now->is_async)
        return false;
    if (complain(check, name,
                 now->is_async ? "'%s' is declared 'async' here, but not before"
                               : "'%s' is declared without 'async' here, but was 'async' before",
                 old->name))
        note_previous(check, old);
    return true;
}

/* Whether a message about both declarations is asyncc's: C compilers would speak of what they
 * become, a local typedef by another name. */
static bool is_judged_here(const struct check *check, const struct symbol *old,
                           const struct type *type)
{
    const struct function_state *function = check->state->function;
    bool is_renamed = old->kind == SYMBOL_TYPEDEF && old->function && function &&
                      (function->is_async || function->is_generator);
    return is_renamed || type_has_language(old->type) || type_has_language(type);
}

/* C compilers would say it of the functions that are written, or not at all. */
static void check_linkage_of(struct check *check, const struct symbol *old,
                             const struct specifiers *specifiers, const struct type *type,
                             const struct node *name)
{
    if (old->function || check->state->function || specifiers->storage != OP_STATIC ||
        old->storage == OP_STATIC || !type_has_language(type) || !type_has_language(old->type))
        return;
    if (complain(check, name, "'%s' is declared 'static' here, but not before", old->name))
        note_previous(check, old);
}

static bool disagree(struct check *check, const struct symbol *old, const struct type *type,
                     const struct node *name)
{
    if (disagree_about_async(check, old, type, name))
        return true;
    if (type_compatible(old->type, type))
        return false;
    const struct type *before = old->kind == SYMBOL_TYPEDEF ? old->type->target : old->type;
    if (is_judged_here(check, old, type) &&
        complain(check, name, "conflicting types for '%s': '%s', before '%s'", old->name,
                 show(check, type), show(check, before)))
        note_previous(check, old);
    return true;
}

/* Both declarations name one object or function: they must agree, and what each knows is merged. */
static void merge(struct check *check, struct symbol *old, struct type *type,
                  const struct node *name, bool is_definition)
{
    if (disagree(check, old, type, name)) {
        if (is_definition && is_judged_here(check, old, type))
            old->type = type; /* which uses agree with */
        return;
    }
    const struct type *before = type_resolve(old->type), *now = type_resolve(type);
    bool says_more = (before->kind == TYPE_ARRAY && before->array_size == ARRAY_INCOMPLETE) ||
                     (before->kind == TYPE_FUNCTION && before->is_old_style && !now->is_old_style);
    if (is_definition || says_more)
        if (now->kind != TYPE_ARRAY || now->array_size != ARRAY_INCOMPLETE)
            old->type = type;
}

static bool is_same_kind(const struct symbol *old, enum symbol_kind kind)
{
    return old->kind == kind || (old->kind == SYMBOL_PARAMETER && kind == SYMBOL_VARIABLE);
}

/* True if the old symbol stands for the new declaration as well. */
static bool is_redeclaration(struct check *check, struct symbol *old, enum symbol_kind kind,
                             struct type *type, const struct node *name, bool has_linkage,
                             bool is_definition)
{
    if (is_unknown(old->type) && !old->node)
        return false; /* declared by a misparsed statement */
    if (!is_same_kind(old, kind)) {
        if (complain(check, name, "'%s' is declared as a different kind of name", old->name))
            note_previous(check, old);
        return false;
    }
    if (kind == SYMBOL_TYPEDEF) {
        merge(check, old, type, name, false);
        return true;
    }
    if (old->function && !has_linkage) {
        if (!is_unknown(type) && complain(check, name, "redefinition of '%s'", old->name))
            note_previous(check, old);
        return false;
    }
    merge(check, old, type, name, is_definition);
    return true;
}

/* --- the binding */

static struct type *typedef_type(struct check *check, struct symbol *symbol, struct type *target)
{
    struct type *type = type_make(check->types, TYPE_TYPEDEF);
    type->name = symbol->name;
    type->target = target;
    type->symbol = symbol;
    type->node = symbol->node;
    struct type *tagged = type_resolve(target);
    bool can_be_named = target == tagged && type_is_tagged(tagged);
    if (can_be_named && !tagged->name && !tagged->alias)
        tagged->alias = symbol;
    return type;
}

static struct symbol *bind(struct check *check, enum symbol_kind kind, struct type *type,
                           struct node *name)
{
    struct symbol *symbol = symbol_make(check, kind, name->name);
    symbol->node = name;
    symbol->type = kind == SYMBOL_TYPEDEF ? typedef_type(check, symbol, type) : type;
    scope_bind(check->state->scopes, SPACE_ORDINARY, name->name, symbol);
    return symbol;
}

/* Of what the file declares with a type without a tag, C can ask for that type. */
static void note_bearer(const struct check *check, struct type *type, struct symbol *symbol)
{
    struct type *base = type->unqualified ? type->unqualified : type;
    if (!check->state->function && type_is_tagged(base) && !base->name && !base->bearer &&
        !base->owner)
        base->bearer = symbol;
}

/* What is said by words. */
static void note_specifiers(struct symbol *symbol, const struct node *specifiers)
{
    for (uint32_t i = 0; i < specifiers->count; i++) {
        symbol->is_noreturn |= specifiers->kid[i]->op == OP_NORETURN;
        symbol->is_aligned |= specifiers->kid[i]->kind == NODE_ALIGNAS;
    }
}

static void note_attributes(struct check *check, struct symbol *symbol,
                            const struct declarator *declarator)
{
    struct attributes all = declarator->attributes, rest = all;
    note_specifiers(symbol, all.specifiers);
    if (!next_attribute(&rest))
        return;
    check_attributes(check, declarator->type, declarator->name, all);
    symbol->is_noreturn |= find_attribute(all, "noreturn") || find_attribute(all, "_Noreturn");
    symbol->is_nodiscard |=
        find_attribute(all, "warn_unused_result") || find_attribute(all, "nodiscard");
    if (!symbol->deprecated)
        symbol->deprecated = find_attribute(all, "deprecated");
    symbol->is_overloadable |= find_attribute(all, "overloadable") != NULL;
    symbol->is_address_taken |= find_attribute(all, "cleanup") != NULL;
    symbol->is_aligned |= find_attribute(all, "aligned") != NULL;
    if (symbol->kind == SYMBOL_TYPEDEF)
        symbol->type->is_packed_or_aligned |=
            symbol->is_aligned || find_attribute(all, "transparent_union");
}

struct symbol *declare(struct check *check, const struct specifiers *specifiers,
                       const struct declarator *declarator, struct node *declaration,
                       bool is_definition)
{
    struct scopes *scopes = check->state->scopes;
    struct node *name = declarator->name;
    bool is_function = type_resolve(declarator->type)->kind == TYPE_FUNCTION;
    enum symbol_kind kind = specifiers->storage == OP_TYPEDEF ? SYMBOL_TYPEDEF
                            : is_function                     ? SYMBOL_FUNCTION
                                                              : SYMBOL_VARIABLE;
    bool has_linkage = kind == SYMBOL_FUNCTION || specifiers->storage == OP_EXTERN;
    bool is_nested = check->state->function && is_function &&
                     (is_definition || specifiers->storage == OP_AUTO); /* GNU C */
    struct symbol *old = scope_find_here(scopes, SPACE_ORDINARY, name->name);
    bool is_here = old;
    check_cleanup(check, declarator->attributes);
    if (!old && has_linkage && !is_nested) {
        old = scope_find(scopes, SPACE_ORDINARY, name->name);
        if (old && (old->function || old->kind != kind))
            old = NULL; /* hidden by a local, or nothing with linkage */
    }
    struct symbol *symbol = old;
    if (old && is_here)
        check_linkage_of(check, old, specifiers, declarator->type, name);
    if (!old ||
        !is_redeclaration(check, old, kind, declarator->type, name, has_linkage, is_definition))
        symbol = bind(check, kind, declarator->type, name);
    else if (!is_here)
        scope_bind(scopes, SPACE_ORDINARY, name->name, old);
    if (symbol != old || is_definition) {
        symbol->declaration = declaration;
        symbol->node = name;
    }
    if (symbol != old)
        symbol->storage = specifiers->storage;
    note_bearer(check, specifiers->type, symbol);
    symbol->is_thread_local |= specifiers->is_thread_local;
    name->symbol = symbol;
    name->type = symbol->type;
    note_attributes(check, symbol, declarator);
    return symbol;
}

/* --- declarations */

/* `X * y;`, `X (y);`: an expression, if X is not declared but y is. */
static enum reading reading_of(struct check *check, struct node *declaration)
{
    if (!check->state->function || declaration->count < 2)
        return READING_CERTAIN;
    struct node *declarator = declaration->kid[1]->kind == NODE_DECLARED
                                  ? declaration->kid[1]->kid[0]
                                  : declaration->kid[1];
    if (declarator->kind == NODE_DECLARATOR_NAME)
        return READING_CERTAIN;
    struct node *name = declarator_name(declarator);
    return name && scope_find(check->state->scopes, SPACE_ORDINARY, name->name) ? READING_EITHER
                                                                                : READING_TYPE;
}

static void check_initial_value(struct check *check, const struct specifiers *specifiers,
                                struct symbol *symbol, struct type *type, struct node *value)
{
    bool is_contextvar = type_resolve(type)->kind == TYPE_CONTEXTVAR;
    if (is_contextvar)
        type = type_resolve(type)->target; /* its value in every context that sets none */
    bool is_static = !check->state->function || specifiers->storage == OP_STATIC ||
                     specifiers->storage == OP_CONSTEXPR;
    const char *outer = check->state->no_await;
    if (is_static)
        check->state->no_await = "a static initialiser";
    if (specifiers->is_deduced) {
        struct type *deduced = type_unqualified(check->types, check_owned(check, value));
        type = type_qualified(check->types, deduced, specifiers->type->qualifiers);
        check_own_type(check, value);
    } else
        type = check_initializer(check, type, value);
    if (is_contextvar && value->kind != NODE_INITIALIZER_LIST)
        check_conversion(check, type, value, C_WARNINGS, "initialiser");
    check->state->no_await = outer;
    if (symbol && symbol->kind == SYMBOL_VARIABLE &&
        (specifiers->is_deduced || !type_is_complete(symbol->type)))
        symbol->type = symbol->node->type = type;
}

static void check_object(struct check *check, const struct symbol *symbol)
{
    struct function_state *function = check->state->function;
    if (!function || !function->is_async || symbol->kind != SYMBOL_VARIABLE ||
        symbol->storage == OP_EXTERN || type_is_complete(symbol->type))
        return;
    complain(check, symbol->node, "'%s' has the incomplete type '%s'", symbol->name,
             show(check, symbol->type));
}

/* What C refuses too, but could not see once the array lies elsewhere. */
static void check_variable_object(struct check *check, const struct symbol *symbol,
                                  const struct node *declared)
{
    const struct function_state *function = check->state->function;
    if (!function || !function->is_async || symbol->kind != SYMBOL_VARIABLE ||
        !type_is_variably_modified(symbol->type))
        return;
    const struct type *type = type_resolve(symbol->type);
    bool is_static = symbol->storage == OP_STATIC || symbol->is_thread_local;
    if (symbol->storage == OP_EXTERN)
        complain(check, declared, "'%s' of a variably modified type cannot be extern",
                 symbol->name);
    else if (is_static && type_has_variable_size(type))
        complain(check, declared, "'%s' of a variable size must be automatic", symbol->name);
    else if (type->kind == TYPE_ARRAY && type->array_size == ARRAY_VARIABLE &&
             node_kid(declared, 1))
        complain(check, declared, "'%s' has a variable size and cannot be initialised",
                 symbol->name);
}

/* `int f(x);` with x no type: names without types, which only a definition may have. */
static void check_prototype(struct check *check, const struct declarator *declarator)
{
    if (!declarator->function)
        return;
    struct type *type = type_resolve(declarator->type);
    for (size_t i = 0; type->is_old_style && i < type->parameter_count; i++)
        if (type->parameters[i].node && is_news(check, type->parameters[i].name))
            complain(check, type->parameters[i].node, "unknown type name '%s'",
                     type->parameters[i].name);
}

/* What is left of an old-style definition behind which there is a mistake: nothing is known about
 * its names. */
static bool is_cut_off(const struct check *check, const struct node *declared)
{
    const char *code = source_code(check->source) + declared->end;
    while (isspace((unsigned char)*code))
        code++;
    return *code != ';' && *code != ',' && diagnostics_errors(check->diagnostics);
}

static void check_declared(struct check *check, const struct specifiers *specifiers,
                           struct node *declaration, struct node *declared)
{
    bool is_cut = is_cut_off(check, declared);
    check->state->quiet += is_cut;
    struct declarator declarator = check_declarator(check, specifiers, declared->kid[0]);
    check->state->quiet -= is_cut;
    struct node *value = node_kid(declared, 1);
    if (type_resolve(declarator.type)->kind != TYPE_FUNCTION)
        declarator.type =
            apply_attributes(check, declarator.type, (struct attributes){.around = declared});
    declarator.attributes.around = declared;
    declared->type = declarator.type;
    if (specifiers->is_misparsed || !declarator.name) {
        if (value)
            check_initializer(check, declarator.type, value);
        return;
    }
    bool is_function = type_resolve(declarator.type)->kind == TYPE_FUNCTION;
    bool is_definition = specifiers->storage != OP_TYPEDEF && !is_function &&
                         (value || specifiers->storage != OP_EXTERN);
    if (declarator.async)
        complain(check, declarator.async, "'async' on '%s', which is no function",
                 declarator.name->name);
    check_prototype(check, &declarator);
    if (type_resolve(declarator.type)->kind == TYPE_CONTEXTVAR)
        check_contextvar(check, specifiers);
    else
        check_former_use(check, specifiers);
    struct symbol *symbol = declare(check, specifiers, &declarator, declaration, is_definition);
    declared->symbol = symbol;
    check_variable_object(check, symbol, declared);
    if (value)
        check_initial_value(check, specifiers, symbol, declarator.type, value);
    check_object(check, symbol);
    if (symbol->kind == SYMBOL_VARIABLE)
        declared->type = symbol->type;
}

/* `async with (int x);`: no function `with` is declared there. */
static bool is_empty_with(struct check *check, const struct node *declaration)
{
    static const char *const words[] = {"async", "with", "("};
    const char *code = source_code(check->source);
    struct range token;
    uint32_t at = declaration->start;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!next_token(code, declaration->end, &at, &token) ||
            token.end - token.start != strlen(words[i]) ||
            memcmp(code + token.start, words[i], strlen(words[i])) != 0)
            return false;
    return check->state->function != NULL;
}

void check_declaration(struct check *check, struct node *declaration)
{
    if (is_empty_with(check, declaration)) {
        complain(check, declaration, "an 'async with' without a generator");
        return;
    }
    struct specifiers specifiers = check_specifiers(
        check, declaration->kid[0], reading_of(check, declaration), declaration->count == 1);
    specifiers.is_of_file = !check->state->function;
    if (declaration->count == 1 && specifiers.async)
        complain(check, specifiers.async, "'async' declares no function here");
    for (uint32_t i = 1; i < declaration->count; i++)
        check_declared(check, &specifiers, declaration, declaration->kid[i]);
}

void check_static_assert(struct check *check, struct node *node)
{
    const char *outer = check->state->no_await;
    check->state->no_await = "a static assertion";
    if (node->count)
        check_value(check, node->kid[0]);
    check->state->no_await = outer;
}

/* --- old-style definitions */

static struct parameter *find_parameter(struct type *type, const char *name)
{
    for (size_t i = 0; i < type->parameter_count; i++)
        if (type->parameters[i].name == name)
            return &type->parameters[i];
    return NULL;
}

static void check_old_parameter(struct check *check, const struct specifiers *specifiers,
                                struct node *declaration, struct node *declared, struct type *type)
{
    struct node *node = declared->kind == NODE_DECLARED ? declared->kid[0] : declared;
    struct declarator declarator = check_declarator(check, specifiers, node);
    struct parameter *parameter =
        declarator.name ? find_parameter(type, declarator.name->name) : NULL;
    if (!parameter)
        return;
    struct type *decayed = type_resolve(declarator.type)->kind == TYPE_ARRAY ||
                                   type_resolve(declarator.type)->kind == TYPE_FUNCTION
                               ? type_decay(check->types, declarator.type)
                               : declarator.type;
    parameter->type = decayed;
    struct symbol *symbol = scope_find_here(check->state->scopes, SPACE_ORDINARY, parameter->name);
    if (!symbol)
        return;
    symbol->type = declarator.name->type = decayed;
    symbol->node = declarator.name;
    symbol->declaration = declaration;
    declarator.name->symbol = symbol;
}

void check_old_style(struct check *check, struct node *function, struct type *type)
{
    for (uint32_t i = 3; i < function->count; i++) {
        struct node *declaration = function->kid[i];
        struct specifiers specifiers =
            check_specifiers(check, declaration->kid[0], READING_CERTAIN, false);
        for (uint32_t k = 1; k < declaration->count; k++)
            check_old_parameter(check, &specifiers, declaration, declaration->kid[k], type);
    }
}
