/* What --help and --dump=help print, made from the tables of options and passes. */
#include <string.h>

#include "option_table.h"
#include "options.h"

static const char *const pass_descriptions[PASS_COUNT] = {
#define X(id, name, description) [id] = description,
    PASS_TABLE(X)
#undef X
};

enum { DESCRIPTION_COLUMN = 28, LINE_WIDTH = 96 };

/* Prints the words from DESCRIPTION_COLUMN on, broken into lines; `column` is where we are. */
static void print_description(FILE *out, int column, const char *words)
{
    if (column >= DESCRIPTION_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", DESCRIPTION_COLUMN - column, "");
    column = DESCRIPTION_COLUMN;
    while (*words) {
        int length = (int)strcspn(words, " ");
        if (column > DESCRIPTION_COLUMN && column + 1 + length > LINE_WIDTH) {
            fprintf(out, "\n%*s", DESCRIPTION_COLUMN, "");
            column = DESCRIPTION_COLUMN;
        }
        bool is_first = column == DESCRIPTION_COLUMN;
        column += fprintf(out, "%s%.*s", is_first ? "" : " ", length, words);
        words += length;
        words += *words == ' ';
    }
    fputc('\n', out);
}

void options_print_passes(FILE *out)
{
    for (int i = 0; i < PASS_COUNT; i++)
        print_description(out, fprintf(out, "  %s", pass_names[i]), pass_descriptions[i]);
}

void options_print_help(FILE *out)
{
    fputs("Usage: asyncc [options] file.ac -o file.c\n\n"
          "Compiles C with async and await to plain C. @FILE reads options from a file.\n\n"
          "Options:\n",
          out);
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (!option->value)
            continue;
        const char *gap = *option->value && option->form != JOINED ? " " : "";
        int column = fprintf(out, "  %s%s%s", option->name, gap, option->value);
        print_description(out, column, option->description);
    }
    fputs("\nPasses, for --dump=PASS:\n", out);
    options_print_passes(out);
}
