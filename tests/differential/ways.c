/* Random functions about ways out of blocks: deferred statements, try, generators and what runs
 * them, left by every kind of jump. Each is written twice (twice.h). No name in a function is
 * declared twice, so that copies of a deferred statement mean the same everywhere. In plain C
 * `break` and `continue` are jumps to labels of their own for the same reason. */
#include <stdlib.h>
#include <string.h>

#include "twice.h"

/* --- expressions */

char *unused_name(struct twice *w)
{
    static char *const names[] = {"self",  "base",   "result", "state",   "caller", "frame",
                                  "value", "thrown", "sent",   "await_1", "left_1", "bits"};
    uint64_t i = random_below(12);
    if (w->names_used >> i & 1)
        return text("v_%d", fresh());
    w->names_used |= 1u << i;
    return names[i];
}

static char *variable(struct twice *w)
{
    struct body *b = w->b;
    for (int tries = 0; tries < 10; tries++) {
        int i = (int)random_below((uint64_t)b->variable_count);
        struct variable *v = &b->variables[i];
        if (is_integer(v->kind) && !v->length && !v->pointer && !v->pending)
            return v->name;
    }
    return "g5";
}

struct callee *earlier(struct twice *w, enum role role)
{
    struct callee *found[MOST_CALLEES];
    int count = 0;
    for (int i = 0; i < callee_count; i++)
        if (callees[i].role == role &&
            w->b->function->cost + callees[i].cost * w->b->times <= COST_LIMIT)
            found[count++] = &callees[i];
    return count ? found[random_below((uint64_t)count)] : NULL;
}

char *arguments(struct twice *w, struct callee *callee)
{
    w->b->function->cost += callee->cost * w->b->times;
    return chance(40) ? text("%s, %s", bare_value(w->b, 2), bare_value(w->b, 2))
                      : text("%s, %d", variable(w), (int)random_below(9));
}

/* Without awaits. */
static char *ordinary_value(struct twice *w)
{
    struct callee *callee = chance(25) ? earlier(w, ROLE_ORDINARY) : NULL;
    if (callee)
        return text("%s(%s)", callee->name, arguments(w, callee));
    if (chance(20))
        return bare_value(w->b, 2);
    return text(chance(50) ? "%s + %d" : "%s ^ %d", variable(w), (int)random_below(20));
}

char *value(struct twice *w)
{
    if (!is_async(w) || chance(40))
        return ordinary_value(w);
    if (chance(40))
        return text("CALL pass_int(%s)", ordinary_value(w));
    return integer(w->b, MODE_FREE, 2);
}

char *value_for(struct twice *w, enum kind kind)
{
    if (is_integer(kind))
        return value(w);
    if (is_async(w) && chance(50))
        return value_of(w->b, kind, MODE_FREE, 2);
    if (is_real(kind))
        return text("(short)(%s)", value(w));
    return text("(%s)%s", kind_names[kind], kind == KIND_PAIR ? text("{%s, 3}", value(w)) : "{0}");
}

/* Sometimes true. */
static char *condition(struct twice *w)
{
    return text("((%s) & %d) %s 1", value(w), chance(50) ? 1 : 3, chance(70) ? "==" : ">");
}

char *folded(enum kind kind, char *name)
{
    return is_integer(kind)    ? name
           : is_real(kind)     ? text("fold_real(%s)", name)
           : kind == KIND_PAIR ? text("%s.x + %s.y", name, name)
                               : text("%s.list[1] + %s.p[1].y", name, name);
}

void event(struct twice *w, char *what)
{
    both(w, "EVENT(%d, %s);", fresh(), what);
}

static void bare(struct twice *w)
{
    both(w, "%s;", bare_statement(w->b, is_async(w)));
}

/* --- blocks */

struct inside enter(struct twice *w)
{
    struct body *b = w->b;
    struct inside inside = {b->variable_count, b->scope, w->cleanup_count};
    b->scope = b->variable_count;
    both(w, "{");
    b->indent++;
    b->nesting++;
    return inside;
}

