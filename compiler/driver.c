/* The driver: the passes in their order (compile, at the end of this file), and what belongs to
 * none of them: parsing again where the checker knows better, dumps, times, files. */
#include "driver.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "dependencies.h"
#include "diagnostic.h"
#include "explain/core.h"
#include "explain/dump.h"
#include "explain/frames.h"
#include "file.h"
#include "lower/lower.h"
#include "options.h"
#include "output/emit.h"
#include "output/header.h"
#include "preprocess.h"
#include "semantic/check.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/stack.h"
#include "support/text.h"
#include "syntax/ast.h"
#include "syntax/implicit.h"
#include "syntax/parse.h"

enum { MOST_ROUNDS = 16 };

struct compilation {
    const struct options *options;
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct text preprocessed;
    struct source *source;
    struct names *names;
    struct node *unit;
    struct check *check;
    struct lowered *lowered;
    struct text output;
    bool ok;
    struct timespec since; /* when the pass that runs began */
};

/* --- dumps and times */

static bool wants_dump(const struct compilation *c, enum pass pass)
{
    return c->options->dump == pass;
}

/* Writes and frees a text for people, to -o or the standard output. */
static bool write_report(struct compilation *c, struct text *report)
{
    const char *path = c->options->output_given ? c->options->output_given : "-";
    bool ok = file_write(c->diagnostics, path, report);
    text_free(report);
    return ok;
}

static bool write_frames(struct compilation *c)
{
    struct text table = {0};
    frames_print(&table, c->lowered);
    return write_report(c, &table);
}

static bool write_dump(struct compilation *c)
{
    struct text dump = {0};
    switch (c->options->dump) {
    case PASS_PREPROCESS:
        text_write(&dump, source_text(c->source), source_length(c->source));
        break;
    case PASS_PARSE:
    case PASS_CHECK:
        dump_tree(&dump, c->arena, c->source, c->unit, wants_dump(c, PASS_CHECK));
        break;
    case PASS_DESUGAR:
        core_dump(&dump, c->lowered);
        break;
    case PASS_AWAIT:
    case PASS_DEFER:
    case PASS_FLOW:
    case PASS_LIVENESS:
    case PASS_FRAME:
        lower_dump(&dump, c->lowered, pass_names[c->options->dump]);
        break;
    case PASS_NONE:
        break;
    }
    return write_report(c, &dump);
}

/* Prints the time since the last call, for -v. */
static void report_time(struct compilation *c, const char *pass)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (c->options->verbose && pass)
        fprintf(stderr, "%-12s %8.2f ms\n", pass,
                (double)(now.tv_sec - c->since.tv_sec) * 1e3 +
                    (double)(now.tv_nsec - c->since.tv_nsec) / 1e6);
    c->since = now;
}

/* --- passes */

static void take_text(struct compilation *c, const char *text, size_t length)
{
    c->source = source_new(c->arena, c->options->input, text, length);
    diagnostics_set_source(c->diagnostics, c->source);
}

static bool run_preprocess(struct compilation *c)
{
    bool ok = preprocess(c->options, c->arena, c->diagnostics, &c->preprocessed);
    if (ok)
        take_text(c, c->preprocessed.data ? c->preprocessed.data : "", c->preprocessed.length);
    report_time(c, "preprocess");
    return ok;
}

/* Parses and checks, again with every name marked that was taken for a type and is none, or the
 * reverse, until there is no such name left. Only what the last round reports counts. */
static bool parse_and_check(struct compilation *c)
{
    struct marks marks = {0};
    unsigned start = diagnostics_mark(c->diagnostics);
    c->names = names_new(c->arena);
    for (int round = 0; round < MOST_ROUNDS; round++) {
        diagnostics_rewind(c->diagnostics, start);
        size_t known = marks.count;
        c->unit = parse(c->arena, c->names, c->source, &marks, c->diagnostics);
        report_time(c, "parse");
        if (!c->unit)
            return false;
        c->check = check_unit(c->arena, c->names, c->source, c->diagnostics, c->unit, &marks);
        report_time(c, "check");
        if (marks.count == known)
            break;
    }
    return true;
}

