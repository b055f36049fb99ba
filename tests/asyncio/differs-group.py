"""Groups, gather and wait where asyncio and asyncc differ; the reasons are in differs-group.ac."""
import asyncio
from asyncio import FIRST_COMPLETED, create_task, sleep
from errno import EIO, EPROTO

from scenario import Group, fail, main, nap, outcome, say, scenario


async def failing(error):
    """Fails, also when it is cancelled."""
    try:
        await sleep(5)
    finally:
        fail(error)


@scenario
async def who_hears_first():
    async def body():
        async with Group() as group:
            group.create_task(nap("a", 1, -EIO))
            group.create_task(nap("b", 5))
            await nap("body", 5)

    say(await outcome(body()))


@scenario
async def several_fail():
    async def body():
        async with Group() as group:
            group.create_task(nap("a", 1, -EIO))
            group.create_task(nap("b", 1, -EPROTO))

    try:
        await body()
    except BaseExceptionGroup as errors:
        say(*errors.exceptions)


@scenario
async def a_child_fails_when_it_is_cancelled():
    async def body():
        async with Group() as group:
            group.create_task(nap("a", 1, -EIO))
            group.create_task(failing(EPROTO))

    try:
        await body()
    except BaseExceptionGroup as errors:
        say(*errors.exceptions)


@scenario
async def a_child_fails_as_the_parent_is_cancelled():
    async def parent():
        async with Group() as group:
            group.create_task(failing(EPROTO))
            await sleep(5)

    task = create_task(parent())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def the_body_returns():
    async def body():
        async with Group() as group:
            group.create_task(nap("a", 1))
            return 3

    say(await outcome(body()))


@scenario
async def a_child_that_cleans_up_when_another_fails():
    async def careful():
        try:
            await sleep(1)
            fail(EIO)
        finally:
            say("cleanup", await outcome(sleep(2)))

    async def body():
        async with Group() as group:
            group.create_task(careful())
            group.create_task(nap("b", 2, -EPROTO))

    say(await outcome(body()))


@scenario
async def a_child_that_has_not_begun():
    async def quick():
        fail(EIO)

    async def body():
        async with Group() as group:
            group.create_task(quick())
            await sleep(0)
            group.create_task(nap("late", 1))
            say("body")
            await sleep(1)

    say(await outcome(body()))


@scenario
async def gather_and_an_error():
    a = create_task(nap("a", 2))
    b = create_task(nap("b", 1, -EIO))
    say(await outcome(asyncio.gather(a, b)))
    say(await outcome(a))


@scenario
async def gather_with_coroutines_is_left():
    async def gatherer(task):
        await asyncio.gather(task, return_exceptions=True)

    task = create_task(nap("task", 3, 4))
    g = create_task(gatherer(task))
    await sleep(1)
    g.cancel()
    say(await outcome(g))
    say(await outcome(task))


@scenario
async def who_gathers_goes_on_at_once():
    async def gatherer(task):
        await asyncio.gather(task)
        say("gatherer")

    async def waiter(task):
        await task
        say("waiter")

    task = create_task(nap("task", 1))
    g = create_task(gatherer(task))
    w = create_task(waiter(task))
    await g
    await w


@scenario
async def how_many_are_done():
    tasks = [create_task(nap(name, 1)) for name in "ab"]
    done, pending = await asyncio.wait(tasks, return_when=FIRST_COMPLETED)
    say(len(done))
    for task in tasks:
        await task


main()
