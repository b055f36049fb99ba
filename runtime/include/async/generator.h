/* The generator protocol: what a generator's frame looks like, and how it is advanced.
 *
 * A generator, plain or async, is a frame like an async function's, whose first members after the
 * base are fixed:
 *
 *     struct ticker__frame {
 *         struct async_frame base;
 *         int result;    at 24: after the end: 0, or the error it ended with
 *         int thrown;    at 28: see below; 0 unless somebody sets it
 *         T value;       what was yielded: at 32, rounded up to T's alignment; missing for void
 *         S sent;        only in generator(T, S)
 *         ...            arguments, locals
 *     };
 *
 * base.state is 0 before it begins, ASYNC_GENERATOR_ENDED after the end, and at a yield a number N
 * that belongs to the yield: at N it goes on after the yield, at N + 1 it leaves there. To advance:
 * set base.caller to one's own frame (async generators) and call base.resume(&base). PENDING: it
 * waits inside the running task, and the loop resumes the advancer when it is through (async
 * generators only). DONE: it has yielded, or has ended.
 *
 *     next, send   just that; send stores `sent` first
 *     throw e      thrown = e; state++; resume
 *     close        at 0 or ENDED: state = ENDED, nothing runs; else thrown = 0; state++; resume
 *     async with   leaves its body normally: thrown = 0; by a jump: thrown = 1; either resumes at
 *                  N; by a failing `try` with the error e: throws e. The generator has ended then.
 *
 * The runtime's own generators (async_timeout, async_group, async_lock_hold ...) are written by
 * hand in this form: `struct NAME__frame`, NAME__begin, which stores the arguments and makes it
 * ready to be advanced, NAME__resume, and NAME, which makes a handle of it. */
#ifndef ASYNC_GENERATOR_H
#define ASYNC_GENERATOR_H

#include <async/frame.h>

#ifdef __ASYNCC__
#pragma asyncc dual
#define ASYNC_GENERATOR(T) async generator(T)
#else
#define ASYNC_GENERATOR(T) struct async_generator *
#endif

/* What a generator handle points to, in memory a `struct async_future` whose root frame is the
 * generator's. */
struct async_generator;

/* base.state after the end. */
#define ASYNC_GENERATOR_ENDED UINT32_MAX

/* base.bits of a generator that `async with` runs: its scopes stay in force while it is suspended
 * at its yield. (In the root frame of a handle this bit is none of enum async_bits: a generator is
 * never a task.) */
#define ASYNC_GENERATOR_WITH (1u << ASYNC_LOOP_SHIFT)

#endif
