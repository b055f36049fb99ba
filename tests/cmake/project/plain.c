/* An ordinary C file that runs an async function. */
#include <async/async.h>
#include <stdio.h>

struct async_future *shared(void);

int main(void)
{
    int result = 0;
    int status = async_run_into(shared(), &result);
    printf("%d %d\n", status, result);
    return 0;
}
