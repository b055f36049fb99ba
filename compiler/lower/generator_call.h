/* Calls of the runtime whose C form has more arguments than the language's: sizes and alignments.
 */
#ifndef ASYNCC_LOWER_GENERATOR_CALL_H
#define ASYNCC_LOWER_GENERATOR_CALL_H

#include <stdbool.h>

struct hoist;
struct lowered;
struct node;
struct symbol;
struct variable;

/* A function of the runtime that C knows only as NAME__begin and NAME__resume. */
struct symbol *runtime_function(struct lowered *lowered, const char *name);

/* async_next, async_send, async_throw and async_close of the source. */
void generator_call(struct lowered *lowered, struct node *call);

/* A request to the generator handle that is the call's first argument, from a loop or block; gives
 * what stands for its status. Awaits are pushed to h->out. `item`: where the value goes, NULL where
 * there is none. */
struct node *generator_request(struct hoist *h, struct node *call, const char *name,
                               struct variable *item, bool gives_item, bool is_async);

#endif
