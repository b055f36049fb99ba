/**
 * Declarators, parameters and type names. Each family exists around an identifier, around a
 * field_identifier, without a name (abstract) and bound.
 *
 * Bound declarators: where an expression may stand too, `f(g(h(x)))` is a call, though it could
 * declare g; were both readings followed, nested calls would cost a version of the parse at every
 * level. So behind an unmarked name, a declarator begins by a parenthesis only in `(*`. A type name
 * is marked in the second parse, and then every declarator is possible.
 */
const {PREC, commaSep1, name} = require('./common');

/** The kinds of declarator around an `inner` one. Attributes are outside every pointer. */
const declaratorFamily = ($, inner) => ({
  attributed: prec.right(-1, seq(
    field('declarator', inner),
    repeat1(prec(1, choice(
      $.attribute_specifier, $.attribute_declaration, $.gnu_asm_expression))))),
  pointer: prec.dynamic(1, prec.right(seq(
    '*', repeat($._pointer_modifier), field('declarator', inner)))),
  function: prec(1, seq(field('declarator', inner), field('parameters', $.parameter_list))),
  array: prec(1, seq(field('declarator', inner), $._array_suffix)),
  parenthesized: prec.dynamic(PREC.PAREN_DECLARATOR, seq(
    '(', repeat($.attribute_specifier), field('declarator', inner), ')')),
});

module.exports = {
  _declarator: $ => choice(
    $.attributed_declarator,
    $.pointer_declarator,
    $.function_declarator,
    $.array_declarator,
    $.parenthesized_declarator,
    $._identifier,
  ),
  attributed_declarator: $ => declaratorFamily($, $._declarator).attributed,
  pointer_declarator: $ => declaratorFamily($, $._declarator).pointer,
  function_declarator: $ => declaratorFamily($, $._declarator).function,
  array_declarator: $ => declaratorFamily($, $._declarator).array,
  parenthesized_declarator: $ => declaratorFamily($, $._declarator).parenthesized,

  _field_declarator: $ => choice(
    alias($.attributed_field_declarator, $.attributed_declarator),
    alias($.pointer_field_declarator, $.pointer_declarator),
    alias($.function_field_declarator, $.function_declarator),
    alias($.array_field_declarator, $.array_declarator),
    alias($.parenthesized_field_declarator, $.parenthesized_declarator),
    name($, $.field_identifier),
  ),
  attributed_field_declarator: $ => declaratorFamily($, $._field_declarator).attributed,
  pointer_field_declarator: $ => declaratorFamily($, $._field_declarator).pointer,
  function_field_declarator: $ => declaratorFamily($, $._field_declarator).function,
  array_field_declarator: $ => declaratorFamily($, $._field_declarator).array,
  parenthesized_field_declarator: $ => declaratorFamily($, $._field_declarator).parenthesized,

  _abstract_declarator: $ => choice(
    $.abstract_pointer_declarator,
    $.abstract_function_declarator,
    $.abstract_array_declarator,
    $.abstract_parenthesized_declarator,
  ),
  abstract_pointer_declarator: $ => prec.dynamic(1, prec.right(seq(
    '*', repeat($._pointer_modifier), optional(field('declarator', $._abstract_declarator))))),
  abstract_function_declarator: $ => prec(1, seq(
    optional(field('declarator', $._abstract_declarator)),
    field('parameters', alias($._type_parameter_list, $.parameter_list)))),
  abstract_array_declarator: $ => prec(1, seq(
    optional(field('declarator', $._abstract_declarator)), $._array_suffix)),
  abstract_parenthesized_declarator: $ => prec(1, seq(
    '(', repeat($.attribute_specifier), field('declarator', $._abstract_declarator), ')')),

  _pointer_modifier: $ => choice(
    $.type_qualifier, alias('_Atomic', $.type_qualifier), $._attribute),

  _array_suffix: $ => seq(
    '[',
    repeat(choice(
      $.type_qualifier, alias('_Atomic', $.type_qualifier), $.storage_class_specifier)),
    optional(field('size', choice($.expression, '*'))),
    ']'),

  // `f(a)` is a type; an old-style list of names shows only once its names are marked.
  parameter_list: $ => seq(
    '(',
    choice(
      optional(seq($._parameters, repeat(seq(';', $._parameters)))), // `;`: GNU C, forward
      commaSep1(alias($._marked_name, $.identifier))),
    ')'),
  _type_parameter_list: $ => seq(
    '(', optional(seq($._parameters, repeat(seq(';', $._parameters)))), ')'),
  _parameters: $ => commaSep1(choice($.parameter_declaration, $.variadic_parameter)),
  parameter_declaration: $ => seq(
    $._specifiers,
    optional(choice(
      field('declarator', $._declarator),
      seq(field('declarator', $._abstract_declarator), repeat($._attribute))))),

  type_descriptor: $ => choice(
    $._certain_type_descriptor,
    seq($._named_specifiers, optional(seq(
      field('declarator', choice(
        $._bound_abstract_declarator,
        alias($._lone_abstract_array, $.abstract_array_declarator))),
      repeat($._attribute))))),
  _certain_type_descriptor: $ => seq(
    $._certain_specifiers,
    optional(seq(field('declarator', $._abstract_declarator), repeat($._attribute)))),

  // Bound declarators

  _bound_abstract_declarator: $ => choice(
    alias($._bound_abstract_pointer, $.abstract_pointer_declarator),
    alias($._bound_abstract_function, $.abstract_function_declarator),
    alias($._bound_abstract_array, $.abstract_array_declarator),
    alias($._bound_abstract_parenthesized, $.abstract_parenthesized_declarator)),
  _bound_abstract_pointer: $ => prec.dynamic(1, prec.right(seq(
    '*',
    repeat($._pointer_modifier),
    optional(field('declarator', choice(
      $._bound_abstract_declarator,
      alias($._lone_abstract_array, $.abstract_array_declarator))))))),
  _bound_abstract_function: $ => prec(1, seq(
    field('declarator', $._bound_abstract_declarator),
    field('parameters', alias($._type_parameter_list, $.parameter_list)))),
  _bound_abstract_array: $ => prec(1, seq(
    field('declarator', $._bound_abstract_declarator), $._array_suffix)),
  _bound_abstract_parenthesized: $ => prec(1, seq(
    '(',
    field('declarator', alias($._bound_abstract_pointer, $.abstract_pointer_declarator)),
    ')')),
  _lone_abstract_array: $ => prec(1, seq(
    optional(field('declarator', alias($._lone_abstract_array, $.abstract_array_declarator))),
    $._array_suffix)),

  _bound_declarator: $ => choice(
    alias($._bound_attributed_declarator, $.attributed_declarator),
    $.pointer_declarator,
    alias($._bound_function_declarator, $.function_declarator),
    alias($._bound_array_declarator, $.array_declarator),
    alias($._bound_parenthesized_declarator, $.parenthesized_declarator),
    $._identifier),
  _bound_attributed_declarator: $ => declaratorFamily($, $._bound_declarator).attributed,
  _bound_function_declarator: $ => declaratorFamily($, $._bound_declarator).function,
  _bound_array_declarator: $ => declaratorFamily($, $._bound_declarator).array,
  _bound_parenthesized_declarator: $ => prec.dynamic(PREC.PAREN_DECLARATOR, seq(
    '(', field('declarator', $.pointer_declarator), ')')),

  // Specifiers and one declarator, inside a function.
  _local_declarator: $ => choice(
    seq($._certain_specifiers, field('declarator', $._declarator)),
    seq($._named_specifiers, field('declarator', $._bound_declarator))),
};
