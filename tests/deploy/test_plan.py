"""What must be put and deleted, why, and in which order."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from replisite.deploy.live_list import LEFT_OVER
from replisite.deploy.plan import DeployOrder, Step, iter_steps, make_plan
from replisite.model.live_files import CachePolicy, LiveFile, served
from replisite.model.manifest import path_order

POLICY = CachePolicy()


def a_file(path: str, digest: str = "a", *, packed: str = "") -> LiveFile:
    return LiveFile(path, digest, 10, served(path, POLICY, packed))


def reasons(built: list[LiveFile], live: list[LiveFile]) -> list[tuple[str, str]]:
    return [(step.reason, step.file.path) for step in iter_steps(built, live) if step is not None]


def test_each_step_has_its_reason() -> None:
    """Two lists are walked side by side."""
    left = LiveFile("left/index.html", "", 0, LEFT_OVER)
    built = [
        a_file("a.css"),
        a_file("b.css", "new"),
        a_file("c.css", packed="gzip"),
        a_file("left/index.html"),
    ]
    live = [a_file("a.css"), a_file("b.css", "old"), a_file("c.css"), a_file("d.css"), left]
    assert reasons(built, live) == [
        ("content", "b.css"),
        ("metadata", "c.css"),
        ("gone", "d.css"),
        ("missing", "left/index.html"),
    ]
    assert reasons([], [left]) == [("gone", "left/index.html")]
    assert reasons([], []) == []


def test_ranks_are_the_order_in_which_nothing_breaks(tmp_path: Path) -> None:
    """What is named before what names it; what names it is gone before what it named."""
    built = [
        a_file("app.3f2a91bc.css"),
        a_file("index.html", "new"),
        a_file("logo.png"),
        a_file("n/index.html"),
        a_file("n/m/index.html"),
    ]
    live = [a_file("app.11111111.css"), a_file("index.html", "old"), a_file("o/index.html")]
    built.append(a_file("sitemap.xml"))
    plan = make_plan(iter_steps(built, live), tmp_path / "plan")
    order = [(rank.name, [step.file.path for step in plan.steps(rank)]) for rank in DeployOrder]
    assert order == [
        ("FINGERPRINTED", ["app.3f2a91bc.css"]),
        ("SHARED", ["logo.png"]),
        ("NEW_PAGE", ["n/m/index.html"]),
        ("NEW_HOME", ["n/index.html"]),
        ("CHANGED_PAGE", ["index.html"]),
        ("LIST", ["sitemap.xml"]),
        ("GONE_PAGE", ["o/index.html"]),
        ("GONE_FILE", ["app.11111111.css"]),
    ]
    assert (plan.puts, plan.deletes, plan.built, plan.live) == (6, 2, 6, 3)
    assert plan.bytes == 60
    assert plan.examples["gone"] == ["app.11111111.css", "o/index.html"]
    assert [file.path for file in plan.left_over()] == ["app.11111111.css", "o/index.html"]


PATHS = st.lists(
    st.sampled_from(["a", "a-b", "a/b", "a/b.html", "a.html", "b/index.html", "b/c/d.css", "b-c/d.css", "z"]),
    unique=True,
)


@given(PATHS, PATHS, st.data())
def test_a_plan_makes_one_list_of_the_other(built: list[str], live: list[str], data: st.DataObject) -> None:
    """Whatever the lists: after its steps, what is live is what was built."""

    def listed(paths: list[str]) -> list[LiveFile]:
        return [a_file(path, data.draw(st.sampled_from("ab"))) for path in sorted(paths, key=path_order)]

    ours, theirs = listed(built), listed(live)
    state = {file.path: file for file in theirs}
    for step in iter_steps(ours, theirs):
        if step is not None and step.reason == "gone":
            del state[step.file.path]
        elif step is not None:
            assert state.get(step.file.path) != step.file
            state[step.file.path] = step.file
    assert state == {file.path: file for file in ours}


def test_a_plan_reads_back_what_it_was_told(tmp_path: Path) -> None:
    """Whatever a path holds but a line break, which no path of ours holds."""
    odd = [a_file(path) for path in sorted(("a\tb.txt", "é ü#%.html", "x|y.css"), key=path_order)]
    plan = make_plan([Step("new", file) for file in odd], tmp_path)
    assert sorted(step.file.path for rank in DeployOrder for step in plan.steps(rank)) == sorted(
        f.path for f in odd
    )
    assert {step.file for rank in DeployOrder for step in plan.steps(rank)} == set(odd)
