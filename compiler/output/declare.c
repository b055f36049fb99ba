/* Declarations as C.
 *
 * Where the specifiers say `async` or `future(T)`, the declared thing is a handle in C:
 *
 *     async struct page *(*op)(int)      struct async_future *(*op)(int)
 *     future(int) tasks[4]               struct async_future *tasks[4]
 *
 * The type's words go; `async` belongs to the outermost function declarator, so what stands around
 * that (the `*` of `struct page *`) belonged to the result and goes too. Locals that live in
 * the frame are not declared here: only their initialisers remain, as assignments. */
#include "output/node.h"

#include <ctype.h>
#include <string.h>

#include "output/attribute.h"
#include "output/comments.h"
#include "output/skip.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"
#include "syntax/token.h"

/* --- specifiers */

enum special { SPECIAL_NONE, SPECIAL_ASYNC, SPECIAL_HANDLE, SPECIAL_CONTEXTVAR };

/* A list, set or dict is a struct, and stands wherever one may. */
static bool is_container_former(const struct node *former)
{
    return !strcmp(former->name, "list") || !strcmp(former->name, "set") ||
           !strcmp(former->name, "dict");
}

static enum special special_of(const struct node *specifiers, const char **handle)
{
    enum special special = SPECIAL_NONE;
    *handle = "struct async_future";
    for (uint32_t i = 0; i < specifiers->count; i++) {
        const struct node *kid = specifiers->kid[i];
        if (kid->kind == NODE_FORMER && !strcmp(kid->name, "contextvar")) {
            *handle = "struct async_contextvar";
            return SPECIAL_CONTEXTVAR;
        }
        if (kid->kind == NODE_FORMER && !is_container_former(kid)) {
            *handle = !strcmp(kid->name, "future")      ? "struct async_future"
                      : !strcmp(kid->name, "generator") ? "struct async_generator"
                                                        : "struct async_queue";
            return SPECIAL_HANDLE;
        }
        if (kid->kind == NODE_ASYNC)
            special = SPECIAL_ASYNC;
    }
    return special;
}

bool specifiers_are_special(const struct node *specifiers)
{
    const char *handle;
    return special_of(specifiers, &handle) != SPECIAL_NONE;
}

/* Whether what they declare, if it is a function, is an async one or a generator. */
static bool say_lowered(const struct node *specifiers)
{
    const char *handle;
    enum special special = special_of(specifiers, &handle);
    return special == SPECIAL_ASYNC ||
           (special == SPECIAL_HANDLE && !strcmp(handle, "struct async_generator"));
}

static bool is_kept(const struct node *specifier)
{
    return specifier->kind == NODE_STORAGE || specifier->kind == NODE_ALIGNAS ||
           specifier->kind == NODE_ATTRIBUTE;
}

bool register_is_left_out(const struct node *specifiers, const struct node *kid)
{
    return specifiers->kind == NODE_SPECIFIERS && kid->kind == NODE_STORAGE &&
           kid->op == OP_REGISTER && specifiers->type && type_holds_language(specifiers->type);
}

static void emit_special(struct emitter *e, struct node *specifiers, const char *handle)
{
    bool is_lowered = say_lowered(specifiers);
    for (uint32_t i = 0; i < specifiers->count; i++) {
        struct node *kid = specifiers->kid[i];
        bool any = is_kept(kid) && !(is_lowered && kid->op == OP_NORETURN) &&
                   !register_is_left_out(specifiers, kid);
        if (any && is_lowered && kid->kind == NODE_ATTRIBUTE)
            any = emit_attribute(e, kid, USE_HANDLE);
        else if (any)
            emit_node(e, kid);
        write_string(&e->writer, any ? " " : "");
    }
    write_string(&e->writer, handle);
}

void emit_specifiers(struct emitter *e, struct node *specifiers)
{
    const char *handle;
    if (special_of(specifiers, &handle) != SPECIAL_NONE)
        emit_special(e, specifiers, handle);
    else
        emit_copy(e, specifiers);
}

/* Whether the types that this function defines stand at file scope. */
static bool moves_types(const struct emitter *e)
{
    return writes_frame(e) || (e->function && e->function->hoisted_count);
}

/* What follows the tag: `{ ... }`, or of an enum `: short` and that; NULL. */
static const char *behind_tag(const struct emitter *e, const struct node *node)
{
    const char *at = e->code + node->start, *end = e->code + node->end;
    if (!(node->flags & HAS_TYPE)) {
        while (at < end && *at != '{')
            at = skip_part(at, end);
        return node->flags & HAS_BODY ? at : NULL;
    }
    const char *colon = e->code + node->kid[0]->start;
    while (*colon != ':')
        colon--;
    return colon;
}

