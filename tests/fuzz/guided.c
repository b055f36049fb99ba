/* Lets libFuzzer, which sees what an input reaches, look for more of what fuzz.c looks for: the
 * script `guided` builds and runs it. Half of the changes are libFuzzer's own, half those of
 * input.c.
 *
 *     asyncc_guided CORPUS... [libFuzzer's options] -ignore_remaining_args=1 DICTIONARY PRELUDE
 * FILE... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compile.h"
#include "input.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* libFuzzer's callbacks have no parameter of ours. */
static struct inputs *inputs;
static const char *prelude;

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    char **at = *arguments, **end = at + *count;
    while (at < end && strcmp(*at, "-ignore_remaining_args=1") != 0)
        at++;
    if (end - at < 3) {
        fputs("-ignore_remaining_args=1 DICTIONARY PRELUDE FILE... is missing\n", stderr);
        exit(2);
    }
    inputs = inputs_new(at[1]);
    prelude = read_whole(at[2]);
    for (at += 3; at < end; at++)
        inputs_add(inputs, *at);
    return 0;
}

static char *text_of(const uint8_t *data, size_t size)
{
    return strndup((const char *)data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = text_of(data, size);
    clock_t start = clock();
    compile_behind(prelude, text);
    if ((double)(clock() - start) / CLOCKS_PER_SEC > seconds_for(text)) {
        fputs("this takes too long\n", stderr);
        abort();
    }
    free(text);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    if (seed % 2)
        return LLVMFuzzerMutate(data, size, most);
    char *text = text_of(data, size), *changed = inputs_change(inputs, seed, text);
    size_t length = strlen(changed);
    if (length > most)
        length = most;
    memcpy(data, changed, length);
    free(text);
    free(changed);
    return length;
}
