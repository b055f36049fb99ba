"""Generators, loops over them, comprehensions: when each part runs."""
import asyncio
from asyncio import create_task, sleep, timeout
from contextlib import asynccontextmanager
from errno import EIO, EPROTO

from scenario import fail, main, nap, outcome, say, scenario


async def ticker(name, count, seconds=1):
    try:
        for i in range(count):
            await sleep(seconds)
            say(name, "yields", i)
            yield i
    finally:
        say(name, "is left")


def numbers(name, count):
    try:
        for i in range(count):
            yield i
    finally:
        say(name, "is left")


@scenario
async def a_loop():
    async for i in ticker("t", 3):
        say("body", i)
    say("main")


@scenario
async def a_loop_over_nothing():
    async for i in ticker("t", 0):
        say("never", i)
    say("main")


@scenario
async def a_body_that_waits():
    async for i in ticker("t", 3):
        await sleep(2)
        say("body", i)


@scenario
async def a_loop_that_is_continued():
    async for i in ticker("t", 5, 0):
        if i % 2:
            continue
        say("body", i)


@scenario
async def a_loop_over_what_does_not_wait():
    task = create_task(nap("task", 0))
    async for i in ticker("t", 3, 0):
        say("body", i)
    await task


@scenario
async def loops_in_loops():
    async for i in ticker("outer", 2):
        async for j in ticker("inner", 2):
            say("body", i, j)


@scenario
async def a_generator_over_a_generator():
    async def doubled(source):
        async for i in source:
            say("doubles", i)
            yield 2 * i

    async for i in doubled(ticker("t", 3)):
        say("body", i)


@scenario
async def a_generator_is_asked_step_by_step():
    generator = ticker("t", 2)
    say("main")
    say(await anext(generator))
    say("main")
    say(await anext(generator))
    say(await anext(generator, "end"))
    say(await anext(generator, "end"))


@scenario
async def a_generator_is_closed():
    generator = ticker("t", 5)
    say(await anext(generator))
    await generator.aclose()
    say("closed")
    say(await anext(generator, "end"))


@scenario
async def a_generator_that_has_not_begun_is_closed():
    generator = ticker("t", 5)
    await generator.aclose()
    say("closed")


@scenario
async def a_generator_that_cleans_up():
    async def careful():
        try:
            yield 1
            yield 2
        finally:
            say("cleans up")
            await sleep(1)
            say("is clean")

    generator = careful()
    say(await anext(generator))
    await generator.aclose()
    say("closed")


@scenario
async def a_generator_is_sent_values():
    async def adder():
        total = 0
        while True:
            sent = yield total
            say("got", sent)
            await sleep(1)
            total += sent

    generator = adder()
    say(await generator.asend(None))
    for i in (5, 6, 7):
        say(await generator.asend(i))
    await generator.aclose()


@scenario
async def an_error_is_thrown_in():
    async def stubborn():
        for i in range(5):
            try:
                yield i
            except OSError as error:
                say("caught", error)

    generator = stubborn()
    say(await anext(generator))
    say(await generator.athrow(OSError(EIO, "Input/output error")))
    say(await anext(generator))
    await generator.aclose()


@scenario
async def an_error_thrown_in_ends_it():
    generator = ticker("t", 5)
    say(await anext(generator))
    say(await outcome(generator.athrow(OSError(EIO, "Input/output error"))))
    say(await anext(generator, "end"))


@scenario
async def a_generator_fails():
    async def failing():
        yield 1
        await sleep(1)
        fail(EPROTO)

    try:
        async for i in failing():
            say("body", i)
    except OSError as error:
        say("else", error)
    say("main")


@scenario
async def a_generator_is_cancelled_while_it_waits():
    async def user():
        async for i in ticker("t", 5):
            say("body", i)

    task = create_task(user())
    await sleep(2.5)
    task.cancel()
    say(await outcome(task))


@scenario
async def a_limit_around_a_loop():
    try:
        async with timeout(2.5):
            async for i in ticker("t", 5):
                say("body", i)
    except TimeoutError as error:
        say(error)


@scenario
async def two_tasks_with_two_generators():
    async def user(name, seconds):
        async for i in ticker(name, 3, seconds):
            say(name, "body", i)

    a = create_task(user("a", 1))
    b = create_task(user("b", 0.75))
    await a
    await b


@asynccontextmanager
async def door(name):
    say(name, "opens")
    await sleep(1)
    try:
        yield name
    finally:
        say(name, "closes")
        await sleep(1)
        say(name, "is closed")


@scenario
async def a_context_manager():
    async with door("door") as name:
        say("in", name)
        await sleep(1)
    say("main")


@scenario
async def context_managers_nest():
    async with door("outer"):
        async with door("inner"):
            say("body")
    say("main")


@scenario
async def a_context_manager_left_by_an_error():
    async def body():
        async with door("door"):
            fail(EIO)

    say(await outcome(body()))


@scenario
async def a_context_manager_left_by_return():
    async def body():
        async with door("door"):
            return 5

    say(await outcome(body()))


@scenario
async def a_context_manager_left_by_break():
    for i in range(3):
        async with door("door"):
            if i == 1:
                break
            say("body", i)
    say("main")


@scenario
async def a_context_manager_that_fails_before_its_yield():
    @asynccontextmanager
    async def broken():
        await sleep(1)
        fail(EPROTO)
        yield

    async def body():
        async with broken():
            say("never")

    say(await outcome(body()))


@scenario
async def a_context_manager_that_fails_after_its_yield():
    @asynccontextmanager
    async def broken():
        yield
        fail(EPROTO)

    async def body():
        async with broken():
            say("body")

    say(await outcome(body()))


@scenario
async def a_context_manager_that_swallows_an_error():
    @asynccontextmanager
    async def forgiving():
        try:
            yield
        except OSError as error:
            say("forgives", error)

    async with forgiving():
        fail(EIO)
    say("main")


async def double(i):
    await sleep(1)
    say("double", i)
    return 2 * i


@scenario
async def a_comprehension_over_a_ticker():
    a = [i * i async for i in ticker("t", 4) if i % 2]
    say(*a)


@scenario
async def a_comprehension_that_awaits():
    a = [await double(i) for i in numbers("n", 3)]
    say(*a)


@scenario
async def a_comprehension_with_an_awaited_condition():
    a = [i async for i in ticker("t", 3) if await double(i) > 1]
    say(*a)


@scenario
async def a_comprehension_of_two_loops():
    a = [10 * i + j async for i in ticker("o", 2) for j in numbers("n", 2)]
    say(*a)


@scenario
async def a_comprehension_of_a_set_and_a_dict():
    s = {i % 2 async for i in ticker("s", 3)}
    d = {i: 2 * i async for i in ticker("d", 3) if i != 1}
    say(len(s), len(d), d[0], d[2])


@scenario
async def a_generator_expression_is_lazy():
    g = (i + 1 async for i in ticker("t", 3))
    say("made")
    async for i in g:
        say("body", i)


@scenario
async def a_comprehension_is_cancelled():
    async def user():
        return len([i async for i in ticker("t", 9)])

    task = create_task(user())
    await sleep(2.5)
    task.cancel()
    say(await outcome(task))


@scenario
async def a_comprehension_of_two_tasks():
    async def user(name, seconds):
        a = [i async for i in ticker(name, 3, seconds)]
        return len(a)

    a = create_task(user("a", 1))
    b = create_task(user("b", 0.75))
    say(await a + await b)


@scenario
async def a_generator_left_over_is_closed_by_the_end():
    generator = ticker("t", 5)
    kept.append(generator)
    say(await anext(generator))
    say("main ends")


kept = []
main()
