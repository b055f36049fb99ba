/* Declaration specifiers → a type.
 *
 * The words of C's own types (`unsigned long int`, in any order) are counted in an integer that has
 * a few bits for each word; a table maps the sums that C allows to types. Everything else among the
 * specifiers is one node that gives a type, or a storage class or qualifier. */
#include <stdlib.h>
#include <string.h>

#include "semantic/checker.h"

enum {
    WORD_VOID = 1 << 0,
    WORD_BOOL = 1 << 2,
    WORD_CHAR = 1 << 4,
    WORD_SHORT = 1 << 6,
    WORD_INT = 1 << 8,
    WORD_LONG = 1 << 10,
    WORD_FLOAT = 1 << 12,
    WORD_DOUBLE = 1 << 14,
    WORD_INT128 = 1 << 16,
    WORD_SIGNED = 1 << 18,
    WORD_UNSIGNED = 1 << 20,
    WORD_COMPLEX = 1 << 22, /* taken out before the table is asked */
    WORD_AUTO = 1 << 24,
    WORD_FLOATN = 1 << 26,
};

static const struct {
    const char *name;
    int code;
} type_words[] = {
    {"void", WORD_VOID},          {"int", WORD_INT},           {"char", WORD_CHAR},
    {"unsigned", WORD_UNSIGNED},  {"long", WORD_LONG},         {"double", WORD_DOUBLE},
    {"short", WORD_SHORT},        {"float", WORD_FLOAT},       {"signed", WORD_SIGNED},
    {"_Bool", WORD_BOOL},         {"bool", WORD_BOOL},         {"__signed__", WORD_SIGNED},
    {"__signed", WORD_SIGNED},    {"_Complex", WORD_COMPLEX},  {"__complex__", WORD_COMPLEX},
    {"__complex", WORD_COMPLEX},  {"__int128", WORD_INT128},   {"__auto_type", WORD_AUTO},
    {"_Float16", WORD_FLOATN},    {"_Float32", WORD_FLOATN},   {"_Float64", WORD_FLOATN},
    {"_Float128", WORD_FLOATN},   {"_Float32x", WORD_FLOATN},  {"_Float64x", WORD_FLOATN},
    {"__float128", WORD_FLOATN},  {"__float80", WORD_FLOATN},  {"__ibm128", WORD_FLOATN},
    {"__bf16", WORD_FLOATN},      {"_Decimal32", WORD_FLOATN}, {"_Decimal64", WORD_FLOATN},
    {"_Decimal128", WORD_FLOATN}, {"__fp16", WORD_FLOATN},
};

#define TYPE_WORD_COUNT (sizeof type_words / sizeof *type_words)

static const struct {
    int sum;
    enum type_kind kind;
} sums[] = {
    {WORD_INT, TYPE_INT},
    {WORD_VOID, TYPE_VOID},
    {WORD_CHAR, TYPE_CHAR},
    {WORD_UNSIGNED + WORD_INT, TYPE_UINT},
    {WORD_LONG, TYPE_LONG},
    {WORD_LONG + WORD_INT, TYPE_LONG},
    {WORD_UNSIGNED + WORD_LONG, TYPE_ULONG},
    {WORD_UNSIGNED + WORD_LONG + WORD_INT, TYPE_ULONG},
    {WORD_UNSIGNED, TYPE_UINT},
    {WORD_UNSIGNED + WORD_CHAR, TYPE_UCHAR},
    {WORD_SIGNED + WORD_CHAR, TYPE_SCHAR},
    {WORD_SHORT, TYPE_SHORT},
    {WORD_SHORT + WORD_INT, TYPE_SHORT},
    {WORD_UNSIGNED + WORD_SHORT, TYPE_USHORT},
    {WORD_UNSIGNED + WORD_SHORT + WORD_INT, TYPE_USHORT},
    {WORD_SIGNED + WORD_SHORT, TYPE_SHORT},
    {WORD_SIGNED + WORD_SHORT + WORD_INT, TYPE_SHORT},
    {WORD_SIGNED, TYPE_INT},
    {WORD_SIGNED + WORD_INT, TYPE_INT},
    {WORD_SIGNED + WORD_LONG, TYPE_LONG},
    {WORD_SIGNED + WORD_LONG + WORD_INT, TYPE_LONG},
    {2 * WORD_LONG, TYPE_LLONG},
    {2 * WORD_LONG + WORD_INT, TYPE_LLONG},
    {WORD_SIGNED + 2 * WORD_LONG, TYPE_LLONG},
    {WORD_SIGNED + 2 * WORD_LONG + WORD_INT, TYPE_LLONG},
    {WORD_UNSIGNED + 2 * WORD_LONG, TYPE_ULLONG},
    {WORD_UNSIGNED + 2 * WORD_LONG + WORD_INT, TYPE_ULLONG},
    {WORD_BOOL, TYPE_BOOL},
    {WORD_FLOAT, TYPE_FLOAT},
    {WORD_DOUBLE, TYPE_DOUBLE},
    {WORD_LONG + WORD_DOUBLE, TYPE_LDOUBLE},
    {WORD_INT128, TYPE_INT128},
    {WORD_SIGNED + WORD_INT128, TYPE_INT128},
    {WORD_UNSIGNED + WORD_INT128, TYPE_UINT128},
};

