/* What the builder's files call of each other. */
#ifndef ASYNCC_SYNTAX_BUILD_FUNCTIONS_H
#define ASYNCC_SYNTAX_BUILD_FUNCTIONS_H

#include "syntax/build.h"

/* A concrete node and its children, read but not built. */
struct concrete build_read(struct builder *b, TSNode node);

/* A declarator: identifiers in it are names that are declared. */
struct node *build_declarator(struct builder *b, const struct child *child);

#define X(id, name, build) build_function build;
#include "syntax/concrete.def"
#undef X

#endif
