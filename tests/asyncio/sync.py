"""Locks, events, conditions, semaphores, barriers: who comes next, and who was cancelled."""
import asyncio
from asyncio import Barrier, BoundedSemaphore, BrokenBarrierError, CancelledError, Condition
from asyncio import Event, Lock, Semaphore, create_task, get_running_loop, sleep

from scenario import main, outcome, say, scenario


async def hold(name, lock, seconds):
    """A lock or a semaphore, for a while."""
    try:
        await lock.acquire()
    except CancelledError as error:
        say(name, error)
        raise
    say(name, "has it")
    try:
        await sleep(seconds)
    finally:
        say(name, "lets go")
        lock.release()


async def wait_event(name, event):
    try:
        await event.wait()
    except CancelledError as error:
        say(name, error)
        raise
    say(name, "saw it")


async def ended(*tasks):
    for task in tasks:
        await outcome(task)


@scenario
async def a_lock_that_is_free_takes_no_turn():
    lock = Lock()
    get_running_loop().call_soon(say, "a turn")
    async with lock:
        say("has it", str(lock.locked()))
    say(str(lock.locked()))
    await sleep(0)


@scenario
async def a_lock_in_order():
    lock = Lock()
    await ended(*[create_task(hold(name, lock, 1)) for name in "abcd"])


@scenario
async def a_lock_held_for_a_turn():
    lock = Lock()
    await ended(*[create_task(hold(name, lock, 0)) for name in "abc"])


@scenario
async def who_waits_for_a_lock_is_cancelled():
    lock = Lock()
    a, b, c = (create_task(hold(name, lock, 2)) for name in "abc")
    await sleep(1)
    b.cancel()
    await ended(a, b, c)


@scenario
async def who_holds_a_lock_is_cancelled():
    lock = Lock()
    a, b = (create_task(hold(name, lock, 2)) for name in "ab")
    await sleep(1)
    a.cancel()
    await ended(a, b)


@scenario
async def all_who_wait_for_a_lock_are_cancelled():
    lock = Lock()
    tasks = [create_task(hold(name, lock, 3)) for name in "abcd"]
    await sleep(1)
    for task in tasks[1:]:
        task.cancel()
    await ended(*tasks)
    say(str(lock.locked()))
    await hold("main", lock, 1)


@scenario
async def nobody_overtakes_in_a_lock():
    lock = Lock()
    await lock.acquire()
    a = create_task(hold("a", lock, 1))
    await sleep(1)
    lock.release()
    b = create_task(hold("b", lock, 1))
    await ended(b, a)


@scenario
async def a_lock_with_a_limit():
    lock = Lock()
    a = create_task(hold("a", lock, 3))
    await sleep(0)
    say(await outcome(asyncio.wait_for(lock.acquire(), 1)))
    await ended(a)
    say(str(lock.locked()))


@scenario
async def a_lock_taken_again_and_again():
    lock = Lock()

    async def user(name):
        for i in range(3):
            async with lock:
                say(name, i)
                await sleep(0.5)

    await ended(create_task(user("a")), create_task(user("b")))


@scenario
async def two_locks_in_one_order():
    one, two = Lock(), Lock()

    async def user(name):
        async with one:
            await sleep(0.5)
            async with two:
                say(name, "has both")
                await sleep(0.5)

    await ended(*[create_task(user(name)) for name in "abc"])


@scenario
async def an_event_wakes_all_in_order():
    event = Event()
    tasks = [create_task(wait_event(name, event)) for name in "abc"]
    await sleep(1)
    event.set()
    say("set")
    await ended(*tasks)


@scenario
async def an_event_that_is_set_takes_no_turn():
    event = Event()
    event.set()
    get_running_loop().call_soon(say, "a turn")
    await wait_event("main", event)
    await sleep(0)


@scenario
async def an_event_set_and_cleared_at_once():
    event = Event()
    tasks = [create_task(wait_event(name, event)) for name in "ab"]
    await sleep(1)
    event.set()
    event.clear()
    late = create_task(wait_event("late", event))
    await ended(*tasks)
    await sleep(1)
    say(str(event.is_set()))
    event.set()
    await ended(late)


@scenario
async def who_waits_for_an_event_is_cancelled():
    event = Event()
    a, b, c = (create_task(wait_event(name, event)) for name in "abc")
    await sleep(1)
    b.cancel()
    await ended(b)
    event.set()
    await ended(a, c)


@scenario
async def an_event_with_a_limit():
    event = Event()
    say(await outcome(asyncio.wait_for(event.wait(), 1)))
    say(str(event.is_set()))


@scenario
async def an_event_again_and_again():
    event = Event()

    async def user(name):
        for i in range(3):
            await event.wait()
            event.clear()
            say(name, i)

    tasks = [create_task(user(name)) for name in "ab"]
    for _ in range(6):
        await sleep(1)
        event.set()
    await sleep(1)
    for task in tasks:
        task.cancel()
    await ended(*tasks)


async def wait_condition(name, condition):
    async with condition:
        say(name, "waits")
        try:
            await condition.wait()
        except CancelledError as error:
            say(name, error, str(condition.locked()))
            raise
        say(name, "goes on")
        await sleep(1)
    say(name, "is out")


async def notify(condition, count):
    async with condition:
        condition.notify(count)
        say("notified", count)


