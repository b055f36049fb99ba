/* The fixture of the unit tests; see fixture.h. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diagnostic.h"
#include "options.h"
#include "preprocess.h"
#include "source.h"
#include "support/arena.h"
#include "support/text.h"

struct fixture fixture_new(void)
{
    struct fixture fixture = {.arena = arena_new()};
    fixture.diagnostics = diagnostics_new(fixture.arena);
    diagnostics_set_format(fixture.diagnostics, DIAGNOSTIC_TEXT, COLOR_NEVER);
    return fixture;
}

struct fixture fixture_in_directory(void)
{
    struct fixture fixture = fixture_new();
    strcpy(fixture.directory, "/tmp/asyncc-unit-XXXXXX");
    cr_assert_not_null(mkdtemp(fixture.directory));
    cr_assert_eq(chdir(fixture.directory), 0);
    return fixture;
}

static void remove_directory(const char *path)
{
    DIR *directory = opendir(path);
    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(directory), entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0);
    closedir(directory);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(path), 0, "%s is not empty", path);
}

void fixture_free(struct fixture *fixture)
{
    if (fixture->directory[0])
        remove_directory(fixture->directory);
    arena_free(fixture->arena);
}

const char *fixture_messages(struct fixture *fixture)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    diagnostics_flush(fixture->diagnostics, out);
    fclose(out);
    const char *copy = arena_copy(fixture->arena, text, length);
    free(text);
    return copy;
}

void fixture_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "cannot write %s", path);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

const char *fixture_read(struct fixture *fixture, const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    struct text text = {0};
    for (int byte; (byte = getc(file)) != EOF;)
        text_put(&text, (char)byte);
    fclose(file);
    const char *copy = arena_copy(fixture->arena, text.data ? text.data : "", text.length);
    text_free(&text);
    return copy;
}

struct source *fixture_preprocess(struct fixture *fixture, const char *path, const char *compiler)
{
    struct options options = {.input = path, .compiler = compiler ? compiler : "cc"};
    struct text text = {0};
    bool ok = preprocess(&options, fixture->arena, fixture->diagnostics, &text);
    cr_assert(ok, "%s", fixture_messages(fixture));
    struct source *source = source_new(fixture->arena, path, text.data, text.length);
    diagnostics_set_source(fixture->diagnostics, source);
    text_free(&text);
    return source;
}
