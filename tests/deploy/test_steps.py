"""The steps of a deploy: what must be put and deleted, why, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.deploy.plan import make_plan
from replisite.deploy.states import LeftOver, Missing, PathState, Seen, Uncertain
from replisite.deploy.steps import Delete, Put, Restore, Wave, iter_restores, iter_steps
from replisite.model.live_files import CachePolicy, LiveFile, served
from replisite.model.manifest import path_order

POLICY = CachePolicy()


def a_file(path: str, digest: str = "a", *, packed: str = "") -> LiveFile:
    return LiveFile(path, digest, 10, served(path, POLICY, packed))


def test_each_step_has_its_reason() -> None:
    """Two lists are walked side by side."""
    built = [
        a_file("a.css"),
        a_file("b.css", "new"),
        a_file("c.css", packed="gzip"),
        a_file("new/index.html"),
    ]
    live = [a_file("a.css"), a_file("b.css", "old"), a_file("c.css"), a_file("d.css")]
    assert list(iter_steps(built, live)) == [
        None,
        Put("content", built[1]),
        Put("metadata", built[2]),
        Delete("d.css"),
        Put("new", built[3]),
    ]
    assert list(iter_steps([], [])) == []


STATES: dict[str, tuple[PathState, str, bool]] = {
    "present, with other bytes": (a_file("x.css", "b"), "content", True),
    "seen": (Seen("x.css", 10), "content", True),
    "seen, with an MD5": (Seen("x.css", 10, "d41d8cd98f00b204e9800998ecf8427e"), "content", True),
    "uncertain": (Uncertain("x.css"), "content", True),
    "left over": (LeftOver("x.css"), "missing", True),
    "missing": (Missing("x.css"), "missing", False),
}


@pytest.mark.parametrize("name", STATES)
def test_each_state_has_its_step(name: str) -> None:
    """A file is put over every state but its own; only a path at which nothing can be is not deleted."""
    state, reason, is_deleted = STATES[name]
    file = a_file("x.css")
    assert [step and (step.reason, step.path) for step in iter_steps([file], [state])] == [(reason, "x.css")]
    assert list(iter_steps([], [state])) == ([Delete("x.css")] if is_deleted else [])
    restore = Restore(reason, file, may_be_unchanged=name in {"uncertain", "left over"})  # type: ignore[arg-type]
    assert list(iter_restores([file], [state])) == [restore]


def test_a_rollback_restores_what_the_list_before_names() -> None:
    """Also files of which it knows the path alone, unless the deploy left them alone; never what was to be deleted."""
    unsure = Uncertain("unsure.css")
    assert list(iter_restores([unsure], [a_file("unsure.css")])) == [Restore("content", unsure)]
    assert list(iter_restores([unsure], [])) == [Restore("new", unsure)]
    assert list(iter_restores([unsure], [unsure])) == [None]
    assert list(iter_restores([LeftOver("old.css")], [])) == []
    assert list(iter_restores([LeftOver("old.css")], [a_file("old.css")])) == [Delete("old.css")]


def test_waves_are_the_order_in_which_no_link_breaks(tmp_path: Path) -> None:
    """A file is put before the pages that name it; a page is deleted before the files that it names."""
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
    order = [(wave.name, [step.path for step in plan.steps(wave)]) for wave in Wave]
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
    assert list(plan.left_over()) == [LeftOver("app.11111111.css"), LeftOver("o/index.html")]


PATHS = st.lists(
    st.sampled_from(["a", "a-b", "a/b", "a/b.html", "a.html", "b/index.html", "b/c/d.css", "b-c/d.css", "z"]),
    unique=True,
)


@given(PATHS, PATHS, st.data())
def test_a_plan_makes_one_list_of_the_other(built: list[str], live: list[str], data: st.DataObject) -> None:
    """After the steps of any two lists the live files are those that were built."""

    def listed(paths: list[str]) -> list[LiveFile]:
        return [a_file(path, data.draw(st.sampled_from("ab"))) for path in sorted(paths, key=path_order)]

    ours, theirs = listed(built), listed(live)
    state = {file.path: file for file in theirs}
    for step in iter_steps(ours, theirs):
        match step:
            case Delete():
                del state[step.path]
            case Put():
                assert state.get(step.path) != step.file
                state[step.path] = step.file
    assert state == {file.path: file for file in ours}
