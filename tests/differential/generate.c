/* Writes a random C program, which is an asyncc program too (program.h).
 *
 *     generate SEED >program.ac
 *
 * A program is a row of functions, each of which calls earlier ones, and perhaps itself; main calls
 * each several times and prints the checksums. expression.c, statement.c and bare.c write what is
 * inside; ways.c writes functions about ways out of blocks, in both languages (twice.h). generate.h
 * says how programs without undefined behaviour come about. */
#include "generate.h"
#include "twice.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct function functions[MOST_FUNCTIONS];
int function_count;

const char *const kind_names[KIND_COUNT + 1] = {
    "_Bool",           "signed char", "unsigned char", "short",
    "unsigned short",  "int",         "unsigned",      "long",
    "unsigned long",   "long long",   "wide",          "unsigned_wide",
    "enum color",      "float",       "double",        "long double",
    "_Complex double", "struct pair", "struct bits",   "union word",
    "struct nest",     "void"};

static uint64_t random_state;
static int fresh_count;

/* Texts live until the program is written. */
struct chunk {
    struct chunk *next;
    char text[];
};
static struct chunk *chunks;

uint64_t random_below(uint64_t count)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % count;
}

bool chance(int percent)
{
    return random_below(100) < (uint64_t)percent;
}

int fresh(void)
{
    return ++fresh_count;
}

char *text(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t size = (size_t)vsnprintf(NULL, 0, format, arguments) + 1;
    struct chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        abort();
    vsnprintf(chunk->text, size, format, again);
    va_end(again);
    va_end(arguments);
    chunk->next = chunks;
    chunks = chunk;
    return chunk->text;
}

/* Whether it has lines of its own, or asks for the number of its line. */
static bool is_laid_out(const char *line)
{
    return strchr(line, '#') || strstr(line, "T(") || strstr(line, "S(") || strstr(line, "//");
}

void put_line(FILE *file, int indent, const char *line)
{
    bool keeps = is_laid_out(line);
    char quote = '\0';
    fprintf(file, "%*s", indent * 4, "");
    for (const char *c = line; *c; c++) {
        if (*c == '\\' && c[1])
            putc(*c++, file);
        else if (*c == quote)
            quote = '\0';
        else if (!quote && (*c == '"' || *c == '\''))
            quote = *c;
        putc(*c, file);
        if (*c != ' ' || quote || keeps || !chance(10))
            continue;
        fputs(chance(50) ? "\n" : chance(50) ? "/* between { */ " : "// } behind\n", file);
    }
    putc('\n', file);
}

void line(struct body *b, const char *format, ...)
{
    va_list arguments;
    char *line = NULL;
    va_start(arguments, format);
    if (vasprintf(&line, format, arguments) < 0)
        abort();
    va_end(arguments);
    put_line(stdout, b->indent, line);
    free(line);
}

/* --- variables */

static struct variable *push(struct body *b)
{
    if (b->variable_count == MOST_VARIABLES)
        abort();
    return &b->variables[b->variable_count++];
}

struct variable *declare(struct body *b, enum kind kind, char *name)
{
    struct variable *last = b->variable_count ? &b->variables[b->variable_count - 1] : NULL;
    struct variable *v = last && last->pending ? last : push(b);
    *v = (struct variable){.name = name, .kind = kind};
    return v;
}

/* Often a name that an outer block has too, or that generated code would like to use. */
static char *choose_name(const struct body *b)
{
    static char *const names[] = {"a",       "b",       "c",     "d",      "self",
                                  "base",    "result",  "state", "caller", "frame",
                                  "value_1", "value_2", "item",  "count"};
    char *name = names[random_below(14)];
    for (int i = b->scope; i < b->variable_count; i++)
        if (!strcmp(b->variables[i].name, name))
            return text("v_%d", fresh());
    return name;
}

char *new_name(struct body *b)
{
    char *name = choose_name(b);
    *push(b) = (struct variable){.name = name, .kind = KIND_VOID, .pending = true};
    return name;
}

/* --- functions */

static enum kind any_result(void)
{
    return chance(60) ? (enum kind)(KIND_INT + random_below(4))
                      : (enum kind)random_below(KIND_COUNT + 1);
}

static void describe(struct function *f, int number)
{
    *f = (struct function){.name = text("f%d", number), .simple = chance(45)};
    f->result = f->simple && chance(90) ? (enum kind)random_below(KIND_COUNT) : any_result();
    f->parameter_count = (int)random_below(MOST_PARAMETERS);
    for (int i = 0; i < f->parameter_count; i++) {
        f->parameters[i] =
            chance(60) ? (enum kind)random_below(KIND_ENUM) : (enum kind)random_below(KIND_COUNT);
        f->by_pointer[i] = !f->simple && f->parameters[i] != KIND_COMPLEX && chance(25);
    }
    f->cost = 2;
}

