/* Criterion; or with -DSCENARIOS what stands for it in sweeps, see scenario.h. */
#ifdef SCENARIOS
#include "scenario.h"
#else
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#endif
