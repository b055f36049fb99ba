/* Random statements. Every loop ends after a few rounds by a counter of its own, and every
 * variable has a value before it can be read, also where a jump leads past its declaration. */
#include <stdio.h>
#include <string.h>

#include "generate.h"

/* The macro that takes an event of this function into the checksum. */
static const char *event(const struct body *b)
{
    return b->function->simple ? "S" : "T";
}

/* --- declarations */

static char *initialiser(struct body *b, enum kind kind, int depth)
{
    return is_arithmetic(kind) || kind == KIND_COMPLEX || chance(50)
               ? value_of(b, kind, MODE_FREE, depth)
               : braces(b, kind, 0, MODE_FREE, depth);
}

static enum kind any_kind(void)
{
    return chance(50) ? (enum kind)random_below(KIND_ENUM) : (enum kind)random_below(KIND_COUNT);
}

static void array(struct body *b)
{
    enum kind kind = any_kind();
    char *name = new_name(b);
    int length = 2 + (int)random_below(3);
    if (chance(20)) {
        line(b, "%s %s[2][%d] = {%s, %s};", kind_names[kind], name, length,
             braces(b, kind, length, MODE_PURE, 1), braces(b, kind, length, MODE_PURE, 1));
        struct variable *v = declare(b, kind, name);
        v->rows = 2;
        v->length = length;
        return;
    }
    if (chance(15)) {
        line(b, "char %s[] = \"%s\";", name, chance(50) ? "abc" : "xyz");
        declare(b, KIND_SCHAR, name)->length = 4;
        return;
    }
    line(b, "%s%s %s[%d] = %s;", chance(20) ? "volatile " : "", kind_names[kind], name, length,
         braces(b, kind, length, MODE_FREE, 2));
    declare(b, kind, name)->length = length;
}

static void pointer(struct body *b)
{
    for (int tries = 0; tries < 8; tries++) {
        int i = b->variable_count ? (int)random_below((uint64_t)b->variable_count) : 0;
        struct variable v = b->variables[i];
        if (i >= b->variable_count || v.steady || v.constant || v.is_register || v.length ||
            v.pointer || (v.global && b->function->simple))
            continue;
        if (is_hidden(b, i))
            continue;
        char *name = new_name(b);
        line(b, "__typeof__(%s) *%s = &%s;", v.name, !strcmp(name, v.name) ? "alias" : name,
             v.name);
        declare(b, v.kind, !strcmp(name, v.name) ? "alias" : name)->pointer = true;
        return;
    }
    char *name = new_name(b);
    line(b, "long *%s = &(long){%s};", name, integer(b, MODE_FREE, 2));
    declare(b, KIND_LONG, name)->pointer = true;
}

static void scalar(struct body *b)
{
    static const char *const qualifiers[] = {"",       "",          "",          "",
                                             "const ", "volatile ", "register ", "_Atomic "};
    uint64_t qualifier = random_below(8);
    enum kind kind = any_kind();
    if (qualifier == 7)
        kind = (enum kind)(KIND_INT + random_below(4));
    if (qualifier == 6 && !is_arithmetic(kind))
        qualifier = 0;
    char *name = new_name(b);
    line(b, "%s%s %s = %s;", qualifiers[qualifier], kind_names[kind], name,
         initialiser(b, kind, 3));
    struct variable *v = declare(b, kind, name);
    v->steady = qualifier == 7 || chance(50); /* clang takes no atomic `x += 1` as an operand */
    v->constant = qualifier == 4;
    v->is_register = qualifier >= 4;
}

static void several(struct body *b)
{
    char *first = new_name(b);
    line(b, "int %s = %s, *p_%d = &%s;", first, integer(b, MODE_FREE, 2), fresh(), first);
    declare(b, KIND_INT, first);
}

static void local_type(struct body *b)
{
    int number = fresh();
    switch (random_below(4)) {
    case 0:
        line(b, "struct local_%d { int x; long y[2]; unsigned z : 3; } l_%d = {%s, {1, %s}, 2};",
             number, number, integer(b, MODE_QUIET, 2), integer(b, MODE_QUIET, 2));
        line(b, "l_%d.z += %s;", number, integer(b, MODE_PURE, 2));
        line(b, "%s(l_%d.x + l_%d.y[%s & 1] + l_%d.z);", event(b), number, number,
             "(CALL pass_int(1))", number);
        break;
    case 1:
        line(b, "enum { FIRST_%d = %d, SECOND_%d };", number, (int)random_below(9), number);
        line(b, "%s(FIRST_%d + (%s));", event(b), number, integer(b, MODE_FREE, 2));
        line(b, "%s(SECOND_%d);", event(b), number);
        break;
    case 2:
        line(b, "typedef unsigned short word_%d;", number);
        line(b, "word_%d w_%d = %s;", number, number, integer(b, MODE_FREE, 2));
        line(b, "%s(CALL pass_int(w_%d) + (word_%d)(%s));", event(b), number, number,
             integer(b, MODE_FREE, 1));
        break;
    default:
        line(b, "_Alignas(64) char buffer_%d[3] = {1, 2, %s};", number, integer(b, MODE_FREE, 2));
        line(b, "%s(((unsigned long)buffer_%d & 63) + buffer_%d[CALL pass_int(2)]);", event(b),
             number, number);
        break;
    }
}

