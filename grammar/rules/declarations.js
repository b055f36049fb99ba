/**
 * Declarations, function definitions, members.
 */

module.exports = {
  _top_level_item: $ => choice(
    $.function_definition,
    $.declaration,
    alias($._empty_declaration, $.declaration),
    alias($._bare_declaration, $.declaration),
    $.static_assert_declaration,
    alias($._asm_statement, $.expression_statement),
    ';',
  ),

  _block_item: $ => choice(
    alias($._local_function_definition, $.function_definition),
    $._block_declaration,
    $.statement,
  ),

  _block_declaration: $ => choice(
    alias($._local_declaration, $.declaration),
    alias($._empty_declaration, $.declaration),
    $.static_assert_declaration,
    $.label_declaration,
  ),

  declaration: $ => seq(
    $._specifiers,
    field('declarator', $._init_declarator),
    repeat($._further_declarator),
    ';'),
  _init_declarator: $ => choice($._declarator, $.init_declarator),
  init_declarator: $ => seq(field('declarator', $._declarator), $._initializer),
  _initializer: $ => seq('=', field('value', choice($.initializer_list, $._value))),

  // A declaration inside a function.
  _local_declaration: $ => seq(
    choice(
      seq($._certain_specifiers, field('declarator', $._init_declarator)),
      seq($._named_specifiers, field('declarator', choice(
        $._bound_declarator,
        alias($._bound_init_declarator, $.init_declarator))))),
    repeat($._further_declarator),
    ';'),
  _bound_init_declarator: $ => seq(field('declarator', $._bound_declarator), $._initializer),
  _further_declarator: $ => seq(
    ',', repeat($._attribute), field('declarator', $._init_declarator)),

  // `struct s { ... };`; `T;` is rather an expression.
  _empty_declaration: $ => prec.dynamic(-20, seq($._specifiers, ';')),

  // `[[attribute]];` at file scope
  _bare_declaration: $ => seq($._bare_specifiers, ';'),

  static_assert_declaration: $ => seq(
    optional('__extension__'),
    choice('_Static_assert', 'static_assert'),
    '(',
    field('condition', $.expression),
    optional(seq(',', field('message', $._string))),
    ')',
    ';'),

  function_definition: $ => seq(
    $._specifiers,
    field('declarator', $._declarator),
    repeat($.declaration),
    field('body', $.compound_statement)),
  _local_function_definition: $ => seq(
    $._local_declarator,
    repeat(alias($._local_declaration, $.declaration)),
    field('body', $.compound_statement)),

  field_declaration_list: $ => seq(
    '{', repeat(choice($.field_declaration, $.static_assert_declaration, ';')), '}'),
  field_declaration: $ => seq(
    $._specifiers,
    optional(seq(
      $._field_item,
      repeat(seq(',', repeat($._attribute), $._field_item)))),
    ';'),
  _field_item: $ => choice(
    field('declarator', $._field_declarator),
    seq(
      optional(field('declarator', $._field_declarator)),
      $.bitfield_clause,
      repeat($._attribute))),
};
