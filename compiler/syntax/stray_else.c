/* An `else` that nothing takes: behind C's own loops, say, or a second one.
 *
 * Where no `else` can stand, the parser takes the word for a name, and what follows for a
 * declaration or worse. So the tree is searched for names that are spelt like that; only what holds
 * the word is looked into. */
#include "syntax/stray_else.h"

#include <string.h>

#include "support/arena.h"
#include "syntax/token.h"

enum { ELSE_LENGTH = 4 };

/* The offset of the next word `else` at or behind `at`, UINT32_MAX if there is none. */
static uint32_t next_word(const char *text, uint32_t at)
{
    for (const char *found = text + at; (found = strstr(found, "else")); found++)
        if ((found == text || !is_word_byte(found[-1])) && !is_word_byte(found[ELSE_LENGTH]))
            return (uint32_t)(found - text);
    return UINT32_MAX;
}

/* The other node that may be just this word is the content of a string. */
static bool is_name(TSNode node)
{
    return ts_node_end_byte(node) - ts_node_start_byte(node) == ELSE_LENGTH &&
           strstr(ts_node_type(node), "identifier");
}

/* To the node behind this one and all below it; false at the end of the tree. */
static bool go_on(TSTreeCursor *cursor)
{
    while (!ts_tree_cursor_goto_next_sibling(cursor))
        if (!ts_tree_cursor_goto_parent(cursor))
            return false;
    return true;
}

struct stray_elses find_stray_elses(struct arena *arena, TSNode root, const char *text)
{
    struct stray_elses found = {0};
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    uint32_t word = next_word(text, 0);
    bool is_more = true;
    while (is_more && word != UINT32_MAX) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        uint32_t start = ts_node_start_byte(node);
        if (word < start) {
            word = next_word(text, start);
            continue;
        }
        if (word < ts_node_end_byte(node) && ts_tree_cursor_goto_first_child(&cursor))
            continue;
        if (word == start && is_name(node)) {
            found.offsets = arena_grow(arena, found.offsets, found.count, &found.capacity,
                                       sizeof *found.offsets);
            found.offsets[found.count++] = word;
        }
        is_more = go_on(&cursor);
    }
    ts_tree_cursor_delete(&cursor);
    return found;
}
