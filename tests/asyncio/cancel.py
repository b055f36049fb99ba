"""Cancellation: who hears of it, in which order, and what comes of it."""
import asyncio
from asyncio import CancelledError, create_task, current_task, get_running_loop, sleep
from errno import EIO, EPROTO

from scenario import fail, main, nap, outcome, say, scenario


@scenario
async def a_sleeper():
    task = create_task(nap("task", 10))
    await sleep(1)
    task.cancel()
    say("asked")
    say(await outcome(task), task.done())


@scenario
async def twice():
    task = create_task(nap("task", 10))
    await sleep(1)
    task.cancel()
    task.cancel()
    say(await outcome(task))


@scenario
async def once_a_turn():
    task = create_task(nap("task", 10))
    await sleep(1)
    task.cancel()
    await sleep(0)
    task.cancel()
    say(task.done())
    await sleep(0)
    task.cancel()
    say(await outcome(task))


@scenario
async def what_is_done():
    task = create_task(nap("task", 1, 5))
    await sleep(2)
    task.cancel()
    say(await outcome(task))
    task = create_task(nap("task", 1, -EIO))
    await sleep(2)
    task.cancel()
    say(await outcome(task))


@scenario
async def many_end_in_the_order_in_which_they_were_asked():
    tasks = [create_task(nap(name, 10)) for name in "abcde"]
    await sleep(1)
    for i in (4, 2, 0, 3, 1):
        tasks[i].cancel()
    for task in tasks:
        say(await outcome(task))


@scenario
async def through_coroutines():
    async def level(depth):
        try:
            if depth:
                await level(depth - 1)
            else:
                await sleep(10)
        finally:
            say("leaves", depth)

    task = create_task(level(3))
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def handed_on_to_what_is_awaited():
    async def link(name, task):
        result = await outcome(task)
        say(name, "got", result)
        if isinstance(result, BaseException):
            raise result

    a = create_task(nap("a", 10))
    b = create_task(link("b", a))
    c = create_task(link("c", b))
    await sleep(1)
    c.cancel()
    say("asked")
    say(await outcome(c))


@scenario
async def in_the_middle_of_a_chain():
    async def link(name, task):
        result = await outcome(task)
        say(name, "got", result)
        await sleep(1)
        say(name, "ends")

    a = create_task(nap("a", 10))
    b = create_task(nap_after(a))
    c = create_task(link("c", b))
    await sleep(1)
    b.cancel()
    say(await outcome(c))


async def nap_after(task):
    await task
    await nap("after", 1)


@scenario
async def a_long_chain():
    async def link(depth):
        try:
            if depth:
                await create_task(link(depth - 1))
            else:
                await sleep(10)
        finally:
            if depth % 10 == 0:
                say("leaves", depth)

    task = create_task(link(50))
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def who_is_awaited_was_cancelled_by_another():
    async def waiter(task):
        say("waiter got", await outcome(task))
        await sleep(1)
        say("and goes on")

    task = create_task(nap("task", 10))
    w = create_task(waiter(task))
    await sleep(1)
    task.cancel()
    await w


@scenario
async def both_the_waiter_and_the_awaited():
    task = create_task(nap("task", 10))
    w = create_task(nap_after(task))
    await sleep(1)
    task.cancel()
    w.cancel()
    say(await outcome(w))
    task = create_task(nap("task", 10))
    w = create_task(nap_after(task))
    await sleep(1)
    w.cancel()
    task.cancel()
    say(await outcome(w))


@scenario
async def it_becomes_a_value():
    async def stubborn():
        say("stubborn", await outcome(sleep(10)))
        return 7

    async def waiter(task):
        say("waiter got", await outcome(task))
        return 8

    task = create_task(stubborn())
    await sleep(1)
    task.cancel()
    say(await outcome(task))
    w = create_task(waiter(create_task(stubborn())))
    await sleep(1)
    w.cancel()
    say(await outcome(w))


@scenario
async def it_becomes_another_error():
    async def translator():
        try:
            await sleep(10)
        except CancelledError:
            fail(EPROTO)

    async def waiter(task):
        say("waiter got", await outcome(task))
        fail(EIO)

    task = create_task(waiter(create_task(translator())))
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def cleanup_takes_time():
    async def careful(name, seconds):
        try:
            await sleep(10)
        finally:
            say(name, "cleans up")
            await sleep(seconds)
            say(name, "is clean")

    a = create_task(careful("a", 2))
    b = create_task(careful("b", 1))
    await sleep(1)
    a.cancel()
    b.cancel()
    say(await outcome(a))
    say(await outcome(b))


