/* The whole way from a .ac file to a .c file. */
#ifndef ASYNCC_DRIVER_H
#define ASYNCC_DRIVER_H

#include <stdbool.h>

struct arena;
struct diagnostics;
struct options;

/* Compiles the input of `options`, and writes the output and the dependency file, or what --dump
 * asks for. False after an error, which the diagnostics hold (or the preprocessor has printed);
 * then nothing is written. The caller prints the diagnostics; they refer to the arena. */
bool compile(const struct options *options, struct arena *arena, struct diagnostics *diagnostics);

#endif
