/**
 * The asyncc grammar: C as compilers for Linux preprocess it, plus async/await.
 *
 * It extends tree-sitter-c. Statements, operators and literals are mostly tree-sitter-c's; the
 * declaration part is our own, because a compiler needs every specifier in any order, GNU and C23
 * attributes wherever gcc takes them, and no guesses about macros. Preprocessor directives are not
 * parsed: a line that begins with `#` is an extra, like a comment, and may stand anywhere.
 *
 * How to read it: the rules are in rules/, from characters (lexical.js) by specifiers, declarators,
 * declarations and statements to expressions. README.md lists the node shapes.
 *
 * Two things recur:
 *
 *   Contextual words (await, list, ...) are keywords only where the grammar has a use for them,
 *   and there `name(...)` offers them as identifiers too; GLR follows both readings and dynamic
 *   precedence prefers the construct.
 *
 *   Marks. Only a symbol table can tell `T * x;` from a product. The compiler overwrites the first
 *   byte of an occurrence by \x01 (certainly a type name) or \x02 (certainly not one, and not a
 *   contextual word), and parses again. Unmarked text gets the likeliest reading.
 */
const C = require('tree-sitter-c/grammar');

/** The conflicts of a contextual word that begins the rule `construct`. */
function readings($, construct) {
  return [
    [$.expression, $[construct]],
    [$._type_name, $[construct]],
    [$.expression, $._type_name, $[construct]],
  ];
}

module.exports = grammar(C, {
  name: 'asyncc',

  extras: $ => [/\s|\\\r?\n/, $.comment, $.directive],

  inline: $ => [
    $._field_identifier,
    $._statement_identifier,
    $._identifier,
    $._modifier,
    $._array_suffix,
    $._value,
    $._local_declarator,
  ],

  supertypes: $ => [
    $.expression,
    $.statement,
    $._declarator,
    $._field_declarator,
    $._abstract_declarator,
  ],

  // Each entry is a place where the next token does not tell the readings apart, so that the parser
  // follows them all until one fails. A name that may be a type is the common cause.
  conflicts: $ => [
    // `T * x;`, `(T) - 1`, `T (*p)(int)`: a type, or an operand?
    [$.expression, $._type_name],

    // `await - 1`, `yield (x)`, `try *p;`: the operator, a variable, or a type?
    ...['await_expression', 'spawn_expression', 'try_expression', 'yield_expression'].flatMap(
      construct => readings($, construct)),
    // `x = yield;`: the value sent, or a variable?
    [$.expression, $._bare_yield],
    [$.expression, $._type_name, $._bare_yield],
    // `defer (x);`: the statement, a call, or a declaration?
    ...readings($, 'defer_statement'),
    // `list(x) * y;`: a former, a call, or (at file scope) a declaration of x by a type `list`?
    [$._type_name, $.type_former],
    [$.expression, $._type_name, $.type_former],
    [$._declarator, $._type_name, $.type_former],
    // `async x`: async before a type, a type named async, or an operand before `async for`?
    [$._async, $._type_name],
    [$.expression, $._async],
    [$.expression, $._async, $._type_name],
    [$._declarator, $._async, $._type_name],
    // `async with`: the statement, or a declaration of `with`?
    [$._async, $._type_name, $.async_with_statement],
    // `{ async for (...)`: the statement, or a comprehension's element named async?
    [$.expression, $.range_for_statement],

    // `enum e : ...` in a struct: an underlying type, or the width of an unnamed bit-field?
    [$.enum_specifier],
    // `auto T`: is T what is declared, or its type?
    [$._certain_specifiers, $._typed_specifiers],
    // `int f(int (x))`: a parameter x, or one of the type `int (x)`?
    [$._declarator, $._type_name],
    // `__extension__ x`: before a declaration, or an operator?
    [$.extension_expression, $._bare_specifiers],
    // `[[a]] x`, `__attribute__((a)) x`: on a statement, or the first specifier?
    [$._bare_specifiers, $._attribute],
    [$.attributed_statement],
    // `(__attribute__((a)) x`: inside a parenthesised declarator, or of the first parameter?
    [$.abstract_parenthesized_declarator, $._bare_specifiers],
    [$.parenthesized_declarator, $.abstract_parenthesized_declarator, $._bare_specifiers],
    // `{ x :`: a label in a statement expression, or the key of a dict comprehension?
    [$.labeled_statement, $.expression],
    // `{ x :`: GNU C's old designator, or the key of a dict comprehension?
    [$.expression, $.initializer_pair],
  ],

  rules: {
    translation_unit: $ => repeat($._top_level_item),
    ...require('./rules/lexical'),
    ...require('./rules/specifiers'),
    ...require('./rules/declarators'),
    ...require('./rules/declarations'),
    ...require('./rules/statements'),
    ...require('./rules/expressions'),
  },
});
