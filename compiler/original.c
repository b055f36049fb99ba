/* The original files: each is read whole when it is first asked for. Its lines are found when one
 * is asked for, in one pass that also notes which of them begin inside a block comment (who lexes a
 * single line must know). Only regular files are read: a `#line 1 "/dev/zero"` must not hang the
 * compiler. */
#include "original.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lexical.h"
#include "support/arena.h"

struct line_start {
    uint32_t offset : 31;
    uint32_t in_comment : 1;
};

struct file {
    struct file *next;
    const char *name, *text; /* text: NULL if it cannot be read */
    struct line_start *lines;
    size_t length, line_count, line_capacity;
};

struct originals {
    struct arena *arena;
    struct file *files; /* the one used last is the first */
};

struct originals *originals_new(struct arena *arena)
{
    struct originals *originals = arena_alloc(arena, sizeof *originals);
    originals->arena = arena;
    return originals;
}

static char *read_regular_file(struct arena *arena, const char *name, size_t *length)
{
    int descriptor = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return NULL;
    struct stat status;
    char *text = NULL;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < INT32_MAX) {
        text = arena_alloc(arena, (size_t)status.st_size + 1);
        ssize_t got;
        *length = 0;
        while (*length < (size_t)status.st_size &&
               (got = read(descriptor, text + *length, (size_t)status.st_size - *length)) > 0)
            *length += (size_t)got;
    }
    close(descriptor);
    return text;
}

/* Preprocessors leave a byte order mark out, and do not count it among the columns. */
static const char *skip_byte_order_mark(const char *text, size_t *length)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t size = strlen(mark);
    if (!text || *length < size || memcmp(text, mark, size) != 0)
        return text;
    *length -= size;
    return text + size;
}

static void add_line(struct arena *arena, struct file *file, size_t offset,
                     enum lexical_state state)
{
    file->lines =
        arena_grow(arena, file->lines, file->line_count, &file->line_capacity, sizeof *file->lines);
    file->lines[file->line_count++] = (struct line_start){.offset = (uint32_t)offset & INT32_MAX,
                                                          .in_comment = state == IN_COMMENT};
}

static void find_lines(struct arena *arena, struct file *file)
{
    enum lexical_state state = IN_CODE;
    const char *at = file->text, *end = file->text + file->length, *newline;
    add_line(arena, file, 0, state);
    while ((newline = memchr(at, '\n', (size_t)(end - at))) && newline + 1 < end) {
        state = lexical_line(state, at, (size_t)(newline - at));
        at = newline + 1;
        add_line(arena, file, (size_t)(at - file->text), state);
    }
}

static struct file *file_add(struct originals *originals, const char *name, const char *text,
                             size_t length)
{
    struct file *file = arena_alloc(originals->arena, sizeof *file);
    file->name = arena_copy(originals->arena, name, strlen(name));
    file->text = text;
    file->length = length;
    file->next = originals->files;
    return originals->files = file;
}

void originals_add(struct originals *originals, const char *name, const char *text, size_t length)
{
    file_add(originals, name, text, length);
}

static struct file *file_find(struct originals *originals, const char *name)
{
    for (struct file **link = &originals->files; *link; link = &(*link)->next) {
        struct file *file = *link;
        if (strcmp(file->name, name) != 0)
            continue;
        *link = file->next;
        file->next = originals->files;
        return originals->files = file;
    }
    size_t length = 0;
    const char *text = read_regular_file(originals->arena, name, &length);
    text = skip_byte_order_mark(text, &length);
    return file_add(originals, name, text, length);
}

const char *original_text(struct originals *originals, const char *name, size_t *length)
{
    const struct file *file = file_find(originals, name);
    *length = file->length;
    return file->text;
}

bool original_line(struct originals *originals, const char *name, uint32_t line,
                   struct original_line *result)
{
    struct file *file = file_find(originals, name);
    if (file->text && !file->line_count)
        find_lines(originals->arena, file);
    if (!file->text || line == 0 || line > file->line_count)
        return false;
    const struct line_start *start = &file->lines[line - 1];
    size_t end = line < file->line_count ? file->lines[line].offset : file->length;
    if (end > start->offset && file->text[end - 1] == '\n')
        end--;
    if (end > start->offset && file->text[end - 1] == '\r')
        end--;
    *result =
        (struct original_line){file->text + start->offset, end - start->offset, start->in_comment};
    return true;
}
