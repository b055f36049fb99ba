"""Tasks, callbacks, futures: what runs when."""
import asyncio
from asyncio import create_task, current_task, all_tasks, get_running_loop, sleep
from errno import EIO, EPROTO

from scenario import fail, main, nap, outcome, say, scenario


async def tell(name, count=0, result=0):
    for i in range(count):
        say(name, i)
        await sleep(0)
    say(name, "ends")
    if result < 0:
        fail(-result)
    return result


@scenario
async def spawned_tasks_begin_in_order():
    tasks = [create_task(tell(name)) for name in "abc"]
    say("main goes on")
    await sleep(0)
    say("main again")
    for task in tasks:
        say(await task)


@scenario
async def a_coroutine_runs_where_it_is_awaited():
    task = create_task(tell("task"))
    say(await tell("coroutine"), "and no turn passed")
    await task
    say(await tell("coroutine", 1))


@scenario
async def awaiting_what_is_done_takes_no_turn():
    a = create_task(tell("a", 0, 7))
    b = create_task(tell("b", 2))
    await sleep(0)
    say("got", await a)
    await sleep(0)
    say("main")
    await b


@scenario
async def turns_alternate():
    a, b, c = (create_task(tell(name, count)) for name, count in (("a", 3), ("b", 1), ("c", 2)))
    await c
    say("c is done")
    await a
    await b


@scenario
async def a_task_spawns_tasks():
    async def parent(name, depth):
        say(name, "begins")
        if depth:
            one = create_task(parent(name + "1", depth - 1))
            two = create_task(parent(name + "2", depth - 1))
            say(name, "has spawned")
            await two
            await one
        say(name, "ends")

    await parent("p", 2)


@scenario
async def several_wait_for_one_task():
    async def waiter(name, task):
        say(name, "got", await task)

    task = create_task(nap("task", 1, 5))
    waiters = [create_task(waiter(name, task)) for name in "abc"]
    say("main got", await task)
    for one in waiters:
        await one


@scenario
async def a_chain_of_waiters():
    async def link(name, task):
        value = await task
        say(name, value)
        return value + 1

    async def spinner():
        for i in range(6):
            say("spin", i)
            await sleep(0)

    a = create_task(tell("a", 1, 1))
    b = create_task(link("b", a))
    c = create_task(link("c", b))
    s = create_task(spinner())
    d = create_task(link("d", c))
    say(await d)
    await s


@scenario
async def sleepers_wake_by_time_and_then_by_age():
    tasks = [create_task(nap(f"{i}", t)) for i, t in enumerate((3, 1, 2, 1, 3, 0.5))]
    for task in tasks:
        await task


@scenario
async def sleeping_no_time_or_less():
    a = create_task(nap("a", -1))
    b = create_task(nap("b", 0))
    await a
    await b
    await sleep(-5)
    say("main")


@scenario
async def callbacks_and_tasks_are_one_queue():
    loop = get_running_loop()
    a = create_task(tell("a", 1))
    loop.call_soon(say, "callback 1")
    b = create_task(tell("b", 1))
    loop.call_soon(say, "callback 2")
    say("main")
    await a
    say("main")
    await b


@scenario
async def callbacks_call():
    loop = get_running_loop()

    def call(depth):
        say("callback", depth)
        if depth:
            loop.call_soon(call, depth - 1)
            loop.call_soon(say, "beside", depth)

    loop.call_soon(call, 3)
    for i in range(5):
        say("turn", i)
        await sleep(0)


@scenario
async def callbacks_later():
    loop = get_running_loop()
    loop.call_later(2, say, "2")
    loop.call_later(1, say, "1")
    loop.call_later(1, say, "1 again")
    loop.call_later(-1, say, "past")
    loop.call_at(loop.time() + 1.5, say, "at 1.5")
    loop.call_at(loop.time() - 5, say, "at the past")
    await sleep(3)
    say("main")


@scenario
async def a_callback_arms_callbacks():
    loop = get_running_loop()

    def call(left):
        say("callback", left)
        if left:
            loop.call_later(0.5, call, left - 1)

    loop.call_later(1, call, 3)
    await sleep(2.2)
    say("main")
    await sleep(2)


@scenario
async def callbacks_are_cancelled():
    loop = get_running_loop()
    soon = loop.call_soon(say, "never 1")
    later = loop.call_later(1, say, "never 2")
    soon.cancel()
    later.cancel()
    second = [None]

    def first():
        say("first cancels the second, which is due")
        second[0].cancel()

    loop.call_later(2, first)
    second[0] = loop.call_later(2, say, "never 3")
    loop.call_later(2, say, "third")
    await sleep(3)

    def again():
        say("again")
        second[0].cancel()

    loop.call_soon(again)
    second[0] = loop.call_soon(say, "never 4")
    await sleep(1)


@scenario
async def a_callback_spawns():
    loop = get_running_loop()
    tasks = []
    loop.call_soon(lambda: (say("callback"), tasks.append(create_task(nap("task", 1, 3)))))
    await sleep(0)
    say("main")
    say(await tasks[0])


