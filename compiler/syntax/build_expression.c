/* Concrete tree to AST: expressions. */
#include "syntax/build_functions.h"

#include <string.h>

/* --- leaves */

static struct node *named(struct builder *b, const struct concrete *c, enum node_kind kind)
{
    struct node *node = build_new(b, c, kind, 0);
    node->name = build_name(b, c->start, c->end);
    if (build_is_marked(b, c->start))
        node->flags |= IS_MARKED;
    return node;
}

struct node *build_identifier(struct builder *b, const struct concrete *c)
{
    return named(b, c, NODE_IDENTIFIER);
}

struct node *build_number(struct builder *b, const struct concrete *c)
{
    return build_new(b, c, NODE_NUMBER, 0);
}

struct node *build_character(struct builder *b, const struct concrete *c)
{
    return build_new(b, c, NODE_CHARACTER, 0);
}

struct node *build_string(struct builder *b, const struct concrete *c)
{
    return build_new(b, c, NODE_STRING, 0);
}

/* --- operators */

/* All named children that build, as kids. */
static struct node *with_kids(struct builder *b, const struct concrete *c, enum node_kind kind)
{
    struct node *node = build_new(b, c, kind, c->count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        struct node *kid = c->child[i].named ? build_child(b, &c->child[i]) : NULL;
        if (kid)
            node->kid[count++] = kid;
    }
    node->count = count;
    return build_done(node);
}

static struct node *with_fields(struct builder *b, const struct concrete *c, enum node_kind kind,
                                TSFieldId first, TSFieldId second)
{
    struct node *node = build_new(b, c, kind, second ? 2 : 1);
    node->kid[0] = build_in(b, c, first);
    if (second)
        node->kid[1] = build_in(b, c, second);
    return build_done(node);
}

struct node *build_paren(struct builder *b, const struct concrete *c)
{
    struct node *node = with_kids(b, c, NODE_PAREN);
    if (node->count && node->kid[0]->kind == NODE_COMPOUND) {
        node->kind = NODE_STATEMENT_EXPRESSION;
        node->flags |= node->kid[0]->flags & (HAS_AWAIT | HAS_LANGUAGE);
    }
    return node;
}

struct node *build_index(struct builder *b, const struct concrete *c)
{
    return with_fields(b, c, NODE_INDEX, b->field_argument, b->field_index);
}

struct node *build_member(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_MEMBER, 1);
    const struct child *field = child_in(c, b->field_field), *op = child_in(c, b->field_operator);
    node->kid[0] = build_in(b, c, b->field_argument);
    node->name = build_name(b, field->start, field->end);
    node->op = child_is(b, op, "->") ? OP_ARROW : OP_DOT;
    return build_done(node);
}

struct node *build_update(struct builder *b, const struct concrete *c)
{
    const struct child *op = child_in(c, b->field_operator);
    enum node_kind kind = op->start == c->start ? NODE_PREFIX : NODE_POSTFIX;
    struct node *node = with_fields(b, c, kind, b->field_argument, 0);
    node->op = child_is(b, op, "++") ? OP_INCREMENT : OP_DECREMENT;
    return node;
}

struct node *build_unary(struct builder *b, const struct concrete *c)
{
    const struct child *op = child_in(c, b->field_operator);
    struct node *node = with_fields(b, c, NODE_UNARY, b->field_argument, 0);
    if (child_is(b, op, "__real"))
        node->op = OP_REAL;
    else if (child_is(b, op, "__imag"))
        node->op = OP_IMAG;
    else
        node->op = build_operator(b, op);
    return node;
}

struct node *build_pointer_expression(struct builder *b, const struct concrete *c)
{
    const struct child *op = child_in(c, b->field_operator);
    return with_fields(b, c, child_is(b, op, "*") ? NODE_DEREFERENCE : NODE_ADDRESS,
                       b->field_argument, 0);
}

struct node *build_extension_expression(struct builder *b, const struct concrete *c)
{
    return with_kids(b, c, NODE_UNARY);
}

struct node *build_label_address(struct builder *b, const struct concrete *c)
{
    const struct child *label = child_in(c, b->field_label);
    struct node *node = build_new(b, c, NODE_LABEL_ADDRESS, 0);
    node->name = build_name(b, label->start, label->end);
    return node;
}

struct node *build_cast(struct builder *b, const struct concrete *c)
{
    return with_fields(b, c, NODE_CAST, b->field_type, b->field_value);
}

struct node *build_compound_literal(struct builder *b, const struct concrete *c)
{
    return with_fields(b, c, NODE_COMPOUND_LITERAL, b->field_type, b->field_value);
}

struct node *build_sizeof(struct builder *b, const struct concrete *c)
{
    struct node *node = with_kids(b, c, NODE_SIZEOF);
    if (!child_is(b, &c->child[0], "sizeof"))
        node->op = OP_ALIGNOF;
    return node;
}

