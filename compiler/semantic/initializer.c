/* Initialisers: every expression in a list is typed and compared with the member it initialises,
 * and arrays without a length get one.
 *
 * A list is walked with a cursor, as C11 6.7.9 describes: a level that has braces of its own takes
 * designators; a level without (`int a[2][2] = {1, 2, 3}`) takes as many elements as it has members
 * and ends at the next designator. */
#include "semantic/checker.h"

struct cursor {
    struct node *list;
    uint32_t index;
    bool
        is_inside; /* the designators of the element at `index` were followed: its value is meant */
};

static struct node *element_at(const struct cursor *cursor)
{
    if (cursor->index >= cursor->list->count)
        return NULL;
    struct node *element = cursor->list->kid[cursor->index];
    return cursor->is_inside ? element->kid[0] : element;
}

static void advance(struct cursor *cursor)
{
    cursor->index++;
    cursor->is_inside = false;
}

/* Nothing more for a level without braces. */
static bool is_at_end(const struct cursor *cursor)
{
    struct node *element = element_at(cursor);
    return !element || element->kind == NODE_DESIGNATED;
}

/* --- how many elements an array gets by its list */

struct length {
    uint64_t count;
    /* NULL, or where designators are constants of which the value is not known, what says it. */
    const char *text;
    struct node *node; /* the same, of which the sizes of frames are made */
};

/* The larger one of `$0 + count` and what there was. */
static struct node *make_length(struct check *check, struct node *base, struct node *before,
                                const char *format, uint64_t count)
{
    struct node *node = node_new(check->arena, NODE_MADE, base->start, base->end, before ? 2 : 1);
    node->kid[0] = base;
    if (before)
        node->kid[1] = before;
    node->text = arena_format(check->arena, format, "$0", (unsigned long long)count, "$1");
    return node;
}

/* Elements up to this index are there, counted from `base` if that is not NULL. */
static void lengthen(struct check *check, struct length *length, struct node *base, uint64_t count)
{
    const char *format =
        length->text ? "sizeof(union { char own[(%s) + %llu], others[%s]; })" : "(%s) + %llu";
    if (base) {
        length->node = make_length(check, base, length->node, format, count);
        length->text = arena_format(check->arena, format, text_of(check, base),
                                    (unsigned long long)count, length->text);
    } else if (count != UINT64_MAX && count > length->count) {
        length->count = count;
    }
}

/* The larger one of both. */
static void join_counts(struct check *check, struct length *length, const struct node *list)
{
    static const char format[] = "sizeof(union { char own[%llu], others[%s]; })";
    unsigned long long count = length->count;
    struct node *node = node_new(check->arena, NODE_MADE, list->start, list->end, 1);
    node->kid[0] = length->node;
    node->text = arena_format(check->arena, format, count, "$0");
    length->node = node;
    length->text = arena_format(check->arena, format, count, length->text);
}

/* --- the members of an aggregate, by index */

static bool is_aggregate(const struct type *type)
{
    enum type_kind kind = type_resolve(type)->kind;
    return kind == TYPE_ARRAY || kind == TYPE_STRUCT || kind == TYPE_UNION || kind == TYPE_VECTOR;
}

/* The first named or anonymous-struct member from `index` on: unnamed bit-fields take no value. */
static uint64_t skip_unnamed(const struct type *type, uint64_t index)
{
    if (type->kind == TYPE_STRUCT || type->kind == TYPE_UNION)
        while (index < type->field_count && !type->fields[index].name &&
               type->fields[index].bits >= 0)
            index++;
    return index;
}

/* NULL past the last member. */
static struct type *member_at(struct check *check, struct type *type, uint64_t index)
{
    struct type *resolved = type_resolve(type);
    if (resolved->kind == TYPE_STRUCT || resolved->kind == TYPE_UNION) {
        if (index >= resolved->field_count)
            return NULL;
        return resolved->fields[index].type;
    }
    bool is_bounded = resolved->kind == TYPE_VECTOR ||
                      (resolved->array_size == ARRAY_FIXED && resolved->length_is_known);
    if (is_bounded && index >= resolved->length)
        return NULL;
    return type_element(check->types, type);
}

static bool is_character(const struct type *type)
{
    enum type_kind kind = type_resolve(type)->kind;
    return kind == TYPE_CHAR || kind == TYPE_SCHAR || kind == TYPE_UCHAR;
}

static struct node *string_within(struct node *node)
{
    struct node *inner = skip_parens(node);
    if (inner->kind == NODE_INITIALIZER_LIST && inner->count == 1 && inner->kid[0] &&
        inner->kid[0]->kind != NODE_DESIGNATED)
        inner = skip_parens(inner->kid[0]);
    return inner->kind == NODE_STRING ? inner : NULL;
}

/* A string literal initialises an array of its characters, not a pointer. */
static bool is_string_for(struct check *check, const struct type *type, struct node *value)
{
    const struct type *resolved = type_resolve(type);
    struct node *string = resolved->kind == TYPE_ARRAY ? string_within(value) : NULL;
    if (!string || !type_is_integer(resolved->target))
        return false;
    check_expression(check, string);
    const struct type *character = type_resolve(string->type)->target;
    return (is_character(character) && is_character(resolved->target)) ||
           type_size(character) == type_size(resolved->target);
}

