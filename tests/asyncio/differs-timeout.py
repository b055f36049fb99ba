"""Time limits where asyncio and asyncc differ; the reasons are in differs-timeout.ac."""
import asyncio
from asyncio import create_task, get_running_loop, sleep, timeout, wait_for

from scenario import main, nap, outcome, say, scenario


@scenario
async def what_a_wait_says():
    try:
        async with timeout(1):
            try:
                await sleep(5)
            except BaseException as error:
                say("the wait:", error)
                raise
    except TimeoutError as error:
        say("the limit:", error)


@scenario
async def what_the_inner_limit_says():
    async def body():
        try:
            async with timeout(3):
                await sleep(5)
        except BaseException as error:
            say("inner:", error)
            raise

    try:
        async with timeout(1):
            await body()
    except TimeoutError as error:
        say("outer:", error)


@scenario
async def a_limit_that_is_ignored():
    try:
        async with timeout(1):
            for i in range(3):
                result = await outcome(sleep(2))
                say(i, "cut short" if isinstance(result, BaseException) else "slept")
        say("in time")
    except TimeoutError as error:
        say(error)


@scenario
async def a_value_that_comes_with_the_limit():
    loop = get_running_loop()
    future = loop.create_future()
    loop.call_later(1, future.set_result, 5)
    try:
        async with timeout(1):
            say(await future)
        say("in time")
    except TimeoutError as error:
        say(error)


@scenario
async def two_limits_of_one_time():
    async def body():
        try:
            async with timeout(1):
                await sleep(5)
        except BaseException as error:
            say("inner:", error)
            raise

    try:
        async with timeout(1):
            await body()
    except TimeoutError as error:
        say("outer:", error)


@scenario
async def wait_for_no_time():
    async def body():
        say("body begins")
        await sleep(1)

    say(await outcome(wait_for(body(), 0)))


@scenario
async def cleanup_in_a_limit():
    try:
        async with timeout(1):
            try:
                await sleep(5)
            finally:
                await nap("cleanup", 1)
    except TimeoutError as error:
        say(error)


@scenario
async def a_limit_and_a_cancellation_in_one_turn():
    async def body():
        try:
            async with timeout(1):
                await sleep(5)
        except (TimeoutError, asyncio.CancelledError) as error:
            say("else:", error)
            return 3

    task = create_task(body())
    await sleep(0)
    get_running_loop().call_later(1, task.cancel)
    say(await outcome(task))


main()
