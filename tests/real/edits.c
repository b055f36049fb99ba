/* The program's text with what makes it async put in: `async`, `await`, and waits.
 *
 * One walk over the tree collects edits, each at a place of the text; sorted, they are written with
 * the text between them. Waits come in two kinds besides the one that bodies begin with, and stand
 * only where C evaluates something in a function that is async now:
 *   - between statements: `await asyncify_pause();`, in braces with a statement that stands alone;
 *   - inside expressions: `(await asyncify_int((E)))` for a value E of scalar type. The function
 *     pauses and gives E back. Pointers go as void * and are cast.
 * Deferred ones stand at the beginning of bodies. A wait really suspends every second time or so.
 * Constants that C wants as such (case labels, a null pointer) and operands of the compiler's
 * builtins stay as they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asyncify.h"
#include "semantic/checker.h"
#include "support/arena.h"
#include "support/text.h"

struct edit {
    uint32_t at, until; /* replaces the text between them */
    unsigned order;     /* among those of one place: of the file, behind a node, before a node */
    unsigned number;
    const char *text;
};

enum { OF_FILE, BEHIND, BEFORE };

struct identity {
    enum type_kind kind;
    const char *name, *type;
};

static const struct identity identities[] = {
    {TYPE_BOOL, "bool", "_Bool"},
    {TYPE_CHAR, "char", "char"},
    {TYPE_SCHAR, "schar", "signed char"},
    {TYPE_UCHAR, "uchar", "unsigned char"},
    {TYPE_SHORT, "short", "short"},
    {TYPE_USHORT, "ushort", "unsigned short"},
    {TYPE_INT, "int", "int"},
    {TYPE_UINT, "uint", "unsigned"},
    {TYPE_LONG, "long", "long"},
    {TYPE_ULONG, "ulong", "unsigned long"},
    {TYPE_LLONG, "llong", "long long"},
    {TYPE_ULLONG, "ullong", "unsigned long long"},
    {TYPE_INT128, "int128", "__int128"},
    {TYPE_UINT128, "uint128", "unsigned __int128"},
    {TYPE_FLOAT, "float", "float"},
    {TYPE_DOUBLE, "double", "double"},
    {TYPE_LDOUBLE, "ldouble", "long double"},
    {TYPE_POINTER, "pointer", "void *"},
};
enum { IDENTITIES = sizeof identities / sizeof *identities };

struct editor {
    struct program *p;
    struct edit *edits;
    size_t count, capacity;
    bool used[IDENTITIES];
    bool is_async; /* inside a function that becomes async */
};

enum {
    IS_VALUE = 1,       /* the value is used, as such */
    IS_QUIET = 2,       /* nothing is evaluated here, or constants alone */
    IS_BODY = 4,        /* a statement that stands alone */
    NEEDS_BRACKETS = 8, /* what follows binds closer than await */
};

static void replace(struct editor *e, uint32_t at, uint32_t until, unsigned order, const char *text)
{
    e->edits = arena_grow(e->p->arena, e->edits, e->count, &e->capacity, sizeof *e->edits);
    e->edits[e->count] = (struct edit){at, until, order, (unsigned)e->count, text};
    e->count++;
}

static void insert(struct editor *e, uint32_t at, unsigned order, const char *text)
{
    replace(e, at, at, order, text);
}

/* True for so many percent of the places. */
static bool is_chosen(const struct editor *e, uint32_t at, unsigned percent)
{
    uint32_t hash = (at ^ e->p->seed * 0x9E3779B1u) * 0x85EBCA6Bu;
    hash = (hash ^ hash >> 13) * 0xC2B2AE35u;
    return (hash ^ hash >> 16) % 100 < percent;
}

/* --- values */

