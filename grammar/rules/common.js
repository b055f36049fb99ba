/**
 * What the rules share: precedences, lists, and the spellings of a name.
 */
const {PREC, commaSep, commaSep1} = require('tree-sitter-c/grammar');

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

/** A type former is preferred over the same words read as identifiers. */
const FORMER = 5;

/** So is a construct, however many calls are in it, each of which costs it 2. */
const CONSTRUCT = 1000;

/** So is `async` in a declaration, even where its declarator's parentheses cost it 10. */
const ASYNC = 15;

module.exports = {PREC, commaSep, commaSep1, WORDS, name, plainName, FORMER, CONSTRUCT, ASYNC};
