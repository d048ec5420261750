"""The plan of a deploy, stored in files."""

from __future__ import annotations

from pathlib import Path

from replisite.deploy.plan import make_plan
from replisite.deploy.states import Uncertain
from replisite.deploy.steps import Delete, Put, Restore, Step, Wave
from replisite.model.live_files import CachePolicy, LiveFile, served
from replisite.model.manifest import path_order


def a_file(path: str) -> LiveFile:
    return LiveFile(path, "a", 10, served(path, CachePolicy()))


def test_a_plan_reads_its_steps_back(tmp_path: Path) -> None:
    """Whatever a path holds but a line break, which no path of a live file holds."""
    paths = sorted(("a\tb.txt", "é ü#%.html", "x|y.css"), key=path_order)
    steps: list[Step] = [
        *(Put("new", a_file(path)) for path in paths),
        *(Restore("content", a_file(f"r/{path}")) for path in paths),
        *(Restore("missing", Uncertain(f"u/{path}")) for path in paths),
        *(Restore("content", a_file(f"v/{path}"), may_be_unchanged=True) for path in paths),
        *(Delete(f"z/{path}") for path in paths),
    ]
    plan = make_plan(steps, tmp_path)
    assert {step for wave in Wave for step in plan.steps(wave)} == set(steps)
    assert (plan.puts, plan.deletes, plan.bytes) == (12, 3, 90)
    assert plan.reasons == {"new": 3, "content": 6, "missing": 3, "gone": 3}
