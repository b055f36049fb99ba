/* Temporaries that are arguments of a coroutine.
 *
 *     future(int) c = count(ticker(3));       ticker(3) is nobody's but count's
 *
 * Once its body has begun, a coroutine does with its parameters what it likes. Until then it owns
 * those of its arguments that were temporaries: handles, and containers. It gives them up if it
 * never begins: because it is released before, or closed, or there was no memory for it. Arguments
 * that are variables stay their owners' in any case. Generated code calls this behind the call. */
#ifndef ASYNC_ARGUMENT_H
#define ASYNC_ARGUMENT_H

#ifdef __ASYNCC__
#pragma asyncc dual
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum async_argument {
    ASYNC_FUTURE_ARGUMENT,    /* a struct async_future * */
    ASYNC_GENERATOR_ARGUMENT, /* a struct async_generator * */
    ASYNC_LIST_ARGUMENT,      /* a list */
    ASYNC_DICT_ARGUMENT,      /* a set or a dict */
};

/* `coroutine`, a handle of either kind that was just made, owns *argument until it begins. Returns
 * it; or, if there is no memory for this or there was none for the coroutine, the handle that has
 * failed with -ENOMEM, and the argument is given up. */
void *async_own(void *coroutine, enum async_argument kind, const void *argument);

/* The same where the coroutine is sure to begin, if there was memory for it. */
void *async_pass(void *coroutine, enum async_argument kind, const void *argument);

#ifdef __cplusplus
}
#endif
#endif
