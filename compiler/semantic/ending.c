/* -Wreturn-type: an async function of a type other than void whose end can be reached. What C
 * compilers see is a state machine, which always ends with a value, so they cannot tell.
 *
 * Statements are walked as the source has them. A statement completes if control can come to what
 * follows it; what nobody can come to does not, unless a label or case in it is a way in. */
#include <string.h>

#include "semantic/checker.h"

static bool completes(struct check *check, struct node *node);

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

static bool expression_completes(struct check *check, struct node *node)
{
    if (!node)
        return true;
    switch (node->kind) {
    case NODE_CALL:
        return !calls_noreturn(node);
    case NODE_STATEMENT_EXPRESSION:
        return completes(check, node->kid[0]);
    case NODE_PAREN:
    case NODE_UNARY:
    case NODE_AWAIT:
        return expression_completes(check, node->kid[0]);
    case NODE_CAST:
        return expression_completes(check, node->kid[1]);
    case NODE_COMMA:
        return expression_completes(check, node->kid[0]) &&
               expression_completes(check, node->kid[1]);
    case NODE_CONDITIONAL: {
        enum outcome outcome = outcome_of(check, node->kid[0]);
        return (outcome != NEVER && expression_completes(check, node->kid[1])) ||
               (outcome != ALWAYS && expression_completes(check, node->kid[2]));
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

static bool list_completes(struct check *check, const struct node *node)
{
    bool is_reached = true;
    for (uint32_t i = 0; i < node->count; i++)
        is_reached = (is_reached || has_label(node->kid[i])) && completes(check, node->kid[i]);
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

/* Of an enumeration's values all are taken to have a case; C compilers count them. */
static bool is_exhaustive(const struct node *node)
{
    const struct type *type = node->kid[0]->type;
    return (type && type_resolve(type)->kind == TYPE_ENUM) || has_default(node->kid[1]);
}

static bool if_completes(struct check *check, struct node *node)
{
    enum outcome outcome = outcome_of(check, node->kid[0]);
    struct node *otherwise = node_kid(node, 2);
    bool then = (outcome != NEVER || has_label(node->kid[1])) && completes(check, node->kid[1]);
    bool other = (outcome != ALWAYS || has_label(otherwise)) && completes(check, otherwise);
    return then || other;
}

static bool completes(struct check *check, struct node *node)
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
    case NODE_ATTRIBUTED:
        return list_completes(check, node);
    case NODE_LABEL:
        return completes(check, node_kid(node, 0));
    case NODE_CASE:
    case NODE_DEFAULT:
        return completes(check, node_kid(node, 2));
    case NODE_EXPRESSION_STATEMENT:
        return expression_completes(check, node_kid(node, 0));
    case NODE_IF:
        return if_completes(check, node);
    case NODE_WHILE:
        return outcome_of(check, node->kid[0]) != ALWAYS || breaks(node->kid[1]);
    case NODE_DO:
        return breaks(node->kid[0]) ||
               (outcome_of(check, node->kid[1]) != ALWAYS &&
                (completes(check, node->kid[0]) || has_jump(node->kid[0], NODE_CONTINUE)));
    case NODE_FOR:
        return outcome_of(check, node->kid[1]) != ALWAYS || breaks(node->kid[3]);
    case NODE_SWITCH:
        return !is_exhaustive(node) || breaks(node->kid[1]) || completes(check, node->kid[1]);
    case NODE_ASYNC_WITH: /* that it cannot be entered is no reason to demand an else */
        return completes(check, node->kid[3]) ||
               (node_kid(node, 4) && completes(check, node->kid[4]));
    default:
        return true;
    }
}

/* Where there are errors, a body may lack what could not be read. */
void check_ending(struct check *check, struct node *function)
{
    struct node *body = function->kid[2];
    bool is_main = !strcmp(function->symbol->name, "main");
    if (is_main || check->state->quiet || diagnostics_errors(check->diagnostics) ||
        type_is_void(check->state->function->result) || !completes(check, body))
        return;
    report_warning(check->diagnostics, WARNING_RETURN_TYPE,
                   (struct range){body->end - 1, body->end},
                   "control reaches the end of async function '%s', which returns a value",
                   function->symbol->name);
}
