/* Objects of variably modified types, before the await pass.
 *
 * A frame has no room for an array whose size is not known, and C allows no label, as every await
 * needs one, in the scope of what has such a type. So what is declared in front of an await becomes
 * a pointer to storage of its own, and each size that is not constant a variable, which is set
 * where the declaration stands:
 *
 *     int v[n], (*p)[n] = &v;       unsigned long length_1 = n;
 *                                   void *v = async_array(sizeof(int) * length_1, ...);
 *                                   defer free(v);
 *                                   unsigned long length_2 = n;
 *                                   void *p = &v;
 *
 * A size that the initialiser or an operand of `typeof` computes is set where it stands there:
 * `(int (*)[length_3 = n])q`.
 *
 * Uses see it by its type still: v is written `(*(int (*)[length_1])v)`, p
 * `(*(int (**)[length_2])&p)` (output/node.c). In the tree the size expression itself becomes a use
 * of its length, so every type that was made of it is right from then on, and a typedef keeps what
 * it found. Parameters become such variables at the start of the function. Declarations that no
 * label follows stay as they are.
 */
#include "lower/await.h"

#include "lower/cleanup.h"
#include "support/arena.h"
#include "support/names.h"

/* --- types */

/* What an object of the type is kept in: pointers to what has a variable size point to void. */
struct type *storage_type(const struct lowered *lowered, struct type *type)
{
    struct types *types = lowered->check->types;
    const struct type *resolved = type_resolve(type);
    unsigned qualifiers = 0;
    if (!type_is_variably_modified(type))
        return type;
    if (resolved->kind == TYPE_ARRAY && !type_has_variable_size(resolved))
        return type_array(types, storage_type(lowered, resolved->target), resolved->length);
    if (resolved->kind == TYPE_POINTER)
        qualifiers = type_element_qualifiers(resolved->target) & (QUAL_CONST | QUAL_VOLATILE);
    return type_pointer(types, type_qualified(types, type_simple(types, TYPE_VOID), qualifiers));
}

static struct type *length_type(const struct hoist *h)
{
    return type_simple(h->lowered->check->types, TYPE_ULONG);
}

static bool is_kept(const struct node *size)
{
    return size->kind == NODE_IDENTIFIER && size->flags & IS_IMPLICIT;
}

/* The place in the expression where the size stands, if it does. */
static struct node **place_of(struct node *within, const struct node *size)
{
    struct node **place = NULL;
    for (uint32_t i = 0; within && !place && i < within->count; i++)
        place = within->kind == NODE_ARRAY && within->kid[i] == size
                    ? &within->kid[i]
                    : place_of(within->kid[i], size);
    return place;
}

/* A nested function uses those of the functions around it as well. */
static struct variable *length_variable(struct hoist *h)
{
    struct function *outermost = h->function;
    while (outermost->outer)
        outermost = outermost->outer;
    return make_temporary_named(h, length_type(h), "length", ++outermost->lengths);
}

/* `(int (*)[length_1 = n])p`: the length is set where the size stands, which may be behind what the
 * size depends on. */
static void set_length_within(struct hoist *h, struct node **place, struct variable *length)
{
    struct node *size = *place;
    *place =
        make(h, NODE_ASSIGN, size, "$0 = $1", 2, make_use(h, size, length), copy_node(h, size));
    (*place)->type = length->type;
    (*place)->flags |= size->flags & (HAS_AWAIT | HAS_LANGUAGE);
    *size = *make_use(h, size, length);
}

/* The next size of the type that nobody has kept yet; NULL. */
static struct node *next_size(const struct type **type)
{
    for (;;) {
        const struct type *here = type_resolve(*type);
        if (here->kind != TYPE_ARRAY && here->kind != TYPE_POINTER)
            return NULL;
        *type = here->target;
        if (here->kind == TYPE_ARRAY && here->array_size == ARRAY_VARIABLE && here->node &&
            !is_kept(here->node))
            return here->node;
    }
}

void keep_lengths_within(struct hoist *h, const struct type *type, struct node *within,
                         struct list *out)
{
    struct node *size, **place;
    while ((size = next_size(&type)))
        if ((place = place_of(within, size))) {
            struct variable *length = length_variable(h);
            list_push(h, out, make_spill(h, size, length, NULL));
            set_length_within(h, place, length);
        }
}

static bool is_parameters(const struct hoist *h, const struct node *size)
{
    const struct node *function = h->function->node;
    return size->start >= function->start && size->start < function->kid[2]->start;
}

