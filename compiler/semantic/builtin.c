/* The C compilers' builtin functions: what type a call to one has. A builtin that the table does
 * not know has an unknown type. */
#include <string.h>

#include "semantic/checker.h"

/* v void, i int, l long, L long long, s unsigned short, u unsigned, U unsigned long, d double, f
 * float, D long double, p void *, c char *, b _Bool; `0` the first argument's type, `*` what the
 * first argument points to. */
static const struct {
    const char *name; /* without __builtin_ */
    char result;
} rows[] = {
    {"abort", 'v'},
    {"abs", 'i'},
    {"add_overflow", 'b'},
    {"alloca", 'p'},
    {"alloca_with_align", 'p'},
    {"assume_aligned", 'p'},
    {"bcmp", 'i'},
    {"bswap16", 's'},
    {"bswap32", 'u'},
    {"bswap64", 'U'},
    {"bzero", 'v'},
    {"calloc", 'p'},
    {"classify_type", 'i'},
    {"clrsb", 'i'},
    {"clrsbl", 'i'},
    {"clrsbll", 'i'},
    {"clz", 'i'},
    {"clzl", 'i'},
    {"clzll", 'i'},
    {"constant_p", 'i'},
    {"cpu_init", 'i'},
    {"cpu_is", 'i'},
    {"cpu_supports", 'i'},
    {"ctz", 'i'},
    {"ctzl", 'i'},
    {"ctzll", 'i'},
    {"dynamic_object_size", 'U'},
    {"expect", 'l'},
    {"expect_with_probability", 'l'},
    {"extract_return_addr", 'p'},
    {"fabs", 'd'},
    {"fabsf", 'f'},
    {"fabsl", 'D'},
    {"ffs", 'i'},
    {"ffsl", 'i'},
    {"ffsll", 'i'},
    {"fprintf", 'i'},
    {"frame_address", 'p'},
    {"free", 'v'},
    {"huge_val", 'd'},
    {"huge_valf", 'f'},
    {"huge_vall", 'D'},
    {"inf", 'd'},
    {"inff", 'f'},
    {"infl", 'D'},
    {"isfinite", 'i'},
    {"isgreater", 'i'},
    {"isgreaterequal", 'i'},
    {"isinf", 'i'},
    {"isinf_sign", 'i'},
    {"isless", 'i'},
    {"islessequal", 'i'},
    {"islessgreater", 'i'},
    {"isnan", 'i'},
    {"isnormal", 'i'},
    {"isunordered", 'i'},
    {"labs", 'l'},
    {"llabs", 'L'},
    {"malloc", 'p'},
    {"memchr", 'p'},
    {"memcmp", 'i'},
    {"memcpy", 'p'},
    {"memmove", 'p'},
    {"mempcpy", 'p'},
    {"memset", 'p'},
    {"mul_overflow", 'b'},
    {"nan", 'd'},
    {"nanf", 'f'},
    {"nanl", 'D'},
    {"object_size", 'U'},
    {"parity", 'i'},
    {"parityl", 'i'},
    {"parityll", 'i'},
    {"popcount", 'i'},
    {"popcountl", 'i'},
    {"popcountll", 'i'},
    {"prefetch", 'v'},
    {"printf", 'i'},
    {"putchar", 'i'},
    {"puts", 'i'},
    {"realloc", 'p'},
    {"return_address", 'p'},
    {"setjmp", 'i'},
    {"signbit", 'i'},
    {"signbitf", 'i'},
    {"signbitl", 'i'},
    {"snprintf", 'i'},
    {"sprintf", 'i'},
    {"stpcpy", 'c'},
    {"strcat", 'c'},
    {"strchr", 'c'},
    {"strcmp", 'i'},
    {"strcpy", 'c'},
    {"strcspn", 'U'},
    {"strdup", 'c'},
    {"strlen", 'U'},
    {"strncat", 'c'},
    {"strncmp", 'i'},
    {"strncpy", 'c'},
    {"strndup", 'c'},
    {"strpbrk", 'c'},
    {"strrchr", 'c'},
    {"strspn", 'U'},
    {"strstr", 'c'},
    {"sub_overflow", 'b'},
    {"trap", 'v'},
    {"unpredictable", 'l'},
    {"unreachable", 'v'},
    {"va_copy", 'v'},
    {"va_end", 'v'},
    {"va_start", 'v'},
    {"vprintf", 'i'},
    {"vsnprintf", 'i'},
    {"vsprintf", 'i'},
    {"__clear_cache", 'v'},
    {"__memcpy_chk", 'p'},
    {"__memset_chk", 'p'},
    {"__memmove_chk", 'p'},
    {"__snprintf_chk", 'i'},
    {"__sprintf_chk", 'i'},
    {"__strcpy_chk", 'c'},
    {"__strncpy_chk", 'c'},
    {"__strcat_chk", 'c'},
    {"shuffle", '0'},
    {"va_arg", 'T'},
    {"bit_cast", 'T'},
    {"convertvector", 'T'},
    {"choose_expr", '?'},
    {"types_compatible_p", 'i'},
    {"launder", '0'},
    {"nontemporal_load", '*'},
};