void leave(struct twice *w, struct inside inside)
{
    struct body *b = w->b;
    write_cleanups(w, inside.cleanups, false);
    w->cleanup_count = inside.cleanups;
    b->variable_count = inside.variables;
    b->scope = inside.scope;
    b->indent--;
    b->nesting--;
    both(w, "}");
}

static void braced(struct twice *w, int count)
{
    struct inside inside = enter(w);
    some(w, count);
    leave(w, inside);
}

int few(void)
{
    return 1 + (int)random_below(3);
}

/* --- loops */

struct loop begin_loop(struct twice *w, long times)
{
    struct loop outer = {fresh(),        w->break_to,        w->break_height,
                         w->continue_to, w->continue_height, w->b->times};
    plain(w, "{ __label__ break_%d;", outer.number);
    w->break_to = outer.number;
    w->break_height = w->cleanup_count;
    w->b->times *= times;
    return outer;
}

/* Between the head and this, what a `continue` leaves in force may be pushed. */
struct inside begin_body(struct twice *w)
{
    w->continue_to = w->break_to;
    w->continue_height = w->cleanup_count;
    plain(w, "{ __label__ continue_%d;", w->continue_to);
    return enter(w);
}

void end_body(struct twice *w, struct inside inside)
{
    leave(w, inside);
    plain(w, "continue_%d:; }", w->continue_to);
}

void end_loop(struct twice *w, struct loop loop)
{
    plain(w, "break_%d:; }", loop.number);
    w->break_to = loop.break_to;
    w->break_height = loop.break_height;
    w->continue_to = loop.continue_to;
    w->continue_height = loop.continue_height;
    w->b->times = loop.times;
}

static void counted(struct twice *w)
{
    struct loop loop = begin_loop(w, 3);
    int n = loop.number;
    if (chance(50))
        both(w, "for (int n_%d = 0; n_%d < %d; n_%d++)", n, n, few(), n);
    else
        both(w, "for (int n_%d = 0; n_%d++ < 2 && (%s) != 5;)", n, n, value(w));
    struct inside inside = begin_body(w);
    some(w, 1 + few());
    end_body(w, inside);
    end_loop(w, loop);
}

static void over_array(struct twice *w)
{
    int n = fresh();
    both(w, "{ short a_%d[%d] = {%s, 7};", n, 2 + (int)random_below(2), value(w));
    struct loop loop = begin_loop(w, 3);
    char *name = unused_name(w);
    asyncc(w, "for (long %s : a_%d)", name, n);
    plain(w, "for (int i_%d = 0; i_%d < (int)(sizeof a_%d / sizeof *a_%d); i_%d++)", n, n, n, n, n);
    struct inside inside = begin_body(w);
    plain(w, "long %s = a_%d[i_%d];", name, n, n);
    declare(w->b, KIND_LONG, name)->steady = true;
    some(w, 1 + few());
    end_body(w, inside);
    end_loop(w, loop);
    both(w, "}");
}

/* --- ways out */

static void jump(struct twice *w, char *test, bool to_break)
{
    int height = to_break ? w->break_height : w->continue_height;
    int to = to_break ? w->break_to : w->continue_to;
    asyncc(w, "if (%s) %s;", test, to_break ? "break" : "continue");
    plain(w, "if (%s) {", test);
    write_cleanups(w, height, false);
    plain(w, "goto %s_%d; }", to_break ? "break" : "continue", to);
}

static void jump_out(struct twice *w, char *test)
{
    struct label label = w->labels[random_below((uint64_t)w->label_count)];
    asyncc(w, "if (%s) goto l_%d;", test, label.number);
    plain(w, "if (%s) {", test);
    write_cleanups(w, label.height, false);
    plain(w, "goto l_%d; }", label.number);
}

static bool is_generator(const struct twice *w)
{
    return w->self->role != ROLE_ASYNC && w->self->role != ROLE_ORDINARY;
}