static bool is_bit_field(const struct node *node)
{
    if (node->kind == NODE_ASSIGN || node->kind == NODE_PREFIX || node->kind == NODE_POSTFIX)
        return is_bit_field(skip_parens(node->kid[0]));
    if (node->kind == NODE_COMMA || node->kind == NODE_CONDITIONAL)
        return is_bit_field(skip_parens(node->kid[node->count - 1]));
    if (node->kind != NODE_MEMBER || !node->kid[0]->type)
        return false;
    const struct type *type = type_resolve(node->kid[0]->type);
    if (type->kind == TYPE_POINTER)
        type = type_resolve(type->target);
    const struct field *field = type_field(type, node->name);
    return !field || field->bits >= 0;
}

/* Constants other than a number that is not zero may be wanted as constants. */
static bool is_fixed(const struct editor *e, const struct node *node)
{
    long long value;
    enum constancy constancy = constant_evaluate(e->p->check, node, &value);
    if (constancy == CONSTANT_UNKNOWN)
        return type_is_integer(node->type);
    return constancy == CONSTANT_KNOWN && !value;
}

/* The cast back to a pointer type, NULL if it cannot be said. */
static const char *cast_of(struct editor *e, struct type *type)
{
    struct text text = {0};
    const char *cast = NULL;
    text_put(&text, '(');
    type_print(&text, type_unqualified(e->p->check->types, type), NULL, false, 0);
    text_puts(&text, ")");
    if (!strchr(text.data, '<') && !(e->p->pointers && strstr(text.data, ")(")) &&
        !type_is_variably_modified(type))
        cast = arena_copy(e->p->arena, text.data, text.length);
    text_free(&text);
    return cast;
}

static const struct identity *identity_of(struct editor *e, const struct node *node)
{
    if (!node->type || node->kind == NODE_STRING || node->kind == NODE_INITIALIZER_LIST)
        return NULL;
    const struct type *type = type_resolve(type_decay(e->p->check->types, node->type));
    for (size_t i = 0; i < IDENTITIES; i++)
        if (identities[i].kind == type->kind)
            return is_bit_field(skip_parens((struct node *)node)) || is_fixed(e, node)
                       ? NULL
                       : &identities[i];
    return NULL;
}

/* Returns what goes behind the value, NULL if it gets no wait. */
static const char *begin_value(struct editor *e, const struct node *node)
{
    const struct identity *identity;
    if (!is_chosen(e, node->start * 31 + node->end, e->p->operands) ||
        !(identity = identity_of(e, node)))
        return NULL;
    struct type *type = type_decay(e->p->check->types, node->type);
    bool is_pointer = identity->kind == TYPE_POINTER;
    const char *cast = is_pointer ? cast_of(e, type) : "";
    if (!cast)
        return NULL;
    e->used[identity - identities] = true;
    insert(e, node->start, BEFORE,
           arena_format(e->p->arena, "(%sawait asyncify_%s(%s(", cast, identity->name,
                        is_pointer ? "(void *)" : ""));
    e->p->awaits++;
    return ")))";
}

/* --- the walk */

static bool is_builtin_call(const struct node *node)
{
    const struct node *callee = skip_parens(node->kid[0]);
    return callee->kind == NODE_IDENTIFIER && (!strncmp(callee->name, "__", 2) || !callee->symbol);
}

/* Vectors take constants that they would not take from a variable of the constant's type. */
static bool is_vector(const struct node *node)
{
    enum type_kind kind = node->type ? type_resolve(node->type)->kind : TYPE_VOID;
    return kind == TYPE_VECTOR || kind == TYPE_UNKNOWN || kind == TYPE_BUILTIN;
}

