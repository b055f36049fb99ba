/* The one way to run out of memory. Read memory.h. */
#include "support/memory.h"

#include <stdlib.h>
#include <unistd.h>

_Noreturn void out_of_memory(void)
{
    static const char message[] = "asyncc: error: out of memory\n";
    /* Not stdio: it may want memory of its own. */
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        _exit(2);
    exit(1);
}