@scenario
async def a_condition_wakes_some_in_order():
    condition = Condition()
    tasks = [create_task(wait_condition(name, condition)) for name in "abcd"]
    await sleep(1)
    await notify(condition, 1)
    await sleep(3)
    await notify(condition, 2)
    await sleep(3)
    await notify(condition, 9)
    await ended(*tasks)


@scenario
async def a_condition_wakes_all():
    condition = Condition()
    tasks = [create_task(wait_condition(name, condition)) for name in "abc"]
    await sleep(1)
    async with condition:
        condition.notify_all()
        say("notified")
        await sleep(2)
    await ended(*tasks)


@scenario
async def nobody_waits_for_a_condition():
    condition = Condition()
    await notify(condition, 3)
    task = create_task(wait_condition("a", condition))
    await sleep(1)
    say("not remembered")
    await notify(condition, 1)
    await ended(task)


@scenario
async def who_waits_for_a_condition_is_cancelled():
    condition = Condition()
    a, b = (create_task(wait_condition(name, condition)) for name in "ab")
    await sleep(1)
    await notify(condition, 1)
    await sleep(2)
    b.cancel()
    await ended(a, b)
    c = create_task(wait_condition("c", condition))
    await sleep(1)
    await notify(condition, 1)
    await ended(c)


@scenario
async def who_waits_for_a_condition_is_cancelled_while_the_lock_is_held():
    condition = Condition()
    a = create_task(wait_condition("a", condition))
    await sleep(1)
    async with condition:
        a.cancel()
        await sleep(2)
        say("main lets go")
    await ended(a)


@scenario
async def two_conditions_of_one_lock():
    lock = Lock()
    one, two = Condition(lock), Condition(lock)
    a = create_task(wait_condition("a", one))
    b = create_task(wait_condition("b", two))
    await sleep(1)
    await notify(two, 1)
    await sleep(2)
    await notify(one, 1)
    await ended(a, b)


@scenario
async def a_condition_and_a_predicate():
    condition = Condition()
    value = 0

    async def waiter(wanted):
        async with condition:
            while value < wanted:
                await condition.wait()
            say("reached", wanted, "at", value)

    tasks = [create_task(waiter(wanted)) for wanted in (3, 1, 2)]
    for _ in range(3):
        await sleep(1)
        async with condition:
            value += 1
            condition.notify_all()
    await ended(*tasks)


@scenario
async def a_semaphore_in_order():
    semaphore = Semaphore(2)
    await ended(*[create_task(hold(name, semaphore, 1 + i / 4)) for i, name in enumerate("abcde")])


@scenario
async def who_waits_for_a_semaphore_is_cancelled():
    semaphore = Semaphore(1)
    a, b, c = (create_task(hold(name, semaphore, 2)) for name in "abc")
    await sleep(1)
    b.cancel()
    await ended(a, b, c)


@scenario
async def who_holds_a_semaphore_is_cancelled():
    semaphore = Semaphore(2)
    tasks = [create_task(hold(name, semaphore, 3)) for name in "abcd"]
    await sleep(1)
    tasks[1].cancel()
    await ended(*tasks)


@scenario
async def a_semaphore_of_nothing():
    semaphore = Semaphore(0)
    a, b = (create_task(hold(name, semaphore, 1)) for name in "ab")
    await sleep(1)
    semaphore.release()
    await sleep(0.5)
    semaphore.release()
    await ended(a, b)
    say(str(semaphore.locked()))


@scenario
async def a_bounded_semaphore_has_a_bound():
    semaphore = BoundedSemaphore(1)
    await semaphore.acquire()
    semaphore.release()
    try:
        semaphore.release()
        say("no")
    except ValueError:
        say("bound")


@scenario
async def a_semaphore_with_a_limit():
    semaphore = Semaphore(1)
    a = create_task(hold("a", semaphore, 3))
    await sleep(0)
    say(await outcome(asyncio.wait_for(semaphore.acquire(), 1)))
    await ended(a)
    await hold("main", semaphore, 1)


async def meet(name, barrier):
    try:
        say(name, "was number", await barrier.wait())
    except BrokenBarrierError:
        say(name, "found it broken")
    except CancelledError as error:
        say(name, error)
        raise


@scenario
async def a_barrier_of_one():
    barrier = Barrier(1)
    get_running_loop().call_soon(say, "a turn")
    await meet("main", barrier)
    await meet("main", barrier)
    await sleep(0)


@scenario
async def a_barrier_lets_all_go():
    barrier = Barrier(3)

    async def come(name, seconds):
        await sleep(seconds)
        await meet(name, barrier)

    await ended(*[create_task(come(name, i)) for i, name in enumerate("abcdef")])


@scenario
async def a_barrier_is_aborted():
    barrier = Barrier(3)
    tasks = [create_task(meet(name, barrier)) for name in "ab"]
    await sleep(1)
    await barrier.abort()
    await ended(*tasks)
    await meet("main", barrier)
    say(str(barrier.broken))


@scenario
async def a_barrier_is_reset():
    barrier = Barrier(2)
    task = create_task(meet("a", barrier))
    await sleep(1)
    await barrier.reset()
    await ended(task)
    tasks = [create_task(meet(name, barrier)) for name in "b"]
    await sleep(1)
    say(str(barrier.broken))
    await barrier.abort()
    await ended(*tasks)


main()
