; Highlighting. Later patterns are more specific; editors that take the first match should use
; the order of tree-sitter's own highlighter, where the last one wins.

(identifier) @variable
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]*$"))
((identifier) @constant.builtin (#match? @constant.builtin "^(true|false|nullptr|NULL|TRUE|FALSE)$"))
(enumerator name: (identifier) @constant)
(parameter_declaration declarator: (identifier) @variable.parameter)

(field_identifier) @property
(statement_identifier) @label

(type_identifier) @type
(primitive_type) @type.builtin
((type_identifier) @type.builtin
  (#match? @type.builtin "^(bool|size_t|ssize_t|ptrdiff_t|u?int(8|16|32|64|ptr|max)_t|char(8|16|32)_t)$"))
(type_former name: (identifier) @type.builtin)
"__auto_type" @type.builtin
(bitint_specifier "_BitInt" @type.builtin)
(atomic_type_specifier "_Atomic" @type.builtin)

(function_declarator declarator: (identifier) @function)
(function_declarator declarator: (parenthesized_declarator (identifier) @function))
(call_expression function: (identifier) @function)
(call_expression function: (field_expression field: (field_identifier) @function))
(offsetof_expression "__builtin_offsetof" @function.builtin)

; async/await

(async_specifier) @keyword.coroutine
(await_expression "await" @keyword.coroutine)
(spawn_expression "spawn" @keyword.coroutine)
(try_expression "try" @keyword.exception)
(yield_expression "yield" @keyword.coroutine)
(yield_expression "else" @keyword)
(defer_statement "defer" @keyword)
(range_for_statement "async" @keyword.coroutine)
(range_for_statement "for" @keyword)
(comp_for "async" @keyword.coroutine)
(comp_for "for" @keyword)
(comp_if "if" @keyword)
(async_with_statement ["async" "with"] @keyword.coroutine)
((yield_expression) @keyword.coroutine (#eq? @keyword.coroutine "yield"))

; C

[
  "break" "case" "continue" "default" "do" "else" "for" "goto" "if" "return" "switch" "while"
  "enum" "struct" "union" "sizeof" "_Generic" "__extension__" "__label__"
  "typeof" "__typeof" "__typeof__" "typeof_unqual" "__typeof_unqual" "__typeof_unqual__"
  "alignof" "_Alignof" "__alignof" "__alignof__" "alignas" "_Alignas"
  "static_assert" "_Static_assert" "asm" "__asm" "__asm__" "__attribute" "__attribute__"
  "__real" "__real__" "__imag" "__imag__"
] @keyword
(storage_class_specifier) @keyword
(type_qualifier) @keyword
(gnu_asm_qualifier) @keyword

(attribute name: (identifier) @attribute)
(attribute prefix: (identifier) @attribute)
(directive) @keyword.directive
(comment) @comment

(number_literal) @number
(char_literal) @string
(string_literal) @string
(escape_sequence) @string.escape

[
  "=" "*=" "/=" "%=" "+=" "-=" "<<=" ">>=" "&=" "^=" "|="
  "+" "-" "*" "/" "%" "++" "--" "<<" ">>" "&" "|" "^" "~" "!" "&&" "||"
  "==" "!=" "<" ">" "<=" ">=" "->" "?" "..."
] @operator
(variadic_parameter) @operator
["." "," ";" ":" "::"] @punctuation.delimiter
["(" ")" "[" "]" "{" "}" "[[" "]]"] @punctuation.bracket
