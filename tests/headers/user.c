/* Calls and runs what shapes.h declares and defines; C and C++. */
#include "shapes.h"

#include <stdio.h>

double second(void);

static struct async_future *first_coordinate(struct point *p, bool hurry)
{
    return add(p->x, hurry);
}

int main(void)
{
    int x = 0, values[] = {1, 2, 3, 4};
    long l = 0;
    struct point p = {1, 2}, q;
    struct job job;
    hook *h = one_more;
    int status = async_run_into(add(1, 2), &x);
    printf("%d %d\n", status, x);
    status = async_run_into(sum(values, 4), &x);
    printf("%d %d\n", status, x);
    status = async_run_into(opposite(5), &l);
    printf("%d %ld\n", status, l);
    status = async_run_into(operations[1](5, 3), &x);
    printf("%d %d\n", status, x);
    status = async_run_into(swapped(p), &q);
    printf("%d %d %d\n", status, q.x, q.y);
    status = async_run_into(h(2), &x);
    printf("%d %d\n", status, x);
    async_run_into(say("said"), NULL);
    job.run = first_coordinate;
    printf("%d %d %.1f %.1f\n", run_job(&job, &p), plain(1), run_half(1), second());
    return 0;
}
