"""Golden cases: one folder a trap.

``page.html`` is the entry; ``static.json`` and ``records.json`` are its values, ``{}`` and ``RECORDS`` where they are
missing. What JSON cannot say is in ``case.py``, which may define

    static()                             the static values, made anew at each call
    records()                            the records
    environment(templates, **options)    the environment, usually that of ``tests.staging.law`` with more options
    USED_UP = True                       the values can be used once: every record is staged anew
    EVERY_WAY = False                    the case says itself whether it escapes

``expected.txt`` holds the page of each record, ``plate.txt`` how the page was cut: one line a part.
REPLISITE_GOLDEN=1 writes both anew, the pages by Jinja alone.
"""

from __future__ import annotations

import copy
import json
import os
import re
import runpy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from replisite.staging import Plate, stage, staged
from tests.staging.law import difference, environment, outcome

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
BETWEEN = "\n----- next record -----\n"
RECORDS: list[dict[str, Any]] = [
    {"d": {"name": "Jane <o>", "n": 2, "flag": True, "tags": ["x", "y"]}},
    {"d": {"name": "", "n": 0, "flag": False, "tags": []}},
]


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogatepass")


def write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


@dataclass
class Case:
    """A folder, with what its ``case.py`` adds."""

    folder: Path

    @cached_property
    def added(self) -> dict[str, Any]:
        path = self.folder / "case.py"
        return runpy.run_path(str(path)) if path.exists() else {}

    def environment(self, **options: Any) -> Environment:
        templates = {path.name: read(path) for path in self.folder.glob("*.html")}
        return self.added.get("environment", environment)(templates, **options)

    def static(self) -> dict[str, Any]:
        return self._values("static", {})

    def records(self) -> list[dict[str, Any]]:
        return self._values("records", RECORDS)

    def _values(self, kind: str, usual: Any) -> Any:
        if kind in self.added:
            return self.added[kind]()
        path = self.folder / f"{kind}.json"
        return json.loads(read(path)) if path.exists() else copy.deepcopy(usual)

    def difference(self, **options: Any) -> str | None:
        """Return how a page differs from Jinja's, or None."""
        env = self.environment(**options)
        if not self.added.get("USED_UP"):
            return difference(env, self.static, self.records())
        for number in range(len(self.records())):
            wanted = outcome(
                lambda number=number: env.get_template("page.html").render(
                    self.static() | self.records()[number]
                )
            )
            plate = stage(staged(env, {"d"}).get_template("page.html"), self.static())
            got = outcome(lambda number=number, plate=plate: plate.text(self.records()[number]))
            if got != wanted and not (isinstance(got, type) and isinstance(wanted, type)):
                return f"{got!r} instead of {wanted!r} [{plate.widening}]"
        return None


def cut(plate: Plate) -> str:
    if plate.widening:
        return f"full: {plate.widening}\n"
    return "".join(f"text {part!a}\n" if isinstance(part, str) else "slot\n" for part in plate.parts)


@pytest.mark.parametrize("folder", CASES, ids=[case.name for case in CASES])
def test_a_case_is_cut_as_written_and_pressed_as_jinja_renders_it(folder: Path) -> None:
    """Every trap has its pages, and says how far it could be cut."""
    case = Case(folder)
    env = case.environment()

    def shown(record: dict[str, object]) -> str:
        page = outcome(lambda: env.get_template("page.html").render(case.static() | record))
        if not isinstance(page, str):
            return f"raises {getattr(page, '__name__', page)}"
        return re.sub(r" at 0x[0-9a-f]+", "", page)

    pages = BETWEEN.join(map(shown, case.records())) + "\n"
    if "REPLISITE_GOLDEN" in os.environ:
        write(folder / "expected.txt", pages)
    assert case.difference() is None
    plate = cut(stage(staged(env, {"d"}).get_template("page.html"), case.static()))
    if "REPLISITE_GOLDEN" in os.environ:
        write(folder / "plate.txt", plate)
    assert read(folder / "expected.txt") == pages
    assert read(folder / "plate.txt") == plate


@pytest.mark.parametrize("folder", CASES, ids=[case.name for case in CASES])
def test_a_case_holds_without_autoescape(folder: Path) -> None:
    """The law does not depend on autoescape."""
    case = Case(folder)
    if case.added.get("EVERY_WAY", True):
        assert case.difference(autoescape=False) is None


@pytest.mark.parametrize("folder", CASES, ids=[case.name for case in CASES])
def test_a_case_holds_where_every_value_is_trusted(folder: Path) -> None:
    """Values that do not change may be vouched for: then more is cut, and the pages are the same."""
    case = Case(folder)
    if case.added.get("USED_UP"):
        return
    env = case.environment()
    trusting = staged(env, {"d"}, trust=lambda _: True)
    plate = stage(trusting.get_template("page.html"), case.static())
    for number in range(len(case.records())):
        wanted = outcome(
            lambda number=number: env.get_template("page.html").render(case.static() | case.records()[number])
        )
        got = outcome(lambda number=number: plate.text(case.records()[number]))
        both_raise = isinstance(got, type) and isinstance(wanted, type)
        assert both_raise or told(got) == told(wanted), plate.widening


def told(page: object) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", str(page))