static void static_local(struct body *b)
{
    if (b->function->simple)
        return;
    char *name = new_name(b);
    line(b, "static %sint %s = %d;", chance(20) ? "_Thread_local " : "", name,
         (int)random_below(100));
    declare(b, KIND_INT, name)->global = true;
}

void declaration(struct body *b)
{
    switch (random_below(11)) {
    case 10:
        bare_declaration(b);
        break;
    case 0:
    case 1:
        array(b);
        break;
    case 2:
        pointer(b);
        break;
    case 3:
        several(b);
        break;
    case 4:
        static_local(b);
        break;
    case 5: {
        char *name = new_name(b);
        bool inferred = chance(50);
        if (inferred)
            line(b, "__auto_type %s = (%s) + 0;", name, integer(b, MODE_FREE, 3));
        else
            line(b, "__typeof__((%s) + 0ul) %s = %s;", integer(b, MODE_QUIET, 2), name,
                 integer(b, MODE_FREE, 2));
        declare(b, KIND_ULONG, name)->is_register = true;
        break;
    }
    default:
        scalar(b);
    }
}

/* --- blocks */

struct mark { /* what a block restores at its end */
    int variables, scope, loops, switches;
};

static struct mark open_scope(struct body *b)
{
    struct mark mark = {b->variable_count, b->scope, b->loops, b->switches};
    b->scope = b->variable_count;
    b->indent++;
    b->nesting++;
    return mark;
}

static void close_scope(struct body *b, struct mark mark)
{
    b->variable_count = mark.variables;
    b->scope = mark.scope;
    b->loops = mark.loops;
    b->switches = mark.switches;
    b->indent--;
    b->nesting--;
}

void block(struct body *b, int count)
{
    line(b, "{");
    struct mark mark = open_scope(b);
    statements(b, count);
    close_scope(b, mark);
    line(b, "}");
}

/* An array whose size is evaluated here, in a block of its own, for no label may stand behind it
 * that is jumped to from before. Computed gotos, which may go to any label, do not meet such
 * arrays. */
static void variable_array(struct body *b)
{
    int n = fresh();
    enum kind kind = (enum kind)random_below(KIND_WIDE);
    if (b->has_computed || b->nesting > 4)
        return;
    b->has_array = true;
    line(b, "{");
    struct mark mark = open_scope(b);
    char *size = integer(b, MODE_FREE, 2);
    if (chance(30))
        line(b, "typedef %s row_%d[2 + fold_integer(%s) %% 3]; row_%d a_%d;", kind_names[kind], n,
             size, n, n);
    else
        line(b, "%s a_%d[2 + fold_integer(%s) %% 3];", kind_names[kind], n, size);
    line(b, "for (unsigned z_%d = 0; z_%d < sizeof a_%d / sizeof *a_%d; z_%d++)", n, n, n, n, n);
    line(b, "    a_%d[z_%d] = z_%d;", n, n, n);
    declare(b, kind, text("a_%d", n))->length = 2;
    if (chance(40)) {
        line(b, "%s (*p_%d)[sizeof a_%d / sizeof *a_%d] = &a_%d;", kind_names[kind], n, n, n, n);
        line(b, "PAUSE;");
        line(b, "(*p_%d)[1] = %s;", n, integer(b, MODE_QUIET, 2));
        line(b, "%s(sizeof *p_%d);", event(b), n);
    }
    statements(b, 1 + (int)random_below(3));
    line(b, "%s(sizeof a_%d + a_%d[sizeof a_%d / sizeof *a_%d - 1]);", event(b), n, n, n, n);
    close_scope(b, mark);
    line(b, "}");
}

static int few(void)
{
    return 1 + (int)random_below(3);
}

/* One statement that leaves a trace. */
static void trace(struct body *b, int depth)
{
    if (chance(30))
        line(b, "%s;", bare_statement(b, true));
    else
        line(b, "%s((%s));", event(b), integer(b, MODE_FREE, depth));
}

