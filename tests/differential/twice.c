/* Two texts at once (twice.h). */
#include "twice.h"

#include <stdarg.h>
#include <stdlib.h>

struct callee callees[MOST_CALLEES];
int callee_count;

bool is_async(const struct twice *w)
{
    return w->self->role != ROLE_ORDINARY && w->self->role != ROLE_GENERATOR;
}

static void write_to(FILE *file, int indent, const char *format, va_list arguments)
{
    va_list again;
    char *line = NULL;
    va_copy(again, arguments);
    if (vasprintf(&line, format, again) < 0)
        abort();
    va_end(again);
    put_line(file, indent, line);
    free(line);
}

void both(struct twice *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_to(w->asyncc, w->b->indent, format, arguments);
    write_to(w->plain, w->b->indent, format, arguments);
    va_end(arguments);
}

void asyncc(struct twice *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_to(w->asyncc, w->b->indent, format, arguments);
    va_end(arguments);
}

void plain(struct twice *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_to(w->plain, w->b->indent, format, arguments);
    va_end(arguments);
}

void texts_begin(struct twice *w, struct texts *texts)
{
    texts->outer_asyncc = w->asyncc;
    texts->outer_plain = w->plain;
    w->asyncc = open_memstream(&texts->asyncc, &texts->sizes[0]);
    w->plain = open_memstream(&texts->plain, &texts->sizes[1]);
    if (!w->asyncc || !w->plain)
        abort();
}

void texts_end(struct twice *w, struct texts *texts)
{
    fclose(w->asyncc);
    fclose(w->plain);
    w->asyncc = texts->outer_asyncc;
    w->plain = texts->outer_plain;
}

void texts_free(struct texts *texts)
{
    free(texts->asyncc);
    free(texts->plain);
}

void push_cleanup(struct twice *w, const char *leave, const char *fail)
{
    if (w->cleanup_count == MOST_CLEANUPS)
        abort();
    w->cleanups[w->cleanup_count++] = (struct exits){text("%s", leave), text("%s", fail)};
}

void write_cleanups(struct twice *w, int height, bool fail)
{
    for (int i = w->cleanup_count; i-- > height;)
        fputs(fail ? w->cleanups[i].fail : w->cleanups[i].leave, w->plain);
}
