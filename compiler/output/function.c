/* What becomes of an async function, at the end of the file:
 *
 *     struct f__frame { ... };                    children before those that embed them
 *     f__begin()                                  links an embedded frame, stores the arguments
 *     f__spawn()                                  makes a task, where `spawn f()` stands
 *     struct async_future *f(...)                 makes a cold coroutine
 *     static enum async_step f__resume(...)       the body, as a state machine
 *     async_functions[], a constructor            what reports and tracebacks know of each */
#include "output/node.h"

#include <string.h>

#include "output/attribute.h"
#include "output/comments.h"
#include "output/pragma.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

/* --- local types, now at file scope */

void put_local_types(struct emitter *e, struct function *function)
{
    e->hoisting = true;
    e->function = function;
    for (size_t i = 0; i < function->hoisted_count; i++) {
        struct node *node = function->hoisted[i];
        emit_containers(e, node);
        unsigned pragmas = put_pragmas(e, PRAGMAS_OF_LAYOUT, node->kid[0]->start, node->end);
        write_place(&e->writer, node->start, false);
        if (declares_typedef(node)) {
            emit_declaration(e, node);
        } else {
            struct node *specifiers = node->kid[0];
            for (uint32_t k = 0; k < specifiers->count; k++)
                if (node_is_tag(specifiers->kid[k]))
                    emit_struct(e, specifiers->kid[k]);
            write_string(&e->writer, ";");
        }
        write_string(&e->writer, "\n");
        put_pragmas_end(e, pragmas);
    }
    e->function = NULL;
    e->hoisting = false;
}

void emit_made_prototypes(struct emitter *e, struct function *function)
{
    for (struct function *made = function->made; made; made = made->next_made) {
        if (!has_handle_form(made))
            continue;
        emit_containers(e, made->node->kid[1]);
        emit_prototype(e, made);
        write_string(&e->writer, "\n");
        write_place(&e->writer, function->node->start, false);
    }
}

/* --- the body */

/* Whether it goes on at one place far more often than it begins: then C compilers shall lay that
 * path out straight, which a loop over it feels. */
static bool has_usual_state(const struct function *function)
{
    return function_is_generator(function) && function->suspension_count == 1 &&
           function->suspensions[0]->form == SUSPEND_YIELD;
}

static void put_dispatch(struct emitter *e, const struct function *function)
{
    if (!function->suspension_count)
        return;
    write_line_break(&e->writer);
    if (has_usual_state(function))
        write_format(&e->writer, "switch (__builtin_expect(%s->state, %u)) { /* most often */",
                     function->base, function->suspensions[0]->state);
    else
        write_format(&e->writer, "switch (%s->state) {", function->base);
    for (size_t i = 0; i < function->suspension_count; i++) {
        write_line_break(&e->writer);
        write_format(&e->writer, "case %u: goto %s;", function->suspensions[i]->state,
                     function->suspensions[i]->label);
        if (function->suspensions[i]->form != SUSPEND_YIELD)
            continue;
        write_line_break(&e->writer);
        write_format(&e->writer, "case %u: goto %s;", function->suspensions[i]->state + 1,
                     function->suspensions[i]->left_label);
    }
    write_line_break(&e->writer);
    write_string(&e->writer, "}");
    e->uses_base = true;
}

static void put_attributes(struct emitter *e, const struct function *function)
{
    const struct node *specifiers = function->node->kid[0];
    for (uint32_t i = 0; i < specifiers->count; i++) {
        struct node *kid = specifiers->kid[i];
        if (kid->kind == NODE_ATTRIBUTE && emit_attribute(e, kid, USE_BODY))
            write_string(&e->writer, " ");
    }
}

/* Labels of the body's block: GNU C wants them at its beginning. */
static void put_local_labels(struct emitter *e, const struct function *function)
{
    const struct node *body = function->node->kid[2];
    for (uint32_t i = 0; i < body->count && body->kid[i]->kind == NODE_LOCAL_LABELS; i++) {
        write_line_break(&e->writer);
        emit_copy(e, body->kid[i]);
    }
}

