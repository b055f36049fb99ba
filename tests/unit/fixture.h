/* What many unit tests need: an arena with diagnostics, what they print, and files to try. */
#ifndef ASYNCC_TESTS_FIXTURE_H
#define ASYNCC_TESTS_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diagnostics;
struct source;

struct fixture {
    struct arena *arena;
    struct diagnostics *diagnostics;
    char directory[64]; /* a new empty one; NUL if there is none */
};

/* The diagnostics print text without colour. */
struct fixture fixture_new(void);
/* The same in a new directory, which becomes the current one. */
struct fixture fixture_in_directory(void);
/* Frees it all, the directory and what is in it included. */
void fixture_free(struct fixture *fixture);

/* What diagnostics_flush prints; lives as long as the arena. */
const char *fixture_messages(struct fixture *fixture);

/* Writes a file, which must work. */
void fixture_write(const char *path, const char *text);
/* What is in the file; lives as long as the arena. NULL if there is none. */
const char *fixture_read(struct fixture *fixture, const char *path);

/* What a C compiler, `cc` unless it is named, makes of the file in the current directory. */
struct source *fixture_preprocess(struct fixture *fixture, const char *path, const char *compiler);

#endif
