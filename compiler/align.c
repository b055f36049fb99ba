/* Aligning the tokens of a preprocessed line with those of the original line.
 *
 * Without macros both are equal, and the common beginning and end are all there is. Between them
 * stands what macros made of their calls: there the longest common subsequence is taken, so that
 * the arguments of a macro keep their columns, and everything else that came out of it has the
 * column of the macro's name. The table of that subsequence has one cell per pair of tokens; where
 * it would be too large, tokens are matched in order, with a short look ahead.
 *
 * A `#line` may say that a line comes from a place where something else stands. So it is counted
 * how many names and literals found their like; if it is not more than half, the lines do not fit.
 */
#include "align.h"

#include <ctype.h>
#include <string.h>

#include "lexical.h"
#include "support/arena.h"
#include "support/names.h"
#include "support/unicode.h"

enum { LARGEST_TABLE = 4 * 1024 * 1024, LOOK_AHEAD = 64, CONTEXT = 8 };

/* --- tokens */

/* From the quote to the one that closes it, or to the end of the line. */
static size_t quoted_length(const char *text, size_t length)
{
    size_t i = 1;
    while (i < length && text[i] != text[0] && text[i] != '\n')
        i += text[i] == '\\' && i + 1 < length && text[i + 1] != '\n' ? 2 : 1;
    return i < length && text[i] == text[0] ? i + 1 : i;
}

static size_t punctuator_length(const char *text, size_t length)
{
    static const char long_ones[][4] = {"<<=", ">>=", "...", "->", "++", "--", "<<", ">>",
                                        "<=",  ">=",  "==",  "!=", "&&", "||", "*=", "/=",
                                        "%=",  "+=",  "-=",  "&=", "^=", "|=", "##"};
    for (size_t i = 0; i < sizeof long_ones / sizeof *long_ones; i++) {
        size_t size = strlen(long_ones[i]);
        if (size <= length && memcmp(text, long_ones[i], size) == 0)
            return size;
    }
    return 1;
}

/* The length of a name, universal character names included; 0 if there is none. */
static size_t name_length(const char *text, size_t length)
{
    size_t i = 0, size;
    while (i < length) {
        if (lexical_is_word(text[i]))
            i++;
        else if ((size = unicode_name_length(text + i, length - i)) > 0)
            i += size;
        else
            break;
    }
    return i;
}

/* The length of the token that starts the text. */
static size_t token_length(const char *text, size_t length, enum token_kind *kind)
{
    *kind = TOKEN_LITERAL;
    size_t i = (size_t)(lexical_number(text, text + length) - text);
    if (i > 0)
        return i;
    if (*text == '"' || *text == '\'')
        return quoted_length(text, length);
    i = name_length(text, length);
    if (i == 0) {
        *kind = TOKEN_PUNCTUATOR;
        return punctuator_length(text, length);
    }
    bool is_prefix = i == 1 ? strchr("LuU", *text) != NULL : i == 2 && memcmp(text, "u8", 2) == 0;
    if (is_prefix && i < length && (text[i] == '"' || text[i] == '\''))
        return i + quoted_length(text + i, length - i);
    *kind = TOKEN_NAME;
    return i;
}

/* The offset behind a block comment whose inside is at `at`; `*in_comment` if it does not end. */
static size_t skip_comment(const char *text, size_t length, size_t at, bool *in_comment)
{
    while (at + 1 < length && (text[at] != '*' || text[at + 1] != '/'))
        at++;
    *in_comment = at + 1 >= length;
    return *in_comment ? length : at + 2;
}

/* Adds the token that starts the text; its length there. */
static size_t add_token(struct arena *arena, struct tokens *tokens, const char *text, size_t length,
                        uint32_t position)
{
    struct token token = {.text = text, .position = position};
    token.size = token.length = (uint32_t)token_length(text, length, &token.kind);
    if (token.kind == TOKEN_NAME && memchr(text, '\\', token.size)) {
        char *decoded = arena_copy(arena, text, token.size);
        token.length = (uint32_t)unicode_decode_names(decoded, token.size);
        token.text = decoded;
    }
    tokens->items =
        arena_grow(arena, tokens->items, tokens->count, &tokens->capacity, sizeof *tokens->items);
    tokens->items[tokens->count++] = token;
    return token.size;
}

