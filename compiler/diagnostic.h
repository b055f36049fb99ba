/* Errors, warnings and notes, as LANGUAGE section 6 wants them: `file:line:col: error: text`, the
 * source line, a caret range, notes; colour on a terminal; JSON on request. They are collected
 * while passes run, sorted by place where that helps, and printed by diagnostics_flush. A range is
 * given in bytes of the preprocessed text (struct source maps it back to the user's file); the same
 * message at the same place is reported once. */
#ifndef ASYNCC_DIAGNOSTIC_H
#define ASYNCC_DIAGNOSTIC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct arena;
struct source;
struct diagnostics;

/* A range of bytes [start, end) of the preprocessed text. */
struct range {
    uint32_t start, end;
};

/* The warnings, one row each: enumerator, the name after -W, what switches it on. */
#define WARNING_TABLE(X)                                                       \
    X(WARNING_DANGLING_SPAWN, "dangling-spawn", BY_DEFAULT)                    \
    X(WARNING_LOCK_ACROSS_AWAIT, "lock-across-await", BY_DEFAULT)              \
    X(WARNING_BLOCKING_CALL, "blocking-call", BY_DEFAULT)                      \
    X(WARNING_UNUSED_RESULT, "unused-result", BY_DEFAULT)                      \
    X(WARNING_ALLOCA_ACROSS_AWAIT, "alloca-across-await", BY_DEFAULT)          \
    X(WARNING_IMPLICIT_INT, "implicit-int", BY_DEFAULT)                        \
    X(WARNING_DEPRECATED, "deprecated-declarations", BY_DEFAULT)               \
    X(WARNING_RETURN_LOCAL_ADDR, "return-local-addr", BY_DEFAULT)              \
    X(WARNING_DISCARDED_QUALIFIERS, "discarded-qualifiers", BY_DEFAULT)        \
    X(WARNING_INCOMPATIBLE_POINTERS, "incompatible-pointer-types", BY_DEFAULT) \
    X(WARNING_POINTER_MISMATCH, "pointer-type-mismatch", BY_DEFAULT)           \
    X(WARNING_CONDITIONAL_MISMATCH, "conditional-type-mismatch", BY_DEFAULT)   \
    X(WARNING_POINTER_SIGN, "pointer-sign", BY_ALL)                            \
    X(WARNING_RETURN_TYPE, "return-type", BY_ALL)                              \
    X(WARNING_UNINITIALIZED, "uninitialized", BY_ALL)                          \
    X(WARNING_UNUSED_PARAMETER, "unused-parameter", BY_EXTRA)                  \
    X(WARNING_FRAME_SIZE, "frame-size", BY_NAME)

enum warning {
#define X(id, name, by) id,
    WARNING_TABLE(X)
#undef X
        WARNING_COUNT
};

enum diagnostic_format { DIAGNOSTIC_TEXT, DIAGNOSTIC_JSON };
enum diagnostic_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct diagnostics *diagnostics_new(struct arena *arena);
void diagnostics_set_source(struct diagnostics *diagnostics, const struct source *source);
void diagnostics_set_format(struct diagnostics *diagnostics, enum diagnostic_format format,
                            enum diagnostic_color color);
/* `-Wname`, `-Wno-name`, `-Werror`, `-Werror=name`, `-w`, `-Wall`: false if the name is none of
 * ours. */
bool diagnostics_set_warning(struct diagnostics *diagnostics, const char *option);

/* At a place in the file. A note belongs to the error or warning before it. */
void report_error(struct diagnostics *diagnostics, struct range range, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* False if that warning is off. */
bool report_warning(struct diagnostics *diagnostics, enum warning warning, struct range range,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
void report_note(struct diagnostics *diagnostics, struct range range, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* About no place in the file: a file that cannot be read, a bad option. Prints `asyncc: error: ...`
 */
void report_failure(struct diagnostics *diagnostics, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same as a warning that has no name: `asyncc: warning: ...`; -Werror and -w apply. */
void report_oddity(struct diagnostics *diagnostics, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What another program, the preprocessor, said of a place in a file (NULL: of none; line and column
 * count from 1, column 0 is unknown). Notes belong to what it said before. Both are copied. */
enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };
void report_foreign(struct diagnostics *diagnostics, enum severity severity, const char *file,
                    uint32_t line, uint32_t column, const char *message);

unsigned diagnostics_errors(const struct diagnostics *diagnostics);
/* Forgets what was collected since `mark` (from diagnostics_mark): for a pass that runs again. */
unsigned diagnostics_mark(const struct diagnostics *diagnostics);
void diagnostics_rewind(struct diagnostics *diagnostics, unsigned mark);
/* Whether there was an error in the range before `mark`. */
bool diagnostics_had_error(const struct diagnostics *diagnostics, unsigned mark,
                           struct range range);
/* Prints what was collected, in order of place (notes with their error), and forgets it. In JSON
 * that is one array, `[]` if there is nothing. */
void diagnostics_flush(struct diagnostics *diagnostics, FILE *out);

#endif