/* What the body needs in front of it. */
static void put_declarations(struct emitter *e, const struct function *function)
{
    struct writer *w = &e->writer;
    if (e->uses_self)
        write_format(w, "struct %s__frame *%s = (struct %s__frame *)%s;", function->stem,
                     function->self, function->stem, function->base);
    else if (!function->suspension_count)
        write_format(w, "(void)%s;", function->base);
    if (e->uses_step) {
        write_line_break(w);
        write_format(w, "enum async_step %s;", function->step);
    }
    if (e->uses_name) { /* __func__ */
        write_line_break(w);
        write_format(w, "static const char %s[] = \"%s\";", fresh_name(e->lowered, "function_name"),
                     function->name);
    }
}

static void put_resume(struct emitter *e, struct function *function)
{
    struct writer *w = &e->writer;
    struct text body = {0}, *out = w->out;
    size_t line_start = w->line_start;
    /* The body first, to know what it needs; its lines are placed by themselves. */
    w->out = &body;
    w->line_start = 0;
    w->file = w->place_file = NULL;
    w->is_own = false;
    e->function = function;
    e->uses_self = e->uses_base = e->uses_step = e->uses_name = false;
    write_string(w, "\n"); /* so that a #line can stand before its first line */
    w->no_unused_pragmas = true;
    w->opened = block_first(function->body);
    w->comments =
        comments_find(e->lowered->arena, e->code, function->body->start, function->body->end);
    emit_body(e, function->body);
    w->comments = NULL;
    w->no_unused_pragmas = false;
    w->opened = 0;
    struct writer after = *w;
    e->function = NULL;
    w->out = out;
    w->line_start = line_start;
    w->indent = 0;
    write_string(w, "\n");
    write_place(w, function->node->start, true);
    put_attributes(e, function);
    write_format(w, "%senum async_step %s__resume(struct async_frame *%s)\n", static_word(e),
                 function->stem, function->base);
    begin_own(e);
    write_string(w, "{");
    write_opening_pragmas(w, function->body->start, block_first(function->body));
    w->indent = 4;
    put_local_labels(e, function);
    write_line_break(w);
    put_declarations(e, function);
    put_dispatch(e, function);
    const char *start = body.data + (body.length > 1 && body.data[1] == '\n');
    size_t offset = out->length;
    text_puts(out, start);
    w->line_start = offset + after.line_start - (size_t)(start - body.data);
    w->file = after.file;
    w->line = after.line;
    w->place_file = after.place_file;
    w->place_line = after.place_line;
    w->is_own = after.is_own;
    write_string(w, "\n}\n");
    text_free(&body);
}

/* --- what the runtime knows of them */

static void put_lines(struct emitter *e, struct function *function)
{
    struct source *source = e->check->source;
    write_format(&e->writer, "static const int %s__lines[] = {%u", function->stem,
                 source_line(source, function->node->start).line);
    for (size_t i = 0; i < function->suspension_count; i++) {
        const struct suspension *suspension = function->suspensions[i];
        unsigned line = source_line(source, suspension->node->start).line;
        write_format(&e->writer, ", %u", line);
        if (suspension->form == SUSPEND_YIELD)
            write_format(&e->writer, ", %u", line);
    }
    write_string(&e->writer, "};\n");
}

/* Begins a member's value. C++ has no names there before C++20. */
static void begin_member(struct emitter *e, const char *name)
{
    bool is_first = !strcmp(name, "resume");
    write_string(&e->writer, is_first ? "    {" : ",\n     ");
    if (!e->header)
        write_format(&e->writer, ".%s = ", name);
}

/* All members, in their order, as C++ wants them. */
static void put_entry(struct emitter *e, struct function *function)
{
    struct writer *w = &e->writer;
    const char *stem = function->stem;
    struct text result = {0};
    type_print(&result, function->result, NULL, true, FRAME_DROP);
    begin_member(e, "resume");
    write_format(w, "%s__resume", stem);
    begin_member(e, "name");
    write_format(w, "\"%s\"", function->name);
    begin_member(e, "file");
    write_string(w, "__FILE__");
    begin_member(e, "result_size");
    write_format(w, returns_value(function) ? "sizeof(%s)" : "0", result.data);
    begin_member(e, "frame_size");
    write_format(w, "sizeof(struct %s__frame)", stem);
    begin_member(e, "lines");
    write_format(w, "%s__lines", stem);
    begin_member(e, "states");
    write_format(w, "%u", function->states + 1);
    begin_member(e, "result_offset");
    write_format(w, returns_value(function) ? "__builtin_offsetof(struct %s__frame, result)" : "0",
                 stem);
    begin_member(e, "result_is_status");
    write_format(w, "%d},\n", type_carries_error(function->result));
    text_free(&result);
}

