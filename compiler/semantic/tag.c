/* Structs, unions and enums: their tags, members and enumerators. */
#include "semantic/checker.h"
#include "syntax/token.h"

static enum type_kind kind_of(const struct node *node)
{
    return node->kind == NODE_STRUCT  ? TYPE_STRUCT
           : node->kind == NODE_UNION ? TYPE_UNION
                                      : TYPE_ENUM;
}

static struct symbol *make_tag(struct check *check, struct node *node)
{
    struct symbol *symbol = symbol_make(check, SYMBOL_TAG, node->name);
    symbol->type = type_make(check->types, kind_of(node));
    symbol->type->name = node->name;
    symbol->type->symbol = symbol;
    symbol->type->node = symbol->node = node;
    node->flags |= IS_FIRST;
    if (node->name)
        scope_bind(check->state->scopes, SPACE_TAG, node->name, symbol);
    return symbol;
}

/* The symbol that `struct s` speaks of here; made if there is none. */
static struct symbol *find_tag(struct check *check, struct node *node, bool alone)
{
    struct scopes *scopes = check->state->scopes;
    bool here = alone || node->flags & HAS_BODY;
    struct symbol *symbol = NULL;
    if (node->name)
        symbol = here ? scope_find_here(scopes, SPACE_TAG, node->name)
                      : scope_find(scopes, SPACE_TAG, node->name);
    if (!symbol)
        return make_tag(check, node);
    if (symbol->type->kind != kind_of(node)) {
        if (complain(check, node, "'%s' is another kind of tag here", node->name))
            add_note(check, symbol->node, "'%s' is declared here", node->name);
        return make_tag(check, node);
    }
    if (node->flags & symbol->node->flags & HAS_BODY) {
        if (complain(check, node, "redefinition of '%s'", show(check, symbol->type)))
            add_note(check, symbol->node, "previous definition is here");
        return make_tag(check, node);
    }
    return symbol;
}

/* --- members */

struct members {
    struct field *fields;
    size_t count, capacity;
};

static struct field *add_field(struct check *check, struct members *members, struct type *type,
                               const char *name, struct node *node)
{
    members->fields = arena_grow(check->arena, members->fields, members->count, &members->capacity,
                                 sizeof *members->fields);
    struct field *field = &members->fields[members->count++];
    *field = (struct field){.type = type, .name = name, .bits = -1, .node = node};
    return field;
}

/* A struct that holds itself would have no end; the C compiler says so. */
static struct type *holdable(struct check *check, struct type *type)
{
    const struct type *element = type_resolve(type);
    while (element->kind == TYPE_ARRAY)
        element = type_resolve(element->target);
    bool is_record = element->kind == TYPE_STRUCT || element->kind == TYPE_UNION;
    return is_record && !element->is_complete ? type_simple(check->types, TYPE_UNKNOWN) : type;
}

/* Of a type without a tag: where a member has it. */
static void note_owner(struct type *type, struct type *owner)
{
    struct type *base = type->unqualified ? type->unqualified : type;
    if (type_is_tagged(base) && !base->name && !base->owner && !base->bearer)
        base->owner = owner;
}

static void add_declared(struct check *check, struct members *members, struct type *structure,
                         const struct specifiers *specifiers, struct node *declared)
{
    struct declarator result = check_declarator(check, specifiers, declared->kid[0]);
    result.attributes.around = declared;
    result.type = apply_attributes(check, result.type, (struct attributes){.around = declared});
    struct type *type = holdable(check, result.type);
    check_new_member(check, &result, members->fields, members->count);
    struct field *field =
        add_field(check, members, type, result.name ? result.name->name : NULL, declared);
    field->bits = result.bits;
    note_owner(specifiers->type, structure);
    if (find_attribute(result.attributes, "aligned") || find_attribute(result.attributes, "packed"))
        structure->is_packed_or_aligned = true;
    if (check->state->function && check->state->function->is_async &&
        type_is_variably_modified(type))
        complain(check, declared, "a member of variable size in an async function");
    if (result.async)
        complain(check, result.async, "'async' on a member that is no pointer to a function");
    check_former_use(check, specifiers);
}

