/* Statements of names and calls alone, without a literal or an operator that would say at once that
 * they are no declarations: `CALL note_2(pick_1(a), b * c);`, beside declarations that look like
 * them. What they call stands in program.h; its typedef names are also names of variables. */
#include <string.h>

#include "generate.h"

struct type {
    const char *name;
    enum kind kind;
};

static bool names_variable(const struct body *b, const char *name)
{
    for (int i = 0; i < b->variable_count; i++)
        if (!strcmp(b->variables[i].name, name))
            return true;
    return false;
}

/* A typedef name that no variable hides. */
static struct type type(const struct body *b)
{
    static const struct type types[] = {
        {"item", KIND_LONG}, {"count", KIND_SHORT}, {"whole", KIND_INT}};
    int i = (int)random_below(2);
    return types[names_variable(b, types[i].name) ? 2 : i];
}

/* An integer object. `addressed`: & may be applied to it. */
static char *object(struct body *b, bool addressed)
{
    const struct variable *v = pick(b, MODE_PURE, is_integer);
    if (!v || v->rows || v->length || (addressed && v->is_register))
        return text(chance(50) ? "members.item" : "members.count");
    return v->pointer ? text("*%s", v->name) : v->name;
}

static char *member_of_structure(struct body *b)
{
    const struct variable *v = pick(b, MODE_PURE, is_pair);
    if (!v || v->rows || v->length)
        return object(b, false);
    return text("%s%s%s", v->name, v->pointer ? "->" : ".", chance(50) ? "x" : "y");
}

char *bare_value(struct body *b, int depth)
{
    switch (random_below(depth > 0 ? 10 : 4)) {
    case 0:
        return member_of_structure(b);
    case 1:
        return text("%s * %s", object(b, false), object(b, false));
    case 2:
        return text(chance(50) ? "(%s)%s" : "(%s)(%s)", type(b).name, object(b, false));
    case 3:
        return text(chance(50) ? "(%s)" : "%s", object(b, false));
    case 4:
        return text(chance(50) ? "known(&%s)" : "*&%s", object(b, true));
    case 5:
        return text(chance(50) ? "(pick_1)(%s)" : "(*pick_by_1)(%s)", bare_value(b, depth - 1));
    default:
        return bare_call(b, chance(20) ? "pick_by_" : "pick_", depth);
    }
}

char *bare_call(struct body *b, const char *callees, int depth)
{
    static const char *const forms[] = {"%s%d(%s)", "%s%d(%s)", "%s%d (%s)", "(%s%d)(%s)"};
    int count = (int)random_below(4);
    char *arguments = "";
    for (int i = 0; i < count; i++)
        arguments = text("%s%s%s", arguments, i ? ", " : "", bare_value(b, depth - 1));
    return text(forms[random_below(4)], callees, count, arguments);
}

char *bare_statement(struct body *b, bool is_async)
{
    if (!is_async || chance(15))
        return bare_call(b, "tell_", 2);
    switch (random_below(8)) {
    case 0:
        return bare_value(b, 2);
    case 1:
        return text("JOIN %s", bare_call(b, "note_", 2));
    case 2:
        return text("SPAWN %s", bare_call(b, "leave_", 2));
    case 3:
        return text("CALL %s", bare_call(b, "note_by_", 2));
    default:
        return text("CALL %s", bare_call(b, "note_", 2));
    }
}

void bare_declaration(struct body *b)
{
    struct type of = type(b);
    char *name = new_name(b), *first = bare_value(b, 2);
    bool pointer = chance(40);
    line(b, pointer ? "%s *%s;" : chance(60) ? "%s (%s);" : "%s ((%s));", of.name, name);
    if (pointer)
        line(b, "%s = &(__typeof__(*%s)){%s};", name, name, first);
    else
        line(b, "%s = %s;", name, first);
    declare(b, of.kind, name)->pointer = pointer;
}
