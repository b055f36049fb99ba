/* The table of options. The first row that fits an argument counts, so a row stands before those
 * whose beginning it shares. Rows with a description are asyncc's own; --help prints them. What
 * only the preprocessor needs is handed on as it was written, and what belongs to compiling or
 * linking alone (people have it in their flags) is left out. */
#include "option_table.h"

#include <stdbool.h>
#include <string.h>

/* clang-format off */
#define OPTION_TABLE(X)                                                                            \
    X("-o",                EITHER,   DO_OUTPUT,        "FILE", "write the C file there; - is the standard output (default: the input's name with .c, in this directory)") \
    X("--cc=",             JOINED,   DO_COMPILER,      "CC", "the C compiler that preprocesses (default: $CC, else cc)") \
    X("-I",                EITHER,   DO_PASS,          "DIR", "look for headers there; -iquote, -isystem, -idirafter likewise") \
    X("-D",                EITHER,   DO_PASS,          "NAME[=TEXT]", "define a macro; -U NAME undefines one") \
    X("-include",          SEPARATE, DO_PASS,          "FILE", "include a file first; -imacros FILE only its macros") \
    X("-std=",             JOINED,   DO_PASS,          "STANDARD", "the C standard; this and other options of C compilers (-f..., -m..., -O..., -g..., -W..., -pthread) are given to the preprocessor") \
    X("-Wframe-size=",     JOINED,   DO_FRAME_SIZE,    "N", "warn of an async function whose frame is larger than N bytes") \
    X("-Werror",           EXACT,    DO_WARNING,       "", "warnings are errors; -Werror=NAME one of them, -Wno-NAME switches one off") \
    X("-w",                EXACT,    DO_WARNING,       "", "no warnings") \
    X("-MD",               EXACT,    DO_DEPENDENCIES,  "", "write a dependency file too; -MMD leaves out system headers") \
    X("-MMD",              EXACT,    DO_USER_DEPENDENCIES, NULL, NULL)                              \
    X("-MF",               EITHER,   DO_DEPENDENCY_FILE, "FILE", "its name (default: the output's, with .d)") \
    X("-MT",               EITHER,   DO_TARGET,        "TARGET", "what depends (default: the output); -MQ TARGET quotes it for make") \
    X("-MQ",               EITHER,   DO_QUOTED_TARGET, NULL, NULL)                                  \
    X("-MP",               EXACT,    DO_PHONY,         "", "add an empty rule for each header")     \
    X("--no-line",         EXACT,    DO_NO_LINE,       "", "write no #line")                        \
    X("--self-contained",  EXACT,    DO_SELF_CONTAINED, "", "write out what headers hold instead of including them") \
    X("--header",          EXACT,    DO_HEADER,        "", "make a C header of a header that uses the language: file.ah to file.h") \
    X("-fsyntax-only",     EXACT,    DO_SYNTAX_ONLY,   "", "check the file and write nothing")      \
    X("-fdiagnostics-format=", JOINED, DO_FORMAT,      "text|json", "the form of messages")         \
    X("-fdiagnostics-color=", JOINED, DO_COLOR,        "auto|always|never", "whether they are coloured") \
    X("--dump=",           JOINED,   DO_DUMP,          "PASS", "show what a pass made, and stop; --dump=help lists them") \
    X("--frames",          EXACT,    DO_FRAMES,        "", "show what the frame of each async function holds, where and why, and stop") \
    X("-v",                EXACT,    DO_VERBOSE,       "", "print the preprocessor's command and the time of each pass") \
    X("--version",         EXACT,    DO_VERSION,       "", "print the version")                     \
    X("--help",            EXACT,    DO_HELP,          "", "print this")                            \
    X("-h",                EXACT,    DO_HELP,          NULL, NULL)                                  \
    /* --- other spellings of colour */                                                            \
    X("-fdiagnostics-color", EXACT,  DO_COLOR_ON,      NULL, NULL)                                  \
    X("-fcolor-diagnostics", EXACT,  DO_COLOR_ON,      NULL, NULL)                                  \
    X("-fno-diagnostics-color", EXACT, DO_COLOR_OFF,   NULL, NULL)                                  \
    X("-fno-color-diagnostics", EXACT, DO_COLOR_OFF,   NULL, NULL)                                  \
    /* --- not for asyncc */                                                                       \
    X("-E",                EXACT,    DO_REFUSE,        NULL, "--dump=preprocess shows the preprocessed text") \
    X("-S",                EXACT,    DO_REFUSE,        NULL, "asyncc writes C")                     \
    X("-c",                EXACT,    DO_REFUSE,        NULL, "asyncc writes C; give that to the C compiler") \
    X("-M",                EXACT,    DO_REFUSE,        NULL, "use -MD")                             \
    X("-MM",               EXACT,    DO_REFUSE,        NULL, "use -MMD")                            \
    X("-MG",               EXACT,    DO_REFUSE,        NULL, "headers must exist")                  \
    X("-P",                EXACT,    DO_REFUSE,        NULL, "asyncc needs the line markers")       \
    X("-C",                EXACT,    DO_IGNORE,        NULL, NULL) /* it is always on */           \
    X("-CC",               EXACT,    DO_REFUSE,        NULL, "comments are kept as by -C")  \
    X("-fdirectives-only", EXACT,    DO_REFUSE,        NULL, "asyncc needs macros expanded")        \
    X("-fpreprocessed",    EXACT,    DO_REFUSE,        NULL, "asyncc preprocesses the file itself") \
    X("-save-temps",       JOINED,   DO_IGNORE,        NULL, NULL)                                  \
    X("-x",                EITHER,   DO_LANGUAGE,      NULL, NULL)                                  \
    X("-l",                EITHER,   DO_IGNORE,        NULL, NULL)                                  \
    X("-L",                EITHER,   DO_IGNORE,        NULL, NULL)                                  \
    X("-s",                EXACT,    DO_IGNORE,        NULL, NULL)                                  \
    X("-pipe",             EXACT,    DO_IGNORE,        NULL, NULL)                                  \
    X("-rdynamic",         EXACT,    DO_IGNORE,        NULL, NULL)                                  \
    X("-shared",           EXACT,    DO_IGNORE,        NULL, NULL)                                  \
    X("-static",           EXACT,    DO_IGNORE,        NULL, NULL)                                  \
    X("-static-pie",         EXACT,    DO_IGNORE,         NULL, NULL)                              \
    X("-static-libgcc",      EXACT,    DO_IGNORE,         NULL, NULL)                              \
    X("-pie",                EXACT,    DO_IGNORE,         NULL, NULL)                              \
    X("-no-pie",             EXACT,    DO_IGNORE,         NULL, NULL)                              \
    X("-nostdlib",           EXACT,    DO_IGNORE,         NULL, NULL)                              \
    X("-nodefaultlibs",      EXACT,    DO_IGNORE,         NULL, NULL)                              \
    X("-nostartfiles",       EXACT,    DO_IGNORE,         NULL, NULL)                              \
    X("-Xlinker",            SEPARATE, DO_IGNORE,         NULL, NULL)                              \
    X("-Xassembler",         SEPARATE, DO_IGNORE,         NULL, NULL)                              \
    /* --- for the preprocessor */                                                                 \
    X("-U",                EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-iquote",           EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-isystem",          EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-idirafter",        EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-imacros",          SEPARATE, DO_PASS,          NULL, NULL)                                  \
    X("-iprefix",          EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-iwithprefixbefore", EITHER,  DO_PASS,          NULL, NULL)                                  \
    X("-iwithprefix",      EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-isysroot",         EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-imultilib",        SEPARATE, DO_PASS,          NULL, NULL)                                  \
    X("--sysroot",         SEPARATE, DO_PASS,          NULL, NULL)                                  \
    X("--sysroot=",        JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("--std=",            JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("--param",           SEPARATE, DO_PASS,          NULL, NULL)                                  \
    X("--param=",          JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("--target=",         JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("--gcc-toolchain=",  JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("-target",           SEPARATE, DO_PASS,          NULL, NULL)                                  \
    X("-specs=",           JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("-Xclang",           SEPARATE, DO_PASS,          NULL, NULL)                                  \
    X("-Xpreprocessor",    SEPARATE, DO_PASS,          NULL, NULL)                                  \
    X("-B",                EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-A",                EITHER,   DO_PASS,          NULL, NULL)                                  \
    X("-nostdinc",         EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-undef",            EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-ansi",             EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-trigraphs",        EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-pthread",          EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-pedantic",         EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-pedantic-errors",  EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-Qunused-arguments", EXACT,   DO_PASS,          NULL, NULL)                                  \
    X("--coverage",          EXACT,    DO_PASS,           NULL, NULL)                              \
    X("-coverage",           EXACT,    DO_PASS,           NULL, NULL)                              \
    X("-H",                  EXACT,    DO_PASS,           NULL, NULL)                              \
    X("-no-canonical-prefixes", EXACT, DO_PASS,        NULL, NULL)                                  \
    X("-pg",               EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-p",                EXACT,    DO_PASS,          NULL, NULL)                                  \
    X("-Wl,",              JOINED,   DO_IGNORE,        NULL, NULL)                                  \
    X("-Wa,",              JOINED,   DO_IGNORE,        NULL, NULL)                                  \
    X("-W",                JOINED,   DO_WARNING,       NULL, NULL)                                  \
    X("-f",                JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("-m",                JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("-O",                JOINED,   DO_PASS,          NULL, NULL)                                  \
    X("-g",                JOINED,   DO_PASS,          NULL, NULL)
/* clang-format on */

const struct option option_table[] = {
#define X(name, form, action, value, description) {name, form, action, value, description},
    OPTION_TABLE(X)
#undef X
};

const size_t option_count = sizeof option_table / sizeof *option_table;

const struct option *option_find(const char *argument)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        size_t length = strlen(option->name);
        bool is_whole = option->form == EXACT || option->form == SEPARATE;
        if (is_whole ? strcmp(argument, option->name) == 0
                     : strncmp(argument, option->name, length) == 0)
            return option;
    }
    return NULL;
}
