/* The functions that begin an async function: `f__begin`, which links an embedded frame,
 * `f__spawn`, which makes a task, and NAME() itself, which makes a cold coroutine; their prototypes
 * and parameters. */
#include "output/node.h"

#include <string.h>

#include "support/arena.h"

/* What is in a header may stay unused. */
const char *static_word(const struct emitter *e)
{
    return e->header ? "static inline " : "static ";
}

const char *name_of_function(const struct function *function)
{
    return function->symbol->output_name ? function->symbol->output_name : function->name;
}

static bool has_specifier(const struct function *function, enum operator op)
{
    const struct node *specifiers = function->node->kid[0];
    for (uint32_t i = 0; i < specifiers->count; i++)
        if (specifiers->kid[i]->kind == NODE_STORAGE && specifiers->kid[i]->op == op)
            return true;
    return false;
}

static bool is_static(const struct function *function)
{
    return has_specifier(function, OP_STATIC) || function->symbol->storage == OP_STATIC;
}

bool has_handle_form(const struct function *function)
{
    return !is_static(function) || function->is_called_by_handle || function->is_main ||
           !(function->is_embedded || function->is_spawned);
}

static const struct variable *parameter_variable(const struct parameter *parameter)
{
    const struct node *name = parameter_name(parameter);
    return name && name->symbol ? name->symbol->lowered : NULL;
}

static bool has_forward(const struct function *function)
{
    const struct node *declarator = function->type->node;
    return declarator && declarator->kind == NODE_FUNCTION_TYPE && declarator->count > 1 &&
           declarator->kid[1]->flags & IS_FORWARD;
}

/* A parameter's size is kept or computed by the body, or of parameters behind it: its declarator
 * says nothing to C. */
static bool computes_size(const struct function *function)
{
    if (has_forward(function))
        return true;
    for (size_t i = 0; i < function->type->parameter_count; i++) {
        const struct node *node = function->type->parameters[i].node;
        if (type_is_variably_modified(function->type->parameters[i].type) ||
            (node && node->flags & HAS_COMPUTED_SIZE))
            return true;
    }
    return false;
}

/* Whether parameters can be written as the user wrote them, as in the prototype. */
static bool keeps_parameters(const struct function *function)
{
    return !function->is_main && !function->made_in && !function->type->is_old_style &&
           !computes_size(function);
}

static bool is_kept(const struct parameter *parameter)
{
    return parameter->node && parameter->node->kind == NODE_PARAMETER &&
           parameter_name(parameter) && !defined_tag(parameter->node->kid[0]);
}

/* `(int a, char *b)`; of the function that begins it, behind what is there already. */
void put_parameters(struct emitter *e, const struct function *function, enum heading heading)
{
    bool first = heading != HEAD_BEGIN;
    const struct type *type = function->type;
    const char *length =
        heading == HEAD_PROTOTYPE
            ? "*"
            : arena_format(e->lowered->arena, "(unsigned long)%s__resume", function->stem);
    for (size_t i = 0; i < type->parameter_count; i++) {
        write_string(&e->writer, first ? "" : ", ");
        first = false;
        struct type *given = type->parameters[i].type;
        given = heading == HEAD_BEGIN ? storage_type(e->lowered, given)
                                      : with_lengths(e, given, length);
        if (heading == HEAD_HANDLE && keeps_parameters(function) && is_kept(&type->parameters[i]))
            emit_declarator_pair(e, type->parameters[i].node);
        else
            put_declaration(e, given, type->parameters[i].name, 0);
        if (!parameter_variable(&type->parameters[i]))
            write_string(&e->writer, " __attribute__((unused))");
    }
    if (first)
        write_string(&e->writer, "void");
}

static void put_stores(struct emitter *e, const struct function *function)
{
    if (function_is_generator(function)) {
        write_line_break(&e->writer);
        write_format(&e->writer, "%s->result = %s->thrown = 0;", function->self, function->self);
    }
    for (size_t i = 0; i < function->type->parameter_count; i++) {
        const struct variable *variable = parameter_variable(&function->type->parameters[i]);
        if (!variable || !variable->slot)
            continue;
        if (variable->parts) {
            emit_parts(
                e, variable,
                arena_format(e->lowered->arena, "%s->%s", function->self, variable->slot->path),
                variable->symbol->name);
            continue;
        }
        write_line_break(&e->writer);
        const char *store = type_is_va_list(variable->type) ? "__builtin_va_copy(%s->%s, %s);"
                            : type_resolve(variable->type)->kind == TYPE_ARRAY
                                ? "__builtin_memcpy((void *)%1$s->%2$s, %3$s, sizeof %1$s->%2$s);"
                            : type_has_const_member(variable->type)
                                ? "__builtin_memcpy((void *)&%1$s->%2$s, &%3$s, sizeof %3$s);"
                                : "%s->%s = %s;";
        write_format(&e->writer, store, function->self, variable->slot->path,
                     variable->symbol->name);
    }
}

