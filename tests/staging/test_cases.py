"""Golden cases: one folder a trap.

``page.html`` is the entry; ``static.json`` and ``records.json`` are its values. ``expected.txt`` holds the page of
each record, ``plate.txt`` how the page was cut: one line a part. REPLISITE_GOLDEN=1 writes both anew, the
pages by Jinja alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from replisite.staging import Plate, stage, staged
from tests.staging.law import difference, environment, outcome

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
BETWEEN = "\n----- next record -----\n"


def read(path: Path) -> str:
    return path.read_bytes().decode()


def cut(plate: Plate) -> str:
    if plate.widening:
        return f"full: {plate.widening}\n"
    return "".join(f"text {part!a}\n" if isinstance(part, str) else "slot\n" for part in plate.parts)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_case_is_cut_as_written_and_pressed_as_jinja_renders_it(case: Path) -> None:
    """Every trap has its pages, and says how far it could be cut."""
    env = environment({path.name: read(path) for path in case.glob("*.html")})
    records = json.loads(read(case / "records.json"))

    def static() -> dict[str, object]:
        return json.loads(read(case / "static.json"))

    def shown(record: dict[str, object]) -> str:
        page = outcome(lambda: env.get_template("page.html").render(static() | record))
        return page if isinstance(page, str) else f"raises {getattr(page, '__name__', page)}"

    plate = cut(stage(staged(env, {"d"}).get_template("page.html"), static()))
    pages = BETWEEN.join(map(shown, records)) + "\n"
    if "REPLISITE_GOLDEN" in os.environ:
        (case / "plate.txt").write_text(plate, encoding="utf-8")
        (case / "expected.txt").write_bytes(pages.encode())
    assert difference(env, static, records) is None
    assert read(case / "expected.txt") == pages
    assert read(case / "plate.txt") == plate


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_case_holds_without_autoescape(case: Path) -> None:
    """The law does not depend on autoescape."""
    env = environment({path.name: read(path) for path in case.glob("*.html")}, autoescape=False)
    records = json.loads(read(case / "records.json"))
    assert difference(env, lambda: json.loads(read(case / "static.json")), records) is None
