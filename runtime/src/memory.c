/* Memory for handles: one block per handle, from size classes.
 *
 * A block of class c has 48 + 16 * c bytes. Blocks are carved from slabs (of 32 KiB, then twice as
 * much each time up to 1 MiB), one after the other, at 8 mod 16; freed ones go on a list per class
 * in async_thread, all but a spare one, where the inline async_coroutine finds them. No block has a
 * header: its class is in its bits. A frame that is larger than the largest class or aligned to
 * more than 16, and every frame in debug mode, is allocated by itself (class 63), with a prefix
 * that links it so that it can be found.
 *
 * Debug mode keeps freed blocks for a while, poisoned, so that the use of a consumed alias is
 * noticed instead of finding another frame there.
 *
 *      slab:   | next, sizes, carved | block | block | block | ... | not carved yet
 *      large:  | padding | next, link, base, size, note | block |
 *
 * All tasks of a thread are found by walking its blocks, so tasks need no list of their own. What
 * no block needs any more is freed with the thread's last loop, and when the thread ends, which may
 * have had no loop and still made coroutines, for loops of other threads. */
#include "debug.h"

#include <stdlib.h>
#include <string.h>

enum { QUARANTINE = 256, POISON = 0xdb };
enum { SLAB_MIN = 32 * 1024, SLAB_MAX = 1024 * 1024, MALLOC_HEAD = 16 };
enum { BLOCK_HEAD = offsetof(struct async_future, frame) };

struct slab {
    struct slab *next;
    uint32_t block_size;
    uint32_t size; /* of the slab */
    size_t carved; /* bytes, from the first block on */
};
struct large {
    struct large *next, **link;
    void *base;  /* what malloc gave */
    size_t size; /* of the block */
    struct async_note note;
};
_Static_assert(sizeof(struct slab) % 16 == 8, "blocks must lie at 8 mod 16");
_Static_assert(sizeof(struct large) % 16 == 8, "blocks must lie at 8 mod 16");
_Static_assert(sizeof(struct async_future) == 48 && BLOCK_HEAD == 24, "the drawing in frame.h");
_Static_assert(sizeof(uintptr_t) == 8, "handles pack a pointer and a line in 64 bits");

/* -DASYNC_FRAMES_FROM_MALLOC=true is for builds that are run under valgrind. */
#if defined(__SANITIZE_ADDRESS__)
#define ASYNC_FRAMES_FROM_MALLOC true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASYNC_FRAMES_FROM_MALLOC true
#endif
#endif
#ifndef ASYNC_FRAMES_FROM_MALLOC
#define ASYNC_FRAMES_FROM_MALLOC false
#endif

bool async__frames_from_malloc = ASYNC_FRAMES_FROM_MALLOC;
bool async__frames_kept;
bool (*async__may_allocate)(void *arg);
void *async__may_allocate_arg;

static __thread struct slab *slabs[ASYNC_CLASSES];  /* the first one is carved from */
static __thread struct large *larges, **larges_end; /* in the order in which they were made */
/* Those that async__blocks_visit has yet to visit; walks nest. */
struct walk {
    struct large *next;
    struct walk *outer;
};
static __thread struct walk *walks;
static __thread struct large *quarantine[QUARANTINE];
static __thread size_t quarantined;

static size_t allocated; /* what is not freed yet; all threads' */

size_t async__allocated(void)
{
    return __atomic_load_n(&allocated, __ATOMIC_RELAXED);
}

static void *counted(void *memory)
{
    if (memory)
        __atomic_fetch_add(&allocated, 1, __ATOMIC_RELAXED);
    return memory;
}

static bool may_allocate(void)
{
    if (!async__may_allocate || async__may_allocate(async__may_allocate_arg))
        return true;
    errno = ENOMEM;
    return false;
}

void *async__allocate(size_t size)
{
    return may_allocate() ? counted(malloc(size)) : NULL;
}

void *async__reallocate(void *memory, size_t size)
{
    if (!memory)
        return async__allocate(size);
    return may_allocate() ? realloc(memory, size) : NULL;
}

void *async__allocate_aligned(size_t size, size_t align)
{
    void *memory;
    return may_allocate() && posix_memalign(&memory, align, size) == 0 ? counted(memory) : NULL;
}

void async__free(void *memory)
{
    if (memory)
        __atomic_fetch_sub(&allocated, 1, __ATOMIC_RELAXED);
    free(memory);
}

/* ---- the end of a thread ---- */

static pthread_key_t thread_key; /* set in threads that have memory here */
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;
static bool has_thread_key;

static void thread_ends(void *value)
{
    (void)value;
    async__blocks_trim();
}

static void make_thread_key(void)
{
    has_thread_key = pthread_key_create(&thread_key, thread_ends) == 0;
}

/* Lets the end of this thread free what it has then. */
static void await_thread_end(void)
{
    pthread_once(&thread_once, make_thread_key);
    if (has_thread_key)
        pthread_setspecific(thread_key, &async_thread);
}

/* ---- blocks ---- */

static struct async_future *carve(size_t index)
{
    struct slab *slab = slabs[index];
    uint32_t block_size = 48 + 16 * index;
    if (!slab || slab->carved + block_size > slab->size - sizeof *slab) {
        uint32_t size = slab ? 2 * (slab->size + MALLOC_HEAD) : SLAB_MIN;
        size = (size < SLAB_MAX ? size : SLAB_MAX) - MALLOC_HEAD;
        slab = async__allocate(size);
        if (!slab)
            return NULL;
        await_thread_end();
        *slab = (struct slab){slabs[index], block_size, size, 0};
        slabs[index] = slab;
    }
    char *block = (char *)(slab + 1) + slab->carved;
    slab->carved += block_size;
    return (struct async_future *)block;
}

