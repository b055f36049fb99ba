/* Concrete tree to AST: declarations, specifiers, declarators. The shapes of both sides stand in
 * grammar/README.md and in ast.h. */
#include "syntax/build.h"

#include <string.h>

#include "support/arena.h"
#include "support/names.h"
#include "syntax/attribute.h"
#include "syntax/build_functions.h"

/* --- helpers */

static bool is_attribute(enum concrete_kind kind)
{
    return kind == CONCRETE_ATTRIBUTE || kind == CONCRETE_ATTRIBUTES;
}

bool is_specifier(enum concrete_kind kind)
{
    return kind >= CONCRETE_STORAGE && kind <= CONCRETE_ATTRIBUTES && kind != CONCRETE_ENUMERATOR;
}

uint32_t specifiers_end(const struct builder *b, const struct concrete *c, uint32_t first)
{
    while (first < c->count && is_specifier(c->child[first].kind) &&
           c->child[first].field != b->field_declarator)
        first++;
    return first;
}

static struct node *leaf(struct builder *b, const struct concrete *c, enum node_kind kind)
{
    struct node *node = build_new(b, c, kind, 0);
    node->name = build_name(b, c->start, c->end);
    if (build_is_marked(b, c->start))
        node->flags |= IS_MARKED;
    return node;
}

/* The built children of [first, last), NULLs left out, behind `fixed` kids left empty. */
static struct node *with_list(struct builder *b, const struct concrete *c, enum node_kind kind,
                              uint32_t fixed, uint32_t first, uint32_t last)
{
    struct node *node = build_new(b, c, kind, fixed + (last - first));
    uint32_t count = fixed;
    for (uint32_t i = first; i < last; i++) {
        struct node *kid = build_child(b, &c->child[i]);
        if (kid)
            node->kid[count++] = kid;
    }
    node->count = count;
    return node;
}

/* The concrete node of a child, read. */
static struct concrete read(struct builder *b, const struct child *child)
{
    return build_read(b, child->node);
}

struct node *build_specifiers(struct builder *b, const struct concrete *c, uint32_t first,
                              uint32_t last)
{
    struct node *node = with_list(b, c, NODE_SPECIFIERS, 0, first, last);
    node->start = first < last ? c->child[first].start : c->start;
    node->end = first < last ? c->child[last - 1].end : c->start;
    for (uint32_t i = 0; i < node->count; i++)
        if (node->kid[i]->kind == NODE_ASYNC)
            node->flags |= IS_ASYNC;
    return build_done(node);
}

/* --- specifiers */

struct node *build_storage(struct builder *b, const struct concrete *c)
{
    static const struct {
        const char *word;
        enum operator op;
    } words[] = {{"typedef", OP_TYPEDEF},     {"extern", OP_EXTERN},   {"static", OP_STATIC},
                 {"register", OP_REGISTER},   {"auto", OP_AUTO},       {"_Thread_local", OP_THREAD},
                 {"thread_local", OP_THREAD}, {"__thread", OP_THREAD}, {"_Noreturn", OP_NORETURN},
                 {"constexpr", OP_CONSTEXPR}};
    struct node *node = leaf(b, c, NODE_STORAGE);
    node->op = OP_INLINE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(node->name, words[i].word))
            node->op = words[i].op;
    return node;
}

struct node *build_qualifier(struct builder *b, const struct concrete *c)
{
    struct node *node = leaf(b, c, NODE_QUALIFIER);
    if (strstr(node->name, "const"))
        node->op = OP_CONST;
    else if (strstr(node->name, "volatile"))
        node->op = OP_VOLATILE;
    else if (strstr(node->name, "restrict"))
        node->op = OP_RESTRICT;
    else if (!strcmp(node->name, "_Atomic"))
        node->op = OP_ATOMIC;
    return node;
}

struct node *build_extension(struct builder *b, const struct concrete *c)
{
    return leaf(b, c, NODE_QUALIFIER);
}

