/* Statements: the scopes they open, where `break`, `continue` and `return` may stand. */
#include "semantic/checker.h"

/* --- expressions in statements */

static void check_expression_statement(struct check *check, struct node *node)
{
    struct node *expression = node_kid(node, 0);
    if (!expression)
        return;
    if (is_misread_declaration(check, expression))
        return;
    if (node == check->state->value_statement)
        check_owned(check, expression);
    else
        check_discarded(check, expression);
}

/* `return E;` ends a generator with the error E. */
static void check_generator_return(struct check *check, struct node *value)
{
    long long number;
    if (!value)
        return;
    if (type_resolve(value->type)->kind == TYPE_GENERATOR) {
        if (complain(check, value, "a generator ends with an error number, not with a generator"))
            add_note(check, value,
                     "a function that returns a generator and is none says so by a typedef");
        return;
    }
    check_conversion(check, type_simple(check->types, TYPE_INT), value, C_ERRORS, "returned error");
    if (constant_evaluate(check, value, &number) == CONSTANT_KNOWN && number > 0)
        complain(check, value, "a generator cannot end with %lld: errors are negative", number);
}

static void check_return(struct check *check, struct node *node)
{
    struct function_state *function = check->state->function;
    struct node *value = node_kid(node, 0);
    struct type *result = function->result;
    if (value)
        check_owned(check, value);
    if (check->state->defers)
        complain(check, node, "'return' would leave a 'defer'");
    if (function->is_generator) {
        check_generator_return(check, value);
        return;
    }
    if (function->is_async && value && type_is_void(result) && !type_is_void(value->type))
        complain(check, value, "a value is returned from an async function of type 'void'");
    else if (function->is_async && !value && !type_is_void(result) && !is_unknown(result))
        complain(check, node, "'return' without a value in an async function of type '%s'",
                 show(check, result));
    else if (value && !type_is_void(result))
        check_conversion(check, result, value, OUR_MISTAKES, "returned value");
}

/* --- loops and switches */

/* A statement that is a part of another one is a block of its own (C99): what is declared in it, an
 * enumerator in a sizeof say, ends with it. */
static void check_substatement(struct check *check, struct node *node)
{
    scope_open(check->state->scopes, node);
    check_statement(check, node);
    scope_close(check->state->scopes);
}

/* Counts what `break` and `continue` may leave; `defer` starts from nothing. */
static void check_body(struct check *check, struct node *body, unsigned *counter)
{
    ++*counter;
    check_substatement(check, body);
    --*counter;
}

static void check_loop(struct check *check, struct node *node, struct node *condition,
                       struct node *body)
{
    scope_open(check->state->scopes, node);
    if (node->kind != NODE_DO)
        check_condition(check, condition);
    check_body(check, body, &check->state->function->loops);
    if (node->kind == NODE_DO)
        check_condition(check, condition);
    scope_close(check->state->scopes);
}

static void check_switch(struct check *check, struct node *node)
{
    scope_open(check->state->scopes, node);
    check_condition(check, node->kid[0]);
    check_body(check, node->kid[1], &check->state->function->switches);
    scope_close(check->state->scopes);
}

static bool is_automatic(const struct node *specifiers)
{
    for (uint32_t i = 0; i < specifiers->count; i++) {
        enum operator word = specifiers->kid[i]->op;
        if (word == OP_STATIC || word == OP_EXTERN || word == OP_TYPEDEF)
            return false;
    }
    return true;
}

/* C11 6.8.5p3. A head that is written anew declares them in front of its loop. */
static void check_loop_variables(struct check *check, const struct node *declaration)
{
    for (uint32_t i = 1; i < declaration->count; i++) {
        const struct node *name = declarator_name(declaration->kid[i]->kid[0]);
        const struct symbol *symbol = name ? name->symbol : NULL;
        if (symbol && (!is_automatic(declaration->kid[0]) ||
                       type_resolve(symbol->type)->kind == TYPE_FUNCTION))
            complain(check, name, "'%s' in the head of a 'for' is no automatic variable",
                     name->name);
    }
}

static void check_for(struct check *check, struct node *node)
{
    struct node *init = node->kid[0], *condition = node->kid[1], *step = node->kid[2];
    scope_open(check->state->scopes, node);
    if (init && init->kind == NODE_DECLARATION) {
        check_declaration(check, init);
        check_loop_variables(check, init);
    } else if (init && !is_misread_declaration(check, init)) {
        check_discarded(check, init);
    }
    if (condition)
        check_condition(check, condition);
    if (step)
        check_discarded(check, step);
    check_body(check, node->kid[3], &check->state->function->loops);
    scope_close(check->state->scopes);
}