/* `struct __attribute__((packed)) s {`: what stands between the word and the tag. */
static void emit_tag_attributes(struct emitter *e, const struct node *node, const char *word)
{
    const char *start = e->code + node->start + strlen(word);
    const char *behind = behind_tag(e, node), *end = start;
    if (!behind)
        return;
    for (const char *at = start; at < behind; at = skip_part(at, behind))
        if (!isspace((unsigned char)*at) && skip_comment(at, behind) == at)
            end = skip_token(at, behind);
    size_t length = node->name ? strlen(node->name) : 0;
    if ((size_t)(end - start) < length ||
        memcmp(end - length, node->name ? node->name : "", length))
        return; /* the tag is spelled with \u */
    while (end - length > start && isspace((unsigned char)start[0]))
        start++;
    if (start < end - length) {
        write_string(&e->writer, " ");
        emit_attribute_text(e, (uint32_t)(start - e->code), (uint32_t)(end - length - e->code));
    }
}

/* A struct that is defined in a function with frames has moved to file scope. */
void emit_struct(struct emitter *e, struct node *node)
{
    const char *word = node->kind == NODE_STRUCT  ? "struct"
                       : node->kind == NODE_UNION ? "union"
                                                  : "enum";
    const char *name = node->symbol && node->symbol->output_name ? node->symbol->output_name
                       : node->name                              ? node->name
                                                                 : NULL;
    bool local = moves_types(e) && !e->nested && node->flags & HAS_BODY;
    const struct type *type = node->type;
    if (!name && type && type->name)
        name = type->name;
    if (local && (!e->hoisting || e->has_local_types)) {
        bool is_close = is_word_byte(e->code[node->end]); /* `struct {}s;` */
        write_format(&e->writer, "%s %s%s", word, name, is_close ? " " : "");
        return;
    }
    if (!local && !(node->symbol && node->symbol->output_name)) {
        emit_copy(e, node);
        return;
    }
    if (!name) { /* its members are those of the struct around it */
        emit_copy(e, node);
        return;
    }
    write_string(&e->writer, word);
    emit_tag_attributes(e, node, word);
    write_format(&e->writer, " %s", name);
    const char *rest = behind_tag(e, node);
    if (!rest)
        return;
    write_string(&e->writer, " ");
    struct node body = *node;
    body.start = (uint32_t)(rest - e->code);
    if (node->count)
        body.end = node->kid[node->count - 1]->end;
    emit_copy(e, &body);
    emit_attribute_text(e, body.end, node->end);
}

/* --- declarators */

/* The function declarator that `async` is about: of a function that returns a pointer to an async
 * one it is not the one next to the name. */
static struct node *outermost_function(struct node *declarator)
{
    while (declarator && declarator->kind != NODE_DECLARATOR_NAME &&
           declarator->kind != NODE_FUNCTION_TYPE)
        declarator = node_kid(declarator, 0);
    return declarator && declarator->kind == NODE_FUNCTION_TYPE ? declarator : NULL;
}

static void emit_handle_qualifiers(struct emitter *e, const struct node *specifiers)
{
    for (uint32_t i = 0; i < specifiers->count; i++)
        if (specifiers->kid[i]->kind == NODE_QUALIFIER && specifiers->kid[i]->op != OP_NONE)
            write_format(&e->writer, "%s ", operator_names[specifiers->kid[i]->op]);
}

/* Of a function that is lowered; what stands around them (asm names) stays text. */
static void emit_attributes_behind(struct emitter *e, const struct node *declarator)
{
    const struct node *inner = declarator_without_attributes(declarator);
    uint32_t at = inner->end;
    if (declarator == inner)
        return;
    for (uint32_t i = 1; i < declarator->count; i++) {
        emit_gap(e, at, declarator->kid[i]->start);
        emit_attribute(e, declarator->kid[i], USE_HANDLE);
        at = declarator->kid[i]->end;
    }
    emit_gap(e, at, declarator->end);
}

/* `int a, ATTRIBUTES *b` */
static void emit_attributes_before(struct emitter *e, const struct node *declared)
{
    struct node before = *declared;
    before.end = declared->kid[0]->start;
    before.kid += 2;
    before.count -= 2;
    if (before.count)
        emit_copy(e, &before);
}