/* --- one value */

static void fill(struct check *check, struct type *type, struct cursor *cursor, uint64_t index);
static struct length fill_list(struct check *check, struct type *type, struct node *list);

static struct type *with_length(struct check *check, struct type *type, struct length length)
{
    struct type *resolved = type_resolve(type);
    if (resolved->kind != TYPE_ARRAY || resolved->array_size != ARRAY_INCOMPLETE)
        return type;
    struct type *array = type_array(check->types, type_element(check->types, type), length.count);
    array->length_is_known = !length.text;
    array->name = length.text;
    array->node = length.node;
    return array;
}

static void type_parens(struct node *outer, const struct node *inner)
{
    for (; outer != inner; outer = outer->kid[0])
        outer->type = inner->type;
}

static struct type *check_string(struct check *check, struct type *type, struct node *value)
{
    struct node *string = string_within(value);
    const struct type *literal = type_resolve(string->type);
    type_parens(value, string);
    struct type *completed = with_length(check, type, (struct length){.count = literal->length});
    if (value->kind == NODE_INITIALIZER_LIST)
        value->type = completed;
    return completed;
}

/* A list, a string or, in GNU C, a literal of an array: what else an array is initialised with C
 * could not see once the array is copied from a literal. */
static void check_array_value(struct check *check, const struct type *type, struct node *value)
{
    const struct function_state *function = check->state->function;
    bool is_literal = skip_choices(check, value)->kind == NODE_COMPOUND_LITERAL;
    if (!function || (!function->is_async && !function->is_generator) || is_unknown(type) ||
        is_unknown(value->type) || (is_literal && same_object(type, value->type)))
        return;
    complain(check, value, "an array of type '%s' initialised by a value of type '%s'",
             show(check, type), show(check, value->type));
}

/* A part of an object in an async function is initialised in a literal that has no name. */
static enum strictness strictness_in(const struct check *check, const struct cursor *list)
{
    const struct function_state *function = check->state->function;
    bool is_written = list && function && (function->is_async || function->is_generator);
    return is_written ? C_POINTER_WARNINGS : OUR_MISTAKES;
}

/* `list`: what it is an element of, NULL if of none. */
static struct type *initialize(struct check *check, struct type *type, struct node *value,
                               const struct cursor *list)
{
    if (is_string_for(check, type, value))
        return check_string(check, type, value);
    if (value->kind == NODE_INITIALIZER_LIST && type_is_container(type)) {
        check_container_list(check, type, value);
        return type;
    }
    if (value->kind == NODE_INITIALIZER_LIST) {
        struct length length = fill_list(check, type, value);
        struct type *completed = with_length(check, type, length);
        value->type = completed;
        return completed;
    }
    if (!value->type) {
        if (is_aggregate(type) && type_resolve(type)->kind == TYPE_ARRAY)
            check_expression(check, value); /* a compound literal, or a mistake */
        else
            check_owned(check, value);
    }
    if (type_resolve(type)->kind == TYPE_ARRAY)
        check_array_value(check, type, value);
    check_conversion(check, type, value, strictness_in(check, list), "initialiser");
    return with_length(check, type, (struct length){.count = type_resolve(value->type)->length});
}

struct type *check_initializer(struct check *check, struct type *type, struct node *value)
{
    return initialize(check, type, value, NULL);
}

/* One member of a level without braces: takes one element, or as many as it has members. */
static void fill_member(struct check *check, struct type *type, struct cursor *cursor)
{
    struct node *element = element_at(cursor);
    bool descends = is_aggregate(type) && element->kind != NODE_INITIALIZER_LIST &&
                    !is_string_for(check, type, element);
    if (descends && type_resolve(type)->kind != TYPE_ARRAY) {
        check_value(check, element);
        descends = !type_compatible(type, element->type) || is_unknown(type);
    }
    if (descends && member_at(check, type, 0)) {
        fill(check, type, cursor, 0);
        return;
    }
    if (!type_is_container(type) || !is_whole_zero(check, cursor->list, element))
        initialize(check, type, element, cursor);
    advance(cursor);
}

/* Members from `index` on, in a level without braces. */
static void fill(struct check *check, struct type *type, struct cursor *cursor, uint64_t index)
{
    bool is_union = type_resolve(type)->kind == TYPE_UNION;
    for (;;) {
        index = skip_unnamed(type_resolve(type), index);
        struct type *member = member_at(check, type, index);
        if (!member || is_at_end(cursor))
            return;
        uint32_t before = cursor->index;
        fill_member(check, member, cursor);
        index++;
        if (is_union || cursor->index == before)
            return;
    }
}

/* --- designators */

