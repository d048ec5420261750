"""An error that Pelican logs is a fault with its file; a warning stands in the report."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import Any

import pytest

from replisite.pelican.faults import PelicanFaults
from replisite.pelican.pelican_log import listening
from replisite.pelican.refused_files import RefusedFile
from replisite.pelican.reused_content import GivenUp

LOGGER = logging.getLogger("tests.pelican_log")


@pytest.fixture
def noted(tmp_path: Path) -> PelicanFaults:
    """Return the empty list of faults of a site."""
    return PelicanFaults(tmp_path, tmp_path / "content")


def logged(noted: PelicanFaults, message: str, *arguments: Any, level: int = logging.ERROR) -> list[str]:
    """Log one message as Pelican does, and return the faults."""
    with listening(noted):
        LOGGER.log(level, message, *arguments)
    return [str(fault) for fault in noted.faults]


@pytest.mark.parametrize(
    ("message", "arguments", "fault"),
    [
        (
            "Skipping %s: could not find information about 'title'",
            ("pages/a.md",),
            'content/pages/a.md:1: no "title"; add it to the front matter',
        ),
        (
            "Skipping %s: file '%s' would be written outside output path",
            ("pages/a.md", "../a.html"),
            (
                'content/pages/a.md:1: its address "../a.html" leads out of the site; '
                "write a path below the site under slug and save_as"
            ),
        ),
        (
            "Skipping %s: file '%s' would be written outside output path",
            ("pages/a.md", "/index.html"),
            (
                "content/pages/a.md:1: has no address: no letter or digit of its title can stand in one; "
                "add a slug to the front matter"
            ),
        ),
        (
            "Unknown status '%s' for file %s, skipping it. (%s)",
            ("done", "pages/a.md", ""),
            'content/pages/a.md:1: no status "done"; write published, draft or hidden',
        ),
        ("Could not process %s", ("pages/a b.md",), "content/pages/a b.md: cannot be read"),
        ("No more room", (), "No more room"),
    ],
)
def test_an_error_is_a_fault(
    noted: PelicanFaults, message: str, arguments: tuple[str, ...], fault: str
) -> None:
    """Paths are taken from the arguments: a blank may be part of a name."""
    assert logged(noted, message, *arguments) == [fault]


def test_a_warning_stands_in_the_report(noted: PelicanFaults) -> None:
    """With the paths of the site; links that lead nowhere are faults of their own."""
    assert logged(noted, "Empty %s/content/a.md", noted.root, level=logging.WARNING) == []
    assert logged(noted, "Unable to find 'x', skipping url replacement", level=logging.WARNING) == []
    assert noted.warnings == ["Empty content/a.md"]


@pytest.mark.parametrize("error", [RefusedFile("a.md"), GivenUp("a.md")])
def test_a_file_that_was_refused_on_purpose_has_its_faults(noted: PelicanFaults, error: Exception) -> None:
    """It is no fault of a plugin that happens to be among the callers."""
    blamed: list[BaseException] = []
    noted.note_plugin = lambda cause, _: bool(blamed.append(cause)) or True
    try:
        raise error
    except type(error):
        faults = logged(noted, "Could not process %s", "pages/a.md")
    assert (faults, blamed) == ([], [])


def test_a_plugin_that_is_missing_is_a_fault_of_the_setting(noted: PelicanFaults) -> None:
    """An error in its code is noted at its line instead."""
    settings: list[tuple[str, str]] = []
    noted.note_setting = lambda what, advice: settings.append((what, advice))
    try:
        importlib.import_module("`seo`")
    except ImportError:
        logged(noted, "Cannot load plugin `%s`\n%s", "seo", "")
    advice = "install it, put it into a folder of PLUGIN_PATHS, or take it out"
    assert settings == [("seo: there is no such plugin", advice)]


def test_nothing_is_noted_when_pelican_has_ended(noted: PelicanFaults) -> None:
    """The handler is removed."""
    with listening(noted):
        pass
    LOGGER.error("late")
    assert noted.faults == []
