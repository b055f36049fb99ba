/* Runs tree-sitter on the text, and builds the AST of its tree. */
#include "syntax/parse.h"

#include <string.h>
#include <tree_sitter/api.h>

#include "diagnostic.h"
#include "source.h"
#include "support/arena.h"
#include "syntax/ast.h"
#include "syntax/bounded.h"
#include "syntax/declared.h"
#include "syntax/mend.h"
#include "syntax/mending.h"
#include "syntax/tree.h"

const TSLanguage *tree_sitter_asyncc(void);

void mark_add(struct arena *arena, struct marks *marks, uint32_t offset, enum mark mark)
{
    marks->items =
        arena_grow(arena, marks->items, marks->count, &marks->capacity, sizeof *marks->items);
    marks->items[marks->count++] = (struct mark_entry){offset, mark};
}

void mark_unknown(struct arena *arena, struct marks *marks, uint32_t offset)
{
    enum { MOST_NAMES = 2000 };
    if (marks->count > MOST_NAMES)
        return;
    for (size_t i = 0; i < marks->count; i++)
        if (marks->items[i].offset == offset)
            return;
    mark_add(arena, marks, offset, MARK_UNKNOWN);
}

/* The text that the parser sees: the code, with the first character of marked names overwritten. */
static char *marked_code(struct arena *arena, const struct source *source,
                         const struct marks *marks)
{
    size_t length = source_length(source);
    char *code = arena_copy(arena, source_code(source), length);
    for (size_t i = 0; i < marks->count; i++) {
        uint32_t offset = marks->items[i].offset;
        if (marks->items[i].mark == MARK_UNKNOWN)
            continue;
        do
            code[offset++] = (char)marks->items[i].mark;
        while (offset < length && (code[offset] & 0xC0) == 0x80);
    }
    return code;
}

static TSTree *parse_text(const struct mending *m)
{
    return parse_bounded(m->parser, m->text, m->length, NULL);
}

/* The tree of what is left of the text behind its mistakes. */
static TSTree *parse_mended(struct mending *m, const struct source *source)
{
    TSTree *tree = parse_text(m);
    if (has_error(tree) && mark_declarations(m->arena, m->marks, m->text, m->length)) {
        ts_tree_delete(tree);
        m->text = marked_code(m->arena, source, m->marks);
        tree = parse_text(m);
    }
    if (!has_error(tree))
        return mend_elses(m, tree);
    ts_tree_delete(tree);
    mend(m, source);
    return parse_text(m);
}

static struct node *build(const struct mending *m, struct names *names, const TSTree *tree)
{
    const struct node *deep;
    struct node *unit = build_tree(m->arena, names, tree_sitter_asyncc(), ts_tree_root_node(tree),
                                   m->code, m->text, &deep);
    if (!deep)
        return unit;
    report_error(m->diagnostics, (struct range){deep->start, deep->start + 1},
                 "this nests too deeply");
    return NULL;
}

struct node *parse(struct arena *arena, struct names *names, const struct source *source,
                   struct marks *marks, struct diagnostics *diagnostics)
{
    struct mending mending = {.arena = arena,
                              .parser = ts_parser_new(),
                              .marks = marks,
                              .diagnostics = diagnostics,
                              .code = source_code(source),
                              .text = marked_code(arena, source, marks),
                              .length = (uint32_t)source_length(source)};
    struct node *unit = NULL;
    if (!ts_parser_set_language(mending.parser, tree_sitter_asyncc())) {
        report_failure(diagnostics, "the grammar does not fit this version of tree-sitter");
    } else {
        TSTree *tree = parse_mended(&mending, source);
        if (tree)
            unit = build(&mending, names, tree);
        ts_tree_delete(tree);
    }
    ts_parser_delete(mending.parser);
    return unit;
}
