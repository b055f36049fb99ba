/* Attributes that are not written as they stand, and names in those that are.
 *
 * `cleanup` becomes a deferred statement (cleanup.c). Then, those of async functions and
 * generators. Such a function is two in C: NAME(), which makes the handle, and NAME__resume(),
 * which is the body. An attribute says something of the one or of the other: who may call it and
 * how is about NAME(), how code is made of it about the body, which has other parameters and
 * another result. What C compilers would conclude from a result, or from there being none, is true
 * of neither: two calls of a `const` function make two handles, and a `noreturn` one gives a handle
 * before it does not return. */
#include "output/attribute.h"

#include <string.h>

#include "diagnostic.h"
#include "semantic/scope.h"
#include "syntax/token.h"

enum { OF_NEITHER = 0, OF_HANDLE = 1 << USE_HANDLE, OF_BODY = 1 << USE_BODY };

/* Those of functions that are not listed are of both. */
static const struct {
    const char *name;
    int uses;
} attributes[] = {
    /* what is linked */
    {"alias", OF_HANDLE},
    {"copy", OF_HANDLE},
    {"externally_visible", OF_HANDLE},
    {"ifunc", OF_HANDLE},
    {"symver", OF_HANDLE},
    {"visibility", OF_HANDLE},
    {"weak", OF_HANDLE},
    {"weakref", OF_HANDLE},
    /* what callers are told */
    {"access", OF_HANDLE},
    {"deprecated", OF_HANDLE},
    {"error", OF_HANDLE},
    {"fd_arg", OF_HANDLE},
    {"fd_arg_read", OF_HANDLE},
    {"fd_arg_write", OF_HANDLE},
    {"format", OF_HANDLE},
    {"nodiscard", OF_HANDLE},
    {"nonnull", OF_HANDLE},
    {"null_terminated_string_arg", OF_HANDLE},
    {"tainted_args", OF_HANDLE},
    {"unavailable", OF_HANDLE},
    {"warn_unused_result", OF_HANDLE},
    {"warning", OF_HANDLE},
    /* the type of the result */
    {"ext_vector_type", OF_NEITHER},
    {"mode", OF_NEITHER},
    {"vector_size", OF_NEITHER},
    /* what C compilers are told of the result */
    {"alloc_align", OF_NEITHER},
    {"alloc_size", OF_NEITHER},
    {"assume_aligned", OF_NEITHER},
    {"const", OF_NEITHER},
    {"format_arg", OF_NEITHER},
    {"leaf", OF_NEITHER},
    {"malloc", OF_NEITHER},
    {"noreturn", OF_NEITHER},
    {"_Noreturn", OF_NEITHER},
    {"pure", OF_NEITHER},
    {"reproducible", OF_NEITHER},
    {"returns_nonnull", OF_NEITHER},
    {"unsequenced", OF_NEITHER},
    /* how they shall be inlined: the body is entered through a pointer as well */
    {"always_inline", OF_NEITHER},
    {"artificial", OF_NEITHER},
    {"gnu_inline", OF_NEITHER},
};

static bool is_of(enum attribute_use use, const char *name)
{
    if (use == USE_ALL || use == USE_LOCAL)
        return use == USE_ALL || strcmp(name, "cleanup") != 0;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (!strcmp(attributes[i].name, name))
            return attributes[i].uses & 1 << use;
    return true;
}

/* --- names in them
 *
 * Their arguments are text, also where they speak of what is a function's own, for which another
 * name may be written: `int x __attribute__((aligned(N)))`. */

static bool is_meant(const struct emitter *e, const struct symbol *local, struct range token,
                     enum name_space space)
{
    const struct node *scope = local->block ? local->block : local->function;
    return local->node->start < token.start && token.start < scope->end &&
           symbol_space(local) == space && local->name && token_is(e->code, token, local->name);
}

/* The last that was declared before the token, and is still in scope there. */
static const struct symbol *find_local(const struct emitter *e, struct range token,
                                       enum name_space space)
{
    const struct symbol *found = NULL;
    for (const struct local *x = e->lowered->locals; x; x = x->next)
        if (is_meant(e, x->symbol, token, space) &&
            (!found || found->node->start < x->symbol->node->start))
            found = x->symbol;
    return found;
}

/* False if it is written as it stands. */
static bool emit_name(struct emitter *e, const struct symbol *local, bool is_part)
{
    if (!is_part && emit_in_constant(e, local))
        return true;
    if (local->output_name)
        write_string(&e->writer, local->output_name);
    return local->output_name;
}

void emit_attribute_text(struct emitter *e, uint32_t start, uint32_t end)
{
    static const char *const tags[] = {"struct", "union", "enum", NULL};
    static const char *const behind_parts[] = {".", "->", ",", NULL}; /* as in offsetof */
    enum name_space space = SPACE_ORDINARY;
    bool is_part = false;
    struct range token;
    for (uint32_t at = start; next_token(e->code, end, &at, &token);) {
        const struct symbol *local =
            token_is_name(e->code, token) ? find_local(e, token, space) : NULL;
        space = token_is_among(e->code, token, tags) ? SPACE_TAG : SPACE_ORDINARY;
        if (local) {
            emit_gap(e, start, token.start);
            start = emit_name(e, local, is_part) ? token.end : token.start;
        }
        is_part = token_is_among(e->code, token, behind_parts);
    }
    emit_gap(e, start, end);
}

/* --- those that are written */

/* The items that are written, with what stands around the list. */
static void emit_some(struct emitter *e, const struct node *attribute, enum attribute_use use)
{
    uint32_t last = attribute->count - 1;
    emit_gap(e, attribute->start, attribute->kid[0]->start);
    bool any = false;
    for (uint32_t i = 0; i <= last; i++) {
        if (!is_of(use, attribute->kid[i]->name))
            continue;
        write_string(&e->writer, any ? ", " : "");
        emit_node(e, attribute->kid[i]);
        any = true;
    }
    emit_gap(e, attribute->kid[last]->end, attribute->end);
}

static uint32_t count_written(const struct node *attribute, enum attribute_use use)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < attribute->count; i++)
        count += is_of(use, attribute->kid[i]->name);
    return count;
}

bool attribute_is_left_out(const struct node *node)
{
    return node->kind == NODE_ATTRIBUTE && node->flags & IS_BARE && !count_written(node, USE_LOCAL);
}

bool emit_attribute(struct emitter *e, struct node *attribute, enum attribute_use use)
{
    uint32_t count = count_written(attribute, use);
    if (count == attribute->count)
        emit_copy(e, attribute);
    else if (count)
        emit_some(e, attribute, use);
    return count || !attribute->count;
}
