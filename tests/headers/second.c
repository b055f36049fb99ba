/* A second unit with the same inline functions. */
#include "shapes.h"

double second(void)
{
    return run_half(2);
}
