/* The table of options: what an argument may be, and what is to be done with it. */
#ifndef ASYNCC_OPTION_TABLE_H
#define ASYNCC_OPTION_TABLE_H

#include <stddef.h>

/* How the value is given: not at all, behind the name, as the next argument, either way. */
enum form { EXACT, JOINED, SEPARATE, EITHER };

enum action {
    DO_OUTPUT,
    DO_COMPILER,
    DO_PASS, /* to the preprocessor */
    DO_IGNORE,
    DO_REFUSE, /* the description says what to do instead */
    DO_FRAME_SIZE,
    DO_WARNING,
    DO_DEPENDENCIES,
    DO_USER_DEPENDENCIES,
    DO_DEPENDENCY_FILE,
    DO_TARGET,
    DO_QUOTED_TARGET,
    DO_PHONY,
    DO_NO_LINE,
    DO_SELF_CONTAINED,
    DO_HEADER,
    DO_SYNTAX_ONLY,
    DO_FORMAT,
    DO_COLOR,
    DO_COLOR_ON,
    DO_COLOR_OFF,
    DO_DUMP,
    DO_FRAMES,
    DO_VERBOSE,
    DO_VERSION,
    DO_HELP,
    DO_LANGUAGE
};

struct option {
    const char *name;
    enum form form;
    enum action action;
    const char *value, *description; /* for --help; NULL: not in it */
};

extern const struct option option_table[];
extern const size_t option_count;

/* The option that this argument is, with or without its value; NULL if there is none. */
const struct option *option_find(const char *argument);

#endif
