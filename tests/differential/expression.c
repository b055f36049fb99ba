/* Random expressions. Each function picks one of the ways to write a value of the wanted kind and
 * fills its operands in, one level less deep, in the modes that generate.h describes. */
#include <stdio.h>
#include <string.h>

#include "generate.h"

bool is_integer(enum kind kind)
{
    return kind < KIND_FLOAT;
}

bool is_real(enum kind kind)
{
    return kind >= KIND_FLOAT && kind <= KIND_LDOUBLE;
}

bool is_arithmetic(enum kind kind)
{
    return kind <= KIND_LDOUBLE;
}

bool is_pair(enum kind kind)
{
    return kind == KIND_PAIR;
}

static bool is_bits(enum kind kind)
{
    return kind == KIND_BITS;
}

static bool is_nest(enum kind kind)
{
    return kind == KIND_NEST;
}

static bool is_union(enum kind kind)
{
    return kind == KIND_UNION;
}

static bool is_complex(enum kind kind)
{
    return kind == KIND_COMPLEX;
}

/* The modes of `count` operands whose order is open. */
static void split(enum mode mode, enum mode *modes, int count)
{
    int free = mode == MODE_FREE && chance(60) ? (int)random_below((uint64_t)count) : -1;
    for (int i = 0; i < count; i++) {
        if (mode == MODE_FREE)
            modes[i] = free < 0 ? MODE_PURE : i == free ? MODE_FREE : MODE_QUIET;
        else
            modes[i] = mode;
    }
}

/* --- variables and what is inside them */

static bool is_readable(const struct body *b, const struct variable *v, enum mode mode)
{
    if (b->function->simple && v->global && !v->constant)
        return false;
    return mode != MODE_QUIET || v->steady || v->constant;
}

bool is_hidden(const struct body *b, int index)
{
    if (b->variables[index].pending)
        return true;
    for (int i = index + 1; i < b->variable_count; i++)
        if (!strcmp(b->variables[i].name, b->variables[index].name))
            return true;
    return false;
}

static char *subscript(struct body *b, int length, enum mode mode)
{
    if (b->subscripts == 2) /* enough of them in one another */
        return text("%d", (int)random_below((uint64_t)length));
    b->subscripts++;
    char *index = integer(b, mode, chance(30) ? 2 : 0);
    b->subscripts--;
    return length == 3 ? text("fold_integer(%s) %% 3", index)
                       : text("(%s) & %d", index, length - 1);
}

/* From a value of a struct or union type to something arithmetic in it. */
static char *member(struct body *b, char *base, const char *dot, enum kind *kind, enum mode index)
{
    static const char *const bits[] = {"a", "b", "c", "d", "e"};
    static const char *const words[] = {"i", "u", "h[0]", "h[1]"};
    enum kind of = *kind;
    *kind = KIND_INT;
    switch (of) {
    case KIND_PAIR:
        return text("%s%s%s", base, dot, chance(50) ? "x" : "y");
    case KIND_BITS:
        return text("%s%s%s", base, dot, bits[random_below(5)]);
    case KIND_UNION:
        return text("%s%s%s", base, dot, words[random_below(2)]);
    default:
        break;
    }
    switch (random_below(7)) {
    case 0:
    case 1:
        return text("%s%sp[%s].%s", base, dot, subscript(b, 2, index), chance(50) ? "x" : "y");
    case 2:
        return text("%s%sbits.%s", base, dot, bits[random_below(5)]);
    case 3:
        return text("%s%slist[%s]", base, dot, subscript(b, 3, index));
    case 4:
        *kind = KIND_DOUBLE;
        return text("%s%sreal", base, dot);
    case 5:
        return text("%s%sw.%s", base, dot, words[random_below(2)]);
    default:
        return text("%s%s%s", base, dot, chance(50) ? "inner" : "color");
    }
}

static char *element(struct body *b, const struct variable *v, enum mode index)
{
    if (v->pointer)
        return text("(*%s)", v->name);
    if (v->rows)
        return text("%s[%s][%s]", v->name, subscript(b, v->rows, index),
                    subscript(b, v->length, index == MODE_FREE ? MODE_QUIET : index));
    if (v->length && chance(10))
        return text("(*(%s + (%s)))", v->name, subscript(b, v->length, index));
    return v->length ? text("%s[%s]", v->name, subscript(b, v->length, index))
                     : text("%s", v->name);
}

