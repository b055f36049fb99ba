"""Queues: who gets what, who waits, and what a cancellation leaves behind."""
import asyncio
from asyncio import LifoQueue, PriorityQueue, Queue, QueueEmpty, QueueFull, create_task, sleep

from scenario import main, outcome, say, scenario


class ClosingQueue(Queue):
    """Queue.shutdown of Python 3.13."""

    is_closed = False

    if not hasattr(Queue, "shutdown"):

        def shutdown(self):
            self.is_closed = True
            for waiter in (*self._getters, *self._putters):
                if not waiter.done():
                    waiter.set_result(None)

        def put_nowait(self, item):
            if self.is_closed:
                raise ShutDown
            super().put_nowait(item)

        def get_nowait(self):
            if self.is_closed and self.empty():
                raise ShutDown
            return super().get_nowait()

        def full(self):
            return not self.is_closed and super().full()

        async def get(self):
            while not self._queue:
                if self.is_closed:
                    raise ShutDown
                waiter = asyncio.get_running_loop().create_future()
                self._getters.append(waiter)
                await waiter
            return self.get_nowait()


ShutDown = getattr(asyncio, "QueueShutDown", type("ShutDown", (Exception,), {}))


async def put(name, queue, *items):
    for item in items:
        try:
            await queue.put(item)
        except asyncio.CancelledError as error:
            say(name, "could not put", item, error)
            raise
        say(name, "put", item)


async def take(name, queue, count=1):
    for _ in range(count):
        try:
            item = await queue.get()
        except asyncio.CancelledError as error:
            say(name, error)
            raise
        say(name, "took", item)
    return item


def try_put(queue, item):
    try:
        queue.put_nowait(item)
        say("put", item)
    except QueueFull:
        say("full")


def try_take(queue):
    try:
        say("took", queue.get_nowait())
    except QueueEmpty:
        say("empty")


async def fill(queue, *items):
    for item in items:
        await queue.put(item)


async def all_of(queue):
    while not queue.empty():
        say(await queue.get())


@scenario
async def first_in_first_out():
    queue = Queue()
    await fill(queue, 3, 1, 2)
    say("length", queue.qsize())
    await all_of(queue)


@scenario
async def last_in_first_out():
    queue = LifoQueue()
    await fill(queue, 3, 1, 2)
    say(await queue.get())
    await fill(queue, 5)
    await all_of(queue)


@scenario
async def by_priority():
    queue = PriorityQueue()
    await fill(queue, 3, 1, 2, 9, 5, 1, 7)
    say(await queue.get())
    await fill(queue, 0, 6)
    await all_of(queue)


@scenario
async def without_waiting():
    queue = Queue(2)
    try_take(queue)
    for i in range(4):
        try_put(queue, i)
    for i in range(3):
        try_take(queue)


@scenario
async def putting_and_taking_without_waiting_takes_no_turn():
    queue = Queue()
    task = create_task(put("task", queue, 7))
    await queue.put(1)
    say(await queue.get(), queue.qsize())
    say(await queue.get())
    await task


@scenario
async def takers_in_order():
    queue = Queue()
    tasks = [create_task(take(name, queue)) for name in "abc"]
    await sleep(1)
    for i in range(3):
        queue.put_nowait(i)
    say("main has put")
    for task in tasks:
        await task


@scenario
async def takers_in_order_of_time():
    queue = Queue()
    tasks = [create_task(take(name, queue)) for name in "abc"]
    for i in range(3):
        await sleep(1)
        queue.put_nowait(i)
    for task in tasks:
        await task


@scenario
async def takers_take_again():
    queue = Queue()
    tasks = [create_task(take(name, queue, 3)) for name in "ab"]
    for i in range(6):
        await sleep(1)
        await queue.put(i)
    for task in tasks:
        await task


@scenario
async def putters_in_order():
    queue = Queue(1)
    tasks = [create_task(put(name, queue, i)) for i, name in enumerate("abcd")]
    await sleep(1)
    for i in range(4):
        say("main took", await queue.get())
        await sleep(1)
    for task in tasks:
        await task


@scenario
async def a_producer_and_a_consumer():
    queue = Queue(2)

    async def producer():
        for i in range(6):
            await queue.put(i)
            say("put", i)
        await queue.put(-1)

    async def consumer():
        while (item := await queue.get()) >= 0:
            say("took", item)
            await sleep(1)

    a = create_task(producer())
    b = create_task(consumer())
    await a
    await b


@scenario
async def a_slow_producer():
    queue = Queue(1)

    async def producer():
        for i in range(4):
            await sleep(1)
            await queue.put(i)

    task = create_task(producer())
    for _ in range(4):
        say(await queue.get())
    await task


@scenario
async def a_cancelled_taker_takes_nothing():
    queue = Queue()
    a = create_task(take("a", queue))
    b = create_task(take("b", queue))
    await sleep(1)
    a.cancel()
    await outcome(a)
    queue.put_nowait(5)
    await b
    say(queue.qsize())


@scenario
async def the_middle_taker_is_cancelled():
    queue = Queue()
    a, b, c = (create_task(take(name, queue)) for name in "abc")
    await sleep(1)
    b.cancel()
    await queue.put(1)
    await queue.put(2)
    await a
    await outcome(b)
    await c


