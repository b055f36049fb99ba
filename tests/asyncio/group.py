"""Groups: they end after their children, and one failure ends all."""
import asyncio
from asyncio import create_task, current_task, sleep, timeout
from errno import EIO, EPROTO

from scenario import Group, fail, main, nap, outcome, say, scenario


async def careful(name, seconds, cleanup):
    """Takes its time to leave."""
    try:
        await nap(name, seconds)
    finally:
        say(name, "cleans up")
        await sleep(cleanup)
        say(name, "is clean")


@scenario
async def without_children():
    async with Group():
        say("body")
    say("main")


@scenario
async def waits_for_its_children():
    async with Group() as group:
        a = group.create_task(nap("a", 2, 5))
        b = group.create_task(nap("b", 1, 6))
        say("body ends")
    say(await a, await b)


@scenario
async def children_that_end_before_the_body():
    async with Group() as group:
        group.create_task(nap("a", 1))
        await sleep(2)
        say("body ends")
    say("main")


@scenario
async def children_that_do_not_wait():
    async def quick(name):
        say(name)

    async with Group() as group:
        for name in "abc":
            group.create_task(quick(name))
        say("body ends")
    say("main")


@scenario
async def a_child_fails_while_the_group_waits():
    async def body():
        async with Group() as group:
            group.create_task(nap("a", 1, -EIO))
            group.create_task(nap("b", 2))
            group.create_task(nap("c", 3))
            say("body ends")

    say(await outcome(body()))


@scenario
async def a_child_fails_while_the_body_waits():
    async def body():
        async with Group() as group:
            group.create_task(nap("b", 2))
            group.create_task(nap("a", 1, -EIO))
            await sleep(5)
            say("never")

    say(await outcome(body()))
    await sleep(3)
    say("main")


@scenario
async def a_child_fails_at_once():
    async def quick():
        fail(EPROTO)

    async def body():
        async with Group() as group:
            group.create_task(quick())
            group.create_task(nap("b", 2))
            await nap("body", 5)

    say(await outcome(body()))


@scenario
async def siblings_clean_up():
    async def body():
        async with Group() as group:
            group.create_task(careful("a", 9, 1))
            group.create_task(careful("b", 9, 3))
            group.create_task(careful("c", 9, 2))
            group.create_task(nap("d", 1, -EIO))

    say(await outcome(body()))


@scenario
async def the_body_fails():
    async def body():
        async with Group() as group:
            group.create_task(nap("a", 3))
            group.create_task(nap("b", 0.5))
            await sleep(1)
            say("body fails")
            fail(EIO)

    say(await outcome(body()))


@scenario
async def the_body_fails_and_children_clean_up():
    async def body():
        async with Group() as group:
            group.create_task(careful("a", 3, 2))
            await sleep(1)
            fail(EIO)

    say(await outcome(body()))


@scenario
async def the_body_awaits_the_child_that_fails():
    async def body():
        async with Group() as group:
            a = group.create_task(nap("a", 1, -EIO))
            group.create_task(nap("b", 3))
            say(await a)
            say("never")

    say(await outcome(body()))


@scenario
async def the_body_awaits_the_child_and_survives():
    async def body():
        async with Group() as group:
            a = group.create_task(nap("a", 1, 7))
            group.create_task(nap("b", 2))
            say(await a)
        return 3

    say(await outcome(body()))


@scenario
async def a_child_cancelled_by_its_handle():
    async with Group() as group:
        a = group.create_task(nap("a", 5))
        group.create_task(nap("b", 2))
        await sleep(1)
        a.cancel()
        say("asked")
    say("main", await outcome(a))


@scenario
async def all_children_cancelled_by_their_handles():
    async with Group() as group:
        tasks = [group.create_task(nap(name, 5)) for name in "abc"]
        await sleep(1)
        for task in reversed(tasks):
            task.cancel()
    say("main")


@scenario
async def the_parent_is_cancelled_in_the_body():
    async def parent():
        async with Group() as group:
            group.create_task(nap("a", 5))
            group.create_task(careful("b", 5, 1))
            await nap("body", 5)

    task = create_task(parent())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def the_parent_is_cancelled_while_the_group_waits():
    async def parent():
        async with Group() as group:
            group.create_task(nap("a", 5))
            group.create_task(careful("b", 5, 1))
        say("never")

    task = create_task(parent())
    await sleep(1)
    task.cancel()
    say(await outcome(task))


@scenario
async def the_parent_is_cancelled_twice():
    async def parent():
        async with Group() as group:
            group.create_task(nap("a", 5))
            await nap("body", 5)

    task = create_task(parent())
    await sleep(1)
    task.cancel()
    task.cancel()
    say(await outcome(task))


@scenario
async def a_child_cancels_the_parent():
    async def child(parent):
        await sleep(1)
        say("asks")
        parent.cancel()
        await nap("child", 3)

    async def parent():
        async with Group() as group:
            group.create_task(child(current_task()))
            group.create_task(nap("b", 9))

    say(await outcome(create_task(parent())))


