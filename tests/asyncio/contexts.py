"""Context variables: who sees what, and from when on."""
import asyncio
from asyncio import create_task, get_running_loop, sleep, to_thread
from contextvars import ContextVar, copy_context

from scenario import main, outcome, say, scenario

number = ContextVar("number", default=0)
text = ContextVar("text", default="none")


def show(name):
    say(name, number.get(), text.get())


async def shower(name):
    show(name)


@scenario
async def defaults_and_values():
    show("default")
    number.set(1)
    text.set("one")
    show("set")


@scenario
async def reset_gives_the_value_before():
    a = number.set(1)
    b = number.set(2)
    c = number.set(3)
    show("three")
    number.reset(c)
    show("two")
    number.reset(b)
    show("one")
    number.reset(a)
    show("none")


@scenario
async def reset_in_another_order():
    a = number.set(1)
    b = number.set(2)
    number.reset(a)
    show("a")
    number.reset(b)
    show("b")


@scenario
async def a_task_gets_a_copy_when_it_is_made():
    number.set(1)
    task = create_task(shower("task"))
    number.set(2)
    show("main")
    await task


@scenario
async def a_coroutine_runs_in_its_callers_context():
    async def setter():
        number.set(7)

    coroutine = setter()
    number.set(1)
    await coroutine
    show("main")


@scenario
async def a_coroutine_made_a_task_later():
    number.set(1)
    coroutine = shower("task")
    number.set(2)
    task = create_task(coroutine)
    number.set(3)
    await task


@scenario
async def what_a_task_sets_is_its_own():
    async def setter(name, value):
        number.set(value)
        await sleep(1)
        show(name)
        number.set(value + 1)
        await sleep(1)
        show(name)

    number.set(1)
    a = create_task(setter("a", 10))
    b = create_task(setter("b", 20))
    await sleep(1.5)
    show("main")
    await a
    await b
    show("main")


@scenario
async def grandchildren_inherit():
    async def level(depth):
        number.set(number.get() + 1)
        if depth:
            await create_task(level(depth - 1))
        show(f"depth {depth}")

    await create_task(level(3))
    show("main")


@scenario
async def callbacks_get_a_copy():
    loop = get_running_loop()

    def callback(name):
        show(name)
        number.set(99)

    number.set(1)
    loop.call_soon(callback, "soon")
    number.set(2)
    loop.call_later(1, callback, "later")
    loop.call_at(loop.time() + 2, callback, "at")
    number.set(3)
    await sleep(3)
    show("main")


@scenario
async def done_callbacks_get_a_copy():
    number.set(1)
    task = create_task(sleep(1))
    task.add_done_callback(lambda f: show("first"))
    number.set(2)
    task.add_done_callback(lambda f: show("second"))
    number.set(3)
    await task
    await sleep(0)
    show("main")


@scenario
async def callbacks_of_callbacks():
    loop = get_running_loop()

    def first():
        number.set(5)
        loop.call_soon(show, "second")
        number.set(6)

    number.set(1)
    loop.call_soon(first)
    await sleep(1)
    show("main")


@scenario
async def a_callback_spawns():
    loop = get_running_loop()
    tasks = []

    def callback():
        number.set(8)
        tasks.append(create_task(shower("task")))

    loop.call_soon(callback)
    await sleep(1)
    await tasks[0]
    show("main")


@scenario
async def run_in_a_copy():
    def inside():
        show("inside")
        number.set(5)
        show("inside")

    number.set(1)
    copy_context().run(inside)
    show("main")


@scenario
async def run_in_a_copy_of_a_copy():
    def inner():
        number.set(3)
        show("inner")

    def outer():
        number.set(2)
        copy_context().run(inner)
        show("outer")

    copy_context().run(outer)
    show("main")


@scenario
async def spawn_in_a_copy():
    tasks = []

    def inside():
        number.set(4)
        tasks.append(create_task(shower("task")))

    copy_context().run(inside)
    await tasks[0]
    show("main")


@scenario
async def threads_get_a_copy():
    def work():
        show("thread")
        number.set(50)
        show("thread")

    number.set(1)
    await to_thread(work)
    show("main")


@scenario
async def an_awaited_coroutine_sets_for_its_caller():
    async def inner():
        text.set("inner")
        await sleep(1)
        number.set(2)

    number.set(1)
    await inner()
    show("main")
    await create_task(inner())
    show("main")


@scenario
async def a_generator_runs_in_the_context_of_who_asks():
    async def generator():
        for i in range(3):
            show("generator")
            number.set(number.get() + 10)
            yield i

    number.set(1)
    async for i in generator():
        show(f"body {i}")
        number.set(number.get() + 1)
    show("main")


@scenario
async def tasks_of_a_group():
    async def child(name):
        show(name)
        number.set(number.get() * 10)
        await sleep(1)
        show(name)

    async with asyncio.TaskGroup() as group:
        number.set(1)
        a = group.create_task(child("a"))
        number.set(2)
        b = group.create_task(child("b"))
    show("main")


@scenario
async def gather_makes_tasks():
    async def setter():
        number.set(9)

    number.set(1)
    await asyncio.gather(setter())
    show("main")


@scenario
async def a_task_that_is_cancelled_keeps_its_context():
    async def body():
        number.set(5)
        try:
            await sleep(10)
        finally:
            show("task")

    number.set(1)
    task = create_task(body())
    await sleep(1)
    number.set(2)
    task.cancel()
    await outcome(task)
    show("main")


@scenario
async def two_variables_are_two():
    a = number.set(1)
    text.set("a")
    number.reset(a)
    show("main")
    await create_task(shower("task"))


@scenario
async def main_of_the_next_run_begins_anew():
    show("main")


main()
