/* What the language adds and ordinary functions may use too: `spawn`, and calls of the runtime
 * whose meaning depends on a type T, which C cannot pass. Each becomes a plain call, in place.
 *
 *     spawn E                      async_spawn(E, __FILE__, __LINE__)
 *     spawn f(a, b)                f__spawn(async_place(__FILE__, __LINE__), a, b)
 *     async_run(E)                 *(T *)async_run_result(E, &(T){0}, sizeof(T))
 *     async_run_threadsafe(l, E)   *(T *)async_run_threadsafe_result(l, E, &(T){0}, sizeof(T))
 *     async_future(T)              async_future_new(sizeof(T), __alignof__(T))
 *     async_set_result(f, v)       async_complete(async_borrow(f, ...), (T[1]){v}, sizeof(T))
 *     async_set_name(f, s)         async_set_name(async_borrow(f, __FILE__, __LINE__), s)
 *     async_release(h)             async_release(async_take_handle(&h)): an lvalue is emptied
 *     async_gather(f, g)           async_gather_all(2, (struct async_future *[]){async_borrow(f,
 *                                  __FILE__, __LINE__), ...})
 *     async_wait_for(f, s)         async_wait_for_handle(f, s, sizeof(T), __alignof__(T), true)
 *     async_group_spawn(g, f)      async_group_spawn_at(g, f, __FILE__, __LINE__)
 *
 * The second form is for async functions of this file, spawned by async functions: their frames are
 * known there. The handle of a `spawn` or async_group_spawn whose value is discarded is released,
 * wherever it stands (discard.c). */
#include "lower/generator_call.h"
#include "lower/lower.h"

#include <string.h>

#include "support/arena.h"
#include "support/text.h"

static bool is_generator(const struct node *handle)
{
    return handle->type && type_resolve(handle->type)->kind == TYPE_GENERATOR;
}

const char *handle_address(struct lowered *lowered, const struct node *handle, unsigned n)
{
    bool is_volatile = handle->type && type_qualifiers(handle->type) & QUAL_VOLATILE;
    const char *cast = !is_volatile           ? ""
                       : is_generator(handle) ? "(struct async_generator **)"
                                              : "(struct async_future **)";
    return arena_format(lowered->arena, "%s&$%u", cast, n);
}

const char *handle_moved(struct lowered *lowered, const struct node *handle, unsigned n)
{
    return arena_format(lowered->arena, "%s(%s, __FILE__, __LINE__)",
                        is_generator(handle) ? "async_generator_move" : "async_move",
                        handle_address(lowered, handle, n));
}

const char *handle_looked_at(struct lowered *lowered, const struct node *handle, unsigned n)
{
    return arena_format(lowered->arena, "%s($%u, __FILE__, __LINE__)",
                        is_generator(handle) ? "async_generator_borrow" : "async_borrow", n);
}

const char *value_address(struct lowered *lowered, const struct type *type, const char *value)
{
    return arena_format(lowered->arena, lowered->is_header ? "ASYNC_VALUE(%s, %s)" : "(%s[1]){%s}",
                        type_text(lowered, type), value);
}

bool makes_handle(struct node *node)
{
    static const char *const makers[] = {"async_retain", "async_future", "async_wait_for",
                                         "async_gather", "async_group_spawn"};
    node = skip_parens(node);
    if (node->kind == NODE_SPAWN || node->kind == NODE_COMPREHENSION)
        return true;
    if (node->kind == NODE_COMMA || node->kind == NODE_CAST)
        return makes_handle(node->kid[1]);
    if (node->kind == NODE_CONDITIONAL)
        return makes_handle(node->kid[node->kid[1] ? 1 : 0]) && makes_handle(node->kid[2]);
    if (node->kind == NODE_STATEMENT_EXPRESSION) {
        const struct node *last = node->count ? value_statement(node->kid[0]) : NULL;
        return last && last->kid[0] && makes_handle(last->kid[0]);
    }
    const struct node *callee = node->kind == NODE_CALL ? node->kid[0] : NULL;
    if (!callee || !callee->type)
        return false;
    for (size_t i = 0; callee->name && i < sizeof makers / sizeof *makers; i++)
        if (!strcmp(callee->name, makers[i]))
            return true;
    const struct type *type = type_resolve(callee->type);
    if (type->kind == TYPE_POINTER)
        type = type_resolve(type->target);
    return type->kind == TYPE_FUNCTION &&
           (type->is_async || type->target->kind == TYPE_GENERATOR); /* a typedef: may be empty */
}

