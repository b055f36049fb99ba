/* Random consumers of generators: loops, `async with`, handles; and `yield` (twice.h). In plain C
 * closing a coroutine, or resuming it behind a block, is one more cleanup. */
#include <stdlib.h>

#include "twice.h"

/* What runs if one ended with an error; its text may be repeated, so it is written apart. */
static struct texts otherwise(struct twice *w, bool leaving)
{
    struct texts texts;
    bool outer = w->leaving;
    w->leaving |= leaving;
    texts_begin(w, &texts);
    struct inside inside = enter(w);
    event(w, "errno");
    if (chance(60))
        some(w, few());
    leave(w, inside);
    texts_end(w, &texts);
    w->leaving = outer;
    return texts;
}

void over_generator(struct twice *w)
{
    bool async = is_async(w) && chance(70);
    struct callee *callee = earlier(w, async ? ROLE_ASYNC_GENERATOR : ROLE_GENERATOR);
    if (!callee)
        return;
    char *given = arguments(w, callee), *name = unused_name(w);
    const char *type = kind_names[callee->kind];
    bool has_else = callee->fallible || chance(10);
    struct texts other = {0};
    if (has_else)
        other = otherwise(w, false);
    bool all = callee->values < 4;
    struct loop loop = begin_loop(w, all ? callee->values + 1 : 3);
    int n = loop.number;
    both(w, "{ int k_%d = 0;", n);
    plain(w, "struct co g_%d;\nint r_%d;", n, n);
    plain(w, "co_begin(&g_%d, %s, %s);", n, callee->name, given);
    if (chance(20))
        asyncc(w, "%sgenerator(%s) h_%d = %s(%s);\n%sfor (%s %s : h_%d)", async ? "async " : "",
               type, n, callee->name, given, async ? "async " : "", type, name, n);
    else
        asyncc(w, "%sfor (%s %s : %s(%s))", async ? "async " : "", type, name, callee->name, given);
    plain(w, "while ((r_%d = co_resume(&g_%d, 0)) == 1)", n, n);
    int height = w->cleanup_count;
    char *close = text("co_close(&g_%d);\n", n);
    push_cleanup(w, close, close);
    struct inside inside = begin_body(w);
    plain(w, "%s %s = CO_VALUE(g_%d, %s);", type, name, n, type);
    declare(w->b, callee->kind, name)->steady = chance(50);
    event(w, folded(callee->kind, name));
    if (!all) {
        asyncc(w, "if (++k_%d == 3) break;", n);
        plain(w, "if (++k_%d == 3) {", n);
        write_cleanups(w, w->break_height, false);
        plain(w, "goto break_%d; }", n);
    }
    some(w, few());
    end_body(w, inside);
    w->cleanup_count = height;
    if (has_else) {
        fprintf(w->asyncc, "else %s", other.asyncc);
        fprintf(w->plain, "if (r_%d < 0) { errno = -r_%d; %s }", n, n, other.plain);
        texts_free(&other);
    }
    both(w, "}");
    end_loop(w, loop);
}

void with_context(struct twice *w)
{
    struct callee *callee = is_async(w) ? earlier(w, ROLE_CONTEXT) : NULL;
    if (!callee)
        return;
    int n = fresh();
    char *given = arguments(w, callee), *name = unused_name(w);
    const char *type = kind_names[callee->kind];
    bool has_else = callee->fallible || chance(20), unnamed = chance(20);
    struct texts other = {0};
    if (has_else)
        other = otherwise(w, w->self->role != ROLE_ASYNC);
    both(w, "{");
    plain(w, "struct co g_%d;\nint r_%d;\nco_begin(&g_%d, %s, %s);", n, n, n, callee->name, given);
    plain(w, "r_%d = co_resume(&g_%d, 0);\nif (r_%d > 0)", n, n, n);
    asyncc(w, "async with (%s%s(%s))", unnamed ? "" : text("%s %s = ", type, name), callee->name,
           given);
    char *thrown[2];
    for (int i = 0; i < 2; i++)
        thrown[i] =
            text("{ int e_%d = co_resume(&g_%d, %s); if (e_%d < 0) { errno = -e_%d; %s } }\n", n, n,
                 i ? "error_" : "0", n, n, has_else ? other.plain : "");
    struct inside inside = enter(w);
    push_cleanup(w, thrown[0], thrown[1]);
    struct inside inner = enter(w);
    plain(w, "%s %s = CO_VALUE(g_%d, %s);", type, name, n, type);
    if (!unnamed) {
        declare(w->b, callee->kind, name)->steady = chance(50);
        event(w, folded(callee->kind, name));
    }
    some(w, 1 + few());
    leave(w, inner);
    leave(w, inside);
    if (has_else) {
        fprintf(w->asyncc, "else %s", other.asyncc);
        fprintf(w->plain, "else { errno = -r_%d; %s }", n, other.plain);
        texts_free(&other);
    }
    both(w, "}");
}