static void print_head(const struct function *f, bool recursive)
{
    printf("static FN %s %s(", kind_names[f->result], f->name);
    if (recursive)
        printf("int depth%s", f->parameter_count ? ", " : "");
    for (int i = 0; i < f->parameter_count; i++)
        printf("%s%s%sp%d", i ? ", " : "", kind_names[f->parameters[i]],
               f->by_pointer[i] ? " *" : " ", i);
    printf("%s)", f->parameter_count || recursive ? "" : "void");
}

static void print_return(struct body *b)
{
    if (b->function->result != KIND_VOID)
        return_value(b, "", 3);
}

void globals(struct body *b)
{
    static char *const names[] = {"g0", "g1", "g2", "g3", "g4", "g5", "g6"};
    static const enum kind kinds[] = {KIND_INT,  KIND_ULONG, KIND_NEST, KIND_SHORT,
                                      KIND_BITS, KIND_INT,   KIND_LONG};
    for (int i = 0; i < 7; i++) {
        struct variable *v = declare(b, kinds[i], names[i]);
        v->global = true;
        v->length = i == 3 ? 4 : 0;
        v->constant = i == 5;
        v->is_register = i == 6 || i == 5;
    }
}

static void print_globals(void)
{
    puts("#include \"program.h\"\n\nstatic int g0 = 1;\nstatic unsigned long g1 = 2;\n"
         "static struct nest g2;\nstatic short g3[4] = {4, 5};\nstatic struct bits g4;\n"
         "static const int g5 = 17;\nstatic volatile long g6 = 3;\n");
}

static void print_function(struct function *f)
{
    struct body body = {.function = f, .times = 1, .indent = 1, .may_return = true};
    struct body *b = &body;
    bool recursive = !f->simple && chance(20) && function_count > 1;
    globals(b);
    b->scope = b->variable_count;
    for (int i = 0; i < f->parameter_count; i++) {
        struct variable *v = declare(b, f->parameters[i], text("p%d", i));
        v->pointer = f->by_pointer[i];
        v->steady = !v->pointer && chance(50);
    }
    if (recursive) /* the function proper, called once more or twice */
        puts("/* calls itself */");
    print_head(f, recursive);
    puts("\n{");
    if (recursive)
        line(b, "T(depth > 0 ? ((void)(CALL %s(depth - 1%s%s)), depth) : CALL pass_int(depth));",
             f->name, f->parameter_count ? ", " : "",
             f->parameter_count == 0   ? ""
             : f->parameter_count == 1 ? "p0"
             : f->parameter_count == 2 ? "p0, p1"
             : f->parameter_count == 3 ? "p0, p1, p2"
                                       : "p0, p1, p2, p3");
    statements(b, 4 + (int)random_below(10));
    print_return(b);
    puts("}\n");
    if (recursive) {
        char *inner = f->name;
        f->name = text("%s_outer", inner);
        f->cost *= 3;
        print_head(f, false);
        printf("\n{\n    %sCALL %s(%d", f->result == KIND_VOID ? "" : "return ", inner,
               (int)random_below(3));
        for (int i = 0; i < f->parameter_count; i++)
            printf(", p%d", i);
        puts(");\n}\n");
    }
}

static void print_main(void)
{
    struct function self = {.name = "main", .result = KIND_INT};
    struct body body = {.function = &self, .times = 1, .indent = 1};
    struct body *b = &body;
    globals(b);
    b->scope = b->variable_count;
    puts("FN int main(void)\n{");
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < function_count; i++) {
            self.cost = COST_LIMIT; /* only this call */
            char *value = call_of(b, &functions[i], MODE_FREE, 2);
            line(b, is_integer(functions[i].result) ? "T(%s);" : "(void)%s;", value);
            line(b, "printf(\"%d %%lx %%lx\\n\", trace_state, sum_state);", i);
        }
    puts("    DRAIN;\n    printf(\"%lx\\n\", left_state);\n    return 0;\n}");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: generate SEED >program.ac\n", stderr);
        return 2;
    }
    random_state = strtoull(argv[1], NULL, 10) * 0xd1342543de82ef95 + 1;
    print_globals();
    int count = 4 + (int)random_below(7);
    bool ways = chance(60);
    if (ways)
        count = 1 + (int)random_below(4);
    for (int i = 0; i < count; i++) {
        struct function f;
        for (int more = ways ? 1 + (int)random_below(3) : 0; more > 0; more--)
            write_ways(fresh());
        describe(&f, i);
        print_function(&f);
        functions[function_count++] = f;
    }
    print_main();
    while (chunks) {
        struct chunk *next = chunks->next;
        free(chunks);
        chunks = next;
    }
    return 0;
}