/* What was gathered so far. */
struct gathering {
    struct specifiers result;
    int words;
    struct type *type; /* from a specifier that is no word */
    const char *floatn;
    unsigned qualifiers;
    struct node *bitint;
};

int type_word_code(struct check *check, const char *name)
{
    struct check_state *state = check->state;
    if (!state->words) {
        state->words = arena_alloc(check->arena, TYPE_WORD_COUNT * sizeof *state->words);
        for (size_t i = 0; i < TYPE_WORD_COUNT; i++)
            state->words[i] = name_of(check->names, type_words[i].name);
    }
    for (size_t i = 0; i < TYPE_WORD_COUNT; i++)
        if (state->words[i] == name)
            return type_words[i].code;
    return 0;
}

static struct type *named_type(struct check *check, enum type_kind kind, const char *name)
{
    struct type *type = type_make(check->types, kind);
    type->name = name;
    return type;
}

static void gather_word(struct check *check, struct gathering *gathering, struct node *node)
{
    int code = type_word_code(check, node->name);
    if (!code)
        gathering->type = named_type(check, TYPE_BUILTIN, node->name);
    else if (code == WORD_FLOATN)
        gathering->floatn = node->name;
    else if (code == WORD_AUTO)
        gathering->result.is_deduced = true;
    else
        gathering->words += code;
}

/* --- type names */

static bool is_compiler_type(const char *name)
{
    return !strncmp(name, "__builtin_", 10) || !strncmp(name, "__SV", 4) ||
           !strncmp(name, "__clang_", 8);
}

bool may_be_type(struct check *check, const char *name)
{
    const struct symbol *symbol = scope_find(check->state->scopes, SPACE_ORDINARY, name);
    if (symbol)
        return symbol->kind == SYMBOL_TYPEDEF;
    return is_compiler_type(name) || !strcmp(name, "bool");
}

/* No declaration says what the name is: a type of the compiler's, an expression, or a mistake. */
static struct type *unknown_name(struct check *check, struct gathering *gathering,
                                 struct node *node, enum reading reading)
{
    struct type *unknown = type_simple(check->types, TYPE_UNKNOWN);
    if (is_compiler_type(node->name))
        return named_type(check, TYPE_BUILTIN, node->name);
    if (!strcmp(node->name, "bool")) /* a keyword since C23; the C compiler knows whether here */
        return type_simple(check->types, TYPE_BOOL);
    if (check->state->is_system_header)
        return named_type(check, TYPE_BUILTIN, node->name);
    if (reading == READING_EITHER && !marks_were_added(check) && mark_as_ordinary(check, node)) {
        gathering->result.is_misparsed = true;
        return unknown;
    }
    if (!check->state->quiet && is_news(check, node->name))
        complain(check, node, "unknown type name '%s'", node->name);
    return unknown;
}

static struct type *referenced_type(struct check *check, struct gathering *gathering,
                                    struct node *node, enum reading reading)
{
    struct symbol *symbol = scope_find(check->state->scopes, SPACE_ORDINARY, node->name);
    if (!symbol)
        return unknown_name(check, gathering, node, reading);
    node->symbol = symbol;
    if (symbol->kind == SYMBOL_TYPEDEF)
        return symbol->type;
    if (reading != READING_CERTAIN && mark_as_ordinary(check, node))
        gathering->result.is_misparsed = true;
    else if (complain(check, node, "'%s' is not a type", node->name) && symbol->node)
        add_note(check, symbol->node, "'%s' is declared here", node->name);
    return type_simple(check->types, TYPE_UNKNOWN);
}

static struct type *typeof_type(struct check *check, struct node *node)
{
    struct type *type = type_make(check->types, TYPE_TYPEOF);
    struct node *operand = node_kid(node, 0);
    type->node = node;
    type->name = text_of(check, node);
    if (!operand)
        type->target = type_simple(check->types, TYPE_UNKNOWN);
    else if (operand->kind == NODE_TYPE_NAME)
        type->target = check_type_name(check, operand, READING_EITHER);
    else
        type->target = check_type_operand(check, node);
    if (node->op == OP_UNQUALIFIED)
        type->target = type_unqualified(check->types, type->target);
    return type;
}

static struct type *bitint_type(struct check *check, struct node *node, bool is_unsigned)
{
    struct type *type = type_make(check->types, TYPE_BITINT);
    long long width = 0;
    check_value(check, node->kid[0]);
    constant_evaluate(check, node->kid[0], &width);
    type->bits = (uint64_t)width;
    type->is_unsigned = is_unsigned;
    return type;
}

/* --- one specifier */

static void gather_storage(struct gathering *gathering, struct node *node)
{
    switch (node->op) {
    case OP_THREAD:
        gathering->result.is_thread_local = true;
        break;
    case OP_TYPEDEF:
    case OP_EXTERN:
    case OP_STATIC:
    case OP_REGISTER:
    case OP_AUTO:
    case OP_CONSTEXPR:
        gathering->result.storage = node->op;
        break;
    default:
        break;
    }
}

