/* A statement that waits is written anew, and what stood between its parts is not copied (C1 and C2
 * are comments):
 *
 *     return C1 await f() C2;         f__begin(&self->await.f, base); C1 C2
 *
 * Comments that are lost so stand at the end of the statement's first line. There they change the
 * number of no line. */
#include "output/comments.h"

#include <ctype.h>
#include <string.h>

#include "output/skip.h"
#include "support/arena.h"
#include "support/text.h"

static void add(struct comments *comments, const char *start, const char *end)
{
    comments->items = arena_grow(comments->arena, comments->items, comments->count,
                                 &comments->capacity, sizeof *comments->items);
    comments->items[comments->count++] = (struct comment){
        .start = (uint32_t)(start - comments->code), .end = (uint32_t)(end - comments->code)};
}

struct comments *comments_find(struct arena *arena, const char *code, uint32_t start, uint32_t end)
{
    struct comments *comments = arena_alloc(arena, sizeof *comments);
    *comments = (struct comments){.arena = arena, .code = code};
    for (const char *at = code + start, *stop = code + end; at < stop;) {
        const char *behind = skip_comment(at, stop);
        if (behind > at)
            add(comments, at, behind);
        at = behind > at ? behind : skip_token(at, stop);
    }
    return comments;
}

/* The first that begins at or behind the byte. */
static size_t first_from(const struct comments *comments, uint32_t start)
{
    size_t low = 0, high = comments->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (comments->items[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void comments_written(struct comments *comments, uint32_t start, uint32_t end)
{
    for (size_t i = first_from(comments, start);
         i < comments->count && comments->items[i].start < end; i++)
        comments->items[i].is_written = true;
}

/* What stands between its marks, with a blank for each end of a line and those around. */
static void put_words(struct text *out, const char *at, const char *end)
{
    while (at < end) {
        bool ends_line = *at == '\n' || *at == '\r';
        if (ends_line)
            text_put(out, ' ');
        else
            text_put(out, *at);
        at++;
        while (ends_line && at < end && isspace((unsigned char)*at))
            at++;
    }
}

void comments_rescue(struct comments *comments, uint32_t start, uint32_t end, struct text *out)
{
    for (size_t i = first_from(comments, start);
         i < comments->count && comments->items[i].start < end; i++) {
        struct comment *comment = &comments->items[i];
        const char *from = comments->code + comment->start, *to = comments->code + comment->end;
        bool is_line = from[1] == '/';
        if (comment->is_written || (is_line && memmem(from, (size_t)(to - from), "*/", 2)))
            continue;
        comment->is_written = true;
        text_puts(out, is_line ? " /*" : " ");
        put_words(out, is_line ? from + 2 : from, to);
        text_puts(out, is_line ? " */" : "");
    }
}