/* Which kids are values, as bits. */
static unsigned value_kids(const struct node *node)
{
    if (is_vector(node))
        return 0;
    switch (node->kind) {
    case NODE_BINARY:
    case NODE_LOGICAL:
    case NODE_INDEX:
        return 3;
    case NODE_CONDITIONAL:
        return 7;
    case NODE_ASSIGN:
    case NODE_COMMA:
    case NODE_CAST:
    case NODE_DO:
    case NODE_FOR:
        return 2;
    case NODE_DECLARED:
        return node->kid[0]->type && type_is_scalar(node->kid[0]->type) ? 2 : 0;
    case NODE_MEMBER:
        return node->op == OP_ARROW;
    case NODE_UNARY:
        return node->op == OP_MINUS || node->op == OP_NOT || node->op == OP_COMPLEMENT;
    case NODE_CALL:
        return ~1u;
    case NODE_DEREFERENCE:
    case NODE_RETURN:
    case NODE_IF:
    case NODE_WHILE:
    case NODE_SWITCH:
    case NODE_GOTO_COMPUTED:
    case NODE_DESIGNATED:
        return 1;
    case NODE_INITIALIZER_LIST:
        return ~0u;
    default:
        return 0;
    }
}

/* Which kids are statements that may stand alone. */
static unsigned body_kids(const struct node *node)
{
    return node->kind == NODE_IF                               ? 6
           : node->kind == NODE_WHILE                          ? 2
           : node->kind == NODE_DO                             ? 1
           : node->kind == NODE_FOR || node->kind == NODE_CASE ? 8
                                                               : 0;
}

static bool is_static(const struct node *declaration)
{
    const struct node *specifiers = declaration->kid[0];
    for (uint32_t i = 0; i < specifiers->count; i++)
        if (specifiers->kid[i]->kind == NODE_STORAGE &&
            (specifiers->kid[i]->op == OP_STATIC || specifiers->kid[i]->op == OP_TYPEDEF ||
             specifiers->kid[i]->op == OP_EXTERN))
            return true;
    return false;
}

/* Nothing below it, or nothing but constants, is evaluated. */
static bool is_quiet(const struct node *node)
{
    switch (node->kind) {
    case NODE_SPECIFIERS:
    case NODE_TYPE_NAME:
    case NODE_ARRAY:
    case NODE_GENERIC:
    case NODE_OFFSETOF:
    case NODE_TYPE_ARGUMENTS:
    case NODE_STATIC_ASSERT:
    case NODE_ASM:
    case NODE_INDEX_DESIGNATOR:
        return true;
    case NODE_DECLARATION:
        return is_static(node);
    case NODE_CALL:
        return is_builtin_call(node);
    default:
        return node_is_unevaluated(node);
    }
}

static bool is_statement(const struct node *node)
{
    return node->kind != NODE_CASE && node->kind != NODE_DEFAULT && node->kind != NODE_LABEL &&
           node->kind != NODE_LOCAL_LABELS && node->kind != NODE_FUNCTION;
}

static unsigned kid_place(const struct node *node, uint32_t i, unsigned place)
{
    bool is_label_value = node->kind == NODE_CASE && i < 2;
    unsigned result = (place & IS_QUIET) | (is_quiet(node) || is_label_value ? IS_QUIET : 0);
    unsigned bit = i < 32 ? 1u << i : 1u << 31;
    if (value_kids(node) & bit)
        result |= IS_VALUE;
    if (body_kids(node) & bit)
        result |= IS_BODY;
    if (i == 0 && (node->kind == NODE_MEMBER || node->kind == NODE_INDEX ||
                   node->kind == NODE_CALL || node->kind == NODE_POSTFIX))
        result |= NEEDS_BRACKETS;
    return result;
}

static const struct type *pointed_function(const struct node *callee)
{
    const struct type *type = callee->type ? type_resolve(callee->type) : NULL;
    if (type && type->kind == TYPE_POINTER)
        type = type_resolve(type->target);
    return type && type->kind == TYPE_FUNCTION ? type : NULL;
}

static bool is_pointer_call(const struct editor *e, const struct node *callee)
{
    bool direct = callee->kind == NODE_IDENTIFIER &&
                  (!callee->symbol || callee->symbol->kind == SYMBOL_FUNCTION);
    const struct type *type = pointed_function(callee);
    return e->p->pointers && e->is_async && !direct && type && !type->is_variadic;
}

