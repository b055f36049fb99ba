/* Temporaries that are arguments of a coroutine belong to it until it begins
 * (runtime/include/async/argument.h):
 *
 *     count(ticker(3), n)      ({
 *                                  struct async_generator *owned_1 = ticker(3);
 *                                  async_own(count(owned_1, n), ASYNC_..., &owned_1);
 *                              })
 *
 * as a call's template, so where the coroutine's frame is embedded in its caller's nothing of it is
 * seen: there it begins at once. Where a handle does, async_pass takes the place of async_own. The
 * checker found the calls; those of generator expressions were added. */
#include "lower/lower.h"

#include "support/arena.h"
#include "support/text.h"

static const char *argument_kind(const struct type *type)
{
    switch (type_resolve(type)->kind) {
    case TYPE_FUTURE:
        return "ASYNC_FUTURE_ARGUMENT";
    case TYPE_GENERATOR:
        return "ASYNC_GENERATOR_ARGUMENT";
    case TYPE_LIST:
        return "ASYNC_LIST_ARGUMENT";
    default:
        return "ASYNC_DICT_ARGUMENT";
    }
}

static const char *handle_type(const struct node *call)
{
    bool generator = type_resolve(call->type)->kind == TYPE_GENERATOR;
    return generator ? "struct async_generator *" : "struct async_future *";
}

static void own(struct lowered *lowered, const struct owning *owning)
{
    struct arena *arena = lowered->arena;
    struct node *call = owning->call;
    const char *declarations = "", *arguments = "", *before = "", *behind = "";
    const char *function = call->flags & IS_BEGUN ? "async_pass" : "async_own";
    for (uint32_t i = 1; i < call->count; i++) {
        const char *comma = i > 1 ? ", " : "";
        if (i > 32 || !(owning->arguments >> (i - 1) & 1)) {
            arguments = arena_format(arena, "%s%s$%u", arguments, comma, i);
            continue;
        }
        struct type *type = type_unqualified(lowered->check->types, call->kid[i]->type);
        const char *name = fresh_name(lowered, arena_format(arena, "owned_%u", ++lowered->owned));
        declarations = arena_format(arena, "%s%s = $%u; ", declarations,
                                    declaration_text(lowered, type, name), i);
        arguments = arena_format(arena, "%s%s%s", arguments, comma, name);
        before = arena_format(arena, "%s%s(", before, function);
        behind = arena_format(arena, "%s, %s, &%s)", behind, argument_kind(type), name);
    }
    /* In C++ `void *` does not become a handle by itself. */
    const char *cast = lowered->is_header ? arena_format(arena, "(%s)", handle_type(call)) : "";
    call->text = arena_format(arena, "__extension__({ %s%s%s$0(%s)%s; })", declarations, cast,
                              before, arguments, behind);
}

void arguments_own(struct lowered *lowered)
{
    const struct check *check = lowered->check;
    for (size_t i = 0; i < check->owning_count; i++)
        own(lowered, &check->owning[i]);
}