/* The result type of the future that this expression is. */
static struct type *future_of(const struct node *node)
{
    const struct type *type = type_resolve(node->type);
    return type->kind == TYPE_FUTURE ? type->target : NULL;
}

/* The async function of this file that the operand of a `spawn` calls; NULL if none, or if a handle
 * is needed because it comes to own arguments. */
static struct function *spawned(struct lowered *lowered, const struct node *operand)
{
    enum { MOST = 9 }; /* arguments of a template */
    const struct node *callee = operand->kind == NODE_CALL ? skip_parens(operand->kid[0]) : NULL;
    if (lowered->is_header || !callee || callee->kind != NODE_IDENTIFIER || !callee->symbol ||
        operand->count - 1 > MOST || operand->flags & OWNS_ARGUMENTS)
        return NULL;
    struct function *function = lowered_function(lowered, callee->symbol);
    bool fits = function && function->kind == FUNCTION_ASYNC && !function->is_main &&
                function->type->parameter_count == operand->count - 1;
    return fits ? function : NULL;
}

static void plain_spawn(struct lowered *lowered, struct node *node, bool in_frame)
{
    struct node *operand = skip_parens(node->kid[0]);
    struct function *function = in_frame ? spawned(lowered, operand) : NULL;
    if (function) {
        struct text text = {0};
        text_printf(&text, "%s__spawn(async_place(__FILE__, __LINE__)", function->stem);
        for (uint32_t i = 1; i < operand->count; i++)
            text_printf(&text, ", $%u", i);
        text_puts(&text, ")");
        node->text = arena_copy(lowered->arena, text.data, text.length);
        text_free(&text);
        node->kid = operand->kid;
        node->count = operand->count;
        embed_callee(lowered, node);
        function->is_spawned = true;
        return;
    }
    const char *handle =
        is_lvalue(lowered->check, node->kid[0]) ? handle_moved(lowered, node->kid[0], 0) : "$0";
    node->text = arena_format(lowered->arena, "async_spawn(%s, __FILE__, __LINE__)", handle);
}

/* A `void *` converts to a handle, but is none that could be emptied. */
static bool can_be_emptied(struct lowered *lowered, struct node *handle)
{
    const struct type *type = handle->type ? type_resolve(handle->type) : NULL;
    if (!type || !is_lvalue(lowered->check, handle))
        return false;
    return type->kind >= TYPE_FUTURE || type->kind == TYPE_UNKNOWN ||
           (type->kind == TYPE_POINTER && type_resolve(type->target)->kind == TYPE_STRUCT);
}

/* The handle that the call consumes, which must not be empty, taken out of what holds it. */
static const char *consumed(struct lowered *lowered, const struct node *call, unsigned position)
{
    struct node *handle = call->kid[position];
    if (can_be_emptied(lowered, handle))
        return handle_moved(lowered, handle, position);
    return makes_handle(handle) ? arena_format(lowered->arena, "$%u", position)
                                : handle_looked_at(lowered, handle, position);
}

/* Runs the future that argument `position` is, by function_result or function_value,
 * whose first arguments are those before it. */