/* Where a statement may stand without braces. */
static void inner_trace(struct body *b)
{
    b->indent++;
    trace(b, 2);
    b->indent--;
}

/* --- branches */

static void if_statement(struct body *b)
{
    line(b, "if (%s)", integer(b, MODE_FREE, 3));
    if (chance(20))
        inner_trace(b);
    else if (chance(10))
        line(b, "    (%s) %s (%s);", integer(b, MODE_FREE, 2), chance(50) ? "&&" : "||",
             integer(b, MODE_FREE, 2));
    else
        block(b, few());
    if (chance(20)) {
        line(b, "else if (%s)", integer(b, MODE_FREE, 2));
        block(b, few());
    }
    if (chance(50)) {
        line(b, "else");
        if (chance(20))
            inner_trace(b);
        else
            block(b, few());
    }
}

static void switch_statement(struct body *b)
{
    uint64_t other = random_below(6);
    line(b, "switch ((int)((%s) & 7)) {", integer(b, MODE_FREE, 3));
    struct mark mark = open_scope(b);
    b->switches++;
    for (uint64_t i = 0; i < 5; i++) {
        if (i == other)
            line(b, "default:");
        if (i == 2 && chance(30))
            line(b, "case 5 ... 7:");
        line(b, "case %d:", (int)i);
        if (chance(30))
            continue;
        if (chance(60))
            block(b, few());
        else
            trace(b, 3);
        if (chance(50))
            line(b, "break;");
    }
    line(b, "    ;");
    close_scope(b, mark);
    line(b, "}");
}

/* A loop whose body a switch jumps into, at one of four places. */
static void duff(struct body *b)
{
    int n = fresh();
    line(b, "int n_%d = 2;", n);
    line(b, "switch ((int)((%s) & 3)) {", integer(b, MODE_FREE, 2));
    struct mark mark = open_scope(b);
    long times = b->times;
    b->times *= 3;
    b->loops++;
    line(b, "case 0: do {");
    b->indent++;
    for (int i = 1; i < 4; i++) {
        trace(b, 2);
        if (chance(40))
            block(b, 1);
        if (chance(30))
            line(b, "if (%s) {", integer(b, MODE_FREE, 2));
        else
            line(b, "{");
        line(b, "case %d:", i);
        trace(b, 2);
        line(b, "}");
    }
    b->indent--;
    line(b, "} while (n_%d-- > 0);", n);
    b->times = times;
    close_scope(b, mark);
    line(b, "}");
}

/* --- loops */

static void loop_body(struct body *b)
{
    long times = b->times;
    b->times *= 3;
    b->loops++;
    if (chance(15))
        inner_trace(b);
    else
        block(b, few());
    b->loops--;
    b->times = times;
}

static void for_statement(struct body *b, int n)
{
    switch (random_below(4)) {
    case 0:
        line(b, "for (int n_%d = 0; n_%d < %d; n_%d++)", n, n, few(), n);
        break;
    case 1:
        line(b,
             "for (int n_%d = CALL pass_int(0); n_%d < CALL pass_int(%d); n_%d += CALL "
             "pass_int(1))",
             n, n, few(), n);
        break;
    case 2:
        b->times *= 4;
        line(b, "for (int n_%d = 0; n_%d++ < 2 && (%s);)", n, n, integer(b, MODE_FREE, 2));
        b->times /= 4;
        break;
    default:
        b->times *= 4;
        line(b, "for (int n_%d = 0, k_%d = %s; n_%d < 2; n_%d++, k_%d ^= %s)", n, n,
             integer(b, MODE_FREE, 2), n, n, n, integer(b, MODE_FREE, 2));
        b->times /= 4;
        break;
    }
    loop_body(b);
}

static void loop(struct body *b)
{
    int n = fresh();
    switch (random_below(4)) {
    case 0:
        line(b, "int n_%d = %d;", n, few());
        b->times *= 4;
        line(b, "while (n_%d-- > 0 && ((%s) | 1))", n, integer(b, MODE_FREE, 2));
        b->times /= 4;
        loop_body(b);
        break;
    case 1: {
        line(b, "int n_%d = %d;", n, few());
        line(b, "do");
        loop_body(b);
        b->times *= 4;
        char *test = integer(b, MODE_FREE, 2);
        b->times /= 4;
        line(b,
             chance(50) ? "while (n_%d-- > 0 && ((%s) & 1));"
                        : "while (CALL pass_int(n_%d--) > 0 || ((%s) & 0));",
             n, test);
        break;
    }
    default:
        for_statement(b, n);
        break;
    }
}

/* --- jumps */