static char *path(struct body *b, const struct variable *v, enum mode index, enum kind *kind)
{
    enum mode inner = index == MODE_FREE ? MODE_QUIET : index;
    *kind = v->kind;
    if (is_arithmetic(v->kind))
        return element(b, v, index);
    if (v->kind == KIND_COMPLEX) {
        int subscripts = b->subscripts;
        b->subscripts = 2; /* gcc evaluates `__real__ a[f()] -= 1` twice */
        char *whole = element(b, v, index);
        b->subscripts = subscripts;
        *kind = KIND_DOUBLE;
        return text("(%s %s)", chance(50) ? "__real__" : "__imag__", whole);
    }
    if (v->pointer && chance(60))
        return member(b, v->name, "->", kind, index);
    if (!v->is_register && chance(10))
        return member(b, text("(&%s)", element(b, v, index)), "->", kind, inner);
    return member(b, element(b, v, v->length ? index : MODE_QUIET), ".", kind,
                  v->length ? inner : index);
}

const struct variable *pick(struct body *b, enum mode mode, bool (*wanted)(enum kind))
{
    int found[MOST_VARIABLES], count = 0;
    for (int i = 0; i < b->variable_count; i++)
        if (wanted(b->variables[i].kind) && is_readable(b, &b->variables[i], mode) &&
            !is_hidden(b, i))
            found[count++] = i;
    return count ? &b->variables[found[random_below((uint64_t)count)]] : NULL;
}

static bool has_scalar(enum kind kind)
{
    return kind != KIND_VOID;
}

char *target(struct body *b, bool steady, enum mode index, enum kind *kind)
{
    int found[MOST_VARIABLES], count = 0;
    for (int i = 0; i < b->variable_count; i++) {
        const struct variable *v = &b->variables[i];
        if (v->constant || is_hidden(b, i) || (b->function->simple && v->global))
            continue;
        if (v->steady && (!steady || i < b->writable || v->pointer))
            continue;
        found[count++] = i;
    }
    if (!count)
        return NULL;
    return path(b, &b->variables[found[random_below((uint64_t)count)]], index, kind);
}

/* --- leaves */

static char *constant(void)
{
    switch (random_below(8)) {
    case 0:
        return text("(-2147483647 - 1)");
    case 1:
        return text("%luul", (unsigned long)random_below(UINT64_MAX));
    case 2:
        return text("'%c'", (char)('a' + random_below(26)));
    case 3:
        return text("%s", chance(50) ? "BLUE" : "GREEN");
    case 4:
        return text("(short)%d", (int)random_below(100000));
    default:
        return text("%d", (int)random_below(10));
    }
}

static char *read_integer(struct body *b, enum mode mode)
{
    const struct variable *v = pick(b, mode, has_scalar);
    enum kind kind;
    if (!v)
        return constant();
    char *read = path(b, v, mode, &kind);
    return is_integer(kind) ? read : text("fold_real(%s)", read);
}

/* --- parts of integer expressions */

static char *binary(struct body *b, enum mode mode, int depth)
{
    static const char *const operators[] = {"+", "-", "*", "&", "|", "^", "<", ">=", "==", "!="};
    enum mode modes[2];
    split(mode, modes, 2);
    char *left = integer(b, modes[0], depth), *right = integer(b, modes[1], depth);
    switch (random_below(8)) {
    case 0:
        return text("(%s) %s (((%s) & 15) | 1)", left, chance(50) ? "/" : "%", right);
    case 1:
        return text("(unsigned long)(%s) << ((%s) & 31)", left, right);
    case 2:
        return text("(%s) >> ((%s) & 7)", left, right);
    default:
        return text("(%s) %s (%s)", left, operators[random_below(10)], right);
    }
}

