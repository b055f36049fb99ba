/* Files. The temporary one of an output has a short name of its own in the same directory (a rename
 * must not cross file systems, and a name may already be as long as names may be). Where that
 * directory cannot be written but the file can, it is written in place, as a C compiler does. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diagnostic.h"
#include "support/text.h"

enum { LARGEST_INPUT = 32 * 1024 * 1024, ATTEMPTS = 100 };

/* --- input */

/* Reports why the text is no program; sets *is_empty. */
static bool check_content(struct diagnostics *diagnostics, const char *path, int descriptor,
                          bool *is_empty)
{
    char buffer[64 * 1024];
    ssize_t got;
    *is_empty = true;
    while ((got = read(descriptor, buffer, sizeof buffer)) > 0) {
        *is_empty = false;
        if (memchr(buffer, '\0', (size_t)got)) {
            report_failure(diagnostics, "'%s' is not a text file", path);
            return false;
        }
    }
    if (got < 0)
        report_failure(diagnostics, "cannot read '%s': %s", path, strerror(errno));
    return got == 0;
}

bool file_check_input(struct diagnostics *diagnostics, const char *path, bool *is_empty)
{
    *is_empty = false;
    struct stat status;
    if (stat(path, &status) != 0) {
        report_failure(diagnostics, "cannot read '%s': %s", path, strerror(errno));
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        report_failure(diagnostics, "'%s' is a directory", path);
        return false;
    }
    if (!S_ISREG(status.st_mode))
        return true;
    if (status.st_size > LARGEST_INPUT) {
        report_failure(diagnostics, "'%s' is too large: %lld bytes, of at most %d", path,
                       (long long)status.st_size, LARGEST_INPUT);
        return false;
    }
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        report_failure(diagnostics, "cannot read '%s': %s", path, strerror(errno));
        return false;
    }
    bool ok = check_content(diagnostics, path, descriptor, is_empty);
    close(descriptor);
    return ok;
}

bool file_is_same(const char *path, const char *other)
{
    struct stat a, b;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* --- output */

/* Writes it all and closes the descriptor; false, and errno says why, if anything failed. */
static bool write_and_close(int descriptor, const struct text *text)
{
    size_t done = 0;
    int error = 0;
    while (!error && done < text->length) {
        ssize_t written = write(descriptor, text->data + done, text->length - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            error = errno;
    }
    if (close(descriptor) != 0 && !error && errno != EINTR)
        error = errno;
    errno = error;
    return !error;
}

/* Opens a new file in the directory of `path`; its name is put into `name`, of PATH_MAX bytes. */
static int open_beside(const char *path, char *name)
{
    const char *slash = strrchr(path, '/');
    int directory = slash ? (int)(slash - path) + 1 : 0;
    for (int i = 0; i < ATTEMPTS; i++) {
        int length =
            snprintf(name, PATH_MAX, "%.*s.asyncc-%ld-%d", directory, path, (long)getpid(), i);
        if (length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

static bool write_in_place(const char *path, const struct text *text)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    return descriptor >= 0 && write_and_close(descriptor, text);
}

/* `path` is no symbolic link; `old` is what it is now, NULL if there is nothing. */
static bool write_and_rename(const char *path, const struct stat *old, const struct text *text)
{
    if (old && access(path, W_OK) != 0)
        return false;
    char name[PATH_MAX];
    int descriptor = open_beside(path, name);
    if (descriptor < 0)
        return old && write_in_place(path, text);
    if (old && fchmod(descriptor, old->st_mode & 0777) != 0)
        errno = 0; /* it is ours and new: not to have the old permissions is no error */
    if (write_and_close(descriptor, text) && rename(name, path) == 0)
        return true;
    int error = errno;
    unlink(name);
    errno = error;
    return false;
}

static bool write_file(const char *path, const struct text *text)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno == ENOENT && write_and_rename(path, NULL, text);
    if (!S_ISREG(status.st_mode))
        return write_in_place(path, text);
    char *target = realpath(path, NULL);
    bool ok = target && write_and_rename(target, &status, text);
    int error = errno;
    free(target);
    errno = error;
    return ok;
}

bool file_write(struct diagnostics *diagnostics, const char *path, const struct text *text)
{
    bool is_standard = strcmp(path, "-") == 0;
    int copy = is_standard ? dup(STDOUT_FILENO) : -1;
    if (is_standard ? copy >= 0 && write_and_close(copy, text) : write_file(path, text))
        return true;
    report_failure(diagnostics, "cannot write '%s': %s", is_standard ? "standard output" : path,
                   strerror(errno));
    return false;
}
