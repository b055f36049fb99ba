/* Arena, text, names, universal character names. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "support/arena.h"
#include "support/names.h"
#include "support/text.h"
#include "support/unicode.h"

TestSuite(support, .timeout = 60);

Test(support, arena_gives_zeroed_aligned_memory_that_does_not_overlap)
{
    struct arena *arena = arena_new();
    unsigned char *blocks[2000];
    for (size_t i = 0; i < 2000; i++) {
        size_t size = i * 7 % 300;
        blocks[i] = arena_alloc(arena, size);
        cr_assert_eq((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < size; j++)
            cr_assert_eq(blocks[i][j], 0);
        memset(blocks[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < 2000; i++)
        for (size_t j = 0; j < i * 7 % 300; j++)
            cr_assert_eq(blocks[i][j], i % 255 + 1);
    arena_free(arena);
}

Test(support, arena_serves_what_is_larger_than_a_chunk_between_small_ones)
{
    struct arena *arena = arena_new();
    char *small = arena_alloc(arena, 16);
    char *large = arena_alloc(arena, 10 * 1000 * 1000);
    char *next = arena_alloc(arena, 16);
    memset(large, 1, 10 * 1000 * 1000);
    cr_assert_eq(next - small, 16, "the small ones share a chunk");
    cr_assert_eq(*next, 0);
    arena_free(arena);
    arena_free(NULL);
}

Test(support, arena_copies_and_formats)
{
    struct arena *arena = arena_new();
    cr_assert_str_eq(arena_copy(arena, "await f", 5), "await");
    cr_assert_str_eq(arena_copy(arena, NULL, 0), "");
    cr_assert_str_eq(arena_format(arena, "%s-%d", "frame", 7), "frame-7");
    char *wide = arena_format(arena, "%0900d|", 5);
    cr_assert_eq(strlen(wide), 901);
    cr_assert_str_eq(wide + 899, "5|");
    arena_free(arena);
}

Test(support, arena_grow_keeps_the_elements)
{
    struct arena *arena = arena_new();
    int *items = NULL;
    size_t count = 0, capacity = 0;
    for (int i = 0; i < 10000; i++) {
        items = arena_grow(arena, items, count, &capacity, sizeof *items);
        cr_assert_gt(capacity, count);
        items[count++] = i;
    }
    for (int i = 0; i < 10000; i++)
        cr_assert_eq(items[i], i);
    arena_free(arena);
}

Test(support, text_grows_and_stays_terminated)
{
    struct text text = {0};
    for (int i = 0; i < 1000; i++) {
        text_put(&text, 'a');
        text_write(&text, "b\0c", 3);
        text_puts(&text, "d");
        cr_assert_eq(text.data[text.length], '\0');
    }
    cr_assert_eq(text.length, 5000);
    cr_assert_eq(memcmp(text.data + 4995, "ab\0cd", 5), 0);
    text_clear(&text);
    cr_assert_str_eq(text.data, "");
    text_write(&text, NULL, 0);
    text_printf(&text, "%d", 42);
    text_printf(&text, "%0500d", 1);
    cr_assert_eq(text.length, 502);
    cr_assert_eq(strlen(text.data), 502);
    text_free(&text);
    cr_assert_null(text.data);
}

Test(support, equal_names_are_equal_pointers)
{
    struct arena *arena = arena_new();
    struct names *names = names_new(arena);
    const char *await = name_intern(names, "await x", 5);
    cr_assert_str_eq(await, "await");
    cr_assert_eq(name_of(names, "await"), await);
    cr_assert_neq(name_of(names, "awai"), await);
    cr_assert(name_is_known(names, "await"));
    cr_assert_not(name_is_known(names, "spawn"));
    cr_assert_not(name_is_known(names, "spawn"), "asking does not intern");
    cr_assert_eq(name_of(names, ""), name_intern(names, "x", 0));
    arena_free(arena);
}

Test(support, names_stay_the_same_while_the_table_grows)
{
    enum { COUNT = 50000 };
    struct arena *arena = arena_new();
    struct names *names = names_new(arena);
    const char **all = arena_alloc(arena, COUNT * sizeof *all);
    char name[32];
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "name_%d", i);
        all[i] = name_of(names, name);
    }
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "name_%d", i);
        cr_assert_eq(name_of(names, name), all[i]);
        cr_assert_str_eq(all[i], name);
    }
    arena_free(arena);
}

static void expect_decoded(const char *text, const char *expected)
{
    char buffer[64];
    size_t length = strlen(text);
    memcpy(buffer, text, length);
    buffer[unicode_decode_names(buffer, length)] = '\0';
    cr_expect_str_eq(buffer, expected);
}

Test(support, universal_character_names_become_utf8)
{
    expect_decoded("h\\U000000e9llo", "h\xc3\xa9llo");
    expect_decoded("\\u4e2d", "\xe4\xb8\xad");
    expect_decoded("\\U0001f600x", "\xf0\x9f\x98\x80x");
    expect_decoded("plain", "plain");
    expect_decoded("", "");
}

Test(support, what_is_no_universal_character_name_stays)
{
    expect_decoded("\\n \\u12 \\U0000e9", "\\n \\u12 \\U0000e9");
    expect_decoded("\\u0041", "\\u0041");         /* ASCII */
    expect_decoded("\\ud800", "\\ud800");         /* a surrogate */
    expect_decoded("\\U00110000", "\\U00110000"); /* beyond the last one */
    cr_expect_eq(unicode_name_length("\\u00e9", 5), 0);
    cr_expect_eq(unicode_name_length("\\u00e9", 6), 6);
}
