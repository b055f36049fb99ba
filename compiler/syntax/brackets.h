/* Brackets that do not balance, and the bodies of functions that those do that do. */
#ifndef ASYNCC_SYNTAX_BRACKETS_H
#define ASYNCC_SYNTAX_BRACKETS_H

#include <stdbool.h>
#include <stdint.h>

struct mending;
struct range;

enum balance { BRACKETS_BALANCE, BRACKETS_MENDED, BRACKETS_HOPELESS };

/* Reports brackets that do not balance in the code. MENDED: the functions with such mistakes have
 * no bodies in the text any more. HOPELESS: what is left means nothing. */
enum balance mend_brackets(struct mending *m);

/* The body of the function that this byte of the code is in, without its braces; false if it is in
 * none. The brackets balance. */
bool body_around(const char *code, uint32_t length, uint32_t offset, struct range *body);

#endif