static void check_case(struct check *check, struct node *node)
{
    const char *outer = check->state->no_await;
    check->state->no_await = "a case label";
    for (uint32_t i = 0; i < 2 && i < node->count; i++)
        if (node->kid[i])
            check_value(check, node->kid[i]);
    check->state->no_await = outer;
    if (!check->state->function->switches)
        complain(check, node, "'%s' outside a 'switch'",
                 node->kind == NODE_CASE ? "case" : "default");
    if (node_kid(node, 2))
        check_statement(check, node->kid[2]);
}

static void check_break(struct check *check, struct node *node)
{
    const struct function_state *function = check->state->function;
    bool is_continue = node->kind == NODE_CONTINUE;
    if (!function->loops && (is_continue || !function->switches))
        complain(check, node,
                 is_continue ? "'continue' outside a loop" : "'break' outside a loop or 'switch'");
}

/* --- an `else if` chain nests as deep as it is long */

/* The loop or block at the end of an unbraced statement that has an `else`, NULL if there is none.
 */
static struct node *ends_with_else(struct node *node)
{
    while (node) {
        switch (node->kind) {
        case NODE_RANGE_FOR:
        case NODE_ASYNC_WITH:
            if (node_kid(node, 4))
                return node;
            node = node->kid[3];
            break;
        case NODE_WHILE:
        case NODE_SWITCH:
            node = node->kid[1];
            break;
        case NODE_FOR:
            node = node->kid[3];
            break;
        case NODE_LABEL:
        case NODE_ATTRIBUTED:
        case NODE_CASE:
        case NODE_DEFAULT:
        case NODE_DEFER:
            node = node->count ? node->kid[node->count - 1] : NULL;
            break;
        default:
            return NULL;
        }
    }
    return NULL;
}

/* `if (a) async for (...) S else E`: an else that may be meant for the if. */
static void check_whose_else(struct check *check, const struct node *node)
{
    const struct node *inner = ends_with_else(node->kid[1]);
    if (inner && complain(check, inner->kid[4], "this 'else' could belong to the 'if' around"))
        add_note(check, node, "put braces around what belongs to this 'if'");
}

static void check_if(struct check *check, struct node *node)
{
    unsigned depth = 0;
    for (struct node *otherwise = node; otherwise; depth++) {
        node = otherwise;
        scope_open(check->state->scopes, node);
        check_whose_else(check, node);
        check_condition(check, node->kid[0]);
        check_substatement(check, node->kid[1]);
        otherwise = node_kid(node, 2);
        if (otherwise && otherwise->kind != NODE_IF) {
            check_substatement(check, otherwise);
            otherwise = NULL;
        }
    }
    while (depth--)
        scope_close(check->state->scopes);
}

/* --- blocks */

void check_block(struct check *check, struct node *compound)
{
    for (uint32_t i = 0; i < compound->count; i++)
        if (compound->kid[i])
            check_statement(check, compound->kid[i]);
    check_unused_pragmas(check, compound->end);
}

/* --- all kinds */

void check_statement(struct check *check, struct node *node)
{
    check_unused_pragmas(check, node->start);
    switch (node->kind) {
    case NODE_COMPOUND:
        scope_open(check->state->scopes, node);
        check_block(check, node);
        scope_close(check->state->scopes);
        break;
    case NODE_EXPRESSION_STATEMENT:
        check_expression_statement(check, node);
        break;
    case NODE_DECLARATION:
        check_declaration(check, node);
        break;
    case NODE_FUNCTION:
        check_function(check, node);
        break;
    case NODE_IF:
        check_if(check, node);
        break;
    case NODE_WHILE:
        check_loop(check, node, node->kid[0], node->kid[1]);
        break;
    case NODE_DO:
        check_loop(check, node, node->kid[1], node->kid[0]);
        break;
    case NODE_FOR:
        check_for(check, node);
        break;
    case NODE_SWITCH:
        check_switch(check, node);
        break;
    case NODE_CASE:
    case NODE_DEFAULT:
        check_case(check, node);
        break;
    case NODE_LABEL:
        check_label(check, node);
        break;
    case NODE_GOTO:
        check_jump(check, node);
        break;
    case NODE_GOTO_COMPUTED:
        check_value(check, node->kid[0]);
        break;
    case NODE_BREAK:
    case NODE_CONTINUE:
        check_break(check, node);
        break;
    case NODE_RETURN:
        check_return(check, node);
        break;
    case NODE_LOCAL_LABELS:
        check_local_labels(check, node);
        break;
    case NODE_ATTRIBUTED:
        if (node_kid(node, node->count - 1))
            check_statement(check, node->kid[node->count - 1]);
        break;
    case NODE_STATIC_ASSERT:
        check_static_assert(check, node);
        break;
    case NODE_ASM:
        check_expression(check, node);
        break;
    case NODE_RANGE_FOR:
    case NODE_ASYNC_WITH:
    case NODE_DEFER:
        check_language_statement(check, node);
        break;
    default:
        if (node_is_expression(node))
            check_discarded(check, node);
        break;
    }
}