static char *condition_of(struct body *b, enum mode mode, int depth)
{
    char *test = integer(b, mode, depth);
    if (chance(20))
        return text("(%s) ?: (%s)", test, integer(b, mode, depth));
    if (chance(20)) {
        char *first = integer(b, mode, depth), *second = integer(b, mode, depth);
        return text("(%s) ? (%s), (%s) : (%s)", test, first, second, integer(b, mode, depth));
    }
    return text("(%s) ? (%s) : (%s)", test, integer(b, mode, depth), integer(b, mode, depth));
}

/* Compilers disagree on the type of `unsigned bits : 5` behind ++. */
static bool is_bit_field(const char *place)
{
    const char *end = place + strlen(place);
    return end - place > 2 && (end[-2] == '.' || end[-2] == '>') && strchr("abcde", end[-1]);
}

static char *assignment(struct body *b, enum mode mode, int depth)
{
    static const char *const operators[] = {"=", "+=", "-=", "^=", "*=", "|=", "&="};
    enum kind kind;
    if (mode != MODE_FREE)
        return read_integer(b, mode);
    char *place = target(b, false, MODE_PURE, &kind);
    if (!place)
        return read_integer(b, mode);
    char *all;
    if (chance(40))
        all = chance(50) ? text("%s%s%s", is_bit_field(place) ? "(int)" : "", place,
                                chance(50) ? "++" : "--")
                         : text("%s%s", chance(50) ? "++" : "--", place);
    else if (is_integer(kind) && chance(15))
        all = text("%s %s ((%s) & 15) | 1", place,
                   chance(50) ? "/=" : "%=", integer(b, MODE_PURE, depth));
    else
        all = text("%s %s (%s)", place, operators[random_below(is_integer(kind) ? 7 : 3)],
                   integer(b, MODE_PURE, depth));
    return is_integer(kind) ? all : text("fold_real(%s)", all);
}

static char *statement_expression(struct body *b, enum mode mode, int depth)
{
    int count = b->variable_count, scope = b->scope, writable = b->writable;
    char *all;
    b->scope = b->writable = count;
    enum kind kind = (enum kind)random_below(KIND_ENUM);
    char *wish = new_name(b), *first = integer(b, mode, depth);
    struct variable *v = declare(b, kind, wish);
    v->steady = true;
    char *name = v->name;
    char *second = integer(b, mode, depth);
    if (chance(40)) {
        char *test = integer(b, mode, depth);
        all =
            text("({ %s %s = %s; if (%s) %s = %s; else { %s ^= 5; } (%s) + 0; })", kind_names[kind],
                 name, first, test, name, second, name, integer(b, mode, depth));
    } else if (chance(40)) {
        all = text("({ %s %s = %s; for (int n_ = 0; n_ < 2; n_++) %s += %s; %s; })",
                   kind_names[kind], name, first, name, second, name);
    } else if (chance(40)) {
        all = text("({ %s %s = %s; (%s), (%s) + %s; })", kind_names[kind], name, first, second,
                   integer(b, mode, depth), name);
    } else {
        all = text("({ %s %s = %s; (%s) + %s; })", kind_names[kind], name, first, second, name);
    }
    b->variable_count = count;
    b->scope = scope;
    b->writable = writable;
    return all;
}

static char *generic(struct body *b, enum mode mode, int depth)
{
    char *chosen = integer(b, mode, depth), *other = integer(b, MODE_QUIET, depth);
    char *selector = integer(b, MODE_QUIET, 1);
    switch (random_below(3)) {
    case 0:
        return text("_Generic((long)(%s), int: %s, long: %s, default: 3)", selector, other, chosen);
    case 1:
        return text("_Generic((struct pair){0}, struct bits: %s, default: %s)", other, chosen);
    default:
        return text("_Generic((%s) + 0.5, double: %s, default: %s)", selector, chosen, other);
    }
}

static char *unevaluated(struct body *b, int depth)
{
    char *dead = integer(b, MODE_FREE, depth);
    switch (random_below(4)) {
    case 0:
        return text("sizeof((%s) + 0ul)", dead);
    case 1:
        return text("(__typeof__((%s) + 0))(-1)", dead);
    case 2:
        return text("__builtin_choose_expr(1, %d, %s)", (int)random_below(9), dead);
    default:
        return text("_Alignof(struct nest) + __builtin_offsetof(struct nest, list[%d])",
                    (int)random_below(3));
    }
}

