/* Edits are collected kind by kind, each from what was found, and sorted at the end. */
#include "output/header_edits.h"

#include <stdlib.h>
#include <string.h>

#include "output/header_items.h"
#include "output/header_text.h"
#include "output/skip.h"
#include "support/arena.h"

static void add_edit(struct edits *edits, enum edit_kind kind, uint32_t start, uint32_t end,
                     const struct item *item)
{
    edits->edits = arena_grow(edits->arena, edits->edits, edits->count, &edits->capacity,
                              sizeof *edits->edits);
    edits->edits[edits->count++] = (struct edit){kind, {start, end}, item};
}

static const struct item *item_around(const struct items *items, uint32_t offset)
{
    for (size_t i = 0; i < items->count; i++)
        if (items->items[i].span.start <= offset && offset < items->items[i].span.end)
            return &items->items[i];
    return NULL;
}

/* What stands there is no C: an #include, or what C++ alone has. `last`: the edit behind the one
 * before. */
static void pause_c(struct edits *edits, const char *text, struct span span, size_t *last)
{
    if (*last != SIZE_MAX &&
        skip_is_blank(text + edits->edits[*last].span.start, text + span.start)) {
        edits->edits[*last].span.start = edits->edits[*last].span.end = span.end;
        return;
    }
    add_edit(edits, EDIT_LEAVE_C, span.start, span.start, NULL);
    *last = edits->count;
    add_edit(edits, EDIT_ENTER_C, span.end, span.end, NULL);
}

static bool is_inside(const struct header_items *h, uint32_t offset)
{
    return item_around(&h->items, offset) || offset < h->text->declarations;
}

/* Whether it is about nothing but the linkage of what follows, which goes well with ours: the
 * braces pair. `linkages` are open. */
static bool is_linkage(const struct cxx_branch *branch, unsigned *linkages)
{
    bool opens = branch->kind == CXX_OPENS_LINKAGE, closes = branch->kind == CXX_CLOSES;
    if (!opens && (!closes || !*linkages))
        return false;
    *linkages += opens;
    *linkages -= closes;
    return true;
}

/* Whether declarations of C++ stand there, which are no part of others. */
static bool has_cxx(const struct header_items *h, const struct cxx_branch *branch)
{
    return branch->kind != CXX_PART && !is_inside(h, branch->conditional) &&
           !is_inside(h, branch->span.start);
}

static void add_pauses(struct edits *edits, const struct header_items *h)
{
    const struct header_text *text = h->text;
    size_t last = SIZE_MAX;
    unsigned linkages = 0;
    uint32_t behind = 0; /* the last branch of C++ */
    for (size_t i = 0; i < text->count; i++) {
        const struct header_directive *directive = &text->directives[i];
        struct cxx_branch branch;
        if (directive->start < behind)
            continue;
        if (directive->kind == HEADER_INCLUDE && !is_inside(h, directive->start)) {
            pause_c(edits, text->text, (struct span){directive->start, directive->end}, &last);
        } else if (header_text_find_cxx(text, i, &branch) && !is_linkage(&branch, &linkages) &&
                   has_cxx(h, &branch)) {
            pause_c(edits, text->text, branch.span, &last);
            behind = branch.span.end;
        }
    }
}

static bool has_anew(const struct items *items, uint32_t offset)
{
    const struct item *item = item_around(items, offset);
    return item && item->is_anew;
}

/* Whether what stands there is written anew. */
static bool is_replaced(const struct header_items *h, uint32_t offset)
{
    return has_anew(&h->items, offset) || has_anew(&h->members, offset);
}

static void add_suffixes(struct edits *edits, const struct header_items *h)
{
    for (size_t i = 0; i < h->text->count; i++) {
        const struct header_directive *directive = &h->text->directives[i];
        uint32_t at = directive->start, dot;
        while (!is_replaced(h, directive->start) &&
               header_text_next_header(h->text, directive, &at, &dot))
            add_edit(edits, EDIT_SUFFIX, dot, dot + (uint32_t)strlen(".ah"), NULL);
    }
}

static int by_place(const void *left, const void *right)
{
    const struct edit *a = left, *b = right;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

static void add_items(struct edits *edits, const struct header_items *h, const struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        bool is_left =
            !item->is_anew && first_node(item)->flags & HAS_LANGUAGE; /* to its members */
        if (item->is_anew)
            add_edit(edits, EDIT_ITEM, item->span.start, item->span.end, item);
        else if (is_left && items == &h->items)
            add_edit(edits, EDIT_CONTAINERS, item->span.start, item->span.start, item);
    }
}

void find_edits(struct edits *edits, const struct header_items *h)
{
    const struct header_text *text = h->text;
    add_edit(edits, EDIT_HEAD, text->head, text->head, NULL);
    add_edit(edits, EDIT_ENTER_C, text->declarations, text->declarations, NULL);
    add_pauses(edits, h);
    add_suffixes(edits, h);
    add_items(edits, h, &h->items);
    add_items(edits, h, &h->members);
    add_edit(edits, EDIT_TAIL, text->tail, text->tail, NULL);
    qsort(edits->edits, edits->count, sizeof *edits->edits, by_place);
}
