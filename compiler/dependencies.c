/* Dependencies come from the preprocessed text: a line marker with flag 1 enters a file, in the
 * words of every C compiler; the files of -include and -imacros are entered so too. A `#line` of
 * the user has no such flag, so what it names is no dependency.
 *
 * Quoting is make's: a backslash before a blank or a `#`, backslashes doubled where they stand
 * before one, `$` doubled. Ninja and CMake read the same. */
#include "dependencies.h"

#include <stddef.h>
#include <string.h>

#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"

enum { ENTER = 1, SYSTEM_HEADER = 4 };

void dependencies_quote(struct text *out, const char *name)
{
    size_t backslashes = 0;
    for (; *name; name++) {
        if (*name == ' ' || *name == '\t') {
            for (size_t i = 0; i < backslashes; i++)
                text_put(out, '\\');
            text_put(out, '\\');
        } else if (*name == '#') {
            text_put(out, '\\');
        } else if (*name == '$') {
            text_put(out, '$');
        }
        text_put(out, *name);
        backslashes = *name == '\\' ? backslashes + 1 : 0;
    }
}

/* `./x.h` and `x.h` are one file, and make likes the short form. */
static const char *without_dot(const char *name)
{
    while (name[0] == '.' && name[1] == '/' && name[2] && name[2] != '/')
        name += 2;
    return name;
}

void dependencies_write(struct text *out, struct arena *arena, const struct source *source,
                        const char *targets, bool system_headers, bool phony)
{
    struct names *seen = names_new(arena);
    struct text rules = {0};
    text_printf(out, "%s: ", targets);
    dependencies_quote(out, source_main_path(source));
    name_of(seen, without_dot(source_main_path(source)));
    size_t count;
    const struct directive *directives = source_directives(source, &count);
    for (size_t i = 0; i < count; i++) {
        const struct directive *directive = &directives[i];
        bool enters = directive->kind == DIRECTIVE_LINE && (directive->flags & ENTER) &&
                      directive->file[0] != '<' &&
                      (system_headers || !(directive->flags & SYSTEM_HEADER));
        if (!enters || name_is_known(seen, without_dot(directive->file)))
            continue;
        const char *file = name_of(seen, without_dot(directive->file));
        text_puts(out, " \\\n  ");
        dependencies_quote(out, file);
        if (phony) {
            dependencies_quote(&rules, file);
            text_puts(&rules, ":\n");
        }
    }
    text_put(out, '\n');
    if (rules.length)
        text_write(out, rules.data, rules.length);
    text_free(&rules);
}