/* A jump in the midst of an expression. */
static void jump_inside(struct body *b, const char *jump)
{
    char *test = integer(b, MODE_FREE, 2);
    line(b, "%s((int)({ if (%s) %s; %s; }));", event(b), test, jump, integer(b, MODE_FREE, 2));
}

static void skip_forward(struct body *b)
{
    int n = fresh();
    if (chance(40)) {
        jump_inside(b, text("goto l_%d", n));
    } else {
        line(b, "if (%s)", integer(b, MODE_FREE, 2));
        line(b, "    goto l_%d;", n);
    }
    block(b, few());
    line(b, "l_%d:", n);
    trace(b, 2);
}

static void jump_back(struct body *b)
{
    int n = fresh();
    long times = b->times;
    line(b, "int n_%d = 0;", n);
    line(b, "l_%d:", n);
    b->times *= 3;
    block(b, few());
    line(b, "if (n_%d++ < 2 && (%s))", n, integer(b, MODE_FREE, 2));
    line(b, "    goto l_%d;", n);
    b->times = times;
}

static void jump_out(struct body *b)
{
    int n = fresh();
    long times = b->times;
    line(b, "for (int i_%d = 0; i_%d < 2; i_%d++) {", n, n, n);
    struct mark mark = open_scope(b);
    b->times *= 6;
    b->loops++;
    trace(b, 2);
    line(b, "int k_%d = 3;", n);
    line(b, "while (k_%d-- > 0) {", n);
    b->indent++;
    line(b, "switch ((int)((%s) & 3)) {", integer(b, MODE_FREE, 2));
    line(b, "case 0: goto l_%d;", n);
    line(b, "case 1: %s(1); continue;", event(b));
    line(b, "default: %s(CALL pass_int(k_%d)); break;", event(b), n);
    line(b, "}");
    b->indent--;
    line(b, "}");
    b->times = times;
    close_scope(b, mark);
    line(b, "}");
    line(b, "l_%d:;", n);
}

static void jump_in(struct body *b)
{
    int n = fresh();
    enum kind kind = (enum kind)random_below(KIND_ENUM);
    line(b, "int n_%d = 0;", n);
    line(b, "if (%s)", integer(b, MODE_FREE, 2));
    line(b, "    goto l_%d;", n);
    line(b, chance(50) ? "while (n_%d++ < 2) {" : "if (CALL pass_int(n_%d) == 0) {", n);
    struct mark mark = open_scope(b);
    long times = b->times;
    b->times *= 3;
    trace(b, 2);
    line(b, "%s v_%d = %s;", kind_names[kind], n, integer(b, MODE_FREE, 2));
    line(b, "%s(v_%d);", event(b), n);
    line(b, "l_%d:", n);
    line(b, "v_%d = %s;", n, integer(b, MODE_FREE, 2));
    line(b, "PAUSE;");
    declare(b, kind, text("v_%d", n));
    statements(b, few());
    line(b, "%s(v_%d);", event(b), n);
    b->times = times;
    close_scope(b, mark);
    line(b, "}");
}

static void computed(struct body *b)
{
    int n = fresh();
    if (b->has_array)
        return;
    b->has_computed = true;
    line(b, "{");
    struct mark mark = open_scope(b);
    line(b, "static void *const table_%d[] = {&&l_%d, &&m_%d, &&o_%d};", n, n, n, n);
    line(b, "int n_%d = 0;", n);
    line(b, "goto *table_%d[fold_integer(%s) %% 3];", n, integer(b, MODE_FREE, 2));
    line(b, "l_%d:", n);
    trace(b, 2);
    line(b, "m_%d:", n);
    trace(b, 2);
    line(b, "if (n_%d++ < 2)", n);
    line(b, "    goto *table_%d[CALL pass_int(n_%d)];", n, n);
    line(b, "o_%d:;", n);
    close_scope(b, mark);
    line(b, "}");
}

void return_value(struct body *b, const char *indent, int depth)
{
    char *before = chance(20) ? text("%s, ", integer(b, MODE_FREE, 1)) : text("%s", "");
    line(b, "%sreturn %s%s;", indent, before, value_of(b, b->function->result, MODE_FREE, depth));
}