/* `return ({ if (c) return a; b; });` */
static void go_back_twice(struct twice *w, char *test)
{
    char *inner = condition(w), *one = text("((int)(%s) & 15) - 2", value(w));
    char *other = text("((int)(%s) & 15) - 2", value(w));
    asyncc(w, "if (%s) return ({ if (%s) return %s; %s; });", test, inner, one, other);
    plain(w, "if (%s) { int back_; if (%s) back_ = %s; else back_ = %s;", test, inner, one, other);
    write_cleanups(w, 0, false);
    plain(w, "return back_; }");
}

static void go_back(struct twice *w, char *test)
{
    bool generator = is_generator(w), fails = chance(40);
    if (!generator && chance(30)) {
        go_back_twice(w, test);
        return;
    }
    if (w->self->role == ROLE_CONTEXT && !w->yielded)
        fails = true;
    char *what = !generator ? text("((int)(%s) & 15) - 2", value(w))
                            : text("-%d", 1 + (int)random_below(30));
    if (generator && !fails)
        asyncc(w, "if (%s) return;", test);
    else
        asyncc(w, "if (%s) return %s;", test, what);
    if (generator)
        w->self->fallible |= fails;
    plain(w, "if (%s) { int back_ = %s;", test, generator && !fails ? "0" : what);
    write_cleanups(w, 0, false);
    plain(w, "return back_; }");
}

static void try_something(struct twice *w)
{
    if (w->deferred || w->leaving)
        return;
    struct callee *callee =
        chance(60) ? earlier(w, is_async(w) && chance(70) ? ROLE_ASYNC : ROLE_ORDINARY) : NULL;
    char *what = !callee ? text("((int)(%s) & 7) - 1", value(w))
                         : text("%s%s(%s)", callee->role == ROLE_ASYNC ? "CALL " : "", callee->name,
                                arguments(w, callee));
    const char *before = callee ? "" : "(", *after = callee ? "" : ")";
    bool in_condition = chance(30), is_bare = !in_condition && chance(40);
    int n = fresh();
    w->self->fallible = true;
    plain(w, "{ int error_ = %s;", what);
    plain(w, "if (error_ < 0) {");
    write_cleanups(w, 0, true);
    plain(w, "return error_; }");
    if (is_bare)
        asyncc(w, "try %s%s%s;", before, what, after);
    else {
        asyncc(w, in_condition ? "if (try %s%s%s)" : "EVENT(%4$d, 1 + try %1$s%2$s%3$s);", before,
               what, after, n);
        plain(w, in_condition ? "if (error_)" : "EVENT(%d, 1 + error_);", n);
    }
    if (in_condition)
        braced(w, few());
    plain(w, "}");
}

static void way_out(struct twice *w)
{
    char *test = condition(w);
    switch (random_below(4)) {
    case 0:
        if (w->break_to != NOWHERE)
            jump(w, test, true);
        break;
    case 1:
        if (w->continue_to != NOWHERE)
            jump(w, test, false);
        break;
    case 2:
        if (w->label_count)
            jump_out(w, test);
        break;
    default:
        if (!w->deferred && !w->leaving && w->b->nesting)
            go_back(w, test);
        break;
    }
}

/* A block that may be left, or begun again, by `goto` from inside. */
static void labelled(struct twice *w)
{
    int n = fresh();
    bool back = chance(30);
    if (w->label_count == MOST_LABELS)
        return;
    plain(w, "{ __label__ l_%d;", n);
    if (back)
        both(w, "int n_%d = 0;\nl_%d:;", n, n);
    long times = w->b->times;
    w->b->times *= back ? 3 : 1;
    struct inside inside = enter(w);
    if (back)
        both(w, "if (++n_%d < 3) {", n);
    w->labels[w->label_count++] = (struct label){n, inside.cleanups};
    struct inside inner = enter(w);
    some(w, 2 + few());
    leave(w, inner);
    w->label_count--;
    if (back)
        both(w, "}");
    leave(w, inside);
    w->b->times = times;
    both(w, back ? ";" : "l_%d:;", n);
    plain(w, "}");
}

