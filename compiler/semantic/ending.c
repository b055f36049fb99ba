/* Whether control can come to the end of a statement, as far as its form says.
 *
 * -Wreturn-type asks it of an async function of a type other than void: what C compilers see is a
 * state machine, which always ends with a value, so they cannot tell. Lowering asks it of blocks
 * that defer something (lower/defer.c).
 *
 * A statement completes if control can come to what follows it; what nobody can come to does not,
 * unless a label or case in it is a way in. */
#include <string.h>

#include "semantic/checker.h"

struct ending {
    struct check *check;
    bool trusts_enums; /* a switch over an enumeration has a case for each of its values */
};

static bool completes(const struct ending *ending, struct node *node);

/* --- conditions */

enum outcome { SOMETIMES, ALWAYS, NEVER };

/* A `for` without a condition goes on for ever; the string is what people write in assertions. */
static enum outcome outcome_of(struct check *check, struct node *condition)
{
    static const enum outcome opposite[] = {
        [SOMETIMES] = SOMETIMES, [ALWAYS] = NEVER, [NEVER] = ALWAYS};
    long long value;
    if (!condition)
        return ALWAYS;
    struct node *node = skip_parens(condition);
    if (node->kind == NODE_STRING)
        return ALWAYS;
    if (node->kind == NODE_UNARY && node->op == OP_NOT)
        return opposite[outcome_of(check, node->kid[0])];
    if (node->kind == NODE_LOGICAL) {
        enum outcome settled = node->op == OP_AND ? NEVER : ALWAYS;
        enum outcome left = outcome_of(check, node->kid[0]);
        enum outcome right = outcome_of(check, node->kid[1]);
        return left == settled || right == settled ? settled : left == right ? left : SOMETIMES;
    }
    if (!node->type || constant_evaluate(check, node, &value) != CONSTANT_KNOWN)
        return SOMETIMES;
    return value ? ALWAYS : NEVER;
}

/* --- what never returns */

/* C's library and its compilers define it. */
static bool is_of_library(const struct symbol *symbol)
{
    return !symbol || (symbol->kind == SYMBOL_FUNCTION && symbol->storage != OP_STATIC &&
                       symbol->storage != OP_AUTO && !symbol->is_defined);
}

bool calls_noreturn(const struct node *call)
{
    static const char *const names[] = {"abort",          "exit",       "_exit",
                                        "_Exit",          "quick_exit", "__builtin_unreachable",
                                        "__builtin_trap", "longjmp"};
    const struct node *callee = skip_parens(call->kid[0]);
    if (callee->kind != NODE_IDENTIFIER)
        return false;
    for (size_t i = 0; is_of_library(callee->symbol) && i < sizeof names / sizeof *names; i++)
        if (!strcmp(callee->name, names[i]))
            return true;
    return callee->symbol && callee->symbol->is_noreturn;
}

static bool expression_completes(const struct ending *ending, struct node *node)
{
    if (!node)
        return true;
    switch (node->kind) {
    case NODE_CALL:
        return !calls_noreturn(node);
    case NODE_STATEMENT_EXPRESSION:
        return completes(ending, node->kid[0]);
    case NODE_PAREN:
    case NODE_UNARY:
    case NODE_AWAIT:
        return expression_completes(ending, node->kid[0]);
    case NODE_CAST:
        return expression_completes(ending, node->kid[1]);
    case NODE_COMMA:
        return expression_completes(ending, node->kid[0]) &&
               expression_completes(ending, node->kid[1]);
    case NODE_CONDITIONAL: {
        enum outcome outcome = outcome_of(ending->check, node->kid[0]);
        return (outcome != NEVER && expression_completes(ending, node->kid[1])) ||
               (outcome != ALWAYS && expression_completes(ending, node->kid[2]));
    }
    default:
        return true;
    }
}

/* --- statements */

/* Whether control may come into it from elsewhere. */
static bool has_label(const struct node *node)
{
    if (!node)
        return false;
    if (node->kind == NODE_LABEL || node->kind == NODE_CASE || node->kind == NODE_DEFAULT)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (has_label(node->kid[i]))
            return true;
    return false;
}

static bool list_completes(const struct ending *ending, const struct node *node)
{
    bool is_reached = true;
    for (uint32_t i = 0; i < node->count; i++)
        is_reached = (is_reached || has_label(node->kid[i])) && completes(ending, node->kid[i]);
    return is_reached;
}

