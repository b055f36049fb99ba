/* For units-linked.ac. */
#ifndef UNITS_H
#define UNITS_H

struct unit_point {
    int x, y;
};

async int unit_add(int a, int b);
async struct unit_point unit_swap(struct unit_point p);
extern async int (*const unit_operations[2])(int, int);

/* Each unit that includes this has its own. */
static inline async int unit_twice(int x)
{
    return 2 * x;
}

#endif
