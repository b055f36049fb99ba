/* Whether a declaration parses with a change. */
#ifndef ASYNCC_SYNTAX_ATTEMPT_H
#define ASYNCC_SYNTAX_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

struct change;
struct corrector;

/* Where the parser stops in the draft: behind its end if it parses. With a change, which does not
 * become part of it: the place in the draft as it is; 0 if that is before the change. All attempts
 * of a corrector together are bounded; then the place is 0. */
uint32_t draft_stop(struct corrector *c);
uint32_t draft_stop_with(struct corrector *c, const struct change *change);

/* Whether the draft parses with the change. */
bool draft_solves(struct corrector *c, const struct change *change);

#endif
