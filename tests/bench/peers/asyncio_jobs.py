"""asyncio: a lock that is free or handed on, and the cancellation of many tasks.

usage: asyncio_jobs.py JOB N [WARM-UP]      as the programs that bench.h makes
"""
import asyncio
import sys
import time


async def lock_free(n):
    lock = asyncio.Lock()
    for _ in range(n):
        await lock.acquire()
        lock.release()


async def take_turns(lock, n):
    for _ in range(n):
        await lock.acquire()
        await asyncio.sleep(0)
        lock.release()


async def lock(n):
    shared = asyncio.Lock()
    tasks = [asyncio.create_task(take_turns(shared, n // 100)) for _ in range(100)]
    for task in tasks:
        await task


async def cancel(n):
    event = asyncio.Event()
    cancelled = 0
    tasks = [asyncio.create_task(event.wait()) for _ in range(n)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            cancelled += 1
    assert cancelled == n


async def main(job, n, warm_up):
    if warm_up:
        await job(warm_up)
    start = time.perf_counter_ns()
    await job(n)
    print("%.3f" % ((time.perf_counter_ns() - start) / n))


jobs = {"lock_free": lock_free, "lock": lock, "cancel": cancel}
if sys.argv[1] not in jobs:
    sys.exit(3)
asyncio.run(main(jobs[sys.argv[1]], int(sys.argv[2]), int((sys.argv + ["0"])[3])))
