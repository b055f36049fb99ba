/* The checker's entry: one walk over the file, declaration by declaration.
 *
 * System headers are where most of a file's text is. Their declarations are needed; the bodies of
 * their inline functions are not, unless the language is used in them, so those are passed over,
 * and no message is ever about a header of the system. */
#include <string.h>

#include "semantic/checker.h"
#include "syntax/token.h"

/* --- functions */

static void adopt_parameters(struct function_state *function, const struct type *type)
{
    struct node *body = function->node->kid[2];
    for (size_t i = 0; i < type->parameter_count; i++) {
        struct node *node = type->parameters[i].node;
        struct symbol *symbol = node ? node->symbol : NULL;
        if (!symbol)
            continue;
        symbol->function = function->node;
        symbol->block = body;
    }
}

static void check_body(struct check *check, struct node *node, struct scope *parameters,
                       struct type *type)
{
    struct check_state *state = check->state;
    struct function_state function = {.outer = state->function, .node = node};
    struct node *value_statement = state->value_statement;
    const char *no_await = state->no_await;
    unsigned defers = state->defers, unevaluated = state->unevaluated;
    function.result = type->target;
    function.is_generator = type->target->kind == TYPE_GENERATOR;
    function.is_async = type->is_async || (function.is_generator && type->target->is_async);
    function.labels = scopes_new(check->arena);
    function.unknown_names = scopes_new(check->arena);
    state->function = &function;
    state->value_statement = NULL;
    state->no_await = NULL;
    state->defers = state->unevaluated = 0;
    scope_reopen(state->scopes, parameters, node->kid[2]);
    adopt_parameters(&function, type);
    check_old_style(check, node, type);
    check_block(check, node->kid[2]);
    spread_awaits(check, node->kid[2]);
    scope_close(state->scopes);
    resolve_jumps(check);
    check_jumps(check, node);
    if (function.is_async || function.is_generator)
        check_operands(check, node->kid[2]);
    else
        check_language_operands(check, node->kid[2]);
    if (function.is_async || function.is_generator)
        check_parameters_used(check, node);
    if (function.is_async)
        check_stack(check, node);
    if (function.is_async && !function.is_generator)
        check_ending(check, node);
    check_sources(check, node->kid[2]);
    if (!function.outer)
        advise(check, node);
    state->function = function.outer;
    state->value_statement = value_statement;
    state->no_await = no_await;
    state->defers = defers;
    state->unevaluated = unevaluated;
}

/* Inline functions of system headers are not looked into: nothing is reported about them and
 * nothing in them is lowered. */
static bool is_passed_over(const struct check *check, const struct node *node)
{
    return check->state->is_system_header && !(node->flags & HAS_LANGUAGE);
}

static void add_function(struct check *check, struct node *node)
{
    struct check_state *state = check->state;
    if (state->function)
        return;
    check->functions = arena_grow(check->arena, check->functions, check->function_count,
                                  &state->function_capacity, sizeof *check->functions);
    check->functions[check->function_count++] = node;
}

/* The frame holds what is given, yielded and sent. */
static void check_frame_types(struct check *check, const struct specifiers *specifiers,
                              const struct node *name, const struct type *type)
{
    const struct type *generator = type->target;
    if (type->is_async && !type_is_void(type->target) && !type_is_complete(type->target))
        complain(check, name, "'%s' gives the incomplete type '%s'", name->name,
                 show(check, type->target));
    if (generator->kind != TYPE_GENERATOR || !specifiers->former)
        return;
    if (!type_is_void(generator->target) && !type_is_complete(generator->target))
        complain(check, specifiers->former->kid[0], "'%s' yields the incomplete type '%s'",
                 name->name, show(check, generator->target));
    if (generator->sent && !type_is_void(generator->sent) && !type_is_complete(generator->sent))
        complain(check, specifiers->former->kid[1], "'%s' is sent the incomplete type '%s'",
                 name->name, show(check, generator->sent));
}

/* A struct, union or enum that is first spoken of among the parameters ends with them, but a frame,
 * which is declared elsewhere, holds what is of that type. `moved`: the one that a parameter
 * defines, which moves there. */
static void check_tags(struct check *check, const struct node *node, const struct node *moved)
{
    if (!node || node == moved || node->kind == NODE_COMPOUND)
        return;
    bool is_own = node->kind == NODE_FUNCTION_TYPE && node->kid[0] &&
                  node->kid[0]->kind == NODE_DECLARATOR_NAME;
    if (node_is_tag(node) && node->type && node->type->node == node) {
        complain(check, node, "a type is declared in a parameter list: declare it first");
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        const struct node *kid = node->kid[i];
        bool is_parameter = is_own && kid->kind == NODE_PARAMETER;
        check_tags(check, kid, is_parameter ? defined_tag(kid->kid[0]) : moved);
    }
}

