"""Cancellation where asyncio and asyncc differ; the reasons are in differs-cancel.ac."""
import asyncio
from asyncio import create_task, current_task, get_running_loop, sleep

from scenario import main, nap, outcome, say, scenario, turns


@scenario
async def a_task_that_has_not_begun():
    task = create_task(nap("task", 1))
    task.cancel()
    say(await outcome(task))


@scenario
async def a_cancellation_that_is_ignored():
    async def stubborn():
        for i in range(3):
            say(i, await outcome(sleep(2)))

    task = create_task(stubborn())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def cleanup_that_waits():
    async def careful():
        try:
            await sleep(10)
        finally:
            say("cleanup", await outcome(sleep(1)))

    task = create_task(careful())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def cleanup_is_cancelled_again():
    async def careful():
        try:
            await sleep(10)
        finally:
            say("cleanup", await outcome(sleep(2)))

    task = create_task(careful())
    await sleep(1)
    task.cancel()
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def itself_and_ends():
    async def suicide():
        current_task().cancel()
        return 3

    say(await outcome(create_task(suicide())))


@scenario
async def on_the_way_out():
    async def leaving():
        try:
            await sleep(1)
            return 6
        finally:
            current_task().cancel()

    say(await outcome(create_task(leaving())))


@scenario
async def a_loop_of_yields():
    async def loop():
        for i in range(100):
            say("round", i)
            await sleep(0)

    task = create_task(loop())
    await turns(3)
    task.cancel()
    say(await outcome(task))


@scenario
async def completed_and_cancelled_in_one_turn():
    async def waiter(future):
        say("waiter", await outcome(future))
        say("waiter", await outcome(sleep(1)))

    future = get_running_loop().create_future()
    task = create_task(waiter(future))
    await sleep(1)
    future.set_result(5)
    task.cancel()
    await outcome(task)


@scenario
async def a_task_of_two_owners():
    async def waiter(name, task):
        say(name, await outcome(task))

    task = create_task(nap("task", 3, 7))
    a = create_task(waiter("a", task))
    b = create_task(waiter("b", task))
    await sleep(1)
    a.cancel()
    await outcome(a)
    await outcome(b)


@scenario
async def a_future_of_two_waiters():
    async def waiter(name, future):
        say(name, await outcome(future))

    future = get_running_loop().create_future()
    a = create_task(waiter("a", future))
    b = create_task(waiter("b", future))
    await sleep(1)
    a.cancel()
    await sleep(1)
    if not future.done():
        future.set_result(4)
    await outcome(a)
    await outcome(b)


@scenario
async def the_awaited_answers_anyway():
    async def stubborn():
        await outcome(sleep(5))
        return 7

    async def waiter(task):
        say("waiter", await outcome(task))
        say("waiter", await outcome(sleep(1)))

    task = create_task(waiter(create_task(stubborn())))
    await sleep(1)
    task.cancel()
    await outcome(task)


@scenario
async def who_is_shielded():
    async def waiter(task):
        say("waiter", await outcome(asyncio.shield(task)))

    task = create_task(nap("task", 3, 7))
    w = create_task(waiter(task))
    await sleep(1)
    w.cancel()
    await outcome(w)
    say("main", await outcome(task))


@scenario
async def what_the_end_finds_spawns():
    async def last():
        say("last begins")
        await outcome(sleep(5))
        say("last ends")

    async def left():
        await outcome(sleep(10))
        say("left")
        task = create_task(last())
        task._log_destroy_pending = False  # it would be reported when garbage is collected

    create_task(left())
    await sleep(1)
    say("main ends")


@scenario
async def a_sum_across_an_await():
    total = 1

    async def adder():
        nonlocal total
        total += 10
        return 100

    total += await adder()
    say(total)


main()
