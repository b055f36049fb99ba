/* The dump of a tree: a walk in preorder with a stack of its own, one line for each node, the line
 * of the file first:
 *
 *     12      expression-statement
 *     12        call  : int
 *     12          identifier puts  : int (const char *)  function of line 3
 */
#include "explain/dump.h"

#include <stdint.h>
#include <string.h>

#include "semantic/symbol.h"
#include "semantic/type.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"
#include "syntax/ast.h"

enum { LONGEST_TEXT = 40, PLACE_WIDTH = 8 };

struct entry {
    const struct node *node; /* NULL: an absent kid */
    int depth;
};

struct dump {
    struct text *out;
    struct arena *arena;
    const struct source *source;
    bool with_types;
    struct entry *stack;
    size_t count, capacity;
};

static void push(struct dump *dump, const struct node *node, int depth)
{
    dump->stack =
        arena_grow(dump->arena, dump->stack, dump->count, &dump->capacity, sizeof *dump->stack);
    dump->stack[dump->count++] = (struct entry){node, depth};
}

static void write_place(struct dump *dump, const struct node *node)
{
    struct place place = source_line(dump->source, node->start);
    size_t start = dump->out->length;
    text_printf(dump->out, "%u", place.line);
    while (dump->out->length - start < PLACE_WIDTH)
        text_put(dump->out, ' ');
}

/* The text of a leaf, on one line, shortened. */
static void write_leaf(struct dump *dump, const struct node *node)
{
    const char *code = source_code(dump->source);
    size_t length = node->end - node->start;
    text_puts(dump->out, " `");
    for (size_t i = 0; i < length && i < LONGEST_TEXT; i++) {
        char byte = code[node->start + i];
        text_put(dump->out, byte == '\n' || byte == '\t' ? ' ' : byte);
    }
    text_puts(dump->out, length > LONGEST_TEXT ? "...`" : "`");
}

static void write_flags(struct dump *dump, const struct node *node)
{
    static const struct {
        enum node_flag flag;
        const char *name;
    } flags[] = {{IS_ASYNC, "async"}, {IS_VARIADIC, "variadic"}, {IS_STAR, "star"},
                 {HAS_BODY, "body"},  {HAS_AWAIT, "awaits"},     {IS_IMPLICIT, "implicit"}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (node->flags & flags[i].flag)
            text_printf(dump->out, " +%s", flags[i].name);
}

static void write_symbol(struct dump *dump, const struct symbol *symbol)
{
    static const char *const kinds[] = {[SYMBOL_VARIABLE] = "variable",
                                        [SYMBOL_PARAMETER] = "parameter",
                                        [SYMBOL_FUNCTION] = "function",
                                        [SYMBOL_TYPEDEF] = "typedef",
                                        [SYMBOL_ENUMERATOR] = "enumerator",
                                        [SYMBOL_TAG] = "tag",
                                        [SYMBOL_LABEL] = "label"};
    text_printf(dump->out, "  %s", kinds[symbol->kind]);
    if (symbol->node)
        text_printf(dump->out, " of line %u", source_line(dump->source, symbol->node->start).line);
    if (symbol->is_address_taken)
        text_puts(dump->out, " (address taken)");
}

static void write_node(struct dump *dump, const struct node *node)
{
    text_puts(dump->out, node_kind_names[node->kind]);
    if (node->op != OP_NONE)
        text_printf(dump->out, " %s", operator_names[node->op]);
    if (node->name)
        text_printf(dump->out, " %s", node->name);
    else if (node->count == 0 && !node->text && node->end > node->start)
        write_leaf(dump, node);
    write_flags(dump, node);
    if (dump->with_types && node->type)
        text_printf(dump->out, "  : %s", type_string(dump->arena, node->type));
    if (dump->with_types && node->symbol)
        write_symbol(dump, node->symbol);
}

static bool is_of_system(const struct dump *dump, const struct node *node)
{
    return source_line(dump->source, node->start).system_header;
}

void dump_tree(struct text *out, struct arena *arena, const struct source *source,
               const struct node *root, bool with_types)
{
    struct dump dump = {.out = out, .arena = arena, .source = source, .with_types = with_types};
    push(&dump, root, 0);
    while (dump.count) {
        struct entry entry = dump.stack[--dump.count];
        if (entry.depth == 1 && entry.node && is_of_system(&dump, entry.node))
            continue;
        if (entry.node)
            write_place(&dump, entry.node);
        else
            text_printf(out, "%*s", PLACE_WIDTH, "");
        text_printf(out, "%*s", entry.depth * 2, "");
        if (entry.node)
            write_node(&dump, entry.node);
        else
            text_put(out, '-');
        text_put(out, '\n');
        for (size_t i = entry.node ? entry.node->count : 0; i > 0; i--)
            push(&dump, entry.node->kid[i - 1], entry.depth + 1);
    }
}
