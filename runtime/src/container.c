/* list, set and dict without their types: growth, hashing, the compact table of container.h.
 *
 * The index is at least 1.5 times as long as the arrays, and every entry of the arrays, gaps
 * included, has one place in it: a probe always ends at an empty place. Nothing is ever taken out
 * of the index but by building it anew. How to read: lists; hashes; one table (layout, probing,
 * building anew); the operations. */
#include "internal.h"

#include <async/container.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum { FIRST_LIST = 4, FIRST_INDEX = 8, MALLOC_ALIGN = 16 };

/* ---- lists ---- */

/* Memory of any alignment; `old` is freed, and its first `used` bytes are copied. */
static void *resize(void *old, size_t used, size_t size, size_t align)
{
    if (align <= MALLOC_ALIGN)
        return async__reallocate(old, size);
    void *memory = async__allocate_aligned(size, align);
    if (memory && used)
        memcpy(memory, old, used);
    if (memory)
        async__free(old);
    return memory;
}

int async_list_grow(void *container, size_t size, size_t align)
{
    struct async_list *list = container;
    size_t capacity = list->capacity < FIRST_LIST ? FIRST_LIST : 2 * list->capacity, bytes;
    void *data = NULL;
    if (!__builtin_mul_overflow(capacity, size, &bytes))
        data = resize(list->data, list->len * size, bytes, align);
    if (!data)
        return list->error = -ENOMEM;
    list->data = data;
    list->capacity = capacity;
    return 0;
}

void async_list_free(void *container)
{
    async_list_abandon(container, 0);
}

void async_list_abandon(void *container, int error)
{
    struct async_list *list = container;
    async__free(list->data);
    *list = (struct async_list){.error = error};
}

/* ---- hashes ---- */

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
    v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein, 2012) under the key that the kernel gave this process. */
