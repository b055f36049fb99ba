/**
 * The asyncc grammar: C as compilers for Linux preprocess it, plus async/await.
 *
 * It extends tree-sitter-c. Statements, operators and literals are mostly tree-sitter-c's; the
 * declaration part is our own, because a compiler needs every specifier in any order, GNU and C23
 * attributes wherever gcc takes them, and no guesses about macros. Preprocessor directives are not
 * parsed: a line that begins with `#` is an extra, like a comment, and may stand anywhere.
 *
 * How to read it: the sections below follow the order words, specifiers, declarators,
 * declarations, statements, expressions, literals. README.md lists the node shapes.
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
const {PREC, commaSep, commaSep1} = C;

/** Language words that are also identifiers. The type formers share one token. */
const WORDS = ['async', 'await', 'yield', 'spawn', 'defer', 'try', 'with'];

/** An identifier in any spelling, as a node named `node`. */
const name = ($, node) => choice(
  node === $.identifier ? $.identifier : alias($.identifier, node),
  alias($._marked_name, node),
  alias($._former_word, node),
  ...WORDS.map(word => alias(word, node)));

/** A name where no contextual word can begin: the lexer falls back to `identifier` by itself. */
const plainName = ($, node) => choice(
  node === $.identifier ? $.identifier : alias($.identifier, node),
  alias($._marked_name, node));

/** The construct is preferred over the same words read as identifiers. */
const PREFERRED = 5;

/** Declarators exist twice: around an identifier and around a field_identifier. */
const declaratorFamily = ($, inner) => ({
  attributed: prec.right(-1, seq(
    field('declarator', inner),
    repeat1(choice($.attribute_specifier, $.attribute_declaration, $.gnu_asm_expression)))),
  pointer: prec.dynamic(1, prec.right(seq(
    '*', repeat($._pointer_modifier), field('declarator', inner)))),
  function: prec(1, seq(field('declarator', inner), field('parameters', $.parameter_list))),
  array: prec(1, seq(field('declarator', inner), $._array_suffix)),
  parenthesized: prec.dynamic(PREC.PAREN_DECLARATOR, seq(
    '(', repeat($.attribute_specifier), field('declarator', inner), ')')),
});

