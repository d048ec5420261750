"""The transfer of a plan: many files at a time, retried where that can help, with every failure in the report.

Waves are taken one after the other, and a wave in which a file failed is the last: what comes later may need the file.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol, TypeVar

from replisite.deploy.plan import Plan
from replisite.deploy.steps import DELETES, PUTS, Delete, Put, Restore, Step
from replisite.errors import ReplisiteError
from replisite.hosts import Body, Host, HostError, NoBackupError
from replisite.model.live_files import LiveFile

__all__ = ["Bodies", "Failure", "Transfer", "TransferRecord", "Transferred", "retried"]

TRIES: Final = 6
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
HOPELESS: Final = 25
"""After so many failed files in a row, with no success between, the transfer stops."""

BATCH: Final = 32
"""How many files are read, and packed, at a time."""

READERS: Final = 2

Answer = TypeVar("Answer")
_Queue = asyncio.Queue[tuple[Step, Body] | None]


class TransferRecord(Protocol):
    """Records what has been changed, for the next deploy if this one is cut short."""

    def intend(self, paths: Iterable[str]) -> None:
        """Record, before paths are changed, that they may have been."""
        ...

    def put(self, file: LiveFile) -> None:
        """Record that a file is live."""
        ...

    def deleted(self, path: str) -> None:
        """Record that a file is gone."""
        ...


class Bodies(Protocol):
    """Gives the bytes of files."""

    def body(self, file: LiveFile) -> Body:
        """Return what is stored for a file. Raises ReplisiteError if the file has changed since the build."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A file that could not be put or deleted, and why."""

    path: str
    why: str


@dataclass(slots=True)
class Transferred:
    """What has been done so far. ``bytes`` counts those that were stored, packed as they are."""

    puts: int = 0
    deletes: int = 0
    bytes: int = 0
    retries: int = 0
    failures: list[Failure] = field(default_factory=list)
    is_given_up: bool = False
    _in_a_row: int = 0

    def succeeded(self) -> None:
        """Note that a step succeeded."""
        self._in_a_row = 0

    def give_up(self, why: str) -> None:
        """Stop the transfer."""
        self.failures.append(Failure("", why))
        self.is_given_up = True

    def failed(self, path: str, error: Exception) -> None:
        """Note a failure."""
        self.failures.append(Failure(path, str(error)))
        self._in_a_row += 1
        self.is_given_up |= self._in_a_row >= HOPELESS


@dataclass(slots=True)
class Transfer:
    """One host and the steps that are taken on it.

    ``restored`` is the release that a rollback puts back: `Restore` steps take its files, and what is live now is not
    stored for another rollback. ``progress`` gets the numbers after each file. ``sleep`` and ``chance`` are the clock and
    the random numbers.
    """

    host: Host
    bodies: Bodies
    record: TransferRecord
    jobs: int
    restored: str = ""
    progress: Callable[[Transferred], None] = lambda _: None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    done: Transferred = field(default_factory=Transferred)

    async def puts(self, plan: Plan, requested: frozenset[str] | None = None) -> bool:
        """Take the steps that put files, of a snapshot only those of the ``requested`` paths; say whether all succeeded."""
        for wave in PUTS:
            steps = plan.steps(wave)
            if requested is not None:
                steps = (step for step in steps if step.path in requested)
            if not await self._wave(steps):
                return False
        return True

    async def deletes(self, plan: Plan) -> bool:
        """Take the steps that delete files; say whether all succeeded."""
        for wave in DELETES:
            if not await self._wave(plan.steps(wave)):
                return False
        return True

    async def _wave(self, steps: Iterator[Step]) -> bool:
        queue: _Queue = asyncio.Queue(2 * BATCH + self.jobs)
        with ThreadPoolExecutor(READERS) as executor:
            tasks = [asyncio.create_task(self._feed(queue, steps, executor))]
            tasks += [asyncio.create_task(self._work(queue)) for _ in range(self.jobs)]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()  # raises an error that is a bug
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        return not self.done.failures

    async def _feed(self, queue: _Queue, steps: Iterator[Step], executor: Executor) -> None:
        async for step, body in self._loaded(steps, executor):
            if self.done.is_given_up:
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
            self.record.intend(step.path for step, _ in batch)
            for step, body in batch:
                if isinstance(body, Exception):
                    self.done.failed(step.path, body)
                else:
                    yield step, body

    def _load(self, batch: Sequence[Step]) -> list[tuple[Step, Body | Exception]]:
        loaded: list[tuple[Step, Body | Exception]] = []
        for step in batch:
            try:
                loaded.append((step, self.bodies.body(step.file) if isinstance(step, Put) else b""))
            except (ReplisiteError, OSError) as error:
                loaded.append((step, error))
        return loaded

    async def _work(self, queue: _Queue) -> None:
        while (item := await queue.get()) is not None:
            if self.done.is_given_up:
                continue
            step, body = item
            try:
                await self._take(step, body)
            except HostError as error:
                self.done.failed(step.path, error)
            else:
                self.done.succeeded()
            self.progress(self.done)

    async def _take(self, step: Step, body: Body) -> None:
        match step:
            case Put():
                await self._put(step, body)
            case Restore():
                await self._restore(step)
            case Delete():
                await self._delete(step.path)

    async def _put(self, step: Put, body: Body) -> None:
        if step.replaces:
            await self._retried(lambda: self.host.back_up(step.path))
        await self._retried(lambda: self.host.put(step.file, body))
        self.record.put(step.file)
        self.done.puts += 1
        self.done.bytes += len(body) if isinstance(body, bytes) else step.file.size

    async def _restore(self, step: Restore) -> None:
        try:
            await self._retried(lambda: self.host.restore(step.path, self.restored))
        except NoBackupError:
            if not step.may_be_unchanged:  # otherwise the deploy was cut short before it changed the file
                raise
        if isinstance(step.file, LiveFile):
            self.record.put(step.file)
        self.done.puts += 1

    async def _delete(self, path: str) -> None:
        if not self.restored:
            await self._retried(lambda: self.host.back_up(path))
        await self._retried(lambda: self.host.delete(path))
        self.record.deleted(path)
        self.done.deletes += 1

    async def _retried(self, act: Callable[[], Awaitable[None]]) -> None:
        def again() -> None:
            self.done.retries += 1

        await retried(act, self.sleep, self.chance, again)


async def retried(
    act: Callable[[], Awaitable[Answer]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
    again: Callable[[], None] = lambda: None,
) -> Answer:
    """Do something, and retry it after a while where that can help; raises the last HostError.

    The waits double, and each is drawn from half to one and a half times its length, so that many retries do not come
    together. A host that says how long to wait gets that wait.
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
