"""Progress is reported one way: by phase, across processes as plain data, and notices by their kind."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from replisite.reporting import (
    Event,
    EventReporter,
    MemoryReporter,
    Notice,
    NoticeKind,
    Phase,
    Reporter,
    SilentReporter,
    replay,
)
from replisite.system.processes import ChildProcess

SLOW = Notice(NoticeKind.SLOW, "the plugin is still running", "plugins/tea.py:3")

REPORTS: dict[str, tuple[Callable[[Reporter], None], Event]] = {
    "a phase": (lambda reporter: reporter.begin(Phase.PRESS), ("begin", "press")),
    "items": (lambda reporter: reporter.advance(3), ("advance", 3, 0, 0, 0)),
    "items, pages and bytes": (
        lambda reporter: reporter.advance(3, 10, pages=60, size=4_096),
        ("advance", 3, 10, 60, 4_096),
    ),
    "a notice": (
        lambda reporter: reporter.warn(SLOW),
        ("warn", "slow", "the plugin is still running", "plugins/tea.py:3"),
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_plain_data_and_comes_back_equal(name: str) -> None:
    """An event pickles without a class of replisite, and replaying it gives the same report."""
    report, event = REPORTS[name]
    sent: list[Event] = []
    report(EventReporter(sent.append))
    assert sent == [event]
    assert {type(value) for value in pickle.loads(pickle.dumps(sent[0]))} <= {str, int}
    memory = MemoryReporter()
    replay(sent[0], memory)
    assert memory.events == [event]
    report(SilentReporter())


@pytest.mark.parametrize(
    "event", [(), ("begin",), ("begin", "lunch"), ("advance", "3", 0, 0, 0), ("warn", "slow")]
)
def test_anything_else_is_no_report(event: Event) -> None:
    """A tuple that no reporter sends is an error of the program."""
    with pytest.raises(ValueError, match=r"no report|is not a valid"):
        replay(event, MemoryReporter())


def test_the_memory_twin_lists_phases_and_notices() -> None:
    """In the order of the reports."""
    memory = MemoryReporter()
    memory.begin(Phase.CONTENT)
    memory.warn(SLOW)
    memory.begin(Phase.PRESS)
    assert memory.phases == [Phase.CONTENT, Phase.PRESS]
    assert memory.notices == [SLOW]


class _Worker:
    """The object in a child process."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter

    def work(self) -> str:
        """Report everything, and return."""
        for report, _ in REPORTS.values():
            report(self.reporter)
        return "done"


def test_a_child_process_reports_to_its_parent() -> None:
    """All reports arrive in order before the answer; a caller without a reporter gets the answer alone."""
    memory = MemoryReporter()
    with ChildProcess(_Worker, "worker", "works") as process:
        assert process.ask("work", reporter=memory) == "done"
        assert process.ask("work") == "done"
    assert memory.events == [event for _, event in REPORTS.values()]


def test_a_notice_names_its_file_first() -> None:
    """Or stands alone."""
    assert str(SLOW) == "plugins/tea.py:3: the plugin is still running"
    assert str(Notice(NoticeKind.ROSTER, "no active distributor")) == "no active distributor"
