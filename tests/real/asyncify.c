/* Makes an asyncc program of a C program: functions become async, calls of them awaits, and bodies
 * begin with a wait.
 *
 *     asyncify [options] FILE.i >FILE.ac
 *
 *     --also PREFIX     functions of system headers that are made async, too
 *     --not NAME        a function that stays an ordinary one
 *     --statements N    a wait in front of N percent of the statements, else 0
 *     --operands N      a wait inside N percent of the expressions, else 0
 *     --spawns N        N percent of the calls run as tasks of their own, else 0
 *     --defers N        a wait that is deferred to the end of N percent of the functions, else 0
 *     --pointers N      unless 0, pointers to functions point to async ones. A program that gives
 *                       ordinary ones to them is refused by asyncc
 *     --seed N          another choice of these
 *
 * FILE.i is preprocessed, with <async/async.h> included first. Functions of system headers stay as
 * they are, but for those whose name begins with a PREFIX. A function stays an ordinary one, too,
 * if
 *   - it is used in another way than by being called, named by an attribute included, for who calls
 *     it then does not await;
 *   - it is declared in a way that an async function cannot be (variadic, by a typedef,
 *     together with others or with types, returning a pointer to a function, old style with
 *     parameters narrower than int, as a constructor), named by --not, or uses what async functions
 *     refuse (setjmp);
 *   - a function that stays an ordinary one calls it.
 * The last rule is applied until nothing changes. Every other function with a body becomes async,
 * so most of a program does. The text is edited in place (edits.c): nothing else changes. Ends with
 * a line on standard error: "N async functions, N awaits". */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asyncify.h"
#include "diagnostic.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/stack.h"
#include "support/text.h"
#include "syntax/implicit.h"
#include "syntax/parse.h"
#include "syntax/token.h"

enum { MOST_ROUNDS = 16 };

static bool is_in(const struct list *list, const char *name, bool prefix)
{
    for (size_t i = 0; i < list->count; i++)
        if (prefix ? !strncmp(name, list->items[i], strlen(list->items[i]))
                   : !strcmp(name, list->items[i]))
            return true;
    return false;
}

/* --- candidates */

struct candidate *candidate_of(const struct program *p, const struct symbol *symbol)
{
    for (size_t i = 0; symbol && i < p->count; i++)
        if (p->candidates[i].symbol == symbol)
            return &p->candidates[i];
    return NULL;
}

/* That of an identifier or declared name. Used before it is declared, or declared in a block, a
 * function has no symbol or another one. */
static struct candidate *candidate_named(const struct program *p, const struct node *name)
{
    const struct symbol *symbol = name->symbol;
    struct candidate *candidate = candidate_of(p, symbol);
    if (candidate || (symbol && symbol->kind != SYMBOL_FUNCTION))
        return candidate;
    for (size_t i = 0; i < p->count; i++)
        if (p->candidates[i].symbol->name == name->name)
            return &p->candidates[i];
    return NULL;
}

static void keep(struct program *p, struct candidate *candidate)
{
    if (candidate && !candidate->stays)
        candidate->stays = p->changed = true;
}

/* `int (*f(void))(int)`: `async` would be about what it returns. */
static bool returns_function(const struct node *declarator)
{
    unsigned functions = 0;
    for (; declarator; declarator = node_kid(declarator, 0))
        functions += declarator->kind == NODE_FUNCTION_TYPE;
    return functions > 1;
}

/* `struct { int a; } f(struct s *p)` */
static bool declares_types(const struct node *node)
{
    if (!node || node->kind == NODE_COMPOUND)
        return false;
    if (node->flags & HAS_BODY && node->kind != NODE_FUNCTION)
        return true;
    bool is_new = node->symbol && node->symbol->kind == SYMBOL_TAG && node->symbol->node == node;
    for (uint32_t i = 0; !is_new && i < node->count; i++)
        is_new = declares_types(node->kid[i]);
    return is_new;
}

static bool has_typedef_type(const struct node *declarator)
{
    for (; declarator; declarator = node_kid(declarator, 0)) {
        if (declarator->kind == NODE_FUNCTION_TYPE)
            return false;
        if (declarator->kind == NODE_DECLARATOR_NAME)
            return true;
    }
    return true;
}

/* An old-style parameter of such a type is called with another one. */
static bool narrows(const struct type *type)
{
    for (size_t i = 0; i < type->parameter_count; i++)
        if (!type->parameters[i].type ||
            (type_is_arithmetic(type->parameters[i].type) &&
             type_size(type->parameters[i].type) < 4) ||
            type_resolve(type->parameters[i].type)->kind == TYPE_FLOAT)
            return true;
    return false;
}

