/* Pragmas that hold from where they stand: up to one that takes them back, or the file's end. */
#ifndef ASYNCC_SEMANTIC_PRAGMA_H
#define ASYNCC_SEMANTIC_PRAGMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct source;

enum pragma_group {
    PRAGMA_PACK,       /* pack */
    PRAGMA_ORDER,      /* scalar_storage_order */
    PRAGMA_DIAGNOSTIC, /* GCC diagnostic */
    PRAGMA_OPTIONS,    /* GCC optimize, GCC target */
    PRAGMA_GROUPS
};

/* What one of them says. Of how structs are laid out only the last one counts, and stands alone. */
struct setting {
    const char *text; /* `2`, `big-endian`; of the other groups the line without its newline */
    int length;
    size_t count;           /* of this one and those before it */
    struct setting *before; /* what else holds; NULL: nothing */
    const char *end;        /* a line's: of the text where a `pop` takes it back; NULL: nowhere */
};

struct pragma_state {
    struct setting *setting;     /* the last that holds; NULL: none */
    const struct pushed *pushed; /* what a `pop` brings back */
};

struct pragma {
    uint32_t start, end;       /* its line, the newline included */
    struct pragma_state state; /* of its group, behind it */
    const char *expanded;      /* its line without macros; NULL: there is none in it */
};

/* Those of a file, in its order. */
struct pragmas {
    struct pragma *items[PRAGMA_GROUPS];
    size_t count[PRAGMA_GROUPS], capacity[PRAGMA_GROUPS];
};

const struct pragmas *pragmas_read(struct arena *arena, const struct source *source);
/* How many of the group stand in front of this byte. */
size_t pragma_count_at(const struct pragmas *pragmas, enum pragma_group group, uint32_t offset);
struct pragma_state pragma_state_at(const struct pragmas *pragmas, enum pragma_group group,
                                    uint32_t offset);
/* The line of the pragma that begins with this byte if a macro in it has to be expanded; NULL. */
const char *pragma_expanded(const struct pragmas *pragmas, uint32_t offset);
/* Whether a pragma says there that C compilers ignore what this option (`-Wunused`) warns of. */
bool pragmas_ignore(const struct pragmas *pragmas, const char *option, uint32_t offset);
/* Whether structs are laid out as pragmas say there. */
bool pragmas_lay_out(const struct pragmas *pragmas, uint32_t offset);

#endif