/* Whether a `break` in the body of a loop or switch leaves it; or a `continue` begins it anew. What
 * stands in the head of an inner one counts, in its body it does not. */
static bool has_jump(const struct node *node, enum node_kind jump)
{
    if (!node || node->kind == NODE_FUNCTION)
        return false;
    bool is_passed = node->kind == NODE_SWITCH && jump == NODE_CONTINUE;
    uint32_t body = is_passed ? node->count : node_body(node);
    for (uint32_t i = 0; i < node->count; i++)
        if (i != body && has_jump(node->kid[i], jump))
            return true;
    return node->kind == jump;
}

static bool breaks(const struct node *body)
{
    return has_jump(body, NODE_BREAK);
}

static bool has_default(const struct node *node)
{
    if (!node || node->kind == NODE_SWITCH)
        return false;
    if (node->kind == NODE_DEFAULT)
        return true;
    for (uint32_t i = 0; i < node->count; i++)
        if (has_default(node->kid[i]))
            return true;
    return false;
}

static bool is_exhaustive(const struct ending *ending, const struct node *node)
{
    const struct type *type = node->kid[0]->type;
    bool is_enum = type && type_resolve(type)->kind == TYPE_ENUM;
    return (is_enum && ending->trusts_enums) || has_default(node->kid[1]);
}

static bool if_completes(const struct ending *ending, struct node *node)
{
    bool is_made = node->text; /* perhaps of the opposite */
    enum outcome outcome = is_made ? SOMETIMES : outcome_of(ending->check, node->kid[0]);
    struct node *otherwise = node_kid(node, 2);
    bool then = (outcome != NEVER || has_label(node->kid[1])) && completes(ending, node->kid[1]);
    bool other = (outcome != ALWAYS || has_label(otherwise)) && completes(ending, otherwise);
    return then || other;
}

static bool completes(const struct ending *ending, struct node *node)
{
    if (!node)
        return true;
    switch (node->kind) {
    case NODE_RETURN:
    case NODE_GOTO:
    case NODE_GOTO_COMPUTED:
    case NODE_BREAK:
    case NODE_CONTINUE:
        return false;
    case NODE_COMPOUND:
    case NODE_SPLICE:
    case NODE_ATTRIBUTED:
        return list_completes(ending, node);
    case NODE_LABEL:
        return completes(ending, node_kid(node, 0));
    case NODE_CASE:
    case NODE_DEFAULT:
        return completes(ending, node_kid(node, 2));
    case NODE_EXPRESSION_STATEMENT:
        return expression_completes(ending, node_kid(node, 0));
    case NODE_IF:
        return if_completes(ending, node);
    case NODE_WHILE:
        return outcome_of(ending->check, node->kid[0]) != ALWAYS || breaks(node->kid[1]);
    case NODE_DO:
        return breaks(node->kid[0]) ||
               (outcome_of(ending->check, node->kid[1]) != ALWAYS &&
                (completes(ending, node->kid[0]) || has_jump(node->kid[0], NODE_CONTINUE)));
    case NODE_FOR:
        return outcome_of(ending->check, node->kid[1]) != ALWAYS || breaks(node->kid[3]);
    case NODE_SWITCH:
        return !is_exhaustive(ending, node) || breaks(node->kid[1]) ||
               completes(ending, node->kid[1]);
    case NODE_ASYNC_WITH: /* that it cannot be entered is no reason to demand an else */
        return completes(ending, node->kid[3]) ||
               (node_kid(node, 4) && completes(ending, node->kid[4]));
    default:
        return true;
    }
}

bool may_complete(struct check *check, struct node *statement)
{
    struct ending ending = {.check = check};
    return completes(&ending, statement);
}

/* Where there are errors, a body may lack what could not be read. Of an enumeration's values all
 * are taken to have a case; C compilers count them. */
void check_ending(struct check *check, struct node *function)
{
    struct ending ending = {.check = check, .trusts_enums = true};
    struct node *body = function->kid[2];
    bool is_main = !strcmp(function->symbol->name, "main");
    if (is_main || check->state->quiet || diagnostics_errors(check->diagnostics) ||
        type_is_void(check->state->function->result) || !completes(&ending, body))
        return;
    report_warning(check->diagnostics, WARNING_RETURN_TYPE,
                   (struct range){body->end - 1, body->end},
                   "control reaches the end of async function '%s', which returns a value",
                   function->symbol->name);
}