static char *literal_member(struct body *b, enum mode mode, int depth)
{
    enum kind kind = (enum kind)(KIND_PAIR + random_below(4)), inner = kind;
    if (chance(30))
        return text("((int[3])%s)[%s]", braces(b, KIND_INT, 3, MODE_QUIET, depth),
                    subscript(b, 3, mode));
    if (chance(20))
        return text("*&(long){%s}", integer(b, mode, depth));
    char *base = text("(%s)", structure(b, kind, mode, depth));
    char *value = member(b, base, ".", &inner, MODE_QUIET);
    return is_integer(inner) ? value : text("fold_real(%s)", value);
}

static char *wrapped(struct body *b, enum mode mode, int depth)
{
    char *inner = integer(b, mode, depth);
    switch (random_below(8)) {
    case 0:
        return text("CALL pass_int(%s)", inner);
    case 1:
        return text("CALL pass_unsigned(%s)", inner);
    case 2:
        return text("PAUSED((%s))", inner);
    case 3:
        return text("__builtin_expect(%s, 1)", inner);
    case 4:
        return text("__extension__ (%s)", inner);
    case 5:
        return text("(CALL pass_pair((struct pair){.y = %s})).y", inner);
    case 6:
        return text("*((%s) & 1 ? &(int){4} : &(int){5})", inner);
    default:
        return text("\"deadbeef\"[(%s) & 7]", inner);
    }
}

static char *comma(struct body *b, enum mode mode, int depth)
{
    char *left = integer(b, mode, depth);
    return text("(%s, %s)", left, integer(b, mode, depth));
}

static char *unary(struct body *b, enum mode mode, int depth)
{
    static const char *const operators[] = {
        "-",           "~", "!", "+", "(signed char)", "(_Bool)", "(wide)", "(unsigned short)",
        "(enum color)"};
    return text("%s(%s)", operators[random_below(9)], integer(b, mode, depth));
}

static char *of_real(struct body *b, enum mode mode, int depth)
{
    if (chance(30)) {
        enum mode modes[2];
        split(mode, modes, 2);
        char *left = real(b, modes[0], depth);
        return text("(%s) %s (%s)", left, chance(50) ? "<" : "==", real(b, modes[1], depth));
    }
    return text("fold_real(%s)", real(b, mode, depth));
}

static char *called(struct body *b, enum mode mode, int depth)
{
    enum kind kind;
    char *value = call(b, mode, depth, is_arithmetic, &kind);
    if (!value)
        return read_integer(b, mode);
    return is_integer(kind) ? value : text("fold_real(%s)", value);
}

char *integer(struct body *b, enum mode mode, int depth)
{
    if (depth <= 0)
        return chance(25) ? constant() : read_integer(b, mode);
    depth -= 1 + chance(30);
    switch (random_below(20)) {
    case 0:
    case 1:
    case 2:
        return binary(b, mode, depth);
    case 3:
        return text("(%s) %s (%s)", integer(b, mode, depth), chance(50) ? "&&" : "||",
                    integer(b, mode, depth));
    case 4:
        return condition_of(b, mode, depth);
    case 5:
    case 6:
        return assignment(b, mode, depth);
    case 7:
        return statement_expression(b, mode, depth);
    case 8:
        return chance(50) ? generic(b, mode, depth) : unevaluated(b, depth);
    case 9:
        return literal_member(b, mode, depth);
    case 10:
    case 11:
        return wrapped(b, mode, depth);
    case 12:
        return comma(b, mode, depth);
    case 13:
        return unary(b, mode, depth);
    case 14:
        return of_real(b, mode, depth);
    case 15:
        return read_integer(b, mode);
    default:
        return called(b, mode, depth);
    }
}

/* --- other kinds */