static void run_by(struct lowered *lowered, struct node *node, unsigned position,
                   const char *function, const char *before)
{
    struct type *type = future_of(node->kid[position]);
    const char *handle = consumed(lowered, node, position);
    if (!type)
        return;
    if (type_is_void(type)) {
        node->text =
            arena_format(lowered->arena, "(void)%s_value(%s%s, 0, 0, 1)", function, before, handle);
        return;
    }
    const char *name = type_text(lowered, type);
    if (lowered->is_header) { /* C++ gives no address of a literal */
        const char *result = fresh_name(lowered, "result");
        const char *variable = declaration_text(lowered, type, result);
        bool status = type_carries_error(type);
        node->text = arena_format(
            lowered->arena,
            status ? "__extension__({ %1$s; %2$s_result(%3$s%4$s, &%5$s, sizeof %5$s); %5$s; })"
                   : "__extension__({ %1$s%7$s; %2$s_value(%3$s%4$s, &%5$s, sizeof %5$s, "
                     "__alignof__(%6$s)); %5$s; })",
            variable, function, before, handle, result, name,
            type_has_const_member(type) ? " = {}" : ""); /* C++ wants a value */
        return;
    }
    const char *template =
        type_carries_error(type)
            ? "(*(%1$s *)%3$s_result(%4$s%2$s, &(%1$s){0}, sizeof(%1$s)))"
            : "(*(%1$s *)%3$s_value(%4$s%2$s, &(%1$s){0}, sizeof(%1$s), __alignof__(%1$s)))";
    node->text = arena_format(lowered->arena, template, name, handle, function, before);
}

static void plain_run(struct lowered *lowered, struct node *node)
{
    run_by(lowered, node, 1, "async_run", "");
}

static void plain_run_threadsafe(struct lowered *lowered, struct node *node)
{
    run_by(lowered, node, 2, "async_run_threadsafe", "$1, ");
}

static void plain_spawn_threadsafe(struct lowered *lowered, struct node *node)
{
    if (node->count == 3)
        node->text = arena_format(lowered->arena, "async_spawn_threadsafe($1, %s)",
                                  consumed(lowered, node, 2));
}

static void plain_future(struct lowered *lowered, struct node *node)
{
    struct type *type = future_of(node);
    if (!type)
        return;
    if (type_is_void(type)) {
        node->text = "async_future_new(0, 1)";
        return;
    }
    const char *name = type_text(lowered, type);
    node->text =
        arena_format(lowered->arena, "async_future_new(sizeof(%1$s), __alignof__(%1$s))", name);
}

static void plain_set_result(struct lowered *lowered, struct node *node)
{
    struct type *type = node->count > 1 ? future_of(node->kid[1]) : NULL;
    if (!type)
        return;
    if (type_is_void(type) || node->count < 3) {
        node->text = "async_complete(async_borrow($1, __FILE__, __LINE__), 0, 0)";
        return;
    }
    node->text = arena_format(
        lowered->arena, "async_complete(async_borrow($1, __FILE__, __LINE__), %s, sizeof(%s))",
        value_address(lowered, type, "$2"), type_text(lowered, type));
}

static void plain_release(struct lowered *lowered, struct node *node)
{
    const struct type *type = node->count > 1 ? type_resolve(node->kid[1]->type) : NULL;
    bool moves = type && can_be_emptied(lowered, node->kid[1]);
    const char *format = type && type->kind == TYPE_GENERATOR
                             ? "async_generator_release(async_generator_take(%s))"
                             : "async_release(async_take_handle(%s))";
    if (moves)
        node->text = arena_format(lowered->arena, format, handle_address(lowered, node->kid[1], 1));
    else if (type && type->kind == TYPE_GENERATOR)
        node->text = "async_generator_release($1)";
}

/* A call of a C function that uses a handle, which must not be empty. */
static void plain_borrow(struct lowered *lowered, struct node *node)
{
    uint32_t handle = !strcmp(skip_parens(node->kid[0])->name, "async_loop_run") ? 2 : 1;
    const char *text = "$0(";
    if (node->count > 9)
        return;
    for (uint32_t i = 1; i < node->count; i++)
        text = arena_format(lowered->arena,
                            i == handle ? "%s%sasync_borrow($%u, __FILE__, __LINE__)" : "%s%s$%u",
                            text, i > 1 ? ", " : "", i);
    node->text = arena_format(lowered->arena, "%s)", text);
}

