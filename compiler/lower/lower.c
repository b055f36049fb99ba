/* The lowering passes in their order, and what they share: functions, variables, names. */
#include "lower/desugar.h"

#include <string.h>

#include "diagnostic.h"
#include "semantic/scope.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"

/* --- names */

const char *fresh_name(const struct lowered *lowered, const char *wish)
{
    const char *name = wish;
    while (name_is_known(lowered->check->names, name))
        name = arena_format(lowered->arena, "%s_", name);
    return name;
}

static bool mentions_name(const struct node *node, const char *name)
{
    if (!node)
        return false;
    if (node->name == name && node->kind != NODE_MEMBER && node->kind != NODE_FORMER)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (mentions_name(node->kid[i], name))
            return true;
    return false;
}

/* A name like `wish` that means nothing else in this function, and hides nothing of the file's. */
static const char *name_in(const struct lowered *lowered, const struct function *function,
                           const char *wish)
{
    struct names *names = lowered->check->names;
    const char *name = wish;
    while (name_is_known(names, name) && (mentions_name(function->node, name_of(names, name)) ||
                                          check_file_symbol(lowered->check, name_of(names, name))))
        name = arena_format(lowered->arena, "%s_", name);
    return name;
}

const char *declaration_text(const struct lowered *lowered, const struct type *type,
                             const char *name)
{
    struct text text = {0};
    type_print(&text, type, name, true, QUAL_CONST | QUAL_VOLATILE | QUAL_ATOMIC | QUAL_RESTRICT);
    char *copy = arena_copy(lowered->arena, text.data ? text.data : "", text.length);
    text_free(&text);
    return copy;
}

const char *type_text(const struct lowered *lowered, const struct type *type)
{
    const char *name = declaration_text(lowered, type, NULL);
    return strstr(name, "(*") ? arena_format(lowered->arena, "__typeof__(%s)", name) : name;
}

/* --- functions and variables */

struct function *lowered_function(const struct lowered *lowered, const struct symbol *symbol)
{
    (void)lowered;
    return symbol->kind == SYMBOL_FUNCTION && !symbol->function ? symbol->lowered : NULL;
}

const char *stem_of(const struct lowered *lowered, const struct symbol *symbol)
{
    const struct function *function = lowered_function(lowered, symbol);
    return function ? function->stem : symbol->name;
}

