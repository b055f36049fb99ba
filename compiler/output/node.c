/* Nodes as C. A node of the file is copied: its kids are emitted in their places, the text between
 * them as it stands. A node that a pass made follows its template. Names of variables that live in
 * the frame become `self->name`. */
#include "output/node.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "output/attribute.h"
#include "output/skip.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"
#include "syntax/token.h"

/* A header's lines are nobody's: it is read as a part of many files. */
void begin_own(struct emitter *e)
{
    if (e->header)
        e->writer.place_file = NULL;
    else
        write_own_place(&e->writer);
}

void emit_gap(struct emitter *e, uint32_t start, uint32_t end)
{
    if (start < end)
        write_source(&e->writer, start, end, !e->function && !e->header);
}

/* --- copying */

/* Kids in the order of the source (a pointer's qualifiers stand before its inner declarator). */
static uint32_t sorted_kids(struct emitter *e, const struct node *node, struct node ***kids)
{
    struct node **sorted = arena_alloc(e->lowered->arena, (node->count + 1) * sizeof *sorted);
    uint32_t count = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        if (!kid)
            continue;
        uint32_t at = count++;
        while (at && sorted[at - 1]->start > kid->start) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = kid;
    }
    *kids = sorted;
    return count;
}

bool becomes_no_loop(const struct node *statement)
{
    return statement->kind == NODE_SPLICE || statement->text || statement->flags & HAS_AWAIT;
}

/* Where the text ends that something else comes to stand behind, without the blanks at its end.
 * Comments that a line ends, which would take that along, are left to emit_items. */
static uint32_t text_end(const struct emitter *e, uint32_t start, uint32_t end)
{
    const char *at = e->code + start, *stop = e->code + end, *token = at, *last = at;
    bool is_line = false; /* what ends at `last` */
    while (at < stop) {
        const char *behind = skip_comment(at, stop);
        bool is_comment = behind > at;
        if (!is_comment)
            behind = skip_token(at, stop);
        if (is_comment || !isspace((unsigned char)*at)) {
            is_line = is_comment && (is_line || at[1] == '/');
            last = behind;
            token = is_comment ? token : behind;
        }
        at = behind;
    }
    return (uint32_t)((is_line ? token : last) - e->code);
}

/* A body that became a block goes where blocks go, behind the header. */
static void emit_gap_before(struct emitter *e, uint32_t at, const struct node *kid)
{
    e->writer.no_loop_pragmas = becomes_no_loop(kid);
    if (kid->kind == NODE_SPLICE && node_is_block(kid)) {
        emit_gap(e, at, text_end(e, at, kid->start));
        write_string(&e->writer, " ");
    } else {
        emit_gap(e, at, kid->start);
    }
    e->writer.no_loop_pragmas = false;
    e->writer.behind_word = at < kid->start && is_word_byte(e->code[kid->start - 1]);
}

/* An attribute of which nothing is written takes the blanks before it along, or else those behind.
 * Returns where the text goes on. */
static uint32_t pass_over(struct emitter *e, uint32_t at, const struct node *attribute)
{
    uint32_t start = text_end(e, at, attribute->start), end = attribute->end;
    while (start == attribute->start && isspace((unsigned char)e->code[end]))
        end++;
    emit_gap(e, at, start);
    return end;
}

void emit_copy(struct emitter *e, struct node *node)
{
    struct node **kids;
    uint32_t count = sorted_kids(e, node, &kids), at = node->start;
    bool outer = e->in_block;
    for (uint32_t i = 0; i < count; i++) {
        if (attribute_is_left_out(kids[i]) || register_is_left_out(node, kids[i])) {
            at = pass_over(e, at, kids[i]);
            continue;
        }
        emit_gap_before(e, at, kids[i]);
        e->in_block = false;
        emit_node(e, kids[i]);
        at = kids[i]->end;
    }
    e->in_block = outer;
    emit_gap(e, at, node->end);
}

/* --- templates */