struct node *build_async(struct builder *b, const struct concrete *c)
{
    struct node *node = leaf(b, c, NODE_ASYNC);
    node->flags |= HAS_LANGUAGE;
    return node;
}

struct node *build_type_word(struct builder *b, const struct concrete *c)
{
    return leaf(b, c, NODE_TYPE_WORD);
}

struct node *build_type_name_ref(struct builder *b, const struct concrete *c)
{
    return leaf(b, c, NODE_TYPE_NAME_REF);
}

struct node *build_bitint(struct builder *b, const struct concrete *c)
{
    return build_done(with_list(b, c, NODE_BITINT, 0, 0, c->count));
}

struct node *build_typeof(struct builder *b, const struct concrete *c)
{
    struct node *node = with_list(b, c, NODE_TYPEOF, 0, 0, c->count);
    if (c->count &&
        memmem(b->code + c->child[0].start, c->child[0].end - c->child[0].start, "unqual", 6))
        node->op = OP_UNQUALIFIED;
    return build_done(node);
}

struct node *build_atomic_type(struct builder *b, const struct concrete *c)
{
    return build_done(with_list(b, c, NODE_ATOMIC_TYPE, 0, 0, c->count));
}

struct node *build_alignas(struct builder *b, const struct concrete *c)
{
    return build_done(with_list(b, c, NODE_ALIGNAS, 0, 0, c->count));
}

struct node *build_former(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_FORMER, c->count);
    const struct child *name = child_in(c, b->field_name);
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->count; i++)
        if (c->child[i].field == b->field_type)
            node->kid[count++] = build_child(b, &c->child[i]);
    node->count = count;
    node->name = build_name(b, name->start, name->end);
    node->flags |= HAS_LANGUAGE;
    return build_done(node);
}

struct node *build_attribute(struct builder *b, const struct concrete *c)
{
    return with_list(b, c, NODE_ATTRIBUTE, 0, 0, c->count);
}

struct node *build_attribute_item(struct builder *b, const struct concrete *c)
{
    const struct child *name = child_in(c, b->field_name), *last = &c->child[c->count - 1];
    struct node *node = build_new(b, c, NODE_ATTRIBUTE_ITEM, 1);
    size_t length = name->end - name->start;
    const char *bare = attribute_bare_name(b->code + name->start, &length);
    node->name = name_intern(b->names, bare, length);
    if (last->kind == CONCRETE_ARGUMENTS) {
        struct concrete place = {.start = last->start, .end = last->end};
        node->kid[0] = build_new(b, &place, NODE_ATTRIBUTE_ARGUMENTS, 0);
    }
    return node;
}

/* Behind the first `fixed` kids of a node, the attributes among the children of its concrete one.
 */
static struct node *with_attributes(struct builder *b, const struct concrete *c, struct node *node,
                                    uint32_t fixed)
{
    node->count = fixed;
    for (uint32_t i = 0; i < c->count; i++)
        if (is_attribute(c->child[i].kind))
            node->kid[node->count++] = build_child(b, &c->child[i]);
    return build_done(node);
}

static struct node *record(struct builder *b, const struct concrete *c, enum node_kind kind)
{
    const struct child *body = child_in(c, b->field_body), *name = child_in(c, b->field_name);
    struct concrete list = {0};
    if (body)
        list = read(b, body);
    struct node *node = with_list(b, &list, kind, 0, 0, list.count);
    node->start = c->start;
    node->end = c->end;
    if (body)
        node->flags |= HAS_BODY;
    if (name)
        node->name = build_name(b, name->start, name->end);
    return build_done(node);
}

struct node *build_struct(struct builder *b, const struct concrete *c)
{
    return record(b, c, NODE_STRUCT);
}

struct node *build_union(struct builder *b, const struct concrete *c)
{
    return record(b, c, NODE_UNION);
}