static void plain_retain(struct lowered *lowered, struct node *node)
{
    const struct type *type = node->count > 1 ? type_resolve(node->kid[1]->type) : NULL;
    if (type && type->kind == TYPE_GENERATOR)
        node->text = "async_generator_retain(async_generator_borrow($1, __FILE__, __LINE__))";
    else if (node->count == 2)
        plain_borrow(lowered, node);
}

static void plain_gather(struct lowered *lowered, struct node *node)
{
    const char *list = "";
    for (uint32_t i = 1; i < node->count; i++)
        list = arena_format(lowered->arena, "%s%sasync_borrow($%u, __FILE__, __LINE__)", list,
                            i > 1 ? ", " : "", i);
    if (node->count == 1) {
        node->text = "async_gather_all(0, 0)";
    } else if (lowered->is_header) {
        const char *futures = fresh_name(lowered, "futures");
        node->text = arena_format(lowered->arena,
                                  "__extension__({ struct async_future *%1$s[] = {%2$s}; "
                                  "async_gather_all(%3$u, %1$s); })",
                                  futures, list, node->count - 1);
    } else {
        node->text =
            arena_format(lowered->arena, "async_gather_all(%u, (struct async_future *[]){%s})",
                         node->count - 1, list);
    }
}

static void plain_wait_for(struct lowered *lowered, struct node *node)
{
    struct type *type = future_of(node);
    if (!type || node->count < 3)
        return;
    const char *handle = consumed(lowered, node, 1);
    if (type_is_void(type)) {
        node->text = arena_format(lowered->arena, "async_wait_for_handle(%s, $2, 0, 1, 0)", handle);
        return;
    }
    node->text = arena_format(
        lowered->arena, "async_wait_for_handle(%2$s, $2, sizeof(%1$s), __alignof__(%1$s), %3$d)",
        type_text(lowered, type), handle, type_carries_error(type));
}

static void plain_group_spawn(struct lowered *lowered, struct node *node)
{
    if (node->count > 2)
        node->text =
            arena_format(lowered->arena, "async_group_spawn_at($1, %s, __FILE__, __LINE__)",
                         consumed(lowered, node, 2));
}

static const struct row {
    const char *name;
    void (*lower)(struct lowered *lowered, struct node *node);
    const char *discarded; /* what the template becomes if nobody wants the value; NULL: the same */
} rows[] = {{"async_run", plain_run, "(void)%s"}, /* compilers find reading its buffer useless */
            {"async_run_threadsafe", plain_run_threadsafe, "(void)%s"},
            {"async_spawn_threadsafe", plain_spawn_threadsafe, NULL},
            {"async_future", plain_future, NULL},
            {"async_set_result", plain_set_result, NULL},
            {"async_release", plain_release, NULL},
            {"async_retain", plain_retain, NULL},
            {"async_set_name", plain_borrow, NULL},
            {"async_name", plain_borrow, NULL},
            {"async_add_done_callback", plain_borrow, NULL},
            {"async_set_error", plain_borrow, NULL},
            {"async_loop_run", plain_borrow, NULL},
            {"async_gather", plain_gather, NULL},
            {"async_wait_for", plain_wait_for, NULL},
            {"async_group_spawn", plain_group_spawn, "async_release(%s)"}};

static void discard_by(struct lowered *lowered, struct node *node, const char *format)
{
    if (node->text && !type_is_void(node->type))
        make_void(lowered, node, arena_format(lowered->arena, format, node->text));
}

static void plain_call(struct lowered *lowered, struct node *node, bool wanted)
{
    struct node *callee = skip_parens(node->kid[0]);
    if (callee->kind != NODE_IDENTIFIER)
        return;
    container_call(lowered, node);
    generator_call(lowered, node);
    for (const struct row *row = rows; row < rows + sizeof rows / sizeof *rows; row++) {
        if (strcmp(callee->name, row->name) || (callee->symbol && callee->symbol->function))
            continue;
        row->lower(lowered, node);
        if (!wanted && row->discarded)
            discard_by(lowered, node, row->discarded);
    }
    typed_call(lowered, node);
    if (!wanted)
        typed_discarded(lowered, node);
}