static bool stores_anything(const struct function *function)
{
    if (function_is_generator(function))
        return true;
    for (size_t i = 0; i < function->type->parameter_count; i++)
        if (parameter_variable(&function->type->parameters[i]))
            return true;
    return false;
}

/* C++ warns of a literal with members left out. */
static void put_base(struct emitter *e, const struct function *function)
{
    const char *self = function->self;
    if (!e->header) {
        write_format(&e->writer,
                     "%s->base = (struct async_frame){.resume = %s__resume, .caller = %s};", self,
                     function->stem, function->caller);
        return;
    }
    write_format(&e->writer, "%s->base.resume = %s__resume;", self, function->stem);
    write_line_break(&e->writer);
    write_format(&e->writer, "%s->base.caller = %s;", self, function->caller);
    write_line_break(&e->writer);
    write_format(&e->writer, "%s->base.state = %s->base.bits = 0;", self, self);
}

void put_begin(struct emitter *e, struct function *function)
{
    if (!function->is_embedded)
        return;
    write_string(&e->writer, "\n");
    begin_own(e);
    write_format(&e->writer, "static inline void %s__begin(struct %s__frame *%s, ", function->stem,
                 function->stem, function->self);
    write_format(&e->writer, "struct async_frame *%s", function->caller);
    put_parameters(e, function, HEAD_BEGIN);
    write_string(&e->writer, ")\n{");
    e->writer.indent = 4;
    write_line_break(&e->writer);
    put_base(e, function);
    put_stores(e, function);
    write_string(&e->writer, "\n}\n");
}

/* Makes a handle by a function of the runtime, and stores the arguments if it is a new one. */
static void put_making(struct emitter *e, const struct function *function, const char *maker,
                       const char *last_argument, const char *is_new)
{
    const char *future = function->future, *stem = function->stem;
    write_string(&e->writer, ")\n");
    begin_own(e);
    write_string(&e->writer, "{");
    e->writer.indent = 4;
    write_line_break(&e->writer);
    write_format(&e->writer, "struct async_future *%s = %s(", future, maker);
    e->writer.indent = 8;
    write_line_break(&e->writer);
    write_format(&e->writer, "sizeof(struct %1$s__frame), _Alignof(struct %1$s__frame), ", stem);
    write_format(&e->writer, "%s__resume%s);", stem, last_argument);
    e->writer.indent = 4;
    if (stores_anything(function)) {
        write_line_break(&e->writer);
        write_format(&e->writer, "if (%s) {", is_new);
        e->writer.indent = 8;
        write_line_break(&e->writer);
        write_format(&e->writer, "struct %1$s__frame *%2$s = (struct %1$s__frame *)&%3$s->frame;",
                     stem, function->self, future);
        put_stores(e, function);
        e->writer.indent = 4;
        write_line_break(&e->writer);
        write_string(&e->writer, "}");
    }
    write_line_break(&e->writer);
}

/* What `spawn` of a call becomes: a task, made in one step. */
void put_spawn(struct emitter *e, struct function *function)
{
    struct arena *arena = e->lowered->arena;
    const char *stem = function->stem;
    if (!function->is_spawned)
        return;
    write_string(&e->writer, "\n");
    begin_own(e);
    write_format(&e->writer, "static %sstruct async_future *%s__spawn(void *%s",
                 function->in_cycle ? "__attribute__((noinline)) " : "inline ", stem,
                 function->place);
    put_parameters(e, function, HEAD_BEGIN);
    put_making(e, function, "async_task", arena_format(arena, ", %s", function->place),
               arena_format(arena, "%s->frame.resume == %s__resume", function->future, stem));
    write_format(&e->writer, "return %s;\n}\n", function->future);
}

