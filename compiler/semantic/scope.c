/* One hash table for all scopes that are open. A bucket is a list, newest binding first, so the
 * first hit is the innermost one and closing a scope pops bucket heads: declaring, finding and
 * closing cost the same however deep the nesting or long the function. */
#include "semantic/scope.h"

#include <stdint.h>

#include "support/arena.h"

struct binding {
    const char *name;
    struct symbol *symbol;
    struct scope *scope;
    struct binding *next_in_bucket, *next_in_scope;
    enum name_space space;
};

struct scopes {
    struct arena *arena;
    struct scope *current;
    struct binding **buckets;
    size_t bucket_count, count; /* bucket_count: a power of two */
};

enum name_space symbol_space(const struct symbol *symbol)
{
    return symbol->kind == SYMBOL_TAG     ? SPACE_TAG
           : symbol->kind == SYMBOL_LABEL ? SPACE_LABEL
                                          : SPACE_ORDINARY;
}

struct scopes *scopes_new(struct arena *arena)
{
    struct scopes *scopes = arena_alloc(arena, sizeof *scopes);
    scopes->arena = arena;
    scopes->bucket_count = 64;
    scopes->buckets = arena_alloc(arena, scopes->bucket_count * sizeof *scopes->buckets);
    scope_open(scopes, NULL);
    return scopes;
}

static size_t bucket_of(const struct scopes *scopes, enum name_space space, const char *name)
{
    uint64_t hash = ((uint64_t)(uintptr_t)name + space) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash >> 32) & (scopes->bucket_count - 1);
}

struct scope *scope_open(struct scopes *scopes, struct node *block)
{
    struct scope *scope = arena_alloc(scopes->arena, sizeof *scope);
    scope->outer = scopes->current;
    scope->block = block;
    scopes->current = scope;
    return scope;
}

struct scope *scope_close(struct scopes *scopes)
{
    struct scope *scope = scopes->current;
    for (struct binding *binding = scope->bindings; binding; binding = binding->next_in_scope) {
        scopes->buckets[bucket_of(scopes, binding->space, binding->name)] = binding->next_in_bucket;
        scopes->count--;
    }
    scopes->current = scope->outer;
    return scope;
}

struct scope *scope_current(const struct scopes *scopes)
{
    return scopes->current;
}

static void rebind_oldest_first(struct scopes *scopes, struct binding *newest)
{
    struct binding *reversed = NULL, *next;
    for (struct binding *binding = newest; binding; binding = next) {
        next = binding->next_in_scope;
        binding->next_in_scope = reversed;
        reversed = binding;
    }
    for (; reversed; reversed = reversed->next_in_scope)
        scope_bind(scopes, reversed->space, reversed->name, reversed->symbol);
}

void scope_reopen(struct scopes *scopes, struct scope *scope, struct node *block)
{
    struct binding *bindings = scope->bindings;
    scope->outer = scopes->current;
    scope->bindings = NULL;
    scope->block = block;
    scopes->current = scope;
    rebind_oldest_first(scopes, bindings);
}

/* Moves every binding to a table twice the size, each bucket's order kept. */
static void grow(struct scopes *scopes)
{
    struct binding **old = scopes->buckets;
    size_t old_count = scopes->bucket_count;
    scopes->bucket_count *= 2;
    scopes->buckets = arena_alloc(scopes->arena, scopes->bucket_count * sizeof *scopes->buckets);
    for (size_t i = 0; i < old_count; i++) {
        struct binding *reversed = NULL, *next;
        for (struct binding *binding = old[i]; binding; binding = next) {
            next = binding->next_in_bucket;
            binding->next_in_bucket = reversed;
            reversed = binding;
        }
        for (struct binding *binding = reversed; binding; binding = next) {
            size_t bucket = bucket_of(scopes, binding->space, binding->name);
            next = binding->next_in_bucket;
            binding->next_in_bucket = scopes->buckets[bucket];
            scopes->buckets[bucket] = binding;
        }
    }
}

void scope_bind(struct scopes *scopes, enum name_space space, const char *name,
                struct symbol *symbol)
{
    if (scopes->count >= scopes->bucket_count)
        grow(scopes);
    struct binding *binding = arena_alloc(scopes->arena, sizeof *binding);
    size_t bucket = bucket_of(scopes, space, name);
    binding->name = name;
    binding->space = space;
    binding->symbol = symbol;
    binding->scope = scopes->current;
    binding->next_in_bucket = scopes->buckets[bucket];
    scopes->buckets[bucket] = binding;
    binding->next_in_scope = scopes->current->bindings;
    scopes->current->bindings = binding;
    scopes->count++;
}

static struct binding *find(const struct scopes *scopes, enum name_space space, const char *name)
{
    struct binding *binding = scopes->buckets[bucket_of(scopes, space, name)];
    while (binding && (binding->name != name || binding->space != space))
        binding = binding->next_in_bucket;
    return binding;
}

struct symbol *scope_find(const struct scopes *scopes, enum name_space space, const char *name)
{
    struct binding *binding = find(scopes, space, name);
    return binding ? binding->symbol : NULL;
}

struct symbol *scope_find_here(const struct scopes *scopes, enum name_space space, const char *name)
{
    struct binding *binding = find(scopes, space, name);
    return binding && binding->scope == scopes->current ? binding->symbol : NULL;
}