/* A statement on a line of its own below its header, or its block behind it. */
static void emit_below(struct emitter *e, struct node *kid)
{
    e->in_block = false;
    if (node_is_block(kid)) {
        write_string(&e->writer, " ");
        emit_node(e, kid);
        return;
    }
    e->writer.indent += 4;
    write_line_break(&e->writer);
    emit_node(e, kid);
    e->writer.indent -= 4;
}

void emit_in_parens(struct emitter *e, struct node *value)
{
    bool is_comma = value->kind == NODE_COMMA;
    write_string(&e->writer, is_comma ? "(" : "");
    emit_node(e, value);
    write_string(&e->writer, is_comma ? ")" : "");
}

/* The kid that is written in a template's place `$N`, which is alone there or has neighbours. */
static void emit_part(struct emitter *e, struct node *node, const char *place)
{
    struct node *kid = node->kid[place[1] - '0'];
    bool is_alone = place == node->text && (!place[2] || place[2] == ';');
    e->in_block = false;
    if (!kid || is_alone || node->kind == NODE_COMMA)
        emit_node(e, kid);
    else
        emit_in_parens(e, kid);
}

void emit_template(struct emitter *e, struct node *node)
{
    bool outer = e->in_block, after_block = false;
    for (const char *c = node->text; *c; c++) {
        if (c[0] == '\n' && c[1] == '$') {
            struct node *kid = node->kid[c[2] - '0'];
            emit_below(e, kid);
            after_block = node_is_block(kid);
            c += 2;
        } else if (c[0] == '\n' && after_block) {
            write_string(&e->writer, " ");
        } else if (c[0] == '\n') {
            write_line_break(&e->writer);
        } else if (c[0] == '$' && c[1] == 'n') {
            write_string(&e->writer, node->name);
            c++;
        } else if (c[0] == '$' && c[1] == 'r') {
            write_format(&e->writer, "%s->result", e->function->self);
            e->uses_self = true;
            c++;
        } else if (c[0] == '$' && (c[1] == 't' || c[1] == 's')) {
            write_format(&e->writer, "%s->%s", e->function->self, c[1] == 't' ? "thrown" : "sent");
            e->uses_self = true;
            c++;
        } else if (c[0] == '$' && c[1] == 'b') {
            write_string(&e->writer, e->function->base);
            e->uses_base = true;
            c++;
        } else if (c[0] == '$' && c[1] >= '0' && c[1] <= '9') {
            emit_part(e, node, c);
            c++;
        } else {
            write_text(&e->writer, c, 1);
        }
    }
    e->in_block = outer;
}

/* --- names */

bool writes_frame(const struct emitter *e)
{
    return e->function && function_has_frame(e->function);
}

/* A local of the function being written, or of one that it is nested in. */
bool is_own(const struct emitter *e, const struct variable *variable)
{
    const struct function *function = e->function;
    while (function && function != variable->function)
        function = function->outer;
    return function != NULL;
}

void emit_slot(struct emitter *e, const struct slot *slot)
{
    e->uses_self = true;
    write_format(&e->writer, "%s->%s", e->function->self, slot->path);
}

const char *variable_place(struct emitter *e, const struct variable *variable)
{
    if (variable->kind == VARIABLE_RESULT) {
        e->uses_self = true;
        return arena_format(e->lowered->arena, "%s->%s.result", e->function->self,
                            variable->suspension->slot->path);
    }
    if (variable->in_frame) {
        e->uses_self = true;
        return arena_format(e->lowered->arena, "%s->%s", variable->function->self,
                            variable->slot->path);
    }
    return written_name(variable->symbol);
}

void emit_variable(struct emitter *e, const struct variable *variable)
{
    write_string(&e->writer, variable_place(e, variable));
}

static bool is_function_name(const struct node *node)
{
    return !strcmp(node->name, "__func__") || !strcmp(node->name, "__FUNCTION__") ||
           !strcmp(node->name, "__PRETTY_FUNCTION__");
}

/* The object that C declares in every function; where only the type matters, what it is made of. */
static void emit_function_name(struct emitter *e)
{
    if (e->hoisting) {
        write_format(&e->writer, "\"%s\"", e->function->name);
        return;
    }
    e->uses_name = true;
    write_string(&e->writer, fresh_name(e->lowered, "function_name"));
}