static void check_member(struct check *check, struct members *members, struct type *structure,
                         struct node *declaration)
{
    struct specifiers specifiers =
        check_specifiers(check, declaration->kid[0], READING_CERTAIN, declaration->count == 1);
    struct node *words = declaration->kid[0];
    struct attributes common = {.specifiers = words};
    if (find_attribute(common, "aligned") || find_attribute(common, "packed"))
        structure->is_packed_or_aligned = true;
    for (uint32_t i = 0; i < words->count; i++)
        structure->is_packed_or_aligned |= words->kid[i]->kind == NODE_ALIGNAS;
    const struct type *type = type_resolve(specifiers.type);
    bool is_record = type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
    if (declaration->count == 1 && is_record && type->is_complete) {
        check_anonymous_member(check, specifiers.type, members->fields, members->count);
        add_field(check, members, specifiers.type, NULL, declaration);
        note_owner(specifiers.type, structure);
    }
    for (uint32_t i = 1; i < declaration->count; i++)
        add_declared(check, members, structure, &specifiers, declaration->kid[i]);
}

/* Where the tag stands, or the members begin. */
static uint32_t end_of_head(const struct check *check, const struct node *node)
{
    const char *code = source_code(check->source);
    struct range token, last = {node->start, node->start};
    uint32_t at = node->start;
    while (next_token(code, node->end, &at, &token) && !token_is(code, token, "{"))
        last = token;
    return node->name && token_is(code, last, node->name) ? last.start : last.end;
}

/* Whether attributes of the whole, which stand before the tag or behind the last member, have it.
 */
static bool mentions_around(const struct check *check, const struct node *node, const char *word)
{
    uint32_t head = end_of_head(check, node);
    uint32_t tail = node->count ? node->kid[node->count - 1]->end : head;
    return text_mentions(check, node->start, head, word) ||
           text_mentions(check, tail, node->end, word);
}

static bool has_layout_attribute(const struct check *check, const struct node *node)
{
    static const char *const words[] = {"packed", "aligned", "scalar_storage_order", "ms_struct",
                                        "transparent_union"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (mentions_around(check, node, words[i]))
            return true;
    return false;
}

static void check_members(struct check *check, struct node *node, struct type *type)
{
    struct members members = {0};
    if (has_layout_attribute(check, node) || pragmas_lay_out(check->pragmas, node->start))
        type->is_packed_or_aligned = true;
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        if (kid->kind == NODE_DECLARATION)
            check_member(check, &members, type, kid);
        else if (kid->kind == NODE_STATIC_ASSERT)
            check_static_assert(check, kid);
    }
    type->fields = members.fields;
    type->field_count = members.count;
    type->is_complete = true;
    check_flexible_members(check, type);
}

/* --- enumerators */

struct range_of_values {
    bool has_negative, is_wide; /* is_wide: a value that no (unsigned) int holds */
    bool is_unknown;            /* what some value is */
    long long low, high;
};

static void widen_range(struct range_of_values *range, long long value, bool is_huge)
{
    range->has_negative |= value < 0 && !is_huge;
    range->is_wide |= is_huge || value > 0xffffffffLL || value < -0x80000000LL;
    if (value < range->low)
        range->low = value;
    if (value > range->high)
        range->high = value;
    range->is_wide |= range->has_negative && range->high > 0x7fffffffLL;
}

/* The smallest type from int on that holds the value, as GNU C has it. */
static struct type *type_that_holds(struct check *check, long long value)
{
    bool fits_int = value >= -0x80000000LL && value <= 0x7fffffffLL;
    return type_simple(check->types, fits_int                            ? TYPE_INT
                                     : value < 0 || value > 0xffffffffLL ? TYPE_LONG
                                                                         : TYPE_UINT);
}

/* Of a function's own enumerators C compilers see the values alone. */
static void check_new_enumerator(struct check *check, const struct node *node)
{
    struct symbol *old = scope_find_here(check->state->scopes, SPACE_ORDINARY, node->name);
    if (old && check->state->function && complain(check, node, "redefinition of '%s'", node->name))
        add_note(check, old->node, "previous declaration of '%s' is here", old->name);
}