/* --- what is deferred */

static void deferred(struct twice *w)
{
    struct texts texts;
    struct twice outer = *w;
    w->deferred = true;
    w->break_to = w->continue_to = NOWHERE;
    w->label_count = 0;
    texts_begin(w, &texts);
    if (chance(30))
        event(w, value(w));
    else if (chance(30))
        bare(w);
    else
        braced(w, few());
    texts_end(w, &texts);
    outer.names_used = w->names_used;
    *w = outer;
    fprintf(w->asyncc, "%*sdefer\n%s", w->b->indent * 4, "", texts.asyncc);
    push_cleanup(w, texts.plain, texts.plain);
    texts_free(&texts);
}

static void cleanup_variable(struct twice *w)
{
    char *name = unused_name(w), *what = value(w);
    asyncc(w, "__attribute__((cleanup(dropped))) int %s = %s;", name, what);
    plain(w, "int %s = %s;", name, what);
    declare(w->b, KIND_INT, name);
    char *drop = text("dropped(&%s);\n", name);
    push_cleanup(w, drop, drop);
}

static void vla(struct twice *w)
{
    int n = fresh();
    both(w, "unsigned short a_%d[((%s) & 3) + 2];\na_%d[1] = %s;", n,
         is_async(w) && chance(50) ? text("CALL pass_int(%s)", variable(w)) : variable(w), n,
         value(w));
    both(w, "EVENT(%d, a_%d[1] + (int)sizeof a_%d);", n, n, n);
    declare(w->b, KIND_USHORT, text("a_%d[1]", n));
}

/* --- statements */

static void branch(struct twice *w)
{
    both(w, "if (%s)", condition(w));
    braced(w, few());
    if (chance(40)) {
        both(w, "else");
        braced(w, few());
    }
}

static void choice(struct twice *w)
{
    struct loop loop = begin_loop(w, 1);
    both(w, "switch ((int)(%s) & 3) {", value(w));
    for (int i = 0; i < 3; i++) {
        both(w, i == 2 ? "default:" : "case %d:", i);
        braced(w, few());
        if (chance(50)) {
            asyncc(w, "break;");
            plain(w, "goto break_%d;", loop.number);
        }
    }
    both(w, ";\n}");
    w->continue_to = loop.continue_to;
    end_loop(w, loop);
}

static void assign(struct twice *w)
{
    enum kind kind;
    char *place = is_async(w) ? target(w->b, true, MODE_QUIET, &kind) : "g0";
    if (place)
        both(w, "%s = %s;", place, value(w));
}

static void local(struct twice *w)
{
    static const enum kind kinds[] = {KIND_INT, KIND_LONG, KIND_SHORT, KIND_PAIR, KIND_NEST};
    enum kind kind = kinds[random_below(5)];
    char *name = unused_name(w);
    both(w, "%s %s = %s;", kind_names[kind], name, value_for(w, kind));
    declare(w->b, kind, name)->steady = chance(50);
}

static void simple(struct twice *w)
{
    switch (random_below(9)) {
    case 8:
        bare(w);
        break;
    case 0:
    case 1:
        event(w, value(w));
        break;
    case 2:
        assign(w);
        break;
    case 3:
        if (is_async(w))
            both(w, "PAUSE;");
        break;
    case 4:
        vla(w);
        break;
    case 5:
        cleanup_variable(w);
        break;
    default:
        local(w);
        break;
    }
}

static void nested(struct twice *w)
{
    switch (random_below(10)) {
    case 0:
        branch(w);
        break;
    case 1:
        choice(w);
        break;
    case 2:
        over_array(w);
        break;
    case 3:
        labelled(w);
        break;
    case 4:
    case 5:
        over_generator(w);
        break;
    case 6:
    case 7:
        with_context(w);
        break;
    case 8:
        by_handle(w);
        break;
    default:
        counted(w);
        break;
    }
}