void emit_declarator(struct emitter *e, const struct node *specifiers, struct node *declarator)
{
    const char *handle;
    switch (special_of(specifiers, &handle)) {
    case SPECIAL_NONE:
    case SPECIAL_CONTEXTVAR:
        emit_node(e, declarator);
        break;
    case SPECIAL_ASYNC: {
        struct node *function = outermost_function(declarator);
        if (function)
            write_string(&e->writer, "*");
        emit_node(e, function ? function : declarator);
        if (function)
            emit_attributes_behind(e, declarator);
        break;
    }
    case SPECIAL_HANDLE:
        write_string(&e->writer, "*");
        emit_handle_qualifiers(e, specifiers);
        if (say_lowered(specifiers) && declarator) {
            emit_node(e, (struct node *)declarator_without_attributes(declarator));
            emit_attributes_behind(e, declarator);
        } else {
            emit_node(e, declarator);
        }
        break;
    }
}

static bool names_object(const struct node *node)
{
    const struct symbol *symbol = node && node->kind == NODE_IDENTIFIER ? node->symbol : NULL;
    bool found = symbol && (symbol->kind == SYMBOL_VARIABLE || symbol->kind == SYMBOL_PARAMETER);
    for (uint32_t i = 0; node && !found && i < node->count; i++)
        found = names_object(node->kid[i]);
    return found;
}

/* The array that the parameter only seems to be, if C++ does not take what its brackets say: a
 * size that is computed, `static`, qualifiers. */
static const struct node *decayed_array(const struct node *parameter)
{
    const struct node *inner = NULL;
    for (const struct node *node = node_kid(parameter, 1); node; node = node_kid(node, 0))
        if (node->kind != NODE_DECLARATOR_NAME && node->kind != NODE_PAREN_DECLARATOR)
            inner = node;
    bool is_cs = inner && inner->kind == NODE_ARRAY &&
                 (inner->count > 2 || inner->flags & IS_STAR || names_object(inner->kid[1]));
    return is_cs ? inner : NULL;
}

void emit_array(struct emitter *e, struct node *node)
{
    if (node != e->decayed) {
        emit_copy(e, node);
        return;
    }
    emit_node(e, node->kid[0]);
    write_string(&e->writer, "[]");
}

void emit_declarator_pair(struct emitter *e, struct node *node)
{
    struct node *specifiers = node->kid[0], *declarator = node->kid[1];
    if (e->header && node->kind == NODE_PARAMETER)
        e->decayed = decayed_array(node);
    if (!specifiers_are_special(specifiers)) {
        emit_copy(e, node);
        return;
    }
    emit_specifiers(e, specifiers);
    write_string(&e->writer, " ");
    emit_declarator(e, specifiers, declarator);
    emit_gap(e, declarator ? declarator->end : specifiers->end, node->end);
}

static bool defines_contextvar(const struct node *specifiers, const struct node *declared)
{
    const char *handle;
    if (special_of(specifiers, &handle) != SPECIAL_CONTEXTVAR)
        return false;
    for (uint32_t i = 0; i < specifiers->count; i++)
        if (specifiers->kid[i]->kind == NODE_STORAGE && specifiers->kid[i]->op == OP_EXTERN)
            return declared->kid[1] != NULL;
    return true;
}

static void print_held(struct text *text, const struct node *declared, const char *name)
{
    const struct type *held = type_resolve(declared->type)->target;
    type_print(text, held, name, true, QUAL_CONST | QUAL_VOLATILE | QUAL_ATOMIC);
}

/* `{value}`, and of a struct without one `{}`: C compilers warn of braces that they miss. */
static void emit_first_value(struct emitter *e, const struct node *declared)
{
    struct node *value = declared->kid[1];
    bool is_list = value && value->kind == NODE_INITIALIZER_LIST;
    enum type_kind kind = type_resolve(type_resolve(declared->type)->target)->kind;
    write_string(&e->writer, is_list ? "" : "{");
    if (value)
        emit_node(e, value);
    else if (kind != TYPE_STRUCT && kind != TYPE_UNION)
        write_string(&e->writer, "0");
    write_string(&e->writer, is_list ? "" : "}");
}

/* In a header, before the context variable: C++ gives no address of a literal. */
static void emit_named_values(struct emitter *e, const struct node *node)
{
    for (uint32_t i = 1; e->header && i < node->count; i++) {
        const struct node *declared = node->kid[i];
        struct text text = {0};
        if (!defines_contextvar(node->kid[0], declared))
            continue;
        print_held(
            &text, declared,
            arena_format(e->lowered->arena, "%s__first", declarator_name(declared->kid[0])->name));
        write_format(&e->writer, "static %s", text.data);
        if (declared->kid[1]) {
            write_string(&e->writer, " = ");
            emit_first_value(e, declared);
        }
        write_string(&e->writer, ";");
        write_line_break(&e->writer);
        text_free(&text);
    }
}