static unsigned functions_in(struct node *declarator)
{
    unsigned count = 0;
    for (; declarator; declarator = node_kid(declarator, 0))
        count += declarator->kind == NODE_FUNCTION_TYPE;
    return count;
}

static bool declares_pointer(struct node *declarator)
{
    if (declarator && declarator->kind == NODE_DECLARED)
        declarator = declarator->kid[0];
    const struct node *name = declarator ? declarator_name(declarator) : NULL;
    bool is_function = name && name->symbol && name->symbol->kind == SYMBOL_FUNCTION;
    return functions_in(declarator) > (is_function ? 1u : 0u);
}

/* `static int (*p)(int)`: `async` behind the storage class. */
static void edit_pointer(struct editor *e, const struct node *node)
{
    const struct node *specifiers = node_kid(node, 0);
    uint32_t i = 1, first = 0;
    if (!e->p->pointers || !specifiers || specifiers->kind != NODE_SPECIFIERS ||
        specifiers->flags & HAS_LANGUAGE || source_line(e->p->source, node->start).system_header)
        return;
    while (i < node->count && !declares_pointer(node->kid[i]))
        i++;
    while (first + 1 < specifiers->count && specifiers->kid[first]->kind == NODE_STORAGE)
        first++;
    if (i < node->count)
        insert(e, specifiers->kid[first]->start, BEFORE, "async ");
}

static bool becomes_async(const struct program *p, const struct node *callee)
{
    const struct candidate *candidate =
        callee->kind == NODE_IDENTIFIER ? candidate_of(p, callee->symbol) : NULL;
    return candidate && !candidate->stays;
}

/* `int f(a, b) int a; long b; {` becomes a function with a prototype. */
static void edit_old_style(struct editor *e, const struct node *function)
{
    const struct node *list = function->kid[1];
    const struct type *type = type_resolve(function->symbol->type);
    struct text text = {0};
    while (list->kind != NODE_FUNCTION_TYPE)
        list = list->kid[0];
    for (size_t i = 0; i < type->parameter_count; i++) {
        text_puts(&text, i ? ", " : "(");
        type_print(&text, type->parameters[i].type, type->parameters[i].name, false, 0);
    }
    text_puts(&text, ") ");
    replace(e, list->kid[0]->end, function->kid[2]->start, BEHIND,
            arena_copy(e->p->arena, text.data, text.length));
    text_free(&text);
}

static void edit_declaration(struct editor *e, const struct node *node)
{
    const struct node *name = NULL;
    if (node->kind == NODE_FUNCTION)
        name = declarator_name(node->kid[1]);
    else if (node->kind == NODE_DECLARATION && node->count == 2)
        name = declarator_name(node->kid[1]->kid[0]);
    const struct candidate *candidate = name ? candidate_of(e->p, name->symbol) : NULL;
    if (!candidate || candidate->stays)
        return;
    insert(e, node->kid[0]->start, BEFORE, "async ");
    if (node->kind != NODE_FUNCTION)
        return;
    const struct type *type = type_resolve(node->symbol->type);
    if (type->is_old_style && type->parameter_count && is_chosen(e, node->start, 50))
        edit_old_style(e, node);
    if (strcmp(candidate->symbol->name, "main") != 0 &&
        !(node->kid[2]->count && node->kid[2]->kid[0]->kind == NODE_LOCAL_LABELS))
        insert(e, node->kid[2]->start + 1, BEFORE,
               is_chosen(e, node->start + 7, e->p->defers)
                   ? " defer await asyncify_pause(); await asyncify_pause();"
                   : " await asyncify_pause();");
}