/* Once more with every `int` written out that old C leaves out, if that explains errors. */
static bool run_parse_and_check(struct compilation *c)
{
    unsigned start = diagnostics_mark(c->diagnostics);
    bool ok = parse_and_check(c);
    struct implicit implicit = {0};
    if (diagnostics_errors(c->diagnostics))
        implicit = make_int_explicit(c->arena, c->source);
    if (!implicit.text)
        return ok;
    diagnostics_rewind(c->diagnostics, start);
    take_text(c, implicit.text, implicit.length);
    for (size_t i = 0; i < implicit.count; i++)
        report_warning(c->diagnostics, WARNING_IMPLICIT_INT,
                       (struct range){implicit.names[i], implicit.names[i] + 1},
                       "a declaration without a type: 'int' is taken");
    return parse_and_check(c);
}

static bool run_lower(struct compilation *c)
{
    c->lowered = wants_dump(c, PASS_DESUGAR) ? desugar_unit(c->check, c->unit, c->options->header)
                                             : lower_unit(c->check, c->unit, c->options->header);
    if (c->options->frame_size)
        frames_warn(c->diagnostics, c->lowered, c->options->frame_size);
    report_time(c, "lower");
    return diagnostics_errors(c->diagnostics) == 0;
}

static void run_emit(struct compilation *c)
{
    if (c->options->header) {
        emit_header(&c->output, c->check, c->lowered, c->unit, !c->options->no_line);
        report_time(c, "emit");
        return;
    }
    struct emit_options options = {.lines = !c->options->no_line,
                                   .self_contained = c->options->self_contained};
    const char *problem = emit_unit(&c->output, c->check, c->lowered, c->unit, &options);
    if (problem && c->options->verbose)
        fprintf(stderr, "includes stay expanded: %s\n", problem);
    report_time(c, "emit");
}

/* The output first: a dependency file must not say of a file that could not be written that it is
 * up to date. */
static bool write_files(struct compilation *c)
{
    const struct options *options = c->options;
    if (!file_write(c->diagnostics, options->output, &c->output))
        return false;
    bool ok = true;
    if (options->dependencies.wanted) {
        struct text rule = {0};
        dependencies_write(&rule, c->arena, c->source, options->dependencies.targets,
                           options->dependencies.system_headers, options->dependencies.phony);
        ok = file_write(c->diagnostics, options->dependencies.file, &rule);
        text_free(&rule);
    }
    report_time(c, "write");
    return ok;
}

static bool has_errors(const struct compilation *c)
{
    return diagnostics_errors(c->diagnostics) > 0;
}

static bool run_passes(struct compilation *c)
{
    if (!run_preprocess(c))
        return false;
    if (wants_dump(c, PASS_PREPROCESS))
        return write_dump(c);
    if (!run_parse_and_check(c))
        return false;
    if (wants_dump(c, PASS_PARSE) || wants_dump(c, PASS_CHECK))
        return write_dump(c) && !has_errors(c);
    if (has_errors(c))
        return false;
    if (!run_lower(c))
        return false;
    if (c->options->dump != PASS_NONE)
        return write_dump(c);
    if (c->options->frames)
        return write_frames(c);
    if (c->options->syntax_only)
        return true;
    run_emit(c);
    return !has_errors(c) && write_files(c);
}

static void start_passes(void *compilation)
{
    struct compilation *c = compilation;
    c->ok = run_passes(c);
}

bool compile(const struct options *options, struct arena *arena, struct diagnostics *diagnostics)
{
    struct compilation c = {.options = options, .arena = arena, .diagnostics = diagnostics};
    report_time(&c, NULL);
    run_on_large_stack(start_passes, &c);
    text_free(&c.preprocessed);
    text_free(&c.output);
    return c.ok;
}
