"""Parts of a work run in several processes, which share one value without a copy."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from replisite.errors import InternalError, ReplisiteError
from replisite.rendering.executors import on_cores


class Unpicklable:
    """A value that says so if it is pickled."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __reduce__(self) -> Any:
        raise AssertionError("it was pickled")

    def times(self, number: int) -> int:
        return self.factor * number


def process_of(_: object, __: int) -> int:
    return os.getpid()


def fail(_: object, number: int) -> int:
    raise ValueError(number)


def end(_: object, __: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_shared_value_is_not_pickled(jobs: int) -> None:
    """It is in the memory of the forked processes already."""
    assert sorted(on_cores(Unpicklable.times, Unpicklable(3), [1, 2, 3], jobs)) == [3, 6, 9]


def test_each_call_has_its_own_shared_value() -> None:
    """Also while another call's processes are still there."""
    first = on_cores(Unpicklable.times, Unpicklable(3), [1, 2], 2)
    started = next(first)
    assert sorted(on_cores(Unpicklable.times, Unpicklable(5), [1, 2], 2)) == [5, 10]
    assert sorted([started, *first]) == [3, 6]


def test_one_job_or_one_part_runs_here() -> None:
    """A fork would cost more."""
    assert set(on_cores(process_of, None, [1, 2], 1)) == {os.getpid()}
    assert set(on_cores(process_of, None, [1], 2)) == {os.getpid()}
    assert os.getpid() not in set(on_cores(process_of, None, [1, 2], 2))


def test_an_error_ends_the_work() -> None:
    """With what the part has raised; an exception of no error class is a bug, with the traceback of its process."""
    with pytest.raises(InternalError, match="ValueError: 7"):
        list(on_cores(fail, None, [7, 7], 2))


def test_a_process_that_is_ended_from_outside_is_reported() -> None:
    """Mostly for want of memory."""
    with pytest.raises(ReplisiteError, match="is there enough memory"):
        list(on_cores(end, None, [1, 2], 2))