@scenario
async def a_child_spawns_a_sibling():
    async def child(group, depth):
        say("child", depth)
        await sleep(1)
        if depth:
            group.create_task(child(group, depth - 1))
        say("child", depth, "ends")

    async with Group() as group:
        group.create_task(child(group, 3))
        say("body ends")
    say("main")


@scenario
async def a_child_spawns_a_sibling_that_fails():
    async def child(group):
        await sleep(1)
        group.create_task(nap("sibling", 1, -EIO))
        await nap("child", 9)

    async def body():
        async with Group() as group:
            group.create_task(child(group))
            await sleep(9)

    say(await outcome(body()))


@scenario
async def groups_in_groups():
    async def inner(name, seconds):
        async with Group() as group:
            group.create_task(nap(name + "1", seconds))
            group.create_task(nap(name + "2", seconds + 0.5))
        say(name, "group ends")

    async with Group() as group:
        group.create_task(inner("a", 1))
        group.create_task(inner("b", 2))
        async with Group() as third:
            third.create_task(nap("c", 0.25))
        say("body ends")
    say("main")


@scenario
async def a_failure_far_inside():
    async def inner(name, seconds, result):
        async with Group() as group:
            group.create_task(nap(name + "1", seconds, result))
            group.create_task(nap(name + "2", 9))
        say(name, "group ends")

    async def body():
        async with Group() as group:
            group.create_task(inner("a", 1, -EIO))
            group.create_task(inner("b", 2, 0))

    say(await outcome(body()))


@scenario
async def a_failure_that_the_inner_group_keeps():
    async def inner():
        async with Group() as group:
            group.create_task(nap("a1", 1, -EIO))
            group.create_task(nap("a2", 9))

    async def child():
        say("inner", await outcome(inner()))

    async with Group() as group:
        group.create_task(child())
        group.create_task(nap("b", 2))
    say("main")


@scenario
async def the_outer_group_fails_while_the_inner_one_waits():
    async def body():
        async with Group() as outer:
            outer.create_task(nap("a", 1, -EIO))
            async with Group() as inner:
                inner.create_task(careful("b", 9, 1))
                say("inner body ends")
            say("never")

    say(await outcome(body()))


@scenario
async def a_child_of_the_outer_group_spawned_inside():
    async def body():
        async with Group() as outer:
            async with Group() as inner:
                outer.create_task(nap("a", 3))
                inner.create_task(nap("b", 1))
            say("inner group ends")
        say("outer group ends")

    await body()


@scenario
async def a_limit_around_a_group():
    async def body():
        async with timeout(1):
            async with Group() as group:
                group.create_task(nap("a", 5))
                group.create_task(nap("b", 5))
                group.create_task(nap("c", 0.5))

    say(await outcome(body()))
    await sleep(5)


@scenario
async def a_limit_around_a_group_whose_body_waits():
    async def body():
        async with timeout(1):
            async with Group() as group:
                group.create_task(careful("a", 5, 1))
                await nap("body", 5)

    say(await outcome(body()))


@scenario
async def a_limit_in_a_child():
    async def child():
        async with timeout(1):
            await nap("child", 5)

    async def body():
        async with Group() as group:
            group.create_task(child())
            group.create_task(nap("b", 9))

    say(await outcome(body()))


@scenario
async def a_limit_in_the_body():
    async def body():
        async with Group() as group:
            group.create_task(nap("a", 2))
            try:
                async with timeout(1):
                    await nap("body", 5)
            except TimeoutError as error:
                say("body", error)
        return 1

    say(await outcome(body()))


@scenario
async def a_child_that_ignores_the_end():
    async def stubborn():
        await outcome(sleep(9))
        say("stubborn ends")
        return 5

    async def body():
        async with Group() as group:
            group.create_task(stubborn())
            group.create_task(nap("b", 1, -EIO))

    say(await outcome(body()))


@scenario
async def a_hundred_children():
    async def child(i):
        await sleep(i % 7)
        if i == 60:
            fail(EIO)
        return i

    async def body():
        async with Group() as group:
            tasks.extend(group.create_task(child(i)) for i in range(100))

    tasks = []
    say(await outcome(body()))
    say(sum(1 for task in tasks if task.cancelled()))


@scenario
async def done_callbacks_of_children():
    async with Group() as group:
        a = group.create_task(nap("a", 1))
        a.add_done_callback(lambda f: say("a is done"))
        b = group.create_task(nap("b", 2))
        b.add_done_callback(lambda f: say("b is done"))
        group.create_task(nap("c", 3))
    say("main")


@scenario
async def two_groups_at_a_time():
    async def user(name, seconds):
        async with Group() as group:
            group.create_task(nap(name + "1", seconds))
            group.create_task(nap(name + "2", seconds * 2))
        say(name, "ends")

    one = create_task(user("x", 1))
    two = create_task(user("y", 1.5))
    await two
    await one


main()