/* The size of this parameter's that the function has computed already: `sizeof *p / sizeof **p`.
 * NULL if it is none of its. */
static struct node *measured(struct hoist *h, const struct parameter *parameter,
                             const struct node *size)
{
    const struct node *name = parameter_name(parameter);
    const struct type *type = type_resolve(parameter->type);
    const char *stars = "";
    while ((type->kind == TYPE_POINTER || type->kind == TYPE_ARRAY) && type->node != size) {
        type = type_resolve(type->target);
        stars = arena_format(h->lowered->arena, "*%s", stars);
    }
    if (type->node != size || !name || !name->symbol)
        return NULL;
    struct node *use = make(h, NODE_IDENTIFIER, size, NULL, 0);
    use->symbol = name->symbol;
    use->name = name->name;
    const char *text = arena_format(h->lowered->arena, "sizeof %1$s$0 / sizeof *%1$s$0", stars);
    return make(h, NODE_MADE, size, text, 1, use);
}

/* The first value of a length. A function that stays C's computes its parameters' by itself. */
static struct node *length_value(struct hoist *h, struct node *size)
{
    const struct type *function = h->function->type;
    bool is_computed =
        !function_has_frame(h->function) && is_parameters(h, size) && node_has_effect(size);
    struct node *value = NULL;
    for (size_t i = 0; is_computed && !value && i < function->parameter_count; i++)
        value = measured(h, &function->parameters[i], size);
    return value ? value : copy_node(h, size);
}

/* The sizes of the type that nobody has kept yet, in the order of the source. A parameter's, of
 * which `typeof` may have made the type, is that at the start of the function; where the function
 * stays C's, its declaration does. */
static void keep_lengths(struct hoist *h, const struct type *type, struct list *out)
{
    struct node *size;
    while ((size = next_size(&type))) {
        struct variable *length = length_variable(h);
        struct node *spill = make_spill(h, size, length, length_value(h, size));
        struct node **place = is_parameters(h, size) ? place_of(h->function->node, size) : NULL;
        spill->flags |= size->flags & (HAS_AWAIT | HAS_LANGUAGE);
        list_push(h, is_parameters(h, size) ? h->entry : out, spill);
        if (place)
            *place = copy_node(h, size);
        *size = *make_use(h, size, length);
    }
}

/* --- storage */

/* How its elements are to be aligned, with $8 for what the declaration asks. */
static const char *alignment_text(struct hoist *h, const struct type *element, bool is_asked)
{
    const struct lowered *lowered = h->lowered;
    if (!is_asked)
        return arena_format(lowered->arena, "__alignof__(%s)", type_text(lowered, element));
    return arena_format(lowered->arena, "_Alignof(struct { $8%s; })",
                        declaration_text(lowered, element, fresh_name(lowered, "element")));
}

/* The array's memory, of `sizeof(int) * 3 * $0 * $1` bytes. */
static struct node *allocation(struct hoist *h, const struct node *at, const struct symbol *symbol)
{
    struct arena *arena = h->lowered->arena;
    const struct type *type = symbol->type;
    struct node *lengths[8] = {NULL}, *asked = alignment_asked(h->lowered, symbol);
    size_t count = 0;
    const char *product = "";
    for (; type_resolve(type)->kind == TYPE_ARRAY; type = type_resolve(type)->target) {
        const struct type *array = type_resolve(type);
        if (array->array_size == ARRAY_VARIABLE && count < sizeof lengths / sizeof *lengths) {
            product = arena_format(arena, "%s * $%zu", product, count);
            lengths[count++] = make_use(h, at, array->node->symbol->lowered);
        } else if (array->length_is_known) {
            product = arena_format(arena, "%s * %llu", product, (unsigned long long)array->length);
        } else {
            product = arena_format(arena, "%s * (%s)", product, array->name);
        }
    }
    const struct type *element = storage_type(h->lowered, (struct type *)type);
    const char *base = type_text(h->lowered, element);
    bool has_runtime =
        check_file_symbol(h->lowered->check, name_of(h->lowered->check->names, "async_array"));
    const char *text = has_runtime ? "async_array(sizeof(%s)%s, %s, __FILE__, __LINE__)"
                                   : "__builtin_malloc(sizeof(%s)%s)";
    struct node *node = make(
        h, NODE_MADE, at,
        arena_format(arena, text, base, product, alignment_text(h, element, asked)), 9, lengths[0],
        lengths[1], lengths[2], lengths[3], lengths[4], lengths[5], lengths[6], lengths[7], asked);
    return node;
}

