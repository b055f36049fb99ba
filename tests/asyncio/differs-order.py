"""The order of callbacks, timers and who is woken, where asyncio and asyncc differ; the reasons are
in differs-order.ac."""
import asyncio
from asyncio import Barrier, Condition, Event, LifoQueue, Lock, PriorityQueue, Queue, create_task
from asyncio import get_running_loop, sleep

from scenario import main, nap, outcome, say, scenario


@scenario
async def a_sleeper_and_a_callback_of_one_time():
    task = create_task(nap("task", 1))
    await sleep(0)
    get_running_loop().call_later(1, say, "callback")
    await task


@scenario
async def timers_while_tasks_are_ready():
    get_running_loop().call_later(0, say, "timer")
    for i in range(3):
        say("turn", i)
        await sleep(0)
    await sleep(1)


async def take(name, queue, count=1):
    for _ in range(count):
        say(name, "took", await outcome(queue.get()))


async def put(name, queue, *items):
    for item in items:
        await queue.put(item)
        say(name, "put", item)


@scenario
async def an_item_for_who_waits():
    queue = Queue()
    task = create_task(take("a", queue))
    await sleep(1)
    queue.put_nowait(5)
    try:
        say("main took", queue.get_nowait())
    except asyncio.QueueEmpty:
        say("main finds it empty")
    await sleep(1)
    queue.put_nowait(6)
    await task


@scenario
async def items_by_priority_for_who_waits():
    queue = PriorityQueue()
    tasks = [create_task(take(name, queue)) for name in "ab"]
    await sleep(1)
    queue.put_nowait(5)
    queue.put_nowait(4)
    for task in tasks:
        await task


@scenario
async def room_for_who_waits():
    queue = LifoQueue(2)
    task = create_task(put("a", queue, 1, 2, 3))
    await sleep(1)
    say(await queue.get(), await queue.get())
    await task
    say(await queue.get())


@scenario
async def a_taker_is_woken_and_cancelled():
    queue = Queue()
    a = create_task(take("a", queue))
    b = create_task(take("b", queue))
    await sleep(1)
    queue.put_nowait(5)
    a.cancel()
    await a
    b.cancel()
    await b


async def acquire(name, lock):
    say(name, "acquires", await outcome(lock.acquire()))


@scenario
async def a_lock_is_handed_over():
    lock = Lock()
    await lock.acquire()
    task = create_task(acquire("a", lock))
    await sleep(1)
    lock.release()
    say(str(lock.locked()))
    await task


@scenario
async def who_is_given_a_lock_is_cancelled():
    lock = Lock()
    await lock.acquire()
    a = create_task(acquire("a", lock))
    await sleep(1)
    lock.release()
    a.cancel()
    await a
    say(str(lock.locked()))


@scenario
async def an_event_is_set_for_who_is_cancelled():
    async def waiter(event):
        say("waiter", await outcome(event.wait()))

    event = Event()
    task = create_task(waiter(event))
    await sleep(1)
    event.set()
    task.cancel()
    await task


@scenario
async def who_is_notified_is_cancelled():
    async def waiter(condition):
        async with condition:
            result = await outcome(condition.wait())
            say("waiter", "notified" if result is True else result)

    condition = Condition()
    task = create_task(waiter(condition))
    await sleep(1)
    async with condition:
        condition.notify()
        task.cancel()
    await task


@scenario
async def who_waits_at_a_barrier_is_cancelled():
    async def meet(name):
        result = await outcome(barrier.wait())
        say(name, "broken" if isinstance(result, asyncio.BrokenBarrierError) else result)

    barrier = Barrier(3)
    a = create_task(meet("a"))
    b = create_task(meet("b"))
    await sleep(1)
    a.cancel()
    await a
    await sleep(1)
    say(str(barrier.broken))
    await barrier.abort()
    await b


main()