static struct async_future *allocate_large(size_t size, size_t align)
{
    if (align < 16)
        align = 16;
    void *base = async__allocate(sizeof(struct large) + BLOCK_HEAD + align + size);
    if (!base)
        return NULL;
    uintptr_t frame = (uintptr_t)base + sizeof(struct large) + BLOCK_HEAD;
    frame = (frame + align - 1) / align * align;
    struct async_future *future = (struct async_future *)(frame - BLOCK_HEAD);
    struct large *large = (struct large *)future - 1;
    struct large **end = larges ? larges_end : &larges;
    struct async_loop *loop = async_thread.loop;
    *large = (struct large){
        .link = end,
        .base = base,
        .size = BLOCK_HEAD + size,
        .note = {.thread = &async_thread, .loop = loop ? loop->number : 0},
    };
    if (loop && async__debug)
        large->note.since = async__now(loop);
    *end = large;
    larges_end = &large->next;
    return future;
}

struct async_note *async__note(const struct async_future *future)
{
    if ((future->frame.bits & ASYNC_CLASS) != ASYNC_CLASSES || future == &async__out_of_memory)
        return NULL;
    return &((struct large *)future - 1)->note;
}

struct async_future *async_coroutine_slow(size_t size, size_t align,
                                          enum async_step (*resume)(struct async_frame *))
{
    size_t index = (size - sizeof(struct async_frame) + 15) / 16;
    struct async_future *future;
    uint32_t slow = 0;
    if (align > 16 || index >= ASYNC_CLASSES || async__frames_from_malloc) {
        index = ASYNC_CLASSES;
        slow = ASYNC_SLOW;
        future = allocate_large(size, align);
    } else {
        future = async_take_block(index);
        if (!future)
            future = carve(index);
    }
    if (!future)
        return &async__out_of_memory;
    *future = (struct async_future){
        .leaf = &future->frame,
        .frame = {.resume = resume, .bits = (uint32_t)index | slow | ASYNC_OWNER},
    };
    return future;
}

/* ---- the spare block ---- */

struct async_future async_no_block = {.frame.bits = UINT32_MAX};

void async__set_spawn_bits(uint32_t bits)
{
    struct async_future *spare = async_thread.spare;
    async_thread.spawn_bits = bits;
    if (bits)
        return;
    async_thread.spare = &async_no_block;
    if (spare->frame.bits < ASYNC_CLASSES)
        async_give_block(spare);
}

size_t async__frame_size(const struct async_future *future, size_t *align)
{
    uint32_t index = future->frame.bits & ASYNC_CLASS;
    uintptr_t address = (uintptr_t)&future->frame;
    *align = address & -address; /* or less was asked for */
    return index < ASYNC_CLASSES ? sizeof(struct async_frame) + 16 * index
                                 : ((const struct large *)future - 1)->size - BLOCK_HEAD;
}

void async__block_free(struct async_future *future)
{
    uint32_t index = future->frame.bits & ASYNC_CLASS;
    if (future->frame.bits & ASYNC_SLOW)
        async__env_drop(future);
    if (index < ASYNC_CLASSES) {
        async_give_block(future);
        return;
    }
    future->frame.bits = index; /* no owner */
    struct large *large = (struct large *)future - 1;
    *large->link = large->next;
    if (large->next)
        large->next->link = large->link;
    else
        larges_end = large->link;
    for (struct walk *walk = walks; walk; walk = walk->outer)
        if (walk->next == large)
            walk->next = large->next;
    if (async__frames_kept) {
        memset(future + 1, POISON, large->size - sizeof *future);
        struct large **slot = &quarantine[quarantined++ % QUARANTINE];
        await_thread_end();
        if (*slot)
            async__free((*slot)->base);
        *slot = large;
        return;
    }
    async__free(large->base);
}

static bool in_use(const struct async_future *future)
{
    return async__owners(future) || async__status(future) != ASYNC_COLD;
}

void async__blocks_visit(void (*visit)(struct async_future *, void *), void *arg)
{
    struct walk walk = {larges, walks};
    walks = &walk;
    for (struct large *large; (large = walk.next);) {
        walk.next = large->next;
        visit((struct async_future *)(large + 1), arg);
    }
    walks = walk.outer;
    for (size_t index = 0; index < ASYNC_CLASSES; index++) {
        for (struct slab *slab = slabs[index]; slab; slab = slab->next) {
            char *blocks = (char *)(slab + 1);
            for (size_t at = 0; at < slab->carved; at += slab->block_size) {
                struct async_future *future = (struct async_future *)(blocks + at);
                if (in_use(future))
                    visit(future, arg);
            }
        }
    }
}

static void count(struct async_future *future, void *arg)
{
    (void)future;
    ++*(size_t *)arg;
}

void async__blocks_trim(void)
{
    size_t blocks = 0;
    async__blocks_visit(count, &blocks);
    for (size_t i = 0; i < QUARANTINE; i++) {
        if (quarantine[i])
            async__free(quarantine[i]->base);
        quarantine[i] = NULL;
    }
    if (blocks)
        return;
    async_thread.spare = &async_no_block;
    for (size_t index = 0; index < ASYNC_CLASSES; index++) {
        async_thread.free_blocks[index] = NULL;
        while (slabs[index]) {
            struct slab *slab = slabs[index];
            slabs[index] = slab->next;
            async__free(slab);
        }
    }
}

void *async_array(size_t size, size_t align, const char *file, int line)
{
    void *array = NULL;
    if (align <= _Alignof(max_align_t))
        array = malloc(size ? size : 1);
    else if (posix_memalign(&array, align, size ? size : 1) != 0)
        array = NULL;
    if (!array)
        async__die(file, line, "no memory for a variable length array");
    return array;
}
