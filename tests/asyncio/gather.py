"""Waiting for several: gather, wait in its modes, as_completed."""
import asyncio
from asyncio import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION
from asyncio import create_task, get_running_loop, sleep
from errno import EIO, EPROTO

from scenario import main, nap, outcome, say, scenario


async def gather(*awaitables):
    """The form of asyncio's gather that waits for all: 0, or the first error in their order."""
    for result in await asyncio.gather(*awaitables, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
    return 0


async def wait(tasks, mode, seconds=None):
    done, pending = await asyncio.wait(tasks, return_when=mode, timeout=seconds)
    return len(done)


def tasks_of(*naps):
    return [create_task(nap(*one)) for one in naps]


async def end(tasks):
    for task in tasks:
        task.cancel()
    for task in tasks:
        await outcome(task)


@scenario
async def gather_nothing():
    say(await gather())


@scenario
async def gather_tasks():
    a, b, c = tasks_of(("a", 3, 1), ("b", 1, 2), ("c", 2, 3))
    say(await gather(a, b, c))
    say(await a, await b, await c)


@scenario
async def gather_coroutines_in_their_order():
    a, b, c = (create_task(nap(name, 1, i)) for i, name in enumerate("abc"))
    say(await gather(c, a, b))
    say(await a, await b, await c)


@scenario
async def gather_what_is_done():
    a, b = tasks_of(("a", 1, 1), ("b", 2, 2))
    await sleep(3)
    say(await gather(a, b))
    say("main")


@scenario
async def gather_some_that_are_done():
    a, b = tasks_of(("a", 1, 1), ("b", 3, 2))
    await sleep(2)
    say(await gather(a, b))


@scenario
async def gather_an_error():
    a, b, c = tasks_of(("a", 2), ("b", 1, -EIO), ("c", 3, 4))
    say(await outcome(gather(a, b, c)))
    say(await outcome(a), await outcome(c))


@scenario
async def gather_two_errors_the_first_argument_counts():
    a, b = tasks_of(("a", 2, -EPROTO), ("b", 1, -EIO))
    say(await outcome(gather(a, b)))
    say(await outcome(a), await outcome(b))


@scenario
async def gather_and_one_is_cancelled():
    a, b = tasks_of(("a", 5), ("b", 3))
    get_running_loop().call_later(1, a.cancel)
    say(await outcome(gather(a, b)))


@scenario
async def gather_is_cancelled():
    async def gatherer():
        return await gather(*tasks_of(("a", 5), ("b", 6), ("c", 7)))

    task = create_task(gatherer())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def gather_is_cancelled_and_one_cleans_up():
    async def careful():
        try:
            await sleep(10)
        finally:
            say("cleans up")
            await sleep(2)
            say("is clean")

    async def gatherer():
        return await gather(create_task(nap("a", 5)), create_task(careful()))

    task = create_task(gatherer())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def gather_is_cancelled_when_some_are_done():
    async def gatherer():
        return await gather(*tasks_of(("a", 1), ("b", 5)))

    task = create_task(gatherer())
    await sleep(2)
    task.cancel()
    say(await outcome(task))


@scenario
async def gather_in_gather():
    async def inner():
        say("inner", await gather(*tasks_of(("a", 1), ("b", 2))))
        return 5

    say(await gather(create_task(inner()), create_task(nap("c", 3))))


@scenario
async def gather_in_a_limit():
    async def body():
        async with asyncio.timeout(1):
            return await gather(*tasks_of(("a", 5), ("b", 0.5)))

    say(await outcome(body()))


@scenario
async def gather_the_same_twice():
    a, = tasks_of(("a", 1, 3))
    say(await gather(a, a))


@scenario
async def two_gather_the_same():
    async def gatherer(name, *tasks):
        say(name, await gather(*tasks))

    a, b, c = tasks_of(("a", 1), ("b", 3), ("c", 2))
    one = create_task(gatherer("one", a, b))
    two = create_task(gatherer("two", c, a))
    await two
    await one


@scenario
async def gather_a_future():
    loop = get_running_loop()
    future = loop.create_future()
    loop.call_later(2, future.set_result, 5)
    say(await gather(create_task(nap("a", 1)), future))
    say(await future)


@scenario
async def wait_for_the_first():
    tasks = tasks_of(("a", 3), ("b", 1), ("c", 2))
    say(await wait(tasks, FIRST_COMPLETED))
    say(*(str(task.done()) for task in tasks))
    await end(tasks)


@scenario
async def wait_for_all():
    tasks = tasks_of(("a", 3), ("b", 1, -EIO), ("c", 2))
    say(await wait(tasks, ALL_COMPLETED))
    say(*[word for word in [await outcome(task) for task in tasks]])


@scenario
async def wait_for_the_first_error():
    tasks = tasks_of(("a", 1), ("b", 2, -EIO), ("c", 3))
    say(await wait(tasks, FIRST_EXCEPTION))
    await end(tasks)


@scenario
async def wait_for_an_error_that_does_not_come():
    tasks = tasks_of(("a", 1), ("b", 2))
    say(await wait(tasks, FIRST_EXCEPTION))
    await end(tasks)


@scenario
async def wait_so_long():
    tasks = tasks_of(("a", 1), ("b", 3))
    say(await wait(tasks, ALL_COMPLETED, 2))
    say(await wait(tasks, ALL_COMPLETED, 5))
    say(await wait(tasks, FIRST_COMPLETED, 0))
    await end(tasks)


@scenario
async def wait_and_none_is_done():
    tasks = tasks_of(("a", 5), ("b", 6))
    say(await wait(tasks, FIRST_COMPLETED, 1))
    await end(tasks)
    say("main")


@scenario
async def wait_for_what_is_done():
    tasks = tasks_of(("a", 1), ("b", 5))
    await sleep(2)
    say(await wait(tasks, FIRST_COMPLETED))
    say("at once")
    await end(tasks)


@scenario
async def wait_for_what_has_failed():
    tasks = tasks_of(("a", 1, -EIO), ("b", 5))
    await sleep(2)
    say(await wait(tasks, FIRST_EXCEPTION))
    await end(tasks)


@scenario
async def wait_is_cancelled_and_nothing_else():
    tasks = tasks_of(("a", 2), ("b", 3))
    waiter = create_task(wait(tasks, ALL_COMPLETED))
    await sleep(1)
    waiter.cancel()
    say(await outcome(waiter))
    await sleep(3)
    await end(tasks)


@scenario
async def wait_in_a_limit():
    async def body(tasks):
        async with asyncio.timeout(1):
            return await wait(tasks, ALL_COMPLETED)

    tasks = tasks_of(("a", 2), ("b", 0.5))
    say(await outcome(body(tasks)))
    await sleep(2)
    await end(tasks)


@scenario
async def wait_and_one_is_cancelled():
    tasks = tasks_of(("a", 5), ("b", 6))
    get_running_loop().call_later(1, tasks[1].cancel)
    say(await wait(tasks, FIRST_COMPLETED))
    await end(tasks)


@scenario
async def wait_until_all_are_done_one_after_the_other():
    tasks = tasks_of(("a", 3), ("b", 1), ("c", 2))
    left = list(tasks)
    while left:
        done, left = await asyncio.wait(left, return_when=FIRST_COMPLETED)
        say(len(done), len(left))
    await end(tasks)


@scenario
async def several_are_done_in_one_turn():
    tasks = tasks_of(("a", 1), ("b", 1), ("c", 2))
    say(await wait(tasks, ALL_COMPLETED))
    await end(tasks)


async def taking(tasks):
    for next_one in asyncio.as_completed(tasks):
        yield await outcome(next_one)


@scenario
async def as_they_are_completed():
    async for result in taking(tasks_of(("a", 3, 1), ("b", 1, 2), ("c", 2, 3))):
        say(result)


@scenario
async def as_they_are_completed_with_errors():
    async for result in taking(tasks_of(("a", 2, 1), ("b", 1, -EIO))):
        say(result)


@scenario
async def as_they_are_completed_while_the_body_sleeps():
    async for result in taking(tasks_of(("a", 1, 1), ("b", 2, 2), ("c", 3, 3))):
        say(result)
        await sleep(5)


@scenario
async def as_they_are_completed_in_one_turn():
    async for result in taking(tasks_of(("a", 1, 1), ("b", 1, 2), ("c", 1, 3))):
        say(result)


@scenario
async def as_they_are_completed_and_one_is_cancelled():
    tasks = tasks_of(("a", 5, 1), ("b", 3, 2))
    get_running_loop().call_later(1, tasks[0].cancel)
    async for result in taking(tasks):
        say(result)


@scenario
async def as_they_are_completed_and_nothing_is_left():
    async for result in taking([]):
        say(result)
    say("main")


@scenario
async def as_they_are_completed_and_left_early():
    tasks = tasks_of(("a", 1, 1), ("b", 2, 2))
    for next_one in asyncio.as_completed(tasks):
        say(await next_one)
        break
    await sleep(2)
    await end(tasks)


main()