static bool is_parameter(const struct function *function, const struct symbol *symbol)
{
    for (; function; function = function->outer)
        for (size_t i = 0; i < function->type->parameter_count; i++) {
            const struct node *name = parameter_name(&function->type->parameters[i]);
            if (name && name->symbol == symbol)
                return true;
        }
    return false;
}

/* A local that a type of the function's speaks of, but not where that is defined now. */
static bool is_out_of_scope(const struct emitter *e, const struct symbol *symbol)
{
    if (!e->hoisting || !symbol || !symbol->function)
        return false;
    return symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_FUNCTION ||
           (symbol->kind == SYMBOL_PARAMETER && is_parameter(e->function, symbol));
}

/* An object of the type that nobody evaluates, with this address. At file scope there are no sizes
 * to compute. */
static void emit_object(struct emitter *e, struct type *object, unsigned address)
{
    struct text type = {0};
    if (e->hoisting)
        object = with_lengths(e, object, "1");
    type_print(&type, type_pointer(e->check->types, object), NULL, true, 0);
    write_format(&e->writer, "(*(%s)%u)", type.data, address);
    text_free(&type);
}

bool emit_in_constant(struct emitter *e, const struct symbol *symbol)
{
    bool is_object = symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_PARAMETER;
    const struct variable *variable = is_object ? symbol->lowered : NULL;
    bool is_kept = variable && is_own(e, variable) && variable->in_frame;
    if (!is_object || !(is_kept || is_out_of_scope(e, symbol)))
        return false;
    emit_object(e, symbol->type, 0);
    return true;
}

static void emit_identifier(struct emitter *e, struct node *node)
{
    struct symbol *symbol = node->symbol;
    struct variable *variable = variable_named(node);
    if (is_out_of_scope(e, symbol)) {
        emit_object(e, symbol->type, 0);
        return;
    }
    if (variable && is_own(e, variable) && needs_view(e, variable) && !(node->flags & IS_BARE))
        emit_view(e, variable);
    else if (variable && is_own(e, variable))
        emit_variable(e, variable);
    else if (symbol && symbol->output_name)
        write_string(&e->writer, symbol->output_name);
    else if (!symbol && writes_frame(e) && !e->nested && is_function_name(node))
        emit_function_name(e);
    else
        write_string(&e->writer, node->name);
}

/* (*(struct s *)__builtin_memcpy(&self->literal_1, &(struct s){1}, sizeof self->literal_1)) */
static void emit_copied_literal(struct emitter *e, struct node *node,
                                const struct variable *variable)
{
    const char *address = type_resolve(node->type)->kind == TYPE_ARRAY ? "" : "&";
    const char *cast = void_cast(node->type);
    struct text type = {0};
    type_print(&type, type_pointer(e->check->types, with_lengths(e, node->type, NULL)), NULL, true,
               0);
    write_format(&e->writer, "(*(%s)__builtin_memcpy(%s%s", type.data, cast, address);
    emit_variable(e, variable);
    write_format(&e->writer, ", %s%s", cast, address);
    emit_copy(e, node);
    write_string(&e->writer, ", sizeof ");
    emit_variable(e, variable);
    write_string(&e->writer, "))");
    text_free(&type);
}

/* One that its block keeps (literals.c) is stored in a variable, and stands for the object there:
 *     (*((void)(self->literal_1 = (struct s){1}), &self->literal_1))
 * where C lets it be assigned. Of an atomic one gcc would say that nobody uses the value. */
static void emit_compound_literal(struct emitter *e, struct node *node)
{
    struct variable *variable = node->symbol ? node->symbol->lowered : NULL;
    bool is_kept = variable && (variable->in_frame || variable->is_declared);
    if (!is_kept || !is_own(e, variable)) {
        emit_copy(e, node);
        return;
    }
    const struct type *type = type_resolve(node->type);
    if (type->kind == TYPE_ARRAY || type_has_const_member(type)) {
        emit_copied_literal(e, node, variable);
        return;
    }
    write_string(&e->writer, "(*((void)(");
    emit_variable(e, variable);
    write_string(&e->writer, " = ");
    emit_copy(e, node);
    write_string(&e->writer, "), &");
    emit_variable(e, variable);
    write_string(&e->writer, "))");
}

