/* Criterion; or with -DSCENARIOS what stands for it in sweeps, see scenario.h. */
#ifdef SCENARIOS
#include "scenario.h"
enum { DEPTH = 50 }; /* of what must be no recursion in C; each wait is a run of the sweep */
#else
#include <criterion/criterion.h>
#include <criterion/redirect.h>
enum { DEPTH = 100000 };
#endif
