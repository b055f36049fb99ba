/* What happens when the memory is used up: one message, and the program ends. */
#ifndef ASYNCC_SUPPORT_MEMORY_H
#define ASYNCC_SUPPORT_MEMORY_H

_Noreturn void out_of_memory(void);

#endif
