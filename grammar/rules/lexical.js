/**
 * Words, marks, literals and directives: what consists of characters.
 */
const {name, plainName} = require('./common');

module.exports = {
  // The precedence lets it win over `identifier`, which tree-sitter-c defined earlier.
  _former_word: _ => token(prec(1, choice(
    'future', 'generator', 'list', 'set', 'dict', 'queue', 'contextvar'))),

  // The rest of the name may be empty, and a first character of several bytes is all marks.
  _marked_type: _ => /\x01+(\p{XID_Continue}|\$|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*/,
  _marked_name: _ => /\x02+(\p{XID_Continue}|\$|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*/,

  _identifier: $ => name($, $.identifier),
  _field_identifier: $ => plainName($, $.field_identifier),
  _statement_identifier: $ => name($, $.statement_identifier),
  _tag: $ => plainName($, $.type_identifier),

  // A preprocessing number: any suffix, digit separators, 0b, hexadecimal floats; never a sign.
  number_literal: _ => /\.?[0-9](([eEpP][+-])|[0-9a-zA-Z_.]|'[0-9a-zA-Z_])*/,

  // What stands between the quotes stands on their line: nothing of it may follow blanks that are
  // none of it, not even the closing quote.
  escape_sequence: (_, original) => token.immediate(original.content),

  char_literal: $ => seq(
    choice('L\'', 'u\'', 'U\'', 'u8\'', '\''),
    repeat1(choice(
      $.escape_sequence,
      alias(token.immediate(prec(1, /[^\\\n']/)), $.character))),
    token.immediate('\'')),

  string_literal: $ => seq(
    choice('L"', 'u"', 'U"', 'u8"', '"'),
    repeat(choice(
      $.escape_sequence,
      alias(token.immediate(prec(1, /[^\\"\n]+/)), $.string_content))),
    token.immediate('"')),

  concatenated_string: $ => prec.right(seq($.string_literal, repeat1($.string_literal))),

  // A line marker, a #pragma or any other directive; gcc puts them inside expressions too.
  directive: _ => token(choice(
    /#([^\\\n]|\\[^\n]|\\\r?\n)*/,
    /_Pragma[ \t\r\n]*\([ \t\r\n]*L?"([^"\\\n]|\\.)*"[ \t\r\n]*\)/,
  )),
};