bool tokenize(struct arena *arena, struct tokens *tokens, const char *text, size_t length,
              uint32_t base, bool in_comment)
{
    size_t i = in_comment ? skip_comment(text, length, 0, &in_comment) : 0;
    while (i < length) {
        if (isspace((unsigned char)text[i]) || !text[i]) {
            i++;
        } else if (text[i] == '/' && i + 1 < length && text[i + 1] == '*') {
            i = skip_comment(text, length, i + 2, &in_comment);
        } else if (text[i] == '/' && i + 1 < length && text[i + 1] == '/') {
            while (i < length && text[i] != '\n')
                i++;
        } else {
            i += add_token(arena, tokens, text + i, length - i, base + (uint32_t)i);
        }
    }
    return in_comment;
}

static bool is_same(const struct token *a, const struct token *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static bool is_punctuator(const struct token *token, char byte)
{
    return token->length == 1 && *token->text == byte;
}

/* --- macros */

/* Macros that no #define names. */
static bool is_builtin_macro(const char *name)
{
    static const char *const builtin[] = {
        "__LINE__",      "__FILE__",          "__DATE__",      "__TIME__", "__COUNTER__",
        "__TIMESTAMP__", "__INCLUDE_LEVEL__", "__BASE_FILE__", "_Pragma",  "__FILE_NAME__"};
    for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
        if (strcmp(name, builtin[i]) == 0)
            return true;
    return false;
}

static bool is_macro(const struct names *macros, const struct token *token)
{
    char name[128];
    if (token->kind != TOKEN_NAME || token->length >= sizeof name)
        return false;
    memcpy(name, token->text, token->length);
    name[token->length] = '\0';
    return name_is_known(macros, name) || is_builtin_macro(name);
}

/* Marks the names of macros, and what stands between the parentheses behind one. */
static void find_macros(struct tokens *tokens, const struct names *macros)
{
    size_t depth = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        struct token *token = &tokens->items[i];
        bool opens = is_punctuator(token, '(');
        token->is_macro = is_macro(macros, token);
        token->in_call = depth > 0 || (opens && i && tokens->items[i - 1].is_macro);
        if (opens && token->in_call)
            depth++;
        else if (is_punctuator(token, ')') && depth)
            depth--;
    }
}

/* --- matching */

/* The part of both sequences that is still to be matched. */
struct span {
    size_t made, made_end, original, original_end;
};

static void match(struct alignment *a, size_t made, size_t original)
{
    a->matches[made] = (int32_t)original;
}

static void trim(struct alignment *a, struct span *s)
{
    const struct token *made = a->made.items, *original = a->original.items;
    while (s->made < s->made_end && s->original < s->original_end &&
           is_same(&made[s->made], &original[s->original]))
        match(a, s->made++, s->original++);
    while (s->made < s->made_end && s->original < s->original_end &&
           is_same(&made[s->made_end - 1], &original[s->original_end - 1]))
        match(a, --s->made_end, --s->original_end);
}

/* Longest common subsequence: table[i][j] is its length for what follows made i and original j. */
static void match_by_table(struct alignment *a, struct span s)
{
    const struct token *made = a->made.items + s.made, *original = a->original.items + s.original;
    size_t rows = s.made_end - s.made, columns = s.original_end - s.original, row = columns + 1;
    while (a->table_capacity < (rows + 1) * row) {
        size_t full = a->table_capacity;
        a->table = arena_grow(a->arena, a->table, full, &a->table_capacity, sizeof *a->table);
    }
    memset(a->table + rows * row, 0, row * sizeof *a->table);
    for (size_t i = rows; i-- > 0;) {
        uint16_t *here = a->table + i * row, *below = here + row;
        here[columns] = 0;
        for (size_t j = columns; j-- > 0;)
            here[j] = is_same(&made[i], &original[j]) ? below[j + 1] + 1
                      : below[j] > here[j + 1]        ? below[j]
                                                      : here[j + 1];
    }
    for (size_t i = 0, j = 0; i < rows && j < columns;) {
        const uint16_t *here = a->table + i * row + j;
        if (is_same(&made[i], &original[j]))
            match(a, s.made + i++, s.original + j++);
        else if (here[row] >= here[1])
            i++;
        else
            j++;
    }
}

static void match_in_order(struct alignment *a, struct span s)
{
    const struct token *made = a->made.items, *original = a->original.items;
    for (; s.made < s.made_end; s.made++) {
        size_t end =
            s.original + LOOK_AHEAD < s.original_end ? s.original + LOOK_AHEAD : s.original_end;
        for (size_t j = s.original; j < end; j++) {
            if (!is_same(&made[s.made], &original[j]))
                continue;
            match(a, s.made, j);
            s.original = j + 1;
            break;
        }
    }
}

/* Whether the made tokens are, one after the other, those of a part of the original line: that is
 * so where the line began inside a comment or a macro call. */