/* A handle, advanced some times, perhaps an error thrown in, closed. */
void by_handle(struct twice *w)
{
    bool async = is_async(w) && chance(70);
    struct callee *callee = earlier(w, async ? ROLE_ASYNC_GENERATOR : ROLE_GENERATOR);
    if (!callee)
        return;
    int n = fresh(), error = 1 + (int)random_below(30);
    char *given = arguments(w, callee), *wait = async ? "await " : "";
    const char *type = kind_names[callee->kind];
    bool first = chance(50);
    struct inside inside = enter(w);
    asyncc(w, "%sgenerator(%s) h_%d = %s(%s);\n%s x_%d;", async ? "async " : "", type, n,
           callee->name, given, type, n);
    plain(w, "struct co g_%d;\nco_begin(&g_%d, %s, %s);", n, n, callee->name, given);
    char *close = text("co_close(&g_%d);\n", n);
    if (first) {
        asyncc(w, "defer (void)%sasync_close(h_%d);", wait, n);
        push_cleanup(w, close, close);
    }
    both(w, "int r_%d = 1;", n);
    both(w, "for (int i_%d = 0; i_%d < %d && r_%d == 1; i_%d++) {", n, n, few(), n, n);
    asyncc(w, "r_%d = %sasync_next(h_%d, &x_%d);", n, wait, n, n);
    plain(w, "r_%d = co_resume(&g_%d, 0);\n%s x_%d;\nif (r_%d == 1) x_%d = CO_VALUE(g_%d, %s);", n,
          n, type, n, n, n, n, type);
    both(w, "EVENT(%d, r_%d);\nif (r_%d == 1) EVENT(%d, %s);\n}", n, n, n, n,
         folded(callee->kind, text("x_%d", n)));
    if (chance(50)) {
        both(w, "if (r_%d == 1) {", n);
        asyncc(w, "r_%d = %sasync_throw(h_%d, -%d, &x_%d);", n, wait, n, error, n);
        plain(w,
              "r_%d = co_resume(&g_%d, -%d);\n%s x_%d;\nif (r_%d == 1) x_%d = CO_VALUE(g_%d, %s);",
              n, n, error, type, n, n, n, n, type);
        both(w, "EVENT(%d, r_%d);\nif (r_%d == 1) EVENT(%d, %s);\n}", n, n, n, n,
             folded(callee->kind, text("x_%d", n)));
    }
    if (first)
        some(w, few());
    else {
        asyncc(w, "(void)%sasync_close(h_%d);", wait, n);
        plain(w, "%s", close);
    }
    leave(w, inside);
}

void write_yield(struct twice *w)
{
    struct callee *self = w->self;
    char *what = value_for(w, self->kind);
    const char *type = kind_names[self->kind];
    int n = fresh();
    bool resumes = chance(25);
    self->values += w->b->times;
    asyncc(w, resumes ? "yield %s else EVENT(%d, errno);" : "yield %s;", what, n);
    plain(w, "{ int error_ = CO_YIELD(%s, (%s));", type, what);
    if (resumes)
        plain(w, "if (error_ < 0) { errno = -error_; EVENT(%d, errno); }", n);
    else {
        plain(w, "if (error_ < 0) {");
        write_cleanups(w, 0, true);
        plain(w, "return error_; }");
        self->fallible = true;
    }
    plain(w, "if (error_ > 0) {");
    write_cleanups(w, 0, false);
    plain(w, "return 0; } }");
}