char *real(struct body *b, enum mode mode, int depth)
{
    static const char *const casts[] = {"float", "double", "long double"};
    const struct variable *v;
    enum kind kind;
    char *value;
    if (depth <= 0)
        return text("%d.%d%s", (int)random_below(100), (int)random_below(100),
                    chance(20) ? "f" : "");
    switch (random_below(7)) {
    case 0:
        return text("(%s)(%s)", casts[random_below(3)], integer(b, mode, depth - 1));
    case 1:
        return text("CALL pass_real(%s)", real(b, mode, depth - 1));
    case 2:
        value = call(b, mode, depth - 1, is_real, &kind);
        return value ? value : text("-(%s)", real(b, mode, depth - 1));
    case 3:
        v = pick(b, mode, is_real);
        return v ? path(b, v, mode, &kind) : text("2.5");
    case 4:
        value = integer(b, mode, depth - 1);
        return text("(%s) ? (%s) : (%s)", value, real(b, mode, depth - 1), real(b, mode, 0));
    case 5:
        return text("%s(%s)", chance(50) ? "__real__ " : "__imag__ ",
                    value_of(b, KIND_COMPLEX, mode, depth - 1));
    default: {
        enum mode modes[2];
        split(mode, modes, 2);
        value = real(b, modes[0], depth - 1);
        return text("(%s) %c (%s)", value, "+-*"[random_below(3)], real(b, modes[1], depth - 1));
    }
    }
}

static char *complex(struct body *b, enum mode mode, int depth)
{
    enum kind kind;
    const struct variable *v = pick(b, mode, is_complex);
    char *value = depth > 0 && chance(30) ? call(b, mode, depth - 1, is_complex, &kind) : NULL;
    if (value)
        return value;
    if (v && chance(60))
        return element(b, v, mode);
    enum mode modes[2];
    split(mode, modes, 2);
    value = text("(int)(%s)", integer(b, modes[0], depth - 1));
    return text("%s + 2.0i * (short)(%s)", value, integer(b, modes[1], depth - 1));
}

static bool (*const wanted_structure[])(enum kind) = {is_pair, is_bits, is_union, is_nest};

char *structure(struct body *b, enum kind kind, enum mode mode, int depth)
{
    bool (*wanted)(enum kind) = wanted_structure[kind - KIND_PAIR];
    const struct variable *v = pick(b, mode, wanted);
    enum kind result;
    char *value;
    switch (depth > 0 ? random_below(7) : 0) {
    case 1:
        value = integer(b, mode, depth - 1);
        return text("(%s) ? (%s) : (%s)", value, structure(b, kind, mode, depth - 1),
                    structure(b, kind, mode, 0));
    case 2:
        value = integer(b, mode, depth - 1);
        return text("((void)(%s), %s)", value, structure(b, kind, mode, depth - 1));
    case 3:
        return text("({ %s s_ = %s; s_; })", kind_names[kind], structure(b, kind, mode, depth - 1));
    case 4:
    case 5:
        value = call(b, mode, depth - 1, wanted, &result);
        if (value)
            return value;
        break;
    default:
        break;
    }
    if (v && chance(60))
        return element(b, v, mode);
    return text("(%s)%s", kind_names[kind], braces(b, kind, 0, mode, depth - 1));
}

char *value_of(struct body *b, enum kind kind, enum mode mode, int depth)
{
    if (is_integer(kind))
        return integer(b, mode, depth);
    if (is_real(kind))
        return real(b, mode, depth);
    return kind == KIND_COMPLEX ? complex(b, mode, depth) : structure(b, kind, mode, depth);
}

/* --- initialisers */

static char *nest_braces(struct body *b, enum mode mode, int depth)
{
    enum mode modes[3];
    split(mode, modes, 3);
    char *first = integer(b, modes[0], depth), *second = integer(b, modes[1], depth);
    char *third = integer(b, modes[2], depth);
    switch (random_below(4)) {
    case 0:
        return text("{{{%s, %s}, {.y = 3}}, .w.i = %s}", first, second, third);
    case 1:
        return text("{.bits = {.b = %s, .e = %s}, .list = {[1] = %s}}", first, second, third);
    case 2:
        return text("{.p[1] = {%s}, .list[2] = %s, .real = 1.5, .color = %s}", first, second,
                    third);
    default:
        return text("{.p = {[0 ... 1] = {.x = 6}}, .inner = %s, .list = {%s, 2, %s}}", first,
                    second, third);
    }
}

