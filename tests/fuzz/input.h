/* Broken programs, made of whole ones. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct inputs; /* what they are made of */

/* Words come from a dictionary in the form of libFuzzer: a "string" a line. Exits with 2 if there
 * is none. */
struct inputs *inputs_new(const char *dictionary);
void inputs_free(struct inputs *inputs);
void inputs_add(struct inputs *inputs, const char *path);

/* Input number `number`, which depends on the seed, the number and the files alone; or a text,
 * changed. The caller frees them. */
char *inputs_make(struct inputs *inputs, uint64_t seed, unsigned long number);
char *inputs_change(struct inputs *inputs, uint64_t seed, const char *text);

/* The text of a file, up to its first NUL. Exits with 2 if it cannot be read; the caller frees it.
 */
char *read_whole(const char *path);

#endif
