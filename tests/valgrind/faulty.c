/* What valgrind is to find, by the first argument; `again` does the rest in a program of its own.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile kept;

static int again(char **argv)
{
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        execv(argv[0], (char *[]){argv[0], argv[2], NULL});
        _exit(127);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    const char *fault = argc > 1 ? argv[1] : "none";
    if (strcmp(fault, "again") == 0 && argc > 2)
        return again(argv);
    kept = malloc(17);
    if (strcmp(fault, "leak") == 0)
        kept = NULL;
    else if (strcmp(fault, "undefined") == 0)
        return *(volatile char *)kept ? 3 : 4;
    else if (strcmp(fault, "freed") == 0)
        free(kept), ((volatile char *)kept)[3] = 1;
    else if (strcmp(fault, "signal") == 0)
        raise(SIGTERM);
    return 5;
}
