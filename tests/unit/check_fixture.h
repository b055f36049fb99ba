/* What the tests of the checker need: a text parsed and checked, and what was found out about it.
 */
#ifndef ASYNCC_TESTS_CHECK_FIXTURE_H
#define ASYNCC_TESTS_CHECK_FIXTURE_H

#include <stddef.h>

#include "fixture.h"
#include "semantic/check.h"

struct checked {
    struct fixture fixture;
    struct source *source;
    struct names *names;
    struct node *unit; /* NULL after a syntax error */
    struct check *check;
    unsigned rounds;      /* how often the text was parsed */
    const char *messages; /* `LINE:COLUMN: error: TEXT` lines, notes as well, in order of place */
};

/* Parses and checks until no name is marked any more, as the driver does. */
struct checked check_text(const char *text);
void checked_free(struct checked *checked);

/* Fails unless these are all the messages that checking the text gives. */
void expect_messages(const char *text, const char *messages);

/* The symbol of that name, wherever it is declared: the one declared last. */
struct symbol *find_symbol(const struct checked *checked, const char *name);
/* The nth (from 0) node of that kind, in order of the tree; fails if there is none. */
struct node *find_node(const struct checked *checked, enum node_kind kind, size_t index);
/* The type of the named symbol, as messages show it. */
const char *type_of_symbol(const struct checked *checked, const char *name);

/* Fails unless the expression has this type where the declarations are in scope. */
void expect_type(const char *declarations, const char *expression, const char *type);

#endif