/* What a context variable is initialised with: {"name", its T's size and alignment, &(T){value}} */
static void emit_contextvar(struct emitter *e, const struct node *declared)
{
    const char *name = declarator_name(declared->kid[0])->name;
    struct text type = {0};
    print_held(&type, declared, NULL);
    write_format(&e->writer, "{\"%s\", sizeof(%s), __alignof__(%s), &", name, type.data, type.data);
    if (e->header) {
        write_format(&e->writer, "%s__first", name);
    } else {
        write_format(&e->writer, "(%s)", type.data);
        emit_first_value(e, declared);
    }
    write_string(&e->writer, "}");
    text_free(&type);
}

/* `__auto_type x = value`, C23's `auto x = value`: the value says the type. */
static bool is_deduced(const struct node *specifiers)
{
    bool says_type = false;
    for (uint32_t i = 0; i < specifiers->count; i++) {
        const struct node *kid = specifiers->kid[i];
        bool is_auto = kid->kind == NODE_TYPE_WORD && !strcmp(kid->name, "__auto_type");
        says_type |= !is_kept(kid) && kid->kind != NODE_QUALIFIER && !is_auto;
    }
    return !says_type;
}

static bool begins_zero(const struct node *declared)
{
    const struct symbol *symbol = declared->symbol;
    const struct variable *variable =
        symbol && symbol->kind == SYMBOL_VARIABLE ? symbol->lowered : NULL;
    return variable && variable->begins_zero;
}

/* `declarator = initialiser`, and the attributes and asm names around it. */
static void emit_declared(struct emitter *e, const struct node *specifiers, struct node *declared)
{
    struct node *declarator = declared->kid[0], *value = declared->kid[1];
    bool asks_type = value && is_deduced(specifiers);
    emit_attributes_before(e, declared);
    emit_declarator(e, specifiers, declarator);
    e->for_type += asks_type;
    if (declared->flags & IS_BOUND) {
        emit_gap(e, declarator->end, declared->end);
        write_string(&e->writer, " = ");
        emit_node(e, value);
    } else if (defines_contextvar(specifiers, declared)) {
        emit_gap(e, declarator->end, value ? value->start : declared->end);
        write_string(&e->writer, value ? "" : " = ");
        emit_contextvar(e, declared);
    } else if (value) {
        emit_gap(e, declarator->end, value->start);
        emit_node(e, value);
        emit_gap(e, value->end, declared->end);
    } else if (declarator) {
        emit_gap(e, declarator->end, declared->end);
        write_string(&e->writer, begins_zero(declared) ? " = 0" : "");
    }
    e->for_type -= asks_type;
}

/* --- declarations */

static bool has_frame_local(const struct emitter *e, const struct node *node)
{
    for (uint32_t i = 1; i < node->count; i++)
        if (is_frame_local(e, node->kid[i]))
            return true;
    return false;
}

bool declares_typedef(const struct node *declaration)
{
    const struct node *specifiers = declaration->kid[0];
    for (uint32_t i = 0; i < specifiers->count; i++)
        if (specifiers->kid[i]->kind == NODE_STORAGE && specifiers->kid[i]->op == OP_TYPEDEF)
            return true;
    return false;
}

/* A local that C would take for an unused one. */
static bool seems_unused(const struct node *declared)
{
    const struct symbol *symbol = declared->kind == NODE_DECLARED ? declared->symbol : NULL;
    return symbol && symbol->is_left_out && symbol->kind == SYMBOL_VARIABLE && symbol->function &&
           symbol->storage != OP_EXTERN;
}

static void emit_unused(struct emitter *e, struct node *const *declared, uint32_t count)
{
    bool any = false;
    for (uint32_t i = 0; i < count; i++)
        any |= seems_unused(declared[i]);
    write_string(&e->writer, any ? "__attribute__((unused)) " : "");
}

/* All of it, C's own way, in the shape that the user gave it. */
static void emit_whole(struct emitter *e, struct node *node)
{
    struct node *specifiers = node->kid[0];
    emit_named_values(e, node);
    emit_gap(e, node->start, specifiers->start);
    emit_unused(e, node->kid + 1, node->count - 1);
    emit_specifiers(e, specifiers);
    uint32_t at = specifiers->end;
    for (uint32_t i = 1; i < node->count; i++) {
        emit_gap(e, at, node->kid[i]->start);
        emit_declared(e, specifiers, node->kid[i]);
        at = node->kid[i]->end;
    }
    emit_gap(e, at, node->end);
}

