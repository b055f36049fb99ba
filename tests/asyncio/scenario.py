"""What Python programs here share: virtual time, traces, scenarios. Its counterpart is scenario.ah.

Each scenario runs in a loop of its own whose clock jumps to the next deadline when all wait.
asyncio keeps its timers in a heap, which leaves open the order of those that are due at the same
time: here they fire in the order in which they were made.
"""
import asyncio
import errno
import os
import selectors

TICK = 1e-12  # between timers of one time, by which the heap tells them apart


class Clock(selectors.SelectSelector):
    """A selector for which waiting takes no time."""

    now = 0.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready and timeout is None:  # a thread may be at work
            ready = super().select(10)
            if not ready:
                raise RuntimeError("all tasks wait, and nothing is left that could wake one")
        elif not ready:
            self.now = round(self.now + timeout, 6)
        return ready


class Loop(asyncio.SelectorEventLoop):
    running = None

    def __init__(self):
        Loop.running = self
        self.clock = Clock()
        self.timers = 0
        super().__init__(self.clock)
        self._clock_resolution = 1e-8
        self.set_exception_handler(report)

    def time(self):
        return self.clock.now

    def call_at(self, when, callback, *args, context=None):
        self.timers += 1
        when = round(when, 6) + self.timers * TICK
        return super().call_at(when, callback, *args, context=context)


class Group(asyncio.TaskGroup):
    """asyncio keeps children in a set, which leaves open the order in which they are cancelled:
    here it is the one in which they were spawned."""

    def __init__(self):
        super().__init__()
        self._tasks = Tasks()


class Tasks(dict):
    def add(self, task):
        self[task] = True

    def discard(self, task):
        self.pop(task, None)


def report(loop, context):
    say("handler:", context.get("exception", context["message"]))


def word(outcome):
    """A value or an exception in a word, the same as in C."""
    if isinstance(outcome, asyncio.CancelledError):
        return "cancelled"
    if isinstance(outcome, OSError) and outcome.errno == errno.EPIPE:
        return "closed"
    if isinstance(outcome, TimeoutError):
        return "timeout"
    if isinstance(outcome, OSError):
        return os.strerror(outcome.errno)
    if isinstance(outcome, BaseExceptionGroup):
        return word(outcome.exceptions[0])
    return str(outcome if outcome is not None else 0)


def say(*words):
    """A line of the trace: the time since the scenario began, and what happened."""
    texts = (w if isinstance(w, str) else word(w) for w in words)
    print(f"  {round(Loop.running.time(), 6):g}", *texts, flush=True)


async def outcome(awaitable):
    """The value, or the exception as a value: what an await gives in C."""
    try:
        return await awaitable
    except (Exception, asyncio.CancelledError) as error:
        return error


def fail(number):
    raise OSError(number, os.strerror(number))


async def nap(name, seconds, result=0):
    """Sleeps, tells how that ended, and gives `result`: a negative errno number is raised."""
    say(name, "begins")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        say(name, "is stopped")
        raise
    say(name, "ends")
    if result < 0:
        fail(-result)
    return result


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


scenarios = []


def scenario(function):
    scenarios.append(function)
    return function


def main():
    for function in scenarios:
        print(function.__name__, flush=True)
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(function())