static struct node *release(struct hoist *h, const struct node *at, struct node *name)
{
    struct node place = {.start = at->end, .end = at->end};
    struct node *use = make(h, NODE_IDENTIFIER, &place, NULL, 0);
    use->symbol = name->symbol;
    use->name = name->name;
    use->type = name->symbol->type;
    struct node *call =
        make(h, NODE_EXPRESSION_STATEMENT, &place, "__builtin_free((void *)$0);", 1, use);
    struct node *defer = make(h, NODE_DEFER, &place, NULL, 1, call);
    defer->flags |= HAS_AWAIT;
    return defer;
}

/* --- declarations */

static bool is_variable(const struct node *declared)
{
    const struct symbol *symbol = declared->kind == NODE_DECLARED ? declared->symbol : NULL;
    if (!symbol || (symbol->kind != SYMBOL_VARIABLE && symbol->kind != SYMBOL_TYPEDEF))
        return false;
    return type_is_variably_modified(symbol->kind == SYMBOL_TYPEDEF ? symbol->type->target
                                                                    : symbol->type);
}

bool declares_variable_type(const struct node *block)
{
    for (uint32_t i = 0; i < block->count; i++) {
        const struct node *item = block->kid[i];
        for (uint32_t k = 1; item && item->kind == NODE_DECLARATION && k < item->count; k++)
            if (is_variable(item->kid[k]))
                return true;
    }
    return false;
}

/* The variable in its storage, which uses see by the symbol's type. */
static struct variable *store(struct hoist *h, struct symbol *symbol)
{
    struct variable *variable = symbol->lowered;
    if (!variable) {
        enum variable_kind kind = is_automatic(symbol) ? VARIABLE_LOCAL : VARIABLE_STATIC;
        variable = variable_new(h->lowered, h->function, kind, symbol, symbol->type);
    }
    variable->viewed_as = symbol->type;
    variable->type = storage_type(h->lowered, symbol->type);
    return variable;
}

static void lower_object(struct hoist *h, const struct node *declaration, uint32_t index,
                         struct list *out)
{
    struct node *declared = declaration->kid[index], *deferred;
    struct symbol *symbol = declared->symbol;
    struct type *type = symbol->type;
    struct variable *variable = store(h, symbol);
    if (type_resolve(type)->kind == TYPE_ARRAY && variable->type->kind == TYPE_POINTER) {
        list_push(h, out, make_spill(h, declared, variable, allocation(h, declared, symbol)));
        list_push(h, out, release(h, declared, symbol->node));
        if ((deferred = deferred_cleanup(h, declaration, index)) != NULL)
            list_push(h, out, deferred);
        return;
    }
    struct node *node =
        make(h, NODE_DECLARATION, declared, "$0 $1;", 2, declaration->kid[0], declared);
    node->flags |= declared->flags & (HAS_AWAIT | HAS_LANGUAGE);
    list_push(h, out, node);
}

static void keep_operand_effects(struct hoist *h, struct node *operand, struct list *out)
{
    keep_lengths_within(h, operand->type, operand, out);
    struct node *value = make(h, NODE_CAST, operand, "(void)($1)", 2, (struct node *)NULL, operand);
    value->type = type_simple(h->lowered->check->types, TYPE_VOID);
    struct node *statement = make(h, NODE_EXPRESSION_STATEMENT, operand, "$0;", 1, value);
    value->flags |= operand->flags & (HAS_AWAIT | HAS_LANGUAGE);
    statement->flags |= value->flags;
    list_push(h, out, statement);
}

/* `typeof(v[i++])` evaluates the expression, if its type is variably modified. */
static void keep_typeof_effects(struct hoist *h, const struct node *specifiers, struct list *out)
{
    for (uint32_t i = 0; i < specifiers->count; i++) {
        struct node *operand =
            specifiers->kid[i]->kind == NODE_TYPEOF ? node_kid(specifiers->kid[i], 0) : NULL;
        if (operand && operand->kind == NODE_TYPE_NAME)
            keep_typeof_effects(h, operand->kid[0], out);
        else if (operand && operand_is_evaluated(specifiers->kid[i]) &&
                 (operand->flags & HAS_AWAIT || node_has_effect(operand)))
            keep_operand_effects(h, operand, out);
    }
}

