/* Includes the C header that was made of "more answers.ah". */
#include "more answers.h"

#include <stdio.h>

int main(void)
{
    int result = 0;
    int status = async_run_into(more(1), &result);
    printf("%d %d\n", status, result);
    return 0;
}