static void edit_node(struct editor *e, struct node *node, unsigned place)
{
    if (!node)
        return;
    bool outer = e->is_async, waits = !(place & IS_QUIET) && e->is_async, is_braced = false;
    const char *behind = NULL;
    edit_declaration(e, node);
    edit_pointer(e, node);
    if (waits && place & IS_BODY && node->kind != NODE_COMPOUND &&
        is_chosen(e, node->start, e->p->statements)) {
        insert(e, node->start, BEFORE, "{ await asyncify_pause(); ");
        is_braced = true;
    }
    if (waits && place & IS_VALUE)
        behind = begin_value(e, node);
    bool is_await = node->kind == NODE_CALL && (becomes_async(e->p, skip_parens(node->kid[0])) ||
                                                is_pointer_call(e, skip_parens(node->kid[0])));
    bool in_brackets = place & NEEDS_BRACKETS || !is_chosen(e, node->end, e->p->operands);
    if (is_await) {
        insert(e, node->start, BEFORE, in_brackets ? "(await " : "await ");
        if (is_chosen(e, node->start + 7, e->p->spawns))
            insert(e, node->start, BEFORE, "spawn ");
        e->p->awaits++;
    }
    if (node->kind == NODE_FUNCTION) {
        const struct candidate *candidate = candidate_of(e->p, node->symbol);
        e->is_async = candidate && !candidate->stays;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        if (node->kind == NODE_FUNCTION && i > 2)
            break;
        if (node->kind == NODE_COMPOUND && waits && is_statement(kid) &&
            is_chosen(e, kid->start, e->p->statements))
            insert(e, kid->start, BEFORE, "await asyncify_pause(); ");
        edit_node(e, kid, kid_place(node, i, place));
    }
    e->is_async = outer;
    if (is_await && in_brackets)
        insert(e, node->end, BEHIND, ")");
    if (behind)
        insert(e, node->end, BEHIND, behind);
    if (is_braced)
        insert(e, node->end, BEHIND, " }");
}

/* --- writing */

static int by_place(const void *left, const void *right)
{
    const struct edit *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->order != b->order)
        return (int)a->order - (int)b->order;
    return a->number < b->number ? -1 : 1;
}

/* The first external declaration of the program proper: what is inserted stands before it. */
static uint32_t find_start(const struct program *p)
{
    for (uint32_t i = 0; i < p->unit->count; i++)
        if (!source_line(p->source, p->unit->kid[i]->start).system_header &&
            !(p->unit->kid[i]->flags & HAS_LANGUAGE))
            return p->unit->kid[i]->start;
    return 0;
}

static const char pause_function[] = "static unsigned asyncify_state = 1;\n"
                                     "static async void asyncify_pause(void)\n"
                                     "{\n"
                                     "    asyncify_state = asyncify_state * 1103515245u + 12345u;\n"
                                     "    if (asyncify_state >> 16 & 1)\n"
                                     "        await async_yield();\n"
                                     "}\n";

static void insert_functions(struct editor *e)
{
    struct text text = {0};
    text_puts(&text, pause_function);
    for (size_t i = 0; i < IDENTITIES; i++)
        if (e->used[i])
            text_printf(&text,
                        "static async %s asyncify_%s(%s value)\n"
                        "{\n    await asyncify_pause();\n    return value;\n}\n",
                        identities[i].type, identities[i].name, identities[i].type);
    insert(e, find_start(e->p), OF_FILE, arena_copy(e->p->arena, text.data, text.length));
    text_free(&text);
}

void write_program(struct program *p)
{
    struct editor e = {.p = p};
    const char *text = source_text(p->source);
    uint32_t at = 0, end = (uint32_t)source_length(p->source);
    insert(&e, 0, OF_FILE, "#define ASYNCIFIED 1\n");
    for (uint32_t i = 0; i < p->unit->count; i++)
        edit_node(&e, p->unit->kid[i], 0);
    insert_functions(&e);
    qsort(e.edits, e.count, sizeof *e.edits, by_place);
    for (size_t i = 0; i < e.count; i++) {
        fwrite(text + at, 1, e.edits[i].at - at, stdout);
        fputs(e.edits[i].text, stdout);
        at = e.edits[i].until;
    }
    fwrite(text + at, 1, end - at, stdout);
}