static void note_mention(struct lowered *lowered, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        struct function *function = kid && kid->kind == NODE_IDENTIFIER && kid->symbol
                                        ? lowered_function(lowered, kid->symbol)
                                        : NULL;
        if (function)
            function->is_mentioned = true;
    }
}

/* What is awaited or run by a loop or block begins at once. */
static void note_begun(const struct node *node)
{
    struct node *operand = node->kind == NODE_AWAIT ? node->kid[0]
                           : node->kind == NODE_RANGE_FOR || node->kind == NODE_ASYNC_WITH
                               ? node->kid[2]
                               : NULL;
    if (operand)
        skip_parens(operand)->flags |= IS_BEGUN;
}

/* In C a future is a future, whatever it holds, so that C compilers would not tell the arms apart:
 * asyncc takes the arm, if it knows which. */
static void plain_generic(struct lowered *lowered, struct node *node)
{
    struct node *chosen = selected_association(lowered->check, node);
    bool any = false;
    for (uint32_t i = 1; i < node->count; i++)
        any |= node->kid[i]->kid[0] && type_has_language(node->kid[i]->kid[0]->type);
    if (!any || !chosen || node->flags & HAS_AWAIT) /* with awaits they take it anyway */
        return;
    leave_out(lowered, node);
    chosen->kid[0] = NULL;
    chosen->text = "default: $1";
    node->kid[1] = chosen;
    node->count = 2;
    node->text = "_Generic($0, $1)";
}

static void note_value(const struct node *node)
{
    struct node *last = value_statement(node->kid[0]);
    if (last)
        last->flags |= GIVES_VALUE;
}

/* `in_frame`: inside a function whose body comes behind all frames. `wanted`: the value is, if the
 * node is an expression. */
static void walk(struct lowered *lowered, struct node *node, bool in_frame, bool wanted)
{
    if (!node || !(node->flags & HAS_LANGUAGE))
        return;
    note_mention(lowered, node);
    note_begun(node);
    if (node->kind == NODE_FUNCTION)
        in_frame = node->function && function_has_frame(node->function);
    if (node->kind == NODE_STATEMENT_EXPRESSION && wanted)
        note_value(node);
    for (uint32_t i = 0; i < node->count; i++)
        walk(lowered, node->kid[i], in_frame, part_is_wanted(node, i, wanted));
    if (node->kind == NODE_SPAWN)
        plain_spawn(lowered, node, in_frame);
    else if (node->kind == NODE_CALL)
        plain_call(lowered, node, wanted);
    else if (node->kind == NODE_GENERIC)
        plain_generic(lowered, node);
    if (node->kind == NODE_SPAWN && !wanted)
        discard_by(lowered, node, "async_release(%s)");
    else if (!wanted)
        discard_around(lowered, node);
}

void plain_unit(struct lowered *lowered, struct node *unit)
{
    walk(lowered, unit, false, true);
    for (size_t i = 0; i < lowered->count; i++)
        if (lowered->functions[i]->made_in)
            walk(lowered, lowered->functions[i]->node->kid[2], true, true);
    arguments_own(lowered);
}

/* --- who needs the function that makes a cold handle */

void handles_find(struct lowered *lowered, struct node *node)
{
    if (!node)
        return;
    if (node->kind == NODE_IDENTIFIER && node->symbol && !(node->flags & IS_EMBEDDED)) {
        struct function *function = lowered_function(lowered, node->symbol);
        if (function)
            function->is_called_by_handle = true;
    }
    if (node->kind == NODE_AWAIT) { /* those that remain are evaluated by nobody */
        leave_out(lowered, node);
        return;
    }
    for (uint32_t i = 0; i < node->count; i++)
        handles_find(lowered, node->kid[i]);
}