static char *one_brace(struct body *b, enum kind kind, enum mode mode, int depth)
{
    enum mode modes[2];
    split(mode, modes, 2);
    switch (kind) {
    case KIND_NEST:
        return nest_braces(b, mode, depth);
    case KIND_UNION:
        return text("{.i = %s}", integer(b, mode, depth));
    case KIND_PAIR: {
        char *first = integer(b, modes[0], depth), *second = integer(b, modes[1], depth);
        return chance(50) ? text("{%s, %s}", first, second)
                          : text("{.y = %s, .x = %s}", first, second);
    }
    case KIND_BITS: {
        char *first = integer(b, modes[0], depth), *second = integer(b, modes[1], depth);
        return chance(50) ? text("{%s, %s, -1, 5, -9}", first, second)
                          : text("{.c = %s, .d = 2, .e = %s}", first, second);
    }
    default:
        return text("{%s}", value_of(b, kind, mode, depth));
    }
}

char *braces(struct body *b, enum kind kind, int length, enum mode mode, int depth)
{
    enum mode modes[8];
    if (!length)
        return one_brace(b, kind, mode, depth);
    bool sparse = chance(30);
    char *all = text("%s", "");
    split(mode, modes, length);
    for (int i = 0; i < length; i++) {
        if (sparse && i + 1 < length && chance(40))
            continue;
        char *item = is_arithmetic(kind) || kind == KIND_COMPLEX
                         ? value_of(b, kind, modes[i], depth)
                         : one_brace(b, kind, modes[i], depth);
        all = sparse ? text("%s%s[%d] = %s", all, *all ? ", " : "", i, item)
                     : text("%s%s%s", all, *all ? ", " : "", item);
    }
    return text("{%s}", all);
}

/* --- calls */

static struct function *pick_function(struct body *b, enum mode mode, bool (*wanted)(enum kind))
{
    struct function *found[MOST_FUNCTIONS];
    int count = 0;
    for (int i = 0; i < function_count; i++) {
        struct function *f = &functions[i];
        if (!wanted(f->result) || (!f->simple && (mode != MODE_FREE || b->function->simple)))
            continue;
        if (b->function->cost + f->cost * b->times <= COST_LIMIT)
            found[count++] = f;
    }
    return count ? found[random_below((uint64_t)count)] : NULL;
}

static char *pointer_argument(struct body *b, enum kind kind)
{
    for (int tries = 0; tries < 10; tries++) {
        int i = b->variable_count ? (int)random_below((uint64_t)b->variable_count) : 0;
        struct variable *v = &b->variables[i];
        if (i >= b->variable_count || v->kind != kind || v->steady || v->constant ||
            v->is_register || v->pointer || is_hidden(b, i))
            continue;
        return text("&%s", element(b, v, MODE_QUIET));
    }
    return text("&(%s)%s", kind_names[kind], braces(b, kind, 0, MODE_QUIET, 0));
}

char *call_of(struct body *b, const struct function *f, enum mode mode, int depth)
{
    enum mode modes[MOST_PARAMETERS + 1];
    b->function->cost += f->cost * b->times;
    char *arguments = text("%s", "");
    split(mode, modes, f->parameter_count + 1);
    for (int i = 0; i < f->parameter_count; i++) {
        char *argument = f->by_pointer[i] ? pointer_argument(b, f->parameters[i])
                                          : value_of(b, f->parameters[i], modes[i], depth);
        arguments = text("%s%s(%s)", arguments, i ? ", " : "", argument);
    }
    char *callee = f->name;
    if (chance(10))
        callee = text("(*%s)", f->name);
    else if (chance(10)) /* the expression that says what to call is an operand too */
        callee =
            text("((%s) ? %s : %s)", integer(b, modes[f->parameter_count], 1), f->name, f->name);
    char *plain = text("%s(%s)", callee, arguments);
    if (chance(10) && f->result != KIND_VOID)
        return text("BY_HANDLE(%s, %s)", kind_names[f->result], plain);
    if (chance(7))
        return text("BY_TASK(%s)", plain);
    return text("(CALL %s)", plain);
}

char *call(struct body *b, enum mode mode, int depth, bool (*wanted)(enum kind), enum kind *kind)
{
    struct function *f = pick_function(b, mode, wanted);
    if (!f)
        return NULL;
    *kind = f->result;
    return call_of(b, f, mode, depth);
}