/* `fixed` is the type that the enum names for them, or NULL. */
static void add_enumerator(struct check *check, struct node *node, struct type *fixed,
                           long long *next, bool *next_is_known, struct range_of_values *range)
{
    struct symbol *symbol = symbol_make(check, SYMBOL_ENUMERATOR, node->name);
    struct node *value = node_kid(node, 0);
    symbol->node = symbol->declaration = node;
    if (value) {
        const char *outer = check->state->no_await;
        check->state->no_await = "an enumerator's value";
        check_value(check, value);
        check->state->no_await = outer;
        *next_is_known = constant_evaluate(check, value, next) == CONSTANT_KNOWN;
    }
    symbol->value = *next;
    symbol->value_is_known = *next_is_known;
    bool is_below = value ? !type_is_unsigned(value->type) : range->has_negative;
    if (*next_is_known)
        widen_range(range, *next, *next < 0 && !is_below);
    range->is_unknown |= !*next_is_known;
    symbol->type = fixed ? fixed : type_that_holds(check, *next);
    node->symbol = symbol;
    node->type = symbol->type;
    if (node->name) {
        check_new_enumerator(check, node);
        scope_bind(check->state->scopes, SPACE_ORDINARY, node->name, symbol);
    }
    *next = (long long)((unsigned long long)*next + 1);
}

static bool fits_bits(const struct range_of_values *range, int bits)
{
    long long half = 1LL << (bits - 1);
    return range->has_negative ? range->low >= -half && range->high < half : range->high < 2 * half;
}

/* The type of a packed enum is the smallest that holds all; NULL: unknown. */
static struct type *type_of_range(struct check *check, const struct range_of_values *range,
                                  bool is_packed)
{
    static const enum type_kind kinds[][2] = {{TYPE_UCHAR, TYPE_SCHAR},
                                              {TYPE_USHORT, TYPE_SHORT},
                                              {TYPE_UINT, TYPE_INT},
                                              {TYPE_ULONG, TYPE_LONG}};
    int size = range->is_wide ? 3 : 2;
    if (is_packed && range->is_unknown)
        return NULL;
    if (is_packed && !range->is_wide)
        size = fits_bits(range, 8) ? 0 : fits_bits(range, 16) ? 1 : 2;
    return type_simple(check->types, kinds[size][range->has_negative]);
}

/* The type that an enum names for its enumerators. Another enum cannot be one, as C compilers will
 * say; this enum least of all, of which there would be no end. */
static struct type *check_fixed_type(struct check *check, struct node *name)
{
    struct type *type = check_type_name(check, name, READING_CERTAIN);
    return type_resolve(type)->kind == TYPE_ENUM ? type_simple(check->types, TYPE_INT) : type;
}

static void check_enumerators(struct check *check, struct node *node, struct type *type)
{
    long long next = 0;
    bool next_is_known = true;
    struct range_of_values range = {0};
    uint32_t first = 0;
    if (node->flags & HAS_TYPE)
        type->target = check_fixed_type(check, node->kid[first++]);
    struct type *fixed = type->target;
    for (uint32_t i = first; i < node->count; i++)
        if (node->kid[i]->kind == NODE_ENUMERATOR)
            add_enumerator(check, node->kid[i], fixed, &next, &next_is_known, &range);
    /* Attributes may say the size, the alignment or, with `mode`, both. */
    bool has_mode = mentions_around(check, node, "mode");
    if (!type->target && !has_mode)
        type->target = type_of_range(check, &range, mentions_around(check, node, "packed"));
    type->is_packed_or_aligned = has_mode || mentions_around(check, node, "aligned");
    type->is_complete = true;
}

struct type *check_tag(struct check *check, struct node *node, bool alone)
{
    bool is_hidden_here = node->name && !(node->flags & HAS_BODY) && is_hidden(check, node->name) &&
                          !scope_find(check->state->scopes, SPACE_TAG, node->name);
    if (is_hidden_here)
        return node->type = type_simple(check->types, TYPE_UNKNOWN);
    struct symbol *symbol = find_tag(check, node, alone);
    node->symbol = symbol;
    node->type = symbol->type;
    if (node->flags & HAS_BODY) {
        symbol->node = symbol->type->node = node;
        if (node->kind == NODE_ENUM)
            check_enumerators(check, node, symbol->type);
        else
            check_members(check, node, symbol->type);
    } else if (node->flags & HAS_TYPE) {
        symbol->type->target = check_fixed_type(check, node->kid[0]);
        symbol->type->is_complete = true;
    }
    return symbol->type;
}