struct node *build_offsetof(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_OFFSETOF, c->count + 1);
    const struct child *member = child_in(c, b->field_member);
    uint32_t count = 1;
    node->name = build_name(b, member->start, member->end);
    node->kid[0] = build_in(b, c, b->field_type);
    for (uint32_t i = 0; i < c->count; i++)
        if (c->child[i].kind == CONCRETE_SUBSCRIPT_DESIGNATOR)
            node->kid[count++] = build_child(b, &c->child[i]);
    node->count = count;
    return build_done(node);
}

struct node *build_binary(struct builder *b, const struct concrete *c)
{
    enum operator op = build_operator(b, child_in(c, b->field_operator));
    bool logical = op == OP_AND || op == OP_OR;
    struct node *node =
        with_fields(b, c, logical ? NODE_LOGICAL : NODE_BINARY, b->field_left, b->field_right);
    node->op = op;
    return node;
}

struct node *build_conditional(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_CONDITIONAL, 3);
    node->kid[0] = build_in(b, c, b->field_condition);
    node->kid[1] = build_in(b, c, b->field_consequence);
    node->kid[2] = build_in(b, c, b->field_alternative);
    return build_done(node);
}

struct node *build_assignment(struct builder *b, const struct concrete *c)
{
    static const struct {
        const char *text;
        enum operator op;
    } compound[] = {{"+=", OP_PLUS},         {"-=", OP_MINUS},     {"*=", OP_MULTIPLY},
                    {"/=", OP_DIVIDE},       {"%=", OP_REMAINDER}, {"<<=", OP_SHIFT_LEFT},
                    {">>=", OP_SHIFT_RIGHT}, {"&=", OP_BIT_AND},   {"^=", OP_BIT_XOR},
                    {"|=", OP_BIT_OR}};
    const struct child *op = child_in(c, b->field_operator);
    struct node *node = with_fields(b, c, NODE_ASSIGN, b->field_left, b->field_right);
    for (size_t i = 0; i < sizeof compound / sizeof *compound; i++)
        if (child_is(b, op, compound[i].text))
            node->op = compound[i].op;
    return node;
}

struct node *build_comma(struct builder *b, const struct concrete *c)
{
    return with_fields(b, c, NODE_COMMA, b->field_left, b->field_right);
}

/* --- calls */

/* The runtime's names, some of which the checker types by their arguments. */
static bool is_runtime_name(const struct node *callee)
{
    static const char *const names[] = {
        "list_append", "list_pop", "list_free", "set_add",     "set_has",   "set_remove",
        "set_free",    "dict_put", "dict_get",  "dict_remove", "dict_free",
    };
    if (callee->kind != NODE_IDENTIFIER)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(callee->name, names[i]))
            return true;
    return !strncmp(callee->name, "async_", 6);
}

/* Those that the grammar knows become nodes of their own. */
static void build_builtin(struct node *node, const char *name)
{
    if (!strcmp(name, "__builtin_has_attribute")) {
        node->kind = NODE_HAS_ATTRIBUTE;
        node->count = 2; /* without the attribute */
    } else if (!strcmp(name, "__builtin_va_arg") || !strcmp(name, "__builtin_types_compatible_p")) {
        node->kind = NODE_TYPE_ARGUMENTS;
        node->name = name;
    } else {
        return;
    }
    memmove(node->kid, node->kid + 1, --node->count * sizeof *node->kid);
}

struct node *build_call(struct builder *b, const struct concrete *c)
{
    struct concrete list = build_read(b, child_in(c, b->field_arguments)->node);
    struct node *node = build_new(b, c, NODE_CALL, 1 + list.count);
    uint32_t count = 1;
    node->kid[0] = build_in(b, c, b->field_function);
    for (uint32_t i = 0; i < list.count; i++) {
        struct node *kid = list.child[i].named ? build_child(b, &list.child[i]) : NULL;
        if (kid)
            node->kid[count++] = kid;
    }
    node->count = count;
    if (is_runtime_name(node->kid[0]))
        node->flags |= HAS_LANGUAGE;
    if (node->kid[0]->kind == NODE_IDENTIFIER)
        build_builtin(node, node->kid[0]->name);
    return build_done(node);
}

struct node *build_generic(struct builder *b, const struct concrete *c)
{
    return with_kids(b, c, NODE_GENERIC);
}

struct node *build_association(struct builder *b, const struct concrete *c)
{
    return with_fields(b, c, NODE_ASSOCIATION, b->field_type, b->field_value);
}

/* --- asm: only its operands and labels matter */

static void add_operands(struct builder *b, const struct child *list, struct node *node,
                         uint32_t *count)
{
    struct concrete operands = build_read(b, list->node);
    for (uint32_t i = 0; i < operands.count; i++) {
        enum concrete_kind kind = operands.child[i].kind;
        if (kind != CONCRETE_ASM_OUTPUT && kind != CONCRETE_ASM_INPUT)
            continue;
        struct concrete operand = build_read(b, operands.child[i].node);
        struct node *value = build_in(b, &operand, b->field_value);
        if (!value || *count >= node->count)
            continue;
        value->flags |= kind == CONCRETE_ASM_OUTPUT ? IS_OUTPUT : 0;
        node->kid[(*count)++] = value;
    }
}

