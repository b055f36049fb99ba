/* Containers without their types: order, gaps, growth, keys of every size, no memory. */
#undef NDEBUG /* the checks are what is tested */

#include "internal.h"
#include "test.h"

#include <async/container.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

TestSuite(container);

static const struct async_shape int_set = {.key_size = sizeof(int)};
static const struct async_shape text_to_int = {sizeof(char *), sizeof(int), _Alignof(int), true};

static int add(struct async_dict *set, int key)
{
    size_t at;
    return async_dict_enter(set, &key, int_set, &at);
}

static bool has(const struct async_dict *set, int key)
{
    return async_dict_find(set, &key, int_set) != SIZE_MAX;
}

static bool take(struct async_dict *set, int key)
{
    return async_dict_remove(set, &key, int_set);
}

/* ---- sets ---- */

Test(container, set_against_an_array)
{
    enum { KEYS = 300, STEPS = 60000 };
    static bool there[KEYS];
    struct async_dict set = {0};
    size_t len = 0;
    unsigned random = 1;
    for (int i = 0; i < STEPS; i++) {
        random = random * 1103515245 + 12345;
        int key = (int)(random >> 16) % KEYS;
        /* phases in which it mostly grows, and mostly shrinks */
        if ((random >> 8) % 8 < (i / 5000 % 2 ? 2U : 6U)) {
            cr_assert_eq(add(&set, key), !there[key]);
            len += !there[key];
            there[key] = true;
        } else {
            cr_assert_eq(take(&set, key), there[key]);
            len -= there[key];
            there[key] = false;
        }
        cr_assert_eq(set.len, len);
    }
    for (int key = 0; key < KEYS; key++)
        cr_assert_eq(has(&set, key), there[key]);
    async_dict_free(&set);
    cr_assert_eq(set.len, 0);
    cr_assert_not(has(&set, 1));
}

Test(container, order_of_insertion_survives_removal_and_growth)
{
    struct async_dict set = {0};
    for (int i = 0; i < 1000; i++)
        add(&set, i * 7919);
    for (int i = 0; i < 1000; i += 2)
        take(&set, i * 7919);
    for (int i = 0; i < 1000; i += 2)
        add(&set, i * 7919); /* behind the others now */
    int expected = 1;
    for (size_t at = async_dict_next(&set, 0); at < set.used; at = async_dict_next(&set, at + 1)) {
        cr_assert_eq(((int *)set.keys)[at], expected * 7919);
        expected += 2;
        if (expected == 1001)
            expected = 0;
    }
    cr_assert_eq(expected, 1000);
    async_dict_free(&set);
}

Test(container, one_key_in_and_out_needs_no_more_room)
{
    struct async_dict set = {0};
    for (int i = 0; i < 100000; i++) {
        add(&set, i);
        cr_assert(take(&set, i));
    }
    cr_assert_leq(set.capacity, 5);
    async_dict_free(&set);
}

/* ---- keys ---- */

static void keys_of_size(uint32_t size)
{
    struct async_shape shape = {.key_size = size};
    struct async_dict set = {0};
    char key[16] = {0};
    size_t at;
    for (uint32_t byte = 0; byte < size; byte++) {
        memset(key, 0, sizeof key);
        key[byte] = 1;
        cr_assert_eq(async_dict_enter(&set, key, shape, &at), 1);
    }
    cr_assert_eq(set.len, size);
    for (uint32_t byte = 0; byte < size; byte++) {
        memset(key, 0, sizeof key);
        key[byte] = 1;
        cr_assert_eq(async_dict_find(&set, key, shape), byte);
    }
    async_dict_free(&set);
}

Test(container, keys_of_every_size)
{
    for (uint32_t size = 1; size <= 16; size *= 2)
        keys_of_size(size);
}

static void free_texts(struct async_dict *dict)
{
    for (size_t i = 0; i < dict->len; i++)
        free(((char **)dict->keys)[i]);
    async_dict_free(dict);
}

Test(container, text_is_compared_by_its_characters)
{
    struct async_dict dict = {0};
    char text[40];
    const char *key = text;
    size_t at;
    for (int i = 0; i < 40; i++) { /* every length: SipHash's words and rest */
        memset(text, 'a', sizeof text);
        text[i] = '\0';
        key = strdup(text);
        int entered = async_dict_enter(&dict, &key, text_to_int, &at);
        cr_assert_eq(entered, 1);
        if (entered < 0) {
            free((char *)key);
            return free_texts(&dict);
        }
        ((int *)dict.values)[at] = i;
    }
    key = text;
    for (int i = 0; i < 40; i++) {
        memset(text, 'a', sizeof text);
        text[i] = '\0';
        at = async_dict_find(&dict, &key, text_to_int);
        cr_assert_eq(((int *)dict.values)[at], i);
    }
    key = NULL; /* a key like any other */
    cr_assert_eq(async_dict_enter(&dict, &key, text_to_int, &at), 1);
    cr_assert_eq(async_dict_enter(&dict, &key, text_to_int, &at), 0);
    cr_assert_eq(async_dict_find(&dict, &key, text_to_int), 40);
    free_texts(&dict);
}