/* `int [3]`, for which the definition has a name. */
static bool is_nameless_array(const struct parameter *parameter)
{
    const struct node *node = parameter->node;
    if (!node || node->kind != NODE_PARAMETER || parameter_name(parameter))
        return false;
    for (const struct node *inner = node_kid(node, 1); inner; inner = node_kid(inner, 0))
        if (inner->kind == NODE_ARRAY)
            return true;
    for (uint32_t i = 0; i < node->kid[0]->count; i++) {
        const struct node *kid = node->kid[0]->kid[i];
        if (kid->kind == NODE_TYPE_NAME_REF && kid->symbol &&
            type_resolve(kid->symbol->type)->kind == TYPE_ARRAY)
            return true;
    }
    return false;
}

static bool is_written_anew(const struct function *function)
{
    for (size_t i = 0; i < function->type->parameter_count; i++)
        if (is_nameless_array(&function->type->parameters[i]))
            return true;
    return computes_size(function) || function->has_parameter_types;
}

/* gcc compares how parameters are written in the declarations of one function. */
static void put_quiet(struct emitter *e, const struct function *function, const char *pragmas)
{
    if (!is_written_anew(function))
        return;
    write_format(&e->writer, "\n#if !defined(__clang__) && __GNUC__ >= 11\n%s#endif\n", pragmas);
    e->writer.file = NULL;
}

static void put_quiet_begin(struct emitter *e, const struct function *function)
{
    put_quiet(e, function,
              "#pragma GCC diagnostic push\n"
              "#pragma GCC diagnostic ignored \"-Wvla-parameter\"\n"
              "#pragma GCC diagnostic ignored \"-Warray-parameter\"\n");
}

static void put_quiet_end(struct emitter *e, const struct function *function)
{
    put_quiet(e, function, "#pragma GCC diagnostic pop\n");
}

void emit_prototype(struct emitter *e, struct function *function)
{
    struct node *node = function->node;
    if (!has_handle_form(function))
        return;
    if (function->is_main || function->made_in) {
        write_format(&e->writer, "static struct async_%s *%s(",
                     function_is_generator(function) ? "generator" : "future",
                     name_of_function(function));
        put_parameters(e, function, HEAD_HANDLE);
        write_string(&e->writer, ");");
        return;
    }
    put_quiet_begin(e, function);
    emit_specifiers(e, node->kid[0]);
    write_string(&e->writer, " ");
    bool is_old_style = function->type->is_old_style && function->type->parameter_count;
    if (computes_size(function) || is_old_style || function->has_parameter_types) {
        write_format(&e->writer, "*%s(", name_of_function(function));
        put_parameters(e, function, HEAD_PROTOTYPE);
        write_string(&e->writer, ")");
    } else {
        emit_declarator(e, node->kid[0], node->kid[1]);
    }
    write_string(&e->writer, ";");
    put_quiet_end(e, function);
}

/* The function that C callers see: it makes a cold coroutine. */
static void put_handle_function(struct emitter *e, struct function *function)
{
    const char *future = function->future;
    bool in_file = is_static(function) || function->is_main;
    bool is_inline = has_specifier(function, OP_INLINE);
    bool unused = is_static(function) && !function->is_called_by_handle &&
                  (function->is_mentioned || is_inline);
    /* Of an inline function every unit has a definition, and the linker takes one. Inlined into a
     * body that recurses, it would make each resumption save more registers; where the user says
     * `inline`, so be it. */
    write_string(&e->writer, "\n");
    write_place(&e->writer, function->node->start, true); /* there it is unused, if it is */
    write_format(
        &e->writer, "%s%s%s%sstruct async_%s *%s(", unused ? "__attribute__((unused)) " : "",
        is_inline && !in_file ? "__attribute__((weak)) " : "",
        function->in_cycle && !is_inline ? "__attribute__((noinline)) " : "",
        in_file ? static_word(e) : "", function_is_generator(function) ? "generator" : "future",
        name_of_function(function));
    put_parameters(e, function, HEAD_HANDLE);
    put_making(e, function, "async_coroutine", "",
               arena_format(e->lowered->arena, "async_is_cold(%s)", future));
    if (function_is_generator(function))
        write_format(&e->writer, "return async_generator_of(%s, %d);\n}\n", future,
                     function->kind == FUNCTION_ASYNC_GENERATOR);
    else
        write_format(&e->writer, "return %s;\n}\n", future);
}

void put_handle_form(struct emitter *e, struct function *function)
{
    put_quiet_begin(e, function);
    put_handle_function(e, function);
    put_quiet_end(e, function);
}
