/* Heads of loops over ranges that bind no name, or more than one. */
#ifndef ASYNCC_SYNTAX_HEADERS_H
#define ASYNCC_SYNTAX_HEADERS_H

struct mending;

/* Reports and mends them. Names that nobody knows because of them are marked as unknown. */
void mend_headers(struct mending *m);

#endif