static void add_labels(struct builder *b, const struct child *list, struct node *node,
                       uint32_t *count)
{
    struct concrete labels = build_read(b, list->node);
    for (uint32_t i = 0; i < labels.count && *count < node->count; i++) {
        const struct child *child = &labels.child[i];
        if (child->field != b->field_label)
            continue;
        struct node *label = node_new(b->arena, NODE_ASM_LABEL, child->start, child->end, 0);
        label->name = build_name(b, child->start, child->end);
        node->kid[(*count)++] = label;
    }
}

struct node *build_asm(struct builder *b, const struct concrete *c)
{
    uint32_t count = 0;
    struct node *node = build_new(b, c, NODE_ASM, 64); /* gcc takes 30 operands */
    for (uint32_t i = 0; i < c->count; i++)
        if (c->child[i].kind == CONCRETE_ASM_OUTPUTS || c->child[i].kind == CONCRETE_ASM_INPUTS)
            add_operands(b, &c->child[i], node, &count);
        else if (c->child[i].kind == CONCRETE_ASM_LABELS)
            add_labels(b, &c->child[i], node, &count);
    node->count = count;
    return build_done(node);
}

/* --- initialisers */

struct node *build_initializer_list(struct builder *b, const struct concrete *c)
{
    return with_kids(b, c, NODE_INITIALIZER_LIST);
}

struct node *build_index_designator(struct builder *b, const struct concrete *c)
{
    struct node *node = with_kids(b, c, NODE_INDEX_DESIGNATOR);
    if (node->count < 2) { /* [first]; [first ... last] has both */
        struct node *one = build_new(b, c, NODE_INDEX_DESIGNATOR, 2);
        one->kid[0] = node_kid(node, 0);
        return build_done(one);
    }
    return node;
}

struct node *build_field_designator(struct builder *b, const struct concrete *c)
{
    const struct child *name = &c->child[c->count - 1];
    struct node *node = build_new(b, c, NODE_FIELD_DESIGNATOR, 0);
    node->name = build_name(b, name->start, name->end);
    return node;
}

static struct node *old_designator(struct builder *b, const struct child *child)
{
    struct concrete c = {.start = child->start, .end = child->end};
    struct node *node = build_new(b, &c, NODE_FIELD_DESIGNATOR, 0);
    node->name = build_name(b, child->start, child->end);
    return node;
}

struct node *build_designated(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_DESIGNATED, c->count + 1);
    uint32_t count = 1;
    node->kid[0] = build_in(b, c, b->field_value);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct child *child = &c->child[i];
        if (child->field != b->field_designator || !child->named)
            continue;
        node->kid[count++] = child->kind == CONCRETE_FIELD_IDENTIFIER ? old_designator(b, child)
                                                                      : build_child(b, child);
    }
    node->count = count;
    return build_done(node);
}

/* --- the language's own */

static struct node *operator_of(struct builder *b, const struct concrete *c, enum node_kind kind,
                                unsigned flags)
{
    struct node *node = with_fields(b, c, kind, b->field_argument, 0);
    node->flags |= flags | HAS_LANGUAGE;
    return node;
}

struct node *build_await(struct builder *b, const struct concrete *c)
{
    return operator_of(b, c, NODE_AWAIT, HAS_AWAIT);
}

struct node *build_spawn(struct builder *b, const struct concrete *c)
{
    return operator_of(b, c, NODE_SPAWN, 0);
}

struct node *build_try(struct builder *b, const struct concrete *c)
{
    return operator_of(b, c, NODE_TRY, HAS_AWAIT);
}

struct node *build_yield(struct builder *b, const struct concrete *c)
{
    struct node *node = with_fields(b, c, NODE_YIELD, b->field_argument, b->field_fallback);
    node->flags |= HAS_AWAIT | HAS_LANGUAGE;
    return node;
}

static enum operator comprehension_kind(const struct builder *b, const struct concrete *c)
{
    if (child_is(b, &c->child[0], "["))
        return OP_LIST;
    if (child_is(b, &c->child[0], "("))
        return OP_GENERATOR;
    return child_in(c, b->field_key) ? OP_DICT : OP_SET;
}

struct node *build_comprehension(struct builder *b, const struct concrete *c)
{
    struct node *node = build_new(b, c, NODE_COMPREHENSION, c->count + 2);
    uint32_t count = 2;
    node->op = comprehension_kind(b, c);
    node->kid[0] = build_in(b, c, node->op == OP_DICT ? b->field_key : b->field_element);
    node->kid[1] = node->op == OP_DICT ? build_in(b, c, b->field_value) : NULL;
    for (uint32_t i = 0; i < c->count; i++)
        if (c->child[i].kind == CONCRETE_COMP_FOR || c->child[i].kind == CONCRETE_COMP_IF)
            node->kid[count++] = build_child(b, &c->child[i]);
    node->count = count;
    node->flags |= HAS_AWAIT | HAS_LANGUAGE;
    return build_done(node);
}
