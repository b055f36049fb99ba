/* Conversion as if by assignment, of arguments, initialisers, assigned and returned values.
 *
 * In C a future is one pointer type whatever it holds, and an async function is a function that
 * returns one, so the C compiler cannot see most mistakes with the language's types: they are
 * reported here. Plain C's mistakes are the C compiler's, except in async functions and generators,
 * where it would speak of generated text. */
#include <string.h>

#include "semantic/checker.h"

/* In the order of who sees it: nobody, C compilers that warn, all C compilers, asyncc alone. */
enum verdict { FITS, C_DOUBT, C_MISMATCH, OUR_MISMATCH };

static const char *plain_tag(enum type_kind former)
{
    return former == TYPE_FUTURE      ? "async_future"
           : former == TYPE_GENERATOR ? "async_generator"
           : former == TYPE_QUEUE     ? "async_queue"
                                      : NULL;
}

bool is_plain_handle(const struct type *type, enum type_kind former)
{
    const struct type *pointer = type_resolve(type);
    const char *tag = plain_tag(former);
    if (!tag || pointer->kind != TYPE_POINTER)
        return false;
    const struct type *target = type_resolve(pointer->target);
    return target->kind == TYPE_VOID ||
           (target->kind == TYPE_STRUCT && target->name && !strcmp(target->name, tag));
}

static bool is_handle(const struct type *type)
{
    return plain_tag(type_resolve(type)->kind) != NULL;
}

static bool same_function_in_c(const struct type *a, const struct type *b)
{
    if (a->is_async != b->is_async) {
        const struct type *other = a->is_async ? b->target : a->target;
        if (!is_plain_handle(other, TYPE_FUTURE))
            return false;
    } else if (!same_in_c(a->target, b->target)) {
        return false;
    }
    if (a->is_old_style || b->is_old_style)
        return true;
    if (a->parameter_count != b->parameter_count || a->is_variadic != b->is_variadic)
        return false;
    for (size_t i = 0; i < a->parameter_count; i++)
        if (!same_in_c(a->parameters[i].type, b->parameters[i].type))
            return false;
    return true;
}

bool same_in_c(const struct type *a, const struct type *b)
{
    a = type_resolve(a);
    b = type_resolve(b);
    if (type_compatible(a, b) || is_plain_handle(a, b->kind) || is_plain_handle(b, a->kind))
        return true;
    if (a->kind == TYPE_POINTER && b->kind == TYPE_POINTER)
        return type_is_void(a->target) || type_is_void(b->target) ||
               same_in_c(a->target, b->target);
    if (a->kind == TYPE_ARRAY && b->kind == TYPE_ARRAY)
        return same_in_c(a->target, b->target);
    return a->kind == TYPE_FUNCTION && b->kind == TYPE_FUNCTION && same_function_in_c(a, b);
}

static enum verdict judge_handle(struct check *check, const struct type *to,
                                 const struct type *from, const struct node *value)
{
    if (same_in_c(to, from))
        return FITS;
    if (type_resolve(to)->kind == TYPE_BOOL) /* a truth value: is there a handle? */
        return FITS;
    return is_handle(to) && is_null_constant(check, value) ? FITS : OUR_MISMATCH;
}

/* Constants whose value only the C compiler knows may be zero. */
static bool may_be_null(struct check *check, const struct node *value)
{
    long long number;
    enum constancy constancy = constant_evaluate(check, value, &number);
    return constancy == CONSTANT_UNKNOWN || (constancy == CONSTANT_KNOWN && number == 0);
}

void note_await(struct check *check, const struct node *value)
{
    const struct function_state *function = check->state->function;
    bool is_awaiting = function && function->is_async;
    if (type_resolve(value->type)->kind == TYPE_FUTURE && function)
        add_note(check, value,
                 is_awaiting ? "'await' gives its value" : "'async_run' gives its value");
}

/* An async function's name where a number is wanted. */
static bool is_uncalled(const struct type *to, const struct type *from)
{
    const struct type *function = from->kind == TYPE_POINTER ? type_resolve(from->target) : from;
    return function->kind == TYPE_FUNCTION && function->is_async && to->kind != TYPE_BOOL &&
           type_is_arithmetic(to);
}