static uint64_t hash_bytes(const char *bytes, size_t length)
{
    static const uint64_t no_key[2];
    const void *random = (const void *)getauxval(AT_RANDOM);
    uint64_t key[2], word, last = (uint64_t)length << 56;
    memcpy(key, random ? random : no_key, sizeof key);
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                     key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
    for (; length >= sizeof word; bytes += sizeof word, length -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    for (size_t i = 0; i < length; i++)
        last |= (uint64_t)(unsigned char)bytes[i] << 8 * i;
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The finisher of MurmurHash3: every bit of the number counts in every bit of the hash. */
static uint64_t hash_number(uint64_t x)
{
    x = (x ^ x >> 33) * 0xff51afd7ed558ccd;
    x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53;
    return x ^ x >> 33;
}

static const char *text_of(const void *key)
{
    const char *text;
    memcpy(&text, key, sizeof text);
    return text;
}

/* Never 0, which marks a gap. */
static uint32_t hash_of(const void *key, struct async_shape shape)
{
    uint64_t words[2] = {0}, hash;
    if (shape.is_text) {
        const char *text = text_of(key);
        hash = text ? hash_bytes(text, strlen(text)) : 0;
    } else {
        memcpy(words, key, shape.key_size);
        hash = hash_number(words[0] ^ (words[1] ? hash_number(words[1]) : 0));
    }
    uint32_t short_hash = (uint32_t)(hash >> 32);
    return short_hash ? short_hash : 1;
}

static bool same_key(const void *a, const void *b, struct async_shape shape)
{
    if (memcmp(a, b, shape.key_size) == 0)
        return true;
    if (!shape.is_text)
        return false;
    const char *left = text_of(a), *right = text_of(b);
    return left && right && strcmp(left, right) == 0;
}

/* ---- the table ---- */

static char *key_at(const struct async_dict *dict, size_t at, struct async_shape shape)
{
    return (char *)dict->keys + at * shape.key_size;
}

static char *value_at(const struct async_dict *dict, size_t at, struct async_shape shape)
{
    return (char *)dict->values + at * shape.value_size;
}

/* The capacity is 2/3 of the index's length, less the remainder: the length is found again. */
static uint32_t index_length(uint32_t capacity)
{
    return capacity ? UINT32_C(1) << (32 - __builtin_clz(capacity + capacity / 2)) : 0;
}

/* The place in the index that leads to the key, or the empty one where it would be entered. */
static uint32_t probe(const struct async_dict *dict, const void *key, uint32_t hash,
                      struct async_shape shape)
{
    uint32_t mask = index_length(dict->capacity) - 1;
    for (uint32_t place = hash & mask;; place = (place + 1) & mask) {
        uint32_t at = dict->index[place] - 1;
        if (at == UINT32_MAX ||
            (dict->hashes[at] == hash && same_key(key_at(dict, at, shape), key, shape)))
            return place;
    }
}

static size_t round_up(size_t size, size_t align)
{
    return (size + align - 1) / align * align;
}

/* An empty table for an index of that length; keys NULL if there is no memory. */
static struct async_dict make_table(uint64_t length, struct async_shape shape)
{
    struct async_dict table = {0};
    size_t capacity = length * 2 / 3, align = shape.align > 16 ? shape.align : 16;
    if (length > UINT32_C(1) << 31) /* positions have 32 bits */
        return table;
    size_t values = round_up(capacity * shape.key_size, align);
    size_t hashes = round_up(values + capacity * shape.value_size, sizeof(uint32_t));
    size_t size = hashes + (capacity + length) * sizeof(uint32_t);
    char *block = resize(NULL, 0, size, align);
    if (!block)
        return table;
    table.keys = block;
    table.values = shape.value_size ? block + values : NULL;
    table.hashes = (uint32_t *)(void *)(block + hashes);
    table.index = table.hashes + capacity;
    table.capacity = (uint32_t)capacity;
    memset(table.index, 0, length * sizeof(uint32_t));
    return table;
}

/* All hashes differ or are of different keys: only an empty place is looked for. */
static void enter_moved(struct async_dict *table, uint32_t hash)
{
    uint32_t mask = index_length(table->capacity) - 1, place = hash & mask;
    while (table->index[place])
        place = (place + 1) & mask;
    table->hashes[table->used] = hash;
    table->index[place] = ++table->used;
}

/* Copies what is there, without gaps, into arrays with room for as many again. */
static int rebuild(struct async_dict *dict, struct async_shape shape)
{
    uint64_t length = FIRST_INDEX;
    while (length * 2 / 3 < 2 * (uint64_t)dict->len)
        length *= 2;
    struct async_dict table = make_table(length, shape);
    if (!table.keys)
        return dict->error = -ENOMEM;
    for (uint32_t i = 0; i < dict->used; i++) {
        if (!dict->hashes[i])
            continue;
        memcpy(key_at(&table, table.used, shape), key_at(dict, i, shape), shape.key_size);
        if (shape.value_size)
            memcpy(value_at(&table, table.used, shape), value_at(dict, i, shape), shape.value_size);
        enter_moved(&table, dict->hashes[i]);
    }
    async__free(dict->keys);
    table.len = dict->len;
    table.error = dict->error;
    table.changes = dict->changes;
    *dict = table;
    return 0;
}

/* ---- operations ---- */

int async_dict_enter(void *container, const void *key, struct async_shape shape, size_t *at)
{
    struct async_dict *dict = container;
    uint32_t hash = hash_of(key, shape), place = 0;
    if (dict->capacity) {
        place = probe(dict, key, hash, shape);
        if (dict->index[place]) {
            *at = dict->index[place] - 1;
            return 0;
        }
    }
    if (dict->used == dict->capacity) {
        if (rebuild(dict, shape) < 0)
            return -ENOMEM;
        place = probe(dict, key, hash, shape);
    }
    *at = dict->used;
    memcpy(key_at(dict, dict->used, shape), key, shape.key_size);
    dict->hashes[dict->used] = hash;
    dict->index[place] = ++dict->used;
    dict->len++;
    dict->changes++;
    return 1;
}

size_t async_dict_find(const void *container, const void *key, struct async_shape shape)
{
    const struct async_dict *dict = container;
    if (!dict->len)
        return SIZE_MAX;
    uint32_t at = dict->index[probe(dict, key, hash_of(key, shape), shape)];
    return at ? at - 1 : SIZE_MAX;
}

bool async_dict_remove(void *container, const void *key, struct async_shape shape)
{
    struct async_dict *dict = container;
    size_t at = async_dict_find(dict, key, shape);
    if (at == SIZE_MAX)
        return false;
    dict->hashes[at] = 0;
    dict->len--;
    dict->changes++;
    return true;
}

size_t async_dict_next(const void *container, size_t at)
{
    const struct async_dict *dict = container;
    while (at < dict->used && !dict->hashes[at])
        at++;
    return at;
}

void async_dict_free(void *container)
{
    async_dict_abandon(container, 0);
}

void async_dict_abandon(void *container, int error)
{
    struct async_dict *dict = container;
    async__free(dict->keys);
    *dict = (struct async_dict){.error = error, .changes = dict->changes + 1};
}

/* ---- misuse ---- */

void async_out_of_bounds(size_t index, size_t length, const char *file, int line)
{
    char message[96];
    if (length)
        snprintf(message, sizeof message, "item %zd of a list of %zu", (ssize_t)index, length);
    else
        snprintf(message, sizeof message, "an item of an empty list");
    async__die(file, line, message);
}

void async_container_changed(const char *file, int line)
{
    async__die(file, line, "a container was changed while a loop ran over it");
}