static void check_parameters(struct check *check, const struct type *type,
                             const struct node *function)
{
    bool is_known = true;
    for (size_t i = 0; i < type->parameter_count; i++) {
        const struct parameter *parameter = &type->parameters[i];
        if (parameter->node && !type_is_complete(parameter->type))
            is_known &= !complain(check, parameter->node, "a parameter of the incomplete type '%s'",
                                  show(check, parameter->type));
    }
    for (uint32_t i = 1; is_known && i < function->count; i++) /* behind what it gives */
        check_tags(check, function->kid[i], NULL);
}

static void check_main(struct check *check, const struct type *type, const struct node *name)
{
    enum type_kind result = type_resolve(type->target)->kind;
    if (!strcmp(name->name, "main") && result != TYPE_INT && result != TYPE_UNKNOWN)
        complain(check, name, "'main' gives '%s' and not 'int'", show(check, type->target));
}

static void check_definition(struct check *check, const struct specifiers *specifiers,
                             const struct declarator *declarator, struct node *node)
{
    struct check_state *state = check->state;
    struct type *type = type_resolve(declarator->type);
    struct symbol *old = scope_find(state->scopes, SPACE_ORDINARY, declarator->name->name);
    const struct node *before = old && old->is_defined ? old->node : NULL;
    struct symbol *symbol = declare(check, specifiers, declarator, node, true);
    bool is_generator = type->target->kind == TYPE_GENERATOR;
    if (symbol->kind == SYMBOL_TYPEDEF) {
        complain(check, declarator->name, "a definition of the function '%s' says 'typedef'",
                 symbol->name);
        return;
    }
    if (is_generator && type->is_variadic)
        complain(check, declarator->function, "a generator cannot be variadic");
    if (is_generator && state->function)
        complain(check, declarator->name, "a generator cannot be nested in another function");
    if (before && symbol == old && (type->is_async || is_generator) &&
        complain(check, declarator->name, "redefinition of '%s'", symbol->name))
        add_note(check, before, "previous definition is here");
    symbol->is_defined = true;
    node->symbol = symbol;
    node->type = declarator->type;
    check_former_use(check, specifiers);
    check_frame_types(check, specifiers, declarator->name, type);
    if (state->function && type->is_async)
        complain(check, declarator->name, "an async function cannot be nested in another function");
    if (is_passed_over(check, node))
        return;
    add_function(check, node);
    check_body(check, node, declarator->parameters, type);
    if (type->is_async || is_generator) {
        check_parameters(check, type, node);
        check_main(check, type, declarator->name);
    }
}

/* The name that a parameter consists of, NULL if it has a type. */
static const struct node *lone_name(const struct node *parameter)
{
    const struct node *word = parameter;
    if (parameter->kind == NODE_PARAMETER && parameter->kid[0]->count == 1 && !parameter->kid[1])
        word = parameter->kid[0]->kid[0];
    return word->kind == NODE_TYPE_NAME_REF ? word : NULL;
}

/* `int f(a, b) int a; char b; {...}`: the list reads as types until its names are marked. If
 * nothing is declared behind it, it is one if no name means a type. */
static void mark_old_names(struct check *check, const struct node *declarator, bool is_certain)
{
    const struct node *name;
    while (declarator && declarator->kind != NODE_FUNCTION_TYPE)
        declarator = node_kid(declarator, 0);
    for (uint32_t i = 1; declarator && !is_certain && i < declarator->count; i++) {
        name = lone_name(declarator->kid[i]);
        const struct symbol *symbol =
            name ? scope_find(check->state->scopes, SPACE_ORDINARY, name->name) : NULL;
        if (!name || (symbol && symbol->kind == SYMBOL_TYPEDEF))
            return;
    }
    for (uint32_t i = 1; declarator && i < declarator->count; i++)
        if ((name = lone_name(declarator->kid[i])) != NULL)
            mark_as_ordinary(check, name);
}

/* A body behind what is no function. Of `struc s { int a; };` it is known already that the first
 * word is none; what the second one was to be is not. */
static void complain_body(struct check *check, const struct specifiers *specifiers,
                          const struct node *name)
{
    if (!is_unknown(specifiers->type))
        complain(check, name, "'%s' is no function, but has a body", name->name);
    is_news(check, name->name);
}

void check_function(struct check *check, struct node *node)
{
    mark_old_names(check, node->kid[1], node->count > 3);
    struct specifiers specifiers = check_specifiers(check, node->kid[0], READING_CERTAIN, false);
    specifiers.is_function = !check->state->function;
    struct declarator declarator = check_declarator(check, &specifiers, node->kid[1]);
    if (!declarator.name)
        complain(check, node->kid[1] ? node->kid[1] : node->kid[0], "a function without a name");
    else if (!declarator.function || type_resolve(declarator.type)->kind != TYPE_FUNCTION)
        complain_body(check, &specifiers, declarator.name);
    else
        check_definition(check, &specifiers, &declarator, node);
}

