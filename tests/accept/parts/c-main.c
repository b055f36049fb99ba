/* For units-c-main.ac. */
#include <async/async.h>
#include <stdio.h>

struct async_future *unit_slow_sum(int a, int b);
struct async_future *unit_real(void);

int main(void)
{
    int sum = 0;
    double real = 0;
    int status = async_run_into(unit_slow_sum(1, 2), &sum);
    printf("%d %d\n", status, sum);
    status = async_run_into(unit_real(), &real);
    printf("%d %.1f\n", status, real);
    return 0;
}