/* The `{0}` of a container: C++ compilers miss its other members there. */
static void emit_initializer_list(struct emitter *e, struct node *node)
{
    if (e->header && node->type && type_is_container(node->type))
        write_string(&e->writer, "{}");
    else
        emit_copy(e, node);
}

/* A name where it is declared: for a local's another one may be written. */
static void emit_declared_name(struct emitter *e, struct node *node)
{
    const struct symbol *symbol = node->symbol;
    bool is_of_file = symbol && symbol->kind == SYMBOL_FUNCTION && !symbol->function;
    if (!symbol || !symbol->output_name || is_of_file) {
        emit_copy(e, node);
        return;
    }
    struct node rest = *node;
    rest.start += (uint32_t)strlen(node->name);
    write_string(&e->writer, symbol->output_name);
    emit_copy(e, &rest);
}

/* --- what is evaluated by nobody only has its type */

/* Each has an address of its own: gcc warns of a comparison with itself. */
static void emit_unevaluated(struct emitter *e, struct node *node)
{
    if (type_is_void(node->type)) {
        write_string(&e->writer, "(void)0");
        return;
    }
    emit_object(e, node->type, e->objects++);
}

/* `_Generic(p, int (*)[2]: y)` at file scope, where the sizes of p's type are not known: y. */
static void emit_chosen(struct emitter *e, const struct node *generic)
{
    for (uint32_t i = 1; i < generic->count; i++)
        if (generic->kid[i]->type) {
            write_string(&e->writer, "(");
            emit_node(e, generic->kid[i]->kid[1]);
            write_string(&e->writer, ")");
        }
}

/* `_Generic(x, int: y)`, `typeof(x)`: x, of which the type is asked. */
static void emit_asking(struct emitter *e, struct node *node)
{
    struct node *asked = node_kid(node, 0), rest = *node;
    bool is_variable = asked && asked->type && type_is_variably_modified(asked->type);
    if (is_variable && e->hoisting && node->kind == NODE_GENERIC) {
        emit_chosen(e, node);
        return;
    }
    if (!asked || asked->kind == NODE_TYPE_NAME || !asked->type || is_variable) {
        emit_copy(e, node);
        return;
    }
    emit_gap(e, node->start, asked->start);
    e->for_type++;
    emit_node(e, asked);
    e->for_type--;
    rest.start = asked->end;
    rest.kid++;
    rest.count--;
    emit_copy(e, &rest);
}

/* `_Alignof a`: an object of which only the type is written here has the alignment that its
 * declaration asks for all the same. False if it asks for none, or stands here itself.
 *     __alignof__(struct { _Alignas(64) char element; }) */
static bool emit_alignment(struct emitter *e, const struct node *node)
{
    const struct node *operand = node->op == OP_ALIGNOF ? skip_parens(node->kid[0]) : NULL;
    struct symbol *symbol = operand && operand->kind == NODE_IDENTIFIER ? operand->symbol : NULL;
    if (!symbol || symbol->kind != SYMBOL_VARIABLE || !symbol->function)
        return false;
    const struct variable *variable = symbol->lowered;
    if (!is_out_of_scope(e, symbol) && !(variable && needs_view(e, variable)))
        return false;
    struct node *asked = alignment_asked(e->lowered, symbol);
    if (!asked)
        return false;
    struct text member = {0};
    bool is_array = type_resolve(symbol->type)->kind == TYPE_ARRAY;
    type_print(&member, is_array ? type_element(e->check->types, symbol->type) : symbol->type,
               "element", true, 0);
    write_string(&e->writer, "__alignof__(struct { ");
    emit_node(e, asked);
    write_format(&e->writer, "%s; })", member.data);
    text_free(&member);
    return true;
}

