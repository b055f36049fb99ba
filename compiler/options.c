/* The command line: reads the arguments by the table of options (option_table.c), performs each,
 * and in the end fills in what was not said. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "dependencies.h"
#include "diagnostic.h"
#include "file.h"
#include "option_table.h"
#include "response.h"
#include "support/arena.h"
#include "support/text.h"

const char *const pass_names[PASS_COUNT] = {
#define X(id, name, description) [id] = name,
    PASS_TABLE(X)
#undef X
};

/* What is known while arguments are read. */
struct parser {
    struct options *options;
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct arguments arguments;
    size_t next;             /* argument to be read */
    struct text targets;     /* of -MT and -MQ */
    const char *extra_input; /* a second one */
    enum diagnostic_color color;
};

/* --- what options do */

static void pass_on(struct parser *parser, const char *argument)
{
    struct options *options = parser->options;
    options->preprocessor =
        arena_grow(parser->arena, options->preprocessor, options->preprocessor_count,
                   &options->preprocessor_capacity, sizeof *options->preprocessor);
    options->preprocessor[options->preprocessor_count++] = argument;
}

static void set_format(struct parser *parser)
{
    diagnostics_set_format(parser->diagnostics,
                           parser->options->json ? DIAGNOSTIC_JSON : DIAGNOSTIC_TEXT,
                           parser->color);
}

static bool refuse_value(struct parser *parser, const char *option, const char *value,
                         const char *wanted)
{
    report_failure(parser->diagnostics, "'%s' is no value for %s: use %s", value, option, wanted);
    return false;
}

static bool set_message_format(struct parser *parser, const char *value)
{
    if (strcmp(value, "json") != 0 && strcmp(value, "text") != 0)
        return refuse_value(parser, "-fdiagnostics-format", value, "text or json");
    parser->options->json = strcmp(value, "json") == 0;
    set_format(parser);
    return true;
}

/* The preprocessor's own messages are coloured alike. */
static bool set_color(struct parser *parser, const char *value)
{
    static const char *const names[] = {
        [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value, names[i]) != 0)
            continue;
        parser->color = (enum diagnostic_color)i;
        set_format(parser);
        pass_on(parser, arena_format(parser->arena, "-fdiagnostics-color=%s", value));
        return true;
    }
    return refuse_value(parser, "-fdiagnostics-color", value, "auto, always or never");
}

static bool set_dump(struct parser *parser, const char *value)
{
    if (strcmp(value, "help") == 0)
        return parser->options->dump_help = true;
    for (int i = 0; i < PASS_COUNT; i++) {
        if (strcmp(value, pass_names[i]) != 0)
            continue;
        parser->options->dump = (enum pass)i;
        return true;
    }
    report_failure(parser->diagnostics, "there is no pass '%s'; --dump=help lists them", value);
    return false;
}

static bool set_frame_size(struct parser *parser, const char *value)
{
    char *end;
    parser->options->frame_size = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end)
        return refuse_value(parser, "-Wframe-size", value, "a number of bytes");
    return diagnostics_set_warning(parser->diagnostics, "-Wframe-size");
}

/* Warnings of asyncc's own are unknown to the C compiler; -w and -Werror are for both. */
static bool set_warning(struct parser *parser, const char *argument)
{
    if (strcmp(argument, "-Wframe-size") == 0)
        return refuse_value(parser, "-Wframe-size", "", "-Wframe-size=N, a number of bytes");
    bool is_own = diagnostics_set_warning(parser->diagnostics, argument);
    bool is_general = strcmp(argument, "-w") == 0 || strcmp(argument, "-Werror") == 0 ||
                      strcmp(argument, "-Wno-error") == 0;
    if (!is_own || is_general)
        pass_on(parser, argument);
    return true;
}

static void add_target(struct parser *parser, const char *target, bool quote)
{
    if (parser->targets.length)
        text_put(&parser->targets, ' ');
    if (quote)
        dependencies_quote(&parser->targets, target);
    else
        text_puts(&parser->targets, target);
}

static bool check_language(struct parser *parser, const char *value)
{
    if (strcmp(value, "c") != 0 && strcmp(value, "ac") != 0 && strcmp(value, "none") != 0)
        return refuse_value(parser, "-x", value, "c");
    return true;
}

/* `argument` is as given; `value` what belongs to it, and `is_next` if that is an argument itself.
 */
