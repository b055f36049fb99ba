/* asyncc, the command: options in, exit status out. Everything else is in the library. */
#include <stdio.h>

#include "diagnostic.h"
#include "driver.h"
#include "options.h"
#include "support/arena.h"

/* What --help, --version and --dump=help print; false if it could not be written. */
static bool print_information(const struct options *options)
{
    if (options->help)
        options_print_help(stdout);
    else if (options->version)
        puts("asyncc " ASYNCC_VERSION);
    else
        options_print_passes(stdout);
    return fflush(stdout) == 0;
}

int main(int count, char **arguments)
{
    struct arena *arena = arena_new();
    struct diagnostics *diagnostics = diagnostics_new(arena);
    struct options options;
    setvbuf(stderr, NULL, _IOLBF, BUFSIZ); /* or each blank before a caret is written on its own */
    bool ok = options_parse(&options, arena, diagnostics, count - 1, arguments + 1);
    if (ok && (options.help || options.version || options.dump_help)) {
        ok = print_information(&options);
        if (!ok)
            report_failure(diagnostics, "cannot write to the standard output");
        options.json = false;
        diagnostics_set_format(diagnostics, DIAGNOSTIC_TEXT, COLOR_AUTO);
    } else if (ok) {
        ok = compile(&options, arena, diagnostics);
    }
    diagnostics_flush(diagnostics, stderr);
    arena_free(arena);
    return ok ? 0 : 1;
}