/* What remains of the declaration of a local that lives in the frame. */
static void emit_initialization(struct emitter *e, const struct node *declared, const char *end)
{
    struct variable *variable = declarator_name(declared->kid[0])->symbol->lowered;
    emit_variable_store(e, variable, declared->kid[1]);
    write_string(&e->writer, end);
}

/* A local of a variably modified type outside the frame, by the type of its storage. */
static bool emit_stored(struct emitter *e, const struct node *declared)
{
    const struct variable *variable =
        declared->symbol->kind == SYMBOL_VARIABLE ? declared->symbol->lowered : NULL;
    if (!variable || !variable->viewed_as || !is_own(e, variable))
        return false;
    struct text text = {0};
    type_print(&text, variable->type, written_name(variable->symbol), true, 0);
    write_string(&e->writer, variable->kind == VARIABLE_STATIC ? "static " : "");
    write_string(&e->writer, variable->symbol->is_thread_local ? "__thread " : "");
    write_string(&e->writer, text.data);
    if (declared->kid[1]) {
        write_string(&e->writer, " = ");
        emit_node(e, declared->kid[1]);
    }
    write_string(&e->writer, ";");
    text_free(&text);
    return true;
}

/* `T x; x = value;` */
static bool emit_crossed(struct emitter *e, const struct node *declared)
{
    const struct symbol *symbol = declared->symbol;
    struct node *value = node_kid(declared, 1);
    if (!symbol || symbol->kind != SYMBOL_VARIABLE || !value || symbol->storage == OP_STATIC ||
        symbol->storage == OP_EXTERN)
        return false;
    struct text text = {0};
    type_print(&text, symbol->type, written_name(symbol), true, QUAL_CONST);
    write_format(&e->writer, "%s;", text.data);
    write_line_break(&e->writer);
    emit_store(e, written_name(symbol), symbol->type, value);
    write_string(&e->writer, ";");
    text_free(&text);
    return true;
}

/* One statement or declaration for each declarator. */
static void emit_split(struct emitter *e, struct node *node)
{
    struct node *specifiers = node->kid[0];
    bool first = true;
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *declared = node->kid[i];
        bool frame = is_frame_local(e, declared);
        if (frame && !declared->kid[1])
            continue;
        if (!first)
            write_line_break(&e->writer);
        first = false;
        write_place(&e->writer, declared->start, false);
        if (frame) {
            emit_initialization(e, declared, ";");
            continue;
        }
        if (declared->symbol && emit_stored(e, declared))
            continue;
        if (node->flags & IS_CROSSED && emit_crossed(e, declared))
            continue;
        emit_unused(e, &node->kid[i], 1);
        emit_specifiers(e, specifiers);
        write_string(&e->writer, " ");
        emit_declared(e, specifiers, declared);
        write_string(&e->writer, ";");
    }
}

void emit_declaration(struct emitter *e, struct node *node)
{
    bool hoisted = moves_types(e) && !e->nested && !e->hoisting && node_declares_type(node);
    if (hoisted && e->writer.comments) /* they went along */
        comments_written(e->writer.comments, node->kid[0]->start, node->kid[0]->end);
    if (hoisted && (node->count == 1 || declares_typedef(node)))
        return;
    if (node->text && node->count == 1) { /* a type that stands apart */
        emit_specifiers(e, node->kid[0]);
        write_string(&e->writer, ";");
    } else if (node->text || node->flags & IS_CROSSED ||
               (e->function && has_frame_local(e, node))) {
        e->writer.indent = writer_indent(&e->writer);
        emit_split(e, node);
    } else {
        emit_whole(e, node);
    }
}

/* `for (self->i = 0, self->n = 5; ...`: true if all of it can be written as one expression. */
bool emit_for_initialization(struct emitter *e, struct node *node)
{
    for (uint32_t i = 1; i < node->count; i++)
        if (!is_frame_local(e, node->kid[i]))
            return false;
    bool first = true;
    for (uint32_t i = 1; i < node->count; i++) {
        if (!node->kid[i]->kid[1])
            continue;
        if (!first)
            write_string(&e->writer, ", ");
        first = false;
        emit_initialization(e, node->kid[i], "");
    }
    write_string(&e->writer, ";");
    return true;
}