static bool perform(struct parser *parser, const struct option *option, const char *argument,
                    const char *value, bool is_next)
{
    struct options *options = parser->options;
    switch (option->action) {
    case DO_OUTPUT:
        options->output_given = value;
        break;
    case DO_COMPILER:
        options->compiler = value;
        break;
    case DO_PASS:
        pass_on(parser, argument);
        if (is_next)
            pass_on(parser, value);
        break;
    case DO_IGNORE:
        break;
    case DO_REFUSE:
        report_failure(parser->diagnostics, "there is no option '%s' here: %s", argument,
                       option->description);
        return false;
    case DO_FRAME_SIZE:
        return set_frame_size(parser, value);
    case DO_WARNING:
        return set_warning(parser, argument);
    case DO_DEPENDENCIES:
        options->dependencies.system_headers = true;
        options->dependencies.wanted = true;
        break;
    case DO_USER_DEPENDENCIES:
        options->dependencies.wanted = true;
        break;
    case DO_DEPENDENCY_FILE:
        options->dependencies.file = value;
        break;
    case DO_TARGET:
    case DO_QUOTED_TARGET:
        add_target(parser, value, option->action == DO_QUOTED_TARGET);
        break;
    case DO_PHONY:
        options->dependencies.phony = true;
        break;
    case DO_NO_LINE:
        options->no_line = true;
        break;
    case DO_SELF_CONTAINED:
        options->self_contained = true;
        break;
    case DO_HEADER:
        options->header = true;
        break;
    case DO_SYNTAX_ONLY:
        options->syntax_only = true;
        break;
    case DO_FORMAT:
        return set_message_format(parser, value);
    case DO_COLOR:
        return set_color(parser, value);
    case DO_COLOR_ON:
        return set_color(parser, "always");
    case DO_COLOR_OFF:
        return set_color(parser, "never");
    case DO_DUMP:
        return set_dump(parser, value);
    case DO_FRAMES:
        options->frames = true;
        break;
    case DO_VERBOSE:
        options->verbose = true;
        break;
    case DO_VERSION:
        options->version = true;
        break;
    case DO_HELP:
        options->help = true;
        break;
    case DO_LANGUAGE:
        return check_language(parser, value);
    }
    return true;
}

/* --- reading */

static bool read_option(struct parser *parser, const char *argument)
{
    const struct option *option = option_find(argument);
    if (!option) {
        report_failure(parser->diagnostics, "unknown option '%s'; --help lists them", argument);
        return false;
    }
    const char *value = argument + strlen(option->name);
    bool is_next = option->form == SEPARATE || (option->form == EITHER && !*value);
    if (is_next) {
        if (parser->next == parser->arguments.count) {
            report_failure(parser->diagnostics, "'%s' wants an argument", argument);
            return false;
        }
        value = parser->arguments.items[parser->next++];
    }
    return perform(parser, option, argument, value, is_next);
}

static bool read_arguments(struct parser *parser)
{
    struct options *options = parser->options;
    while (parser->next < parser->arguments.count) {
        const char *argument = parser->arguments.items[parser->next++];
        if (argument[0] == '-' && argument[1]) {
            if (!read_option(parser, argument))
                return false;
        } else if (!options->input) {
            options->input = argument;
        } else if (!parser->extra_input) {
            parser->extra_input = argument;
        }
    }
    return true;
}

/* --- what is not said */

/* The name with another suffix; the folder is left out, as `cc -c` does, unless `keep_folder`. */
static const char *with_suffix(struct arena *arena, const char *path, const char *suffix,
                               bool keep_folder)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t length = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    const char *start = keep_folder ? path : name;
    return arena_format(arena, "%.*s%s", (int)(name + length - start), start, suffix);
}

static const char *default_output(const struct parser *parser)
{
    return with_suffix(parser->arena, parser->options->input, parser->options->header ? ".h" : ".c",
                       false);
}

static void complete_dependencies(struct parser *parser)
{
    struct options *options = parser->options;
    bool has_file = options->output_given && strcmp(options->output_given, "-") != 0;
    if (!options->dependencies.file)
        options->dependencies.file = with_suffix(
            parser->arena, has_file ? options->output_given : options->input, ".d", has_file);
    if (!parser->targets.length) {
        const char *target = has_file ? options->output_given : default_output(parser);
        dependencies_quote(&parser->targets, target);
    }
    options->dependencies.targets =
        arena_copy(parser->arena, parser->targets.data, parser->targets.length);
}

static bool complete(struct parser *parser)
{
    struct options *options = parser->options;
    if (options->help || options->version || options->dump_help)
        return true;
    const char *mistake = !options->input                    ? "no input file; --help tells more"
                          : strcmp(options->input, "-") == 0 ? "the input must be a file, not '-'"
                          : !*options->input                 ? "the name of the input is empty"
                                                             : NULL;
    if (mistake) {
        report_failure(parser->diagnostics, "%s", mistake);
        return false;
    }
    if (parser->extra_input) {
        report_failure(parser->diagnostics, "one input file at a time: '%s' and '%s' were given",
                       options->input, parser->extra_input);
        return false;
    }
    const char *from_environment = getenv("CC");
    if (!options->compiler || !*options->compiler)
        options->compiler = from_environment && *from_environment ? from_environment : "cc";
    options->output = options->output_given ? options->output_given : default_output(parser);
    if (options->dependencies.wanted)
        complete_dependencies(parser);
    bool writes = !options->syntax_only && (options->dump == PASS_NONE || options->output_given);
    if (writes && file_is_same(options->input, options->output)) {
        report_failure(parser->diagnostics, "the output '%s' would replace the input",
                       options->output);
        return false;
    }
    return true;
}

bool options_parse(struct options *options, struct arena *arena, struct diagnostics *diagnostics,
                   int count, char *const *arguments)
{
    *options = (struct options){.dump = PASS_NONE};
    struct parser parser = {.options = options, .arena = arena, .diagnostics = diagnostics};
    bool ok = response_expand(&parser.arguments, arena, diagnostics, (size_t)count, arguments) &&
              read_arguments(&parser) && complete(&parser);
    text_free(&parser.targets);
    return ok;
}
