"""Put and delete files: many at a time, tried again where that may help, with everything that failed in the end.

Ranks are taken one after the other, and a rank in which a file failed is the last: what comes later may need it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol, TypeVar

from replisite.deploy.plan import DELETES, PUTS, Plan, Step
from replisite.errors import ReplisiteError
from replisite.hosts import Body, Bundle, Host, HostError
from replisite.model.live_files import LiveFile

__all__ = ["Failure", "Sending", "Sent", "TransferRecord", "retried"]

TRIES: Final = 6
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
HOPELESS: Final = 25
"""After so many failed files in a row, with none that went well between, nothing more is tried."""

BATCH: Final = 32
"""How many files are read, and packed, in one go."""

READERS: Final = 2

Answer = TypeVar("Answer")
_Queue = asyncio.Queue[tuple[Step, Body] | None]


class TransferRecord(Protocol):
    """Remembers what has been done, for a next try."""

    def intend(self, paths: Iterable[str]) -> None:
        """Remember, before anything is done to files, that it may have been."""
        ...

    def put(self, file: LiveFile) -> None:
        """Remember that a file is live."""
        ...

    def deleted(self, path: str) -> None:
        """Remember that a file is gone."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A file that could not be put or deleted, and why."""

    path: str
    why: str


@dataclass(slots=True)
class Sent:
    """What has been done by now. ``bytes`` are those that were stored, packed as they are."""

    puts: int = 0
    deletes: int = 0
    bytes: int = 0
    retries: int = 0
    failures: list[Failure] = field(default_factory=list)
    is_given_up: bool = False
    _in_a_row: int = 0

    def went_well(self) -> None:
        """Note that something worked."""
        self._in_a_row = 0

    def give_up(self, why: str) -> None:
        """Let nothing more be tried."""
        self.failures.append(Failure("", why))
        self.is_given_up = True

    def failed(self, path: str, error: Exception) -> None:
        """Note a failure."""
        self.failures.append(Failure(path, str(error)))
        self._in_a_row += 1
        self.is_given_up |= self._in_a_row >= HOPELESS


@dataclass(slots=True)
class Sending:
    """One host, and everything that is to be done on it.

    ``progress`` hears what has been done after each file; ``sleep`` and ``chance`` are the clock's and the dice's.
    """

    host: Host
    bundle: Bundle
    record: TransferRecord
    jobs: int
    progress: Callable[[Sent], None] = lambda _: None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    sent: Sent = field(default_factory=Sent)

    async def puts(self, plan: Plan, wanted: frozenset[str] | None = None) -> bool:
        """Take the steps that put files, of a snapshot only those ``wanted``; say whether all went well."""
        for rank in PUTS:
            steps = plan.steps(rank)
            if wanted is not None:
                steps = (step for step in steps if step.file.path in wanted)
            if not await self._rank(steps):
                return False
        return True

    async def deletes(self, plan: Plan) -> bool:
        """Take the steps that delete files; say whether all went well."""
        for rank in DELETES:
            if not await self._rank(plan.steps(rank)):
                return False
        return True

    async def _rank(self, steps: Iterator[Step]) -> bool:
        queue: _Queue = asyncio.Queue(2 * BATCH + self.jobs)
        with ThreadPoolExecutor(READERS) as executor:
            tasks = [asyncio.create_task(self._feed(queue, steps, executor))]
            tasks += [asyncio.create_task(self._work(queue)) for _ in range(self.jobs)]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()  # raises what nobody foresaw
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        return not self.sent.failures

    async def _feed(self, queue: _Queue, steps: Iterator[Step], executor: Executor) -> None:
        async for step, body in self._loaded(steps, executor):
            if self.sent.is_given_up:
                break
            await queue.put((step, body))
        for _ in range(self.jobs):
            await queue.put(None)

    async def _loaded(self, steps: Iterator[Step], executor: Executor) -> AsyncIterator[tuple[Step, Body]]:
        """Read files ahead of those that are sent."""
        loop = asyncio.get_running_loop()
        ahead: list[asyncio.Future[list[tuple[Step, Body | Exception]]]] = []
        while True:
            while len(ahead) <= READERS:
                some = list(islice(steps, BATCH))
                if not some:
                    break
                ahead.append(loop.run_in_executor(executor, self._load, some))
            if not ahead:
                return
            batch = await ahead.pop(0)
            self.record.intend(step.file.path for step, _ in batch)
            for step, body in batch:
                if isinstance(body, Exception):
                    self.sent.failed(step.file.path, body)
                else:
                    yield step, body

    def _load(self, batch: Sequence[Step]) -> list[tuple[Step, Body | Exception]]:
        loaded: list[tuple[Step, Body | Exception]] = []
        for step in batch:
            try:
                loaded.append((step, b"" if step.reason == "gone" else self.bundle.body(step.file)))
            except (ReplisiteError, OSError) as error:
                loaded.append((step, error))
        return loaded

    async def _work(self, queue: _Queue) -> None:
        while (asked := await queue.get()) is not None:
            if self.sent.is_given_up:
                continue
            step, body = asked
            try:
                await self._take(step, body)
            except HostError as error:
                self.sent.failed(step.file.path, error)
            self.progress(self.sent)

    async def _take(self, step: Step, body: Body) -> None:
        file = step.file
        if step.is_over_another:
            await self._retried(lambda: self.host.keep(file.path))
        if step.reason == "gone":
            await self._retried(lambda: self.host.delete(file.path))
            self.record.deleted(file.path)
            self.sent.deletes += 1
        else:
            await self._retried(lambda: self.host.put(file, body))
            self.record.put(file)
            self.sent.puts += 1
            self.sent.bytes += len(body) if isinstance(body, bytes) else file.size
        self.sent.went_well()

    async def _retried(self, act: Callable[[], Awaitable[None]]) -> None:
        def again() -> None:
            self.sent.retries += 1

        await retried(act, self.sleep, self.chance, again)


async def retried(
    act: Callable[[], Awaitable[Answer]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
    again: Callable[[], None] = lambda: None,
) -> Answer:
    """Do something, and try again after a while where that may help; raises the last HostError.

    The waits double, and each is drawn from half to one and a half times its length, so that many do not come back
    together. A host that says how long to wait is taken at its word.
    """
    for number in range(TRIES):
        try:
            return await act()
        except HostError as error:
            if not error.may_pass or number == TRIES - 1:
                raise
            wait = min(FIRST_WAIT * 2**number, LONGEST_WAIT) * (0.5 + chance())
            if error.wait is not None:
                wait = min(error.wait, 20 * LONGEST_WAIT) + chance()
            again()
            await sleep(wait)
    raise AssertionError("the last try returns or raises")
