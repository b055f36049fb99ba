/* Containers: what list(T), set(T) and dict(K, V) are in C.
 *
 * Each is a struct tagged by its element types, which asyncc writes into every file that uses it:
 *
 *     struct async_list_int {                  struct async_dict_char_p_to_int {
 *         int *data;                               char **keys;
 *         size_t len;                              int *values;
 *         size_t capacity;                         size_t len;
 *         int error;                               ... as struct async_dict below
 *     };                                       };
 *
 * A set is a dict without values. Both are compact, as CPython's are since 3.6: keys, values and
 * the keys' hashes lie in arrays in the order of insertion; an index beside them, by open
 * addressing and linear probing, leads from a hash to a position. Removing leaves a gap, whose hash
 * is 0; when the arrays are full they are copied without gaps. One allocation holds it all:
 *
 *     +---------+-----------+-----------+----------------------+
 *     | keys[c] | values[c] | hashes[c] | index[power of 2]    |   c = 2/3 of the index
 *     +---------+-----------+-----------+----------------------+
 *
 * No header-only library that was looked at keeps the order of insertion and lets the allocation be
 * replaced, both of which the language asks for; this one is 200 lines. Keys of character pointers
 * are compared as strings (hashed by SipHash-1-3 under a random key, so that nobody can choose keys
 * that collide), all others by their bytes.
 *
 * All zero is an empty container. They belong to no loop and no thread. The functions here know
 * sizes instead of types; asyncc writes typed ones around them. Misuse is checked unless NDEBUG is
 * defined: one line on stderr, then abort(). */
#ifndef ASYNC_CONTAINER_H
#define ASYNC_CONTAINER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Any list: the generated structs are looked at through this one, which may alias them. */
struct async_list {
    void *data;
    size_t len;
    size_t capacity;
    int error; /* 0, or -ENOMEM: an append or the comprehension that made it failed */
} __attribute__((may_alias));

/* Any set or dict. */
struct async_dict {
    void *keys;
    void *values; /* NULL in a set */
    size_t len;
    int error;        /* as in a list */
    unsigned changes; /* goes up when keys are added, removed or moved */
    uint32_t *hashes; /* 0: a gap */
    uint32_t *index;  /* 0: nothing; else a position plus 1 */
    uint32_t used;    /* of the arrays, gaps included */
    uint32_t capacity;
} __attribute__((may_alias));

/* list(char), which functions of the runtime fill. */
struct async_list_char {
    char *data;
    size_t len;
    size_t capacity;
    int error;
};

/* What a set or dict holds. */
struct async_shape {
    uint32_t key_size, value_size; /* value_size 0: a set */
    uint32_t align;                /* of the value; keys are aligned to their size */
    bool is_text;                  /* keys are `char *`, compared by what they point to */
};

/* Makes room for one item more in a list that is full: 0, or -ENOMEM, which is then its error too;
 * what it holds stays. */
int async_list_grow(void *list, size_t size, size_t align);
/* Frees the memory of a list; it is empty then. */
void async_list_free(void *list);
/* The same, with an error (a negative errno number) to tell why it is empty. */
void async_list_abandon(void *list, int error);

/* Adds the key if it is not there, and gives the position of it in *at: 1 if it is new, 0 if it was
 * there, or -ENOMEM, which is then the container's error too. A new key's value is not set yet. */
int async_dict_enter(void *dict, const void *key, struct async_shape shape, size_t *at);
/* The position of a key; SIZE_MAX if it is not there. */
size_t async_dict_find(const void *dict, const void *key, struct async_shape shape);
/* Whether the key was there; it is gone now. */
bool async_dict_remove(void *dict, const void *key, struct async_shape shape);
/* The first position from `at` on that is no gap; at least `used` at the end. */
size_t async_dict_next(const void *dict, size_t at);
void async_dict_free(void *dict);
void async_dict_abandon(void *dict, int error);

void async_out_of_bounds(size_t index, size_t length, const char *file, int line)
    __attribute__((noreturn, cold));
void async_container_changed(const char *file, int line) __attribute__((noreturn, cold));

/* ---- checks, which NDEBUG leaves out ---- */

/* The subscript of a list's data; one past the end for an address. */
static inline size_t async_at(size_t index, size_t length, const char *file, int line)
{
#ifndef NDEBUG
    if (index >= length)
        async_out_of_bounds(index, length, file, line);
#endif
    (void)length, (void)file, (void)line;
    return index;
}

/* Whether a loop over a list goes on; its length must be what it was when the loop began. */
static inline bool async_list_goes_on(size_t index, size_t length, size_t begun, const char *file,
                                      int line)
{
#ifndef NDEBUG
    if (length != begun)
        async_container_changed(file, line);
#endif
    (void)begun, (void)file, (void)line;
    return index < length;
}

/* The first position from `at` on where a loop over a set or dict finds a key; `used` at its end.
 */
static inline size_t async_dict_at(const void *container, size_t at, unsigned begun,
                                   const char *file, int line)
{
    const struct async_dict *dict = (const struct async_dict *)container;
#ifndef NDEBUG
    if (dict->changes != begun)
        async_container_changed(file, line);
#endif
    (void)begun, (void)file, (void)line;
    return at < dict->used && !dict->hashes[at] ? async_dict_next(dict, at) : at;
}

/* The error that a generator ended with, of which errno tells, as a container has it. */
static inline int async_error(void)
{
    return errno > 0 ? -errno : errno;
}

#ifdef __cplusplus
}
#endif
#endif
