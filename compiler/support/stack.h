/* A C stack for programs that nest deeply. */
#ifndef ASYNCC_SUPPORT_STACK_H
#define ASYNCC_SUPPORT_STACK_H

/* Calls run(data) on a stack of half a gigabyte, of which memory is taken only as far as it is
 * used; on the caller's own stack if there is no such room. Returns when it has returned. */
void run_on_large_stack(void (*run)(void *data), void *data);

#endif