/* The member that a field designator names: the anonymous struct that holds it counts as one. */
static uint64_t field_index(const struct type *type, const char *name, struct type **inner)
{
    *inner = NULL;
    for (uint64_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (field->name == name)
            return i;
        if (!field->name && field->bits < 0 && type_field(field->type, name)) {
            *inner = field->type;
            return i;
        }
    }
    return UINT64_MAX;
}

/* Behind a range the elements go on. */
static struct node *last_index(const struct node *designator)
{
    struct node *end = node_kid(designator, 1);
    return end ? end : designator->kid[0];
}

static uint64_t designated_index(struct check *check, struct node *designator)
{
    long long index = 0;
    const char *outer = check->state->no_await;
    check->state->no_await = "a designator";
    for (uint32_t i = 0; i < designator->count; i++)
        if (designator->kid[i])
            check_value(check, designator->kid[i]);
    check->state->no_await = outer;
    enum constancy constancy = constant_evaluate(check, last_index(designator), &index);
    return constancy == CONSTANT_KNOWN && index >= 0 ? (uint64_t)index : UINT64_MAX;
}

/* Follows designator number `depth` of the element and those after it, fills the member they name,
 * and gives its index at this level. */
static uint64_t designate(struct check *check, struct type *type, struct cursor *cursor,
                          uint32_t depth)
{
    struct node *element = cursor->list->kid[cursor->index];
    struct node *designator = node_kid(element, depth);
    struct type *resolved = type_resolve(type), *member = NULL;
    uint64_t index = UINT64_MAX;
    if (designator->kind == NODE_FIELD_DESIGNATOR) {
        for (struct type *inner = resolved; inner && inner->kind != TYPE_ARRAY;) {
            struct type *next;
            uint64_t at = field_index(inner, designator->name, &next);
            if (inner == resolved)
                index = at;
            member = at == UINT64_MAX ? NULL : inner->fields[at].type;
            inner = next ? type_resolve(next) : NULL;
        }
    } else {
        index = designated_index(check, designator);
        if (resolved->kind == TYPE_ARRAY || resolved->kind == TYPE_VECTOR)
            member = type_element(check->types, type);
    }
    if (!member) /* no such member, which the C compiler says */
        member = type_simple(check->types, TYPE_UNKNOWN);
    if (depth + 1 < element->count) {
        uint32_t before = cursor->index;
        uint64_t at = designate(check, member, cursor, depth + 1);
        if (is_aggregate(member) && at != UINT64_MAX && cursor->index != before &&
            type_resolve(member)->kind != TYPE_UNION)
            fill(check, member, cursor, at + 1);
    } else {
        cursor->is_inside = true;
        fill_member(check, member, cursor);
    }
    return index;
}

/* --- lists */

static void check_extra(struct check *check, struct node *element)
{
    struct type *unknown = type_simple(check->types, TYPE_UNKNOWN);
    if (element->kind != NODE_DESIGNATED) {
        check_initializer(check, unknown, element);
        return;
    }
    for (uint32_t i = 1; i < element->count; i++)
        if (element->kid[i]->kind == NODE_INDEX_DESIGNATOR)
            designated_index(check, element->kid[i]);
    check_initializer(check, unknown, element->kid[0]);
}

/* What the elements behind this one are counted from, if its own index is not known. */
static struct node *unknown_base(const struct type *type, const struct node *element)
{
    const struct node *designator = element->kid[1];
    bool is_index = designator->kind == NODE_INDEX_DESIGNATOR;
    return is_index && type_resolve(type)->kind == TYPE_ARRAY ? last_index(designator) : NULL;
}

/* An element without a designator, at this index of a list with braces. */
static void fill_next(struct check *check, struct type *type, struct cursor *cursor, uint64_t index)
{
    struct node *element = cursor->list->kid[cursor->index];
    struct type *member = index == 0 ? type : NULL;
    if (is_aggregate(type))
        member = index == UINT64_MAX ? NULL : member_at(check, type, index);
    if (member && element->kind != NODE_DESIGNATED) {
        fill_member(check, member, cursor);
    } else {
        check_extra(check, element);
        advance(cursor);
    }
}

/* A list with braces. Gives the number of elements that an array of unknown length gets by it. */
static struct length fill_list(struct check *check, struct type *type, struct node *list)
{
    struct cursor cursor = {list, 0, false};
    struct length length = {0};
    struct node *base = NULL; /* `index` counts from it */
    uint64_t index = 0;
    bool is_level = is_aggregate(type);
    while (cursor.index < list->count) {
        struct node *element = list->kid[cursor.index];
        if (is_level && element->kind == NODE_DESIGNATED && element->count > 1) {
            lengthen(check, &length, base, index);
            index = designate(check, type, &cursor, 1);
            base = index == UINT64_MAX ? unknown_base(type, element) : NULL;
            index = base ? 0 : index;
        } else {
            index = is_level ? skip_unnamed(type_resolve(type), index) : index;
            fill_next(check, type, &cursor, base ? 0 : index);
        }
        index += index != UINT64_MAX;
    }
    lengthen(check, &length, base, index);
    if (length.text && length.count)
        join_counts(check, &length, list);
    return length;
}