/* A call that a pass made covers the bytes that its callee does. */
static bool is_made_call(const struct node *node)
{
    return node->kid[0]->start == node->start && node->kid[0]->end == node->end;
}

static void emit_made_call(struct emitter *e, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        emit_node(e, node->kid[i]);
        write_string(&e->writer, i == 0 ? "(" : i + 1 < node->count ? ", " : "");
    }
    write_string(&e->writer, ")");
}

/* Only containers come here: a handle is written with its declarator. */
static void emit_former(struct emitter *e, const struct node *node)
{
    struct text type = {0};
    type_print(&type, node->type, NULL, true, 0);
    write_string(&e->writer, type.data);
    text_free(&type);
}

static bool emit_moving(struct emitter *e, struct node *node)
{
    struct node *target = skip_parens(node->kid[0]);
    struct variable *variable = node->op == OP_NONE ? variable_named(target) : NULL;
    return variable && emit_move(e, variable, node->kid[1]);
}

void emit_node(struct emitter *e, struct node *node)
{
    if (!node)
        return;
    bool is_nested = node->kind == NODE_FUNCTION && node->function; /* in what C takes as it is */
    if ((e->function || is_nested) && emit_statement_node(e, node))
        return;
    if (node->kind == NODE_ASSIGN && emit_moving(e, node))
        return;
    if (node->text && node->kind != NODE_DECLARATION) {
        emit_template(e, node);
        return;
    }
    if (emit_const_address(e, node))
        return;
    switch (node->kind) {
    case NODE_IDENTIFIER:
        emit_identifier(e, node);
        break;
    case NODE_CALL:
        if (is_made_call(node))
            emit_made_call(e, node);
        else
            emit_copy(e, node);
        break;
    case NODE_FORMER:
        emit_former(e, node);
        break;
    case NODE_INDEX:
    case NODE_ADDRESS:
        if (!emit_list_subscript(e, node))
            emit_copy(e, node);
        break;
    case NODE_TYPE_NAME_REF:
        if (node->symbol && emit_kept_typedef(e, node->symbol))
            break;
        write_string(&e->writer, node->symbol && node->symbol->output_name
                                     ? node->symbol->output_name
                                     : node->name);
        break;
    case NODE_DECLARATOR_NAME:
    case NODE_ENUMERATOR:
        emit_declared_name(e, node);
        break;
    case NODE_AWAIT: /* all others are gone */
    case NODE_YIELD:
    case NODE_TRY:
    case NODE_COMPREHENSION:
        emit_unevaluated(e, node);
        break;
    case NODE_STATEMENT_EXPRESSION: /* at file scope C has none; constants do not evaluate them */
        if (e->hoisting || !node->count)
            emit_unevaluated(e, node);
        else
            emit_copy(e, node);
        break;
    case NODE_GENERIC:
    case NODE_TYPEOF:
        emit_asking(e, node);
        e->objects = 0;
        break;
    case NODE_SIZEOF:
        e->sized = node->kid[0];
        if (!emit_alignment(e, node))
            emit_copy(e, node);
        e->objects = 0;
        break;
    case NODE_COMPOUND_LITERAL:
        emit_compound_literal(e, node);
        break;
    case NODE_INITIALIZER_LIST:
        emit_initializer_list(e, node);
        break;
    case NODE_STRUCT:
    case NODE_UNION:
    case NODE_ENUM:
        emit_struct(e, node);
        break;
    case NODE_ARRAY:
        emit_array(e, node);
        break;
    case NODE_SPECIFIERS:
        emit_specifiers(e, node);
        break;
    case NODE_PARAMETER:
    case NODE_TYPE_NAME:
        emit_declarator_pair(e, node);
        break;
    case NODE_DECLARATION:
        emit_declaration(e, node);
        break;
    case NODE_ATTRIBUTE_ARGUMENTS:
        emit_attribute_text(e, node->start, node->end);
        break;
    case NODE_ATTRIBUTE:
        emit_attribute(e, node, node->flags & IS_BARE ? USE_LOCAL : USE_ALL);
        break;
    default:
        emit_copy(e, node);
        break;
    }
}