@scenario
async def done_callbacks_in_order():
    def done(future):
        say("done", future.result())

    async def waiter(name, task):
        say(name, "got", await task)

    task = create_task(nap("task", 1, 4))
    task.add_done_callback(done)
    w = create_task(waiter("waiter", task))
    await sleep(0.5)
    task.add_done_callback(lambda f: say("done again"))
    say("main", await task)
    task.add_done_callback(lambda f: say("done late"))
    say("main")
    await sleep(0)
    say("main")
    await w


@scenario
async def done_callbacks_of_errors():
    def done(future):
        say("done", "cancelled" if future.cancelled() else future.exception())

    task = create_task(nap("a", 1, -EIO))
    task.add_done_callback(done)
    say(await outcome(task))
    task = create_task(nap("b", 1, -EIO))
    task.add_done_callback(done)
    await sleep(0.5)
    task.cancel()
    say(await outcome(task))
    await sleep(0)


@scenario
async def a_done_callback_adds_a_done_callback():
    def first(future):
        say("first")
        future.add_done_callback(second)

    def second(future):
        say("second")

    task = create_task(nap("task", 1))
    task.add_done_callback(first)
    task.add_done_callback(lambda f: say("beside"))
    await task
    say("main")
    await sleep(0)
    say("main")


@scenario
async def futures_are_completed_by_callbacks():
    loop = get_running_loop()

    async def waiter(name, future):
        say(name, "got", await outcome(future))

    future = loop.create_future()
    loop.call_later(1, future.set_result, 5)
    say(await future)
    future = loop.create_future()
    loop.call_later(1, future.set_exception, OSError(EPROTO, "Protocol error"))
    say(await outcome(future))
    future = loop.create_future()
    waiters = [create_task(waiter(name, future)) for name in "abc"]
    await sleep(0)
    future.set_result(9)
    say("completed")
    await sleep(0)
    say("main")


@scenario
async def futures_that_are_done_early():
    loop = get_running_loop()
    future = loop.create_future()
    future.set_result(3)
    loop.call_soon(say, "no turn has passed")
    say(await future)
    say("main")
    future = loop.create_future()
    future.set_exception(OSError(EIO, "x"))
    say(await outcome(future))
    await sleep(0)


@scenario
async def futures_that_nobody_wants():
    loop = get_running_loop()

    def complete(future):
        try:
            future.set_result(1)
            say("taken")
        except asyncio.InvalidStateError:
            say("nobody takes it")

    async def waiter(future):
        say("waiter got", await outcome(future))

    future = loop.create_future()
    task = create_task(waiter(future))
    await sleep(1)
    task.cancel()
    await outcome(task)
    complete(future)
    future = loop.create_future()
    future.cancel()
    complete(future)
    say(await outcome(future))


@scenario
async def errors_that_nobody_takes():
    create_task(nap("detached", 1, -EIO))
    create_task(nap("fine", 1))
    kept = create_task(nap("kept", 1, -EPROTO))
    taken = create_task(nap("taken", 1, -EIO))
    await sleep(2)
    say("main")
    say(await outcome(taken))
    del taken
    del kept
    say("gone")
    lost = create_task(nap("lost", 1, -EIO))
    await sleep(0)
    lost.cancel()
    del lost
    await sleep(2)


@scenario
async def the_current_task():
    me = current_task()

    async def inner():
        say("inner", current_task() is me)

    async def other():
        say("other", current_task() is me, len(all_tasks()))

    def callback():
        say("callback", current_task() is None)

    await inner()
    task = create_task(other())
    get_running_loop().call_soon(callback)
    await task
    await sleep(0)
    say(len(all_tasks()), current_task() is me)


@scenario
async def names():
    task = create_task(nap("task", 1), name="first")
    say(task.get_name())
    task.set_name("second")
    say(task.get_name())
    await task
    say(task.get_name())


@scenario
async def who_ends_and_who_begins_in_one_turn():
    a = create_task(tell("a", 0, 1))
    b = create_task(tell("b", 1, 2))
    say(await a + await b)
    c = create_task(tell("c", 0, 3))
    d = create_task(tell("d", 0, 4))
    say(await d + await c)


@scenario
async def the_end_cancels_what_is_left():
    create_task(nap("left", 10))
    await sleep(1)
    say("main ends")


@scenario
async def what_is_left_has_not_begun():
    async def late():
        say("late begins")
        say("late", await outcome(sleep(5)))

    async def early():
        await sleep(0)
        create_task(late())
        await sleep(0)
        say("early ends")

    await early()
    say("main ends")


@scenario
async def what_is_left_fails():
    async def failing():
        await outcome(sleep(10))
        say("failing")
        fail(EIO)

    create_task(failing())
    await sleep(1)
    say("main ends")


@scenario
async def the_end_runs_the_callbacks_that_are_due():
    loop = get_running_loop()

    async def child():
        say("child")
        return 3

    def first():
        say("first")
        loop.call_soon(say, "second")

    task = create_task(child())
    task.add_done_callback(lambda f: say("done"))
    await task
    loop.call_later(1, say, "never")
    loop.call_soon(first)
    say("main ends")


main()