static bool is_part(const struct alignment *a)
{
    bool has_word = false;
    for (size_t i = 0; i < a->made.count; i++) {
        if (a->matches[i] < 0 || a->matches[i] != a->matches[0] + (int32_t)i)
            return false;
        has_word |= a->made.items[i].kind != TOKEN_PUNCTUATOR;
    }
    return has_word;
}

/* More than half of the words must have their like: of the original line those outside of macros,
 * of the preprocessed one all, if there is no macro. `used` has a byte for each original token. */
static bool words_fit(const struct alignment *a, bool *used)
{
    size_t words = 0, found = 0, all = 0, matched = 0;
    bool has_macro = false;
    for (size_t i = 0; i < a->made.count; i++) {
        if (a->matches[i] >= 0)
            used[a->matches[i]] = true;
        matched += a->matches[i] >= 0;
        all += a->made.items[i].kind != TOKEN_PUNCTUATOR;
    }
    for (size_t i = 0; i < a->original.count; i++) {
        const struct token *token = &a->original.items[i];
        bool is_free = token->kind != TOKEN_PUNCTUATOR && !token->is_macro && !token->in_call;
        words += is_free;
        found += is_free && used[i];
        has_macro |= token->is_macro;
    }
    if (words && found * 2 <= words)
        return false;
    return has_macro || (words ? found * 2 > all : matched * 2 > a->made.count);
}

void align(struct alignment *a, const struct names *macros)
{
    while (a->matches_capacity < a->made.count)
        a->matches = arena_grow(a->arena, a->matches, a->matches_capacity, &a->matches_capacity,
                                sizeof *a->matches);
    for (size_t i = 0; i < a->made.count; i++)
        a->matches[i] = -1;
    find_macros(&a->original, macros);
    struct span s = {0, a->made.count, 0, a->original.count};
    trim(a, &s);
    size_t rows = s.made_end - s.made, columns = s.original_end - s.original;
    if (rows && columns) {
        if ((rows + 1) <= LARGEST_TABLE / (columns + 1))
            match_by_table(a, s);
        else
            match_in_order(a, s);
    }
    bool *used = arena_alloc(a->arena, a->original.count + 1);
    a->fits = a->made.count && (is_part(a) || words_fit(a, used));
}

/* --- asking */

/* How many tokens around both are equal, the two themselves included; 0 if they differ. */
static size_t common_context(const struct alignment *a, size_t made, size_t original)
{
    size_t before = 0, after = 0;
    while (after < CONTEXT && made + after < a->made.count &&
           original + after < a->original.count &&
           is_same(&a->made.items[made + after], &a->original.items[original + after]))
        after++;
    while (after && before < CONTEXT && before < made && before < original &&
           is_same(&a->made.items[made - before - 1], &a->original.items[original - before - 1]))
        before++;
    return before + after;
}

/* A macro may use an argument twice: the argument in the call at `macro` that this token repeats.
 */
static const struct token *find_argument(const struct alignment *a, size_t made, size_t macro)
{
    const struct token *best = NULL;
    size_t best_context = a->made.items[made].kind == TOKEN_PUNCTUATOR ? 2 : 0;
    for (size_t j = macro + 1; j < a->original.count && a->original.items[j].in_call; j++) {
        size_t context = common_context(a, made, j);
        if (context > best_context) {
            best = &a->original.items[j];
            best_context = context;
        }
    }
    return best;
}

const struct token *aligned(const struct alignment *a, size_t index, bool *exact)
{
    *exact = a->matches[index] >= 0;
    if (*exact)
        return &a->original.items[a->matches[index]];
    size_t before = index, after = index;
    while (before > 0 && a->matches[before - 1] < 0)
        before--;
    while (after < a->made.count && a->matches[after] < 0)
        after++;
    size_t low = before ? (size_t)a->matches[before - 1] : 0;
    size_t high = after < a->made.count ? (size_t)a->matches[after] : a->original.count;
    /* The macro's name stands before the first argument that was matched, or else around. */
    size_t macro = low;
    while (macro < high && !a->original.items[macro].is_macro)
        macro++;
    if (macro >= high)
        for (macro = low; macro > 0 && !a->original.items[macro].is_macro;)
            macro--;
    if (macro < a->original.count && a->original.items[macro].is_macro) {
        const struct token *argument = find_argument(a, index, macro);
        *exact = argument != NULL;
        return argument ? argument : &a->original.items[macro];
    }
    return a->original.count && low < a->original.count ? &a->original.items[low] : NULL;
}
