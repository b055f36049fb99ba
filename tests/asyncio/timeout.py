"""Time limits, wait_for, and what is shielded from a cancellation."""
import asyncio
from asyncio import CancelledError, create_task, get_running_loop
from asyncio import sleep, timeout, timeout_at, wait_for
from errno import EIO, EPROTO

from scenario import fail, main, nap, outcome, say, scenario


async def limited(seconds, awaitable, name="limit"):
    """The value, or the exception as a value, of an await in a time limit."""
    value = None
    try:
        async with timeout(seconds):
            value = await awaitable
            say("in", name)
    except (Exception, CancelledError):
        say(name, "is left")
        raise
    return value


@scenario
async def in_time():
    say(await outcome(limited(2, nap("a", 1, 5))))
    say(await outcome(limited(None, nap("b", 1, 6))))


@scenario
async def too_late():
    say(await outcome(limited(1, nap("a", 2))))
    await sleep(1)
    say("main goes on")


@scenario
async def the_inner_one_first():
    say(await outcome(limited(3, limited(1, nap("a", 5), "inner"), "outer")))


@scenario
async def the_outer_one_first():
    say(await outcome(limited(1, limited(3, nap("a", 5), "inner"), "outer")))


@scenario
async def the_inner_one_and_then_the_outer_one():
    async def body():
        try:
            async with timeout(1):
                await nap("a", 5)
        except TimeoutError as error:
            say("inner", error)
        await nap("b", 5)

    say(await outcome(limited(3, body(), "outer")))


@scenario
async def one_after_the_other():
    for seconds in (1, 0.5, 2):
        say(await outcome(limited(seconds, nap("a", 1))))


@scenario
async def three_deep_the_middle_one_first():
    say(await outcome(limited(5, limited(1, limited(3, nap("a", 9), "c"), "b"), "a")))


@scenario
async def no_time():
    say(await outcome(limited(0, sleep(1))))


@scenario
async def a_time_that_is_over():
    await sleep(2)
    say(await outcome(limited(-1, sleep(1))))
    try:
        async with timeout_at(get_running_loop().time() - 1):
            say("body")
            await sleep(1)
            say("never")
    except TimeoutError as error:
        say(error)


@scenario
async def at_a_time():
    try:
        async with timeout_at(get_running_loop().time() + 1.5):
            await nap("a", 1)
            await nap("b", 1)
    except TimeoutError as error:
        say(error)


@scenario
async def a_body_that_does_not_wait():
    async with timeout(0):
        say("body")
    say("main")


@scenario
async def a_body_that_fails():
    async def body():
        await sleep(1)
        fail(EIO)

    say(await outcome(limited(2, body())))
    await sleep(3)
    say("the limit is gone")


@scenario
async def a_body_that_turns_it_into_another_error():
    async def body():
        try:
            await sleep(5)
        except CancelledError:
            fail(EPROTO)

    say(await outcome(limited(1, body())))


@scenario
async def a_limit_that_is_left_by_a_jump():
    for i in range(3):
        async with timeout(1):
            await sleep(0.75)
            if i == 1:
                break
            say("round", i)
    await sleep(2)
    say("main")


@scenario
async def cancelled_from_outside():
    task = create_task(limited(5, nap("a", 9)))
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def cancelled_inside_two_limits():
    task = create_task(limited(7, limited(5, nap("a", 9), "inner"), "outer"))
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def a_limit_around_a_task():
    async def owner():
        return await create_task(nap("task", 5, 3))

    say(await outcome(limited(1, owner())))
    await sleep(5)


@scenario
async def a_limit_around_a_task_that_cleans_up():
    async def careful():
        try:
            await sleep(10)
        finally:
            say("cleans up")
            await sleep(2)
            say("is clean")

    async def owner():
        return await create_task(careful())

    say(await outcome(limited(1, owner())))


@scenario
async def a_limit_is_its_own_tasks_alone():
    async def body():
        task = create_task(nap("child", 3, 4))
        await sleep(0.5)
        return task

    task = await limited_quietly(1, body())
    await sleep(1)
    say(await task)


async def limited_quietly(seconds, awaitable):
    async with timeout(seconds):
        return await awaitable


@scenario
async def several_tasks_with_limits():
    a = create_task(limited(3, nap("a", 5), "a"))
    b = create_task(limited(1, nap("b", 5), "b"))
    c = create_task(limited(2, nap("c", 5), "c"))
    for task in (a, b, c):
        say(await outcome(task))


@scenario
async def wait_for_in_time():
    say(await wait_for(nap("a", 1, 5), 2))
    say(await wait_for(create_task(nap("b", 1, 6)), 2))
    say(await wait_for(nap("c", 1, 7), None))


@scenario
async def wait_for_too_late():
    say(await outcome(wait_for(nap("a", 5), 1)))
    say(await outcome(wait_for(create_task(nap("b", 5)), 1)))
    await sleep(5)
    say("main")


@scenario
async def wait_for_an_error():
    say(await outcome(wait_for(nap("a", 1, -EIO), 2)))


@scenario
async def wait_for_what_is_done():
    task = create_task(nap("task", 1, 4))
    await sleep(2)
    say(await wait_for(task, 1))


@scenario
async def wait_for_who_answers_anyway():
    async def stubborn():
        await outcome(sleep(5))
        say("stubborn")
        return 8

    say(await outcome(wait_for(create_task(stubborn()), 1)))


@scenario
async def wait_for_who_cleans_up():
    async def careful():
        try:
            await sleep(10)
        finally:
            say("cleans up")
            await sleep(2)
            say("is clean")

    say(await outcome(wait_for(careful(), 1)))


@scenario
async def wait_for_is_cancelled():
    task = create_task(wait_for(nap("a", 5), 3))
    await sleep(1)
    task.cancel()
    say(await outcome(task))
    await sleep(3)


@scenario
async def wait_for_in_wait_for():
    say(await outcome(wait_for(wait_for(nap("a", 5), 1), 3)))
    say(await outcome(wait_for(wait_for(nap("b", 5), 3), 1)))


@scenario
async def wait_for_a_future():
    loop = get_running_loop()
    future = loop.create_future()
    loop.call_later(1, future.set_result, 5)
    say(await outcome(wait_for(future, 2)))
    future = loop.create_future()
    say(await outcome(wait_for(future, 1)))


@scenario
async def a_limit_and_a_callback_that_cancels():
    async def body():
        say(await outcome(limited(3, nap("a", 5))))

    task = create_task(body())
    get_running_loop().call_later(2, task.cancel)
    await outcome(task)


@scenario
async def a_limit_around_a_loop():
    async def body():
        for i in range(10):
            await sleep(1)
            say("round", i)

    say(await outcome(limited(3.5, body())))


@scenario
async def a_limit_in_a_limit_in_a_loop():
    async def body():
        while True:
            try:
                async with timeout(1):
                    await sleep(3)
            except TimeoutError as error:
                say("inner", error)

    say(await outcome(limited(3.5, body())))


@scenario
async def a_cancellation_and_a_limit_in_one_turn():
    async def body():
        try:
            async with timeout(1):
                await sleep(5)
        except (TimeoutError, CancelledError) as error:
            say("else:", error)
            return 3

    task = create_task(body())
    get_running_loop().call_later(1, task.cancel)
    say(await outcome(task))


main()