static struct node *lower_declaration(struct hoist *h, struct node *node)
{
    struct list list = {0};
    struct node *specifiers = node->kid[0], *type;
    keep_typeof_effects(h, specifiers, &list);
    if ((type = local_type_apart(h->lowered, h->function, node)) != NULL)
        list_push(h, &list, type);
    for (uint32_t i = 1; i < node->count; i++) {
        struct node *declared = node->kid[i];
        const struct symbol *symbol = declared->symbol;
        if (!is_variable(declared)) {
            struct node *other = make(h, NODE_DECLARATION, node, "$0 $1;", 2, specifiers, declared);
            other->flags |= declared->flags & (HAS_AWAIT | HAS_LANGUAGE);
            list_push(h, &list, other);
            continue;
        }
        bool is_typedef = symbol->kind == SYMBOL_TYPEDEF;
        if (!is_typedef) /* __auto_type q = (int (*)[n])p */
            keep_lengths_within(h, symbol->type, node_kid(declared, 1), &list);
        keep_lengths(h, is_typedef ? symbol->type->target : symbol->type, &list);
        if (!is_typedef)
            lower_object(h, node, i, &list);
    }
    struct node *splice = make_splice(h, node, &list, false);
    splice->flags |= HAS_AWAIT;
    return splice;
}

/* Whether a label comes to stand behind something variable that the declaration declares. */
static bool is_cut(const struct node *declaration, bool label_follows)
{
    bool later = label_follows;
    for (uint32_t i = declaration->count; i-- > 1;) {
        const struct node *declared = declaration->kid[i];
        later |= (declared->flags & HAS_AWAIT) != 0;
        if (is_variable(declared) && (later || declaration->kid[0]->flags & HAS_AWAIT))
            return true;
    }
    return false;
}

/* --- the walk */

static struct node *walk(struct hoist *h, struct node *node);
static void walk_kids(struct hoist *h, struct node *node);

static void inherit(struct node *node, const struct node *kid)
{
    node->flags |= kid ? kid->flags & HAS_AWAIT : 0;
}

static bool makes_label(const struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return false;
    if (node->flags & HAS_AWAIT || (node->kind == NODE_DECLARATION && has_cleanup_attribute(node)))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (makes_label(node->kid[i]))
            return true;
    return false;
}

/* Deferred statements come to stand at the end of the block, behind labels. */
static bool defers(const struct node *compound)
{
    for (uint32_t i = 0; i < compound->count; i++) {
        struct node *item = compound->kid[i];
        if (item && (item->kind == NODE_DEFER ||
                     (item->kind == NODE_DECLARATION && has_cleanup_attribute(item))))
            return true;
    }
    return false;
}

/* Where the statement behind its labels stands. */
static struct node **behind_labels(struct node **place)
{
    while (*place && node_is_label(*place) && (*place)->count && (*place)->kid[(*place)->count - 1])
        place = &(*place)->kid[(*place)->count - 1];
    return place;
}

/* An array that is moved to storage is freed behind a label at the end of the block, so all that
 * are declared behind it are moved too. */
static void walk_block(struct hoist *h, struct node *compound)
{
    bool *labels = arena_alloc(h->lowered->arena, compound->count + 1), releases = false;
    labels[compound->count] = defers(compound);
    for (uint32_t i = compound->count; i-- > 0;)
        labels[i] = labels[i + 1] || makes_label(compound->kid[i]);
    for (uint32_t i = 0; i < compound->count; i++) {
        struct node **place = behind_labels(&compound->kid[i]), *item = *place;
        bool cut =
            item && item->kind == NODE_DECLARATION && is_cut(item, labels[i + 1] || releases);
        releases |= cut;
        item = item ? walk(h, item) : NULL; /* in sizes may be statements */
        *place = cut ? lower_declaration(h, item) : item;
        for (struct node *label = compound->kid[i]; cut && label != *place;
             label = label->kid[label->count - 1])
            label->flags |= HAS_AWAIT;
        inherit(compound, compound->kid[i]);
    }
}

/* `for (int (*p)[n] = a; ...)`: the declaration goes in front, with a block around both. */
static struct node *walk_for(struct hoist *h, struct node *node)
{
    struct node *init = node->kid[0];
    bool cut = init && init->kind == NODE_DECLARATION && is_cut(init, makes_label(node));
    struct list list = {0};
    if (cut)
        list_push(h, &list, lower_declaration(h, init));
    walk_kids(h, node);
    if (!cut)
        return node;
    const char *text = node->kid[1] ? (node->kid[2] ? "for (; $1; $2)\n$3" : "for (; $1;)\n$3")
                                    : (node->kid[2] ? "for (;; $2)\n$3" : "for (;;)\n$3");
    struct node *loop = make(h, NODE_FOR, node, text, 4, (struct node *)NULL, node->kid[1],
                             node->kid[2], node->kid[3]);
    loop->flags = node->flags;
    list_push(h, &list, loop);
    struct node *splice = make_splice(h, node, &list, true);
    splice->flags |= HAS_AWAIT;
    return splice;
}