/* Whether the program itself uses a name that would be made so. */
static bool stem_is_used(const struct lowered *lowered, const char *stem)
{
    static const char *const made[] = {"frame", "resume", "begin", "spawn", "lines"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (name_is_known(lowered->check->names,
                          arena_format(lowered->arena, "%s__%s", stem, made[i])))
            return true;
    return false;
}

struct variable *variable_new(struct lowered *lowered, struct function *function,
                              enum variable_kind kind, struct symbol *symbol, struct type *type)
{
    struct variable *variable = arena_alloc(lowered->arena, sizeof *variable);
    function->variables = arena_grow(lowered->arena, function->variables, function->variable_count,
                                     &function->variable_capacity, sizeof *function->variables);
    variable->kind = kind;
    variable->symbol = symbol;
    variable->type = type;
    if (kind != VARIABLE_LOCAL && type_is_variably_modified(type)) {
        variable->viewed_as = type;
        variable->type = storage_type(lowered, type);
    }
    variable->function = function;
    variable->index = (uint32_t)function->variable_count;
    function->variables[function->variable_count++] = variable;
    symbol->lowered = variable;
    return variable;
}

static void find_parameters(struct lowered *lowered, struct function *function)
{
    for (size_t i = 0; i < function->type->parameter_count; i++) {
        struct parameter *parameter = &function->type->parameters[i];
        struct node *name = parameter_name(parameter);
        if (name && name->symbol)
            variable_new(lowered, function, VARIABLE_PARAMETER, name->symbol, parameter->type);
        else if (!parameter->name)
            parameter->name =
                fresh_name(lowered, arena_format(lowered->arena, "unnamed_%zu", i + 1));
    }
}

bool is_automatic(const struct symbol *symbol)
{
    return symbol->kind == SYMBOL_VARIABLE && !symbol->is_thread_local &&
           symbol->storage != OP_STATIC && symbol->storage != OP_EXTERN;
}

static void find_locals(struct lowered *lowered, struct function *function, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return;
    if (node->kind == NODE_DECLARED) {
        struct node *name = declarator_name(node->kid[0]);
        struct symbol *symbol = name ? name->symbol : NULL;
        if (symbol && is_automatic(symbol) && symbol->function == function->node &&
            !symbol->lowered)
            variable_new(lowered, function, VARIABLE_LOCAL, symbol, symbol->type);
    }
    for (uint32_t i = 0; i < node->count; i++)
        find_locals(lowered, function, node->kid[i]);
}

static struct function *function_new(struct lowered *lowered, enum function_kind kind,
                                     struct node *node)
{
    struct function *function = arena_alloc(lowered->arena, sizeof *function);
    function->kind = kind;
    function->node = node;
    function->symbol = node->symbol;
    function->type = type_resolve(node->symbol->type);
    function->name = node->symbol->name;
    function->last_made = &function->made;
    function->result = function->type->target;
    if (kind == FUNCTION_GENERATOR || kind == FUNCTION_ASYNC_GENERATOR) {
        function->yielded = function->result->target;
        function->sent = function->result->sent;
        function->result = type_simple(lowered->check->types, TYPE_INT);
    }
    node->function = function;
    return function;
}

static void function_with_frame(struct lowered *lowered, enum function_kind kind, struct node *node)
{
    struct function *function = function_new(lowered, kind, node);
    function->is_main = kind == FUNCTION_ASYNC && !strcmp(function->name, "main");
    function->index = (uint32_t)lowered->count;
    function->symbol->lowered = function;
    function->stem = function->name;
    while (stem_is_used(lowered, function->stem))
        function->stem = arena_format(lowered->arena, "%s_", function->stem);
    if (function->is_main)
        function->symbol->output_name = fresh_name(lowered, "main__coroutine");
    function->self = name_in(lowered, function, "self");
    function->base = name_in(lowered, function, "base");
    function->step = name_in(lowered, function, "step");
    function->caller = name_in(lowered, function, "caller");
    function->future = name_in(lowered, function, "future");
    function->place = name_in(lowered, function, "place");
    result_type_name(lowered, function);
    lowered->functions = arena_grow(lowered->arena, lowered->functions, lowered->count,
                                    &lowered->capacity, sizeof *lowered->functions);
    lowered->functions[lowered->count++] = function;
}

struct function *made_function(struct lowered *lowered, struct function *outer, struct node *node)
{
    bool is_async = type_resolve(node->symbol->type)->target->is_async;
    function_with_frame(lowered, is_async ? FUNCTION_ASYNC_GENERATOR : FUNCTION_GENERATOR, node);
    struct function *function = node->function;
    while (outer->outer)
        outer = outer->outer;
    function->made_in = outer->made_in ? outer->made_in : outer->node;
    outer = function->made_in->function;
    *outer->last_made = function;
    outer->last_made = &function->next_made;
    return function;
}

static void plain_function(struct lowered *lowered, struct function *outer, struct node *node)
{
    struct function *function = function_new(lowered, FUNCTION_PLAIN, node);
    function->outer = outer;
    lowered->plain = arena_grow(lowered->arena, lowered->plain, lowered->plain_count,
                                &lowered->plain_capacity, sizeof *lowered->plain);
    lowered->plain[lowered->plain_count++] = function;
}

/* GNU C's functions in functions, which have no frame, whatever they are nested in. */
static void find_nested(struct lowered *lowered, struct function *function, struct node *node)
{
    if (!node || !(node->flags & HAS_LANGUAGE))
        return;
    if (node->kind == NODE_FUNCTION && node->kid[2]->flags & HAS_AWAIT && node->symbol) {
        plain_function(lowered, function, node);
        function = node->function;
    }
    for (uint32_t i = 0; i < node->count; i++)
        find_nested(lowered, function, node->kid[i]);
}

static void find_functions(struct lowered *lowered)
{
    struct check *check = lowered->check;
    for (size_t i = 0; i < check->function_count; i++) {
        struct node *node = check->functions[i];
        if (!node->symbol)
            continue;
        const struct type *type = type_resolve(node->symbol->type);
        if (type->target->kind == TYPE_GENERATOR)
            function_with_frame(
                lowered, type->target->is_async ? FUNCTION_ASYNC_GENERATOR : FUNCTION_GENERATOR,
                node);
        else if (type->is_async)
            function_with_frame(lowered, FUNCTION_ASYNC, node);
        else if (node->kid[2]->flags & HAS_AWAIT || holds_local_types(node->kid[2]))
            plain_function(lowered, NULL, node);
        find_nested(lowered, node->function, node->kid[2]);
    }
}

/* --- the passes */

/* What is left once awaits are suspensions. */
static void lower_function(struct lowered *lowered, struct function *function)
{
    returned_new(lowered, function);
    defer_function(lowered, function);
    fallthrough_find(lowered, function);
    parts_find(lowered, function);
    flow_build(lowered, function);
    liveness_compute(lowered, function);
    unset_find(function);
    warn_function(lowered, function);
    frame_layout(lowered, function);
}

/* A list, set or dict that the file speaks of; NULL. */
static const struct node *find_container(const struct node *node)
{
    if (!node || !(node->flags & HAS_LANGUAGE))
        return NULL;
    bool is_typed = node->type && (node->kind == NODE_FORMER || node->kind == NODE_COMPREHENSION);
    enum type_kind kind = is_typed ? type_resolve(node->type)->kind : TYPE_UNKNOWN;
    if (kind == TYPE_LIST || kind == TYPE_SET || kind == TYPE_DICT)
        return node;
    const struct node *found = NULL;
    for (uint32_t i = 0; !found && i < node->count; i++)
        found = find_container(node->kid[i]);
    return found;
}

/* The generated code needs the runtime's declarations, for which this tag stands. */
static bool has_runtime(struct check *check, const char *tag, const struct node *node,
                        const char *what)
{
    if (!node || check_file_tag(check, name_of(check->names, tag)))
        return true;
    struct range place = {node->start, node->start + 1};
    report_error(check->diagnostics, place, "%s need the runtime's declarations", what);
    report_note(check->diagnostics, place, "add '#include <async/async.h>' to the file");
    return false;
}

/* What containers hold must be known at file scope. */
static void move_held_types(struct lowered *lowered)
{
    for (size_t i = 0; i < lowered->plain_count; i++) {
        struct function *function = lowered->plain[i];
        if (!function->outer && holds_local_types(function->node->kid[2]))
            local_types_find(lowered, function, function->node->kid[2]);
    }
}

/* Nested functions are in their outer ones' bodies. */
static void rename_all_hiding(struct lowered *lowered)
{
    const struct check *check = lowered->check;
    for (size_t i = 0; i < check->function_count; i++)
        if (check->functions[i]->function || check->functions[i]->flags & HAS_LANGUAGE)
            rename_hiding(lowered, check->functions[i]);
}

/* Everything in a header may be used by who includes it. */
static void use_all(struct lowered *lowered)
{
    for (size_t i = 0; i < lowered->count; i++)
        lowered->functions[i]->is_embedded = lowered->functions[i]->is_called_by_handle = true;
}

struct lowered *desugar_unit(struct check *check, struct node *unit, bool is_header)
{
    struct lowered *lowered = arena_alloc(check->arena, sizeof *lowered);
    lowered->arena = check->arena;
    lowered->check = check;
    lowered->is_header = is_header;
    lowered->local_types = scopes_new(check->arena);
    lowered->moved_names = scopes_new(check->arena);
    find_functions(lowered);
    if (is_header)
        use_all(lowered);
    else if (!has_runtime(check, "async_future",
                          lowered->count ? lowered->functions[0]->node : NULL, "async functions") ||
             !has_runtime(check, "async_list", find_container(unit), "containers"))
        return lowered;
    unevaluated_leave_out(lowered, unit, false);
    rename_all_hiding(lowered);
    move_held_types(lowered);
    for (size_t i = 0; i < lowered->count; i++)
        desugar_function(lowered, lowered->functions[i]);
    for (size_t i = 0; i < lowered->plain_count; i++)
        desugar_function(lowered, lowered->plain[i]);
    lowered->is_complete = true;
    return lowered;
}

struct lowered *lower_unit(struct check *check, struct node *unit, bool is_header)
{
    struct lowered *lowered = desugar_unit(check, unit, is_header);
    if (!lowered->is_complete)
        return lowered;
    embed_unit(lowered);
    for (size_t i = 0; i < lowered->count; i++) {
        find_parameters(lowered, lowered->functions[i]);
        find_locals(lowered, lowered->functions[i], lowered->functions[i]->node->kid[2]);
        literals_find(lowered, lowered->functions[i]);
        local_types_of(lowered, lowered->functions[i]);
    }
    plain_unit(lowered, unit);
    for (size_t i = 0; i < lowered->count; i++) /* before nested ones, which use their lengths */
        await_function(lowered, lowered->by_frame[i]);
    for (size_t i = 0; i < lowered->plain_count; i++) {
        literals_find(lowered, lowered->plain[i]);
        await_function(lowered, lowered->plain[i]);
        defer_function(lowered, lowered->plain[i]);
        fallthrough_find(lowered, lowered->plain[i]);
        lowered->plain[i]->node->kid[2] = lowered->plain[i]->body;
    }
    for (size_t i = 0; i < lowered->count; i++)
        lower_function(lowered, lowered->by_frame[i]);
    for (size_t i = 0; i < lowered->count; i++) {
        handles_find(lowered, lowered->functions[i]->body);
        left_out_find(lowered, lowered->functions[i]);
    }
    for (uint32_t i = 0; i < unit->count; i++)
        if (unit->kid[i]->kind != NODE_FUNCTION || !unit->kid[i]->function ||
            !function_has_frame(unit->kid[i]->function))
            handles_find(lowered, unit->kid[i]);
    return lowered;
}