static void find_candidates(struct program *p)
{
    struct check *check = p->check;
    p->candidates = arena_alloc(p->arena, (check->function_count + 1) * sizeof *p->candidates);
    for (size_t i = 0; i < check->function_count; i++) {
        struct node *node = check->functions[i];
        if (!node->symbol || node->symbol->function || node->flags & IS_ASYNC)
            continue;
        const struct type *type = type_resolve(node->symbol->type);
        const char *name = node->symbol->name;
        bool of_system = source_line(p->source, node->start).system_header;
        bool is_main = !strcmp(name, "main");
        bool stays = (of_system && !is_in(&p->also, name, true)) || type->is_variadic ||
                     (type->is_old_style && narrows(type)) || is_in(&p->not_these, name, false) ||
                     has_typedef_type(node->kid[1]) || returns_function(node->kid[1]) ||
                     declares_types(node);
        p->candidates[p->count++] = (struct candidate){node, node->symbol, stays && !is_main};
    }
}

static const char *const refused[] = {"setjmp",           "_setjmp", "__sigsetjmp",     "alloca",
                                      "__builtin_alloca", "vfork",   "__builtin_setjmp"};

static bool is_refused(const struct node *node)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (node->kind == NODE_IDENTIFIER && !strcmp(node->name, refused[i]))
            return true;
    return false;
}

static bool calls_system(const struct program *p, const struct node *call)
{
    const struct node *callee = skip_parens(call->kid[0]);
    const struct symbol *symbol = callee->kind == NODE_IDENTIFIER ? callee->symbol : NULL;
    return callee->kind == NODE_IDENTIFIER &&
           (!symbol || (symbol->kind == SYMBOL_FUNCTION && symbol->node &&
                        source_line(p->source, symbol->node->start).system_header));
}

/* Walks a function's body, or a declaration; `inside`: the candidate whose body it is. */
static void judge(struct program *p, const struct node *node, struct candidate *inside)
{
    if (!node)
        return;
    bool nested = inside && node->kind == NODE_FUNCTION && node != inside->node;
    if (is_refused(node))
        keep(p, inside);
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        const struct node *callee = kid ? skip_parens(kid) : NULL;
        bool is_callee = node->kind == NODE_CALL && i == 0;
        struct candidate *named =
            callee && callee->kind == NODE_IDENTIFIER ? candidate_named(p, callee) : NULL;
        bool is_argument = node->kind == NODE_CALL && i > 0;
        bool is_pointer = !is_callee && p->pointers && !(is_argument && calls_system(p, node));
        if (named && !is_pointer &&
            (!is_callee || !inside || inside->stays || nested || callee->symbol != named->symbol))
            keep(p, named);
        if (!named)
            judge(p, kid, nested ? NULL : inside);
    }
}

/* `static int f(int), g;` is more than the declaration of one function. */
static void judge_declaration(struct program *p, const struct node *node)
{
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *declarator = node->kid[i]->kid[0], *name = declarator_name(declarator);
        struct candidate *candidate = name ? candidate_named(p, name) : NULL;
        bool is_another = candidate && candidate->symbol != name->symbol;
        if (candidate && (is_another || node->count > 2 || has_typedef_type(declarator)))
            keep(p, candidate);
    }
}

static void judge_locals(struct program *p, const struct node *node)
{
    if (!node)
        return;
    if (node->kind == NODE_DECLARATION)
        judge_declaration(p, node);
    for (uint32_t i = 0; i < node->count; i++)
        judge_locals(p, node->kid[i]);
}

/* `cleanup(f)`, `ifunc("f")`, `constructor`: somebody else calls it. Attributes are text. */
static bool is_attribute(const char *word, size_t length)
{
    return (length == 13 && !memcmp(word, "__attribute__", length)) ||
           (length == 11 && !memcmp(word, "__attribute", length));
}

/* What the external declaration there declares. */
static void keep_declared(struct program *p, uint32_t at)
{
    for (uint32_t i = 0; i < p->unit->count; i++) {
        const struct node *node = p->unit->kid[i];
        bool is_function = node->kind == NODE_FUNCTION;
        if (at < node->start || at >= node->end || (!is_function && node->kind != NODE_DECLARATION))
            continue;
        for (uint32_t k = 1; k < node->count && !(is_function && k > 1); k++) {
            struct node *declarator = is_function ? node->kid[k] : node->kid[k]->kid[0];
            const struct node *name = declarator_name(declarator);
            keep(p, name ? candidate_named(p, name) : NULL);
        }
    }
}

static void keep_named(struct program *p, const struct range *token)
{
    const char *word = source_code(p->source) + token->start;
    size_t length = token->end - token->start;
    if (length > 8 &&
        (memmem(word, length, "constructor", 11) || memmem(word, length, "destructor", 10)))
        keep_declared(p, token->start);
    if (length > 2 && *word == '"')
        word++, length -= 2;
    for (size_t i = 0; i < p->count; i++)
        if (!strncmp(p->candidates[i].symbol->name, word, length) &&
            !p->candidates[i].symbol->name[length])
            keep(p, &p->candidates[i]);
}