struct node *build_enum(struct builder *b, const struct concrete *c)
{
    const struct child *body = child_in(c, b->field_body), *name = child_in(c, b->field_name);
    struct node *underlying = build_in(b, c, b->field_underlying_type);
    struct concrete list = {0};
    if (body)
        list = read(b, body);
    struct node *node = with_list(b, &list, NODE_ENUM, underlying != NULL, 0, list.count);
    node->start = c->start;
    node->end = c->end;
    if (underlying) {
        node->kid[0] = underlying;
        node->flags |= HAS_TYPE;
    }
    if (body)
        node->flags |= HAS_BODY;
    if (name)
        node->name = build_name(b, name->start, name->end);
    return build_done(node);
}

struct node *build_enumerator(struct builder *b, const struct concrete *c)
{
    const struct child *name = child_in(c, b->field_name);
    struct node *node = build_new(b, c, NODE_ENUMERATOR, 1);
    node->name = build_name(b, name->start, name->end);
    node->kid[0] = build_in(b, c, b->field_value);
    return build_done(node);
}

/* --- declarators */

struct node *build_declarator_name(struct builder *b, const struct concrete *c)
{
    return leaf(b, c, NODE_DECLARATOR_NAME);
}

struct node *build_declarator(struct builder *b, const struct child *child)
{
    if (!child)
        return NULL;
    if (child->kind != CONCRETE_IDENTIFIER && child->kind != CONCRETE_TYPE_IDENTIFIER)
        return build_child(b, child);
    struct concrete c = read(b, child);
    return build_declarator_name(b, &c);
}

static struct node *declarator_in(struct builder *b, const struct concrete *c)
{
    return build_declarator(b, child_in(c, b->field_declarator));
}

struct node *build_pointer(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_POINTER, c->count + 1);
    uint32_t count = 1;
    for (uint32_t i = 0; i < c->count; i++)
        if (is_specifier(c->child[i].kind) && c->child[i].field != b->field_declarator)
            node->kid[count++] = build_child(b, &c->child[i]);
    node->count = count;
    node->kid[0] = declarator_in(b, c);
    return build_done(node);
}

struct node *build_array(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_ARRAY, c->count + 2);
    const struct child *size = child_in(c, b->field_size);
    node->kid[0] = declarator_in(b, c);
    node->kid[1] = build_child(b, size);
    if (size && !node->kid[1])
        node->flags |= IS_STAR;
    uint32_t count = 2;
    for (uint32_t i = 0; i < c->count; i++)
        if (is_specifier(c->child[i].kind) && !c->child[i].field)
            node->kid[count++] = build_child(b, &c->child[i]);
    node->count = count;
    return build_done(node);
}

/* The parameters before the last semicolon. */
static void mark_forward(const struct builder *b, struct node *function,
                         const struct concrete *list)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < list->count; i++)
        if (!list->child[i].named && b->code[list->child[i].start] == ';')
            end = list->child[i].start;
    for (uint32_t i = 1; i < function->count && function->kid[i]->start < end; i++)
        function->kid[i]->flags |= IS_FORWARD;
}

struct node *build_function_declarator(struct builder *b, const struct concrete *c)
{
    struct concrete list = read(b, child_in(c, b->field_parameters));
    struct node *node = with_list(b, &list, NODE_FUNCTION_TYPE, 1, 0, list.count);
    node->start = c->start;
    node->end = c->end;
    node->kid[0] = declarator_in(b, c);
    for (uint32_t i = 0; i < list.count; i++)
        if (list.child[i].kind == CONCRETE_VARIADIC)
            node->flags |= IS_VARIADIC;
    mark_forward(b, node, &list);
    return build_done(node);
}

/* `(ATTRIBUTES inner)`, or `inner ATTRIBUTES`; asm names stay text. */
struct node *build_paren_declarator(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_PAREN_DECLARATOR, c->count + 1);
    node->kid[0] = declarator_in(b, c);
    return with_attributes(b, c, node, 1);
}

struct node *build_parameter(struct builder *b, const struct concrete *c)
{
    uint32_t end = specifiers_end(b, c, 0);
    struct concrete rest = {.child = c->child + end, .count = c->count - end};
    struct node *node = build_new(b, c, NODE_PARAMETER, 2 + rest.count);
    node->kid[0] = build_specifiers(b, c, 0, end);
    node->kid[1] = declarator_in(b, c);
    return with_attributes(b, &rest, node, 2);
}

