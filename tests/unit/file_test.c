/* Inputs that are looked at, outputs that are complete or not there. */
#include "file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diagnostic.h"
#include "fixture.h"
#include "support/text.h"

TestSuite(file, .timeout = 60);

static void refuse_input(struct fixture *f, const char *path, const char *message)
{
    bool is_empty;
    cr_expect_not(file_check_input(f->diagnostics, path, &is_empty));
    cr_expect_str_eq(fixture_messages(f), message);
}

Test(file, inputs_that_are_no_programs)
{
    struct fixture f = fixture_in_directory();
    refuse_input(&f, "none.ac",
                 "asyncc: error: cannot read 'none.ac': No such file or directory\n");
    refuse_input(&f, ".", "asyncc: error: '.' is a directory\n");
    FILE *file = fopen("binary.ac", "w");
    for (int i = 0; i < 100000; i++)
        putc('a', file);
    fwrite("\0b", 1, 2, file);
    fclose(file);
    refuse_input(&f, "binary.ac", "asyncc: error: 'binary.ac' is not a text file\n");
    fixture_write("large.ac", "");
    cr_assert_eq(truncate("large.ac", 50 * 1000 * 1000), 0);
    refuse_input(&f, "large.ac",
                 "asyncc: error: 'large.ac' is too large: 50000000 bytes, of at most 33554432\n");
    fixture_free(&f);
}

Test(file, inputs_that_are)
{
    struct fixture f = fixture_in_directory();
    bool is_empty;
    fixture_write("a.ac", "int x;\n");
    cr_expect(file_check_input(f.diagnostics, "a.ac", &is_empty));
    cr_expect_not(is_empty);
    fixture_write("a.ac", "");
    cr_expect(file_check_input(f.diagnostics, "a.ac", &is_empty));
    cr_expect(is_empty);
    cr_expect(file_check_input(f.diagnostics, "/dev/null", &is_empty), "not looked at");
    cr_expect_str_eq(fixture_messages(&f), "");
    fixture_free(&f);
}

static bool write_string(struct fixture *f, const char *path, const char *string)
{
    struct text text = {0};
    text_puts(&text, string);
    bool ok = file_write(f->diagnostics, path, &text);
    text_free(&text);
    return ok;
}

Test(file, an_output_is_new_or_replaces_the_old_one)
{
    struct fixture f = fixture_in_directory();
    cr_expect(write_string(&f, "out.c", "one"));
    cr_expect_str_eq(fixture_read(&f, "out.c"), "one");
    cr_assert_eq(chmod("out.c", 0640), 0);
    cr_expect(write_string(&f, "out.c", "other"));
    cr_expect_str_eq(fixture_read(&f, "out.c"), "other");
    struct stat status;
    cr_assert_eq(stat("out.c", &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0640, "the permissions stay");
    struct text empty = {0};
    cr_expect(file_write(f.diagnostics, "out.c", &empty));
    cr_expect_str_eq(fixture_read(&f, "out.c"), "");
    fixture_free(&f);
}

Test(file, a_link_stays_a_link)
{
    struct fixture f = fixture_in_directory();
    fixture_write("real.c", "old");
    cr_assert_eq(symlink("real.c", "link.c"), 0);
    cr_expect(write_string(&f, "link.c", "new"));
    cr_expect_str_eq(fixture_read(&f, "real.c"), "new");
    struct stat status;
    cr_assert_eq(lstat("link.c", &status), 0);
    cr_expect(S_ISLNK(status.st_mode));
    fixture_free(&f);
}

Test(file, a_name_of_full_length_can_be_written)
{
    struct fixture f = fixture_in_directory();
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    cr_expect(write_string(&f, name, "x"));
    cr_expect_str_eq(fixture_read(&f, name), "x");
    fixture_free(&f);
}

Test(file, a_full_disk_is_told)
{
    struct fixture f = fixture_in_directory();
    cr_expect_not(write_string(&f, "/dev/full", "x"));
    cr_expect_str_eq(fixture_messages(&f),
                     "asyncc: error: cannot write '/dev/full': No space left on device\n");
    cr_expect_not(write_string(&f, "no/such/out.c", "x"));
    cr_expect_str_eq(fixture_messages(&f),
                     "asyncc: error: cannot write 'no/such/out.c': No such file or directory\n");
    cr_expect_not(write_string(&f, ".", "x"));
    cr_expect_str_eq(fixture_messages(&f), "asyncc: error: cannot write '.': Is a directory\n");
    fixture_free(&f);
}

Test(file, devices_are_written_directly)
{
    struct fixture f = fixture_in_directory();
    cr_expect(write_string(&f, "/dev/null", "x"));
    struct stat status;
    cr_assert_eq(stat("/dev/null", &status), 0);
    cr_expect(S_ISCHR(status.st_mode));
    fixture_free(&f);
}

Test(file, same_files)
{
    struct fixture f = fixture_in_directory();
    fixture_write("a", "");
    fixture_write("b", "");
    cr_expect(file_is_same("a", "./a"));
    cr_expect_not(file_is_same("a", "b"));
    cr_expect_not(file_is_same("a", "none"));
    cr_expect_not(file_is_same("none", "none"));
    fixture_free(&f);
}
