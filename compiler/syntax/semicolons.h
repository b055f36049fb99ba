/* Statements that lack their semicolon at the end of a line, or an operand at the end of a block.
 */
#ifndef ASYNCC_SYNTAX_SEMICOLONS_H
#define ASYNCC_SYNTAX_SEMICOLONS_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Where a semicolon would mend such statements, in the order of the text: at the blank behind the
 * last token, or at the operator that lacks its operand. */
struct semicolons {
    uint32_t *offsets;
    size_t count, capacity;
};

/* Looks for them in the code; bytes of it that are blank in `marked`, its copy, are passed over. In
 * code that parses there may be lines that only look so. */
struct semicolons find_missing_semicolons(struct arena *arena, const char *code, const char *marked,
                                          uint32_t length);

#endif
