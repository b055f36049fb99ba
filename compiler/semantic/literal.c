/* Literals: their types (C11 6.4.4, 6.4.5, with C23's and GNU C's suffixes) and their values. */
#include <string.h>

#include "semantic/checker.h"

/* --- numbers */

struct number {
    uint64_t value;
    bool is_decimal, is_floating, is_huge; /* is_huge: more than 64 bits */
    const char *suffix;
    size_t suffix_length;
};

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return 99;
}

static void scan_digits(struct number *number, const char **text, const char *end, int base)
{
    const char *p = *text;
    for (; p < end && (digit_value(*p) < base || *p == '\''); p++) {
        if (*p == '\'')
            continue;
        uint64_t digit = (uint64_t)digit_value(*p);
        number->is_huge |= number->value > (UINT64_MAX - digit) / (uint64_t)base;
        number->value = number->value * (uint64_t)base + digit;
    }
    *text = p;
}

/* Skips what makes a number a floating one: fraction and exponent. */
static void scan_fraction(struct number *number, const char **text, const char *end, int base)
{
    const char *p = *text;
    if (p < end && *p == '.') {
        number->is_floating = true;
        for (p++; p < end && (digit_value(*p) < base || *p == '\''); p++)
            continue;
    }
    char exponent = base == 16 ? 'p' : 'e';
    if (p < end && (*p | 32) == exponent && base != 2) {
        number->is_floating = true;
        for (p++; p < end && ((*p >= '0' && *p <= '9') || *p == '+' || *p == '-' || *p == '\'');)
            p++;
    }
    *text = p;
}

static struct number scan_number(struct check *check, const struct node *node)
{
    const char *p = source_code(check->source) + node->start;
    const char *end = source_code(check->source) + node->end;
    struct number number = {.is_decimal = true};
    int base = 10;
    if (end - p > 2 && p[0] == '0' && ((p[1] | 32) == 'x' || (p[1] | 32) == 'b')) {
        base = (p[1] | 32) == 'x' ? 16 : 2;
        p += 2;
    }
    const char *digits = p;
    scan_digits(&number, &p, end, base);
    scan_fraction(&number, &p, end, base);
    if (base == 10 && !number.is_floating && digits[0] == '0') {
        number.value = 0;
        base = 8;
        scan_digits(&number, &digits, p, base);
    }
    number.is_decimal = base == 10;
    number.suffix = p;
    number.suffix_length = (size_t)(end - p);
    return number;
}

static bool has_suffix(const struct number *number, const char *letters)
{
    for (size_t i = 0; i < number->suffix_length; i++)
        if (strchr(letters, number->suffix[i]))
            return true;
    return false;
}

static struct type *floatn(struct check *check, const char *name)
{
    struct type *type = type_make(check->types, TYPE_FLOATN);
    type->name = name_of(check->names, name);
    return type;
}