static void gather_qualifier(struct gathering *gathering, struct node *node)
{
    gathering->qualifiers |= node->op == OP_CONST      ? QUAL_CONST
                             : node->op == OP_VOLATILE ? QUAL_VOLATILE
                             : node->op == OP_RESTRICT ? QUAL_RESTRICT
                             : node->op == OP_ATOMIC   ? QUAL_ATOMIC
                                                       : 0;
}

static void check_alignas(struct check *check, struct node *node)
{
    struct node *operand = node_kid(node, 0);
    const char *outer = check->state->no_await;
    check->state->no_await = "an alignment";
    if (operand && operand->kind == NODE_TYPE_NAME)
        check_type_name(check, operand, READING_EITHER);
    else if (operand)
        check_expression(check, operand);
    check->state->no_await = outer;
}

static void gather(struct check *check, struct gathering *gathering, struct node *node,
                   enum reading reading, bool alone)
{
    switch (node->kind) {
    case NODE_STORAGE:
        gather_storage(gathering, node);
        break;
    case NODE_QUALIFIER:
        gather_qualifier(gathering, node);
        break;
    case NODE_ALIGNAS:
        check_alignas(check, node);
        break;
    case NODE_ASYNC:
        if (!word_is_declared(check, node, "async"))
            gathering->result.async = node;
        break;
    case NODE_TYPE_WORD:
        gather_word(check, gathering, node);
        break;
    case NODE_TYPE_NAME_REF:
        gathering->type = referenced_type(check, gathering, node, reading);
        break;
    case NODE_STRUCT:
    case NODE_UNION:
    case NODE_ENUM:
        gathering->type = check_tag(check, node, alone);
        gathering->result.tag = node;
        break;
    case NODE_TYPEOF:
        gathering->type = typeof_type(check, node);
        break;
    case NODE_ATOMIC_TYPE:
        gathering->type = check_type_name(check, node->kid[0], READING_TYPE);
        gathering->qualifiers |= QUAL_ATOMIC;
        break;
    case NODE_BITINT:
        gathering->bitint = node;
        break;
    case NODE_FORMER:
        gathering->result.former = node;
        break;
    default:
        break;
    }
}

struct type *type_of_words(struct check *check, int words)
{
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        if (sums[i].sum == words)
            return type_simple(check->types, sums[i].kind);
    return type_simple(check->types, TYPE_UNKNOWN);
}

static struct type *word_type(struct check *check, const struct gathering *gathering)
{
    int words = gathering->words & ~(3 * WORD_COMPLEX);
    bool is_complex = gathering->words != words;
    struct type *type;
    if (gathering->bitint)
        type = bitint_type(check, gathering->bitint, words & WORD_UNSIGNED);
    else if (gathering->floatn)
        type = named_type(check, TYPE_FLOATN, gathering->floatn);
    else if (!words) /* `static x;` is an int, `_Complex` alone a double */
        type = type_simple(check->types, is_complex ? TYPE_DOUBLE : TYPE_INT);
    else
        type = type_of_words(check, words);
    if (!is_complex || type->kind == TYPE_UNKNOWN)
        return type;
    struct type *complex = type_make(check->types, TYPE_COMPLEX);
    complex->target = type;
    return complex;
}

/* Nothing among the specifiers but a name: they may be the beginning of an expression. */
static bool is_lone_name(const struct node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        const struct node *kid = node->kid[i];
        bool is_extension = kid->kind == NODE_QUALIFIER && kid->op == OP_NONE;
        if (kid->kind != NODE_TYPE_NAME_REF && !is_extension)
            return false;
    }
    return true;
}

struct specifiers check_specifiers(struct check *check, struct node *node, enum reading reading,
                                   bool alone)
{
    struct gathering gathering = {.result.node = node};
    for (uint32_t i = 0; i < node->count; i++) {
        struct node *kid = node->kid[i];
        gather(check, &gathering, kid, is_lone_name(node) ? reading : READING_CERTAIN, alone);
    }
    struct specifiers *result = &gathering.result;
    if (result->former) {
        gathering.type = check_former(check, result->former, result->async);
        if (gathering.type->is_async)
            result->async = NULL; /* the generator took it */
    }
    if (result->storage == OP_AUTO && !gathering.type && !gathering.words && !gathering.floatn &&
        !gathering.bitint)
        result->is_deduced = true; /* C23 */
    struct type *type = gathering.type ? gathering.type : word_type(check, &gathering);
    type = apply_attributes(check, type, (struct attributes){.specifiers = node});
    result->type = type_qualified(check->types, type, gathering.qualifiers);
    node->type = result->type;
    return *result;
}

struct type *check_type_name(struct check *check, struct node *node, enum reading reading)
{
    struct node *declarator = node_kid(node, 1);
    struct specifiers specifiers =
        check_specifiers(check, node->kid[0], declarator ? READING_TYPE : reading, false);
    struct declarator result = check_declarator(check, &specifiers, declarator);
    if (result.async)
        complain(check, result.async, "'async' on a type that is no function");
    check_former_use(check, &specifiers);
    node->type = result.type;
    return result.type;
}
