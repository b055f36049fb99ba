/**
 * Statements. Those of tree-sitter-c that need no change are not repeated.
 */
const {CONSTRUCT, ASYNC, commaSep1, plainName} = require('./common');

module.exports = {
  statement: $ => choice(
    $.attributed_statement,
    $.labeled_statement,
    $.case_statement,
    $.compound_statement,
    $.expression_statement,
    alias($._asm_statement, $.expression_statement),
    $.if_statement,
    $.switch_statement,
    $.do_statement,
    $.while_statement,
    $.for_statement,
    $.range_for_statement,
    $.async_with_statement,
    $.defer_statement,
    $.return_statement,
    $.break_statement,
    $.continue_statement,
    $.goto_statement,
  ),

  attributed_statement: $ => seq(repeat1($._attribute), field('body', $.statement)),

  // A label holds one statement or declaration, or nothing before a `}`.
  labeled_statement: $ => prec.right(seq(
    field('label', $._statement_identifier), ':', optional(field('body', $._labeled)))),
  case_statement: $ => prec.right(seq(
    choice(
      seq('case', field('value', $.expression), optional(seq('...', field('end', $.expression)))),
      'default'),
    ':',
    optional(field('body', $._labeled)))),
  _labeled: $ => choice($._block_declaration, $.statement),

  // GNU C's `__label__ a, b;`
  label_declaration: $ => seq('__label__', commaSep1($._statement_identifier), ';'),

  switch_statement: $ => seq(
    'switch',
    field('condition', $.parenthesized_expression),
    field('body', $.statement)),

  _for_statement_body: $ => seq(
    choice(
      field('initializer', alias($._local_declaration, $.declaration)),
      seq(field('initializer', optional(choice($._value, $.comma_expression))), ';')),
    field('condition', optional(choice($._value, $.comma_expression))),
    ';',
    field('update', optional(choice($._value, $.comma_expression)))),

  goto_statement: $ => seq(
    'goto',
    choice(
      field('label', plainName($, $.statement_identifier)),
      seq('*', field('address', $.expression))),
    ';'),

  // `for (T x : source) S else S`; async in front makes it await each value.
  range_for_statement: $ => prec.right(seq(
    optional('async'),
    'for', '(', $.range_binding, ')',
    field('body', $.statement),
    optional(field('alternative', $.else_clause)))),
  range_binding: $ => seq($._local_declarator, ':', field('range', $.expression)),

  // Preferred to the declaration `async with(f(x));`.
  async_with_statement: $ => prec.dynamic(ASYNC + CONSTRUCT, prec.right(seq(
    'async', 'with', '(',
    optional(seq($._local_declarator, '=')),
    field('value', $.expression),
    ')',
    field('body', $.statement),
    optional(field('alternative', $.else_clause))))),

  defer_statement: $ => prec.dynamic(CONSTRUCT, seq('defer', field('body', $.statement))),

  expression_statement: $ => seq(optional(choice($._value, $.comma_expression)), ';'),
  return_statement: $ => seq('return', optional(choice($._value, $.comma_expression)), ';'),

  _asm_statement: $ => seq($.gnu_asm_expression, ';'),
};
