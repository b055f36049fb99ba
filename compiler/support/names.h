/* Interned identifiers: equal names are equal pointers. */
#ifndef ASYNCC_SUPPORT_NAMES_H
#define ASYNCC_SUPPORT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct names;

struct names *names_new(struct arena *arena);

/* The one copy of this name, NUL-terminated, as long as the arena lives. */
const char *name_intern(struct names *names, const char *text, size_t length);
const char *name_of(struct names *names, const char *string);

/* Whether that name was interned before; does not intern it. Generated names are chosen with it. */
bool name_is_known(const struct names *names, const char *string);

#endif
