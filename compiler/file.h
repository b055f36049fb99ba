/* Reading an input whole, and writing an output so that it is either complete or not there. */
#ifndef ASYNCC_FILE_H
#define ASYNCC_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct diagnostics;
struct text;

/* Looks at the file before the C compiler is asked to: reports and returns false if it cannot be
 * read, is a directory, is larger than anybody's program or holds NUL bytes. `*is_empty`: it has no
 * byte. What is no regular file (a pipe) can be read only once, and so is not looked at. */
bool file_check_input(struct diagnostics *diagnostics, const char *path, bool *is_empty);

/* Writes the text to `path`; `-` is the standard output. A regular file is written beside its place
 * and renamed when all of it is on the disk, so that after an error the old one is still there; a
 * device or a pipe is written directly. Reports what fails, and then returns false. */
bool file_write(struct diagnostics *diagnostics, const char *path, const struct text *text);

/* Whether both name the same existing file. */
bool file_is_same(const char *path, const char *other);

#endif
