/* The command line. One table (options.c) says what each option is, and --help prints it. */
#ifndef ASYNCC_OPTIONS_H
#define ASYNCC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct arena;
struct diagnostics;

/* The passes whose result --dump shows, in the order in which they run. */
#define PASS_TABLE(X)                                                                     \
    X(PASS_PREPROCESS, "preprocess", "the text that the C compiler's preprocessor made")  \
    X(PASS_PARSE, "parse", "the syntax tree")                                             \
    X(PASS_CHECK, "check", "the syntax tree with types and symbols")                      \
    X(PASS_DESUGAR, "desugar", "functions with comprehensions and ranges as plain loops") \
    X(PASS_AWAIT, "await", "async functions with their awaits out of expressions")        \
    X(PASS_DEFER, "defer", "deferred statements: the ways out of their blocks")           \
    X(PASS_FLOW, "flow", "the control flow of async functions, point by point")           \
    X(PASS_LIVENESS, "liveness", "which variables are still needed at each point")        \
    X(PASS_FRAME, "frame", "the frames: what is in them, and what shares storage")

enum pass {
#define X(id, name, description) id,
    PASS_TABLE(X)
#undef X
        PASS_COUNT,
    PASS_NONE = PASS_COUNT
};

extern const char *const pass_names[PASS_COUNT];

struct options {
    const char *input;
    const char *output;        /* set even without -o, if there is an input; `-`: standard output */
    const char *output_given;  /* what -o said, NULL without */
    const char *compiler;      /* --cc, else $CC, else cc */
    const char **preprocessor; /* arguments for the preprocessor, in their order */
    size_t preprocessor_count, preprocessor_capacity;
    bool header, no_line, self_contained, verbose, syntax_only, json, frames;
    enum pass dump;                /* PASS_NONE: none */
    bool help, version, dump_help; /* print that, and nothing else */
    struct {
        bool wanted, system_headers, phony; /* -MD or -MMD; -MD; -MP */
        const char *file;                   /* set if wanted */
        const char *targets;                /* quoted for make; set if wanted */
    } dependencies;
    unsigned long long frame_size; /* -Wframe-size=N: bytes; 0: not asked */
};

/* Reads the command line (without the program's name), response files and $CC included. What is
 * wrong is reported, once, and false returned. Options about diagnostics are set there at once.
 * Strings are the arguments' own or the arena's. */
bool options_parse(struct options *options, struct arena *arena, struct diagnostics *diagnostics,
                   int count, char *const *arguments);

void options_print_help(FILE *out);
void options_print_passes(FILE *out);

#endif