@scenario
async def cleanup_of_who_waits_comes_after_that_of_the_awaited():
    async def careful(name, inner):
        try:
            if inner:
                await inner
            else:
                await sleep(10)
        finally:
            say(name, "cleans up")
            await sleep(1)
            say(name, "is clean")

    task = create_task(careful("c", create_task(careful("b", careful("a", None)))))
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def deferred_statements_run_backwards():
    async def body():
        try:
            try:
                try:
                    await sleep(10)
                finally:
                    say("third")
            finally:
                say("second")
        finally:
            say("first")

    task = create_task(body())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def itself():
    async def suicide():
        current_task().cancel()
        say("goes on until it waits")
        await nap("inner", 1)

    say(await outcome(create_task(suicide())))


@scenario
async def the_parent_that_waits():
    async def child(parent):
        await sleep(1)
        parent.cancel()
        say("asked")
        say("child", await outcome(sleep(1)))
        return 4

    async def parent():
        say("parent got", await outcome(create_task(child(current_task()))))
        return 5

    say(await outcome(create_task(parent())))


@scenario
async def main_is_cancelled():
    me = current_task()

    async def killer():
        await sleep(1)
        me.cancel()
        say("asked")

    task = create_task(killer())
    say("main", await outcome(sleep(10)))


@scenario
async def by_a_callback():
    task = create_task(nap("task", 10))
    get_running_loop().call_later(2, task.cancel)
    say(await outcome(task))


@scenario
async def by_its_own_child_in_one_turn():
    async def child(task):
        task.cancel()
        say("child ends")

    async def parent():
        create_task(child(current_task()))
        say("parent", await outcome(sleep(5)))

    await create_task(parent())


@scenario
async def a_loop_of_awaits():
    async def loop():
        for i in range(100):
            say("round", i)
            await sleep(1)

    task = create_task(loop())
    await sleep(2.5)
    task.cancel()
    say(await outcome(task))


@scenario
async def a_task_knows():
    async def body():
        me = current_task()
        say(me.cancelling() > 0)
        try:
            await sleep(5)
        finally:
            say(me.cancelling() > 0)

    task = create_task(body())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def its_waiters_hear_in_order():
    async def waiter(name, task):
        say(name, await outcome(task))

    task = create_task(nap("task", 10))
    waiters = [create_task(waiter(name, task)) for name in "abc"]
    await sleep(1)
    task.cancel()
    for one in waiters:
        await one


@scenario
async def a_future_under_a_waiter():
    future = get_running_loop().create_future()

    async def waiter():
        say("waiter", await outcome(future))
        await sleep(1)
        say("waiter goes on")

    task = create_task(waiter())
    await sleep(1)
    future.cancel()
    await task


@scenario
async def detached_tasks_are_not_reported():
    task = create_task(nap("task", 10))
    await sleep(1)
    task.cancel()
    del task
    await sleep(1)


@scenario
async def detached_tasks_that_fail_meanwhile_are_reported():
    async def body():
        await outcome(sleep(10))
        fail(EPROTO)

    task = create_task(body())
    await sleep(1)
    task.cancel()
    del task
    await sleep(1)


@scenario
async def children_of_who_is_cancelled_go_on():
    async def parent():
        create_task(nap("child", 3))
        await nap("parent", 10)

    task = create_task(parent())
    await sleep(1)
    task.cancel()
    say(await outcome(task))
    await sleep(3)


@scenario
async def one_of_two_that_wait():
    async def waiter(name, task):
        say(name, await outcome(task))

    async def sleeper(name):
        say(name, await outcome(sleep(2)))

    a = create_task(sleeper("a"))
    b = create_task(sleeper("b"))
    await sleep(1)
    b.cancel()
    await a
    await b


@scenario
async def at_the_end_of_the_loop_cleanup_takes_time():
    async def careful():
        try:
            await sleep(10)
        finally:
            say("cleans up")
            await sleep(2)
            say("is clean")

    create_task(careful())
    await sleep(1)
    say("main ends")


main()