static bool may_yield(struct twice *w)
{
    return (w->self->role == ROLE_GENERATOR || w->self->role == ROLE_ASYNC_GENERATOR) &&
           !w->deferred && !w->leaving && w->self->values + w->b->times < 30;
}

void some(struct twice *w, int count)
{
    struct body *b = w->b;
    for (int i = 0; i < count; i++) {
        if (may_yield(w) && chance(25))
            write_yield(w);
        if (b->nesting < 5 && b->statements < 30 && chance(35)) {
            b->statements++;
            nested(w);
        } else if (chance(25) && w->cleanup_count < MOST_CLEANUPS / 2 && b->statements++ < 40)
            deferred(w);
        else if (chance(35))
            way_out(w);
        else if (chance(25))
            try_something(w);
        else
            simple(w);
    }
}

/* --- functions */

static void context_body(struct twice *w)
{
    int blocks = (int)random_below(3);
    struct inside insides[3];
    some(w, few());
    for (int i = 0; i < blocks; i++) {
        insides[i] = enter(w);
        some(w, few());
    }
    write_yield(w);
    w->yielded = true;
    while (blocks-- > 0) {
        some(w, few());
        leave(w, insides[blocks]);
    }
    some(w, few());
}

static void write_heads(struct twice *w, char *head, const char *plain_type)
{
    static const char *const of[] = {"async int", "int", "generator(%s)", "async generator(%s)",
                                     "async generator(%s)"};
    char *type = text(of[w->self->role], kind_names[w->self->kind]);
    fprintf(w->asyncc, "static %s %s(%s)\n{\n", type, w->self->name, head);
    fprintf(w->plain, "static int %s(%s%s)\n{\n", w->self->name, plain_type, head);
}

static void enter_function(struct callee *self)
{
    struct function *f = &functions[function_count];
    if (self->role != ROLE_ASYNC || function_count == MOST_FUNCTIONS)
        return;
    *f = (struct function){.name = self->name,
                           .result = KIND_INT,
                           .parameters = {KIND_LONG, KIND_LONG},
                           .parameter_count = 2,
                           .cost = self->cost};
    function_count++;
}

void write_ways(int number)
{
    static const enum kind kinds[] = {KIND_INT,    KIND_LONG, KIND_SHORT, KIND_WIDE,
                                      KIND_DOUBLE, KIND_PAIR, KIND_NEST};
    struct callee self = {.role = (enum role)random_below(5), .kind = kinds[random_below(7)]};
    struct function function = {.cost = 2};
    struct body body = {.function = &function, .times = 1, .indent = 1};
    struct twice w = {.b = &body, .self = &self, .break_to = NOWHERE, .continue_to = NOWHERE};
    static const char *const letters = "wogac";
    struct texts texts;
    if (callee_count == MOST_CALLEES)
        return;
    self.name = text("way_%c%d", letters[self.role], number);
    globals(&body);
    body.scope = body.variable_count;
    declare(&body, KIND_LONG, "p0")->steady = true;
    declare(&body, KIND_LONG, "p1");
    texts_begin(&w, &texts);
    write_heads(&w, "long p0, long p1", is_generator(&w) ? "struct co *co_self, " : "");
    if (self.role == ROLE_CONTEXT)
        context_body(&w);
    else
        some(&w, 4 + (int)random_below(6));
    if (is_generator(&w)) {
        write_cleanups(&w, 0, false);
        plain(&w, "return 0;");
    } else {
        plain(&w, "int back_ = (int)(p1 & 15);");
        write_cleanups(&w, 0, false);
        plain(&w, "return back_;");
        asyncc(&w, "return (int)(p1 & 15);");
    }
    texts_end(&w, &texts);
    printf("#ifdef __ASYNCC__\n%s}\n#else\n%s}\n#endif\n\n", texts.asyncc, texts.plain);
    texts_free(&texts);
    self.cost = function.cost + body.statements;
    callees[callee_count++] = self;
    enter_function(&self);
}