module.exports = grammar(C, {
  name: 'asyncc',

  extras: $ => [/\s|\\\r?\n/, $.comment, $.directive],

  inline: $ => [
    $._type_identifier,
    $._field_identifier,
    $._statement_identifier,
    $._identifier,
    $._modifier,
    $._array_suffix,
  ],

  supertypes: $ => [
    $.expression,
    $.statement,
    $._declarator,
    $._field_declarator,
    $._abstract_declarator,
  ],

  conflicts: $ => [
    [$.attributed_declarator, $._attribute],
    [$.parenthesized_declarator, $.abstract_parenthesized_declarator, $._bare_specifiers],
    [$._declarator, $.parameter_list],
    [$._declarator, $._type_name, $.type_former],
    [$._declarator, $._type_name],
    [$._declarator, $._bare_specifiers, $._type_name],
    [$.attributed_statement],
    [$.expression, $.initializer_pair, $.yield_expression],
    [$.expression, $.initializer_pair],
    [$.abstract_parenthesized_declarator, $._bare_specifiers],
    [$.labeled_statement, $.expression, $.yield_expression],
    [$.expression, $.range_for_statement],
    [$.labeled_statement, $.expression],
    [$._bare_specifiers, $._attribute],
    [$.expression, $.defer_statement],
    [$._type_name, $.defer_statement],
    [$.expression, $._type_name, $.defer_statement],
    [$._bare_specifiers, $._type_name, $.async_with_statement],
    [$.expression, $._bare_specifiers, $._type_name],
    [$.attributed_declarator, $._bare_specifiers],
    [$._specifiers, $._inferred_specifiers],
    [$.expression, $._type_name, $.type_former],
    [$.expression, $._type_name, $.yield_expression],
    [$.expression, $._type_name],
    [$._inferred_specifiers, $._type_name],
    [$._specifiers, $._worded_specifiers],
    [$._specifiers, $._typed_specifiers],
    [$._specifiers, $._inferred_specifiers, $._typed_specifiers],
    [$._type_name, $.type_former],
    [$._bare_specifiers, $._type_name],
  ],

  rules: {
    translation_unit: $ => repeat($._top_level_item),

    _top_level_item: $ => choice(
      $.function_definition,
      $.declaration,
      alias($._empty_declaration, $.declaration),
      $.static_assert_declaration,
      alias($._asm_statement, $.expression_statement),
      ';',
    ),

    _block_item: $ => choice(
      $.function_definition,
      $._block_declaration,
      $.statement,
    ),

    _block_declaration: $ => choice(
      $.declaration,
      alias($._empty_declaration, $.declaration),
      $.static_assert_declaration,
      $.label_declaration,
    ),

    // Words and marks ----------------------------------------------------------------------------

    // The precedence lets it win over `identifier`, which tree-sitter-c defined earlier.
    _former_word: _ => token(prec(1, choice(
      'future', 'generator', 'list', 'set', 'dict', 'queue', 'contextvar'))),

    // The rest of the name may be empty, and a first character of several bytes is all marks.
    _marked_type: _ => /\x01+(\p{XID_Continue}|\$|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*/,
    _marked_name: _ => /\x02+(\p{XID_Continue}|\$|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*/,

    _identifier: $ => name($, $.identifier),
    _type_identifier: $ => choice(
      alias($.identifier, $.type_identifier),
      alias($._marked_type, $.type_identifier),
      alias($._former_word, $.type_identifier),
      ...WORDS.map(word => alias(word, $.type_identifier))),
    _field_identifier: $ => plainName($, $.field_identifier),
    _statement_identifier: $ => name($, $.statement_identifier),
    _tag: $ => plainName($, $.type_identifier),

    // Specifiers ---------------------------------------------------------------------------------
    //
    // A flat, left-recursive list in any order, which never holds two types unless both are words
    // (`long unsigned int`), so that in `unsigned T;` T is what is declared:
    //
    //     _bare        modifiers only; complete for nobody
    //     _inferred    with `auto`, no type yet: complete in C23 (`auto x = 1;`)
    //     _worded      with type words
    //     _typed       with one other type

    _specifiers: $ => choice($._inferred_specifiers, $._worded_specifiers, $._typed_specifiers),

    _bare_specifiers: $ => choice($._modifier, seq($._bare_specifiers, $._modifier)),
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
      $._type,
      seq($._bare_specifiers, $._type),
      seq($._inferred_specifiers, $._type),
      seq($._typed_specifiers, choice($._modifier, alias('auto', $.storage_class_specifier))),
    ),

    _modifier: $ => choice(
      $.storage_class_specifier,
      $.type_qualifier,
      alias('_Atomic', $.type_qualifier),
      $.alignas_qualifier,
      $.attribute_specifier,
      $.attribute_declaration,
      alias('async', $.async_specifier),
      '__extension__',
    ),

    _type_word: $ => field('type', choice($.primitive_type, '__auto_type', $.bitint_specifier)),

    _type_name: $ => field('type', $._type_identifier),
    _type: $ => choice($._type_name, field('type', choice(
      $.struct_specifier,
      $.union_specifier,
      $.enum_specifier,
      $.typeof_specifier,
      $.atomic_type_specifier,
      $.type_former,
    ))),

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

    type_former: $ => prec.dynamic(PREFERRED, seq(
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

    enum_specifier: $ => prec.right(seq(
      'enum',
      repeat($._attribute),
      choice(
        seq(field('name', $._tag), optional($._underlying_type)),
        seq(
          optional(field('name', $._tag)),
          optional($._underlying_type),
          field('body', $.enumerator_list),
          repeat($.attribute_specifier))))),
    _underlying_type: $ => seq(
      ':', field('underlying_type', alias($._specifiers_only, $.type_descriptor))),
    _specifiers_only: $ => $._specifiers,

    enumerator_list: $ => seq('{', commaSep($.enumerator), optional(','), '}'),
    enumerator: $ => seq(
      field('name', plainName($, $.identifier)),
      repeat($._attribute),
      optional(seq('=', field('value', $.expression)))),

    // Attributes: any word may be an attribute's name, keywords included.

    _attribute: $ => choice($.attribute_specifier, $.attribute_declaration),
    attribute_specifier: $ => seq(
      choice('__attribute__', '__attribute'), '(', '(', optional($._attributes), ')', ')'),
    attribute_declaration: $ => seq('[[', optional($._attributes), ']]'),
    _attributes: $ => choice(
      seq($.attribute, repeat(seq(',', optional($.attribute)))),
      repeat1(seq(',', optional($.attribute)))),
    attribute: $ => seq(
      optional(seq(field('prefix', plainName($, $.identifier)), '::')),
      field('name', plainName($, $.identifier)),
      optional($.argument_list)),

    // Declarators --------------------------------------------------------------------------------

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
      field('parameters', $.parameter_list))),
    abstract_array_declarator: $ => prec(1, seq(
      optional(field('declarator', $._abstract_declarator)), $._array_suffix)),
    abstract_parenthesized_declarator: $ => prec(1, seq(
      '(', repeat($.attribute_specifier), field('declarator', $._abstract_declarator), ')')),

    _pointer_modifier: $ => choice(
      $.type_qualifier, alias('_Atomic', $.type_qualifier), $._attribute),

    _array_suffix: $ => seq(
      '[',
      repeat(choice($.type_qualifier, alias('_Atomic', $.type_qualifier), $.storage_class_specifier)),
      optional(field('size', choice($.expression, '*'))),
      ']'),

    // `f(a)` is a type; an old-style list of names shows only once its names are marked.
    parameter_list: $ => seq(
      '(',
      choice(
        commaSep(choice($.parameter_declaration, $.variadic_parameter)),
        commaSep1(alias($._marked_name, $.identifier))),
      ')'),
    parameter_declaration: $ => seq(
      $._specifiers,
      optional(field('declarator', choice($._declarator, $._abstract_declarator))),
      repeat($._attribute)),

    type_descriptor: $ => seq(
      $._specifiers,
      optional(field('declarator', $._abstract_declarator)),
      repeat($._attribute)),

    // Declarations -------------------------------------------------------------------------------

    declaration: $ => seq(
      $._specifiers,
      field('declarator', $._init_declarator),
      repeat(seq(',', repeat($._attribute), field('declarator', $._init_declarator))),
      ';'),
    _init_declarator: $ => choice($._declarator, $.init_declarator),
    init_declarator: $ => seq(
      field('declarator', $._declarator),
      '=',
      field('value', choice($.initializer_list, $.expression))),

    // `struct s { ... };`; `T;` is rather an expression.
    _empty_declaration: $ => prec.dynamic(-20, seq($._specifiers, ';')),

    static_assert_declaration: $ => seq(
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

    // Statements ---------------------------------------------------------------------------------

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

    goto_statement: $ => seq(
      'goto',
      choice(field('label', plainName($, $.statement_identifier)), seq('*', field('address', $.expression))),
      ';'),

    // `for (T x : source) S else S`; async in front makes it await each value.
    range_for_statement: $ => prec.right(seq(
      optional('async'),
      'for', '(', $.range_binding, ')',
      field('body', $.statement),
      optional(field('alternative', $.else_clause)))),
    range_binding: $ => seq(
      $._specifiers,
      field('declarator', $._declarator),
      ':',
      field('range', $.expression)),

    async_with_statement: $ => prec.right(seq(
      'async', 'with', '(',
      optional(seq($._specifiers, field('declarator', $._declarator), '=')),
      field('value', $.expression),
      ')',
      field('body', $.statement),
      optional(field('alternative', $.else_clause)))),

    defer_statement: $ => prec.dynamic(PREFERRED, seq('defer', field('body', $.statement))),

    _asm_statement: $ => seq($.gnu_asm_expression, ';'),

    // Expressions --------------------------------------------------------------------------------

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
    yield_expression: $ => prec.dynamic(PREFERRED, prec.right(PREC.ASSIGNMENT, seq(
      'yield',
      optional(seq(
        field('argument', $.expression),
        optional(seq('else', field('fallback', $.expression)))))))),

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
      field('operator', choice('=', '*=', '/=', '%=', '+=', '-=', '<<=', '>>=', '&=', '^=', '|=')),
      field('right', $.expression))),

    unary_expression: $ => prec.right(PREC.UNARY, seq(
      field('operator', choice('!', '~', '-', '+', '__real__', '__real', '__imag__', '__imag')),
      field('argument', $.expression))),
    pointer_expression: $ => prec.right(PREC.UNARY, seq(
      field('operator', choice('*', '&')),
      field('argument', $.expression))),
    label_address_expression: $ => prec(PREC.UNARY, seq('&&', field('label', plainName($, $.statement_identifier)))),
    extension_expression: $ => prec.right(PREC.UNARY, seq('__extension__', $.expression)),

    update_expression: $ => {
      const operator = field('operator', choice('--', '++'));
      const argument = field('argument', $.expression);
      return choice(
        prec.right(PREC.UNARY, seq(operator, argument)),
        prec.left(PREC.CALL, seq(argument, operator)));
    },

    cast_expression: $ => prec.right(PREC.UNARY, seq(
      '(', field('type', $.type_descriptor), ')', field('value', $.expression))),
    compound_literal_expression: $ => prec(PREC.FIELD, seq(
      '(', field('type', $.type_descriptor), ')', field('value', $.initializer_list))),

    sizeof_expression: $ => prec.right(PREC.UNARY, seq('sizeof', $._operand_or_type)),
    alignof_expression: $ => prec.right(PREC.UNARY, seq(
      choice('_Alignof', 'alignof', '__alignof__', '__alignof'), $._operand_or_type)),
    _operand_or_type: $ => choice(
      field('value', $.expression),
      prec(PREC.CALL, seq('(', field('type', $.type_descriptor), ')'))),

    offsetof_expression: $ => prec(PREC.CALL, seq(
      '__builtin_offsetof',
      '(', field('type', $.type_descriptor), ',', field('member', $._field_identifier),
      repeat(choice($.field_designator, $.subscript_designator)), ')')),

    generic_expression: $ => prec(PREC.CALL, seq(
      '_Generic', '(',
      field('control', choice($.expression, $.type_descriptor)),
      repeat1(seq(',', $.generic_association)),
      ')')),
    generic_association: $ => seq(
      choice(field('type', $.type_descriptor), 'default'), ':', field('value', $.expression)),

    // Some builtins and the runtime's async_queue(T, n) take types. A lone name is an expression
    // here unless it is marked; the builtins below know better.
    call_expression: $ => prec(PREC.CALL, choice(
      seq(field('function', $.expression), field('arguments', $.argument_list)),
      seq(
        field('function', alias('__builtin_va_arg', $.identifier)),
        field('arguments', alias($._va_arg_arguments, $.argument_list))),
      seq(
        field('function', alias('__builtin_types_compatible_p', $.identifier)),
        field('arguments', alias($._two_type_arguments, $.argument_list))))),
    argument_list: $ => seq(
      '(', commaSep(choice($.expression, alias($._type_argument, $.type_descriptor))), ')'),
    _type_argument: $ => prec.dynamic(-1, $.type_descriptor),
    _va_arg_arguments: $ => seq('(', $.expression, ',', $.type_descriptor, ')'),
    _two_type_arguments: $ => seq('(', $.type_descriptor, ',', $.type_descriptor, ')'),

    // `({ ... })` is a statement expression.
    parenthesized_expression: $ => seq(
      '(', choice($.expression, $.comma_expression, $.compound_statement), ')'),

    field_expression: $ => prec(PREC.FIELD, seq(
      field('argument', $.expression),
      field('operator', choice('.', '->')),
      field('field', $._field_identifier))),

    initializer_list: $ => seq(
      '{',
      commaSep(choice($.initializer_pair, $.expression, $.initializer_list)),
      optional(','),
      '}'),
    initializer_pair: $ => choice(
      seq(
        field('designator', repeat1(choice(
          $.subscript_designator, $.field_designator, $.subscript_range_designator))),
        '=',
        field('value', choice($.expression, $.initializer_list))),
      seq(
        field('designator', name($, $.field_identifier)),
        ':',
        field('value', choice($.expression, $.initializer_list)))),

    // asm ----------------------------------------------------------------------------------------

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
    gnu_asm_goto_list: $ => seq(':', commaSep(field('label', plainName($, $.statement_identifier)))),

    // Literals -----------------------------------------------------------------------------------

    // A preprocessing number: any suffix, digit separators, 0b, hexadecimal floats; never a sign.
    number_literal: _ => /\.?[0-9](([eEpP][+-])|[0-9a-zA-Z_.]|'[0-9a-zA-Z_])*/,

    char_literal: $ => seq(
      choice('L\'', 'u\'', 'U\'', 'u8\'', '\''),
      repeat1(choice(
        $.escape_sequence,
        alias(token.immediate(prec(1, /[^\\\n']/)), $.character))),
      '\''),

    concatenated_string: $ => prec.right(seq($.string_literal, repeat1($.string_literal))),

    // A line marker, a #pragma or any other directive; gcc puts them inside expressions too.
    directive: _ => token(choice(
      /#([^\\\n]|\\[^\n]|\\\r?\n)*/,
      /_Pragma[ \t\r\n]*\([ \t\r\n]*L?"([^"\\\n]|\\.)*"[ \t\r\n]*\)/,
    )),
  },
});

/** A language operator that binds like unary minus. */
function prefix($, word) {
  return prec.dynamic(PREFERRED, prec.right(PREC.UNARY, seq(word, field('argument', $.expression))));
}

function asmOperand($) {
  return seq(
    optional(seq('[', field('symbol', plainName($, $.identifier)), ']')),
    field('constraint', $._string),
    '(',
    field('value', $.expression),
    ')');
}
