/**
 * Expressions, initialisers and asm.
 *
 * A static precedence decides which of two readings is tried at all; a dynamic one chooses among
 * readings that all hold to the end.
 */
const {PREC, CONSTRUCT, commaSep, name, plainName} = require('./common');

const ASSIGNMENTS = ['=', '*=', '/=', '%=', '+=', '-=', '<<=', '>>=', '&=', '^=', '|='];

/**
 * A language operator that binds like unary minus. The precedence begins behind the word, so that
 * it does not decide, once for all, that the word is no identifier.
 */
function prefix($, word) {
  return prec.dynamic(CONSTRUCT, seq(
    word, prec.right(PREC.UNARY, field('argument', $.expression))));
}

/** A lone name in parentheses is rather an expression. */
function operandOrType($, word) {
  return [
    prec.right(PREC.UNARY, seq(word, field('value', $.expression))),
    prec.dynamic(-1, prec(PREC.CALL, seq(word, '(', field('type', $.type_descriptor), ')'))),
  ];
}

/** An operand of asm, for output or input. */
function asmOperand($) {
  return seq(
    optional(seq('[', field('symbol', plainName($, $.identifier)), ']')),
    field('constraint', $._string),
    '(',
    field('value', $.expression),
    ')');
}

module.exports = {
  expression: $ => choice(
    $.await_expression,
    $.spawn_expression,
    $.try_expression,
    $.yield_expression,
    $.list_comprehension,
    $.set_comprehension,
    $.dict_comprehension,
    $.generator_expression,
    $.conditional_expression,
    $.assignment_expression,
    $.binary_expression,
    $.unary_expression,
    $.update_expression,
    $.cast_expression,
    $.pointer_expression,
    $.label_address_expression,
    $.sizeof_expression,
    $.alignof_expression,
    $.offsetof_expression,
    $.generic_expression,
    $.subscript_expression,
    $.call_expression,
    $.field_expression,
    $.compound_literal_expression,
    $.parenthesized_expression,
    $.extension_expression,
    $.number_literal,
    $.char_literal,
    $._string,
    $._identifier,
  ),

  await_expression: $ => prefix($, 'await'),
  spawn_expression: $ => prefix($, 'spawn'),
  try_expression: $ => prefix($, 'try'),

  // Binds like an assignment's right side. `else` is where an error thrown in goes.
  yield_expression: $ => prec.dynamic(CONSTRUCT, seq(
    'yield',
    prec.right(PREC.ASSIGNMENT, seq(
      field('argument', $.expression),
      optional(seq('else', field('fallback', $.expression))))))),

  // `yield` without a value is no operand, so that `yield = 1;` and `a = yield.x` are about a
  // variable.
  _bare_yield: $ => prec.dynamic(1, choice(
    'yield',
    prec.right(PREC.ASSIGNMENT, seq('yield', 'else', field('fallback', $.expression))))),
  _bare_yield_assignment: $ => seq(
    field('left', $.expression),
    field('operator', choice(...ASSIGNMENTS)),
    field('right', choice(
      alias($._bare_yield, $.yield_expression),
      alias($._bare_yield_assignment, $.assignment_expression)))),
  _value: $ => choice(
    $.expression,
    alias($._bare_yield, $.yield_expression),
    alias($._bare_yield_assignment, $.assignment_expression)),

  list_comprehension: $ => seq('[', field('element', $.expression), $._comp_clauses, ']'),
  set_comprehension: $ => seq('{', field('element', $.expression), $._comp_clauses, '}'),
  dict_comprehension: $ => seq(
    '{', field('key', $.expression), ':', field('value', $.expression), $._comp_clauses, '}'),
  generator_expression: $ => seq('(', field('element', $.expression), $._comp_clauses, ')'),
  _comp_clauses: $ => seq($.comp_for, repeat(choice($.comp_for, $.comp_if))),
  comp_for: $ => seq(optional('async'), 'for', '(', $.range_binding, ')'),
  comp_if: $ => seq('if', field('condition', $.parenthesized_expression)),

  assignment_expression: $ => prec.right(PREC.ASSIGNMENT, seq(
    field('left', $.expression),
    field('operator', choice(...ASSIGNMENTS)),
    field('right', $.expression))),

  conditional_expression: $ => prec.right(PREC.CONDITIONAL, seq(
    field('condition', $.expression),
    '?',
    optional(field('consequence', choice($._value, $.comma_expression))),
    ':',
    field('alternative', $.expression))),

  unary_expression: $ => prec.right(PREC.UNARY, seq(
    field('operator', choice('!', '~', '-', '+', '__real__', '__real', '__imag__', '__imag')),
    field('argument', $.expression))),
  pointer_expression: $ => prec.right(PREC.UNARY, seq(
    field('operator', choice('*', '&')),
    field('argument', $.expression))),
  label_address_expression: $ => prec(PREC.UNARY, seq(
    '&&', field('label', plainName($, $.statement_identifier)))),
  extension_expression: $ => seq('__extension__', prec.right(PREC.UNARY, $.expression)),

  update_expression: $ => {
    const operator = field('operator', choice('--', '++'));
    const argument = field('argument', $.expression);
    return choice(
      prec.right(PREC.UNARY, seq(operator, argument)),
      prec.left(PREC.CALL, seq(argument, operator)));
  },

  // `(a) - 1` is rather a difference, `(a)(b)` rather a cast.
  cast_expression: $ => prec.dynamic(-1, prec.right(PREC.UNARY, seq(
    '(', field('type', $.type_descriptor), ')', field('value', $.expression)))),
  compound_literal_expression: $ => prec(PREC.FIELD, seq(
    '(', field('type', $.type_descriptor), ')', field('value', $.initializer_list))),

  sizeof_expression: $ => choice(...operandOrType($, 'sizeof')),
  alignof_expression: $ => choice(...operandOrType($,
    choice('_Alignof', 'alignof', '__alignof__', '__alignof'))),

  offsetof_expression: $ => prec(PREC.CALL, seq(
    '__builtin_offsetof',
    '(', field('type', $.type_descriptor), ',', field('member', $._field_identifier),
    repeat(choice(
      $.field_designator,
      alias($._arrow_designator, $.field_designator),
      $.subscript_designator)), ')')),
  _arrow_designator: $ => seq('->', $._field_identifier), // GNU C: `a->f` is `a[0].f`

  generic_expression: $ => prec(PREC.CALL, seq(
    '_Generic', '(',
    field('control', choice($.expression, $.type_descriptor)),
    repeat1(seq(',', $.generic_association)),
    ')')),
  generic_association: $ => seq(
    choice(field('type', $.type_descriptor), 'default'), ':', field('value', $.expression)),

  subscript_expression: $ => prec(PREC.SUBSCRIPT, seq(
    field('argument', $.expression),
    '[',
    field('index', choice($._value, $.comma_expression)),
    ']')),

  // Some builtins and the runtime's async_queue(T, n) take types. A lone name is an expression
  // here unless it is marked; the builtins below know better.
  call_expression: $ => prec.dynamic(-2, prec(PREC.CALL, choice(
    seq(field('function', $.expression), field('arguments', $.argument_list)),
    seq(
      field('function', alias('__builtin_va_arg', $.identifier)),
      field('arguments', alias($._va_arg_arguments, $.argument_list))),
    seq(
      field('function', alias('__builtin_types_compatible_p', $.identifier)),
      field('arguments', alias($._two_type_arguments, $.argument_list))),
    seq(
      field('function', alias('__builtin_has_attribute', $.identifier)),
      field('arguments', alias($._attribute_question, $.argument_list)))))),
  argument_list: $ => seq(
    '(', commaSep(choice($._value, alias($._argument_type, $.type_descriptor))), ')'),
  _argument_type: $ => prec.dynamic(-5, choice(
    $._certain_type_descriptor,
    seq(
      $._named_specifiers,
      field('declarator', $._bound_abstract_declarator),
      repeat($._attribute)))),
  _va_arg_arguments: $ => seq('(', $.expression, ',', $.type_descriptor, ')'),
  _attribute_question: $ => seq(
    '(', choice($.expression, $.type_descriptor), ',', $.attribute, ')'),
  _two_type_arguments: $ => seq('(', $.type_descriptor, ',', $.type_descriptor, ')'),

  // `({ ... })` is a statement expression.
  parenthesized_expression: $ => seq(
    '(', choice($._value, $.comma_expression, $.compound_statement), ')'),

  comma_expression: $ => seq(
    field('left', $._value), ',', field('right', choice($._value, $.comma_expression))),

  field_expression: $ => prec(PREC.FIELD, seq(
    field('argument', $.expression),
    field('operator', choice('.', '->')),
    field('field', $._field_identifier))),

  initializer_list: $ => seq(
    '{',
    commaSep(choice($.initializer_pair, $._value, $.initializer_list)),
    optional(','),
    '}'),
  initializer_pair: $ => choice(
    seq(
      field('designator', repeat1(choice(
        $.subscript_designator, $.field_designator, $.subscript_range_designator))),
      optional('='), // GNU C's old `[1] 7`
      field('value', choice($.expression, $.initializer_list))),
    seq(
      field('designator', name($, $.field_identifier)),
      ':',
      field('value', choice($.expression, $.initializer_list)))),

  // asm

  gnu_asm_expression: $ => seq(
    choice('asm', '__asm__', '__asm'),
    repeat($.gnu_asm_qualifier),
    '(',
    field('assembly_code', $._string),
    optional(seq(
      field('output_operands', $.gnu_asm_output_operand_list),
      optional(seq(
        field('input_operands', $.gnu_asm_input_operand_list),
        optional(seq(
          field('clobbers', $.gnu_asm_clobber_list),
          optional(field('goto_labels', $.gnu_asm_goto_list)))))))),
    ')'),
  gnu_asm_qualifier: $ => choice($.type_qualifier, $.storage_class_specifier, 'goto'),
  gnu_asm_output_operand: $ => asmOperand($),
  gnu_asm_input_operand: $ => asmOperand($),
  gnu_asm_goto_list: $ => seq(
    ':', commaSep(field('label', plainName($, $.statement_identifier)))),
};