struct node *build_type_name(struct builder *b, const struct concrete *c)
{
    uint32_t end = specifiers_end(b, c, 0);
    struct node *node = build_new(b, c, NODE_TYPE_NAME, 2);
    node->kid[0] = build_specifiers(b, c, 0, end);
    node->kid[1] = declarator_in(b, c);
    return build_done(node);
}

/* --- declarations */

/* `: width`, with the declarator that stands before it. */
static struct node *bit_field(struct builder *b, const struct child *clause, struct node *inner)
{
    struct concrete c = read(b, clause);
    struct node *node = build_new(b, &c, NODE_BIT_FIELD, 2);
    node->kid[0] = inner;
    for (uint32_t i = 0; i < c.count; i++)
        if (is_expression(c.child[i].kind))
            node->kid[1] = build_child(b, &c.child[i]);
    if (inner)
        node->start = inner->start;
    return build_done(node);
}

/* What stands between two commas of a declaration: a declarator, its initialiser or width, and
 * attributes around them. */
static struct node *declared(struct builder *b, const struct child *child, uint32_t count)
{
    struct concrete c = {.start = child[0].start, .end = child[count - 1].end};
    struct node *node = build_new(b, &c, NODE_DECLARED, 2 + count);
    node->count = 2;
    for (uint32_t i = 0; i < count; i++) {
        if (child[i].kind == CONCRETE_INIT_DECLARATOR) {
            struct concrete pair = read(b, &child[i]);
            node->kid[0] = declarator_in(b, &pair);
            node->kid[1] = build_in(b, &pair, b->field_value);
        } else if (child[i].kind == CONCRETE_BIT_FIELD) {
            node->kid[0] = bit_field(b, &child[i], node->kid[0]);
        } else if (child[i].field == b->field_declarator) {
            node->kid[0] = build_declarator(b, &child[i]);
        } else if (is_attribute(child[i].kind)) {
            node->kid[node->count++] = build_child(b, &child[i]);
        }
    }
    return build_done(node);
}

struct node *build_declaration(struct builder *b, const struct concrete *c)
{
    uint32_t first = specifiers_end(b, c, 0), count = 1;
    struct node *node = build_new(b, c, NODE_DECLARATION, 1 + c->count - first);
    node->kid[0] = build_specifiers(b, c, 0, first);
    for (uint32_t i = first; i < c->count; i++) {
        bool is_separator = c->child[i].kind == CONCRETE_OTHER && !c->child[i].named;
        if (!is_separator)
            continue;
        if (first < i)
            node->kid[count++] = declared(b, c->child + first, i - first);
        first = i + 1;
    }
    node->count = count;
    return build_done(node);
}

struct node *build_static_assert(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_STATIC_ASSERT, 2);
    node->kid[0] = build_in(b, c, b->field_condition);
    node->kid[1] = build_in(b, c, b->field_message);
    return build_done(node);
}

struct node *build_local_labels(struct builder *b, const struct concrete *c)
{
    return build_done(with_list(b, c, NODE_LOCAL_LABELS, 0, 0, c->count));
}

struct node *build_function_definition(struct builder *b, const struct concrete *c)
{
    uint32_t end = specifiers_end(b, c, 0), count = 3;
    struct node *node = build_new(b, c, NODE_FUNCTION, 3 + c->count);
    node->kid[0] = build_specifiers(b, c, 0, end);
    node->kid[1] = declarator_in(b, c);
    for (uint32_t i = end; i < c->count; i++)
        if (c->child[i].kind == CONCRETE_DECLARATION)
            node->kid[count++] = build_child(b, &c->child[i]);
    node->kid[2] = build_in(b, c, b->field_body);
    node->count = count;
    node->flags |= node->kid[0]->flags & IS_ASYNC;
    return build_done(node);
}
