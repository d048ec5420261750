"""Run the parts of a work in several processes that share one value without copying it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from typing import Any, TypeVar

from replisite.errors import ReplisiteError
from replisite.system.bugs import call_in_worker
from replisite.system.processes import end_with_parent

__all__ = ["each_done", "on_cores"]

Done = TypeVar("Done")
Part = TypeVar("Part")
Shared = TypeVar("Shared")


def on_cores(
    task: Callable[[Shared, Part], Done], shared: Shared, parts: Sequence[Part], jobs: int
) -> Generator[Done, None, None]:
    """Yield ``task(shared, part)`` for all parts, in the order in which they are done; the first error ends the work.

    The parts run in ``jobs`` processes, or in this one if one is enough. The processes are forked for this call: ``shared``
    is in their memory already, and neither pickled nor copied. Parts and results are pickled.
    """
    if jobs == 1 or len(parts) < 2:
        for part in parts:  # in the main thread, where limits of time hold
            yield task(shared, part)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_begin_worker, initargs=(task, shared)
    ) as executor:
        yield from each_done(executor, _run_part, parts)


def each_done(executor: Executor, task: Callable[[Part], Done], parts: Sequence[Part]) -> Iterator[Done]:
    """Yield ``task(part)`` for all parts, in the order in which they are done; the first error ends the work."""
    waiting = {executor.submit(call_in_worker, task, part) for part in parts}
    try:
        for future in as_completed(waiting):
            waiting.discard(future)  # its result is not held until the last part is done
            yield future.result()
    except BaseException as error:
        executor.shutdown(wait=False, cancel_futures=True)  # the parts that wait may have the same fault
        if not isinstance(error, BrokenExecutor):
            raise
        message = "a process that presses pages was ended from outside; is there enough memory? Try --jobs 1"
        raise ReplisiteError(message) from error


class _Worker:
    """The task of the pool that this process belongs to, and the value that it shares; a process has one pool."""

    task: Callable[[Any, Any], Any]
    shared: Any


def _begin_worker(task: Callable[[Any, Any], Any], shared: Any) -> None:
    end_with_parent()
    _Worker.task = task
    _Worker.shared = shared


def _run_part(part: Any) -> Any:
    return _Worker.task(_Worker.shared, part)
