/* The directive of an include, as it can be written in the main file.
 *
 * It ends on the line before the one that its marker returns to. Its operand is taken from there,
 * and must fit the file that was entered; a macro's name is kept, for the macro is defined in the
 * output as well. A header's own `#include "x.h"` may have meant a file beside the header: it is
 * written anew, relative to the main file, or not at all. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "output/includes.h"
#include "source.h"
#include "support/arena.h"

/* Behind blanks and comments. */
static const char *skip_space(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n\f\v");
        if (at[0] != '/' || at[1] != '*')
            return at;
        const char *end = strstr(at + 2, "*/");
        if (!end)
            return at + strlen(at);
        at = end + 2;
    }
}

static const char *skip_word(const char *at, const char *word)
{
    size_t length = strlen(word);
    bool is_there =
        !strncmp(at, word, length) && !isalnum((unsigned char)at[length]) && at[length] != '_';
    return is_there ? at + length : NULL;
}

/* Behind the word of an #include or #import; NULL if the line is neither. */
static const char *skip_directive_word(const char *line, bool *imports)
{
    const char *at = skip_space(line);
    if (at[0] == '%' && at[1] == ':')
        at++;
    else if (at[0] != '#')
        return NULL;
    const char *word = skip_space(at + 1), *behind = skip_word(word, "import");
    *imports = behind != NULL;
    return behind ? behind : skip_word(word, "include");
}

/* `<name>`, `"name"` or a macro's name and what follows it. NULL if there is no such directive. */
static const char *read_operand(struct arena *arena, const char *line, bool *imports)
{
    const char *at = skip_directive_word(line, imports);
    if (!at)
        return NULL;
    at = skip_space(at);
    const char *end = at;
    if (*at == '<' || *at == '"') {
        end = strchr(at + 1, *at == '<' ? '>' : '"');
        end = end ? end + 1 : at;
    } else {
        while (*end && !(end[0] == '/' && (end[1] == '*' || end[1] == '/')))
            end++;
        while (end > at && isspace((unsigned char)end[-1]))
            end--;
    }
    return end > at ? arena_copy(arena, at, (size_t)(end - at)) : NULL;
}

/* Whether the file says of itself that its lines are other ones. */
static bool has_line_directive(const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *hash = text; (hash = memchr(hash, '#', (size_t)(end - hash))); hash++) {
        const char *at = hash + 1;
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        if (at < end && (isdigit((unsigned char)*at) || (end - at >= 4 && !memcmp(at, "line", 4))))
            return true;
    }
    return false;
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Whether the operand names the file: with its folders, or by its last part. */
static bool names_file(const char *operand, const char *file, bool with_folders)
{
    const char *name = operand + 1;
    if (!with_folders)
        name += folder_length(name);
    size_t length = strlen(name) - 1, whole = strlen(file);
    return whole >= length && !memcmp(name, file + whole - length, length) &&
           (whole == length || file[whole - length - 1] == '/');
}

static bool exists_beside_main(const struct includes *includes, const char *name, size_t length)
{
    const char *main_path = source_main_path(includes->source);
    return access(arena_format(includes->arena, "%.*s%.*s", (int)folder_length(main_path),
                               main_path, (int)length, name),
                  F_OK) == 0;
}

/* The operand of a quoted include in a header, for the main file. */
static const char *move_operand(const struct includes *includes, const struct include *include,
                                const char *operand)
{
    const char *main_path = source_main_path(includes->source), *file = include->file;
    size_t folder = folder_length(main_path), name = strlen(operand) - 2;
    if (!strncmp(main_path, file, folder) && (folder || *file != '/'))
        return arena_format(includes->arena, "\"%s\"", file + folder);
    const char *parent = include->parent->file;
    size_t beside = folder_length(parent);
    bool is_beside = !strncmp(parent, file, beside) && strlen(file) == beside + name &&
                     !memcmp(file + beside, operand + 1, name);
    return is_beside || exists_beside_main(includes, operand + 1, name) ? NULL : operand;
}

void include_find_operand(const struct includes *includes, struct include *include,
                          uint32_t line_behind)
{
    const char *main_path = source_main_path(includes->source);
    const char *parent = include->parent ? include->parent->file : main_path;
    size_t length;
    const char *text = source_original_text(includes->source, parent, &length);
    if (!text || line_behind < 2 || include->file == main_path)
        return;
    bool is_strict = has_line_directive(text, length); /* it may be quite another line */
    const char *line = source_logical_line(includes->source, includes->arena, parent,
                                           line_behind - 1, &include->line);
    const char *operand = line ? read_operand(includes->arena, line, &include->imports) : NULL;
    if (!operand)
        return;
    bool is_name = *operand == '<' || *operand == '"';
    if (is_name ? !names_file(operand, include->file, is_strict) : is_strict || include->parent)
        return;
    if (*operand == '"' && include->parent)
        operand = move_operand(includes, include, operand);
    include->operand = operand;
}