/* --- what only the header that is lowered has */

/* The definition in the header that the function is, or was made for; NULL: it is not of this file,
 * but of one that it includes. */
static const struct header_function *in_header(const struct emitter *e,
                                               const struct function *function)
{
    const struct node *node = function->made_in ? function->made_in : function->node;
    for (size_t i = 0; i < e->header->count; i++)
        if (e->header->functions[i].node == node)
            return &e->header->functions[i];
    return NULL;
}

/* The macro under which parts of the function are written; NULL: they are always there. */
static const char *marker_of(const struct emitter *e, const struct function *function)
{
    return e->header ? in_header(e, function)->marker : NULL;
}

static bool is_same_space(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

/* Leaves namespaces of C++ for others; NULL: for none. */
static void enter_space(struct emitter *e, const char *space)
{
    const char *open = e->space;
    if (is_same_space(open, space))
        return;
    if (e->writer.out->length > e->writer.line_start)
        write_string(&e->writer, "\n");
    write_string(&e->writer, "#ifdef __cplusplus\n");
    for (const char *at = open; at && (at = strchr(at, '{')); at++)
        write_string(&e->writer, "}");
    write_format(&e->writer, "%s%s\n#endif\n", open && space ? "\n" : "", space ? space : "");
    e->writer.file = NULL;
    e->space = space;
}

/* Begins a part of what is written for the function; false if it is not written here. */
static bool begin_part(struct emitter *e, const struct function *function)
{
    if (e->header && !in_header(e, function))
        return false;
    if (e->header)
        enter_space(e, in_header(e, function)->space);
    if (marker_of(e, function))
        write_format(&e->writer, "#ifdef %s\n", marker_of(e, function));
    return true;
}

static void end_part(struct emitter *e, const struct function *function)
{
    if (!marker_of(e, function))
        return;
    if (e->writer.out->length > e->writer.line_start)
        write_string(&e->writer, "\n");
    write_string(&e->writer, "#endif\n");
    e->writer.file = NULL; /* the compiler may not have seen the #line before it */
}

/* --- all of them */

typedef void put_part(struct emitter *e, struct function *function);

static void put_parts(struct emitter *e, put_part *put, struct function *const *functions)
{
    for (size_t i = 0; i < e->lowered->count; i++) {
        bool is_empty = put == put_local_types &&
                        (!functions[i]->hoisted_count || functions[i]->has_parameter_types);
        if (is_empty || !begin_part(e, functions[i]))
            continue;
        put(e, functions[i]);
        end_part(e, functions[i]);
    }
}

/* Parts of the functions of a namespace, between which no other can be entered. */
static bool put_rows(struct emitter *e, put_part *put, const char *space)
{
    bool any = false;
    for (size_t i = 0; i < e->lowered->count; i++) {
        struct function *function = e->lowered->functions[i];
        const struct header_function *part = e->header ? in_header(e, function) : NULL;
        if (e->header && !(part && is_same_space(part->space, space)))
            continue;
        begin_part(e, function);
        put(e, function);
        end_part(e, function);
        any = true;
    }
    return any;
}

static void put_table(struct emitter *e, const char *name, const char *space)
{
    struct writer *w = &e->writer;
    write_string(w, "\n");
    enter_space(e, space);
    write_line(w, source_main_path(e->check->source), 1); /* for __FILE__ */
    w->place_file = NULL;
    write_string(w, "/* For reports and tracebacks: the line of each await, by state. */\n");
    if (!put_rows(e, put_lines, space))
        return;
    write_format(w, "\nstatic const struct async_function %s_functions[] = {\n", name);
    put_rows(e, put_entry, space);
    write_format(w, "};\n\nstatic struct async_unit %s_unit = {\n", name);
    write_format(w, "    %s%s_functions,\n", e->header ? "" : ".functions = ", name);
    write_format(w, "    %s", e->header ? "" : ".count = ");
    write_format(w, "sizeof %s_functions / sizeof *%s_functions,\n", name, name);
    write_format(w, "    %s0,\n};\n\n", e->header ? "" : ".next = ");
    begin_own(e);
    write_format(w, "__attribute__((constructor)) static void %s_unit_register(void)\n{\n", name);
    write_format(w, "    async_register(&%s_unit);\n}\n", name);
}

/* In a header each namespace has one, named after its first function. */
static void put_tables(struct emitter *e)
{
    if (!e->header)
        put_table(e, "async", NULL);
    for (size_t i = 0; e->header && i < e->header->count; i++) {
        const struct header_function *first = &e->header->functions[i];
        bool is_first = true;
        for (size_t k = 0; k < i; k++)
            is_first &= !is_same_space(e->header->functions[k].space, first->space);
        if (is_first)
            put_table(e, arena_format(e->lowered->arena, "%s_", first->node->symbol->name),
                      first->space);
    }
}

static void put_main(struct emitter *e, const struct function *function)
{
    write_string(&e->writer, "\n");
    write_place(&e->writer, function->node->start, true); /* C compilers know what main takes */
    write_string(&e->writer, "int main(");
    put_parameters(e, function, HEAD_HANDLE);
    write_string(&e->writer, ")\n");
    begin_own(e);
    write_format(&e->writer, "{\n    return async_main(%s(", name_of_function(function));
    for (size_t i = 0; i < function->type->parameter_count; i++)
        write_format(&e->writer, "%s%s", i ? ", " : "", function->type->parameters[i].name);
    write_string(&e->writer, "));\n}\n");
}

static void put_containers(struct emitter *e, struct function *function)
{
    struct written *before = *e->written;
    emit_containers(e, function->body);
    if (marker_of(e, function))
        *e->written = before; /* they may be left out */
}

static void put_resume_prototype(struct emitter *e, struct function *function)
{
    write_format(&e->writer, "%senum async_step %s__resume(struct async_frame *base);\n",
                 static_word(e), function->stem);
}

static void put_code(struct emitter *e, struct function *function)
{
    const struct node *node = function->node;
    unsigned pragmas = put_pragmas(e, PRAGMAS_OF_CODE, node->start, node->end);
    if (has_handle_form(function))
        put_handle_form(e, function);
    put_resume(e, function);
    put_pragmas_end(e, pragmas);
}

/* An ordinary function whose locals are frames, which are known only here. */
static void put_plain(struct emitter *e, struct function *function)
{
    struct node *node = function->node;
    unsigned pragmas = put_pragmas(e, PRAGMAS_OF_CODE, node->start, node->end);
    e->writer.indent = 0;
    write_line_break(&e->writer);
    write_place(&e->writer, node->start, true);
    if (!source_line(e->check->source, node->start).main_file) /* a header's may be unused */
        write_string(&e->writer, "__attribute__((unused)) ");
    emit_definition(e, node);
    write_string(&e->writer, "\n");
    put_pragmas_end(e, pragmas);
}

void emit_functions(struct emitter *e)
{
    const struct lowered *lowered = e->lowered;
    if (!lowered->count)
        return;
    write_string(&e->writer, "\n");
    e->pragmas_at = UINT32_MAX;
    for (size_t i = 0; i < lowered->count; i++)
        judge_frame(lowered, lowered->by_frame[i]);
    put_parts(e, put_local_types, lowered->functions);
    put_parts(e, put_containers, lowered->functions);
    unsigned pragmas = put_pragmas(e, PRAGMAS_OF_LAYOUT, 0, 0);
    put_parts(e, put_frame, lowered->by_frame);
    put_pragmas_end(e, pragmas);
    write_string(&e->writer, "\n");
    begin_own(e);
    put_parts(e, put_resume_prototype, lowered->functions);
    put_parts(e, emit_made_prototypes, lowered->functions); /* bodies come behind all types */
    put_parts(e, put_begin, lowered->functions);
    put_parts(e, put_spawn, lowered->functions);
    for (size_t i = 0; i < lowered->plain_count; i++)
        if (lowered->plain[i]->holds_frames && begin_part(e, lowered->plain[i])) {
            put_plain(e, lowered->plain[i]);
            end_part(e, lowered->plain[i]);
        }
    put_parts(e, put_code, lowered->functions);
    for (size_t i = 0; i < lowered->count; i++)
        if (lowered->functions[i]->is_main)
            put_main(e, lowered->functions[i]);
    put_tables(e);
    enter_space(e, NULL);
}
