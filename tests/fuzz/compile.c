/* The compiler's passes, as the driver runs them, from a text in memory to nowhere. The input is
 * also a file, since messages and headers are made of what the file says. */
#include "compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diagnostic.h"
#include "explain/core.h"
#include "explain/dump.h"
#include "explain/frames.h"
#include "output/emit.h"
#include "output/header.h"
#include "raw_string.h"
#include "semantic/check.h"
#include "source.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"
#include "syntax/parse.h"

enum { MOST_ROUNDS = 16 };

/* What is made of an input. */
enum way { UNIT, SELF_CONTAINED, UNIT_AND_TREE, HEADER, DESUGARED, DUMPED, PLAIN, JSON, WAYS };

struct compilation {
    enum way way;
    struct arena *arena;
    struct source *source;
    struct diagnostics *diagnostics;
    struct check *check;
    struct node *unit;
    struct text out;
};

double seconds_for(const char *input)
{
    return 1 + (double)strlen(input) / 10000;
}

static void parse_and_check(struct compilation *c)
{
    struct marks marks = {0};
    struct names *names = names_new(c->arena);
    unsigned start = diagnostics_mark(c->diagnostics);
    for (int round = 0; round < MOST_ROUNDS; round++) {
        size_t known = marks.count;
        diagnostics_rewind(c->diagnostics, start);
        c->unit = parse(c->arena, names, c->source, &marks, c->diagnostics);
        if (!c->unit)
            break;
        c->check = check_unit(c->arena, names, c->source, c->diagnostics, c->unit, &marks);
        if (marks.count == known)
            break;
    }
}

static void dump_passes(struct compilation *c, const struct lowered *lowered)
{
    static const char *const passes[] = {"await", "defer", "flow", "liveness", "frame"};
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        lower_dump(&c->out, lowered, passes[i]);
    frames_print(&c->out, lowered);
    frames_warn(c->diagnostics, lowered, 64);
}

static bool lower_and_emit(struct compilation *c)
{
    struct emit_options options = {.lines = c->way != PLAIN,
                                   .self_contained = c->way == SELF_CONTAINED};
    struct lowered *lowered = c->way == DESUGARED ? desugar_unit(c->check, c->unit, false)
                                                  : lower_unit(c->check, c->unit, c->way == HEADER);
    if (diagnostics_errors(c->diagnostics))
        return false;
    if (c->way == DESUGARED) {
        core_dump(&c->out, lowered);
        return true;
    }
    if (c->way == DUMPED)
        dump_passes(c, lowered);
    if (c->way == HEADER)
        emit_header(&c->out, c->check, lowered, c->unit, true);
    else
        emit_unit(&c->out, c->check, lowered, c->unit, &options);
    return true;
}

static bool compile_text(const char *path, const char *text, enum way way)
{
    struct compilation c = {.way = way, .arena = arena_new()};
    bool is_emitted = false;
    c.diagnostics = diagnostics_new(c.arena);
    diagnostics_set_format(c.diagnostics, way == JSON ? DIAGNOSTIC_JSON : DIAGNOSTIC_TEXT,
                           COLOR_ALWAYS);
    struct text spelled = {0};
    text_puts(&spelled, text);
    raw_strings_spell(&spelled);
    c.source = source_new(c.arena, path, spelled.data ? spelled.data : "", spelled.length);
    text_free(&spelled);
    diagnostics_set_source(c.diagnostics, c.source);
    parse_and_check(&c);
    if (c.unit && way == UNIT_AND_TREE)
        dump_tree(&c.out, c.arena, c.source, c.unit, true);
    if (c.unit && !diagnostics_errors(c.diagnostics))
        is_emitted = lower_and_emit(&c);
    FILE *nowhere = fopen("/dev/null", "w");
    diagnostics_flush(c.diagnostics, nowhere);
    fclose(nowhere);
    text_free(&c.out);
    arena_free(c.arena);
    return is_emitted;
}

bool compile_behind(const char *prelude, const char *input)
{
    struct text text = {0};
    char path[64];
    size_t length = strlen(input);
    int file = memfd_create("input", 0);
    if (file < 0 || write(file, input, length) != (ssize_t)length) {
        perror("a file in memory");
        exit(2);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    text_printf(&text, "# 1 \"%s\"\n# 1 \"prelude.h\" 1\n%s\n# 1 \"%s\" 2\n%s", path, prelude, path,
                input);
    bool is_emitted = compile_text(path, text.data, length % WAYS);
    text_free(&text);
    close(file);
    return is_emitted;
}
