"""A content file is read again if it, a file that it opens, or the settings have changed, and not otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replisite.pelican.faults import PelicanFaults
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.reused_content import GivenUp, ReusedContent


class Reading:
    """Reads files of one folder through one `ReusedContent`, and counts how often each was really read."""

    def __init__(self, folder: Path) -> None:
        self.reused = ReusedContent()
        self.folder = folder
        self.noted = PelicanFaults(folder, folder)
        self.placeholders = Placeholders(["distributor"], [])
        self.times: dict[str, int] = {}
        self.read_now: Callable[[str], tuple[str, dict[str, Any]]] = self._read_now
        self.reused.read_with({"SITEURL": ""}, page_seconds=20)

    def read(self, name: str) -> tuple[str, dict[str, Any]]:
        """Read a file, if it has changed."""
        path = str(self.folder / name)
        return self.reused.read(path, self.read_now, self.noted, self.placeholders)

    def _read_now(self, path: str) -> tuple[str, dict[str, Any]]:
        name = Path(path).name
        self.times[name] = self.times.get(name, 0) + 1
        text = Path(path).read_text(encoding="utf-8")
        if text.startswith("include "):
            text = (self.folder / text.removeprefix("include ")).read_text(encoding="utf-8")
        if "{{" in text:
            self.placeholders.mark("distributor.name")
            self.noted.warnings.append("a warning")
        return text, {"title": name, "tags": ["a"]}


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Return a reading of a folder with one file."""
    (tmp_path / "a.md").write_text("Tea", encoding="utf-8")
    return Reading(tmp_path)


def test_a_file_is_read_once(reading: Reading) -> None:
    """And a caller that changes a list does not change the next result."""
    _, metadata = reading.read("a.md")
    metadata["tags"].append("b")
    assert reading.read("a.md") == ("Tea", {"title": "a.md", "tags": ["a"]})
    assert reading.times == {"a.md": 1}


def test_a_changed_file_is_read_again(reading: Reading) -> None:
    """So is a file that includes a changed one."""
    (reading.folder / "b.md").write_text("include a.md", encoding="utf-8")
    assert [reading.read(name)[0] for name in ("a.md", "b.md")] == ["Tea", "Tea"]
    (reading.folder / "a.md").write_text("More tea", encoding="utf-8")
    assert [reading.read(name)[0] for name in ("a.md", "b.md")] == ["More tea", "More tea"]
    assert reading.times == {"a.md": 2, "b.md": 2}


@pytest.mark.parametrize(
    ("setting", "value", "times"),
    [("SITEURL", "https://tea.example", 2), ("MARKDOWN", {}, 2), ("SITENAME", "Tea", 1), ("AUTHOR", "T", 1)],
)
def test_other_settings_read_every_file_again(
    reading: Reading, setting: str, value: object, times: int
) -> None:
    """Except those that no reader looks at."""
    reading.read("a.md")
    reading.reused.read_with({"SITEURL": "", setting: value}, page_seconds=20)
    reading.read("a.md")
    assert reading.times == {"a.md": times}


def test_a_result_brings_its_placeholders_and_warnings(reading: Reading) -> None:
    """The next run knows the marks that the text holds, and reports what was reported."""
    (reading.folder / "a.md").write_text("{{ distributor.name }}", encoding="utf-8")
    reading.read("a.md")
    reading.noted = PelicanFaults(reading.folder, reading.folder)
    reading.placeholders = Placeholders(["distributor"], [])
    reading.read("a.md")
    assert reading.times == {"a.md": 1}
    assert reading.noted.warnings == ["a warning"]
    assert list(reading.placeholders.expressions.values()) == ["distributor.name"]


def test_a_file_without_an_end_is_given_up(reading: Reading) -> None:
    """With a fault, and it is tried again the next time."""

    def deep(path: str) -> tuple[str, dict[str, Any]]:
        raise RecursionError(path)

    reading.read_now = deep
    with pytest.raises(GivenUp):
        reading.read("a.md")
    assert [fault.what for fault in reading.noted.faults] == ["is nested too deeply to be read"]
