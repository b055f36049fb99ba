/* The fixture of the checker's tests; see check_fixture.h. */
#include "check_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "diagnostic.h"
#include "semantic/type.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"
#include "syntax/parse.h"

enum { MOST_ROUNDS = 16 };

/* Of each message, the first line without the file: `2:5: error: text`. */
static const char *first_lines(struct arena *arena, const char *printed)
{
    static const char file[] = "test.ac:";
    struct text text = {0};
    while (*printed) {
        const char *end = strchrnul(printed, '\n');
        if (!strncmp(printed, file, sizeof file - 1))
            text_printf(&text, "%.*s\n", (int)(end - printed - (sizeof file - 1)),
                        printed + sizeof file - 1);
        printed = *end ? end + 1 : end;
    }
    const char *copy = arena_copy(arena, text.data ? text.data : "", text.length);
    text_free(&text);
    return copy;
}

struct checked check_text(const char *text)
{
    struct checked checked = {.fixture = fixture_new()};
    struct arena *arena = checked.fixture.arena;
    struct diagnostics *diagnostics = checked.fixture.diagnostics;
    struct marks marks = {0};
    size_t known;
    checked.names = names_new(arena);
    checked.source = source_new(arena, "test.ac", text, strlen(text));
    diagnostics_set_source(diagnostics, checked.source);
    unsigned start = diagnostics_mark(diagnostics);
    do {
        known = marks.count;
        diagnostics_rewind(diagnostics, start);
        checked.unit = parse(arena, checked.names, checked.source, &marks, diagnostics);
        if (checked.unit)
            checked.check =
                check_unit(arena, checked.names, checked.source, diagnostics, checked.unit, &marks);
        checked.rounds++;
    } while (checked.unit && marks.count > known && checked.rounds < MOST_ROUNDS);
    cr_assert_eq(marks.count, known, "marks without end in: %s", text);
    checked.messages = first_lines(arena, fixture_messages(&checked.fixture));
    return checked;
}

void checked_free(struct checked *checked)
{
    fixture_free(&checked->fixture);
}

void expect_messages(const char *text, const char *messages)
{
    struct checked checked = check_text(text);
    cr_expect_str_eq(checked.messages, messages, "%s\n--- expected\n%s--- got\n%s", text, messages,
                     checked.messages);
    checked_free(&checked);
}

/* --- looking into the tree */

static void find_declared(struct node *node, const char *name, struct symbol **found)
{
    bool declares = node->kind == NODE_DECLARATOR_NAME || node->kind == NODE_ENUMERATOR ||
                    node->kind == NODE_LABEL || node->kind == NODE_STRUCT ||
                    node->kind == NODE_UNION || node->kind == NODE_ENUM;
    if (declares && node->symbol && node->name && !strcmp(node->name, name))
        *found = node->symbol;
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i])
            find_declared(node->kid[i], name, found);
}

struct symbol *find_symbol(const struct checked *checked, const char *name)
{
    struct symbol *found = NULL;
    cr_assert_not_null(checked->unit, "%s", checked->messages);
    find_declared(checked->unit, name, &found);
    cr_assert_not_null(found, "no symbol '%s': %s", name, checked->messages);
    return found;
}

static struct node *nth_node(struct node *node, enum node_kind kind, size_t *index)
{
    if (node->kind == kind && (*index)-- == 0)
        return node;
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *found = node->kid[i] ? nth_node(node->kid[i], kind, index) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

struct node *find_node(const struct checked *checked, enum node_kind kind, size_t index)
{
    cr_assert_not_null(checked->unit, "%s", checked->messages);
    struct node *found = nth_node(checked->unit, kind, &index);
    cr_assert_not_null(found, "no node '%s'", node_kind_names[kind]);
    return found;
}

const char *type_of_symbol(const struct checked *checked, const char *name)
{
    return type_string(checked->fixture.arena, find_symbol(checked, name)->type);
}

void expect_type(const char *declarations, const char *expression, const char *type)
{
    struct text text = {0};
    text_printf(&text,
                "%s\nasync int the_function(void) { "
                "(void)(%s); return 0; }\n",
                declarations, expression);
    struct checked checked = check_text(text.data);
    cr_assert_not_null(checked.unit, "%s\n%s", text.data, checked.messages);
    struct node *function = find_symbol(&checked, "the_function")->declaration;
    struct node *statement = function->kid[2]->kid[0];
    struct node *operand = skip_parens(statement->kid[0]->kid[1]);
    cr_assert_not_null(operand->type, "%s has no type", expression);
    const char *found = type_string(checked.fixture.arena, operand->type);
    cr_expect_str_eq(found, type, "%s: '%s', expected '%s'", expression, found, type);
    cr_expect_str_empty(checked.messages, "%s\n%s", text.data, checked.messages);
    checked_free(&checked);
    text_free(&text);
}
