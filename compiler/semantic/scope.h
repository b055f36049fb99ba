/* Scopes: which symbol a name means here. */
#ifndef ASYNCC_SEMANTIC_SCOPE_H
#define ASYNCC_SEMANTIC_SCOPE_H

#include <stddef.h>

#include "semantic/symbol.h"

enum name_space { SPACE_ORDINARY, SPACE_TAG, SPACE_LABEL };

/* Where its name stands. */
enum name_space symbol_space(const struct symbol *symbol);

struct arena;
struct binding;
struct scopes; /* one table of names and the stack of scopes that filled it */

struct scope {
    struct scope *outer;
    struct binding *bindings; /* newest first */
    struct node *block;       /* the statement that the scope belongs to; NULL: file or prototype */
};

struct scopes *scopes_new(struct arena *arena);

/* Opens a scope inside the current one, and closes the current one. The first is never closed. */
struct scope *scope_open(struct scopes *scopes, struct node *block);
struct scope *scope_close(struct scopes *scopes);
/* Opens a closed scope again with all its names: a definition's parameters, after its declarator.
 */
void scope_reopen(struct scopes *scopes, struct scope *scope, struct node *block);
struct scope *scope_current(const struct scopes *scopes);

/* Declares a name in the current scope; it hides what the name meant outside. */
void scope_bind(struct scopes *scopes, enum name_space space, const char *name,
                struct symbol *symbol);
/* What the name means here; NULL: nothing. `_here`: in the current scope alone. */
struct symbol *scope_find(const struct scopes *scopes, enum name_space space, const char *name);
struct symbol *scope_find_here(const struct scopes *scopes, enum name_space space,
                               const char *name);

#endif