static void walk_kids(struct hoist *h, struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        node->kid[i] = walk(h, node->kid[i]);
        inherit(node, node->kid[i]);
    }
}

/* The name of variably modified type that a loop over a generator or an `async with` binds; NULL.
 */
static struct symbol *bound_variable(const struct node *node)
{
    bool binds = node->kind == NODE_RANGE_FOR || node->kind == NODE_ASYNC_WITH;
    struct node *name = binds && node->kid[1] ? declarator_name(node->kid[1]) : NULL;
    struct symbol *symbol = name ? name->symbol : NULL;
    return symbol && type_is_variably_modified(symbol->type) ? symbol : NULL;
}

/* `for (int (*p)[n] : g) ...`: the sizes are computed once, in front. */
static struct node *walk_binding(struct hoist *h, struct node *node, struct symbol *bound)
{
    struct list list = {0};
    keep_lengths(h, bound->type, &list);
    store(h, bound);
    walk_kids(h, node);
    list_push(h, &list, node);
    struct node *splice = make_splice(h, node, &list, true);
    splice->flags |= HAS_AWAIT;
    return splice;
}

static struct node *walk(struct hoist *h, struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return node;
    if (node->kind == NODE_COMPOUND || node->kind == NODE_SPLICE) {
        walk_block(h, node);
        return node;
    }
    if (node->kind == NODE_FOR)
        return walk_for(h, node);
    struct symbol *bound = function_has_frame(h->function) ? bound_variable(node) : NULL;
    if (bound)
        return walk_binding(h, node, bound);
    walk_kids(h, node);
    return node;
}

static bool has_variable(const struct node *node)
{
    if (!node || node->kind == NODE_FUNCTION)
        return false;
    if ((node->kind == NODE_DECLARED && is_variable(node)) || bound_variable(node))
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (has_variable(node->kid[i]))
            return true;
    return false;
}

/* `int v[n++]`: a parameter is a pointer, but the size is computed all the same. */
static void compute_size(struct hoist *h, struct node *parameter, struct list *out)
{
    struct node *array = parameter->kind == NODE_PARAMETER ? node_kid(parameter, 1) : NULL;
    struct node *inner = array;
    for (; inner && inner->kind != NODE_DECLARATOR_NAME; inner = node_kid(inner, 0))
        if (inner->kind != NODE_PAREN_DECLARATOR)
            array = inner; /* the one next to the name */
    struct node *size = array && array->kind == NODE_ARRAY ? node_kid(array, 1) : NULL;
    if (!size || !node_has_effect(size))
        return;
    list_push(h, out,
              make(h, NODE_EXPRESSION_STATEMENT, size, "(void)($0);", 1, copy_node(h, size)));
    parameter->flags |= HAS_COMPUTED_SIZE;
}

static void keep_parameters(struct hoist *h)
{
    const struct type *type = h->function->type;
    for (size_t i = 0; i < type->parameter_count; i++) {
        if (type->parameters[i].node)
            compute_size(h, type->parameters[i].node, h->entry);
        if (type_is_variably_modified(type->parameters[i].type))
            keep_lengths(h, type->parameters[i].type, h->entry);
    }
}

static void put_first(struct hoist *h, struct node *body, struct list *list)
{
    if (!list->count)
        return;
    struct node place = {.start = body->start + 1, .end = body->start + 1};
    struct node **kids = arena_alloc(h->lowered->arena, (body->count + 1) * sizeof(struct node *));
    kids[0] = make_splice(h, &place, list, false);
    for (uint32_t i = 0; i < body->count; i++)
        kids[i + 1] = body->kid[i];
    body->kid = kids;
    body->count++;
}

void arrays_lower(struct hoist *h, struct node *body)
{
    struct list entry = {0};
    h->entry = &entry;
    if (function_has_frame(h->function))
        keep_parameters(h);
    if (has_variable(body))
        walk(h, body);
    put_first(h, body, &entry);
    h->entry = NULL;
}