/* __atomic_ and __sync_ operations; the operand is what the first argument points to. */
static const struct {
    const char *prefix;
    char result;
} atomics[] = {
    {"__atomic_load_n", '*'},
    {"__atomic_exchange_n", '*'},
    {"__atomic_compare_exchange", 'b'},
    {"__atomic_test_and_set", 'b'},
    {"__atomic_is_lock_free", 'b'},
    {"__atomic_always_lock_free", 'b'},
    {"__atomic_fetch_", '*'},
    {"__atomic_add_fetch", '*'},
    {"__atomic_sub_fetch", '*'},
    {"__atomic_and_fetch", '*'},
    {"__atomic_or_fetch", '*'},
    {"__atomic_xor_fetch", '*'},
    {"__atomic_nand_fetch", '*'},
    {"__atomic_", 'v'}, /* store, load, exchange, clear, fences */
    {"__sync_bool_", 'b'},
    {"__sync_synchronize", 'v'},
    {"__sync_lock_release", 'v'},
    {"__sync_", '*'},
    {"__c11_atomic_load", '*'},
    {"__c11_atomic_exchange", '*'},
    {"__c11_atomic_fetch_", '*'},
    {"__c11_atomic_compare_exchange", 'b'},
    {"__c11_atomic_is_lock_free", 'b'},
    {"__c11_atomic_", 'v'},
};

static bool starts_with(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

bool is_builtin_name(const char *name)
{
    if (name[0] != '_' || name[1] != '_')
        return false;
    return starts_with(name, "__builtin_") || starts_with(name, "__atomic_") ||
           starts_with(name, "__sync_") || starts_with(name, "__c11_atomic_") ||
           starts_with(name, "__scoped_atomic_") || starts_with(name, "__is_") ||
           starts_with(name, "__nvvm_") || starts_with(name, "__arithmetic_fence");
}

static char result_letter(const char *name)
{
    if (starts_with(name, "__builtin_")) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (!strcmp(name + 10, rows[i].name))
                return rows[i].result;
        return '-';
    }
    for (size_t i = 0; i < sizeof atomics / sizeof *atomics; i++)
        if (starts_with(name, atomics[i].prefix))
            return atomics[i].result;
    return '-';
}

/* The type that is named among the arguments: of va_arg, __builtin_bit_cast. */
static struct type *named_argument(struct check *check, struct node **arguments, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (arguments[i]->kind == NODE_TYPE_NAME)
            return type_unqualified(check->types, arguments[i]->type);
    return NULL;
}

static struct type *chosen_argument(struct check *check, struct node **arguments, uint32_t count)
{
    long long condition;
    if (count != 3 || constant_evaluate(check, arguments[0], &condition) != CONSTANT_KNOWN)
        return NULL;
    return arguments[condition ? 1 : 2]->type;
}

static struct type *by_letter(struct check *check, char letter)
{
    static const char letters[] = "vilLsuUdfDb";
    static const enum type_kind kinds[] = {TYPE_VOID,   TYPE_INT,     TYPE_LONG,  TYPE_LLONG,
                                           TYPE_USHORT, TYPE_UINT,    TYPE_ULONG, TYPE_DOUBLE,
                                           TYPE_FLOAT,  TYPE_LDOUBLE, TYPE_BOOL};
    const char *found = strchr(letters, letter);
    return found ? type_simple(check->types, kinds[found - letters]) : NULL;
}

struct type *builtin_call(struct check *check, const char *name, struct node **arguments,
                          uint32_t count)
{
    struct type *first =
        count && arguments[0]->type ? type_decay(check->types, arguments[0]->type) : NULL;
    struct type *target;
    char letter = result_letter(name);
    switch (letter) {
    case 'p':
        return type_pointer(check->types, type_simple(check->types, TYPE_VOID));
    case 'c':
        return type_pointer(check->types, type_simple(check->types, TYPE_CHAR));
    case 'T':
        return named_argument(check, arguments, count);
    case '?':
        return chosen_argument(check, arguments, count);
    case '0':
        return first;
    case '*':
        target = first ? type_element(check->types, first) : NULL;
        return target ? type_unqualified(check->types, target) : NULL;
    default:
        return by_letter(check, letter);
    }
}