static void jump(struct body *b)
{
    switch (random_below(8)) {
    case 0:
    case 1:
        skip_forward(b);
        break;
    case 2:
        jump_back(b);
        break;
    case 3:
        jump_out(b);
        break;
    case 4:
        jump_in(b);
        break;
    case 5:
        computed(b);
        break;
    case 6:
        if (b->loops && chance(40)) {
            jump_inside(b, chance(50) ? "break" : "continue");
        } else if (b->loops) {
            line(b, "if (%s)", integer(b, MODE_FREE, 2));
            line(b, chance(50) ? "    break;" : "    continue;");
        }
        break;
    default:
        if (b->nesting > 1 && b->may_return) {
            line(b, "if (((%s) & 3) == 1)", integer(b, MODE_FREE, 2));
            if (b->function->result == KIND_VOID)
                line(b, "    return;");
            else
                return_value(b, "    ", 2);
        }
        break;
    }
}

/* --- simple ones */

static void assign(struct body *b)
{
    static const char *const operators[] = {"=", "=", "=", "+=", "-=", "^=", "|="};
    enum kind kind;
    char *place = target(b, true, MODE_QUIET, &kind);
    if (!place)
        return;
    const char *operator= operators[random_below(is_integer(kind) ? 7 : 4)];
    enum mode mode = *operator== '=' ? MODE_FREE : MODE_PURE;
    if (chance(10))
        place = text("_Generic(0, int: %s)", place);
    line(b, "%s %s %s;", place, operator, value_of(b, kind, mode, 3));
}

static bool is_structure(enum kind kind)
{
    return kind >= KIND_PAIR && kind <= KIND_NEST;
}

static void assign_structure(struct body *b)
{
    for (int i = b->variable_count; i-- > b->writable;) {
        struct variable v = b->variables[i];
        if (!is_structure(v.kind) || v.constant || v.pointer || v.length || is_hidden(b, i) ||
            (v.global && b->function->simple))
            continue;
        line(b, "%s = %s;", v.name, structure(b, v.kind, MODE_FREE, 3));
        return;
    }
}

static bool is_any(enum kind kind)
{
    (void)kind;
    return true;
}

static void expression_statement(struct body *b)
{
    enum kind kind;
    char *value = call(b, MODE_FREE, 2, is_any, &kind);
    if (value && chance(60)) {
        line(b, "%s%s;", chance(50) ? "(void)" : "", value);
        return;
    }
    value = integer(b, MODE_FREE, 3);
    switch (random_below(4)) {
    case 0:
        line(b, "(%s) ? (void)(%s) : (void)0;", value, integer(b, MODE_FREE, 2));
        break;
    case 1:
        line(b, "(void)((%s) && (%s));", value, integer(b, MODE_FREE, 2));
        break;
    case 2:
        line(b, "(void)({ if (%s) { PAUSE; } else { %s; } });", value, integer(b, MODE_FREE, 2));
        break;
    default:
        line(b, "(void)(%s);", value);
        break;
    }
}

static void odd(struct body *b)
{
    switch (random_below(5)) {
    case 0:
        line(b, "__asm__ volatile(\"\" : : \"r\"((int)(%s)) : \"memory\");",
             integer(b, MODE_FREE, 2));
        break;
    case 1:
        line(b, "%s(__func__[(%s) & 1]);", event(b), integer(b, MODE_FREE, 2));
        break;
    case 2:
        line(b, ";");
        break;
    case 3:
        line(b, "_Static_assert(sizeof(int) == 4, \"int\");");
        break;
    default:
        line(b, "%s(memcmp(\"%s\", \"abd\", (%s) & 3) > 0);", event(b), chance(50) ? "abc" : "abe",
             integer(b, MODE_FREE, 2));
        break;
    }
}

static void nested(struct body *b)
{
    switch (random_below(8)) {
    case 7:
        variable_array(b);
        break;
    case 0:
        if_statement(b);
        break;
    case 1:
        switch_statement(b);
        break;
    case 2:
    case 3:
        loop(b);
        break;
    case 4:
        jump(b);
        break;
    case 5:
        block(b, few());
        break;
    default:
        if (b->nesting < 3)
            duff(b);
        break;
    }
}

static void statement(struct body *b)
{
    if (b->nesting < 5 && b->statements < 45 && chance(35)) {
        nested(b);
        return;
    }
    switch (random_below(13)) {
    case 12:
        line(b, "%s;", bare_statement(b, true));
        break;
    case 0:
    case 1:
        trace(b, 4);
        break;
    case 2:
    case 3:
        assign(b);
        break;
    case 4:
    case 5:
    case 6:
        declaration(b);
        break;
    case 7:
        assign_structure(b);
        break;
    case 8:
        local_type(b);
        break;
    case 9:
        odd(b);
        break;
    case 10:
        line(b, "PAUSE;");
        break;
    default:
        expression_statement(b);
        break;
    }
}

void statements(struct body *b, int count)
{
    for (int i = 0; i < count; i++) {
        b->statements++;
        statement(b);
    }
}