@scenario
async def all_takers_are_cancelled():
    queue = Queue()
    tasks = [create_task(take(name, queue)) for name in "abc"]
    await sleep(1)
    for task in tasks:
        task.cancel()
    for task in tasks:
        await outcome(task)
    queue.put_nowait(5)
    say(queue.qsize())
    say(await queue.get())


@scenario
async def a_cancelled_putter_puts_nothing():
    queue = Queue(1)
    await queue.put(0)
    a = create_task(put("a", queue, 1))
    b = create_task(put("b", queue, 2))
    await sleep(1)
    a.cancel()
    await outcome(a)
    say(await queue.get())
    await b
    say(await queue.get(), queue.qsize())


@scenario
async def a_limit_on_a_take():
    queue = Queue()
    say(await outcome(asyncio.wait_for(queue.get(), 1)))
    await queue.put(4)
    say(await outcome(asyncio.wait_for(queue.get(), 1)))
    say(queue.qsize())


@scenario
async def a_limit_on_a_put():
    queue = Queue(1)
    await queue.put(1)
    say(await outcome(asyncio.wait_for(queue.put(2), 1)))
    say(await queue.get(), queue.qsize())


@scenario
async def joining_what_is_done():
    queue = Queue()
    await queue.join()
    say("joined")


@scenario
async def joining_waits_for_the_last():
    queue = Queue()

    async def worker(name):
        while True:
            item = await queue.get()
            await sleep(item)
            say(name, "did", item)
            queue.task_done()

    workers = [create_task(worker(name)) for name in "ab"]
    await fill(queue, 1, 2, 3, 1)
    await queue.join()
    say("joined")
    for task in workers:
        task.cancel()
        await outcome(task)


@scenario
async def joining_counts_what_is_taken_too():
    queue = Queue()

    async def joiner(name):
        await queue.join()
        say(name, "joined")

    await queue.put(1)
    tasks = [create_task(joiner(name)) for name in "ab"]
    await sleep(1)
    await queue.get()
    say("taken")
    await sleep(1)
    await queue.put(2)
    queue.task_done()
    say("one done")
    await sleep(1)
    queue.task_done()
    say("two done")
    for task in tasks:
        await task


@scenario
async def joining_is_cancelled():
    queue = Queue()
    await queue.put(1)
    task = create_task(queue.join())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def a_chain_of_queues():
    first, second = Queue(1), Queue(1)

    async def stage(source, target):
        while (item := await source.get()) >= 0:
            await sleep(0.5)
            await target.put(item * 10)
        await target.put(-1)

    task = create_task(stage(first, second))
    feeder = create_task(put("feeder", first, 1, 2, 3, -1))
    while (item := await second.get()) >= 0:
        say("main took", item)
    await task
    await feeder


@scenario
async def many_takers_and_putters():
    queue = Queue(3)
    total = 0

    async def taker(count):
        nonlocal total
        for _ in range(count):
            item = await queue.get()  # Python reads a total before an await in `+=`
            total += item

    async def putter(first, count):
        for i in range(count):
            await queue.put(first + i)
            await sleep(0)

    tasks = [create_task(taker(10)) for _ in range(6)]
    tasks += [create_task(putter(100 * i, 20)) for i in range(3)]
    for task in tasks:
        await task
    say(total, queue.qsize())


def close(queue):
    queue.shutdown()
    say("closed")


async def put_all(name, queue, *items):
    for item in items:
        try:
            await queue.put(item)
            say(name, "put", item)
        except ShutDown:
            say(name, "found it closed")


async def take_all(name, queue):
    try:
        while True:
            say(name, "took", await queue.get())
    except ShutDown:
        say(name, "found it closed")


@scenario
async def a_closed_queue_is_drained():
    queue = ClosingQueue()
    await put_all("main", queue, 1, 2, 3)
    close(queue)
    await put_all("main", queue, 4)
    await take_all("main", queue)


@scenario
async def closed_while_takers_wait():
    queue = ClosingQueue()
    tasks = [create_task(take_all(name, queue)) for name in "abc"]
    await sleep(1)
    await put_all("main", queue, 1)
    await sleep(1)
    close(queue)
    for task in tasks:
        await task


@scenario
async def closed_while_putters_wait():
    queue = ClosingQueue(1)
    await put_all("main", queue, 0)
    tasks = [create_task(put_all(name, queue, i)) for i, name in enumerate("abc")]
    await sleep(1)
    close(queue)
    for task in tasks:
        await task
    await take_all("main", queue)


@scenario
async def closed_twice():
    queue = ClosingQueue()
    close(queue)
    close(queue)
    await take_all("main", queue)


@scenario
async def closed_between_a_producer_and_consumers():
    async def producer():
        for i in range(4):
            await queue.put(i)
            await sleep(1)
        close(queue)

    queue = ClosingQueue(1)
    tasks = [create_task(take_all(name, queue)) for name in "ab"]
    await producer()
    for task in tasks:
        await task


@scenario
async def joining_a_closed_queue():
    queue = ClosingQueue()
    await put_all("main", queue, 1)
    task = create_task(queue.join())
    await sleep(1)
    close(queue)
    await sleep(1)
    say(await queue.get(), str(task.done()))
    queue.task_done()
    await task
    say("joined")


main()