static struct type *floating_type(struct check *check, const struct number *number)
{
    static const struct {
        const char *suffix, *name;
    } rows[] = {
        {"f16", "_Float16"},   {"f32", "_Float32"},   {"f64", "_Float64"},   {"f128", "_Float128"},
        {"f32x", "_Float32x"}, {"f64x", "_Float64x"}, {"q", "__float128"},   {"Q", "__float128"},
        {"df", "_Decimal32"},  {"dd", "_Decimal64"},  {"dl", "_Decimal128"}, {"DF", "_Decimal32"},
        {"DD", "_Decimal64"},  {"DL", "_Decimal128"}, {"F16", "_Float16"},   {"F32", "_Float32"},
        {"F64", "_Float64"},   {"F128", "_Float128"}, {"F32x", "_Float32x"}, {"F64x", "_Float64x"},
        {"w", "__float80"},    {"W", "__float80"},    {"bf16", "__bf16"},    {"BF16", "__bf16"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strlen(rows[i].suffix) == number->suffix_length &&
            !memcmp(rows[i].suffix, number->suffix, number->suffix_length))
            return floatn(check, rows[i].name);
    if (has_suffix(number, "fF"))
        return type_simple(check->types, TYPE_FLOAT);
    return type_simple(check->types, has_suffix(number, "lL") ? TYPE_LDOUBLE : TYPE_DOUBLE);
}

static unsigned count_suffix(const struct number *number, char letter)
{
    unsigned count = 0;
    for (size_t i = 0; i < number->suffix_length; i++)
        count += (number->suffix[i] | 32) == letter;
    return count;
}

static struct type *bitint_literal(struct check *check, const struct number *number,
                                   bool is_unsigned)
{
    struct type *type = type_make(check->types, TYPE_BITINT);
    uint64_t bits = 64 - (number->value ? (uint64_t)__builtin_clzll(number->value) : 63);
    type->bits = is_unsigned ? bits : bits + 1;
    type->is_unsigned = is_unsigned;
    return type;
}

static struct type *integer_type(struct check *check, const struct number *number)
{
    bool is_unsigned = has_suffix(number, "uU"), either = !number->is_decimal && !is_unsigned;
    unsigned longs = has_suffix(number, "zZ") ? 1 : count_suffix(number, 'l');
    uint64_t value = number->value;
    if (has_suffix(number, "wW"))
        return bitint_literal(check, number, is_unsigned);
    if (number->is_huge)
        return type_simple(check->types, TYPE_INT128);
    enum type_kind kind;
    if (longs == 0 && value <= 0x7fffffff)
        kind = is_unsigned ? TYPE_UINT : TYPE_INT;
    else if (longs == 0 && value <= 0xffffffff && (is_unsigned || either))
        kind = TYPE_UINT;
    else if (value <= INT64_MAX)
        kind = longs == 2 ? (is_unsigned ? TYPE_ULLONG : TYPE_LLONG)
                          : (is_unsigned ? TYPE_ULONG : TYPE_LONG);
    else if (is_unsigned || either)
        kind = longs == 2 ? TYPE_ULLONG : TYPE_ULONG;
    else
        kind = TYPE_INT128; /* as gcc and clang do */
    return type_simple(check->types, kind);
}

struct type *literal_number(struct check *check, const struct node *node)
{
    struct number number = scan_number(check, node);
    struct type *type =
        number.is_floating ? floating_type(check, &number) : integer_type(check, &number);
    if (!has_suffix(&number, "ijIJ"))
        return type;
    struct type *complex = type_make(check->types, TYPE_COMPLEX);
    complex->target = type;
    return complex;
}

bool literal_integer_value(struct check *check, const struct node *node, long long *value)
{
    struct number number = scan_number(check, node);
    *value = (long long)number.value;
    return !number.is_floating && !number.is_huge && !has_suffix(&number, "ijIJ");
}

/* --- characters and strings */

/* The prefix (u8, u, U, L), passed over; 'c' if there is none, '8' for u8. */
static char scan_prefix(const char **text)
{
    const char *p = *text;
    char prefix = 'c';
    if (p[0] == 'u' && p[1] == '8') {
        prefix = '8';
        p += 2;
    } else if (*p == 'u' || *p == 'U' || *p == 'L') {
        prefix = *p++;
    }
    *text = p;
    return prefix;
}

static struct type *character_type(struct check *check, char prefix)
{
    return type_simple(check->types, prefix == 'L'   ? TYPE_INT
                                     : prefix == 'u' ? TYPE_USHORT
                                     : prefix == 'U' ? TYPE_UINT
                                                     : TYPE_CHAR);
}

/* One character or escape of a literal, as the number it stands for; passed over. */
static uint32_t scan_escape(const char **text, const char *end)
{
    static const char letters[] = "abefnrtvE", values[] = "\a\b\033\f\n\r\t\v\033";
    const char *p = *text;
    char c = *p++;
    uint32_t value = 0;
    const char *letter = strchr(letters, c);
    if (c >= '0' && c <= '7') {
        value = (uint32_t)(c - '0');
        for (int i = 0; i < 2 && p < end && *p >= '0' && *p <= '7'; i++)
            value = value * 8 + (uint32_t)(*p++ - '0');
    } else if (c == 'x' || c == 'u' || c == 'U') {
        int limit = c == 'x' ? 1000 : c == 'u' ? 4 : 8;
        for (; limit-- && p < end && digit_value(*p) < 16; p++)
            value = value * 16 + (uint32_t)digit_value(*p);
    } else {
        value = letter && c ? (uint32_t)(unsigned char)values[letter - letters]
                            : (uint32_t)(unsigned char)c;
    }
    *text = p;
    return value;
}

static uint32_t scan_utf8(const char **text, const char *end)
{
    const char *p = *text;
    uint32_t first = (unsigned char)*p++, value = first;
    if (first >= 0xc0)
        for (value = first & (first >= 0xf0   ? 7
                              : first >= 0xe0 ? 15
                                              : 31);
             p < end && ((unsigned char)*p & 0xc0) == 0x80; p++)
            value = value << 6 | ((unsigned char)*p & 0x3f);
    *text = p;
    return value;
}

/* How many elements the next character takes in a string with this prefix; passed over. */
static unsigned element_count(const char **text, const char *end, char prefix)
{
    const char *start = *text;
    if (*start == '\\' && start + 1 < end) {
        bool is_universal = start[1] == 'u' || start[1] == 'U';
        (*text)++;
        uint32_t value = scan_escape(text, end);
        if (is_universal && (prefix == 'c' || prefix == '8'))
            return value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
        return is_universal && prefix == 'u' && value > 0xffff ? 2 : 1;
    }
    if (prefix == 'c' || prefix == '8') {
        ++*text;
        return 1;
    }
    uint32_t value = scan_utf8(text, end);
    return prefix == 'u' && value > 0xffff ? 2 : 1;
}

/* The widest prefix among the literals of a concatenation. */
static char string_prefix(const char *p, const char *end)
{
    char found = 'c';
    while (p < end) {
        char prefix = scan_prefix(&p);
        if (prefix != 'c')
            found = prefix;
        if (p < end && *p == '"')
            for (p++; p < end && *p != '"'; p++)
                p += *p == '\\';
        p++;
    }
    return found;
}

struct type *literal_string(struct check *check, const struct node *node)
{
    const char *p = source_code(check->source) + node->start;
    const char *end = source_code(check->source) + node->end;
    char prefix = string_prefix(p, end);
    uint64_t length = 1;
    while (p < end) {
        while (p < end && *p != '"')
            p++;
        for (p++; p < end && *p != '"';)
            length += element_count(&p, end, prefix);
        p++;
    }
    return type_array(check->types, character_type(check, prefix), length);
}

struct type *literal_character(struct check *check, const struct node *node)
{
    const char *p = source_code(check->source) + node->start;
    char prefix = scan_prefix(&p);
    if (prefix == 'c')
        return type_simple(check->types, TYPE_INT);
    if (prefix == '8')
        return type_simple(check->types, TYPE_UCHAR);
    return character_type(check, prefix);
}

long long literal_character_value(struct check *check, const struct node *node)
{
    const char *p = source_code(check->source) + node->start;
    const char *end = source_code(check->source) + node->end - 1;
    char prefix = scan_prefix(&p);
    long long value = 0;
    for (p++; p < end;) {
        uint32_t element;
        if (*p == '\\' && p + 1 < end) {
            p++;
            element = scan_escape(&p, end);
        } else if (prefix == 'c') {
            element = (unsigned char)*p++;
        } else {
            element = scan_utf8(&p, end);
        }
        value = prefix == 'c' && element < 256
                    ? (long long)((unsigned long long)value << 8 | element)
                    : (long long)element;
    }
    bool is_single = prefix == 'c' && value >= 0 && value < 256;
    return is_single ? (signed char)value : prefix == 'c' ? (int)value : value;
}