/* --- the file */

static void check_external(struct check *check, struct node *node);

static void check_linkage(struct check *check, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        check_external(check, node->kid[i]);
}

static void check_external(struct check *check, struct node *node)
{
    struct check_state *state = check->state;
    struct place place = source_line(check->source, node->start);
    state->is_header = !place.main_file;
    state->is_system_header = place.system_header;
    state->quiet = place.system_header;
    check_unused_pragmas(check, node->start);
    switch (node->kind) {
    case NODE_FUNCTION:
        check_function(check, node);
        break;
    case NODE_DECLARATION:
        check_declaration(check, node);
        break;
    case NODE_STATIC_ASSERT:
        check_static_assert(check, node);
        break;
    case NODE_LINKAGE:
        check_linkage(check, node);
        break;
    case NODE_SKIPPED:
        is_news(check, node->name);
        break;
    default:
        break;
    }
}

/* Names that a mistake already reported hides. */
static void adopt_unknown(struct check *check)
{
    const char *code = source_code(check->source);
    for (size_t i = 0; i < check->marks->count; i++) {
        const struct mark_entry *entry = &check->marks->items[i];
        struct range token;
        uint32_t at = entry->offset;
        if (entry->mark == MARK_UNKNOWN &&
            next_token(code, (uint32_t)source_length(check->source), &at, &token))
            is_news(check, name_of(check->names, arena_copy(check->arena, code + token.start,
                                                            token.end - token.start)));
    }
}

/* Types that compilers know without a declaration. Files may declare the names for themselves. */
static void predeclare_types(struct check *check)
{
    static const struct {
        const char *name;
        enum type_kind kind;
    } known[] = {{"__int128_t", TYPE_INT128}, {"__uint128_t", TYPE_UINT128}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *name = name_of(check->names, known[i].name);
        struct symbol *symbol = symbol_make(check, SYMBOL_TYPEDEF, name);
        symbol->type = type_simple(check->types, known[i].kind);
        scope_bind(check->state->scopes, SPACE_ORDINARY, name, symbol);
    }
    check->file_scope = scope_open(check->state->scopes, NULL);
}

struct check *check_unit(struct arena *arena, struct names *names, struct source *source,
                         struct diagnostics *diagnostics, struct node *unit, struct marks *marks)
{
    struct check *check = arena_alloc(arena, sizeof *check);
    struct check_state *state = arena_alloc(arena, sizeof *state);
    check->arena = arena;
    check->names = names;
    check->source = source;
    check->pragmas = pragmas_read(arena, source);
    check->diagnostics = diagnostics;
    check->types = types_new(arena);
    check->marks = marks;
    check->state = state;
    state->scopes = scopes_new(arena);
    state->file_unknown_names = scopes_new(arena);
    state->marks_before = marks->count;
    state->parsed = diagnostics_mark(diagnostics);
    static const char *const func[] = {"__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"};
    for (size_t i = 0; i < sizeof func / sizeof *func; i++)
        state->func[i] = name_of(names, func[i]);
    predeclare_types(check);
    adopt_unknown(check);
    for (uint32_t i = 0; i < unit->count; i++) {
        const struct node *next = node_kid(unit, i + 1);
        state->external = (struct range){unit->kid[i]->start, next ? next->start : UINT32_MAX};
        check_external(check, unit->kid[i]);
    }
    report_implicit_calls(check);
    return check;
}

struct symbol *check_file_symbol(const struct check *check, const char *name)
{
    return scope_find(check->state->scopes, SPACE_ORDINARY, name);
}

struct symbol *check_file_tag(const struct check *check, const char *name)
{
    return scope_find(check->state->scopes, SPACE_TAG, name);
}

/* --- effects */

static bool is_access(const struct node *node)
{
    return node->kind == NODE_IDENTIFIER || node->kind == NODE_MEMBER || node->kind == NODE_INDEX ||
           node->kind == NODE_DEREFERENCE;
}

bool node_is_effect(const struct node *node)
{
    switch (node->kind) {
    case NODE_CALL:
    case NODE_ASSIGN:
    case NODE_PREFIX:
    case NODE_POSTFIX:
    case NODE_ASM:
    case NODE_STATEMENT_EXPRESSION:
    case NODE_AWAIT:
    case NODE_SPAWN:
    case NODE_TRY:
    case NODE_YIELD:
    case NODE_COMPREHENSION:
        return true;
    case NODE_TYPE_ARGUMENTS: /* va_arg moves on */
        return node->name && !strcmp(node->name, "__builtin_va_arg");
    default:
        return is_access(node) && node->type &&
               type_qualifiers(node->type) & (QUAL_VOLATILE | QUAL_ATOMIC);
    }
}