Test(container, values_are_aligned)
{
    struct async_shape shape = {1, 64, 64, false};
    struct async_dict dict = {0};
    for (int i = 0; i < 200; i++) {
        char key = (char)i;
        size_t at;
        int entered = async_dict_enter(&dict, &key, shape, &at);
        cr_assert_eq(entered, 1);
        if (entered < 0)
            return async_dict_free(&dict);
        cr_assert_eq((uintptr_t)dict.values % 64, 0);
        memset((char *)dict.values + 64 * at, i, 64);
    }
    for (int i = 0; i < 200; i++)
        cr_assert_eq(((char *)dict.values)[64 * i + 63], (char)i);
    async_dict_free(&dict);
}

/* ---- lists ---- */

static int append(struct async_list *list, int item)
{
    if (list->len == list->capacity && async_list_grow(list, sizeof item, _Alignof(int)) < 0)
        return list->error;
    ((int *)list->data)[list->len++] = item;
    return 0;
}

Test(container, list_grows)
{
    struct async_list list = {0};
    for (int i = 0; i < 10000; i++)
        cr_assert_eq(append(&list, i), 0);
    for (int i = 0; i < 10000; i++)
        cr_assert_eq(((int *)list.data)[i], i);
    async_list_free(&list);
    cr_assert_null(list.data);
}

Test(container, list_of_aligned_items)
{
    struct async_list list = {0};
    for (int i = 0; i < 100; i++) {
        int error = list.len == list.capacity ? async_list_grow(&list, 128, 128) : 0;
        cr_assert_eq(error, 0);
        if (error)
            return async_list_free(&list);
        cr_assert_eq((uintptr_t)list.data % 128, 0);
        memset((char *)list.data + 128 * list.len++, i, 128);
    }
    for (int i = 0; i < 100; i++)
        cr_assert_eq(((char *)list.data)[128 * i + 127], (char)i);
    async_list_free(&list);
}

Test(container, list_too_large_to_say)
{
    struct async_list list = {.capacity = SIZE_MAX / 4};
    cr_assert_eq(async_list_grow(&list, 8, 8), -ENOMEM);
    cr_assert_eq(list.error, -ENOMEM);
}

/* ---- no memory ---- */

static int allowed, asked;

static bool may_allocate(void *arg)
{
    (void)arg;
    return asked++ != allowed;
}

/* Returns the number of operations that failed. */
static int fill_both(void)
{
    struct async_dict set = {0};
    struct async_list list = {0};
    int failed = 0;
    for (int i = 0; i < 100; i++) {
        failed += add(&set, i) < 0;
        failed += append(&list, i) < 0;
    }
    cr_assert_eq(failed, 200 - (int)set.len - (int)list.len);
    cr_assert_eq((set.error < 0) + (list.error < 0), failed);
    async_dict_free(&set);
    async_list_free(&list);
    cr_assert_eq(set.error + list.error, 0);
    return failed;
}

Test(container, every_allocation_failing_in_turn)
{
    async__may_allocate = may_allocate;
    int failed;
    for (allowed = 0;; allowed++) {
        asked = 0;
        failed = fill_both();
        if (asked <= allowed)
            break;
        cr_assert_eq(failed, 1);
    }
    cr_assert_eq(failed, 0);
    cr_assert_geq(allowed, 10);
    async__may_allocate = NULL;
}

Test(container, abandoned)
{
    struct async_list list = {0};
    struct async_dict set = {0};
    append(&list, 1);
    add(&set, 1);
    async_list_abandon(&list, -5);
    async_dict_abandon(&set, -6);
    cr_assert_eq(list.len + set.len, 0);
    cr_assert_eq(list.error, -5);
    cr_assert_eq(set.error, -6);
}

/* ---- misuse ---- */

Test(container, bounds, .signal = SIGABRT)
{
    cr_assert_eq(async_at(2, 3, "here.ac", 7), 2);
    async_at(3, 3, "here.ac", 7);
}

Test(container, changed_list, .signal = SIGABRT)
{
    cr_assert(async_list_goes_on(0, 1, 1, "here.ac", 7));
    cr_assert_not(async_list_goes_on(1, 1, 1, "here.ac", 7));
    async_list_goes_on(1, 2, 1, "here.ac", 7);
}

Test(container, changed_set, .signal = SIGABRT)
{
    struct async_dict set = {0};
    add(&set, 1);
    unsigned begun = set.changes;
    cr_assert_eq(async_dict_at(&set, 0, begun, "here.ac", 7), 0);
    add(&set, 1);
    cr_assert_eq(async_dict_at(&set, 0, begun, "here.ac", 7), 0);
    take(&set, 1);
    async_dict_at(&set, 0, begun, "here.ac", 7);
}