static enum verdict judge_pointer(struct check *check, const struct type *to,
                                  const struct type *from, const struct node *value)
{
    enum type_kind kind = type_resolve(from)->kind;
    if (kind == TYPE_POINTER && (type_has_language(to) || type_has_language(from)) &&
        !same_in_c(to, from) && !is_null_constant(check, value))
        return OUR_MISMATCH;
    if (kind == TYPE_POINTER || kind == TYPE_NULLPTR)
        return FITS;
    return !type_is_integer(from) ? C_MISMATCH : may_be_null(check, value) ? FITS : C_DOUBT;
}

/* On the type itself or on one of the typedefs that name it. */
static bool has_attributes(const struct type *type)
{
    while (type->kind == TYPE_TYPEDEF && !type->is_packed_or_aligned)
        type = type->target;
    return type->is_packed_or_aligned || type_resolve(type)->is_packed_or_aligned;
}

static enum verdict judge(struct check *check, const struct type *to, const struct type *from,
                          const struct node *value)
{
    const struct type *target = type_resolve(to), *source = type_resolve(from);
    if (target->kind == TYPE_UNKNOWN || source->kind == TYPE_UNKNOWN ||
        target->kind == TYPE_BUILTIN || source->kind == TYPE_BUILTIN)
        return FITS;
    if (source->kind == TYPE_VOID)
        return C_MISMATCH;
    if (is_handle(target) || is_handle(source))
        return judge_handle(check, to, from, value);
    if (target->kind >= TYPE_FUTURE || source->kind >= TYPE_FUTURE)
        return type_compatible(to, from) ? FITS : OUR_MISMATCH;
    if (target->kind == TYPE_UNION && has_attributes(to))
        return FITS; /* perhaps a transparent union, which takes each member's type */
    if (target->kind == TYPE_POINTER)
        return judge_pointer(check, to, from, value);
    if (target->kind == TYPE_STRUCT || target->kind == TYPE_UNION || source->kind == TYPE_STRUCT ||
        source->kind == TYPE_UNION)
        return type_compatible(to, from) ? FITS : C_MISMATCH;
    if (is_uncalled(target, source))
        return OUR_MISMATCH;
    if (source->kind != TYPE_POINTER || !type_is_arithmetic(to) || target->kind == TYPE_BOOL)
        return FITS;
    return type_is_integer(to) ? C_DOUBT : C_MISMATCH;
}

bool check_conversion(struct check *check, const struct type *to, struct node *value,
                      enum strictness strictness, const char *format, ...)
{
    const struct function_state *function = check->state->function;
    if (check->state->quiet || !value->type || type_resolve(to)->kind == TYPE_ARRAY)
        return true;
    take_target_type(check, value, to);
    const struct type *from = type_decay(check->types, value->type);
    enum verdict verdict = judge(check, to, from, value);
    if (type_resolve(to)->kind == TYPE_BOOL)
        check_awaited(check, value);
    if (strictness == OUR_MISTAKES && function && (function->is_async || function->is_generator))
        strictness = C_ERRORS;
    bool is_fit = verdict == FITS || (verdict == C_MISMATCH && strictness < C_ERRORS) ||
                  (verdict == C_DOUBT && strictness < C_WARNINGS);
    if (is_fit && strictness < C_POINTER_WARNINGS)
        return true;
    va_list arguments;
    va_start(arguments, format);
    const char *what = arena_vformat(check->arena, format, arguments);
    va_end(arguments);
    if (is_fit) {
        check_pointers(check, to, value, what);
        return true;
    }
    bool is_news = complain(check, value, "%s of type '%s' does not convert to '%s'", what,
                            show(check, from), show(check, to));
    const struct type *future = type_resolve(from);
    if (is_news && future->kind == TYPE_FUTURE &&
        type_is_arithmetic(to) == type_is_arithmetic(future->target) &&
        judge(check, to, future->target, value) == FITS)
        note_await(check, value);
    return false;
}