static void judge_attributes(struct program *p)
{
    const char *code = source_code(p->source);
    uint32_t length = (uint32_t)source_length(p->source), at = 0;
    struct range token;
    int depth = -1; /* of parentheses in an attribute; else -1 */
    while (next_token(code, length, &at, &token)) {
        const char *word = code + token.start;
        if (is_attribute(word, token.end - token.start))
            depth = 0;
        else if (depth >= 0 && *word == '(')
            depth++;
        else if (depth > 0 && *word == ')')
            depth = depth > 1 ? depth - 1 : -1;
        else if (depth > 0)
            keep_named(p, &token);
    }
}

static void judge_all(struct program *p)
{
    judge_attributes(p);
    for (uint32_t i = 0; i < p->unit->count; i++)
        judge_locals(p, p->unit->kid[i]);
    do {
        p->changed = false;
        for (uint32_t i = 0; i < p->unit->count; i++) {
            struct node *node = p->unit->kid[i];
            struct candidate *inside =
                node->kind == NODE_FUNCTION ? candidate_of(p, node->symbol) : NULL;
            judge(p, node, inside);
        }
    } while (p->changed);
}

static void report(const struct program *p)
{
    size_t functions = 0;
    for (size_t i = 0; i < p->count; i++)
        functions += !p->candidates[i].stays;
    fprintf(stderr, "%zu async functions, %zu awaits\n", functions, p->awaits);
}

/* --- reading */

static char *read_file(const char *path, struct text *text)
{
    FILE *file = fopen(path, "r");
    char buffer[65536];
    size_t got;
    if (!file) {
        perror(path);
        exit(2);
    }
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_write(text, buffer, got);
    fclose(file);
    return text->data;
}

/* As the driver does: until no name is taken for what it is not. */
static void parse_and_check(struct program *p, struct names *names, struct diagnostics *diagnostics)
{
    struct marks marks = {0};
    unsigned start = diagnostics_mark(diagnostics);
    for (int round = 0; round < MOST_ROUNDS; round++) {
        size_t known = marks.count;
        diagnostics_rewind(diagnostics, start);
        p->unit = parse(p->arena, names, p->source, &marks, diagnostics);
        if (!p->unit)
            break;
        p->check = check_unit(p->arena, names, p->source, diagnostics, p->unit, &marks);
        if (marks.count == known)
            break;
    }
    p->ok = p->unit && !diagnostics_errors(diagnostics);
}

static void take_text(struct program *p, struct diagnostics *diagnostics, const char *text,
                      size_t length)
{
    p->source = source_new(p->arena, p->path, text, length);
    diagnostics_set_source(diagnostics, p->source);
}

static void work(void *data)
{
    struct program *p = data;
    struct diagnostics *diagnostics = diagnostics_new(p->arena);
    unsigned start = diagnostics_mark(diagnostics);
    struct text text = {0};
    struct names *names = names_new(p->arena);
    read_file(p->path, &text);
    take_text(p, diagnostics, text.data, text.length);
    parse_and_check(p, names, diagnostics);
    struct implicit implicit = {0};
    if (!p->ok)
        implicit = make_int_explicit(p->arena, p->source);
    if (implicit.text) {
        diagnostics_rewind(diagnostics, start);
        take_text(p, diagnostics, implicit.text, implicit.length);
        parse_and_check(p, names, diagnostics);
    }
    if (p->ok) {
        find_candidates(p);
        judge_all(p);
        write_program(p);
        report(p);
    } else {
        diagnostics_flush(diagnostics, stderr);
    }
    text_free(&text);
}

/* Takes an option and its argument; false if it is none. */
static bool take_option(struct program *p, const char *option, const char *argument)
{
    struct list *list = !strcmp(option, "--also")  ? &p->also
                        : !strcmp(option, "--not") ? &p->not_these
                                                   : NULL;
    if (list && list->count < MOST_NAMES)
        list->items[list->count++] = argument;
    else if (!strcmp(option, "--statements"))
        p->statements = (unsigned)atoi(argument);
    else if (!strcmp(option, "--operands"))
        p->operands = (unsigned)atoi(argument);
    else if (!strcmp(option, "--spawns"))
        p->spawns = (unsigned)atoi(argument);
    else if (!strcmp(option, "--defers"))
        p->defers = (unsigned)atoi(argument);
    else if (!strcmp(option, "--pointers"))
        p->pointers = atoi(argument) != 0;
    else if (!strcmp(option, "--seed"))
        p->seed = (uint32_t)atoi(argument);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct program p = {.arena = arena_new()};
    for (int i = 1; i < argc; i++)
        if (i + 1 < argc && take_option(&p, argv[i], argv[i + 1]))
            i++;
        else
            p.path = argv[i];
    if (!p.path) {
        fprintf(stderr, "usage: asyncify [options] FILE.i\n");
        return 2;
    }
    run_on_large_stack(work, &p);
    arena_free(p.arena);
    return p.ok ? 0 : 1;
}
