/**
 * Specifiers: what stands in front of the declarators, and the types among it.
 *
 * A flat, left-recursive list in any order, which never holds two types unless both are words
 * (`long unsigned int`), so that in `unsigned T;` T is what is declared:
 *
 *     _bare        modifiers only: no declaration yet
 *     _inferred    with `auto`, no type yet: complete in C23 (`auto x = 1;`)
 *     _worded      with type words
 *     _typed       with one other type
 *     _named       beginning with an unmarked name, which may be no type at all
 */
const {WORDS, FORMER, ASYNC, commaSep, plainName} = require('./common');

// What may stand between two tokens that begin or end an attribute.
const GAP = repeat(choice(
  /\s|\\\r?\n/, /\/\/[^\n]*\n/, /\/\*[^*]*\*+([^\/*][^*]*\*+)*\//));

const attributeList = attribute => choice(
  seq(attribute, repeat(seq(',', optional(attribute)))),
  repeat1(seq(',', optional(attribute))));

const attributeName = $ => seq(
  optional(seq(field('prefix', plainName($, $.identifier)), '::')),
  field('name', plainName($, $.identifier)));

module.exports = {
  _specifiers: $ => choice($._certain_specifiers, $._named_specifiers),
  _certain_specifiers: $ => choice(
    $._inferred_specifiers, $._worded_specifiers, $._typed_specifiers),

  // `async` stands before the type: in `int async` it is what is declared. In `async T (f)(U)` it
  // is rather the specifier than the type of a function T, whatever the parentheses cost; in
  // `async x;` it is the type.
  _bare_specifiers: $ => choice(
    choice($._modifier, $._async),
    seq($._bare_specifiers, choice($._modifier, $._async))),
  _async: $ => prec.dynamic(ASYNC, alias('async', $.async_specifier)),
  _inferred_specifiers: $ => choice(
    alias('auto', $.storage_class_specifier),
    seq($._bare_specifiers, alias('auto', $.storage_class_specifier)),
    seq($._inferred_specifiers, choice($._modifier, alias('auto', $.storage_class_specifier))),
  ),
  _worded_specifiers: $ => choice(
    $._type_word,
    seq($._bare_specifiers, $._type_word),
    seq($._inferred_specifiers, $._type_word),
    seq($._worded_specifiers,
      choice($._type_word, $._modifier, alias('auto', $.storage_class_specifier))),
  ),
  _typed_specifiers: $ => choice(
    $._certain_type,
    seq($._bare_specifiers, choice($._type_name, $._certain_type)),
    seq($._inferred_specifiers, choice($._type_name, $._certain_type)),
    seq($._typed_specifiers, choice($._modifier, alias('auto', $.storage_class_specifier))),
  ),
  _named_specifiers: $ => choice(
    $._type_name,
    seq($._named_specifiers, choice($._modifier, alias('auto', $.storage_class_specifier))),
  ),

  _modifier: $ => choice(
    $.storage_class_specifier,
    $.type_qualifier,
    alias('_Atomic', $.type_qualifier),
    $.alignas_qualifier,
    $.attribute_specifier,
    $.attribute_declaration,
    '__extension__',
  ),

  _type_word: $ => field('type', choice($.primitive_type, '__auto_type', $.bitint_specifier)),

  _type_name: $ => field('type', choice(
    alias($.identifier, $.type_identifier),
    alias($._former_word, $.type_identifier),
    ...WORDS.map(word => alias(word, $.type_identifier)))),
  _certain_type: $ => field('type', choice(
    alias($._marked_type, $.type_identifier),
    $.struct_specifier,
    $.union_specifier,
    $.enum_specifier,
    $.typeof_specifier,
    $.atomic_type_specifier,
    $.type_former,
  )),

  storage_class_specifier: _ => token(choice(
    'typedef', 'extern', 'static', 'register', 'constexpr',
    'inline', '__inline', '__inline__', '_Noreturn',
    'thread_local', '_Thread_local', '__thread',
  )),

  type_qualifier: _ => token(choice(
    'const', '__const', '__const__',
    'volatile', '__volatile', '__volatile__',
    'restrict', '__restrict', '__restrict__',
    '_Nonnull', '_Nullable', '_Null_unspecified',
  )),

  primitive_type: _ => token(choice(
    'void', 'char', 'short', 'int', 'long', 'float', 'double', '_Bool',
    'signed', '__signed', '__signed__', 'unsigned',
    '_Complex', '__complex', '__complex__', '_Imaginary', '__int128',
    '_Float16', '_Float32', '_Float64', '_Float128', '_Float32x', '_Float64x', '_Float128x',
    '_Decimal32', '_Decimal64', '_Decimal128', '__float80', '__float128', '__fp16', '__bf16',
  )),

  bitint_specifier: $ => seq('_BitInt', '(', $.expression, ')'),

  alignas_qualifier: $ => seq(
    choice('alignas', '_Alignas'), '(', choice($.expression, $.type_descriptor), ')'),

  typeof_specifier: $ => seq(
    choice('typeof', '__typeof', '__typeof__', 'typeof_unqual', '__typeof_unqual',
      '__typeof_unqual__'),
    '(',
    choice($.expression, $.comma_expression, $.type_descriptor),
    ')'),

  atomic_type_specifier: $ => prec(1, seq('_Atomic', '(', $.type_descriptor, ')')),

  type_former: $ => prec.dynamic(FORMER, seq(
    field('name', alias($._former_word, $.identifier)),
    '(',
    field('type', $.type_descriptor),
    optional(seq(',', field('type', $.type_descriptor))),
    ')')),

  struct_specifier: $ => prec.right(seq('struct', $._record)),
  union_specifier: $ => prec.right(seq('union', $._record)),
  _record: $ => prec.right(seq(
    repeat($._attribute),
    choice(
      field('name', $._tag),
      seq(
        optional(field('name', $._tag)),
        field('body', $.field_declaration_list),
        repeat($.attribute_specifier))))),

  enum_specifier: $ => seq(
    'enum',
    repeat($._attribute),
    choice(
      field('name', $._tag),
      seq(field('name', $._tag), $._underlying_type),
      prec.right(seq(
        optional(field('name', $._tag)),
        optional($._underlying_type),
        field('body', $.enumerator_list),
        repeat($.attribute_specifier))))),
  _underlying_type: $ => seq(
    ':', field('underlying_type', alias($._underlying_type_descriptor, $.type_descriptor))),
  _underlying_type_descriptor: $ => choice(
    repeat1($._type_word), $._type_name, $._certain_type),

  enumerator_list: $ => seq('{', commaSep($.enumerator), optional(','), '}'),
  enumerator: $ => seq(
    field('name', plainName($, $.identifier)),
    repeat($._attribute),
    optional(seq('=', field('value', $.expression)))),

  // Attributes: any word may be an attribute's name, keywords included.

  _attribute: $ => choice($.attribute_specifier, $.attribute_declaration),
  attribute_specifier: $ => seq(
    choice('__attribute__', '__attribute'),
    '(', '(', optional(attributeList($.attribute)), ')', ')'),
  attribute_declaration: $ => seq(
    alias($._attribute_open, '[['),
    optional(attributeList(alias($._c23_attribute, $.attribute))),
    alias($._attribute_close, ']]')),
  // Each is two tokens, between which there may be something.
  _attribute_open: _ => token(seq('[', GAP, '[')),
  _attribute_close: _ => token(seq(']', GAP, ']')),
  attribute: $ => seq(attributeName($), optional($.argument_list)),

  // The arguments of C23's are any tokens, as long as brackets balance.
  _c23_attribute: $ => seq(
    attributeName($), optional(alias($._token_arguments, $.argument_list))),
  _token_arguments: $ => seq('(', repeat($._token), ')'),
  _token: $ => choice(
    plainName($, $.identifier),
    $.number_literal,
    $.char_literal,
    $.string_literal,
    alias($._marked_type, $.identifier),
    $._punctuator,
    seq('(', repeat($._token), ')'),
    seq('[', repeat($._token), ']'),
    seq('{', repeat($._token), '}')),
  _punctuator: _ => /[!%&*+,./:;<=>?^|~-]/,
};
