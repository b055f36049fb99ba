/* Runs a program under valgrind, as if it ran alone, unless valgrind finds something.
 *
 *     asyncc_valgrind [--children] PROGRAM ARGUMENTS...
 *
 * The program has its own streams, gets the signals that are sent to this one, and its exit status
 * or signal is this one's. What valgrind has to say goes into files; if it is an error or a
 * definite leak, it is printed on standard error afterwards, and the status is 99. Programs that
 * the program starts run without valgrind; with --children, it follows those that are not the
 * system's (Criterion runs every test in a process of its own). The files of messages are read
 * when the program has ended: line by line, those that begin with "--" are valgrind's own troubles,
 * such as a system call that it does not know. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness/harness.h"

enum { FOUND = 99 };

static volatile pid_t child;

static void forward(int number)
{
    if (child > 0)
        kill(child, number);
}

static const int forwarded[] = {SIGALRM, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
enum { FORWARDED = sizeof forwarded / sizeof *forwarded };

/* Both sides keep these signals until the child is there. */
static void block(int how)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < FORWARDED; i++)
        sigaddset(&set, forwarded[i]);
    sigprocmask(how, &set, NULL);
}

static int run(const struct command *command)
{
    int status;
    block(SIG_BLOCK);
    for (int i = 0; i < FORWARDED; i++)
        signal(forwarded[i], forward);
    child = fork();
    if (child == 0) {
        for (int i = 0; i < FORWARDED; i++)
            signal(forwarded[i], SIG_DFL);
        block(SIG_UNBLOCK);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(command->words[0], (char *const *)command->words);
        perror(command->words[0]);
        _exit(127);
    }
    block(SIG_UNBLOCK);
    if (child < 0)
        perror("fork");
    while (child > 0 && waitpid(child, &status, 0) < 0)
        continue;
    return child > 0 ? status : 127 << 8;
}

static void print_finding(const char *line, int number, void *data)
{
    bool *found = data;
    (void)number;
    if (strncmp(line, "==", 2) != 0)
        return;
    *found = true;
    fprintf(stderr, "%s\n", line);
}

/* Prints what valgrind found, and removes its files. */
static bool collect(const char *folder)
{
    DIR *entries = opendir(folder);
    bool found = false;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        char *path = format("%s/%s", folder, entry->d_name), *text;
        if (*entry->d_name == '.')
            continue;
        if ((text = read_file(path)))
            each_line(text, print_finding, &found);
        unlink(path);
    }
    if (entries)
        closedir(entries);
    rmdir(folder);
    return found;
}

/* Ends as the program did. */
static int end_like(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    bool has_children = argc > 1 && strcmp(argv[1], "--children") == 0;
    char folder[] = "/tmp/asyncc-valgrind-XXXXXX";
    struct command command = {0};
    int first = 1 + has_children;
    if (first >= argc || !mkdtemp(folder)) {
        fprintf(stderr, "usage: asyncc_valgrind [--children] PROGRAM ARGUMENTS...\n");
        return 127;
    }
    command_add(&command, VALGRIND, "-q", "--leak-check=full", "--show-leak-kinds=definite",
                "--errors-for-leak-kinds=definite", "--num-callers=30", "--fair-sched=yes",
                "--suppressions=" SUPPRESSIONS, format("--log-file=%s/%%p", folder), NULL);
    if (has_children)
        command_add(&command, "--trace-children=yes", "--trace-children-skip=/usr/*,/bin/*", NULL);
    else
        command_add(&command, "--child-silent-after-fork=yes", NULL);
    for (int i = first; i < argc; i++)
        command_add(&command, argv[i], NULL);
    int status = run(&command);
    return collect(folder) ? FOUND : end_like(status);
}
