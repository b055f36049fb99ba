/* Makes an asyncc program of a C program: functions become async, calls of them awaits, and some
 * bodies begin with a wait.
 *
 *     asyncify [--also PREFIX]... [--not NAME]... FILE.i >FILE.ac
 *
 * FILE.i is preprocessed, with <async/async.h> included first. Functions of system headers stay as
 * they are, but for those whose name begins with a PREFIX. A function stays an ordinary one, too,
 * if
 *   - it is used in another way than by being called, for who calls it then does not await;
 *   - it is declared in a way that an async function cannot be (variadic, old style, by a typedef,
 *     together with others), named by --not, or uses what async functions refuse (setjmp);
 *   - a function that stays an ordinary one calls it.
 * The last rule is applied until nothing changes. Every other function with a body becomes async,
 * so most of a program does. The text is edited in place: nothing else changes. Ends with a line on
 * standard error: "N async functions, N awaits". */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostic.h"
#include "semantic/check.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/stack.h"
#include "support/text.h"
#include "syntax/parse.h"

enum { MOST_ROUNDS = 16, MOST_NAMES = 64 };

struct list {
    const char *items[MOST_NAMES];
    size_t count;
};

struct candidate {
    struct node *node; /* NODE_FUNCTION */
    struct symbol *symbol;
    bool stays;
};

struct edit {
    uint32_t at;
    unsigned order; /* among those of one place */
    const char *text;
};

struct program {
    const char *path;
    struct list also, not_these;
    struct arena *arena;
    struct source *source;
    struct node *unit;
    struct check *check;
    struct candidate *candidates;
    size_t count;
    struct edit *edits;
    size_t edit_count, edit_capacity, awaits;
    bool ok, changed;
};

static bool is_in(const struct list *list, const char *name, bool prefix)
{
    for (size_t i = 0; i < list->count; i++)
        if (prefix ? !strncmp(name, list->items[i], strlen(list->items[i]))
                   : !strcmp(name, list->items[i]))
            return true;
    return false;
}

/* --- candidates */

static struct candidate *candidate_of(const struct program *p, const struct symbol *symbol)
{
    for (size_t i = 0; symbol && i < p->count; i++)
        if (p->candidates[i].symbol == symbol)
            return &p->candidates[i];
    return NULL;
}

static void keep(struct program *p, struct candidate *candidate)
{
    if (candidate && !candidate->stays)
        candidate->stays = p->changed = true;
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
                     (type->is_old_style && type->parameter_count) ||
                     is_in(&p->not_these, name, false) || has_typedef_type(node->kid[1]);
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
            callee && callee->kind == NODE_IDENTIFIER ? candidate_of(p, callee->symbol) : NULL;
        if (named && (!is_callee || !inside || inside->stays || nested))
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
        struct candidate *candidate = name ? candidate_of(p, name->symbol) : NULL;
        if (candidate && (node->count > 2 || has_typedef_type(declarator)))
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

static void judge_all(struct program *p)
{
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

/* --- edits */

static void insert(struct program *p, uint32_t at, unsigned order, const char *text)
{
    p->edits = arena_grow(p->arena, p->edits, p->edit_count, &p->edit_capacity, sizeof *p->edits);
    p->edits[p->edit_count++] = (struct edit){at, order, text};
}

static bool becomes_async(const struct program *p, const struct node *callee)
{
    const struct candidate *candidate =
        callee->kind == NODE_IDENTIFIER ? candidate_of(p, callee->symbol) : NULL;
    return candidate && !candidate->stays;
}

static void edit_node(struct program *p, const struct node *node)
{
    if (!node)
        return;
    const struct node *name = NULL;
    if (node->kind == NODE_FUNCTION)
        name = declarator_name(node->kid[1]);
    else if (node->kind == NODE_DECLARATION && node->count == 2)
        name = declarator_name(node->kid[1]->kid[0]);
    const struct candidate *candidate = name ? candidate_of(p, name->symbol) : NULL;
    if (candidate && !candidate->stays) {
        insert(p, node->kid[0]->start, 2, "async ");
        if (node->kind == NODE_FUNCTION && strcmp(candidate->symbol->name, "main") != 0)
            insert(p, node->kid[2]->start + 1, 2, " await asyncify_pause();");
    }
    if (node->kind == NODE_CALL && becomes_async(p, skip_parens(node->kid[0]))) {
        insert(p, node->start, 2, "(await ");
        insert(p, node->end, 1, ")");
        p->awaits++;
    }
    for (uint32_t i = 0; i < node->count; i++)
        edit_node(p, node->kid[i]);
}

static int by_place(const void *left, const void *right)
{
    const struct edit *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return (int)a->order - (int)b->order;
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

static void write_program(struct program *p)
{
    const char *text = source_text(p->source);
    uint32_t at = 0, end = (uint32_t)source_length(p->source);
    size_t functions = 0;
    insert(p, 0, 0, "#define ASYNCIFIED 1\n");
    insert(p, find_start(p), 0, pause_function);
    for (uint32_t i = 0; i < p->unit->count; i++)
        edit_node(p, p->unit->kid[i]);
    qsort(p->edits, p->edit_count, sizeof *p->edits, by_place);
    for (size_t i = 0; i < p->edit_count; i++) {
        fwrite(text + at, 1, p->edits[i].at - at, stdout);
        fputs(p->edits[i].text, stdout);
        at = p->edits[i].at;
    }
    fwrite(text + at, 1, end - at, stdout);
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

static void work(void *data)
{
    struct program *p = data;
    struct diagnostics *diagnostics = diagnostics_new(p->arena);
    struct text text = {0};
    struct marks marks = {0};
    struct names *names = names_new(p->arena);
    read_file(p->path, &text);
    p->source = source_new(p->arena, p->path, text.data, text.length);
    diagnostics_set_source(diagnostics, p->source);
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
    if (p->ok) {
        find_candidates(p);
        judge_all(p);
        write_program(p);
    } else {
        diagnostics_flush(diagnostics, stderr);
    }
    text_free(&text);
}

int main(int argc, char **argv)
{
    struct program p = {.arena = arena_new()};
    for (int i = 1; i < argc; i++) {
        struct list *list = !strcmp(argv[i], "--also")  ? &p.also
                            : !strcmp(argv[i], "--not") ? &p.not_these
                                                        : NULL;
        if (!list)
            p.path = argv[i];
        else if (i + 1 < argc && list->count < MOST_NAMES)
            list->items[list->count++] = argv[++i];
    }
    if (!p.path) {
        fprintf(stderr, "usage: asyncify [--also PREFIX]... [--not NAME]... FILE.i\n");
        return 2;
    }
    run_on_large_stack(work, &p);
    arena_free(p.arena);
    return p.ok ? 0 : 1;
}
